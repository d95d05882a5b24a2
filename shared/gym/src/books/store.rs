//! The SQL of reading the books.

use base::{
    Error,
    access::Scope,
    platform::{
        db::{Connection, Tx},
        list::{List, Shown, Table},
    },
    vocabulary::{
        BranchId, GymId, Listing, Money, Page, PostingId, Timestamp, TransferId, page::COUNTED_MOST,
    },
};
use chrono::NaiveDate;
use sqlx::FromRow;

use super::model::{AccountBalance, JournalFilter, LedgerAccount, Posting, Transfer, TransferSource};

const TRANSFERS: Table = Table { name: "transfers", alias: "t", order: &["business_day", "id"] };

const SHOWN: Shown = Shown {
    columns:
        "t.id, t.posting_id, t.gym_id, t.branch_id, b.name as branch_name, t.debit, t.credit, t.amount_minor,
        t.business_day, t.source, t.source_id, t.reverses_id, t.posted_at",
    from: "page join transfers t on t.id = page.id join branches b on b.id = t.branch_id",
};

#[derive(FromRow)]
struct Row {
    id: i64,
    posting_id: i64,
    gym_id: i64,
    branch_id: i64,
    branch_name: String,
    debit: LedgerAccount,
    credit: LedgerAccount,
    amount_minor: i64,
    business_day: NaiveDate,
    source: TransferSource,
    source_id: i64,
    reverses_id: Option<i64>,
    posted_at: Timestamp,
}

impl From<Row> for Transfer {
    fn from(row: Row) -> Self {
        Self {
            id: TransferId::new(row.id),
            posting: PostingId::new(row.posting_id),
            gym: GymId::new(row.gym_id),
            branch: BranchId::new(row.branch_id),
            branch_name: row.branch_name,
            debit: row.debit,
            credit: row.credit,
            amount: Money::from_minor(row.amount_minor),
            business_day: row.business_day,
            source: row.source,
            source_id: row.source_id,
            reverses: row.reverses_id.map(TransferId::new),
            posted_at: row.posted_at,
        }
    }
}

/// Transfers of these days, both included, the newest day first.
pub(super) async fn list_transfers(
    conn: &mut Connection,
    scope: &Scope,
    filter: &JournalFilter,
    days: (NaiveDate, NaiveDate),
    page: Page,
) -> Result<Listing<Transfer>, Error> {
    let list = transfers(scope, filter, days);
    let rows: Listing<Row> = list.rows(conn, page, COUNTED_MOST, (SHOWN, [])).await?;
    Ok(Listing { items: rows.items.into_iter().map(Transfer::from).collect(), total: rows.total })
}

/// The keys of all transfers that fit, the newest day first.
pub(super) async fn list_transfer_keys(
    conn: &mut Connection,
    scope: &Scope,
    filter: &JournalFilter,
    days: (NaiveDate, NaiveDate),
) -> Result<Vec<i64>, Error> {
    transfers(scope, filter, days).keys(conn, Page::WHOLE).await
}

/// These transfers of a scope, the newest day first.
pub(super) async fn list_transfers_among(
    conn: &mut Connection,
    scope: &Scope,
    keys: Vec<i64>,
) -> Result<Vec<Transfer>, Error> {
    let rows: Listing<Row> =
        List::of(&TRANSFERS, scope).among(keys).rows(conn, Page::WHOLE, 0, (SHOWN, [])).await?;
    Ok(rows.items.into_iter().map(Transfer::from).collect())
}

fn transfers(scope: &Scope, filter: &JournalFilter, (from, to): (NaiveDate, NaiveDate)) -> List {
    let account = filter.account.map(LedgerAccount::as_str);
    let list = List::of(&TRANSFERS, scope)
        .all("t.business_day >= {} and t.business_day <= {}", [from.into(), to.into()])
        .only("t.source = {}", filter.source.map(TransferSource::as_str));
    match account {
        Some(account) => list.all("(t.debit = {} or t.credit = {})", [account.into(), account.into()]),
        None => list,
    }
}

