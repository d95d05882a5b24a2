//! Whether coins or sessions may be taken.

use chrono::NaiveDate;

use super::super::{
    model::{Held, Unit},
    rules::NotNow,
};
use base::refusals;

refusals! {
    /// Nothing is left of a subscription, whether it is asked for at the desk or at the door.
    pub enum NoneLeft {
        /// No coins are left.
        Coins => Rejected, "NO_COINS_REMAINING",
            en: "No coins remaining",
            ar: "لا توجد عملات متبقية";
        /// No sessions are left.
        Sessions => Rejected, "NO_SESSIONS_REMAINING",
            en: "No sessions remaining",
            ar: "لا توجد حصص متبقية";
    }
}

impl From<Unit> for NoneLeft {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Coins => Self::Coins,
            Unit::Sessions => Self::Sessions,
        }
    }
}

refusals! {
    /// Why nothing was taken.
    pub enum SpendRefused {
        /// It counts days, not coins or sessions.
        NothingToCount => Rejected, "NOTHING_TO_DEDUCT",
            en: "This subscription counts days; there is nothing to deduct",
            ar: "هذا الاشتراك يحتسب بالأيام ولا يوجد ما يخصم منه";
        /// Fewer coins are left than were asked for.
        TooFewCoins {
            /// How many are left.
            left: i32,
        } => Rejected, "NOT_ENOUGH_COINS",
            en: "Not enough coins: {left} remaining",
            ar: "العملات غير كافية، المتبقي {left}";
        /// Fewer sessions are left than were asked for.
        TooFewSessions {
            /// How many are left.
            left: i32,
        } => Rejected, "NOT_ENOUGH_SESSIONS",
            en: "Not enough sessions: {left} remaining",
            ar: "الحصص غير كافية، المتبقي {left}";
        /// In every try, somebody else changed the subscription first.
        Busy => Unavailable, "SUBSCRIPTION_BUSY",
            en: "The subscription is being changed; please try again",
            ar: "يجري تعديل الاشتراك، يرجى المحاولة مرة أخرى";
    } or {
        /// Nothing is left of what it counts.
        NoneLeft(NoneLeft),
        /// The status stands in the way.
        NotNow(NotNow),
    }
}

/// Whether so much is left, whatever the status.
pub(in super::super) fn has_enough(held: &Held, amount: i32) -> Result<(), SpendRefused> {
    let (Some(unit), Some(left)) = (held.kind.unit(), held.standing.remaining) else {
        return Err(SpendRefused::NothingToCount);
    };
    match unit {
        _ if left == 0 => Err(NoneLeft::from(unit).into()),
        _ if amount <= left => Ok(()),
        Unit::Coins => Err(SpendRefused::TooFewCoins { left }),
        Unit::Sessions => Err(SpendRefused::TooFewSessions { left }),
    }
}

/// Decides whether `amount` may be taken. That nothing is left is said before anything else, as the source documents do.
pub(super) fn may_spend(held: &Held, amount: i32, today: NaiveDate) -> Result<(), SpendRefused> {
    match has_enough(held, amount) {
        Err(refused @ (SpendRefused::NothingToCount | SpendRefused::NoneLeft(_))) => Err(refused),
        enough => {
            NotNow::of(held.status(today))?;
            enough
        }
    }
}
