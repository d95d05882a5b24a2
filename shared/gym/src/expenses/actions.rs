//! The verbs of expenses.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    attachments::{ExpenseAttachment, list_attachments},
    model::{
        Expense, ExpenseDecision, ExpenseDraft, ExpenseFilter, ExpenseListing, ExpenseReview, PaidFrom,
        Spending,
    },
    rules::{self, ExpenseDays, ExpenseRefused, Verdict, Withdrawer},
    store::{self, DecisionRow},
};
use crate::{
    books::{self, Posting, TransferSource},
    gyms::{self, GymRefused},
    payments::Method,
};
use base::{
    Error, Fault, Invalid,
    access::{Can, Granted, Permit, PlaceRefused, Scope, can},
    platform::{
        audit::Note as AuditNote,
        db::{Connection, Db, Tx},
        list::{Rows, whole as read_rows},
        once::{MoneyOutcome, RepeatableOutcome},
    },
    vocabulary::{BranchId, Day, ExpenseId, GymId, Note, Page, page::OFFSET_MAX_SIFTED},
};

/// Writes down what a branch spends; it waits for somebody else's decision. Also for a branch that is switched off, whose
/// last bills come later.
///
/// # Refuses
/// [`super::ExpenseInvalid`] for an amount that is not more than zero, or a day after today in the gym's calendar.
pub async fn record(
    db: &Db,
    desk: &Permit<can::RecordExpenses>,
    draft: &ExpenseDraft,
) -> Result<Expense, Error> {
    let spent_on = rules::take_down(draft, desk.calendar().today(desk.now()))?;
    let id = db
        .write(desk, async |tx| {
            let place = (desk.gym(), desk.branch());
            let id = store::insert_expense(tx, place, draft, spent_on, desk.staff()).await?;
            tx.note(AuditNote::on("expense", id.get()).with(json!({
                "amount_minor": draft.amount.minor(), "spent_on": spent_on,
            })));
            Ok(id)
        })
        .await?;
    read(db, desk.granted(), id).await
}

/// One expense, withdrawn or not.
///
/// # Refuses
/// [`ExpenseRefused::NotFound`].
pub async fn find(db: &Db, staff: &Granted<can::ReadExpenses>, id: ExpenseId) -> Result<Expense, Error> {
    read(db, staff, id).await
}

/// The expenses that a staff user may see, the latest days first, and what all of them come to.
///
/// # Refuses
/// [`base::vocabulary::DayRangeInvalid`]; [`PlaceRefused::BranchRequired`] for a super admin who names none, for the gyms of a
/// platform have no currency in common; a page too far back, which of several branches together, or of few among many,
/// comes sooner.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadExpenses>,
    wanted: &ExpenseFilter,
    page: Page,
) -> Result<ExpenseListing, Error> {
    rules::in_order(wanted.from, wanted.to)?;
    let scope = staff.scope_at(wanted.branch)?;
    gym_of(&scope)?;
    let is_sifted = scope.many().is_some()
        || wanted.status.is_some()
        || wanted.category.is_some()
        || wanted.written_by.is_some();
    let page = if is_sifted { page.within(OFFSET_MAX_SIFTED).map_err(Invalid::from)? } else { page };
    let mut conn = db.conn().await?;
    let sums = store::find_sums(conn.get(), &scope, wanted).await?;
    let mut page = store::list_expenses(conn.get(), &scope, wanted, page).await?;
    with_attachments(conn.get(), &mut page.items).await?;
    Ok(ExpenseListing { page, sums })
}

/// Every expense that fits, in the order of [`list`].
///
/// # Refuses
/// As [`list`]; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole(
    db: &Db,
    staff: &Granted<can::ReadExpenses>,
    wanted: &ExpenseFilter,
) -> Result<Rows<Expense>, Error> {
    rules::in_order(wanted.from, wanted.to)?;
    let scope = staff.scope_at(wanted.branch)?;
    gym_of(&scope)?;
    let mut snapshot = db.snapshot().await?;
    let keys = store::list_keys(snapshot.get(), &scope, wanted).await?;
    read_rows(snapshot, keys, |conn, keys| Box::pin(async move { store::list_found(conn, &keys).await }))
        .await
}

