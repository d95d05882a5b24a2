//! Each thing's own id: integers, as the clients require, that cannot be mistaken for one another.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Told, field_errors, number_text};

field_errors! {
    /// Text that is not an id.
    pub struct IdInvalid => "ID_INVALID",
        en: "The id must be a whole number",
        ar: "المعرّف يجب أن يكون رقمًا صحيحًا",
        display: "an id is a whole number";
}

fn parse_id(text: &str) -> Result<i64, IdInvalid> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_err(|_empty_or_overflow| IdInvalid)
    } else {
        Err(IdInvalid)
    }
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, sqlx::Type, ToSchema,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(i64);

        impl $name {
            /// The id with this number.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The number that the database and the clients know.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl From<i64> for $name {
            fn from(number: i64) -> Self {
                Self(number)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdInvalid;

            fn from_str(text: &str) -> Result<Self, IdInvalid> {
                parse_id(text).map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                number_text(from)?.parse().map_err(|error: IdInvalid| Told::through_serde(&error))
            }
        }
    )+};
}

ids! {
    /// A gym.
    GymId,
    /// One of a gym's branches.
    BranchId,
    /// Somebody who works there; never equal to a customer's id.
    StaffId,
    /// A member of a branch; never equal to a staff user's id.
    CustomerId,
    /// Something that is sold.
    ServiceId,
    /// A service sold to a customer.
    SubscriptionId,
    /// One line of a subscription's ledger.
    MovementId,
    /// Money that came in or went back.
    PaymentId,
    /// A movement of money between two accounts of the books.
    TransferId,
    /// What the transfers of one deed have in common.
    PostingId,
    /// A branch's day, counted and closed.
    ClosingId,
    /// A shift at the till, counted and closed.
    ShiftId,
    /// The order to close a gym's month.
    MonthClosingId,
    /// One attempt to come in.
    EntryId,
    /// Something that a branch spends money on.
    ExpenseId,
    /// A file that is attached to an expense.
    ExpenseAttachmentId,
    /// A time in which a subscription rests.
    FreezeId,
    /// A phone that receives notifications.
    DeviceId,
    /// One line of the audit log.
    AuditId,
    /// A one-time code that was sent.
    CodeId,
}

/// A session, named by its token; random, so that it cannot be guessed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, ToSchema,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct SessionId(Uuid);

impl SessionId {
    /// A name nobody has had before.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The value that the database knows.
    pub const fn get(self) -> Uuid {
        self.0
    }
}

impl From<Uuid> for SessionId {
    fn from(value: Uuid) -> Self {
        Self(value)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SessionId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_from_a_number_or_its_digits() {
        for json in ["7", "\"7\"", "\" 7 \"", "7.0"] {
            assert_eq!(serde_json::from_str::<CustomerId>(json).unwrap(), CustomerId::new(7), "{json}");
        }
        assert_eq!(serde_json::to_string(&CustomerId::new(7)).unwrap(), "7");
    }

    #[test]
    fn anything_else_is_no_id() {
        let odd = [
            "\"\"",
            "\"-\"",
            "\"7a\"",
            "7.5",
            "true",
            "null",
            "[]",
            "9223372036854775808",
            "\"+7\"",
            "1e30",
            "\"١\\u0000\"",
        ];
        for json in odd {
            assert!(serde_json::from_str::<CustomerId>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn the_document_shows_an_integer() {
        let schema = serde_json::to_value(<CustomerId as utoipa::PartialSchema>::schema()).unwrap();
        assert_eq!((&schema["type"], &schema["format"]), (&"integer".into(), &"int64".into()));
    }

    #[test]
    fn ids_bind_as_arrays() {
        fn binds<T: for<'q> sqlx::Encode<'q, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>>(_: &T) {}
        binds(&vec![BranchId::new(1)]);
        binds(&vec![SessionId::random()]);
        binds(&Some(CustomerId::new(1)));
    }
}
