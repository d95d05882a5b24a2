//! Writes that happen once: who keeps what they came to, and when a repeat is answered with it.

use std::pin::Pin;

use serde::{Serialize, de::DeserializeOwned};

use super::{
    db::{Accountable, Tx},
    idempotency::{self, Ticket},
};
use crate::{
    error::{Error, Fault},
    vocabulary::{BranchId, CustomerId, ExpenseAttachmentId, ExpenseId, ServiceId, StaffId, Timestamp},
};

/// What a write hands back, and what is kept of it for a repeat: it names what was done, and is no answer by itself.
///
/// Whoever repeats a write may have changed branch or role since. So what is kept holds ids, counts and instants,
/// never a name, a text or a secret, and the verb reads what it answers after the write, through the scope or the
/// `Unseen` of whoever asks. A sweep repeats every write after its caller has left the branch.
///
/// Declared for each type by itself, so that nobody keeps a whole answer by accident:
/// ```compile_fail
/// fn is_kept<T: base::platform::once::RepeatableOutcome>() {}
/// is_kept::<String>();
/// ```
pub trait RepeatableOutcome: Serialize + DeserializeOwned + Send {}

/// Nothing but that it was done.
impl RepeatableOutcome for () {}
/// An instant tells of nobody.
impl RepeatableOutcome for Timestamp {}
impl RepeatableOutcome for BranchId {}
impl RepeatableOutcome for CustomerId {}
impl RepeatableOutcome for ExpenseAttachmentId {}
impl RepeatableOutcome for ExpenseId {}
impl RepeatableOutcome for ServiceId {}
impl RepeatableOutcome for StaffId {}

/// Someone whose capability moves money, as the policy's table says.
pub trait Cashier: Accountable {}

/// What a write that moves money hands back.
pub trait MoneyOutcome: RepeatableOutcome + Sync {
    /// Whether what was done still holds. Whoever undid it and asks for the same once more wants it done once more,
    /// however soon: that is no double click.
    fn stands(&self, tx: &mut Tx) -> impl Future<Output = Result<bool, Error>> + Send;
}

/// How the outcome of a write that happens once is kept and answered again.
pub(super) struct Once<T> {
    ticket: Ticket,
    pack: fn(&T) -> serde_json::Result<serde_json::Value>,
    unpack: fn(serde_json::Value) -> serde_json::Result<T>,
    /// Whether the first outcome still holds; only for a write that moves money.
    stands: Option<for<'a> fn(&'a T, &'a mut Tx) -> StandsFuture<'a>>,
}

type StandsFuture<'a> = Pin<Box<dyn Future<Output = Result<bool, Error>> + Send + 'a>>;

impl<T: RepeatableOutcome> Once<T> {
    pub(super) fn new(ticket: Ticket) -> Self {
        Self {
            ticket,
            pack: |value| serde_json::to_value(value),
            unpack: |kept| serde_json::from_value(kept),
            stands: None,
        }
    }
}

impl<T: MoneyOutcome> Once<T> {
    pub(super) fn of_money(ticket: Ticket) -> Self {
        fn stands<'a, T: MoneyOutcome>(first: &'a T, tx: &'a mut Tx) -> StandsFuture<'a> {
            Box::pin(first.stands(tx))
        }
        Self { stands: Some(stands), ..Self::new(ticket) }
    }
}

impl<T: Send> Once<T> {
    /// Whether it moves money.
    pub(super) fn moves_money(&self) -> bool {
        self.stands.is_some()
    }

    /// What the first of these writes came to, if this one repeats it.
    pub(super) async fn first(&self, tx: &mut Tx) -> Result<Option<T>, Error> {
        let Some(kept) = idempotency::find(tx, &self.ticket).await? else { return Ok(None) };
        let first = (self.unpack)(kept).map_err(Fault::new)?;
        if self.ticket.is_explicit() {
            // A key asks what became of its own request, whatever happened since.
            return Ok(Some(first));
        }
        match self.stands {
            Some(stands) if !stands(&first, tx).await? => Ok(None),
            Some(_) | None => Ok(Some(first)),
        }
    }

    /// What is kept of the write's outcome.
    pub(super) fn pack(&self, outcome: &T) -> Result<serde_json::Value, Error> {
        Ok((self.pack)(outcome).map_err(Fault::new)?)
    }

    /// Keeps it, in the transaction of the write.
    pub(super) async fn keep(&self, tx: &mut Tx, packed: serde_json::Value) -> Result<(), Error> {
        idempotency::keep(tx, &self.ticket, packed).await
    }
}
