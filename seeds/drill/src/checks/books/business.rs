//! People who do business at a gym that runs, and the owner who reads its books.

use std::{process::Command, time::Duration};

use anyhow::{Context as _, ensure};
use base::vocabulary::Money;
use serde_json::{Value, json};

use super::super::Seeded;
use crate::stack::ran;

const LIMIT: Duration = Duration::from_mins(1);
const PASSWORD: &str = "demo-gym-2026";
/// A name and a code of which each sign means something to one of the programs.
const ODD_NAME: &str = "=cmd() \"نادي\" ; الليل, a: b | 2026-01-01 open";
const ODD_CODE: &str = "ليل:\" ;1";

/// Whoever calls.
struct Person {
    token: String,
}

/// The people of the demo gym whose deeds are in the books.
pub(super) struct Office<'gym> {
    gym: &'gym Seeded,
    owner: Person,
    manager: Person,
    desk: Person,
    /// The day on which all of it happens, in the gym's calendar.
    today: String,
}

impl<'gym> Office<'gym> {
    pub(super) fn open(gym: &'gym Seeded) -> anyhow::Result<Self> {
        let sign_in = |name: &str| signed_in(gym, name);
        let (owner, manager, desk) = (sign_in("owner")?, sign_in("manager1")?, sign_in("reception1")?);
        let balance = asked(gym, &owner, "GET", "/api/books/trial-balance", None)?;
        let today = text(&balance, "/data/date_to")?;
        Ok(Self { gym, owner, manager, desk, today })
    }

    /// One deed of every kind that moves an account.
    pub(super) fn does_business(&self) -> anyhow::Result<()> {
        let customer = self.first("/api/customers?branch_id=1&limit=1", "/data/items/0/id")?;
        let services = self.call(&self.desk, "GET", "/api/services", None)?;
        let services =
            services.pointer("/data").and_then(|data| data.get("items").unwrap_or(data).as_array().cloned());
        let service = services
            .context("services")?
            .into_iter()
            .find(|service| service.get("price").and_then(Value::as_f64) > Some(0.0));
        let service = service.context("a service with a price")?;
        let odd = json!({ "name": ODD_NAME, "code": ODD_CODE });
        let branch = number(&self.call(&self.owner, "POST", "/api/branches", Some(&odd))?, "/data/id")?;
        for (amount, method) in [(333.35, "cash"), (19.99, "card"), (250.0, "transfer"), (0.01, "cash")] {
            let paid = json!({ "customer_id": customer, "amount": amount, "payment_method": method, "branch_id": 1,
                "notes": "\"; =cmd()\u{202e}" });
            self.call(&self.desk, "POST", "/api/payments/record", Some(&paid))?;
        }
        let elsewhere = json!({ "customer_id": customer, "amount": 41.07, "payment_method": "cash", "branch_id": branch });
        self.call(&self.owner, "POST", "/api/payments/record", Some(&elsewhere))?;
        let sale = json!({ "customer_id": customer, "service_id": service.get("id"), "amount": service.get("price"),
            "payment_method": "cash", "branch_id": 1 });
        let sold = self.call(&self.desk, "POST", "/api/subscriptions", Some(&sale))?;
        let payment = number(&sold, "/data/payment/id")?;
        for (amount, method) in [(10.1, "cash"), (5.05, "transfer")] {
            let back = json!({ "amount": amount, "reason": "=1+1", "payment_method": method });
            self.call(&self.manager, "POST", &format!("/api/payments/{payment}/refund"), Some(&back))?;
        }
        self.spends(branch)?;
        self.closes()
    }

    /// An expense of each of two branches, approved; one of them paid.
    fn spends(&self, branch: i64) -> anyhow::Result<()> {
        let towels =
            json!({ "title": "=towels;\"x\"", "category": "supplies", "amount": 87.65, "branch_id": 1 });
        let spent = number(&self.call(&self.manager, "POST", "/api/expenses", Some(&towels))?, "/data/id")?;
        let approve = json!({ "action": "approve" });
        self.call(&self.owner, "POST", &format!("/api/expenses/{spent}/review"), Some(&approve))?;
        self.call(
            &self.owner,
            "POST",
            &format!("/api/expenses/{spent}/pay"),
            Some(&json!({ "paid_from": "till" })),
        )?;
        // Nobody approves what they wrote down themselves.
        let regional =
            signed_in(self.gym, "accountant_c").or_else(|_nobody| signed_in(self.gym, "manager2"))?;
        let rent = json!({ "title": "Rent", "category": "rent", "amount": 1200.0, "branch_id": branch });
        let owed = number(&self.call(&regional, "POST", "/api/expenses", Some(&rent))?, "/data/id")?;
        self.call(&self.owner, "POST", &format!("/api/expenses/{owed}/review"), Some(&approve))?;
        Ok(())
    }

