//! One try: what is decided on what was read, and writing it unless somebody was faster.

use serde_json::{Value, json};

use super::request::{Request, pass_of};
use crate::attendance::{
    model::{CheckInAttempt, CheckInOutcome, LastEntry, Seen},
    rules::{Verdict, judge},
    store::{self, Record, Writer},
};
use base::{
    Error,
    vocabulary::{CustomerId, SubscriptionId},
};

/// What became of one try.
pub(super) enum Tried {
    Written(Box<CheckInAttempt>),
    /// Somebody was faster; nothing was written.
    Overtaken(CustomerId),
}

/// What is to be written about an attempt, and what it was decided on.
pub(super) struct Decided {
    seen: Seen,
    outcome: CheckInOutcome,
    subscription: Option<SubscriptionId>,
}

/// What follows from what was read.
pub(super) enum Step {
    /// It repeats an entry of a moment ago, which is the answer.
    Answer(Box<CheckInAttempt>),
    Write(Box<Decided>),
}

/// Decides what follows; writes nothing.
pub(super) fn next_step(request: &Request<'_>, seen: Seen) -> Result<Step, Error> {
    let (outcome, subscription) = match judge(&seen, &request.knock)? {
        Verdict::Repeat(last) => return Ok(Step::Answer(Box::new(repeated(seen, &last)))),
        Verdict::Admit { on, charge } => {
            (CheckInOutcome::Admitted { charged: charge, overruled: None, is_repeat: false }, Some(on))
        }
        Verdict::Overrule(reasons) => (
            CheckInOutcome::Admitted { charged: 0, overruled: Some(reasons.first()), is_repeat: false },
            None,
        ),
        Verdict::Deny(reasons) => {
            let about = reasons.subscription();
            (CheckInOutcome::Denied(reasons), about)
        }
    };
    Ok(Step::Write(Box::new(Decided { seen, outcome, subscription })))
}

/// Writes what was decided, unless somebody was faster.
pub(super) async fn write(
    writer: &mut Writer<'_>,
    request: &Request<'_>,
    decided: Box<Decided>,
) -> Result<Tried, Error> {
    let Decided { seen, outcome, subscription } = *decided;
    let record = Record {
        gym: request.look.gym,
        branch: request.look.branch,
        customer: seen.facts.customer,
        subscription,
        at: request.knock.now,
        source: request.source,
        action: request.knock.wish.action,
        outcome: &outcome,
        staff: request.desk.staff(),
    };
    let written = match &outcome {
        CheckInOutcome::Denied(_) => store::insert_denial(writer, &record).await.map(Some)?,
        CheckInOutcome::Admitted { overruled, .. } => {
            store::insert_admission(writer, &record, request.admission(&seen, *overruled)).await?
        }
    };
    let Some(written) = written else { return Ok(Tried::Overtaken(seen.facts.customer)) };
    let mut pass = pass_of(&seen, subscription);
    if let (Some(pass), Some(remaining)) = (&mut pass, written.remaining) {
        pass.standing.remaining = Some(remaining);
    }
    Ok(Tried::Written(Box::new(CheckInAttempt {
        entry: written.entry,
        at: request.knock.now,
        customer: seen.facts.customer,
        customer_name: seen.facts.customer_name,
        branch: seen.facts.branch,
        branch_name: seen.facts.branch_name,
        source: request.source,
        action: request.knock.wish.action,
        pass,
        outcome,
    })))
}

/// A repeat writes no entry; its audit row names the one that it was answered with.
pub(super) fn detail_of(done: &CheckInAttempt) -> Value {
    if matches!(done.outcome, CheckInOutcome::Admitted { is_repeat: true, .. }) {
        return json!({ "customer_id": done.customer, "repeated": true });
    }
    let subscription = done.pass.as_ref().map(|pass| pass.id);
    store::detail(done.customer, subscription, done.action, done.source, &done.outcome)
}

fn repeated(seen: Seen, last: &LastEntry) -> CheckInAttempt {
    CheckInAttempt {
        entry: last.id,
        at: last.at,
        pass: pass_of(&seen, last.subscription),
        customer: seen.facts.customer,
        customer_name: seen.facts.customer_name,
        branch: seen.facts.branch,
        branch_name: seen.facts.branch_name,
        source: last.source,
        action: last.action,
        outcome: CheckInOutcome::Admitted {
            charged: last.charged,
            overruled: last.overruled,
            is_repeat: true,
        },
    }
}
