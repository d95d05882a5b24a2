//! The decision: who comes in, on what, and why not.

use chrono::{NaiveDate, TimeDelta};

use super::{
    denial::{AskRefused, Denial, Reasons},
    model::{Action, Activity, Facts, LastEntry, Pass, Seen, Token},
};
use crate::{
    gyms::GymRule,
    subscriptions::{NoneLeft, NotNow, ServiceKind, StatusInputs},
};
use base::vocabulary::{SubscriptionId, Timestamp};

/// An admission within this time of the last one, at the same door, is the same one: a double tap, a retry.
pub const REPEAT_SECONDS: i64 = 10;

/// What the desk or the member asks of the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Whether to take from what they have.
    pub action: Action,
    /// The subscription that is preferred, if it opens this door.
    pub preferred: Option<SubscriptionId>,
}

/// Whether the door opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The door opens, on one subscription.
    Admit {
        /// The subscription that opens it.
        on: SubscriptionId,
        /// Coins or sessions that it takes.
        charge: i32,
    },
    /// The door stays shut for these reasons, of which the first is shown.
    Deny(Reasons),
}

/// Decides whether the customer comes in on `today`, a day of the gym.
///
/// Of the active subscriptions that open this door it takes the preferred one, else one that opens it by its own terms,
/// else the one that ends first (one without end last, then the oldest). A training package that opens it by the gym's
/// rule comes after all of these, preferred or not: no rule may make the door take a dear session while there is another
/// way in. A deduction takes one coin or session from it, if it counts any: never from another one.
pub fn decide(facts: &Facts, wish: Wish, today: NaiveDate) -> Decision {
    if facts.branch_is == Activity::Inactive {
        return Decision::Deny(Reasons::one(Denial::BranchInactive));
    }
    if facts.customer_is == Activity::Inactive {
        return Decision::Deny(Reasons::one(Denial::CustomerInactive));
    }
    let opening = facts.passes.iter().filter(|pass| hindrances(pass, facts, today).next().is_none());
    let best = opening.min_by_key(|pass| {
        let is_preferred = wish.preferred == Some(pass.id);
        let is_by_its_own_terms = opens_by_its_own_terms(pass, facts);
        let ends_on = pass.standing.ends_on.unwrap_or(NaiveDate::MAX);
        (!pass.opens_door, !is_preferred, !is_by_its_own_terms, ends_on, pass.id)
    });
    match best {
        Some(pass) => Decision::Admit { on: pass.id, charge: charge(pass, wish.action) },
        None => Decision::Deny(reasons(facts, today)),
    }
}

/// Whether any of their subscriptions, were it active, would open this door.
pub(super) fn could_open(facts: &Facts) -> bool {
    facts.passes.iter().any(|pass| wrong_door(pass, facts).is_none())
}

fn reasons(facts: &Facts, today: NaiveDate) -> Reasons {
    let mut newest_first: Vec<&Pass> = facts.passes.iter().collect();
    newest_first.sort_by_key(|pass| std::cmp::Reverse(pass.id));
    let mut found: Vec<(Denial, SubscriptionId)> = newest_first
        .into_iter()
        .flat_map(|pass| hindrances(pass, facts, today).map(|denial| (denial, pass.id)))
        .collect();
    found.sort_by_key(|(denial, _)| denial.rank());
    Reasons::of(found).unwrap_or(Reasons::one(Denial::NoSubscription))
}

/// What keeps one subscription from opening this door. The wrong door is not held against one that has ended.
fn hindrances(pass: &Pass, facts: &Facts, today: NaiveDate) -> impl Iterator<Item = Denial> + use<> {
    let state = not_usable(pass, today);
    let has_ended =
        matches!(state, Some(Denial::NoneLeft(_) | Denial::NotNow(NotNow::Stopped | NotNow::Expired)));
    let door = if has_ended { None } else { wrong_door(pass, facts) };
    state.into_iter().chain(door)
}

