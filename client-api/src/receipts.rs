//! Receipts, as data and as paper.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use base::{
    Fields, UnknownWord,
    platform::request,
    vocabulary::{Language, Money, PaymentId},
};
use chrono::{DateTime, NaiveDate, Utc};
use gym::{
    payments::PaymentPurpose,
    receipts::{self, ReceiptAmount, ReceiptForm, ReceiptLine, ReceiptPaper, ReceiptReturn, ReceiptSheet},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use web::{
    Answer, App, ErrorResponse, FileAnswer, Member, Path, Query,
    envelope::{Failure, Picture, Success},
    wire::{self, LocalDateTime},
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(endpoint!(own_receipt))
}

/// How a receipt is to come.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ReceiptQuery {
    /// `json` for data, `pdf` for a paper; data if absent.
    #[param(value_type = Option<ReceiptForm>, inline, example = "pdf")]
    format: Option<String>,
    /// What the paper is printed on: `a5`, or `roll` for 80 mm; A5 if absent.
    #[param(value_type = Option<ReceiptSheet>, inline, example = "a5")]
    paper: Option<String>,
    /// The language of its words, `ar` or `en`; the caller's own if absent.
    #[param(value_type = Option<Language>, inline, example = "ar")]
    language: Option<String>,
}

/// A receipt as somebody wants it.
struct AskedReceipt {
    form: ReceiptForm,
    sheet: ReceiptSheet,
    language: Language,
}

impl ReceiptQuery {
    fn read(&self) -> Result<AskedReceipt, ErrorResponse> {
        let mut fields = Fields::new();
        let form = fields.optional("format", self.format.as_deref(), |word| {
            UnknownWord::unless(ReceiptForm::from_word(word))
        });
        let sheet = fields.optional("paper", self.paper.as_deref(), |word| {
            UnknownWord::unless(ReceiptSheet::from_word(word))
        });
        let language = fields.optional("language", self.language.as_deref(), Language::choose);
        fields.done()?;
        Ok(AskedReceipt {
            form: form.unwrap_or(ReceiptForm::Data),
            sheet: sheet.unwrap_or(ReceiptSheet::A5),
            language: language.unwrap_or_else(request::language),
        })
    }
}

/// A receipt: what stands on it, once for programs and once for people.
#[derive(Debug, Serialize, ToSchema)]
struct ReceiptPaperAnswer {
    /// The id of the payment.
    #[schema(example = 812)]
    id: i64,
    /// Its number at the branch, without gaps from 1.
    #[schema(example = 431)]
    receipt_number: i64,
    /// What names it on paper: the branch, and its number there.
    #[schema(example = "1-431")]
    reference_number: String,
    /// What is paid for; `refund` and `reversal` where money went back.
    transaction_type: PaymentPurpose,
    /// The gym.
    #[schema(example = "Dragon Club")]
    gym_name: String,
    /// First colour of its brand.
    #[schema(example = "#DC2626")]
    primary_color: String,
    /// The branch.
    #[schema(example = "Maadi")]
    branch_name: String,
    /// Its city.
    branch_city: Option<String>,
    /// Its address.
    branch_address: Option<String>,
    /// Its own phone.
    branch_phone: Option<String>,
    /// Who paid, or was given back.
    #[schema(example = "Mohamed Salem")]
    customer_name: Option<String>,
    /// The name under which it was sold.
    #[schema(example = "Monthly Gym")]
    service_name: Option<String>,
    /// `cash`, `network` (a card) or `transfer`.
    #[schema(example = "cash")]
    payment_method: &'static str,
    /// What its amounts are in, as ISO 4217 writes it.
    #[schema(example = "EGP")]
    currency: String,
    /// Before discount; negative where money went back.
    #[schema(value_type = f64, example = 500)]
    gross_amount: Money,
    /// What was taken off the full price.
    #[schema(value_type = f64, example = 50)]
    discount: Money,
    /// Paid, net of discount; negative where money went back.
    #[schema(value_type = f64, example = 450)]
    amount: Money,
    /// How much of it was given back since.
    #[schema(value_type = f64, example = 0)]
    refunded_amount: Money,
    /// What was given back since, the oldest first, a hundred at most.
    refunds: Vec<ReceiptRefundRow>,
    /// Where money went back: the payment it was paid with.
    #[schema(example = 701)]
    refunds_id: Option<i64>,
    /// What names the receipt of that payment.
    #[schema(example = "1-387")]
    refunds_reference_number: Option<String>,
    /// When, on the gym's clock.
    transaction_date: LocalDateTime,
    /// The same moment in UTC.
    transaction_date_utc: DateTime<Utc>,
    /// The day it counts for, in the gym's calendar.
    business_day: NaiveDate,
    /// Who took it, or gave it back.
    #[schema(example = "Reem Tarek")]
    created_by_name: String,
    /// Its hash, in hexadecimal.
    receipt_hash: String,
    /// The hash of the branch's receipt before it; zeros for the first.
    previous_receipt_hash: String,
    /// What its QR code says.
    qr_text: String,
    /// The language of the words below.
    language: Language,
    /// What it is.
    #[schema(example = "Receipt")]
    title: &'static str,
    /// Its number, with the word for it.
    #[schema(example = "No. 1-431")]
    number: String,
    /// Where it was handed out, a line each.
    issuer: Vec<String>,
    /// What it tells, from top to bottom. Names and figures stand between marks (U+2068, U+2069) that keep their order in a
    /// line of the other direction.
    lines: Vec<ReceiptLineRow>,
    /// What the amounts are in.
    #[schema(example = "Amounts in Egyptian pounds (EGP)")]
    unit: String,
    /// The amounts, from top to bottom.
    amounts: Vec<ReceiptAmountRow>,
    /// The beginnings of its hash and of the one before.
    proofs: Vec<ReceiptLineRow>,
}

