//! One transaction per deed: it commits with its audit row or not at all, and runs again when Postgres asks for it.

use std::mem;

use super::{Accountable, Connection, Db, Loan, Signature, borrow};
use crate::{
    error::Error,
    platform::{
        audit::{self, Note},
        idempotency::{self, Ticket},
        once::{Cashier, MoneyOutcome, Once, RepeatableOutcome},
        outbox,
        request::Actor,
        telemetry::metric,
    },
    vocabulary::{BranchId, GymId, Timestamp},
};

/// Most attempts at one transaction, the first included, when Postgres ends it in favour of another.
const ATTEMPTS: u32 = 4;

/// An open write transaction, and what its audit row will say.
#[derive(Debug)]
pub struct Tx {
    loan: Loan,
    signature: Signature,
    notes: Vec<Note>,
    may_move_money: bool,
    /// Whether something was written that the worker is woken for.
    wakes: bool,
}

/// What a write came to before its commit.
enum Made<T> {
    Now(T),
    /// By an earlier request with the same key, or the first of two clicks; nothing is written now.
    Before(T),
}

impl Tx {
    async fn begin(mut loan: Loan, signature: Signature, may_move_money: bool) -> Result<Self, Error> {
        loan.get().begin().await?;
        Ok(Self { loan, signature, notes: Vec::new(), may_move_money, wakes: false })
    }

    async fn commit(mut self) -> Result<(), Error> {
        self.loan.get().commit().await?;
        if self.wakes {
            outbox::wake(self.loan.get()).await;
        }
        Ok(())
    }

    /// Whether a stranger did something that concerns no gym and nothing in it: asked for a code, guessed one wrong.
    /// It leaves no row: strangers could write them without end, and no gym would ever see one. What they were refused
    /// is noted apart, within bounds.
    fn concerns_nobody(&self, notes: &[Note]) -> bool {
        self.signature.actor == Actor::Visitor && self.signature.gym.is_none() && notes.is_empty()
    }

    async fn roll_back(mut self) {
        if let Err(lost) = self.loan.get().roll_back().await {
            tracing::debug!(error = %lost, "the connection was lost before the rollback");
        }
    }

    /// The connection, inside the transaction.
    pub fn conn(&mut self) -> &mut Connection {
        self.loan.get()
    }

    /// When the request arrived.
    pub fn now(&self) -> Timestamp {
        self.signature.request.arrived_at()
    }

    /// The staff user, customer, visitor or job that answers for the write.
    pub fn actor(&self) -> Actor {
        self.signature.actor
    }

    /// Whether it was opened by [`Db::write_money`], so that a double click moves nothing twice.
    pub fn may_move_money(&self) -> bool {
        self.may_move_money
    }

    /// Adds to the audit row what was done to what.
    pub fn note(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Wakes the worker once this is committed.
    pub(in crate::platform) fn wake_the_worker(&mut self) {
        self.wakes = true;
    }

    /// Sets gym and branch of the audit row, when they became known inside the transaction.
    pub fn stand_at(&mut self, gym: GymId, branch: Option<BranchId>) {
        self.signature.gym = Some(gym);
        self.signature.branch = branch.or(self.signature.branch);
    }
}

impl Db {
    /// Runs `work` in one transaction: commits if it returns `Ok`, rolls back if not, and runs it again, a few times,
    /// if Postgres reports a serialization failure or a deadlock.
    ///
    /// Honours the request's `Idempotency-Key`: a repeat is handed what the first came to, and
    /// [says so](super::super::request::RequestContext::is_repeat). What is answered is read afterwards, as the caller
    /// may see it then.
    ///
    /// # Refuses
    /// [`idempotency::RepeatRefused`] when the key was used for another body, or its first use is still running.
    pub async fn write<T, F>(&self, by: &impl Accountable, work: F) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: RepeatableOutcome,
    {
        let signature = by.signature();
        let once = Ticket::of(&signature, self.fingerprint_key).map(Once::new);
        self.run(signature, once, work).await
    }

