//! Receipts, as data and as paper.

use axum::Router;
use cast::{Answered, Caller, Gym, customer};
use serde_json::{Value, json};

struct Desk {
    gym: Gym,
    router: Router,
    reception: Caller,
    manager: Caller,
}

impl Desk {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let reception = gym.staff(&router, "reception1").await;
        let manager = gym.staff(&router, "manager1").await;
        Self { gym, router, reception, manager }
    }

    /// Sells twenty coins for 300; the payment.
    async fn sell(&self) -> i64 {
        let mona = customer().named("منى عادل").phone("+201001234567").insert(&self.gym).await;
        let body = json!({ "customer_id": mona, "service_id": 2, "amount": 320, "discount": 20, "payment_method": "card" });
        let sold = self.reception.post("/api/subscriptions", body).await.expect(201);
        sold.at("/data/payment/id").as_i64().unwrap()
    }

    /// Gives a part of it back; the refund.
    async fn refund(&self, payment: i64, amount: f64) -> i64 {
        let body = json!({ "amount": amount, "reason": "Was rude to the desk", "payment_method": "cash" });
        let given = self.manager.post(&format!("/api/payments/{payment}/refund"), body).await.expect(201);
        given.at("/data/refund/id").as_i64().unwrap()
    }

    async fn read(&self, payment: i64, query: &str) -> Answered {
        self.reception.get(&path(payment, query)).await
    }
}

fn path(payment: i64, query: &str) -> String {
    format!("/api/payments/{payment}/receipt{query}")
}

/// The line with this key.
fn line<'a>(answer: &'a Answered, list: &str, key: &str) -> &'a Value {
    let lines = answer.at(list).as_array().unwrap();
    lines.iter().find(|line| line["key"] == key).unwrap_or(&Value::Null)
}

fn header<'a>(answer: &'a Answered, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_receipt_says_what_was_paid_for_whom_when_and_how() {
    let desk = Desk::open().await;
    let payment = desk.sell().await;
    let refund = desk.refund(payment, 100.25).await;
    let answer = desk.read(payment, "").await.expect(200);
    let expected = json!({
        "id": payment, "receipt_number": 1, "reference_number": "1-1", "transaction_type": "subscription",
        "branch_name": "Dragon Club", "branch_city": "Cairo", "branch_address": "1 Nile Street",
        "customer_name": "منى عادل", "service_name": "Coin Pack", "payment_method": "network", "currency": "EGP",
        "gross_amount": 320, "discount": 20, "amount": 300, "refunded_amount": 100.25, "refunds_id": null,
        "transaction_date": "2026-04-17T23:30:00", "transaction_date_utc": "2026-04-17T21:30:00Z",
        "business_day": "2026-04-17", "created_by_name": "Reem Tarek", "language": "en", "title": "Receipt",
        "previous_receipt_hash": "0".repeat(64),
        "refunds": [{ "id": refund, "reference_number": "1-2", "amount": 100.25, "business_day": "2026-04-17" }],
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&answer.body["data"][key], value, "{key}");
    }
    assert_eq!(line(&answer, "/data/lines", "paid_for")["value"], "Subscription: \u{2068}Coin Pack\u{2069}");
    let amounts = answer.at("/data/amounts").as_array().unwrap();
    let told: Vec<_> =
        amounts.iter().map(|row| (row["key"].as_str().unwrap(), row["amount"].clone())).collect();
    let expected = [
        ("price", json!(320)),
        ("discount", json!(-20)),
        ("total", json!(300)),
        ("returned", json!(-100.25)),
        ("left", json!(199.75)),
    ];
    assert_eq!(told, expected);
    let hash = answer.at("/data/receipt_hash").as_str().unwrap();
    assert_eq!(answer.at("/data/qr_text"), &json!(format!("GYM-RECEIPT:1-1:{}", hash.to_uppercase())));
    let as_payment = desk.reception.get(&format!("/api/payments/{payment}")).await.expect(200);
    assert_eq!(as_payment.at("/data/receipt_hash"), hash);
    let all = String::from_utf8(answer.bytes.clone()).unwrap();
    assert!(
        !all.contains("1001234567") && !all.contains("rude"),
        "neither a phone of a person nor a note: {all}"
    );
}

