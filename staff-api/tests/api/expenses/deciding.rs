//! Approving, rejecting and taking back.

use base::vocabulary::Timestamp;
use serde_json::{Value, json};

use super::{Office, spoken};

#[tokio::test]
async fn an_approved_expense_counts_for_the_day_it_was_spent() {
    let office = Office::open().await;
    let id = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let answer = office.approves("manager1", id).await.expect(200);
    let expected = json!({
        "id": id, "status": "approved", "business_day": "2026-04-10", "reviewed_by": 1004,
        "reviewed_by_name": "Magdy Fawzy", "reviewed_at": "2026-04-17T23:30:00", "review_notes": null,
        "is_paid": false, "amount": 450, "created_by_name": "Amal Gaber",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&answer.body["data"][key], value, "{key}");
    }
    assert_eq!(
        office.last_deed().await,
        json!({
            "action": "expenses.review", "branch": 1, "kind": "expense", "id": id,
            "detail": { "did": "approve", "amount_minor": 45_000, "business_day": "2026-04-10" },
        })
    );
}

#[tokio::test]
async fn a_rejected_expense_does_not_count_and_says_why() {
    let office = Office::open().await;
    let id = office.expense("accountant1", 1, 450.0, "2026-04-10").await;
    let answer = office.rejects("owner", id).await.expect(200);
    for (key, value) in [
        ("status", json!("rejected")),
        ("business_day", Value::Null),
        ("review_notes", json!("Not this month")),
        ("notes", json!("Not this month")),
        ("reviewed_by", json!(1002)),
    ] {
        assert_eq!(&answer.body["data"][key], &value, "{key}");
    }
    let deed = office.last_deed().await;
    assert_eq!(deed["detail"], json!({ "did": "reject", "amount_minor": 45_000 }), "no free text");
}

#[tokio::test]
async fn those_who_review_do_so_within_their_reach() {
    let office = Office::open().await;
    for (name, reaches_both) in
        [("owner", true), ("regional1", true), ("accountant_c", true), ("manager1", false)]
    {
        let here = office.expense("accountant_r", 1, 5.0, "2026-04-10").await;
        let beside = office.expense("accountant_r", 2, 5.0, "2026-04-10").await;
        office.approves(name, here).await.expect(200);
        let answer = office.approves(name, beside).await;
        if reaches_both {
            answer.expect(200)
        } else {
            answer.refused(404, "EXPENSE_NOT_FOUND")
        };
    }
    let id = office.expense("accountant_r", 1, 5.0, "2026-04-10").await;
    for name in ["superadmin", "accountant_r", "accountant1", "trainer1", "reception1"] {
        office.approves(name, id).await.refused(403, "NOT_ALLOWED");
    }
    let absent = office.approves("manager1", 999).await.refused(404, "EXPENSE_NOT_FOUND");
    for name in ["manager2", "owner_b"] {
        let foreign = office.approves(name, id).await;
        assert_eq!(spoken(&foreign), spoken(&absent), "{name}");
    }
}

#[tokio::test]
async fn nobody_decides_on_an_expense_that_they_wrote_down() {
    let office = Office::open().await;
    for name in ["owner", "regional1", "manager1", "accountant_c"] {
        let id = office.expense(name, 1, 5.0, "2026-04-10").await;
        office.approves(name, id).await.refused(403, "OWN_EXPENSE");
        office.rejects(name, id).await.refused(403, "OWN_EXPENSE");
    }
    assert_eq!(office.number("select count(*) from expenses where decision is not null").await, 0);
}

/// Whoever comes to the table past the rules is held by the schema.
#[tokio::test]
async fn the_schema_knows_that_nobody_approves_their_own() {
    let office = Office::open().await;
    office.expense("manager1", 1, 5.0, "2026-04-10").await;
    let own = "update expenses set decision = 'approved', decided_by = created_by, decided_at = $1,
                   business_day = spent_on";
    let refused = sqlx::query(own).bind(Timestamp::UNIX_EPOCH).execute(&office.gym.db.owner).await;
    let refused = refused.unwrap_err().into_database_error().unwrap();
    assert_eq!(refused.constraint(), Some("expenses_approved_by_another"));
}

