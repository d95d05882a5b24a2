//! What papers are made of here.

use base::vocabulary::{BranchId, Calendar, CustomerId, GymId, Money, PaymentId};
use chrono::{DateTime, NaiveDate};
use gym::{
    payments::{Method, PaymentPurpose},
    receipts::{FirstReceipt, ReceiptGym, ReceiptPaper, ReceiptReturn},
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A subscription with a discount, a part of which was given back; its customer has an Arabic name, its service an English
/// one.
pub(crate) fn sale() -> ReceiptPaper {
    ReceiptPaper {
        id: PaymentId::new(812),
        gym: ReceiptGym {
            id: GymId::new(1),
            name: "Dragon Club".to_owned(),
            primary_color: "#DC2626".to_owned(),
            currency: "EGP".to_owned(),
            calendar: Calendar::parse("Africa/Cairo").unwrap(),
        },
        branch: BranchId::new(1),
        branch_name: "فرع المعادي".to_owned(),
        branch_city: Some("القاهرة".to_owned()),
        branch_address: Some("15 شارع 9".to_owned()),
        branch_phone: Some("+20 2 2358 1000".to_owned()),
        number: 431,
        customer: Some(CustomerId::new(115)),
        customer_name: Some("محمد عبد الرحمن لؤي".to_owned()),
        service_name: Some("Monthly Gym".to_owned()),
        purpose: PaymentPurpose::Subscription,
        method: Method::Cash,
        amount: Money::from_minor(125_000),
        discount: Money::from_minor(25_000),
        taken_by: "Reem Tarek".to_owned(),
        taken_at: DateTime::parse_from_rfc3339("2026-11-20T12:03:22Z").unwrap().to_utc(),
        business_day: day("2026-11-20"),
        hash: [0x0a, 0x1b, 0x2c, 0x3d].repeat(8),
        previous_hash: [0x5a, 0xd1, 0x0c, 0xf3].repeat(8),
        first: None,
        returns: vec![ReceiptReturn {
            id: PaymentId::new(830),
            number: 440,
            amount: Money::from_minor(10_000),
            business_day: day("2026-11-22"),
        }],
        returned: Money::from_minor(10_000),
    }
}

/// What was given back of it, on a day that was closed already.
pub(crate) fn refund() -> ReceiptPaper {
    let sale = sale();
    ReceiptPaper {
        id: PaymentId::new(830),
        number: 440,
        purpose: PaymentPurpose::Refund,
        method: Method::Card,
        amount: Money::from_minor(-10_000),
        discount: Money::ZERO,
        taken_at: DateTime::parse_from_rfc3339("2026-11-20T12:03:22Z").unwrap().to_utc(),
        business_day: day("2026-11-22"),
        first: Some(FirstReceipt { id: sale.id, number: sale.number, business_day: sale.business_day }),
        returns: Vec::new(),
        returned: Money::ZERO,
        ..sale
    }
}
