//! How figures are put together.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::{
    days::DayRange,
    model::{
        AlertCounts, AlertKind, BranchTakings, ComparedBranch, DayRevenue, SalesReport, SmartAlert, Takings,
        TakingsGroup, Totals, TrendPoint,
    },
    store::AlertBounds,
};
use crate::{
    branches::{Branch, BranchProgress, Site},
    payments::{Method, PaymentPurpose},
};
use base::vocabulary::{BranchId, Money, dates::days_later};

impl Totals {
    /// All of `branches` together.
    pub(super) fn of(branches: &[Branch]) -> Self {
        branches.iter().fold(Self::default(), Self::and)
    }

    fn and(self, branch: &Branch) -> Self {
        let figures = branch.figures;
        let progress = figures.progress.unwrap_or_default();
        let plus = |sum: Money, more: i64| total(sum, Money::from_minor(more));
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

/// The branch that earned most within the days first; equal ones by id.
pub(super) fn by_revenue_of_the_days(mut branches: Vec<ComparedBranch>) -> Vec<ComparedBranch> {
    branches.sort_by_key(|compared| (Reverse(compared.revenue), compared.branch.id));
    branches
}

/// Days that are soon, today included.
const SOON_DAYS: i64 = 3;
/// Days of the week that a warning looks ahead, today included.
const AHEAD_DAYS: i64 = 7;
/// As many coins, or fewer, are few: about a week of somebody who comes every other day.
const FEW_COINS: i32 = 3;

/// What counts as an alert on `today`.
pub(super) fn bounds(today: NaiveDate) -> AlertBounds {
    AlertBounds {
        today,
        soon: DayRange::beginning(today, SOON_DAYS).to,
        week: DayRange::beginning(today, AHEAD_DAYS).to,
        few_coins: FEW_COINS,
    }
}

/// The month that is under way, and what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MonthSpans {
    /// From the first of the month to today.
    pub(super) this_month: DayRange,
    /// The whole month before.
    pub(super) last_month: DayRange,
    /// Of the month before as many days as of this one, or all of them where it is too short.
    pub(super) same_days: DayRange,
}

impl MonthSpans {
    /// The months as they stand on `today`. A month that has just begun is not compared with a whole one: it would look like a
    /// loss until its last day.
    pub(super) fn at(today: NaiveDate) -> Self {
        let this_month = DayRange { to: today, ..DayRange::month_of(today) };
        let last_month = DayRange::month_of(days_later(this_month.from, -1));
        let same = DayRange::beginning(last_month.from, this_month.length());
        let same_days = DayRange { to: same.to.min(last_month.to), ..same };
        Self { this_month, last_month, same_days }
    }
}

/// The sum; the largest amount there is, in either direction, where it does not fit.
pub fn total(left: Money, right: Money) -> Money {
    Money::from_minor(left.minor().saturating_add(right.minor()))
}

/// The difference; the largest amount there is, in either direction, where it does not fit.
pub fn difference(left: Money, right: Money) -> Money {
    Money::from_minor(left.minor().saturating_sub(right.minor()))
}

/// All amounts together.
pub(super) fn sum(amounts: impl IntoIterator<Item = Money>) -> Money {
    amounts.into_iter().fold(Money::ZERO, total)
}

/// The amount that belongs to the branch; zero for one that is not listed.
pub(super) fn amount_of(amounts: &[(BranchId, Money)], branch: BranchId) -> Money {
    sum(amounts.iter().filter(|(listed, _)| *listed == branch).map(|(_, amount)| *amount))
}

/// A quotient of whole numbers, rounded to the nearest one, halves away from zero; none for a divisor that is not above zero.
fn rounded(dividend: i128, divisor: i128) -> Option<i128> {
    if divisor <= 0 {
        return None;
    }
    let half = divisor.checked_div(2)?;
    let moved = if dividend < 0 { dividend.saturating_sub(half) } else { dividend.saturating_add(half) };
    moved.checked_div(divisor)
}

/// What each of `days` days brought, to the smallest unit, halves away from zero; none for no days.
pub(super) fn a_day(revenue: Money, days: i64) -> Option<Money> {
    let each = rounded(revenue.minor().into(), days.into())?;
    Some(Money::from_minor(i64::try_from(each).unwrap_or(i64::MAX)))
}

/// By how many tenths of a percent `now` is above `before` (below it if negative), halves away from zero. None where nothing
/// was earned before: there is nothing to compare with.
pub fn change_in_tenths(before: Money, now: Money) -> Option<i32> {
    let (before, now) = (i128::from(before.minor()), i128::from(now.minor()));
    let tenths = rounded(now.saturating_sub(before).saturating_mul(1000), before)?;
    Some(i32::try_from(tenths).unwrap_or(if tenths < 0 { i32::MIN } else { i32::MAX }))
}

impl Takings {
    fn and(self, more: Self) -> Self {
        Self {
            payments: self.payments.saturating_add(more.payments),
            amount: total(self.amount, more.amount),
            discount: total(self.discount, more.discount),
        }
    }

