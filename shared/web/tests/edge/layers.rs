//! What every request passes through, and every answer on its way out.

use std::{
    io,
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    http::header,
    routing::{get, post},
};
use base::platform::{clock::SystemClock, config::Origin, limits_memory::Rate, request};
use base::vocabulary::SessionId;
use serde_json::Value;
use tokio::{io::AsyncWriteExt, task::JoinSet, time::sleep};
use web::{
    layers::{LayerSettings, Roomy, apply_layers},
    serve::ServeSettings,
};

use crate::socket::{Answer, TestServer, ms, settings};

fn layer_settings() -> LayerSettings {
    LayerSettings {
        trusted_proxies: Vec::new(),
        origins: vec![Origin::Any],
        insists_on_tls: false,
        address_rate: Rate::per_second(1000, 1000),
        recognise: Arc::new(|token, _| token.parse().ok()),
        max_connections: 64,
        body_limit: 1024,
        roomy: &[
            Roomy { path: "/api/upload", bytes: 8192 },
            Roomy { path: "/api/bills/*/files", bytes: 16_384 },
        ],
        body_timeout: ms(300),
        max_in_flight: 4,
        door_paths: &["/api/attendance"],
        request_timeout: ms(400),
        works: None,
        clock: Arc::new(SystemClock),
    }
}

/// The request of somebody with a session of their own.
fn signed_in(head: &str) -> String {
    format!("{head}\nAuthorization: Bearer {}", SessionId::random())
}

async fn broken() -> &'static str {
    let numbers: Vec<u8> = Vec::new();
    assert!(!numbers.is_empty(), "secret payload");
    "never"
}

fn router() -> Router {
    let length = async |body: Bytes| body.len().to_string();
    Router::new()
        .route("/api/attendance", post(length))
        .route("/api/upload", post(length))
        .route("/api/bills/{id}", post(length))
        .route("/api/bills/{id}/files", post(length))
        .route("/api/bills/{id}/files/{file}", post(length))
        .route("/api/customers/{id}", get(async || "somebody").put(async || "changed"))
        .route("/api/ignores", post(async || "unread"))
        .route("/api/broken", get(broken))
        .route(
            "/api/kept",
            get(async || {
                let own = [
                    (header::CACHE_CONTROL, "max-age=60"),
                    (header::CONTENT_SECURITY_POLICY, "img-src 'self'"),
                ];
                (own, "kept")
            }),
        )
        .route(
            "/api/again",
            post(async || {
                request::current().unwrap().settle_repeat();
                "as before"
            }),
        )
        .route("/api/where", get(async || request::current().unwrap().address().to_string()))
        .route(
            "/api/slow",
            get(async || {
                sleep(ms(250)).await;
                "done"
            }),
        )
        .route(
            "/api/endless",
            get(async || {
                sleep(Duration::from_mins(1)).await;
                "never"
            }),
        )
}

async fn open(layers: LayerSettings) -> TestServer {
    LazyLock::force(&PAGE);
    let patient = ServeSettings { header_timeout: ms(4000), idle_timeout: ms(4000), ..settings() };
    TestServer::open(apply_layers(router(), layers), patient).await
}

#[tokio::test]
async fn every_answer_carries_its_id_and_keeps_to_itself() {
    let server = open(layer_settings()).await;
    let answer = server.get("/api/customers/7").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "somebody"));
    assert_eq!(answer.header("x-request-id").unwrap().len(), 36);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("x-frame-options"), Some("deny"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert!(answer.header("content-security-policy").unwrap().starts_with("default-src 'none';"));
    assert_eq!(answer.header("strict-transport-security"), None);
    let kept = server.get("/api/kept").await;
    assert_eq!(kept.header("cache-control"), Some("max-age=60"));
    assert_eq!(kept.header("content-security-policy"), Some("img-src 'self'"));
    let server = open(LayerSettings { insists_on_tls: true, ..layer_settings() }).await;
    assert!(server.get("/").await.header("strict-transport-security").is_some());
}

/// Behind a proxy on this machine.
fn proxied() -> LayerSettings {
    LayerSettings { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], ..layer_settings() }
}

