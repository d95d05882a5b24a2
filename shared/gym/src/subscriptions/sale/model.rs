//! What the desk types when it sells.

use chrono::NaiveDate;

use super::super::{
    count::{Months, TermDays, Units},
    model::{Doors, ServiceKind},
};
use crate::{gyms::SaleLimits, payments::Method};
use base::vocabulary::{BranchId, CustomerId, GymId, Line, Money, Note, ServiceId, StaffId, SubscriptionId};

/// How long something is sold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoldTerm {
    /// A number of calendar months.
    Months(Months),
    /// A number of days.
    Days(TermDays),
}

/// What the desk may type for a sale as for a renewal; what it leaves out comes from the service or the earlier sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The full price, before discount; if it is not said, what so much of the service costs.
    pub amount: Option<Money>,
    /// What is taken off the full price; nothing if it is not said.
    pub discount: Option<Money>,
    /// How it is paid.
    pub method: Method,
    /// How many coins; not looked at where coins are not counted.
    pub coins: Option<Units>,
    /// How many sessions; not looked at where sessions are not counted.
    pub sessions: Option<Units>,
    /// How long it is to last.
    pub term: Option<SoldTerm>,
    /// What is to be remembered beside the payment.
    pub notes: Option<Note>,
    /// Why it goes below the price or beyond what a desk may give away.
    pub reason: Option<Line>,
}

/// A sale that the desk asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The customer who buys it.
    pub customer: CustomerId,
    /// The service that is sold.
    pub service: ServiceId,
    /// The branch that sells it; the customer's own if it is not said.
    pub branch: Option<BranchId>,
    /// How it is used up; as the service says if it is not said.
    pub kind: Option<ServiceKind>,
    /// First day; today if it is not said, at most a year ahead.
    pub starts_on: Option<NaiveDate>,
    /// An active trainer of the gym, if it is sold with one.
    pub trainer: Option<StaffId>,
    /// Price, counters and length, as far as the desk typed them.
    pub asked: Asked,
}

/// A renewal that the desk asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The subscription to be renewed.
    pub subscription: SubscriptionId,
    /// Price, counters and length, as far as the desk typed them.
    pub asked: Asked,
}

/// A service, as it is sold at one branch today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) service: ServiceId,
    pub(super) name: String,
    pub(super) service_type: String,
    pub(super) kind: ServiceKind,
    pub(super) price: Money,
    pub(super) duration_days: Option<i32>,
    /// Coins or sessions that a sale grants; none for time.
    pub(super) units: Option<i32>,
    pub(super) max_freezes: i32,
    pub(super) max_freeze_days: i32,
    pub(super) freeze_fee: Money,
    pub(super) opens_door: bool,
    pub(super) doors: Doors,
    pub(super) is_for_sale: IsForSale,
    /// How far a desk of the gym may go by itself.
    pub(super) limits: SaleLimits,
}

/// Whether an offer may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IsForSale {
    Yes,
    /// The service is switched off.
    Withdrawn,
    /// The branch is switched off.
    BranchClosed,
}

/// Who is sold to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Buyer {
    pub(super) gym: GymId,
    pub(super) branch: BranchId,
    pub(super) is_active: bool,
}
