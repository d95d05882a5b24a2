//! What a payment is.

use chrono::NaiveDate;

use crate::vocabulary::{
    BranchId, CustomerId, GymId, Money, Note, PaymentId, StaffId, SubscriptionId, words,
};

words! {
    /// How money changes hands; reports of the staff app say `network` for card and `online` for transfer.
    pub enum Method {
        /// Notes and coins.
        Cash = "cash",
        /// A card at the terminal.
        Card = "card" | "network" | "visa" | "credit_card" | "debit_card",
        /// From account to account.
        Transfer = "transfer" | "online" | "bank_transfer",
    }
}

words! {
    /// What was paid for.
    pub enum Purpose {
        /// A new subscription.
        Subscription = "subscription",
        /// More of one.
        Renewal = "renewal",
        /// The fee of a freeze.
        Freeze = "freeze",
        /// Something else.
        Other = "other",
        /// An earlier payment, taken back.
        Reversal = "reversal",
    }
}

/// What the person who paid is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The payment.
    pub id: PaymentId,
    /// Its number at the branch, without gaps from 1.
    pub number: i64,
    /// What was paid, net of discount.
    pub amount: Money,
    /// What was taken off.
    pub discount: Money,
    /// How.
    pub method: Method,
}

/// Money that is being taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taking<'a> {
    /// The gym.
    pub gym: GymId,
    /// The branch whose till it goes into.
    pub branch: BranchId,
    /// Who pays.
    pub customer: CustomerId,
    /// For which subscription.
    pub subscription: SubscriptionId,
    /// For what.
    pub purpose: Purpose,
    /// How.
    pub method: Method,
    /// Net of discount.
    pub amount: Money,
    /// What was taken off.
    pub discount: Money,
    /// What the desk wants to remember.
    pub notes: Option<&'a Note>,
    /// Who takes it.
    pub taken_by: StaffId,
    /// The gym's day.
    pub business_day: NaiveDate,
}