#[tokio::test]
async fn a_callers_request_id_is_kept_beside_ours_if_it_is_plain() {
    let server = open(layer_settings()).await;
    for (sent, is_kept) in
        [("abc-DEF_1", true), ("1.2", true), ("with space in it", false), ("a;b=c&d'e\"f", false)]
    {
        let answer = server.ask(&format!("GET /nowhere HTTP/1.1\nX-Request-Id: {sent}"), "").await;
        assert_eq!(answer.header("x-client-request-id") == Some(&sent.to_lowercase()), is_kept, "{sent}");
        assert_eq!(answer.header("x-request-id").unwrap().len(), 36, "{sent}");
    }
    let long = "x".repeat(65);
    let answer = server.ask(&format!("GET / HTTP/1.1\nX-Request-Id: {long}"), "").await;
    assert_eq!(answer.header("x-client-request-id"), None);
    let both = "\nX-Request-Id: claimed-proxy\nX-Client-Request-Id: claimed-client";
    let answer = server.ask(&format!("GET / HTTP/1.1{both}"), "").await;
    assert_eq!(answer.header("x-client-request-id"), Some("claimed-proxy"));
}

#[tokio::test]
async fn the_trusted_proxys_request_id_is_ours() {
    let server = open(proxied()).await;
    let both = "\nX-Request-Id: 0123456789abcdef0123456789abcdef\nX-Client-Request-Id: theirs-1";
    let answer = server.ask(&format!("GET /nowhere HTTP/1.1{both}"), "").await;
    assert_eq!(answer.header("x-request-id"), Some("0123456789abcdef0123456789abcdef"));
    assert_eq!(answer.header("x-client-request-id"), Some("theirs-1"));
    let alone = server.ask("GET /nowhere HTTP/1.1\nX-Client-Request-Id: theirs-1", "").await;
    assert_eq!(alone.header("x-request-id").unwrap().len(), 36);
}

#[tokio::test]
async fn a_key_that_cannot_be_kept_is_refused_and_not_ignored() {
    let server = open(layer_settings()).await;
    let sent = async |keys: &str| server.ask(&format!("POST /api/ignores HTTP/1.1{keys}"), "").await;
    for kept in ["", "\nIdempotency-Key: a", &format!("\nIdempotency-Key: {}", "k".repeat(200))] {
        assert_eq!(sent(kept).await.status, 200, "{kept}");
    }
    let (long, odd) = (format!("\nIdempotency-Key: {}", "k".repeat(201)), "\nIdempotency-Key: two words");
    for refused in [long.as_str(), odd, "\nIdempotency-Key:", "\nIdempotency-Key: a\nIdempotency-Key: a"] {
        let answer = sent(refused).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "IDEMPOTENCY_KEY_INVALID"), "{refused}");
    }
}

#[tokio::test]
async fn an_answer_about_what_was_done_before_says_so() {
    let server = open(layer_settings()).await;
    let again = server.ask("POST /api/again HTTP/1.1\nOrigin: https://app.gym.test", "").await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
    assert!(again.header("access-control-expose-headers").unwrap().contains("idempotency-replayed"));
    assert_eq!(server.ask("POST /api/ignores HTTP/1.1", "").await.header("idempotency-replayed"), None);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_in_json() {
    let server = open(layer_settings()).await;
    let unknown = server.get("/api/nothing").await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "NOT_FOUND"));
    let wrong = server.ask("DELETE /api/customers/7 HTTP/1.1", "").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
    assert_eq!(wrong.header("allow"), Some("get,head,put"));
    let strange = server.ask("BREW /api/customers/7 HTTP/1.1", "").await;
    assert_eq!(strange.status, 405);
    let arabic = server.ask("GET /x HTTP/1.1\nAccept-Language: ar-EG,en;q=0.5", "").await;
    assert!(arabic.body.contains("العنوان"), "{arabic:?}");
}

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let server = open(layer_settings()).await;
    let answer = server.ask("HEAD /api/customers/7 HTTP/1.1", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("content-length"), Some("8"));
    assert_eq!(server.ask("HEAD /api/nothing HTTP/1.1", "").await.status, 404);
}

#[tokio::test]
async fn a_preflight_is_answered_on_every_path_and_every_refusal_is_readable() {
    let server = open(layer_settings()).await;
    let ask = "\nOrigin: https://app.gym.test\nAccess-Control-Request-Method: PUT";
    for path in ["/api/customers/7", "/api/attendance", "/api/nothing", "/"] {
        let answer = server.ask(&format!("OPTIONS {path} HTTP/1.1{ask}"), "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert!(
            ["get", "post", "put", "patch", "delete", "options"].iter().all(|name| methods.contains(name))
        );
        let headers = answer.header("access-control-allow-headers").unwrap();
        for name in
            ["authorization", "content-type", "accept", "accept-language", "idempotency-key", "x-request-id"]
        {
            assert!(headers.split(',').any(|allowed| allowed == name), "{name}");
        }
        assert!(answer.header("access-control-max-age").is_some() && answer.header("x-request-id").is_some());
    }
    let origin = "HTTP/1.1\nOrigin: https://app.gym.test";
    for head in ["GET /api/nothing", "DELETE /api/customers/7", "GET /api/broken", "GET /api/endless"] {
        let answer = server.ask(&format!("{head} {origin}"), "").await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{head}");
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("x-request-id") && exposed.contains("retry-after"));
    }
}

