//! What may become of an expense, and which day it counts for.

use chrono::NaiveDate;

use super::model::{
    CategorySpending, Expense, ExpenseDecision, ExpenseDraft, ExpenseReview, ExpenseStatus, Spending,
};
use base::{
    Fields, Invalid, refusals,
    vocabulary::{Day, DayRangeInvalid, Money, StaffId, field_errors, read_days},
};

field_errors! {
    /// Why an expense is not written down as it was sent.
    pub enum ExpenseInvalid {
        /// Nothing was spent, or less than nothing.
        NotPositive => "AMOUNT_NOT_POSITIVE",
            en: "The amount must be more than zero",
            ar: "يجب أن يكون المبلغ أكبر من صفر";
        /// The day is still to come in the gym's calendar.
        StillToCome => "DATE_IN_FUTURE",
            en: "The day must not be after today",
            ar: "لا يمكن أن يكون التاريخ بعد اليوم";
    }
}

refusals! {
    /// Why nothing becomes of an expense.
    pub enum ExpenseRefused {
        /// There is no such expense, or it is not within the caller's branches.
        NotFound => NotFound, "EXPENSE_NOT_FOUND",
            en: "Expense not found",
            ar: "المصروف غير موجود";
        /// Whoever reviews it wrote it down themselves.
        Own => Forbidden, "OWN_EXPENSE",
            en: "An expense that you wrote down is reviewed by somebody else",
            ar: "المصروف الذي سجّلته يراجعه شخص آخر";
        /// Whoever takes it back neither wrote it down nor reviews expenses.
        NotYours => Forbidden, "NOT_YOUR_EXPENSE",
            en: "You can only take back an expense that you wrote down",
            ar: "يمكنك سحب المصروفات التي سجّلتها فقط";
        /// Somebody approved or rejected it before.
        AlreadyReviewed => Conflict, "EXPENSE_ALREADY_REVIEWED",
            en: "This expense was already reviewed",
            ar: "تمت مراجعة هذا المصروف من قبل";
        /// It was taken back.
        Withdrawn => Conflict, "EXPENSE_WITHDRAWN",
            en: "This expense was taken back",
            ar: "تم سحب هذا المصروف";
        /// Nobody approved it, so that nothing is paid for it.
        NotApproved => Conflict, "EXPENSE_NOT_APPROVED",
            en: "Only an approved expense is paid",
            ar: "لا يُدفع إلا المصروف المعتمد";
        /// It was paid before.
        AlreadyPaid => Conflict, "EXPENSE_ALREADY_PAID",
            en: "This expense was already paid",
            ar: "تم دفع هذا المصروف من قبل";
    }
}

impl Expense {
    /// Where it stands.
    pub fn status(&self) -> ExpenseStatus {
        match self.ruling.as_ref().map(|ruling| ruling.decision) {
            None => ExpenseStatus::Pending,
            Some(ExpenseDecision::Approved) => ExpenseStatus::Approved,
            Some(ExpenseDecision::Rejected) => ExpenseStatus::Rejected,
            Some(ExpenseDecision::Withdrawn) => ExpenseStatus::Withdrawn,
        }
    }
}

/// The day that an expense is written down for: the one that was named, or `today`.
pub(super) fn take_down(draft: &ExpenseDraft, today: NaiveDate) -> Result<NaiveDate, Invalid> {
    let mut fields = Fields::new();
    if !draft.amount.is_positive() {
        fields.problem("amount", &ExpenseInvalid::NotPositive);
    }
    let spent_on = draft.spent_on.map_or(today, Day::date);
    if spent_on > today {
        fields.problem("expense_date", &ExpenseInvalid::StillToCome);
    }
    fields.done()?;
    Ok(spent_on)
}

/// What becomes of an expense that is reviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It counts for this business day.
    Approved(NaiveDate),
    Rejected,
}

/// What becomes of `expense` when `by` reviews it today.
pub(super) fn review(
    expense: &Expense,
    review: ExpenseReview,
    by: StaffId,
    today: NaiveDate,
) -> Result<Verdict, ExpenseRefused> {
    if expense.written_by == by {
        return Err(ExpenseRefused::Own);
    }
    undecided(expense)?;
    Ok(match review {
        ExpenseReview::Approve => Verdict::Approved(business_day(expense.spent_on, today)),
        ExpenseReview::Reject => Verdict::Rejected,
    })
}

/// The day that what was spent on `spent_on` counts for. A gym that moved to a time zone further west may still wait for
/// that day; nothing counts for a day that is still to come.
fn business_day(spent_on: NaiveDate, today: NaiveDate) -> NaiveDate {
    spent_on.min(today)
}

/// Who wants to take an expense back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Withdrawer {
    /// Somebody who reviews expenses, and takes back any.
    Reviewer,
    /// Somebody who does not, and takes back their own.
    Writer(StaffId),
}

/// Whether `expense` is taken back.
pub(super) fn withdraw(expense: &Expense, by: Withdrawer) -> Result<(), ExpenseRefused> {
    match by {
        Withdrawer::Writer(staff) if staff != expense.written_by => Err(ExpenseRefused::NotYours),
        Withdrawer::Writer(_) | Withdrawer::Reviewer => undecided(expense),
    }
}

fn undecided(expense: &Expense) -> Result<(), ExpenseRefused> {
    match expense.status() {
        ExpenseStatus::Pending => Ok(()),
        ExpenseStatus::Approved | ExpenseStatus::Rejected => Err(ExpenseRefused::AlreadyReviewed),
        ExpenseStatus::Withdrawn => Err(ExpenseRefused::Withdrawn),
    }
}

/// Whether `expense` is paid now.
pub(super) fn pay(expense: &Expense) -> Result<(), ExpenseRefused> {
    match (expense.status(), &expense.payment) {
        (ExpenseStatus::Approved, None) => Ok(()),
        (ExpenseStatus::Approved, Some(_)) => Err(ExpenseRefused::AlreadyPaid),
        (ExpenseStatus::Pending | ExpenseStatus::Rejected | ExpenseStatus::Withdrawn, _) => {
            Err(ExpenseRefused::NotApproved)
        }
    }
}

/// Days that a report is about, in the gym's calendar; both belong to it, and the first is not after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpenseDays {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl ExpenseDays {
    /// The days that were asked for: to today unless another last day is named, and thirty of them unless a first one is.
    pub fn asked(from: Option<Day>, to: Option<Day>, today: NaiveDate) -> Result<Self, DayRangeInvalid> {
        let (from, to) = read_days((from, to), today)?;
        Ok(Self { from, to })
    }
}

/// Whether the days from `from` to `to` are a range.
pub(super) fn in_order(from: Option<Day>, to: Option<Day>) -> Result<(), DayRangeInvalid> {
    match (from, to) {
        (Some(from), Some(to)) if from > to => Err(DayRangeInvalid::Reversed),
        _ => Ok(()),
    }
}

impl Spending {
    /// What was spent on everything together.
    pub fn total(&self) -> Money {
        let minor = self.categories.iter().map(|category: &CategorySpending| category.total.minor());
        Money::from_minor(minor.fold(0, i64::saturating_add))
    }
}

#[cfg(test)]
mod tests;
