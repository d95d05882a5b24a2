//! What the desk types when it sells.

use chrono::NaiveDate;

use super::super::{
    count::{Months, TermDays, Units},
    model::{Doors, Kind},
};
use crate::{
    payments::Method,
    vocabulary::{BranchId, CustomerId, GymId, Money, Note, ServiceId, StaffId, SubscriptionId},
};

/// How long something is sold for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Calendar months.
    Months(Months),
    /// Days.
    Days(TermDays),
}

/// What the desk may type for a sale as for a renewal; what it leaves out comes from the service or the earlier sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Before discount.
    pub amount: Option<Money>,
    /// What is taken off.
    pub discount: Option<Money>,
    /// How it is paid.
    pub method: Method,
    /// Coins.
    pub coins: Option<Units>,
    /// Sessions.
    pub sessions: Option<Units>,
    /// How long.
    pub term: Option<Term>,
    /// What is to be remembered beside the payment.
    pub notes: Option<Note>,
}

/// A sale that the desk asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// To whom.
    pub customer: CustomerId,
    /// What.
    pub service: ServiceId,
    /// Where; the customer's branch if it is not said.
    pub branch: Option<BranchId>,
    /// How it is used up; as the service says if it is not said.
    pub kind: Option<Kind>,
    /// First day; today if it is not said.
    pub starts_on: Option<NaiveDate>,
    /// Who trains.
    pub trainer: Option<StaffId>,
    /// Price, counters, length.
    pub asked: Asked,
}

/// A renewal that the desk asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// Of what.
    pub subscription: SubscriptionId,
    /// Price, counters, length.
    pub asked: Asked,
}

/// A service, as it is sold at one branch today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) service: ServiceId,
    pub(super) name: String,
    pub(super) service_type: String,
    pub(super) kind: Kind,
    pub(super) price: Money,
    pub(super) duration_days: Option<i32>,
    /// Coins or sessions.
    pub(super) units: Option<i32>,
    pub(super) max_freezes: i32,
    pub(super) max_freeze_days: i32,
    pub(super) freeze_fee: Money,
    pub(super) opens_door: bool,
    pub(super) doors: Doors,
    pub(super) is_for_sale: IsForSale,
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
