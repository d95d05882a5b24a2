//! What is sold: the service, its kind, its terms.

use base::vocabulary::{BranchId, GymId, Line, Money, Note, ServiceId, words};

words! {
    /// How a service is used up; the further words are those of older callers.
    pub enum ServiceKind {
        /// A balance of coins, spent per entry or service.
        Coins = "coins" | "coin" | "coin_based",
        /// Nothing is counted; it lasts a number of days.
        TimeBased = "time_based" | "time" | "time-based" | "monthly" | "month" | "months" | "duration",
        /// A number of visits, each of which takes one.
        Sessions = "sessions" | "session" | "session_based",
        /// Counted sessions with a trainer.
        Training = "training" | "personal_training" | "private_training",
    }
}

words! {
    /// What a service is for; the staff app offers services by it.
    pub enum ServiceType {
        /// Use of the gym itself.
        Gym = "gym",
        /// Several things together; the default type of a service for coins.
        Bundle = "bundle",
        /// Swimming for pleasure, without lessons.
        SwimmingRecreation = "swimming_recreation",
        /// Lessons in which somebody learns to swim.
        SwimmingEducation = "swimming_education",
        /// Training with a trainer.
        PersonalTraining = "personal_training",
        /// Anything else; the staff app does not offer it for sale.
        Other = "other",
    }
}

/// Something that is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The id of the service.
    pub id: ServiceId,
    /// The gym that sells it.
    pub gym: GymId,
    /// The only branch that sells it; none for every branch of the gym.
    pub branch: Option<BranchId>,
    /// What it is called.
    pub name: String,
    /// What it is, in more words.
    pub description: Option<String>,
    /// How it is used up, and how much of it there is.
    pub terms: Terms,
    /// Whether it is for sale.
    pub is_active: bool,
}

/// What a sale of the service promises; a sale keeps its own copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// How it is used up.
    pub kind: ServiceKind,
    /// What it is for.
    pub service_type: ServiceType,
    /// The price before any discount, in the gym's currency.
    pub price: Money,
    /// Days that it lasts, the first and the last included; none if it does not lapse by date.
    pub duration_days: Option<i32>,
    /// Coins or sessions; none for time.
    pub units: Option<i32>,
    /// How it may be frozen.
    pub freeze: FreezePolicy,
    /// Whether it opens the door by itself; the gym's rules may let training in without.
    pub opens_door: bool,
    /// Whose doors it opens, where it opens doors.
    pub doors: Doors,
}

impl Terms {
    /// Coins, if that is what it counts.
    pub fn coins(&self) -> Option<i32> {
        self.units.filter(|_| self.kind == ServiceKind::Coins)
    }

    /// Sessions, with or without a trainer, if that is what it counts.
    pub fn sessions(&self) -> Option<i32> {
        self.units.filter(|_| matches!(self.kind, ServiceKind::Sessions | ServiceKind::Training))
    }
}

/// How often, how long and for how much something may be frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreezePolicy {
    /// How many freezes one subscription may have; with zero it cannot be frozen.
    pub times: i32,
    /// Days over all freezes of one subscription.
    pub days: i32,
    /// What each freeze costs; may be zero.
    pub fee: Money,
}

/// Whose doors something opens, where it opens doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doors {
    /// Those of the branch that sold it.
    OwnBranch,
    /// Those of every branch of the gym.
    EveryBranch,
}

impl Doors {
    /// Reads the column `opens_every_branch`.
    pub const fn of(is_every_branch: bool) -> Self {
        if is_every_branch { Self::EveryBranch } else { Self::OwnBranch }
    }

    /// Whether it is those of every branch.
    pub const fn is_every_branch(self) -> bool {
        matches!(self, Self::EveryBranch)
    }
}

/// A service as somebody wants it to be, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it is called.
    pub name: Line,
    /// What it is, in more words.
    pub description: Option<Note>,
    /// What a sale of it promises.
    pub terms: Terms,
}

/// Which services a list is to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// Only services that are for sale.
    OnSale,
    /// Services that are no longer for sale as well.
    Everything,
}
