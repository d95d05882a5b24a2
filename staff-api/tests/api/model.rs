//! Days of business that nobody planned, against a model that only adds up: every screen says what the model says.
//!
//! The model knows nothing of how the gym is built: it keeps what was paid, given back, spent and counted, each with the day
//! that it belongs to, and adds. Days end at midnight of the gym's zone, also on those on which its clocks change.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "the model adds small numbers; one that overflows fails its test"
)]

use std::collections::BTreeMap;

use axum::Router;
use base::{platform::clock::Clock as _, vocabulary::Calendar};
use cast::{Answered, Caller, Gym, customer};
use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn amount(&mut self) -> i64 {
        i64::try_from(self.below(90_000)).unwrap() + 100
    }

    fn method(&mut self) -> &'static str {
        ["cash", "card", "transfer"][usize::try_from(self.below(3)).unwrap()]
    }
}

/// A payment that may still be given back.
struct Paid {
    id: i64,
    branch: i64,
    left: i64,
}

/// What the books must say, by account; and what was taken, by day, branch and method.
#[derive(Default)]
struct Model {
    accounts: BTreeMap<&'static str, i64>,
    taken: BTreeMap<(NaiveDate, i64, &'static str), i64>,
    payments: i64,
    till: BTreeMap<(NaiveDate, i64), i64>,
    closed: BTreeMap<i64, NaiveDate>,
    differences: i64,
    paid: Vec<Paid>,
}

impl Model {
    /// The day that money of `branch` belongs to when it is `today`.
    fn day(&self, branch: i64, today: NaiveDate) -> NaiveDate {
        self.closed.get(&branch).map_or(today, |closed| today.max(*closed + TimeDelta::days(1)))
    }

    fn moves(&mut self, account: &'static str, amount: i64) {
        *self.accounts.entry(account).or_default() += amount;
    }

    fn takes(&mut self, day: NaiveDate, branch: i64, method: &'static str, amount: i64) {
        *self.taken.entry((day, branch, method)).or_default() += amount;
        self.payments += 1;
        self.moves(if method == "cash" { "till" } else { method }, amount);
        if method == "cash" {
            *self.till.entry((day, branch)).or_default() += amount;
        }
    }

    fn sum(&self, fits: impl Fn(NaiveDate, i64, &str) -> bool) -> i64 {
        let fitting = self.taken.iter().filter(|((day, branch, method), _)| fits(*day, *branch, method));
        fitting.map(|(_, amount)| amount).sum()
    }
}

struct World {
    gym: Gym,
    router: Router,
    zone: Calendar,
    chance: Chance,
    model: Model,
    began: NaiveDate,
    people: Vec<(i64, i64)>,
    subscriptions: Vec<(i64, i64)>,
    keys: u64,
}

fn minor(value: &Value) -> i64 {
    let text = value.as_f64().map_or_else(|| panic!("{value}"), |amount| format!("{amount:.2}"));
    text.replace('.', "").parse().unwrap()
}

fn major(minor: i64) -> Value {
    format!("{}.{:02}", minor / 100, minor % 100).parse().map(Value::Number).unwrap()
}

impl World {
    async fn open(zone: &'static str, seed: u64, begins_in_hours: i64) -> Self {
        let gym = Gym::open().await;
        sqlx::query("update gyms set time_zone = $1 where id = 1")
            .bind(zone)
            .execute(&gym.db.owner)
            .await
            .unwrap();
        gym.clock.advance(TimeDelta::hours(begins_in_hours));
        let (router, _) = staff_api::router(gym.staff_app());
        let mut people = Vec::new();
        for branch in [1, 1, 2, 2] {
            people.push((customer().of_branch(branch).insert(&gym).await.get(), branch));
        }
        let zone = Calendar::parse(zone).unwrap();
        let began = zone.today(gym.clock.now());
        let (chance, model) = (Chance(seed), Model::default());
        Self { gym, router, zone, chance, model, began, people, subscriptions: Vec::new(), keys: 0 }
    }

    fn today(&self) -> NaiveDate {
        self.zone.today(self.gym.clock.now())
    }

    async fn who(&mut self, name: &str) -> Caller {
        self.keys += 1;
        self.gym.staff(&self.router, name).await.with("idempotency-key", format!("key-{}", self.keys))
    }

    async fn owner(&mut self, path: &str, body: Value) -> Answered {
        self.who("owner").await.post(path, body).await
    }

