//! The SQL of shifts.

use base::{
    Error, OnConstraint as _,
    access::{Place, Scope, Unseen},
    platform::{
        db::{Connection, Tx},
        list::{List, Shown, Table},
    },
    vocabulary::{
        BranchId, GymId, Listing, Money, Note, Page, ShiftId, StaffId, Timestamp, page::COUNTED_MOST,
    },
};
use chrono::NaiveDate;
use sqlx::FromRow;

use super::{
    model::{Moved, ShiftClosing, ShiftOrder},
    rules::ShiftRefused,
};

const SHIFTS: Table = Table { name: "shift_closings", alias: "h", order: &["business_day", "id"] };

const SHOWN: Shown = Shown {
    columns: "h.id, h.gym_id, h.branch_id, b.name as branch_name, h.staff_id, s.full_name as staff_name, h.business_day,
        h.last_transfer_id, h.expected_minor, h.counted_minor, h.card_minor, h.transfer_minor, h.payments, h.notes,
        h.closed_by, u.full_name as closed_by_name, h.closed_at",
    from: "page join shift_closings h on h.id = page.id join branches b on b.id = h.branch_id
        join staff_users s on s.id = h.staff_id join staff_users u on u.id = h.closed_by",
};

#[derive(FromRow)]
struct Row {
    id: i64,
    gym_id: i64,
    branch_id: i64,
    branch_name: String,
    staff_id: i64,
    staff_name: String,
    business_day: NaiveDate,
    last_transfer_id: i64,
    expected_minor: i64,
    counted_minor: Option<i64>,
    card_minor: i64,
    transfer_minor: i64,
    payments: i32,
    notes: Option<String>,
    closed_by: i64,
    closed_by_name: String,
    closed_at: Timestamp,
}

impl From<Row> for ShiftClosing {
    fn from(row: Row) -> Self {
        Self {
            id: ShiftId::new(row.id),
            gym: GymId::new(row.gym_id),
            branch: (BranchId::new(row.branch_id), row.branch_name),
            staff: (StaffId::new(row.staff_id), row.staff_name),
            day: row.business_day,
            moved: Moved {
                expected: Money::from_minor(row.expected_minor),
                card: Money::from_minor(row.card_minor),
                transfer: Money::from_minor(row.transfer_minor),
                payments: row.payments,
                last: row.last_transfer_id,
            },
            counted: row.counted_minor.map(Money::from_minor),
            notes: row.notes,
            closed_by: (StaffId::new(row.closed_by), row.closed_by_name),
            closed_at: row.closed_at,
        }
    }
}

/// The name of somebody who works at the gym.
pub(super) async fn find_name(
    conn: &mut Connection,
    gym: GymId,
    staff: StaffId,
) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar!(
        "select full_name from staff_users where id = $1 and gym_id = $2",
        staff.get(),
        gym.get(),
    )
    .fetch_optional(conn)
    .await?)
}

/// The shift that somebody closed last at a branch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    pub(super) transfer: i64,
    pub(super) day: NaiveDate,
    pub(super) closed_at: Timestamp,
}

pub(super) async fn find_last(
    conn: &mut Connection,
    branch: BranchId,
    staff: StaffId,
) -> Result<Option<Last>, Error> {
    Ok(sqlx::query_as!(
        Last,
        "select last_transfer_id as transfer, business_day as day, closed_at
         from shift_closings
         where branch_id = $1 and staff_id = $2
         order by id desc
         limit 1",
        branch.get(),
        staff.get(),
    )
    .fetch_optional(conn)
    .await?)
}

/// What somebody moved at a branch after a transfer, from a business day on.
pub(super) async fn find_moved(
    conn: &mut Connection,
    branch: BranchId,
    staff: StaffId,
    after: i64,
    from: NaiveDate,
) -> Result<Moved, Error> {
    let row = sqlx::query!(
        r#"select coalesce(max(t.id), $3) as "last!", count(*) filter (where t.source <> 'expense')::integer as "payments!",
               coalesce(sum(case 'till' when t.debit then t.amount_minor when t.credit then -t.amount_minor end), 0)::bigint
                   as "expected!",
               coalesce(sum(case 'card' when t.debit then t.amount_minor when t.credit then -t.amount_minor end), 0)::bigint
                   as "card!",
               coalesce(sum(case 'transfer' when t.debit then t.amount_minor when t.credit then -t.amount_minor end), 0)::bigint
                   as "transfer!"
           from transfers t
           left join payments p on t.source in ('payment', 'refund') and p.id = t.source_id
           left join expenses e on t.source = 'expense' and e.id = t.source_id
           where t.branch_id = $1 and t.business_day >= $4 and t.id > $3
             and coalesce(p.taken_by, e.paid_by) = $2
             and (t.debit in ('till', 'card', 'transfer') or t.credit in ('till', 'card', 'transfer'))"#,
        branch.get(),
        staff.get(),
        after,
        from,
    )
    .fetch_one(conn)
    .await?;
    Ok(Moved {
        expected: Money::from_minor(row.expected),
        card: Money::from_minor(row.card),
        transfer: Money::from_minor(row.transfer),
        payments: row.payments,
        last: row.last,
    })
}

