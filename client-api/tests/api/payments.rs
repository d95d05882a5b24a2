//! What a member paid.

use cast::{customer, subscription};
use serde_json::{Value, json};

use crate::support::MembersDoor;

impl MembersDoor {
    async fn paid(
        &self,
        receipt: i64,
        who: i64,
        what_for: (Option<i64>, &str),
        amount: (i64, i64),
        returns: Option<i64>,
    ) {
        sqlx::query(
            "insert into payments (gym_id, branch_id, customer_id, subscription_id, receipt_number, kind, method, amount_minor,
                 discount_minor, reverses_id, notes, taken_by, taken_at, business_day)
             values (1, 1, $1, $2, $3, $4, 'card', $5, $6,
                 (select id from payments where branch_id = 1 and receipt_number = $7), 'A note of the desk', 1006,
                 '2026-04-16T22:30:00Z', '2026-04-17')",
        )
        .bind(who)
        .bind(what_for.0)
        .bind(receipt)
        .bind(what_for.1)
        .bind(amount.0)
        .bind(amount.1)
        .bind(returns)
        .execute(&self.gym.db.owner)
        .await
        .expect("a payment");
    }
}

#[tokio::test]
async fn a_member_reads_what_they_paid_by_what_it_was_for() {
    let door = MembersDoor::open().await;
    let ahmed = door.ahmed.get();
    let coins = subscription().coins(7).insert(&door.gym, door.ahmed).await.get();
    let gift = subscription().insert(&door.gym, door.ahmed).await.get();
    let nada = customer().named("Nada Said").insert(&door.gym).await.get();
    door.paid(1, ahmed, (Some(coins), "subscription"), (45_050, 5_000), None).await;
    door.paid(2, nada, (None, "other"), (99_900, 0), None).await;
    door.paid(3, ahmed, (None, "other"), (2_500, 0), None).await;
    door.paid(4, ahmed, (Some(coins), "refund"), (-10_000, 0), Some(1)).await;
    let member = door.gym.member(&door.router, door.ahmed).await;
    for path in ["/api/client/payments", "/api/clients/payments"] {
        let answer = member.get(path).await.expect(200);
        assert_eq!(answer.at("/data/total_paid"), &json!(375.5), "{path}");
        assert_eq!(answer.at("/data/other_total"), &json!(25));
        let of = |id: i64| {
            let listed = answer.at("/data/subscriptions").as_array().unwrap();
            listed.iter().find(|held| held["id"] == id).unwrap().clone()
        };
        let paid = of(coins);
        assert_eq!((&paid["total_paid"], &paid["subscription_type"]), (&json!(350.5), &json!("coins")));
        assert_eq!(paid["status"], "active");
        let id = async |receipt: i64| -> i64 {
            sqlx::query_scalar("select id from payments where branch_id = 1 and receipt_number = $1")
                .bind(receipt)
                .fetch_one(&door.gym.db.owner)
                .await
                .unwrap()
        };
        let back = json!({
            "id": id(4).await, "reference_number": "1-4",
            "amount": -100, "discount": 0, "payment_method": "network", "date": "2026-04-17T00:30:00",
            "transaction_type": "refund",
        });
        let sold = json!({
            "id": id(1).await, "reference_number": "1-1",
            "amount": 450.5, "discount": 50, "payment_method": "network", "date": "2026-04-17T00:30:00",
            "transaction_type": "subscription",
        });
        assert_eq!(paid["payments"], json!([back, sold]));
        assert_eq!((&of(gift)["total_paid"], &of(gift)["payments"]), (&json!(0), &json!([])));
        assert_eq!(answer.at("/data/other_payments/0/amount"), 25);
        assert_eq!(answer.at("/data/other_payments").as_array().map(Vec::len), Some(1));
        assert!(!answer.bytes.windows(4).any(|part| part == b"note"), "nothing of what the desk wrote down");
    }
}

#[tokio::test]
async fn who_paid_nothing_reads_zeros_and_a_stranger_nothing() {
    let door = MembersDoor::open().await;
    let member = door.gym.member(&door.router, door.ahmed).await;
    let answer = member.get("/api/clients/payments").await.expect(200);
    assert_eq!((answer.at("/data/total_paid"), answer.at("/data/other_payments")), (&json!(0), &json!([])));
    let held = answer.at("/data/subscriptions").as_array().unwrap();
    assert!(held.iter().all(|held| held["payments"] == Value::Array(Vec::new())));
    let refused = door.gym.visitor(&door.router).get("/api/clients/payments").await;
    assert_eq!(refused.status, 401);
}
