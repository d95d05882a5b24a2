//! The proxy's configuration: it renders, nginx accepts it, and the answers that nginx makes itself keep the contract.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::Place;
use crate::{
    claims::Claims,
    stack::{Ended, Ports, Stack, free_port, ran},
};

const LIMIT: Duration = Duration::from_secs(30);
/// Above the limit of every path but that of a logo.
const LARGE: usize = 70_000;

pub(super) fn run(place: &Place) -> anyhow::Result<bool> {
    let ports = Ports::from(15600)?;
    let stack = Stack::new(&place.deploy, place.work().join("data with spaces"), place.work(), ports);
    stack.tell("make_data_folder", [])?;
    let proxy = Proxy {
        nobody: free_port(ports.postgres.saturating_add(1))?,
        stack,
        large: place.work().join("large"),
    };
    fs::write(&proxy.large, "x".repeat(LARGE))?;
    let mut claims = Claims::default();
    proxy.configurations(&mut claims)?;

    let native = proxy.configuration("native.conf");
    proxy.stack.tell("start_nginx", [native.as_str()])?;
    proxy.stack.tell("wait_until_ready", ["nginx", &ports.proxy.to_string(), "/live"])?;
    let answers = proxy.answers(&mut claims);
    proxy.stack.tell("stop_process", ["nginx", "QUIT", "5"])?;
    answers?;
    Ok(claims.verdict()?)
}

struct Proxy {
    stack: Stack,
    /// A port where no service listens.
    nobody: u16,
    large: PathBuf,
}

impl Proxy {
    fn configuration(&self, name: &str) -> String {
        self.stack.data.join("nginx").join(name).display().to_string()
    }

    fn rendered(&self, settings: &[String]) -> anyhow::Result<Ended> {
        let mut render = Command::new(self.stack.deploy.join("nginx/render"));
        ran(render.args(settings), &self.stack.log("render"), LIMIT)
    }

    /// Writes a configuration with these services; returns how nginx takes it.
    fn accepted<const N: usize>(&self, name: &str, services: [String; N]) -> anyhow::Result<Ended> {
        let data = self.stack.data.display();
        let port = self.stack.ports.proxy;
        let mut settings = vec![
            format!("LISTEN=127.0.0.1:{port}"),
            format!("STATE={data}/nginx"),
            format!("ACCESS_LOG={data}/log/access.log"),
            format!("ERROR_LOG={data}/log/nginx.log"),
        ];
        settings.extend(services);
        let rendered = self.rendered(&settings)?;
        rendered.succeeds()?;
        let file = self.configuration(name);
        fs::write(&file, rendered.said)?;
        ran(self.stack.control("nginx_accepts").arg(&file), &self.stack.log("accepts"), LIMIT)
    }

    fn configurations(&self, claims: &mut Claims) -> anyhow::Result<()> {
        let nobody = format!("127.0.0.1:{}", self.nobody);
        let two = format!("STAFF={nobody},127.0.0.1:{}", self.nobody.saturating_add(1));
        let client = format!("CLIENT={nobody}");
        let native = self.accepted("native.conf", [format!("STAFF={nobody}"), client.clone()])?;
        claims.add("nginx accepts it with fixed addresses", native.succeeds())?;
        let copies = self.accepted("copies.conf", [two, client])?;
        claims.add("nginx accepts it with several copies", copies.succeeds())?;
        let text = fs::read_to_string(self.configuration("copies.conf"))?;
        let named = text.lines().filter(|line| line.starts_with("        server 127")).count();
        claims.holds("which are all named", named == 3)?;
        let looked_up = ["STAFF=staff-api:8081", "CLIENT=client-api:8082", "RESOLVER=127.0.0.11"];
        let compose = self.accepted("compose.conf", looked_up.map(str::to_owned))?;
        claims.add("nginx accepts it with names that are looked up again", compose.succeeds())?;
        let missing = ["STATE=/x", "ACCESS_LOG=/x", "ERROR_LOG=/x", "STAFF=a:1", "CLIENT=b:1"];
        let missing = self.rendered(&missing.map(str::to_owned))?;
        claims.add("a missing setting is named", missing.refuses(&["a setting is missing: @LISTEN@"]))?;
        let unknown = self.rendered(&["PORT=1".to_owned()])?;
        claims.add("an unknown setting is named", unknown.refuses(&["unknown setting PORT"]))?;
        Ok(())
    }

    fn ask(&self, path: &str, options: &[&str]) -> anyhow::Result<Answer> {
        Answer::to(&self.stack.work, &format!("http://127.0.0.1:{}{path}", self.stack.ports.proxy), options)
    }

