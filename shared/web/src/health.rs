//! Asks the running service whether it is ready: the health check of containers, which need no HTTP client for it.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than readiness may take to find out.
const PATIENCE: Duration = Duration::from_secs(3);
const REQUEST: &[u8] = b"GET /ready HTTP/1.1\r\nhost: internal\r\nconnection: close\r\n\r\n";
const ENOUGH: u64 = 4096;

/// Why the service does not count as ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotReady {
    /// It said so, or said something else.
    #[error("it answers {0:?}")]
    Answer(String),
    /// It did not answer in time.
    #[error("no answer in time")]
    Silent,
    /// Nobody listens, or the connection broke.
    #[error("no answer")]
    Away(#[from] io::Error),
}

/// Asks at `listen`, on this machine.
pub(crate) async fn ask(listen: SocketAddr) -> Result<(), NotReady> {
    let Ok(answer) = timeout(PATIENCE, exchange(reachable(listen))).await else {
        return Err(NotReady::Silent);
    };
    let answer = answer?;
    if answer.starts_with("HTTP/1.1 200 ") {
        return Ok(());
    }
    Err(NotReady::Answer(answer.lines().next().unwrap_or_default().to_owned()))
}

async fn exchange(address: SocketAddr) -> Result<String, io::Error> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(REQUEST).await?;
    let mut bytes = Vec::new();
    stream.take(ENOUGH).read_to_end(&mut bytes).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Who listens on every address listens on this one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        address @ (IpAddr::V4(_) | IpAddr::V6(_)) => address,
    };
    SocketAddr::new(address, listen.port())
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn asked(answer: &'static str) -> Result<(), NotReady> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, answered) =
            tokio::join!(ask(SocketAddr::new([0, 0, 0, 0].into(), address.port())), async {
                let (mut stream, _) = listener.accept().await?;
                let mut request = [0; REQUEST.len()];
                stream.read_exact(&mut request).await?;
                stream.write_all(answer.as_bytes()).await
            });
        answered.unwrap();
        asked
    }

    #[tokio::test]
    async fn only_a_200_is_ready() {
        assert!(asked("HTTP/1.1 200 OK\r\n\r\nready").await.is_ok());
        for answer in ["HTTP/1.1 503 Service Unavailable\r\n\r\n", "SSH-2.0\r\n", ""] {
            assert!(matches!(asked(answer).await, Err(NotReady::Answer(_))), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_port_without_a_listener_is_not_ready() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert!(matches!(ask(address).await, Err(NotReady::Away(_))));
    }
}
