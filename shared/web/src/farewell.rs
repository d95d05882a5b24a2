//! What a client hears that found no seat.
//!
//! No connection is kept for it, so there is no parser at hand; of its request only as much is read as an answer needs: its
//! language, and its name. Who does not say them at once is answered without.

use std::{io, sync::Arc, time::Duration};

use base::vocabulary::Language;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use uuid::Uuid;

use super::{
    edge::EdgeRefusal,
    envelope::Failure,
    layers::{NOTHING_LOADS, is_request_id},
};

/// How long it may take until the word has reached the client.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the head of its request is waited for.
const HEAD: Duration = Duration::from_millis(250);
/// How much of it is looked at.
const HEAD_BYTES: usize = 8 * 1024;
/// How many clients may be hearing it at once.
const AT_ONCE: usize = 64;

/// Says it, to so many at a time.
#[derive(Debug)]
pub(crate) struct Farewells(Arc<Semaphore>);

impl Farewells {
    /// Nobody hears anything yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }

    /// Tells whoever is at `socket`; none where too many are being told already.
    pub(crate) fn say(&self, socket: TcpStream) -> Option<impl Future<Output = ()> + use<>> {
        let one = Arc::clone(&self.0).try_acquire_owned().ok()?;
        Some(turn_away(socket, one))
    }
}

/// Takes the request in before closing: a socket closed over unread bytes resets the connection, and the client
/// loses the answer.
async fn turn_away(mut socket: TcpStream, one: OwnedSemaphorePermit) {
    let said = async {
        let mut head = Vec::new();
        // Whoever is slow, or speaks something else, has said enough.
        drop(timeout(HEAD, read_head(&mut socket, &mut head)).await);
        socket.write_all(&answer(&String::from_utf8_lossy(&head))).await?;
        socket.shutdown().await?;
        let mut ignored = [0; 1024];
        while socket.read(&mut ignored).await? > 0 {}
        io::Result::Ok(())
    };
    if let Ok(Err(error)) = timeout(PATIENCE, said).await {
        tracing::trace!(%error, "a refused client left first");
    }
    drop(one);
}

async fn read_head(socket: &mut TcpStream, head: &mut Vec<u8>) -> io::Result<()> {
    while head.len() < HEAD_BYTES && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if socket.read_buf(head).await? == 0 {
            break;
        }
    }
    Ok(())
}

fn answer(head: &str) -> Vec<u8> {
    let language = field(head, "accept-language").and_then(Language::from_accept_language);
    let id = field(head, "x-request-id").filter(|id| is_request_id(id)).map(str::to_owned);
    let refusal = EdgeRefusal::Busy;
    let text = refusal.text().say(language.unwrap_or(Language::En));
    let body = Failure {
        success: false,
        status: "error".to_owned(),
        message: text.to_owned(),
        error: text.to_owned(),
        code: refusal.code().to_owned(),
        request_id: id.unwrap_or_else(|| Uuid::new_v4().to_string()),
        errors: None,
        data: None,
    };
    let id = &body.request_id;
    let json = serde_json::to_string(&body).unwrap_or_default();
    let length = json.len();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
        connection: close\r\nretry-after: 1\r\nx-request-id: {id}\r\naccess-control-allow-origin: *\r\n\
        access-control-expose-headers: x-request-id,retry-after\r\ncache-control: no-store\r\n\
        content-security-policy: {NOTHING_LOADS}\r\nx-content-type-options: nosniff\r\nx-frame-options: DENY\r\n\
        referrer-policy: no-referrer\r\n\r\n{json}"
    )
    .into_bytes()
}

/// The value of the first header of that name.
fn field<'head>(head: &'head str, name: &str) -> Option<&'head str> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
}
