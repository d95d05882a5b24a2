//! Who came.

use cast::{customer, subscription};
use serde_json::{Value, json};

use super::{FrontDesk, check_in, deduct};

async fn busy_house() -> FrontDesk {
    let mut setup = FrontDesk::open().await;
    let mona = customer().insert(&setup.gym).await;
    subscription().sessions(9).everywhere().insert(&setup.gym, mona).await;
    let nour = customer().named("Nour Samy").insert(&setup.gym).await;
    for _ in 0..2 {
        setup.desk.post("/api/attendance", deduct(mona)).await.expect(200);
        setup.desk.post("/api/attendance", check_in(nour)).await.refused(403, "NO_SUBSCRIPTION");
        setup.caller("reception2").await.post("/api/attendance", check_in(mona)).await.expect(200);
        setup.wait(86_400);
        setup.desk = setup.caller("reception1").await;
    }
    setup
}

fn names(rows: &Value) -> Vec<(&str, i64, &str)> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["customer_name"].as_str().unwrap(),
                row["branch_id"].as_i64().unwrap(),
                row["entry_status"].as_str().unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn entries_are_listed_newest_first_within_reach() {
    let setup = busy_house().await;
    let owner = setup.caller("owner").await;
    let all = owner.get("/api/attendance").await.expect(200);
    let one_day = [("Mona Adel", 2, "approved"), ("Nour Samy", 1, "denied"), ("Mona Adel", 1, "approved")];
    assert_eq!(names(all.at("/data/items")), [one_day, one_day].concat());
    assert_eq!(all.at("/data/total"), 6);
    let here = setup.desk.get("/api/attendance").await.expect(200);
    assert_eq!(here.at("/data/total"), 4);
    assert!(names(here.at("/data/items")).iter().all(|(_, branch, _)| *branch == 1));
    let regional = setup.caller("regional1").await.get("/api/attendance?limit=2&page=2").await.expect(200);
    assert_eq!(
        names(regional.at("/data/items")),
        [("Mona Adel", 1, "approved"), ("Mona Adel", 2, "approved")]
    );
    assert_eq!(setup.caller("owner_b").await.get("/api/attendance").await.at("/data/total"), 0);
    assert_eq!(setup.caller("superadmin").await.get("/api/attendance").await.at("/data/total"), 6);
    setup.desk.get("/api/attendance?branch_id=2").await.refused(404, "BRANCH_NOT_FOUND");
    setup.gym.visitor(&setup.router).get("/api/attendance").await.refused(401, "SIGNED_OUT");
}

#[tokio::test]
async fn a_row_carries_every_field_that_an_app_reads() {
    let setup = busy_house().await;
    let rows = setup.caller("trainer1").await.get("/api/validation/entry-logs?per_page=50").await.expect(200);
    let denied = rows.at("/data/entries/0");
    assert_eq!(denied["entry_status"], "denied");
    assert_eq!(denied["reason"]["code"], "NO_SUBSCRIPTION");
    assert_eq!(denied["subscription_id"], Value::Null);
    let row = rows.at("/data/entries/1");
    assert_eq!(row["entry_status"], "approved");
    assert_eq!(row["customer_name"], "Mona Adel");
    assert_eq!(row["entry_time"], "2026-04-18T23:30:00");
    assert_eq!((&row["date"], &row["time"]), (&json!("2026-04-18"), &json!("23:30:00")));
    assert_eq!(row["entry_type"], "attendance");
    assert_eq!(row["service_name"], "Swim Sessions");
    assert_eq!(row["coins_used"], 1);
    assert_eq!(row["staff_name"], "Reem Tarek");
    assert!(row["id"].is_i64() && row["reason"].is_null());
    assert_eq!(rows.at("/data/total"), 4);
}

#[tokio::test]
async fn the_list_of_a_branch_stands_at_the_top_level_too() {
    let setup = busy_house().await;
    let manager = setup.caller("manager1").await;
    let rows = manager.get("/api/attendance/by-branch?branch_id=1").await.expect(200);
    assert_eq!(rows.at("/attendance"), rows.at("/data"));
    assert_eq!(rows.at("/attendance/0/employee_name"), "Reem Tarek");
    assert_eq!(rows.at("/attendance/0/status"), "denied");
    assert_eq!(rows.at("/attendance/0/time"), "23:30:00");
    manager.get("/api/attendance/by-branch?branch_id=2").await.refused(404, "BRANCH_NOT_FOUND");
}

