//! The first sale of a gym, and its owner who moves it to another time zone.

use std::time::Duration;

use cast::{Answered, Caller, Gym, customer};
use serde_json::json;
use sqlx::PgConnection;
use tokio::{task::JoinSet, time::sleep};

use super::support::{at_once, with_code, with_status};

/// What a sale writes first, before it is committed.
const SALE: &str = "insert into subscriptions (gym_id, branch_id, customer_id, service_id, service_name, service_type, kind,
        price_minor, duration_days, opens_door, opens_every_branch, starts_on, ends_on, max_freezes, max_freeze_days,
        freeze_fee_minor, freezes_used, freeze_days_used, sold_by, created_at)
    select c.gym_id, b.id, c.id, s.id, s.name, s.service_type, s.kind, s.price_minor, s.duration_days, true, false,
        '2026-04-17', '2026-05-16', 0, 0, 0, 0, 0, 1006, c.created_at
    from customers c, services s, branches b
    where s.id = 1 and b.gym_id = 1 and b.id = (select max(id) from branches where gym_id = 1)";

async fn run(conn: &mut PgConnection, sql: &'static str) {
    sqlx::query(sql).execute(conn).await.unwrap();
}

/// A request that was sent, and is answered some time.
struct Sent(JoinSet<Answered>);

impl Sent {
    fn new(call: impl Future<Output = Answered> + Send + 'static) -> Self {
        let mut sent = JoinSet::new();
        sent.spawn(call);
        Self(sent)
    }

    /// By its owner, to Dubai.
    fn to_move(owner: &Caller) -> Self {
        let owner = owner.clone();
        Self::new(async move { owner.put("/api/gyms/setup", json!({ "time_zone": "Asia/Dubai" })).await })
    }

    async fn still_waits(&mut self) {
        sleep(Duration::from_millis(300)).await;
        assert!(self.0.try_join_next().is_none(), "it waits for what is under way");
    }

    async fn answer(mut self) -> Answered {
        self.0.join_next().await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn a_sale_under_way_is_waited_for_and_counts() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    customer().insert(&gym).await;

    let mut given_up = gym.db.owner.begin().await.unwrap();
    run(&mut given_up, SALE).await;
    let mut edit = Sent::to_move(&owner);
    edit.still_waits().await;
    given_up.rollback().await.unwrap();
    assert_eq!(edit.answer().await.expect(200).at("/data/time_zone"), "Asia/Dubai");

    owner.put("/api/gyms/setup", json!({ "time_zone": "Africa/Cairo" })).await.expect(200);
    let mut done = gym.db.owner.begin().await.unwrap();
    run(&mut done, SALE).await;
    let mut edit = Sent::to_move(&owner);
    edit.still_waits().await;
    done.commit().await.unwrap();
    edit.answer().await.refused(409, "GYM_ALREADY_SELLS");
    let stays = owner.get("/api/gyms/my-gym").await.expect(200);
    assert_eq!(stays.at("/data/time_zone"), "Africa/Cairo");
}

#[tokio::test]
async fn a_branch_that_is_being_opened_may_be_where_the_first_sale_is() {
    let gym = Gym::open().await;
    let (router, _) = staff_api::router(gym.staff_app());
    let owner = gym.staff(&router, "owner").await;
    customer().insert(&gym).await;
    let mut opening = gym.db.owner.begin().await.unwrap();
    run(&mut opening, "select from gyms where id = 1 for share").await;
    run(
        &mut opening,
        "insert into branches (gym_id, name, code, is_active, created_at) values (1, 'New', 'NEW', true, '2026-04-17')",
    )
    .await;
    let mut edit = Sent::to_move(&owner);
    edit.still_waits().await;
    run(&mut opening, SALE).await;
    opening.commit().await.unwrap();
    edit.answer().await.refused(409, "GYM_ALREADY_SELLS");

    // The other way round: what holds the gym is waited for by whoever opens a branch.
    let mut moving = gym.db.owner.begin().await.unwrap();
    run(&mut moving, "select from gyms where id = 1 for no key update").await;
    let (opener, branch) = (owner.clone(), json!({ "name": "Newer", "code": "NEWER" }));
    let mut opening = Sent::new(async move { opener.post("/api/branches", branch).await });
    opening.still_waits().await;
    moving.rollback().await.unwrap();
    opening.answer().await.expect(201);
}

#[tokio::test]
async fn no_gym_moves_after_its_first_sale_however_many_try_at_once() {
    let zones =
        ["Asia/Dubai", "Asia/Riyadh", "Europe/London", "Africa/Casablanca", "Asia/Qatar", "Pacific/Auckland"];
    for _ in 0..4 {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let (owner, desk) = (gym.staff(&router, "owner").await, gym.staff(&router, "reception1").await);
        let mut buyers = Vec::new();
        for _ in zones {
            buyers.push(customer().insert(&gym).await);
        }
        let answers = at_once(18, |number| {
            let (owner, desk) = (owner.clone(), desk.clone());
            let place = usize::try_from(number / 3).unwrap();
            let (zone, buyer) = (zones[place], buyers[place]);
            async move {
                match number % 3 {
                    0 => owner.put("/api/gyms/setup", json!({ "time_zone": zone })).await,
                    1 => {
                        let newcomer = json!({
                            "full_name": "Nour Adel", "phone": format!("010555500{number:02}"), "branch_id": 1,
                        });
                        desk.post("/api/customers", newcomer).await
                    }
                    _ => {
                        let sale = json!({ "customer_id": buyer, "service_id": 1, "amount": 500 });
                        desk.post("/api/subscriptions/activate", sale).await
                    }
                }
            }
        })
        .await;
        assert_eq!(with_status(&answers, 201), 12, "every sale is made, every newcomer registered");
        let (moved, refused) = (with_status(&answers, 200), with_code(&answers, "GYM_ALREADY_SELLS"));
        assert_eq!(moved + refused, 6);

        // Each deed is noted while its transaction holds what it locked, so that the notes stand in the order of the deeds.
        let (noted, in_order): (i64, bool) = sqlx::query_as(
            "select count(*) filter (where action = 'gym.edit'),
                 coalesce(max(id) filter (where action = 'gym.edit'), 0) < min(id) filter (where action = 'subscriptions.sell')
             from audit_log where refused_as is null",
        )
        .fetch_one(&gym.db.owner)
        .await
        .unwrap();
        assert!(in_order, "a gym moved after it had sold");
        assert_eq!(usize::try_from(noted).unwrap(), moved);
    }
}
