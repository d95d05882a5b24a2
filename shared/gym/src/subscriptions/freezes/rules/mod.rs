//! Whether a subscription may be frozen, unfrozen or stopped, and what becomes of its dates.

use chrono::NaiveDate;

use super::super::{
    count::FreezeDays,
    model::{FreezeSpan, Held, Status},
    rules::NotNow,
};
use base::{
    refusals,
    vocabulary::dates::{add_days, days_later},
};

/// The dates and counters of a subscription after it was frozen or unfrozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rested {
    pub(super) freeze: Option<FreezeSpan>,
    pub(super) ends_on: Option<NaiveDate>,
    pub(super) freezes_used: i32,
    pub(super) freeze_days_used: i32,
}

/// Freezes from today for so many days; the end moves by as many.
pub(super) fn freeze(held: &Held, days: FreezeDays, today: NaiveDate) -> Result<Rested, RestRefused> {
    match NotNow::of(held.status(today)) {
        Ok(()) => {}
        Err(NotNow::Frozen) => return Err(RestRefused::AlreadyFrozen),
        Err(not_now) => return Err(not_now.into()),
    }
    // Begun on a day that is still to come where the gym moved to, in a time zone further west.
    if held.standing.freeze.is_some_and(|freeze| freeze.from > today) {
        return Err(RestRefused::AlreadyFrozen);
    }
    let policy = held.freezing;
    if policy.max_freezes <= 0 || policy.max_days <= 0 {
        return Err(RestRefused::FreezingNotIncluded);
    }
    if policy.used >= policy.max_freezes {
        return Err(RestRefused::NoFreezesLeft);
    }
    let left = policy.max_days.saturating_sub(policy.days_used).max(0);
    if days.get() > left {
        return Err(RestRefused::TooManyDays { left });
    }
    let count = i64::from(days.get());
    let until = add_days(today, count.saturating_sub(1)).ok_or(RestRefused::TooManyDays { left })?;
    let ends_on = match held.standing.ends_on {
        Some(last) => Some(add_days(last, count).ok_or(RestRefused::TooManyDays { left })?),
        None => None,
    };
    Ok(Rested {
        freeze: Some(FreezeSpan { from: today, until }),
        ends_on,
        freezes_used: policy.used.saturating_add(1),
        freeze_days_used: policy.days_used.saturating_add(days.get()),
    })
}

/// Ends a freeze today: the frozen days from today on were not used and are given back. A freeze that is ended on its
/// first day does not count as one.
pub(super) fn unfreeze(held: &Held, today: NaiveDate) -> Result<Rested, RestRefused> {
    let freeze = match (held.status(today), held.standing.freeze) {
        (Status::Frozen, Some(freeze)) => freeze,
        (Status::Stopped, _) => return Err(NotNow::Stopped.into()),
        (Status::Frozen | Status::Active | Status::Expired | Status::Pending, _) => {
            return Err(RestRefused::NotFrozen);
        }
    };
    let unused = freeze.until.signed_duration_since(today).num_days().saturating_add(1);
    let given_back = i32::try_from(unused).unwrap_or(0);
    let yesterday = add_days(today, -1).filter(|day| *day >= freeze.from);
    Ok(Rested {
        freeze: yesterday.map(|until| FreezeSpan { from: freeze.from, until }),
        ends_on: held
            .standing
            .ends_on
            .map(|last| days_later(last, unused.saturating_neg()).max(held.standing.starts_on)),
        freezes_used: held.freezing.used.saturating_sub(i32::from(yesterday.is_none())).max(0),
        freeze_days_used: held.freezing.days_used.saturating_sub(given_back).max(0),
    })
}

/// Whether it may be ended by hand.
pub(super) fn stop(held: &Held, today: NaiveDate) -> Result<(), RestRefused> {
    match held.status(today) {
        Status::Active | Status::Frozen | Status::Pending => Ok(()),
        Status::Stopped => Err(RestRefused::AlreadyStopped),
        Status::Expired => Err(NotNow::Expired.into()),
    }
}

refusals! {
    /// Why nothing is frozen, unfrozen or stopped.
    pub enum RestRefused {
        /// It is frozen today already.
        AlreadyFrozen => Conflict, "ALREADY_FROZEN",
            en: "The subscription is already frozen",
            ar: "الاشتراك مجمد بالفعل";
        /// It is not frozen today.
        NotFrozen => Conflict, "NOT_FROZEN",
            en: "The subscription is not frozen",
            ar: "الاشتراك غير مجمد";
        /// It was ended already.
        AlreadyStopped => Conflict, "ALREADY_STOPPED",
            en: "The subscription was already stopped",
            ar: "الاشتراك موقوف بالفعل";
        /// It was sold without freezes.
        FreezingNotIncluded => Conflict, "FREEZE_NOT_ALLOWED",
            en: "This subscription cannot be frozen",
            ar: "هذا الاشتراك لا يقبل التجميد";
        /// Every freeze was used.
        NoFreezesLeft => Conflict, "NO_FREEZES_LEFT",
            en: "Every freeze of this subscription was used",
            ar: "استنفدت مرات التجميد المتاحة";
        /// More days than are left.
        TooManyDays {
            /// Days that may still be frozen.
            left: i32,
        } => Conflict, "TOO_MANY_FREEZE_DAYS",
            en: "Only {left} freeze days are left",
            ar: "أيام التجميد المتبقية {left} فقط";
    } or {
        /// The status stands in the way.
        NotNow(NotNow),
    }
}

#[cfg(test)]
mod tests;
