//! What the accept loop puts up with.

use std::time::Instant;

use axum::{Router, body::Body, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::sleep,
};
use web::serve::{Drained, ServeSettings};

use crate::socket::{Answer, TestServer, ms, request, settings};

fn router() -> Router {
    Router::new()
        .route("/", get(async || "here"))
        .route(
            "/slow",
            get(async || {
                sleep(ms(300)).await;
                "done"
            }),
        )
        .route("/large", get(async || Body::from(vec![b'x'; 32 << 20])))
}

const KEEP: &str = "GET / HTTP/1.1\r\nhost: gym\r\n\r\n";

#[tokio::test]
async fn a_head_that_drips_is_cut() {
    let server = TestServer::open(router(), settings()).await;
    let mut caller = server.call().await;
    let began = Instant::now();
    for piece in ["GET / HTTP/1.1\r\nho", "s", "t", ":", " ", "g", "y", "m", "x", "x", "x", "x"] {
        caller.say(piece).await;
        sleep(ms(50)).await;
    }
    assert!(caller.rest().await.is_empty());
    assert!(began.elapsed() < ms(1500), "{:?}", began.elapsed());
    assert_eq!(server.get("/").await.body, "here");
}

#[tokio::test]
async fn a_client_that_says_nothing_is_cut() {
    let server = TestServer::open(router(), settings()).await;
    let mut caller = server.call().await;
    let began = Instant::now();
    assert!(caller.rest().await.is_empty());
    assert!((ms(250)..ms(1500)).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn half_of_the_http2_preface_is_cut() {
    let server = TestServer::open(router(), settings()).await;
    let mut caller = server.call().await;
    caller.say("PRI * HTTP/2.0\r\n").await;
    let began = Instant::now();
    assert!(caller.rest().await.is_empty());
    assert!(began.elapsed() < ms(1500), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_connection_may_rest_between_requests_for_its_own_time() {
    let server = TestServer::open(
        router(),
        ServeSettings { header_timeout: ms(100), idle_timeout: ms(500), ..settings() },
    )
    .await;
    let mut caller = server.call().await;
    for _ in 0..2 {
        caller.say(KEEP).await;
        assert_eq!(Answer::parse(&caller.some().await).body, "here");
        sleep(ms(250)).await;
    }
    let began = Instant::now();
    assert!(caller.rest().await.is_empty());
    assert!((ms(100)..ms(900)).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_later_head_that_drips_is_cut_as_well() {
    let server = TestServer::open(
        router(),
        ServeSettings { header_timeout: ms(200), idle_timeout: ms(4000), ..settings() },
    )
    .await;
    let mut caller = server.call().await;
    caller.say(KEEP).await;
    caller.some().await;
    caller.say("GET /").await;
    let began = Instant::now();
    assert!(caller.rest().await.is_empty());
    assert!((ms(150)..ms(1000)).contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test]
async fn work_that_outlasts_every_wait_of_the_client_is_not_cut() {
    let server = TestServer::open(
        router(),
        ServeSettings { header_timeout: ms(100), idle_timeout: ms(100), ..settings() },
    )
    .await;
    assert_eq!(server.get("/slow").await.body, "done");
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answer_loses_its_seat() {
    let server = TestServer::open(
        router(),
        ServeSettings { max_connections: 1, idle_timeout: ms(9000), ..settings() },
    )
    .await;
    let mut greedy = server.call().await;
    greedy.say(&request("GET /large HTTP/1.1", "")).await;
    sleep(ms(100)).await;
    assert_eq!(server.get("/").await.status, 503);
    sleep(ms(600)).await;
    assert_eq!(server.get("/").await.status, 200);
}

#[tokio::test]
async fn a_client_that_takes_its_answer_slowly_gets_all_of_it() {
    let server = TestServer::open(router(), ServeSettings { idle_timeout: ms(200), ..settings() }).await;
    let mut slow = server.call().await;
    slow.say(&request("GET /large HTTP/1.1", "")).await;
    let mut taken = 0;
    let mut bytes = vec![0; 1 << 20];
    for _ in 0..8 {
        taken += slow.0.read(&mut bytes).await.unwrap();
        sleep(ms(100)).await;
    }
    taken += slow.rest().await.len();
    assert!(taken > 32 << 20, "{taken}");
}

#[tokio::test]
async fn a_client_without_a_seat_is_told_so_and_the_next_one_gets_it() {
    let server = TestServer::open(
        router(),
        ServeSettings { max_connections: 2, header_timeout: ms(4000), ..settings() },
    )
    .await;
    let (first, _second) = (server.call().await, server.call().await);
    sleep(ms(50)).await;
    let refused = server.get("/").await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "BUSY"));
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("content-length"), Some(refused.body.len().to_string().as_str()));
    assert_eq!(refused.header("x-request-id").unwrap().len(), 36);
    assert!(refused.header("content-security-policy").is_some());
    let arabic = server.ask("GET / HTTP/1.1\nAccept-Language: ar\nX-Request-Id: 0123456789abcdef", "").await;
    assert_eq!((arabic.code().as_str(), arabic.header("x-request-id")), ("BUSY", Some("0123456789abcdef")));
    assert_eq!(arabic.header("content-length"), Some(arabic.body.len().to_string().as_str()));
    assert!(arabic.body.contains("مشغولة"), "{arabic:?}");
    drop(first);
    sleep(ms(50)).await;
    assert_eq!(server.get("/").await.status, 200);
}

#[tokio::test]
async fn a_client_without_a_seat_that_says_nothing_is_told_too() {
    let server = TestServer::open(
        router(),
        ServeSettings { max_connections: 1, header_timeout: ms(4000), ..settings() },
    )
    .await;
    let _first = server.call().await;
    sleep(ms(50)).await;
    let mut silent = server.call().await;
    assert_eq!(silent.answer().await.code(), "BUSY");
}

#[tokio::test]
async fn who_comes_straight_leaves_seats_to_others_and_some_to_the_proxy() {
    let from = async |server: &TestServer, source: &str| {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(format!("{source}:0").parse().unwrap()).unwrap();
        let mut caller = crate::socket::Caller(socket.connect(server.address).await.unwrap());
        caller.say(KEEP).await;
        let is_served = Answer::parse(&caller.some().await).status == 200;
        (caller, is_served)
    };
    let trusted_proxies = vec!["127.0.9.9".parse().unwrap()];
    let patient = ServeSettings { header_timeout: ms(4000), idle_timeout: ms(4000), ..settings() };
    let server =
        TestServer::open(router(), ServeSettings { max_connections: 16, trusted_proxies, ..patient }).await;
    let mut held = Vec::new();
    for (source, seats) in
        [("127.0.1.1", 6), ("127.0.1.2", 3), ("127.0.1.3", 2), ("127.0.1.4", 1), ("127.0.9.9", 4)]
    {
        let mut seated = 0;
        for _ in 0..16 {
            let (caller, is_served) = from(&server, source).await;
            if !is_served {
                break;
            }
            seated += 1;
            held.push(caller);
        }
        assert_eq!(seated, seats, "{source}");
    }
}

#[tokio::test]
async fn a_half_open_connection_does_not_hold_the_drain() {
    let server =
        TestServer::open(router(), ServeSettings { header_timeout: ms(9000), drain: ms(300), ..settings() })
            .await;
    let mut caller = server.call().await;
    caller.say("GET / HTTP/1.1\r\nho").await;
    sleep(ms(50)).await;
    let began = Instant::now();
    server.stop();
    assert_eq!(server.ended().await, Drained { cut: 1 });
    assert!(began.elapsed() < ms(900), "{:?}", began.elapsed());
    assert!(caller.rest().await.is_empty());
}

#[tokio::test]
async fn a_slow_request_is_finished_and_nobody_new_gets_in() {
    let server = TestServer::open(router(), settings()).await;
    let mut caller = server.call().await;
    caller.say("GET /slow HTTP/1.1\r\nhost: gym\r\n\r\n").await;
    sleep(ms(50)).await;
    let address = server.address;
    server.stop();
    sleep(ms(50)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let answer = caller.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "done"));
    assert_eq!(server.ended().await, Drained { cut: 0 });
}

#[tokio::test]
async fn resting_connections_are_closed_at_once() {
    let server =
        TestServer::open(router(), ServeSettings { idle_timeout: ms(9000), drain: ms(4000), ..settings() })
            .await;
    let mut caller = server.call().await;
    caller.say(KEEP).await;
    caller.some().await;
    let began = Instant::now();
    server.stop();
    assert_eq!(server.ended().await, Drained { cut: 0 });
    assert!(began.elapsed() < ms(500), "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_holds_a_connection_is_answered_once_more_and_asked_to_close_it() {
    let server = TestServer::open(
        router(),
        ServeSettings { idle_timeout: ms(9000), linger: ms(2000), drain: ms(4000), ..settings() },
    )
    .await;
    let (mut early, mut idle) = (server.call().await, server.call().await);
    for caller in [&mut early, &mut idle] {
        caller.say(KEEP).await;
        assert!(!caller.some().await.contains("connection: close"));
    }
    server.stop();
    sleep(ms(100)).await;
    let mut new = server.call().await;
    for caller in [&mut early, &mut new] {
        caller.say(KEEP).await;
        let said = caller.answer().await;
        assert_eq!((said.status, said.header("connection")), (200, Some("close")));
    }
    let began = Instant::now();
    drop(idle);
    assert_eq!(server.ended().await, Drained { cut: 0 });
    assert!(began.elapsed() < ms(1500), "nobody is here: {:?}", began.elapsed());
}

#[tokio::test]
async fn who_rests_for_too_long_is_not_waited_for() {
    let server = TestServer::open(
        router(),
        ServeSettings { idle_timeout: ms(9000), linger: ms(300), drain: ms(4000), ..settings() },
    )
    .await;
    let mut caller = server.call().await;
    caller.say(KEEP).await;
    caller.some().await;
    let began = Instant::now();
    server.stop();
    assert_eq!(server.ended().await, Drained { cut: 0 });
    assert!(began.elapsed() >= ms(300) && began.elapsed() < ms(1500), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_head_beyond_every_measure_is_refused() {
    let server = TestServer::open(router(), settings()).await;
    let header = server.ask(&format!("GET / HTTP/1.1\nx-long: {}", "x".repeat(100_000)), "").await;
    assert_eq!(header.status, 431);
    let path = server.get(&format!("/{}", "x".repeat(100_000))).await;
    assert!([414, 431].contains(&path.status), "{path:?}");
    assert_eq!(server.get("/").await.status, 200);
}

/// Preface, SETTINGS, and HEADERS for `GET http://g/` in indexed form.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\
    \x00\x00\x00\x04\x00\x00\x00\x00\x00\
    \x00\x00\x06\x01\x05\x00\x00\x00\x01\x82\x86\x84\x41\x01g";

#[tokio::test]
async fn http2_is_understood_without_tls_and_may_rest_for_its_own_time() {
    let server = TestServer::open(
        router(),
        ServeSettings { header_timeout: ms(100), idle_timeout: ms(400), ..settings() },
    )
    .await;
    let mut caller = server.call().await;
    caller.0.write_all(HTTP2).await.unwrap();
    let began = Instant::now();
    let answer = caller.rest().await;
    assert!(answer.windows(4).any(|window| window == b"here"), "{answer:?}");
    assert!((ms(300)..ms(1500)).contains(&began.elapsed()), "{:?}", began.elapsed());
}