    fn answers(&self, claims: &mut Claims) -> anyhow::Result<()> {
        let body = format!("@{}", self.large.display());
        let large = ["--data-binary", body.as_str()];

        let away = self.ask("/api/customers", &[])?;
        claims.add("a service that is away is 502", away.is(502))?;
        claims.add("with both keys", away.is_an_error("UNAVAILABLE"))?;
        claims.add("readable for the web build", away.header("Access-Control-Allow-Origin", "*"))?;
        claims.add("with a time to wait", away.header("Retry-After", "2"))?;
        claims.add("as JSON", away.header("Content-Type", "application/json"))?;
        let arabic = self.ask("/api/clients/profile", &["-H", "Accept-Language: ar-EG"])?;
        claims.add("in Arabic for who reads Arabic", arabic.is(502))?;
        claims.holds("really in Arabic", arabic.body.contains("الخدمة"))?;

        let refused = self.ask("/api/customers", &large)?;
        claims.add("a body over the limit is 413", refused.is(413))?;
        claims.add("413 has both keys", refused.is_an_error("BODY_TOO_LARGE"))?;
        claims
            .add("413 is readable for the web build", refused.header("Access-Control-Allow-Origin", "*"))?;
        claims.add("a logo may be larger", self.ask("/api/gyms/upload-logo", &large)?.is(502))?;

        let nothing = self.ask("/metrics", &[])?;
        claims.add("an unknown address is 404", nothing.is(404))?;
        claims.add("404 has both keys", nothing.is_an_error("NOT_FOUND"))?;
        let named = self.ask("/nothing", &["-H", "X-Request-Id: desk-1"])?;
        claims.add("the request's own name is kept", named.is(404))?;
        claims.add("and returned", named.header("X-Request-Id", "desk-1"))?;
        let harmful = self.ask("/nothing", &["-H", "X-Request-Id: a\"b<c>"])?;
        claims.add("a harmful name is replaced", harmful.is(404))?;
        claims.add("by a harmless one", harmful.has_a_name_of_ours())?;

        let header = format!("X-Long: {}", "x".repeat(9000));
        let long = self.ask("/api/customers", &["-H", &header])?;
        claims.add("headers over the limit are 400", long.is(400))?;
        claims.add("400 has both keys", long.is_an_error("BAD_REQUEST"))?;
        claims.add("the version is nobody's business", long.header("Server", "nginx"))?;
        Ok(())
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Answer {
    fn to(work: &Path, url: &str, options: &[&str]) -> anyhow::Result<Self> {
        let (headers, body) = (work.join("headers"), work.join("body"));
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "10", "-w", "%{http_code}", "-o"]).arg(&body).arg("-D").arg(&headers);
        let ended = ran(curl.args(options).arg(url), &work.join("curl.log"), LIMIT)?;
        Ok(Self {
            status: ended.said.trim().parse().with_context(|| ended.said)?,
            headers: fs::read_to_string(headers)?,
            body: fs::read_to_string(body)?,
        })
    }

    fn is(&self, status: u16) -> anyhow::Result<()> {
        ensure!(self.status == status, "{}\n{}", self.headers, self.body);
        Ok(())
    }

    /// The shape that both apps read: both keys, equal, plain text; the envelope's flags; a stable code.
    fn is_an_error(&self, code: &str) -> anyhow::Result<()> {
        let body: Value = serde_json::from_str(&self.body).with_context(|| self.body.clone())?;
        let text = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_so = body.get("success") == Some(&Value::Bool(false))
            && text("status") == "error"
            && text("code") == code
            && !text("message").is_empty()
            && text("error") == text("message")
            && !text("request_id").is_empty();
        ensure!(is_so, "{}", self.body);
        Ok(())
    }

    fn has_a_name_of_ours(&self) -> anyhow::Result<()> {
        let body: Value = serde_json::from_str(&self.body).with_context(|| self.body.clone())?;
        let name = body.get("request_id").and_then(Value::as_str).unwrap_or_default();
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        ensure!(name.len() == 32 && name.bytes().all(is_hex), "{}", self.body);
        Ok(())
    }

    /// One of the headers is this one, whatever the case of its name.
    fn header(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let mut pairs = self.headers.lines().filter_map(|line| line.split_once(": "));
        let is_there = pairs.any(|(found, is)| found.eq_ignore_ascii_case(name) && is == value);
        ensure!(is_there, "{}", self.headers);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        let headers = "HTTP/1.1 502 Bad Gateway\r\nRETRY-AFTER: 2\r\n\r\n".to_owned();
        Answer { status: 502, headers, body: body.to_owned() }
    }

    #[test]
    fn both_keys_must_say_the_same() {
        let good =
            r#"{"success":false,"status":"error","code":"C","message":"m","error":"m","request_id":"r"}"#;
        assert!(answer(good).is_an_error("C").is_ok());
        assert!(answer(good).is_an_error("D").is_err());
        assert!(answer(&good.replace(r#""error":"m""#, r#""error":"n""#)).is_an_error("C").is_err());
        assert!(answer("<html>").is_an_error("C").is_err());
    }

    #[test]
    fn a_header_is_found_in_any_case() {
        assert!(answer("").header("Retry-After", "2").is_ok());
        assert!(answer("").header("Retry-After", "20").is_err());
    }
}
