//! Whether something may be given back, and how much.

use base::{refusals, vocabulary::Money};

use crate::payments::{PaymentPurpose, PaymentRecord};

refusals! {
    /// Why nothing is given back.
    pub enum RefundRefused {
        /// It gave back another payment, or undid one.
        IsReturn => Conflict, "PAYMENT_NOT_REFUNDABLE",
            en: "This is money that was given back already",
            ar: "هذه العملية مبلغ مسترد بالفعل";
        /// All of it was given back.
        NothingLeft => Conflict, "PAYMENT_ALREADY_REFUNDED",
            en: "All of this payment was given back already",
            ar: "تم استرداد كامل هذا المبلغ بالفعل";
        /// Nothing would be given back.
        AmountNotPositive => Invalid of "amount", "AMOUNT_NOT_POSITIVE",
            en: "The amount must be more than zero",
            ar: "يجب أن يكون المبلغ أكبر من صفر";
        /// More than is left of it.
        TooMuch {
            /// What may still be given back.
            left: Money,
        } => Conflict, "REFUND_TOO_LARGE",
            en: "At most {left} of this payment can still be given back",
            ar: "أقصى مبلغ يمكن استرداده من هذه العملية هو {left}";
        /// It was paid for no subscription that could be stopped or give units back.
        NoSubscription => Conflict, "PAYMENT_HAS_NO_SUBSCRIPTION",
            en: "This payment was not for a subscription",
            ar: "هذه العملية ليست لاشتراك";
    }
}

/// How much is given back: what was asked for, or all that is left.
pub(super) fn amount(payment: &PaymentRecord, asked: Option<Money>) -> Result<Money, RefundRefused> {
    if matches!(payment.purpose, PaymentPurpose::Refund | PaymentPurpose::Reversal) {
        return Err(RefundRefused::IsReturn);
    }
    let left = payment.returnable();
    match asked {
        Some(asked) if !asked.is_positive() => Err(RefundRefused::AmountNotPositive),
        _ if !left.is_positive() => Err(RefundRefused::NothingLeft),
        Some(asked) if asked > left => Err(RefundRefused::TooMuch { left }),
        Some(asked) => Ok(asked),
        None => Ok(left),
    }
}

#[cfg(test)]
mod tests {
    use base::vocabulary::{BranchId, GymId, PaymentId, StaffId, Timestamp};
    use chrono::NaiveDate;

    use super::*;
    use crate::payments::{BranchHeader, Method};

    fn payment(purpose: PaymentPurpose, amount: i64, returned: i64) -> PaymentRecord {
        let name = String::new;
        PaymentRecord {
            id: PaymentId::new(1),
            gym: GymId::new(1),
            branch: BranchHeader {
                id: BranchId::new(1),
                name: name(),
                city: None,
                address: None,
                phone: None,
            },
            receipt_number: 1,
            customer: None,
            subscription: None,
            purpose,
            method: Method::Cash,
            amount: Money::from_minor(amount),
            discount: Money::ZERO,
            returned: Money::from_minor(returned),
            reverses: None,
            notes: None,
            taken_by: (StaffId::new(1), name()),
            taken_at: Timestamp::UNIX_EPOCH,
            business_day: NaiveDate::default(),
            hash: Vec::new(),
        }
    }

    #[test]
    fn no_more_is_given_back_than_is_left() {
        let of = |returned, asked: Option<i64>| {
            let payment = payment(PaymentPurpose::Renewal, 500, returned);
            amount(&payment, asked.map(Money::from_minor)).map(Money::minor)
        };
        assert_eq!(of(0, None), Ok(500));
        assert_eq!(of(200, None), Ok(300));
        assert_eq!(of(200, Some(300)), Ok(300));
        assert_eq!(of(200, Some(301)), Err(RefundRefused::TooMuch { left: Money::from_minor(300) }));
        assert_eq!(of(500, None), Err(RefundRefused::NothingLeft));
        assert_eq!(of(500, Some(1)), Err(RefundRefused::NothingLeft));
        assert_eq!(of(0, Some(0)), Err(RefundRefused::AmountNotPositive));
        assert_eq!(of(0, Some(-5)), Err(RefundRefused::AmountNotPositive));
    }

    #[test]
    fn what_was_given_back_is_not_given_back() {
        for purpose in [PaymentPurpose::Refund, PaymentPurpose::Reversal] {
            assert_eq!(amount(&payment(purpose, -500, 0), None), Err(RefundRefused::IsReturn));
        }
    }
}
