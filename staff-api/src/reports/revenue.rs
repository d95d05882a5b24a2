//! Where money came from.

use axum::extract::State;
use base::{Fields, Invalid, Text, UnknownWord, access::can, platform::request, vocabulary::Money};
use chrono::NaiveDate;
use gym::reports::{self, AskedDays, RevenueReport, RevenueSplit, ServiceTakings, Takings};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Query, Staff,
    envelope::{Failure, Success},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::query::{BranchQuery, DaysQuery};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(revenue_report))
}

/// How revenue is to be split.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SplitQuery {
    /// Repeats one of the lists as `groups`.
    #[param(value_type = Option<RevenueSplit>, inline)]
    group_by: Option<String>,
}

impl TryFrom<(DaysQuery, SplitQuery)> for RevenueRequest {
    type Error = Invalid;

    fn try_from((days, query): (DaysQuery, SplitQuery)) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let days = days.read(&mut fields);
        let split = fields.optional("group_by", query.group_by.as_deref(), |word| {
            UnknownWord::unless(RevenueSplit::from_word(word))
        });
        fields.done()?;
        Ok(Self { days, split })
    }
}

/// A query that was read.
struct RevenueRequest {
    days: AskedDays,
    split: Option<RevenueSplit>,
}

const NO_SERVICE: Text = Text { en: "Other", ar: "أخرى" };

/// What was paid for one service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceShare {
    /// The service; null for what was paid for no subscription.
    #[schema(example = 1)]
    service_id: Option<i64>,
    /// What it is called now; a word for the rest, in the caller's language, where there is none.
    #[schema(example = "Monthly Gym")]
    service_name: String,
    /// The same name.
    name: String,
    /// What was taken, net of discount and of what went back.
    revenue: Money,
    /// Payments, those that went back included.
    #[schema(example = 40)]
    transactions_count: i64,
}

impl From<ServiceTakings> for ServiceShare {
    fn from(service: ServiceTakings) -> Self {
        let name = service.name.unwrap_or_else(|| NO_SERVICE.say(request::language()).to_owned());
        Self {
            service_id: service.service.map(i64::from),
            service_name: name.clone(),
            name,
            revenue: service.takings.amount,
            transactions_count: service.takings.payments,
        }
    }
}

/// What one branch took.
#[derive(Debug, Serialize, ToSchema)]
struct BranchShare {
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// The same name.
    name: String,
    /// What was taken, net of discount and of what went back.
    revenue: Money,
    /// Payments, those that went back included.
    #[schema(example = 120)]
    transactions_count: i64,
}

/// What was paid in one way.
#[derive(Debug, Serialize, ToSchema)]
struct MethodShare {
    /// How: `cash`, `network` for card, or `transfer`.
    #[schema(example = "network")]
    payment_method: &'static str,
    /// The same word.
    method: &'static str,
    /// The same word.
    name: &'static str,
    /// What was taken, net of discount and of what went back.
    revenue: Money,
    /// Payments, those that went back included.
    #[schema(example = 75)]
    transactions_count: i64,
}

/// What was paid for one purpose.
#[derive(Debug, Serialize, ToSchema)]
struct TypeShare {
    /// What for.
    #[schema(example = "renewal")]
    transaction_type: &'static str,
    /// The same word.
    name: &'static str,
    /// What was taken, net of discount and of what went back.
    revenue: Money,
    /// Payments, those that went back included.
    #[schema(example = 60)]
    transactions_count: i64,
}

/// One part of revenue, by name.
#[derive(Debug, Serialize, ToSchema)]
struct NamedShare {
    /// What it is a part of: the name of a branch or service, a way of paying, a type.
    #[schema(example = "Monthly Gym")]
    name: String,
    /// What was taken, net of discount and of what went back.
    revenue: Money,
}

/// Where the money of some days came from. The parts of each list add up to `total_revenue`.
#[derive(Debug, Serialize, ToSchema)]
struct RevenueReportAnswer {
    /// First day.
    start_date: NaiveDate,
    /// Last day.
    end_date: NaiveDate,
    /// What was taken, net of discount and of what went back.
    total_revenue: Money,
    /// Approved expenses.
    total_expenses: Money,
    /// `total_revenue` less `total_expenses`.
    net_profit: Money,
    /// Payments, those that went back included.
    #[schema(example = 240)]
    total_transactions: i64,
    /// What was taken off full prices.
    total_discount: Money,
    /// Subscriptions that are good for today, whatever the days of the report.
    #[schema(example = 112)]
    active_subscriptions: i64,
    /// Active customers, whatever the days of the report.
    #[schema(example = 150)]
    total_customers: i64,
    /// Each branch, the one that took most first.
    by_branch: Vec<BranchShare>,
    /// Each service that brought something, the one that brought most first.
    by_service: Vec<ServiceShare>,
    /// Each way of paying.
    by_payment_method: Vec<MethodShare>,
    /// Each purpose for which something was paid.
    by_type: Vec<TypeShare>,
    /// One of the lists once more, if `group_by` asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    groups: Option<Vec<NamedShare>>,
}

