//! The verbs of shifts.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    model::{Shift, ShiftClosing, ShiftFigures, ShiftFilter, ShiftOrder},
    rules::{self, ShiftRefused},
    store::{self, NewShift},
};
use crate::books;
use base::{
    Error, Invalid,
    access::{Can, Granted, Permit, can},
    platform::{
        audit::Note,
        db::{Connection, Db, Tx},
        list::{Rows, whole as read_rows},
        once::{MoneyOutcome, RepeatableOutcome},
    },
    vocabulary::{
        Listing, Money, Page, ShiftId, StaffId, dates::days_later, page::OFFSET_MAX_SIFTED, read_days,
    },
};
use chrono::NaiveDate;

/// How far back the first shift of somebody reaches, in days.
const FIRST_SHIFT_DAYS: i64 = 31;

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Closed {
    shift: ShiftId,
}

impl RepeatableOutcome for Closed {}

impl MoneyOutcome for Closed {
    /// For good: a closed shift stays closed.
    async fn stands(&self, _tx: &mut Tx) -> Result<bool, Error> {
        Ok(true)
    }
}

/// What somebody moved since their last shift was closed, without closing it (an X report).
///
/// # Refuses
/// [`ShiftRefused::NotYours`], [`ShiftRefused::NobodyThere`]; a branch outside the caller's reach as one that does not exist.
pub async fn look(db: &Db, staff: &Granted<can::ReadClosings>, shift: Shift) -> Result<ShiftFigures, Error> {
    let desk = staff.place(shift.branch)?;
    let today = staff.calendar().today(staff.now());
    let mut conn = db.conn().await?;
    let (_, figures) = figures(conn.get(), &desk, shift.staff, today).await?;
    Ok(figures)
}

/// The last transfer of the shift before, and what was moved since.
async fn figures<C: Can>(
    conn: &mut Connection,
    desk: &Permit<C>,
    named: Option<StaffId>,
    today: NaiveDate,
) -> Result<(i64, ShiftFigures), Error> {
    let reads_books = desk.granted().also::<can::ReadBooks>().is_some();
    let whose = rules::whose(named, desk.staff(), reads_books)?;
    let name = store::find_name(conn, desk.gym(), whose).await?.ok_or(ShiftRefused::NobodyThere)?;
    let last = store::find_last(conn, desk.branch(), whose).await?;
    let first = days_later(today, FIRST_SHIFT_DAYS.saturating_neg());
    // Money of an earlier day may be posted after a shift was closed: an expense that was spent before.
    let (after, from) = last.map_or((0, first), |last| (last.transfer, last.day.min(first)));
    let moved = store::find_moved(conn, desk.branch(), whose, after, from).await?;
    let since = last.map(|last| last.closed_at);
    Ok((after, ShiftFigures { branch: desk.branch(), staff: (whose, name), since, moved }))
}

/// Closes somebody's shift (a Z report): what they moved since their last one, and what was counted.
///
/// # Refuses
/// As [`look`]; [`ShiftRefused::NegativeCount`].
///
/// # Locks
/// The branch's receipts: who takes money at this moment belongs to the shift, or to the next one.
pub async fn close(
    db: &Db,
    staff: &Granted<can::CloseShifts>,
    order: ShiftOrder,
) -> Result<ShiftClosing, Error> {
    rules::counted(order.counted)?;
    let desk = staff.place(order.shift.branch)?;
    let today = staff.calendar().today(staff.now());
    let closed = db
        .write_money(staff, async |tx| {
            tx.stand_at(desk.gym(), Some(desk.branch()));
            books::open_day(tx, desk.branch(), today).await?;
            let (after, figures) = figures(tx.conn(), &desk, order.shift.staff, today).await?;
            let new = NewShift {
                gym: desk.gym(),
                branch: desk.branch(),
                staff: figures.staff.0,
                day: today,
                after,
                moved: figures.moved,
                order: &order,
                by: staff.staff(),
            };
            let shift = store::insert_shift(tx, &new).await?;
            tx.note(Note::on("shift_closing", shift.get()).with(json!({
                "staff": new.staff, "expected_minor": new.moved.expected.minor(),
                "counted_minor": order.counted.map(Money::minor),
            })));
            Ok(Closed { shift })
        })
        .await?;
    let found = store::find_shift(db.conn().await?.get(), closed.shift).await?;
    Ok(found.within(staff).ok_or(ShiftRefused::NotFound)?)
}

/// One closed shift.
///
/// # Refuses
/// [`ShiftRefused::NotFound`] outside the caller's reach, too.
pub async fn find(db: &Db, staff: &Granted<can::ReadClosings>, id: ShiftId) -> Result<ShiftClosing, Error> {
    let found = store::find_shift(db.conn().await?.get(), id).await?;
    Ok(found.within(staff).ok_or(ShiftRefused::NotFound)?)
}

/// Closed shifts, the newest day first.
///
/// # Refuses
/// [`base::vocabulary::DayRangeInvalid`]; a branch outside the caller's reach as one that does not exist; a page far back.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadClosings>,
    filter: &ShiftFilter,
    page: Page,
) -> Result<Listing<ShiftClosing>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let days = read_days((filter.from, filter.to), staff.calendar().today(staff.now()))?;
    let page = page.within(OFFSET_MAX_SIFTED).map_err(Invalid::from)?;
    store::list_shifts(db.conn().await?.get(), &scope, filter.staff, days, page).await
}

/// Every closed shift that fits, in the order of [`list`].
///
/// # Refuses
/// As [`list`]; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole(
    db: &Db,
    staff: &Granted<can::ReadClosings>,
    filter: &ShiftFilter,
) -> Result<Rows<ShiftClosing>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let days = read_days((filter.from, filter.to), staff.calendar().today(staff.now()))?;
    let mut snapshot = db.snapshot().await?;
    let keys = store::list_shift_keys(snapshot.get(), &scope, filter.staff, days).await?;
    read_rows(snapshot, keys, move |conn, keys| {
        let scope = scope.clone();
        Box::pin(async move { store::list_shifts_among(conn, &scope, keys).await })
    })
    .await
}
