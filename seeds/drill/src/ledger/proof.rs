//! Compares what the callers were told with what Postgres kept.

use std::collections::{BTreeMap, BTreeSet};

use base::platform::clock::{Clock as _, SystemClock};
use sqlx::PgPool;

use super::{
    books::{Entry, Fate},
    deed::Kind,
    desk::{PHONES, number_in},
};

/// What is wrong, how often, and one example of each.
#[derive(Debug, Default)]
pub(crate) struct Findings(BTreeMap<&'static str, (u64, String)>);

impl Findings {
    /// Counts a finding, and keeps the first example of its kind.
    pub(crate) fn add(&mut self, what: &'static str, example: impl Into<String>) {
        let known = self.0.entry(what).or_insert_with(|| (0, example.into()));
        known.0 = known.0.saturating_add(1);
    }

    /// One line for each kind.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.iter().map(|(what, (count, example))| format!("{what}: {count}, e.g. {example}")).collect()
    }
}

/// What the figures of a subscription must be.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Figures {
    customer: i64,
    grants: i64,
    granted: i64,
    uses: i64,
    used: i64,
    payments: i64,
    paid: i64,
    freezes: i64,
    unfreezes: i64,
}

/// Everything that was acknowledged, added up.
#[derive(Debug, Default)]
struct Books {
    customers: BTreeMap<String, i64>,
    subscriptions: BTreeMap<i64, Figures>,
    entries: BTreeSet<i64>,
    languages: BTreeMap<i64, &'static str>,
}

impl Books {
    fn add_up(entries: &[Entry]) -> Self {
        let mut books = Self::default();
        for entry in entries {
            if let Fate::Done(data) = &entry.fate {
                books.enter(&entry.deed.kind, data);
            }
        }
        books
    }

    fn enter(&mut self, kind: &Kind, data: &serde_json::Value) {
        let named = number_in(data, "subscription_id");
        match kind {
            Kind::Register { phone } => {
                self.customers.insert(phone.clone(), number_in(data, "id").unwrap_or_default());
            }
            Kind::Sell { customer, units, price, .. } => {
                let figures = self.of(named);
                figures.customer = *customer;
                figures.grant(*units, *price);
            }
            Kind::Renew { units, price, .. } => self.of(named).grant(Some(*units), *price),
            Kind::Deduct { subscription, amount } => {
                let figures = self.of(Some(*subscription));
                figures.uses = figures.uses.saturating_add(1);
                figures.used = figures.used.saturating_add(*amount);
            }
            Kind::CheckIn { .. } => {
                self.entries.insert(number_in(data, "entry_id").unwrap_or_default());
            }
            Kind::Freeze { subscription, .. } => {
                let figures = self.of(Some(*subscription));
                figures.freezes = figures.freezes.saturating_add(1);
            }
            Kind::Unfreeze { subscription } => {
                let figures = self.of(Some(*subscription));
                figures.unfreezes = figures.unfreezes.saturating_add(1);
            }
            Kind::Speak { member, language } => {
                self.languages.insert(*member, language);
            }
        }
    }

    fn of(&mut self, subscription: Option<i64>) -> &mut Figures {
        self.subscriptions.entry(subscription.unwrap_or_default()).or_default()
    }
}

impl Figures {
    fn grant(&mut self, units: Option<i64>, price: i64) {
        self.payments = self.payments.saturating_add(1);
        self.paid = self.paid.saturating_add(price);
        if let Some(units) = units {
            self.grants = self.grants.saturating_add(1);
            self.granted = self.granted.saturating_add(units);
        }
    }
}

/// What was found out beside what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// Unknown ones that had happened before they were sent again.
    pub(crate) had_happened: u64,
    /// How many subscriptions were compared.
    pub(crate) subscriptions: usize,
    /// How many audit rows were compared.
    pub(crate) audit_rows: i64,
}

/// Compares everything; `prefix` begins every key.
pub(crate) async fn compare(
    pool: &PgPool,
    prefix: &str,
    entries: &[Entry],
    findings: &mut Findings,
) -> anyhow::Result<Learnt> {
    let mut learnt = Learnt::default();
    trail(pool, prefix, entries, findings, &mut learnt).await?;
    let books = Books::add_up(entries);
    people(pool, &books, findings).await?;
    learnt.subscriptions = subscriptions(pool, &books, findings).await?;
    visits(pool, &books, findings).await?;
    languages(pool, &books, findings).await?;
    invariants(pool, findings).await?;
    Ok(learnt)
}

