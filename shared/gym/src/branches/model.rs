//! A branch, its size, and what may be said about it.

use base::{
    refusals,
    vocabulary::{BranchId, Change, GymId, Line, Timestamp, text::TextInvalid},
};

/// One location of a gym.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The id, unique across all gyms.
    pub id: BranchId,
    /// The gym it belongs to.
    pub gym: GymId,
    /// What it is called.
    pub name: String,
    /// Short name, unique within the gym.
    pub code: String,
    /// The city it is in, as the owner wrote it.
    pub city: Option<String>,
    /// The street address, as the owner wrote it.
    pub address: Option<String>,
    /// How to find it.
    pub location: Option<String>,
    /// Whom to call, as it is printed.
    pub phone: Option<String>,
    /// Whether it is open for business.
    pub is_active: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Who runs it; the longest-serving one if there are several.
    pub manager: Option<String>,
    /// How large it is, counted when it was read.
    pub figures: Figures,
}

/// The size of a branch, now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Customers who belong to it and are active.
    pub customers: i64,
    /// Subscriptions that are good for today.
    pub active_subscriptions: i64,
    /// Active staff users whose home it is.
    pub staff: i64,
    /// How it is doing; none for somebody who may not read figures.
    pub progress: Option<BranchProgress>,
}

/// How a branch is doing. Revenue is net, in the smallest unit of the gym's currency; days are the gym's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BranchProgress {
    /// Earned in the last thirty days, today included.
    pub revenue: i64,
    /// Earned on the business day that is today.
    pub revenue_today: i64,
    /// Earned since the first of the month.
    pub revenue_this_month: i64,
    /// Active customers who registered today.
    pub customers_today: i64,
    /// Active customers who registered since the first of the month.
    pub customers_this_month: i64,
}

/// A branch in view, by its name alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    pub(crate) id: BranchId,
    /// What it is called.
    pub(crate) name: String,
}

/// A branch to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is called.
    pub name: Line,
    /// Short name, unique within the gym; letter case makes no difference.
    pub code: Code,
    /// The city it is in.
    pub city: Option<Line>,
    /// The street address, in one line.
    pub address: Option<Line>,
    /// How to find it.
    pub location: Option<Line>,
    /// The number to call, kept as it is written.
    pub phone: Option<Line>,
}

/// What changes of a branch; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BranchEdit {
    /// What it is called.
    pub name: Option<Line>,
    /// Another short name, unique within the gym.
    pub code: Option<Code>,
    /// Another city, or none.
    pub city: Change<Line>,
    /// Another street address, or none.
    pub address: Change<Line>,
    /// How to find it.
    pub location: Change<Line>,
    /// Another number to call, or none.
    pub phone: Change<Line>,
}

/// The short name of a branch: 1 to 20 characters, upper case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code(Line);

/// Longest code, in characters.
const CODE_MAX: usize = 20;

impl Code {
    /// Reads a code; letter case makes no difference, so that `dra001` and `DRA001` are one.
    pub fn parse(text: &str) -> Result<Self, TextInvalid> {
        Line::parse_within(&text.to_uppercase(), CODE_MAX).map(Self)
    }

    /// The code as it is kept.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

refusals! {
    /// Why nothing was done to a branch.
    pub enum BranchRefused {
        /// There is none with this id, or it is not theirs.
        NotFound => NotFound, "BRANCH_NOT_FOUND",
            en: "Branch not found",
            ar: "الفرع غير موجود";
        /// Another branch of the gym has this code.
        CodeTaken => Conflict, "BRANCH_CODE_TAKEN",
            en: "Another branch already has this code",
            ar: "هذا الرمز مستخدم لفرع آخر";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_differ_in_case_or_blanks_are_one() {
        assert_eq!(Code::parse(" dra001 "), Code::parse("DRA001"));
        assert_eq!(Code::parse("فرع 1").unwrap().as_str(), "فرع 1");
    }

    #[test]
    fn a_code_has_one_to_twenty_characters() {
        assert_eq!(Code::parse(" "), Err(TextInvalid::Empty));
        assert!(Code::parse(&"x".repeat(20)).is_ok());
        assert_eq!(Code::parse(&"x".repeat(21)), Err(TextInvalid::TooLong { max: 20 }));
        assert_eq!(Code::parse(&"ß".repeat(11)), Err(TextInvalid::TooLong { max: 20 }));
    }
}
