//! Looking subscriptions up.

use cast::{Answered, customer, subscription};
use serde_json::{Value, json};

use super::{Desk, spoken};

fn ids(body: &Value) -> Vec<i64> {
    body["data"]["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_newest_come_first_with_every_field_the_apps_read() {
    let desk = Desk::open().await;
    let mona = customer().phone("+201001234567").insert(&desk.gym).await;
    let first = subscription().insert(&desk.gym, mona).await;
    let second = subscription().training(3).insert(&desk.gym, mona).await;
    let list = desk.reception.get("/api/subscriptions").await.expect(200);
    assert_eq!(ids(&list.body), [second.get(), first.get()]);
    assert_eq!(list.at("/data/total"), 2);
    let expected = json!({
        "id": second, "customer_id": mona, "customer_name": "Mona Adel", "customer_phone": "01001234567",
        "service_id": 4, "service_name": "Personal Training", "service_type": "personal_training",
        "subscription_type": "training", "type": "training", "display_metric": "training", "branch_id": 1,
        "branch_name": "Dragon Club", "status": "active", "amount": 1500, "price": 1500, "remaining_sessions": 3,
        "total_sessions": 3, "remaining_coins": null, "coins": null, "total_coins": null, "remaining_days": 21,
        "start_date": "2026-04-07", "end_date": "2026-05-07", "expiry_date": "2026-05-07T23:59:59",
        "freeze_start_date": null, "freeze_end_date": null, "trainer_id": 1008, "trainer_name": "Tamer Zaki",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&list.body["data"]["items"][0][key], value, "{key}");
    }
}

#[tokio::test]
async fn a_status_is_found_in_any_letter_case() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let active = subscription().insert(&desk.gym, mona).await;
    let coins = subscription().coins(1).insert(&desk.gym, mona).await;
    let frozen = subscription().frozen(0, 3).insert(&desk.gym, mona).await;
    let stopped = subscription().stopped().insert(&desk.gym, mona).await;
    let over = subscription().days(-9, Some(-1)).insert(&desk.gym, mona).await;
    let empty = subscription().sessions(0).insert(&desk.gym, mona).await;
    let pending = subscription().days(1, Some(9)).insert(&desk.gym, mona).await;
    let cases = [
        ("active", vec![coins, active]),
        ("ACTIVE", vec![coins, active]),
        ("Frozen", vec![frozen]),
        ("stopped", vec![stopped]),
        ("EXPIRED", vec![empty, over]),
        ("pending", vec![pending]),
    ];
    for (status, expected) in cases {
        let list = desk.reception.get(&format!("/api/subscriptions?status={status}")).await.expect(200);
        assert_eq!(ids(&list.body), expected.iter().map(|id| id.get()).collect::<Vec<_>>(), "{status}");
        assert_eq!(list.at("/data/total"), expected.len());
    }
    desk.reception.get("/api/subscriptions?status=lost").await.refused(400, "INVALID_QUERY");
}

#[tokio::test]
async fn a_list_narrows_by_customer_service_kind_and_branch_and_comes_in_pages() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let nour = customer().insert(&desk.gym).await;
    let far = customer().of_branch(2).insert(&desk.gym).await;
    let a = subscription().insert(&desk.gym, mona).await.get();
    let b = subscription().coins(3).insert(&desk.gym, nour).await.get();
    let c = subscription().sessions(3).insert(&desk.gym, mona).await.get();
    let d = subscription().insert(&desk.gym, far).await.get();
    let owner = desk.who("owner").await;
    let cases = [
        (format!("customer_id={mona}"), vec![c, a]),
        (format!("customer_id={mona}&status=active&per_page=100"), vec![c, a]),
        ("service_id=1".to_owned(), vec![d, a]),
        ("kind=coins".to_owned(), vec![b]),
        ("type=monthly".to_owned(), vec![d, a]),
        ("branch_id=2".to_owned(), vec![d]),
        ("branch_id=1&limit=1000&per_page=1000".to_owned(), vec![c, b, a]),
        ("per_page=2".to_owned(), vec![d, c]),
        ("per_page=2&page=2".to_owned(), vec![b, a]),
        ("limit=3".to_owned(), vec![d, c, b]),
        ("page=9".to_owned(), vec![]),
        ("status=&customer_id=".to_owned(), vec![d, c, b, a]),
    ];
    for (query, expected) in cases {
        let list = owner.get(&format!("/api/subscriptions?{query}")).await.expect(200);
        assert_eq!(ids(&list.body), expected, "{query}");
    }
    let page = owner.get("/api/subscriptions?per_page=2&page=2").await.expect(200);
    assert_eq!(
        (page.at("/data/total"), page.at("/data/pages"), page.at("/data/page")),
        (&json!(4), &json!(2), &json!(2))
    );
    let beyond = owner.get("/api/subscriptions?page=9").await.expect(200);
    assert_eq!(beyond.at("/data/total"), 4);
    for query in ["customer_id=x", "page=x", "branch_id=1e9"] {
        let refused = owner.get(&format!("/api/subscriptions?{query}")).await;
        assert_eq!(refused.status.as_u16(), 400, "{query}");
    }
}

