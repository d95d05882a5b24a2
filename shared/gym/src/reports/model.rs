//! What a dashboard shows.

use crate::branches::{Branch, Window};
use base::vocabulary::Money;

/// A gym at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The days that the figures are about.
    pub window: Window,
    /// The sums over all of `branches`.
    pub totals: Totals,
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