#[tokio::test]
async fn only_named_origins_are_allowed_where_some_are_named() {
    let server =
        open(LayerSettings { origins: vec!["https://app.gym.test".parse().unwrap()], ..layer_settings() })
            .await;
    let ours = server.ask("GET /api/customers/7 HTTP/1.1\nOrigin: https://app.gym.test", "").await;
    assert_eq!(ours.header("access-control-allow-origin"), Some("https://app.gym.test"));
    let other = server.ask("GET /api/customers/7 HTTP/1.1\nOrigin: https://evil.test", "").await;
    assert_eq!((other.status, other.header("access-control-allow-origin")), (200, None));
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_house_stands() {
    let server = open(layer_settings()).await;
    let answer = server.get("/api/broken").await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL_ERROR"));
    assert!(!answer.body.contains("secret"));
    assert_eq!(server.get("/api/customers/7").await.status, 200);
}

#[tokio::test]
async fn a_body_that_drips_is_refused() {
    let server = open(layer_settings()).await;
    let mut caller = server.call().await;
    caller.say("POST /api/attendance HTTP/1.1\r\nhost: gym\r\ncontent-length: 1000\r\n\r\n").await;
    for _ in 0..8 {
        caller.say("x").await;
        sleep(ms(60)).await;
    }
    let answer = caller.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (408, "BODY_TIMEOUT"));
}

fn chunked(path: &str, chunk: usize, count: usize) -> String {
    let body = format!("{chunk:x}\r\n{}\r\n", "x".repeat(chunk)).repeat(count);
    format!(
        "POST {path} HTTP/1.1\r\nhost: gym\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{body}0\r\n\r\n"
    )
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_however_it_comes() {
    let server = open(layer_settings()).await;
    let refused = |answer: &Answer| (answer.status, answer.code()) == (413, "BODY_TOO_LARGE".to_owned());
    for length in [1025, 100_000, 500_000] {
        let answer = server.ask("POST /api/ignores HTTP/1.1", &"x".repeat(length)).await;
        assert!(refused(&answer), "{length}: {answer:?}");
    }
    for count in [11, 1000, 4000] {
        let mut caller = server.call().await;
        caller.say(&chunked("/api/ignores", 100, count)).await;
        let answer = caller.answer().await;
        assert!(refused(&answer), "{count}: {answer:?}");
    }
    let mut asking = server.call().await;
    asking
        .say(
            "POST /api/ignores HTTP/1.1\r\nhost: gym\r\nexpect: 100-continue\r\ncontent-length: 2000\r\n\r\n",
        )
        .await;
    assert!(refused(&Answer::parse(&asking.some().await)));
}

#[tokio::test]
async fn a_client_may_finish_sending_what_is_too_large() {
    let server = open(layer_settings()).await;
    let mut caller = server.call().await;
    caller
        .say("POST /api/ignores HTTP/1.1\r\nhost: gym\r\nconnection: close\r\ncontent-length: 60000\r\n\r\n")
        .await;
    for _ in 0..6 {
        caller.0.write_all(&[b'x'; 10_000]).await.expect("the socket is still open");
        sleep(ms(30)).await;
    }
    assert_eq!(caller.answer().await.code(), "BODY_TOO_LARGE");
}

#[tokio::test]
async fn a_body_of_the_right_size_arrives_whole() {
    let server = open(layer_settings()).await;
    assert_eq!(server.ask("POST /api/attendance HTTP/1.1", &"x".repeat(1024)).await.body, "1024");
    assert_eq!(server.ask("POST /api/attendance HTTP/1.1", "").await.body, "0");
    assert_eq!(server.ask("POST /api/upload HTTP/1.1", &"x".repeat(8192)).await.body, "8192");
    assert_eq!(server.ask("POST /api/upload HTTP/1.1", &"x".repeat(8193)).await.status, 413);
    for (path, most) in
        [("/api/bills/7/files", 16_384), ("/api/bills/7/files/3", 16_384), ("/api/bills/7", 1024)]
    {
        let head = format!("POST {path} HTTP/1.1");
        assert_eq!(server.ask(&head, &"x".repeat(most)).await.body, most.to_string(), "{path}");
        assert_eq!(server.ask(&head, &"x".repeat(most + 1)).await.status, 413, "{path}");
    }
    assert_eq!(server.ask("POST /api/bills//files HTTP/1.1", &"x".repeat(1025)).await.status, 413);
    let mut caller = server.call().await;
    caller.say(&chunked("/api/attendance", 100, 10)).await;
    assert!(caller.answer().await.body.contains("1000"));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_the_callers_fault() {
    let server = open(layer_settings()).await;
    let mut caller = server.call().await;
    caller.say("POST /api/attendance HTTP/1.1\r\nhost: gym\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n\r\n").await;
    let answer = caller.answer().await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "BODY_CUT"));
}