#[tokio::test]
async fn what_few_are_comes_in_pages_and_by_branch_too() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let far = customer().of_branch(2).insert(&desk.gym).await;
    let whole = subscription().frozen(0, 3).insert(&desk.gym, mona).await.get();
    let coins = subscription().coins(4).frozen(-1, 3).insert(&desk.gym, mona).await.get();
    let away = subscription().frozen(0, 5).insert(&desk.gym, far).await.get();
    let stopped_away = subscription().stopped().insert(&desk.gym, far).await.get();
    let stopped = subscription().stopped().insert(&desk.gym, mona).await.get();
    subscription().frozen(1, 3).insert(&desk.gym, mona).await;
    let owner = desk.who("owner").await;
    let cases = [
        ("status=frozen", vec![away, coins, whole], 3),
        ("status=frozen&per_page=2", vec![away, coins], 3),
        ("status=frozen&per_page=2&page=2", vec![whole], 3),
        ("status=frozen&page=9", vec![], 3),
        ("status=frozen&branch_id=1", vec![coins, whole], 2),
        ("status=frozen&branch_id=1&per_page=1&page=2", vec![whole], 2),
        ("status=frozen&kind=coins", vec![coins], 1),
        ("status=stopped&branch_id=2", vec![stopped_away], 1),
        ("status=stopped&service_id=1", vec![stopped, stopped_away], 2),
    ];
    for (query, expected, total) in cases {
        let list = owner.get(&format!("/api/subscriptions?{query}")).await.expect(200);
        assert_eq!((ids(&list.body), list.at("/data/total")), (expected, &json!(total)), "{query}");
    }
    let regional = desk.who("regional1").await.get("/api/subscriptions?status=frozen").await.expect(200);
    assert_eq!(ids(&regional.body), [away, coins, whole]);
    let manager = desk.who("manager1").await.get("/api/subscriptions?status=stopped").await.expect(200);
    assert_eq!(ids(&manager.body), [stopped]);
}

#[tokio::test]
async fn everybody_sees_their_own_branches_only() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let far = customer().of_branch(2).insert(&desk.gym).await;
    let abroad = customer().of_branch(3).insert(&desk.gym).await;
    let a = subscription().insert(&desk.gym, mona).await.get();
    let b = subscription().insert(&desk.gym, far).await.get();
    let c = subscription().of_service(5).insert(&desk.gym, abroad).await.get();
    let cases = [
        ("reception1", vec![a]),
        ("manager2", vec![b]),
        ("trainer1", vec![]),
        ("accountant1", vec![a]),
        ("regional1", vec![b, a]),
        ("accountant_c", vec![b, a]),
        ("owner", vec![b, a]),
        ("owner_b", vec![c]),
        ("superadmin", vec![c, b, a]),
    ];
    for (username, expected) in cases {
        let list = desk.who(username).await.get("/api/subscriptions").await.expect(200);
        assert_eq!(ids(&list.body), expected, "{username}");
    }
    let absent = desk.reception.get("/api/subscriptions?branch_id=99").await.refused(404, "BRANCH_NOT_FOUND");
    let foreign = desk.reception.get("/api/subscriptions?branch_id=2").await;
    assert_eq!(spoken(&foreign), spoken(&absent));
    for tail in ["", "/movements"] {
        let absent = desk.reception.get(&format!("/api/subscriptions/999999{tail}")).await;
        let absent = absent.refused(404, "SUBSCRIPTION_NOT_FOUND");
        for id in [b, c] {
            let foreign = desk.reception.get(&format!("/api/subscriptions/{id}{tail}")).await;
            assert_eq!(spoken(&foreign), spoken(&absent));
        }
        desk.reception.get(&format!("/api/subscriptions/{a}{tail}")).await.expect(200);
        desk.reception.get(&format!("/api/subscriptions/x{tail}")).await.refused(400, "INVALID_ID");
    }
}

#[tokio::test]
async fn the_ledger_comes_in_pages() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let id = subscription().sessions(9).insert(&desk.gym, mona).await;
    for _ in 0..5 {
        desk.reception.post_empty(&format!("/api/subscriptions/{id}/deduct")).await.expect(200);
    }
    let page =
        desk.reception.get(&format!("/api/subscriptions/{id}/movements?per_page=2&page=2")).await.expect(200);
    let left: Vec<_> = page
        .at("/data/items")
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["remaining_after"].as_i64().unwrap())
        .collect();
    assert_eq!(left, [6, 7]);
    assert_eq!(page.at("/data/total"), 6);
}

