//! What a subscription is.

use chrono::NaiveDate;

pub use crate::plans::{Doors, Kind};
use crate::vocabulary::{
    BranchId, CustomerId, EntryId, FreezeId, GymId, Money, MovementId, ServiceId, StaffId, SubscriptionId,
    Timestamp, words,
};

words! {
    /// What a subscription is good for today.
    pub enum Status {
        /// It may be used.
        Active = "active" | "valid" | "running",
        /// It rests, and its end has moved.
        Frozen = "frozen" | "paused",
        /// Somebody ended it.
        Stopped = "stopped" | "cancelled" | "canceled",
        /// Its last day is over, or nothing is left of it.
        Expired = "expired" | "ended" | "inactive",
        /// Its first day is still to come.
        Pending = "pending" | "upcoming",
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Coins.
    Coins,
    /// Sessions, with or without a trainer.
    Sessions,
}

impl Kind {
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

/// A time in which a subscription rests; both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreezeSpan {
    /// First frozen day.
    pub from: NaiveDate,
    /// Last frozen day.
    pub until: NaiveDate,
}

/// Everything a status follows from; days are the gym's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// First day.
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
    /// How often so far.
    pub used: i32,
    /// Days so far.
    pub days_used: i32,
}

/// One freeze, in the history of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Which.
    pub id: FreezeId,
    /// First frozen day.
    pub from: NaiveDate,
    /// Last frozen day, as it was asked for.
    pub until: NaiveDate,
    /// First day no longer frozen, when it was ended early.
    pub ended_on: Option<NaiveDate>,
    /// What was asked for it.
    pub fee: Money,
    /// Why.
    pub reason: Option<String>,
}

words! {
    /// Why a balance moved.
    pub enum MovementKind {
        /// Granted by the sale.
        Sale = "sale",
        /// Granted by a renewal.
        Renewal = "renewal",
        /// Used.
        Use = "use",
        /// Put right.
        Correction = "correction",
        /// Given back.
        Refund = "refund",
    }
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Which.
    pub id: MovementId,
    /// Why it moved.
    pub kind: MovementKind,
    /// Above zero granted, below zero used.
    pub amount: i32,
    /// What was left then.
    pub remaining_after: i32,
    /// The entry it paid for.
    pub entry: Option<EntryId>,
    /// Who did it: `staff`, `customer` or `system`.
    pub actor_kind: String,
    /// That person.
    pub actor_id: Option<i64>,
    /// That person's name.
    pub actor_name: Option<String>,
    /// Why, in words.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Which subscriptions a list is to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Sold at this branch.
    pub branch: Option<BranchId>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this service.
    pub service: Option<ServiceId>,
    /// Used up like this.
    pub kind: Option<Kind>,
    /// With this status today.
    pub status: Option<Status>,
}

/// A subscription as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub id: SubscriptionId,
    /// The gym.
    pub gym: GymId,
    /// The branch that sold it.
    pub branch: BranchId,
    /// That branch's name.
    pub branch_name: String,
    /// Whose.
    pub customer: CustomerId,
    /// That customer's name.
    pub customer_name: String,
    /// That customer's phone, as the gym dials it.
    pub customer_phone: Option<String>,
    /// What was sold.
    pub service: ServiceId,
    /// Its name at the sale.
    pub service_name: String,
    /// Its type at the sale, e.g. `gym`.
    pub service_type: String,
    /// How it is used up.
    pub kind: Kind,
    /// What was asked for it, net of discount.
    pub price: Money,
    /// Days that a renewal adds.
    pub duration_days: Option<i32>,
    /// Whether it opens doors at all.
    pub opens_door: bool,
    /// Which doors.
    pub doors: Doors,
    /// What its status follows from.
    pub standing: Standing,
    /// Coins or sessions ever granted; none for time.
    pub total: Option<i32>,
    /// What may be frozen.
    pub freezing: Freezing,
    /// Who trains.
    pub trainer: Option<StaffId>,
    /// That trainer's name.
    pub trainer_name: Option<String>,
    /// Why it was stopped.
    pub stop_reason: Option<String>,
    /// The subscription that this one follows.
    pub renews: Option<SubscriptionId>,
    /// Who sold it.
    pub sold_by: Option<StaffId>,
    /// The seller's name.
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
