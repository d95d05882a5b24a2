//! Paying an approved expense.

use chrono::TimeDelta;
use serde_json::json;

use super::{Office, WRITERS, spoken};

impl Office {
    /// An approved expense of branch 1, of 450.
    async fn approved(&self) -> i64 {
        let id = self.expense("accountant1", 1, 450.0, "2026-04-10").await;
        self.approves("manager1", id).await.expect(200);
        id
    }
}

#[tokio::test]
async fn an_approved_expense_is_paid_today() {
    let office = Office::open().await;
    let id = office.approved().await;
    let paid = office.pays("accountant1", id, "till").await.expect(200);
    let expected = json!({
        "status": "approved", "is_paid": true, "paid_from": "till", "paid_by": 1009, "paid_by_name": "Amal Gaber",
        "paid_at": "2026-04-17T23:30:00", "paid_business_day": "2026-04-17", "business_day": "2026-04-10",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&paid.body["data"][key], value, "{key}");
    }
    assert_eq!(
        office.last_deed().await,
        json!({
            "action": "expenses.pay", "branch": 1, "kind": "expense", "id": id,
            "detail": { "amount_minor": 45_000, "paid_from": "till", "business_day": "2026-04-17" },
        })
    );
}

#[tokio::test]
async fn the_ways_of_paying_of_the_apps_are_the_till_or_the_bank() {
    let office = Office::open().await;
    let words = [
        ("till", "till"),
        ("cash", "till"),
        ("bank", "bank"),
        ("card", "bank"),
        ("network", "bank"),
        ("transfer", "bank"),
        ("Online", "bank"),
    ];
    for (word, kept) in words {
        let id = office.approved().await;
        let paid = office.pays("owner", id, word).await.expect(200);
        assert_eq!(paid.at("/data/paid_from"), kept, "{word}");
    }
    let id = office.approved().await;
    office.pays("owner", id, "pocket").await.refused(400, "UNKNOWN_VALUE");
    office.pays("owner", id, "").await.refused(400, "MISSING_FIELDS");
    let path = format!("/api/expenses/{id}/pay");
    let paid = office.who("owner").await.post(&path, json!({ "payment_method": "cash" })).await.expect(200);
    assert_eq!(paid.at("/data/paid_from"), "till");
}

#[tokio::test]
async fn an_expense_is_paid_once() {
    let office = Office::open().await;
    let id = office.approved().await;
    office.pays("accountant1", id, "till").await.expect(200);
    // The installed apps send no key: the same again at once is a double click.
    office.pays("accountant1", id, "till").await.expect(200);
    office.pays("accountant1", id, "bank").await.refused(409, "EXPENSE_ALREADY_PAID");
    office.pays("owner", id, "till").await.refused(409, "EXPENSE_ALREADY_PAID");
    office.gym.clock.advance(TimeDelta::seconds(11));
    office.pays("accountant1", id, "till").await.refused(409, "EXPENSE_ALREADY_PAID");
    let deeds = "select count(*) from audit_log where action = 'expenses.pay' and refused_as is null";
    assert_eq!(office.number(deeds).await, 1);
}

#[tokio::test]
async fn the_same_key_pays_once() {
    let office = Office::open().await;
    let id = office.approved().await;
    let path = format!("/api/expenses/{id}/pay");
    let keyed = office.who("accountant1").await.with("idempotency-key", "pay-1");
    let first = keyed.post(&path, json!({ "paid_from": "bank" })).await.expect(200);
    office.gym.clock.advance(TimeDelta::minutes(5));
    let again = keyed.post(&path, json!({ "paid_from": "bank" })).await.expect(200);
    assert_eq!(first.at("/data"), again.at("/data"));
}

#[tokio::test]
async fn only_an_approved_expense_is_paid() {
    let office = Office::open().await;
    let pending = office.expense("accountant1", 1, 5.0, "2026-04-10").await;
    let rejected = office.expense("accountant1", 1, 5.0, "2026-04-10").await;
    let withdrawn = office.expense("accountant1", 1, 5.0, "2026-04-10").await;
    office.rejects("owner", rejected).await.expect(200);
    office.withdraws("accountant1", withdrawn).await.expect(200);
    for id in [pending, rejected, withdrawn] {
        office.pays("owner", id, "till").await.refused(409, "EXPENSE_NOT_APPROVED");
    }
    assert_eq!(office.number("select count(*) from expenses where paid_from is not null").await, 0);
}

#[tokio::test]
async fn those_who_review_pay_and_so_do_all_accountants() {
    let office = Office::open().await;
    for name in WRITERS {
        let id = office.approved().await;
        office.pays(name, id, "till").await.expect(200);
    }
    let id = office.approved().await;
    for name in ["superadmin", "trainer1", "reception1"] {
        office.pays(name, id, "till").await.refused(403, "NOT_ALLOWED");
    }
    let absent = office.pays("manager1", 999, "till").await.refused(404, "EXPENSE_NOT_FOUND");
    for name in ["manager2", "owner_b"] {
        let foreign = office.pays(name, id, "till").await;
        assert_eq!(spoken(&foreign), spoken(&absent), "{name}");
    }
}