/// One audit row for each write that happened, none for any other.
async fn trail(
    pool: &PgPool,
    prefix: &str,
    entries: &[Entry],
    findings: &mut Findings,
    learnt: &mut Learnt,
) -> anyhow::Result<()> {
    let rows: Vec<(String, i64, i32)> = sqlx::query_as(
        "select regexp_replace(client_request_id, '-[0-9]+$', ''), count(*),
             min(substring(client_request_id from '[0-9]+$')::int)
         from audit_log where client_request_id like $1 || '%' and refused_as is null group by 1",
    )
    .bind(prefix)
    .fetch_all(pool)
    .await?;
    let mut rows: BTreeMap<String, (i64, i32)> =
        rows.into_iter().map(|(key, n, at)| (key, (n, at))).collect();
    for entry in entries {
        let (key, word) = (&entry.deed.key, entry.deed.kind.word());
        let (count, turn) = rows.remove(key).unwrap_or_default();
        let example = || format!("{word} {key}");
        learnt.audit_rows = learnt.audit_rows.saturating_add(count);
        if count > 1 {
            findings.add("happened more than once", example());
        }
        match &entry.fate {
            Fate::Done(_) if count == 0 => findings.add("acknowledged and missing", example()),
            Fate::Refused(code) if count > 0 => {
                findings.add("refused and happened all the same", format!("{} {code}", example()));
            }
            Fate::Open => findings.add("still unknown at the end", example()),
            Fate::Done(_) if entry.was_unknown && i64::from(turn) < i64::from(entry.turns) => {
                learnt.had_happened = learnt.had_happened.saturating_add(1);
            }
            Fate::Done(_) | Fate::Refused(_) => {}
        }
        if entry.is_contradicted {
            findings.add("answered in two ways", example());
        }
    }
    for key in rows.keys() {
        findings.add("written for nobody", key.clone());
    }
    Ok(())
}

async fn people(pool: &PgPool, books: &Books, findings: &mut Findings) -> anyhow::Result<()> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("select phone, id from customers where phone like $1 || '%'")
            .bind(PHONES)
            .fetch_all(pool)
            .await?;
    let kept: BTreeMap<String, i64> = rows.into_iter().collect();
    for (phone, id) in &books.customers {
        if kept.get(phone) != Some(id) {
            findings.add("acknowledged and missing", format!("customer {id}"));
        }
    }
    for (phone, id) in &kept {
        if !books.customers.contains_key(phone) {
            findings.add("written for nobody", format!("customer {id}"));
        }
    }
    Ok(())
}

/// A subscription as it is kept, with what was taken at the door apart from what was taken by hand.
type Row = (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);

async fn subscriptions(pool: &PgPool, books: &Books, findings: &mut Findings) -> anyhow::Result<usize> {
    let rows: Vec<Row> = sqlx::query_as(
        "select s.id, s.customer_id,
             m.grants, m.granted, m.uses, m.used, m.at_door,
             (select count(*) from payments p where p.subscription_id = s.id),
             (select coalesce(sum(amount_minor), 0)::bigint from payments p where p.subscription_id = s.id),
             (select count(*) from subscription_freezes f where f.subscription_id = s.id),
             (select count(*) from subscription_freezes f where f.subscription_id = s.id and f.ended_on is not null),
             coalesce((select b.remaining::bigint from subscription_balances b where b.subscription_id = s.id), 0)
         from subscriptions s join customers c on c.id = s.customer_id
         cross join lateral (
             select count(*) filter (where amount > 0) as grants,
                 coalesce(sum(amount) filter (where amount > 0), 0)::bigint as granted,
                 count(*) filter (where amount < 0 and entry_id is null) as uses,
                 coalesce(-sum(amount) filter (where amount < 0 and entry_id is null), 0)::bigint as used,
                 coalesce(-sum(amount) filter (where amount < 0 and entry_id is not null), 0)::bigint as at_door
             from subscription_movements where subscription_id = s.id
         ) m
         where c.phone like $1 || '%'",
    )
    .bind(PHONES)
    .fetch_all(pool)
    .await?;
    let count = rows.len();
    let mut told = books.subscriptions.clone();
    for (id, customer, grants, granted, uses, used, at_door, payments, paid, freezes, unfreezes, left) in rows
    {
        let kept = Figures { customer, grants, granted, uses, used, payments, paid, freezes, unfreezes };
        match told.remove(&id) {
            None => findings.add("written for nobody", format!("subscription {id}")),
            Some(told) => {
                // A renewal does not say whose it is.
                let told = Figures { customer, ..told };
                if told != kept {
                    findings
                        .add("figures differ", format!("subscription {id}: told {told:?}, kept {kept:?}"));
                }
            }
        }
        if granted.saturating_sub(used).saturating_sub(at_door) != left {
            findings.add("granted is not sold less remaining", format!("subscription {id}: {left} left"));
        }
    }
    for id in told.keys() {
        findings.add("acknowledged and missing", format!("subscription {id}"));
    }
    Ok(count)
}

