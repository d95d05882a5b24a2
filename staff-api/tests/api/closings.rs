//! Closing a branch's day.

use axum::Router;
use cast::{Answered, Caller, Gym, customer};
use chrono::TimeDelta;
use serde_json::{Value, json};

const CLOSE: &str = "/api/payments/daily-closing";

struct Desk {
    gym: Gym,
    router: Router,
    reception: Caller,
}

impl Desk {
    /// The clock stands at half past eleven in the evening of 17 April in Cairo.
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let reception = gym.staff(&router, "reception1").await;
        Self { gym, router, reception }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    async fn take(&self, amount: f64, method: &str) -> Answered {
        let mona = customer().insert(&self.gym).await;
        let body = json!({ "customer_id": mona, "amount": amount, "payment_method": method });
        self.reception.post("/api/payments/record", body).await.expect(201)
    }

    async fn broken(&self) -> Vec<String> {
        staff_api::verify_books(self.gym.db.staff()).await.expect("the books").1
    }

    async fn balance(&self, account: &str) -> Value {
        let books = self.who("owner").await.get("/api/books/trial-balance").await.expect(200);
        let accounts = books.at("/data/accounts").as_array().unwrap();
        accounts.iter().find(|row| row["code"] == account).unwrap()["closing"].clone()
    }
}

#[tokio::test]
async fn a_day_is_counted_closed_and_its_difference_posted() {
    let desk = Desk::open().await;
    let paid = desk.take(100.5, "cash").await;
    desk.take(60.0, "card").await;
    desk.take(40.0, "transfer").await;
    let payment = paid.at("/data/id").as_i64().unwrap();
    let manager = desk.who("manager1").await;
    let back = json!({ "amount": 20, "reason": "Too much" });
    manager.post(&format!("/api/payments/{payment}/refund"), back).await.expect(201);
    let figures = desk.reception.get("/api/payments/daily-closing/calculate").await.expect(200);
    let expected = json!({
        "branch_id": 1, "date": "2026-04-17", "expected_cash": 80.5, "network_total": 60, "transfer_total": 40,
        "is_closed": false,
    });
    assert_eq!(figures.at("/data"), &expected);
    let body =
        json!({ "branch_id": 1, "date": "2026-04-17", "actual_cash": 78.25, "notes": "One note was torn" });
    let closed = desk.reception.post(CLOSE, body).await.expect(200);
    let expected = json!({
        "branch_id": 1, "branch_name": "Dragon Club", "date": "2026-04-17", "expected_cash": 80.5, "actual_cash": 78.25,
        "difference": -2.25, "network_total": 60, "transfer_total": 40, "notes": "One note was torn",
        "closed_by_name": "Reem Tarek", "created_at": "2026-04-17T23:30:00",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&closed.body["data"][key], value, "{key}");
    }
    assert_eq!(
        (desk.balance("till").await, desk.balance("cash_over_short").await),
        (json!(78.25), json!(-2.25))
    );
    let id = closed.at("/data/id");
    assert_eq!(
        &manager.get(&format!("/api/payments/daily-closings/{id}")).await.expect(200).body["data"],
        closed.at("/data")
    );
    let figures =
        desk.reception.get("/api/payments/daily-closing/calculate?closing_date=2026-04-17").await.expect(200);
    assert_eq!(
        (figures.at("/data/is_closed"), figures.at("/data/expected_cash")),
        (&json!(true), &json!(80.5))
    );
    assert_eq!(desk.broken().await, Vec::<String>::new());
}

