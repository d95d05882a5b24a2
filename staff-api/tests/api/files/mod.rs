//! Lists and reports as files.

mod bounds;

use std::{collections::BTreeSet, io::Cursor};

use axum::Router;
use calamine::{Data, DataType as _, Range, Reader as _, Xlsx};
use cast::{Caller, Gym, customer};
use chrono::NaiveDate;
use serde_json::{Value, json};

struct Office {
    gym: Gym,
    router: Router,
    owner: Caller,
    reception: Caller,
}

impl Office {
    /// The evening of 17 April in Cairo.
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

    /// A sale, two keys, a part of the sale given back, an expense, a day closed with too little in the till.
    async fn a_day_of_business(&self) {
        let mona = customer().named("=Mona, \"the\" first").phone("+201012345678").insert(&self.gym).await;
        let sale = json!({ "customer_id": mona, "service_id": 3, "amount": 900, "discount": 100, "payment_method": "card" });
        let sold = self.reception.post("/api/subscriptions", sale).await.expect(201);
        let paid = sold.at("/data/payment/id").as_i64().unwrap();
        for (amount, notes) in [(25.5, "=1+1"), (10.05, "-2\r\n@x")] {
            let key =
                json!({ "customer_id": mona, "amount": amount, "payment_method": "cash", "notes": notes });
            self.reception.post("/api/payments/record", key).await.expect(201);
        }
        let refund = json!({ "amount": 150.75, "reason": "Was ill", "payment_method": "transfer" });
        self.owner.post(&format!("/api/payments/{paid}/refund"), refund).await.expect(201);
        let body = json!({ "title": "@towels", "category": "supplies", "amount": 80.05, "branch_id": 1 });
        let spent = self.who("manager1").await.post("/api/expenses", body).await.expect(201);
        let review = format!("/api/expenses/{}/review", spent.at("/data/id"));
        self.owner.post(&review, json!({ "action": "approve" })).await.expect(200);
        self.reception
            .post("/api/attendance", json!({ "customer_id": mona, "branch_id": 1 }))
            .await
            .expect(200);
        let closing = json!({ "branch_id": 1, "date": "2026-04-17", "actual_cash": 30 });
        self.reception.post("/api/payments/daily-closing", closing).await.expect(200);
    }

    async fn in_arabic(&self) {
        sqlx::query("update staff_users set preferred_language = 'ar'")
            .execute(&self.gym.db.owner)
            .await
            .unwrap();
    }
}

/// The table of a CSV file, without the mark at its beginning; quotes, commas and lines as RFC 4180 has them.
fn table(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').expect("the mark of UTF-8");
    assert!(text.ends_with("\r\n"));
    let (mut rows, mut row, mut cell, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(letter),
        }
    }
    assert!(rows.iter().all(|row: &Vec<String>| row.len() == rows[0].len()), "each row has all columns");
    rows
}

fn column<'t>(table: &'t [Vec<String>], heading: &str) -> Vec<&'t str> {
    let place = table[0]
        .iter()
        .position(|cell| cell == heading)
        .unwrap_or_else(|| panic!("{heading}: {:?}", table[0]));
    table[1..].iter().map(|row| row[place].as_str()).collect()
}

fn sheet(bytes: &[u8], name: Option<&str>) -> Range<Data> {
    let mut book = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let first = book.sheet_names()[0].clone();
    book.worksheet_range(name.unwrap_or(&first)).unwrap()
}

