//! What an expense is.

use chrono::NaiveDate;

use super::{attachments::ExpenseAttachment, rules::ExpenseDays};
use base::vocabulary::{
    BranchId, Day, ExpenseId, GymId, Line, Listing, Money, Note, StaffId, Timestamp, words,
};

words! {
    /// What money is spent on, as the staff app offers it to choose from.
    pub enum ExpenseCategory {
        /// For the rooms.
        Rent = "rent",
        /// To those who work there.
        Salaries = "salaries",
        /// Electricity, water, gas, telephone.
        Utilities = "utilities",
        /// Machines and weights.
        Equipment = "equipment",
        /// Repairs and upkeep.
        Maintenance = "maintenance",
        /// What is used up: towels, soap, paper.
        Supplies = "supplies",
        /// Advertising.
        Marketing = "marketing",
        /// Insurance of the rooms or the people.
        Insurance = "insurance",
        /// Courses for those who work there.
        Training = "training",
        /// Work of other firms.
        Services = "services",
        /// Fire extinguishers, first aid, cameras.
        Safety = "safety",
        /// Programs and subscriptions to them.
        Software = "software",
        /// Anything that the other words do not name; also where nobody said.
        Other = "other",
    }
}

words! {
    /// What became of an expense that was decided.
    pub enum ExpenseDecision {
        /// It counts.
        Approved = "approved",
        /// It does not count.
        Rejected = "rejected",
        /// Taken back before anybody else decided.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// Where an expense stands.
    pub enum ExpenseStatus {
        /// Nobody has decided yet.
        Pending = "pending",
        /// It counts.
        Approved = "approved",
        /// It does not count.
        Rejected = "rejected",
        /// Taken back before anybody else decided; lists leave it out.
        Withdrawn = "withdrawn",
    }
}

words! {
    /// What somebody who reviews an expense says to it.
    pub enum ExpenseReview {
        /// Let it count.
        Approve = "approve" | "approved",
        /// Do not let it count.
        Reject = "reject" | "rejected",
    }
}

words! {
    /// Out of which pocket of the branch an expense is paid; the ways of paying of the apps are understood, too.
    pub enum PaidFrom {
        /// The till at the desk, in notes and coins.
        Till = "till" | "cash",
        /// The account at the bank, by card or transfer.
        Bank = "bank" | "card" | "network" | "transfer" | "online" | "bank_transfer",
    }
}

/// An expense as somebody writes it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseDraft {
    /// What the money was spent on, in a few words.
    pub title: Line,
    /// What kind of thing that is.
    pub category: ExpenseCategory,
    /// How much it was.
    pub amount: Money,
    /// The day on its bill, in the gym's calendar; none for today.
    pub spent_on: Option<Day>,
    /// What else is to be known.
    pub description: Option<Note>,
}

/// Something that a branch spends money on, with the names of those who had to do with it, as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expense {
    /// The id of the expense.
    pub id: ExpenseId,
    /// The gym whose branch spends it.
    pub gym: GymId,
    /// The branch that spends it.
    pub branch: BranchId,
    /// What the branch is called.
    pub branch_name: String,
    /// What the money was spent on, in a few words.
    pub title: String,
    /// What kind of thing that is.
    pub category: ExpenseCategory,
    /// How much it was; more than zero.
    pub amount: Money,
    /// The day on its bill, in the gym's calendar.
    pub spent_on: NaiveDate,
    /// What else is to be known.
    pub description: Option<String>,
    /// The staff user who wrote it down.
    pub written_by: StaffId,
    /// Their name.
    pub written_by_name: String,
    /// When it was written down.
    pub written_at: Timestamp,
    /// What was decided; none while it is pending.
    pub ruling: Option<ExpenseRuling>,
    /// How it was paid; none while it is not.
    pub payment: Option<ExpensePayment>,
    /// What is attached to it, the oldest first.
    pub attachments: Vec<ExpenseAttachment>,
}

/// What was decided about an expense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseRuling {
    /// What became of it.
    pub decision: ExpenseDecision,
    /// The staff user who decided.
    pub by: StaffId,
    /// Their name.
    pub by_name: String,
    /// When they decided.
    pub at: Timestamp,
    /// What they said about it.
    pub notes: Option<String>,
    /// The day that it counts for, in the gym's calendar; only of an approved one.
    pub business_day: Option<NaiveDate>,
}

/// How an expense was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpensePayment {
    /// Out of which pocket.
    pub from: PaidFrom,
    /// The staff user who paid it.
    pub by: StaffId,
    /// Their name.
    pub by_name: String,
    /// When it was paid.
    pub at: Timestamp,
    /// The day on which the money left, in the gym's calendar.
    pub business_day: NaiveDate,
}

/// Which expenses are wanted; all of it must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpenseFilter {
    /// Only those of this branch; none for every branch within the caller's reach.
    pub branch: Option<BranchId>,
    /// Only those spent on this day of the gym's calendar or later.
    pub from: Option<Day>,
    /// Only those spent on this day of the gym's calendar or before.
    pub to: Option<Day>,
    /// Only those that stand so; none for all but the withdrawn ones.
    pub status: Option<ExpenseStatus>,
    /// Only those of this kind.
    pub category: Option<ExpenseCategory>,
    /// Only those that this staff user wrote down.
    pub written_by: Option<StaffId>,
}

/// A page of expenses, and what all that fit come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpenseListing {
    /// The page, the latest days first.
    pub page: Listing<Expense>,
    /// The sums over everything that fits, on this page or not.
    pub sums: ExpenseSums,
}

/// What expenses come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExpenseSums {
    /// Those that nobody has decided about.
    pub pending: Money,
    /// Those that count.
    pub approved: Money,
}

/// What was spent within some days, by approved expenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// The days; both belong to it.
    pub days: ExpenseDays,
    /// Each category that something was spent on, the dearest first.
    pub categories: Vec<CategorySpending>,
}

/// What was spent on one kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CategorySpending {
    /// On what.
    pub category: ExpenseCategory,
    /// How much.
    pub total: Money,
    /// How many expenses that were; at least one.
    pub count: i64,
}