#[tokio::test]
async fn when_the_house_is_full_the_door_still_opens() {
    let server = Arc::new(open(layer_settings()).await);
    let mut reports = JoinSet::new();
    for _ in 0..3 {
        let (server, head) = (Arc::clone(&server), signed_in("GET /api/slow HTTP/1.1"));
        reports.spawn(async move { server.ask(&head, "").await.status });
    }
    sleep(ms(100)).await;
    let shed = server.get("/api/customers/7").await;
    assert_eq!((shed.status, shed.code().as_str()), (503, "BUSY"));
    assert_eq!(shed.header("retry-after"), Some("1"));
    assert_eq!(server.ask("POST /api/attendance HTTP/1.1", "x").await.status, 503, "nobody stands there");
    assert_eq!(server.ask(&signed_in("POST /api/attendance HTTP/1.1"), "x").await.status, 200);
    assert!(reports.join_all().await.into_iter().all(|status| status == 200));
    assert_eq!(server.get("/api/customers/7").await.status, 200);
}

#[tokio::test]
async fn slow_bodies_take_no_place_from_others() {
    let server = open(LayerSettings { body_timeout: ms(2000), ..layer_settings() }).await;
    let mut dripping = Vec::new();
    for _ in 0..8 {
        let mut caller = server.call().await;
        caller.say("POST /api/upload HTTP/1.1\r\nhost: gym\r\ncontent-length: 1000\r\n\r\nx").await;
        dripping.push(caller);
    }
    sleep(ms(50)).await;
    assert_eq!(server.get("/api/customers/7").await.status, 200);
}

#[tokio::test]
async fn work_that_takes_too_long_is_given_up() {
    let server = open(layer_settings()).await;
    let answer = server.get("/api/endless").await;
    assert_eq!((answer.status, answer.code().as_str()), (503, "TIMED_OUT"));
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn an_untrusted_header_chooses_neither_address_nor_limit() {
    let server = open(LayerSettings { address_rate: Rate::per_second(1, 6), ..layer_settings() }).await;
    for number in 0..6 {
        let head = format!("GET /api/where HTTP/1.1\nX-Forwarded-For: 203.0.113.{number}");
        let answer = server.ask(&head, "").await;
        assert_eq!(answer.body, "127.0.0.1");
        assert_eq!(answer.header("ratelimit-policy"), Some("\"address\";q=6;w=6"));
        assert_eq!(
            answer.header("ratelimit"),
            Some(&*format!("\"address\";r={};t={}", 5 - number, number + 1))
        );
    }
    let refused = server.ask("GET /api/where HTTP/1.1\nX-Forwarded-For: 203.0.113.77", "").await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "TOO_MANY_REQUESTS"));
    assert_eq!(refused.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_limit() {
    let trusted = vec!["127.0.0.1".parse().unwrap()];
    let server = open(LayerSettings {
        trusted_proxies: trusted,
        address_rate: Rate::per_second(1, 2),
        ..layer_settings()
    })
    .await;
    let from =
        |address: &'static str| format!("GET /api/where HTTP/1.1\nX-Forwarded-For: 9.9.9.9, {address}");
    for address in ["203.0.113.1", "203.0.113.1", "203.0.113.2"] {
        assert_eq!(server.ask(&from(address), "").await.body, address);
    }
    assert_eq!(server.ask(&from("203.0.113.1"), "").await.status, 429);
    assert_eq!(server.ask(&from("203.0.113.2"), "").await.status, 200);
}

#[tokio::test]
async fn who_has_a_session_is_not_counted_with_the_noise_behind_the_same_address() {
    let server = open(LayerSettings { address_rate: Rate::per_minute(1, 3), ..layer_settings() }).await;
    while server.get("/api/where").await.status == 200 {}
    let desk = signed_in("GET /api/where HTTP/1.1");
    for _ in 0..3 {
        assert_eq!(server.ask(&desk, "").await.status, 200);
    }
    assert_eq!(server.ask(&desk, "").await.status, 429, "a session has a limit of its own");
    assert_eq!(server.ask(&signed_in("GET /api/where HTTP/1.1"), "").await.status, 200);
    let forged = server.ask("GET /api/where HTTP/1.1\nAuthorization: Bearer forged", "").await;
    assert_eq!(forged.status, 429, "a token that nobody knows is no session");
}

#[tokio::test]
async fn an_address_has_no_more_requests_here_than_it_leaves_to_others() {
    let server = open(LayerSettings { max_connections: 8, body_timeout: ms(4000), ..layer_settings() }).await;
    let mut dripping = Vec::new();
    for _ in 0..8 {
        let mut caller = server.call().await;
        caller.say("POST /api/upload HTTP/1.1\r\nhost: gym\r\ncontent-length: 1000\r\n\r\nx").await;
        dripping.push(caller);
    }
    sleep(ms(50)).await;
    let refused = server.get("/api/customers/7").await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "BUSY"));
    assert_eq!(server.ask(&signed_in("GET /api/customers/7 HTTP/1.1"), "").await.status, 200);
    drop(dripping);
    sleep(ms(50)).await;
    assert_eq!(server.get("/api/customers/7").await.status, 200);
}

