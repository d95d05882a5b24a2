//! What a receipt is made of.

use chrono::NaiveDate;

use crate::payments::{Method, PaymentPurpose};
use base::vocabulary::{BranchId, Calendar, CustomerId, GymId, Money, PaymentId, Timestamp, words};

words! {
    /// How a receipt is asked for.
    pub enum ReceiptForm {
        /// As data.
        Data = "json",
        /// As a paper.
        Paper = "pdf",
    }
}

words! {
    /// Which paper a receipt is printed on.
    pub enum ReceiptSheet {
        /// A5, in colour.
        A5 = "a5",
        /// A roll 80 mm wide, in black.
        Roll = "roll" | "80mm",
    }
}

/// A payment as its receipt tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptPaper {
    /// The id of the payment.
    pub id: PaymentId,
    /// The gym that hands it out.
    pub gym: ReceiptGym,
    /// The branch that took the money.
    pub branch: BranchId,
    /// The branch's name.
    pub branch_name: String,
    /// The branch's city.
    pub branch_city: Option<String>,
    /// The branch's address.
    pub branch_address: Option<String>,
    /// The branch's own phone.
    pub branch_phone: Option<String>,
    /// Its number at the branch, without gaps from 1.
    pub number: i64,
    /// Who paid; none for somebody whom the gym does not know.
    pub customer: Option<CustomerId>,
    /// Their name.
    pub customer_name: Option<String>,
    /// The name under which the subscription was sold, if it was for one.
    pub service_name: Option<String>,
    /// What was paid for.
    pub purpose: PaymentPurpose,
    /// How.
    pub method: Method,
    /// Net of discount; negative where money went back.
    pub amount: Money,
    /// What was taken off the full price.
    pub discount: Money,
    /// Who took it, or gave it back.
    pub taken_by: String,
    /// When.
    pub taken_at: Timestamp,
    /// The day it counts for, in the gym's calendar.
    pub business_day: NaiveDate,
    /// Its hash, 32 bytes.
    pub hash: Vec<u8>,
    /// The hash of the branch's receipt before it, 32 bytes; of the first receipt, zeros.
    pub previous_hash: Vec<u8>,
    /// Of money that went back: the receipt of what was paid.
    pub first: Option<FirstReceipt>,
    /// What was given back of it since, the oldest first, a hundred at most.
    pub returns: Vec<ReceiptReturn>,
    /// What all of that comes to; zero or more.
    pub returned: Money,
}

/// The gym, as a receipt shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptGym {
    /// Its id.
    pub id: GymId,
    /// What it is called.
    pub name: String,
    /// First colour of its brand, `#RRGGBB`.
    pub primary_color: String,
    /// What its money is counted in, three letters of ISO 4217.
    pub currency: String,
    /// How its days are counted.
    pub calendar: Calendar,
}

/// The receipt of a payment that was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstReceipt {
    /// The id of the payment.
    pub id: PaymentId,
    /// Its number at the branch.
    pub number: i64,
    /// The day it counts for, in the gym's calendar.
    pub business_day: NaiveDate,
}

/// Money of a payment that was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptReturn {
    /// The id of the refund.
    pub id: PaymentId,
    /// The number of its own receipt at the branch.
    pub number: i64,
    /// How much; more than zero.
    pub amount: Money,
    /// The day it counts for, in the gym's calendar.
    pub business_day: NaiveDate,
}

impl ReceiptPaper {
    /// What names a receipt of this branch on paper.
    pub fn reference_of(&self, number: i64) -> String {
        format!("{}-{number}", self.branch)
    }

    /// What names it on paper: the branch, and its number there.
    pub fn reference(&self) -> String {
        self.reference_of(self.number)
    }
}
