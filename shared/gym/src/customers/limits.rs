//! How often a QR code may be made anew.

use std::time::Duration;

use base::{
    Error, Text,
    platform::{
        db::Db,
        limits::{Allowance, Limit, Limits},
    },
    vocabulary::{StaffId, Timestamp},
};

/// Renewing QR codes, for each staff user.
static QR_REGENERATION: Limit = Limit {
    name: "qr_regeneration",
    sentence: Text { en: "Too many QR codes were regenerated", ar: "تم تجديد رموز QR كثيرة" },
    allowance: Allowance { most: 10, window: MINUTE },
    configured: |limits| Allowance { most: limits.qr_regenerations_per_minute, window: MINUTE },
};

const MINUTE: Duration = Duration::from_mins(1);

/// Counts a renewal of a QR code by a staff user.
///
/// # Refuses
/// [`TooMany`](base::platform::limits::TooMany).
pub async fn count_qr_regeneration(
    limits: &Limits,
    db: &Db,
    staff: StaffId,
    now: Timestamp,
) -> Result<(), Error> {
    limits.count(db, &QR_REGENERATION, &[&staff.get().to_be_bytes()], now).await
}
