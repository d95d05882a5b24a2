//! A customer, what may be said about one, and what may be asked of a list.

use chrono::NaiveDate;

use super::metrics::{Age, BodyMetrics, Height, Weight};
use crate::{
    access::TemporaryPassword,
    vocabulary::{
        BranchId, Change, CustomerId, Day, Email, Gender, GymId, Language, Note, PersonName, Phone,
        SubscriptionId, Timestamp, words,
    },
};

use super::listing::Term;

/// A customer as somebody may see them.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Id.
    pub id: CustomerId,
    /// Their gym.
    pub gym: GymId,
    /// Their branch.
    pub branch: BranchId,
    /// What the branch is called.
    pub branch_name: String,
    /// Name.
    pub full_name: String,
    /// Phone number; one customer of a gym has it.
    pub phone: Option<Phone>,
    /// E-mail address; one customer of a gym has it.
    pub email: Option<Email>,
    /// Measures, and what follows from them.
    pub body: Body,
    /// What the desk noted.
    pub notes: Option<String>,
    /// How often the QR code was made, from 1.
    pub qr_version: i32,
    /// How they get into the member app.
    pub login: Login,
    /// The language they chose.
    pub language: Option<Language>,
    /// Whether they may enter and sign in.
    pub is_active: bool,
    /// When they asked to be erased.
    pub deletion_requested_at: Option<Timestamp>,
    /// When they were registered.
    pub created_at: Timestamp,
    /// The subscription they can use now: an active one, that which ends first, before a frozen one.
    pub subscription: Option<Current>,
}

impl Customer {
    /// Whether a subscription is active today.
    pub fn has_active_subscription(&self) -> bool {
        self.subscription.as_ref().is_some_and(|current| current.standing == Standing::Active)
    }
}

/// The measures of a customer's body.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth, if it is known.
    pub date_of_birth: Option<NaiveDate>,
    /// Completed years today.
    pub age_years: Option<i32>,
    /// Height.
    pub height: Option<Height>,
    /// Weight.
    pub weight: Option<Weight>,
    /// What follows from them.
    pub metrics: BodyMetrics,
}

/// How a customer gets into the member app.
#[derive(Debug, Clone)]
pub struct Login {
    /// Whether they have chosen a password of their own.
    pub password_changed: bool,
    /// The first-login password, for those who may see it, while it holds.
    pub temporary_password: Option<TemporaryPassword>,
}

/// The subscription a customer can use, in a few words.
#[derive(Debug, Clone)]
pub struct Current {
    /// Id.
    pub id: SubscriptionId,
    /// What was sold.
    pub service_name: String,
    /// `coins`, `time_based`, `sessions` or `training`.
    pub kind: String,
    /// Active or frozen.
    pub standing: Standing,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day on which it opens the door, in the gym's calendar; none if it does not lapse by date.
    pub ends_on: Option<NaiveDate>,
    /// What is left of it.
    pub left: Left,
}

/// What is left of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Time only.
    Days,
    /// So many coins.
    Coins(i32),
    /// So many sessions, with or without a trainer.
    Sessions(i32),
}

impl Left {
    /// Coins, if they are counted.
    pub const fn coins(self) -> Option<i32> {
        match self {
            Self::Coins(coins) => Some(coins),
            Self::Days | Self::Sessions(_) => None,
        }
    }

    /// Sessions, if they are counted.
    pub const fn sessions(self) -> Option<i32> {
        match self {
            Self::Sessions(sessions) => Some(sessions),
            Self::Days | Self::Coins(_) => None,
        }
    }
}

words! {
    /// How a customer stands today.
    pub enum Standing {
        /// Has an active subscription.
        Active = "active" | "subscribed",
        /// Has a frozen subscription.
        Frozen = "frozen",
        /// Has no active subscription.
        Inactive = "inactive" | "none" | "expired" | "unsubscribed",
    }
}

/// When somebody was born, as well as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Born {
    Unknown,
    On(NaiveDate),
    /// An age in completed years, as told on a day.
    Told {
        years: i32,
        on: NaiveDate,
    },
}

/// What is written down about a customer.
#[derive(Debug, Clone)]
pub(super) struct Details {
    pub(super) full_name: PersonName,
    pub(super) phone: Option<Phone>,
    pub(super) email: Option<Email>,
    pub(super) gender: Option<Gender>,
    pub(super) born: Born,
    pub(super) height: Option<Height>,
    pub(super) weight: Option<Weight>,
    pub(super) notes: Option<Note>,
}

