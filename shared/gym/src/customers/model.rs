//! A customer, what may be said about one, and what may be asked of a list.

use chrono::NaiveDate;

use super::metrics::{Age, BodyMetrics, Height, Weight};
use base::{
    access::TemporaryPassword,
    vocabulary::{
        BranchId, Change, CustomerId, Day, Email, Gender, GymId, Language, Note, PersonName, Phone,
        SubscriptionId, Timestamp, words,
    },
};

use super::listing::SearchTerm;

/// A customer as somebody may see them.
#[derive(Debug, Clone)]
pub struct Customer {
    /// The id; no staff user has the same one.
    pub id: CustomerId,
    /// The gym that the customer belongs to.
    pub gym: GymId,
    /// The home branch, which decides which staff may see the customer.
    pub branch: BranchId,
    /// What the branch is called.
    pub branch_name: String,
    /// The full name, as the desk wrote it.
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
    /// Whether a subscription is active today.
    pub has_active_subscription: bool,
    /// The subscription they can use now: an active one, that which ends first, before a frozen one.
    pub subscription: Option<Current>,
}

impl Customer {
    /// What a greeting needs, and no more: who they are, how to reach them by phone, and whether they have a valid pass.
    pub(super) fn seen_from_afar(self) -> Self {
        Self {
            email: None,
            body: Body { gender: self.body.gender, ..Body::default() },
            notes: None,
            deletion_requested_at: None,
            subscription: None,
            ..self
        }
    }
}

/// The measures of a customer's body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Body {
    /// The gender, if it is known; without it only the body-mass index is computed.
    pub gender: Option<Gender>,
    /// Date of birth, if it is known.
    pub date_of_birth: Option<NaiveDate>,
    /// Completed years on today's date of the gym, from the date of birth or from an age that was told.
    pub age_years: Option<i32>,
    /// The height, if it is known.
    pub height: Option<Height>,
    /// The weight, if it is known.
    pub weight: Option<Weight>,
    /// What is computed from these measures.
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
    /// The id of the subscription.
    pub id: SubscriptionId,
    /// The name of the service, as it was called at the sale.
    pub service_name: String,
    /// `coins`, `time_based`, `sessions` or `training`.
    pub kind: String,
    /// Active or frozen, but never inactive.
    pub standing: MembershipStatus,
    /// First day on which it may be used, in the gym's calendar.
    pub starts_on: NaiveDate,
    /// Last day on which it opens the door, in the gym's calendar; none if it does not lapse by date.
    pub ends_on: Option<NaiveDate>,
    /// What is left of it.
    pub left: Left,
}

/// What is left of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing is counted; it lasts until its last day.
    Days,
    /// So many coins are left.
    Coins(i32),
    /// So many sessions are left, with or without a trainer.
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
    pub enum MembershipStatus {
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
    /// The full name, as it is to be shown.
    pub full_name: PersonName,
    /// Phone number, which no other customer of the gym may have.
    pub phone: Option<Phone>,
    /// E-mail address, which no other customer of the gym may have.
    pub email: Option<Email>,
    /// The gender; without it only the body-mass index is computed.
    pub gender: Option<Gender>,
    /// Date of birth; an age is not needed beside it.
    pub date_of_birth: Option<Day>,
    /// Age as told today.
    pub age: Option<Age>,
    /// The height, between 50 and 272 cm.
    pub height: Option<Height>,
    /// The weight, between 2 and 500 kg.
    pub weight: Option<Weight>,
    /// What the desk wants to remember about the customer.
    pub notes: Option<Note>,
}

/// What is to be different about a customer.
#[derive(Debug, Clone)]
pub struct Changes {
    /// Another branch, of the same gym.
    pub branch: Option<BranchId>,
    /// Another full name; it cannot be taken away.
    pub full_name: Option<PersonName>,
    /// Another phone number, or none; no other customer of the gym may have it.
    pub phone: Change<Phone>,
    /// Another e-mail address, or none; no other customer of the gym may have it.
    pub email: Change<Email>,
    /// Another gender, or none known.
    pub gender: Change<Gender>,
    /// Another date of birth; once it is cleared, an age may be told instead.
    pub date_of_birth: Change<Day>,
    /// Age as told today; without effect while the date of birth is known.
    pub age: Change<Age>,
    /// Another height, or none known.
    pub height: Change<Height>,
    /// Another weight, or none known.
    pub weight: Change<Weight>,
    /// What the desk wants to remember, in place of what it noted before.
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
pub struct CustomerFilter {
    /// Only of this branch.
    pub branch: Option<BranchId>,
    /// Only who fits this search.
    pub term: Option<SearchTerm>,
    /// Only customers who stand so today, in the gym's calendar.
    pub standing: Option<MembershipStatus>,
    /// Only the active, or only the deactivated.
    pub is_active: Option<bool>,
    /// Only of this gender.
    pub gender: Option<Gender>,
}

/// A QR code that was made anew.
#[derive(Debug, Clone, Copy)]
pub struct Regenerated {
    /// The customer whose code it is.
    pub customer: CustomerId,
    /// How often it was made by now.
    pub qr_version: i32,
    /// When the code was made anew.
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
