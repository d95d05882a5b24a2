//! Each read, asked in a small gym and again when there is more of everything: it needs no more statements, however long
//! its list.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt as _},
    registry,
};

use super::{
    fixture::{Ask, Fixture},
    operation::{Needs, Operation},
    people::STAFF,
    swept_gym::{Door, SweptGym},
    things::{Place, Things},
};
use crate::{Gym, subscription};

/// How many more of everything there are the second time.
const MORE: i32 = 8;

/// Staff who see a whole platform, a gym, some branches, one.
const READERS: [&str; 4] = ["superadmin", "owner", "regional1", "reception1"];

/// Counts the statements that the driver sends from this thread.
#[derive(Debug, Clone, Default)]
struct Statements(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// One read by one person.
struct Read {
    operation: Operation,
    fixture: Fixture,
    token: Option<String>,
    reader: &'static str,
}

impl Read {
    /// The longest answer there is, or the shortest.
    fn ask(&self, things: &Things, limit: usize) -> Ask {
        let ask = (self.fixture.ask)(things);
        if self.operation.query.iter().any(|name| name == "limit") { ask.query("limit", &limit) } else { ask }
    }
}

/// Fails if a read needs more statements in a larger gym, or for a longer page. Runs on one thread.
pub async fn assert_reads_do_not_multiply(door: Door) {
    let statements = Statements::default();
    let _counting = tracing::subscriber::set_default(registry().with(statements.clone()));
    let swept = SweptGym::open(door).await;
    let things = Things::make(&swept.gym, Place::Here).await;
    let mut problems = Vec::new();
    let reads = reads(door, &swept, &things, &mut problems).await;
    let mut before = Vec::new();
    for read in &reads {
        before.push(cost(&statements, &swept, read, &read.ask(&things, 1), &mut problems).await);
    }
    grow(&swept.gym, &things).await;
    for (read, before) in reads.iter().zip(before) {
        let after = cost(&statements, &swept, read, &read.ask(&things, 1000), &mut problems).await;
        if after > before {
            problems
                .push(format!("{} by {}: {before} statements, then {after}", read.operation.id, read.reader));
        }
    }
    assert!(reads.len() > 10 && problems.is_empty(), "{} findings\n{}", problems.len(), problems.join("\n"));
}

/// Every read of the door, by everybody who may and sees differently.
async fn reads(door: Door, swept: &SweptGym, things: &Things, problems: &mut Vec<String>) -> Vec<Read> {
    let mut reads = Vec::new();
    for (operation, fixture) in door.operations(&swept.document, problems) {
        if operation.method != "GET" {
            continue;
        }
        if !matches!(operation.needs, Needs::Staff(_)) {
            let token = swept.gym.member_token(things.customer.into()).await;
            reads.push(Read { operation, fixture, token: Some(token), reader: "the member" });
            continue;
        }
        for person in STAFF.into_iter().filter(|person| READERS.contains(&person.username)) {
            if person.may(operation.needs) {
                let token = Some(swept.gym.staff_token(person.username).await);
                reads.push(Read { operation: operation.clone(), fixture, token, reader: person.username });
            }
        }
    }
    reads
}

/// How many statements it takes.
async fn cost(
    statements: &Statements,
    swept: &SweptGym,
    read: &Read,
    ask: &Ask,
    problems: &mut Vec<String>,
) -> usize {
    let before = statements.0.load(Ordering::Relaxed);
    let answered = swept.caller(read.token.as_deref()).send("GET", &ask.target(&read.operation), None).await;
    let taken = statements.0.load(Ordering::Relaxed).saturating_sub(before);
    if !answered.status.is_success() {
        problems.push(format!("{} by {}: {}", read.operation.id, read.reader, answered.status));
    }
    // Who calls is looked up each time here.
    if taken == 0 {
        problems.push(format!("{} by {}: no statement was seen", read.operation.id, read.reader));
    }
    taken
}

/// More gyms, branches, staff, services, customers; more of what the customer of `things` holds, did and had done.
async fn grow(gym: &Gym, things: &Things) {
    for _ in 0..MORE {
        Things::make(gym, Place::Here).await;
        subscription().insert(gym, things.customer.into()).await;
    }
    for (about, statement) in [
        (
            things.gym,
            "insert into gyms (name, time_zone, currency, calling_code, primary_color, secondary_color, is_setup_complete,
                 is_active, created_at)
             select name || n, time_zone, currency, calling_code, primary_color, secondary_color, is_setup_complete, is_active,
                 created_at
             from gyms, generate_series(1, $1::int) n where id = $2",
        ),
        (
            things.branch,
            "insert into branches (gym_id, name, code, city, address, phone, is_active, created_at)
             select gym_id, name || n, code || n, city, address, phone, is_active, created_at
             from branches, generate_series(1, $1::int) n where id = $2",
        ),
        (
            things.gym,
            "insert into staff_branches (staff_id, branch_id)
             select s.id, b.id from staff_users s join branches b on b.gym_id = s.gym_id
             where s.role = 'regional_manager' and s.gym_id = $2
             order by b.id desc limit $1::int",
        ),
        (
            things.coins,
            "insert into subscription_movements (subscription_id, kind, amount, remaining_after, actor_kind, at)
             select $2, 'correction', 1, n, 'system', clock_timestamp() from generate_series(1, $1::int) n",
        ),
        (
            things.customer,
            "insert into entries (gym_id, branch_id, customer_id, at, is_admitted, denied_as, source, action, charged)
             select gym_id, branch_id, id, clock_timestamp(), false, 'NO_SUBSCRIPTION', 'manual', 'check_in_only', 0
             from customers, generate_series(1, $1::int) where id = $2",
        ),
        (
            things.customer,
            "insert into audit_log (at, gym_id, branch_id, actor_kind, actor_id, action, request_id)
             select clock_timestamp(), gym_id, branch_id, 'customer', id, 'growth', n::text
             from customers, generate_series(1, $1::int) n where id = $2",
        ),
    ] {
        let made = sqlx::query(statement).bind(MORE).bind(about).execute(&gym.db.owner).await.expect(statement);
        assert_eq!(i32::try_from(made.rows_affected()), Ok(MORE), "{statement}");
    }
}
