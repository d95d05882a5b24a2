//! Who calls the large gym: a desk of each branch, some of the staff above them, some members; and about whom they ask.

use std::{collections::BTreeMap, fmt::Write as _, fs, process::Command};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::say;
use crate::stack::{Psql, Stack};

const PASSWORD: &str = "demo-gym-2026";
/// As `caller.lua` calls them, and the login of each.
const ABOVE: [(&str, &str); 3] =
    [("regional", "regional_l01"), ("owner", "owner_l"), ("operator", "superadmin")];

#[derive(Debug, Clone)]
pub(super) struct Callers {
    /// Of the large gym.
    pub(super) gym: i64,
    /// The token of the desk of each branch.
    desks: BTreeMap<String, String>,
    above: BTreeMap<&'static str, String>,
    members: Vec<String>,
    pub(super) customers: Vec<Customer>,
    /// The first and the last id of the gym's customers.
    pub(super) ids: (i64, i64),
}

/// Somebody with a subscription that opens the door today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) branch: String,
    pub(super) phone: String,
    pub(super) first: String,
    pub(super) last: String,
}

impl Callers {
    /// Signs them in, and writes down for `caller.lua` what it needs of them.
    pub(super) fn enter(stack: &Stack) -> anyhow::Result<Self> {
        say("signing in 50 desks and 200 members")?;
        let psql = stack.psql("gym")?;
        let gym = psql.ask("select gym_id from staff_users where username = 'owner_l'")?.parse()?;
        let staff = |name: &str| {
            let body = json!({ "username": name, "password": PASSWORD });
            token(stack.ports.staff, "/api/auth/login", &body).with_context(|| name.to_owned())
        };
        let mut desks = BTreeMap::new();
        let mut lines = String::new();
        let all = "select s.branch_id, s.username, s.id, (select coalesce(max(e.id), 0) from expenses e where e.branch_id = s.branch_id),
                       (select coalesce(max(p.id), 0) from payments p where p.branch_id = s.branch_id),
                       (select coalesce(max(k.id), 0) from daily_closings k where k.branch_id = s.branch_id),
                       (select coalesce(max(h.id), 0) from shift_closings h where h.branch_id = s.branch_id)
                   from staff_users s where s.username like 'reception\\_l%' order by s.branch_id";
        for desk in psql.ask(all)?.lines() {
            let Some((branch, rest)) = desk.split_once('\t') else { bail!("{desk}") };
            let Some((name, ids)) = rest.split_once('\t') else { bail!("{desk}") };
            let token = staff(name)?;
            writeln!(lines, "{branch}\t{token}\t{ids}")?;
            desks.insert(branch.to_owned(), token);
        }
        fs::write(stack.work.join("desks"), lines)?;
        let mut above = BTreeMap::new();
        for (word, name) in ABOVE {
            let token = staff(name)?;
            fs::write(stack.work.join(word), format!("{token}\n"))?;
            above.insert(word, token);
        }
        let members = members(stack, &psql, gym)?;
        ensure!(!desks.is_empty() && !members.is_empty(), "nobody could sign in");
        let owner = above.get("owner").context("nobody owns the gym")?;
        fs::write(stack.work.join("bill"), bill(stack, &psql, gym, owner)?)?;
        let people = psql.ask(&people(gym, "clock_timestamp()"))?;
        fs::write(stack.work.join("customers"), format!("{people}\n"))?;
        let customers: Option<Vec<Customer>> = people.lines().map(Customer::parse).collect();
        let customers = customers.context("a customer has another form")?;
        ensure!(!customers.is_empty(), "nobody has a subscription that opens the door");
        let ids = psql.ask(&format!("select min(id), max(id) from customers where gym_id = {gym}"))?;
        let (first, last) = ids.split_once('\t').context("no customers")?;
        Ok(Self { gym, desks, above, members, customers, ids: (first.parse()?, last.parse()?) })
    }

    /// The token with which `caller` asks about the customer number `number`.
    pub(super) fn token(&self, caller: &str, number: usize) -> Option<&str> {
        match caller {
            "desk" => self.desks.get(&self.customers.get(number)?.branch).map(String::as_str),
            "member" => self.members.get(number.checked_rem(self.members.len())?).map(String::as_str),
            above => self.above.get(above).map(String::as_str),
        }
    }
}

fn members(stack: &Stack, psql: &Psql, gym: i64) -> anyhow::Result<Vec<String>> {
    // Each with a payment of theirs, whose receipt they read.
    let phones = format!(
        "select '0' || substr(c.phone, 4), p.paid
         from customers c
         join lateral (select max(p.id) as paid from payments p where p.customer_id = c.id) p on p.paid is not null
         where c.gym_id = {gym} and c.is_active
         order by md5(c.id::text) limit 200"
    );
    let mut tokens = Vec::new();
    let mut lines = String::new();
    for member in psql.ask(&phones)?.lines() {
        let (phone, paid) = member.split_once('\t').with_context(|| member.to_owned())?;
        let body = json!({ "phone": phone, "password": PASSWORD });
        let token =
            token(stack.ports.client, "/api/clients/auth/login", &body).with_context(|| phone.to_owned())?;
        writeln!(lines, "{token}\t{paid}")?;
        tokens.push(token);
    }
    fs::write(stack.work.join("members"), lines)?;
    Ok(tokens)
}

