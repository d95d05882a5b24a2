//! An expense, as every screen reads it.

use base::vocabulary::{Calendar, Money, StaffId};
use chrono::{DateTime, NaiveDate, Utc};
use gym::expenses::{
    Expense, ExpenseCategory, ExpenseStatus, PaidFrom,
    attachments::{AttachmentKind, ExpenseAttachment},
};
use serde::Serialize;
use utoipa::ToSchema;
use web::wire::{self, LocalDateTime};

/// Something that a branch spends money on. Several fields say the same, each for the screen that reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct ExpenseRow {
    /// Id.
    #[schema(example = 1)]
    id: i64,
    /// The same id.
    #[schema(example = 1)]
    expense_id: i64,
    /// The branch that spends it.
    #[schema(example = 1)]
    branch_id: i64,
    /// What the branch is called.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// What the money was spent on, in a few words.
    #[schema(example = "Towels for the changing rooms")]
    title: String,
    /// How much it was; more than zero.
    amount: Money,
    /// What kind of thing that is.
    category: ExpenseCategory,
    /// What else is to be known.
    description: Option<String>,
    /// The day on its bill, in the gym's calendar.
    expense_date: NaiveDate,
    /// The same day.
    date: NaiveDate,
    /// Where it stands.
    status: ExpenseStatus,
    /// The staff user who wrote it down.
    #[schema(example = 1007)]
    created_by: i64,
    /// Their name.
    #[schema(example = "Amal Gaber")]
    created_by_name: String,
    /// When it was written down, on the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
    /// The staff user who decided, or took it back; null while it is pending.
    #[schema(example = 1003)]
    reviewed_by: Option<i64>,
    /// Their name.
    #[schema(example = "Magdy Fawzy")]
    reviewed_by_name: Option<String>,
    /// When they decided, on the gym's clock.
    reviewed_at: Option<LocalDateTime>,
    /// The same moment in UTC.
    reviewed_at_utc: Option<DateTime<Utc>>,
    /// What they said about it.
    review_notes: Option<String>,
    /// The same.
    notes: Option<String>,
    /// The day that it counts for, in the gym's calendar; null unless it is approved.
    business_day: Option<NaiveDate>,
    /// Whether it was paid.
    is_paid: bool,
    /// Out of which pocket it was paid: the till in cash, the bank by card or transfer; null while it is not.
    paid_from: Option<PaidFrom>,
    /// The staff user who paid it.
    #[schema(example = 1007)]
    paid_by: Option<i64>,
    /// Their name.
    #[schema(example = "Amal Gaber")]
    paid_by_name: Option<String>,
    /// When it was paid, on the gym's clock.
    paid_at: Option<LocalDateTime>,
    /// The same moment in UTC.
    paid_at_utc: Option<DateTime<Utc>>,
    /// The day on which the money left, in the gym's calendar.
    paid_business_day: Option<NaiveDate>,
    /// What is attached to it, the oldest first.
    attachments: Vec<AttachmentRow>,
}

/// A file that is attached to an expense.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct AttachmentRow {
    /// Id.
    #[schema(example = 1)]
    id: i64,
    /// The expense that it is attached to.
    #[schema(example = 1)]
    expense_id: i64,
    /// What it is.
    kind: AttachmentKind,
    /// Its media type.
    #[schema(example = "image/jpeg")]
    content_type: &'static str,
    /// What it is called when it is kept.
    #[schema(example = "expense-1-1.jpg")]
    file_name: String,
    /// How many bytes it has.
    #[schema(example = 184_320)]
    size: i32,
    /// The SHA-256 of its bytes, in hexadecimal.
    sha256: String,
    /// The staff user who attached it.
    #[schema(example = 1007)]
    created_by: i64,
    /// Their name.
    #[schema(example = "Amal Gaber")]
    created_by_name: String,
    /// When, on the gym's clock.
    created_at: LocalDateTime,
    /// The same moment in UTC.
    created_at_utc: DateTime<Utc>,
}

impl From<(ExpenseAttachment, Calendar)> for AttachmentRow {
    fn from((attachment, calendar): (ExpenseAttachment, Calendar)) -> Self {
        Self {
            id: attachment.id.get(),
            expense_id: attachment.expense.get(),
            kind: attachment.kind,
            content_type: attachment.kind.media_type(),
            file_name: attachment.file_name(),
            size: attachment.bytes,
            sha256: wire::hexadecimal(&attachment.sha256),
            created_by: attachment.attached_by.get(),
            created_by_name: attachment.attached_by_name,
            created_at: wire::local(calendar, attachment.attached_at),
            created_at_utc: wire::utc(attachment.attached_at),
        }
    }
}

impl From<(Expense, Calendar)> for ExpenseRow {
    fn from((expense, calendar): (Expense, Calendar)) -> Self {
        let status = expense.status();
        let ruling = expense.ruling.as_ref();
        let payment = expense.payment.as_ref();
        let notes = ruling.and_then(|ruling| ruling.notes.clone());
        Self {
            id: expense.id.get(),
            expense_id: expense.id.get(),
            branch_id: expense.branch.get(),
            status,
            reviewed_by: ruling.map(|ruling| StaffId::get(ruling.by)),
            reviewed_by_name: ruling.map(|ruling| ruling.by_name.clone()),
            reviewed_at: ruling.map(|ruling| wire::local(calendar, ruling.at)),
            reviewed_at_utc: ruling.map(|ruling| wire::utc(ruling.at)),
            review_notes: notes.clone(),
            notes,
            business_day: ruling.and_then(|ruling| ruling.business_day),
            is_paid: payment.is_some(),
            paid_from: payment.map(|payment| payment.from),
            paid_by: payment.map(|payment| StaffId::get(payment.by)),
            paid_by_name: payment.map(|payment| payment.by_name.clone()),
            paid_at: payment.map(|payment| wire::local(calendar, payment.at)),
            paid_at_utc: payment.map(|payment| wire::utc(payment.at)),
            paid_business_day: payment.map(|payment| payment.business_day),
            attachments: {
                let attached = expense.attachments.into_iter();
                attached.map(|attachment| AttachmentRow::from((attachment, calendar))).collect()
            },
            branch_name: expense.branch_name,
            title: expense.title,
            amount: expense.amount,
            category: expense.category,
            description: expense.description,
            expense_date: expense.spent_on,
            date: expense.spent_on,
            created_by: expense.written_by.get(),
            created_by_name: expense.written_by_name,
            created_at: wire::local(calendar, expense.written_at),
            created_at_utc: wire::utc(expense.written_at),
        }
    }
}
