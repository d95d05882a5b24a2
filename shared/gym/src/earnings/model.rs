//! What is earned of what was sold, and closed months.

use base::vocabulary::{BranchId, Money, Month, ServiceId, StaffId, SubscriptionId, Timestamp, words};
use chrono::NaiveDate;

/// Days and units that were sold together at one price: by the sale, or by a renewal before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// What was paid for them.
    pub price: Money,
    /// Days of service; none if it does not lapse by date.
    pub days: Option<i64>,
    /// Coins or sessions; none if nothing is counted.
    pub units: Option<i64>,
}

/// Everything that the share of a subscription which is delivered follows from, as it was at the end of one day. Days are
/// the gym's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Whether coins or sessions are counted; else it is delivered by time.
    pub is_counted: bool,
    /// What was sold, in the order in which it is delivered.
    pub lots: Vec<Lot>,
    /// First day of service.
    pub starts_on: NaiveDate,
    /// Last day of service; none if it does not lapse by date.
    pub ends_on: Option<NaiveDate>,
    /// The day on which it was ended for good.
    pub stopped_on: Option<NaiveDate>,
    /// Frozen days until the day in question, or until it was stopped.
    pub frozen_days: i64,
    /// Coins or sessions that were granted and are not left: used, or taken back.
    pub units_gone: i64,
    /// Those of them that were taken back before they were used.
    pub units_taken_back: i64,
    /// What was paid for it until then, by business day.
    pub paid: Money,
}

/// How far a subscription is delivered. The three sums together are what was paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Delivered: income.
    pub earned: Money,
    /// Lapsed, or given up: kept without service.
    pub forfeited: Money,
    /// Still to be delivered.
    pub unearned: Money,
    /// Whether it was known what was sold. If not, nothing counts as earned, and what is left is forfeited at the end.
    pub is_known: bool,
}

/// What a branch owes in service for one service that it sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnearnedService {
    /// The branch, and its name as it is now.
    pub branch: (BranchId, String),
    /// The service, and its name as it is now.
    pub service: (ServiceId, String),
    /// How many subscriptions still owe something.
    pub subscriptions: i64,
    /// How far those are delivered.
    pub delivered: Sums,
}

/// Sums over subscriptions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Delivered.
    pub earned: Money,
    /// Lapsed, or given up.
    pub forfeited: Money,
    /// Still to be delivered.
    pub unearned: Money,
}

/// What is still owed in service at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unearned {
    /// The day, in the gym's calendar.
    pub day: NaiveDate,
    /// By branch and service, where something is owed.
    pub services: Vec<UnearnedService>,
    /// Over all of them.
    pub total: Sums,
    /// Subscriptions of which it is not known what was sold: what was paid for them counts as owed until they end.
    pub unknown: i64,
}

words! {
    /// How far a month is closed.
    pub enum MonthState {
        /// It may still take money.
        Open = "open",
        /// It is being closed, branch by branch; a moment later it is closed.
        Closing = "closing",
        /// What was earned in it is posted, and nothing goes into it any more.
        Closed = "closed",
    }
}

/// What a branch earned in a closed month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchMonth {
    /// The branch, and its name as it is now.
    pub branch: (BranchId, String),
    /// Delivered within the month; below zero if more was put right than was delivered.
    pub earned: Money,
    /// Lapsed, or given up, within the month.
    pub forfeited: Money,
    /// Still to be delivered at its end.
    pub unearned: Money,
}

/// A subscription of which it is not known what was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSale {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The branch that sold it.
    pub branch: BranchId,
    /// What was paid for it and not earned.
    pub unearned: Money,
}

/// A day of a month on which money moved and which nobody closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDay {
    /// The branch, and its name as it is now.
    pub branch: (BranchId, String),
    /// The day, in the gym's calendar.
    pub day: NaiveDate,
}

/// A month of a gym: what stands in the way of closing it, or what was earned in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GymMonth {
    /// The month.
    pub month: Month,
    /// How far it is closed.
    pub state: MonthState,
    /// The month that is to be closed next; none if nothing was ever posted.
    pub next: Option<Month>,
    /// Who closed it, and when.
    pub closed: Option<((StaffId, String), Timestamp)>,
    /// What has to be closed first, the earliest first; at most a hundred.
    pub open_days: Vec<OpenDay>,
    /// What was earned, by branch.
    pub branches: Vec<BranchMonth>,
    /// Over all of them.
    pub total: Sums,
    /// Of which subscriptions it is not known what was sold; at most a hundred.
    pub unknown: Vec<UnknownSale>,
}
