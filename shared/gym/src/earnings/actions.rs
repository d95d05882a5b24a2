//! The verbs: what is owed in service, a month looked at, a month closed.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    job::{CLOSE_MONTH, CloseMonth},
    model::{BranchMonth, GymMonth, MonthState, Sums, Unearned, UnearnedService},
    rules::{self, MonthRefused},
    store::{self, Columns, Lived, Order},
};
use crate::books::{self, Posting, TransferSource};
use base::{
    Error, Fault,
    access::{Can, Granted, System, can},
    platform::{
        audit::Note,
        db::{Connection, Db, Tx},
        once::{MoneyOutcome, RepeatableOutcome},
    },
    vocabulary::{
        BranchId, Calendar, Day, GymId, Money, Month, MonthClosingId, ServiceId, StaffId, Timestamp,
        dates::days_later,
    },
};
use chrono::NaiveDate;

/// How long a request closes branches itself; what is left is done by the worker.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is owed in service at the end of a day; today, if nobody says which.
///
/// # Refuses
/// [`super::UnearnedRefused::ToCome`]; a branch outside the caller's reach as one that does not exist.
pub async fn unearned(
    db: &Db,
    staff: &Granted<can::ReadBooks>,
    branch: Option<BranchId>,
    day: Option<Day>,
) -> Result<Unearned, Error> {
    let scope = staff.scope_at(branch)?;
    let calendar = staff.calendar();
    let day = rules::begun(day, calendar.today(staff.now()))?;
    let end = calendar.day_end(day);
    let mut conn = db.report().await?;
    let conn = conn.get();
    let ids = store::list_running(conn, &scope, day, end).await?;
    let lives = store::list_lives(conn, &ids, day, end, end <= staff.now()).await?;
    let mut unknown = 0_i64;
    let mut services: BTreeMap<(BranchId, ServiceId), (i64, Sums)> = BTreeMap::new();
    for lived in &lives {
        let delivered = rules::delivered(&lived.life, day);
        unknown = unknown.saturating_add(i64::from(!delivered.is_known));
        if delivered.unearned == Money::ZERO {
            continue;
        }
        let (count, sums) = services.entry((lived.branch, lived.service)).or_default();
        *count = count.saturating_add(1);
        sums.add(delivered.earned, delivered.forfeited, delivered.unearned);
    }
    named(conn, day, services, unknown).await
}

async fn named(
    conn: &mut Connection,
    day: NaiveDate,
    services: BTreeMap<(BranchId, ServiceId), (i64, Sums)>,
    unknown: i64,
) -> Result<Unearned, Error> {
    let branch_ids: Vec<i64> = services.keys().map(|(branch, _)| branch.get()).collect();
    let service_ids: Vec<i64> = services.keys().map(|(_, service)| service.get()).collect();
    let (branch_names, service_names) = store::list_names(conn, &branch_ids, &service_ids).await?;
    let names = |list: Vec<(i64, String)>| list.into_iter().collect::<HashMap<i64, String>>();
    let (branch_names, service_names) = (names(branch_names), names(service_names));
    let name = |of: &HashMap<i64, String>, id: i64| of.get(&id).cloned().unwrap_or_default();
    let mut total = Sums::default();
    let services = services
        .into_iter()
        .map(|((branch, service), (subscriptions, delivered))| {
            total.add(delivered.earned, delivered.forfeited, delivered.unearned);
            UnearnedService {
                branch: (branch, name(&branch_names, branch.get())),
                service: (service, name(&service_names, service.get())),
                subscriptions,
                delivered,
            }
        })
        .collect();
    Ok(Unearned { day, services, total, unknown })
}

impl Sums {
    fn add(&mut self, earned: Money, forfeited: Money, unearned: Money) {
        let add = |sum: Money, more: Money| Money::from_minor(sum.minor().saturating_add(more.minor()));
        self.earned = add(self.earned, earned);
        self.forfeited = add(self.forfeited, forfeited);
        self.unearned = add(self.unearned, unearned);
    }
}