#[tokio::test]
async fn ten_thousand_of_a_service_elsewhere_hide_none_of_ones_own() {
    let desk = Desk::open().await;
    let mona = customer().insert(&desk.gym).await;
    let own = subscription().insert(&desk.gym, mona).await.get();
    sqlx::query(
        "insert into subscriptions (gym_id, branch_id, customer_id, service_id, service_name, service_type, kind,
             price_minor, duration_days, opens_door, opens_every_branch, starts_on, ends_on, max_freezes,
             max_freeze_days, freeze_fee_minor, freezes_used, freeze_days_used, created_at)
         select s.gym_id, 2, s.customer_id, s.service_id, s.service_name, s.service_type, s.kind, s.price_minor,
             s.duration_days, s.opens_door, s.opens_every_branch, s.starts_on, s.ends_on, s.max_freezes,
             s.max_freeze_days, s.freeze_fee_minor, s.freezes_used, s.freeze_days_used, s.created_at
         from subscriptions s, generate_series(1, 10000)",
    )
    .execute(&desk.gym.db.owner)
    .await
    .unwrap();
    let list = desk.reception.get("/api/subscriptions?service_id=1").await.expect(200);
    assert_eq!(ids(&list.body), [own]);
}

/// A list by every filter is what the same filter leaves of the whole list.
#[tokio::test]
async fn every_way_leads_to_the_same_subscriptions() {
    let desk = Desk::open().await;
    for (branch, sold_as) in [(1, 1), (2, 1), (3, 5)] {
        let mona = customer().of_branch(branch).insert(&desk.gym).await;
        subscription().sold_as(sold_as).insert(&desk.gym, mona).await;
        subscription().coins(3).sold_as(sold_as).insert(&desk.gym, mona).await;
        subscription().coins(0).sold_as(sold_as).insert(&desk.gym, mona).await;
        subscription().sessions(3).sold_as(sold_as).insert(&desk.gym, mona).await;
        subscription().days(-40, Some(-1)).sold_as(sold_as).insert(&desk.gym, mona).await;
        subscription().days(2, Some(9)).sold_as(sold_as).insert(&desk.gym, mona).await;
        subscription().frozen(-1, 5).sold_as(sold_as).insert(&desk.gym, mona).await;
        subscription().stopped().sold_as(sold_as).insert(&desk.gym, mona).await;
    }
    for username in ["superadmin", "owner", "regional1", "reception1"] {
        let caller = desk.who(username).await;
        let whole = caller.get("/api/subscriptions?limit=1000").await.expect(200);
        for service in ["", "1", "5"] {
            for kind in ["", "coins", "time_based", "sessions", "training"] {
                for status in ["", "active", "expired", "pending", "frozen", "stopped"] {
                    let wanted = [("service_id", service), ("type", kind), ("status", status)];
                    let due: Vec<i64> = rows(&whole)
                        .filter(|row| {
                            wanted
                                .iter()
                                .all(|(name, value)| value.is_empty() || spelled(&row[*name]) == *value)
                        })
                        .map(|row| row["id"].as_i64().unwrap())
                        .collect();
                    let asked =
                        format!("/api/subscriptions?service_id={service}&type={kind}&status={status}");
                    let found = caller.get(&asked).await.expect(200);
                    assert_eq!(ids(&found.body), due, "{username} {asked}");
                    assert_eq!(found.at("/data/total"), &json!(due.len()), "{username} {asked}");
                    let one = caller.get(&format!("{asked}&limit=1")).await.expect(200);
                    assert_eq!(one.at("/data/total"), &json!(due.len()), "{username} {asked}");
                }
            }
        }
    }
}

fn rows(answer: &Answered) -> impl Iterator<Item = &Value> {
    answer.at("/data/items").as_array().unwrap().iter()
}

fn spelled(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[tokio::test]
async fn what_must_be_judged_is_not_leafed_through_for_ever() {
    let desk = Desk::open().await;
    let owner = desk.who("owner").await;
    for query in ["", "status=frozen&", "branch_id=1&status=active&service_id=1&"] {
        owner.get(&format!("/api/subscriptions?{query}offset=5001")).await.expect(200);
    }
    for (query, most) in [
        ("status=active", 1000),
        ("status=expired&kind=coins", 1000),
        ("service_id=1", 5000),
        ("service_id=1&kind=coins", 5000),
        ("kind=coins", 5000),
    ] {
        owner.get(&format!("/api/subscriptions?offset={most}&{query}")).await.expect(200);
        let after = most + 1;
        owner.get(&format!("/api/subscriptions?offset={after}&{query}")).await.refused(400, "PAGE_TOO_DEEP");
    }
}