    /// Like [`Db::write`], for writes that move money: only inside it can money be taken.
    ///
    /// Without an `Idempotency-Key` it still happens once when the same actor, route and body are repeated within ten
    /// seconds, because the installed apps send none: the repeat answers the first outcome while that
    /// [stands](MoneyOutcome::stands).
    ///
    /// # Refuses
    /// As [`Db::write`].
    pub async fn write_money<T, F>(&self, by: &impl Cashier, work: F) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: MoneyOutcome,
    {
        let signature = by.signature();
        let once = Ticket::of_money(&signature, self.fingerprint_key).map(Once::of_money);
        self.run(signature, once, work).await
    }

    /// Like [`Db::write`], for writes whose repeat must happen again and whose result is not to be kept: sign-ins,
    /// codes, guesses.
    pub async fn write_each_time<T, F>(&self, by: &impl Accountable, work: F) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: Send,
    {
        self.run(by.signature(), None, work).await
    }

    async fn run<T, F>(&self, signature: Signature, once: Option<Once<T>>, work: F) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: Send,
    {
        let mut attempt = 1;
        loop {
            match self.try_once(&signature, once.as_ref(), &work).await {
                Err(Error::Fault(fault)) if attempt < ATTEMPTS && fault.is_retryable() => {
                    metrics::counter!(metric::DB_TRANSACTIONS_REPEATED).increment(1);
                    tokio::time::sleep(idempotency::pause_before(attempt)).await;
                    attempt = attempt.saturating_add(1);
                }
                other => return other,
            }
        }
    }

    async fn try_once<T, F>(
        &self,
        signature: &Signature,
        once: Option<&Once<T>>,
        work: &F,
    ) -> Result<T, Error>
    where
        for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
            + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
            + Send
            + Sync,
        T: Send,
    {
        let may_move_money = once.is_some_and(Once::moves_money);
        let mut tx = Tx::begin(borrow(&self.writing).await?, signature.clone(), may_move_money).await?;
        match make(&mut tx, once, work).await {
            Ok(Made::Now(value)) => {
                tx.commit().await?;
                Ok(value)
            }
            // A repeat wrote nothing and has no audit row: there is nothing to commit.
            Ok(Made::Before(value)) => {
                tx.signature.request.settle_repeat();
                tx.roll_back().await;
                Ok(value)
            }
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }
}

/// Everything between the beginning of the transaction and its end.
async fn make<T, F>(tx: &mut Tx, once: Option<&Once<T>>, work: &F) -> Result<Made<T>, Error>
where
    for<'t> F: AsyncFn(&'t mut Tx) -> Result<T, Error>
        + SendFn<&'t mut Tx, Result<T, Error>, Fut: Send>
        + Send
        + Sync,
    T: Send,
{
    if let Some(once) = once
        && let Some(first) = once.first(tx).await?
    {
        return Ok(Made::Before(first));
    }
    let value = work(tx).await?;
    if let Some(once) = once {
        let packed = once.pack(&value)?;
        once.keep(tx, packed).await?;
    }
    // The audit row comes last: only now is it known what was done to what.
    let notes = mem::take(&mut tx.notes);
    if !tx.concerns_nobody(&notes) {
        audit::record(tx.loan.get(), &tx.signature, notes).await?;
    }
    Ok(Made::Now(value))
}

/// `AsyncFn` whose future is `Send`; stable Rust cannot say it directly yet.
pub trait SendFn<Arg, R>: Fn(Arg) -> Self::Fut {
    /// The future that a call of the function returns.
    type Fut: Future<Output = R>;
}

impl<F, Arg, R, Fut> SendFn<Arg, R> for F
where
    F: Fn(Arg) -> Fut,
    Fut: Future<Output = R>,
{
    type Fut = Fut;
}
