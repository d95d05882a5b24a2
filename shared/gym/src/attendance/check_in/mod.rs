//! Letting somebody in: a fast path and a slow path to the same entry.
//!
//! A door with a queue before it sees some hundred check-ins a second, and nearly all of them meet nobody who wants the
//! same pass at the same moment. So the fast path is **two statements without a transaction**: one reads everything
//! that the decision follows from, one writes entry, charge and audit row together, or nothing if what was read is no
//! longer true (see [`super`] for how it knows). A transaction around them would cost two more round trips and hold its
//! locks for as long as they take.
//!
//! The slow path is **the same two statements inside a transaction**. It is taken
//! - when the request carries an `Idempotency-Key`, because its outcome must be kept in the same commit as the entry;
//! - when the fast path was overtaken [`QUICK_TRIES`] times: the transaction then locks the customer's door, so that
//!   only a charge elsewhere can still come between, and the queue moves on.

mod attempt;
mod request;

use serde::{Deserialize, Serialize};

use self::attempt::{Step, Tried, detail_of, next_step, write};
use super::{
    denial::{AskRefused, Reasons},
    history,
    model::{CheckInAttempt, CheckInOutcome, DoorRequest, EntryStatus, Look},
    store::{self, Writer},
};
use crate::customers::CustomerRefused;
use base::{
    Error,
    access::{Keyring, Permit, can},
    platform::{audit::Note, db::Db, once::RepeatableOutcome},
    vocabulary::EntryId,
};

pub(super) use self::request::{Request, pass_of};

/// How often a try may find that somebody was faster before it locks the customer's door.
const QUICK_TRIES: u8 = 3;
/// How often a try may find so in the transaction, where only a write to the subscription can still come between.
const PATIENT_TRIES: u8 = 8;

/// Records that somebody stands at the door of `desk`, and lets them in if the rules do.
///
/// A denial is kept too: [`CheckInAttempt::admitted`] tells the two apart. An admission less than ten seconds ago at
/// the same door is answered again and takes nothing.
///
/// # Refuses
/// [`CustomerRefused::NotFound`] for somebody who is absent or whom this door may not know of; [`AskRefused`];
/// [`base::access::AccessRefused::NotAllowed`] for an override by somebody who is no manager.
pub async fn check_in(
    db: &Db,
    keys: &Keyring,
    desk: &Permit<can::CheckIn>,
    ask: DoorRequest,
) -> Result<CheckInAttempt, Error> {
    let request = Request::read(keys, desk, ask)?;
    let must_happen_once = request.author.request().idempotency_key().is_some();
    if !must_happen_once && let Some(done) = quickly(db, &request).await? {
        return Ok(done);
    }
    in_transaction(db, &request).await
}

/// The fast path. Nothing, when others were faster each time.
async fn quickly(db: &Db, request: &Request<'_>) -> Result<Option<CheckInAttempt>, Error> {
    let mut signed = db.signed(&request.author).await?;
    for _ in 0..QUICK_TRIES {
        let decided = match next_step(request, request.look(signed.conn()).await?)? {
            Step::Answer(attempt) => return Ok(Some(*attempt)),
            Step::Write(decided) => decided,
        };
        match write(&mut Writer::Signed(&mut signed), request, decided).await {
            Ok(Tried::Written(done)) => return Ok(Some(*done)),
            Ok(Tried::Overtaken(_)) => {}
            // A deadlock or a serialization failure: nothing was written, so it is a lost try like any other.
            Err(Error::Fault(fault)) if fault.is_retryable() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// What is kept for a repeat of the same request.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    entry: EntryId,
    is_repeat: bool,
}

impl RepeatableOutcome for Kept {}

/// The slow path.
///
/// # Locks
/// The customer's door, once a try was overtaken.
async fn in_transaction(db: &Db, request: &Request<'_>) -> Result<CheckInAttempt, Error> {
    let kept = db
        .write(&request.author, async |tx| {
            for _ in 0..PATIENT_TRIES {
                let tried = match next_step(request, request.look(tx.conn()).await?)? {
                    Step::Answer(attempt) => Tried::Written(attempt),
                    Step::Write(decided) => write(&mut Writer::Tx(tx), request, decided).await?,
                };
                match tried {
                    Tried::Written(done) => {
                        tx.note(Note::on("entry", done.entry.get()).with(detail_of(&done)));
                        let is_repeat =
                            matches!(done.outcome, CheckInOutcome::Admitted { is_repeat: true, .. });
                        return Ok(Kept { entry: done.entry, is_repeat });
                    }
                    Tried::Overtaken(customer) => store::lock_door(tx, customer).await?,
                }
            }
            Err(AskRefused::Crowded.into())
        })
        .await?;
    read_again(db, request, kept).await
}

/// The attempt that was kept, as it is answered again.
async fn read_again(db: &Db, request: &Request<'_>, kept: Kept) -> Result<CheckInAttempt, Error> {
    let mut conn = db.conn().await?;
    // Whoever asks again may stand at another branch by now.
    let entry = history::find(conn.get(), kept.entry).await?.within(request.desk.granted());
    let entry = entry.ok_or(CustomerRefused::NotFound)?;
    let look = Look { customer: Some(entry.customer), branch: entry.branch, token: None, ..request.look };
    let seen = request.known(store::find_seen(conn.get(), &look).await?);
    let outcome = match (entry.status, entry.denied_as) {
        (EntryStatus::Denied, Some(denial)) => {
            CheckInOutcome::Denied(Reasons::one(denial).about(entry.subscription))
        }
        (EntryStatus::Approved | EntryStatus::Denied, overruled) => {
            CheckInOutcome::Admitted { charged: entry.charged, overruled, is_repeat: kept.is_repeat }
        }
    };
    Ok(CheckInAttempt {
        entry: entry.id,
        at: entry.at,
        customer: entry.customer,
        customer_name: entry.customer_name,
        branch: entry.branch,
        branch_name: entry.branch_name,
        source: entry.source,
        action: entry.action,
        pass: seen.and_then(|seen| pass_of(&seen, entry.subscription)),
        outcome,
    })
}
