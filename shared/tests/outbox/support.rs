//! A database, a clock and carriers of a test's own.

use std::{path::PathBuf, sync::Arc, time::Duration};

use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::Value;
use shared::{
    platform::{
        clock::Clock as _,
        config::{Sms, SmsRoute},
        db::Db,
        delivery::{MessageFile, Senders},
        mail::MailTransport,
        messages::CodeMessage,
        outbox::{self, Kind, Message, Recipient, Settings, Worker},
        sms::{SmsTransport, Twilio},
    },
    testing::{TestClock, TestDb},
    vocabulary::{Email, Language, Phone, Timestamp},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

pub(crate) const CODE: &str = "012345";
const PATIENCE: Duration = Duration::from_secs(15);

/// What a test has.
pub(crate) struct Stage {
    pub(crate) db: TestDb,
    pub(crate) clock: TestClock,
    file: PathBuf,
}

impl Drop for Stage {
    fn drop(&mut self) {
        if self.file.exists() {
            std::fs::remove_file(&self.file).unwrap();
        }
    }
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let file = std::env::temp_dir().join(format!("gym-outbox-{}.jsonl", uuid::Uuid::new_v4()));
        Self { db: TestDb::open().await, clock: TestClock::default(), file }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) async fn enqueue(&self, recipient: Recipient) {
        let mut conn = self.db.owner.acquire().await.unwrap();
        outbox::enqueue(&mut *conn, &message(recipient, self.now()), self.now()).await.unwrap();
    }

    /// Everybody writes into the file.
    pub(crate) fn to_file(&self) -> Senders {
        let file = MessageFile::new(&self.file);
        Senders { mail: MailTransport::File(file.clone()), sms: SmsTransport::File(file) }
    }

    /// Text messages go to the gateway at `base`.
    pub(crate) fn by_gateway(&self, base: &str) -> Senders {
        let sms = Twilio::new(&Sms {
            transport: SmsRoute::Twilio,
            base_url: base.parse().unwrap(),
            account_sid: "AC123".to_owned(),
            auth_token: Some(SecretString::from("token")),
            from: "+15005550006".to_owned(),
        });
        Senders { sms: SmsTransport::Twilio(sms.unwrap()), ..self.to_file() }
    }

    pub(crate) fn start(&self, senders: Senders) -> Running {
        self.start_with(senders, settings())
    }

    pub(crate) fn start_with(&self, senders: Senders, settings: Settings) -> Running {
        self.start_on(&self.db.staff(), senders, settings)
    }

    pub(crate) fn start_on(&self, db: &Db, senders: Senders, settings: Settings) -> Running {
        let stop = CancellationToken::new();
        let worker = Worker::new(db, senders, Arc::new(self.clock.clone()), settings);
        let mut task = JoinSet::new();
        task.spawn(worker.run(stop.clone()));
        Running { task, stop }
    }

    /// The messages in the file.
    pub(crate) fn delivered(&self) -> Vec<Value> {
        let lines = std::fs::read_to_string(&self.file).unwrap_or_default();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The rows, oldest first.
    pub(crate) async fn rows(&self) -> Vec<Row> {
        let select = "select state, attempts, last_error, lease_until, run_at,
            coalesce(recipient, subject, body_text, body_html) is null as is_blank from outbox order by id";
        sqlx::query_as(select).fetch_all(&self.db.owner).await.unwrap()
    }

    pub(crate) async fn states(&self) -> Vec<String> {
        self.rows().await.into_iter().map(|row| row.state).collect()
    }

    /// Waits until the states are `expected`.
    pub(crate) async fn until(&self, expected: &[&str]) {
        let deadline = Instant::now().checked_add(PATIENCE).unwrap();
        loop {
            let states = self.states().await;
            if states == expected {
                return;
            }
            assert!(Instant::now() < deadline, "{states:?} instead of {expected:?}: {:?}", self.rows().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the first row has been tried in vain so many times.
    pub(crate) async fn until_postponed(&self, attempts: i32) -> Row {
        let deadline = Instant::now().checked_add(PATIENCE).unwrap();
        loop {
            let row = self.rows().await.swap_remove(0);
            if row.attempts == attempts && row.lease_until.is_none() {
                return row;
            }
            assert!(Instant::now() < deadline, "{row:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn execute(&self, statement: &'static str) {
        sqlx::query(statement).execute(&self.db.owner).await.unwrap();
    }

    /// Closes the database to everybody, or opens it again.
    pub(crate) async fn allow_connections(&self, allowed: &str) {
        let options = self.db.owner.connect_options().as_ref().clone();
        let name = options.get_database().unwrap().to_owned();
        let mut admin = PgConnection::connect_with(&options.database("postgres")).await.unwrap();
        let alter = format!("alter database {name} allow_connections {allowed}");
        sqlx::query(AssertSqlSafe(alter)).execute(&mut admin).await.unwrap();
        let terminate = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
        sqlx::query(terminate).bind(&name).execute(&mut admin).await.unwrap();
    }
}

#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) state: String,
    pub(crate) attempts: i32,
    pub(crate) last_error: Option<String>,
    pub(crate) lease_until: Option<Timestamp>,
    pub(crate) run_at: Timestamp,
    pub(crate) is_blank: bool,
}

/// A worker at work.
pub(crate) struct Running {
    task: JoinSet<()>,
    stop: CancellationToken,
}

impl Running {
    /// Lets it finish.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.task.join_next()).await.unwrap().unwrap().unwrap();
    }

    /// Kills it.
    pub(crate) async fn kill(mut self) {
        self.task.shutdown().await;
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        poll: Duration::from_millis(20),
        batch: 20,
        send_timeout: Duration::from_secs(5),
        lease: TimeDelta::seconds(60),
        patience: Duration::from_secs(5),
        housekeeping: Duration::from_millis(50),
        keep: TimeDelta::days(7),
    }
}

pub(crate) fn by_mail() -> Recipient {
    Recipient::Mail(Email::parse("mona@example.com").unwrap())
}

pub(crate) fn by_sms() -> Recipient {
    Recipient::Sms(Phone::parse("01001234567").unwrap())
}

pub(crate) fn message(recipient: Recipient, now: Timestamp) -> Message {
    let text = CodeMessage { kind: Kind::ActivationCode, name: None, code: CODE, language: Language::En };
    text.to(recipient, now)
}

/// A gateway that answers everything the same.
pub(crate) async fn gateway(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

/// How often it was asked.
pub(crate) async fn calls(gateway: &MockServer) -> usize {
    gateway.received_requests().await.unwrap().len()
}
