//! Revenue has one definition: two screens that show the same days of the same branches never disagree.

use cast::{Caller, Gym};
use serde_json::Value;

use super::furnish;

/// An amount as it stands in JSON, in piastres.
fn piastres(value: &Value) -> i64 {
    let text = value.as_f64().map_or_else(|| panic!("{value}"), |amount| format!("{amount:.2}"));
    text.replace('.', "").parse().unwrap()
}

async fn read(caller: &Caller, path: &str, pointer: &str) -> i64 {
    piastres(caller.get(path).await.expect(200).at(pointer))
}

/// The sum of a field over a list.
async fn add_up(caller: &Caller, path: &str, (list, field): (&str, &str)) -> i64 {
    let answer = caller.get(path).await.expect(200);
    answer.at(list).as_array().unwrap().iter().map(|row| piastres(&row[field])).sum()
}

/// What the ledger of payments itself says.
async fn taken(gym: &Gym, branches: &[i64], from: &str, to: &str) -> i64 {
    sqlx::query_scalar(
        "select coalesce(sum(amount_minor), 0)::bigint from payments
         where branch_id = any($1) and business_day between $2::text::date and $3::text::date",
    )
    .bind(branches)
    .bind(from)
    .bind(to)
    .fetch_one(&gym.db.owner)
    .await
    .unwrap()
}

/// Somebody who looks, and the branches that they see.
struct Reader<'gym> {
    gym: &'gym Gym,
    caller: Caller,
    name: &'static str,
    branches: &'static [i64],
}

impl Reader<'_> {
    async fn taken(&self, from: &str, to: &str) -> i64 {
        taken(self.gym, self.branches, from, to).await
    }

    /// Fails unless each of the figures is `due`.
    async fn reads(&self, due: i64, figures: &[(&str, &str)]) {
        for (path, pointer) in figures {
            assert_eq!(read(&self.caller, path, pointer).await, due, "{} {path} {pointer}", self.name);
        }
    }

    /// Fails unless the parts in each of the lists add up to `due`.
    async fn adds_up(&self, due: i64, lists: &[(&str, (&str, &str))]) {
        for (path, parts) in lists {
            assert_eq!(add_up(&self.caller, path, *parts).await, due, "{} {path} {parts:?}", self.name);
        }
    }

    async fn compares_today(&self) {
        let today = self.taken("2026-04-17", "2026-04-17").await;
        self.reads(
            today,
            &[
                ("/api/reports/daily", "/data/total_revenue"),
                ("/api/finance/daily-sales", "/data/total_sales"),
                ("/api/finance/daily-sales?date_from=2026-04-17&date_to=2026-04-17", "/data/total_sales"),
                ("/api/reports/revenue?date_from=2026-04-17&date_to=2026-04-17", "/data/total_revenue"),
                ("/api/reports/revenue-trend", "/data/points/29/revenue"),
                ("/api/reports/weekly", "/data/daily_breakdown/6/revenue"),
                ("/api/reports/monthly", "/data/daily_breakdown/16/revenue"),
                ("/api/dashboards/accountant", "/data/today/total"),
                ("/api/dashboards/owner", "/data/revenue/today"),
                ("/api/dashboards/branch-manager", "/data/revenue/today"),
                ("/api/dashboards/overview", "/data/today/revenue"),
            ],
        )
        .await;
    }

    async fn compares_thirty_days(&self) {
        let month = self.taken("2026-03-19", "2026-04-17").await;
        assert!(month > 0, "{}: nothing is compared", self.name);
        let sales = "/api/finance/daily-sales?date_from=2026-03-19&date_to=2026-04-17";
        self.reads(
            month,
            &[
                (sales, "/data/total_sales"),
                ("/api/reports/revenue", "/data/total_revenue"),
                ("/api/dashboards/owner", "/data/revenue/total_30_days"),
                ("/api/dashboards/overview", "/data/total_revenue"),
            ],
        )
        .await;
        self.adds_up(
            month,
            &[
                (sales, ("/data/transactions", "net_amount")),
                ("/api/reports/revenue-trend", ("/data/points", "revenue")),
                ("/api/reports/branch-comparison", ("/data", "revenue")),
                ("/api/reports/employee-performance", ("/data", "total_revenue")),
                ("/api/reports/revenue", ("/data/by_branch", "revenue")),
                ("/api/reports/revenue", ("/data/by_service", "revenue")),
                ("/api/reports/revenue", ("/data/by_payment_method", "revenue")),
                ("/api/reports/revenue", ("/data/by_type", "revenue")),
                ("/api/dashboards/overview", ("/data/revenue_by_branch", "revenue")),
            ],
        )
        .await;
    }

    async fn compares_each_branch(&self) {
        for branch in self.branches {
            let own = taken(self.gym, &[*branch], "2026-03-19", "2026-04-17").await;
            let board = format!("/api/dashboards/branch/{branch}");
            let performance = format!("/api/branches/{branch}/performance");
            self.reads(own, &[(&board, "/data/total_revenue"), (&performance, "/data/total_revenue")]).await;
            self.adds_up(
                own,
                &[
                    (&performance, ("/data/revenue_by_service", "revenue")),
                    (&performance, ("/data/staff_performance", "total_revenue")),
                ],
            )
            .await;
        }
    }

    async fn compares_weeks_and_months(&self) {
        let april = self.taken("2026-04-01", "2026-04-17").await;
        self.reads(
            april,
            &[
                ("/api/dashboards/accountant", "/data/current_month/revenue"),
                ("/api/dashboards/overview", "/data/this_month/revenue"),
                ("/api/reports/revenue-trend?period=monthly", "/data/points/11/revenue"),
            ],
        )
        .await;
        let week = self.taken("2026-04-11", "2026-04-17").await;
        self.reads(
            week,
            &[
                ("/api/dashboards/branch-manager", "/data/revenue/last_7_days"),
                ("/api/reports/weekly", "/data/total_revenue"),
                ("/api/reports/revenue-trend?period=weekly", "/data/points/11/revenue"),
            ],
        )
        .await;
    }
}

#[tokio::test]
async fn every_screen_tells_the_same_revenue_for_the_same_days() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    furnish(&gym).await;
    for (name, branches) in [
        ("owner", &[1, 2][..]),
        ("accountant_r", &[1, 2]),
        ("manager1", &[1]),
        ("manager2", &[2]),
        ("owner_b", &[3]),
    ] {
        let reader = Reader { gym: &gym, caller: gym.staff(&router, name).await, name, branches };
        reader.compares_today().await;
        reader.compares_thirty_days().await;
        reader.compares_each_branch().await;
        reader.compares_weeks_and_months().await;
    }
}
