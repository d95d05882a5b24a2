//! What a shift is.

use base::vocabulary::{BranchId, Day, GymId, Money, Note, ShiftId, StaffId, Timestamp};
use chrono::NaiveDate;

/// Whose shift, and where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shift {
    /// At which branch; the only one that the caller has, if it is not said.
    pub branch: Option<BranchId>,
    /// Whose; one's own, if it is not said.
    pub staff: Option<StaffId>,
}

/// What somebody moved at a branch since their last shift was closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftFigures {
    /// The branch.
    pub branch: BranchId,
    /// Whose shift it is, and their name as it is now.
    pub staff: (StaffId, String),
    /// When their last shift was closed; none if it is their first.
    pub since: Option<Timestamp>,
    /// The sums.
    pub moved: Moved,
}

/// Sums of what one person moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// Cash that came into the till less what left it: what has to be counted.
    pub expected: Money,
    /// Taken by card less what was given back.
    pub card: Money,
    /// Taken by transfer less what left the bank.
    pub transfer: Money,
    /// How many payments and refunds.
    pub payments: i32,
    /// The last transfer that is part of it.
    pub(super) last: i64,
}

/// A shift that is to be closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftOrder {
    /// Whose, and where.
    pub shift: Shift,
    /// The cash that was counted, if somebody counted.
    pub counted: Option<Money>,
    /// What is to be remembered.
    pub notes: Option<Note>,
}

/// A shift, counted and closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftClosing {
    /// Its id.
    pub id: ShiftId,
    /// The gym.
    pub gym: GymId,
    /// The branch, and its name as it is now.
    pub branch: (BranchId, String),
    /// Whose shift it was, and their name as it is now.
    pub staff: (StaffId, String),
    /// The day on which it was closed, in the gym's calendar.
    pub day: NaiveDate,
    /// What was moved.
    pub moved: Moved,
    /// What was counted; none if nobody counted.
    pub counted: Option<Money>,
    /// What was written down.
    pub notes: Option<String>,
    /// Who closed it, and their name as it is now.
    pub closed_by: (StaffId, String),
    /// When.
    pub closed_at: Timestamp,
}

impl ShiftClosing {
    /// What was counted beyond what had to be there; negative: short of it. None if nobody counted.
    pub fn difference(&self) -> Option<Money> {
        self.counted?.checked_sub(self.moved.expected)
    }
}

/// Which shifts are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShiftFilter {
    /// Only those at this branch.
    pub branch: Option<BranchId>,
    /// Only those of this person.
    pub staff: Option<StaffId>,
    /// First day, in the gym's calendar.
    pub from: Option<Day>,
    /// Last day, in the gym's calendar.
    pub to: Option<Day>,
}
