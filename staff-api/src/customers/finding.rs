//! Finding customers.

use axum::extract::State;
use base::{
    Fields, Invalid, Text, UnknownWord,
    access::can,
    vocabulary::{BranchId, Calendar, CustomerId, Gender, Listing, Page, PageQuery, Phone, page::LIMIT_MAX},
};
use gym::customers::{self, Customer, CustomerFilter, MembershipStatus, SearchTerm};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Paged, Path, Query, Staff,
    envelope::{Failure, Success},
    wire::flag,
};

use crate::files::{FormatQuery, Given, Sheet, Wanted};

use super::row::CustomerRow;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(list_customers))
        .routes(endpoint!(search_customers))
        .routes(endpoint!(find_customer_by_phone_query))
        .routes(endpoint!(find_customer_by_phone))
        .routes(endpoint!(find_customer))
}

/// Which customers.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct CustomerQuery {
    /// Only of this branch.
    #[param(value_type = Option<i64>)]
    branch_id: Option<String>,
    /// Only who fits this: part of a name or phone number, id, beginning of an e-mail address, text of a QR code.
    q: Option<String>,
    /// The same; used when `q` is not given.
    search: Option<String>,
    /// Only who stands so today: `active` and `frozen` for those with such a subscription, `inactive` for those without
    /// an active one.
    #[param(value_type = Option<MembershipStatus>, inline)]
    status: Option<String>,
    /// Only who has an active subscription, or only who has none.
    #[param(value_type = Option<bool>)]
    has_active_subscription: Option<String>,
    /// Only the active, or only the deactivated.
    #[param(value_type = Option<bool>)]
    is_active: Option<String>,
    /// Only of this gender.
    #[param(value_type = Option<Gender>, inline)]
    gender: Option<String>,
}

impl TryFrom<CustomerQuery> for CustomerFilter {
    type Error = Invalid;

    fn try_from(query: CustomerQuery) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let branch = fields.optional("branch_id", query.branch_id.as_deref(), str::parse);
        let standing = fields.optional("status", query.status.as_deref(), |word| {
            UnknownWord::unless(MembershipStatus::from_word(word))
        });
        let gender = fields
            .optional("gender", query.gender.as_deref(), |word| UnknownWord::unless(Gender::from_word(word)));
        let has_active = query.has_active_subscription.as_deref();
        let has_active =
            fields.optional("has_active_subscription", has_active, |word| UnknownWord::unless(flag(word)));
        let is_active =
            fields.optional("is_active", query.is_active.as_deref(), |word| UnknownWord::unless(flag(word)));
        fields.done()?;
        let by_flag =
            has_active.map(|has| if has { MembershipStatus::Active } else { MembershipStatus::Inactive });
        let term = query.q.or(query.search).as_deref().and_then(SearchTerm::parse);
        Ok(Self { branch, term, standing: standing.or(by_flag), is_active, gender })
    }
}

/// Customers.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerPage {
    /// Newest first; a search the best first.
    items: Vec<CustomerRow>,
    /// How many there are; 10000 (by status 1000) for that many or more. For a search how many are answered.
    #[schema(example = 1)]
    total: i64,
    /// The number of this page, from 1.
    #[schema(example = 1)]
    page: i64,
    /// Rows of a page.
    #[schema(example = 1000)]
    per_page: i64,
    /// How many pages there are.
    #[schema(example = 1)]
    pages: i64,
}

impl From<(Listing<Customer>, Calendar, Page)> for CustomerPage {
    fn from((listed, calendar, page): (Listing<Customer>, Calendar, Page)) -> Self {
        let rows = listed.items.into_iter();
        Self {
            items: rows.map(|customer| CustomerRow::from((customer, calendar))).collect(),
            total: listed.total,
            page: page.number(),
            per_page: page.limit,
            pages: page.pages(listed.total),
        }
    }
}

/// Customers as a file: no temporary password, no note and no measure leaves in it.
const CUSTOMERS: Sheet = Sheet {
    about: Text { en: "Customers", ar: "العملاء" },
    rows: "/items",
    columns: &[
        "customer_number=id",
        "full_name",
        "phone",
        "email",
        "gender",
        "age",
        "date_of_birth",
        "branch_name",
        "is_active",
        "subscription_status",
        "service_name=active_subscription/service_name",
        "start_date=active_subscription/start_date",
        "end_date=active_subscription/end_date",
        "created_at",
    ],
};

