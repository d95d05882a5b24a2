//! A subscription as the staff app reads it.

use base::{
    access::Can,
    vocabulary::{Calendar, Money, StaffId, SubscriptionId, Timestamp},
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use gym::{
    payments::{Method, Receipt},
    subscriptions::{Doors, Held, ServiceKind, Status, Unit},
};
use serde::Serialize;
use utoipa::ToSchema;
use web::{
    Staff,
    wire::{self, LocalDateTime},
};

/// A subscription as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SubscriptionRow {
    /// Id.
    #[schema(example = 1)]
    id: i64,
    /// Whose.
    #[schema(example = 115)]
    customer_id: i64,
    /// Their name.
    #[schema(example = "Ahmed Hassan")]
    customer_name: String,
    /// Their phone, as the gym dials it.
    #[schema(example = "01234567890")]
    customer_phone: Option<String>,
    /// What was sold.
    service_id: i64,
    /// Its name at the sale.
    #[schema(example = "Monthly Gym")]
    service_name: String,
    /// Its type at the sale.
    #[schema(example = "gym")]
    service_type: String,
    /// How it is used up.
    subscription_type: ServiceKind,
    /// The same, under the name that the app of February 2026 reads.
    #[serde(rename = "type")]
    kind: ServiceKind,
    /// Which number is drawn: `coins`, `time`, `sessions` or `training`.
    #[schema(example = "time")]
    display_metric: &'static str,
    /// Which branch sold it.
    branch_id: i64,
    /// That branch's name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// How it stands today.
    status: Status,
    /// What was asked for it and its renewals, net of discount.
    amount: Money,
    /// The same as `amount`.
    price: Money,
    /// Sessions left; null when it does not count sessions.
    remaining_sessions: Option<i32>,
    /// Sessions ever granted.
    total_sessions: Option<i32>,
    /// Coins left; null when it does not count coins.
    remaining_coins: Option<i32>,
    /// The same as `remaining_coins`.
    coins: Option<i32>,
    /// Coins ever granted.
    total_coins: Option<i32>,
    /// Days on which it may still be used, today included; null when it does not lapse by date.
    remaining_days: Option<i64>,
    /// First day.
    start_date: NaiveDate,
    /// Last day on which it may be used; null when it does not lapse by date.
    end_date: Option<NaiveDate>,
    /// The end of that day, by the gym's clock.
    expiry_date: Option<LocalDateTime>,
    /// Days that a renewal adds.
    duration_days: Option<i32>,
    /// First day of the latest freeze.
    freeze_start_date: Option<NaiveDate>,
    /// Last day of the latest freeze.
    freeze_end_date: Option<NaiveDate>,
    /// Days frozen so far, over all freezes.
    freeze_days: i32,
    /// Freezes so far.
    freezes_used: i32,
    /// Freezes at most.
    max_freezes: i32,
    /// Frozen days at most, over all freezes.
    max_freeze_days: i32,
    /// What one freeze costs.
    freeze_fee: Money,
    /// When it was stopped, by the gym's clock.
    stopped_at: Option<LocalDateTime>,
    /// The same moment in UTC.
    stopped_at_utc: Option<DateTime<Utc>>,
    /// Why.
    stop_reason: Option<String>,
    /// The subscription that this one follows.
    renews_id: Option<i64>,
    /// Whether it opens the door.
    opens_door: bool,
    /// Which doors: `own_branch` or `every_branch`.
    #[schema(example = "own_branch")]
    doors: &'static str,
    /// Who trains.
    trainer_id: Option<i64>,
    /// Their name.
    trainer_name: Option<String>,
    /// Who sold it.
    sold_by: Option<i64>,
    /// Their name.
    sold_by_name: Option<String>,
    /// When it was sold, by the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
}

/// The moment and the calendar for which something is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) calendar: Calendar,
    pub(super) now: Timestamp,
}

impl Moment {
    /// The moment at which `staff` asks, by the calendar of their gym.
    pub(super) fn of<C: Can>(staff: &Staff<C>) -> Self {
        Self { calendar: staff.calendar(), now: staff.now() }
    }
}

