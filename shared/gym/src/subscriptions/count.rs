//! How many of something the desk may type.

use base::vocabulary::field_errors;

/// A number from 1 to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count<const MAX: i32>(i32);

/// Coins or sessions of one sale or one deduction.
pub type Units = Count<100_000>;
/// Months of a subscription: at most ten years.
pub type Months = Count<120>;
/// Days of a subscription: at most ten years.
pub type TermDays = Count<3_660>;
/// Days of one freeze: at most a year.
pub type FreezeDays = Count<366>;

field_errors! {
    /// Why a number is not taken.
    pub enum CountInvalid {
        /// It is below one or above the bound.
        OutOfRange {
            /// The largest that is taken.
            max: i32,
        } => "COUNT_OUT_OF_RANGE",
            en: "must be a whole number from 1 to {max}",
            ar: "يجب أن يكون رقما صحيحا من 1 إلى {max}";
    }
}

impl<const MAX: i32> Count<MAX> {
    /// Takes a whole number from 1 to `MAX`, and refuses every other.
    pub fn parse(number: i64) -> Result<Self, CountInvalid> {
        match i32::try_from(number) {
            Ok(number) if (1..=MAX).contains(&number) => Ok(Self(number)),
            Ok(_) | Err(_) => Err(CountInvalid::OutOfRange { max: MAX }),
        }
    }

    /// The number, from 1 to `MAX`.
    pub const fn get(self) -> i32 {
        self.0
    }
}
