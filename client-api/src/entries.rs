//! A member's entries, and the question at the door.

use axum::extract::State;
use base::{
    Fields,
    platform::request,
    vocabulary::{BranchId, Calendar, PageQuery},
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use gym::attendance::{self, Decision, Entry, Level, Outlook, parse_moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Member, Paged, Query,
    envelope::Success,
    wire::{self, LocalDateTime},
};

/// Under every base path.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(stats)).routes(endpoint!(branch_activity)).routes(endpoint!(access))
}

/// The history as the source document has it.
pub(crate) fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(entry_history))
}

/// The history as the installed apps read it.
pub(crate) fn listed() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(list_entries))
}

/// One entry.
#[derive(Debug, Serialize, ToSchema)]
struct EntryAnswer {
    /// Id.
    #[schema(example = 1234)]
    id: i64,
    /// When.
    entry_time: DateTime<Utc>,
    /// The day, by the gym's clock.
    date: NaiveDate,
    /// The time, by the gym's clock.
    #[schema(value_type = String, example = "18:15:00")]
    time: NaiveTime,
    /// Where.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Where, as the apps read it.
    branch: String,
    /// What it went by.
    service: Option<String>,
    /// Coins or sessions taken.
    coins_used: i32,
    /// How one was named; upper case for the apps, lower case in the documented shape.
    #[schema(example = "qr_scan")]
    entry_type: String,
    /// Whether one was let in; upper case for the apps, lower case in the documented shape.
    #[schema(example = "approved")]
    entry_status: String,
    /// Why not, in the member's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

fn answer(entry: Entry, calendar: Calendar) -> EntryAnswer {
    let local = wire::local(calendar, entry.at).0;
    EntryAnswer {
        id: entry.id.get(),
        entry_time: entry.at,
        date: local.date(),
        time: local.time(),
        branch_name: entry.branch_name.clone(),
        branch: entry.branch_name,
        service: entry.service_name,
        coins_used: entry.charged,
        entry_type: entry.source.as_str().to_owned(),
        entry_status: entry.status.as_str().to_owned(),
        reason: entry.denied_as.map(|denial| denial.say(request::language()).into_owned()),
    }
}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
struct EntryHistoryAnswer {
    /// Newest first.
    entries: Vec<EntryAnswer>,
    /// How many there are in all.
    #[schema(example = 125)]
    total: i64,
    /// Entries in a page.
    #[schema(example = 50)]
    limit: i64,
    /// Entries before this page.
    #[schema(example = 0)]
    offset: i64,
}

/// Read one's own entries, newest first.
#[utoipa::path(get, path = "/entry-history", tag = "entries", params(PageQuery),
    responses((status = 200, body = Success<EntryHistoryAnswer>)))]
async fn entry_history(
    member: Member,
    State(app): State<App>,
    Paged(page): Paged,
) -> Result<Answer<EntryHistoryAnswer>, ErrorResponse> {
    let found = attendance::list_own(&app.db, &member, page).await?;
    let calendar = member.calendar();
    Ok(Answer::new(EntryHistoryAnswer {
        entries: found.items.into_iter().map(|entry| answer(entry, calendar)).collect(),
        total: found.total,
        limit: page.limit,
        offset: page.offset,
    }))
}

/// Read one's own entries as a bare list, newest first.
#[utoipa::path(get, path = "/entry-history", tag = "entries", params(PageQuery),
    responses((status = 200, body = Success<Vec<EntryAnswer>>)))]
async fn list_entries(
    member: Member,
    State(app): State<App>,
    Paged(page): Paged,
) -> Result<Answer<Vec<EntryAnswer>>, ErrorResponse> {
    let found = attendance::list_own(&app.db, &member, page).await?;
    let calendar = member.calendar();
    let rows = found.items.into_iter().map(|entry| {
        let mut row = answer(entry, calendar);
        row.entry_type.make_ascii_uppercase();
        row.entry_status.make_ascii_uppercase();
        row
    });
    Ok(Answer::new(rows.collect()))
}

/// How diligent one was.
#[derive(Debug, Serialize, ToSchema)]
struct VisitStatsAnswer {
    /// Times let in, ever.
    total_visits: i64,
    /// This calendar month.
    visits_this_month: i64,
    /// This week.
    visits_this_week: i64,
    /// Days in a row up to today or yesterday.
    streak_days: i64,
    /// Coins and sessions spent, ever.
    coins_used: i64,
    /// The last time, by the gym's clock.
    last_visit: Option<LocalDateTime>,
    /// The same moment in UTC.
    last_visit_utc: Option<DateTime<Utc>>,
}