/// A month of the gym: what stands in the way of closing it, or what the branches in sight earned in it.
///
/// # Refuses
/// [`MonthRefused::NothingToClose`] for somebody of no gym.
pub async fn find_month(db: &Db, staff: &Granted<can::ReadBooks>, month: Month) -> Result<GymMonth, Error> {
    let gym = staff.gym().ok_or(MonthRefused::NothingToClose)?;
    read(db.conn().await?.get(), staff, gym, month).await
}

async fn read<C: Can>(
    conn: &mut Connection,
    staff: &Granted<C>,
    gym: GymId,
    month: Month,
) -> Result<GymMonth, Error> {
    let scope = staff.scope();
    let next = next_month(store::find_course(conn, gym).await?);
    let Some(ordered) = store::find_ordered(conn, gym, month).await? else {
        let open_days = store::list_open_days(conn, &scope, month).await?;
        return Ok(GymMonth {
            month,
            state: MonthState::Open,
            next,
            closed: None,
            open_days,
            branches: Vec::new(),
            total: Sums::default(),
            unknown: Vec::new(),
        });
    };
    let closing = MonthClosingId::new(ordered.id);
    let branches = store::list_branch_months(conn, &scope, closing).await?;
    let unknown = store::list_unknown(conn, &scope, closing).await?;
    Ok(GymMonth {
        month,
        state: if ordered.is_done { MonthState::Closed } else { MonthState::Closing },
        next,
        closed: Some(((StaffId::new(ordered.closed_by), ordered.closed_by_name), ordered.closed_at)),
        open_days: Vec::new(),
        total: total(&branches),
        branches,
        unknown,
    })
}

fn total(branches: &[BranchMonth]) -> Sums {
    let mut total = Sums::default();
    for branch in branches {
        total.add(branch.earned, branch.forfeited, branch.unearned);
    }
    total
}