/// What the desk takes down of a new customer.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Name.
    pub full_name: PersonName,
    /// Phone number.
    pub phone: Option<Phone>,
    /// E-mail address.
    pub email: Option<Email>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Date of birth; an age is not needed beside it.
    pub date_of_birth: Option<Day>,
    /// Age as told today.
    pub age: Option<Age>,
    /// Height.
    pub height: Option<Height>,
    /// Weight.
    pub weight: Option<Weight>,
    /// Anything else.
    pub notes: Option<Note>,
}

/// What is to be different about a customer.
#[derive(Debug, Clone)]
pub struct Changes {
    /// Another branch, of the same gym.
    pub branch: Option<BranchId>,
    /// Another name.
    pub full_name: Option<PersonName>,
    /// Phone number.
    pub phone: Change<Phone>,
    /// E-mail address.
    pub email: Change<Email>,
    /// Gender.
    pub gender: Change<Gender>,
    /// Date of birth.
    pub date_of_birth: Change<Day>,
    /// Age as told today; without effect while the date of birth is known.
    pub age: Change<Age>,
    /// Height.
    pub height: Change<Height>,
    /// Weight.
    pub weight: Change<Weight>,
    /// Anything else.
    pub notes: Change<Note>,
}

impl Changes {
    /// The names of what is to be different, for the audit row.
    pub(super) fn names(&self) -> Vec<&'static str> {
        [
            ("branch_id", self.branch.is_some()),
            ("full_name", self.full_name.is_some()),
            ("phone", self.phone.is_one()),
            ("email", self.email.is_one()),
            ("gender", self.gender.is_one()),
            ("date_of_birth", self.date_of_birth.is_one()),
            ("age", self.age.is_one()),
            ("height", self.height.is_one()),
            ("weight", self.weight.is_one()),
            ("notes", self.notes.is_one()),
        ]
        .into_iter()
        .filter_map(|(name, is_changed)| is_changed.then_some(name))
        .collect()
    }
}

/// Which customers are asked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only of this branch.
    pub branch: Option<BranchId>,
    /// Only who fits this search.
    pub term: Option<Term>,
    /// Only who stands so today.
    pub standing: Option<Standing>,
    /// Only the active, or only the deactivated.
    pub is_active: Option<bool>,
    /// Only of this gender.
    pub gender: Option<Gender>,
}

/// A QR code that was made anew.
#[derive(Debug, Clone, Copy)]
pub struct Regenerated {
    /// Whose.
    pub customer: CustomerId,
    /// How often it was made by now.
    pub qr_version: i32,
    /// When.
    pub at: Timestamp,
}

/// The text in a customer's QR code.
pub fn qr_code(customer: CustomerId) -> String {
    format!("customer_id:{customer}")
}

/// The customer that the text of a QR code names: `customer_id:115`, a bare id, or the older `GYM-115`, `GYM-115-7C2F9A`
/// and `CUST-115`.
pub fn read_qr_code(text: &str) -> Option<CustomerId> {
    let text = text.trim().to_ascii_lowercase();
    let id = if let Some(rest) = text.strip_prefix("customer_id:") {
        rest.trim()
    } else if let Some(rest) = text.strip_prefix("gym-").or_else(|| text.strip_prefix("cust-")) {
        rest.split('-').next().unwrap_or_default()
    } else {
        text.as_str()
    };
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| id.parse().ok()).flatten().filter(|id: &CustomerId| id.get() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_qr_code_names_its_customer() {
        assert_eq!(qr_code(CustomerId::new(115)), "customer_id:115");
        for text in ["customer_id:115", " CUSTOMER_ID: 115 ", "115", "GYM-115", "GYM-115-7C2F9A", "cust-115"]
        {
            assert_eq!(read_qr_code(text), Some(CustomerId::new(115)), "{text}");
        }
    }

    #[test]
    fn other_texts_name_nobody() {
        for text in [
            "",
            "customer_id:",
            "customer_id:-5",
            "GYM-",
            "GYM-x-5",
            "0",
            "-1",
            "115a",
            "99999999999999999999999",
            "member:115",
            "٠",
        ] {
            assert_eq!(read_qr_code(text), None, "{text}");
        }
    }
}
