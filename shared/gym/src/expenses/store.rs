//! The SQL of expenses.

use chrono::NaiveDate;

use super::{
    model::{
        CategorySpending, Expense, ExpenseCategory, ExpenseDecision, ExpenseDraft, ExpenseFilter,
        ExpensePayment, ExpenseRuling, ExpenseStatus, ExpenseSums, PaidFrom,
    },
    rules::{ExpenseDays, ExpenseRefused},
};
use base::{
    Error, OnConstraint as _,
    access::{Place, Scope, Unseen},
    platform::{
        db::{Connection, Tx},
        list::{List, Table},
    },
    vocabulary::{
        BranchId, Day, ExpenseId, GymId, Listing, Money, Note, Page, StaffId, Timestamp, page::COUNTED_MOST,
    },
};

struct ExpenseRow {
    id: i64,
    gym_id: i64,
    branch_id: i64,
    branch_name: String,
    title: String,
    category: ExpenseCategory,
    amount_minor: i64,
    spent_on: NaiveDate,
    description: Option<String>,
    created_by: i64,
    writer_name: String,
    created_at: Timestamp,
    decision: Option<ExpenseDecision>,
    decided_by: Option<i64>,
    decider_name: Option<String>,
    decided_at: Option<Timestamp>,
    decision_notes: Option<String>,
    business_day: Option<NaiveDate>,
    paid_from: Option<PaidFrom>,
    paid_by: Option<i64>,
    payer_name: Option<String>,
    paid_at: Option<Timestamp>,
    paid_business_day: Option<NaiveDate>,
}

/// A statement that reads whole expenses: `$from` says where they are found, `$which` which ones or in which order.
macro_rules! expenses {
    ($from:literal, $which:literal, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            ExpenseRow,
            r#"select e.id, e.gym_id, e.branch_id, b.name as branch_name, e.title, e.category as "category: ExpenseCategory",
                   e.amount_minor, e.spent_on, e.description, e.created_by, w.full_name as writer_name, e.created_at,
                   e.decision as "decision: ExpenseDecision", e.decided_by, d.full_name as "decider_name?", e.decided_at,
                   e.decision_notes, e.business_day, e.paid_from as "paid_from: PaidFrom", e.paid_by,
                   p.full_name as "payer_name?", e.paid_at, e.paid_business_day "# + $from + "
               join branches b on b.id = e.branch_id
               join staff_users w on w.id = e.created_by
               left join staff_users d on d.id = e.decided_by
               left join staff_users p on p.id = e.paid_by " + $which,
            $($argument),+
        )
    };
}

impl From<ExpenseRow> for Expense {
    fn from(row: ExpenseRow) -> Self {
        // Of a decision the schema keeps all or nothing, and so of a payment.
        let decided = row.decision.zip(row.decided_by).zip(row.decided_at);
        let paid = row.paid_from.zip(row.paid_by).zip(row.paid_at).zip(row.paid_business_day);
        Self {
            id: ExpenseId::from(row.id),
            gym: GymId::from(row.gym_id),
            branch: BranchId::from(row.branch_id),
            branch_name: row.branch_name,
            title: row.title,
            category: row.category,
            amount: Money::from_minor(row.amount_minor),
            spent_on: row.spent_on,
            description: row.description,
            written_by: StaffId::from(row.created_by),
            written_by_name: row.writer_name,
            written_at: row.created_at,
            ruling: decided.map(|((decision, by), at)| ExpenseRuling {
                decision,
                by: StaffId::from(by),
                by_name: row.decider_name.unwrap_or_default(),
                at,
                notes: row.decision_notes,
                business_day: row.business_day,
            }),
            payment: paid.map(|(((from, by), at), business_day)| ExpensePayment {
                from,
                by: StaffId::from(by),
                by_name: row.payer_name.unwrap_or_default(),
                at,
                business_day,
            }),
            attachments: Vec::new(),
        }
    }
}