/// Approves or rejects an expense that somebody else wrote down.
///
/// # Refuses
/// [`ExpenseRefused`]: not found; one's own; decided or withdrawn before.
///
/// # Locks
/// The expense; then the branch's receipts, which every sale takes last, too.
pub async fn review(
    db: &Db,
    staff: &Granted<can::ReviewExpenses>,
    id: ExpenseId,
    said: ExpenseReview,
    notes: Option<&Note>,
) -> Result<Expense, Error> {
    db.write(staff, async |tx| {
        let expense = lock_within(tx, staff, id).await?;
        let today = staff.calendar().today(tx.now());
        match rules::review(&expense, said, staff.staff(), today)? {
            Verdict::Approved(business_day) => approve(tx, staff, &expense, business_day, notes).await,
            Verdict::Rejected => reject(tx, staff, &expense, notes).await,
        }
    })
    .await?;
    read(db, staff, id).await
}

/// Lets `expense` count for `business_day`, or for the first later day that is open, and posts it.
///
/// # Locks
/// The branch's receipts: take nothing else after it.
async fn approve(
    tx: &mut Tx,
    staff: &Granted<can::ReviewExpenses>,
    expense: &Expense,
    business_day: NaiveDate,
    notes: Option<&Note>,
) -> Result<(), Error> {
    let business_day = books::open_day(tx, expense.branch, business_day).await?;
    let (decision, by) = (ExpenseDecision::Approved, staff.staff());
    let decided = DecisionRow { decision, by, notes, business_day: Some(business_day) };
    store::update_decision(tx, expense.id, &decided).await?;
    tx.note(AuditNote::on("expense", expense.id.get()).with(json!({
        "did": "approve", "amount_minor": expense.amount.minor(), "business_day": business_day,
    })));
    post(tx, expense, business_day, books::approved(expense.category.as_str(), expense.amount)).await
}

/// Posts what an expense moves on a day that is open.
async fn post(
    tx: &mut Tx,
    expense: &Expense,
    business_day: NaiveDate,
    leg: Option<books::Leg>,
) -> Result<(), Error> {
    let leg = leg.ok_or_else(|| Fault::new("an expense moves no account"))?;
    let posting = Posting {
        branch: (expense.gym, expense.branch),
        business_day,
        source: TransferSource::Expense,
        source_id: expense.id.get(),
        leg,
    };
    books::post(tx, &posting).await
}

async fn reject(
    tx: &mut Tx,
    staff: &Granted<can::ReviewExpenses>,
    expense: &Expense,
    notes: Option<&Note>,
) -> Result<(), Error> {
    let (decision, by) = (ExpenseDecision::Rejected, staff.staff());
    let decided = DecisionRow { decision, by, notes, business_day: None };
    store::update_decision(tx, expense.id, &decided).await?;
    tx.note(AuditNote::on("expense", expense.id.get()).with(json!({
        "did": "reject", "amount_minor": expense.amount.minor(),
    })));
    Ok(())
}

/// Takes an expense back before it is decided; it stays on record and no list shows it.
///
/// # Refuses
/// [`ExpenseRefused`]: not found; somebody else's, for who does not review expenses; decided or withdrawn before.
///
/// # Locks
/// The expense.
pub async fn withdraw(
    db: &Db,
    staff: &Granted<can::WithdrawExpenses>,
    id: ExpenseId,
) -> Result<Expense, Error> {
    // Whoever reviews does so wherever they take back, as the policy says.
    let withdrawer = match staff.also::<can::ReviewExpenses>() {
        Some(_) => Withdrawer::Reviewer,
        None => Withdrawer::Writer(staff.staff()),
    };
    db.write(staff, async |tx| {
        let expense = lock_within(tx, staff, id).await?;
        rules::withdraw(&expense, withdrawer)?;
        let (decision, by) = (ExpenseDecision::Withdrawn, staff.staff());
        let decided = DecisionRow { decision, by, notes: None, business_day: None };
        store::update_decision(tx, id, &decided).await?;
        tx.note(AuditNote::on("expense", id.get()).with(json!({ "amount_minor": expense.amount.minor() })));
        Ok(())
    })
    .await?;
    read(db, staff, id).await
}

/// Which expense was paid.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct PaidExpense {
    expense: ExpenseId,
}

impl RepeatableOutcome for PaidExpense {}

impl MoneyOutcome for PaidExpense {
    /// For ever: nothing takes the payment of an expense back.
    async fn stands(&self, _: &mut Tx) -> Result<bool, Error> {
        Ok(true)
    }
}