const LAST_SECOND: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

impl SubscriptionRow {
    pub(super) fn at(moment: Moment, held: Held) -> Self {
        let Moment { calendar, now } = moment;
        let (today, unit) = (calendar.today(now), held.kind.unit());
        let counted = |wanted: Unit, number: Option<i32>| number.filter(|_| unit == Some(wanted));
        let standing = held.standing;
        Self {
            status: held.status(today),
            remaining_sessions: counted(Unit::Sessions, standing.remaining),
            total_sessions: counted(Unit::Sessions, held.total),
            remaining_coins: counted(Unit::Coins, standing.remaining),
            coins: counted(Unit::Coins, standing.remaining),
            total_coins: counted(Unit::Coins, held.total),
            remaining_days: standing.remaining_days(today),
            expiry_date: standing.ends_on.map(|last| LocalDateTime(last.and_time(LAST_SECOND))),
            doors: match held.doors {
                Doors::OwnBranch => "own_branch",
                Doors::EveryBranch => "every_branch",
            },
            stopped_at: standing.stopped_at.map(|at| wire::local(calendar, at)),
            stopped_at_utc: standing.stopped_at.map(wire::utc),
            created_at: wire::local(calendar, held.created_at),
            created_at_utc: wire::utc(held.created_at),
            id: held.id.get(),
            customer_id: held.customer.get(),
            customer_name: held.customer_name,
            customer_phone: held.customer_phone,
            service_id: held.service.get(),
            service_name: held.service_name,
            service_type: held.service_type,
            subscription_type: held.kind,
            kind: held.kind,
            display_metric: held.kind.display_metric(),
            branch_id: held.branch.get(),
            branch_name: held.branch_name,
            amount: held.price,
            price: held.price,
            start_date: standing.starts_on,
            end_date: standing.ends_on,
            duration_days: held.duration_days,
            freeze_start_date: standing.freeze.map(|freeze| freeze.from),
            freeze_end_date: standing.freeze.map(|freeze| freeze.until),
            freeze_days: held.freezing.days_used,
            freezes_used: held.freezing.used,
            max_freezes: held.freezing.max_freezes,
            max_freeze_days: held.freezing.max_days,
            freeze_fee: held.freezing.fee,
            stop_reason: held.stop_reason,
            renews_id: held.renews.map(SubscriptionId::get),
            opens_door: held.opens_door,
            trainer_id: held.trainer.map(StaffId::get),
            trainer_name: held.trainer_name,
            sold_by: held.sold_by.map(StaffId::get),
            sold_by_name: held.seller_name,
        }
    }
}

/// What the person who paid is handed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReceiptAnswer {
    /// The payment.
    id: i64,
    /// Its number at the branch, without gaps.
    #[schema(example = 17)]
    receipt_number: i64,
    /// What was paid, net of discount.
    amount: Money,
    /// What was taken off.
    discount: Money,
    /// How it was paid.
    payment_method: Method,
    /// The day it counts for, in the gym's calendar: a later one than today, if today is closed.
    business_day: NaiveDate,
}

impl From<Receipt> for ReceiptAnswer {
    fn from(receipt: Receipt) -> Self {
        Self {
            id: receipt.id.get(),
            receipt_number: receipt.number,
            amount: receipt.amount,
            discount: receipt.discount,
            payment_method: receipt.method,
            business_day: receipt.business_day,
        }
    }
}

/// A subscription, and what was paid for what was done with it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaidSubscriptionRow {
    /// As it stands.
    #[serde(flatten)]
    subscription: SubscriptionRow,
    /// Its id again.
    subscription_id: i64,
    /// The receipt; null when nothing was to be paid.
    payment: Option<ReceiptAnswer>,
}

impl PaidSubscriptionRow {
    pub(super) fn at(moment: Moment, held: Held, receipt: Option<Receipt>) -> Self {
        Self {
            subscription_id: held.id.get(),
            subscription: SubscriptionRow::at(moment, held),
            payment: receipt.map(ReceiptAnswer::from),
        }
    }
}
