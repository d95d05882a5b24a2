use chrono::{DateTime, Days};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    attendance::model::Source,
    gyms::GymRules,
    subscriptions::{Doors, FreezeSpan, Status, Unit},
};
use base::vocabulary::{BranchId, CustomerId, EntryId};

const HERE: BranchId = BranchId::new(1);
const THERE: BranchId = BranchId::new(2);

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 4, 17).unwrap()
}

fn day(offset: i64) -> NaiveDate {
    today().checked_add_signed(TimeDelta::days(offset)).unwrap()
}

fn now() -> Timestamp {
    DateTime::from_timestamp(1_776_459_000, 0).unwrap()
}

fn monthly(id: i64) -> Pass {
    Pass {
        id: SubscriptionId::new(id),
        branch: HERE,
        service_name: "Monthly Gym".to_owned(),
        kind: ServiceKind::TimeBased,
        opens_door: true,
        doors: Doors::OwnBranch,
        standing: StatusInputs {
            starts_on: day(-10),
            ends_on: Some(day(20)),
            freeze: None,
            stopped_at: None,
            remaining: None,
        },
        total: None,
        prepaid: 0,
    }
}

fn counted(id: i64, kind: ServiceKind, remaining: i32) -> Pass {
    let mut pass = monthly(id);
    (pass.kind, pass.standing.remaining, pass.total) = (kind, Some(remaining), Some(20));
    pass.opens_door = kind != ServiceKind::Training;
    pass
}

fn ending(mut pass: Pass, offset: Option<i64>) -> Pass {
    pass.standing.ends_on = offset.map(day);
    pass
}

fn facts(passes: Vec<Pass>) -> Facts {
    Facts {
        customer: CustomerId::new(7),
        customer_name: "Mona Adel".to_owned(),
        home: HERE,
        customer_is: Activity::Active,
        qr_version: 3,
        branch: HERE,
        branch_name: "Dragon Club".to_owned(),
        branch_is: Activity::Active,
        rules: GymRules::default(),
        passes,
    }
}

fn wish(action: Action) -> Wish {
    Wish { action, preferred: None }
}

fn ask(passes: Vec<Pass>, action: Action) -> Decision {
    decide(&facts(passes), wish(action), today())
}

fn admitted(passes: Vec<Pass>, action: Action) -> (i64, i32) {
    match ask(passes, action) {
        Decision::Admit { on, charge } => (on.get(), charge),
        Decision::Deny(reasons) => panic!("denied: {reasons:?}"),
    }
}

fn denied(facts: &Facts) -> Vec<&'static str> {
    match decide(facts, wish(Action::CheckInWithDeduction), today()) {
        Decision::Admit { on, .. } => panic!("admitted on {on}"),
        Decision::Deny(reasons) => reasons.all().map(Denial::code).collect(),
    }
}

#[test]
fn the_last_day_still_opens_the_door_and_the_next_does_not() {
    let facts = facts(vec![monthly(1)]);
    let on = |day| decide(&facts, wish(Action::CheckInOnly), day);
    assert!(matches!(on(day(-10)), Decision::Admit { .. }));
    assert!(matches!(on(day(20)), Decision::Admit { .. }));
    assert_eq!(on(day(21)), deny(NotNow::Expired, 1));
    assert_eq!(on(day(-11)), deny(NotNow::Pending, 1));
}

fn deny(not_now: NotNow, about: i64) -> Decision {
    Decision::Deny(Reasons::one(Denial::NotNow(not_now)).about(Some(SubscriptionId::new(about))))
}

#[test]
fn checking_in_takes_nothing_and_a_deduction_takes_one_where_something_is_counted() {
    for (pass, charge) in
        [(monthly(1), 0), (counted(1, ServiceKind::Coins, 5), 1), (counted(1, ServiceKind::Sessions, 1), 1)]
    {
        assert_eq!(admitted(vec![pass.clone()], Action::CheckInOnly), (1, 0));
        assert_eq!(admitted(vec![pass], Action::CheckInWithDeduction), (1, charge));
    }
}