#[tokio::test]
async fn an_answer_that_nobody_takes_counts_until_it_is_given_up() {
    let large = Router::new().route("/large", get(async || vec![b'x'; 32 << 20]));
    let layers =
        apply_layers(large, LayerSettings { max_connections: 2, max_in_flight: 8, ..layer_settings() });
    let server = TestServer::open(layers, ServeSettings { stall_timeout: ms(4000), ..settings() }).await;
    let mut greedy = server.call().await;
    greedy.say("GET /large HTTP/1.1\r\nhost: gym\r\n\r\n").await;
    sleep(ms(100)).await;
    assert_eq!(server.get("/nothing").await.status, 503);
    drop(greedy);
    sleep(ms(100)).await;
    assert_eq!(server.get("/nothing").await.status, 404);
}

/// What the whole test program logs. A subscriber of one thread would miss lines: tracing remembers whether anybody
/// listens from the first thread that comes by.
static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let page = Page::default();
    let writer = page.clone();
    let subscriber =
        tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    page
});

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    fn read(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn each_request_leaves_one_line_without_its_secrets() {
    let server = open(proxied()).await;
    let asked = [
        "PUT /api/customers/01001234567?token=hush",
        "GET /api/hidden?code=hush",
        "GET /api/broken",
        "GET /api/endless",
    ];
    for (number, asked) in asked.iter().enumerate() {
        let mut caller = server.call().await;
        caller.say(&format!("{asked} HTTP/1.1\r\nhost: gym\r\nx-request-id: logged-{number}\r\n\r\n")).await;
        sleep(ms(50)).await;
    }
    sleep(ms(50)).await;
    let text = PAGE.read();
    for secret in ["01001234567", "hush", "secret", "hidden"] {
        assert!(!text.contains(secret), "{text}");
    }
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["request_id"].as_str().is_some_and(|id| id.starts_with("logged-")))
        .collect();
    let said =
        |line: &Value| format!("{} {} {} {}", line["level"], line["route"], line["status"], line["code"]);
    assert_eq!(
        lines.iter().map(said).collect::<Vec<_>>(),
        [
            r#""INFO" "/api/customers/{id}" 200 null"#,
            r#""INFO" "unmatched" 404 "NOT_FOUND""#,
            r#""ERROR" "/api/broken" 500 "INTERNAL_ERROR""#,
            r#""INFO" "/api/endless" 499 null"#,
        ]
    );
    assert_eq!(lines[0]["message"], "PUT /api/customers/{id} 200");
    assert_eq!((&lines[0]["method"], &lines[0]["db_queries"]), (&"PUT".into(), &0.into()));
    assert!(lines[0]["duration_ms"].is_f64() && lines[0]["db_ms"].is_f64());
}
