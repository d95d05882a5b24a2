//! What a dashboard or a report shows. Days are the gym's; amounts are net of discount, and what went back is taken off.

mod money;

pub use money::{
    BranchTakings, DailyReport, DayRevenue, RevenueReport, RevenueSplit, SalesFilter, SalesLine, SalesReport,
    ServiceTakings, SpanReport, Takings, TakingsGroup, Traffic, TrendPoint,
};

use super::days::DayRange;
use crate::branches::{Branch, Window};
use base::{
    access::Role,
    vocabulary::{BranchId, Money, ServiceId, StaffId},
};

/// A gym at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The days that the figures are about.
    pub window: Window,
    /// The sums over all of `branches`.
    pub totals: Totals,
    /// Approved expenses of the window.
    pub expenses: Money,
    /// Sales below their price within the window, at most a thousand.
    pub sales_below_price: i64,
    /// Each branch, the one that earned most first.
    pub branches: Vec<Branch>,
}

/// Sums over several branches; days are the gym's, revenue is net of discount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Branches, open or not.
    pub branches: i64,
    /// Branches that are open for business.
    pub active_branches: i64,
    /// Active customers of these branches.
    pub customers: i64,
    /// Of those, registered today.
    pub customers_today: i64,
    /// Of those, registered since the first of the month.
    pub customers_this_month: i64,
    /// Subscriptions that are good for today.
    pub active_subscriptions: i64,
    /// Active staff users with a home branch.
    pub staff: i64,
    /// Net revenue of the window.
    pub revenue: Money,
    /// Net revenue of today.
    pub revenue_today: Money,
    /// Net revenue since the first of the month.
    pub revenue_this_month: Money,
}

/// A branch beside the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedBranch {
    /// The branch as it stands now.
    pub branch: Branch,
    /// Net revenue of the days.
    pub revenue: Money,
    /// Net revenue of as many days before them.
    pub revenue_before: Money,
    /// Approved expenses of the days.
    pub expenses: Money,
}

/// Somebody who works here, and what they took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeePerformance {
    /// The staff user.
    pub staff: StaffId,
    /// Sign-in name.
    pub username: String,
    /// The full name.
    pub full_name: String,
    /// What they are.
    pub role: Role,
    /// Home branch, for roles that have one.
    pub branch: Option<BranchId>,
    /// What that branch is called.
    pub branch_name: Option<String>,
    /// Phone number, if one is known.
    pub phone: Option<String>,
    /// E-mail address, if one is known.
    pub email: Option<String>,
    /// Whether they may sign in.
    pub is_active: bool,
    /// What they took at these branches; discounts are not among the sums.
    pub takings: Takings,
    /// Different customers to whom they sold a subscription that renews none.
    pub customers_signed: i64,
}

/// What asks to be looked at, at one branch or at several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlertCounts {
    /// Subscriptions that are good for today, and today is their last day.
    pub expiring_today: i64,
    /// Subscriptions that are good for today, and their last day is one of three, today included.
    pub expiring_soon: i64,
    /// Subscriptions that are good for today, and their last day is one of seven, today included.
    pub expiring_week: i64,
    /// Passes of coins that are good for today, and have at most three coins left.
    pub low_coins: i64,
    /// Expenses that nobody has decided on.
    pub pending_expenses: i64,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlertKind {
    /// Sales below their price.
    SalesBelowPrice,
    /// Expenses that nobody has decided on.
    PendingExpenses,
    /// Subscriptions whose last day is today.
    ExpiringToday,
    /// Subscriptions whose last day is one of seven, today included.
    ExpiringWeek,
    /// Passes with few coins left.
    LowCoins,
}

/// Something that asks to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmartAlert {
    /// What it is about.
    pub kind: AlertKind,
    /// How many there are, at least one.
    pub count: i64,
    /// Where; none for what is counted over all branches together.
    pub branch: Option<BranchId>,
    /// What that branch is called.
    pub branch_name: Option<String>,
}

/// Everything that asks to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerts {
    /// All branches in view together.
    pub counts: AlertCounts,
    /// One for each branch and kind that is not zero, what matters most first.
    pub alerts: Vec<SmartAlert>,
}

/// What an accountant looks at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountantBoard {
    /// What was taken today.
    pub today: Takings,
    /// The same, by branch, purpose and method.
    pub today_by: Vec<TakingsGroup>,
    /// The month that is under way, and the one before.
    pub months: MonthsCompared,
    /// Approved expenses of the month.
    pub expenses: Money,
    /// Expenses of this month that nobody has decided on.
    pub pending_expenses: i64,
}

/// The month that is under way beside the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthsCompared {
    /// Net revenue since the first of the month.
    pub revenue: Money,
    /// Net revenue of the whole month before.
    pub last_month: Money,
    /// Net revenue of the month before up to the same day of it, or up to its end.
    pub same_days: Money,
}

/// A branch as its manager looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagerBoard {
    /// How large the branches are, and what they took within thirty days.
    pub totals: Totals,
    /// Net revenue of the last seven days, today included.
    pub revenue_of_the_week: Money,
    /// What asks to be looked at.
    pub alerts: AlertCounts,
}

/// How one branch is doing: within the last thirty days, where nothing else is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchPerformance {
    /// The days.
    pub days: DayRange,
    /// The branch as it stands now.
    pub branch: Branch,
    /// What asks to be looked at.
    pub alerts: AlertCounts,
    /// What happened.
    pub activity: BranchActivity,
    /// What was paid for each service.
    pub by_service: Vec<ServiceTakings>,
    /// How many different customers paid for each service.
    pub payers: Vec<(ServiceId, i64)>,
    /// Everybody who works here, and what they took.
    pub staff: Vec<EmployeePerformance>,
}

/// What happened at one branch, and what is left of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BranchActivity {
    /// People let in within the days, each time.
    pub check_ins: i64,
    /// People let in today, each time.
    pub check_ins_today: i64,
    /// Active customers who registered within the days.
    pub new_customers: i64,
    /// Active customers who hold a subscription that is good for today.
    pub active_members: i64,
    /// Subscriptions that are over, by date or because nothing is left.
    pub expired_subscriptions: i64,
    /// Subscriptions that rest today.
    pub frozen_subscriptions: i64,
}