async fn visits(pool: &PgPool, books: &Books, findings: &mut Findings) -> anyhow::Result<()> {
    let rows: Vec<(i64,)> = sqlx::query_as(
        "select e.id from entries e join customers c on c.id = e.customer_id where c.phone like $1 || '%'",
    )
    .bind(PHONES)
    .fetch_all(pool)
    .await?;
    let kept: BTreeSet<i64> = rows.into_iter().map(|(id,)| id).collect();
    for id in books.entries.difference(&kept) {
        findings.add("acknowledged and missing", format!("entry {id}"));
    }
    for id in kept.difference(&books.entries) {
        findings.add("written for nobody", format!("entry {id}"));
    }
    Ok(())
}

async fn languages(pool: &PgPool, books: &Books, findings: &mut Findings) -> anyhow::Result<()> {
    for (member, language) in &books.languages {
        let kept: Option<String> =
            sqlx::query_scalar("select preferred_language from customers where id = $1")
                .bind(member)
                .fetch_one(pool)
                .await?;
        if kept.as_deref() != Some(*language) {
            findings.add("acknowledged and missing", format!("language {language} of member {member}"));
        }
    }
    Ok(())
}

/// The made-up gyms know no requests that arrive together and are written in the other order, and nobody in them comes in
/// and has the subscription frozen later that day; two of these are asked below in the words of a busy gym.
const MADE_UP_ONLY: [&str; 4] = [
    "a movement does not follow the one before",
    "receipts do not run with time",
    "entries do not run with time",
    "somebody came in during a freeze",
];

async fn invariants(pool: &PgPool, findings: &mut Findings) -> anyhow::Result<()> {
    let broken: Vec<(String, i64)> =
        sqlx::query_as(seeds::INVARIANTS).bind(SystemClock.now()).fetch_all(pool).await?;
    for (what, count) in broken {
        if !MADE_UP_ONLY.contains(&what.as_str()) {
            findings.add("the gym is not sound", format!("{what}: {count}"));
        }
    }
    let torn: i64 = sqlx::query_scalar(
        "select count(*) from (
             select remaining_after, sum(amount) over (partition by subscription_id order by id) as running
             from subscription_movements
         ) m where running <> remaining_after or remaining_after < 0",
    )
    .fetch_one(pool)
    .await?;
    if torn > 0 {
        findings.add("the gym is not sound", format!("a movement does not follow the one before: {torn}"));
    }
    // A request lives for less than five seconds, so what is further apart is not a matter of order.
    let frozen: i64 = sqlx::query_scalar(
        "select count(*)
         from entries e join subscription_freezes f on f.subscription_id = e.subscription_id
         where e.is_admitted and e.denied_as is null and e.at > f.frozen_at + interval '5 seconds'
           and e.at < coalesce(f.unfrozen_at, 'infinity') - interval '5 seconds'
           and (e.at at time zone 'Africa/Cairo')::date between f.starts_on and coalesce(f.ended_on, f.ends_on)",
    )
    .fetch_one(pool)
    .await?;
    if frozen > 0 {
        findings.add("the gym is not sound", format!("somebody came in during a freeze: {frozen}"));
    }
    Ok(())
}
