//! Which day may be closed.

use base::{
    refusals,
    vocabulary::{Day, Money},
};
use chrono::NaiveDate;

use super::model::ClosingOrder;

refusals! {
    /// Why a day is not closed, or not shown.
    pub enum ClosingRefused {
        /// There is no such closing, or it is out of reach.
        NotFound => NotFound, "CLOSING_NOT_FOUND",
            en: "This closing does not exist",
            ar: "إغلاق اليوم غير موجود";
        /// It was closed before.
        AlreadyClosed => Conflict, "DAY_ALREADY_CLOSED",
            en: "This day was closed already",
            ar: "تم إغلاق هذا اليوم بالفعل";
        /// Its month is closed: nothing is counted into it any more.
        MonthClosed => Conflict, "MONTH_ALREADY_CLOSED",
            en: "This month was closed already",
            ar: "تم إغلاق هذا الشهر بالفعل";
        /// The day is still to come, in the gym's calendar.
        ToCome => Invalid of "date", "DAY_STILL_TO_COME",
            en: "This day is still to come",
            ar: "هذا اليوم لم يأت بعد";
        /// Less than nothing was counted.
        NegativeCount => Invalid of "actual_cash", "AMOUNT_NEGATIVE",
            en: "The amount must not be negative",
            ar: "المبلغ لا يمكن أن يكون سالبًا";
    }
}

/// The day that an order closes: today, if it names none.
pub(super) fn day(order: &ClosingOrder, today: NaiveDate) -> Result<NaiveDate, ClosingRefused> {
    if order.counted.is_some_and(Money::is_negative) {
        return Err(ClosingRefused::NegativeCount);
    }
    begun(order.day, today)
}

/// The day that is meant: today, if none is named; none that is still to come.
pub(super) fn begun(day: Option<Day>, today: NaiveDate) -> Result<NaiveDate, ClosingRefused> {
    let day = day.map_or(today, Day::date);
    if day > today { Err(ClosingRefused::ToCome) } else { Ok(day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_closed_once_it_has_begun() {
        let on = |text: &str| Some(Day::parse(text).unwrap());
        let today = Day::parse("2026-04-17").unwrap().date();
        let order = |day, counted| ClosingOrder { branch: None, day, counted, notes: None };
        assert_eq!(day(&order(None, None), today), Ok(today));
        assert_eq!(day(&order(on("2026-04-17"), None), today), Ok(today));
        assert_eq!(day(&order(on("2026-04-01"), Some(Money::ZERO)), today).map(|day| day < today), Ok(true));
        assert_eq!(day(&order(on("2026-04-18"), None), today), Err(ClosingRefused::ToCome));
        let less = Some(Money::from_minor(-1));
        assert_eq!(day(&order(None, less), today), Err(ClosingRefused::NegativeCount));
    }
}