#[tokio::test]
async fn entries_are_filtered_by_day_customer_and_end() {
    let setup = busy_house().await;
    let owner = setup.caller("owner").await;
    let total = async |query: &str| {
        owner.get(&format!("/api/attendance?{query}")).await.expect(200).at("/data/total").as_i64().unwrap()
    };
    assert_eq!(total("status=denied").await, 2);
    assert_eq!(total("status=APPROVED").await, 4);
    assert_eq!(total("branch_id=2").await, 2);
    assert_eq!(total("date_from=2026-04-18").await, 3);
    assert_eq!(total("date_to=2026-04-17").await, 3);
    assert_eq!(total("start_date=2026-04-17&end_date=2026-04-18").await, 6);
    assert_eq!(total("date_from=2026-04-19").await, 0);
    let mona = setup.count("select id from customers where full_name = 'Mona Adel'").await;
    assert_eq!(total(&format!("customer_id={mona}")).await, 4);
    assert_eq!(
        total(&format!("customer_id={mona}&branch_id=1&date_from=2026-04-18&status=approved")).await,
        1
    );
    assert_eq!(total("customer_id=999999").await, 0);
    for (query, code) in [
        ("status=maybe", "INVALID_STATUS"),
        ("date_from=yesterday", "DATE_INVALID"),
        ("customer_id=x", "ID_INVALID"),
        ("page=x", "PAGE_INVALID"),
        ("offset=200001", "PAGE_TOO_DEEP"),
    ] {
        owner.get(&format!("/api/attendance?{query}")).await.refused(400, code);
    }
}

/// A list by every filter is what the same filter leaves of the whole list.
#[tokio::test]
async fn every_way_leads_to_the_same_entries() {
    let setup = busy_house().await;
    for username in ["superadmin", "owner", "regional1", "reception1"] {
        let caller = setup.caller(username).await;
        let whole = caller.get("/api/attendance").await.expect(200);
        for branch in [None, Some(1), Some(2)] {
            for status in ["", "approved", "denied"] {
                let due: Vec<i64> = whole
                    .at("/data/items")
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|row| branch.is_none_or(|branch: i64| row["branch_id"] == branch))
                    .filter(|row| status.is_empty() || row["entry_status"] == status)
                    .map(|row| row["id"].as_i64().unwrap())
                    .collect();
                let spelled = branch.map(|branch| branch.to_string()).unwrap_or_default();
                let asked = format!("/api/attendance?branch_id={spelled}&status={status}");
                if username == "reception1" && branch == Some(2) {
                    caller.get(&asked).await.refused(404, "BRANCH_NOT_FOUND");
                    continue;
                }
                let found = caller.get(&asked).await.expect(200);
                let ids: Vec<i64> = found
                    .at("/data/items")
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row["id"].as_i64().unwrap())
                    .collect();
                assert_eq!(ids, due, "{username} {asked}");
                assert_eq!(found.at("/data/total"), &json!(due.len()), "{username} {asked}");
            }
        }
    }
}

#[tokio::test]
async fn entries_are_not_leafed_through_for_ever() {
    let setup = FrontDesk::open().await;
    for (username, query, rows) in [
        ("reception1", "", 200_000),
        ("owner", "&branch_id=1", 200_000),
        ("owner", "", 100_000),
        ("superadmin", "&branch_id=1", 200_000),
        ("regional1", "&branch_id=1", 200_000),
        ("regional1", "", 5_000),
        ("superadmin", "", 5_000),
    ] {
        let caller = setup.caller(username).await;
        let after = async |rows: i64| caller.get(&format!("/api/attendance?offset={rows}{query}")).await;
        after(rows).await.expect(200);
        after(rows + 1).await.refused(400, "PAGE_TOO_DEEP");
    }
}