/// Money of a payment that was given back.
#[derive(Debug, Serialize, ToSchema)]
struct ReceiptRefundRow {
    /// The id of the refund.
    id: i64,
    /// What names its own receipt.
    #[schema(example = "1-440")]
    reference_number: String,
    /// How much; more than zero.
    #[schema(value_type = f64, example = 100)]
    amount: Money,
    /// The day it counts for, in the gym's calendar.
    business_day: NaiveDate,
}

/// Something that a receipt tells.
#[derive(Debug, Serialize, ToSchema)]
struct ReceiptLineRow {
    /// What it is, for programs.
    #[schema(example = "paid_for")]
    key: &'static str,
    /// What it is.
    #[schema(example = "For")]
    label: String,
    /// What it says.
    #[schema(example = "Subscription: Monthly Gym")]
    value: String,
}

impl From<ReceiptLine> for ReceiptLineRow {
    fn from(line: ReceiptLine) -> Self {
        Self { key: line.key, label: line.label, value: line.value }
    }
}

/// An amount on a receipt.
#[derive(Debug, Serialize, ToSchema)]
struct ReceiptAmountRow {
    /// What it is, for programs: `price`, `discount`, `total`, `returned`, `left`.
    #[schema(example = "total")]
    key: &'static str,
    /// What it is.
    #[schema(example = "Total paid")]
    label: String,
    /// How much; what is taken off is negative.
    #[schema(value_type = f64, example = 450)]
    amount: Money,
    /// Whether it is what the receipt is about.
    is_total: bool,
}

impl From<ReceiptAmount> for ReceiptAmountRow {
    fn from(amount: ReceiptAmount) -> Self {
        Self { key: amount.key, label: amount.label, amount: amount.amount, is_total: amount.is_total }
    }
}

impl From<(ReceiptPaper, Language)> for ReceiptPaperAnswer {
    fn from((receipt, language): (ReceiptPaper, Language)) -> Self {
        let words = receipt.says(language);
        let refund = |given: &ReceiptReturn| ReceiptRefundRow {
            id: given.id.get(),
            reference_number: receipt.reference_of(given.number),
            amount: given.amount,
            business_day: given.business_day,
        };
        Self {
            id: receipt.id.get(),
            receipt_number: receipt.number,
            reference_number: receipt.reference(),
            transaction_type: receipt.purpose,
            payment_method: receipt.method.reported(),
            gross_amount: receipt.amount.checked_add(receipt.discount).unwrap_or(receipt.amount),
            discount: receipt.discount,
            amount: receipt.amount,
            refunded_amount: receipt.returned,
            refunds: receipt.returns.iter().map(refund).collect(),
            refunds_id: receipt.first.map(|first| first.id.get()),
            refunds_reference_number: receipt.first.map(|first| receipt.reference_of(first.number)),
            transaction_date: wire::local(receipt.gym.calendar, receipt.taken_at),
            transaction_date_utc: wire::utc(receipt.taken_at),
            business_day: receipt.business_day,
            gym_name: receipt.gym.name,
            primary_color: receipt.gym.primary_color,
            currency: receipt.gym.currency,
            branch_name: receipt.branch_name,
            branch_city: receipt.branch_city,
            branch_address: receipt.branch_address,
            branch_phone: receipt.branch_phone,
            customer_name: receipt.customer_name,
            service_name: receipt.service_name,
            created_by_name: receipt.taken_by,
            receipt_hash: words.hash,
            previous_receipt_hash: words.previous_hash,
            qr_text: words.code,
            language,
            title: words.title,
            number: words.number,
            issuer: words.issuer,
            lines: words.lines.into_iter().map(ReceiptLineRow::from).collect(),
            unit: words.unit,
            amounts: words.amounts.into_iter().map(ReceiptAmountRow::from).collect(),
            proofs: words.proofs.into_iter().map(ReceiptLineRow::from).collect(),
        }
    }
}

/// Read the receipt of one's own payment or refund, as data or as PDF, in either language.
#[utoipa::path(get, path = "/payments/{id}/receipt", tag = "profile", params(("id" = i64, Path, description = "The payment", example = 812), ReceiptQuery),
    responses(
        (status = 200, description = "The receipt; with `format=pdf` a PDF/A-2 instead", content(
            (Success<ReceiptPaperAnswer> = "application/json"),
            (inline(Picture) = "application/pdf"))),
        (status = 400, description = "UNKNOWN_VALUE, UNKNOWN_LANGUAGE", body = Failure),
        (status = 404, description = "PAYMENT_NOT_FOUND", body = Failure),
        (status = 503, description = "BUSY", body = Failure)))]
async fn own_receipt(
    member: Member,
    State(app): State<App>,
    Path(id): Path<PaymentId>,
    Query(query): Query<ReceiptQuery>,
) -> Result<Response, ErrorResponse> {
    let AskedReceipt { form, sheet, language } = query.read()?;
    let receipt = receipts::own(&app.db, &member, id).await?;
    Ok(match form {
        ReceiptForm::Data => Answer::new(ReceiptPaperAnswer::from((receipt, language))).into_response(),
        ReceiptForm::Paper => {
            let bytes = receipts::draw(&app.workshop, &receipt, language, sheet).await?;
            FileAnswer::pdf(format!("receipt-{}.pdf", receipt.reference()), bytes).into_response()
        }
    })
}
