//! A customer as the staff app reads one.

use base::{
    platform::request,
    vocabulary::{Calendar, Gender, Language, Phone},
};
use chrono::{DateTime, NaiveDate, Utc};
use gym::customers::{Current, Customer, MembershipStatus, qr_code};
use serde::Serialize;
use utoipa::ToSchema;
use web::wire::{self, LocalDateTime, Number};

/// A customer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct CustomerRow {
    /// Id.
    #[schema(example = 115)]
    pub(super) id: i64,
    /// Name; never empty.
    #[schema(example = "Mohamed Salem")]
    full_name: String,
    /// The name again.
    #[schema(example = "Mohamed Salem")]
    name: String,
    /// Phone number as it is dialled at home; foreign ones with their country.
    #[schema(example = "01077827638")]
    pub(super) phone: Option<String>,
    /// E-mail address.
    pub(super) email: Option<String>,
    /// Gender.
    gender: Option<Gender>,
    /// Completed years.
    #[schema(example = 30)]
    age: Option<i32>,
    /// Date of birth, when it is known.
    date_of_birth: Option<NaiveDate>,
    /// Kilograms.
    #[schema(value_type = Option<f64>, example = 80)]
    weight: Option<Number>,
    /// Centimetres.
    #[schema(value_type = Option<f64>, example = 175)]
    height: Option<Number>,
    /// Body-mass index, one decimal.
    #[schema(value_type = Option<f64>, example = 26.1)]
    bmi: Option<Number>,
    /// What such an index is called, in the caller's language.
    #[schema(example = "Overweight")]
    bmi_category: Option<&'static str>,
    /// Kilocalories of a day at rest.
    #[schema(example = 1749)]
    bmr: Option<i32>,
    /// Kilocalories of a moderately active day.
    #[schema(example = 2711)]
    daily_calories: Option<i32>,
    /// Kilograms, one decimal.
    #[schema(value_type = Option<f64>, example = 70.5)]
    ideal_weight: Option<Number>,
    /// What the desk noted.
    notes: Option<String>,
    /// The text of the QR code; ends in the id.
    #[schema(example = "customer_id:115")]
    qr_code: String,
    /// How often the QR code was made.
    qr_version: i32,
    /// The gym.
    gym_id: i64,
    /// The branch.
    branch_id: i64,
    /// What the branch is called.
    branch_name: String,
    /// Whether they may enter and sign in.
    is_active: bool,
    /// When they were registered, by the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
    /// The first-login password, for those who may see it, until it is changed or over.
    #[schema(example = "RX04AF")]
    temp_password: Option<String>,
    /// The same again.
    #[schema(example = "RX04AF")]
    pub(super) temporary_password: Option<String>,
    /// Whether they have a password of their own.
    password_changed: bool,
    /// Whether a subscription is active today.
    has_active_subscription: bool,
    /// `active` or `frozen`; null without a subscription that is either.
    subscription_status: Option<MembershipStatus>,
    /// The subscription they can use: an active one, that which ends first, before a frozen one.
    active_subscription: Option<CurrentSubscription>,
    /// The language of their account.
    preferred_language: Option<Language>,
    /// When they asked to be erased, by the gym's clock.
    deletion_requested_at: Option<LocalDateTime>,
    /// The same moment in UTC.
    deletion_requested_at_utc: Option<DateTime<Utc>>,
}

/// A subscription in a few words.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct CurrentSubscription {
    /// Id.
    id: i64,
    /// What was sold.
    #[schema(example = "Monthly Gym")]
    service_name: String,
    /// `coins`, `time_based`, `sessions` or `training`.
    #[schema(example = "time_based")]
    subscription_type: String,
    /// `active` or `frozen`.
    status: MembershipStatus,
    /// First day.
    start_date: NaiveDate,
    /// Last day; null if it does not lapse by date.
    end_date: Option<NaiveDate>,
    /// Coins left, if it has coins.
    remaining_coins: Option<i32>,
    /// Sessions left, if it has sessions.
    remaining_sessions: Option<i32>,
}

impl From<Current> for CurrentSubscription {
    fn from(current: Current) -> Self {
        Self {
            id: current.id.get(),
            remaining_coins: current.left.coins(),
            remaining_sessions: current.left.sessions(),
            service_name: current.service_name,
            subscription_type: current.kind,
            status: current.standing,
            start_date: current.starts_on,
            end_date: current.ends_on,
        }
    }
}

impl From<(Customer, Calendar)> for CustomerRow {
    fn from((customer, calendar): (Customer, Calendar)) -> Self {
        let metrics = customer.body.metrics;
        let language = request::language();
        let temporary = customer.login.temporary_password.map(|password| password.expose().to_owned());
        Self {
            id: customer.id.get(),
            name: customer.full_name.clone(),
            full_name: customer.full_name,
            phone: customer.phone.as_ref().map(Phone::local),
            email: customer.email.map(String::from),
            gender: customer.body.gender,
            age: customer.body.age_years,
            date_of_birth: customer.body.date_of_birth,
            weight: customer.body.weight.map(|weight| Number(weight.kilograms())),
            height: customer.body.height.map(|height| Number(height.centimetres())),
            bmi: metrics.bmi.map(Number),
            bmi_category: metrics.bmi_category.map(|category| category.say(language)),
            bmr: metrics.bmr_kcal,
            daily_calories: metrics.daily_calories_kcal,
            ideal_weight: metrics.ideal_weight_kg.map(Number),
            notes: customer.notes,
            qr_code: qr_code(customer.id),
            qr_version: customer.qr_version,
            gym_id: customer.gym.get(),
            branch_id: customer.branch.get(),
            branch_name: customer.branch_name,
            is_active: customer.is_active,
            created_at: wire::local(calendar, customer.created_at),
            created_at_utc: wire::utc(customer.created_at),
            temp_password: temporary.clone(),
            temporary_password: temporary,
            password_changed: customer.login.password_changed,
            has_active_subscription: customer.has_active_subscription,
            subscription_status: match &customer.subscription {
                Some(current) => Some(current.standing),
                None => customer.has_active_subscription.then_some(MembershipStatus::Active),
            },
            active_subscription: customer.subscription.map(CurrentSubscription::from),
            preferred_language: customer.language,
            deletion_requested_at: customer.deletion_requested_at.map(|at| wire::local(calendar, at)),
            deletion_requested_at_utc: customer.deletion_requested_at.map(wire::utc),
        }
    }
}
