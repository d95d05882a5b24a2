//! What is sold.
//!
//! `data` is the bare array that the older app insists on; `services` beside it is what today's app reads first.

use axum::extract::State;
use base::{
    Fields, Invalid, Text, UnknownWord,
    access::can,
    vocabulary::{BranchId, Change, Line, Money, Note, ServiceId},
};
use gym::plans::{self, Doors, Service, ServiceEdit, ServiceKind, ServiceType, Shelf};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{Answer, App, ErrorResponse, Json, Path, Query, Staff, envelope::Success, wire};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_services))
        .routes(endpoint!(create_service))
        .routes(endpoint!(find_service))
        .routes(endpoint!(edit_service))
        .routes(alias!(
            edit_service => patch "/services/{id}" as patch_service,
            "Change a service; the same as PUT."
        ))
        .routes(alias!(
            deactivate_service => delete "/services/{id}" as remove_service,
            "Take a service off sale; it is kept for the sales that name it."
        ))
        .routes(endpoint!(activate_service))
        .routes(endpoint!(deactivate_service))
}

/// A service.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct ServiceRow {
    /// Id.
    #[schema(example = 1)]
    id: i64,
    /// What it is called.
    #[schema(example = "Monthly Gym")]
    name: String,
    /// What it is, in more words.
    description: Option<String>,
    /// How it is used up.
    kind: ServiceKind,
    /// The same, as sales call it.
    subscription_type: ServiceKind,
    /// What it is for.
    service_type: ServiceType,
    /// The same, under its older name.
    category: ServiceType,
    /// What is asked for it.
    price: Money,
    /// Days from its first to its last; null when it does not lapse by date.
    #[schema(example = 30)]
    duration_days: Option<i32>,
    /// Coins, when it is coins.
    coins: Option<i32>,
    /// Sessions, when it is sessions or training.
    sessions: Option<i32>,
    /// Freezes of one subscription.
    #[schema(example = 2)]
    max_freezes: i32,
    /// Days over all freezes of one subscription.
    #[schema(example = 15)]
    max_freeze_days: i32,
    /// Asked for each freeze.
    freeze_fee: Money,
    /// Whether it opens the door.
    opens_door: bool,
    /// Whether it does so at every branch of the gym.
    opens_every_branch: bool,
    /// The only branch that sells it; null for every branch.
    branch_id: Option<i64>,
    /// Whether it is for sale.
    is_active: bool,
}

impl From<Service> for ServiceRow {
    fn from(service: Service) -> Self {
        let terms = service.terms;
        Self {
            id: service.id.get(),
            name: service.name,
            description: service.description,
            kind: terms.kind,
            subscription_type: terms.kind,
            service_type: terms.service_type,
            category: terms.service_type,
            price: terms.price,
            duration_days: terms.duration_days,
            coins: terms.coins(),
            sessions: terms.sessions(),
            max_freezes: terms.freeze.times,
            max_freeze_days: terms.freeze.days,
            freeze_fee: terms.freeze.fee,
            opens_door: terms.opens_door,
            opens_every_branch: terms.doors.is_every_branch(),
            branch_id: service.branch.map(BranchId::get),
            is_active: service.is_active,
        }
    }
}

/// Which services to read.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ServicesQuery {
    /// Only those sold at this branch.
    branch_id: Option<BranchId>,
    /// Also those that are no longer for sale.
    #[param(value_type = Option<bool>)]
    include_inactive: Option<String>,
}

impl TryFrom<&ServicesQuery> for Shelf {
    type Error = Invalid;

    fn try_from(query: &ServicesQuery) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let word = query.include_inactive.as_deref();
        let is_wanted =
            fields.optional("include_inactive", word, |word| UnknownWord::unless(wire::flag(word)));
        fields.build(Some(if is_wanted == Some(true) { Self::Everything } else { Self::OnSale }))
    }
}

/// Services as a file.
const SERVICES: [Sheet; 1] = [Sheet {
    about: Text { en: "Services", ar: "الخدمات" },
    rows: "",
    columns: &[
        "id",
        "name",
        "subscription_type=kind",
        "service_type",
        "price",
        "duration_days",
        "coins",
        "sessions",
        "max_freezes",
        "max_freeze_days",
        "freeze_fee",
        "opens_door",
        "opens_every_branch",
        "is_active",
        "description",
    ],
}];

/// Read what is sold.
#[utoipa::path(get, path = "/services", tag = "services", params(ServicesQuery, FormatQuery), responses((status = 200,
    body = Success<Vec<ServiceRow>>, description = "The same list stands at the top level as `services`")))]
async fn list_services(
    staff: Staff<can::ReadServices>,
    State(app): State<App>,
    Query(query): Query<ServicesQuery>,
    wanted: Wanted,
) -> Result<Given<Vec<ServiceRow>>, ErrorResponse> {
    let shelf = Shelf::try_from(&query)?;
    let services = plans::list(&app.db, &staff, query.branch_id, shelf).await?;
    let rows: Vec<ServiceRow> = services.into_iter().map(ServiceRow::from).collect();
    let again = json!(rows);
    wanted.given(&app, &staff, &SERVICES, Answer::new(rows).also("services", again))
}

/// Read one service, for sale or not.
#[utoipa::path(get, path = "/services/{id}", tag = "services", params(("id" = i64, Path, description = "The service")),
    responses((status = 200, body = Success<ServiceRow>)))]
