//! The books of the branches.

mod export;

use axum::extract::State;
use base::{
    Error, Fields, Text,
    access::can,
    platform::db::Db,
    vocabulary::{BranchId, Calendar, Day, Language, Money, Page, PageQuery},
};
use chrono::NaiveDate;
use gym::books::{
    self, AccountBalance, AccountClass, JournalFilter, LedgerAccount, Transfer, TransferSource, TrialBalance,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_accounts))
        .routes(endpoint!(get_trial_balance))
        .routes(endpoint!(list_transfers))
        .merge(export::routes())
}

/// Walks the books of every gym: what was walked, and a line for each thing that is broken.
pub async fn verify_books(db: Db) -> Result<(String, Vec<String>), Error> {
    let verified = books::verify(&db).await?;
    let broken: Vec<String> = verified.broken.iter().map(ToString::to_string).collect();
    let verdict = if broken.is_empty() { "the books are whole" } else { "the books are broken" };
    let walked = format!(
        "{verdict}: {} receipts, {} transfers and {} closings were compared",
        verified.receipts, verified.transfers, verified.closings
    );
    Ok((walked, broken))
}

/// An account that every branch has.
#[derive(Debug, Serialize, ToSchema)]
struct AccountRow {
    /// Its code.
    code: LedgerAccount,
    /// Its name in English.
    #[schema(example = "Cash in the till")]
    name_en: &'static str,
    /// Its name in Arabic.
    #[schema(example = "الخزينة (نقدي)")]
    name_ar: &'static str,
    /// On which side of the books it stands: assets and expenses grow by debits, liabilities and income by credits.
    class: AccountClass,
}

impl From<LedgerAccount> for AccountRow {
    fn from(account: LedgerAccount) -> Self {
        let title = account.title();
        let (name_en, name_ar) = (title.say(Language::En), title.say(Language::Ar));
        Self { code: account, name_en, name_ar, class: account.class() }
    }
}

/// The chart of accounts as a file.
const ACCOUNTS: [Sheet; 1] = [Sheet {
    about: Text { en: "Accounts", ar: "الحسابات" },
    rows: "",
    columns: &["code", "name_en", "name_ar", "class"],
}];

/// Read the chart of accounts, which is the same at every branch.
#[utoipa::path(get, path = "/books/accounts", tag = "books", params(FormatQuery), responses((status = 200, body = Success<Vec<AccountRow>>)))]
async fn list_accounts(
    staff: Staff<can::ReadBooks>,
    State(app): State<App>,
    wanted: Wanted,
) -> Result<Given<Vec<AccountRow>>, ErrorResponse> {
    wanted.given(
        &app,
        &staff,
        &ACCOUNTS,
        Answer::new(LedgerAccount::ALL.iter().copied().map(AccountRow::from).collect()),
    )
}

/// Which books.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct BooksQuery {
    /// Only those of this branch; else of every branch one works at.
    branch_id: Option<BranchId>,
    /// First day, in the gym's calendar; if absent, thirty days are read.
    #[serde(alias = "start_date")]
    #[param(value_type = Option<Day>, inline, example = "2026-04-01")]
    date_from: Option<String>,
    /// Last day, in the gym's calendar; today if absent.
    #[serde(alias = "end_date")]
    #[param(value_type = Option<Day>, inline, example = "2026-04-30")]
    date_to: Option<String>,
}

impl BooksQuery {
    fn days(&self, fields: &mut Fields) -> (Option<Day>, Option<Day>) {
        let from = fields.optional("date_from", self.date_from.as_deref(), Day::parse);
        (from, fields.optional("date_to", self.date_to.as_deref(), Day::parse))
    }
}

/// The trial balance: what every account had, gained and gave away.
#[derive(Debug, Serialize, ToSchema)]
struct TrialBalanceAnswer {
    /// First day.
    date_from: NaiveDate,
    /// Last day.
    date_to: NaiveDate,
    /// Every account, in the order of the chart.
    accounts: Vec<BalanceRow>,
    /// Everything that was debited within the days.
    total_debit: Money,
    /// Everything that was credited within the days: the same sum.
    total_credit: Money,
}

/// One account of the trial balance.
#[derive(Debug, Serialize, ToSchema)]
struct BalanceRow {
    /// The account.
    #[serde(flatten)]
    account: AccountRow,
    /// What was on it before the first day.
    opening: Money,
    /// What it was debited within the days.
    debit: Money,
    /// What it was credited within the days.
    credit: Money,
    /// What is on it after the last day.
    closing: Money,
}

impl From<TrialBalance> for TrialBalanceAnswer {
    fn from(balance: TrialBalance) -> Self {
        let row = |row: AccountBalance| BalanceRow {
            account: row.account.into(),
            opening: row.opening,
            debit: row.debit,
            credit: row.credit,
            closing: row.closing,
        };
        Self {
            date_from: balance.from,
            date_to: balance.to,
            accounts: balance.accounts.into_iter().map(row).collect(),
            total_debit: balance.debit,
            total_credit: balance.credit,
        }
    }
}