/// One part of a workbook, as it stands in the archive.
fn part(bytes: &[u8], name: &str) -> String {
    use std::io::Read as _;

    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn document() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Reads that are no list and no report, each with the reason why nobody needs it as a file.
const NO_FILES: &[(&str, &str)] = &[
    ("/api/alerts/smart", "five numbers; the alerts are a list of their own"),
    ("/api/attendance/decision", "one question and its answer"),
    ("/api/auth/me", "oneself"),
    ("/api/books/export", "is a file in formats of its own"),
    ("/api/books/months/{month}", "one month; what it posted is in the journal"),
    ("/api/branches/{id}", "one thing"),
    ("/api/customers/phone/{phone}", "one thing"),
    ("/api/customers/search", "what is offered while somebody types; the list has the same search"),
    ("/api/customers/{id}", "one thing"),
    ("/api/customers/{id}/qr", "one thing"),
    ("/api/customers/{id}/qr.png", "a picture"),
    ("/api/dashboards/accountant", "a screen; its figures are in the reports"),
    ("/api/dashboards/branch-manager", "a screen; its figures are in the reports"),
    ("/api/dashboards/branch/{id}", "a screen; its figures are in the reports"),
    ("/api/dashboards/overview", "a screen; its figures are in the reports"),
    ("/api/dashboards/owner", "a screen; its figures are in the reports"),
    ("/api/expenses/{id}", "one thing"),
    ("/api/expenses/{id}/attachments/{attachment_id}", "is a file already"),
    ("/api/gyms/my-gym", "one thing"),
    ("/api/gyms/settings", "one thing"),
    (
        "/api/payments/daily-closing/calculate",
        "the figures of one day before it is closed; the closing is in the list",
    ),
    ("/api/payments/daily-closings/{id}", "one thing"),
    (
        "/api/payments/shifts/current",
        "the figures of one shift before it is closed; the closing is in the list",
    ),
    ("/api/payments/shifts/{id}", "one thing"),
    ("/api/payments/{id}", "one thing"),
    ("/api/payments/{id}/receipt", "one thing, to be had as a page"),
    ("/api/services/{id}", "one thing"),
    ("/api/subscriptions/{id}", "one thing"),
    ("/api/transactions/{id}", "one thing"),
    ("/api/users/{id}", "one thing"),
];

/// Lists and reports with a `format`, at the addresses that are to be called.
fn lists() -> Vec<String> {
    let document = document();
    let mut lists = Vec::new();
    let mut left: BTreeSet<&str> = NO_FILES.iter().map(|(path, _)| *path).collect();
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(read) = item.get("get").filter(|read| read["deprecated"] != true) else { continue };
        if left.remove(path.as_str()) {
            continue;
        }
        let asked = read["parameters"].as_array().unwrap();
        let format = asked.iter().find(|parameter| parameter["name"] == "format");
        let format =
            format.unwrap_or_else(|| panic!("{path} is a list or a report and has no `format`")).to_string();
        assert!(["json", "csv", "xlsx"].iter().all(|word| format.contains(word)), "{path}: {format}");
        let kinds = read["responses"]["200"]["content"].as_object().unwrap();
        assert!(kinds.contains_key("text/csv") && kinds.len() == 3, "{path}: {kinds:?}");
        lists.push(path.clone());
    }
    assert!(left.is_empty(), "these are reads no more: {left:?}");
    lists
}

#[test]
fn every_list_and_every_report_is_to_be_had_as_a_file() {
    assert!(lists().len() >= 24, "{:?}", lists());
}

/// Each is asked for by somebody who may, in both formats and both languages; every column has a heading.
#[tokio::test]
async fn every_file_opens_and_names_its_columns() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    for language in ["en", "ar"] {
        if language == "ar" {
            office.in_arabic().await;
        }
        for path in lists() {
            let who = office.who(if path.starts_with("/api/gyms") { "superadmin" } else { "owner" }).await;
            let path = path.replace("{id}", "1");
            let path = if path.contains("movements") {
                let sold = office.owner.get("/api/subscriptions").await.expect(200);
                path.replace("/1/", &format!("/{}/", sold.at("/data/items/0/id")))
            } else {
                path
            };
            let file = who.get(&format!("{path}?format=csv")).await.expect(200);
            assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8", "{path}");
            assert_eq!(file.headers["cache-control"], "no-store", "{path}");
            let table = table(&file.bytes);
            assert!(table[0].iter().all(|heading| !heading.trim().is_empty()), "{path}: {:?}", table[0]);
            let of_its_own: BTreeSet<&String> = table[0].iter().collect();
            assert_eq!(of_its_own.len(), table[0].len(), "{path}: two columns with one name: {:?}", table[0]);
            let file = who.get(&format!("{path}?format=xlsx")).await.expect(200);
            let named = file.headers["content-disposition"].to_str().unwrap();
            assert!(
                named.starts_with("attachment; filename=\"") && named.contains(".xlsx\""),
                "{path}: {named}"
            );
            let range = sheet(&file.bytes, None);
            let headings: Vec<String> =
                range.rows().next().unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(headings, table[0], "{path}");
            let xml = part(&file.bytes, "xl/worksheets/sheet1.xml");
            assert_eq!(xml.contains("rightToLeft=\"1\""), language == "ar", "{path}");
            assert!(xml.contains("state=\"frozen\"") && xml.contains("<autoFilter "), "{path}");
            assert!(!xml.contains("<f>"), "{path}: no formula");
        }
    }
}

