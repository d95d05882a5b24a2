//! What asks to be looked at.
//!
//! Today's app reads numbers in `data`; that of February 2026 reads a list, `alerts` at the top level. One answer has both.

use axum::extract::State;
use base::{Text, access::can, platform::request};
use chrono::{DateTime, Utc};
use gym::reports::{self, AlertKind, Alerts, SmartAlert};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use crate::reports::BranchQuery;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(smart_alerts)).routes(endpoint!(list_alerts))
}

/// How an alert is shown.
struct Look {
    /// Stable name.
    name: &'static str,
    title: Text,
    priority: &'static str,
    severity: &'static str,
}

const fn look(kind: AlertKind) -> Look {
    let (name, title, (priority, severity)) = match kind {
        AlertKind::SalesBelowPrice => (
            "sales_below_price",
            Text {
                en: "Sales below their price within thirty days",
                ar: "مبيعات بأقل من السعر خلال ثلاثين يوما",
            },
            ("critical", "high"),
        ),
        AlertKind::PendingExpenses => (
            "pending_expenses",
            Text {
                en: "Expenses wait for a decision", ar: "مصروفات في انتظار الموافقة"
            },
            ("warning", "medium"),
        ),
        AlertKind::ExpiringToday => (
            "expiring_today",
            Text { en: "Subscriptions end today", ar: "اشتراكات تنتهي اليوم" },
            ("warning", "medium"),
        ),
        AlertKind::ExpiringWeek => (
            "expiring_week",
            Text {
                en: "Subscriptions end within seven days", ar: "اشتراكات تنتهي خلال سبعة أيام"
            },
            ("info", "low"),
        ),
        AlertKind::LowCoins => (
            "low_coins",
            Text {
                en: "Passes with three coins or fewer left", ar: "اشتراكات بها ثلاث عملات أو أقل"
            },
            ("info", "low"),
        ),
    };
    Look { name, title, priority, severity }
}

/// Something that asks to be looked at. Several fields say the same, each for the screen that reads it.
#[derive(Debug, Serialize, ToSchema)]
struct AlertRow {
    /// What it is about: `sales_below_price`, `pending_expenses`, `expiring_today`, `expiring_week`, `low_coins`.
    #[serde(rename = "type")]
    #[schema(example = "expiring_today")]
    kind: &'static str,
    /// The same word.
    #[schema(example = "expiring_today")]
    alert_type: &'static str,
    /// What it is about, in the caller's language.
    #[schema(example = "Subscriptions end today")]
    title: &'static str,
    /// The same, with how many there are.
    #[schema(example = "Subscriptions end today: 4")]
    message: String,
    /// The same as `message`.
    #[schema(example = "Subscriptions end today: 4")]
    description: String,
    /// How many there are, at least 1; of sales below their price at most 1000.
    #[schema(example = 4)]
    count: i64,
    /// How soon: `critical`, `warning` or `info`.
    #[schema(example = "warning")]
    priority: &'static str,
    /// How much it matters: `high`, `medium` or `low`.
    #[schema(example = "medium")]
    severity: &'static str,
    /// The same word.
    #[schema(example = "medium")]
    risk_level: &'static str,
    /// Where; null for what is counted over all branches together.
    #[schema(example = 1)]
    branch_id: Option<i64>,
    /// What that branch is called.
    #[schema(example = "Dragon Club")]
    branch_name: Option<String>,
    /// The same name.
    #[schema(example = "Dragon Club")]
    branch: Option<String>,
    /// More about it.
    details: AlertDetails,
    /// When it was counted: when the request arrived, on the gym's clock.
    created_at: LocalDateTime,
    /// The same.
    timestamp: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
}

/// More about an alert.
#[derive(Debug, Serialize, ToSchema)]
struct AlertDetails {
    /// How many there are.
    #[schema(example = 4)]
    count: i64,
}

