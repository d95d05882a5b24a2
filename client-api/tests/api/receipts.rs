//! Receipts that members read.

use cast::customer;

use crate::support::MembersDoor;

impl MembersDoor {
    /// Something that `who` paid, under this receipt number of the first branch.
    async fn receipt_of(&self, who: i64, number: i64) -> i64 {
        sqlx::query_scalar(
            "insert into payments (gym_id, branch_id, customer_id, receipt_number, kind, method, amount_minor, discount_minor,
                 notes, taken_by, taken_at, business_day)
             values (1, 1, $1, $2, 'other', 'card', 45050, 5000, 'A note of the desk', 1006, '2026-04-16T22:30:00Z',
                 '2026-04-17')
             returning id",
        )
        .bind(who)
        .bind(number)
        .fetch_one(&self.gym.db.owner)
        .await
        .expect("a payment")
    }
}

fn path(payment: i64, query: &str) -> String {
    format!("/api/clients/payments/{payment}/receipt{query}")
}

#[tokio::test]
async fn a_member_reads_the_receipt_of_what_they_paid() {
    let door = MembersDoor::open().await;
    let payment = door.receipt_of(door.ahmed.get(), 1).await;
    let member = door.gym.member(&door.router, door.ahmed).await;
    let listed = member.get("/api/clients/payments").await.expect(200);
    assert_eq!(listed.at("/data/other_payments/0/id"), payment);
    let answer = member.get(&path(payment, "?language=ar")).await.expect(200);
    assert_eq!(answer.at("/data/amount"), 450.5);
    assert_eq!(answer.at("/data/title"), "إيصال استلام");
    assert_eq!(answer.at("/data/transaction_date"), "2026-04-17T00:30:00");
    assert!(!answer.bytes.windows(4).any(|part| part == b"note"), "nothing of what the desk wrote down");
    let installed = member.get(&format!("/api/client/payments/{payment}/receipt")).await.expect(200);
    assert_eq!(installed.at("/data/id"), payment);
    for sheet in ["a5", "roll"] {
        let paper = member.get(&path(payment, &format!("?format=pdf&paper={sheet}"))).await.expect(200);
        assert!(paper.bytes.starts_with(b"%PDF-1.7"), "{sheet}");
        assert_eq!(paper.headers["content-type"], "application/pdf");
        assert_eq!(paper.headers["cache-control"], "no-store");
    }
    member.get(&path(payment, "?format=odt")).await.refused(400, "UNKNOWN_VALUE");
    member.get(&path(payment, "?language=de")).await.refused(400, "UNKNOWN_LANGUAGE");
}

#[tokio::test]
async fn the_receipt_of_somebody_else_is_not_there() {
    let door = MembersDoor::open().await;
    let nada = customer().named("Nada Said").insert(&door.gym).await;
    let hers = door.receipt_of(nada.get(), 1).await;
    let member = door.gym.member(&door.router, door.ahmed).await;
    for query in ["", "?format=pdf"] {
        member.get(&path(hers, query)).await.refused(404, "PAYMENT_NOT_FOUND");
        member.get(&path(900_000_000, query)).await.refused(404, "PAYMENT_NOT_FOUND");
        door.gym.visitor(&door.router).get(&path(hers, query)).await.expect(401);
    }
}
