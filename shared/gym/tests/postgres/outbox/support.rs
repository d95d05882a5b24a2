//! A database, a clock and carriers of a test's own.

use std::{path::PathBuf, sync::Arc, time::Duration};

use base::{
    access::System,
    platform::{
        clock::Clock as _,
        config::{Sms, SmsRoute},
        db::Db,
        delivery::{MessageFile, Recipient, Senders},
        mail::MailTransport,
        outbox::{AnyKind, Failed, JobAttempt, JobKind, Jobs, Lane, Priority, Retry, Settings, Worker},
        sms::{SmsTransport, Twilio},
    },
    testing::{TestClock, TestDb, open},
    vocabulary::{Email, Language, Phone, Timestamp},
};
use chrono::TimeDelta;
use futures_util::{FutureExt as _, future::BoxFuture};
use gym::members::{self, CodeLetter, CodePurpose};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
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

    /// Somebody who writes jobs down.
    pub(crate) fn author(&self) -> System {
        System::job("test.enqueue", self.now())
    }

    /// Writes down the job that sends `recipient` a code.
    pub(crate) async fn enqueue(&self, recipient: Recipient) {
        self.write_down(&members::ACTIVATION_CODE, &letter(recipient)).await;
    }

    pub(crate) async fn write_down<P: Serialize + Send + Sync>(
        &self,
        kind: &'static JobKind<P>,
        payload: &P,
    ) {
        // By a connection of its own: some tests close the database in between.
        let db = open((*self.db.staff_pool().connect_options()).clone());
        let author = self.author();
        let written = db.write_each_time(&author, async |tx| tx.enqueue(kind, payload).await);
        written.await.unwrap();
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
        let worker = Worker::new(db, senders, Arc::new(self.clock.clone()), jobs(), settings);
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
            payload is null as is_blank from outbox order by id";
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

    pub(crate) async fn count(&self, question: &'static str) -> i64 {
        sqlx::query_scalar(question).fetch_one(&self.db.owner).await.unwrap()
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
        attempt_timeout: Duration::from_secs(5),
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

pub(crate) fn letter(to: Recipient) -> CodeLetter {
    let (purpose, language) = (CodePurpose::Activation, Language::En);
    CodeLetter { letterhead: None, to, purpose, name: None, code: CODE.to_owned(), language }
}

/// A job that leaves a line about itself in the audit log, and nothing of which is secret.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub(crate) text: String,
}

pub(crate) static ERRAND: JobKind<Errand> = JobKind {
    name: "errand",
    version: 2,
    priority: Priority::Normal,
    retry: Retry { first_pause: TimeDelta::seconds(60), longest_pause: TimeDelta::seconds(60), attempts: 3 },
    life: None,
    is_secret: false,
    lane: |_| Lane::Work,
    read: read_errand,
    run: run_errand,
};

/// The first version was the text alone.
fn read_errand(version: i16, payload: Value) -> serde_json::Result<Errand> {
    match version {
        1 => serde_json::from_value(payload).map(|text| Errand { text }),
        _ => serde_json::from_value(payload),
    }
}

fn run_errand(errand: Errand, attempt: JobAttempt<'_>) -> BoxFuture<'_, Result<(), Failed>> {
    async move {
        if errand.text == "in vain" {
            return Err(Failed::ForNow("in vain".to_owned()));
        }
        let done = System::job("test.errand", attempt.now);
        let noted = attempt.db.write_each_time(&done, async |_tx| Ok(())).await;
        noted.map_err(|_error| Failed::ForNow("database".to_owned()))
    }
    .boxed()
}

fn jobs() -> Jobs {
    let own: &[&dyn AnyKind] = &[&ERRAND];
    [members::JOBS, own].concat()
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
