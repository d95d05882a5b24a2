//! The proxy's configuration: it renders, nginx accepts it, and the answers that nginx makes itself keep the contract.

mod cases;
mod said;
mod service;

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::anyhow;

use self::{
    cases::cases,
    said::{Said, request},
};
use super::Place;
use crate::{
    claims::Claims,
    stack::{Ended, Ports, Stack, free_port, ran, within},
};

const LIMIT: Duration = Duration::from_secs(30);
/// A phone, spelled in three ways; a mail address; a token: each with the part of it that must not be read anywhere.
const SECRETS: [(&str, &str); 5] = [
    ("01001234567", "01001234567"),
    ("+20%20100-123-4567", "100-123-4567"),
    ("%30%31%30%30%31%32%33%34%35%36%37", "%31%32%33%34"),
    ("mona@example.com", "mona@"),
    ("eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiI3NyJ9.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
];

pub(super) fn run(place: &Place) -> anyhow::Result<bool> {
    let ports = Ports::from(15600)?;
    let stack = Stack::new(&place.deploy, place.work().join("data with spaces"), place.work(), ports);
    stack.tell("make_data_folder", [])?;
    let proxy = Proxy {
        nobody: free_port(ports.postgres.saturating_add(1))?,
        somebody: TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?,
        stack,
    };
    let mut claims = Claims::default();
    proxy.configurations(&mut claims)?;

    service::answer(proxy.somebody.try_clone()?);
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
    /// Where a service listens that answers as it is told to.
    somebody: TcpListener,
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
        let somebody = format!("CLIENT={}", self.somebody.local_addr()?);
        let native = self.accepted("native.conf", [format!("STAFF={nobody}"), somebody])?;
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

    fn ask(&self, line: &str, headers: &[&str]) -> anyhow::Result<Said> {
        Said::to(self.stack.ports.proxy, &request(line, headers))
    }

    fn answers(&self, claims: &mut Claims) -> anyhow::Result<()> {
        let port = self.stack.ports.proxy;
        let silent = thread::spawn(move || Said::to(port, &request("GET /api/clients/silent HTTP/1.1", &[])));
        let mut answered = Vec::new();
        for case in cases() {
            let said = Said::to(port, &case.bytes)?;
            claims.add(case.what, said.is_an_error(case.status, case.code))?;
            answered.push((case.what, said));
        }
        self.languages(claims)?;
        self.names(claims)?;
        self.services(claims)?;
        let live = self.ask("GET /live HTTP/1.1", &[])?;
        claims.add("the proxy says that it lives", live.is(200).and_then(|()| live.is_guarded()))?;
        let late = silent.join().map_err(|_panic| anyhow!("the caller who waits panicked"))??;
        claims.add("a service that says nothing is 504", late.is_an_error(504, "TIMED_OUT"))?;
        claims.add("and worth another try", late.header("Retry-After", "2"))?;
        self.logs(claims, &answered)
    }

    fn languages(&self, claims: &mut Claims) -> anyhow::Result<()> {
        for (accepts, word) in [
            ("ar-EG", "الخدمة"),
            ("fr, ar;q=0.8, en;q=0.5", "الخدمة"),
            ("en, ar", "service"),
            ("fr", "service"),
        ] {
            let said = self.ask("GET /api/customers HTTP/1.1", &[&format!("Accept-Language: {accepts}")])?;
            claims.add("a service that is away is told in words", said.is_an_error(502, "UNAVAILABLE"))?;
            claims.holds_in(
                &format!("in the language of {accepts}"),
                said.body.contains(word),
                &said.body,
            )?;
        }
        let said = self.ask("TRACE / HTTP/1.1", &[])?;
        claims.add(
            "405 says what works",
            said.header("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        )?;
        let said = self.ask("GET /api/customers HTTP/1.1", &[])?;
        claims.add("502 says when to come back", said.header("Retry-After", "2"))?;
        claims.add("the version is nobody's business", said.header("Server", "nginx"))?;
        Ok(())
    }

    /// What the services are told, and what the proxy itself makes of names that clients choose.
    fn names(&self, claims: &mut Claims) -> anyhow::Result<()> {
        let chosen = ["X-Request-Id: desk-1", "X-Client-Request-Id: forged", "X-Forwarded-For: 198.51.100.1"];
        let said = self.ask("GET /nothing HTTP/1.1", &chosen)?;
        claims.add("a client does not name its request", said.is_an_error(404, "NOT_FOUND"))?;
        let heard = self.ask("GET /api/clients/heard HTTP/1.1", &chosen)?.body;
        let line = |wanted: &str| heard.lines().any(|line| line.eq_ignore_ascii_case(wanted));
        claims.holds_in("its name is handed on beside", line("X-Client-Request-Id: desk-1"), &heard)?;
        claims.holds_in("and is not the name", !line("X-Request-Id: desk-1"), &heard)?;
        claims.holds_in(
            "its address is the one that was seen",
            line("X-Forwarded-For: 127.0.0.1"),
            &heard,
        )?;
        let harmful = self.ask("GET /api/clients/heard HTTP/1.1", &["X-Request-Id: a\"b<c>"])?.body;
        claims.holds_in("a harmful name is dropped", !harmful.contains("b<c>"), &harmful)?;
        Ok(())
    }

    fn services(&self, claims: &mut Claims) -> anyhow::Result<()> {
        let said = self.ask("GET /api/clients/well HTTP/1.1", &[])?;
        claims.add("a service's answer passes as it is", said.is(200))?;
        for (name, value) in [
            ("X-Request-Id", "of-the-service"),
            ("Cache-Control", "max-age=60"),
            ("Content-Security-Policy", "img-src 'self'"),
        ] {
            claims.add(&format!("with its own {name} alone"), said.header(name, value))?;
        }
        let said = self.ask("GET /api/clients/bare HTTP/1.1", &[])?;
        claims
            .add("an answer without any header gets them", said.is(400).and_then(|()| said.is_guarded()))?;
        Ok(())
    }

    /// Each answer has its line; and nothing that tells who somebody is stands in either log.
    fn logs(&self, claims: &mut Claims, answered: &[(&str, Said)]) -> anyhow::Result<()> {
        for (service, path) in
            [("/api/customers", "/phone/"), ("/api/clients", "/x/"), ("/api", "/customers/")]
        {
            for (secret, _) in SECRETS {
                self.ask(&format!("GET {service}{path}{secret} HTTP/1.1"), &[])?;
                self.ask(&format!("GET {service}/plain?search={secret} HTTP/1.1"), &[])?;
            }
        }
        let last = self.ask("GET /api/customers/77/subscriptions/123456 HTTP/1.1", &[])?;
        let log = |name: &str| {
            let bytes = fs::read(self.stack.data.join("log").join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let has = |text: &str, said: &Said| said.request_id().is_some_and(|name| text.contains(name));
        within(LIMIT, || has(&log("access.log"), &last));
        let (requests, errors) = (log("access.log"), log("nginx.log"));
        for (what, said) in answered {
            claims.holds(&format!("{what} has its line in the log"), has(&requests, said))?;
        }
        claims.holds(
            "a path is shown",
            requests.contains(r#""path":"/api/customers/77/subscriptions/123456""#),
        )?;
        claims.holds("up to its secret", requests.contains(r#""path":"/api/customers/phone/…""#))?;
        let named = r#""client_request_id":"desk-1""#;
        claims.holds("a client's own name for its request stands beside ours", requests.contains(named))?;
        for (name, text) in [("access", &requests), ("error", &errors)] {
            let told: Vec<&str> =
                text.lines().filter(|line| SECRETS.iter().any(|(_, part)| line.contains(part))).collect();
            let told = told.join("\n");
            claims.holds_in(&format!("the {name} log keeps secrets"), told.is_empty(), &told)?;
        }
        Ok(())
    }
}