    /// The sums of the groups that `fit`.
    pub fn of<'a>(
        groups: impl IntoIterator<Item = &'a TakingsGroup>,
        fit: impl Fn(&TakingsGroup) -> bool,
    ) -> Self {
        groups
            .into_iter()
            .filter(|group| fit(group))
            .fold(Self::default(), |sum, group| sum.and(group.takings))
    }

    /// What was paid in each way, in the order of the ways, also those in which nothing was.
    pub fn by_method(groups: &[TakingsGroup]) -> Vec<(Method, Self)> {
        let of = |method| Self::of(groups, |group| group.method == method);
        Method::ALL.iter().map(|method| (*method, of(*method))).collect()
    }

    /// What was paid for each purpose; those for which nothing was are left out.
    pub fn by_purpose(groups: &[TakingsGroup]) -> Vec<(PaymentPurpose, Self)> {
        let of = |purpose| Self::of(groups, |group| group.purpose == purpose);
        let all = PaymentPurpose::ALL.iter().map(|purpose| (*purpose, of(*purpose)));
        all.filter(|(_, takings)| takings.payments > 0).collect()
    }
}

impl SalesReport {
    /// What was paid in this way.
    pub fn paid_by(&self, method: Method) -> Money {
        Takings::of(&self.groups, |group| group.method == method).amount
    }
}

/// The branch that `text` names by its id or by its name, in any letter case; the first of several.
pub(super) fn site_named(sites: &[Site], text: &str) -> Option<BranchId> {
    let wanted = text.trim().to_lowercase();
    let is_meant = |site: &&Site| site.name.to_lowercase() == wanted || site.id.get().to_string() == wanted;
    sites.iter().find(is_meant).map(|site| site.id)
}

/// What each branch took, the one that took most first; those without payments are zero.
pub(super) fn takings_by_branch(sites: &[Site], groups: &[TakingsGroup]) -> Vec<BranchTakings> {
    let mut branches: Vec<BranchTakings> = sites
        .iter()
        .map(|site| BranchTakings {
            branch: site.id,
            name: site.name.clone(),
            takings: Takings::of(groups, |group| group.branch == site.id),
        })
        .collect();
    branches.sort_by_key(|branch| (Reverse(branch.takings.amount), branch.branch));
    branches
}

/// What each of `spans` brought; `days` are those with payments, in order, and each span ends before the next one begins.
pub(super) fn revenue_of(days: &[DayRevenue], spans: &[DayRange]) -> Vec<TrendPoint> {
    let mut rest = days.iter().peekable();
    let mut points = Vec::with_capacity(spans.len());
    for span in spans {
        while rest.next_if(|day| day.day < span.from).is_some() {}
        let mut revenue = Money::ZERO;
        while let Some(day) = rest.next_if(|day| day.day <= span.to) {
            revenue = total(revenue, day.revenue);
        }
        points.push(TrendPoint { days: *span, revenue });
    }
    points
}

impl AlertCounts {
    /// All branches together.
    pub(super) fn of(branches: &[(BranchId, Self)]) -> Self {
        branches.iter().fold(Self::default(), |sum, (_, more)| Self {
            expiring_today: sum.expiring_today.saturating_add(more.expiring_today),
            expiring_soon: sum.expiring_soon.saturating_add(more.expiring_soon),
            expiring_week: sum.expiring_week.saturating_add(more.expiring_week),
            low_coins: sum.low_coins.saturating_add(more.low_coins),
            pending_expenses: sum.pending_expenses.saturating_add(more.pending_expenses),
        })
    }

