//! A listener to test, and a client that is as rude as it is told to be.

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use web::serve::{Drained, ServeSettings, serve};

pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Longer than anything here may take.
const NEVER: Duration = Duration::from_secs(5);

pub(crate) fn settings() -> ServeSettings {
    ServeSettings {
        name: "test",
        header_timeout: ms(300),
        idle_timeout: ms(600),
        stall_timeout: ms(300),
        max_connections: 64,
        trusted_proxies: Vec::new(),
        linger: ms(0),
        drain: ms(800),
    }
}

pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<Drained>,
}

impl TestServer {
    pub(crate) async fn open(router: Router, settings: ServeSettings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let token = stop.clone();
        #[expect(clippy::disallowed_methods, reason = "the listener runs beside the test")]
        let ended = tokio::spawn(async move { serve(listener, router, &settings, token).await });
        Self { address, stop, ended }
    }

    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    pub(crate) async fn ended(self) -> Drained {
        timeout(NEVER, self.ended).await.expect("the loop ends").unwrap()
    }

    pub(crate) async fn call(&self) -> Caller {
        Caller(TcpStream::connect(self.address).await.unwrap())
    }

    /// One request on a connection of its own.
    pub(crate) async fn ask(&self, head: &str, body: &str) -> Answer {
        let mut caller = self.call().await;
        caller.say(&request(head, body)).await;
        caller.answer().await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1"), "").await
    }
}

/// Completes the lines of `head` to a request that asks for the connection to be closed.
pub(crate) fn request(head: &str, body: &str) -> String {
    let head = head.replace('\n', "\r\n");
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    format!("{head}\r\nhost: gym\r\nconnection: close\r\n{length}\r\n{body}")
}

pub(crate) struct Caller(pub(crate) TcpStream);

impl Caller {
    /// What cannot be sent was not wanted.
    pub(crate) async fn say(&mut self, text: &str) {
        drop(self.0.write_all(text.as_bytes()).await);
    }

    /// Everything until the other side closes.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let read = timeout(NEVER, self.0.read_to_end(&mut bytes)).await.expect("the connection ends");
        drop(read);
        bytes
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        Answer::parse(&String::from_utf8(self.rest().await).unwrap())
    }

    /// The next bytes, as they come.
    pub(crate) async fn some(&mut self) -> String {
        let mut bytes = vec![0; 4096];
        let length = timeout(NEVER, self.0.read(&mut bytes)).await.expect("bytes come").unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("not an answer: {text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The code of a refusal in the shape that every client reads.
    pub(crate) fn code(&self) -> String {
        let body: Value =
            serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert_eq!(body["success"], false, "{self:?}");
        assert_eq!(body["status"], "error", "{self:?}");
        assert_eq!(body["message"], body["error"], "{self:?}");
        assert!(!body["message"].as_str().unwrap().is_empty(), "{self:?}");
        assert!(self.header("content-type").unwrap().starts_with("application/json"), "{self:?}");
        if let Some(id) = self.header("x-request-id") {
            assert_eq!(body["request_id"], id, "{self:?}");
        }
        body["code"].as_str().unwrap().to_owned()
    }
}
