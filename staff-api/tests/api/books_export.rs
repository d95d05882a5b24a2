//! The books as files for other programs.

use std::io::Cursor;

use axum::Router;
use calamine::{Data, Reader as _, Xlsx};
use cast::{Answered, Caller, Gym, customer};
use futures_util::StreamExt as _;
use serde_json::json;

struct Office {
    gym: Gym,
    router: Router,
    owner: Caller,
}

const EXPORT: &str = "/api/books/export";

impl Office {
    /// The evening of 17 April in Cairo: a sale, a part of it given back, a key, an expense that is paid, a day that is
    /// closed with too little in the till, and money that comes after it.
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let owner = gym.staff(&router, "owner").await;
        let (desk, manager) = (gym.staff(&router, "reception1").await, gym.staff(&router, "manager1").await);
        let mona = customer().insert(&gym).await;
        let sale = json!({ "customer_id": mona, "service_id": 3, "amount": 900, "discount": 100, "payment_method": "card" });
        let sold = desk.post("/api/subscriptions", sale).await.expect(201);
        let paid = sold.at("/data/payment/id").as_i64().unwrap();
        let refund = json!({ "amount": 150, "reason": "=cmd()\"; x", "payment_method": "cash" });
        owner.post(&format!("/api/payments/{paid}/refund"), refund).await.expect(201);
        let key = json!({ "customer_id": mona, "amount": 325.55, "payment_method": "cash", "notes": "\"; secret words" });
        desk.post("/api/payments/record", key).await.expect(201);
        let towels =
            json!({ "title": "Towels for Mona", "category": "supplies", "amount": 80.05, "branch_id": 1 });
        let spent = manager.post("/api/expenses", towels).await.expect(201);
        let spent = format!("/api/expenses/{}", spent.at("/data/id"));
        owner.post(&format!("{spent}/review"), json!({ "action": "approve" })).await.expect(200);
        owner.post(&format!("{spent}/pay"), json!({ "paid_from": "till" })).await.expect(200);
        let closing = json!({ "branch_id": 1, "date": "2026-04-17", "actual_cash": 90 });
        desk.post("/api/payments/daily-closing", closing).await.expect(200);
        let late = json!({ "customer_id": mona, "amount": 11, "payment_method": "transfer" });
        desk.post("/api/payments/record", late).await.expect(201);
        Self { gym, router, owner }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    async fn file(&self, query: &str) -> String {
        let file = self.owner.get(&format!("{EXPORT}?{query}")).await.expect(200);
        String::from_utf8(file.bytes).unwrap()
    }
}

fn workbook(answer: &Answered) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(answer.bytes.clone())).unwrap()
}

const DAYS: &str = "date_from=2026-04-17&date_to=2026-04-18";

#[tokio::test]
async fn beancount_gets_every_deed_and_the_balances_to_check_them_by() {
    let office = Office::open().await;
    let file = office.file(&format!("format=beancount&{DAYS}")).await;
    for part in [
        "option \"operating_currency\" \"EGP\"\n",
        "2026-04-16 open Assets:DRA001:Till EGP\n  code: \"till\"\n  branch: \"Dragon Club\"\n",
        "2026-04-17 * \"a subscription is sold\" #payment ^payment-",
        "  Assets:DRA001:Card  800.00 EGP\n  Liabilities:DRA001:Unearned  -800.00 EGP\n",
        "2026-04-17 * \"a payment is given back, in part or in full\" #refund ^payment-",
        "  Income:DRA001:Refunds  150.00 EGP\n  Assets:DRA001:Till  -150.00 EGP\n",
        "2026-04-17 * \"an expense is approved\" #expense ^expense-",
        "  Expenses:DRA001:Supplies  80.05 EGP\n  Liabilities:DRA001:Owed-To-Suppliers  -80.05 EGP\n",
        "2026-04-17 * \"less is counted than had to be in the till\" #closing ^closing-",
        "  Income:DRA001:Cash-Over-Short  5.50 EGP\n  Assets:DRA001:Till  -5.50 EGP\n",
        "2026-04-18 * \"anything else is paid for\" #payment #late ^payment-",
        "2026-04-19 balance Assets:DRA001:Till  90.00 ~ 0.00 EGP\n",
        "2026-04-19 balance Assets:PHO001:Till  0.00 ~ 0.00 EGP\n",
    ] {
        assert!(file.contains(part), "{part}\n{file}");
    }
    // What was sold and what was given back of it are found by the payment.
    let sale =
        file.lines().find(|line| line.contains("is sold")).and_then(|line| line.split('^').nth(1)).unwrap();
    let refund = file.lines().find(|line| line.contains("#refund")).unwrap();
    assert!(refund.ends_with(&format!("^{sale}")), "{refund}");
    assert!(
        !file.contains("Mona") && !file.contains("secret") && !file.contains("cmd"),
        "nobody's words are in it"
    );
    assert!(!file.contains("DEL001"), "nor another gym");
}