#[tokio::test]
async fn money_that_comes_after_the_closing_belongs_to_the_next_day_and_says_so() {
    let desk = Desk::open().await;
    desk.take(100.0, "cash").await;
    desk.reception.post(CLOSE, json!({ "closing_date": "2026-04-17" })).await.expect(200);
    let late = desk.take(7.0, "cash").await;
    assert_eq!(
        (late.at("/data/business_day"), late.at("/data/is_late")),
        (&json!("2026-04-18"), &json!(true))
    );
    assert_eq!(late.at("/data/created_at"), "2026-04-17T23:30:00");
    let sold = json!({ "customer_id": late.at("/data/customer_id"), "service_id": 2, "amount": 300 });
    let sold = desk.reception.post("/api/subscriptions", sold).await.expect(201);
    assert_eq!(sold.at("/data/payment/business_day"), "2026-04-18");
    assert_eq!(sold.at("/data/start_date"), "2026-04-17", "what was bought begins at once");
    let today = desk.who("owner").await.get("/api/dashboards/overview").await.expect(200);
    assert_eq!(today.at("/data/today/revenue"), 100);
    let closed = "insert into transfers (gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, posted_at)
                  values (1, 1, 'till', 'other_income', 100, '2026-04-17', 'payment', 1, '2026-04-17T21:30:00Z')";
    let refused = sqlx::query(closed).execute(desk.gym.db.staff_pool()).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().constraint(), Some("transfers_into_open_days"));
    assert_eq!(desk.broken().await, Vec::<String>::new());
    // The next day has what came late, and is closed by itself.
    desk.gym.clock.advance(TimeDelta::hours(20));
    let reception = desk.who("reception1").await;
    let next = reception.post(CLOSE, json!({ "actual_cash": 310 })).await.expect(200);
    assert_eq!((next.at("/data/date"), next.at("/data/expected_cash")), (&json!("2026-04-18"), &json!(307)));
    assert_eq!(desk.broken().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_day_is_closed_once_and_an_earlier_one_may_be_closed_later() {
    let desk = Desk::open().await;
    desk.take(10.0, "cash").await;
    let body = json!({ "branch_id": 1, "date": "2026-04-17", "actual_cash": 10 });
    let first = desk.reception.post(CLOSE, body.clone()).await.expect(200);
    let again = desk.reception.post(CLOSE, body.clone()).await.expect(200);
    assert_eq!(again.at("/data/id"), first.at("/data/id"), "a double click");
    desk.gym.clock.advance(TimeDelta::seconds(11));
    desk.reception.post(CLOSE, body).await.refused(409, "DAY_ALREADY_CLOSED");
    let earlier =
        desk.reception.post(CLOSE, json!({ "date": "2026-04-10", "actual_cash": 3 })).await.expect(200);
    assert_eq!((earlier.at("/data/expected_cash"), earlier.at("/data/difference")), (&json!(0), &json!(3)));
    // Nobody counted: the difference is not known, and nothing is posted.
    let uncounted = desk.reception.post(CLOSE, json!({ "date": "2026-04-11" })).await.expect(200);
    assert_eq!(
        (uncounted.at("/data/actual_cash"), uncounted.at("/data/difference")),
        (&Value::Null, &Value::Null)
    );
    let late = desk.take(1.0, "cash").await;
    assert_eq!(late.at("/data/business_day"), "2026-04-18", "closing an earlier day opens none again");
    assert_eq!(desk.broken().await, Vec::<String>::new());
    let keyed = desk.who("manager2").await.with("idempotency-key", "closing-of-2");
    let first = keyed.post(CLOSE, json!({ "actual_cash": 0 })).await.expect(200);
    assert_eq!(first.at("/data/branch_id"), 2);
    assert_eq!(
        keyed.post(CLOSE, json!({ "actual_cash": 0 })).await.expect(200).at("/data/id"),
        first.at("/data/id")
    );
}

#[tokio::test]
async fn what_cannot_be_closed_is_refused() {
    let desk = Desk::open().await;
    let close = async |body: Value| desk.reception.post(CLOSE, body).await;
    close(json!({ "date": "2026-04-18" })).await.refused(400, "DAY_STILL_TO_COME");
    close(json!({ "date": "soon" })).await.refused(400, "DATE_INVALID");
    close(json!({ "actual_cash": -1 })).await.refused(400, "AMOUNT_NEGATIVE");
    close(json!({ "actual_cash": "much" })).await.refused(400, "INVALID_FIELD");
    close(json!({ "branch_id": 2 })).await.refused(404, "BRANCH_NOT_FOUND");
    close(json!({ "branch_id": 3 })).await.refused(404, "BRANCH_NOT_FOUND");
    desk.who("owner").await.post(CLOSE, json!({})).await.refused(400, "BRANCH_REQUIRED");
    for who in ["trainer1", "superadmin"] {
        desk.who(who).await.post(CLOSE, json!({ "branch_id": 1 })).await.refused(403, "NOT_ALLOWED");
        desk.who(who).await.get("/api/payments/daily-closings").await.refused(403, "NOT_ALLOWED");
    }
    let calculated = "/api/payments/daily-closing/calculate";
    desk.reception.get(&format!("{calculated}?date=2026-04-18")).await.refused(400, "DAY_STILL_TO_COME");
    desk.reception.get(&format!("{calculated}?branch_id=2")).await.refused(404, "BRANCH_NOT_FOUND");
    desk.reception.get("/api/payments/daily-closings/77").await.refused(404, "CLOSING_NOT_FOUND");
}

#[tokio::test]
async fn the_differences_of_the_till_are_listed_and_summed_up() {
    let desk = Desk::open().await;
    for (who, day, counted) in [
        ("reception1", "2026-04-15", 5.5),
        ("reception1", "2026-04-16", 0.0),
        ("reception2", "2026-04-16", 2.0),
        ("reception_b", "2026-04-16", 1000.0),
    ] {
        let body = json!({ "date": day, "actual_cash": counted });
        desk.who(who).await.post(CLOSE, body).await.expect(200);
    }
    desk.take(9.0, "cash").await;
    desk.reception.post(CLOSE, json!({ "actual_cash": 1 })).await.expect(200);
    let differences = async |who: &str, query: &str| {
        let answer =
            desk.who(who).await.get(&format!("/api/finance/cash-differences?{query}")).await.expect(200);
        (answer.at("/data/total_difference").clone(), answer.at("/data/items").as_array().unwrap().len())
    };
    assert_eq!(differences("owner", "").await, (json!(-0.5), 3));
    assert_eq!(differences("accountant_c", "limit=1").await, (json!(-0.5), 1), "of the whole filter");
    assert_eq!(differences("accountant1", "date_from=2026-04-17&date_to=2026-04-17").await, (json!(-8), 1));
    assert_eq!(differences("accountant_r", "start_date=2026-04-16&end_date=2026-04-16").await, (json!(2), 1));
    assert_eq!(differences("manager2", "").await, (json!(2), 1));
    let answer = desk.who("owner").await.get("/api/finance/cash-differences").await.expect(200);
    let newest = answer.at("/data/items/0");
    assert_eq!((&newest["difference"], &newest["date"]), (&json!(-8), &json!("2026-04-17")));
    assert_eq!(newest["branch_name"], "Dragon Club");
    desk.reception.get("/api/finance/cash-differences").await.refused(403, "NOT_ALLOWED");
    let closings = async |who: &str, path: &str| {
        desk.who(who).await.get(path).await.expect(200).at("/data/total").clone()
    };
    assert_eq!(closings("owner", "/api/payments/daily-closings").await, 4);
    assert_eq!(closings("reception2", "/api/finance/daily-closings").await, 1);
    assert_eq!(closings("owner_b", "/api/payments/daily-closings").await, 1);
    assert_eq!(closings("owner", "/api/payments/daily-closings?branch_id=2").await, 1);
    let others = desk.who("manager2").await;
    others.get("/api/payments/daily-closings?branch_id=1").await.refused(404, "BRANCH_NOT_FOUND");
    let reversed = "/api/payments/daily-closings?date_from=2026-04-18&date_to=2026-04-17";
    desk.reception.get(reversed).await.refused(400, "DATE_RANGE_REVERSED");
}

#[tokio::test]
async fn a_changed_closing_is_found() {
    let desk = Desk::open().await;
    desk.take(10.0, "cash").await;
    desk.reception.post(CLOSE, json!({ "date": "2026-04-16", "actual_cash": 2 })).await.expect(200);
    desk.reception.post(CLOSE, json!({ "actual_cash": 9 })).await.expect(200);
    assert_eq!(desk.broken().await, Vec::<String>::new());
    let open = "create table kept_closings as select * from daily_closings;
         create table kept_transfers as select id, amount_minor, source_id, business_day from transfers;
         create table kept_receipts as select * from branch_receipts;
         alter table daily_closings disable trigger user";
    sqlx::raw_sql(open).execute(&desk.gym.db.owner).await.unwrap();
    let restore = "truncate daily_closings;
         insert into daily_closings select * from kept_closings;
         delete from transfers t where not exists (select from kept_transfers k where k.id = t.id);
         update transfers t set amount_minor = k.amount_minor, source_id = k.source_id, business_day = k.business_day
         from kept_transfers k where k.id = t.id;
         update branch_receipts r set first_open_day = k.first_open_day from kept_receipts k where k.branch_id = r.branch_id";
    for change in [
        "delete from daily_closings where id = (select max(id) from daily_closings)",
        "delete from daily_closings where id = (select min(id) from daily_closings)",
        "update daily_closings set expected_minor = expected_minor + 1",
        "update daily_closings set counted_minor = counted_minor + 1",
        "update daily_closings set counted_minor = null",
        "update daily_closings set card_minor = card_minor + 1",
        "update daily_closings set transfer_minor = transfer_minor + 1",
        "update daily_closings set business_day = business_day - 5",
        "update daily_closings set notes = 'All was well'",
        "update daily_closings set closed_by = 1002",
        "update daily_closings set closed_at = closed_at - interval '1 hour'",
        "update daily_closings set id = id + 10",
        "update daily_closings set hash = previous_hash, previous_hash = hash",
        "update transfers set amount_minor = amount_minor + 1 where source = 'closing'",
        "update transfers set source_id = source_id + 7 where source = 'closing'",
        "update transfers set business_day = business_day - 1 where source = 'closing'",
        "update branch_receipts set first_open_day = first_open_day + 1 where branch_id = 1",
        "update branch_receipts set first_open_day = null where branch_id = 1",
    ] {
        let done = sqlx::query(change).execute(&desk.gym.db.owner).await.expect(change);
        assert!(done.rows_affected() > 0, "{change}");
        assert_ne!(desk.broken().await, Vec::<String>::new(), "{change}");
        sqlx::raw_sql(restore).execute(&desk.gym.db.owner).await.expect(change);
    }
    assert_eq!(desk.broken().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_spent_from_the_till_is_posted_and_missing_from_what_is_counted() {
    let desk = Desk::open().await;
    desk.take(500.0, "cash").await;
    let accountant = desk.who("accountant1").await;
    let manager = desk.who("manager1").await;
    let spend = async |amount: f64, day: &str| {
        let body = json!({ "title": "Towels", "amount": amount, "branch_id": 1, "category": "supplies", "expense_date": day });
        accountant.post("/api/expenses", body).await.expect(201).at("/data/id").as_i64().unwrap()
    };
    let review = async |id: i64| {
        manager.post(&format!("/api/expenses/{id}/review"), json!({ "action": "approve" })).await.expect(200)
    };
    let towels = spend(120.5, "2026-04-17").await;
    assert_eq!(desk.balance("expense:supplies").await, 0, "what nobody approved is in no book");
    review(towels).await;
    assert_eq!(
        (desk.balance("expense:supplies").await, desk.balance("owed_to_suppliers").await),
        (json!(120.5), json!(120.5))
    );
    manager.post(&format!("/api/expenses/{towels}/pay"), json!({ "paid_from": "till" })).await.expect(200);
    assert_eq!(
        (desk.balance("till").await, desk.balance("owed_to_suppliers").await),
        (json!(379.5), json!(0))
    );
    let closed = desk.reception.post(CLOSE, json!({ "actual_cash": 379.5 })).await.expect(200);
    assert_eq!((closed.at("/data/expected_cash"), closed.at("/data/difference")), (&json!(379.5), &json!(0)));
    // Approved and paid after its day was closed, it belongs to the next one.
    let late = spend(10.0, "2026-04-16").await;
    let approved = review(late).await;
    assert_eq!(approved.at("/data/expense_date"), "2026-04-16");
    let paid = manager.post(&format!("/api/expenses/{late}/pay"), json!({ "paid_from": "bank" })).await;
    paid.expect(200);
    let days = "/api/books/journal?source=expense&date_from=2026-04-18&date_to=2026-04-18";
    let journal = desk.who("owner").await.get(days).await.expect(200);
    assert_eq!(
        (journal.at("/data/total"), journal.at("/data/items/0/credit")),
        (&json!(2), &json!("transfer"))
    );
    assert_eq!(desk.broken().await, Vec::<String>::new());
    for change in [
        "update transfers set amount_minor = amount_minor + 1 where source = 'expense' and id = (select min(id) from transfers where source = 'expense')",
        "update transfers set debit = 'expense:rent' where debit = 'expense:supplies'",
        "update expenses set amount_minor = amount_minor + 1",
        "delete from transfers where source = 'expense' and debit = 'owed_to_suppliers'",
    ] {
        let mut tx = desk.gym.db.owner.begin().await.unwrap();
        sqlx::query(change).execute(&mut *tx).await.expect(change);
        tx.commit().await.unwrap();
        assert_ne!(desk.broken().await, Vec::<String>::new(), "{change}");
    }
}