/// Writes an expense of `branch` down, as `by` told it.
pub(super) async fn insert_expense(
    tx: &mut Tx,
    (gym, branch): (GymId, BranchId),
    draft: &ExpenseDraft,
    spent_on: NaiveDate,
    by: StaffId,
) -> Result<ExpenseId, Error> {
    let now = tx.now();
    let id = sqlx::query_scalar!(
        "insert into expenses (gym_id, branch_id, title, category, amount_minor, spent_on, description, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         returning id",
        gym.get(),
        branch.get(),
        draft.title.as_str(),
        draft.category.as_str(),
        draft.amount.minor(),
        spent_on,
        draft.description.as_ref().map(Note::as_str),
        by.get(),
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(ExpenseId::from(id))
}

/// The expense `id`, of whatever gym.
pub(super) async fn find_expense(conn: &mut Connection, id: ExpenseId) -> Result<Unseen<Expense>, Error> {
    let row = expenses!("from expenses e", "where e.id = $1", id.get()).fetch_optional(conn).await?;
    Ok(Unseen::new(row.map(Expense::from), |expense| Place::branch(expense.gym, expense.branch)))
}

/// Locks the expense until the transaction ends, then reads it.
pub(super) async fn lock_expense(tx: &mut Tx, id: ExpenseId) -> Result<Unseen<Expense>, Error> {
    // A statement of its own: the reading after it must see what the former holder committed.
    sqlx::query!("select id from expenses where id = $1 for update", id.get())
        .fetch_optional(tx.conn())
        .await?;
    find_expense(tx.conn(), id).await
}

/// What is written about an expense that was decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct DecisionRow<'a> {
    pub(super) decision: ExpenseDecision,
    pub(super) by: StaffId,
    pub(super) notes: Option<&'a Note>,
    pub(super) business_day: Option<NaiveDate>,
}

pub(super) async fn update_decision(
    tx: &mut Tx,
    id: ExpenseId,
    decided: &DecisionRow<'_>,
) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query!(
        "update expenses
         set decision = $2, decided_by = $3, decided_at = $4, decision_notes = $5, business_day = $6
         where id = $1",
        id.get(),
        decided.decision.as_str(),
        decided.by.get(),
        now,
        decided.notes.map(Note::as_str),
        decided.business_day,
    )
    .execute(tx.conn())
    .await
    .on_constraint("expenses_approved_by_another", || ExpenseRefused::Own)?;
    Ok(())
}

