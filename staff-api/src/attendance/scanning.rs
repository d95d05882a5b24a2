//! Scanners and typed ids: the same door as letting in from a list.

use axum::extract::State;
use base::{
    access::can,
    vocabulary::{BranchId, CustomerId},
};
use gym::attendance::{self, Action, DoorRequest, Source};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, Json, Staff,
    envelope::{Failure, Success},
};

use super::answer::{CHECKED_IN, CheckInAttemptAnswer};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(endpoint!(scan_qr))
        .routes(alias!(
            scan_qr => post "/entry-logs/scan" as scan_entry,
            "Let in whoever shows a QR code, or record why not; an older address."
        ))
        .routes(alias!(
            scan_qr => post "/validation/qr" as validate_qr,
            "Let in whoever shows a QR code, or record why not; the address of the scanners."
        ))
        .routes(endpoint!(validate_barcode))
        .routes(endpoint!(validate_by_hand))
}

/// What was scanned or typed. The first of the texts that is there counts.
#[derive(Debug, Deserialize, ToSchema)]
struct ScanBody {
    /// `customer_id:1`, `1`, `GYM-1`, `GYM-1-ABCD1234`, `CUST-1` or the token that a phone shows.
    #[schema(example = "customer_id:1")]
    qr_code: Option<String>,
    /// The same.
    code: Option<String>,
    /// The same.
    qr_token: Option<String>,
    /// The same.
    qr_data: Option<String>,
    /// The same.
    data: Option<String>,
    /// The same.
    barcode: Option<String>,
    /// The customer's id.
    #[schema(value_type = Option<i64>)]
    customer_id: Option<CustomerId>,
    /// The branch; may be left out by somebody who works at one.
    #[schema(value_type = Option<i64>, example = 1)]
    branch_id: Option<BranchId>,
    /// `check_in_only` unless said otherwise.
    action: Option<Action>,
}

impl ScanBody {
    fn ask(self, source: Source) -> DoorRequest {
        let texts = [self.qr_code, self.code, self.qr_token, self.qr_data, self.data, self.barcode];
        DoorRequest {
            customer: self.customer_id,
            code: texts.into_iter().flatten().find(|text| !text.trim().is_empty()),
            subscription: None,
            action: self.action.unwrap_or(Action::CheckInOnly),
            source,
            follows_deduction: false,
            overriding: None,
        }
    }
}

/// Let in whoever shows a QR code, or record why not.
#[utoipa::path(
    post, path = "/qr/scan", tag = "door", request_body = ScanBody,
    responses(
        (status = 200, body = Success<CheckInAttemptAnswer>),
        (status = 403, description = "Denied and recorded; the codes of `POST /attendance`", body = Failure),
        (status = 404, description = "CUSTOMER_NOT_FOUND, BRANCH_NOT_FOUND", body = Failure),
    ),
)]
async fn scan_qr(
    staff: Staff<can::CheckIn>,
    State(app): State<App>,
    Json(body): Json<ScanBody>,
) -> Result<Answer<CheckInAttemptAnswer>, ErrorResponse> {
    let_in(&staff, &app, body, Source::QrScan).await
}

/// Let in whoever shows a barcode, or record why not.
#[utoipa::path(
    post, path = "/validation/barcode", tag = "door", request_body = ScanBody,
    responses(
        (status = 200, body = Success<CheckInAttemptAnswer>),
        (status = 403, description = "Denied and recorded; the codes of `POST /attendance`", body = Failure),
        (status = 404, description = "CUSTOMER_NOT_FOUND, BRANCH_NOT_FOUND", body = Failure),
    ),
)]
async fn validate_barcode(
    staff: Staff<can::CheckIn>,
    State(app): State<App>,
    Json(body): Json<ScanBody>,
) -> Result<Answer<CheckInAttemptAnswer>, ErrorResponse> {
    let_in(&staff, &app, body, Source::Barcode).await
}

/// Let in whoever is typed in, or record why not.
#[utoipa::path(
    post, path = "/validation/manual", tag = "door", request_body = ScanBody,
    responses(
        (status = 200, body = Success<CheckInAttemptAnswer>),
        (status = 403, description = "Denied and recorded; the codes of `POST /attendance`", body = Failure),
        (status = 404, description = "CUSTOMER_NOT_FOUND, BRANCH_NOT_FOUND", body = Failure),
    ),
)]
async fn validate_by_hand(
    staff: Staff<can::CheckIn>,
    State(app): State<App>,
    Json(body): Json<ScanBody>,
) -> Result<Answer<CheckInAttemptAnswer>, ErrorResponse> {
    let_in(&staff, &app, body, Source::Manual).await
}

async fn let_in(
    staff: &Staff<can::CheckIn>,
    app: &App,
    body: ScanBody,
    source: Source,
) -> Result<Answer<CheckInAttemptAnswer>, ErrorResponse> {
    let desk = staff.place(body.branch_id)?;
    let calendar = staff.calendar();
    let attempt = attendance::check_in(&app.db, app.doorkeeper.keys(), &desk, body.ask(source)).await?;
    let attempt = attempt.admitted(|attempt| CheckInAttemptAnswer::denied(attempt, calendar))?;
    Ok(Answer::new(CheckInAttemptAnswer::from((attempt, calendar))).said(CHECKED_IN))
}