/// List customers, newest first.
#[utoipa::path(
    get, path = "/customers", tag = "customers", params(CustomerQuery, PageQuery, FormatQuery),
    responses((status = 200, body = Success<CustomerPage>)),
)]
async fn list_customers(
    staff: Staff<can::ReadCustomers>,
    State(app): State<App>,
    Query(query): Query<CustomerQuery>,
    Paged(page): Paged<LIMIT_MAX>,
    wanted: Wanted,
) -> Result<Given<CustomerPage>, ErrorResponse> {
    let filter = query.try_into()?;
    if let Some(file) = wanted.file(&app, &staff)? {
        let rows = customers::whole(&app.db, &staff, &filter).await?;
        let calendar = staff.calendar();
        return Ok(file.streamed(&CUSTOMERS, rows, move |customer| CustomerRow::from((customer, calendar)))?);
    }
    let listed = customers::list(&app.db, &staff, &filter, page).await?;
    Ok(Answer::new(CustomerPage::from((listed, staff.calendar(), page))).into())
}

/// What is looked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    /// Part of a name or phone number, id, beginning of an e-mail address, text of a QR code. One or two characters are
    /// only looked for at the beginning of a name or an address. Without it the newest customers are answered.
    q: Option<String>,
    /// The same; used when `q` is not given.
    search: Option<String>,
    /// Only of this branch.
    #[param(value_type = Option<i64>)]
    branch_id: Option<String>,
}

/// Rows of a search when nobody says how many.
const SEARCH_ROWS: i64 = 20;

/// Search customers as somebody types: the best matches first.
#[utoipa::path(
    get, path = "/customers/search", tag = "customers", params(SearchQuery, PageQuery),
    responses((status = 200, body = Success<CustomerPage>)),
)]
async fn search_customers(
    staff: Staff<can::ReadCustomers>,
    State(app): State<App>,
    Query(query): Query<SearchQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Answer<CustomerPage>, ErrorResponse> {
    let mut fields = Fields::new();
    let branch: Option<BranchId> = fields.optional("branch_id", query.branch_id.as_deref(), str::parse);
    let page = fields.page(Page::parse_or(&page, SEARCH_ROWS));
    let page = Page { offset: 0, ..fields.build(page)? };
    let term = query.q.or(query.search).as_deref().and_then(SearchTerm::parse);
    let listed = customers::search(&app.db, &staff, term.as_ref(), branch, page.limit).await?;
    Ok(Answer::new(CustomerPage::from((listed, staff.calendar(), page))))
}

/// Read one customer.
#[utoipa::path(
    get, path = "/customers/{id}", tag = "customers", params(("id" = i64, Path, description = "The customer")),
    responses((status = 200, body = Success<CustomerRow>)),
)]
async fn find_customer(
    staff: Staff<can::ReadCustomers>,
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Answer<CustomerRow>, ErrorResponse> {
    let customer = customers::find(&app.db, &staff, id).await?;
    Ok(Answer::new((customer, staff.calendar()).into()))
}

/// Read the customer who has a phone number, in any spelling.
#[utoipa::path(
    get, path = "/customers/phone/{phone}", tag = "customers",
    params(("phone" = String, Path, description = "The number, e.g. 01077827638")),
    responses((status = 200, body = Success<CustomerRow>)),
)]
async fn find_customer_by_phone(
    staff: Staff<can::ReadCustomers>,
    State(app): State<App>,
    Path(phone): Path<String>,
) -> Result<Answer<CustomerRow>, ErrorResponse> {
    let mut fields = Fields::new();
    let phone = fields.required("phone", Some(&phone), Phone::parse);
    let customer = customers::find_by_phone(&app.db, &staff, &fields.build(phone)?).await?;
    Ok(Answer::new((customer, staff.calendar()).into()))
}

/// Whose number.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PhoneQuery {
    /// The number, in any spelling.
    #[param(required, example = "01077827638")]
    phone: Option<String>,
}

/// Read the customer who has a phone number, in any spelling.
#[utoipa::path(
    get, path = "/customers/by-phone", tag = "customers", params(PhoneQuery),
    responses(
        (status = 200, body = Success<CustomerRow>),
        (status = 404, description = "CUSTOMER_NOT_FOUND", body = Failure),
    ),
)]
async fn find_customer_by_phone_query(
    staff: Staff<can::ReadCustomers>,
    State(app): State<App>,
    Query(query): Query<PhoneQuery>,
) -> Result<Answer<CustomerRow>, ErrorResponse> {
    let mut fields = Fields::new();
    let phone = fields.required("phone", query.phone.as_deref(), Phone::parse);
    let customer = customers::find_by_phone(&app.db, &staff, &fields.build(phone)?).await?;
    Ok(Answer::new((customer, staff.calendar()).into()))
}
