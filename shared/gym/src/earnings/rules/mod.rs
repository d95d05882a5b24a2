//! How far a subscription is delivered, and which month may be closed.

use std::cmp::Ordering;

use base::{
    refusals,
    vocabulary::{Day, Money, Month, dates::days_later},
};
use chrono::NaiveDate;

use super::model::{Delivered, Life, Lot};

refusals! {
    /// Why nothing is told of a day.
    pub enum UnearnedRefused {
        /// The day is still to come, in the gym's calendar.
        ToCome => Invalid of "date", "DAY_STILL_TO_COME",
            en: "This day is still to come",
            ar: "هذا اليوم لم يأت بعد";
    }
}

refusals! {
    /// Why a month is not closed.
    pub enum MonthRefused {
        /// Nothing was ever posted, or not before this month was over.
        NothingToClose => Conflict, "NOTHING_TO_CLOSE",
            en: "There is nothing to close before this month",
            ar: "لا توجد حركات لإغلاقها حتى هذا الشهر";
        /// Its last day is not over, in the gym's calendar.
        NotOver => Conflict, "MONTH_NOT_OVER",
            en: "The month is not over yet",
            ar: "لم ينته الشهر بعد";
        /// It was closed before.
        AlreadyClosed => Conflict, "MONTH_ALREADY_CLOSED",
            en: "This month was closed already",
            ar: "تم إغلاق هذا الشهر بالفعل";
        /// An earlier one is to be closed first, or is being closed.
        EarlierOpen {
            /// The month that comes first.
            month: Month,
        } => Conflict, "EARLIER_MONTH_OPEN",
            en: "{month} has to be closed first",
            ar: "يجب إغلاق شهر \u{2066}{month}\u{2069} أولًا";
        /// Money moved on a day that nobody closed.
        DayOpen {
            /// The earliest such day.
            day: NaiveDate,
        } => Conflict, "MONTH_HAS_OPEN_DAYS",
            en: "{day} is not closed at every branch",
            ar: "يوم \u{2066}{day}\u{2069} غير مغلق في كل الفروع";
    }
}

/// The day that is asked about: today, if none is named; none that is still to come.
pub(super) fn begun(day: Option<Day>, today: NaiveDate) -> Result<NaiveDate, UnearnedRefused> {
    let day = day.map_or(today, Day::date);
    if day > today { Err(UnearnedRefused::ToCome) } else { Ok(day) }
}

/// Whether `month` may be closed when `next` is the one that comes next.
pub(super) fn may_close(month: Month, next: Option<Month>, today: NaiveDate) -> Result<(), MonthRefused> {
    if month.last() >= today {
        return Err(MonthRefused::NotOver);
    }
    let next = next.ok_or(MonthRefused::NothingToClose)?;
    match month.cmp(&next) {
        Ordering::Less => Err(MonthRefused::AlreadyClosed),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(MonthRefused::EarlierOpen { month: next }),
    }
}

/// How far a subscription is delivered at the end of `until`.
///
/// Time is delivered by the day: frozen days are none, the day of a stop is one. What is counted is delivered by use. What
/// was sold first is delivered first, each lot at its own price. What is left at the end, or was taken back before it was
/// used, is forfeited; money that is given back is no matter here, because refunds have an account of their own. Parts of
/// the smallest unit are left for the last day or unit, so that a life adds up to its price.
pub fn delivered(life: &Life, until: NaiveDate) -> Delivered {
    let is_over = [life.stopped_on, life.ends_on].into_iter().flatten().any(|end| end <= until);
    let known = shares(life, until);
    let (earned, gone) = known.unwrap_or_default();
    let earned = earned.clamp(0, life.paid.minor().max(0));
    let gone = if is_over { life.paid.minor() } else { gone.clamp(earned, life.paid.minor().max(earned)) };
    let money = |minor: i64| Money::from_minor(minor);
    Delivered {
        earned: money(earned),
        forfeited: money(gone.saturating_sub(earned)),
        unearned: money(life.paid.minor().saturating_sub(gone)),
        is_known: known.is_some(),
    }
}

/// What was earned, and what was earned or given up; nothing if it is not known what was sold.
fn shares(life: &Life, until: NaiveDate) -> Option<(i64, i64)> {
    if life.is_counted {
        let used = life.units_gone.saturating_sub(life.units_taken_back);
        let of = |lot: &Lot| lot.units;
        return Some((worth(&life.lots, of, used)?, worth(&life.lots, of, life.units_gone)?));
    }
    let last = [life.stopped_on, life.ends_on].into_iter().flatten().fold(until, NaiveDate::min);
    let days = days_later(last, 1).signed_duration_since(life.starts_on).num_days();
    let worth = worth(&life.lots, |lot| lot.days, days.saturating_sub(life.frozen_days))?;
    Some((worth, worth))
}

/// What the first so many days or units of the lots cost.
fn worth(lots: &[Lot], size: impl Fn(&Lot) -> Option<i64>, delivered: i64) -> Option<i64> {
    let mut left = delivered.max(0);
    let mut sum = 0_i64;
    for lot in lots {
        let size = size(lot).filter(|size| *size > 0);
        let Some(size) = size else {
            // Nothing was paid for nothing.
            if lot.price == Money::ZERO {
                continue;
            }
            return None;
        };
        let taken = left.min(size);
        left = left.saturating_sub(taken);
        let share =
            i128::from(lot.price.minor()).checked_mul(i128::from(taken))?.checked_div(i128::from(size))?;
        sum = sum.checked_add(i64::try_from(share).ok()?)?;
    }
    Some(sum)
}

#[cfg(test)]
mod tests;
