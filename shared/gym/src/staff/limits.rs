//! How often somebody learns that a sign-in name belongs to another gym.

use std::time::Duration;

use base::{
    Error, Text,
    platform::{
        db::Db,
        limits::{Allowance, Limit, Limits},
    },
    vocabulary::{GymId, Timestamp},
};

/// Hiring under names that people of other gyms have, for each gym. A sign-in names nobody's gym, so no two gyms can
/// have the same name, and whoever hires learns that it is taken; but nobody reads the names of other gyms off so.
static FOREIGN_NAMES: Limit = Limit {
    name: "hiring_under_foreign_names",
    sentence: Text {
        en: "Too many sign-in names were tried", ar: "تمت تجربة أسماء دخول كثيرة"
    },
    allowance: FEW_A_DAY,
    configured: |_| FEW_A_DAY,
};

const FEW_A_DAY: Allowance = Allowance { most: 20, window: Duration::from_hours(24) };

/// Counts a hiring before its name is looked at.
///
/// # Refuses
/// [`TooMany`](base::platform::limits::TooMany), whatever the name: a refusal must not tell either.
pub(super) async fn count_hiring(limits: &Limits, db: &Db, gym: GymId, now: Timestamp) -> Result<(), Error> {
    limits.count(db, &FOREIGN_NAMES, &[&gym.get().to_be_bytes()], now).await
}

/// Takes the hiring back: it told nothing of other gyms.
pub(super) async fn forgive_hiring(limits: &Limits, db: &Db, gym: GymId) -> Result<(), Error> {
    limits.uncount(db, &FOREIGN_NAMES, &[&gym.get().to_be_bytes()]).await
}
