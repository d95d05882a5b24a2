//! What was spent on what.

use cast::Answered;
use serde_json::{Value, json};

use super::{Office, id};

const REPORT: &str = "/api/reports/expenses-by-category";

impl Office {
    /// An approved expense of `branch`.
    async fn spent(&self, branch: i64, category: &str, amount: f64, day: &str) {
        let body = json!({
            "title": "Something", "amount": amount, "branch_id": branch, "expense_date": day, "category": category,
        });
        let expense = id(&self.writes("accountant_r", body).await.expect(201));
        self.approves("owner", expense).await.expect(200);
    }

    async fn told(&self, username: &str, query: &str) -> Answered {
        self.who(username).await.get(&format!("{REPORT}{query}")).await
    }

    /// Thirty days end with 17 April 2026, today.
    async fn spending() -> Self {
        let office = Self::open().await;
        office.spent(1, "rent", 1000.0, "2026-04-01").await;
        office.spent(1, "supplies", 20.25, "2026-04-17").await;
        office.spent(1, "supplies", 30.0, "2026-03-19").await;
        office.spent(2, "utilities", 500.0, "2026-04-10").await;
        office.spent(1, "safety", 9000.0, "2026-03-18").await;
        office
    }
}

/// Category, what it came to, how many expenses.
type Spent = (String, f64, i64);

fn rows(answer: &Answered) -> Vec<Spent> {
    let rows = answer.at("/data/categories").as_array().expect("categories");
    rows.iter()
        .map(|row| {
            let category = row["category"].as_str().expect("a category").to_owned();
            (category, row["total"].as_f64().expect("a number"), row["count"].as_i64().expect("a count"))
        })
        .collect()
}

fn row(category: &str, total: f64, count: i64) -> Spent {
    (category.to_owned(), total, count)
}

#[tokio::test]
async fn the_dearest_comes_first_within_thirty_days() {
    let office = Office::spending().await;
    let answer = office.told("owner", "").await.expect(200);
    assert_eq!(
        rows(&answer),
        [row("rent", 1000.0, 1), row("utilities", 500.0, 1), row("supplies", 50.25, 2)]
    );
    assert_eq!(answer.at("/data/total"), 1550.25);
    let days = (answer.at("/data/date_from"), answer.at("/data/date_to"));
    assert_eq!(days, (&json!("2026-03-19"), &json!("2026-04-17")));
    assert_eq!(answer.at("/categories"), answer.at("/data/categories"));
}

#[tokio::test]
async fn only_approved_expenses_count_and_by_the_day_they_count_for() {
    let office = Office::open().await;
    for _ in 0..3 {
        office.expense("accountant1", 1, 5.0, "2026-04-10").await;
    }
    office.rejects("owner", 1).await.expect(200);
    office.withdraws("owner", 2).await.expect(200);
    let none = office.told("owner", "").await.expect(200);
    assert_eq!((rows(&none), none.at("/data/total")), (vec![], &json!(0)));
    office.approves("owner", 3).await.expect(200);
    assert_eq!(rows(&office.told("owner", "").await.expect(200)), [row("supplies", 5.0, 1)]);
    let later = "update expenses set business_day = '2026-04-15' where id = 3";
    sqlx::query(later).execute(&office.gym.db.owner).await.unwrap();
    let of = async |day: &str| {
        let query = format!("?date_from={day}&date_to={day}");
        rows(&office.told("owner", &query).await.expect(200)).len()
    };
    assert_eq!((of("2026-04-10").await, of("2026-04-15").await), (0, 1));
}

#[tokio::test]
async fn days_and_branch_narrow_it() {
    let office = Office::spending().await;
    let cases: [(&str, Vec<Spent>); 5] = [
        ("?branch_id=2", vec![row("utilities", 500.0, 1)]),
        ("?date_from=2026-03-18&date_to=2026-03-18", vec![row("safety", 9000.0, 1)]),
        ("?start_date=2026-04-17&end_date=2026-04-17", vec![row("supplies", 20.25, 1)]),
        (
            "?date_to=2026-04-01",
            vec![row("safety", 9000.0, 1), row("rent", 1000.0, 1), row("supplies", 30.0, 1)],
        ),
        ("?date_from=2026-04-11", vec![row("supplies", 20.25, 1)]),
    ];
    for (query, expected) in cases {
        assert_eq!(rows(&office.told("owner", query).await.expect(200)), expected, "{query}");
    }
    office
        .told("owner", "?date_from=2026-04-02&date_to=2026-04-01")
        .await
        .refused(400, "DATE_RANGE_REVERSED");
    office.told("owner", "?date_from=2025-03-01").await.refused(400, "DATE_RANGE_TOO_LONG");
    office.told("owner", "?date_to=soon").await.refused(400, "DATE_INVALID");
    office.told("owner", "?branch_id=one").await.refused(400, "INVALID_QUERY");
}

#[tokio::test]
async fn everybody_is_told_of_their_branches() {
    let office = Office::spending().await;
    let both: Value = json!(1550.25);
    let first: Value = json!(1050.25);
    for (name, total) in [
        ("owner", &both),
        ("accountant_c", &both),
        ("regional1", &both),
        ("accountant_r", &both),
        ("manager1", &first),
        ("accountant1", &first),
    ] {
        assert_eq!(office.told(name, "").await.expect(200).at("/data/total"), total, "{name}");
    }
    assert_eq!(office.told("owner_b", "").await.expect(200).at("/data/total"), 0);
    for name in ["trainer1", "reception1"] {
        office.told(name, "").await.refused(403, "NOT_ALLOWED");
    }
    office.told("superadmin", "").await.refused(400, "BRANCH_REQUIRED");
    assert_eq!(office.told("superadmin", "?branch_id=1").await.expect(200).at("/data/total"), &first);
    for (name, branch) in [("manager1", 2), ("owner", 3), ("owner", 999)] {
        office.told(name, &format!("?branch_id={branch}")).await.refused(404, "BRANCH_NOT_FOUND");
    }
}
