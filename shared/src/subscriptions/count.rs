//! How many of something the desk may type.

use std::borrow::Cow;

use crate::{fields::FieldError, vocabulary::Language};

/// A number from 1 to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count<const MAX: i32>(i32);

/// Coins or sessions.
pub type Units = Count<100_000>;
/// Months of a subscription: ten years.
pub type Months = Count<120>;
/// Days of a subscription: ten years.
pub type TermDays = Count<3_660>;
/// Days of one freeze: a year.
pub type FreezeDays = Count<366>;

/// A number outside its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a whole number from 1 to {max}")]
pub struct CountInvalid {
    /// The largest that is taken.
    pub max: i32,
}

impl<const MAX: i32> Count<MAX> {
    /// Checks the bounds.
    pub fn parse(number: i64) -> Result<Self, CountInvalid> {
        match i32::try_from(number) {
            Ok(number) if (1..=MAX).contains(&number) => Ok(Self(number)),
            Ok(_) | Err(_) => Err(CountInvalid { max: MAX }),
        }
    }

    /// The number.
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl FieldError for CountInvalid {
    fn code(&self) -> &'static str {
        "COUNT_OUT_OF_RANGE"
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        match language {
            Language::En => format!("must be a whole number from 1 to {}", self.max),
            Language::Ar => format!("يجب أن يكون رقما صحيحا من 1 إلى {}", self.max),
        }
        .into()
    }
}
