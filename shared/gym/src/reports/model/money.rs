//! Money that was taken, payment by payment and added up.

use chrono::NaiveDate;

use super::Totals;
use crate::{
    payments::{Method, PaymentPurpose},
    reports::days::DayRange,
};
use base::vocabulary::{BranchId, CustomerId, Line, Money, PaymentId, ServiceId, Timestamp, words};

/// Which payments a report is about; all of it must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SalesFilter {
    /// Only what was paid in this way.
    pub method: Option<Method>,
    /// Only what was paid for a subscription to this service.
    pub service: Option<ServiceId>,
    /// Only what was paid for a subscription to a service that is called so now, in any letter case.
    pub service_name: Option<Line>,
}

/// Some payments, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Takings {
    /// Payments, those that went back included.
    pub payments: i64,
    /// What was taken, net.
    pub amount: Money,
    /// What was taken off full prices.
    pub discount: Money,
}

/// The payments of one branch that were for the same purpose and in the same way, added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakingsGroup {
    /// The branch whose till they went into.
    pub branch: BranchId,
    /// What was paid for.
    pub purpose: PaymentPurpose,
    /// How it was paid.
    pub method: Method,
    /// The sums.
    pub takings: Takings,
}

/// What was paid for subscriptions to one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceTakings {
    /// The service; none for what was paid for no subscription.
    pub service: Option<ServiceId>,
    /// What it is called now.
    pub name: Option<String>,
    /// The sums; discounts are not among them.
    pub takings: Takings,
}

/// A branch by name, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchTakings {
    /// The branch.
    pub branch: BranchId,
    /// What it is called.
    pub name: String,
    /// The sums.
    pub takings: Takings,
}

/// One payment, as a ledger shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesLine {
    /// The payment.
    pub id: PaymentId,
    /// Its number at the branch.
    pub receipt_number: i64,
    /// The branch whose till it went into.
    pub branch: BranchId,
    /// What the branch is called.
    pub branch_name: String,
    /// Who paid; none for somebody who is no customer.
    pub customer: Option<CustomerId>,
    /// Their name, as it is now.
    pub customer_name: Option<String>,
    /// What the service was called at the sale; none for what was paid for no subscription.
    pub service_name: Option<String>,
    /// What was paid for.
    pub purpose: PaymentPurpose,
    /// How it was paid.
    pub method: Method,
    /// Net of discount; below zero when it went back.
    pub amount: Money,
    /// What was taken off the full price.
    pub discount: Money,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The day that it counts for.
    pub business_day: NaiveDate,
    /// The name of who took it.
    pub taken_by: String,
}

/// What some branches took within some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalesReport {
    /// The days.
    pub days: DayRange,
    /// All payments that the filter leaves.
    pub total: Takings,
    /// The same, by branch, purpose and method.
    pub groups: Vec<TakingsGroup>,
    /// Some of the payments, the last first.
    pub lines: Vec<SalesLine>,
}

/// What happened at some branches on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyReport {
    /// What was taken.
    pub sales: SalesReport,
    /// What was sold, and who came.
    pub traffic: Traffic,
}

/// What was sold and who came within some days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Subscriptions sold, paid or not; renewals are none.
    pub subscriptions: i64,
    /// People let in, each time.
    pub check_ins: i64,
}

/// Where money came from within some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevenueReport {
    /// The days.
    pub days: DayRange,
    /// All payments.
    pub total: Takings,
    /// Approved expenses.
    pub expenses: Money,
    /// The same as `total`, by branch, purpose and method.
    pub groups: Vec<TakingsGroup>,
    /// The same, by branch: each one in view, also without payments, the one that took most first.
    pub by_branch: Vec<BranchTakings>,
    /// The same, by service, the one that brought most first.
    pub by_service: Vec<ServiceTakings>,
    /// How large the branches are now.
    pub standing: Totals,
}

words! {
    /// What revenue may be split by.
    pub enum RevenueSplit {
        /// The branch whose till it went into.
        Branch = "branch",
        /// The service whose subscription was paid for.
        Service = "service",
        /// How it was paid.
        Method = "method" | "payment_method",
        /// What was paid for.
        Type = "type" | "transaction_type",
    }
}

/// What one day came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRevenue {
    /// The day.
    pub day: NaiveDate,
    /// Net revenue.
    pub revenue: Money,
}

/// A week or a month, day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanReport {
    /// The days, those to come included.
    pub days: DayRange,
    /// Net revenue.
    pub revenue: Money,
    /// Approved expenses.
    pub expenses: Money,
    /// Payments, those that went back included.
    pub payments: i64,
    /// Revenue by day that has begun, rounded to the smallest unit, halves away from zero; none before the first day.
    pub revenue_a_day: Option<Money>,
    /// Each of the days; those without payments are zero.
    pub daily: Vec<DayRevenue>,
}

/// One point of a trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrendPoint {
    /// The days that it is about.
    pub days: DayRange,
    /// Net revenue.
    pub revenue: Money,
}

/// A point of one day.
impl From<TrendPoint> for DayRevenue {
    fn from(point: TrendPoint) -> Self {
        Self { day: point.days.from, revenue: point.revenue }
    }
}
