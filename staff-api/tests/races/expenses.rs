//! One expense, decided and paid by several people at once.

use axum::Router;
use cast::{Answered, Caller, Gym};
use serde_json::{Value, json};

use crate::support::{at_once, with_code, with_status};

struct Office {
    gym: Gym,
    router: Router,
    accountant: Caller,
}

impl Office {
    async fn open() -> Self {
        let gym = Gym::open().await;
        let (router, _) = staff_api::router(gym.staff_app());
        let accountant = gym.staff(&router, "accountant1").await;
        Self { gym, router, accountant }
    }

    async fn who(&self, username: &str) -> Caller {
        self.gym.staff(&self.router, username).await
    }

    async fn expense(&self) -> i64 {
        let body = json!({ "title": "Towels", "amount": 450, "branch_id": 1, "expense_date": "2026-04-10" });
        let written = self.accountant.post("/api/expenses", body).await.expect(201);
        written.at("/data/id").as_i64().expect("an id")
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.gym.db.owner).await.expect("a number")
    }
}

fn post(caller: &Caller, path: &str, body: Value) -> impl Future<Output = Answered> + Send + use<> {
    let (caller, path) = (caller.clone(), path.to_owned());
    async move { caller.post(&path, body).await }
}

/// Rounds of a race: whoever is faster differs from one to the next.
const ROUNDS: i64 = 6;

#[tokio::test]
async fn of_many_who_review_an_expense_one_decides() {
    let office = Office::open().await;
    let reviewers =
        [office.who("manager1").await, office.who("owner").await, office.who("accountant_c").await];
    for round in 1..=ROUNDS {
        let path = format!("/api/expenses/{}/review", office.expense().await);
        let answers = at_once(12, |number| {
            let number = usize::try_from(number).unwrap();
            let action = if number % 2 == 0 { "approve" } else { "reject" };
            post(&reviewers[number % reviewers.len()], &path, json!({ "action": action }))
        })
        .await;
        let counted = (with_status(&answers, 200), with_code(&answers, "EXPENSE_ALREADY_REVIEWED"));
        assert_eq!(counted, (1, 11));
        let deeds = "select count(*) from audit_log where action = 'expenses.review' and refused_as is null";
        assert_eq!(office.number(deeds).await, round);
    }
    let fits = "select count(*) from expenses e
                join audit_log l on l.subject_kind = 'expense' and l.subject_id = e.id and l.actor_id = e.decided_by
                where l.action = 'expenses.review' and starts_with(e.decision, l.detail ->> 'did')";
    assert_eq!(office.number(fits).await, ROUNDS, "the decision that stands is the one that was answered");
}

#[tokio::test]
async fn what_is_taken_back_is_not_approved_at_the_same_time() {
    let office = Office::open().await;
    let manager = office.who("manager1").await;
    for _ in 0..ROUNDS {
        let id = office.expense().await;
        let answers = at_once(8, |number| {
            let (manager, accountant) = (manager.clone(), office.accountant.clone());
            async move {
                if number % 2 == 0 {
                    accountant.delete(&format!("/api/expenses/{id}")).await
                } else {
                    manager.post(&format!("/api/expenses/{id}/review"), json!({ "action": "approve" })).await
                }
            }
        })
        .await;
        assert_eq!((with_status(&answers, 200), with_status(&answers, 409)), (1, 7));
    }
}

#[tokio::test]
async fn of_many_who_pay_an_expense_one_does() {
    let office = Office::open().await;
    let manager = office.who("manager1").await;
    for round in 1..=ROUNDS {
        let id = office.expense().await;
        let approve = json!({ "action": "approve" });
        manager.post(&format!("/api/expenses/{id}/review"), approve).await.expect(200);
        let path = format!("/api/expenses/{id}/pay");
        let answers = at_once(12, |number| {
            let caller = if number % 2 == 0 { &office.accountant } else { &manager };
            let keyed = caller.clone().with("idempotency-key", format!("pay-{id}-{number}"));
            post(&keyed, &path, json!({ "paid_from": if number % 3 == 0 { "till" } else { "bank" } }))
        })
        .await;
        assert_eq!((with_status(&answers, 200), with_code(&answers, "EXPENSE_ALREADY_PAID")), (1, 11));
        let deeds = "select count(*) from audit_log where action = 'expenses.pay' and refused_as is null";
        assert_eq!(office.number(deeds).await, round);
    }
}

#[tokio::test]
async fn a_double_click_pays_once() {
    let office = Office::open().await;
    let manager = office.who("manager1").await;
    let id = office.expense().await;
    let approve = json!({ "action": "approve" });
    manager.post(&format!("/api/expenses/{id}/review"), approve).await.expect(200);
    let path = format!("/api/expenses/{id}/pay");
    let answers = at_once(8, |_| post(&manager, &path, json!({ "paid_from": "till" }))).await;
    assert_eq!(with_status(&answers, 200), 8);
    let deeds = "select count(*) from audit_log where action = 'expenses.pay' and refused_as is null";
    assert_eq!(office.number(deeds).await, 1);
}