/// Writes that `by` paid the expense out of `from`, on `business_day`.
pub(super) async fn update_paid(
    tx: &mut Tx,
    id: ExpenseId,
    from: PaidFrom,
    by: StaffId,
    business_day: NaiveDate,
) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query!(
        "update expenses set paid_from = $2, paid_by = $3, paid_at = $4, paid_business_day = $5 where id = $1",
        id.get(),
        from.as_str(),
        by.get(),
        now,
        business_day,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

const EXPENSES: Table = Table { name: "expenses", alias: "e", order: &["spent_on", "id"] };

/// Pending, then approved. A sum beyond what a number of Postgres holds is shown as the largest of them.
const SUMS: &str = "least(coalesce(sum(e.amount_minor) filter (where e.decision is null), 0), 9223372036854775807)::bigint,
    least(coalesce(sum(e.amount_minor) filter (where e.decision = 'approved'), 0), 9223372036854775807)::bigint";

fn filtered(scope: &Scope, wanted: &ExpenseFilter) -> List {
    let list = List::of(&EXPENSES, scope)
        .led_by("e.created_by = {}", wanted.written_by.map(StaffId::get))
        .only("e.spent_on >= {}", wanted.from.map(Day::date))
        .only("e.spent_on <= {}", wanted.to.map(Day::date))
        .only("e.category = {}", wanted.category.map(ExpenseCategory::as_str));
    // The words stand in the text: with values Postgres would not know how few wait for a decision.
    match wanted.status {
        None => list.and("e.decision is distinct from 'withdrawn'"),
        Some(ExpenseStatus::Pending) => list.and("e.decision is null"),
        Some(ExpenseStatus::Approved) => list.and("e.decision = 'approved'"),
        Some(ExpenseStatus::Rejected) => list.and("e.decision = 'rejected'"),
        Some(ExpenseStatus::Withdrawn) => list.and("e.decision = 'withdrawn'"),
    }
}

/// One page of expenses, the latest days first.
pub(super) async fn list_expenses(
    conn: &mut Connection,
    scope: &Scope,
    wanted: &ExpenseFilter,
    page: Page,
) -> Result<Listing<Expense>, Error> {
    let found = filtered(scope, wanted).page(conn, page, COUNTED_MOST).await?;
    Ok(Listing { items: list_found(conn, &found.items).await?, total: found.total })
}

/// The keys of all expenses that fit, the latest days first.
pub(super) async fn list_keys(
    conn: &mut Connection,
    scope: &Scope,
    wanted: &ExpenseFilter,
) -> Result<Vec<i64>, Error> {
    filtered(scope, wanted).keys(conn, Page::WHOLE).await
}

/// The expenses that were found, in the same order.
pub(super) async fn list_found(conn: &mut Connection, found: &[i64]) -> Result<Vec<Expense>, Error> {
    let rows = expenses!(
        "from unnest($1::bigint[]) with ordinality as found (id, place) join expenses e on e.id = found.id",
        "order by found.place",
        found,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Expense::from).collect())
}

/// What all expenses that fit come to.
pub(super) async fn find_sums(
    conn: &mut Connection,
    scope: &Scope,
    wanted: &ExpenseFilter,
) -> Result<ExpenseSums, Error> {
    let (pending, approved): (i64, i64) = filtered(scope, wanted).sums(conn, SUMS).await?;
    Ok(ExpenseSums { pending: Money::from_minor(pending), approved: Money::from_minor(approved) })
}

/// What was spent on each kind of thing by approved expenses that count for these days, the dearest first. Others have no
/// business day, as the schema holds.
pub(super) async fn list_spending(
    conn: &mut Connection,
    scope: &Scope,
    days: &ExpenseDays,
) -> Result<Vec<CategorySpending>, Error> {
    let branches = scope.many();
    let rows = sqlx::query!(
        r#"select e.category as "category: ExpenseCategory",
               least(sum(e.amount_minor), 9223372036854775807)::bigint as "total!", count(*) as "count!"
           from branches b
           join expenses e on e.branch_id = b.id
           where ($1::bigint is null or b.gym_id = $1) and ($2::bigint is null or b.id = $2)
               and ($3::bigint[] is null or b.id = any($3))
               and e.business_day between $4 and $5
           group by e.category
           order by sum(e.amount_minor) desc, e.category"#,
        scope.gym(),
        scope.one(),
        branches.as_deref(),
        days.from,
        days.to,
    )
    .fetch_all(conn)
    .await?;
    let spent = rows.into_iter().map(|row| CategorySpending {
        category: row.category,
        total: Money::from_minor(row.total),
        count: row.count,
    });
    Ok(spent.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::{assert_lists_sound, scopes};

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let day = Day::parse("2026-04-17").ok();
        let statuses = ExpenseStatus::ALL.iter().copied().map(Some).chain([None]);
        let mut lists = Vec::new();
        for status in statuses {
            for scope in scopes() {
                for from in [None, day] {
                    for to in [None, day] {
                        for category in [None, Some(ExpenseCategory::Rent)] {
                            for written_by in [None, Some(StaffId::new(1))] {
                                let wanted =
                                    ExpenseFilter { branch: None, from, to, status, category, written_by };
                                lists.push(filtered(&scope, &wanted));
                            }
                        }
                    }
                }
            }
        }
        assert_lists_sound(lists).await;
    }
}