/// Read how often one came.
#[utoipa::path(get, path = "/stats", tag = "entries", responses((status = 200, body = Success<VisitStatsAnswer>)))]
async fn stats(member: Member, State(app): State<App>) -> Result<Answer<VisitStatsAnswer>, ErrorResponse> {
    let stats = attendance::own_stats(&app.db, &member).await?;
    Ok(Answer::new(VisitStatsAnswer {
        total_visits: stats.visits,
        visits_this_month: stats.visits_this_month,
        visits_this_week: stats.visits_this_week,
        streak_days: stats.streak_days,
        coins_used: stats.spent,
        last_visit: stats.last_visit_at.map(|at| wire::local(member.calendar(), at)),
        last_visit_utc: stats.last_visit_at.map(wire::utc),
    }))
}

/// How full it is.
#[derive(Debug, Serialize, ToSchema)]
struct BranchActivityAnswer {
    /// In a word.
    level: Level,
    /// Members let in during the last hour.
    entries_last_hour: i64,
}

/// Read how full one's own branch is.
#[utoipa::path(get, path = "/branch-activity", tag = "entries", responses((status = 200, body = Success<BranchActivityAnswer>)))]
async fn branch_activity(
    member: Member,
    State(app): State<App>,
) -> Result<Answer<BranchActivityAnswer>, ErrorResponse> {
    let crowd = attendance::branch_activity(&app.db, &member).await?;
    Ok(Answer::new(BranchActivityAnswer { level: crowd.level, entries_last_hour: crowd.entries_last_hour }))
}

/// Where and when.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct AccessQuery {
    /// A branch of the member's gym; their own if absent.
    #[param(value_type = Option<i64>)]
    branch_id: Option<BranchId>,
    /// A moment by the gym's clock, e.g. `2026-11-20T18:00` or `18:00`; now if absent.
    at: Option<String>,
}

/// Whether the door would open.
#[derive(Debug, Serialize, ToSchema)]
struct AccessAnswer {
    /// Whether it would.
    allowed: bool,
    /// Which branch.
    branch_id: i64,
    /// Its name.
    branch_name: String,
    /// The moment asked about, by the gym's clock.
    at: LocalDateTime,
    /// Coins or sessions it would take.
    charge: i32,
    /// What it would go by.
    service_name: Option<String>,
    /// Why not, the first reason first.
    reasons: Vec<DenialReasonAnswer>,
}

/// Why the door stays shut.
#[derive(Debug, Serialize, ToSchema)]
struct DenialReasonAnswer {
    /// Stable name.
    #[schema(example = "SUBSCRIPTION_FROZEN")]
    code: String,
    /// In the member's language.
    message: String,
}

/// Can I come in? The same decision as at the door; nothing happens.
#[utoipa::path(get, path = "/access", tag = "entries", params(AccessQuery),
    responses((status = 200, body = Success<AccessAnswer>)))]
async fn access(
    member: Member,
    State(app): State<App>,
    Query(query): Query<AccessQuery>,
) -> Result<Answer<AccessAnswer>, ErrorResponse> {
    let mut fields = Fields::new();
    let at = fields
        .optional("at", query.at.as_deref(), |text| parse_moment(text, member.calendar(), member.now()));
    fields.done()?;
    let outlook = attendance::can_i_come_in(&app.db, &member, query.branch_id, at).await?;
    Ok(Answer::new(AccessAnswer::from(outlook)))
}

impl From<Outlook> for AccessAnswer {
    fn from(outlook: Outlook) -> Self {
        let (charge, reasons) = match &outlook.decision {
            Decision::Admit { charge, .. } => (Some(*charge), Vec::new()),
            Decision::Deny(reasons) => (None, reasons.all().collect()),
        };
        Self {
            allowed: charge.is_some(),
            branch_id: outlook.branch.get(),
            branch_name: outlook.branch_name,
            at: LocalDateTime(outlook.at),
            charge: charge.unwrap_or(0),
            service_name: outlook.pass.map(|pass| pass.service_name),
            reasons: reasons
                .into_iter()
                .map(|denial| DenialReasonAnswer {
                    code: denial.code().to_owned(),
                    message: denial.say(request::language()).into_owned(),
                })
                .collect(),
        }
    }
}
