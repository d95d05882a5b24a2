//! What a payment is.

use chrono::NaiveDate;

use base::vocabulary::{BranchId, CustomerId, GymId, Money, Note, PaymentId, StaffId, SubscriptionId, words};

words! {
    /// How money changes hands; reports of the staff app say `network` for card and `online` for transfer.
    pub enum Method {
        /// Paid in notes and coins.
        Cash = "cash",
        /// A card at the terminal.
        Card = "card" | "network" | "visa" | "credit_card" | "debit_card",
        /// From account to account.
        Transfer = "transfer" | "online" | "bank_transfer",
    }
}

words! {
    /// What was paid for.
    pub enum PaymentPurpose {
        /// The sale of a subscription.
        Subscription = "subscription",
        /// The renewal of a subscription, whether it goes on or a new one begins.
        Renewal = "renewal",
        /// The fee of a freeze.
        Freeze = "freeze",
        /// Anything that the other words do not name.
        Other = "other",
        /// An earlier payment, taken back.
        Reversal = "reversal",
    }
}

/// What the person who paid is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The id of the payment.
    pub id: PaymentId,
    /// Its number at the branch, without gaps from 1.
    pub number: i64,
    /// What was paid, net of discount.
    pub amount: Money,
    /// What was taken off the full price.
    pub discount: Money,
    /// How it was paid.
    pub method: Method,
}

/// Money that is being taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taking<'a> {
    pub gym: GymId,
    /// The branch whose till it goes into.
    pub branch: BranchId,
    /// The customer who pays.
    pub customer: CustomerId,
    /// The subscription that is paid for.
    pub subscription: SubscriptionId,
    pub purpose: PaymentPurpose,
    pub method: Method,
    /// What is to be paid, net of discount.
    pub amount: Money,
    /// What was taken off the full price.
    pub discount: Money,
    /// What the desk wants to remember.
    pub notes: Option<&'a Note>,
    /// The staff user who takes the money.
    pub taken_by: StaffId,
    /// The day that the money counts for, in the gym's calendar.
    pub business_day: NaiveDate,
}