/// The first day from `wanted` on that is open at the branch; it stays open until the transaction ends.
///
/// # Locks
/// The branch's receipts: take nothing else after it.
pub(crate) async fn lock_open_day(
    tx: &mut Tx,
    branch: BranchId,
    wanted: NaiveDate,
) -> Result<NaiveDate, Error> {
    let first = sqlx::query_scalar!(
        "select first_open_day from branch_receipts where branch_id = $1 for update",
        branch.get(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(first.flatten().map_or(wanted, |first| first.max(wanted)))
}

/// The first day of the first month that is not closed at the branch; none if no month was closed yet.
pub(crate) async fn find_first_open_month(
    conn: &mut Connection,
    branch: BranchId,
) -> Result<Option<NaiveDate>, Error> {
    let first = sqlx::query_scalar!(
        "select first_open_month from branch_receipts where branch_id = $1",
        branch.get()
    )
    .fetch_optional(conn)
    .await?;
    Ok(first.flatten())
}

/// Posts one transfer. The branch's receipts are locked.
pub(crate) async fn insert_transfer(tx: &mut Tx, posting: &Posting) -> Result<(), Error> {
    let now = tx.now();
    let (gym, branch) = posting.branch;
    sqlx::query!(
        "insert into transfers (gym_id, branch_id, debit, credit, amount_minor, business_day, source, source_id, posted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        gym.get(),
        branch.get(),
        posting.leg.debit.as_str(),
        posting.leg.credit.as_str(),
        posting.leg.amount.minor(),
        posting.business_day,
        posting.source.as_str(),
        posting.source_id,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What came onto an account of a branch on one day less what left it, but for what closings post.
pub(crate) async fn find_day_moved(
    conn: &mut Connection,
    branch: BranchId,
    day: NaiveDate,
    account: LedgerAccount,
) -> Result<Money, Error> {
    let minor = sqlx::query_scalar!(
        r#"select coalesce(sum(debit_minor - credit_minor), 0)::bigint as "moved!"
           from account_days
           where branch_id = $1 and business_day = $2 and account = $3 and source <> 'closing'"#,
        branch.get(),
        day,
        account.as_str(),
    )
    .fetch_one(conn)
    .await?;
    Ok(Money::from_minor(minor))
}

/// What an account was debited and credited before some days, and within them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    pub(super) account: LedgerAccount,
    debit_before: i64,
    credit_before: i64,
    debit: i64,
    credit: i64,
}

impl Sums {
    /// An account on which nothing ever moved.
    pub(super) const fn nothing(account: LedgerAccount) -> Self {
        Self { account, debit_before: 0, credit_before: 0, debit: 0, credit: 0 }
    }

    pub(super) const fn balance(self) -> AccountBalance {
        let money = Money::from_minor;
        let class = self.account.class();
        let (debit, credit) = (money(self.debit), money(self.credit));
        let opening = class.balance(money(self.debit_before), money(self.credit_before));
        let moved = class.balance(debit, credit);
        let closing = money(opening.minor().saturating_add(moved.minor()));
        AccountBalance { account: self.account, opening, debit, credit, closing }
    }
}

/// The accounts on which something moved until the last of these days.
pub(super) async fn list_sums(
    conn: &mut Connection,
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<Sums>, Error> {
    let many = scope.many();
    let rows = sqlx::query_as!(
        Sums,
        r#"select d.account as "account: LedgerAccount",
               coalesce(sum(d.debit_minor) filter (where d.business_day < $4), 0)::bigint as "debit_before!",
               coalesce(sum(d.credit_minor) filter (where d.business_day < $4), 0)::bigint as "credit_before!",
               coalesce(sum(d.debit_minor) filter (where d.business_day >= $4), 0)::bigint as "debit!",
               coalesce(sum(d.credit_minor) filter (where d.business_day >= $4), 0)::bigint as "credit!"
           from branches b
           join account_days d on d.branch_id = b.id and d.business_day <= $5
           where ($1::bigint is null or b.gym_id = $1)
             and ($2::bigint is null or b.id = $2)
             and ($3::bigint[] is null or b.id = any($3))
           group by d.account"#,
        scope.gym(),
        scope.one(),
        many.as_deref(),
        from,
        to,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::{assert_lists_sound, scopes};

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let mut lists = Vec::new();
        for scope in scopes() {
            for account in [None, Some(LedgerAccount::Till)] {
                for source in [None, Some(TransferSource::Refund)] {
                    let filter = JournalFilter { branch: None, account, source };
                    lists.push(transfers(&scope, &filter, (NaiveDate::default(), NaiveDate::MAX)));
                }
            }
        }
        assert_lists_sound(lists).await;
    }
}