#[test]
fn of_several_that_open_the_one_that_ends_first_is_taken() {
    let passes = vec![
        ending(monthly(4), Some(9)),
        ending(counted(3, ServiceKind::Coins, 5), None),
        ending(counted(2, ServiceKind::Sessions, 5), Some(5)),
        ending(monthly(1), Some(5)),
    ];
    assert_eq!(admitted(passes.clone(), Action::CheckInOnly).0, 1);
    assert_eq!(admitted(vec![passes[0].clone(), passes[1].clone()], Action::CheckInOnly).0, 4);
    assert_eq!(admitted(vec![passes[1].clone()], Action::CheckInOnly).0, 3);
}

#[test]
fn the_subscription_that_the_desk_names_goes_first_if_it_opens() {
    let held = facts(vec![
        ending(monthly(1), Some(1)),
        counted(2, ServiceKind::Sessions, 3),
        counted(3, ServiceKind::Sessions, 0),
    ]);
    let on = |id| {
        let wish = Wish { action: Action::CheckInWithDeduction, preferred: Some(SubscriptionId::new(id)) };
        decide(&held, wish, today())
    };
    assert_eq!(on(2), Decision::Admit { on: SubscriptionId::new(2), charge: 1 });
    assert_eq!(on(3), Decision::Admit { on: SubscriptionId::new(1), charge: 0 });
}

#[test]
fn what_is_not_active_only_serves_to_say_why_not() {
    let mut frozen = monthly(1);
    frozen.standing.freeze = Some(FreezeSpan { from: day(0), until: day(3) });
    let mut stopped = monthly(2);
    stopped.standing.stopped_at = Some(now());
    let mut pending = monthly(3);
    pending.standing.starts_on = day(1);
    let expired = ending(monthly(4), Some(-1));
    for (pass, code) in [
        (&frozen, "SUBSCRIPTION_FROZEN"),
        (&stopped, "SUBSCRIPTION_STOPPED"),
        (&pending, "SUBSCRIPTION_NOT_STARTED"),
        (&expired, "SUBSCRIPTION_EXPIRED"),
        (&counted(5, ServiceKind::Sessions, 0), "NO_SESSIONS_REMAINING"),
        (&counted(6, ServiceKind::Coins, 0), "NO_COINS_REMAINING"),
    ] {
        assert_eq!(denied(&facts(vec![pass.clone()])), [code]);
        assert_eq!(admitted(vec![pass.clone(), monthly(9)], Action::CheckInOnly).0, 9, "{code}");
    }
    assert_eq!(
        denied(&facts(vec![stopped, expired, pending, frozen])),
        ["SUBSCRIPTION_FROZEN", "SUBSCRIPTION_NOT_STARTED", "SUBSCRIPTION_EXPIRED", "SUBSCRIPTION_STOPPED"],
    );
    assert_eq!(denied(&facts(vec![])), ["NO_SUBSCRIPTION"]);
}

#[test]
fn what_ended_last_is_told_first() {
    let expired = ending(monthly(5), Some(-1));
    assert_eq!(
        denied(&facts(vec![counted(2, ServiceKind::Coins, 0), expired.clone()])),
        ["SUBSCRIPTION_EXPIRED", "NO_COINS_REMAINING"],
    );
    assert_eq!(
        denied(&facts(vec![counted(6, ServiceKind::Coins, 0), expired])),
        ["NO_COINS_REMAINING", "SUBSCRIPTION_EXPIRED"],
    );
}

