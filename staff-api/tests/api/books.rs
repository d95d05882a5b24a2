//! The books, read and verified.

use axum::Router;
use cast::{Answered, Caller, Gym, customer};
use gym::books::LedgerAccount;
use serde_json::{Value, json};

struct Office {
    gym: Gym,
    router: Router,
    owner: Caller,
    reception: Caller,
}

impl Office {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let owner = gym.staff(&router, "owner").await;
        let reception = gym.staff(&router, "reception1").await;
        Self { gym, router, owner, reception }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    /// A sale by card, a renewal in cash, a freeze with its fee, a locker key by transfer, and a refund of the sale.
    async fn a_day_of_business(&self) -> i64 {
        let mona = customer().insert(&self.gym).await;
        let sale = json!({ "customer_id": mona, "service_id": 3, "amount": 900, "discount": 100, "payment_method": "card" });
        let sold = self.reception.post("/api/subscriptions", sale).await.expect(201);
        let (sold, paid) = (sold.at("/data/id").clone(), sold.at("/data/payment/id").as_i64().unwrap());
        let renewal = json!({ "subscription_id": sold, "amount": 700, "payment_method": "cash" });
        self.reception.post("/api/subscriptions/renew", renewal).await.expect(200);
        let freeze = json!({ "subscription_id": sold, "freeze_days": 3, "payment_method": "cash" });
        self.reception.post("/api/subscriptions/freeze", freeze).await.expect(200);
        let key = json!({ "customer_id": mona, "amount": 25.5, "payment_method": "transfer" });
        self.reception.post("/api/payments/record", key).await.expect(201);
        let refund = json!({ "amount": 150, "reason": "Was ill", "payment_method": "cash" });
        self.owner.post(&format!("/api/payments/{paid}/refund"), refund).await.expect(201);
        paid
    }

    async fn run(&self, sql: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&self.gym.db.owner).await.expect(sql);
    }

    async fn broken(&self) -> Vec<String> {
        staff_api::verify_books(self.gym.db.staff()).await.expect("the books").1
    }
}

fn account<'a>(answer: &'a Answered, code: &str) -> &'a Value {
    let accounts = answer.at("/data/accounts").as_array().expect("accounts");
    accounts.iter().find(|account| account["code"] == code).expect("an account")
}

#[tokio::test]
async fn each_deed_moves_the_accounts_that_the_page_says() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    let books = office.owner.get("/api/books/trial-balance").await.expect(200);
    for (code, debit, credit, closing) in [
        ("card", json!(800), json!(0), json!(800)),
        ("till", json!(750), json!(150), json!(600)),
        ("transfer", json!(25.5), json!(0), json!(25.5)),
        ("unearned", json!(0), json!(1500), json!(1500)),
        ("freeze_fees", json!(0), json!(50), json!(50)),
        ("other_income", json!(0), json!(25.5), json!(25.5)),
        ("refunds", json!(150), json!(0), json!(-150)),
        ("membership_income", json!(0), json!(0), json!(0)),
    ] {
        let row = account(&books, code);
        assert_eq!((&row["debit"], &row["credit"], &row["closing"]), (&debit, &credit, &closing), "{code}");
        assert_eq!(row["opening"], 0, "{code}");
    }
    assert_eq!(books.at("/data/total_debit"), &json!(1725.5));
    assert_eq!(books.at("/data/total_credit"), &json!(1725.5));
    // The revenue of every other screen is the same money.
    let overview = office.owner.get("/api/dashboards/overview").await.expect(200);
    assert_eq!(overview.at("/data/total_revenue"), &json!(1425.5));
    // Tomorrow it is what the accounts begin with.
    let later = office.owner.get("/api/books/trial-balance?date_from=2026-04-18&date_to=2026-04-30").await;
    let later = later.expect(200);
    let till = account(&later, "till");
    assert_eq!((&till["opening"], &till["debit"], &till["closing"]), (&json!(600), &json!(0), &json!(600)));
}

#[tokio::test]
async fn the_journal_lists_every_transfer_and_where_it_comes_from() {
    let office = Office::open().await;
    let paid = office.a_day_of_business().await;
    let journal = office.owner.get("/api/books/journal").await.expect(200);
    assert_eq!(journal.at("/data/total"), 5);
    let newest = journal.at("/data/items/0");
    let expected = json!({
        "debit": "refunds", "credit": "till", "amount": 150, "source": "refund", "business_day": "2026-04-17",
        "branch_id": 1, "branch_name": "Dragon Club", "reverses_id": null, "posted_at": "2026-04-17T23:30:00",
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&newest[key], value, "{key}");
    }
    assert_eq!(newest["posting_id"], newest["id"], "a deed with one transfer");
    assert_eq!(journal.at("/data/items/4/source_id"), paid);
    let total = async |query: &str| {
        office.owner.get(&format!("/api/books/journal?{query}")).await.expect(200).at("/data/total").clone()
    };
    assert_eq!(total("account=till").await, 3);
    assert_eq!(total("account=TILL&source=refund").await, 1);
    assert_eq!(total("branch_id=2").await, 0);
    assert_eq!(total("date_from=2026-04-18").await, 0);
    for (query, code) in [
        ("date_from=2026-04-18&date_to=2026-04-17", "DATE_RANGE_REVERSED"),
        ("date_from=2020-01-01&date_to=2026-04-17", "DATE_RANGE_TOO_LONG"),
        ("date_to=soon", "DATE_INVALID"),
        ("offset=6000", "PAGE_TOO_DEEP"),
    ] {
        office.owner.get(&format!("/api/books/journal?{query}")).await.refused(400, code);
    }
}

