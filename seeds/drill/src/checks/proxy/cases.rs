//! Requests that no service ever sees, and what the proxy is to say of them.

use super::said::request;

/// A request of which nginx itself makes something else than an answer of the gym, if it is let.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) what: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) status: u16,
    pub(super) code: &'static str,
}

/// Above the limit of every path but that of a logo.
const LARGE: usize = 70_000;

/// A POST to `path` with a body over the limit.
fn large(path: &str) -> Vec<u8> {
    let mut bytes = request(&format!("POST {path} HTTP/1.1"), &[&format!("Content-Length: {LARGE}")]);
    bytes.extend(vec![b'x'; LARGE]);
    bytes
}

/// All of them.
pub(super) fn cases() -> Vec<Case> {
    [addresses(), heads(), beginnings(), whole()].concat()
}

fn case(what: &'static str, bytes: Vec<u8>, status: u16, code: &'static str) -> Case {
    Case { what, bytes, status, code }
}

fn line(line: &str) -> Vec<u8> {
    request(line, &[])
}

fn get(path: &str) -> Vec<u8> {
    line(&format!("GET {path} HTTP/1.1"))
}

fn addresses() -> Vec<Case> {
    let no_text = b"GET /api/\xff\xfe HTTP/1.1\r\nHost: gym\r\n\r\n".to_vec();
    vec![
        case("a zero byte in the address", get("/api/x%00"), 400, "BAD_REQUEST"),
        case("a percent sign without digits", get("/api/%zz"), 400, "BAD_REQUEST"),
        case("a way out of the root", get("/.."), 400, "BAD_REQUEST"),
        case("a byte that belongs in no address", get("/api/<x>"), 400, "BAD_REQUEST"),
        case("another one in the query", get("/api/customers?search=\""), 400, "BAD_REQUEST"),
        case("an address that is no text", no_text, 400, "BAD_REQUEST"),
        case("an address of 9 KB", get(&format!("/api/{}", "x".repeat(9000))), 414, "URI_TOO_LONG"),
        case("an address outside the API", get("/metrics"), 404, "NOT_FOUND"),
        case("the place of the proxy's own answers", get("/.said"), 404, "NOT_FOUND"),
    ]
}

fn heads() -> Vec<Case> {
    let got = |headers: &[&str]| request("GET /api/customers HTTP/1.1", headers);
    let posted = |header: &str| request("POST /api/customers HTTP/1.1", &[header]);
    let long = format!("X-Long: {}", "x".repeat(9000));
    let many: Vec<String> = (0..6).map(|number| format!("X-{number}: {}", "x".repeat(7000))).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    vec![
        case("a header of 9 KB", got(&[&long]), 431, "HEADERS_TOO_LARGE"),
        case("42 KB of headers", got(&many), 431, "HEADERS_TOO_LARGE"),
        case("no host", b"GET /api/customers HTTP/1.1\r\n\r\n".to_vec(), 400, "BAD_REQUEST"),
        case("two hosts", got(&["Host: other"]), 400, "BAD_REQUEST"),
        case("a length that is no number", posted("Content-Length: many"), 400, "BAD_REQUEST"),
        case("an encoding that nobody knows", posted("Transfer-Encoding: gzip"), 501, "NOT_IMPLEMENTED"),
    ]
}

fn beginnings() -> Vec<Case> {
    let tls = [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), vec![b'\x11'; 500]].concat();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    vec![
        case("a TLS hello", tls, 400, "BAD_REQUEST"),
        case("no HTTP at all", b"hello there\r\n\r\n".to_vec(), 400, "BAD_REQUEST"),
        case("the beginning of HTTP/2", preface, 400, "BAD_REQUEST"),
        case("a method in small letters", line("get /api/customers HTTP/1.1"), 400, "BAD_REQUEST"),
        case("TRACE", line("TRACE /api/customers HTTP/1.1"), 405, "METHOD_NOT_ALLOWED"),
        case("CONNECT", line("CONNECT gym:443 HTTP/1.1"), 400, "BAD_REQUEST"),
        case("HTTP/2.0 in plain", line("GET /api/customers HTTP/2.0"), 505, "VERSION_NOT_SUPPORTED"),
        case("HTTP/9.9", line("GET /api/customers HTTP/9.9"), 505, "VERSION_NOT_SUPPORTED"),
        case("another protocol", line("GET /api/customers FTP/1.1"), 400, "BAD_REQUEST"),
    ]
}

fn whole() -> Vec<Case> {
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(4096));
    let mut chunked = request("POST /api/customers HTTP/1.1", &["Transfer-Encoding: chunked"]);
    chunked.extend(format!("{}0\r\n\r\n", chunk.repeat(20)).into_bytes());
    vec![
        case("a body over the limit", large("/api/customers"), 413, "BODY_TOO_LARGE"),
        case("the same in chunks", chunked, 413, "BODY_TOO_LARGE"),
        case("a service that is away", get("/api/customers"), 502, "UNAVAILABLE"),
        case("the same for a method of one's own", line("BREW /api/customers HTTP/1.1"), 502, "UNAVAILABLE"),
        case("a logo, which may be larger", large("/api/gyms/upload-logo"), 502, "UNAVAILABLE"),
    ]
}