#[tokio::test]
async fn hledger_gets_the_same() {
    let office = Office::open().await;
    let file = office.file(&format!("format=hledger&{DAYS}")).await;
    for part in [
        "commodity 1000.00 EGP\n",
        "account Assets:DRA001:Till  ; type:A, branch:Dragon Club, name-en:Cash in the till, name-ar:الخزينة (نقدي)\n",
        "    Assets:DRA001:Card  800.00 EGP\n    Liabilities:DRA001:Unearned  -800.00 EGP\n",
        ", late:\n    Assets:DRA001:Transfer  11.00 EGP\n",
        "2026-04-18 * closing balances  ; branch:Dragon Club\n    Assets:DRA001:Till  0.00 EGP = 90.00 EGP\n",
    ] {
        assert!(file.contains(part), "{part}\n{file}");
    }
}

#[tokio::test]
async fn what_was_before_the_first_day_opens_the_accounts() {
    let office = Office::open().await;
    let file = office.file("format=beancount&date_from=2026-04-18&date_to=2026-04-18").await;
    let opening = "2026-04-17 * \"opening balances\" #opening\n  branch: \"Dragon Club\"\n  Assets:DRA001:Till  90.00 EGP\n  \
        Assets:DRA001:Card  800.00 EGP\n  Liabilities:DRA001:Unearned  -800.00 EGP\n";
    assert!(file.contains(opening), "{file}");
    assert!(!file.contains("is sold"));
    assert!(file.contains("2026-04-19 balance Assets:DRA001:Transfer  11.00 ~ 0.00 EGP\n"));
    let file = office.file("format=hledger&date_from=2026-04-18&date_to=2026-04-18").await;
    assert!(file.contains(
        "2026-04-17 * opening balances  ; branch:Dragon Club\n    Assets:DRA001:Till  90.00 EGP\n"
    ));
}

#[tokio::test]
async fn a_spreadsheet_has_the_trial_balance_the_journal_and_the_rules() {
    let office = Office::open().await;
    let answer = office.owner.get(&format!("{EXPORT}?{DAYS}")).await.expect(200);
    assert_eq!(
        answer.headers["content-type"],
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"books_2026-04-17_2026-04-18.xlsx\""
    );
    let mut book = workbook(&answer);
    assert_eq!(book.sheet_names(), ["Trial balance", "Journal", "Which accounts move"]);
    let balance = office.owner.get(&format!("/api/books/trial-balance?{DAYS}")).await.expect(200);
    let sheet = book.worksheet_range("Trial balance").unwrap();
    let accounts = balance.at("/data/accounts").as_array().unwrap();
    assert_eq!(sheet.height(), accounts.len() + 2, "headings, accounts, totals");
    for (row, account) in sheet.rows().skip(1).zip(accounts) {
        assert_eq!(row[0].to_string(), account["code"].as_str().unwrap());
        for (column, key) in [(4, "opening"), (5, "debit"), (6, "credit"), (7, "closing")] {
            assert_eq!(row[column], Data::Float(account[key].as_f64().unwrap()), "{} {key}", account["code"]);
        }
    }
    let totals = sheet.rows().next_back().unwrap();
    assert_eq!(totals[5], Data::Float(balance.at("/data/total_debit").as_f64().unwrap()));
    let journal = book.worksheet_range("Journal").unwrap();
    let listed = office.owner.get(&format!("/api/books/journal?{DAYS}")).await.expect(200);
    assert_eq!(listed.at("/data/total"), &json!(journal.height() - 1));
    let sold = journal.rows().nth(1).unwrap();
    assert_eq!((sold[3].to_string(), &sold[6]), ("a subscription is sold".to_owned(), &Data::Float(800.0)));
    assert_eq!(book.worksheet_range("Which accounts move").unwrap().height(), 12);
}

#[tokio::test]
async fn an_arabic_caller_reads_from_the_right() {
    let office = Office::open().await;
    sqlx::query("update staff_users set preferred_language = 'ar' where username = 'owner'")
        .execute(&office.gym.db.owner)
        .await
        .unwrap();
    let answer = office.who("owner").await.get(&format!("{EXPORT}?format=xlsx&{DAYS}")).await.expect(200);
    let named = answer.headers["content-disposition"].to_str().unwrap();
    assert!(
        named.contains("filename=\"books_2026-04-17_2026-04-18.xlsx\"; filename*=UTF-8''%D8%A7%D9%84%D8%AF")
    );
    let mut book = workbook(&answer);
    assert_eq!(book.sheet_names(), ["ميزان المراجعة", "دفتر اليومية", "قواعد القيد"]);
    let sheet = book.worksheet_range("دفتر اليومية").unwrap();
    assert_eq!(sheet.rows().next().unwrap()[1].to_string(), "يوم العمل");
    assert_eq!(sheet.rows().nth(1).unwrap()[3].to_string(), "بيع اشتراك");
}

