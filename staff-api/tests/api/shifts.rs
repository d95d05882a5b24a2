//! Shifts at the till.

use axum::Router;
use cast::{Answered, Caller, Gym, customer};
use chrono::TimeDelta;
use serde_json::{Value, json};

const CLOSE: &str = "/api/payments/shifts/close";
const LOOK: &str = "/api/payments/shifts/current";

struct Till {
    gym: Gym,
    router: Router,
}

impl Till {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        Self { gym, router }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    async fn takes(&self, who: &str, amount: f64, method: &str) -> Answered {
        let mona = customer().insert(&self.gym).await;
        let body = json!({ "customer_id": mona, "amount": amount, "payment_method": method, "branch_id": 1 });
        self.who(who).await.post("/api/payments/record", body).await.expect(201)
    }

    async fn figures(&self, who: &str, path: &str) -> (Value, Value, Value, Value) {
        let shift = self.who(who).await.get(path).await.expect(200);
        let of = |name: &str| shift.at(&format!("/data/{name}")).clone();
        (of("expected_cash"), of("network_total"), of("transfer_total"), of("payments_count"))
    }
}

#[tokio::test]
async fn two_desks_share_a_day_and_each_counts_what_they_took() {
    let till = Till::open().await;
    let paid = till.takes("reception1", 100.5, "cash").await;
    till.takes("reception1", 60.0, "card").await;
    till.takes("manager1", 40.0, "cash").await;
    till.takes("manager1", 7.0, "transfer").await;
    let back = format!("/api/payments/{}/refund", paid.at("/data/id"));
    let back = till.who("manager1").await.post(&back, json!({ "amount": 20, "reason": "Too much" })).await;
    back.expect(201);
    assert_eq!(till.figures("reception1", LOOK).await, (json!(100.5), json!(60), json!(0), json!(2)));
    assert_eq!(till.figures("manager1", LOOK).await, (json!(20), json!(0), json!(7), json!(3)));
    let of_the_desk = format!("{LOOK}?staff_id=1006");
    assert_eq!(till.figures("manager1", &of_the_desk).await, till.figures("reception1", LOOK).await);
    let body = json!({ "actual_cash": 99, "notes": "A note was torn" });
    let closed = till.who("reception1").await.post(CLOSE, body).await.expect(200);
    let expected = json!({
        "branch_id": 1, "branch_name": "Dragon Club", "staff_id": 1006, "staff_name": "Reem Tarek", "date": "2026-04-17",
        "expected_cash": 100.5, "network_total": 60, "transfer_total": 0, "payments_count": 2, "actual_cash": 99,
        "difference": -1.5, "notes": "A note was torn", "closed_by_name": "Reem Tarek", "created_at": "2026-04-17T23:30:00",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&closed.body["data"][key], value, "{key}");
    }
    assert_eq!(till.figures("reception1", LOOK).await, (json!(0), json!(0), json!(0), json!(0)));
    till.gym.clock.advance(TimeDelta::hours(10));
    till.takes("reception1", 5.0, "cash").await;
    let shift = till.who("reception1").await.get(LOOK).await.expect(200);
    assert_eq!(
        (shift.at("/data/since"), shift.at("/data/expected_cash")),
        (&json!("2026-04-17T23:30:00"), &json!(5))
    );
    // A manager closes it for them, and the day is closed as if there were no shifts.
    let closed = till.who("manager1").await.post(CLOSE, json!({ "staff_id": 1006 })).await.expect(200);
    assert_eq!((closed.at("/data/actual_cash"), closed.at("/data/difference")), (&Value::Null, &Value::Null));
    assert_eq!(closed.at("/data/closed_by_name"), "Magdy Fawzy");
    let day = json!({ "date": "2026-04-17", "actual_cash": 120.5 });
    let day = till.who("reception1").await.post("/api/payments/daily-closing", day).await.expect(200);
    assert_eq!((day.at("/data/expected_cash"), day.at("/data/difference")), (&json!(120.5), &json!(0)));
    let (_, broken) = staff_api::verify_books(till.gym.db.staff()).await.expect("the books");
    assert_eq!(broken, Vec::<String>::new());
}

