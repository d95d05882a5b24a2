//! The verbs of closing a day.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    model::{Closing, ClosingFilter, ClosingOrder, DayFigures, Differences},
    rules::{self, ClosingRefused},
    store::{self, NewClosing},
};
use crate::books::{self, LedgerAccount, Posting, TransferSource};
use base::{
    Error, Invalid,
    access::{Granted, Scope, can},
    platform::{
        audit::Note,
        db::{Connection, Db, Tx},
        list::{Rows, whole as read_rows},
        once::{MoneyOutcome, RepeatableOutcome},
    },
    vocabulary::{BranchId, ClosingId, Day, Listing, Money, Page, page::OFFSET_MAX_SIFTED, read_days},
};
use chrono::NaiveDate;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Closed {
    closing: ClosingId,
}

impl RepeatableOutcome for Closed {}

impl MoneyOutcome for Closed {
    /// For good: a closed day stays closed.
    async fn stands(&self, _tx: &mut Tx) -> Result<bool, Error> {
        Ok(true)
    }
}

/// What has to be in the till of a day, without closing it.
///
/// # Refuses
/// [`ClosingRefused::ToCome`]; a branch outside the caller's reach as one that does not exist.
pub async fn calculate(
    db: &Db,
    staff: &Granted<can::ReadClosings>,
    branch: Option<BranchId>,
    day: Option<Day>,
) -> Result<DayFigures, Error> {
    let desk = staff.place(branch)?;
    let day = rules::begun(day, staff.calendar().today(staff.now()))?;
    figures(db.conn().await?.get(), desk.branch(), day).await
}

async fn figures(conn: &mut Connection, branch: BranchId, day: NaiveDate) -> Result<DayFigures, Error> {
    Ok(DayFigures {
        branch,
        day,
        expected: books::find_day_moved(conn, branch, day, LedgerAccount::Till).await?,
        card: books::find_day_moved(conn, branch, day, LedgerAccount::Card).await?,
        transfer: books::find_day_moved(conn, branch, day, LedgerAccount::Transfer).await?,
        is_closed: store::exists_closing(conn, branch, day).await?,
    })
}

/// Closes a day for good; what was counted beyond what had to be there, or short of it, is posted.
///
/// # Refuses
/// [`ClosingRefused`]; a branch outside the caller's reach as one that does not exist.
///
/// # Locks
/// The branch's receipts.
pub async fn close(db: &Db, staff: &Granted<can::CloseDays>, order: ClosingOrder) -> Result<Closing, Error> {
    let desk = staff.place(order.branch)?;
    let today = staff.calendar().today(staff.now());
    let day = rules::day(&order, today)?;
    let closed = db
        .write_money(staff, async |tx| {
            tx.stand_at(desk.gym(), Some(desk.branch()));
            // First: whoever sells at the same time is part of the day, or finds it closed.
            books::open_day(tx, desk.branch(), day).await?;
            if books::find_first_open_month(tx.conn(), desk.branch()).await?.is_some_and(|first| day < first)
            {
                return Err(ClosingRefused::MonthClosed.into());
            }
            let figures = figures(tx.conn(), desk.branch(), day).await?;
            let new = NewClosing { gym: desk.gym(), figures, order: &order, by: staff.staff() };
            let closing = store::insert_closing(tx, &new).await?;
            let difference = order.counted.and_then(|counted| counted.checked_sub(figures.expected));
            tx.note(Note::on("daily_closing", closing.get()).with(json!({
                "date": day, "expected_minor": figures.expected.minor(),
                "counted_minor": order.counted.map(Money::minor),
            })));
            if let Some(leg) = difference.and_then(books::counted) {
                let posting = Posting {
                    branch: (desk.gym(), desk.branch()),
                    business_day: day,
                    source: TransferSource::Closing,
                    source_id: closing.get(),
                    leg,
                };
                books::post(tx, &posting).await?;
            }
            store::update_first_open_day(tx, desk.branch(), day).await?;
            Ok(Closed { closing })
        })
        .await?;
    let found = store::find_closing(db.conn().await?.get(), closed.closing).await?;
    Ok(found.within(staff).ok_or(ClosingRefused::NotFound)?)
}

/// One closing.
///
/// # Refuses
/// [`ClosingRefused::NotFound`] outside the caller's reach, too.
pub async fn find(db: &Db, staff: &Granted<can::ReadClosings>, id: ClosingId) -> Result<Closing, Error> {
    let found = store::find_closing(db.conn().await?.get(), id).await?;
    Ok(found.within(staff).ok_or(ClosingRefused::NotFound)?)
}

/// Closings, the newest day first.
///
/// # Refuses
/// [`base::vocabulary::DayRangeInvalid`]; a branch outside the caller's reach as one that does not exist; a page far back.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadClosings>,
    filter: &ClosingFilter,
    page: Page,
) -> Result<Listing<Closing>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let today = staff.calendar().today(staff.now());
    let days = read_days((filter.from, filter.to), today)?;
    let page = page.within(OFFSET_MAX_SIFTED).map_err(Invalid::from)?;
    store::list_closings(db.conn().await?.get(), &scope, days, store::Which::All, page).await
}

/// Every closing that fits, in the order of [`list`].
///
/// # Refuses
/// As [`list`]; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole(
    db: &Db,
    staff: &Granted<can::ReadClosings>,
    filter: &ClosingFilter,
) -> Result<Rows<Closing>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let days = read_days((filter.from, filter.to), staff.calendar().today(staff.now()))?;
    read_whole(db, scope, days, store::Which::All).await
}

/// Every closing whose till was not right, in the order of [`differences`].
///
/// # Refuses
/// As [`whole`].
pub async fn whole_differences(
    db: &Db,
    staff: &Granted<can::ReadBooks>,
    filter: &ClosingFilter,
) -> Result<Rows<Closing>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let days = read_days((filter.from, filter.to), staff.calendar().today(staff.now()))?;
    read_whole(db, scope, days, store::Which::Different).await
}

async fn read_whole(
    db: &Db,
    scope: Scope,
    days: (NaiveDate, NaiveDate),
    which: store::Which,
) -> Result<Rows<Closing>, Error> {
    let mut snapshot = db.snapshot().await?;
    let keys = store::list_closing_keys(snapshot.get(), &scope, days, which).await?;
    read_rows(snapshot, keys, move |conn, keys| {
        let scope = scope.clone();
        Box::pin(async move { store::list_closings_among(conn, &scope, keys).await })
    })
    .await
}

/// Closings whose till was not right, the newest day first, and the sum of all differences.
///
/// # Refuses
/// As [`list`].
pub async fn differences(
    db: &Db,
    staff: &Granted<can::ReadBooks>,
    filter: &ClosingFilter,
    page: Page,
) -> Result<Differences, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let today = staff.calendar().today(staff.now());
    let days = read_days((filter.from, filter.to), today)?;
    let page = page.within(OFFSET_MAX_SIFTED).map_err(Invalid::from)?;
    let mut conn = db.conn().await?;
    let conn = conn.get();
    let closings = store::list_closings(conn, &scope, days, store::Which::Different, page).await?;
    let total = store::sum_differences(conn, &scope, days).await?;
    Ok(Differences { closings, total })
}
