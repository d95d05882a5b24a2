//! What a payment is.

use chrono::NaiveDate;

use base::vocabulary::{
    BranchId, Calendar, CustomerId, Day, GymId, Line, Money, Note, PaymentId, StaffId, SubscriptionId,
    Timestamp, words,
};

words! {
    /// How money changes hands; see [`Method::reported`] for what the apps read.
    pub enum Method {
        /// Paid in notes and coins.
        Cash = "cash",
        /// A card at the terminal.
        Card = "card" | "network" | "visa" | "credit_card" | "debit_card",
        /// From account to account.
        Transfer = "transfer" | "online" | "bank_transfer",
    }
}

impl Method {
    /// The word that the apps read: `network` for a card.
    pub const fn reported(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Card => "network",
            Self::Transfer => "transfer",
        }
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
        /// An earlier payment, given back in part or in full.
        Refund = "refund",
        /// An earlier payment, undone whole because it was a mistake.
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
    /// The day it counts for, in the gym's calendar: the next one, if the day on which it was paid is closed.
    pub business_day: NaiveDate,
}

/// A payment as it is listed, with the names of those it is about as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRecord {
    /// Its id.
    pub id: PaymentId,
    /// The gym.
    pub gym: GymId,
    /// The branch that took it.
    pub branch: BranchHeader,
    /// Its number at the branch, without gaps from 1.
    pub receipt_number: i64,
    /// Who paid; none for somebody whom the gym does not know.
    pub customer: Option<(CustomerId, String)>,
    /// What was paid for, if it was a subscription, and the name under which it was sold.
    pub subscription: Option<(SubscriptionId, String)>,
    /// What was paid for.
    pub purpose: PaymentPurpose,
    /// How.
    pub method: Method,
    /// Net of discount; negative where money went back.
    pub amount: Money,
    /// What was taken off the full price.
    pub discount: Money,
    /// How much of it was given back since.
    pub returned: Money,
    /// The payment that this one gives back or undoes.
    pub reverses: Option<PaymentId>,
    /// What the desk wrote down.
    pub notes: Option<String>,
    /// Who took it.
    pub taken_by: (StaffId, String),
    /// When.
    pub taken_at: Timestamp,
    /// The day it counts for, in the gym's calendar.
    pub business_day: NaiveDate,
    /// The hash that the next receipt of the branch carries.
    pub hash: Vec<u8>,
}

/// What stands above a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchHeader {
    /// The branch.
    pub id: BranchId,
    /// Its name.
    pub name: String,
    /// Its city.
    pub city: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// Its phone.
    pub phone: Option<String>,
}

impl PaymentRecord {
    /// Whether it counts for a later day than the one on which it was taken, because that one was closed.
    pub fn is_late(&self, calendar: Calendar) -> bool {
        self.business_day > calendar.today(self.taken_at)
    }

    /// What may still be given back of it: nothing of what gives back another.
    pub fn returnable(&self) -> Money {
        self.amount.checked_sub(self.returned).filter(|rest| rest.is_positive()).unwrap_or_default()
    }
}

/// A payment as whoever paid sees it: nothing of what the desk wrote down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnPayment {
    /// Its id.
    pub id: PaymentId,
    /// The branch that took it.
    pub branch: BranchId,
    /// Its number at the branch, without gaps from 1.
    pub receipt_number: i64,
    /// The subscription that was paid for, if it was one.
    pub subscription: Option<SubscriptionId>,
    /// What for.
    pub purpose: PaymentPurpose,
    /// How.
    pub method: Method,
    /// Net of discount; negative where money went back.
    pub amount: Money,
    /// What was taken off the full price.
    pub discount: Money,
    /// When.
    pub taken_at: Timestamp,
}

/// What a member paid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnPayments {
    /// The newest first, a thousand at most.
    pub payments: Vec<OwnPayment>,
    /// Everything that was ever paid, less what was given back.
    pub total: Money,
    /// Of `total`, what was paid for no subscription.
    pub other_total: Money,
}

/// Which payments are wanted; all of it must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaymentFilter {
    /// Only those that this branch took.
    pub branch: Option<BranchId>,
    /// Only this customer's.
    pub customer: Option<CustomerId>,
    /// Only those for this subscription.
    pub subscription: Option<SubscriptionId>,
    /// Only those for this purpose.
    pub purpose: Option<PaymentPurpose>,
    /// Only those that were paid like this.
    pub method: Option<Method>,
    /// Only those that this staff user took.
    pub taken_by: Option<StaffId>,
    /// First day, in the gym's calendar.
    pub from: Option<Day>,
    /// Last day, in the gym's calendar.
    pub to: Option<Day>,
}

/// The sums of everything that a filter finds, not of one page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaymentSums {
    /// How many payments.
    pub count: i64,
    /// What was taken less what was given back, net of discount.
    pub amount: Money,
    /// What was taken off full prices.
    pub discount: Money,
    /// Of `amount`, what was cash.
    pub cash: Money,
    /// Of `amount`, what was paid by card.
    pub card: Money,
    /// Of `amount`, what was transferred.
    pub transfer: Money,
}

/// Payments, and the sums of the whole filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentListing {
    /// The rows of this page, the newest day first.
    pub items: Vec<PaymentRecord>,
    /// Of everything that the filter finds.
    pub sums: PaymentSums,
}

/// Money that the desk takes for something other than a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOrder {
    /// Who pays.
    pub customer: CustomerId,
    /// Where; the customer's own branch if it is not said.
    pub branch: Option<BranchId>,
    /// A subscription of theirs that it belongs to.
    pub subscription: Option<SubscriptionId>,
    /// How much, above zero.
    pub amount: Money,
    /// How.
    pub method: Method,
    /// What is to be remembered beside it.
    pub notes: Option<Note>,
}

/// Money that is being given back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Giving<'a> {
    /// Of which payment; the money leaves the branch that took it.
    pub payment: &'a PaymentRecord,
    /// How much, above zero.
    pub amount: Money,
    /// How it leaves.
    pub method: Method,
    /// Why.
    pub reason: &'a Line,
    /// The staff user who gives it back.
    pub by: StaffId,
    /// Today, in the gym's calendar.
    pub today: NaiveDate,
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
    pub subscription: Option<SubscriptionId>,
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