/// Pays an approved expense, today in the gym's calendar; once today is closed, on the next open day.
///
/// A double click answers the first payment.
///
/// # Refuses
/// [`ExpenseRefused`]: not found; not approved; paid before.
///
/// # Locks
/// The expense; then the branch's receipts, which every sale takes last, too.
pub async fn pay(
    db: &Db,
    staff: &Granted<can::PayExpenses>,
    id: ExpenseId,
    from: PaidFrom,
) -> Result<Expense, Error> {
    let paid = db
        .write_money(staff, async |tx| {
            let expense = lock_within(tx, staff, id).await?;
            rules::pay(&expense)?;
            pay_out(tx, staff, &expense, from).await?;
            Ok(PaidExpense { expense: expense.id })
        })
        .await?;
    read(db, staff, paid.expense).await
}

/// Lets the money for `expense` leave on the first open day from today on, and posts it.
async fn pay_out(
    tx: &mut Tx,
    staff: &Granted<can::PayExpenses>,
    expense: &Expense,
    from: PaidFrom,
) -> Result<(), Error> {
    let today = staff.calendar().today(tx.now());
    let business_day = books::open_day(tx, expense.branch, today).await?;
    store::update_paid(tx, expense.id, from, staff.staff(), business_day).await?;
    tx.note(AuditNote::on("expense", expense.id.get()).with(json!({
        "amount_minor": expense.amount.minor(), "paid_from": from, "business_day": business_day,
    })));
    let method = match from {
        PaidFrom::Till => Method::Cash,
        PaidFrom::Bank => Method::Transfer,
    };
    post(tx, expense, business_day, books::paid(method, expense.amount)).await
}

/// What a staff user's branches, or one of them, spent on what, by approved expenses that count for these days: the last
/// thirty to today unless others are named.
///
/// # Refuses
/// [`base::vocabulary::DayRangeInvalid`]; [`PlaceRefused::BranchRequired`] for a super admin who names none.
pub async fn spent_by_category(
    db: &Db,
    staff: &Granted<can::ReadExpenses>,
    branch: Option<BranchId>,
    (from, to): (Option<Day>, Option<Day>),
) -> Result<Spending, Error> {
    let scope = staff.scope_at(branch)?;
    let gym = gym_of(&scope)?;
    let mut conn = db.conn().await?;
    let calendar = match staff.gym() {
        Some(_) => staff.calendar(),
        // A super admin belongs to no gym: the days are those of the branch's gym.
        None => gyms::find_calendar(conn.get(), gym).await?.ok_or(GymRefused::NotFound)?,
    };
    let days = ExpenseDays::asked(from, to, calendar.today(staff.now()))?;
    let categories = store::list_spending(conn.get(), &scope, &days).await?;
    Ok(Spending { days, categories })
}

/// The gym that `scope` is of: sums are of one currency.
fn gym_of(scope: &Scope) -> Result<GymId, PlaceRefused> {
    scope.gym().map(GymId::from).ok_or(PlaceRefused::BranchRequired)
}

/// Locks an expense within reach until the transaction ends; the audit row names its branch.
pub(super) async fn lock_within<C: Can>(
    tx: &mut Tx,
    staff: &Granted<C>,
    id: ExpenseId,
) -> Result<Expense, Error> {
    let expense = store::lock_expense(tx, id).await?.within(staff).ok_or(ExpenseRefused::NotFound)?;
    tx.stand_at(expense.gym, Some(expense.branch));
    Ok(expense)
}

async fn read<C: Can>(db: &Db, staff: &Granted<C>, id: ExpenseId) -> Result<Expense, Error> {
    let mut conn = db.conn().await?;
    let found = store::find_expense(conn.get(), id).await?;
    let mut expense = found.within(staff).ok_or(ExpenseRefused::NotFound)?;
    expense.attachments = list_attachments(conn.get(), &[id.get()]).await?;
    Ok(expense)
}

/// Gives each of `expenses` what is attached to it.
async fn with_attachments(conn: &mut Connection, expenses: &mut [Expense]) -> Result<(), Error> {
    let ids: Vec<i64> = expenses.iter().map(|expense| expense.id.get()).collect();
    let mut of: HashMap<ExpenseId, Vec<ExpenseAttachment>> = HashMap::new();
    for attachment in list_attachments(conn, &ids).await? {
        of.entry(attachment.expense).or_default().push(attachment);
    }
    for expense in expenses {
        expense.attachments = of.remove(&expense.id).unwrap_or_default();
    }
    Ok(())
}
