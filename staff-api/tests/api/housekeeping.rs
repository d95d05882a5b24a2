//! What is done with, goes.

use std::time::Duration;

use base::platform::{clock::Clock as _, config::Audit};
use cast::{Gym, customer};
use chrono::TimeDelta;
use gym::housekeeping;

const KEPT: Audit = Audit { strangers: Duration::from_hours(720), signed_in: Duration::from_hours(8760) };

#[tokio::test]
async fn a_first_login_password_is_gone_after_its_time_and_not_before() {
    let gym = Gym::open().await;
    let mona = customer().insert(&gym).await;
    let until = gym.clock.now().checked_add_signed(TimeDelta::hours(72)).unwrap();
    sqlx::query(
        "update customers set temporary_password = 'RX04AF', temporary_password_until = $2, password_hash = 'x' where id = $1",
    )
    .bind(mona.get())
    .bind(until)
    .execute(&gym.db.owner)
    .await
    .unwrap();
    let shown = async || -> (Option<String>, Option<String>) {
        sqlx::query_as("select temporary_password, password_hash from customers")
            .fetch_one(&gym.db.owner)
            .await
            .unwrap()
    };
    gym.clock.advance(TimeDelta::hours(71));
    assert_eq!(
        housekeeping::sweep(&gym.db.staff(), KEPT, gym.clock.now()).await.unwrap().temporary_passwords,
        0
    );
    assert!(shown().await.0.is_some());
    gym.clock.advance(TimeDelta::hours(1));
    assert_eq!(
        housekeeping::sweep(&gym.db.staff(), KEPT, gym.clock.now()).await.unwrap().temporary_passwords,
        1
    );
    assert_eq!(shown().await, (None, None));
}

#[tokio::test]
async fn what_strangers_did_goes_and_what_was_done_in_a_gym_stays() {
    let gym = Gym::open().await;
    let now = gym.clock.now();
    for (kind, of_gym, action) in [
        ("visitor", None, "account.request_activation"),
        ("visitor", Some(1_i64), "account.send_code"),
        ("system", None, "operator.add"),
        ("staff", None, "gyms.switch"),
    ] {
        sqlx::query(
            "insert into audit_log (at, gym_id, actor_kind, action, request_id) values ($1, $2, $3, $4, 'r')",
        )
        .bind(now)
        .bind(of_gym)
        .bind(kind)
        .bind(action)
        .execute(&gym.db.owner)
        .await
        .unwrap();
    }
    let swept = async |days| {
        gym.clock.advance(TimeDelta::days(days));
        housekeeping::sweep(&gym.db.staff(), KEPT, gym.clock.now()).await.unwrap().rows
    };
    assert_eq!((swept(30).await, swept(1).await, swept(400).await), (0, 1, 0));
    let left: Vec<String> =
        sqlx::query_scalar("select action from audit_log where request_id = 'r' order by id")
            .fetch_all(&gym.db.owner)
            .await
            .unwrap();
    assert_eq!(left, ["account.send_code", "operator.add", "gyms.switch"]);
}

#[tokio::test]
async fn codes_counters_outcomes_and_sessions_go_when_they_are_of_no_use() {
    let gym = Gym::open().await;
    let now = gym.clock.now();
    gym.staff_token("reception1").await;
    gym.member_token(customer().insert(&gym).await).await;
    for statement in [
        "insert into one_time_codes (purpose, identifier_hash, code_hash, guesses, created_at, expires_at) values ('activation', 'a', 'b', 0, $1, $1)",
        "insert into limit_counters (action, key_hash, window_started_at, count) values ('password_change', 'a', $1, 1)",
        "insert into idempotency_keys (actor_kind, actor_id, key, fingerprint, outcome, created_at) values ('staff', 1, 'k', 'f', '1', $1)",
        "insert into spent_qr_tokens (token_id, customer_id, spent_at, expires_at) values ('00000000-0000-4000-8000-000000000001', 1, $1, $1)",
    ] {
        sqlx::query(statement).bind(now).execute(&gym.db.owner).await.unwrap();
    }
    assert_eq!(housekeeping::sweep(&gym.db.staff(), KEPT, now).await.unwrap().rows, 0);
    gym.clock.advance(TimeDelta::days(45));
    assert_eq!(housekeeping::sweep(&gym.db.staff(), KEPT, gym.clock.now()).await.unwrap().rows, 6);
    assert_eq!(housekeeping::sweep(&gym.db.staff(), KEPT, gym.clock.now()).await.unwrap().rows, 0);
}
