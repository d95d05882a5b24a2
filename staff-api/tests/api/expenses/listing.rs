//! Looking expenses up.

use cast::Answered;
use serde_json::{Value, json};

use super::{Office, spoken};

const LIST: &str = "/api/finance/expenses";

fn ids(answer: &Answered) -> Vec<i64> {
    answer.at("/data/items").as_array().expect("items").iter().filter_map(|row| row["id"].as_i64()).collect()
}

fn sums(answer: &Answered) -> (&Value, &Value, &Value) {
    (answer.at("/data/total"), answer.at("/data/total_pending"), answer.at("/data/total_approved"))
}

impl Office {
    /// Branch 1: 1 approved (100), 2 pending (20.5), 3 rejected, 4 withdrawn; branch 2: 5 pending (7); other days.
    async fn filled() -> Self {
        let office = Self::open().await;
        office.expense("accountant1", 1, 100.0, "2026-04-10").await;
        office.expense("manager1", 1, 20.5, "2026-04-12").await;
        office.expense("accountant1", 1, 300.0, "2026-04-11").await;
        office.expense("accountant1", 1, 4000.0, "2026-04-13").await;
        office.expense("manager2", 2, 7.0, "2026-04-12").await;
        office.approves("manager1", 1).await.expect(200);
        office.rejects("manager1", 3).await.expect(200);
        office.withdraws("accountant1", 4).await.expect(200);
        office
    }

    async fn reads(&self, username: &str, query: &str) -> Answered {
        self.who(username).await.get(&format!("{LIST}{query}")).await
    }
}

#[tokio::test]
async fn the_latest_days_come_first_and_what_was_taken_back_is_not_there() {
    let office = Office::filled().await;
    let answer = office.reads("owner", "").await.expect(200);
    assert_eq!(ids(&answer), [5, 2, 3, 1]);
    assert_eq!(sums(&answer), (&json!(4), &json!(27.5), &json!(100)));
    assert!(answer.body.is_object() && answer.at("/data").is_object(), "never a bare array");
    assert_eq!(answer.at("/expenses"), answer.at("/data/items"), "for the February app");
    let same = office.who("owner").await.get("/api/expenses").await.expect(200);
    assert_eq!(same.at("/data"), answer.at("/data"));
    let row = answer.at("/data/items/3");
    let read = json!({
        "id": 1, "title": "Towels", "amount": 100, "status": "approved", "category": "supplies",
        "branch_name": "Dragon Club", "created_by_name": "Amal Gaber", "reviewed_by_name": "Magdy Fawzy",
        "expense_date": "2026-04-10", "date": "2026-04-10", "branch_id": 1, "expense_id": 1,
    });
    for (key, value) in read.as_object().unwrap() {
        assert_eq!(&row[key], value, "{key}");
    }
}

