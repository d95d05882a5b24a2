//! A payment, as payments and transactions show it.

use base::vocabulary::{Calendar, Money, PaymentId};
use chrono::NaiveDate;
use gym::payments::{PaymentPurpose, PaymentRecord};
use serde::Serialize;
use utoipa::ToSchema;
use web::wire::{self, LocalDateTime};

/// What every view of a payment says.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentCore {
    /// Id.
    #[schema(example = 812)]
    id: i64,
    /// Its number at the branch, without gaps from 1.
    #[schema(example = 431)]
    receipt_number: i64,
    /// What was taken off the full price.
    #[schema(example = 0)]
    discount: Money,
    /// Paid, net of discount; negative where money went back.
    #[schema(example = 450)]
    net_amount: Money,
    /// Before discount; negative where money went back.
    #[schema(example = 450)]
    gross_amount: Money,
    /// How much of it was given back since.
    #[schema(example = 0)]
    refunded_amount: Money,
    /// `cash`, `network` (a card) or `transfer`.
    #[schema(example = "cash")]
    payment_method: &'static str,
    /// What for: `subscription`, `renewal`, `freeze`, `other`; `refund` and `reversal` where money went back.
    transaction_type: PaymentPurpose,
    /// The service, if a subscription was paid for, under the name it was sold by.
    #[schema(example = "Monthly Gym")]
    service_name: Option<String>,
    /// The subscription.
    subscription_id: Option<i64>,
    /// Who paid.
    customer_id: Option<i64>,
    /// Their name.
    #[schema(example = "Mona Adel")]
    customer_name: Option<String>,
    /// The branch that took it.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Its city.
    branch_city: Option<String>,
    /// Its address.
    branch_address: Option<String>,
    /// Its phone.
    branch_phone: Option<String>,
    /// Who took it.
    created_by: i64,
    /// Their name.
    #[schema(example = "Reem Tarek")]
    created_by_name: String,
    /// When, on the gym's clock.
    created_at: LocalDateTime,
    /// The same under another name.
    transaction_date: LocalDateTime,
    /// The same under another name.
    payment_date: LocalDateTime,
    /// Hours and minutes of it.
    #[schema(example = "14:03")]
    time: String,
    /// The day it counts for, in the gym's calendar.
    business_day: NaiveDate,
    /// Whether it counts for a later day than the one it was taken on, because that one was closed.
    is_late: bool,
    /// The payment that this one gives back or undoes.
    refunds_id: Option<i64>,
    /// What the desk wrote down; why money went back.
    notes: Option<String>,
    /// What names it on paper: the branch's number of the receipt.
    #[schema(example = "1-431")]
    reference_number: String,
    /// The hash that the next receipt of the branch carries, in hexadecimal.
    receipt_hash: String,
}

impl From<(PaymentRecord, Calendar)> for PaymentCore {
    fn from((record, calendar): (PaymentRecord, Calendar)) -> Self {
        let at = wire::local(calendar, record.taken_at);
        let is_late = record.is_late(calendar);
        let (subscription_id, service_name) =
            record.subscription.map_or((None, None), |(id, name)| (Some(id.get()), Some(name)));
        let (customer_id, customer_name) =
            record.customer.map_or((None, None), |(id, name)| (Some(id.get()), Some(name)));
        let (created_by, created_by_name) = record.taken_by;
        Self {
            id: record.id.get(),
            receipt_number: record.receipt_number,
            discount: record.discount,
            net_amount: record.amount,
            gross_amount: record.amount.checked_add(record.discount).unwrap_or(record.amount),
            refunded_amount: record.returned,
            payment_method: record.method.reported(),
            transaction_type: record.purpose,
            service_name,
            subscription_id,
            customer_id,
            customer_name,
            branch_id: record.branch.id.get(),
            reference_number: format!("{}-{}", record.branch.id, record.receipt_number),
            branch_name: record.branch.name,
            branch_city: record.branch.city,
            branch_address: record.branch.address,
            branch_phone: record.branch.phone,
            created_by: created_by.get(),
            created_by_name,
            time: at.0.format("%H:%M").to_string(),
            is_late,
            created_at: wire::local(calendar, record.taken_at),
            transaction_date: wire::local(calendar, record.taken_at),
            payment_date: at,
            business_day: record.business_day,
            refunds_id: record.reverses.map(PaymentId::get),
            notes: record.notes,
            receipt_hash: wire::hexadecimal(&record.hash),
        }
    }
}

/// A payment; `amount` is what was paid.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaymentRow {
    /// What was paid, net of discount; negative where money went back.
    #[schema(example = 450)]
    amount: Money,
    #[serde(flatten)]
    core: PaymentCore,
}

impl From<(PaymentRecord, Calendar)> for PaymentRow {
    fn from(record: (PaymentRecord, Calendar)) -> Self {
        let core = PaymentCore::from(record);
        Self { amount: core.net_amount, core }
    }
}

/// A payment as accountants look at it; `amount` is the full price.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransactionRow {
    /// Before discount; negative where money went back.
    #[schema(example = 500)]
    amount: Money,
    #[serde(flatten)]
    core: PaymentCore,
}

impl From<(PaymentRecord, Calendar)> for TransactionRow {
    fn from(record: (PaymentRecord, Calendar)) -> Self {
        let core = PaymentCore::from(record);
        Self { amount: core.gross_amount, core }
    }
}