#[test]
fn training_opens_the_door_only_where_the_house_says_so() {
    let mut at_the_door = facts(vec![counted(1, ServiceKind::Training, 5)]);
    assert_eq!(denied(&at_the_door), ["TRAINING_ONLY"]);
    at_the_door.rules = GymRules::default().with(GymRule::TrainingOpensDoor, true);
    let decision = decide(&at_the_door, wish(Action::CheckInWithDeduction), today());
    assert_eq!(decision, Decision::Admit { on: SubscriptionId::new(1), charge: 1 });
    at_the_door.branch = THERE;
    assert_eq!(denied(&at_the_door), ["OTHER_BRANCH"]);
    let mut towel = monthly(1);
    towel.opens_door = false;
    assert_eq!(denied(&facts(vec![towel])), ["NOT_FOR_ENTRY"]);
}

#[test]
fn no_training_session_is_taken_while_there_is_another_way_in() {
    let dear = ending(counted(1, ServiceKind::Training, 5), Some(1));
    let gym_pass = ending(monthly(2), Some(200));
    let coins = ending(counted(3, ServiceKind::Coins, 5), None);
    let admitted = |passes: Vec<Pass>, preferred: Option<i64>| {
        let mut held = facts(passes);
        held.rules = [(GymRule::TrainingOpensDoor, true)].into_iter().collect();
        let preferred = preferred.map(SubscriptionId::new);
        match decide(&held, Wish { action: Action::CheckInWithDeduction, preferred }, today()) {
            Decision::Admit { on, charge } => (on.get(), charge),
            Decision::Deny(reasons) => panic!("denied: {reasons:?}"),
        }
    };
    assert_eq!(admitted(vec![dear.clone(), gym_pass.clone(), coins.clone()], None), (2, 0));
    assert_eq!(admitted(vec![dear.clone(), coins.clone()], None), (3, 1));
    assert_eq!(admitted(vec![dear.clone(), coins], Some(1)), (3, 1));
    assert_eq!(admitted(vec![dear], None), (1, 1));
}

#[test]
fn another_branchs_door_opens_for_what_opens_every_door_or_by_the_rule_of_the_house() {
    let mut there = facts(vec![monthly(1)]);
    there.branch = THERE;
    assert!(!could_open(&there));
    assert_eq!(denied(&there), ["OTHER_BRANCH"]);
    there.rules = GymRules::default().with(GymRule::EnterAnyBranch, true);
    assert!(could_open(&there));
    assert!(matches!(decide(&there, wish(Action::CheckInOnly), today()), Decision::Admit { .. }));
    there.rules = GymRules::default();
    there.passes[0].doors = Doors::EveryBranch;
    assert!(could_open(&there));
    assert!(matches!(decide(&there, wish(Action::CheckInOnly), today()), Decision::Admit { .. }));
}

#[test]
fn nobody_comes_in_who_or_where_something_is_switched_off() {
    let mut gone = facts(vec![monthly(1)]);
    gone.customer_is = Activity::Inactive;
    assert_eq!(denied(&gone), ["CUSTOMER_INACTIVE"]);
    gone.branch_is = Activity::Inactive;
    assert_eq!(denied(&gone), ["BRANCH_INACTIVE"]);
}

#[test]
fn a_deduction_of_a_moment_ago_pays_for_the_entry_even_if_it_was_the_last() {
    let mut paid = counted(1, ServiceKind::Sessions, 0);
    paid.prepaid = 1;
    assert_eq!(admitted(vec![paid], Action::CheckInWithDeduction), (1, 0));
}

fn seen(facts: Facts) -> Seen {
    Seen { facts, version: 0, last: None, token_spent_at: None }
}

fn knock() -> Knock {
    Knock {
        wish: wish(Action::CheckInWithDeduction),
        token: None,
        is_overriding: false,
        now: now(),
        today: today(),
    }
}

fn token() -> Token {
    Token {
        id: Uuid::nil(),
        qr_version: Some(3),
        expires_at: now().checked_add_signed(TimeDelta::seconds(60)).unwrap(),
    }
}

fn admitted_before(seconds: i64) -> LastEntry {
    LastEntry {
        id: EntryId::new(1),
        branch: HERE,
        at: now().checked_sub_signed(TimeDelta::seconds(seconds)).unwrap(),
        subscription: Some(SubscriptionId::new(1)),
        source: Source::QrScan,
        action: Action::CheckInWithDeduction,
        charged: 1,
        overruled: None,
    }
}

