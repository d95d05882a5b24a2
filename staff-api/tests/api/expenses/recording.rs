//! Writing an expense down.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{Office, WRITERS, id};

#[tokio::test]
async fn an_expense_waits_for_a_decision_when_it_is_written_down() {
    let office = Office::open().await;
    let body = json!({
        "title": "  Towels   for the changing rooms ", "amount": 450.5, "branch_id": 1, "expense_date": "2026-04-10",
        "category": "supplies", "description": "Sixty of them",
    });
    let answer = office.writes("accountant1", body).await.expect(201);
    assert_json_snapshot!(answer.at("/data"), @r#"
    {
      "amount": 450.5,
      "attachments": [],
      "branch_id": 1,
      "branch_name": "Dragon Club",
      "business_day": null,
      "category": "supplies",
      "created_at": "2026-04-17T23:30:00",
      "created_at_utc": "2026-04-17T21:30:00Z",
      "created_by": 1009,
      "created_by_name": "Amal Gaber",
      "date": "2026-04-10",
      "description": "Sixty of them",
      "expense_date": "2026-04-10",
      "expense_id": 1,
      "id": 1,
      "is_paid": false,
      "notes": null,
      "paid_at": null,
      "paid_at_utc": null,
      "paid_business_day": null,
      "paid_by": null,
      "paid_by_name": null,
      "paid_from": null,
      "review_notes": null,
      "reviewed_at": null,
      "reviewed_at_utc": null,
      "reviewed_by": null,
      "reviewed_by_name": null,
      "status": "pending",
      "title": "Towels for the changing rooms"
    }
    "#);
    let found = office.who("manager1").await.get("/api/expenses/1").await.expect(200);
    assert_eq!(found.at("/data"), answer.at("/data"));
    assert_eq!(
        office.last_deed().await,
        json!({
            "action": "expenses.record", "branch": 1, "kind": "expense", "id": 1,
            "detail": { "amount_minor": 45_050, "spent_on": "2026-04-10" },
        })
    );
}

#[tokio::test]
async fn what_is_left_out_is_today_other_and_ones_own_branch() {
    let office = Office::open().await;
    let short = json!({ "title": "Soap", "amount": "12.25", "category": " ", "description": "" });
    let answer = office.writes("manager1", short).await.expect(201);
    let expected = [
        ("branch_id", json!(1)),
        ("expense_date", json!("2026-04-17")),
        ("category", json!("other")),
        ("amount", json!(12.25)),
        ("description", Value::Null),
    ];
    for (key, value) in expected {
        assert_eq!(answer.at(&format!("/data/{key}")), &value, "{key}");
    }
    let dated = json!({ "title": "Soap", "amount": 12, "date": "2026-04-16", "expense_date": "" });
    let dated = office.writes("manager1", dated).await.expect(201);
    assert_eq!(dated.at("/data/expense_date"), "2026-04-16");
    let unsaid = json!({ "title": "Soap", "amount": 12 });
    for name in ["owner", "regional1", "accountant_c", "accountant_r"] {
        office.writes(name, unsaid.clone()).await.refused(400, "BRANCH_REQUIRED");
    }
}

#[tokio::test]
async fn every_category_of_the_app_is_known() {
    let office = Office::open().await;
    let categories = [
        "rent",
        "salaries",
        "utilities",
        "equipment",
        "maintenance",
        "supplies",
        "marketing",
        "insurance",
        "training",
        "services",
        "safety",
        "software",
        "other",
    ];
    for category in categories {
        let body = json!({ "title": "Something", "amount": 1, "branch_id": 1, "category": category });
        let answer = office.writes("accountant1", body).await.expect(201);
        assert_eq!(answer.at("/data/category"), category);
    }
}

#[tokio::test]
async fn all_that_cannot_be_read_is_said_at_once() {
    let office = Office::open().await;
    let body = json!({
        "title": " ", "amount": "a lot", "branch_id": 1, "expense_date": "yesterday", "category": "gifts",
    });
    let refused = office.writes("accountant1", body).await.expect(400);
    for field in ["title", "amount", "expense_date", "category"] {
        assert!(refused.at(&format!("/errors/{field}")).is_string(), "{field}: {}", refused.body);
    }
    let cases = [
        (json!({ "amount": 0 }), "AMOUNT_NOT_POSITIVE"),
        (json!({ "amount": -3 }), "AMOUNT_NOT_POSITIVE"),
        (json!({ "amount": 1.005 }), "AMOUNT_TOO_PRECISE"),
        (json!({ "amount": 1e15 }), "AMOUNT_TOO_LARGE"),
        (json!({ "amount": null }), "MISSING_FIELDS"),
        (json!({ "title": null }), "MISSING_FIELDS"),
        (json!({ "title": "x".repeat(201) }), "TEXT_TOO_LONG"),
        (json!({ "description": "x".repeat(2001) }), "TEXT_TOO_LONG"),
        (json!({ "category": "gifts" }), "UNKNOWN_VALUE"),
        (json!({ "expense_date": "2026-04-18" }), "DATE_IN_FUTURE"),
        (json!({ "expense_date": "1899-12-31" }), "DATE_OUT_OF_RANGE"),
        (json!({ "branch_id": "one" }), "INVALID_FIELD"),
    ];
    for (wrong, code) in cases {
        let mut body = json!({ "title": "Soap", "amount": 12, "branch_id": 1 });
        for (key, value) in wrong.as_object().unwrap() {
            body[key] = value.clone();
        }
        let refused = office.writes("accountant1", body).await.refused(400, code);
        let field = wrong.as_object().unwrap().keys().next().unwrap();
        assert!(refused.at(&format!("/errors/{field}")).is_string(), "{}", refused.body);
    }
    assert_eq!(office.number("select count(*) from expenses").await, 0);
}

#[tokio::test]
async fn today_is_the_day_of_the_gym() {
    let office = Office::open().await;
    // Half an hour later it is Saturday in Cairo, and still Friday in UTC.
    office.gym.clock.advance(chrono::TimeDelta::minutes(45));
    let body = json!({ "title": "Soap", "amount": 12, "branch_id": 1, "expense_date": "2026-04-18" });
    office.writes("accountant1", body).await.expect(201);
}

#[tokio::test]
async fn whoever_runs_or_counts_writes_down_in_their_own_branches() {
    let office = Office::open().await;
    let of = |branch: i64| json!({ "title": "Soap", "amount": 12, "branch_id": branch });
    for name in WRITERS {
        let answer = office.writes(name, of(1)).await.expect(201);
        assert_eq!(answer.at("/data/status"), "pending", "{name}");
        office.writes(name, of(3)).await.refused(404, "BRANCH_NOT_FOUND");
        office.writes(name, of(999)).await.refused(404, "BRANCH_NOT_FOUND");
    }
    for name in ["manager1", "accountant1"] {
        office.writes(name, of(2)).await.refused(404, "BRANCH_NOT_FOUND");
    }
    for name in ["superadmin", "trainer1", "reception1"] {
        office.writes(name, of(1)).await.refused(403, "NOT_ALLOWED");
    }
    office.gym.visitor(&office.router).post("/api/expenses", of(1)).await.refused(401, "SIGNED_OUT");
}

#[tokio::test]
async fn the_last_bills_of_a_branch_come_when_it_is_switched_off() {
    let office = Office::open().await;
    office.who("owner").await.post_empty("/api/branches/2/deactivate").await.expect(200);
    let body = json!({ "title": "Electricity", "amount": 900, "branch_id": 2 });
    office.writes("owner", body).await.expect(201);
}

#[tokio::test]
async fn the_same_key_writes_down_one_expense() {
    let office = Office::open().await;
    let body = json!({ "title": "Soap", "amount": 12, "branch_id": 1 });
    let keyed = office.who("accountant1").await.with("idempotency-key", "soap-1");
    let first = keyed.post("/api/expenses", body.clone()).await.expect(201);
    let second = keyed.post("/api/expenses", body.clone()).await.expect(201);
    assert_eq!(id(&first), id(&second));
    let other = json!({ "title": "Soap", "amount": 13, "branch_id": 1 });
    keyed.post("/api/expenses", other).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(office.number("select count(*) from expenses").await, 1);
    // Without a key it is written down again: two bills may be the same.
    office.writes("accountant1", body.clone()).await.expect(201);
    office.writes("accountant1", body).await.expect(201);
    assert_eq!(office.number("select count(*) from expenses").await, 3);
}
