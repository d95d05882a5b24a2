//! Who did what.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{AuditFlag, AuditId, BranchId, Calendar, Day, Line, Page, PageQuery},
};
use chrono::{DateTime, Utc};
use gym::audit_trail::{self, AuditFilter, Deed, Listed, Subject};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(list_audit_log))
}

/// What to look for; all of it must hold.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
struct AuditQuery {
    /// What was done, e.g. `branches.switch`; or refused: `account.sign_in_refused`, `account.code_refused`,
    /// `account.password_refused`, `account.locked_out`, `account.limit_reached`, `account.access_refused`.
    action: Option<String>,
    /// By whom.
    #[serde(deserialize_with = "wire::loose_integer")]
    #[param(value_type = Option<i64>)]
    actor_id: Option<i64>,
    /// To what kind of thing, e.g. `customer`; must be there when `subject_id` is.
    subject_kind: Option<String>,
    /// To which one.
    #[serde(deserialize_with = "wire::loose_integer")]
    #[param(value_type = Option<i64>)]
    subject_id: Option<i64>,
    /// Only what an owner should look at: `below_price` for what was sold below its price.
    flag: Option<AuditFlag>,
    /// First day, in the gym's calendar.
    #[param(value_type = Option<Day>, inline, example = "2026-04-01")]
    date_from: Option<String>,
    /// Last day, in the gym's calendar.
    #[param(value_type = Option<Day>, inline, example = "2026-04-30")]
    date_to: Option<String>,
    /// Only what is older than this line: `next_before` of the answer before.
    #[serde(deserialize_with = "wire::loose_integer")]
    #[param(value_type = Option<i64>)]
    before: Option<i64>,
}

impl TryFrom<(AuditQuery, PageQuery)> for LogRequest {
    type Error = Invalid;

    fn try_from((query, page): (AuditQuery, PageQuery)) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let kind = fields.optional("subject_kind", query.subject_kind.as_deref(), Line::parse);
        let subject = match (kind, query.subject_id) {
            (Some(kind), Some(id)) => Some(Subject::One { kind, id }),
            (Some(kind), None) => Some(Subject::AnyOf(kind)),
            (None, Some(_)) => {
                fields.present("subject_kind", query.subject_kind.filter(|kind| !kind.trim().is_empty()));
                None
            }
            (None, None) => None,
        };
        let filter = AuditFilter {
            action: fields.optional("action", query.action.as_deref(), Line::parse),
            actor: query.actor_id,
            subject,
            flag: query.flag,
            from: fields.optional("date_from", query.date_from.as_deref(), Day::parse),
            to: fields.optional("date_to", query.date_to.as_deref(), Day::parse),
            before: query.before.map(AuditId::from),
        };
        let page = fields.page(Page::parse(&page));
        fields.build(page.map(|page| Self { filter, page }))
    }
}

/// Which part of the log is wanted.
struct LogRequest {
    filter: AuditFilter,
    page: Page,
}

/// A part of the log.
#[derive(Debug, Serialize, ToSchema)]
struct AuditPage {
    /// The lines, newest first.
    items: Vec<AuditLine>,
    /// Whether there are older lines.
    has_more: bool,
    /// What to send as `before` to read on.
    next_before: Option<i64>,
}