fn denial(verdict: Result<Verdict, AskRefused>) -> &'static str {
    match verdict {
        Ok(Verdict::Deny(reasons)) => reasons.first().code(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_opens_once_while_it_lives_and_only_for_the_present_code() {
    let fresh = seen(facts(vec![monthly(1)]));
    let shown = |token: Token| judge(&fresh, &Knock { token: Some(token), ..knock() });
    assert!(matches!(shown(token()), Ok(Verdict::Admit { .. })));
    assert_eq!(denial(shown(Token { expires_at: now(), ..token() })), "QR_EXPIRED");
    assert_eq!(denial(shown(Token { qr_version: Some(2), ..token() })), "QR_OUTDATED");
    assert_eq!(denial(shown(Token { qr_version: None, ..token() })), "QR_OUTDATED");
    let spent = Seen { token_spent_at: Some(now()), ..seen(facts(vec![monthly(1)])) };
    assert_eq!(denial(judge(&spent, &Knock { token: Some(token()), ..knock() })), "QR_ALREADY_USED");
}

#[test]
fn an_admission_of_a_moment_ago_at_the_same_door_is_repeated() {
    let mut again = seen(facts(vec![]));
    for (seconds, repeats) in [(0, true), (9, true), (-5, true), (10, false), (3600, false)] {
        again.last = Some(admitted_before(seconds));
        assert_eq!(matches!(judge(&again, &knock()), Ok(Verdict::Repeat(_))), repeats, "{seconds}");
    }
    again.last = Some(LastEntry { branch: THERE, ..admitted_before(1) });
    assert_eq!(denial(judge(&again, &knock())), "NO_SUBSCRIPTION");
}

#[test]
fn a_spent_token_repeats_its_own_admission_only() {
    let mut again = seen(facts(vec![monthly(1)]));
    let shown = Knock { token: Some(token()), ..knock() };
    again.last = Some(admitted_before(3));
    again.token_spent_at = Some(admitted_before(3).at);
    assert!(matches!(judge(&again, &shown), Ok(Verdict::Repeat(_))));
    again.token_spent_at = Some(admitted_before(4).at);
    assert_eq!(denial(judge(&again, &shown)), "QR_ALREADY_USED");
    again.token_spent_at = None;
    assert!(matches!(judge(&again, &shown), Ok(Verdict::Repeat(_))));
    let outdated = Knock { token: Some(Token { qr_version: Some(1), ..token() }), ..shown };
    assert_eq!(denial(judge(&again, &outdated)), "QR_OUTDATED");
}

#[test]
fn a_manager_overrules_a_denial_where_the_house_allows_it() {
    let nobody = seen(facts(vec![]));
    let overriding = Knock { is_overriding: true, ..knock() };
    assert!(matches!(judge(&nobody, &overriding), Ok(Verdict::Overrule(_))));
    let paid = seen(facts(vec![monthly(1)]));
    assert!(matches!(judge(&paid, &overriding), Ok(Verdict::Admit { .. })));
    let mut strict = seen(facts(vec![]));
    strict.facts.rules = GymRules::default().with(GymRule::ManagersMayOverride, false);
    assert_eq!(judge(&strict, &overriding), Err(AskRefused::OverrideOff));
}

prop_compose! {
    fn any_pass()(
        id in 1_i64..50,
        kind in prop::sample::select(ServiceKind::ALL),
        is_here in any::<bool>(),
        opens_door in any::<bool>(),
        every in any::<bool>(),
        starts in -30_i64..10,
        lasts in prop::option::of(0_i64..60),
        freeze in prop::option::of((-10_i64..10, 0_u64..10)),
        is_stopped in any::<bool>(),
        remaining in 0_i32..3,
    ) -> Pass {
        let span = |(from, days): (i64, u64)| FreezeSpan {
            from: day(from),
            until: day(from).checked_add_days(Days::new(days)).unwrap(),
        };
        Pass {
            id: SubscriptionId::new(id),
            branch: if is_here { HERE } else { THERE },
            service_name: String::new(),
            kind,
            opens_door,
            doors: if every { Doors::EveryBranch } else { Doors::OwnBranch },
            standing: StatusInputs {
                starts_on: day(starts),
                ends_on: lasts.map(|days| day(starts.saturating_add(days))),
                freeze: freeze.map(span),
                stopped_at: is_stopped.then(now),
                remaining: kind.unit().map(|_: Unit| remaining),
            },
            total: None,
            prepaid: 0,
        }
    }
}

proptest! {
    #[test]
    fn only_what_is_active_and_opens_this_door_admits_by_its_own_terms_before_a_rule(
        passes in prop::collection::vec(any_pass(), 0..8),
        rules in prop::collection::vec((prop::sample::select(&GymRule::ALL[..]), any::<bool>()), 0..4),
    ) {
        let mut held = facts(passes);
        held.rules = rules.into_iter().collect();
        let training = held.rules.is_on(GymRule::TrainingOpensDoor);
        let anywhere = held.rules.is_on(GymRule::EnterAnyBranch);
        let opens = |pass: &Pass| {
            pass.standing.status(today()) == Status::Active
                && (pass.opens_door || (training && pass.kind == ServiceKind::Training))
                && (pass.branch == HERE || pass.doors == Doors::EveryBranch || anywhere)
        };
        let needs_a_rule = |pass: &Pass| pass.branch != HERE && pass.doors == Doors::OwnBranch;
        let first = held.passes.iter().filter(|pass| opens(pass)).map(|pass| {
            (!pass.opens_door, needs_a_rule(pass), pass.standing.ends_on.unwrap_or(NaiveDate::MAX), pass.id)
        }).min();
        match decide(&held, wish(Action::CheckInWithDeduction), today()) {
            Decision::Admit { on, charge } => {
                prop_assert_eq!(first.map(|(.., id)| id), Some(on));
                prop_assert!((0..=1).contains(&charge));
            }
            Decision::Deny(reasons) => {
                prop_assert_eq!(first, None);
                prop_assert!(held.passes.is_empty() == (reasons.first() == Denial::NoSubscription));
            }
        }
    }

    #[test]
    fn that_training_opens_the_door_changes_nothing_for_who_has_another_way_in(
        passes in prop::collection::vec(any_pass(), 0..8),
        anywhere in any::<bool>(),
        preferred in prop::option::of(1_i64..6),
        deducts in any::<bool>(),
    ) {
        let wish = Wish {
            action: if deducts { Action::CheckInWithDeduction } else { Action::CheckInOnly },
            preferred: preferred.map(SubscriptionId::new),
        };
        let with = |training: bool| {
            let mut held = facts(passes.clone());
            held.rules =
                [(GymRule::TrainingOpensDoor, training), (GymRule::EnterAnyBranch, anywhere)].into_iter().collect();
            decide(&held, wish, today())
        };
        let without = with(false);
        if matches!(without, Decision::Admit { .. }) {
            prop_assert_eq!(with(true), without);
        }
    }

    #[test]
    fn the_order_in_which_subscriptions_come_changes_nothing(
        passes in prop::collection::vec(any_pass(), 0..6),
        seed in any::<prop::sample::Index>(),
    ) {
        let mut ids = std::collections::BTreeSet::new();
        let passes: Vec<Pass> = passes.into_iter().filter(|pass| ids.insert(pass.id)).collect();
        let mut turned = passes.clone();
        if !turned.is_empty() {
            let by = seed.index(turned.len());
            turned.rotate_left(by);
            turned.reverse();
        }
        prop_assert_eq!(ask(passes, Action::CheckInOnly), ask(turned, Action::CheckInOnly));
    }
}