#[tokio::test]
async fn the_filters_narrow_rows_and_sums_alike() {
    let office = Office::filled().await;
    let cases: [(&str, &[i64], (f64, f64)); 16] = [
        ("?branch_id=1", &[2, 3, 1], (20.5, 100.0)),
        ("?branch_id=2", &[5], (7.0, 0.0)),
        ("?status=pending", &[5, 2], (27.5, 0.0)),
        ("?status=APPROVED", &[1], (0.0, 100.0)),
        ("?status=rejected", &[3], (0.0, 0.0)),
        ("?date_from=2026-04-12", &[5, 2], (27.5, 0.0)),
        ("?date_to=2026-04-11", &[3, 1], (0.0, 100.0)),
        ("?date_from=2026-04-11&date_to=2026-04-11", &[3], (0.0, 0.0)),
        ("?start_date=2026-04-10&end_date=2026-04-10", &[1], (0.0, 100.0)),
        ("?category=supplies&branch_id=1", &[2, 3, 1], (20.5, 100.0)),
        ("?category=rent", &[], (0.0, 0.0)),
        ("?created_by=1004", &[2], (20.5, 0.0)),
        ("?created_by=1009&status=approved", &[1], (0.0, 100.0)),
        ("?created_by=1012", &[], (0.0, 0.0)),
        ("?branch_id=&status=&date_from=", &[5, 2, 3, 1], (27.5, 100.0)),
        (
            "?branch_id=1&status=pending&category=supplies&created_by=1004&date_from=2026-04-01&date_to=2026-04-30",
            &[2],
            (20.5, 0.0),
        ),
    ];
    for (query, expected, (pending, approved)) in cases {
        let answer = office.reads("owner", query).await.expect(200);
        assert_eq!(ids(&answer), expected, "{query}");
        assert_eq!(answer.at("/data/total"), expected.len(), "{query}");
        let money = |key: &str| answer.at(&format!("/data/{key}")).as_f64();
        assert_eq!(
            (money("total_pending"), money("total_approved")),
            (Some(pending), Some(approved)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_sums_are_of_all_pages() {
    let office = Office::filled().await;
    let first = office.reads("owner", "?limit=1").await.expect(200);
    assert_eq!((ids(&first), first.at("/data/pages")), (vec![5], &json!(4)));
    assert_eq!(sums(&first), (&json!(4), &json!(27.5), &json!(100)));
    let last = office.reads("owner", "?per_page=3&page=2").await.expect(200);
    assert_eq!((ids(&last), last.at("/data/page")), (vec![1], &json!(2)));
    assert_eq!(sums(&last), (&json!(4), &json!(27.5), &json!(100)));
    let beyond = office.reads("owner", "?per_page=3&page=9").await.expect(200);
    assert_eq!(ids(&beyond), Vec::<i64>::new());
    assert_eq!(sums(&beyond), (&json!(4), &json!(27.5), &json!(100)));
    let unsaid = office.reads("owner", "").await.expect(200);
    assert_eq!(unsaid.at("/data/per_page"), 1000, "the accountants' screen asks for no number of rows");
}

#[tokio::test]
async fn everybody_reads_what_their_branches_spend() {
    let office = Office::filled().await;
    for name in ["owner", "accountant_c", "regional1", "accountant_r"] {
        let answer = office.reads(name, "").await.expect(200);
        assert_eq!(ids(&answer), [5, 2, 3, 1], "{name}");
        assert_eq!(answer.at("/data/total_pending"), 27.5, "{name}");
    }
    for (name, seen) in [("manager1", vec![2, 3, 1]), ("accountant1", vec![2, 3, 1]), ("manager2", vec![5])] {
        assert_eq!(ids(&office.reads(name, "").await.expect(200)), seen, "{name}");
    }
    let elsewhere = office.reads("owner_b", "").await.expect(200);
    assert_eq!(sums(&elsewhere), (&json!(0), &json!(0), &json!(0)));
    for name in ["trainer1", "reception1"] {
        office.reads(name, "").await.refused(403, "NOT_ALLOWED");
    }
    // The gyms of a platform have no currency in common.
    office.reads("superadmin", "").await.refused(400, "BRANCH_REQUIRED");
    assert_eq!(ids(&office.reads("superadmin", "?branch_id=1").await.expect(200)), [2, 3, 1]);
    for (name, branch) in [("manager1", 2), ("accountant1", 2), ("owner", 3), ("owner", 999)] {
        office.reads(name, &format!("?branch_id={branch}")).await.refused(404, "BRANCH_NOT_FOUND");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_said() {
    let office = Office::open().await;
    let cases = [
        ("?status=withdrawn", "INVALID_STATUS"),
        ("?status=open", "INVALID_STATUS"),
        ("?category=gifts", "UNKNOWN_VALUE"),
        ("?date_from=yesterday", "DATE_INVALID"),
        ("?date_from=2026-04-02&date_to=2026-04-01", "DATE_RANGE_REVERSED"),
        ("?start_date=2026-04-02&end_date=2026-04-01", "DATE_RANGE_REVERSED"),
        ("?branch_id=one", "INVALID_QUERY"),
        ("?created_by=me", "INVALID_QUERY"),
        ("?limit=0", "PAGE_TOO_SMALL"),
        ("?limit=ten", "PAGE_INVALID"),
        ("?offset=200001", "PAGE_TOO_DEEP"),
        ("?status=approved&offset=5001", "PAGE_TOO_DEEP"),
    ];
    for (query, code) in cases {
        office.reads("owner", query).await.refused(400, code);
    }
}

#[tokio::test]
async fn one_expense_is_read_where_it_lives() {
    let office = Office::filled().await;
    let path = "/api/expenses/1";
    for name in
        ["superadmin", "owner", "regional1", "manager1", "accountant1", "accountant_c", "accountant_r"]
    {
        assert_eq!(office.who(name).await.get(path).await.expect(200).at("/data/id"), 1, "{name}");
    }
    let absent = office.who("owner").await.get("/api/expenses/999").await.refused(404, "EXPENSE_NOT_FOUND");
    for name in ["manager2", "owner_b"] {
        assert_eq!(spoken(&office.who(name).await.get(path).await), spoken(&absent), "{name}");
    }
    for name in ["trainer1", "reception1"] {
        office.who(name).await.get(path).await.refused(403, "NOT_ALLOWED");
    }
    office.who("owner").await.get("/api/expenses/one").await.refused(400, "INVALID_ID");
}
