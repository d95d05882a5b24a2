//! Attempts are counted exactly, however many come at once.

use std::{net::IpAddr, time::Duration};

use base::{
    Error, Refusal as _, Text,
    platform::{
        clock::Clock as _,
        limits::{Allowance, Limit, Limits, TooMany},
    },
    testing::{HASH_KEY, TestClock, TestDb},
    vocabulary::{StaffId, Timestamp},
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use gym::{
    customers::count_qr_regeneration,
    members::{Guesser, count_code_guess},
};

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

async fn admitted<T>(tries: impl Iterator<Item = impl Future<Output = Result<T, Error>>>) -> usize {
    join_all(tries).await.into_iter().flatten().count()
}

fn at(clock: &TestClock) -> Timestamp {
    clock.now()
}

#[tokio::test]
async fn of_a_hundred_attempts_at_once_exactly_ten_are_evaluated() {
    let (db, clock) = (TestDb::open().await, TestClock::default());
    let (limits, staff, now) = (Limits::new(HASH_KEY), db.staff(), at(&clock));
    let tries = (0..100).map(|_| limits.sign_in(&staff, "staff:owner", HOME, now));
    assert_eq!(admitted(tries).await, 10);
    assert!(limits.sign_in(&staff, "staff:manager1", HOME, now).await.is_ok(), "another account is free");
    let elsewhere = IpAddr::from([192, 0, 2, 8]);
    assert!(limits.sign_in(&staff, "staff:owner", elsewhere, now).await.is_ok(), "another address is free");
}

#[tokio::test]
async fn many_addresses_together_get_a_hundred_attempts_at_one_account() {
    let (db, clock) = (TestDb::open().await, TestClock::default());
    let (limits, staff, now) = (Limits::new(HASH_KEY), db.staff(), at(&clock));
    let tries = (0..30_u8).flat_map(|address| {
        let (limits, staff) = (&limits, &staff);
        (0..10).map(move |_| limits.sign_in(staff, "staff:owner", IpAddr::from([198, 51, 100, address]), now))
    });
    assert_eq!(admitted(tries).await, 100);
}

#[tokio::test]
async fn an_address_that_is_stopped_does_not_use_up_the_account() {
    let (db, clock) = (TestDb::open().await, TestClock::default());
    let (limits, staff, now) = (Limits::new(HASH_KEY), db.staff(), at(&clock));
    for attempt in 0..120 {
        let counted = limits.sign_in(&staff, "staff:owner", HOME, now).await;
        assert_eq!(counted.is_ok(), attempt < 10);
    }
    let elsewhere = IpAddr::from([192, 0, 2, 8]);
    assert!(limits.sign_in(&staff, "staff:owner", elsewhere, now).await.is_ok());
}

#[tokio::test]
async fn a_window_ends_when_its_refusals_said_it_would() {
    let (db, clock) = (TestDb::open().await, TestClock::default());
    let (limits, staff) = (Limits::new(HASH_KEY), db.staff());
    for _ in 0..10 {
        assert!(limits.password_change(&staff, 1006, at(&clock)).await.is_ok());
        clock.advance(TimeDelta::seconds(30));
    }
    let Err(Error::Refused(refusal)) = limits.password_change(&staff, 1006, at(&clock)).await else {
        panic!("the eleventh attempt must be refused");
    };
    assert_eq!(refusal.code(), "RATE_LIMIT_EXCEEDED");
    let base::RefusalKind::TooMany { retry_after } = refusal.kind() else { panic!("{refusal}") };
    assert_eq!(retry_after, 5 * 60 + 1);
    clock.advance(TimeDelta::seconds(i64::from(retry_after)));
    assert!(limits.password_change(&staff, 1006, at(&clock)).await.is_ok());
}

#[tokio::test]
async fn a_staff_user_renews_ten_qr_codes_a_minute() {
    let (db, clock) = (TestDb::open().await, TestClock::default());
    let (limits, staff, now) = (Limits::new(HASH_KEY), db.staff(), at(&clock));
    let tries = (0..25).map(|_| count_qr_regeneration(&limits, &staff, StaffId::new(1006), now));
    assert_eq!(admitted(tries).await, 10);
    assert!(count_qr_regeneration(&limits, &staff, StaffId::new(1007), now).await.is_ok());
    clock.advance(TimeDelta::minutes(1));
    assert!(count_qr_regeneration(&limits, &staff, StaffId::new(1006), at(&clock)).await.is_ok());
}

#[tokio::test]
async fn copies_of_the_members_door_count_in_the_same_counters() {
    let (db, clock) = (TestDb::open().await, TestClock::default());
    let (limits, now) = (Limits::new(HASH_KEY), at(&clock));
    let (client, another) = (db.client(), db.client());
    let tries = (0..40).map(|try_| {
        let db = if try_ % 2 == 0 { &client } else { &another };
        count_code_guess((&limits, db), "mona@example.com", (Guesser::Stranger, HOME), now)
    });
    assert_eq!(admitted(tries).await, 15);
}

#[tokio::test]
async fn three_hundred_members_behind_one_address_all_get_to_guess() {
    let (db, clock) = (TestDb::open().await, TestClock::default());
    let (limits, client, now) = (Limits::new(HASH_KEY), db.client(), at(&clock));
    let names: Vec<String> = (0..300).map(|member| format!("+2010000{member:05}")).collect();
    let tries = names.iter().flat_map(|name| {
        let (limits, client) = (&limits, &client);
        (0..2).map(move |_| count_code_guess((limits, client), name, (Guesser::Stranger, HOME), now))
    });
    assert_eq!(admitted(tries).await, 600);
}

#[test]
fn a_refusal_of_too_many_names_its_seconds() {
    static KNOCKING: Limit = Limit {
        name: "knocking",
        sentence: Text { en: "Too many knocks", ar: "طرقات كثيرة" },
        allowance: Allowance { most: 1, window: Duration::from_mins(1) },
        configured: |limits| Allowance { most: limits.code_guesses, window: limits.code_window },
    };
    let refused = TooMany { limit: &KNOCKING, retry_after: 5 };
    assert_eq!(refused.kind(), base::RefusalKind::TooMany { retry_after: 5 });
}
