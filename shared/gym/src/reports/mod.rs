//! The figures of a gym, counted from what happened.
//!
//! Revenue has one definition: the sum of `payments.amount_minor` by `business_day`. Postgres keeps it added up, in the transaction
//! of the payment itself: by branch and day in the view `revenue`; split by purpose, method and service in `payment_days`; by
//! person in `staff_days`. All are sums of the same rows by the same days, so that two screens cannot disagree. Money that went
//! back is below zero and takes off on the day on which it went. An expense counts once it is approved, on its `business_day`.
//!
//! Every report is about the branches that its reader sees, and takes the same few statements however many there are. What the
//! gym cannot know (who stays because of whom, who is still inside) is none, never a made-up number.

mod comparison;
mod dashboards;
mod days;
mod model;
mod rules;
mod sales;
mod sight;
mod store;

pub use comparison::{compare_branches, employees, performance};
pub use dashboards::{accountant_board, alerts, board, overview};
pub use days::{AskedDays, DayRange, TrendPeriod};
pub use model::{
    AccountantBoard, AlertCounts, AlertKind, Alerts, BranchActivity, BranchPerformance, BranchTakings,
    ComparedBranch, DailyReport, DayRevenue, EmployeePerformance, ManagerBoard, MonthsCompared, Overview,
    RevenueReport, RevenueSplit, SalesFilter, SalesLine, SalesReport, ServiceTakings, SmartAlert, SpanReport,
    Takings, TakingsGroup, Totals, Traffic, TrendPoint,
};
pub use rules::{change_in_tenths, difference, total};
pub use sales::{AskedBranch, daily, daily_sales, monthly, revenue, trend, weekly};