#[tokio::test]
async fn an_expense_that_is_paid_from_the_till_is_missing_from_the_shift_of_who_paid_it() {
    let till = Till::open().await;
    let body = json!({ "title": "Towels", "amount": 30, "branch_id": 1, "category": "supplies", "expense_date": "2026-04-02" });
    let expense = till.who("accountant1").await.post("/api/expenses", body).await.expect(201);
    let id = expense.at("/data/id").as_i64().unwrap();
    let manager = till.who("manager1").await;
    manager.post(&format!("/api/expenses/{id}/review"), json!({ "action": "approve" })).await.expect(200);
    assert_eq!(till.figures("manager1", LOOK).await.0, json!(0), "an approval moves no cash");
    manager.post(&format!("/api/expenses/{id}/pay"), json!({ "paid_from": "till" })).await.expect(200);
    assert_eq!(till.figures("manager1", LOOK).await, (json!(-30), json!(0), json!(0), json!(0)));
}

#[tokio::test]
async fn a_shift_is_closed_once_by_a_double_click_and_listed() {
    let till = Till::open().await;
    till.takes("reception1", 10.0, "cash").await;
    let desk = till.who("reception1").await;
    let first = desk.post(CLOSE, json!({ "actual_cash": 10 })).await.expect(200);
    let again = desk.post(CLOSE, json!({ "actual_cash": 10 })).await.expect(200);
    assert_eq!(again.at("/data/id"), first.at("/data/id"));
    let keyed = till.who("reception1").await.with("idempotency-key", "evening");
    let second = keyed.post(CLOSE, json!({})).await.expect(200);
    till.gym.clock.advance(TimeDelta::minutes(5));
    assert_eq!(keyed.post(CLOSE, json!({})).await.expect(200).at("/data/id"), second.at("/data/id"));
    assert_eq!(second.at("/data/payments_count"), 0, "nothing was taken in between");
    till.who("reception2").await.post(CLOSE, json!({})).await.expect(200);
    for (who, path, total) in [
        ("owner", "/api/payments/shifts", 3),
        ("owner", "/api/payments/shifts?branch_id=2", 1),
        ("owner", "/api/payments/shifts?staff_id=1006", 2),
        ("owner", "/api/payments/shifts?date_from=2026-04-01&date_to=2026-04-16", 0),
        ("reception1", "/api/payments/shifts", 2),
        ("manager2", "/api/payments/shifts", 1),
        ("owner_b", "/api/payments/shifts", 0),
    ] {
        let listed = till.who(who).await.get(path).await.expect(200);
        assert_eq!(listed.at("/data/total"), total, "{who} {path}");
    }
    let one = format!("/api/payments/shifts/{}", first.at("/data/id"));
    assert_eq!(desk.get(&one).await.expect(200).at("/data"), first.at("/data"));
    for who in ["manager2", "owner_b"] {
        till.who(who).await.get(&one).await.refused(404, "SHIFT_NOT_FOUND");
    }
}

#[tokio::test]
async fn a_shift_that_is_not_ones_own_to_close_is_refused() {
    let till = Till::open().await;
    let desk = till.who("reception1").await;
    desk.post(CLOSE, json!({ "staff_id": 1004 })).await.refused(403, "SHIFT_OF_ANOTHER");
    desk.get(&format!("{LOOK}?staff_id=1004")).await.refused(403, "SHIFT_OF_ANOTHER");
    desk.post(CLOSE, json!({ "branch_id": 2 })).await.refused(404, "BRANCH_NOT_FOUND");
    desk.post(CLOSE, json!({ "actual_cash": -1 })).await.refused(400, "AMOUNT_NEGATIVE");
    desk.post(CLOSE, json!({ "actual_cash": "much" })).await.refused(400, "INVALID_FIELD");
    desk.get("/api/payments/shifts/77").await.refused(404, "SHIFT_NOT_FOUND");
    let owner = till.who("owner").await;
    owner.post(CLOSE, json!({})).await.refused(400, "BRANCH_REQUIRED");
    owner.post(CLOSE, json!({ "branch_id": 1, "staff_id": 1013 })).await.refused(404, "STAFF_NOT_FOUND");
    owner.post(CLOSE, json!({ "branch_id": 3 })).await.refused(404, "BRANCH_NOT_FOUND");
    for who in ["trainer1", "superadmin"] {
        till.who(who).await.post(CLOSE, json!({})).await.refused(403, "NOT_ALLOWED");
        till.who(who).await.get(LOOK).await.refused(403, "NOT_ALLOWED");
    }
}
