//! Who may do what, and where.
//!
//! A token names a session row; the row gives [`Grants`]; [`Grants::require`] turns them into a [`Granted`]
//! capability, and [`Granted::at`] into a [`Permit`] for one branch. Members are [`Me`]; public endpoints act as a
//! [`Visitor`], jobs as [`System`]. Each witness is made in one place only. What a store finds by id is [`Unseen`]
//! until a witness opens it.

mod doorkeeper;
mod grants;
mod gym_row;
mod known_addresses;
mod lifetimes;
mod limits;
mod member;
mod one_time_code;
mod password;
mod policy;
mod refusals;
mod role;
mod store;
mod token;
mod unseen;

pub use crate::platform::scope::Scope;
pub use doorkeeper::{Doorkeeper, MemberSession, StaffSession};
pub use grants::{AccessRefused, DetailsOf, Granted, Grants, Permit, PlaceRefused};
pub use gym_row::{GymDamaged, calendar_of};
pub use known_addresses::KNOWN_ADDRESS_KEPT;
pub use lifetimes::Lifetimes;
pub use limits::SignInAttempt;
pub use member::{Me, System, Visitor};
pub use one_time_code::TEMPORARY_HOURS;
pub use one_time_code::{Codes, OneTimeCode, TemporaryPassword};
pub use password::{Password, PasswordHash, PasswordRefused, Passwords, PasswordsBusy};
pub use policy::{Can, Capability, MovesMoney, Reach, can, reach};
pub use refusals::Refusals;
pub use role::Role;
pub use store::{Ended, NewMemberSession};
pub use store::{
    end_member_session, end_member_sessions, end_sessions_at, end_staff_session, end_staff_sessions,
    extend_staff_session, insert_member_session, insert_staff_session,
};
pub use token::{Audience, Claims, KeyProblem, Keyring, MemberClaims, StaffClaims, TokenRefused};
pub use unseen::Place;
pub use unseen::Unseen;
