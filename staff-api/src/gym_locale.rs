//! How a gym counts and speaks: time zone, currency, calling code, language, week.

use axum::extract::State;
use base::{
    FieldProblem, Fields, Invalid, Text,
    access::can,
    vocabulary::{Calendar, CallingCode, Currency, GymId, Language},
};
use gym::gyms::{self, LocaleEdit, WeekStart};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
};

use crate::gyms::{Gym, SAVED};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(set_gym_locale))
}

/// How a gym counts and speaks; what is absent, null or blank stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct GymLocaleBody {
    /// Time zone of the tz database, in which its days are counted from now on. Days that were counted stay.
    #[schema(example = "Africa/Cairo")]
    pub(crate) time_zone: Option<String>,
    /// Currency of its money, by its ISO 4217 code: EGP, AED, SAR, QAR, MAD, USD, EUR or GBP. Amounts are not converted.
    #[schema(example = "EGP")]
    pub(crate) currency: Option<String>,
    /// Country calling code of its local phone numbers, one to three digits.
    #[schema(example = "20")]
    pub(crate) calling_code: Option<String>,
    /// Language of messages to members who chose none.
    #[schema(value_type = Option<Language>)]
    pub(crate) language: Option<String>,
    /// First day of its week, for the calendars of the apps.
    #[schema(value_type = Option<WeekStart>)]
    pub(crate) week_starts_on: Option<String>,
}

const NOTHING: Text = Text {
    en: "Say time zone, currency, calling code, language or first day of the week",
    ar: "حدد المنطقة الزمنية أو العملة أو كود الدولة أو اللغة أو أول أيام الأسبوع",
};

impl GymLocaleBody {
    /// What it says; `fields` keeps what is wrong with it.
    pub(crate) fn read(&self, fields: &mut Fields) -> LocaleEdit {
        LocaleEdit {
            time_zone: fields.optional("time_zone", self.time_zone.as_deref(), Calendar::parse),
            currency: fields.optional("currency", self.currency.as_deref(), Currency::parse),
            calling_code: fields.optional("calling_code", self.calling_code.as_deref(), CallingCode::parse),
            language: fields.optional("language", self.language.as_deref(), Language::choose),
            week_starts_on: fields.optional(
                "week_starts_on",
                self.week_starts_on.as_deref(),
                WeekStart::parse,
            ),
        }
    }
}

impl TryFrom<GymLocaleBody> for LocaleEdit {
    type Error = Invalid;

    fn try_from(body: GymLocaleBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let edit = body.read(&mut fields);
        fields.done()?;
        if edit.is_empty() {
            return Err(Invalid::one(FieldProblem::new("body", "MISSING_FIELDS", NOTHING)));
        }
        Ok(edit)
    }
}

/// Set time zone, currency, calling code, language and week of a gym, also of one that sells already.
#[utoipa::path(put, path = "/gyms/{id}/locale", tag = "gyms", params(("id" = i64, Path, description = "The gym")),
    responses(
        (status = 200, body = Success<Gym>),
        (status = 400, description = "TIME_ZONE_UNKNOWN, CURRENCY_UNKNOWN, CALLING_CODE_INVALID, UNKNOWN_LANGUAGE, WEEK_START_UNKNOWN, MISSING_FIELDS", body = Failure)))]
async fn set_gym_locale(
    admin: Staff<can::SetGymLocale>,
    State(app): State<App>,
    Path(id): Path<i64>,
    Json(body): Json<GymLocaleBody>,
) -> Result<Answer<Gym>, ErrorResponse> {
    let gym = gyms::set_locale(&app.db, &admin, GymId::from(id), &body.try_into()?).await?;
    Ok(Answer::new(gym.into()).said(SAVED))
}