fn not_usable(pass: &Pass, today: NaiveDate) -> Option<Denial> {
    // Without the balance, of which an empty one counts as expired: that no coins or sessions are left is a reason of
    // its own, and does not hold where this very check-in has paid already.
    let by_date = StatusInputs { remaining: None, ..pass.standing };
    if let Err(not_now) = NotNow::of(by_date.status(today)) {
        return Some(Denial::NotNow(not_now));
    }
    let left = pass.standing.remaining.unwrap_or(0).saturating_add(pass.prepaid);
    pass.kind.unit().filter(|_| left <= 0).map(|unit| NoneLeft::from(unit).into())
}

fn wrong_door(pass: &Pass, facts: &Facts) -> Option<Denial> {
    let is_training = pass.kind == ServiceKind::Training;
    let opens = pass.opens_door || (is_training && facts.rules.is_on(GymRule::TrainingOpensDoor));
    if !opens {
        return Some(if is_training { Denial::TrainingOnly } else { Denial::NotForEntry });
    }
    let is_right =
        pass.doors.include(pass.branch, facts.branch) || facts.rules.is_on(GymRule::EnterAnyBranch);
    (!is_right).then_some(Denial::OtherBranch)
}

fn opens_by_its_own_terms(pass: &Pass, facts: &Facts) -> bool {
    pass.opens_door && pass.doors.include(pass.branch, facts.branch)
}

fn charge(pass: &Pass, action: Action) -> i32 {
    match action {
        Action::CheckInOnly => 0,
        Action::CheckInWithDeduction => i32::from(pass.kind.unit().is_some() && pass.prepaid == 0),
    }
}

/// One check-in request, as the rules see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knock {
    pub wish: Wish,
    pub token: Option<Token>,
    pub is_overriding: bool,
    pub now: Timestamp,
    pub today: NaiveDate,
}

/// What is to be done about a check-in request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Answer the entry of a moment ago.
    Repeat(LastEntry),
    Admit {
        on: SubscriptionId,
        charge: i32,
    },
    /// Let in although the rules deny.
    Overrule(Reasons),
    Deny(Reasons),
}

/// Decides about one check-in request: the code that was shown and the entry of a moment ago come before the rules.
pub(super) fn judge(seen: &Seen, knock: &Knock) -> Result<Verdict, AskRefused> {
    let flaw = knock.token.and_then(|token| flaw(seen, token, knock.now));
    if let Some(last) = just_admitted(seen, knock, flaw) {
        return Ok(Verdict::Repeat(last.clone()));
    }
    let decision = match flaw {
        Some(denial) => Decision::Deny(Reasons::one(denial)),
        None => decide(&seen.facts, knock.wish, knock.today),
    };
    match decision {
        Decision::Admit { on, charge } => Ok(Verdict::Admit { on, charge }),
        Decision::Deny(reasons) if !knock.is_overriding => Ok(Verdict::Deny(reasons)),
        Decision::Deny(reasons) if seen.facts.rules.is_on(GymRule::ManagersMayOverride) => {
            Ok(Verdict::Overrule(reasons))
        }
        Decision::Deny(_) => Err(AskRefused::OverrideOff),
    }
}

fn flaw(seen: &Seen, token: Token, now: Timestamp) -> Option<Denial> {
    if seen.token_spent_at.is_some() {
        Some(Denial::QrAlreadyUsed)
    } else if token.expires_at <= now {
        Some(Denial::QrExpired)
    } else if token.qr_version != Some(seen.facts.qr_version) {
        Some(Denial::QrOutdated)
    } else {
        None
    }
}

/// The admission that this request repeats. A token that has a flaw repeats nothing but the admission it was used
/// for.
fn just_admitted<'s>(seen: &'s Seen, knock: &Knock, flaw: Option<Denial>) -> Option<&'s LastEntry> {
    let last = seen.last.as_ref()?;
    let since = knock.now.signed_duration_since(last.at).abs();
    let is_its_token = flaw.is_none() || seen.token_spent_at == Some(last.at);
    (last.branch == seen.facts.branch && since < TimeDelta::seconds(REPEAT_SECONDS) && is_its_token)
        .then_some(last)
}

#[cfg(test)]
mod tests;
