//! Reading the books.

use base::{
    Error, Invalid,
    access::{Granted, can},
    platform::{
        db::Db,
        list::{Rows, whole as read_rows},
    },
    vocabulary::{BranchId, Day, Listing, Money, Page, page::OFFSET_MAX_SIFTED, read_days},
};

use super::{
    model::{AccountBalance, JournalFilter, LedgerAccount, Transfer, TrialBalance},
    store,
};

/// Transfers, the newest day first; the last thirty days, if nobody says which.
///
/// # Refuses
/// [`base::vocabulary::DayRangeInvalid`]; a branch outside the caller's reach as one that does not exist; a page far back.
pub async fn journal(
    db: &Db,
    staff: &Granted<can::ReadBooks>,
    filter: &JournalFilter,
    days: (Option<Day>, Option<Day>),
    page: Page,
) -> Result<Listing<Transfer>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let days = read_days(days, staff.calendar().today(staff.now()))?;
    let page = page.within(OFFSET_MAX_SIFTED).map_err(Invalid::from)?;
    store::list_transfers(db.conn().await?.get(), &scope, filter, days, page).await
}

/// Every transfer that fits, in the order of [`journal`].
///
/// # Refuses
/// As [`journal`]; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole_journal(
    db: &Db,
    staff: &Granted<can::ReadBooks>,
    filter: &JournalFilter,
    days: (Option<Day>, Option<Day>),
) -> Result<Rows<Transfer>, Error> {
    let scope = staff.scope_at(filter.branch)?;
    let days = read_days(days, staff.calendar().today(staff.now()))?;
    let mut snapshot = db.snapshot().await?;
    let keys = store::list_transfer_keys(snapshot.get(), &scope, filter, days).await?;
    read_rows(snapshot, keys, move |conn, keys| {
        let scope = scope.clone();
        Box::pin(async move { store::list_transfers_among(conn, &scope, keys).await })
    })
    .await
}

/// What every account had, gained and gave away; within the last thirty days, if nobody says which.
///
/// # Refuses
/// [`base::vocabulary::DayRangeInvalid`]; a branch outside the caller's reach as one that does not exist.
pub async fn trial_balance(
    db: &Db,
    staff: &Granted<can::ReadBooks>,
    branch: Option<BranchId>,
    days: (Option<Day>, Option<Day>),
) -> Result<TrialBalance, Error> {
    let scope = staff.scope_at(branch)?;
    let (from, to) = read_days(days, staff.calendar().today(staff.now()))?;
    let sums = store::list_sums(db.report().await?.get(), &scope, (from, to)).await?;
    let accounts: Vec<AccountBalance> = LedgerAccount::ALL
        .iter()
        .map(|account| {
            let sums = sums.iter().find(|sums| sums.account == *account).copied();
            sums.unwrap_or(store::Sums::nothing(*account)).balance()
        })
        .collect();
    let total = |of: fn(&AccountBalance) -> Money| {
        Money::from_minor(
            accounts.iter().fold(0, |sum: i64, account| sum.saturating_add(of(account).minor())),
        )
    };
    let (debit, credit) = (total(|account| account.debit), total(|account| account.credit));
    Ok(TrialBalance { from, to, accounts, debit, credit })
}