impl AlertRow {
    fn all(alerts: Vec<SmartAlert>, staff: &Staff<can::ReadDashboards>) -> Vec<Self> {
        alerts.into_iter().map(|alert| Self::new(alert, staff)).collect()
    }

    fn new(alert: SmartAlert, staff: &Staff<can::ReadDashboards>) -> Self {
        let Look { name, title, priority, severity } = look(alert.kind);
        let title = title.say(request::language());
        let message = format!("{title}: {}", alert.count);
        let at = wire::local(staff.calendar(), staff.now());
        Self {
            kind: name,
            alert_type: name,
            title,
            description: message.clone(),
            message,
            count: alert.count,
            priority,
            severity,
            risk_level: severity,
            branch_id: alert.branch.map(i64::from),
            branch: alert.branch_name.clone(),
            branch_name: alert.branch_name,
            details: AlertDetails { count: alert.count },
            created_at: at,
            timestamp: at,
            created_at_utc: wire::utc(staff.now()),
        }
    }
}

/// How many there are of what asks to be looked at.
#[derive(Debug, Serialize, ToSchema)]
struct SmartAlertCounts {
    /// Subscriptions that are good for today, and today is their last day.
    #[schema(example = 4)]
    expiring_today: i64,
    /// Subscriptions that are good for today, and whose last day is one of seven, today included.
    #[schema(example = 9)]
    expiring_week: i64,
    /// Passes of coins that are good for today, and have at most three coins left.
    #[schema(example = 5)]
    low_coins: i64,
    /// Always 0: complaints are not kept.
    #[schema(example = 0)]
    open_complaints: i64,
    /// Expenses that nobody has decided on.
    #[schema(example = 2)]
    pending_expenses: i64,
}

impl From<&Alerts> for SmartAlertCounts {
    fn from(alerts: &Alerts) -> Self {
        let counts = alerts.counts;
        Self {
            expiring_today: counts.expiring_today,
            expiring_week: counts.expiring_week,
            low_coins: counts.low_coins,
            open_complaints: 0,
            pending_expenses: counts.pending_expenses,
        }
    }
}

/// Count what asks to be looked at, at all branches one works with.
#[utoipa::path(get, path = "/alerts/smart", tag = "dashboards", params(BranchQuery), responses(
    (status = 200, body = Success<SmartAlertCounts>, description = "At the top level stand the same numbers, and `alerts`: the \
        list of `GET /api/alerts`"),
    (status = 400, description = "BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn smart_alerts(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(query): Query<BranchQuery>,
) -> Result<Answer<SmartAlertCounts>, ErrorResponse> {
    let alerts = reports::alerts(&app.db, &staff, query.branch_id).await?;
    let counts = SmartAlertCounts::from(&alerts);
    let rows = json!(AlertRow::all(alerts.alerts, &staff));
    Ok(Answer::new(counts).with_fields_on_top().also("alerts", rows))
}

/// Alerts as a file.
const ALERTS: [Sheet; 1] = [Sheet {
    about: Text { en: "Alerts", ar: "التنبيهات" },
    rows: "",
    columns: &["alert=type", "priority", "branch_name", "title", "description", "count", "created_at"],
}];

/// List what asks to be looked at, one row for each branch and kind, what matters most first.
#[utoipa::path(get, path = "/alerts", tag = "dashboards", params(BranchQuery, FormatQuery), responses(
    (status = 200, body = Success<Vec<AlertRow>>, description = "The same list stands at the top level as `alerts`"),
    (status = 400, description = "BRANCH_REQUIRED", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn list_alerts(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(query): Query<BranchQuery>,
    wanted: Wanted,
) -> Result<Given<Vec<AlertRow>>, ErrorResponse> {
    let alerts = reports::alerts(&app.db, &staff, query.branch_id).await?;
    let rows = AlertRow::all(alerts.alerts, &staff);
    let again = json!(rows);
    wanted.given(&app, &staff, &ALERTS, Answer::new(rows).also("alerts", again))
}