#[tokio::test]
async fn a_figure_of_a_file_is_the_figure_of_the_list() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    for (path, rows, heading, key) in [
        ("/api/payments?limit=1", "items", "Paid", "net_amount"),
        ("/api/transactions?limit=1", "items", "Full price", "gross_amount"),
        ("/api/books/journal?limit=1", "items", "Amount", "amount"),
        ("/api/expenses?limit=1", "items", "Amount", "amount"),
        ("/api/finance/cash-differences?limit=1", "items", "Difference", "difference"),
        ("/api/reports/branch-comparison", "", "Revenue", "revenue"),
        ("/api/reports/monthly", "daily_breakdown", "Revenue", "revenue"),
        ("/api/reports/revenue", "by_branch", "Revenue", "revenue"),
        ("/api/reports/employee-performance", "", "Revenue", "revenue"),
        ("/api/reports/expenses-by-category", "categories", "Amount", "amount"),
        ("/api/books/trial-balance", "accounts", "Closing balance", "closing"),
    ] {
        let whole = path.replace("limit=1", "limit=100");
        let listed = office.owner.get(&whole).await.expect(200);
        let listed =
            if rows.is_empty() { listed.at("/data").clone() } else { listed.at("/data")[rows].clone() };
        let listed = listed.as_array().unwrap();
        assert!(!listed.is_empty(), "{path}");
        let joint = if path.contains('?') { '&' } else { '?' };
        let file = office.owner.get(&format!("{path}{joint}format=csv")).await.expect(200);
        let table = table(&file.bytes);
        let written: Vec<f64> = column(&table, heading).iter().map(|cell| cell.parse().unwrap()).collect();
        let answered: Vec<f64> = listed.iter().map(|row| row[key].as_f64().unwrap()).collect();
        assert_eq!(written, answered, "{path}");
        assert!(
            column(&table, heading)
                .iter()
                .all(|cell| cell.split_once('.').is_some_and(|(_, rest)| rest.len() == 2))
        );
        let file = office.owner.get(&format!("{path}{joint}format=xlsx")).await.expect(200);
        let range = sheet(&file.bytes, None);
        let place = range.rows().next().unwrap().iter().position(|cell| *cell == heading).unwrap();
        let amounts: Vec<&Data> = range.rows().skip(1).take(answered.len()).map(|row| &row[place]).collect();
        assert_eq!(
            amounts,
            answered.iter().map(|amount| Data::Float(*amount)).collect::<Vec<_>>().iter().collect::<Vec<_>>(),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_totals_of_a_workbook_are_those_of_the_list() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    let listed = office.owner.get("/api/payments").await.expect(200);
    let file = office.owner.get("/api/payments?format=xlsx").await.expect(200);
    let range = sheet(&file.bytes, None);
    let place =
        |heading: &str| range.rows().next().unwrap().iter().position(|cell| *cell == heading).unwrap();
    let totals = range.rows().next_back().unwrap();
    assert_eq!(totals[0].to_string(), "Total");
    assert_eq!(totals[place("Paid")], Data::Float(listed.at("/data/total_amount").as_f64().unwrap()));
    assert_eq!(totals[place("Discount")], Data::Float(listed.at("/data/total_discount").as_f64().unwrap()));
    assert_eq!(totals[place("Customer")], Data::Empty, "words are not added up");
    // Days and times are such, so that a spreadsheet can sort and count them.
    let first = range.rows().nth(1).unwrap();
    let day = first[place("Business day")].as_datetime().map(|at| at.date());
    assert_eq!(day, NaiveDate::from_ymd_opt(2026, 4, 17));
    let taken = first[place("Taken at (Africa/Cairo)")].as_datetime().unwrap();
    assert_eq!(taken.format("%Y-%m-%d %H:%M:%S").to_string(), "2026-04-17 23:30:00");
    // A report has its figures on a sheet of their own, and nothing below them.
    let file = office.owner.get("/api/reports/revenue?format=xlsx").await.expect(200);
    let summary = sheet(&file.bytes, Some("Summary"));
    assert_eq!(summary.height(), 2);
    let report = office.owner.get("/api/reports/revenue").await.expect(200);
    let revenue = summary.rows().next().unwrap().iter().position(|cell| *cell == "Revenue").unwrap();
    assert_eq!(
        summary.get((1, revenue)),
        Some(&Data::Float(report.at("/data/total_revenue").as_f64().unwrap()))
    );
}

#[tokio::test]
async fn what_somebody_typed_is_never_computed_and_stays_in_its_cell() {
    let office = Office::open().await;
    office.a_day_of_business().await;
    let file = office.owner.get("/api/payments?format=csv").await.expect(200);
    let table = table(&file.bytes);
    assert_eq!(table.len(), 5, "headings and four payments");
    assert!(column(&table, "Customer").iter().all(|name| *name == "'=Mona, \"the\" first"), "{table:?}");
    let notes = column(&table, "Notes");
    assert!(notes.contains(&"'=1+1") && notes.iter().any(|note| note.starts_with("'-2")), "{notes:?}");
    assert!(column(&table, "Paid").contains(&"-150.75"), "a number is a number");
    let file = office.owner.get("/api/customers?format=csv").await.expect(200);
    assert!(
        String::from_utf8(file.bytes).unwrap().contains(",01012345678,"),
        "a phone number keeps its zero"
    );
    let expenses = office.owner.get("/api/expenses?format=csv").await.expect(200);
    assert!(String::from_utf8(expenses.bytes).unwrap().contains("'@towels"));
}
