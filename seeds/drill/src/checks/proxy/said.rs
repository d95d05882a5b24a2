//! One question to the proxy, byte for byte, and what it said.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use serde_json::Value;

/// Longer than the proxy waits for a service.
const PATIENCE: Duration = Duration::from_secs(45);

/// What every answer carries, whoever made it.
const OF_EVERY_ANSWER: [(&str, &str); 5] = [
    (
        "Content-Security-Policy",
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
];

/// An answer of the proxy.
#[derive(Debug)]
pub(super) struct Said {
    status: u16,
    headers: String,
    pub(super) body: String,
}

/// A request of one line and these headers, which asks for the connection to be closed.
pub(super) fn request(line: &str, headers: &[&str]) -> Vec<u8> {
    let mut text = format!("{line}\r\nHost: gym\r\nConnection: close\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.into_bytes()
}

impl Said {
    /// The answer to `bytes`. A proxy that has heard enough may stop reading: what cannot be sent was not needed.
    pub(super) fn to(port: u16, bytes: &[u8]) -> anyhow::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut socket = TcpStream::connect_timeout(&address, PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let sent = socket.write_all(bytes);
        let mut said = Vec::new();
        let ended = socket.read_to_end(&mut said);
        let text = String::from_utf8_lossy(&said);
        Self::read(&text).with_context(|| format!("{sent:?}, {ended:?}: {text:?}"))
    }

    fn read(text: &str) -> anyhow::Result<Self> {
        let (headers, body) = text.split_once("\r\n\r\n").context("no answer")?;
        let status = headers.split(' ').nth(1).context("no status")?.parse()?;
        Ok(Self { status, headers: headers.to_owned(), body: body.to_owned() })
    }

    pub(super) fn is(&self, status: u16) -> anyhow::Result<()> {
        ensure!(self.status == status, "{self:?}");
        Ok(())
    }

    /// An error of the proxy's own making, in the shape that both apps read: both keys, equal, plain text; the envelope's
    /// flags; a stable code; the name of the request, also in its header; the headers of every answer.
    pub(super) fn is_an_error(&self, status: u16, code: &str) -> anyhow::Result<()> {
        self.is(status)?;
        let body: Value = serde_json::from_str(&self.body).with_context(|| format!("{self:?}"))?;
        let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_so = body.get("success") == Some(&Value::Bool(false))
            && text("status") == "error"
            && text("code") == code
            && !text("message").is_empty()
            && text("error") == text("message")
            && is_a_name_of_ours(text("request_id"));
        ensure!(is_so, "{self:?}");
        self.header("X-Request-Id", text("request_id"))?;
        self.header("Content-Type", "application/json")?;
        self.header("Access-Control-Allow-Origin", "*")?;
        self.is_guarded()
    }

    /// It has the headers that keep a browser from doing anything with it, each of them once.
    pub(super) fn is_guarded(&self) -> anyhow::Result<()> {
        OF_EVERY_ANSWER.iter().try_for_each(|(name, value)| self.header(name, value))
    }

    /// There is one header of that name, whatever its case, and it is this one.
    pub(super) fn header(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let found = self.headers_named(name);
        ensure!(found == [value], "{name}: {found:?} in {self:?}");
        Ok(())
    }

    /// How the proxy named the request.
    pub(super) fn request_id(&self) -> Option<&str> {
        self.headers_named("X-Request-Id").first().copied()
    }

    fn headers_named(&self, name: &str) -> Vec<&str> {
        let pairs = self.headers.lines().filter_map(|line| line.split_once(": "));
        pairs.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, is)| is).collect()
    }
}

fn is_a_name_of_ours(name: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.len() == 32 && name.bytes().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"success":false,"status":"error","code":"C","message":"m","error":"m","request_id":"0123456789abcdef0123456789abcdef"}"#;

    fn said(body: &str) -> Said {
        let mut headers = "HTTP/1.1 502 Bad Gateway\r\nRETRY-AFTER: 2\r\nContent-Type: application/json\r\n\
            X-Request-Id: 0123456789abcdef0123456789abcdef\r\nAccess-Control-Allow-Origin: *"
            .to_owned();
        for (name, value) in OF_EVERY_ANSWER {
            headers = format!("{headers}\r\n{name}: {value}");
        }
        Said::read(&format!("{headers}\r\n\r\n{body}")).unwrap()
    }

    #[test]
    fn both_keys_must_say_the_same() {
        assert!(said(BODY).is_an_error(502, "C").is_ok());
        assert!(said(BODY).is_an_error(503, "C").is_err());
        assert!(said(BODY).is_an_error(502, "D").is_err());
        assert!(said(&BODY.replace(r#""error":"m""#, r#""error":"n""#)).is_an_error(502, "C").is_err());
        assert!(said(&BODY.replace("cdef\"", "cdee\"")).is_an_error(502, "C").is_err());
        assert!(said("<html>").is_an_error(502, "C").is_err());
    }

    #[test]
    fn a_header_is_found_in_any_case_and_stands_once() {
        assert!(said("").header("Retry-After", "2").is_ok());
        assert!(said("").header("Retry-After", "20").is_err());
        let mut twice = said("");
        twice.headers.push_str("\r\nretry-after: 2");
        assert!(twice.header("Retry-After", "2").is_err());
    }
}