impl From<(RevenueReport, Option<RevenueSplit>)> for RevenueReportAnswer {
    fn from((report, split): (RevenueReport, Option<RevenueSplit>)) -> Self {
        let methods = Takings::by_method(&report.groups).into_iter().map(|(method, paid)| MethodShare {
            payment_method: method.reported(),
            method: method.reported(),
            name: method.reported(),
            revenue: paid.amount,
            transactions_count: paid.payments,
        });
        let types = Takings::by_purpose(&report.groups).into_iter().map(|(purpose, paid)| TypeShare {
            transaction_type: purpose.as_str(),
            name: purpose.as_str(),
            revenue: paid.amount,
            transactions_count: paid.payments,
        });
        let branches = report.by_branch.into_iter().map(|branch| BranchShare {
            branch_id: branch.branch.get(),
            branch_name: branch.name.clone(),
            name: branch.name,
            revenue: branch.takings.amount,
            transactions_count: branch.takings.payments,
        });
        let mut answer = Self {
            start_date: report.days.from,
            end_date: report.days.to,
            total_revenue: report.total.amount,
            total_expenses: report.expenses,
            net_profit: reports::difference(report.total.amount, report.expenses),
            total_transactions: report.total.payments,
            total_discount: report.total.discount,
            active_subscriptions: report.standing.active_subscriptions,
            total_customers: report.standing.customers,
            by_branch: branches.collect(),
            by_service: report.by_service.into_iter().map(ServiceShare::from).collect(),
            by_payment_method: methods.collect(),
            by_type: types.collect(),
            groups: None,
        };
        answer.groups = split.map(|split| answer.split_by(split));
        answer
    }
}

impl RevenueReportAnswer {
    fn split_by(&self, split: RevenueSplit) -> Vec<NamedShare> {
        let share = |name: &str, revenue| NamedShare { name: name.to_owned(), revenue };
        match split {
            RevenueSplit::Branch => self.by_branch.iter().map(|one| share(&one.name, one.revenue)).collect(),
            RevenueSplit::Service => {
                self.by_service.iter().map(|one| share(&one.name, one.revenue)).collect()
            }
            RevenueSplit::Method => {
                self.by_payment_method.iter().map(|one| share(one.name, one.revenue)).collect()
            }
            RevenueSplit::Type => self.by_type.iter().map(|one| share(one.name, one.revenue)).collect(),
        }
    }
}

/// The report as a file.
const REVENUE: [Sheet; 5] = [
    Sheet {
        about: Text { en: "Revenue by branch", ar: "الإيراد حسب الفرع" },
        rows: "/by_branch",
        columns: &["branch_name", "revenue", "transactions_count"],
    },
    Sheet {
        about: Text { en: "Revenue by service", ar: "الإيراد حسب الخدمة" },
        rows: "/by_service",
        columns: &["service_name", "revenue", "transactions_count"],
    },
    Sheet {
        about: Text { en: "Revenue by payment method", ar: "الإيراد حسب طريقة الدفع" },
        rows: "/by_payment_method",
        columns: &["payment_method", "revenue", "transactions_count"],
    },
    Sheet {
        about: Text { en: "Revenue by purpose", ar: "الإيراد حسب الغرض" },
        rows: "/by_type",
        columns: &["transaction_type", "revenue", "transactions_count"],
    },
    Sheet {
        about: Text { en: "Summary", ar: "الملخص" },
        rows: "",
        columns: &[
            "start_date",
            "end_date",
            "total_revenue",
            "total_discount",
            "total_expenses",
            "net_profit",
            "total_transactions",
        ],
    },
];

/// Read where the money of some days came from, by branch, service, way of paying and purpose.
#[utoipa::path(get, path = "/reports/revenue", tag = "reports", params(BranchQuery, DaysQuery, SplitQuery, FormatQuery), responses(
    (status = 200, body = Success<RevenueReportAnswer>, description = "Every field of `data` stands at the top level, too"),
    (status = 400, description = "BRANCH_REQUIRED, DATE_INVALID, DATE_OUT_OF_RANGE, DATE_RANGE_REVERSED, DATE_RANGE_TOO_LONG, \
        UNKNOWN_VALUE", body = Failure),
    (status = 404, description = "BRANCH_NOT_FOUND", body = Failure)))]
async fn revenue_report(
    staff: Staff<can::ReadDashboards>,
    State(app): State<App>,
    Query(BranchQuery { branch_id }): Query<BranchQuery>,
    Query(days): Query<DaysQuery>,
    Query(split): Query<SplitQuery>,
    wanted: Wanted,
) -> Result<Given<RevenueReportAnswer>, ErrorResponse> {
    let RevenueRequest { days, split } = (days, split).try_into()?;
    let report = reports::revenue(&app.db, &staff, branch_id, days).await?;
    wanted.given(&app, &staff, &REVENUE, Answer::new((report, split).into()).with_fields_on_top())
}
