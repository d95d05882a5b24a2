//! A member's subscriptions.

use axum::extract::State;
use base::{
    platform::request,
    vocabulary::{Calendar, CustomerId, Language, Money, Timestamp},
};
use chrono::{NaiveDate, NaiveTime};
use gym::{
    plans::ServiceType,
    subscriptions::{self, Held, Portfolio, ServiceKind, Status},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{Answer, App, ErrorResponse, Member, envelope::Success, wire::LocalDateTime};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(subscription))
}

/// A subscription, as the screens of the app draw it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct SubscriptionAnswer {
    /// Id.
    id: i64,
    /// What was sold.
    #[schema(example = "Monthly Gym")]
    service_name: String,
    /// What sort of service.
    #[schema(value_type = ServiceType, example = "gym")]
    service_type: String,
    /// How it is used up.
    subscription_type: ServiceKind,
    /// Which number is drawn.
    display_metric: DisplayMetric,
    /// That number.
    display_value: Option<i64>,
    /// The number in words, in the member's language.
    #[schema(example = "12 days left")]
    display_label: String,
    /// How it stands today; `completed` instead of `expired` among those of the past.
    status: Standing,
    /// First day.
    start_date: NaiveDate,
    /// Last day, or null when it does not lapse by date.
    end_date: Option<NaiveDate>,
    /// The end of the last day, by the gym's clock.
    expiry_date: Option<LocalDateTime>,
    /// Days on which it may still be used, today included.
    remaining_days: Option<i64>,
    /// Whole months of thirty days among them.
    months_remaining: Option<i64>,
    /// Coins left.
    remaining_coins: Option<i32>,
    /// Coins left, under its older name.
    coins: Option<i32>,
    /// Coins ever granted.
    total_coins: Option<i32>,
    /// Sessions left.
    remaining_sessions: Option<i32>,
    /// Sessions ever granted.
    total_sessions: Option<i32>,
    /// Days that may still be frozen.
    freeze_days_remaining: i32,
    /// What it cost.
    #[schema(value_type = f64, example = 500)]
    amount: Money,
    /// Who trains.
    trainer_name: Option<String>,
    /// Which branch sold it.
    branch_name: String,
    /// What it may be used for.
    allowed_services: Vec<String>,
    /// When it was frozen.
    freeze_history: Vec<FreezeAnswer>,
}

/// How a subscription stands, in the words of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Active,
    Frozen,
    Stopped,
    Expired,
    Pending,
    /// Expired, in the history.
    Completed,
    /// Nothing was ever bought.
    Inactive,
}

impl From<Status> for Standing {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Frozen => Self::Frozen,
            Status::Stopped => Self::Stopped,
            Status::Expired => Self::Expired,
            Status::Pending => Self::Pending,
        }
    }
}

/// Which number of a subscription the app draws.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DisplayMetric {
    Coins,
    Time,
    Sessions,
    Training,
}

impl From<ServiceKind> for DisplayMetric {
    fn from(kind: ServiceKind) -> Self {
        match kind {
            ServiceKind::Coins => Self::Coins,
            ServiceKind::TimeBased => Self::Time,
            ServiceKind::Sessions => Self::Sessions,
            ServiceKind::Training => Self::Training,
        }
    }
}

/// A time in which a subscription rested.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct FreezeAnswer {
    /// First frozen day.
    freeze_date: NaiveDate,
    /// First day no longer frozen.
    unfreeze_date: NaiveDate,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// What the profile says about subscriptions.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: Standing,
    pub(crate) has_active: bool,
    pub(crate) subscription: Option<SubscriptionAnswer>,
}

/// The subscription that the app shows as the member's own.
pub(crate) async fn shown(
    app: &App,
    customer: CustomerId,
    calendar: Calendar,
    now: Timestamp,
) -> Result<Shown, ErrorResponse> {
    let today = calendar.today(now);
    let portfolio = subscriptions::own(&app.db, customer, today).await?;
    let held = portfolio.shown(today);
    Ok(Shown {
        status: held.map_or(Standing::Inactive, |held| held.status(today).into()),
        has_active: portfolio.has_active(today),
        subscription: held.map(|held| answer(held, &portfolio, today)),
    })
}