#[tokio::test]
async fn what_was_reviewed_is_not_reviewed_again() {
    let office = Office::open().await;
    let approved = office.expense("accountant1", 1, 5.0, "2026-04-10").await;
    let rejected = office.expense("accountant1", 1, 5.0, "2026-04-10").await;
    office.approves("manager1", approved).await.expect(200);
    office.rejects("manager1", rejected).await.expect(200);
    for id in [approved, rejected] {
        for name in ["manager1", "owner"] {
            office.approves(name, id).await.refused(409, "EXPENSE_ALREADY_REVIEWED");
            office.rejects(name, id).await.refused(409, "EXPENSE_ALREADY_REVIEWED");
            office.withdraws(name, id).await.refused(409, "EXPENSE_ALREADY_REVIEWED");
        }
        office.withdraws("accountant1", id).await.refused(409, "EXPENSE_ALREADY_REVIEWED");
    }
    let stands =
        "select count(*) from expenses where (decision = 'approved') = (id = 1) and decided_by = 1004";
    assert_eq!(office.number(stands).await, 2);
}

#[tokio::test]
async fn a_review_says_approve_or_reject() {
    let office = Office::open().await;
    let id = office.expense("accountant1", 1, 5.0, "2026-04-10").await;
    office.says("owner", id, json!({ "action": "maybe" })).await.refused(400, "INVALID_ACTION");
    office.says("owner", id, json!({ "action": " " })).await.refused(400, "MISSING_FIELDS");
    office.says("owner", id, json!({ "notes": "Fine" })).await.refused(400, "MISSING_FIELDS");
    let long = json!({ "action": "reject", "notes": "x".repeat(2001) });
    office.says("owner", id, long).await.refused(400, "TEXT_TOO_LONG");
    office.says("owner", id, json!({ "action": "Approve", "notes": "" })).await.expect(200);
}

#[tokio::test]
async fn the_same_key_decides_once() {
    let office = Office::open().await;
    let id = office.expense("accountant1", 1, 5.0, "2026-04-10").await;
    let keyed = office.who("manager1").await.with("idempotency-key", "approve-1");
    let path = format!("/api/expenses/{id}/review");
    let first = keyed.post(&path, json!({ "action": "approve" })).await.expect(200);
    let again = keyed.post(&path, json!({ "action": "approve" })).await.expect(200);
    assert_eq!(first.at("/data"), again.at("/data"));
    keyed.post(&path, json!({ "action": "reject" })).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    let deeds = "select count(*) from audit_log where action = 'expenses.review' and refused_as is null";
    assert_eq!(office.number(deeds).await, 1);
}

#[tokio::test]
async fn an_expense_is_taken_back_by_its_writer_or_by_who_reviews() {
    let office = Office::open().await;
    for name in ["accountant1", "manager1", "regional1", "accountant_c", "owner"] {
        let id = office.expense("accountant1", 1, 5.0, "2026-04-10").await;
        let answer = office.withdraws(name, id).await.expect(200);
        assert_eq!(answer.at("/data/status"), "withdrawn", "{name}");
        assert_eq!(
            office.last_deed().await,
            json!({
                "action": "expenses.withdraw", "branch": 1, "kind": "expense", "id": id,
                "detail": { "amount_minor": 500 },
            })
        );
        office.withdraws(name, id).await.refused(409, "EXPENSE_WITHDRAWN");
        office.approves("manager1", id).await.refused(409, "EXPENSE_WITHDRAWN");
        let kept = office.who(name).await.get(&format!("/api/expenses/{id}")).await.expect(200);
        assert_eq!(kept.at("/data/status"), "withdrawn", "it stays on record");
    }
    assert_eq!(office.number("select count(*) from expenses").await, 5, "no row is deleted");
}

#[tokio::test]
async fn nobody_else_takes_an_expense_back() {
    let office = Office::open().await;
    let id = office.expense("manager1", 1, 5.0, "2026-04-10").await;
    for name in ["accountant1", "accountant_r"] {
        office.withdraws(name, id).await.refused(403, "NOT_YOUR_EXPENSE");
    }
    for name in ["superadmin", "trainer1", "reception1"] {
        office.withdraws(name, id).await.refused(403, "NOT_ALLOWED");
    }
    for name in ["manager2", "owner_b"] {
        office.withdraws(name, id).await.refused(404, "EXPENSE_NOT_FOUND");
    }
    let keyed = office.who("manager1").await.with("idempotency-key", "back-1");
    for _ in 0..2 {
        keyed.delete(&format!("/api/expenses/{id}")).await.expect(200);
    }
}
