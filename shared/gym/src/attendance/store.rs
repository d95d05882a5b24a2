//! The SQL of the door.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{
    denial::Denial,
    model::{Action, CheckInOutcome, Facts, LastEntry, Look, Pass, Seen, Source, Token},
};
use crate::{
    gyms::{GymRule, GymRules},
    subscriptions::{Doors, FreezeSpan, ServiceKind, StatusInputs},
};
use base::{
    Error, Fault,
    access::{Place, Unseen},
    platform::{
        db::{Connection, Signature, Signed, Tx},
        request::Actor,
    },
    vocabulary::{BranchId, CustomerId, EntryId, GymId, StaffId, SubscriptionId, Timestamp},
};

/// A boolean column of a row struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub(super) struct Flag(pub(super) bool);

/// One row for each subscription, or a single one without any; customer, branch and last admission are the same in
/// all.
struct SeenRow {
    customer_id: i64,
    customer_name: String,
    home_id: i64,
    customer_is_active: Flag,
    qr_version: i32,
    branch_name: String,
    branch_is_active: Flag,
    version: i64,
    rules: Vec<String>,
    token_spent_at: Option<Timestamp>,
    last_id: Option<i64>,
    last_branch_id: Option<i64>,
    last_at: Option<Timestamp>,
    last_subscription_id: Option<i64>,
    last_source: Option<Source>,
    last_action: Option<Action>,
    last_charged: Option<i32>,
    last_denied_as: Option<String>,
    subscription_id: Option<i64>,
    sold_at_id: Option<i64>,
    service_name: Option<String>,
    kind: Option<ServiceKind>,
    opens_door: Option<Flag>,
    opens_every_branch: Option<Flag>,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    frozen_from: Option<NaiveDate>,
    frozen_until: Option<NaiveDate>,
    stopped_at: Option<Timestamp>,
    remaining: Option<i32>,
    total: Option<i32>,
    is_prepaid: Flag,
}

impl SeenRow {
    fn pass(&self) -> Option<Pass> {
        Some(Pass {
            id: SubscriptionId::from(self.subscription_id?),
            branch: BranchId::from(self.sold_at_id?),
            service_name: self.service_name.clone()?,
            kind: self.kind?,
            opens_door: self.opens_door?.0,
            doors: if self.opens_every_branch?.0 { Doors::EveryBranch } else { Doors::OwnBranch },
            standing: StatusInputs {
                starts_on: self.starts_on?,
                ends_on: self.ends_on,
                freeze: self
                    .frozen_from
                    .zip(self.frozen_until)
                    .map(|(from, until)| FreezeSpan { from, until }),
                stopped_at: self.stopped_at,
                remaining: self.remaining,
            },
            total: self.total,
            prepaid: i32::from(self.is_prepaid.0),
        })
    }

    fn last(&self) -> Result<Option<LastEntry>, Error> {
        let (Some(id), Some(branch), Some(at)) = (self.last_id, self.last_branch_id, self.last_at) else {
            return Ok(None);
        };
        let (Some(source), Some(action), Some(charged)) =
            (self.last_source, self.last_action, self.last_charged)
        else {
            return Ok(None);
        };
        Ok(Some(LastEntry {
            id: EntryId::from(id),
            branch: BranchId::from(branch),
            at,
            subscription: self.last_subscription_id.map(SubscriptionId::from),
            source,
            action,
            charged,
            overruled: denial_of(id, self.last_denied_as.as_deref())?,
        }))
    }

    /// Each rule that the gym has set comes as its key behind a sign.
    fn rules(&self) -> GymRules {
        let set = self.rules.iter().filter_map(|text| {
            let (key, is_on) = text
                .strip_prefix('+')
                .map(|key| (key, true))
                .or_else(|| text.strip_prefix('-').map(|key| (key, false)))?;
            Some((GymRule::parse(key)?, is_on))
        });
        set.collect()
    }
}

/// The denial that an entry keeps, if it keeps one.
pub(super) fn denial_of(entry: i64, code: Option<&str>) -> Result<Option<Denial>, Error> {
    match code.map(|code| Denial::parse(code).ok_or(code)) {
        None => Ok(None),
        Some(Ok(denial)) => Ok(Some(denial)),
        Some(Err(code)) => Err(Fault::new(format!("entries {entry}: unknown denial {code}")).into()),
    }
}

/// Everything the decision and its writing need, in one look; nothing for somebody who is not of the gym.
pub(super) async fn find_seen(conn: &mut Connection, look: &Look) -> Result<Unseen<Seen>, Error> {
    let found = read_seen(conn, look).await?;
    Ok(Unseen::new(found, |seen| Place::branch(look.gym, seen.facts.home).of(seen.facts.customer)))
}

async fn read_seen(conn: &mut Connection, look: &Look) -> Result<Option<Seen>, Error> {
    let rows = sqlx::query_file_as!(
        SeenRow,
        "src/attendance/read.sql",
        look.gym.get(),
        look.branch.get(),
        look.customer.map(CustomerId::get),
        look.subscription.map(SubscriptionId::get),
        look.token,
        look.paid_by.map(StaffId::get),
        look.since,
    )
    .fetch_all(conn)
    .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(Seen {
        facts: Facts {
            customer: CustomerId::from(row.customer_id),
            customer_name: row.customer_name.clone(),
            home: BranchId::from(row.home_id),
            customer_is: row.customer_is_active.0.into(),
            qr_version: row.qr_version,
            branch: look.branch,
            branch_name: row.branch_name.clone(),
            branch_is: row.branch_is_active.0.into(),
            rules: row.rules(),
            passes: rows.iter().filter_map(SeenRow::pass).collect(),
        },
        version: row.version,
        last: row.last()?,
        token_spent_at: row.token_spent_at,
    }))
}