#[tokio::test]
async fn a_mistake_that_is_undone_moves_everything_back() {
    let office = Office::open().await;
    let paid = office.a_day_of_business().await;
    let undone = "with receipt as (update branch_receipts set last_number = last_number + 1 where branch_id = 1 returning last_number)
        insert into payments (gym_id, branch_id, customer_id, subscription_id, receipt_number, kind, method, amount_minor,
            discount_minor, reverses_id, taken_by, taken_at, business_day)
        select gym_id, branch_id, customer_id, subscription_id, last_number, 'reversal', method, -amount_minor, 0, p.id, 1004,
            taken_at, business_day
        from payments p, receipt where p.kind = 'renewal'";
    office.run(undone).await;
    let books = office.owner.get("/api/books/trial-balance").await.expect(200);
    assert_eq!(
        (&account(&books, "till")["closing"], &account(&books, "unearned")["closing"]),
        (&json!(-100), &json!(800))
    );
    let journal = office.owner.get("/api/books/journal?limit=1").await.expect(200);
    assert_eq!(journal.at("/data/items/0/debit"), "unearned");
    assert!(journal.at("/data/items/0/reverses_id").is_i64());
    assert_eq!(office.broken().await, Vec::<String>::new());
    // What was given back in part cannot be undone whole, and a refund cannot be undone.
    for which in [format!("p.id = {paid}"), "p.kind = 'refund'".to_owned(), "p.kind = 'renewal'".to_owned()] {
        let again = undone.replace("p.kind = 'renewal'", &which);
        let refused =
            sqlx::raw_sql(sqlx::AssertSqlSafe(again)).execute(&office.gym.db.owner).await.unwrap_err();
        let code =
            refused.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
        assert!(matches!(code.as_deref(), Some("23514" | "23505")), "{which}: {refused}");
    }
}

#[tokio::test]
async fn money_is_given_back_by_the_branch_that_took_it() {
    let office = Office::open().await;
    let paid = office.a_day_of_business().await;
    let elsewhere = format!(
        "insert into payments (gym_id, branch_id, receipt_number, kind, method, amount_minor, discount_minor, reverses_id,
             taken_by, taken_at, business_day)
         select gym_id, 2, 1, 'refund', method, -1, 0, id, 1004, taken_at, business_day from payments where id = {paid}"
    );
    let refused =
        sqlx::query(sqlx::AssertSqlSafe(elsewhere)).execute(office.gym.db.staff_pool()).await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().constraint(), Some("payments_return_at_their_branch"));
}

#[tokio::test]
async fn a_branch_opens_with_every_account() {
    let office = Office::open().await;
    let body = json!({ "name": "Heliopolis Club", "code": "HEL001" });
    let opened = office.owner.post("/api/branches", body).await.expect(201);
    let kept: Vec<String> =
        sqlx::query_scalar("select code from ledger_accounts where branch_id = $1 order by code")
            .bind(opened.at("/data/id").as_i64())
            .fetch_all(&office.gym.db.owner)
            .await
            .unwrap();
    let mut chart: Vec<&str> = LedgerAccount::ALL.iter().map(|account| account.as_str()).collect();
    chart.sort_unstable();
    assert_eq!(kept, chart);
}

#[tokio::test]
async fn the_books_end_where_the_callers_branches_end() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    for (who, transfers) in [
        ("owner", 5),
        ("regional1", 5),
        ("manager1", 5),
        ("accountant1", 5),
        ("accountant_c", 5),
        ("manager2", 0),
        ("owner_b", 0),
    ] {
        let who = office.who(who).await;
        assert_eq!(who.get("/api/books/journal").await.expect(200).at("/data/total"), transfers);
        let debit = who.get("/api/books/trial-balance").await.expect(200).at("/data/total_debit").clone();
        assert_eq!(debit == 0, transfers == 0, "{debit}");
    }
    for path in ["/api/books/journal", "/api/books/trial-balance"] {
        let path = format!("{path}?branch_id=1");
        office.who("manager2").await.get(&path).await.refused(404, "BRANCH_NOT_FOUND");
    }
    for who in ["reception1", "trainer1", "superadmin"] {
        for path in ["journal", "trial-balance", "accounts"] {
            office.who(who).await.get(&format!("/api/books/{path}")).await.refused(403, "NOT_ALLOWED");
        }
    }
    let accounts = office.owner.get("/api/books/accounts").await.expect(200);
    assert_eq!(accounts.at("/data").as_array().unwrap().len(), 25);
    assert_eq!(
        accounts.at("/data/0"),
        &json!({ "code": "till", "name_en": "Cash in the till", "name_ar": "الخزينة (نقدي)", "class": "asset" })
    );
}

