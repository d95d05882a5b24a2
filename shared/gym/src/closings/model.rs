//! What a closing is.

use base::vocabulary::{BranchId, ClosingId, Day, GymId, Listing, Money, Note, StaffId, Timestamp};
use chrono::NaiveDate;

/// What moved at a branch on one day; without what closings posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayFigures {
    /// The branch.
    pub branch: BranchId,
    /// The day, in the gym's calendar.
    pub day: NaiveDate,
    /// Cash that came into the till less what left it: what has to be counted.
    pub expected: Money,
    /// Taken by card less what was given back.
    pub card: Money,
    /// Taken by transfer less what left the bank.
    pub transfer: Money,
    /// Whether the day is closed.
    pub is_closed: bool,
}

/// A branch's day, counted and closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closing {
    /// Its id.
    pub id: ClosingId,
    /// The gym.
    pub gym: GymId,
    /// The branch.
    pub branch: BranchId,
    /// Its name, as it is now.
    pub branch_name: String,
    /// The day, in the gym's calendar.
    pub day: NaiveDate,
    /// What had to be in the till of it.
    pub expected: Money,
    /// What was counted; none if nobody counted.
    pub counted: Option<Money>,
    /// Taken by card less what was given back.
    pub card: Money,
    /// Taken by transfer less what left the bank.
    pub transfer: Money,
    /// What the desk wrote down.
    pub notes: Option<String>,
    /// Who closed it.
    pub closed_by: (StaffId, String),
    /// When.
    pub closed_at: Timestamp,
}

impl Closing {
    /// What was counted beyond what had to be there; negative: short of it. None if nobody counted.
    pub fn difference(&self) -> Option<Money> {
        self.counted?.checked_sub(self.expected)
    }
}

/// A day that is to be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosingOrder {
    /// At which branch; the only one that the caller has, if it is not said.
    pub branch: Option<BranchId>,
    /// Which day; today, if it is not said.
    pub day: Option<Day>,
    /// The cash of this day that was counted, if somebody counted.
    pub counted: Option<Money>,
    /// What is to be remembered.
    pub notes: Option<Note>,
}

/// Which closings are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClosingFilter {
    /// Only those of this branch.
    pub branch: Option<BranchId>,
    /// First day, in the gym's calendar.
    pub from: Option<Day>,
    /// Last day, in the gym's calendar.
    pub to: Option<Day>,
}

/// Closings whose till was not right, and by how much all of them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differences {
    /// The newest day first.
    pub closings: Listing<Closing>,
    /// The sum of all differences of the filter, not of one page: over less short.
    pub total: Money,
}
