//! Whose shift somebody may look at and close.

use base::{
    refusals,
    vocabulary::{Money, StaffId},
};

refusals! {
    /// Why a shift is not closed, or not shown.
    pub enum ShiftRefused {
        /// There is no such shift, or it is out of reach.
        NotFound => NotFound, "SHIFT_NOT_FOUND",
            en: "This shift does not exist",
            ar: "الوردية غير موجودة";
        /// Nobody of this gym has the id.
        NobodyThere => NotFound, "STAFF_NOT_FOUND",
            en: "Staff member not found",
            ar: "الموظف غير موجود";
        /// It is somebody else's, and the caller does not read the books.
        NotYours => Forbidden, "SHIFT_OF_ANOTHER",
            en: "Only a manager or an accountant closes the shift of somebody else",
            ar: "إغلاق وردية موظف آخر متاح للمدير أو المحاسب فقط";
        /// Less than nothing was counted.
        NegativeCount => Invalid of "actual_cash", "AMOUNT_NEGATIVE",
            en: "The amount must not be negative",
            ar: "المبلغ لا يمكن أن يكون سالبًا";
        /// Somebody closed it at the same moment.
        JustClosed => Conflict, "SHIFT_JUST_CLOSED",
            en: "This shift was closed a moment ago",
            ar: "تم إغلاق هذه الوردية منذ لحظات";
    }
}

/// Whose shift is meant: one's own, or that of somebody else for whoever reads the books.
pub(super) fn whose(
    named: Option<StaffId>,
    own: StaffId,
    reads_books: bool,
) -> Result<StaffId, ShiftRefused> {
    match named {
        Some(other) if other != own && !reads_books => Err(ShiftRefused::NotYours),
        Some(other) => Ok(other),
        None => Ok(own),
    }
}

/// Nobody counts less than nothing.
pub(super) fn counted(counted: Option<Money>) -> Result<(), ShiftRefused> {
    if counted.is_some_and(Money::is_negative) { Err(ShiftRefused::NegativeCount) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_their_own_shift_and_managers_close_any() {
        let (mine, other) = (StaffId::new(1), StaffId::new(2));
        assert_eq!(whose(None, mine, false), Ok(mine));
        assert_eq!(whose(Some(mine), mine, false), Ok(mine));
        assert_eq!(whose(Some(other), mine, false), Err(ShiftRefused::NotYours));
        assert_eq!(whose(Some(other), mine, true), Ok(other));
        assert_eq!(counted(Some(Money::ZERO)), Ok(()));
        assert_eq!(counted(Some(Money::from_minor(-1))), Err(ShiftRefused::NegativeCount));
    }
}
