//! Each operation, asked by everybody, about things near and far.

use std::sync::Arc;

use super::{
    checksum::checksum,
    fixture::{Ask, Fixture, Lives},
    operation::Operation,
    people::{Due, Person, STAFF, Stranger},
    swept_gym::{Door, SweptGym, flaw, gather, settled},
    things::{Place, Things},
};
use crate::{Answered, Caller};

/// The places that make a difference for something that lives so.
const fn places(lives: Lives) -> &'static [Place] {
    match lives {
        Lives::WithTheCaller => &[Place::Here],
        Lives::AtBranch => &Place::ALL,
        Lives::InGym => &[Place::Here, Place::Elsewhere, Place::Nowhere],
    }
}

async fn ask(caller: &Caller, operation: &Operation, ask: &Ask) -> Answered {
    caller.send(&operation.method, &ask.target(operation), ask.bytes()).await
}

fn told(answered: &Answered) -> String {
    let body: String = String::from_utf8_lossy(&answered.bytes).chars().take(300).collect();
    format!("{} {body}", answered.status)
}

/// Fails unless everybody who may not is refused as the policy says, a thing that is not theirs answers exactly like
/// one that does not exist, and nothing of it leaves a trace.
pub async fn assert_denied_change_nothing(door: Door) {
    let swept = SweptGym::open(door).await;
    let mut problems = Vec::new();
    let operations = door.operations(&swept.document, &mut problems);
    let mut things = Vec::new();
    for place in Place::ALL {
        things.push((place, Things::make(&swept.gym, place).await));
    }
    let things = Arc::new(things);
    let mut callers = Vec::new();
    for person in STAFF {
        let token = swept.gym.staff_token(person.username).await;
        callers.push((Who::Person(person), swept.caller(Some(&token))));
    }
    let customer = things.first().expect("things").1.customer;
    for stranger in Stranger::ALL {
        let token = stranger.token(&swept.gym, customer, door.is_for_staff).await;
        callers.push((Who::Stranger(stranger), swept.caller(token.as_deref())));
    }
    let before = checksum(&swept.gym.db.owner).await;
    let mut tasks = Vec::new();
    for (operation, fixture) in &operations {
        for (who, caller) in &callers {
            tasks.push(denied(operation.clone(), *fixture, *who, caller.clone(), Arc::clone(&things)));
        }
    }
    problems.extend(gather(tasks).await);
    let after = checksum(&swept.gym.db.owner).await;
    for (table, digest) in after {
        if before.get(&table) != Some(&digest) {
            problems.push(format!("a refusal changed {table}"));
        }
    }
    assert!(problems.is_empty(), "{} findings\n{}", problems.len(), problems.join("\n"));
}

/// Somebody before the door.
#[derive(Debug, Clone, Copy)]
enum Who {
    Person(Person),
    Stranger(Stranger),
}

impl Who {
    fn due(&self, operation: &Operation, fixture: &Fixture, place: Place) -> Due {
        let due = match self {
            Self::Person(person) => person.due(operation.needs, fixture.lives, place),
            Self::Stranger(stranger) => stranger.due(operation.needs),
        };
        let name = self.name();
        let exception = fixture.exceptions.iter().find(|exception| {
            exception.who == name && (due == Due::Service || due == Due::NoSuchThing && exception.comes_first)
        });
        exception.map_or(due, |exception| Due::Refusal(exception.refusal.0, exception.refusal.1))
    }

    fn name(&self) -> String {
        match self {
            Self::Person(person) => person.username.to_owned(),
            Self::Stranger(stranger) => format!("{stranger:?}"),
        }
    }
}

async fn denied(
    operation: Operation,
    fixture: Fixture,
    who: Who,
    caller: Caller,
    things: Arc<Vec<(Place, Things)>>,
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut absent = None;
    for (place, things) in things.iter().rev().filter(|(place, _)| places(fixture.lives).contains(place)) {
        let due = who.due(&operation, &fixture, *place);
        if due == Due::Service {
            continue;
        }
        let answered = ask(&caller, &operation, &(fixture.ask)(things)).await;
        let name = format!("{} by {} {place:?}", operation.id, who.name());
        problems.extend(flaw(&answered).map(|flaw| format!("{name}: {flaw}: {}", told(&answered))));
        match due {
            Due::Service => {}
            Due::Refusal(status, code) => {
                if (answered.status.as_u16(), answered.code()) != (status, code) {
                    problems.push(format!("{name}: {code} is due, not {}", told(&answered)));
                }
            }
            Due::NoSuchThing => {
                if answered.status != 404 {
                    problems.push(format!("{name}: 404 is due, not {}", told(&answered)));
                }
                let settled = settled(&answered);
                if *place == Place::Nowhere {
                    absent = Some(settled);
                } else if absent.as_ref() != Some(&settled) {
                    problems
                        .push(format!("{name}: tells foreign from absent: {} / {absent:?}", told(&answered)));
                }
            }
        }
    }
    problems
}

/// Fails unless everybody whom the policy entitles is served, each with things of their own.
pub async fn assert_entitled_are_served(door: Door) {
    let swept = SweptGym::open(door).await;
    let mut problems = Vec::new();
    let mut tasks = Vec::new();
    for (operation, fixture) in door.operations(&swept.document, &mut problems) {
        let people = STAFF.into_iter().map(Who::Person).chain(Stranger::ALL.into_iter().map(Who::Stranger));
        for who in people {
            for place in places(fixture.lives).iter().copied() {
                if who.due(&operation, &fixture, place) == Due::Service {
                    tasks.push(served(door, swept.clone(), operation.clone(), fixture, who, place));
                }
            }
        }
    }
    problems.extend(gather(tasks).await);
    assert!(problems.is_empty(), "{} findings\n{}", problems.len(), problems.join("\n"));
}

async fn served(
    door: Door,
    swept: SweptGym,
    operation: Operation,
    fixture: Fixture,
    who: Who,
    place: Place,
) -> Vec<String> {
    let swept = if fixture.needs_own_gym { SweptGym::open(door).await } else { swept };
    let things = Things::make(&swept.gym, place).await;
    let token = match who {
        Who::Person(person) => Some(swept.gym.staff_token(person.username).await),
        Who::Stranger(stranger) => stranger.token(&swept.gym, things.customer, door.is_for_staff).await,
    };
    let answered = ask(&swept.caller(token.as_deref()), &operation, &(fixture.ask)(&things)).await;
    let name = format!("{} by {} {place:?}", operation.id, who.name());
    let mut problems: Vec<String> =
        flaw(&answered).map(|flaw| format!("{name}: {flaw}: {}", told(&answered))).into_iter().collect();
    let is_due = match fixture.refusal {
        Some(refusal) => (answered.status.as_u16(), answered.code()) == refusal,
        None => answered.status.is_success(),
    };
    if !is_due {
        problems.push(format!("{name}: is due, not {}", told(&answered)));
    }
    problems
}
