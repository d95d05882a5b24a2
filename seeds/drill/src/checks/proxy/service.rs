//! A service behind the proxy that answers as it is told to by the path.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// An answer of a service, which has its own name for the request, and headers of its own.
const WELL: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nx-request-id: of-the-service\r\ncache-control: max-age=60\r\n\
    content-security-policy: img-src 'self'\r\n\r\n";
/// What a parser of HTTP answers by itself.
const BARE: &str = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// Longer than the proxy waits.
const SILENCE: Duration = Duration::from_mins(1);

/// Answers everybody at `listener` until the drill ends.
pub(super) fn answer(listener: TcpListener) {
    thread::spawn(move || {
        for caller in listener.incoming().flatten() {
            // Whoever leaves first misses the answer.
            thread::spawn(move || drop(answer_one(caller)));
        }
    });
}

fn answer_one(mut caller: TcpStream) -> std::io::Result<()> {
    loop {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            if caller.read(&mut byte)? == 0 {
                return Ok(());
            }
            head.extend_from_slice(&byte);
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        match head.split(' ').nth(1).unwrap_or_default() {
            "/api/clients/well" => caller.write_all(WELL.as_bytes())?,
            "/api/clients/heard" => {
                let length = head.len();
                write!(caller, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{head}")?;
            }
            "/api/clients/silent" => thread::sleep(SILENCE),
            _ => return caller.write_all(BARE.as_bytes()),
        }
    }
}
