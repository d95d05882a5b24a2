//! Editing customers, switching them off and on, giving them a new password.

use axum::extract::State;
use base::{
    Fields, Invalid, Text, UnknownWord,
    access::can,
    vocabulary::{BranchId, Calendar, CustomerId, Day, Email, Gender, Note, PersonName, Phone},
};
use gym::customers::{
    self, Changes, Customer,
    metrics::{Age, Height, Weight},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Path, Staff,
    envelope::{Failure, Success},
    wire::{loose_change, loose_integer},
};

use super::row::CustomerRow;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(edit_customer))
        .routes(alias!(edit_customer => patch "/customers/{id}" as patch_customer))
        .routes(alias!(
            deactivate_customer => delete "/customers/{id}" as delete_customer,
            "Deactivate a customer; what happened stays on record, so nobody is deleted."
        ))
        .routes(endpoint!(deactivate_customer))
        .routes(endpoint!(activate_customer))
        .routes(endpoint!(reset_customer_password))
}

/// What is to be different. A field that is not sent stays; a blank one, or null, takes away what is there.
#[derive(Debug, Deserialize, ToSchema)]
struct EditCustomerBody {
    /// Name, 1 to 100 characters; it cannot be taken away.
    #[schema(example = "Mohamed Salem")]
    full_name: Option<String>,
    /// Phone number in any spelling.
    #[serde(default, deserialize_with = "loose_change")]
    #[schema(example = "01077827638")]
    phone: Option<String>,
    /// E-mail address.
    #[serde(default, deserialize_with = "loose_change")]
    email: Option<String>,
    /// Gender.
    #[serde(default, deserialize_with = "loose_change")]
    #[schema(value_type = Option<Gender>)]
    gender: Option<String>,
    /// Age in years as told today; without effect while the date of birth is known.
    #[serde(default, deserialize_with = "loose_change")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 120)]
    age: Option<String>,
    /// Date of birth.
    #[serde(default, deserialize_with = "loose_change")]
    #[schema(value_type = Option<Day>)]
    date_of_birth: Option<String>,
    /// Kilograms.
    #[serde(default, deserialize_with = "loose_change")]
    #[schema(value_type = Option<f64>)]
    weight: Option<String>,
    /// Centimetres.
    #[serde(default, deserialize_with = "loose_change")]
    #[schema(value_type = Option<f64>)]
    height: Option<String>,
    /// Anything else.
    #[serde(default, deserialize_with = "loose_change")]
    notes: Option<String>,
    /// Another branch within reach.
    #[serde(default, deserialize_with = "loose_integer")]
    #[schema(value_type = Option<i64>)]
    branch_id: Option<i64>,
}

impl TryFrom<EditCustomerBody> for Changes {
    type Error = Invalid;

    fn try_from(body: EditCustomerBody) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let full_name = match body.full_name.as_deref() {
            None => None,
            sent @ Some(_) => fields.required("full_name", sent, PersonName::parse),
        };
        let gender = fields
            .change("gender", body.gender.as_deref(), |word| UnknownWord::unless(Gender::from_word(word)));
        let changes = Self {
            branch: body.branch_id.map(BranchId::from),
            full_name,
            phone: fields.change("phone", body.phone.as_deref(), Phone::parse),
            email: fields.change("email", body.email.as_deref(), Email::parse),
            gender,
            date_of_birth: fields.change("date_of_birth", body.date_of_birth.as_deref(), Day::parse),
            age: fields.change("age", body.age.as_deref(), Age::parse),
            height: fields.change("height", body.height.as_deref(), Height::parse),
            weight: fields.change("weight", body.weight.as_deref(), Weight::parse),
            notes: fields.change("notes", body.notes.as_deref(), Note::parse),
        };
        fields.done()?;
        Ok(changes)
    }
}

const SAVED: Text =
    Text { en: "Customer updated successfully", ar: "تم تحديث بيانات العميل بنجاح" };