    async fn step(&mut self) {
        match self.chance.below(10) {
            0 | 1 => self.sell().await,
            2 => self.renew().await,
            3 => self.take().await,
            4 => self.give_back().await,
            5 => self.spend().await,
            6 => self.close().await,
            _ => {
                let hours = i64::try_from(self.chance.below(9)).unwrap() + 1;
                self.gym.clock.advance(TimeDelta::hours(hours));
            }
        }
    }

    fn received(
        &mut self,
        payment: &Value,
        (branch, method, amount): (i64, &'static str, i64),
        income: &'static str,
    ) {
        let day = self.model.day(branch, self.today());
        self.model.takes(day, branch, method, amount);
        self.model.moves(income, amount);
        let id = payment["id"].as_i64().unwrap();
        self.model.paid.push(Paid { id, branch, left: amount });
        assert_eq!(payment["business_day"], json!(day), "{payment}");
    }

    async fn sell(&mut self) {
        let (person, branch) = self.people[usize::try_from(self.chance.below(4)).unwrap()];
        let (amount, method) = (self.chance.amount(), self.chance.method());
        let body = json!({
            "customer_id": person, "service_id": 2, "branch_id": branch, "amount": major(amount), "payment_method": method,
        });
        let sold = self.owner("/api/subscriptions", body).await.expect(201);
        self.subscriptions.push((sold.at("/data/id").as_i64().unwrap(), branch));
        let payment = sold.at("/data/payment").clone();
        self.received(&payment, (branch, method, amount), "unearned");
    }

    async fn renew(&mut self) {
        let Some((id, branch)) = self.subscriptions.first().copied() else { return };
        let (amount, method) = (self.chance.amount(), self.chance.method());
        let body = json!({ "subscription_id": id, "amount": major(amount), "payment_method": method });
        let renewed = self.owner("/api/subscriptions/renew", body).await.expect(200);
        let payment = renewed.at("/data/payment").clone();
        self.received(&payment, (branch, method, amount), "unearned");
    }

    async fn take(&mut self) {
        let (person, branch) = self.people[usize::try_from(self.chance.below(4)).unwrap()];
        let (amount, method) = (self.chance.amount(), self.chance.method());
        let body = json!({
            "customer_id": person, "branch_id": branch, "amount": major(amount), "payment_method": method,
        });
        let taken = self.owner("/api/payments/record", body).await.expect(201);
        let payment = taken.at("/data").clone();
        self.received(&payment, (branch, method, amount), "other_income");
    }

    async fn give_back(&mut self) {
        let at = match self.model.paid.len() {
            0 => return,
            count => usize::try_from(self.chance.below(u64::try_from(count).unwrap())).unwrap(),
        };
        let (asked, method) = (self.chance.amount(), self.chance.method());
        let Paid { id, branch, left } = self.model.paid[at];
        let body = json!({ "amount": major(asked), "reason": "Was ill", "payment_method": method });
        let answer = self.owner(&format!("/api/payments/{id}/refund"), body).await;
        if asked > left {
            assert_eq!(answer.status, 409, "{asked} of {left}: {}", answer.body);
            return;
        }
        answer.expect(201);
        let day = self.model.day(branch, self.today());
        self.model.paid[at].left -= asked;
        self.model.takes(day, branch, method, -asked);
        self.model.moves("refunds", -asked);
    }

    async fn spend(&mut self) {
        let branch = i64::try_from(self.chance.below(2)).unwrap() + 1;
        let (amount, from_till) = (self.chance.amount(), self.chance.below(2) == 0);
        let body = json!({ "title": "Towels", "amount": major(amount), "branch_id": branch, "category": "supplies" });
        let id = self.owner("/api/expenses", body).await.expect(201).at("/data/id").clone();
        if self.chance.below(4) == 0 {
            return;
        }
        let approve = json!({ "action": "approve" });
        self.who("regional1").await.post(&format!("/api/expenses/{id}/review"), approve).await.expect(200);
        self.model.moves("expense:supplies", amount);
        self.model.moves("owed_to_suppliers", amount);
        if self.chance.below(3) == 0 {
            return;
        }
        let from = if from_till { "till" } else { "bank" };
        self.owner(&format!("/api/expenses/{id}/pay"), json!({ "paid_from": from })).await.expect(200);
        self.model.moves("owed_to_suppliers", -amount);
        self.model.moves(if from_till { "till" } else { "transfer" }, -amount);
        if from_till {
            let day = self.model.day(branch, self.today());
            *self.model.till.entry((day, branch)).or_default() -= amount;
        }
    }

    async fn close(&mut self) {
        let branch = i64::try_from(self.chance.below(2)).unwrap() + 1;
        let today = self.today();
        let expected = self.model.till.get(&(today, branch)).copied().unwrap_or_default();
        let counted = (expected + i64::try_from(self.chance.below(400)).unwrap() - 200).max(0);
        let body = json!({ "branch_id": branch, "date": today, "actual_cash": major(counted) });
        let answer = self.owner("/api/payments/daily-closing", body).await;
        if self.model.closed.get(&branch) == Some(&today) {
            assert_eq!(answer.status, 409, "{}", answer.body);
            return;
        }
        let answer = answer.expect(200);
        assert_eq!(minor(answer.at("/data/expected_cash")), expected);
        self.model.closed.insert(branch, today);
        self.model.differences += counted - expected;
        self.model.moves("till", counted - expected);
        self.model.moves("cash_over_short", counted - expected);
    }

    async fn read(&mut self, path: &str) -> Answered {
        self.who("owner").await.get(path).await.expect(200)
    }

    /// Every screen says what the model says.
    async fn compare(&mut self) {
        let (from, today) = (self.began, self.today());
        let to = today + TimeDelta::days(2);
        let days = format!("date_from={from}&date_to={to}");
        let all = self.model.sum(|_, _, _| true);
        let payments = self.read(&format!("/api/payments?{days}&limit=1")).await;
        assert_eq!(minor(payments.at("/data/total_amount")), all);
        assert_eq!(payments.at("/data/total"), self.model.payments);
        for (word, method) in [("cash", "cash"), ("network", "card"), ("transfer", "transfer")] {
            let of_method = self.model.sum(|_, _, paid| paid == method);
            assert_eq!(minor(payments.at(&format!("/data/payment_breakdown/{word}"))), of_method, "{word}");
        }
        for branch in [1, 2] {
            let of_branch = self.model.sum(|_, of, _| of == branch);
            let revenue = self.read(&format!("/api/reports/revenue?{days}&branch_id={branch}")).await;
            assert_eq!(minor(revenue.at("/data/total_revenue")), of_branch);
        }
        for day in [today - TimeDelta::days(1), today, today + TimeDelta::days(1)] {
            let of_day = self.model.sum(|on, _, _| on == day);
            let daily = self.read(&format!("/api/reports/daily?date={day}")).await;
            assert_eq!(minor(daily.at("/data/total_revenue")), of_day, "{day}");
        }
        self.compare_books(&days).await;
    }

    async fn compare_books(&mut self, days: &str) {
        let today = self.today();
        let overview = self.read("/api/dashboards/overview").await;
        assert_eq!(minor(overview.at("/data/today/revenue")), self.model.sum(|on, _, _| on == today));
        let books = self.read(&format!("/api/books/trial-balance?{days}")).await;
        assert_eq!(books.at("/data/total_debit"), books.at("/data/total_credit"));
        for row in books.at("/data/accounts").as_array().unwrap() {
            let code = row["code"].as_str().unwrap();
            let modelled = self.model.accounts.get(code).copied().unwrap_or_default();
            assert_eq!(minor(&row["closing"]), modelled, "{code}");
        }
        let differences = self.read(&format!("/api/finance/cash-differences?{days}")).await;
        assert_eq!(minor(differences.at("/data/total_difference")), self.model.differences);
        let (_, broken) = staff_api::verify_books(self.gym.db.staff()).await.expect("the books");
        assert_eq!(broken, Vec::<String>::new());
    }

    async fn live(&mut self, steps: u32) {
        for step in 0..steps {
            self.step().await;
            if step % 12 == 11 {
                self.compare().await;
            }
        }
        self.compare().await;
        assert!(self.today() > self.began + TimeDelta::days(3), "only until {}", self.today());
        assert!(self.model.payments > 20, "only {} payments", self.model.payments);
    }
}

/// The clock of the cast stands at 17 April 2026; Cairo's clocks go forward at the midnight that begins 24 April.
#[tokio::test]
async fn days_around_the_midnight_that_cairo_leaves_out() {
    let mut world = World::open("Africa/Cairo", 0x5eed_0001, 5 * 24 + 12).await;
    world.live(96).await;
}

/// Sydney's clocks went back a fortnight before; here days simply are ten hours ahead of UTC.
#[tokio::test]
async fn days_on_the_other_side_of_the_world() {
    let mut world = World::open("Australia/Sydney", 0x5eed_0002, 3).await;
    world.live(96).await;
}

/// Havana's clocks go back at one o'clock in the night of 1 November: midnight comes twice.
#[tokio::test]
async fn days_around_the_midnight_that_havana_has_twice() {
    let mut world = World::open("America/Havana", 0x5eed_0003, 196 * 24).await;
    world.live(96).await;
}
