//! The words every feature uses; no I/O, no feature.
//!
//! | word | means |
//! |---|---|
//! | gym | the business: owns branches, staff, services, rules, a time zone, a currency |
//! | branch | one location of a gym |
//! | staff user | somebody who works there, with a role and a home branch or a managed set |
//! | customer | a member of a branch; may sign in to the member app |
//! | service | what is sold: price, duration, kind, freeze policy, whether it opens the door |
//! | subscription | a service sold to a customer: dates, status, what is left |
//! | movement | one line of what a subscription gained or spent |
//! | entry | one attempt to come in, admitted or denied, with the reason |
//! | payment | money that came in or went back; never edited |
//! | freeze | a time in which a subscription rests and its end moves |
//! | device | a phone that may receive notifications |
//! | closing | a branch's day, counted |
//! | shift | what one person moved at a till until it is counted |
//! | expense | what a branch spends; counts once somebody else has approved it |
//!
//! Each type is made by `parse` (or by serde, which calls it) and holds from then on: who takes a
//! [`Phone`] never checks it. Other words for the same things (member, client, student, plan,
//! visit) belong to old callers and end in the doors.

mod audit_flag;
mod decimal;
mod field_names;
mod localized;
mod words;

pub mod change;
pub mod dates;
pub mod day_range;
pub mod email;
pub mod gender;
pub mod ids;
pub mod language;
pub mod money;
pub mod month;
pub mod page;
pub mod phone;
pub mod text;

pub use decimal::{Extra, NotScaled, number_text, scaled};
pub use field_names::field_name;
pub use localized::{Told, field_errors, localized_errors, sentence};
pub use words::{schema_name, words};

pub use self::{
    audit_flag::AuditFlag,
    change::Change,
    dates::{Calendar, Day, Timestamp},
    day_range::{DayRangeInvalid, read_days},
    email::Email,
    gender::Gender,
    ids::*,
    language::Language,
    localized::FieldError,
    money::{Currency, Money},
    month::Month,
    page::{Listing, Page, PageQuery},
    phone::{CallingCode, Phone},
    text::{Line, Note, PersonName},
};
