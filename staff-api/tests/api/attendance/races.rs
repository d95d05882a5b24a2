//! Many at one door at once.

use std::collections::BTreeSet;

use cast::{Answered, customer, subscription};
use futures_util::future::join_all;
use serde_json::json;

use super::{FrontDesk, deduct};

fn admitted(answers: &[Answered]) -> Vec<&Answered> {
    answers.iter().filter(|answer| answer.status == 200).collect()
}

#[tokio::test]
async fn a_check_in_sent_many_times_at_once_is_one_entry_and_one_charge() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(20).insert(&setup.gym, mona).await;
    let answers = join_all((0..24).map(|_| setup.desk.post("/api/attendance", deduct(mona)))).await;
    let entries: BTreeSet<_> = answers.iter().map(|answer| answer.at("/data/entry_id").as_i64()).collect();
    assert_eq!(admitted(&answers).len(), 24);
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(answers.iter().filter(|answer| answer.at("/data/repeated") == false).count(), 1);
    assert_eq!(setup.remaining(swim).await, 19);
    assert_eq!(setup.count("select count(*) from entries").await, 1);
    setup.adds_up().await;
}

#[tokio::test]
async fn keyed_and_unkeyed_check_ins_of_one_moment_are_one_entry() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(20).insert(&setup.gym, mona).await;
    let answers = join_all((0..16).map(|number| {
        let desk = match number % 2 {
            0 => setup.desk.clone(),
            _ => setup.desk.clone().with("idempotency-key", format!("visit-{number}")),
        };
        async move { desk.post("/api/attendance", deduct(mona)).await }
    }))
    .await;
    assert_eq!(admitted(&answers).len(), 16);
    assert_eq!(setup.remaining(swim).await, 19);
    assert_eq!(setup.count("select count(*) from entries").await, 1);
}

#[tokio::test]
async fn two_doors_take_two_and_never_more_than_there_are() {
    let setup = FrontDesk::open().await;
    let there = setup.caller("reception2").await;
    for round in 0..8 {
        let mona = customer().insert(&setup.gym).await;
        let pack = subscription().coins(1 + round % 3).everywhere().insert(&setup.gym, mona).await;
        let answers = join_all((0..12).map(|number| {
            let door = if number % 2 == 0 { &setup.desk } else { &there };
            door.post("/api/attendance", deduct(mona))
        }))
        .await;
        let fresh = admitted(&answers).iter().filter(|answer| answer.at("/data/repeated") == false).count();
        let expected = if round % 3 == 0 { 1 } else { 2 };
        assert_eq!(fresh, expected, "round {round}");
        assert_eq!(
            setup.remaining(pack).await,
            i32::try_from(1 + usize::try_from(round % 3).unwrap() - fresh).unwrap()
        );
    }
    setup.adds_up().await;
}

#[tokio::test]
async fn the_last_session_goes_to_the_door_or_to_the_desk_never_to_both() {
    let setup = FrontDesk::open().await;
    for _ in 0..12 {
        let mona = customer().insert(&setup.gym).await;
        let swim = subscription().sessions(1).insert(&setup.gym, mona).await;
        let spend = async {
            let mut conn = setup.gym.db.staff_pool().acquire().await.unwrap();
            sqlx::query(
                "with taken as (
                     update subscription_balances set remaining = remaining - 1
                     where subscription_id = $1 and remaining > 0
                     returning remaining
                 )
                 insert into subscription_movements (subscription_id, kind, amount, remaining_after, actor_kind, actor_id, at)
                 select $1, 'use', -1, remaining, 'staff', 1006, '2026-04-17T20:00:00Z' from taken",
            )
            .bind(swim.get())
            .execute(&mut *conn)
            .await
            .unwrap()
            .rows_affected()
        };
        let (answer, by_desk) = tokio::join!(setup.desk.post("/api/attendance", deduct(mona)), spend);
        let by_door = u64::from(answer.status == 200);
        assert!(matches!((by_door, by_desk), (1, 0) | (0, 1)), "{by_door} {by_desk}");
        if by_door == 0 {
            answer.refused(403, "NO_SESSIONS_REMAINING");
        }
        assert_eq!(setup.remaining(swim).await, 0);
    }
    setup.adds_up().await;
}

#[tokio::test]
async fn a_spending_under_way_is_waited_for_and_believed() {
    let setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(1).insert(&setup.gym, mona).await;
    let mut tx = setup.gym.db.staff_pool().begin().await.unwrap();
    sqlx::query(
        "with taken as (update subscription_balances set remaining = 0 where subscription_id = $1)
         insert into subscription_movements (subscription_id, kind, amount, remaining_after, actor_kind, actor_id, at)
         values ($1, 'use', -1, 0, 'staff', 1006, '2026-04-17T20:00:00Z')",
    )
    .bind(swim.get())
    .execute(&mut *tx)
    .await
    .unwrap();
    let commit_once_somebody_waits = async {
        let waiting = "select count(*) from pg_locks where not granted and pid <> pg_backend_pid()
             and pid in (select pid from pg_stat_activity where datname = current_database())";
        while setup.count(waiting).await == 0 {}
        tx.commit().await.unwrap();
    };
    let (answer, ()) =
        tokio::join!(setup.desk.post("/api/attendance", deduct(mona)), commit_once_somebody_waits);
    answer.refused(403, "NO_SESSIONS_REMAINING");
    assert_eq!(setup.remaining(swim).await, 0);
    setup.adds_up().await;
}

