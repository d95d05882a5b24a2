//! Whether coins or sessions may be taken.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::super::{
    model::{Held, Unit},
    rules::NotNow,
};
use crate::{
    error::{Refusal, RefusalKind, Text},
    vocabulary::Language,
};

/// Why nothing was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SpendRefused {
    /// It counts days, not coins or sessions.
    #[error("nothing is counted")]
    NothingToCount,
    /// Nothing is left.
    #[error("nothing is left")]
    NoneLeft(Unit),
    /// Less is left than was asked for.
    #[error("only {left} left")]
    TooFew {
        /// How many are left.
        left: i32,
        /// Of what.
        unit: Unit,
    },
    /// Others changed it again and again meanwhile.
    #[error("it changed while it was looked at")]
    Busy,
    /// The status stands in the way.
    #[error(transparent)]
    NotNow(#[from] NotNow),
}

/// Decides whether `amount` may be taken. That nothing is left is said before anything else, as the source documents do.
pub(super) fn may_spend(held: &Held, amount: i32, today: NaiveDate) -> Result<(), SpendRefused> {
    let (Some(unit), Some(left)) = (held.kind.unit(), held.standing.remaining) else {
        return Err(SpendRefused::NothingToCount);
    };
    if left == 0 {
        return Err(SpendRefused::NoneLeft(unit));
    }
    NotNow::of(held.status(today))?;
    if left < amount { Err(SpendRefused::TooFew { left, unit }) } else { Ok(()) }
}

impl Refusal for SpendRefused {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::NothingToCount | Self::NoneLeft(_) | Self::TooFew { .. } => RefusalKind::Rejected,
            Self::Busy => RefusalKind::Unavailable,
            Self::NotNow(not_now) => not_now.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NothingToCount => "NOTHING_TO_DEDUCT",
            Self::NoneLeft(Unit::Coins) => "NO_COINS_REMAINING",
            Self::NoneLeft(Unit::Sessions) => "NO_SESSIONS_REMAINING",
            Self::TooFew { unit: Unit::Coins, .. } => "NOT_ENOUGH_COINS",
            Self::TooFew { unit: Unit::Sessions, .. } => "NOT_ENOUGH_SESSIONS",
            Self::Busy => "SUBSCRIPTION_BUSY",
            Self::NotNow(not_now) => not_now.code(),
        }
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        let text = match self {
            Self::NothingToCount => Text {
                en: "This subscription counts days; there is nothing to deduct",
                ar: "هذا الاشتراك يحتسب بالأيام ولا يوجد ما يخصم منه",
            },
            Self::NoneLeft(Unit::Coins) => {
                Text { en: "No coins remaining", ar: "لا توجد عملات متبقية" }
            }
            Self::NoneLeft(Unit::Sessions) => {
                Text { en: "No sessions remaining", ar: "لا توجد حصص متبقية" }
            }
            Self::TooFew { left, unit } => return too_few(*left, *unit, language).into(),
            Self::Busy => Text {
                en: "The subscription is being changed; please try again",
                ar: "يجري تعديل الاشتراك، يرجى المحاولة مرة أخرى",
            },
            Self::NotNow(not_now) => return not_now.say(language),
        };
        text.say(language).into()
    }
}

fn too_few(left: i32, unit: Unit, language: Language) -> String {
    match (language, unit) {
        (Language::En, Unit::Coins) => format!("Not enough coins: {left} remaining"),
        (Language::En, Unit::Sessions) => format!("Not enough sessions: {left} remaining"),
        (Language::Ar, Unit::Coins) => format!("العملات غير كافية، المتبقي {left}"),
        (Language::Ar, Unit::Sessions) => format!("الحصص غير كافية، المتبقي {left}"),
    }
}
