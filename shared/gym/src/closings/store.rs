//! The SQL of closings.

use base::{
    Error, OnConstraint as _,
    access::{Place, Scope, Unseen},
    platform::{
        db::{Connection, Tx},
        list::{List, Shown, Table},
    },
    vocabulary::{
        BranchId, ClosingId, GymId, Listing, Money, Note, Page, StaffId, Timestamp, page::COUNTED_MOST,
    },
};
use chrono::NaiveDate;
use sqlx::FromRow;

use super::{
    model::{Closing, ClosingOrder, DayFigures},
    rules::ClosingRefused,
};

const CLOSINGS: Table = Table { name: "daily_closings", alias: "k", order: &["business_day", "id"] };

const SHOWN: Shown = Shown {
    columns: "k.id, k.gym_id, k.branch_id, b.name as branch_name, k.business_day, k.expected_minor, k.counted_minor,
        k.card_minor, k.transfer_minor, k.notes, k.closed_by, u.full_name as closed_by_name, k.closed_at",
    from: "page join daily_closings k on k.id = page.id join branches b on b.id = k.branch_id
        join staff_users u on u.id = k.closed_by",
};

#[derive(FromRow)]
struct Row {
    id: i64,
    gym_id: i64,
    branch_id: i64,
    branch_name: String,
    business_day: NaiveDate,
    expected_minor: i64,
    counted_minor: Option<i64>,
    card_minor: i64,
    transfer_minor: i64,
    notes: Option<String>,
    closed_by: i64,
    closed_by_name: String,
    closed_at: Timestamp,
}

impl From<Row> for Closing {
    fn from(row: Row) -> Self {
        Self {
            id: ClosingId::new(row.id),
            gym: GymId::new(row.gym_id),
            branch: BranchId::new(row.branch_id),
            branch_name: row.branch_name,
            day: row.business_day,
            expected: Money::from_minor(row.expected_minor),
            counted: row.counted_minor.map(Money::from_minor),
            card: Money::from_minor(row.card_minor),
            transfer: Money::from_minor(row.transfer_minor),
            notes: row.notes,
            closed_by: (StaffId::new(row.closed_by), row.closed_by_name),
            closed_at: row.closed_at,
        }
    }
}

/// A closing that is about to exist.
pub(super) struct NewClosing<'a> {
    pub(super) gym: GymId,
    pub(super) figures: DayFigures,
    pub(super) order: &'a ClosingOrder,
    pub(super) by: StaffId,
}

/// Writes the closing; the branch's receipts are locked.
pub(super) async fn insert_closing(tx: &mut Tx, new: &NewClosing<'_>) -> Result<ClosingId, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "insert into daily_closings
             (gym_id, branch_id, business_day, expected_minor, counted_minor, card_minor, transfer_minor, notes, closed_by,
              closed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         returning id",
        new.gym.get(),
        new.figures.branch.get(),
        new.figures.day,
        new.figures.expected.minor(),
        new.order.counted.map(Money::minor),
        new.figures.card.minor(),
        new.figures.transfer.minor(),
        new.order.notes.as_ref().map(Note::as_str),
        new.by.get(),
        now,
    )
    .fetch_one(tx.conn())
    .await
    .on_constraint("daily_closings_once_a_day", || ClosingRefused::AlreadyClosed)?;
    Ok(ClosingId::new(id))
}

/// From here on no money goes to `closed`, nor to a day before it.
pub(super) async fn update_first_open_day(
    tx: &mut Tx,
    branch: BranchId,
    closed: NaiveDate,
) -> Result<(), Error> {
    sqlx::query!(
        "update branch_receipts set first_open_day = greatest(first_open_day, $2::date + 1) where branch_id = $1",
        branch.get(),
        closed,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether the day is closed at the branch.
pub(super) async fn exists_closing(
    conn: &mut Connection,
    branch: BranchId,
    day: NaiveDate,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (
               select from daily_closings where branch_id = $1 and business_day = $2
           ) as "is_closed!""#,
        branch.get(),
        day,
    )
    .fetch_one(conn)
    .await?)
}

/// The closing `id`.
pub(super) async fn find_closing(conn: &mut Connection, id: ClosingId) -> Result<Unseen<Closing>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select k.id, k.gym_id, k.branch_id, b.name as branch_name, k.business_day, k.expected_minor, k.counted_minor,
             k.card_minor, k.transfer_minor, k.notes, k.closed_by, u.full_name as closed_by_name, k.closed_at
         from daily_closings k
         join branches b on b.id = k.branch_id
         join staff_users u on u.id = k.closed_by
         where k.id = $1",
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(Unseen::new(row.map(Closing::from), |closing| Place::branch(closing.gym, closing.branch)))
}

/// Which closings a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    All,
    /// Those where another sum was counted than had to be there.
    Different,
}

/// Closings of these days, both included, the newest day first.
pub(super) async fn list_closings(
    conn: &mut Connection,
    scope: &Scope,
    days: (NaiveDate, NaiveDate),
    which: Which,
    page: Page,
) -> Result<Listing<Closing>, Error> {
    let rows: Listing<Row> = closings(scope, days, which).rows(conn, page, COUNTED_MOST, (SHOWN, [])).await?;
    Ok(Listing { items: rows.items.into_iter().map(Closing::from).collect(), total: rows.total })
}

/// The keys of all closings of these days, the newest day first.
pub(super) async fn list_closing_keys(
    conn: &mut Connection,
    scope: &Scope,
    days: (NaiveDate, NaiveDate),
    which: Which,
) -> Result<Vec<i64>, Error> {
    closings(scope, days, which).keys(conn, Page::WHOLE).await
}

/// These closings of a scope, the newest day first.
pub(super) async fn list_closings_among(
    conn: &mut Connection,
    scope: &Scope,
    keys: Vec<i64>,
) -> Result<Vec<Closing>, Error> {
    let rows: Listing<Row> =
        List::of(&CLOSINGS, scope).among(keys).rows(conn, Page::WHOLE, 0, (SHOWN, [])).await?;
    Ok(rows.items.into_iter().map(Closing::from).collect())
}

fn closings(scope: &Scope, (from, to): (NaiveDate, NaiveDate), which: Which) -> List {
    let list = List::of(&CLOSINGS, scope)
        .all("k.business_day >= {} and k.business_day <= {}", [from.into(), to.into()]);
    match which {
        Which::All => list,
        Which::Different => list.and("k.counted_minor <> k.expected_minor"),
    }
}

/// What was counted beyond what had to be there, less what was short, over these days.
pub(super) async fn sum_differences(
    conn: &mut Connection,
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Money, Error> {
    let many = scope.many();
    let minor = sqlx::query_scalar!(
        r#"select coalesce(sum(k.counted_minor - k.expected_minor), 0)::bigint as "sum!"
           from branches b
           join daily_closings k on k.branch_id = b.id and k.business_day between $4 and $5
           where ($1::bigint is null or b.gym_id = $1)
             and ($2::bigint is null or b.id = $2)
             and ($3::bigint[] is null or b.id = any($3))"#,
        scope.gym(),
        scope.one(),
        many.as_deref(),
        from,
        to,
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::from_minor(minor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::{assert_lists_sound, scopes};

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let days = (NaiveDate::default(), NaiveDate::MAX);
        let both = |scope| [closings(scope, days, Which::All), closings(scope, days, Which::Different)];
        assert_lists_sound(scopes().iter().flat_map(both)).await;
    }
}
