//! Looking subscriptions up.

use axum::extract::State;
use base::{
    Fields, Text,
    access::can,
    vocabulary::{BranchId, CustomerId, EntryId, Listing, Money, Page, PageQuery, ServiceId, SubscriptionId},
};
use chrono::{DateTime, NaiveDate, Utc};
use gym::subscriptions::{
    self, Freeze, Held, Movement, MovementKind, Opened, ServiceKind, Status, SubscriptionFilter,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Paged, Path, Query, Staff,
    envelope::Success,
    wire::{self, LocalDateTime},
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::row::{Moment, SubscriptionRow};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_subscriptions))
        .routes(endpoint!(get_subscription))
        .routes(endpoint!(list_subscription_movements))
}

/// Rows when nobody says how many: the front desk counts the rows of its own branch, so a short page would be a wrong
/// number on its screen.
const ROWS: i64 = 1000;

/// Which subscriptions.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Sold at this branch.
    branch_id: Option<BranchId>,
    /// Of this customer.
    customer_id: Option<CustomerId>,
    /// Of this service.
    service_id: Option<ServiceId>,
    /// With this status today, in any letter case.
    #[param(inline)]
    status: Option<Status>,
    /// Used up like this.
    #[serde(alias = "subscription_type", alias = "type")]
    #[param(inline)]
    kind: Option<ServiceKind>,
    #[serde(flatten)]
    #[param(ignore)]
    page: PageQuery,
}

/// Subscriptions.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionPage {
    /// Newest first.
    items: Vec<SubscriptionRow>,
    /// How many there are; 10000 (by status or kind 1000) for that many or more.
    total: i64,
    /// The number of this page, from 1.
    page: i64,
    /// Rows of a page.
    per_page: i64,
    /// How many pages there are.
    pages: i64,
}

impl SubscriptionPage {
    fn at(moment: Moment, page: Page, listing: Listing<Held>) -> Self {
        Self {
            items: listing.items.into_iter().map(|held| SubscriptionRow::at(moment, held)).collect(),
            total: listing.total,
            page: page.number(),
            per_page: page.limit,
            pages: page.pages(listing.total),
        }
    }
}

/// Subscriptions as a file.
const SUBSCRIPTIONS: Sheet = Sheet {
    about: Text { en: "Subscriptions", ar: "الاشتراكات" },
    rows: "/items",
    columns: &[
        "id",
        "customer_name",
        "customer_phone",
        "branch_name",
        "service_name",
        "subscription_type",
        "status",
        "start_date",
        "end_date",
        "price",
        "net_amount=amount",
        "remaining_days",
        "remaining_coins",
        "total_coins",
        "remaining_sessions",
        "total_sessions",
        "freezes_used",
        "sold_by_name",
        "trainer_name",
        "sold_at=created_at",
        "stopped_at",
        "reason=stop_reason",
    ],
};

/// List subscriptions, newest first.
#[utoipa::path(
    get,
    path = "/subscriptions",
    tag = "subscriptions",
    params(ListQuery, PageQuery, FormatQuery),
    responses((status = 200, body = Success<SubscriptionPage>))
)]
async fn list_subscriptions(
    staff: Staff<can::ReadSubscriptions>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
    format: Wanted,
) -> Result<Given<SubscriptionPage>, ErrorResponse> {
    let mut fields = Fields::new();
    let page = fields.page(Page::parse_or(&query.page, ROWS));
    let page = fields.build(page)?;
    let ListQuery { branch_id: branch, customer_id: customer, service_id: service, status, kind, .. } = query;
    let wanted = SubscriptionFilter { branch, customer, service, kind, status };
    if let Some(file) = format.file(&app, &staff)? {
        let rows = subscriptions::whole(&app.db, &staff, &wanted).await?;
        let moment = Moment::of(&staff);
        return Ok(file.streamed(&SUBSCRIPTIONS, rows, move |held| SubscriptionRow::at(moment, held))?);
    }
    let listing = subscriptions::list(&app.db, &staff, &wanted, page).await?;
    let moment = Moment::of(&staff);
    Ok(Answer::new(SubscriptionPage::at(moment, page, listing)).into())
}

/// A subscription with its freezes.
#[derive(Debug, Serialize, ToSchema)]
struct SubscriptionDetailAnswer {
    /// As it stands.
    #[serde(flatten)]
    subscription: SubscriptionRow,
    /// Its freezes, newest first.
    freeze_history: Vec<FreezeAnswer>,
}