#[tokio::test]
async fn a_refund_has_a_paper_that_names_the_first_receipt() {
    let desk = Desk::open().await;
    let payment = desk.sell().await;
    let refund = desk.refund(payment, 100.25).await;
    let answer = desk.read(refund, "").await.expect(200);
    assert_eq!(answer.at("/data/title"), "Credit note");
    assert_eq!(answer.at("/data/refunds_id"), payment);
    assert_eq!(answer.at("/data/refunds_reference_number"), "1-1");
    assert_eq!(answer.at("/data/amount"), &json!(-100.25));
    assert_eq!(line(&answer, "/data/amounts", "total")["amount"], json!(100.25));
    let of = line(&answer, "/data/lines", "of_receipt")["value"].as_str().unwrap();
    assert_eq!(of, "\u{2068}1-1\u{2069} of \u{2068}2026-04-17\u{2069}");
    let first = desk.read(payment, "").await.expect(200);
    assert_eq!(answer.at("/data/previous_receipt_hash"), first.at("/data/receipt_hash"));
    let paper = desk.read(refund, "?format=pdf&paper=roll").await.expect(200);
    assert_eq!(header(&paper, "content-disposition"), "inline; filename=\"receipt-1-2.pdf\"");
}

#[tokio::test]
async fn its_words_are_in_the_callers_language_or_the_one_that_is_asked_for() {
    let desk = Desk::open().await;
    let payment = desk.sell().await;
    sqlx::query("update staff_users set preferred_language = null")
        .execute(&desk.gym.db.owner)
        .await
        .unwrap();
    let arabic = desk.reception.clone().with("accept-language", "ar");
    let answer = arabic.get(&path(payment, "")).await.expect(200);
    assert_eq!(
        (answer.at("/data/title"), answer.at("/data/language")),
        (&json!("إيصال استلام"), &json!("ar"))
    );
    let asked = arabic.get(&path(payment, "?language=en")).await.expect(200);
    assert_eq!(asked.at("/data/title"), "Receipt");
    let paper = async |query: &str| arabic.get(&path(payment, query)).await.expect(200).bytes;
    assert_eq!(paper("?format=pdf").await, paper("?format=PDF&language=ar&paper=A5").await);
    assert_ne!(paper("?format=pdf").await, paper("?format=pdf&language=en").await);
}

#[tokio::test]
async fn a_paper_is_a_pdf_that_nobody_keeps_on_the_way() {
    let desk = Desk::open().await;
    let payment = desk.sell().await;
    for query in ["?format=pdf", "?format=pdf&paper=a5", "?format=pdf&paper=roll", "?format=pdf&paper=80mm"] {
        let paper = desk.read(payment, query).await.expect(200);
        assert!(paper.bytes.starts_with(b"%PDF-1.7"), "{query}");
        assert_eq!(header(&paper, "content-type"), "application/pdf");
        assert_eq!(header(&paper, "content-disposition"), "inline; filename=\"receipt-1-1.pdf\"");
        assert_eq!(header(&paper, "cache-control"), "no-store");
        assert_eq!(header(&paper, "x-content-type-options"), "nosniff");
        assert_eq!(paper.bytes, desk.read(payment, query).await.expect(200).bytes, "{query}: the same bytes");
    }
}

#[tokio::test]
async fn whoever_may_read_the_payment_may_read_its_receipt_and_nobody_else() {
    let desk = Desk::open().await;
    let payment = desk.sell().await;
    for query in ["", "?format=pdf"] {
        for who in ["owner", "manager1", "regional1", "accountant1", "accountant_c"] {
            desk.gym.staff(&desk.router, who).await.get(&path(payment, query)).await.expect(200);
        }
        for who in ["reception2", "manager2", "owner_b"] {
            let stranger = desk.gym.staff(&desk.router, who).await;
            stranger.get(&path(payment, query)).await.refused(404, "PAYMENT_NOT_FOUND");
        }
        for who in ["trainer1", "superadmin"] {
            let nobody = desk.gym.staff(&desk.router, who).await;
            nobody.get(&path(payment, query)).await.refused(403, "NOT_ALLOWED");
        }
        desk.read(900_000_000, query).await.refused(404, "PAYMENT_NOT_FOUND");
        desk.gym.visitor(&desk.router).get(&path(payment, query)).await.expect(401);
    }
}

#[tokio::test]
async fn what_cannot_be_made_is_refused() {
    let desk = Desk::open().await;
    let payment = desk.sell().await;
    desk.read(payment, "?format=docx").await.refused(400, "UNKNOWN_VALUE");
    desk.read(payment, "?format=pdf&paper=a4").await.refused(400, "UNKNOWN_VALUE");
    desk.read(payment, "?language=fr").await.refused(400, "UNKNOWN_LANGUAGE");
    for odd in ["?format=%00", "?paper=%F0%9F%A7%BE", "?language=%FF"] {
        let status = desk.read(payment, odd).await.status.as_u16();
        assert_eq!(status, 400, "{odd}");
    }
}
