//! Who came.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{Calendar, Listing, Page, PageQuery, StaffId, SubscriptionId, dates::Day},
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use gym::attendance::{self, Action, Entry, EntryFilter, EntryStatus, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Paged, Query, Staff,
    envelope::Success,
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::answer::DenialReason;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_entries))
        .routes(endpoint!(list_entries_by_branch))
        .routes(endpoint!(list_entry_logs))
}

const UNKNOWN_STATUS: (&str, Text) =
    ("INVALID_STATUS", Text { en: "Must be approved or denied", ar: "القيمة approved أو denied" });

/// Which entries.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct EntryQuery {
    /// Only at this branch.
    #[param(value_type = Option<i64>)]
    branch_id: Option<String>,
    /// Only of this customer.
    #[param(value_type = Option<i64>)]
    customer_id: Option<String>,
    /// From this day on.
    #[param(value_type = Option<NaiveDate>)]
    date_from: Option<String>,
    /// Up to this day, included.
    #[param(value_type = Option<NaiveDate>)]
    date_to: Option<String>,
    /// The same as `date_from`.
    #[param(value_type = Option<NaiveDate>)]
    start_date: Option<String>,
    /// The same as `date_to`.
    #[param(value_type = Option<NaiveDate>)]
    end_date: Option<String>,
    /// Only those that ended so.
    #[param(value_type = Option<EntryStatus>, inline)]
    status: Option<String>,
}

impl TryFrom<EntryQuery> for EntryFilter {
    type Error = Invalid;

    fn try_from(query: EntryQuery) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let from = query.date_from.or(query.start_date);
        let to = query.date_to.or(query.end_date);
        let filter = Self {
            branch: fields.optional("branch_id", query.branch_id.as_deref(), str::parse),
            customer: fields.optional("customer_id", query.customer_id.as_deref(), str::parse),
            from: fields.optional("date_from", from.as_deref(), Day::parse),
            to: fields.optional("date_to", to.as_deref(), Day::parse),
            status: fields.optional("status", query.status.as_deref(), |word| {
                EntryStatus::from_word(word).ok_or(UNKNOWN_STATUS)
            }),
        };
        fields.done()?;
        Ok(filter)
    }
}

/// One attempt to come in.
#[derive(Debug, Serialize, ToSchema)]
struct EntryRow {
    /// Id.
    id: i64,
    /// Id again.
    entry_id: i64,
    /// The customer.
    customer_id: i64,
    /// Their name.
    #[schema(example = "Mona Adel")]
    customer_name: String,
    /// The branch.
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// The subscription it went by, or that was in the way.
    subscription_id: Option<i64>,
    /// What was sold with it.
    service_name: Option<String>,
    /// When, by the gym's clock.
    entry_time: LocalDateTime,
    /// The same moment in UTC.
    entry_time_utc: DateTime<Utc>,
    /// The same.
    check_in_time: LocalDateTime,
    /// The day of it.
    date: NaiveDate,
    /// The time of it.
    time: NaiveTime,
    /// How it ended.
    entry_status: EntryStatus,
    /// The same.
    status: EntryStatus,
    /// How the customer was named.
    entry_type: Source,
    /// What was asked.
    action: Action,
    /// Coins or sessions taken.
    charged: i32,
    /// The same.
    coins_used: i32,
    /// Why it was denied; also there when a manager overruled it.
    reason: Option<DenialReason>,
    /// Why a manager overruled it.
    override_reason: Option<String>,
    /// Who stood at the desk.
    staff_id: Option<i64>,
    /// Their name.
    staff_name: Option<String>,
    /// The same.
    employee_name: Option<String>,
}

impl From<(Entry, Calendar)> for EntryRow {
    fn from((entry, calendar): (Entry, Calendar)) -> Self {
        let at = wire::local(calendar, entry.at);
        Self {
            id: entry.id.get(),
            entry_id: entry.id.get(),
            customer_id: entry.customer.get(),
            customer_name: entry.customer_name,
            branch_id: entry.branch.get(),
            branch_name: entry.branch_name,
            subscription_id: entry.subscription.map(SubscriptionId::get),
            service_name: entry.service_name,
            entry_time: at,
            entry_time_utc: wire::utc(entry.at),
            check_in_time: at,
            date: at.0.date(),
            time: at.0.time(),
            entry_status: entry.status,
            status: entry.status,
            entry_type: entry.source,
            action: entry.action,
            charged: entry.charged,
            coins_used: entry.charged,
            reason: entry.denied_as.map(DenialReason::from),
            override_reason: entry.override_reason,
            staff_id: entry.staff.map(StaffId::get),
            employee_name: entry.staff_name.clone(),
            staff_name: entry.staff_name,
        }
    }
}

