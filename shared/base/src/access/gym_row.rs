//! A gym whose row cannot be used.
//!
//! The schema holds the rows sound. One that was written past it, or by a later release that knows more time zones,
//! shuts its own gym and no other: whoever belongs to it is told plainly, and so is the log.

use crate::{
    error::Error,
    platform::telemetry::metric,
    refusals,
    vocabulary::{Calendar, GymId},
};

refusals! {
    /// Why nothing can be shown of a gym.
    pub struct GymDamaged => Unavailable, "GYM_DAMAGED",
        en: "The time zone of this gym is not a known one. Whoever runs the system has to mend it; nothing else is lost",
        ar: "المنطقة الزمنية لهذا النادي غير معروفة. على مسؤول النظام إصلاحها، ولم يُفقد أي شيء آخر";
}

/// The calendar of a gym, from the name of its time zone as stored.
///
/// # Refuses
/// [`GymDamaged`], after telling the log which gym and which name.
pub fn calendar_of(gym: GymId, zone: &str) -> Result<Calendar, Error> {
    Calendar::parse(zone).map_err(|_unknown| {
        tracing::error!(%gym, time_zone = zone, "the row of a gym is damaged: its time zone is not a known one");
        metrics::counter!(metric::FAULTS, "kind" => "damaged").increment(1);
        GymDamaged.into()
    })
}