/// What is changed, for each payment; `{}` is its id.
const CHANGES: &[&str] = &[
    "update payments set amount_minor = amount_minor + 1 where id = {}",
    "update payments set discount_minor = discount_minor + 1 where id = {}",
    "update payments set method = case method when 'cash' then 'card' else 'cash' end where id = {}",
    "update payments set kind = 'other' where id = {} and kind <> 'other' and reverses_id is null",
    "update payments set customer_id = null where id = {}",
    "update payments set subscription_id = null where id = {} and subscription_id is not null",
    "update payments set notes = 'Nothing' where id = {}",
    "update payments set taken_by = 1002 where id = {} and taken_by <> 1002",
    "update payments set taken_at = taken_at - interval '1 microsecond' where id = {}",
    "update payments set business_day = business_day - 1 where id = {}",
    "update payments set branch_id = 2 where id = {}",
    "update payments set receipt_number = receipt_number + 100 where id = {}",
    "update payments set hash = decode(repeat('ab', 32), 'hex') where id = {}",
    "update payments set previous_hash = decode(repeat('ab', 32), 'hex') where id = {}",
    "delete from transfers where source_id = {}",
    "update transfers set amount_minor = amount_minor + 1 where source_id = {}",
    "update transfers set debit = 'owed_by_members' where source_id = {}",
    "update transfers set credit = 'owed_by_members' where source_id = {}",
    "update transfers set business_day = business_day + 1 where source_id = {}",
    "update transfers set branch_id = 2 where source_id = {}",
    "update transfers set source_id = source_id + 100 where source_id = {}",
    "update transfers set source = 'expense' where source_id = {}",
    "update transfers set posted_at = posted_at + interval '1 second' where source_id = {}",
    "update transfers set first_id = (select min(id) from transfers) where source_id = {} and id > (select min(id) from transfers)",
    "update transfers set reverses_id = (select min(id) from transfers where id <> t.id) from transfers t
         where transfers.id = t.id and t.source_id = {}",
    "insert into transfers (gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, posted_at)
         select gym_id, branch_id, debit, credit, 1, business_day, source, source_id, posted_at from transfers where source_id = {}",
    "update account_days set debit_minor = debit_minor + 1 where account = (select debit from transfers where source_id = {} limit 1)",
    "update account_days set credit_minor = credit_minor - 1 where account = (select credit from transfers where source_id = {} limit 1)",
    "delete from account_days where account = (select credit from transfers where source_id = {} limit 1)",
    "update payment_returns set returned_minor = returned_minor - 1 where payment_id in (select min(id) from payments) and {} > 0",
    "delete from payment_returns where {} > 0",
    "update branch_receipts set last_number = last_number + 1 where branch_id = 1 and {} > 0",
];

/// What the schema would not let pass is let pass: it protects against the services, not against whoever owns it.
const OPEN: &str = "do $$
         declare
             held record;
         begin
             for held in
                 select conrelid::regclass as its_table, conname from pg_constraint
                 where contype in ('c', 'f') and conrelid::regclass::text = any(array[
                     'payments', 'transfers', 'account_days', 'payment_returns', 'branch_receipts'])
             loop
                 execute format('alter table %s drop constraint %I', held.its_table, held.conname);
             end loop;
         end
         $$;
         alter table payments disable trigger user;
         alter table transfers disable trigger user;
         create table kept_payments as select * from payments;
         create table kept_transfers as select * from transfers;
         create table kept_account_days as select * from account_days;
         create table kept_payment_returns as select * from payment_returns;
         create table kept_branch_receipts as select * from branch_receipts";
const RESTORE: &str = "truncate payments, transfers, account_days, payment_returns, branch_receipts;
         insert into payments select * from kept_payments;
         insert into transfers (id, first_id, gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id,
             reverses_id, posted_at)
         select id, first_id, gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, reverses_id,
             posted_at
         from kept_transfers;
         insert into account_days select * from kept_account_days;
         insert into payment_returns select * from kept_payment_returns;
         insert into branch_receipts select * from kept_branch_receipts";

/// Whoever can do anything in the database changes one thing.
#[tokio::test]
async fn one_changed_row_is_found_wherever_it_is() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    assert_eq!(office.broken().await, Vec::<String>::new());
    let payments: Vec<i64> = sqlx::query_scalar("select id from payments order by id")
        .fetch_all(&office.gym.db.owner)
        .await
        .unwrap();
    office.run(OPEN).await;
    let mut found = 0;
    for change in CHANGES {
        for payment in &payments {
            let change = change.replace("{}", &payment.to_string());
            let done = sqlx::query(sqlx::AssertSqlSafe(change.clone())).execute(&office.gym.db.owner).await;
            let is_changed = done.is_ok_and(|done| done.rows_affected() > 0);
            let broken = office.broken().await;
            assert_eq!(is_changed, !broken.is_empty(), "{change}: {broken:?}");
            found += i32::from(is_changed);
            office.run(RESTORE).await;
        }
    }
    assert!(found > 100, "only {found} changes were made");
    assert_eq!(office.broken().await, Vec::<String>::new());
}