/// A shift that is about to be closed.
pub(super) struct NewShift<'a> {
    pub(super) gym: GymId,
    pub(super) branch: BranchId,
    pub(super) staff: StaffId,
    pub(super) day: NaiveDate,
    pub(super) after: i64,
    pub(super) moved: Moved,
    pub(super) order: &'a ShiftOrder,
    pub(super) by: StaffId,
}

/// Writes the closing; the branch's receipts are locked.
pub(super) async fn insert_shift(tx: &mut Tx, new: &NewShift<'_>) -> Result<ShiftId, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "insert into shift_closings
             (gym_id, branch_id, staff_id, business_day, after_transfer_id, last_transfer_id, expected_minor, counted_minor,
              card_minor, transfer_minor, payments, notes, closed_by, closed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         returning id",
        new.gym.get(),
        new.branch.get(),
        new.staff.get(),
        new.day,
        new.after,
        new.moved.last,
        new.moved.expected.minor(),
        new.order.counted.map(Money::minor),
        new.moved.card.minor(),
        new.moved.transfer.minor(),
        new.moved.payments,
        new.order.notes.as_ref().map(Note::as_str),
        new.by.get(),
        now,
    )
    .fetch_one(tx.conn())
    .await
    .on_constraint("shift_closings_cover_once", || ShiftRefused::JustClosed)?;
    Ok(ShiftId::new(id))
}

/// The closed shift `id`.
pub(super) async fn find_shift(conn: &mut Connection, id: ShiftId) -> Result<Unseen<ShiftClosing>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select h.id, h.gym_id, h.branch_id, b.name as branch_name, h.staff_id, s.full_name as staff_name, h.business_day,
             h.last_transfer_id, h.expected_minor, h.counted_minor, h.card_minor, h.transfer_minor, h.payments, h.notes,
             h.closed_by, u.full_name as closed_by_name, h.closed_at
         from shift_closings h
         join branches b on b.id = h.branch_id
         join staff_users s on s.id = h.staff_id
         join staff_users u on u.id = h.closed_by
         where h.id = $1",
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(Unseen::new(row.map(ShiftClosing::from), |shift| Place::branch(shift.gym, shift.branch.0)))
}

/// Closed shifts of these days, both included, the newest day first.
pub(super) async fn list_shifts(
    conn: &mut Connection,
    scope: &Scope,
    staff: Option<StaffId>,
    days: (NaiveDate, NaiveDate),
    page: Page,
) -> Result<Listing<ShiftClosing>, Error> {
    let rows: Listing<Row> = shifts(scope, staff, days).rows(conn, page, COUNTED_MOST, (SHOWN, [])).await?;
    Ok(Listing { items: rows.items.into_iter().map(ShiftClosing::from).collect(), total: rows.total })
}

/// The keys of all closed shifts of these days, the newest day first.
pub(super) async fn list_shift_keys(
    conn: &mut Connection,
    scope: &Scope,
    staff: Option<StaffId>,
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<i64>, Error> {
    shifts(scope, staff, days).keys(conn, Page::WHOLE).await
}

/// These shifts of a scope, the newest day first.
pub(super) async fn list_shifts_among(
    conn: &mut Connection,
    scope: &Scope,
    keys: Vec<i64>,
) -> Result<Vec<ShiftClosing>, Error> {
    let rows: Listing<Row> =
        List::of(&SHIFTS, scope).among(keys).rows(conn, Page::WHOLE, 0, (SHOWN, [])).await?;
    Ok(rows.items.into_iter().map(ShiftClosing::from).collect())
}

fn shifts(scope: &Scope, staff: Option<StaffId>, (from, to): (NaiveDate, NaiveDate)) -> List {
    List::of(&SHIFTS, scope)
        .all("h.business_day >= {} and h.business_day <= {}", [from.into(), to.into()])
        .only("h.staff_id = {}", staff.map(StaffId::get))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::{assert_lists_sound, scopes};

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let days = (NaiveDate::default(), NaiveDate::MAX);
        let both = |scope| [shifts(scope, None, days), shifts(scope, Some(StaffId::new(7)), days)];
        assert_lists_sound(scopes().iter().flat_map(both)).await;
    }
}
