//! The demo gym with both its doors open.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use base::{
    platform::{
        clock::Clock as _,
        delivery::{MessageFile, Senders},
        mail::MailTransport,
        outbox::{Settings, Worker},
        sms::SmsTransport,
    },
    vocabulary::Timestamp,
};
use cast::{Answered, Caller, Gym, PASSWORD};
use chrono::TimeDelta;
use seeds::{INVARIANTS, demo::DOCUMENTED};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// The demo gym, both doors, and a postman who writes messages into a file.
pub(crate) struct DemoStack {
    pub(crate) gym: Gym,
    staff: Router,
    members: Router,
}

impl DemoStack {
    /// A Friday afternoon, 16:20 in Cairo.
    pub(crate) async fn open() -> Self {
        Self::remembering(Duration::ZERO).await
    }

    /// Doors that ask again about a session only after so long.
    pub(crate) async fn remembering(remember: Duration) -> Self {
        let now: Timestamp = "2026-11-20T14:20:00Z".parse().unwrap();
        let gym = Gym::demo(now).await;
        let (staff, _) = staff_api::router(gym.staff_app_remembering(remember));
        let (members, _) = client_api::router(gym.client_app_remembering(remember));
        Self { gym, staff, members }
    }

    pub(crate) fn wait(&self, by: TimeDelta) {
        self.gym.clock.advance(by);
    }

    /// Somebody at the staff door without a token.
    pub(crate) fn stranger(&self) -> Caller {
        self.gym.visitor(&self.staff)
    }

    /// Somebody at the members' door without a token.
    pub(crate) fn visitor(&self) -> Caller {
        self.gym.visitor(&self.members)
    }

    /// Somebody who has signed in with name and password.
    pub(crate) async fn works(&self, username: &str) -> Caller {
        let body = json!({ "username": username, "password": PASSWORD });
        let answer = self.stranger().post("/api/auth/login", body).await.expect(200);
        bearer(&self.stranger(), &answer)
    }

    /// A member who has signed in with phone and password.
    pub(crate) async fn sign_in(&self, phone: &str, password: &str) -> Caller {
        let body = json!({ "phone": phone, "password": password });
        let answer = self.visitor().post("/api/clients/auth/login", body).await.expect(200);
        bearer(&self.visitor(), &answer)
    }

    /// A member of document 1 who has signed in with the password that the document gives them.
    pub(crate) async fn documented(&self, id: i64) -> Caller {
        let known = DOCUMENTED.iter().find(|known| known.id == id).unwrap();
        self.sign_in(known.phone, known.temporary_password.unwrap()).await
    }

    /// A member who has signed in with a code.
    pub(crate) async fn sign_in_by_code(&self, identifier: &str) -> (Caller, Answered) {
        let ask = json!({ "identifier": identifier });
        self.visitor().post("/api/clients/request-activation", ask).await.expect(200);
        let code = code_in(self.delivered().await.last().unwrap());
        let body = json!({ "identifier": identifier, "activation_code": code });
        let answer = self.visitor().post("/api/clients/verify-activation", body).await.expect(200);
        (bearer(&self.visitor(), &answer), answer)
    }

    /// Lets the postman go until nothing waits, and reads what was delivered on this round.
    pub(crate) async fn delivered(&self) -> Vec<Value> {
        let path: PathBuf = std::env::temp_dir().join(format!("gym-journey-{}.jsonl", uuid::Uuid::new_v4()));
        let file = MessageFile::new(&path);
        let senders = Senders { mail: MailTransport::File(file.clone()), sms: SmsTransport::File(file) };
        let stop = CancellationToken::new();
        // A code is due up to half a second after it was asked for.
        self.wait(TimeDelta::seconds(1));
        let clock = Arc::new(self.gym.clock.clone());
        let mut worker = JoinSet::new();
        worker.spawn(
            Worker::new(&self.gym.db.staff(), senders, clock, staff_api::jobs(), settings())
                .run(stop.clone()),
        );
        let deadline = Instant::now().checked_add(Duration::from_secs(15)).unwrap();
        while self.count("select count(*) from outbox where state = 'waiting'").await > 0 {
            assert!(Instant::now() < deadline, "the message does not leave");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
        worker.join_all().await;
        let lines = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.unwrap()
    }

    /// Whatever happened: ledgers, receipts, doors and dates are sound.
    pub(crate) async fn is_sound(&self) {
        let broken: Vec<(String, i64)> = sqlx::query_as(INVARIANTS)
            .bind(self.gym.clock.now())
            .fetch_all(&self.gym.db.owner)
            .await
            .unwrap();
        assert_eq!(broken, []);
    }
}

fn settings() -> Settings {
    Settings {
        poll: Duration::from_millis(20),
        batch: 20,
        attempt_timeout: Duration::from_secs(5),
        lease: TimeDelta::seconds(60),
        patience: Duration::from_secs(10),
        housekeeping: Duration::from_secs(15),
        keep: TimeDelta::days(7),
    }
}

/// `somebody` with the access token of a sign-in.
pub(crate) fn bearer(somebody: &Caller, answer: &Answered) -> Caller {
    let token = answer.at("/data/access_token").as_str().unwrap();
    somebody.clone().with("authorization", format!("Bearer {token}"))
}

/// The six digits of a message.
pub(crate) fn code_in(message: &Value) -> String {
    let text = message["text"].as_str().unwrap();
    let digits: String = text.chars().map(|char| if char.is_ascii_digit() { char } else { ' ' }).collect();
    digits.split_whitespace().find(|run| run.len() == 6).unwrap().to_owned()
}

/// What a person reads of an answer, without what names the request.
pub(crate) fn spoken(answer: &Answered) -> Value {
    let mut body = answer.body.clone();
    body["request_id"] = Value::Null;
    body
}
