//! The HTTP client of one caller of a service.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Context as _;
use reqwest::{Client, Response, StatusCode, header};
use serde_json::{Value, json};

use super::deed::Deed;

/// Longer than any answer may take, so that what comes too late is seen as late and not as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of one request.
#[derive(Debug)]
pub(crate) enum Heard {
    /// It was done: the answer's data.
    Done(Value),
    /// It was refused, for good, with this code.
    Refused(String),
    /// Nobody can say: the connection broke, or the service could not.
    Unknown,
    /// Nobody was there to take it.
    NotSent,
}

/// What all lines count together.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    open: AtomicU64,
    /// Requests that were sent, repeats included.
    pub(crate) sent: AtomicU64,
    /// Connections that broke under a request.
    pub(crate) cut: AtomicU64,
    /// Requests that found nobody listening.
    pub(crate) not_sent: AtomicU64,
    /// Answers that say: not now.
    pub(crate) not_now: AtomicU64,
    /// Answers 503 without Retry-After.
    pub(crate) without_hint: AtomicU64,
    /// Answers 500, or another failure that is ours.
    pub(crate) broken: AtomicU64,
    /// The slowest answer, in milliseconds.
    pub(crate) slowest: AtomicU64,
    /// Bursts of cuts, and the requests in flight when each began.
    bursts: std::sync::Mutex<Bursts>,
}

/// Requests in flight at the moments when connections began to break.
#[derive(Debug, Default)]
struct Bursts {
    last: Option<Instant>,
    /// One number for each burst.
    open: Vec<u64>,
}

impl Bursts {
    fn summary(&self) -> (usize, u64, u64) {
        let mut open = self.open.clone();
        open.sort_unstable();
        let at = |place: usize| open.get(place).copied().unwrap_or_default();
        (open.len(), at(0), at(open.len().checked_div(2).unwrap_or_default()))
    }
}

/// Cuts closer together than this have one cause.
const ONE_BURST: Duration = Duration::from_millis(40);

impl Meter {
    fn cut(&self) {
        self.cut.fetch_add(1, Ordering::Relaxed);
        let open = self.open.load(Ordering::Relaxed);
        let now = Instant::now();
        let Ok(mut bursts) = self.bursts.lock() else { return };
        if bursts.last.is_none_or(|last| now.saturating_duration_since(last) > ONE_BURST) {
            bursts.open.push(open);
        }
        bursts.last = Some(now);
    }

    /// The bursts of cuts so far: how many, and the least and the middle of their requests in flight.
    pub(crate) fn bursts(&self) -> (usize, u64, u64) {
        self.bursts.lock().map(|bursts| bursts.summary()).unwrap_or_default()
    }

    pub(crate) fn read(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}

/// Counts a request as in flight until it is dropped.
struct Open<'a>(&'a Meter);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The HTTP client of one caller, who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    client: Client,
    base: String,
    bearer: String,
    /// Sent as the caller's address: the services limit each address.
    address: String,
    meter: Arc<Meter>,
}

impl Line {
    /// Signs in at `base` and keeps the token.
    pub(crate) async fn sign_in(
        base: &str,
        path: &str,
        body: &Value,
        address: String,
        meter: &Arc<Meter>,
    ) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build()?;
        let asked = client.post(format!("{base}{path}")).header("x-forwarded-for", &address).json(body);
        let answer: Value = asked.send().await?.error_for_status()?.json().await?;
        let token = answer.pointer("/access_token").or_else(|| answer.pointer("/data/access_token"));
        let token = token.and_then(Value::as_str).context("no token in the answer to a sign-in")?;
        let bearer = format!("Bearer {token}");
        Ok(Self { client, base: base.to_owned(), bearer, address, meter: Arc::clone(meter) })
    }

    /// The same line for another caller with the same login: connections of its own, and an address.
    pub(crate) fn another(&self, address: String) -> anyhow::Result<Self> {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build()?;
        Ok(Self { client, address, ..self.clone() })
    }

    /// Sends `deed` for the time number `turn`.
    pub(crate) async fn send(&self, deed: &Deed, turn: u32) -> Heard {
        let (method, path, body) = deed.kind.request();
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, &self.bearer)
            .header("x-forwarded-for", &self.address)
            // As the proxy hands on what a caller sent as X-Request-Id.
            .header("x-client-request-id", format!("{}-{turn}", deed.key))
            .header("idempotency-key", &deed.key);
        if !body.is_null() {
            request = request.json(&body);
        }
        self.meter.sent.fetch_add(1, Ordering::Relaxed);
        self.meter.open.fetch_add(1, Ordering::Relaxed);
        let _open = Open(&self.meter);
        let began = Instant::now();
        let heard = match request.send().await {
            Ok(response) => self.hear(response).await,
            Err(error) => Err(error),
        };
        match heard {
            Ok(heard) => {
                let took = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.meter.slowest.fetch_max(took, Ordering::Relaxed);
                heard
            }
            Err(error) if error.is_connect() => {
                self.meter.not_sent.fetch_add(1, Ordering::Relaxed);
                Heard::NotSent
            }
            Err(_) => {
                self.meter.cut();
                Heard::Unknown
            }
        }
    }

    async fn hear(&self, response: Response) -> Result<Heard, reqwest::Error> {
        let status = response.status();
        let has_hint = response.headers().contains_key(header::RETRY_AFTER);
        let bytes = response.bytes().await?;
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let data = body.get("data").cloned().unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(Heard::Done(data));
        }
        let code = body.get("code").or_else(|| body.pointer("/error/code")).and_then(Value::as_str);
        let code = code.unwrap_or_default().to_owned();
        // A denied entry is refused and kept.
        if status == StatusCode::FORBIDDEN && data.get("entry_id").is_some_and(Value::is_i64) {
            return Ok(Heard::Done(json!({ "entry_id": data.get("entry_id"), "denied": code })));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            self.meter.not_now.fetch_add(1, Ordering::Relaxed);
            if !has_hint {
                self.meter.without_hint.fetch_add(1, Ordering::Relaxed);
            }
            return Ok(Heard::Unknown);
        }
        if status.is_server_error() {
            self.meter.broken.fetch_add(1, Ordering::Relaxed);
            return Ok(Heard::Unknown);
        }
        let is_later = status == StatusCode::TOO_MANY_REQUESTS || code == "REQUEST_STILL_RUNNING";
        Ok(if is_later { Heard::Unknown } else { Heard::Refused(format!("{} {code}", status.as_u16())) })
    }
}
