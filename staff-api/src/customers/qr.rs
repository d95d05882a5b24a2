//! QR codes of customers.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use base::{Text, access::can, platform::request, vocabulary::CustomerId};
use chrono::{DateTime, SubsecRound as _, Utc};
use gym::customers::{self, Customer, Regenerated, qr_code};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Path, Staff,
    envelope::{Picture, Success},
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(regenerate_qr))
        .routes(endpoint!(read_qr))
        .routes(alias!(read_qr => get "/customers/{id}/qr-code" as read_qr_code))
        .routes(endpoint!(draw_qr))
}

/// A QR code that was made anew.
#[derive(Debug, Serialize, ToSchema)]
struct RegeneratedQr {
    /// Whose.
    #[schema(example = 115)]
    customer_id: i64,
    /// The text of the code; ends in the id.
    #[schema(example = "customer_id:115")]
    qr_code: String,
    /// When, in UTC.
    #[schema(example = "2026-02-15T10:30:00Z")]
    generated_at: DateTime<Utc>,
    /// How often it was made by now.
    #[schema(example = 2)]
    qr_version: i32,
    /// What happened, in the caller's language.
    message: &'static str,
}

const REGENERATED: Text =
    Text { en: "QR code regenerated successfully", ar: "تم تجديد رمز QR بنجاح" };

impl From<Regenerated> for RegeneratedQr {
    fn from(made: Regenerated) -> Self {
        Self {
            customer_id: made.customer.get(),
            qr_code: qr_code(made.customer),
            generated_at: made.at.trunc_subsecs(0),
            qr_version: made.qr_version,
            message: REGENERATED.say(request::language()),
        }
    }
}

/// Make a customer's QR code anew: short-lived codes made for the one before open nothing any more.
///
/// Ten times a minute per staff user. Whatever is sent as a body is ignored.
#[utoipa::path(
    post, path = "/customers/{id}/regenerate-qr", tag = "customers",
    params(("id" = i64, Path, description = "The customer")),
    responses((status = 200, body = Success<RegeneratedQr>)),
)]
async fn regenerate_qr(
    staff: Staff<can::RegenerateQr>,
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Answer<RegeneratedQr>, ErrorResponse> {
    let made = RegeneratedQr::from(customers::regenerate_qr(&app.db, &app.limits, &staff, id).await?);
    let text = made.qr_code.clone();
    Ok(Answer::new(made).said(REGENERATED).also("qr_code", text))
}

/// A QR code.
#[derive(Debug, Serialize, ToSchema)]
struct QrPicture {
    /// Whose.
    #[schema(example = 115)]
    customer_id: i64,
    /// Their name.
    #[schema(example = "Mohamed Salem")]
    full_name: String,
    /// The text of the code.
    #[schema(example = "customer_id:115")]
    qr_code: String,
    /// How often it was made.
    #[schema(example = 1)]
    qr_version: i32,
    /// The code as a PNG, in base64.
    image: String,
    /// What the image is.
    #[schema(example = "image/png")]
    content_type: &'static str,
}

impl From<(Customer, String)> for QrPicture {
    fn from((customer, image): (Customer, String)) -> Self {
        Self {
            customer_id: customer.id.get(),
            full_name: customer.full_name,
            qr_code: qr_code(customer.id),
            qr_version: customer.qr_version,
            image,
            content_type: PNG,
        }
    }
}

/// Read a customer's QR code, with its picture.
#[utoipa::path(
    get, path = "/customers/{id}/qr", tag = "customers", params(("id" = i64, Path, description = "The customer")),
    responses((status = 200, body = Success<QrPicture>)),
)]
async fn read_qr(
    staff: Staff<can::ReadCustomers>,
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Answer<QrPicture>, ErrorResponse> {
    let code = QrPicture::from(customers::read_qr(&app.db, &staff, id).await?);
    let text = code.qr_code.clone();
    Ok(Answer::new(code).also("qr_code", text))
}

const PNG: &str = "image/png";

/// Draw a customer's QR code as a picture.
#[utoipa::path(
    get, path = "/customers/{id}/qr.png", tag = "customers",
    params(("id" = i64, Path, description = "The customer")),
    responses((status = 200, description = "The picture", body = inline(Picture), content_type = "image/png")),
)]
async fn draw_qr(
    staff: Staff<can::ReadCustomers>,
    State(app): State<App>,
    Path(id): Path<CustomerId>,
) -> Result<Response, ErrorResponse> {
    let picture = customers::draw_qr(&app.db, &staff, id).await?;
    Ok(([(header::CONTENT_TYPE, PNG)], picture).into_response())
}