/// The month that is to be closed next, or is being closed.
fn next_month(course: store::Course) -> Option<Month> {
    match course.ordered.map(Month::of) {
        Some(ordered) if course.is_done => ordered.next(),
        Some(ordered) => Some(ordered),
        None => course.began_on.map(Month::of),
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ordering {
    closing: i64,
}

impl RepeatableOutcome for Ordering {}

impl MoneyOutcome for Ordering {
    /// For good: a closed month stays closed.
    async fn stands(&self, _tx: &mut Tx) -> Result<bool, Error> {
        Ok(true)
    }
}

/// Closes a month of the gym for good: from here on no money goes into it, and what was earned in it is posted branch by
/// branch. A large gym takes longer than a request: the worker does the rest, and the month is [`MonthState::Closing`]
/// meanwhile.
///
/// # Refuses
/// [`MonthRefused`].
///
/// # Locks
/// The gym, so that no branch is opened meanwhile; the receipts of all its branches, for a moment.
pub async fn close_month(
    db: &Db,
    staff: &Granted<can::CloseMonths>,
    month: Month,
) -> Result<GymMonth, Error> {
    let gym = staff.gym().ok_or(MonthRefused::NothingToClose)?;
    let today = staff.calendar().today(staff.now());
    let ordering = db
        .write_money(staff, async |tx| {
            tx.stand_at(gym, None);
            store::lock_gym(tx, gym).await?;
            let course = store::find_course(tx.conn(), gym).await?;
            rules::may_close(month, next_month(course), today)?;
            // Whoever takes money for one of its days at this moment is waited for, and then seen.
            let branches = store::update_first_open_days(tx, gym, days_later(month.last(), 1)).await?;
            let open = store::list_open_days(tx.conn(), &staff.scope(), month).await?;
            if let Some(open) = open.first() {
                return Err(MonthRefused::DayOpen { day: open.day }.into());
            }
            let closing = store::insert_month_closing(tx, gym, month, branches, staff.staff()).await?;
            tx.note(Note::on("month_closing", closing.get()).with(json!({ "month": month })));
            tx.enqueue(&CLOSE_MONTH, &CloseMonth { closing: closing.get() }).await?;
            Ok(Ordering { closing: closing.get() })
        })
        .await?;
    close_branches(db, MonthClosingId::new(ordering.closing), staff.now(), Some(PATIENCE)).await?;
    read(db.conn().await?.get(), staff, gym, month).await
}

/// Closes the month at the branches at which it is not closed yet; stops after a while, if it is asked to.
///
/// Safe to do twice, and by two at once: each branch is one transaction, which finds its row there or writes it.
pub(super) async fn close_branches(
    db: &Db,
    closing: MonthClosingId,
    now: Timestamp,
    patience: Option<Duration>,
) -> Result<(), Error> {
    let began = Instant::now();
    let order = store::find_order(db.conn().await?.get(), closing).await?;
    let order = order.ok_or(MonthRefused::NothingToClose)?;
    let branches = store::list_branches_to_close(db.conn().await?.get(), &order).await?;
    for branch in branches {
        if patience.is_some_and(|patience| began.elapsed() > patience) {
            break;
        }
        let system = System::job("books.post_month", now);
        db.write(&system, async |tx| close_branch(tx, &order, branch).await).await?;
    }
    Ok(())
}

async fn close_branch(tx: &mut Tx, order: &Order, branch: BranchId) -> Result<(), Error> {
    tx.stand_at(order.gym, Some(branch));
    let last = order.month.last();
    let calendar = Calendar::parse(&order.time_zone).map_err(Fault::new)?;
    let (before, from) = match order.before {
        Some((before, ended)) => (Some(before), days_later(ended, 1)),
        None => (None, NaiveDate::default()),
    };
    let instants = (calendar.day_start(from), calendar.day_end(last));
    let due = store::list_due(tx.conn(), branch, before, (from, last), instants).await?;
    let lives = store::list_lives(tx.conn(), &due, last, instants.1, true).await?;
    let posted = store::list_posted(tx.conn(), &due).await?;
    let (columns, sums) = deliver(&lives, &posted, last);
    if !store::insert_branch_month(tx, order, branch, sums).await? {
        return Ok(());
    }
    store::insert_subscription_months(tx, order, branch, &columns).await?;
    let (earned, forfeited, unearned) = sums;
    tx.note(Note::on("month_closing", order.id.get()).with(json!({
        "month": order.month, "branch": branch, "earned_minor": earned, "forfeited_minor": forfeited,
        "unearned_minor": unearned, "subscriptions": columns.subscriptions.len(),
    })));
    // Last, because all sales of the branch wait for the lock on its receipts.
    books::open_day(tx, branch, last).await?;
    for leg in books::recognised(Money::from_minor(earned), Money::from_minor(forfeited)) {
        let posting = Posting {
            branch: (order.gym, branch),
            business_day: last,
            source: TransferSource::Recognition,
            source_id: order.id.get(),
            leg,
        };
        books::post(tx, &posting).await?;
    }
    store::update_first_open_month(tx, branch, days_later(last, 1)).await
}

/// How far each is delivered, and what of it is new since the last time: earned, forfeited; and what is left.
fn deliver(lives: &[Lived], posted: &[(i64, i64, i64)], day: NaiveDate) -> (Columns, (i64, i64, i64)) {
    let posted: HashMap<i64, (i64, i64)> =
        posted.iter().map(|(id, earned, forfeited)| (*id, (*earned, *forfeited))).collect();
    let mut columns = Columns::default();
    let (mut earned, mut forfeited, mut unearned) = (0_i64, 0_i64, 0_i64);
    for lived in lives {
        let delivered = rules::delivered(&lived.life, day);
        let before = posted.get(&lived.subscription.get()).copied().unwrap_or_default();
        earned = earned.saturating_add(delivered.earned.minor().saturating_sub(before.0));
        forfeited = forfeited.saturating_add(delivered.forfeited.minor().saturating_sub(before.1));
        unearned = unearned.saturating_add(delivered.unearned.minor());
        columns.subscriptions.push(lived.subscription.get());
        columns.earned.push(delivered.earned.minor());
        columns.forfeited.push(delivered.forfeited.minor());
        columns.unearned.push(delivered.unearned.minor());
        columns.known.push(delivered.is_known);
    }
    (columns, (earned, forfeited, unearned))
}