/// Something that was done.
#[derive(Debug, Serialize, ToSchema)]
struct AuditLine {
    /// Id.
    id: i64,
    /// When the request arrived, on the gym's clock.
    at: LocalDateTime,
    /// The same moment in UTC.
    at_utc: DateTime<Utc>,
    /// staff, customer, visitor or system.
    #[schema(example = "staff")]
    actor_kind: String,
    /// Who, if somebody we know.
    #[schema(example = 1002)]
    actor_id: Option<i64>,
    /// Their name, as it is now.
    #[schema(example = "Olfat Nour")]
    actor_name: Option<String>,
    /// What was done.
    #[schema(example = "branches.switch")]
    action: String,
    /// What kind of thing was touched.
    #[schema(example = "branch")]
    subject_kind: Option<String>,
    /// Which one.
    #[schema(example = 2)]
    subject_id: Option<i64>,
    /// What changed.
    #[schema(value_type = Option<Object>)]
    detail: Option<Value>,
    /// Where.
    #[schema(example = 2)]
    branch_id: Option<i64>,
    /// What the branch is called now.
    #[schema(example = "Phoenix Club")]
    branch_name: Option<String>,
    /// How the request is named in the log of the service, and of the proxy.
    request_id: String,
    /// How the caller named it.
    client_request_id: Option<String>,
    /// What it was refused with; null for what was done.
    #[schema(example = json!(null))]
    refused_as: Option<String>,
    /// Roughly from where it was refused: a /24, of IPv6 a /48; null for what was done.
    #[schema(example = json!(null))]
    address_network: Option<String>,
    /// Why an owner should look at it: `below_price` for what was sold below its price; null for most.
    #[schema(example = json!(null))]
    flag: Option<AuditFlag>,
}

impl From<(Deed, Calendar)> for AuditLine {
    fn from((deed, calendar): (Deed, Calendar)) -> Self {
        let (actor_id, actor_name) = deed.actor.map_or((None, None), |actor| (Some(actor.id), actor.name));
        let (branch_id, branch_name) =
            deed.branch.map_or((None, None), |it| (Some(BranchId::get(it.id)), it.name));
        Self {
            id: deed.id.get(),
            at: wire::local(calendar, deed.at),
            at_utc: wire::utc(deed.at),
            actor_kind: deed.actor_kind,
            actor_id,
            actor_name,
            action: deed.action,
            subject_kind: deed.subject_kind,
            subject_id: deed.subject_id,
            detail: deed.detail,
            branch_id,
            branch_name,
            request_id: deed.request_id,
            client_request_id: deed.client_request_id,
            refused_as: deed.refused_as,
            address_network: deed.network,
            flag: deed.flag,
        }
    }
}

impl From<(Listed, Calendar)> for AuditPage {
    fn from((listed, calendar): (Listed, Calendar)) -> Self {
        Self {
            has_more: listed.next.is_some(),
            next_before: listed.next.map(AuditId::get),
            items: listed.deeds.into_iter().map(|deed| AuditLine::from((deed, calendar))).collect(),
        }
    }
}

/// The log as a file.
const DEEDS: Sheet = Sheet {
    about: Text { en: "Audit log", ar: "سجل المراجعة" },
    rows: "/items",
    columns: &[
        "id",
        "at",
        "actor_kind",
        "actor_name",
        "action",
        "subject_kind",
        "subject_id",
        "branch_name",
        "flag",
        "refused_as",
        "address_network",
        "detail",
        "request_id",
    ],
};

/// Read who did what in one's own gym, newest first.
#[utoipa::path(get, path = "/audit-log", tag = "audit", params(AuditQuery, PageQuery, FormatQuery), responses(
    (status = 200, body = Success<AuditPage>),
    (status = 400, description = "DATE_INVALID, DATE_RANGE_REVERSED, MISSING_FIELDS, PAGE_INVALID, PAGE_TOO_DEEP", body = Failure)))]
async fn list_audit_log(
    owner: Staff<can::ReadAudit>,
    State(app): State<App>,
    Query(query): Query<AuditQuery>,
    Query(page): Query<PageQuery>,
    wanted: Wanted,
) -> Result<Given<AuditPage>, ErrorResponse> {
    let LogRequest { filter, page } = (query, page).try_into()?;
    if let Some(file) = wanted.file(&app, &owner)? {
        let rows = audit_trail::whole(&app.db, &owner, &filter).await?;
        let calendar = owner.calendar();
        return Ok(file.streamed(&DEEDS, rows, move |deed| AuditLine::from((deed, calendar)))?);
    }
    let listed = audit_trail::list(&app.db, &owner, &filter, page).await?;
    Ok(Answer::new((listed, owner.calendar()).into()).into())
}
