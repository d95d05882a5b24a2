//! One caller: a connection that is kept, and a request at a time on it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::timeout,
};

/// Longer than a service or a proxy may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    /// The whole Authorization header, `Bearer` included.
    pub(super) authorization: Option<String>,
    pub(super) key: Option<String>,
    pub(super) body: Bytes,
}

impl Call {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), authorization: None, key: None, body: Bytes::new() }
    }

    pub(super) fn post(path: impl Into<String>, body: &Value) -> Self {
        Self { method: Method::POST, body: body.to_string().into(), ..Self::get(path) }
    }

    pub(super) fn by(self, authorization: &str) -> Self {
        Self { authorization: Some(authorization.to_owned()), ..self }
    }

    fn request(&self, from: &str) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let mut request = Request::builder().method(&self.method).uri(&self.path).header(header::HOST, "gym");
        if !from.is_empty() {
            request = request.header("x-forwarded-for", from);
        }
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(key) = &self.key {
            request = request.header("idempotency-key", key);
        }
        if !self.body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        request.body(Full::new(self.body.clone()))
    }
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) says_when: bool,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The code of a refusal.
    pub(super) fn code(&self) -> String {
        self.json().get("code").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// What became of a call.
#[derive(Debug)]
pub(super) enum Said {
    /// An answer came, whatever its status.
    Answer(Answer),
    /// There was no connection, so nothing was sent.
    Unreachable(String),
    /// It was sent, and no answer came.
    Lost(String),
    /// The connection was given up first.
    Unsent,
}

/// A connection from an address of one's own; those of the loopback are as many as there are clients.
pub(super) async fn connect_from(from: Ipv4Addr, at: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    socket.connect(at).await
}

/// Somebody with a connection.
#[derive(Debug)]
pub(super) struct Caller {
    at: SocketAddr,
    /// The address that a proxy would name; empty for the real one.
    from: String,
    /// The address that it connects from, if not the usual one.
    source: Option<Ipv4Addr>,
    sender: Option<SendRequest<Full<Bytes>>>,
    connections: JoinSet<()>,
}

impl Caller {
    pub(super) fn new(at: SocketAddr, from: impl Into<String>) -> Self {
        Self { at, from: from.into(), source: None, sender: None, connections: JoinSet::new() }
    }

    /// Somebody who connects from this address.
    pub(super) fn at_address(at: SocketAddr, source: Ipv4Addr) -> Self {
        Self { source: Some(source), ..Self::new(at, "") }
    }

    /// The caller number `number`, from an address of its own.
    pub(super) fn numbered(at: SocketAddr, number: usize) -> Self {
        Self::new(at, address(number))
    }

    /// Speaks as `from` from now on.
    pub(super) fn move_to(&mut self, from: String) {
        self.from = from;
    }

    /// Asks once; once more only if the connection was given up before anything was sent on it.
    pub(super) async fn ask(&mut self, call: &Call) -> Said {
        match self.ask_once(call).await {
            Said::Unsent => match self.ask_once(call).await {
                Said::Unsent => Said::Unreachable("closed twice before anything was sent".to_owned()),
                said @ (Said::Answer(_) | Said::Unreachable(_) | Said::Lost(_)) => said,
            },
            said @ (Said::Answer(_) | Said::Unreachable(_) | Said::Lost(_)) => said,
        }
    }

    async fn ask_once(&mut self, call: &Call) -> Said {
        let mut sender = match self.connection().await {
            Ok(sender) => sender,
            Err(error) => return Said::Unreachable(format!("{error:#}")),
        };
        let request = match call.request(&self.from) {
            Ok(request) => request,
            Err(error) => return Said::Unreachable(error.to_string()),
        };
        let answer = timeout(PATIENCE, async { taken(sender.send_request(request).await?).await }).await;
        match answer {
            Ok(Ok(answer)) => {
                self.sender = Some(sender);
                Said::Answer(answer)
            }
            Ok(Err(error)) if error.is_canceled() => Said::Unsent,
            Ok(Err(error)) => Said::Lost(error.to_string()),
            Err(_elapsed) => Said::Lost("no answer in 30 s".to_owned()),
        }
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        match self.source {
            Some(source) => connect_from(source, self.at).await,
            None => TcpStream::connect(self.at).await,
        }
    }

    /// The connection that is there, unless the other side gave it up.
    async fn connection(&mut self) -> anyhow::Result<SendRequest<Full<Bytes>>> {
        if let Some(mut sender) = self.sender.take()
            && sender.ready().await.is_ok()
        {
            return Ok(sender);
        }
        while self.connections.try_join_next().is_some() {}
        let socket = timeout(PATIENCE, self.connect()).await.context("connecting")??;
        socket.set_nodelay(true)?;
        let (mut sender, connection) = handshake(TokioIo::new(socket)).await?;
        self.connections.spawn(async move { drop(connection.await) });
        sender.ready().await?;
        Ok(sender)
    }
}

async fn taken(response: Response<Incoming>) -> hyper::Result<Answer> {
    let status = response.status().as_u16();
    let says_when = response.headers().contains_key(header::RETRY_AFTER);
    let body = response.into_body().collect().await?.to_bytes();
    Ok(Answer { status, says_when, body })
}

/// An address for each number up to sixteen million.
pub(super) fn address(number: usize) -> String {
    let [_, _, a, b, c] =
        u64::try_from(number).unwrap_or(0).to_be_bytes().last_chunk::<5>().copied().unwrap_or_default();
    format!("10.{a}.{b}.{c}")
}
