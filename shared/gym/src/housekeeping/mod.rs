//! Deletes what is of no use any more: once a minute, a bounded piece at a time, by any instance that runs the worker.
//!
//! First-login passwords, which are kept in clear, end after 72 hours; codes, sessions, counters, kept outcomes and
//! spent door tokens are of no use after their time, and refusals and what strangers did leave the audit log after theirs.

mod store;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use base::{
    Error,
    access::{KNOWN_ADDRESS_KEPT, System},
    platform::{clock::Clock, config::Audit, db::Db, idempotency::KEPT_HOURS},
    vocabulary::{Timestamp, dates::earlier},
};

const EVERY: Duration = Duration::from_mins(1);
/// Rows of one kind taken away at a time.
const PIECE: i64 = 2_000;
/// Pieces in one round. A flood of strangers leaves many counters and codes; they go faster than they came.
const PIECES: u32 = 100;
/// How long one piece may take. Each of its statements has a limit in Postgres; beyond this, the connection is dead.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long an ended session is kept, to answer who was signed in.
const SESSIONS_KEPT: TimeDelta = TimeDelta::days(30);
/// How long a counter is kept; longer than any window.
const COUNTERS_KEPT: TimeDelta = TimeDelta::hours(25);
/// How long a code is kept after its end. Those of one day are counted, so it is longer than a day.
const CODES_KEPT: TimeDelta = TimeDelta::days(1);

/// What one piece took away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// First-login passwords that nobody used within 72 hours.
    pub temporary_passwords: u64,
    /// Codes, counters, known addresses, kept outcomes, door tokens and sessions that were deleted.
    pub rows: u64,
}

/// Sweeps once a minute until `stop`. An error or a silent database is logged, and the next minute tries again.
pub async fn keep(db: Db, kept: Audit, clock: Arc<dyn Clock>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(EVERY) => {}
        }
        for _ in 0..PIECES {
            let Ok(piece) = timeout(PATIENCE, sweep(&db, kept, clock.now())).await else {
                tracing::warn!("housekeeping has to wait: the database keeps silent");
                break;
            };
            note(&piece);
            let may_be_more =
                piece.is_ok_and(|swept| i64::try_from(swept.rows).is_ok_and(|rows| rows >= PIECE));
            if !may_be_more || stop.is_cancelled() {
                break;
            }
        }
    }
}

fn note(round: &Result<Swept, Error>) {
    match round {
        Ok(swept) if *swept == Swept::default() => {}
        Ok(swept) => {
            tracing::info!(temporary_passwords = swept.temporary_passwords, rows = swept.rows, "swept");
        }
        Err(error) => tracing::warn!(%error, "housekeeping has to wait"),
    }
}

/// Takes away one piece: of each kind, a bounded number of rows that are of no use at `now`.
pub async fn sweep(db: &Db, kept: Audit, now: Timestamp) -> Result<Swept, Error> {
    let before = |age: TimeDelta| earlier(now, age);
    let kept_since = |age: Duration| before(TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX));
    let mut swept = Swept::default();
    {
        let mut upkeep = db.upkeep().await?;
        let upkeep = &mut upkeep;
        for rows in [
            store::delete_codes(upkeep, before(CODES_KEPT), PIECE).await?,
            store::delete_counters(upkeep, before(COUNTERS_KEPT), PIECE).await?,
            store::delete_known_addresses(upkeep, before(KNOWN_ADDRESS_KEPT), PIECE).await?,
            store::delete_outcomes(upkeep, before(TimeDelta::hours(KEPT_HOURS)), PIECE).await?,
            store::delete_door_tokens(upkeep, now, PIECE).await?,
            store::delete_staff_sessions(upkeep, before(SESSIONS_KEPT), PIECE).await?,
            store::delete_member_sessions(upkeep, before(SESSIONS_KEPT), PIECE).await?,
            store::delete_strangers(upkeep, kept_since(kept.strangers), PIECE).await?,
            store::delete_refusals(upkeep, "visitor", kept_since(kept.strangers), PIECE).await?,
            store::delete_refusals(upkeep, "staff", kept_since(kept.signed_in), PIECE).await?,
            store::delete_refusals(upkeep, "customer", kept_since(kept.signed_in), PIECE).await?,
        ] {
            swept.rows = swept.rows.saturating_add(rows);
        }
        // Asked first: the write below leaves an audit row even when it changes nothing.
        if !store::exists_ended_temporary_password(upkeep.conn(), now).await? {
            return Ok(swept);
        }
    }
    swept.temporary_passwords = db
        .write_each_time(&System::job("customers.end_temporary_passwords", now), async |tx| {
            store::update_temporary_passwords(tx, now, PIECE).await
        })
        .await?;
    Ok(swept)
}
