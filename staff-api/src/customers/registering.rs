//! Registering customers.

use axum::extract::State;
use base::{
    Fields, Invalid, Text, UnknownWord,
    access::can,
    platform::request,
    vocabulary::{BranchId, Calendar, Day, Email, Gender, Note, PersonName, Phone},
};
use gym::customers::{
    self, Customer, Registration,
    metrics::{Age, Height, Weight},
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Staff,
    envelope::{Failure, Success},
    wire::{loose_integer, loose_text},
};

use super::row::CustomerRow;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(register_customer))
        .routes(alias!(register_customer => post "/customers" as create_customer))
}

/// A new customer.
#[derive(Debug, Deserialize, ToSchema)]
struct RegisterCustomerBody {
    /// Name, 1 to 100 characters.
    #[schema(required, value_type = String, example = "Mohamed Salem")]
    full_name: Option<String>,
    /// Phone number in any spelling; one customer of a gym has it.
    #[serde(default, deserialize_with = "loose_text")]
    #[schema(value_type = Option<String>, example = "01077827638")]
    phone: Option<String>,
    /// E-mail address; one customer of a gym has it.
    #[schema(example = "mohamed@example.com")]
    email: Option<String>,
    /// Gender.
    #[schema(value_type = Option<Gender>)]
    gender: Option<String>,
    /// Age in years; not needed beside a date of birth.
    #[serde(default, deserialize_with = "loose_text")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 120, example = 30)]
    age: Option<String>,
    /// Date of birth.
    #[schema(value_type = Option<Day>)]
    date_of_birth: Option<String>,
    /// Kilograms.
    #[serde(default, deserialize_with = "loose_text")]
    #[schema(value_type = Option<f64>, example = 80)]
    weight: Option<String>,
    /// Centimetres.
    #[serde(default, deserialize_with = "loose_text")]
    #[schema(value_type = Option<f64>, example = 175)]
    height: Option<String>,
    /// The branch; needed from staff of several branches or none.
    #[serde(default, deserialize_with = "loose_integer")]
    #[schema(value_type = Option<i64>, example = 1)]
    branch_id: Option<i64>,
    /// Anything else.
    notes: Option<String>,
    /// Not used: follows from weight and height.
    #[serde(default, rename = "bmi")]
    #[schema(value_type = Option<f64>)]
    _bmi: IgnoredAny,
    /// Not used: follows from the index.
    #[serde(default, rename = "bmi_category")]
    #[schema(value_type = Option<String>)]
    _bmi_category: IgnoredAny,
    /// Not used: follows from weight, height, gender and age.
    #[serde(default, rename = "bmr")]
    #[schema(value_type = Option<f64>)]
    _bmr: IgnoredAny,
    /// Not used: follows from the energy at rest.
    #[serde(default, rename = "daily_calories")]
    #[schema(value_type = Option<f64>)]
    _daily_calories: IgnoredAny,
    /// Not used: follows from height and gender.
    #[serde(default, rename = "ideal_weight")]
    #[schema(value_type = Option<f64>)]
    _ideal_weight: IgnoredAny,
}

impl TryFrom<RegisterCustomerBody> for Registration {
    type Error = Invalid;

    fn try_from(body: RegisterCustomerBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let name = fields.required("full_name", body.full_name.as_deref(), PersonName::parse);
        let phone = fields.optional("phone", body.phone.as_deref(), Phone::parse);
        let email = fields.optional("email", body.email.as_deref(), Email::parse);
        let gender = fields
            .optional("gender", body.gender.as_deref(), |word| UnknownWord::unless(Gender::from_word(word)));
        let age = fields.optional("age", body.age.as_deref(), Age::parse);
        let date_of_birth = fields.optional("date_of_birth", body.date_of_birth.as_deref(), Day::parse);
        let weight = fields.optional("weight", body.weight.as_deref(), Weight::parse);
        let height = fields.optional("height", body.height.as_deref(), Height::parse);
        let notes = fields.optional("notes", body.notes.as_deref(), Note::parse);
        let full_name = fields.build(name)?;
        Ok(Self { full_name, phone, email, gender, date_of_birth, age, height, weight, notes })
    }
}

/// What a new customer signs in with for the first time.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Credentials {
    /// Id.
    client_id: i64,
    /// Phone number to sign in with.
    phone: Option<String>,
    /// E-mail address to sign in with.
    email: Option<String>,
    /// The first-login password.
    #[schema(example = "RX04AF")]
    temporary_password: Option<String>,
    /// What to tell the customer, in the caller's language.
    note: &'static str,
}

/// A customer who was just registered.
#[derive(Debug, Serialize, ToSchema)]
struct RegisteredCustomer {
    /// The customer.
    #[serde(flatten)]
    row: CustomerRow,
    /// The customer again.
    customer: CustomerRow,
    /// The customer's id again.
    customer_id: i64,
    /// What they sign in with.
    credentials: Credentials,
}

const TELL: Text = Text {
    en: "Hand the temporary password to the customer; it is valid for 72 hours and is changed at the first sign-in",
    ar: "سلّم كلمة المرور المؤقتة للعميل؛ وهي صالحة لمدة 72 ساعة ويتم تغييرها عند أول تسجيل دخول",
};

impl From<(Customer, Calendar)> for RegisteredCustomer {
    fn from((customer, calendar): (Customer, Calendar)) -> Self {
        let row = CustomerRow::from((customer, calendar));
        let credentials = Credentials {
            client_id: row.id,
            phone: row.phone.clone(),
            email: row.email.clone(),
            temporary_password: row.temporary_password.clone(),
            note: TELL.say(request::language()),
        };
        Self { customer: row.clone(), customer_id: row.id, credentials, row }
    }
}

const REGISTERED: Text =
    Text { en: "Customer registered successfully", ar: "تم تسجيل العميل بنجاح" };

/// Some screens look for the customer at the top level, some in `data`.
impl From<RegisteredCustomer> for Answer<RegisteredCustomer> {
    fn from(registered: RegisteredCustomer) -> Self {
        let (customer, credentials) = (json!(registered.customer), json!(registered.credentials));
        let (id, password) = (registered.customer_id, json!(registered.credentials.temporary_password));
        Self::new(registered)
            .created()
            .said(REGISTERED)
            .also("customer", customer)
            .also("customer_id", id)
            .also("temporary_password", password.clone())
            .also("temp_password", password)
            .also("credentials", credentials)
    }
}

/// Register a customer, with a temporary password for the member app.
#[utoipa::path(
    post, path = "/customers/register", tag = "customers", request_body = RegisterCustomerBody,
    responses(
        (status = 201, body = Success<RegisteredCustomer>),
        (status = 404, description = "BRANCH_NOT_FOUND", body = Failure),
        (status = 409, description = "PHONE_TAKEN, EMAIL_TAKEN, BRANCH_INACTIVE", body = Failure),
    ),
)]
async fn register_customer(
    staff: Staff<can::RegisterCustomers>,
    State(app): State<App>,
    Json(body): Json<RegisterCustomerBody>,
) -> Result<Answer<RegisteredCustomer>, ErrorResponse> {
    let desk = staff.place(body.branch_id.map(BranchId::from))?;
    let customer = customers::register(&app.db, &app.passwords, &desk, body.try_into()?).await?;
    Ok(RegisteredCustomer::from((customer, desk.calendar())).into())
}