#[tokio::test]
async fn one_token_at_many_doors_opens_one() {
    let setup = FrontDesk::open().await;
    let there = setup.caller("reception2").await;
    let owner = setup.caller("owner").await;
    let mona = customer().insert(&setup.gym).await;
    subscription().everywhere().insert(&setup.gym, mona).await;
    let token = setup.token(mona, 1, 60);
    let answers = join_all((0..24).map(|number| {
        let (door, body) = match number % 3 {
            0 => (&setup.desk, json!({ "qr_token": token })),
            1 => (&there, json!({ "qr_token": token })),
            _ => (&owner, json!({ "qr_token": token, "branch_id": 1 + number % 2 })),
        };
        door.post("/api/qr/scan", body)
    }))
    .await;
    let fresh = admitted(&answers).iter().filter(|answer| answer.at("/data/repeated") == false).count();
    assert_eq!(fresh, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.refused(403, "QR_ALREADY_USED");
    }
    assert_eq!(setup.count("select count(*) from entries where is_admitted").await, 1);
    assert_eq!(setup.count("select count(*) from spent_qr_tokens").await, 1);
    setup.adds_up().await;
}

#[tokio::test]
async fn a_crowd_comes_in_one_by_one_and_everything_adds_up() {
    let setup = FrontDesk::open().await;
    let mut crowd = Vec::new();
    for number in 0..10 {
        let person = customer().insert(&setup.gym).await;
        subscription().sessions(number % 3).insert(&setup.gym, person).await;
        subscription().coins(number % 2).insert(&setup.gym, person).await;
        crowd.push(person);
    }
    for _ in 0..3 {
        let people = crowd.iter().chain(crowd.iter());
        let answers =
            join_all(people.map(|person| setup.desk.post("/api/attendance", deduct(*person)))).await;
        for answer in answers.into_iter().filter(|answer| answer.status != 200) {
            answer.expect(403);
        }
        setup.wait(11);
    }
    setup.adds_up().await;
}

#[tokio::test]
async fn a_freeze_and_an_admission_never_cross() {
    let setup = FrontDesk::open().await;
    for _ in 0..10 {
        let mona = customer().insert(&setup.gym).await;
        let swim = subscription().sessions(2).insert(&setup.gym, mona).await;
        let freeze = async {
            let mut tx = setup.gym.db.staff_pool().begin().await.unwrap();
            sqlx::query("select from customers where id = $1 for update")
                .bind(mona.get())
                .execute(&mut *tx)
                .await
                .unwrap();
            sqlx::query("select from subscriptions where id = $1 for update")
                .bind(swim.get())
                .execute(&mut *tx)
                .await
                .unwrap();
            let left: i32 = sqlx::query_scalar(
                "select remaining from subscription_balances where subscription_id = $1 for update",
            )
            .bind(swim.get())
            .fetch_one(&mut *tx)
            .await
            .unwrap();
            sqlx::query("update subscriptions set frozen_from = '2026-04-17', frozen_until = '2026-04-20' where id = $1")
                .bind(swim.get())
                .execute(&mut *tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            left
        };
        let (answer, seen_by_freeze) = tokio::join!(setup.desk.post("/api/attendance", deduct(mona)), freeze);
        let left = setup.remaining(swim).await;
        assert_eq!(left, seen_by_freeze, "nothing is taken once it is frozen");
        assert_eq!(answer.status == 200, left == 1);
        assert!(answer.status == 200 || answer.code() == "SUBSCRIPTION_FROZEN", "{}", answer.body);
    }
    setup.adds_up().await;
}

#[tokio::test]
async fn the_door_and_the_desk_never_wait_for_each_other_for_ever() {
    let setup = FrontDesk::open().await;
    let manager = setup.caller("manager1").await;
    let mona = customer().insert(&setup.gym).await;
    let swim = subscription().sessions(12).insert(&setup.gym, mona).await;
    let mut admitted_and_deducted = 0;
    for round in 0..6 {
        let answers = join_all((0..18).map(|number| {
            let (path, body) = match number % 6 {
                0 | 1 => ("/api/attendance".to_owned(), deduct(mona)),
                2 | 3 => (format!("/api/subscriptions/{swim}/deduct"), json!({})),
                4 => (
                    "/api/subscriptions/renew".to_owned(),
                    json!({
                        "subscription_id": swim, "amount": 100 + number, "sessions": 1,
                    }),
                ),
                _ => (
                    "/api/subscriptions/freeze".to_owned(),
                    json!({ "subscription_id": swim, "freeze_days": 1 }),
                ),
            };
            let manager = manager.clone().with("idempotency-key", format!("{round}-{number}"));
            async move { manager.post(&path, body).await }
        }))
        .await;
        for answer in &answers {
            assert!(answer.status.as_u16() < 500, "{}", answer.body);
        }
        admitted_and_deducted += answers.iter().filter(|answer| answer.at("/data/charged") == 1).count();
        setup.wait(11);
        let body = json!({ "subscription_id": swim });
        manager.post("/api/subscriptions/unfreeze", body).await;
    }
    assert!(admitted_and_deducted > 0);
    setup.adds_up().await;
}
