//! Entries, and the question at the door.

use base::{platform::clock::Clock as _, vocabulary::CustomerId};
use cast::{customer, subscription};
use chrono::TimeDelta;

use crate::support::MembersDoor;

impl MembersDoor {
    async fn came(&self, who: CustomerId, hours_ago: i64, denied_as: Option<&str>) -> i64 {
        sqlx::query_scalar(
            "insert into entries (gym_id, branch_id, customer_id, at, is_admitted, denied_as, source, action, charged)
             values (1, 1, $1, $2, $3, $4, 'qr_scan', 'check_in_only', 0) returning id",
        )
        .bind(who.get())
        .bind(self.gym.clock.now().checked_sub_signed(TimeDelta::hours(hours_ago)).unwrap())
        .bind(denied_as.is_none())
        .bind(denied_as)
        .fetch_one(&self.gym.db.owner)
        .await
        .unwrap()
    }
}

#[tokio::test]
async fn the_history_is_a_list_for_the_apps_and_a_page_as_documented() {
    let setup = MembersDoor::open().await;
    let first = setup.came(setup.ahmed, 30, None).await;
    let second = setup.came(setup.ahmed, 2, Some("SUBSCRIPTION_FROZEN")).await;
    let stranger = customer().named("Nada Said").insert(&setup.gym).await;
    setup.came(stranger, 1, None).await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;

    let list = member.get("/api/client/entry-history").await.expect(200);
    let rows = list.at("/data").as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(list.at("/data/0/id"), second);
    assert_eq!(list.at("/data/0/entry_status"), "DENIED");
    assert_eq!(list.at("/data/1/entry_status"), "APPROVED");
    assert_eq!(list.at("/data/1/entry_type"), "QR_SCAN");
    assert_eq!(list.at("/data/1/date"), "2026-04-16");
    assert_eq!(list.at("/data/1/time"), "17:30:00");
    assert_eq!(list.at("/data/1/branch"), "Dragon Club");
    assert!(list.at("/data/1/coins_used").is_i64());

    let page = member.get("/api/clients/entry-history?limit=1&offset=1").await.expect(200);
    assert_eq!(page.at("/data/entries/0/id"), first);
    assert_eq!(page.at("/data/entries/0/entry_type"), "qr_scan");
    assert_eq!(page.at("/data/entries/0/entry_time"), "2026-04-16T15:30:00Z");
    assert_eq!(page.at("/data/total"), 2);
    assert_eq!(page.at("/data/limit"), 1);
    assert_eq!(page.at("/data/offset"), 1);
    member.get("/api/clients/entry-history?limit=x").await.refused(400, "PAGE_INVALID");
    member.get("/api/clients/entry-history?offset=99999999999999999999").await.refused(400, "PAGE_TOO_DEEP");
}

#[tokio::test]
async fn the_branch_is_quiet_or_not_and_visits_are_counted() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    let quiet = member.get("/api/client/branch-activity").await.expect(200);
    assert_eq!(quiet.at("/data/level"), "quiet");
    assert_eq!(quiet.at("/data/entries_last_hour"), 0);
    setup.came(setup.ahmed, 0, None).await;
    setup.came(setup.ahmed, 24, None).await;
    setup.came(setup.ahmed, 25, Some("NO_SUBSCRIPTION")).await;
    assert_eq!(member.get("/api/client/branch-activity").await.at("/data/entries_last_hour"), 1);
    let stats = member.get("/api/clients/stats").await.expect(200);
    assert_eq!(stats.at("/data/total_visits"), 2);
    assert_eq!(stats.at("/data/streak_days"), 2);
}

#[tokio::test]
async fn can_i_come_in_is_the_decision_of_the_door_and_changes_nothing() {
    let setup = MembersDoor::open().await;
    let member = setup.gym.member(&setup.router, setup.ahmed).await;
    let no = member.get("/api/clients/access").await.expect(200);
    assert_eq!(no.at("/data/allowed"), false);
    assert_eq!(no.at("/data/reasons/0/code"), "NO_SUBSCRIPTION");
    subscription().sessions(3).insert(&setup.gym, setup.ahmed).await;
    let yes = member.get("/api/client/access").await.expect(200);
    assert_eq!(yes.at("/data/allowed"), true);
    assert_eq!(yes.at("/data/charge"), 1);
    let elsewhere = member.get("/api/clients/access?branch_id=2").await.expect(200);
    assert_eq!(elsewhere.at("/data/reasons/0/code"), "OTHER_BRANCH");
    let later = member.get("/api/clients/access?at=2027-01-01T18:00").await.expect(200);
    assert_eq!(later.at("/data/allowed"), false);
    member.get("/api/clients/access?branch_id=3").await.refused(404, "BRANCH_NOT_FOUND");
    member.get("/api/clients/access?branch_id=999").await.refused(404, "BRANCH_NOT_FOUND");
    member.get("/api/clients/access?at=yesterday").await.expect(400);
    assert_eq!(setup.count("select count(*) from entries").await, 0);
}
