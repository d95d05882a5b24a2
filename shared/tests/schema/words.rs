//! Closed lists: each list of words in the schema has one enum in the code, with the same words.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};
use shared::{
    access::Role,
    gyms::GymRule,
    members::Purpose,
    notifications::{AppType, Platform},
    payments,
    plans::{Kind, ServiceType},
    platform::outbox,
    subscriptions::{FreezeSpan, MovementKind, Standing},
    testing::TestDb,
    vocabulary::{Gender, Language},
};

macro_rules! words_of {
    ($($constraint:literal = $all:expr),+ $(,)?) => {
        BTreeMap::from([$(($constraint, $all.iter().map(|word| word.as_str()).collect::<BTreeSet<_>>()),)+])
    };
}

/// Lists whose feature has no type for them.
const WITHOUT_A_TYPE: &[&str] = &["entries_action_known", "entries_source_known", "gym_rules_rule_known"];

/// Lists whose words are variants of a type that is not an enum of words.
fn spelled_out() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    BTreeMap::from([
        ("audit_log_actor_kind_known", BTreeSet::from(["staff", "customer", "visitor", "system"])),
        ("gym_rules_rule_known", GymRule::ALL.into_iter().map(GymRule::key).collect()),
    ])
}

#[tokio::test]
async fn the_schema_and_the_code_know_the_same_words() {
    let mut code = words_of! {
        "customers_gender_known" = Gender::ALL,
        "customers_language_known" = Language::ALL,
        "devices_app_type_known" = AppType::ALL,
        "devices_platform_known" = Platform::ALL,
        "one_time_codes_purpose_known" = Purpose::ALL,
        "outbox_channel_known" = outbox::Channel::ALL,
        "outbox_kind_known" = outbox::Kind::ALL,
        "outbox_state_known" = outbox::State::ALL,
        "payments_kind_known" = payments::Purpose::ALL,
        "payments_method_known" = payments::Method::ALL,
        "services_kind_known" = Kind::ALL,
        "services_type_known" = ServiceType::ALL,
        "staff_users_language_known" = Language::ALL,
        "staff_users_role_known" = Role::ALL,
        "subscription_movements_kind_known" = MovementKind::ALL,
        "subscriptions_kind_known" = Kind::ALL,
    };
    code.extend(spelled_out());
    let db = TestDb::open().await;
    let lists: Vec<(String, String)> = sqlx::query_as(
        "select conname::text, pg_get_constraintdef(oid) from pg_constraint
         where contype = 'c' and connamespace = 'public'::regnamespace and conname like '%\\_known'",
    )
    .fetch_all(&db.owner)
    .await
    .unwrap();
    for (name, definition) in &lists {
        let quoted: BTreeSet<&str> = definition.split('\'').skip(1).step_by(2).collect();
        match code.remove(name.as_str()) {
            Some(words) => assert_eq!(words, quoted, "{name}"),
            None => assert!(WITHOUT_A_TYPE.contains(&name.as_str()), "{name} has no enum"),
        }
    }
    assert!(code.is_empty(), "no such list: {:?}", code.keys());
}

#[tokio::test]
async fn a_status_means_the_same_in_sql_and_in_code() {
    let today = NaiveDate::from_ymd_opt(2026, 4, 17).unwrap();
    let day = |offset: i64| match u64::try_from(offset) {
        Ok(ahead) => today.checked_add_days(Days::new(ahead)).unwrap(),
        Err(_behind) => today.checked_sub_days(Days::new(offset.unsigned_abs())).unwrap(),
    };
    let (mut rows, mut expected) = (Vec::new(), Vec::new());
    for starts_in in -2..=2 {
        for ends_in in [None, Some(-1), Some(0), Some(1), Some(2)] {
            for freeze in [None, Some((-2, -1)), Some((-1, 0)), Some((0, 0)), Some((0, 2)), Some((1, 2))] {
                for (is_stopped, remaining) in
                    [(false, None), (false, Some(0)), (false, Some(3)), (true, None), (true, Some(0))]
                {
                    let standing = Standing {
                        starts_on: day(starts_in),
                        ends_on: ends_in.map(day),
                        freeze: freeze.map(|(from, until)| FreezeSpan { from: day(from), until: day(until) }),
                        stopped_at: is_stopped.then_some(chrono::DateTime::<Utc>::UNIX_EPOCH),
                        remaining,
                    };
                    rows.push(json!({
                        "starts_on": standing.starts_on, "ends_on": standing.ends_on, "remaining": remaining,
                        "frozen_from": freeze.map(|(from, _)| day(from)),
                        "frozen_until": freeze.map(|(_, until)| day(until)),
                        "stopped_at": standing.stopped_at,
                    }));
                    expected.push(standing.status(today).as_str().to_owned());
                }
            }
        }
    }
    let db = TestDb::open().await;
    let said: Vec<String> = sqlx::query_scalar(
        "select subscription_status(starts_on, ends_on, frozen_from, frozen_until, stopped_at, remaining, $2)
         from rows from (
             jsonb_to_recordset($1) as (starts_on date, ends_on date, frozen_from date, frozen_until date,
                 stopped_at timestamptz, remaining integer)
         ) with ordinality
         order by ordinality",
    )
    .bind(Value::from(rows.clone()))
    .bind(today)
    .fetch_all(&db.owner)
    .await
    .unwrap();
    assert_eq!(said.len(), expected.len());
    for ((row, said), expected) in rows.iter().zip(said).zip(expected) {
        assert_eq!(said, expected, "{row}");
    }
}
