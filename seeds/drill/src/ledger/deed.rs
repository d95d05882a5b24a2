//! What the desks and members do, as requests.

use reqwest::Method;
use serde_json::{Value, json};

/// One write that somebody wants to happen once.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    /// Its Idempotency-Key, and the beginning of the id of each request that carries it.
    pub(crate) key: String,
    pub(crate) kind: Kind,
}

/// What can be done.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A customer who is new to the gym.
    Register { phone: String },
    /// A subscription; `units` are coins or sessions, `price` is in the smallest unit of money.
    Sell { customer: i64, service: i64, units: Option<i64>, price: i64 },
    /// More of the same.
    Renew { subscription: i64, units: i64, price: i64 },
    /// Coins or sessions taken by hand.
    Deduct { subscription: i64, amount: i64 },
    /// Let in, with a coin taken.
    CheckIn { customer: i64, subscription: i64 },
    /// A freeze of some days.
    Freeze { subscription: i64, days: i64 },
    /// The end of a freeze.
    Unfreeze { subscription: i64 },
    /// A member's choice of language.
    Speak { member: i64, language: &'static str },
}

/// A price as the apps send it: whole pounds.
fn pounds(price: i64) -> i64 {
    price.checked_div(100).unwrap_or(0)
}

impl Kind {
    /// The word in the report.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::Sell { .. } => "sell",
            Self::Renew { .. } => "renew",
            Self::Deduct { .. } => "deduct",
            Self::CheckIn { .. } => "check in",
            Self::Freeze { .. } => "freeze",
            Self::Unfreeze { .. } => "unfreeze",
            Self::Speak { .. } => "language",
        }
    }

    /// Method, path and body.
    pub(crate) fn request(&self) -> (Method, String, Value) {
        match self {
            Self::Register { phone } => {
                let body =
                    json!({ "full_name": "Drill Member", "phone": phone, "gender": "male", "age": 30 });
                (Method::POST, "/api/customers/register".to_owned(), body)
            }
            Self::Sell { customer, service, units, price } => {
                let mut body =
                    json!({ "customer_id": customer, "service_id": service, "amount": pounds(*price) });
                if let (Some(units), Some(body)) = (units, body.as_object_mut()) {
                    body.insert("coins".to_owned(), json!(units));
                }
                (Method::POST, "/api/subscriptions/activate".to_owned(), body)
            }
            Self::Renew { subscription, units, price } => {
                let body = json!({ "coins": units, "amount": pounds(*price) });
                (Method::POST, format!("/api/subscriptions/{subscription}/renew"), body)
            }
            Self::Deduct { subscription, amount } => (
                Method::POST,
                format!("/api/subscriptions/{subscription}/deduct"),
                json!({ "amount": amount }),
            ),
            Self::CheckIn { customer, subscription } => {
                let body = json!({
                    "customer_id": customer,
                    "subscription_id": subscription,
                    "action": "check_in_with_deduction",
                });
                (Method::POST, "/api/attendance".to_owned(), body)
            }
            Self::Freeze { subscription, days } => {
                let body = json!({ "freeze_days": days });
                (Method::POST, format!("/api/subscriptions/{subscription}/freeze"), body)
            }
            Self::Unfreeze { subscription } => {
                (Method::POST, format!("/api/subscriptions/{subscription}/unfreeze"), Value::Null)
            }
            Self::Speak { language, .. } => {
                let body = json!({ "preferred_language": language });
                (Method::PATCH, "/api/clients/language".to_owned(), body)
            }
        }
    }
}
