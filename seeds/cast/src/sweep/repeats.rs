//! Each write about something of a branch, sent again with its `Idempotency-Key`: at once, and after its sender has left
//! the branch.

use super::{
    fixture::{Ask, Fixture, Lives},
    operation::{Needs, Operation},
    people::{Due, Person, STAFF},
    swept_gym::{Door, SweptGym, flaw, gather},
    things::{Place, Things},
};
use crate::{Answered, Caller, Gym};

/// Fails unless a repeat is answered as one to whoever still works there, and refused to whoever does not, as if they had
/// never sent the first.
pub async fn assert_repeats_ask_again(door: Door) {
    let swept = SweptGym::open(door).await;
    let mut problems = Vec::new();
    let manager = STAFF.into_iter().find(|person| person.username == "manager1").expect("a manager");
    let mut tasks = Vec::new();
    for (operation, fixture) in door.operations(&swept.document, &mut problems) {
        if is_write_of_theirs(manager, &operation, &fixture) {
            // Whoever works at one branch need not name it.
            for names_the_branch in [true, false] {
                let write = Write { operation: operation.clone(), fixture, names_the_branch };
                tasks.push(repeated(door, swept.clone(), write));
            }
        }
    }
    assert!(tasks.len() > 40, "only {} writes were found", tasks.len());
    problems.extend(gather(tasks).await);
    assert!(problems.is_empty(), "{} findings\n{}", problems.len(), problems.join("\n"));
}

fn is_write_of_theirs(manager: Person, operation: &Operation, fixture: &Fixture) -> bool {
    operation.method != "GET"
        && matches!(operation.needs, Needs::Staff(_))
        && fixture.lives == Lives::AtBranch
        && manager.due(operation.needs, fixture.lives, Place::Here) == Due::Service
}

/// One write, with or without its branch in the body.
struct Write {
    operation: Operation,
    fixture: Fixture,
    names_the_branch: bool,
}

impl Write {
    fn ask(&self, things: &Things) -> Ask {
        let mut ask = (self.fixture.ask)(things);
        if let Some(members) = ask.body.as_object_mut().filter(|_| !self.names_the_branch) {
            members.remove("branch_id");
        }
        ask
    }

    async fn send(&self, swept: &SweptGym, username: &str, ask: &Ask) -> Answered {
        let token = swept.gym.staff_token(username).await;
        let caller: Caller = swept.caller(Some(&token)).with("idempotency-key", format!("{username}-1"));
        caller.send(&self.operation.method, &ask.target(&self.operation), ask.bytes()).await
    }
}

async fn repeated(door: Door, swept: SweptGym, write: Write) -> Vec<String> {
    let swept = if write.fixture.needs_own_gym { SweptGym::open(door).await } else { swept };
    let things = Things::make(&swept.gym, Place::Here).await;
    let manager = format!("manager_of_{}", things.number);
    hire_manager(&swept.gym, &manager).await;
    let ask = write.ask(&things);
    let is_replayed = |answered: &Answered| answered.headers.contains_key("idempotency-replayed");
    let name = format!("{} {}", write.operation.id, if write.names_the_branch { "here" } else { "unsaid" });
    let first = write.send(&swept, &manager, &ask).await;
    if !first.status.is_success() || is_replayed(&first) {
        return vec![format!("{name}: is due, not {} {}", first.status, first.body)];
    }
    let mut problems = Vec::new();
    // Whoever switches their own branch off is out as well.
    if !write.fixture.needs_own_gym {
        let second = write.send(&swept, &manager, &ask).await;
        let is_as_due = second.status == first.status && is_replayed(&second) != write.fixture.is_each_time;
        if !is_as_due {
            let replayed = is_replayed(&second);
            problems.push(format!("{name}: repeated {} {replayed} {}", second.status, second.body));
        }
    }
    leave_branch(&swept.gym, &manager).await;
    let third = write.send(&swept, &manager, &ask).await;
    let is_refused = [403, 404].contains(&third.status.as_u16()) && flaw(&third).is_none();
    if !is_refused {
        problems.push(format!("{name}: after leaving {} {}", third.status, third.body));
    }
    problems
}

async fn hire_manager(gym: &Gym, username: &str) {
    sqlx::query(
        "insert into staff_users (gym_id, branch_id, username, full_name, role, password_hash, must_change_password,
             preferred_language, is_active, created_at)
         select gym_id, branch_id, $1, full_name, role, password_hash, false, 'en', true, created_at
         from staff_users where username = 'manager1'",
    )
    .bind(username)
    .execute(&gym.db.owner)
    .await
    .expect("a manager");
}

async fn leave_branch(gym: &Gym, username: &str) {
    sqlx::query("update staff_users set branch_id = 2 where username = $1")
        .bind(username)
        .execute(&gym.db.owner)
        .await
        .expect("another branch");
}
