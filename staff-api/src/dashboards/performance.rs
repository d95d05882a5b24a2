//! How one branch is doing.

use axum::extract::State;
use base::{
    Text,
    access::can,
    vocabulary::{BranchId, Money, ServiceId},
};
use chrono::NaiveDate;
use gym::reports::{self, BranchPerformance, ServiceTakings};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Path, Staff,
    envelope::{Failure, Success},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use crate::reports::{EmployeeRow, ServiceShare};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(branch_performance))
}

/// What was paid for one service, and by how many.
#[derive(Debug, Serialize, ToSchema)]
struct ServicePerformance {
    /// What was paid.
    #[serde(flatten)]
    share: ServiceShare,
    /// Different customers who paid; 0 for what was paid for no subscription.
    #[schema(example = 31)]
    customers: i64,
    /// The same.
    #[schema(example = 31)]
    customer_count: i64,
}

impl ServicePerformance {
    fn of(service: ServiceTakings, payers: &[(ServiceId, i64)]) -> Self {
        let paid = payers.iter().find(|(paid_for, _)| Some(*paid_for) == service.service);
        let customers = paid.map_or(0, |(_, customers)| *customers);
        Self { share: service.into(), customers, customer_count: customers }
    }
}

/// How one branch is doing within the last thirty days, today included, where a field says nothing else. Several fields say the
/// same, each for the screen that reads it.
#[derive(Debug, Serialize, ToSchema)]
struct PerformanceAnswer {
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// What it is called.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// Whether it is open for business: `active` or `inactive`. At the top level, `status` is that of the answer.
    #[schema(example = "active")]
    status: &'static str,
    /// The same.
    is_active: bool,
    /// The street; null when nobody said.
    #[schema(example = "1 Nile Street")]
    address: Option<String>,
    /// First of the days.
    start_date: NaiveDate,
    /// Last of the days: today.
    end_date: NaiveDate,
    /// What was taken, net of discount and of what went back.
    total_revenue: Money,
    /// The same of today.
    today_revenue: Money,
    /// Active customers, now.
    #[schema(example = 75)]
    total_customers: i64,
    /// Active customers who registered within the days.
    #[schema(example = 8)]
    new_customers: i64,
    /// Subscriptions that are good for today.
    #[schema(example = 61)]
    active_subscriptions: i64,
    /// Active customers who hold one of them.
    #[schema(example = 58)]
    active_members: i64,
    /// Subscriptions that are over, by date or because nothing is left.
    #[schema(example = 140)]
    expired_subscriptions: i64,
    /// Subscriptions that rest today.
    #[schema(example = 3)]
    frozen_subscriptions: i64,
    /// Subscriptions that are good for today, and whose last day is one of three, today included.
    #[schema(example = 4)]
    expiring_soon: i64,
    /// People let in, each time.
    #[schema(example = 940)]
    check_ins_count: i64,
    /// The same of today.
    #[schema(example = 41)]
    today_checkins: i64,
    /// Always null: the door notes who comes in, and nobody notes who leaves.
    #[schema(example = json!(null))]
    active_now: Option<i64>,
    /// Always null: how many a branch has room for is not kept.
    #[schema(example = json!(null))]
    capacity: Option<i64>,
    /// Always 0: complaints are not kept.
    #[schema(example = 0)]
    open_complaints: i64,
    /// The same.
    #[schema(example = 0)]
    pending_complaints: i64,
    /// The same.
    #[schema(example = 0)]
    complaints_count: i64,
    /// Active staff users whose home it is.
    #[schema(example = 6)]
    staff_count: i64,
    /// `total_revenue` by service.
    revenue_by_service: Vec<ServicePerformance>,
    /// Everybody who works here, and what they took; who took most first.
    staff_performance: Vec<EmployeeRow>,
}

impl From<BranchPerformance> for PerformanceAnswer {
    fn from(performance: BranchPerformance) -> Self {
        let BranchPerformance { days, branch, alerts, activity, by_service, payers, staff } = performance;
        let (figures, progress) = (branch.figures, branch.figures.progress.unwrap_or_default());
        Self {
            branch_id: branch.id.get(),
            branch_name: branch.name,
            status: if branch.is_active { "active" } else { "inactive" },
            is_active: branch.is_active,
            address: branch.address,
            start_date: days.from,
            end_date: days.to,
            total_revenue: Money::from_minor(progress.revenue),
            today_revenue: Money::from_minor(progress.revenue_today),
            total_customers: figures.customers,
            new_customers: activity.new_customers,
            active_subscriptions: figures.active_subscriptions,
            active_members: activity.active_members,
            expired_subscriptions: activity.expired_subscriptions,
            frozen_subscriptions: activity.frozen_subscriptions,
            expiring_soon: alerts.expiring_soon,
            check_ins_count: activity.check_ins,
            today_checkins: activity.check_ins_today,
            active_now: None,
            capacity: None,
            open_complaints: 0,
            pending_complaints: 0,
            complaints_count: 0,
            staff_count: figures.staff,
            revenue_by_service: by_service
                .into_iter()
                .map(|service| ServicePerformance::of(service, &payers))
                .collect(),
            staff_performance: staff.into_iter().map(EmployeeRow::from).collect(),
        }
    }
}

/// The report as a file.
const PERFORMANCE: [Sheet; 3] = [
    Sheet {
        about: Text { en: "Performance of the staff", ar: "أداء الموظفين" },
        rows: "/staff_performance",
        columns: &[
            "full_name",
            "role",
            "branch_name",
            "revenue",
            "transactions_count",
            "customers_signed",
            "renewal_rate",
            "performance_score",
            "is_active",
        ],
    },
    Sheet {
        about: Text { en: "Revenue by service", ar: "الإيراد حسب الخدمة" },
        rows: "/revenue_by_service",
        columns: &["service_name", "revenue", "transactions_count"],
    },
    Sheet {
        about: Text { en: "Summary", ar: "الملخص" },
        rows: "",
        columns: &[
            "branch_name",
            "start_date",
            "end_date",
            "total_revenue",
            "today_revenue",
            "total_customers",
            "new_customers",
            "active_members",
            "active_subscriptions",
            "expired_subscriptions",
            "expiring_soon",
            "frozen_subscriptions",
            "staff_count",
        ],
    },
];

/// Read how one branch is doing.
#[utoipa::path(get, path = "/branches/{id}/performance", tag = "dashboards",
    params(("id" = i64, Path, description = "The branch"), FormatQuery), responses(
    (status = 200, body = Success<PerformanceAnswer>, description = "Every field of `data` stands at the top level, too, but \
        for `status`, and `staff_performance` once more as `staff`"),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn branch_performance(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Path(id): Path<i64>,
    wanted: Wanted,
) -> Result<Given<PerformanceAnswer>, ErrorResponse> {
    let performance = reports::performance(&app.db, &staff, BranchId::from(id)).await?;
    let answer = PerformanceAnswer::from(performance);
    let people = json!(answer.staff_performance);
    wanted.given(&app, &staff, &PERFORMANCE, Answer::new(answer).with_fields_on_top().also("staff", people))
}
