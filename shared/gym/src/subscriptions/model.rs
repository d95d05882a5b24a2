//! What a subscription is.

use chrono::NaiveDate;

pub use crate::plans::{Doors, ServiceKind};
use base::vocabulary::{
    BranchId, CustomerId, EntryId, FreezeId, GymId, Money, MovementId, ServiceId, StaffId, SubscriptionId,
    Timestamp, words,
};

words! {
    /// What a subscription is good for today.
    pub enum Status {
        /// It may be used.
        Active = "active" | "valid" | "running",
        /// It is frozen today, and its end has moved.
        Frozen = "frozen" | "paused",
        /// Somebody at the desk ended it for good.
        Stopped = "stopped" | "cancelled" | "canceled",
        /// Its last day is over, or nothing is left of it.
        Expired = "expired" | "ended" | "inactive",
        /// Its first day is still to come.
        Pending = "pending" | "upcoming",
    }
}

/// What the balance of a subscription counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Coins, spent for entries or at the desk.
    Coins,
    /// Sessions, with or without a trainer.
    Sessions,
}

impl ServiceKind {
    /// What it counts; nothing for time.
    pub const fn unit(self) -> Option<Unit> {
        match self {
            Self::Coins => Some(Unit::Coins),
            Self::Sessions | Self::Training => Some(Unit::Sessions),
            Self::TimeBased => None,
        }
    }

    /// How the apps name the number they draw.
    pub const fn display_metric(self) -> &'static str {
        match self {
            Self::Coins => "coins",
            Self::TimeBased => "time",
            Self::Sessions => "sessions",
            Self::Training => "training",
        }
    }
}

impl Doors {
    /// Whether the door of `there` is among them, for a subscription of `branch`.
    pub fn include(self, branch: BranchId, there: BranchId) -> bool {
        match self {
            Self::OwnBranch => branch == there,
            Self::EveryBranch => true,
        }
    }
}

/// The days on which a subscription is frozen, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreezeSpan {
    /// First frozen day, in the gym's calendar.
    pub from: NaiveDate,
    /// Last frozen day, in the gym's calendar.
    pub until: NaiveDate,
}

/// Everything a status follows from; days are the gym's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusInputs {
    /// First day on which it may be used.
    pub starts_on: NaiveDate,
    /// Last day on which it may be used; none if it does not lapse by date.
    pub ends_on: Option<NaiveDate>,
    /// The latest freeze, also when it is over.
    pub freeze: Option<FreezeSpan>,
    /// When somebody ended it.
    pub stopped_at: Option<Timestamp>,
    /// Coins or sessions left; none for time.
    pub remaining: Option<i32>,
}

/// What was agreed about freezing, and what was used of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freezing {
    /// How often at most.
    pub max_freezes: i32,
    /// Days over all freezes at most.
    pub max_days: i32,
    /// Price of one freeze.
    pub fee: Money,
    /// How often it was frozen so far.
    pub used: i32,
    /// Days frozen so far, without those that an early end gave back.
    pub days_used: i32,
}

/// One freeze, in the history of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// The id of the freeze.
    pub id: FreezeId,
    /// First frozen day, in the gym's calendar.
    pub from: NaiveDate,
    /// Last frozen day, as it was asked for.
    pub until: NaiveDate,
    /// First day no longer frozen, when it was ended early.
    pub ended_on: Option<NaiveDate>,
    /// What was asked for it.
    pub fee: Money,
    /// The reason, if the desk gave one.
    pub reason: Option<String>,
}

words! {
    /// Why a balance moved.
    pub enum MovementKind {
        /// Granted by the sale.
        Sale = "sale",
        /// Granted by a renewal.
        Renewal = "renewal",
        /// Used at the door, or taken at the desk.
        Use = "use",
        /// A mistake in the balance, put right.
        Correction = "correction",
        /// Given back after it was used.
        Refund = "refund",
    }
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The id of the movement.
    pub id: MovementId,
    /// What kind of movement it was.
    pub kind: MovementKind,
    /// Above zero granted, below zero used.
    pub amount: i32,
    /// What was left after it.
    pub remaining_after: i32,
    /// The entry it paid for.
    pub entry: Option<EntryId>,
    /// Who did it: `staff`, `customer` or `system`.
    pub actor_kind: String,
    /// The id of that person; none for the system.
    pub actor_id: Option<i64>,
    /// That person's name, as it is now.
    pub actor_name: Option<String>,
    /// The reason, if the desk gave one.
    pub reason: Option<String>,
    /// When the request arrived.
    pub at: Timestamp,
}

/// Which subscriptions a list is to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SubscriptionFilter {
    /// Sold at this branch.
    pub branch: Option<BranchId>,
    /// Only subscriptions of this customer.
    pub customer: Option<CustomerId>,
    /// Only subscriptions that were sold of this service.
    pub service: Option<ServiceId>,
    /// Used up like this.
    pub kind: Option<ServiceKind>,
    /// With this status today.
    pub status: Option<Status>,
}

/// A subscription as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The id of the subscription.
    pub id: SubscriptionId,
    /// The gym, whose calendar and currency hold for it.
    pub gym: GymId,
    /// The branch that sold it.
    pub branch: BranchId,
    /// The name of that branch.
    pub branch_name: String,
    /// The customer who holds it.
    pub customer: CustomerId,
    /// That customer's name, as it is now.
    pub customer_name: String,
    /// That customer's phone, as the gym dials it.
    pub customer_phone: Option<String>,
    /// The service that was sold.
    pub service: ServiceId,
    /// Its name at the sale.
    pub service_name: String,
    /// Its type at the sale, e.g. `gym`.
    pub service_type: String,
    /// How it is used up.
    pub kind: ServiceKind,
    /// What was asked for it, net of discount; a renewal before its end adds to it.
    pub price: Money,
    /// Days that a renewal adds.
    pub duration_days: Option<i32>,
    /// Whether it opens doors at all.
    pub opens_door: bool,
    /// Whether it opens the doors of the selling branch only, or of every branch.
    pub doors: Doors,
    /// The dates, freeze, stop and balance that its status follows from.
    pub standing: StatusInputs,
    /// Coins or sessions ever granted; none for time.
    pub total: Option<i32>,
    /// How it may be frozen, and how often it was.
    pub freezing: Freezing,
    /// The trainer it was sold with, if any.
    pub trainer: Option<StaffId>,
    /// That trainer's name, as it is now.
    pub trainer_name: Option<String>,
    /// Why it was stopped.
    pub stop_reason: Option<String>,
    /// The subscription that this one follows.
    pub renews: Option<SubscriptionId>,
    /// The staff user who sold it.
    pub sold_by: Option<StaffId>,
    /// The seller's name, as it is now.
    pub seller_name: Option<String>,
    /// When it was sold.
    pub created_at: Timestamp,
}

impl Held {
    /// Its status on `today`, a day of the gym.
    pub fn status(&self, today: NaiveDate) -> Status {
        self.standing.status(today)
    }
}
