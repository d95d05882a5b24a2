//! Whether somebody would come in.

use axum::extract::State;
use base::{
    Fields, Invalid, Text,
    access::can,
    vocabulary::{BranchId, Calendar, CustomerId, Timestamp},
};
use chrono::NaiveDateTime;
use gym::attendance::{self, Action, Decision, DoorRequest, EntryStatus, Outlook, Source, parse_moment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
    wire::LocalDateTime,
};

use super::answer::{DenialReason, PassAnswer};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(ask_the_door))
}

const UNKNOWN_ACTION: (&str, Text) =
    ("INVALID_ACTION", Text { en: "This value is not known", ar: "القيمة غير معروفة" });

/// Who would come in, where and when.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DecisionQuery {
    /// The customer.
    #[param(value_type = Option<i64>)]
    customer_id: Option<String>,
    /// Or what was scanned.
    qr_code: Option<String>,
    /// The branch; may be left out by somebody who works at one.
    #[param(value_type = Option<i64>)]
    branch_id: Option<String>,
    /// When: `2026-11-20T18:00`, with or without zone, or `18:00` for today; now, if it is left out.
    at: Option<String>,
    /// `check_in_only` unless said otherwise.
    #[param(value_type = Option<Action>, inline)]
    action: Option<String>,
}

/// A question, read.
struct Question {
    branch: Option<BranchId>,
    ask: DoorRequest,
    at: Option<NaiveDateTime>,
}

impl TryFrom<(DecisionQuery, Calendar, Timestamp)> for Question {
    type Error = Invalid;

    fn try_from((query, calendar, now): (DecisionQuery, Calendar, Timestamp)) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let branch = fields.optional("branch_id", query.branch_id.as_deref(), str::parse::<BranchId>);
        let customer = fields.optional("customer_id", query.customer_id.as_deref(), str::parse::<CustomerId>);
        let at = fields.optional("at", query.at.as_deref(), |text| parse_moment(text, calendar, now));
        let action = fields.optional("action", query.action.as_deref(), |word| {
            Action::from_word(word).ok_or(UNKNOWN_ACTION)
        });
        fields.done()?;
        let ask = DoorRequest {
            customer,
            code: query.qr_code,
            subscription: None,
            action: action.unwrap_or(Action::CheckInOnly),
            source: Source::Manual,
            follows_deduction: false,
            overriding: None,
        };
        Ok(Self { branch, ask, at })
    }
}

/// What would happen at the door.
#[derive(Debug, Serialize, ToSchema)]
struct DecisionAnswer {
    /// The customer.
    #[schema(example = 1)]
    customer_id: i64,
    /// Their name.
    #[schema(example = "Mona Adel")]
    customer_name: String,
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// The time asked about, by the gym's clock.
    at: LocalDateTime,
    /// Whether the door would open.
    admit: bool,
    /// How the entry would end.
    entry_status: EntryStatus,
    /// Coins or sessions that it would take.
    would_charge: i32,
    /// The subscription it would go by, or that the first reason is about.
    subscription: Option<PassAnswer>,
    /// Why not, the first reason first; empty when the door would open.
    reasons: Vec<DenialReason>,
}

impl From<Outlook> for DecisionAnswer {
    fn from(outlook: Outlook) -> Self {
        let (status, charge, reasons) = match outlook.decision {
            Decision::Admit { charge, .. } => (EntryStatus::Approved, charge, Vec::new()),
            Decision::Deny(reasons) => {
                (EntryStatus::Denied, 0, reasons.all().map(DenialReason::from).collect())
            }
        };
        Self {
            customer_id: outlook.customer.get(),
            customer_name: outlook.customer_name,
            branch_id: outlook.branch.get(),
            branch_name: outlook.branch_name,
            at: LocalDateTime(outlook.at),
            admit: status == EntryStatus::Approved,
            entry_status: status,
            would_charge: charge,
            subscription: outlook.pass.map(|pass| PassAnswer::from((pass, outlook.at.date()))),
            reasons,
        }
    }
}

/// Ask whether a customer would be let in, and why not, without letting anybody in. Nothing is recorded.
#[utoipa::path(
    get, path = "/attendance/decision", tag = "door", params(DecisionQuery),
    responses(
        (status = 200, body = Success<DecisionAnswer>),
        (status = 404, description = "CUSTOMER_NOT_FOUND, BRANCH_NOT_FOUND", body = Failure),
    ),
)]
async fn ask_the_door(
    staff: Staff<can::CheckIn>,
    State(app): State<App>,
    Query(query): Query<DecisionQuery>,
) -> Result<Answer<DecisionAnswer>, ErrorResponse> {
    let question = Question::try_from((query, staff.calendar(), staff.now()))?;
    let desk = staff.place(question.branch)?;
    let keys = app.doorkeeper.keys();
    let outlook = attendance::would_admit(&app.db, keys, &desk, question.ask, question.at).await?;
    Ok(Answer::new(outlook.into()))
}