#[tokio::test]
async fn a_branch_with_a_name_that_is_no_name_stays_on_its_line() {
    let office = Office::open().await;
    let body =
        json!({ "name": "=cmd() \"A\" ; b, c: d | 2026-01-01 open Assets:Evil\u{202e}", "code": "x:\" ;1" });
    let opened = office.owner.post("/api/branches", body).await;
    let branch = opened.at("/data/id").clone();
    opened.expect(201);
    let file = office.file(&format!("format=beancount&{DAYS}")).await;
    assert!(file.contains(&format!("open Assets:Branch-{branch}:Till EGP\n")));
    assert!(file.contains("  branch: \"=cmd() A b c d 2026-01-01 open Assets Evil\"\n"), "{file}");
    assert_eq!(file.matches("open Assets:Evil").count(), 0);
    let file = office.file(&format!("format=hledger&{DAYS}")).await;
    assert!(file.contains("branch:=cmd() A b c d 2026-01-01 open Assets Evil, name-en:"));
}

#[tokio::test]
async fn the_books_end_where_the_callers_branches_end() {
    let office = Office::open().await;
    for who in ["manager2", "owner_b"] {
        let file = office.who(who).await.get(&format!("{EXPORT}?format=beancount&{DAYS}")).await.expect(200);
        let file = String::from_utf8(file.bytes).unwrap();
        assert!(!file.contains("DRA001") && !file.contains(" * "), "{who}: {file}");
        let path = format!("{EXPORT}?format=beancount&branch_id=1");
        office.who(who).await.get(&path).await.refused(404, "BRANCH_NOT_FOUND");
    }
    let one = office.file(&format!("format=beancount&branch_id=1&{DAYS}")).await;
    assert!(one.contains("DRA001") && !one.contains("PHO001"));
    for who in ["reception1", "trainer1", "superadmin"] {
        office.who(who).await.get(EXPORT).await.refused(403, "NOT_ALLOWED");
    }
}

#[tokio::test]
async fn what_makes_no_file_is_refused_before_the_first_byte() {
    let office = Office::open().await;
    for (query, code) in [
        ("format=pdf", "INVALID_QUERY"),
        ("format=beancount&date_from=2026-04-18&date_to=2026-04-17", "DATE_RANGE_REVERSED"),
        ("date_from=2020-01-01&date_to=2026-04-17", "DATE_RANGE_TOO_LONG"),
        ("date_to=soon", "DATE_INVALID"),
        ("branch_id=abc", "INVALID_QUERY"),
    ] {
        let answer = office.owner.get(&format!("{EXPORT}?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (400, code), "{query}: {}", answer.body);
    }
    let many = "insert into transfers (gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, posted_at)
        select 1, 2, 'till', 'other_income', 1, '2026-04-18', 'payment', n, '2026-04-18T08:00:00Z' from generate_series(1, 100000) n";
    sqlx::query(many).execute(&office.gym.db.owner).await.unwrap();
    office.owner.get(&format!("{EXPORT}?{DAYS}")).await.refused(400, "FILE_TOO_LONG");
    office.owner.get(&format!("{EXPORT}?branch_id=1&{DAYS}")).await.expect(200);
}

/// A file is one moment: what is written while it is sent is not in it, neither in the transactions nor in the balances.
#[tokio::test]
async fn one_person_receives_one_file_at_a_time() {
    let office = Office::open().await;
    let mut pieces =
        office.owner.begin(&format!("{EXPORT}?format=beancount&{DAYS}")).await.into_data_stream();
    let head = pieces.next().await.unwrap().unwrap();
    office.owner.get(EXPORT).await.refused(429, "FILE_BUSY");
    let desk = office.who("reception1").await;
    let mona = customer().insert(&office.gym).await;
    let more = json!({ "customer_id": mona, "amount": 5000, "payment_method": "transfer" });
    desk.post("/api/payments/record", more).await.expect(201);
    let mut rest = head.to_vec();
    while let Some(piece) = pieces.next().await {
        rest.extend_from_slice(&piece.unwrap());
    }
    drop(pieces);
    let file = String::from_utf8(rest).unwrap();
    assert!(file.contains("balance Assets:DRA001:Transfer  11.00 ~") && !file.contains("5000.00"), "{file}");
    let file = office.file(&format!("format=beancount&{DAYS}")).await;
    assert!(file.contains("balance Assets:DRA001:Transfer  5011.00 ~") && file.contains("5000.00"));
}
