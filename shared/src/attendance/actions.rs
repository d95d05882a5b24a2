//! What the desk does at the door.

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    code::{Code, open_token, parse_code},
    denial::{AskRefused, Denial, Reasons},
    history,
    model::{Ask, Attempt, EntryStatus, LastEntry, Look, Outcome, Pass, Seen, Source, Token},
    rules::{Decision, Knock, REPEAT_SECONDS, Verdict, Wish, could_open, decide, judge},
    store::{self, Admission, Record},
};
use crate::{
    access::{AccessRefused, Keyring, Permit, can},
    customers::CustomerRefused,
    error::Error,
    platform::{
        audit::Note,
        db::{Accountable, Db, Signature, sealed::Sealed},
    },
    subscriptions::SubscriptionNotFound,
    vocabulary::{BranchId, CustomerId, EntryId, Line, SubscriptionId},
};

/// Looks and writes that are tried without holding the door.
const QUICK_TRIES: u8 = 3;
/// Looks and writes that are tried while holding it: only spending elsewhere can still be faster.
const PATIENT_TRIES: u8 = 8;

/// Whose hand is on the door, and under which capability.
#[derive(Debug, Clone)]
enum Hand {
    Desk(Permit<can::CheckIn>),
    Manager(Permit<can::OverrideDenials>),
}

impl Sealed for Hand {}

impl Accountable for Hand {
    fn signature(&self) -> Signature {
        match self {
            Self::Desk(permit) => permit.signature(),
            Self::Manager(permit) => permit.signature(),
        }
    }
}

/// A request at the door, read.
#[derive(Debug)]
struct Call<'a> {
    desk: &'a Permit<can::CheckIn>,
    hand: Hand,
    look: Look,
    knock: Knock,
    source: Source,
    override_reason: Option<Line>,
}

/// What became of one try.
enum Tried {
    Done(Box<Attempt>),
    /// Somebody was faster; nothing was written.
    Lost(CustomerId),
}

/// Records that somebody stands at the door of `desk`, and lets them in if the rules do.
///
/// A denial is kept too: [`Attempt::admitted`] tells the two apart. An admission of a moment ago at the same door is
/// answered again and takes nothing.
///
/// # Refuses
/// [`CustomerRefused::NotFound`] for somebody who is absent or whom this door may not know of; [`AskRefused`];
/// [`AccessRefused::NotAllowed`] for an override by somebody who is no manager.
pub async fn check_in(
    db: &Db,
    keys: &Keyring,
    desk: &Permit<can::CheckIn>,
    ask: Ask,
) -> Result<Attempt, Error> {
    let call = Call::read(keys, desk, ask)?;
    let must_happen_once = call.hand.signature().request.idempotency_key().is_some();
    if !must_happen_once && let Some(done) = quickly(db, &call).await? {
        return Ok(done);
    }
    in_turn(db, &call).await
}

