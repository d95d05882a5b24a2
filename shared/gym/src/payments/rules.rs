//! Which payments are taken, and which days are asked about.

use base::{
    refusals,
    vocabulary::{Day, DayRangeInvalid, read_days},
};
use chrono::NaiveDate;

use super::model::{PaymentFilter, PaymentOrder};

refusals! {
    /// Why a payment is not found, taken or listed.
    pub enum PaymentRefused {
        /// There is none, or it is out of reach.
        NotFound => NotFound, "PAYMENT_NOT_FOUND",
            en: "This payment does not exist",
            ar: "عملية الدفع غير موجودة";
        /// Who pays is not there, or out of reach.
        CustomerNotFound => NotFound, "CUSTOMER_NOT_FOUND",
            en: "This customer does not exist",
            ar: "العميل غير موجود";
        /// The subscription is not there, or somebody else's.
        SubscriptionNotFound => NotFound, "SUBSCRIPTION_NOT_FOUND",
            en: "This subscription does not exist",
            ar: "الاشتراك غير موجود";
        /// Nothing is paid.
        AmountNotPositive => Invalid of "amount", "AMOUNT_NOT_POSITIVE",
            en: "The amount must be more than zero",
            ar: "يجب أن يكون المبلغ أكبر من صفر";
        /// More would be given back than was paid.
        MoreThanPaid => Conflict, "REFUND_TOO_LARGE",
            en: "More would be given back than was paid",
            ar: "المبلغ المسترد أكبر مما تم دفعه";
    }
}

/// Whether so much can be taken.
pub(super) fn check(order: &PaymentOrder) -> Result<(), PaymentRefused> {
    if order.amount.is_positive() { Ok(()) } else { Err(PaymentRefused::AmountNotPositive) }
}

/// First and last day of a list, both included. Of one customer or subscription all days, unless somebody says which; of
/// a branch the last thirty.
pub(super) fn days(
    filter: &PaymentFilter,
    today: NaiveDate,
) -> Result<(NaiveDate, NaiveDate), DayRangeInvalid> {
    if filter.customer.is_none() && filter.subscription.is_none() {
        return read_days((filter.from, filter.to), today);
    }
    let range = (filter.from.map_or(FIRST_DAY, Day::date), filter.to.map_or(LAST_DAY, Day::date));
    if range.1 < range.0 { Err(DayRangeInvalid::Reversed) } else { Ok(range) }
}

/// Before anything was ever paid, and after anything that will be; within what Postgres can compare.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap();

#[cfg(test)]
mod tests {
    use super::*;
    use base::vocabulary::CustomerId;

    #[expect(clippy::unnecessary_wraps, reason = "a filter names a day or none")]
    fn day(text: &str) -> Option<Day> {
        Some(Day::parse(text).unwrap())
    }

    fn date(text: &str) -> NaiveDate {
        Day::parse(text).unwrap().date()
    }

    #[test]
    fn a_branch_is_asked_about_thirty_days_and_a_customer_about_all() {
        let today = date("2026-04-30");
        let of_branch = PaymentFilter::default();
        assert_eq!(days(&of_branch, today), Ok((date("2026-04-01"), today)));
        let of_customer = PaymentFilter { customer: Some(CustomerId::new(1)), ..of_branch };
        assert_eq!(days(&of_customer, today), Ok((FIRST_DAY, LAST_DAY)));
        let since = PaymentFilter { from: day("2026-04-29"), ..of_customer };
        assert_eq!(days(&since, today), Ok((date("2026-04-29"), LAST_DAY)));
    }

    #[test]
    fn days_are_in_order_whosever_they_are() {
        let reversed =
            PaymentFilter { from: day("2026-04-02"), to: day("2026-04-01"), ..PaymentFilter::default() };
        for customer in [None, Some(CustomerId::new(1))] {
            let filter = PaymentFilter { customer, ..reversed };
            assert_eq!(days(&filter, date("2026-04-30")), Err(DayRangeInvalid::Reversed));
        }
    }
}