/// Edit a customer.
#[utoipa::path(
    put, path = "/customers/{id}", tag = "customers", params(("id" = i64, Path, description = "The customer")),
    request_body = EditCustomerBody,
    responses(
        (status = 200, body = Success<CustomerRow>),
        (status = 409, description = "PHONE_TAKEN, EMAIL_TAKEN, BRANCH_INACTIVE", body = Failure),
    ),
)]
async fn edit_customer(
    staff: Staff<can::EditCustomers>,
    State(app): State<App>,
    Path(id): Path<CustomerId>,
    Json(body): Json<EditCustomerBody>,
) -> Result<Answer<CustomerRow>, ErrorResponse> {
    let customer = customers::edit(&app.db, &staff, id, body.try_into()?).await?;
    Ok(Answer::new(CustomerRow::from((customer, staff.calendar()))).said(SAVED))
}

const SWITCHED_OFF: Text = Text { en: "Customer deactivated", ar: "تم إيقاف حساب العميل" };
const SWITCHED_ON: Text = Text { en: "Customer activated", ar: "تم تفعيل حساب العميل" };

/// Deactivate a customer: they neither enter nor sign in, and their sessions end.
#[utoipa::path(
    post, path = "/customers/{id}/deactivate", tag = "customers",
    params(("id" = i64, Path, description = "The customer")),
    responses((status = 200, body = Success<CustomerRow>)),
)]
async fn deactivate_customer(
    staff: Staff<can::SwitchCustomers>,
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Answer<CustomerRow>, ErrorResponse> {
    let customer = customers::switch(&app.db, &staff, id, false).await?;
    Ok(Answer::new(CustomerRow::from((customer, staff.calendar()))).said(SWITCHED_OFF))
}

/// Activate a deactivated customer.
#[utoipa::path(
    post, path = "/customers/{id}/activate", tag = "customers",
    params(("id" = i64, Path, description = "The customer")),
    responses((status = 200, body = Success<CustomerRow>)),
)]
async fn activate_customer(
    staff: Staff<can::SwitchCustomers>,
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Answer<CustomerRow>, ErrorResponse> {
    let customer = customers::switch(&app.db, &staff, id, true).await?;
    Ok(Answer::new(CustomerRow::from((customer, staff.calendar()))).said(SWITCHED_ON))
}

/// A new temporary password.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerPasswordReset {
    /// Whose.
    customer_id: i64,
    /// The password, valid for 72 hours; null if it was changed since.
    #[schema(example = "RX04AF")]
    temporary_password: Option<String>,
    /// The same again.
    #[schema(example = "RX04AF")]
    temp_password: Option<String>,
    /// The customer.
    customer: CustomerRow,
}

impl From<(Customer, Calendar)> for CustomerPasswordReset {
    fn from((customer, calendar): (Customer, Calendar)) -> Self {
        let customer = CustomerRow::from((customer, calendar));
        let password = customer.temporary_password.clone();
        Self {
            customer_id: customer.id,
            temporary_password: password.clone(),
            temp_password: password,
            customer,
        }
    }
}

const RESET: Text =
    Text { en: "Temporary password created", ar: "تم إنشاء كلمة مرور مؤقتة" };

impl From<CustomerPasswordReset> for Answer<CustomerPasswordReset> {
    fn from(reset: CustomerPasswordReset) -> Self {
        let password = json!(reset.temporary_password);
        Self::new(reset)
            .said(RESET)
            .also("temporary_password", password.clone())
            .also("temp_password", password)
    }
}

/// Give a customer a new temporary password; the one they had no longer fits, and their sessions end.
#[utoipa::path(
    post, path = "/customers/{id}/reset-password", tag = "customers",
    params(("id" = i64, Path, description = "The customer")),
    responses(
        (status = 200, body = Success<CustomerPasswordReset>),
        (status = 409, description = "CUSTOMER_INACTIVE", body = Failure),
    ),
)]
async fn reset_customer_password(
    staff: Staff<can::ResetCustomerPasswords>,
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Answer<CustomerPasswordReset>, ErrorResponse> {
    let customer = customers::reset_password(&app.db, &app.passwords, &staff, id).await?;
    Ok(CustomerPasswordReset::from((customer, staff.calendar())).into())
}