    const fn by_kind(self) -> [(AlertKind, i64); 4] {
        [
            (AlertKind::PendingExpenses, self.pending_expenses),
            (AlertKind::ExpiringToday, self.expiring_today),
            (AlertKind::ExpiringWeek, self.expiring_week),
            (AlertKind::LowCoins, self.low_coins),
        ]
    }
}

/// One alert for each branch and kind that is not zero, what matters most first, then by branch.
pub(super) fn alerts(
    sites: &[Site],
    branches: &[(BranchId, AlertCounts)],
    sales_below_price: i64,
) -> Vec<SmartAlert> {
    let mut alerts = Vec::new();
    if sales_below_price > 0 {
        let kind = AlertKind::SalesBelowPrice;
        alerts.push(SmartAlert { kind, count: sales_below_price, branch: None, branch_name: None });
    }
    for (branch, counts) in branches {
        let name = sites.iter().find(|site| site.id == *branch).map(|site| site.name.clone());
        let told = counts.by_kind().into_iter().filter(|(_, count)| *count > 0);
        alerts.extend(told.map(|(kind, count)| SmartAlert {
            kind,
            count,
            branch: Some(*branch),
            branch_name: name.clone(),
        }));
    }
    alerts.sort_by_key(|alert| (alert.kind, alert.branch));
    alerts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::branches::Figures;
    use base::vocabulary::{Day, GymId, Timestamp};

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

    fn day(text: &str) -> NaiveDate {
        Day::parse(text).unwrap().date()
    }
    fn money(minor: i64) -> Money {
        Money::from_minor(minor)
    }
    fn group(branch: i64, purpose: PaymentPurpose, method: Method, amount: i64) -> TakingsGroup {
        let takings = Takings { payments: 2, amount: money(amount), discount: money(5) };
        TakingsGroup { branch: BranchId::new(branch), purpose, method, takings }
    }
    fn site(id: i64) -> Site {
        Site { id: BranchId::new(id), name: format!("Branch {id}") }
    }

    #[test]
    fn takings_add_up_whichever_way_they_are_split() {
        let groups = [
            group(1, PaymentPurpose::Subscription, Method::Cash, 100),
            group(1, PaymentPurpose::Renewal, Method::Card, 40),
            group(2, PaymentPurpose::Reversal, Method::Cash, -30),
        ];
        let all = Takings::of(&groups, |_| true);
        assert_eq!((all.payments, all.amount, all.discount), (6, money(110), money(15)));
        let by_method = Takings::by_method(&groups);
        assert_eq!(by_method.iter().map(|(_, paid)| paid.amount.minor()).collect::<Vec<_>>(), [70, 40, 0]);
        let by_purpose = Takings::by_purpose(&groups);
        assert_eq!(
            by_purpose
                .iter()
                .map(|(purpose, paid)| (purpose.as_str(), paid.amount.minor()))
                .collect::<Vec<_>>(),
            [("subscription", 100), ("renewal", 40), ("reversal", -30)]
        );
        let by_branch = takings_by_branch(&[site(1), site(2), site(3)], &groups);
        let amounts: Vec<_> =
            by_branch.iter().map(|one| (one.branch.get(), one.takings.amount.minor())).collect();
        assert_eq!(amounts, [(1, 140), (3, 0), (2, -30)]);
    }

    #[test]
    fn a_branch_is_found_by_its_name_or_its_id() {
        let sites = [site(1), site(2)];
        assert_eq!(site_named(&sites, " BRANCH 2 "), Some(BranchId::new(2)));
        assert_eq!(site_named(&sites, "1"), Some(BranchId::new(1)));
        assert_eq!(site_named(&sites, "3"), None);
    }

    #[test]
    fn a_day_without_payments_is_zero_and_none_is_counted_twice() {
        let paid = |on: &str, minor| DayRevenue { day: day(on), revenue: money(minor) };
        let days =
            [paid("2026-04-01", 5), paid("2026-04-03", 7), paid("2026-04-04", -2), paid("2026-04-09", 9)];
        let range = |from: &str, to: &str| DayRange { from: day(from), to: day(to) };
        let each: Vec<DayRange> = range("2026-04-02", "2026-04-05").days().map(DayRange::day).collect();
        let revenue = |spans: &[DayRange]| {
            revenue_of(&days, spans).into_iter().map(|point| point.revenue.minor()).collect::<Vec<_>>()
        };
        assert_eq!(revenue(&each), [0, 7, -2, 0]);
        assert_eq!(revenue(&[range("2026-04-01", "2026-04-03"), range("2026-04-04", "2026-04-09")]), [12, 7]);
        assert!(revenue(&[]).is_empty());
    }

    #[test]
    fn a_month_is_compared_with_the_same_days_of_the_one_before() {
        let spans = |today: &str| {
            let MonthSpans { this_month, last_month, same_days } = MonthSpans::at(day(today));
            [this_month, last_month, same_days].map(|days| format!("{} {}", days.from, days.to))
        };
        assert_eq!(
            spans("2026-04-17"),
            ["2026-04-01 2026-04-17", "2026-03-01 2026-03-31", "2026-03-01 2026-03-17"]
        );
        assert_eq!(spans("2026-03-31")[2], "2026-02-01 2026-02-28");
        assert_eq!(
            spans("2026-01-01"),
            ["2026-01-01 2026-01-01", "2025-12-01 2025-12-31", "2025-12-01 2025-12-01"]
        );
    }

    #[test]
    fn what_ends_is_looked_for_three_and_seven_days_ahead() {
        let bounds = bounds(day("2026-04-29"));
        assert_eq!(
            (bounds.soon.to_string(), bounds.week.to_string()),
            ("2026-05-01".into(), "2026-05-05".into())
        );
    }

    #[test]
    fn a_change_is_told_in_tenths_of_a_percent() {
        for (before, now, tenths) in [
            (200, 300, 500),
            (300, 200, -333),
            (300, 100, -667),
            (8, 8, 0),
            (1, 0, -1000),
            (2000, 2001, 1),
            (2000, 1999, -1),
        ] {
            assert_eq!(change_in_tenths(money(before), money(now)), Some(tenths), "{before} {now}");
        }
        assert_eq!(change_in_tenths(money(0), money(5)), None);
        assert_eq!(change_in_tenths(money(-5), money(5)), None);
        assert_eq!(change_in_tenths(money(1), money(i64::MAX)), Some(i32::MAX));
        assert_eq!(change_in_tenths(money(1), money(i64::MIN)), Some(i32::MIN));
    }

    #[test]
    fn an_average_day_is_rounded_to_the_smallest_unit() {
        assert_eq!(a_day(money(100), 3), Some(money(33)));
        assert_eq!(a_day(money(5), 2), Some(money(3)));
        assert_eq!(a_day(money(-5), 2), Some(money(-3)));
        assert_eq!(a_day(money(i64::MAX), 1), Some(money(i64::MAX)));
        assert_eq!(a_day(money(5), 0), None);
    }

    #[test]
    fn an_alert_is_told_for_each_branch_where_there_is_one() {
        let of = |expiring_today, pending_expenses| AlertCounts {
            expiring_today,
            pending_expenses,
            ..AlertCounts::default()
        };
        let branches =
            [(BranchId::new(1), of(2, 0)), (BranchId::new(2), of(1, 3)), (BranchId::new(3), of(0, 0))];
        let sum = AlertCounts::of(&branches);
        assert_eq!((sum.expiring_today, sum.pending_expenses, sum.low_coins), (3, 3, 0));
        let told = alerts(&[site(1), site(2), site(3)], &branches, 4);
        let told: Vec<_> = told.iter().map(|one| (one.kind, one.count, one.branch_name.as_deref())).collect();
        assert_eq!(
            told,
            [
                (AlertKind::SalesBelowPrice, 4, None),
                (AlertKind::PendingExpenses, 3, Some("Branch 2")),
                (AlertKind::ExpiringToday, 2, Some("Branch 1")),
                (AlertKind::ExpiringToday, 1, Some("Branch 2")),
            ]
        );
        assert!(alerts(&[site(1)], &[], 0).is_empty());
    }

    proptest! {
        #[test]
        fn whatever_is_rounded_is_off_by_half_at_most(amount in -1_000_000_i64..1_000_000, days in 1_i64..500) {
            let each = a_day(money(amount), days).unwrap().minor();
            let off = each.saturating_mul(days).saturating_sub(amount).saturating_abs();
            prop_assert!(off.saturating_mul(2) <= days);
        }
    }
}
