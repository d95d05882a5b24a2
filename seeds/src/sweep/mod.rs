//! Looks at a door as a whole, through its OpenAPI document: what tests of one endpoint at a time overlook.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a sweep that cannot go on, or finds something, fails the test"
)]

mod document;

pub use document::assert_sound;
