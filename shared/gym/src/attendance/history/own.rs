//! What members see of their own coming and going, and of the crowd.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use super::{EntrySpan, store};
use crate::attendance::model::Entry;
use base::{
    Error,
    access::Me,
    platform::db::Db,
    vocabulary::{Listing, Page, Timestamp, page::COUNTED_MOST, words},
};

/// Entries of the last hour from which a branch is no longer quiet.
pub const MODERATE_FROM: i64 = 10;
/// Entries of the last hour from which a branch is busy.
pub const BUSY_FROM: i64 = 30;
/// How many days back the visits are read for counting days in a row.
const STREAK_DAYS: i64 = 366;

words! {
    /// How full a branch is.
    pub enum Level {
        /// Fewer than [`MODERATE_FROM`] admitted entries in the last hour.
        Quiet = "quiet",
        /// From [`MODERATE_FROM`] to below [`BUSY_FROM`] admitted entries in the last hour.
        Moderate = "moderate",
        /// [`BUSY_FROM`] admitted entries in the last hour, or more.
        Busy = "busy",
    }
}

impl Level {
    /// The level after so many entries in an hour.
    pub const fn of(entries: i64) -> Self {
        if entries >= BUSY_FROM {
            Self::Busy
        } else if entries >= MODERATE_FROM {
            Self::Moderate
        } else {
            Self::Quiet
        }
    }
}

/// How full a member's branch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// How full it is, as one of three words.
    pub level: Level,
    /// Admitted entries of the last hour.
    pub entries_last_hour: i64,
}

/// A member's visits in numbers; days and months are the gym's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnStats {
    /// Visits ever, at most [`COUNTED_MOST`].
    pub visits: i64,
    /// Visits since the first of this month.
    pub visits_this_month: i64,
    /// Visits of the last seven days, today included.
    pub visits_this_week: i64,
    /// Days in a row with a visit, up to today or yesterday.
    pub streak_days: i64,
    /// When they were last let in; none for somebody who never was.
    pub last_visit_at: Option<Timestamp>,
    /// Coins and sessions that visits have taken.
    pub spent: i64,
}

/// Lists a member's own entries, newest first, denials too.
pub async fn list_own(db: &Db, me: &Me, page: Page) -> Result<Listing<Entry>, Error> {
    let mut conn = db.conn().await?;
    let everything = EntrySpan { since: None, before: None, status: None };
    store::list_of_customer(conn.get(), &me.scope(), me.customer(), &everything, page).await
}

/// A member's visits in numbers.
pub async fn own_stats(db: &Db, me: &Me) -> Result<OwnStats, Error> {
    let mut conn = db.conn().await?;
    let calendar = me.calendar();
    let today = calendar.today(me.now());
    let since = today.checked_sub_signed(TimeDelta::days(STREAK_DAYS)).unwrap_or(today);
    let since = calendar.day_start(since);
    let sum = store::find_sum_of_visits(conn.get(), me.customer(), since, COUNTED_MOST).await?;
    let days: Vec<NaiveDate> = sum.recent.iter().map(|at| calendar.today(*at)).collect();
    let from = |first: NaiveDate| count(days.iter().filter(|day| **day >= first));
    Ok(OwnStats {
        visits: sum.visits,
        visits_this_month: from(today.with_day(1).unwrap_or(today)),
        visits_this_week: from(today.checked_sub_signed(TimeDelta::days(6)).unwrap_or(today)),
        streak_days: streak(&days, today),
        last_visit_at: sum.last_at,
        spent: sum.spent,
    })
}

/// How full the member's branch is.
pub async fn branch_activity(db: &Db, me: &Me) -> Result<Crowd, Error> {
    let mut conn = db.conn().await?;
    let since = me.now().checked_sub_signed(TimeDelta::hours(1)).unwrap_or(me.now());
    let entries_last_hour = store::count_admitted(conn.get(), me.branch(), since, COUNTED_MOST).await?;
    Ok(Crowd { level: Level::of(entries_last_hour), entries_last_hour })
}

fn count(items: impl Iterator) -> i64 {
    i64::try_from(items.count()).unwrap_or(i64::MAX)
}

/// Days in a row with a visit. Today without a visit does not break the row, for today is not over.
fn streak(days: &[NaiveDate], today: NaiveDate) -> i64 {
    let visited: BTreeSet<NaiveDate> = days.iter().copied().collect();
    let start = if visited.contains(&today) { Some(today) } else { today.pred_opt() };
    count(std::iter::successors(start, NaiveDate::pred_opt).take_while(|day| visited.contains(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_levels_begin_at_their_thresholds() {
        let levels = [0, 9, 10, 29, 30, 5000].map(|entries| Level::of(entries).as_str());
        assert_eq!(levels, ["quiet", "quiet", "moderate", "moderate", "busy", "busy"]);
    }

    #[test]
    fn a_row_of_days_survives_until_a_day_is_over() {
        let day = |number| NaiveDate::from_ymd_opt(2026, 4, number).unwrap();
        assert_eq!(streak(&[day(15), day(16), day(16), day(17)], day(17)), 3);
        assert_eq!(streak(&[day(15), day(16)], day(17)), 2);
        assert_eq!(streak(&[day(15)], day(17)), 0);
        assert_eq!(streak(&[day(13), day(15), day(16)], day(17)), 2);
        assert_eq!(streak(&[], day(17)), 0);
    }
}
