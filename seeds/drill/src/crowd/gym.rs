//! The gym that is called: who signs in, whom the door lets in, and what is asked.

use std::net::SocketAddr;

use anyhow::{Context as _, bail};
use hyper::Method;
use serde_json::{Value, json};

use super::calls::{Call, Caller, Said};

const PASSWORD: &str = "demo-gym-2026";
const STAFF: [&str; 8] =
    ["reception1", "reception2", "manager1", "manager2", "accountant1", "trainer1", "owner", "superadmin"];
/// How many customers are tried at the door before the drill.
const TRIED: usize = 60;

/// The demo gym, seen from a desk.
#[derive(Debug, Clone)]
pub(super) struct Gym {
    /// What the desk shows with every request.
    pub(super) desk: String,
    owner: String,
    /// Customers of the branch.
    customers: Vec<i64>,
    /// Those whom the door lets in.
    admitted: Vec<i64>,
}

impl Gym {
    /// Signs in at `at` and looks round.
    pub(super) async fn enter(at: SocketAddr) -> anyhow::Result<Self> {
        let mut caller = Caller::new(at, "");
        let desk = sign_in(&mut caller, "reception1").await?;
        let owner = sign_in(&mut caller, "owner").await?;
        let page = ask(&mut caller, &Call::get("/api/customers?limit=100").by(&desk)).await?;
        let customers = ids(&page);
        let mut admitted = Vec::new();
        for customer in customers.iter().copied().take(TRIED) {
            if let Said::Answer(answer) = caller.ask(&check_in(&desk, customer)).await
                && answer.is_good()
            {
                admitted.push(customer);
            }
        }
        if admitted.is_empty() {
            bail!("the door lets nobody in: {} customers were tried", customers.len());
        }
        Ok(Self { desk, owner, customers, admitted })
    }

    /// A check-in that succeeds, another one for each `number`.
    pub(super) fn check_in(&self, number: usize) -> Call {
        check_in(&self.desk, pick(&self.admitted, number))
    }

    pub(super) fn customer(&self, number: usize) -> Call {
        Call::get(format!("/api/customers/{}", pick(&self.customers, number))).by(&self.desk)
    }

    pub(super) fn page(&self) -> Call {
        Call::get("/api/customers?limit=20").by(&self.desk)
    }

    pub(super) fn overview(&self) -> Call {
        Call::get("/api/dashboards/overview").by(&self.owner)
    }

    /// A write that leaves exactly one row in the audit log, whose key makes it known again.
    pub(super) fn edit(&self, number: usize, key: String) -> Call {
        let body = json!({ "notes": key }).to_string();
        let path = format!("/api/customers/{}", pick(&self.customers, number));
        Call { method: Method::PATCH, body: body.into(), key: Some(key), ..Call::get(path).by(&self.desk) }
    }

    /// Somebody else for each `number`: the attempts of one account are counted one after the other.
    pub(super) fn sign_in(number: usize) -> Call {
        let place = number.checked_rem(STAFF.len()).unwrap_or(0);
        signing_in(STAFF.get(place).copied().unwrap_or_default())
    }

    /// Asks for a code for somebody nobody knows; costs what a code for a customer costs.
    pub(super) fn code_for_stranger(number: usize) -> Call {
        code_for(&format!("0100{:07}", number.checked_rem(10_000_000).unwrap_or(0)))
    }

    /// Asks for a code for one of `identifiers`, another one for each `number`.
    pub(super) fn code_for(identifiers: &[String], number: usize) -> Call {
        let place = number.checked_rem(identifiers.len()).unwrap_or(0);
        code_for(identifiers.get(place).map_or("", String::as_str))
    }
}

fn check_in(desk: &str, customer: i64) -> Call {
    Call::post("/api/attendance", &json!({ "customer_id": customer })).by(desk)
}

fn code_for(identifier: &str) -> Call {
    Call::post("/api/clients/request-activation", &json!({ "identifier": identifier }))
}

fn signing_in(name: &str) -> Call {
    Call::post("/api/auth/login", &json!({ "username": name, "password": PASSWORD }))
}

async fn sign_in(caller: &mut Caller, name: &str) -> anyhow::Result<String> {
    let answer = ask(caller, &signing_in(name)).await?;
    let token = find(&answer, "access_token").and_then(Value::as_str).context("no access token")?;
    Ok(format!("Bearer {token}"))
}

async fn ask(caller: &mut Caller, call: &Call) -> anyhow::Result<Value> {
    match caller.ask(call).await {
        Said::Answer(answer) if answer.is_good() => Ok(answer.json()),
        said @ (Said::Answer(_) | Said::Unreachable(_) | Said::Lost(_) | Said::Unsent) => {
            bail!("{} {}: {said:?}", call.method, call.path)
        }
    }
}

fn find<'value>(value: &'value Value, name: &str) -> Option<&'value Value> {
    value.get(name).or_else(|| value.get("data")?.get(name))
}

/// The ids of a list, wherever the answer keeps it.
fn ids(value: &Value) -> Vec<i64> {
    match value {
        Value::Array(rows) => rows.iter().filter_map(|row| row.get("id")?.as_i64()).collect(),
        Value::Object(fields) => fields.values().map(ids).find(|ids| !ids.is_empty()).unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn pick(ids: &[i64], number: usize) -> i64 {
    let place = number.checked_rem(ids.len()).unwrap_or(0);
    ids.get(place).copied().unwrap_or_default()
}