/// An expense with a file, which the owner attaches: the expense, a tab, the file.
fn bill(stack: &Stack, psql: &Psql, gym: i64, owner: &str) -> anyhow::Result<String> {
    let waiting = format!(
        "select max(id) from expenses where gym_id = {gym} and decision is distinct from 'rejected' and decision is distinct from 'withdrawn'"
    );
    let expense = psql.ask(&waiting)?;
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--max-time", "20", "-H", &format!("Authorization: Bearer {owner}")]);
    curl.args(["--data-binary", "%PDF-1.7\na bill\n%%EOF\n", "-H", "Content-Type: application/pdf"]);
    let path = format!("http://127.0.0.1:{}/api/expenses/{expense}/attachments", stack.ports.staff);
    let said = curl.arg(path).output().context("curl")?.stdout;
    let answer: Value = serde_json::from_slice(&said)?;
    let file = answer.pointer("/data/id").and_then(Value::as_i64).with_context(|| answer.to_string())?;
    Ok(format!("{expense}\t{file}\n"))
}

/// Signs in; the token is in the answer.
fn token(port: u16, path: &str, body: &Value) -> anyhow::Result<String> {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--max-time", "20", "-H", "Content-Type: application/json", "-d", &body.to_string()]);
    let said = curl.arg(format!("http://127.0.0.1:{port}{path}")).output().context("curl")?.stdout;
    let answer: Value = serde_json::from_slice(&said)?;
    let token = answer.pointer("/data/access_token").and_then(Value::as_str);
    Ok(token.with_context(|| answer.to_string())?.to_owned())
}

impl Customer {
    /// Whoever has one name has it as the last one, too.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('\t').map(str::to_owned);
        let (id, branch, phone) = (fields.next()?, fields.next()?, fields.next()?);
        let first = fields.nth(2)?;
        let last = fields.next().filter(|last| !last.is_empty()).unwrap_or_else(|| first.clone());
        Some(Self { id, branch, phone, first, last })
    }

    /// A part of the phone's number that few others have.
    pub(super) fn part(&self) -> &str {
        self.phone.get(5..11).unwrap_or(&self.phone)
    }
}

/// What a subscription must be to open the door at `now`, an instant in SQL, by the calendar of its gym: for some hours of the
/// night that is another day than the one of Postgres, and passes that ended on it open no door.
fn opens_today(remaining: &str, now: &str) -> String {
    format!(
        "s.customer_id = c.id and s.opens_door and subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until,
             s.stopped_at, {remaining}, ({now} at time zone g.time_zone)::date) = 'active'"
    )
}

/// Everybody whom the door lets in at `now`: id, branch, phone, subscription, service, first and last name.
fn people(gym: i64, now: &str) -> String {
    format!(
        "select c.id, c.branch_id, c.phone, s.id, s.service_id, split_part(c.full_name, ' ', 1), split_part(c.full_name, ' ', 2)
         from customers c join gyms g on g.id = c.gym_id cross join lateral (
             select s.id, s.service_id from subscriptions s left join subscription_balances b on b.subscription_id = s.id
             where {}
             order by s.id desc limit 1) s
         where c.gym_id = {gym} and c.is_active
         order by md5(c.id::text)",
        opens_today("b.remaining", now)
    )
}

/// Those of them who hold a pass that is not counted, so that a check-in takes nothing from it: place, customer, subscription.
pub(super) fn holders(gym: i64, now: &str) -> String {
    format!(
        "select row_number() over (order by md5(c.id::text)), c.id, s.id
         from customers c join gyms g on g.id = c.gym_id cross join lateral (
             select s.id from subscriptions s
             where s.kind = 'time_based' and {}
             limit 1) s
         where c.gym_id = {gym} and c.is_active",
        opens_today("null", now)
    )
}

#[cfg(test)]
mod tests {
    use cast::{Gym, customer, subscription};
    use sqlx::AssertSqlSafe;

    use super::*;

    #[test]
    fn who_has_one_name_has_it_twice() {
        let one = Customer::parse("7\t2\t+201012345678\t9\t1\tMona\t").unwrap();
        assert_eq!((one.first.as_str(), one.last.as_str(), one.part()), ("Mona", "Mona", "123456"));
        assert_eq!(Customer::parse("7\t2"), None);
    }

    #[tokio::test]
    async fn nobody_is_picked_whose_pass_ended_yesterday_in_the_gyms_calendar() {
        let gym = Gym::open().await;
        // The cast's today is 17 April in Cairo, until 22:00 UTC.
        let (ending, staying) = (customer().insert(&gym).await, customer().insert(&gym).await);
        subscription().days(-10, Some(0)).insert(&gym, ending).await;
        subscription().days(-10, Some(20)).insert(&gym, staying).await;
        let picked = async |statement: String| -> Vec<i64> {
            let rows = sqlx::query_scalar(AssertSqlSafe(format!(
                "select customer from ({statement}) p (place, customer) order by 1"
            )));
            rows.fetch_all(&gym.db.owner).await.unwrap()
        };
        let people = |now: &str| people(1, now).replacen("select c.id,", "select 0, c.id,", 1);
        for (now, wanted) in [
            ("timestamptz '2026-04-17 21:59Z'", vec![ending.get(), staying.get()]),
            ("timestamptz '2026-04-17 22:30Z'", vec![staying.get()]),
        ] {
            assert_eq!(picked(holders(1, now)).await, wanted, "{now}");
            assert_eq!(picked(people(now)).await, wanted, "{now}");
        }
    }
}
