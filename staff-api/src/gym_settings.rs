//! The rules of a gym, and what its desks may give away by themselves.

use std::collections::BTreeMap;

use axum::extract::State;
use base::{Fields, Invalid, access::can, vocabulary::Change};
use gym::gyms::{self, GymRule, GymSettings, GymSettingsEdit, SaleLimit, SaleLimits, SaleLimitsEdit};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Staff,
    envelope::{Failure, Success},
};

use crate::gyms::SAVED;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(gym_rules)).routes(endpoint!(change_gym_rules))
}

/// The rules of a gym, and what its desks may give away by themselves.
#[derive(Debug, Serialize, ToSchema)]
struct GymRulesAnswer {
    /// Each rule by its key.
    rules: BTreeMap<&'static str, GymRuleAnswer>,
    /// How far a desk may go when it sells; beyond it a manager sells and says why.
    sale_limits: SaleLimitsAnswer,
}

/// A rule that an owner can switch.
#[derive(Debug, Serialize, ToSchema)]
struct GymRuleAnswer {
    /// Whether it is on.
    value: bool,
    /// Whether it is on until the owner decides.
    default: bool,
    /// What it says, in Arabic.
    label_ar: &'static str,
    /// What it says, in English.
    #[schema(example = "Members may enter every branch")]
    label_en: &'static str,
}

/// What a desk may give away by itself.
#[derive(Debug, Serialize, ToSchema)]
struct SaleLimitsAnswer {
    /// Percent off the price of what is sold.
    #[serde(rename = "max_percent_off")]
    percent_off: SaleLimitAnswer,
    /// Coins or sessions of one sale, as times those of the service.
    #[serde(rename = "max_units_times")]
    units_times: SaleLimitAnswer,
    /// Days of one sale, as times those of the service.
    #[serde(rename = "max_days_times")]
    days_times: SaleLimitAnswer,
}

/// A number that an owner can set.
#[derive(Debug, Serialize, ToSchema)]
struct SaleLimitAnswer {
    /// The limit; null for none.
    value: Option<i32>,
    /// What holds until the owner decides: null, no limit.
    default: Option<i32>,
    /// What setting up a gym proposes; null for no limit.
    #[schema(example = 20)]
    proposed: Option<i32>,
    /// The least that may be set.
    #[schema(example = 0)]
    min: i32,
    /// The most that may be set.
    #[schema(example = 100)]
    max: i32,
    /// What it says, in Arabic.
    label_ar: &'static str,
    /// What it says, in English.
    #[schema(example = "Most percent that the desk may take off")]
    label_en: &'static str,
}

impl From<SaleLimits> for SaleLimitsAnswer {
    fn from(limits: SaleLimits) -> Self {
        let row = |limit: SaleLimit| {
            let (label, (min, max)) = (limit.label(), limit.bounds());
            SaleLimitAnswer {
                value: limits.of(limit),
                default: SaleLimits::default().of(limit),
                proposed: limit.proposed(),
                min,
                max,
                label_ar: label.ar,
                label_en: label.en,
            }
        };
        Self {
            percent_off: row(SaleLimit::PercentOff),
            units_times: row(SaleLimit::UnitsTimes),
            days_times: row(SaleLimit::DaysTimes),
        }
    }
}

impl From<GymSettings> for GymRulesAnswer {
    fn from(settings: GymSettings) -> Self {
        let row = |rule: GymRule| {
            let (label, default) = (rule.label(), rule.default());
            let value = settings.rules.is_on(rule);
            (rule.key(), GymRuleAnswer { value, default, label_ar: label.ar, label_en: label.en })
        };
        Self { rules: GymRule::ALL.into_iter().map(row).collect(), sale_limits: settings.sale_limits.into() }
    }
}

/// Read the rules of one's own gym, and what its desks may give away by themselves.
#[utoipa::path(get, path = "/gyms/settings", tag = "gyms", responses((status = 200, body = Success<GymRulesAnswer>)))]
async fn gym_rules(
    staff: Staff<can::ReadOwnGym>,
    State(app): State<App>,
) -> Result<Answer<GymRulesAnswer>, ErrorResponse> {
    Ok(Answer::new(gyms::settings_of_own(&app.db, &staff).await?.into()))
}

/// Rules and limits to be set.
#[derive(Debug, Deserialize, ToSchema)]
struct GymRulesBody {
    /// The rules to set, by key: true or false. Rules that are not named stay.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, bool>, required = false)]
    rules: BTreeMap<String, Value>,
    /// The limits to set. Those that are not named stay.
    sale_limits: Option<SaleLimitsBody>,
}

/// What a desk may give away by itself, from now on.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct SaleLimitsBody {
    /// Percent off the price of what is sold, 0 to 100; null for no limit.
    #[serde(default, rename = "max_percent_off")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 100, example = 20)]
    percent_off: Change<i64>,
    /// Coins or sessions of one sale, as times those of the service, 1 to 1000; null for no limit.
    #[serde(default, rename = "max_units_times")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1000, example = 2)]
    units_times: Change<i64>,
    /// Days of one sale, as times those of the service, 1 to 1000; null for no limit.
    #[serde(default, rename = "max_days_times")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1000, example = 12)]
    days_times: Change<i64>,
}

impl TryFrom<GymRulesBody> for GymSettingsEdit {
    type Error = Invalid;

    fn try_from(body: GymRulesBody) -> Result<Self, Invalid> {
        let sent = body.sale_limits.unwrap_or_default();
        let mut fields = Fields::new();
        let limits = SaleLimitsEdit::read(&mut fields, |limit| match limit {
            SaleLimit::PercentOff => sent.percent_off,
            SaleLimit::UnitsTimes => sent.units_times,
            SaleLimit::DaysTimes => sent.days_times,
        });
        let rules = fields.also(gyms::parse_changes(&body.rules));
        Self::new(fields.build(rules)?, limits)
    }
}

/// Set rules of one's own gym, and what its desks may give away by themselves.
#[utoipa::path(put, path = "/gyms/settings", tag = "gyms", responses(
    (status = 200, body = Success<GymRulesAnswer>),
    (status = 400, description = "UNKNOWN_RULE, RULE_NOT_A_SWITCH, SALE_LIMIT_OUT_OF_RANGE, MISSING_FIELDS", body = Failure)))]
async fn change_gym_rules(
    owner: Staff<can::EditOwnGym>,
    State(app): State<App>,
    Json(body): Json<GymRulesBody>,
) -> Result<Answer<GymRulesAnswer>, ErrorResponse> {
    let settings = gyms::change_settings(&app.db, &owner, &body.try_into()?).await?;
    Ok(Answer::new(settings.into()).said(SAVED))
}