/// The trial balance as a file.
const TRIAL_BALANCE: [Sheet; 1] = [Sheet {
    about: Text { en: "Trial balance", ar: "ميزان المراجعة" },
    rows: "/accounts",
    columns: &[
        "code",
        "name_en",
        "name_ar",
        "class",
        "opening_balance=opening",
        "debit_sum=debit",
        "credit_sum=credit",
        "closing_balance=closing",
    ],
}];

/// Read the trial balance of one's branches, or of one of them.
#[utoipa::path(get, path = "/books/trial-balance", tag = "books", params(BooksQuery, FormatQuery), responses(
    (status = 200, body = Success<TrialBalanceAnswer>),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn get_trial_balance(
    staff: Staff<can::ReadBooks>,
    State(app): State<App>,
    Query(query): Query<BooksQuery>,
    wanted: Wanted,
) -> Result<Given<TrialBalanceAnswer>, ErrorResponse> {
    let mut fields = Fields::new();
    let days = query.days(&mut fields);
    fields.done()?;
    let balance = books::trial_balance(&app.db, &staff, query.branch_id, days).await?;
    wanted.given(&app, &staff, &TRIAL_BALANCE, Answer::new(balance.into()))
}

/// Which transfers.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct JournalQuery {
    #[serde(flatten)]
    #[param(ignore)]
    books: BooksQuery,
    /// Only those that debit or credit this account.
    #[param(inline)]
    account: Option<LedgerAccount>,
    /// Only those for this reason.
    #[param(inline)]
    source: Option<TransferSource>,
    #[serde(flatten)]
    #[param(ignore)]
    page: PageQuery,
}

/// A part of the journal.
#[derive(Debug, Serialize, ToSchema)]
struct JournalPage {
    /// The newest day first.
    items: Vec<TransferRow>,
    /// How many there are; 10000 for that many or more.
    total: i64,
    /// The number of this page, from 1.
    page: i64,
    /// Rows of a page.
    per_page: i64,
    /// How many pages there are.
    pages: i64,
}

/// One movement of money.
#[derive(Debug, Serialize, ToSchema)]
struct TransferRow {
    /// Id.
    id: i64,
    /// What it belongs together with: all transfers of one deed have the same number.
    posting_id: i64,
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// The branch's name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// The account that is debited.
    debit: LedgerAccount,
    /// The account that is credited.
    credit: LedgerAccount,
    /// How much, above zero.
    amount: Money,
    /// The day it belongs to, in the gym's calendar.
    business_day: NaiveDate,
    /// Which document says why: payments and refunds are payments.
    source: TransferSource,
    /// The id of that document.
    source_id: i64,
    /// The transfer that it takes back.
    reverses_id: Option<i64>,
    /// When it was written, on the gym's clock.
    posted_at: LocalDateTime,
}

impl From<(Transfer, Calendar)> for TransferRow {
    fn from((transfer, calendar): (Transfer, Calendar)) -> Self {
        Self {
            id: transfer.id.get(),
            posting_id: transfer.posting.get(),
            branch_id: transfer.branch.get(),
            branch_name: transfer.branch_name,
            debit: transfer.debit,
            credit: transfer.credit,
            amount: transfer.amount,
            business_day: transfer.business_day,
            source: transfer.source,
            source_id: transfer.source_id,
            reverses_id: transfer.reverses.map(Into::into),
            posted_at: wire::local(calendar, transfer.posted_at),
        }
    }
}

/// The journal as a file.
const JOURNAL: Sheet = Sheet {
    about: Text { en: "Journal", ar: "دفتر اليومية" },
    rows: "/items",
    columns: &[
        "posting_id",
        "id",
        "business_day",
        "branch_name",
        "debit_account=debit",
        "credit_account=credit",
        "amount",
        "source",
        "document_id=source_id",
        "reverses_id",
        "created_at=posted_at",
    ],
};

/// Read the journal: every movement of money, the newest day first.
#[utoipa::path(get, path = "/books/journal", tag = "books", params(JournalQuery, BooksQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<JournalPage>),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, PAGE_INVALID, PAGE_TOO_DEEP", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn list_transfers(
    staff: Staff<can::ReadBooks>,
    State(app): State<App>,
    Query(query): Query<JournalQuery>,
    wanted: Wanted,
) -> Result<Given<JournalPage>, ErrorResponse> {
    let mut fields = Fields::new();
    let days = query.books.days(&mut fields);
    let page = fields.page(Page::parse(&query.page));
    let page = fields.build(page)?;
    let filter =
        JournalFilter { branch: query.books.branch_id, account: query.account, source: query.source };
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = books::whole_journal(&app.db, &staff, &filter, days).await?;
        let calendar = staff.calendar();
        return Ok(file.streamed(&JOURNAL, rows, move |transfer| TransferRow::from((transfer, calendar)))?);
    }
    let listing = books::journal(&app.db, &staff, &filter, days, page).await?;
    let row = |transfer| TransferRow::from((transfer, staff.calendar()));
    Ok(Answer::new(JournalPage {
        page: page.number(),
        per_page: page.limit,
        pages: page.pages(listing.total),
        total: listing.total,
        items: listing.items.into_iter().map(row).collect(),
    })
    .into())
}
