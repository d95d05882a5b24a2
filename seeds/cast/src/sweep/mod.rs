//! Looks at a door as a whole, through its OpenAPI document: what tests of one endpoint at a time overlook.
//!
//! A door brings a [`Fixture`] for each of its operations; one that is missing is a finding. Everything found is told at
//! once.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a sweep that cannot go on, or finds something, fails the test"
)]

mod checksum;
mod document;
mod fixture;
mod growth;
mod index;
mod input;
mod operation;
mod people;
mod repeats;
mod roles;
mod swept_gym;
mod things;
mod wording;

pub use document::assert_sound;
pub use fixture::{Ask, Exception, Fixture, at_branch, in_gym, oneself};
pub use growth::assert_reads_do_not_multiply;
pub use index::assert_listed;
pub use input::assert_rubbish_is_refused;
pub use repeats::assert_repeats_ask_again;
pub use roles::{assert_denied_change_nothing, assert_entitled_are_served};
pub use swept_gym::Door;
pub use things::Things;
pub use wording::assert_refusals_read_well;
