//! How figures are put together.

use std::cmp::Reverse;

use super::model::Totals;
use crate::branches::{Branch, BranchProgress};
use base::vocabulary::Money;

impl Totals {
    /// All of `branches` together.
    pub(super) fn of(branches: &[Branch]) -> Self {
        branches.iter().fold(Self::default(), Self::and)
    }

    fn and(self, branch: &Branch) -> Self {
        let figures = branch.figures;
        let progress = figures.progress.unwrap_or_default();
        let plus = |sum: Money, more: i64| Money::from_minor(sum.minor().saturating_add(more));
        Self {
            branches: self.branches.saturating_add(1),
            active_branches: self.active_branches.saturating_add(i64::from(branch.is_active)),
            customers: self.customers.saturating_add(figures.customers),
            customers_today: self.customers_today.saturating_add(progress.customers_today),
            customers_this_month: self.customers_this_month.saturating_add(progress.customers_this_month),
            active_subscriptions: self.active_subscriptions.saturating_add(figures.active_subscriptions),
            staff: self.staff.saturating_add(figures.staff),
            revenue: plus(self.revenue, progress.revenue),
            revenue_today: plus(self.revenue_today, progress.revenue_today),
            revenue_this_month: plus(self.revenue_this_month, progress.revenue_this_month),
        }
    }
}

/// The branch that earned most first; equal ones by id.
pub(super) fn by_revenue(branches: &mut [Branch]) {
    branches.sort_by_key(|branch| {
        let progress: BranchProgress = branch.figures.progress.unwrap_or_default();
        (Reverse(progress.revenue), branch.id)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::branches::Figures;
    use base::vocabulary::{BranchId, GymId, Timestamp};

    fn branch(id: i64, revenue: i64) -> Branch {
        Branch {
            id: BranchId::new(id),
            gym: GymId::new(1),
            name: format!("Branch {id}"),
            code: format!("B{id}"),
            city: None,
            address: None,
            location: None,
            phone: None,
            is_active: id != 3,
            created_at: Timestamp::UNIX_EPOCH,
            manager: None,
            figures: Figures {
                customers: 10,
                active_subscriptions: 7,
                staff: 4,
                progress: Some(BranchProgress {
                    revenue,
                    revenue_today: 5,
                    revenue_this_month: -6,
                    customers_today: 1,
                    customers_this_month: 2,
                }),
            },
        }
    }

    #[test]
    fn totals_are_the_sum_of_the_branches() {
        let totals = Totals::of(&[branch(1, 100), branch(2, -30), branch(3, 0)]);
        assert_eq!((totals.branches, totals.active_branches, totals.customers), (3, 2, 30));
        assert_eq!((totals.customers_today, totals.customers_this_month), (3, 6));
        assert_eq!((totals.active_subscriptions, totals.staff), (21, 12));
        assert_eq!(totals.revenue, Money::from_minor(70));
        assert_eq!((totals.revenue_today.minor(), totals.revenue_this_month.minor()), (15, -18));
        assert_eq!(Totals::of(&[]), Totals::default());
    }

    #[test]
    fn who_earned_most_comes_first() {
        let mut branches = [branch(1, 5), branch(2, 9), branch(3, 9)];
        by_revenue(&mut branches);
        assert_eq!(branches.map(|branch| branch.id.get()), [2, 3, 1]);
    }
}