/// Entries.
#[derive(Debug, Serialize, ToSchema)]
struct EntryPage {
    /// Newest first.
    items: Vec<EntryRow>,
    /// How many there are; 10000 for that many or more.
    #[schema(example = 1)]
    total: i64,
    /// The number of this page, from 1.
    #[schema(example = 1)]
    page: i64,
    /// Rows of a page.
    #[schema(example = 50)]
    per_page: i64,
}

impl From<(Listing<Entry>, Calendar, Page)> for EntryPage {
    fn from((entries, calendar, page): (Listing<Entry>, Calendar, Page)) -> Self {
        Self {
            items: entries.items.into_iter().map(|entry| EntryRow::from((entry, calendar))).collect(),
            total: entries.total,
            page: page.number(),
            per_page: page.limit,
        }
    }
}

/// Entries as a file.
const ENTRIES: Sheet = Sheet {
    about: Text { en: "Entries", ar: "سجل الدخول" },
    rows: "/items",
    columns: &[
        "id",
        "entry_time",
        "customer_number=customer_id",
        "customer_name",
        "branch_name",
        "service_name",
        "status=entry_status",
        "reason=reason/message",
        "charged",
        "staff_name",
        "override_reason",
    ],
};

/// List who came in and who was denied, newest first.
#[utoipa::path(get, path = "/attendance", tag = "door", params(EntryQuery, PageQuery, FormatQuery), responses((status = 200, body = Success<EntryPage>)))]
async fn list_entries(
    staff: Staff<can::ReadEntries>,
    State(app): State<App>,
    Query(query): Query<EntryQuery>,
    Paged(page): Paged,
    wanted: Wanted,
) -> Result<Given<EntryPage>, ErrorResponse> {
    let filter = query.try_into()?;
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = attendance::whole(&app.db, &staff, &filter).await?;
        let calendar = staff.calendar();
        return Ok(file.streamed(&ENTRIES, rows, move |entry| EntryRow::from((entry, calendar)))?);
    }
    let entries = attendance::list(&app.db, &staff, &filter, page).await?;
    Ok(Answer::new(EntryPage::from((entries, staff.calendar(), page))).into())
}

/// List who came in at a branch, newest first, as a bare list.
#[utoipa::path(
    get, path = "/attendance/by-branch", tag = "door", params(EntryQuery, PageQuery),
    responses((status = 200, description = "The list stands at the top level as `attendance`, too", body = Success<Vec<EntryRow>>)),
)]
async fn list_entries_by_branch(
    staff: Staff<can::ReadEntries>,
    State(app): State<App>,
    Query(query): Query<EntryQuery>,
    Paged(page): Paged,
) -> Result<Answer<Vec<EntryRow>>, ErrorResponse> {
    let entries = attendance::list(&app.db, &staff, &query.try_into()?, page).await?;
    let rows = EntryPage::from((entries, staff.calendar(), page)).items;
    let again = serde_json::to_value(&rows).unwrap_or_default();
    Ok(Answer::new(rows).also("attendance", again))
}

/// Entries, as the trainers' screen reads them.
#[derive(Debug, Serialize, ToSchema)]
struct EntryLogs {
    /// Newest first.
    entries: Vec<EntryRow>,
    /// How many there are; 10000 for that many or more.
    #[schema(example = 1)]
    total: i64,
}

/// List who came in and who was denied, newest first, as `entries`.
#[utoipa::path(
    get, path = "/validation/entry-logs", tag = "door", params(EntryQuery, PageQuery),
    responses((status = 200, body = Success<EntryLogs>)),
)]
async fn list_entry_logs(
    staff: Staff<can::ReadEntries>,
    State(app): State<App>,
    Query(query): Query<EntryQuery>,
    Paged(page): Paged,
) -> Result<Answer<EntryLogs>, ErrorResponse> {
    let entries = attendance::list(&app.db, &staff, &query.try_into()?, page).await?;
    let EntryPage { items, total, .. } = EntryPage::from((entries, staff.calendar(), page));
    Ok(Answer::new(EntryLogs { entries: items, total }))
}