/// A time in which it rested.
#[derive(Debug, Serialize, ToSchema)]
struct FreezeAnswer {
    /// Id.
    id: i64,
    /// First frozen day.
    freeze_date: NaiveDate,
    /// Last frozen day, as it was asked for.
    until: NaiveDate,
    /// First day no longer frozen, when it was ended early.
    unfreeze_date: Option<NaiveDate>,
    /// What it cost.
    fee: Money,
    /// Why.
    reason: Option<String>,
}

impl From<Freeze> for FreezeAnswer {
    fn from(freeze: Freeze) -> Self {
        Self {
            id: freeze.id.get(),
            freeze_date: freeze.from,
            until: freeze.until,
            unfreeze_date: freeze.ended_on,
            fee: freeze.fee,
            reason: freeze.reason,
        }
    }
}

impl SubscriptionDetailAnswer {
    fn at(moment: Moment, opened: Opened) -> Self {
        Self {
            subscription: SubscriptionRow::at(moment, opened.subscription),
            freeze_history: opened.freezes.into_iter().map(FreezeAnswer::from).collect(),
        }
    }
}

/// Read one subscription.
#[utoipa::path(
    get,
    path = "/subscriptions/{id}",
    tag = "subscriptions",
    params(("id" = i64, Path)),
    responses((status = 200, body = Success<SubscriptionDetailAnswer>))
)]
async fn get_subscription(
    staff: Staff<can::ReadSubscriptions>,
    State(app): State<App>,
    Path(id): Path<SubscriptionId>,
) -> Result<Answer<SubscriptionDetailAnswer>, ErrorResponse> {
    let opened = subscriptions::open(&app.db, &staff, id).await?;
    let moment = Moment::of(&staff);
    Ok(Answer::new(SubscriptionDetailAnswer::at(moment, opened)))
}

/// The ledger of a subscription.
#[derive(Debug, Serialize, ToSchema)]
struct MovementPage {
    /// Newest first.
    items: Vec<MovementAnswer>,
    /// How many there are in all.
    total: i64,
}

/// One line of the ledger.
#[derive(Debug, Serialize, ToSchema)]
struct MovementAnswer {
    /// Id.
    id: i64,
    /// What happened.
    kind: MovementKind,
    /// Above zero granted, below zero used.
    #[schema(example = -1)]
    amount: i32,
    /// What was left then.
    #[schema(example = 19)]
    remaining_after: i32,
    /// The entry it paid for.
    entry_id: Option<i64>,
    /// Who did it: `staff`, `customer` or `system`.
    actor_kind: String,
    /// That person.
    actor_id: Option<i64>,
    /// Their name.
    actor_name: Option<String>,
    /// Why.
    reason: Option<String>,
    /// When, by the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
}

impl MovementAnswer {
    fn at(moment: Moment, movement: Movement) -> Self {
        Self {
            id: movement.id.get(),
            kind: movement.kind,
            amount: movement.amount,
            remaining_after: movement.remaining_after,
            entry_id: movement.entry.map(EntryId::get),
            actor_kind: movement.actor_kind,
            actor_id: movement.actor_id,
            actor_name: movement.actor_name,
            reason: movement.reason,
            created_at: wire::local(moment.calendar, movement.at),
            created_at_utc: wire::utc(movement.at),
        }
    }
}

/// Movements as a file.
const MOVEMENTS: [Sheet; 1] = [Sheet {
    about: Text { en: "Movements", ar: "الحركات" },
    rows: "/items",
    columns: &[
        "id",
        "created_at",
        "movement=kind",
        "units=amount",
        "remaining_after",
        "staff_name=actor_name",
        "reason",
    ],
}];

/// Read what a subscription gained and spent.
#[utoipa::path(
    get,
    path = "/subscriptions/{id}/movements",
    tag = "subscriptions",
    params(("id" = i64, Path), PageQuery, FormatQuery),
    responses((status = 200, body = Success<MovementPage>))
)]
async fn list_subscription_movements(
    staff: Staff<can::ReadSubscriptions>,
    State(app): State<App>,
    Path(id): Path<SubscriptionId>,
    Paged(page): Paged,
    wanted: Wanted,
) -> Result<Given<MovementPage>, ErrorResponse> {
    let listing = subscriptions::list_movements(&app.db, &staff, id, wanted.lines(page)).await?;
    let moment = Moment::of(&staff);
    let items = listing.items.into_iter().map(|movement| MovementAnswer::at(moment, movement)).collect();
    wanted.given(&app, &staff, &MOVEMENTS, Answer::new(MovementPage { items, total: listing.total }))
}