fn answer(held: &Held, portfolio: &Portfolio, today: NaiveDate) -> SubscriptionAnswer {
    let standing = &held.standing;
    let days = standing.remaining_days(today);
    let is_coins = held.kind == ServiceKind::Coins;
    let counted = standing.remaining;
    let value = counted.map(i64::from).or(days);
    SubscriptionAnswer {
        id: held.id.get(),
        service_name: held.service_name.clone(),
        service_type: held.service_type.clone(),
        subscription_type: held.kind,
        display_metric: held.kind.into(),
        display_value: value,
        display_label: label(held.kind, value, request::language()),
        status: held.status(today).into(),
        start_date: standing.starts_on,
        end_date: standing.ends_on,
        expiry_date: standing.ends_on.map(|last| LocalDateTime(last.and_time(LAST_MINUTE))),
        remaining_days: days,
        months_remaining: days.map(|days| days.div_euclid(30)),
        remaining_coins: counted.filter(|_| is_coins),
        coins: counted.filter(|_| is_coins),
        total_coins: held.total.filter(|_| is_coins),
        remaining_sessions: counted.filter(|_| !is_coins),
        total_sessions: held.total.filter(|_| !is_coins),
        freeze_days_remaining: held.freezing.max_days.saturating_sub(held.freezing.days_used).max(0),
        amount: held.price,
        trainer_name: held.trainer_name.clone(),
        branch_name: held.branch_name.clone(),
        allowed_services: vec![held.service_name.clone()],
        freeze_history: portfolio
            .freezes
            .iter()
            .filter(|freeze| freeze.subscription == held.id)
            .map(|freeze| FreezeAnswer {
                freeze_date: freeze.from,
                unfreeze_date: freeze.until,
                reason: freeze.reason.clone(),
            })
            .collect(),
    }
}

/// 23:59:59, so that the app's last day is a whole one.
const LAST_MINUTE: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

/// What is left, in words; Arabic counts one, two, three to ten, and more in different words.
fn label(kind: ServiceKind, value: Option<i64>, language: Language) -> String {
    let Some(value) = value else {
        return match language {
            Language::En => "No end date".to_owned(),
            Language::Ar => "بدون تاريخ انتهاء".to_owned(),
        };
    };
    let (one, many) = match kind {
        ServiceKind::Coins => ("coin", "coins"),
        ServiceKind::TimeBased => ("day", "days"),
        ServiceKind::Sessions | ServiceKind::Training => ("session", "sessions"),
    };
    let (single, dual, plural, counted) = match kind {
        ServiceKind::Coins => ("عملة واحدة", "عملتان", "عملات", "عملة"),
        ServiceKind::TimeBased => ("يوم واحد", "يومان", "أيام", "يوما"),
        ServiceKind::Sessions | ServiceKind::Training => ("حصة واحدة", "حصتان", "حصص", "حصة"),
    };
    match language {
        Language::En => format!("{value} {} left", if value == 1 { one } else { many }),
        Language::Ar => match (value, value.rem_euclid(100)) {
            (1, _) => format!("متبق {single}"),
            (2, _) => format!("متبق {dual}"),
            (_, 3..=10) => format!("متبق {value} {plural}"),
            _ => format!("متبق {value} {counted}"),
        },
    }
}

/// All of a member's subscriptions. The fields of the shown one also stand in `data` itself, where there is one.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionsAnswer {
    /// The shown one, field by field; empty when there is none.
    #[serde(flatten)]
    #[schema(ignore)]
    flat: Option<SubscriptionAnswer>,
    /// The shown one.
    current_subscription: Option<SubscriptionAnswer>,
    /// The others, newest first.
    subscription_history: Vec<SubscriptionAnswer>,
}

/// Read one's own subscriptions.
#[utoipa::path(get, path = "/subscription", tag = "profile", responses((status = 200, body = Success<SubscriptionsAnswer>)))]
async fn subscription(
    member: Member,
    State(app): State<App>,
) -> Result<Answer<SubscriptionsAnswer>, ErrorResponse> {
    let today = member.calendar().today(member.now());
    let portfolio = subscriptions::own(&app.db, member.customer(), today).await?;
    let current = portfolio.shown(today).map(|held| answer(held, &portfolio, today));
    let shown = current.as_ref().map(|current| current.id);
    let others = portfolio.held.iter().filter(|held| Some(held.id.get()) != shown);
    let mut history: Vec<SubscriptionAnswer> =
        others.map(|held| past(answer(held, &portfolio, today))).collect();
    history.sort_by_key(|answer| std::cmp::Reverse(answer.id));
    Ok(Answer::new(SubscriptionsAnswer {
        flat: current.clone(),
        current_subscription: current,
        subscription_history: history,
    }))
}

/// A past subscription is `completed` in the history, as source document 3 has it.
fn past(mut answer: SubscriptionAnswer) -> SubscriptionAnswer {
    if answer.status == Standing::Expired {
        answer.status = Standing::Completed;
    }
    answer
}