async fn find_service(
    staff: Staff<can::ReadServices>,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Answer<ServiceRow>, ErrorResponse> {
    Ok(Answer::new(plans::find(&app.db, &staff, ServiceId::from(id)).await?.into()))
}

/// A service as it is to be. A new one needs `name`, `kind` and `price`; of an existing one, what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct ServiceBody {
    /// What it is called, up to 100 characters.
    #[schema(example = "Monthly Gym")]
    name: Option<String>,
    /// What it is, in more words; null or blank empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    description: Change<String>,
    /// How it is used up.
    kind: Option<ServiceKind>,
    /// What it is for; also read as `category`.
    #[serde(alias = "category")]
    service_type: Option<ServiceType>,
    /// What is asked for it.
    price: Option<Money>,
    /// Days from its first to its last, 1 to 3660; null when it does not lapse by date. Time always has them.
    #[serde(default)]
    #[schema(value_type = Option<i64>, example = 30)]
    duration_days: Change<i64>,
    /// Coins, 1 to 100000: for coins only.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    coins: Change<i64>,
    /// Sessions, 1 to 100000: for sessions and training only.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    sessions: Change<i64>,
    /// Freezes of one subscription, 0 to 100.
    #[schema(example = 2)]
    max_freezes: Option<i64>,
    /// Days over all freezes of one subscription, 0 to 366.
    #[schema(example = 15)]
    max_freeze_days: Option<i64>,
    /// Asked for each freeze.
    freeze_fee: Option<Money>,
    /// Whether it opens the door; a new one does unless it is training.
    opens_door: Option<bool>,
    /// Whether it does so at every branch of the gym.
    opens_every_branch: Option<bool>,
    /// The only branch that sells it; null for every branch, which only an owner decides.
    #[serde(default)]
    #[schema(value_type = Option<i64>)]
    branch_id: Change<BranchId>,
    /// Whether it is for sale.
    is_active: Option<bool>,
}

impl TryFrom<ServiceBody> for ServiceEdit {
    type Error = Invalid;

    fn try_from(body: ServiceBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let edit = Self {
            name: fields.optional("name", body.name.as_deref(), |name| Line::parse_within(name, 100)),
            description: body
                .description
                .parsed(|text| fields.optional("description", Some(&text), Note::parse)),
            kind: body.kind,
            service_type: body.service_type,
            price: body.price,
            duration_days: body.duration_days,
            coins: body.coins,
            sessions: body.sessions,
            max_freezes: body.max_freezes,
            max_freeze_days: body.max_freeze_days,
            freeze_fee: body.freeze_fee,
            opens_door: body.opens_door,
            doors: body.opens_every_branch.map(Doors::of),
            branch: body.branch_id,
            is_active: body.is_active,
        };
        fields.build(Some(edit))
    }
}

const CREATED: Text = Text { en: "The service is for sale", ar: "تمت إضافة الخدمة" };
const SAVED: Text = Text { en: "Saved", ar: "تم الحفظ" };

/// Put a service on sale.
#[utoipa::path(post, path = "/services", tag = "services", responses((status = 201, body = Success<ServiceRow>)))]
async fn create_service(
    staff: Staff<can::ManageServices>,
    State(app): State<App>,
    Json(body): Json<ServiceBody>,
) -> Result<Answer<ServiceRow>, ErrorResponse> {
    let service = plans::create(&app.db, &staff, body.try_into()?).await?;
    Ok(Answer::new(service.into()).created().said(CREATED))
}

/// Change a service; past sales stay as they were sold.
#[utoipa::path(put, path = "/services/{id}", tag = "services", params(("id" = i64, Path, description = "The service")),
    responses((status = 200, body = Success<ServiceRow>)))]
async fn edit_service(
    staff: Staff<can::ManageServices>,
    State(app): State<App>,
    Path(id): Path<i64>,
    Json(body): Json<ServiceBody>,
) -> Result<Answer<ServiceRow>, ErrorResponse> {
    let service = plans::edit(&app.db, &staff, ServiceId::from(id), body.try_into()?).await?;
    Ok(Answer::new(service.into()).said(SAVED))
}

/// Put a service back on sale.
#[utoipa::path(post, path = "/services/{id}/activate", tag = "services",
    params(("id" = i64, Path, description = "The service")), responses((status = 200, body = Success<ServiceRow>)))]
async fn activate_service(
    staff: Staff<can::ManageServices>,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Answer<ServiceRow>, ErrorResponse> {
    let service = plans::switch(&app.db, &staff, ServiceId::from(id), true).await?;
    Ok(Answer::new(service.into()).said(SAVED))
}

/// Take a service off sale.
#[utoipa::path(post, path = "/services/{id}/deactivate", tag = "services",
    params(("id" = i64, Path, description = "The service")), responses((status = 200, body = Success<ServiceRow>)))]
async fn deactivate_service(
    staff: Staff<can::ManageServices>,
    State(app): State<App>,
    Path(id): Path<i64>,
) -> Result<Answer<ServiceRow>, ErrorResponse> {
    let service = plans::switch(&app.db, &staff, ServiceId::from(id), false).await?;
    Ok(Answer::new(service.into()).said(SAVED))
}