    /// The day is closed with too little in the till, and money comes after it.
    fn closes(&self) -> anyhow::Result<()> {
        let figures =
            self.call(&self.desk, "GET", "/api/payments/daily-closing/calculate?branch_id=1", None)?;
        let expected = figures.pointer("/data/expected_cash").context("what has to be there")?;
        let short =
            Money::from_minor(Money::parse(&expected.to_string())?.minor().max(300).saturating_sub(225));
        let closing = json!({ "branch_id": 1, "date": self.today, "actual_cash": short });
        self.call(&self.desk, "POST", "/api/payments/daily-closing", Some(&closing))?;
        let customer = self.first("/api/customers?branch_id=1&limit=1", "/data/items/0/id")?;
        let late =
            json!({ "customer_id": customer, "amount": 77.77, "payment_method": "cash", "branch_id": 1 });
        let late = self.call(&self.desk, "POST", "/api/payments/record", Some(&late))?;
        ensure!(
            late.pointer("/data/is_late") == Some(&Value::Bool(true)),
            "it belongs to the next day: {late}"
        );
        Ok(())
    }

    /// The days that are judged: a month with what came late, days before which there were others, one branch alone.
    pub(super) fn ranges(&self) -> anyhow::Result<Vec<String>> {
        let today: chrono::NaiveDate = self.today.parse()?;
        let day = |days: i64| today.checked_add_signed(chrono::TimeDelta::days(days)).context("a day");
        let (before, after) = (day(-3)?, day(1)?);
        Ok(vec![
            format!("date_from={}&date_to={after}", day(-60)?),
            format!("date_from={before}&date_to={after}"),
            format!("date_from={today}&date_to={today}&branch_id=1"),
            format!("date_from={after}&date_to={after}"),
        ])
    }

    /// What the owner is answered below `/api/books/`.
    pub(super) fn fetched(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let file = self.gym.place.work().join("fetched");
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--fail-with-body", "-H", &self.owner.token, "-o"]).arg(&file);
        curl.arg(format!("{}/api/books/{path}", self.gym.url));
        let ended = ran(&mut curl, &self.gym.place.log("fetch"), LIMIT)?;
        let bytes = std::fs::read(&file).unwrap_or_default();
        ensure!(ended.is_good(), "{path}: {} {}", ended.said, String::from_utf8_lossy(&bytes));
        Ok(bytes)
    }

    /// Whether a file has neither the name nor the phone of any of a hundred customers.
    pub(super) fn names_nobody(&self, file: &str) -> anyhow::Result<()> {
        let list = self.call(&self.owner, "GET", "/api/customers?limit=100", None)?;
        let customers = list.pointer("/data/items").and_then(Value::as_array).context("customers")?;
        ensure!(!customers.is_empty(), "there are customers");
        for customer in customers {
            for key in ["full_name", "phone"] {
                let word = customer.get(key).and_then(Value::as_str).unwrap_or_default();
                ensure!(word.is_empty() || !file.contains(word), "it has {word}");
            }
        }
        Ok(())
    }

    fn first(&self, path: &str, pointer: &str) -> anyhow::Result<i64> {
        number(&self.call(&self.desk, "GET", path, None)?, pointer)
    }

    fn call(&self, who: &Person, method: &str, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        asked(self.gym, who, method, path, body)
    }
}

fn signed_in(gym: &Seeded, username: &str) -> anyhow::Result<Person> {
    let typed = json!({ "username": username, "password": PASSWORD });
    let nobody = Person { token: "accept: application/json".to_owned() };
    let answer = asked(gym, &nobody, "POST", "/api/auth/login", Some(&typed))?;
    let token = text(&answer, "/data/access_token")?;
    Ok(Person { token: format!("authorization: Bearer {token}") })
}

fn asked(
    gym: &Seeded,
    who: &Person,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> anyhow::Result<Value> {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-X", method, "-H", &who.token, "-H", "content-type: application/json"]);
    if let Some(body) = body {
        curl.args(["-d", &body.to_string()]);
    }
    curl.arg(format!("{}{path}", gym.url));
    let ended = ran(&mut curl, &gym.place.log("business"), LIMIT)?;
    let answer: Value =
        serde_json::from_str(&ended.said).with_context(|| format!("{path}: {}", ended.said))?;
    ensure!(answer.get("success") == Some(&Value::Bool(true)), "{method} {path}: {answer}");
    Ok(answer)
}

fn number(answer: &Value, pointer: &str) -> anyhow::Result<i64> {
    answer.pointer(pointer).and_then(Value::as_i64).with_context(|| format!("{pointer} of {answer}"))
}

fn text(answer: &Value, pointer: &str) -> anyhow::Result<String> {
    let text =
        answer.pointer(pointer).and_then(Value::as_str).with_context(|| format!("{pointer} of {answer}"))?;
    Ok(text.to_owned())
}
