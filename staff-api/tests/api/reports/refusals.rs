//! Who is not told, and which days no report is made of.

use cast::Gym;
use serde_json::json;

use super::opened;

const WITH_BRANCH: [&str; 13] = [
    "/api/reports/daily",
    "/api/finance/daily-sales",
    "/api/reports/weekly",
    "/api/reports/monthly",
    "/api/reports/revenue",
    "/api/reports/revenue-trend",
    "/api/reports/branch-comparison",
    "/api/reports/employee-performance",
    "/api/dashboards/owner",
    "/api/dashboards/branch-manager",
    "/api/dashboards/accountant",
    "/api/alerts/smart",
    "/api/alerts",
];
const OF_BRANCH: [fn(&str) -> String; 2] =
    [|id| format!("/api/dashboards/branch/{id}"), |id| format!("/api/branches/{id}/performance")];
const WITH_DAYS: [&str; 4] = [
    "/api/finance/daily-sales",
    "/api/reports/revenue",
    "/api/reports/branch-comparison",
    "/api/reports/employee-performance",
];

#[tokio::test]
async fn a_foreign_branch_answers_like_an_absent_one() {
    let (_gym, manager) = opened("manager1").await;
    let paths = |id: &str| {
        let named = WITH_BRANCH.map(|path| format!("{path}?branch_id={id}"));
        named.into_iter().chain(OF_BRANCH.map(|path| path(id))).collect::<Vec<_>>()
    };
    for (beside, (elsewhere, nowhere)) in paths("2").iter().zip(paths("3").iter().zip(paths("99"))) {
        let absent = manager.get(&nowhere).await.refused(404, "BRANCH_NOT_FOUND");
        for path in [beside, elsewhere] {
            let foreign = manager.get(path).await.refused(404, "BRANCH_NOT_FOUND");
            assert_eq!(foreign.at("/message"), absent.at("/message"), "{path}");
        }
    }
    for path in paths("1") {
        manager.get(&path).await.expect(200);
    }
    for name in ["2", "3", "99", "Phoenix%20Club", "nowhere"] {
        let path = format!("/api/finance/daily-sales?branch={name}");
        manager.get(&path).await.refused(404, "BRANCH_NOT_FOUND");
    }
}

#[tokio::test]
async fn the_desk_and_the_trainers_see_no_reports() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    for name in ["reception1", "trainer1"] {
        let caller = gym.staff(&router, name).await;
        let own = OF_BRANCH.map(|path| path("1"));
        for path in WITH_BRANCH.iter().map(|path| (*path).to_owned()).chain(own) {
            caller.get(&path).await.refused(403, "NOT_ALLOWED");
        }
    }
    for path in WITH_BRANCH {
        gym.visitor(&router).get(path).await.refused(401, "SIGNED_OUT");
    }
}

#[tokio::test]
async fn a_super_admin_names_a_branch() {
    let (_gym, admin) = opened("superadmin").await;
    for path in WITH_BRANCH {
        admin.get(path).await.refused(400, "BRANCH_REQUIRED");
        admin.get(&format!("{path}?branch_id=3")).await.expect(200);
    }
}

#[tokio::test]
async fn days_that_make_no_range_are_refused_in_both_languages() {
    let (gym, owner) = opened("owner").await;
    for path in WITH_DAYS {
        for (query, code, field) in [
            ("date_from=2026-04-18&date_to=2026-04-17", "DATE_RANGE_REVERSED", "date_to"),
            ("start_date=2026-04-18&end_date=2026-04-17", "DATE_RANGE_REVERSED", "date_to"),
            ("date_from=2025-03-13&date_to=2026-04-17", "DATE_RANGE_TOO_LONG", "date_to"),
            ("start_date=2000-01-01", "DATE_RANGE_TOO_LONG", "date_to"),
            ("date_from=2026-02-30", "DATE_INVALID", "date_from"),
            ("end_date=yesterday", "DATE_INVALID", "end_date"),
            ("date_to=2200-01-01", "DATE_OUT_OF_RANGE", "date_to"),
        ] {
            let refused = owner.get(&format!("{path}?{query}")).await.refused(400, code);
            assert!(refused.at(&format!("/errors/{field}")).is_string(), "{path} {query}: {}", refused.body);
        }
        owner.get(&format!("{path}?date_from=2025-03-14&date_to=2026-04-17")).await.expect(200);
    }
    sqlx::query("update staff_users set preferred_language = 'ar' where id = 1002")
        .execute(&gym.db.owner)
        .await
        .unwrap();
    let refused =
        owner.get("/api/reports/revenue?date_from=2020-01-01").await.refused(400, "DATE_RANGE_TOO_LONG");
    assert_eq!(refused.at("/message"), "إلى تاريخ: يرجى اختيار 400 يوم على الأكثر");
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let (_gym, owner) = opened("owner").await;
    for (path, code, field) in [
        ("/api/reports/daily?date=17-04-2026", "DATE_INVALID", "date"),
        ("/api/reports/daily?limit=0", "PAGE_TOO_SMALL", "limit"),
        ("/api/reports/daily?offset=1001", "PAGE_TOO_DEEP", "page"),
        ("/api/finance/daily-sales?offset=1001", "PAGE_TOO_DEEP", "page"),
        ("/api/finance/daily-sales?payment_method=gold", "UNKNOWN_VALUE", "payment_method"),
        ("/api/finance/daily-sales?service_id=x", "INVALID_QUERY", "service_id"),
        ("/api/reports/weekly?date=2026-13-01", "DATE_INVALID", "date"),
        ("/api/reports/monthly?month=2026-13", "DATE_INVALID", "month"),
        ("/api/reports/monthly?month=april", "DATE_INVALID", "month"),
        ("/api/reports/employee-performance?month=04-2026", "DATE_INVALID", "month"),
        ("/api/reports/revenue?group_by=colour", "UNKNOWN_VALUE", "group_by"),
        ("/api/reports/revenue-trend?period=hourly", "UNKNOWN_VALUE", "period"),
        ("/api/alerts?branch_id=x", "INVALID_QUERY", "branch_id"),
    ] {
        let refused = owner.get(path).await.refused(400, code);
        assert!(refused.at(&format!("/errors/{field}")).is_string(), "{path}: {}", refused.body);
    }
}

#[tokio::test]
async fn the_ends_of_the_calendar_break_nothing() {
    let (_gym, owner) = opened("owner").await;
    for day in ["1900-01-01", "2199-12-31"] {
        for path in ["/api/reports/daily", "/api/reports/weekly", "/api/reports/monthly"] {
            let answer = owner.get(&format!("{path}?date={day}")).await.expect(200);
            assert_eq!(answer.at("/data/total_revenue"), &json!(0), "{path} {day}");
        }
        for path in WITH_DAYS {
            owner.get(&format!("{path}?date_from={day}&date_to={day}")).await.expect(200);
        }
    }
}
