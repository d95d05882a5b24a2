//! How an attempt to come in is told.

use base::{Text, platform::request, vocabulary::Calendar};
use chrono::{DateTime, NaiveDate, Utc};
use gym::{
    attendance::{Action, CheckInAttempt, CheckInOutcome, Denial, EntryStatus, Pass, Source},
    subscriptions::{ServiceKind, Status, Unit},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::wire::{self, LocalDateTime};

pub(super) const CHECKED_IN: Text =
    Text { en: "Check-in recorded successfully", ar: "تم تسجيل الدخول بنجاح" };

/// Why somebody is not let in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DenialReason {
    /// Stable name.
    #[schema(example = "SUBSCRIPTION_FROZEN")]
    code: String,
    /// In words, in the caller's language.
    #[schema(example = "The subscription is frozen")]
    message: String,
}

impl From<Denial> for DenialReason {
    fn from(denial: Denial) -> Self {
        Self { code: denial.code().to_owned(), message: denial.say(request::language()).into_owned() }
    }
}

/// The subscription that somebody comes in on, or that is in the way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PassAnswer {
    /// Id.
    id: i64,
    /// Id again.
    subscription_id: i64,
    /// What was sold.
    #[schema(example = "Monthly Gym")]
    service_name: String,
    /// How it is used up.
    #[serde(rename = "type")]
    kind: ServiceKind,
    /// The same.
    subscription_type: ServiceKind,
    /// How it stands today.
    status: Status,
    /// First day.
    start_date: NaiveDate,
    /// Last day; null when it does not lapse by date.
    end_date: Option<NaiveDate>,
    /// Sessions left.
    remaining_sessions: Option<i32>,
    /// Sessions ever granted.
    total_sessions: Option<i32>,
    /// Coins left.
    remaining_coins: Option<i32>,
    /// Coins left, under its older name.
    coins: Option<i32>,
    /// Coins ever granted.
    total_coins: Option<i32>,
}

impl From<(Pass, NaiveDate)> for PassAnswer {
    fn from((pass, today): (Pass, NaiveDate)) -> Self {
        let of = |unit: Unit, number: Option<i32>| number.filter(|_| pass.kind.unit() == Some(unit));
        let coins = of(Unit::Coins, pass.standing.remaining);
        Self {
            id: pass.id.get(),
            subscription_id: pass.id.get(),
            kind: pass.kind,
            subscription_type: pass.kind,
            status: pass.standing.status(today),
            start_date: pass.standing.starts_on,
            end_date: pass.standing.ends_on,
            remaining_sessions: of(Unit::Sessions, pass.standing.remaining),
            total_sessions: of(Unit::Sessions, pass.total),
            remaining_coins: coins,
            coins,
            total_coins: of(Unit::Coins, pass.total),
            service_name: pass.service_name,
        }
    }
}

/// An attempt to come in, as it was recorded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CheckInAttemptAnswer {
    /// The record.
    #[schema(example = 1234)]
    entry_id: i64,
    /// The customer.
    #[schema(example = 1)]
    customer_id: i64,
    /// Their name.
    #[schema(example = "Mona Adel")]
    customer_name: String,
    /// The branch.
    #[schema(example = 1)]
    branch_id: i64,
    /// Its name.
    #[schema(example = "Dragon Club")]
    branch_name: String,
    /// When, by the gym's clock.
    check_in_time: LocalDateTime,
    /// The same moment in UTC.
    check_in_time_utc: DateTime<Utc>,
    /// How it ended.
    entry_status: EntryStatus,
    /// How the customer was named.
    entry_type: Source,
    /// What was asked.
    action: Action,
    /// The subscription it went by.
    subscription: Option<PassAnswer>,
    /// Coins or sessions taken.
    charged: i32,
    /// The same.
    coins_used: i32,
    /// Coins or sessions left on that subscription; null when it counts none.
    remaining: Option<i32>,
    /// Sessions left on it.
    remaining_sessions: Option<i32>,
    /// Coins left on it.
    remaining_coins: Option<i32>,
    /// Whether this is the entry of a moment ago again.
    repeated: bool,
    /// The reason that a manager overruled.
    overridden: Option<DenialReason>,
    /// Why it was denied, the first reason first; empty for an admission.
    reasons: Vec<DenialReason>,
}

impl From<(CheckInAttempt, Calendar)> for CheckInAttemptAnswer {
    fn from((attempt, calendar): (CheckInAttempt, Calendar)) -> Self {
        let charged = attempt.outcome.charged();
        let (entry_status, repeated, overridden, reasons) = match attempt.outcome {
            CheckInOutcome::Admitted { overruled, is_repeat, .. } => {
                (EntryStatus::Approved, is_repeat, overruled.map(DenialReason::from), Vec::new())
            }
            CheckInOutcome::Denied(reasons) => {
                (EntryStatus::Denied, false, None, reasons.all().map(DenialReason::from).collect())
            }
        };
        let today = calendar.today(attempt.at);
        let remaining = attempt.pass.as_ref().and_then(|pass| pass.standing.remaining);
        let subscription = attempt.pass.map(|pass| PassAnswer::from((pass, today)));
        Self {
            entry_id: attempt.entry.get(),
            customer_id: attempt.customer.get(),
            customer_name: attempt.customer_name,
            branch_id: attempt.branch.get(),
            branch_name: attempt.branch_name,
            check_in_time: wire::local(calendar, attempt.at),
            check_in_time_utc: wire::utc(attempt.at),
            entry_status,
            entry_type: attempt.source,
            action: attempt.action,
            charged,
            coins_used: charged,
            remaining,
            remaining_sessions: subscription.as_ref().and_then(|pass| pass.remaining_sessions),
            remaining_coins: subscription.as_ref().and_then(|pass| pass.remaining_coins),
            subscription,
            repeated,
            overridden,
            reasons,
        }
    }
}

impl CheckInAttemptAnswer {
    /// A denial, as its refusal carries it.
    pub(super) fn denied(attempt: &CheckInAttempt, calendar: Calendar) -> Value {
        serde_json::to_value(Self::from((attempt.clone(), calendar))).unwrap_or_default()
    }
}