/// Two statements per try, no transaction around them.
async fn quickly(db: &Db, call: &Call<'_>) -> Result<Option<Attempt>, Error> {
    let signature = call.hand.signature();
    let mut conn = db.conn().await?;
    for _ in 0..QUICK_TRIES {
        let decided = match consider(call, see(conn.get(), call).await?)? {
            Next::Tell(attempt) => return Ok(Some(*attempt)),
            Next::Write(decided) => decided,
        };
        match write(conn.get(), call, decided, Some(&signature)).await {
            Ok(Tried::Done(done)) => return Ok(Some(*done)),
            Ok(Tried::Lost(_)) => {}
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

/// In a transaction, holding the door once a try was lost; honours the request's `Idempotency-Key`.
async fn in_turn(db: &Db, call: &Call<'_>) -> Result<Attempt, Error> {
    let kept = db
        .write(&call.hand, async |tx| {
            for _ in 0..PATIENT_TRIES {
                let tried = match consider(call, see(tx.conn(), call).await?)? {
                    Next::Tell(attempt) => Tried::Done(attempt),
                    Next::Write(decided) => write(tx.conn(), call, decided, None).await?,
                };
                match tried {
                    Tried::Done(done) => {
                        tx.note(Note::on("entry", done.entry.get()).with(detail_of(&done)));
                        let is_repeat = matches!(done.outcome, Outcome::Admitted { is_repeat: true, .. });
                        return Ok(Kept { entry: done.entry, is_repeat });
                    }
                    Tried::Lost(customer) => store::lock_door(tx.conn(), customer).await?,
                }
            }
            Err(AskRefused::Crowded.into())
        })
        .await?;
    tell(db, call, kept).await
}

/// The attempt that was kept, as it is told again.
async fn tell(db: &Db, call: &Call<'_>, kept: Kept) -> Result<Attempt, Error> {
    let mut conn = db.conn().await?;
    let entry = history::find(conn.get(), kept.entry).await?.ok_or(CustomerRefused::NotFound)?;
    let look = Look { customer: Some(entry.customer), branch: entry.branch, token: None, ..call.look };
    let seen = store::find_seen(conn.get(), &look).await?;
    let outcome = match (entry.status, entry.denied_as) {
        (EntryStatus::Denied, Some(denial)) => {
            Outcome::Denied(Reasons::one(denial).about(entry.subscription))
        }
        (EntryStatus::Approved | EntryStatus::Denied, overruled) => {
            Outcome::Admitted { charged: entry.charged, overruled, is_repeat: kept.is_repeat }
        }
    };
    Ok(Attempt {
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

impl<'a> Call<'a> {
    fn read(keys: &Keyring, desk: &'a Permit<can::CheckIn>, ask: Ask) -> Result<Self, Error> {
        let hand = if ask.overriding.is_some() {
            let manager = desk.granted().also::<can::OverrideDenials>().ok_or(AccessRefused::NotAllowed)?;
            Hand::Manager(manager.at(desk.branch())?)
        } else {
            Hand::Desk(desk.clone())
        };
        let (customer, token) = identify(keys, &ask)?;
        let now = desk.now();
        let since = now.checked_sub_signed(TimeDelta::seconds(REPEAT_SECONDS)).unwrap_or(now);
        let look = Look {
            gym: desk.gym(),
            branch: desk.branch(),
            customer,
            subscription: ask.subscription,
            token: token.map(|token| token.id),
            since,
            paid_by: ask.follows_deduction.then_some(desk.staff()),
        };
        let knock = Knock {
            wish: Wish { action: ask.action, preferred: ask.subscription },
            token,
            is_overriding: ask.overriding.is_some(),
            now,
            today: desk.calendar().today(now),
        };
        Ok(Self { desk, hand, look, knock, source: ask.source, override_reason: ask.overriding })
    }

    /// What an admission moves on. Overruling a denial spends no token: it was not the token that opened the door.
    fn admission(&self, seen: &Seen, overruled: Option<Denial>) -> Admission<'_> {
        Admission {
            version: seen.version,
            today: self.knock.today,
            override_reason: overruled.and(self.override_reason.as_ref()).map(Line::as_str),
            token: self.knock.token.filter(|_| overruled.is_none()),
        }
    }
}

/// Who is named, and by which token: an id, a code, or a subscription of theirs.
fn identify(keys: &Keyring, ask: &Ask) -> Result<(Option<CustomerId>, Option<Token>), Error> {
    let (named, token) = match ask.code.as_deref().map(parse_code).transpose()? {
        None => (None, None),
        Some(Code::Customer(id)) => (Some(id), None),
        Some(Code::Token(text)) => {
            let claims = open_token(keys, &text)?;
            let token =
                Token { id: claims.sid.get(), qr_version: claims.qr_version, expires_at: claims.expires_at };
            (Some(CustomerId::from(claims.subject)), Some(token))
        }
    };
    if ask.customer.is_some() && named.is_some() && ask.customer != named {
        return Err(AskRefused::TwoPeople.into());
    }
    let customer = ask.customer.or(named);
    if customer.is_none() && ask.subscription.is_none() {
        return Err(AskRefused::NobodyNamed.into());
    }
    Ok((customer, token))
}

/// What is to be written about an attempt, and what it was decided on.
struct Decided {
    seen: Seen,
    outcome: Outcome,
    subscription: Option<SubscriptionId>,
}

/// The entry of a moment ago, or what is to be written now.
enum Next {
    Tell(Box<Attempt>),
    Write(Box<Decided>),
}

fn consider(call: &Call<'_>, seen: Seen) -> Result<Next, Error> {
    let (outcome, subscription) = match judge(&seen, &call.knock)? {
        Verdict::Repeat(last) => return Ok(Next::Tell(Box::new(repeated(seen, &last)))),
        Verdict::Admit { on, charge } => {
            (Outcome::Admitted { charged: charge, overruled: None, is_repeat: false }, Some(on))
        }
        Verdict::Overrule(reasons) => {
            (Outcome::Admitted { charged: 0, overruled: Some(reasons.first()), is_repeat: false }, None)
        }
        Verdict::Deny(reasons) => {
            let about = reasons.subscription();
            (Outcome::Denied(reasons), about)
        }
    };
    Ok(Next::Write(Box::new(Decided { seen, outcome, subscription })))
}

/// Writes what was decided, unless somebody was faster. `signature` is for the audit row; none when the transaction
/// around writes one.
async fn write(
    conn: &mut PgConnection,
    call: &Call<'_>,
    decided: Box<Decided>,
    signature: Option<&Signature>,
) -> Result<Tried, Error> {
    let Decided { seen, outcome, subscription } = *decided;
    let record = Record {
        gym: call.look.gym,
        branch: call.look.branch,
        customer: seen.facts.customer,
        subscription,
        at: call.knock.now,
        source: call.source,
        action: call.knock.wish.action,
        outcome: &outcome,
        staff: call.desk.staff(),
        signature,
    };
    let written = match &outcome {
        Outcome::Denied(_) => store::insert_denial(conn, &record).await.map(Some)?,
        Outcome::Admitted { overruled, .. } => {
            store::insert_admission(conn, &record, call.admission(&seen, *overruled)).await?
        }
    };
    let Some(written) = written else { return Ok(Tried::Lost(seen.facts.customer)) };
    let mut pass = pass_of(&seen, subscription);
    if let (Some(pass), Some(remaining)) = (&mut pass, written.remaining) {
        pass.standing.remaining = Some(remaining);
    }
    Ok(Tried::Done(Box::new(Attempt {
        entry: written.entry,
        at: call.knock.now,
        customer: seen.facts.customer,
        customer_name: seen.facts.customer_name,
        branch: seen.facts.branch,
        branch_name: seen.facts.branch_name,
        source: call.source,
        action: call.knock.wish.action,
        pass,
        outcome,
    })))
}

/// A repeat writes no entry; its audit row names the one that it was answered with.
fn detail_of(done: &Attempt) -> Value {
    if matches!(done.outcome, Outcome::Admitted { is_repeat: true, .. }) {
        return json!({ "customer_id": done.customer, "repeated": true });
    }
    let subscription = done.pass.as_ref().map(|pass| pass.id);
    store::detail(done.customer, subscription, done.action, done.source, &done.outcome)
}

/// Looks, and turns away whoever asks about somebody they may not know of.
///
/// A customer of another branch is known at this door when the desk's own reach covers that branch, or when something
/// they bought could open this door; otherwise they are answered exactly as nobody.
async fn see(conn: &mut PgConnection, call: &Call<'_>) -> Result<Seen, Error> {
    let by_id = call.look.customer.is_some();
    let absent = || if by_id { Error::from(CustomerRefused::NotFound) } else { SubscriptionNotFound.into() };
    let seen = store::find_seen(conn, &call.look).await?.ok_or_else(absent)?;
    if !call.desk.granted().scope().covers(call.look.gym, seen.facts.home) && !could_open(&seen.facts) {
        return Err(absent());
    }
    if call.look.subscription.is_some_and(|named| pass_of(&seen, Some(named)).is_none()) {
        return Err(SubscriptionNotFound.into());
    }
    Ok(seen)
}

fn repeated(seen: Seen, last: &LastEntry) -> Attempt {
    Attempt {
        entry: last.id,
        at: last.at,
        pass: pass_of(&seen, last.subscription),
        customer: seen.facts.customer,
        customer_name: seen.facts.customer_name,
        branch: seen.facts.branch,
        branch_name: seen.facts.branch_name,
        source: last.source,
        action: last.action,
        outcome: Outcome::Admitted { charged: last.charged, overruled: last.overruled, is_repeat: true },
    }
}

fn pass_of(seen: &Seen, id: Option<SubscriptionId>) -> Option<Pass> {
    seen.facts.passes.iter().find(|pass| Some(pass.id) == id).cloned()
}

/// What would happen at a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// Who.
    pub customer: CustomerId,
    /// Their name.
    pub customer_name: String,
    /// Where.
    pub branch: BranchId,
    /// Its name.
    pub branch_name: String,
    /// When, as the clock on the gym's wall shows it.
    pub at: NaiveDateTime,
    /// Whether the door would open.
    pub decision: Decision,
    /// The subscription that would open it, or that the first reason is about.
    pub pass: Option<Pass>,
}

impl Outlook {
    pub(super) fn of(seen: &Seen, wish: Wish, at: NaiveDateTime) -> Self {
        let decision = decide(&seen.facts, wish, at.date());
        let subscription = match &decision {
            Decision::Admit { on, .. } => Some(*on),
            Decision::Deny(reasons) => reasons.subscription(),
        };
        Self {
            customer: seen.facts.customer,
            customer_name: seen.facts.customer_name.clone(),
            branch: seen.facts.branch,
            branch_name: seen.facts.branch_name.clone(),
            at,
            pass: pass_of(seen, subscription),
            decision,
        }
    }
}

/// Says whether the customer would be let in at `at` (now, if none), without acting.
///
/// # Refuses
/// [`CustomerRefused::NotFound`], as [`check_in`] does.
pub async fn would_admit(
    db: &Db,
    keys: &Keyring,
    desk: &Permit<can::CheckIn>,
    ask: Ask,
    at: Option<NaiveDateTime>,
) -> Result<Outlook, Error> {
    let call = Call::read(keys, desk, ask)?;
    let mut conn = db.conn().await?;
    let seen = see(conn.get(), &call).await?;
    let at = at.unwrap_or_else(|| desk.calendar().local(desk.now()));
    Ok(Outlook::of(&seen, call.knock.wish, at))
}