/// How an attempt is written.
pub(super) enum Writer<'a> {
    /// In a transaction, which writes the audit row.
    Tx(&'a mut Tx),
    /// In one statement, which writes it itself.
    Signed(&'a mut Signed),
}

impl Writer<'_> {
    /// The connection, and what an audit row says that the statement has to write: the deed and its request.
    fn parts(&mut self) -> (&mut Connection, Option<Signature>) {
        match self {
            Self::Tx(tx) => (tx.conn(), None),
            Self::Signed(signed) => {
                let signature = signed.signature().clone();
                (signed.conn(), Some(signature))
            }
        }
    }
}

/// What is to be written about an attempt.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub gym: GymId,
    pub branch: BranchId,
    pub customer: CustomerId,
    pub subscription: Option<SubscriptionId>,
    pub at: Timestamp,
    pub source: Source,
    pub action: Action,
    pub outcome: &'a CheckInOutcome,
    pub staff: StaffId,
}

impl Record<'_> {
    fn actor(&self) -> Actor {
        Actor::Staff(self.staff.get())
    }

    fn detail(&self) -> Value {
        detail(self.customer, self.subscription, self.action, self.source, self.outcome)
    }
}

/// What the audit row says of an attempt.
pub(super) fn detail(
    customer: CustomerId,
    subscription: Option<SubscriptionId>,
    action: Action,
    source: Source,
    outcome: &CheckInOutcome,
) -> Value {
    json!({
        "customer_id": customer,
        "subscription_id": subscription,
        "admitted": outcome.is_admitted(),
        "denied_as": outcome.denial().map(Denial::code),
        "charged": outcome.charged(),
        "action": action,
        "source": source,
    })
}

/// What an admission needs beside its record: the version it was decided on, and the token it uses up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admission<'a> {
    pub version: i64,
    pub today: NaiveDate,
    pub override_reason: Option<&'a str>,
    pub token: Option<Token>,
}

/// What was written of an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub entry: EntryId,
    /// What is left after a charge.
    pub remaining: Option<i32>,
}

/// Writes the entry of an admission, its charge and ledger line, the spent token, the audit row and the next version;
/// or nothing at all when somebody was faster.
///
/// # Locks
/// The customer's door, the customer, the subscription, its balance.
#[expect(clippy::cognitive_complexity, reason = "counted in what the macro makes of twenty parameters")]
pub(super) async fn insert_admission(
    writer: &mut Writer<'_>,
    record: &Record<'_>,
    admission: Admission<'_>,
) -> Result<Option<Written>, Error> {
    let (conn, signature) = writer.parts();
    let signature = signature.as_ref();
    let written = sqlx::query_file!(
        "src/attendance/admit.sql",
        record.customer.get(),
        admission.version,
        record.at,
        record.gym.get(),
        record.branch.get(),
        record.subscription.map(SubscriptionId::get),
        record.outcome.charged(),
        admission.today,
        record.outcome.denial().map(Denial::code),
        record.source.as_str(),
        record.action.as_str(),
        admission.override_reason,
        record.staff.get(),
        record.actor().kind(),
        record.actor().id(),
        admission.token.map(|token| token.id),
        admission.token.map(|token| token.expires_at),
        signature.map(Signature::deed),
        record.detail(),
        signature.map(|signature| signature.request().id()),
        signature.and_then(|signature| signature.request().client_id()),
    )
    .fetch_optional(conn)
    .await?;
    Ok(written.map(|row| Written { entry: EntryId::from(row.id), remaining: row.remaining }))
}

/// Writes the entry of a denial, and its audit row where no transaction writes one. It changes nothing that a
/// decision follows from, so it needs no lock and no version.
pub(super) async fn insert_denial(writer: &mut Writer<'_>, record: &Record<'_>) -> Result<Written, Error> {
    let (conn, signature) = writer.parts();
    let signature = signature.as_ref();
    let id = sqlx::query_file_scalar!(
        "src/attendance/deny.sql",
        record.gym.get(),
        record.branch.get(),
        record.customer.get(),
        record.subscription.map(SubscriptionId::get),
        record.at,
        record.outcome.denial().map(Denial::code),
        record.source.as_str(),
        record.action.as_str(),
        record.staff.get(),
        record.actor().kind(),
        record.actor().id(),
        signature.map(Signature::deed),
        record.detail(),
        signature.map(|signature| signature.request().id()),
        signature.and_then(|signature| signature.request().client_id()),
    )
    .fetch_one(conn)
    .await?;
    Ok(Written { entry: EntryId::from(id), remaining: None })
}

/// Makes the next entries of a customer wait for this transaction.
pub(super) async fn lock_door(tx: &mut Tx, customer: CustomerId) -> Result<(), Error> {
    sqlx::query!("select from customer_doors where customer_id = $1 for update", customer.get())
        .fetch_optional(tx.conn())
        .await?;
    Ok(())
}
