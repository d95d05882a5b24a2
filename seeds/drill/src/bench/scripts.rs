//! The statements behind a case as scripts of pgbench, so that they can be asked without the services.

use std::{fs, path::PathBuf, process::Command, thread::sleep, time::Duration};

use anyhow::{Context as _, ensure};

use super::{
    Bench,
    callers::{Callers, holders},
    speed::{Asks, Case},
    statements::{LogMark, statements},
};
use crate::stack::{Stack, ran};

/// Whom the requests are about whose statements are written down.
const CUSTOMERS: [usize; 8] = [16, 1016, 2016, 3016, 4016, 5016, 6016, 7016];
const LIMIT: Duration = Duration::from_secs(30);
/// Until what was set is known to all connections, and until what they did is in the log.
const SETTLE: Duration = Duration::from_millis(500);

/// Scripts of pgbench, and how many statements one request sends.
#[derive(Debug)]
pub(super) struct Scripts {
    pub(super) files: Vec<PathBuf>,
    pub(super) statements: usize,
}

/// One script for each of some requests.
pub(super) fn of_case(
    bench: &Bench,
    callers: &Callers,
    case: &Case,
    pool: &Holders,
) -> anyhow::Result<Scripts> {
    let mut scripts = Scripts { files: Vec::new(), statements: 0 };
    let count = callers.customers.len();
    for number in CUSTOMERS.map(|number| number.checked_rem(count).unwrap_or_default()) {
        let sent = behind(bench, callers, case, number)?;
        ensure!(!sent.is_empty(), "no statements were seen behind {}", case.name);
        scripts.statements = sent.len();
        let id = callers.customers.get(number).context("a customer less")?.id.as_str();
        let script = match case.asks {
            Asks::AnyCustomer => of_anybody(&sent, id, callers.ids),
            Asks::SomeHolder => {
                let last = format!(
                    "select subscription_id from entries where customer_id = {id} order by id desc limit 1"
                );
                format!("{}{}", pool.somebody(), of_a_holder(&sent, id, &bench.sql(&last)?))
            }
            Asks::TheSame => sent.iter().flat_map(|statement| [statement.as_str(), ";\n"]).collect(),
        };
        let file = bench.stack.work.join(format!("{}.{number}.sql", case.name));
        fs::write(&file, script)?;
        scripts.files.push(file);
    }
    Ok(scripts)
}

/// The statements that the services send for one request.
fn behind(bench: &Bench, callers: &Callers, case: &Case, number: usize) -> anyhow::Result<Vec<String>> {
    bench.sql("alter system set log_min_duration_statement = 0")?;
    bench.sql("select pg_reload_conf()")?;
    sleep(SETTLE);
    let mark = LogMark::now(&bench.stack)?;
    request(&bench.stack, callers, case, number)?;
    sleep(SETTLE);
    bench.sql("alter system reset log_min_duration_statement")?;
    bench.sql("select pg_reload_conf()")?;
    Ok(statements(&mark.since()?))
}

/// As a caller of the bench would send it.
fn request(stack: &Stack, callers: &Callers, case: &Case, number: usize) -> anyhow::Result<()> {
    let (path, body) = case.request.about(callers.customers.get(number).context("a customer less")?);
    let answer = stack.work.join("answer");
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--max-time", "20", "-w", "%{http_code}", "-X", case.request.method, "-o"])
        .arg(&answer);
    if let Some(token) = callers.token(case.request.caller, number) {
        curl.args(["-H", &format!("Authorization: Bearer {token}")]);
    }
    curl.args(["-H", "Content-Type: application/json"]);
    if !body.is_empty() {
        curl.args(["-d", &body]);
    }
    curl.arg(format!("http://127.0.0.1:{}{path}", case.request.port(&stack.ports)));
    let status = ran(&mut curl, &stack.log("curl"), LIMIT)?.said;
    let words: String = fs::read_to_string(&answer).unwrap_or_default().chars().take(300).collect();
    ensure!(status.trim().starts_with('2'), "{} answers {}\n{words}", case.name, status.trim());
    Ok(())
}

/// What asks by the id of a customer alone, asked for any of them.
fn of_anybody(sent: &[String], id: &str, (first, last): (i64, i64)) -> String {
    let asked = sent.iter().map(|statement| {
        let any = statement.replace(&format!("'{{{id}}}'"), "array[:id]").replace(&format!("'{id}'"), ":id");
        format!("{any};\n")
    });
    format!("\\set id random({first}, {last})\n{}", asked.collect::<String>())
}

/// The statement that writes a check-in, about somebody else each time and what they hold.
fn of_a_holder(sent: &[String], id: &str, subscription: &str) -> String {
    let writes = sent.iter().filter(|statement| statement.starts_with("with door as"));
    let other = writes.map(|statement| {
        let free = between(statement, "d.version = '", "'", |_| "d.version = d.version".to_owned());
        let free = between(&free, "-'", "'", |number| format!("-{number}"));
        let free = free.replace(&format!("'{id}'"), ":id");
        format!("{};\n", free.replace(&format!("'{subscription}'"), ":subscription"))
    });
    other.collect()
}

/// `text` with what `replace` makes of the digits wherever they stand between `before` and `after`.
fn between(text: &str, before: &str, after: &str, replace: fn(&str) -> String) -> String {
    let mut parts = text.split(before);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(after) {
            Some((digits, rest))
                if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                whole.push_str(&replace(digits));
                whole.push_str(rest);
            }
            Some(_) | None => {
                whole.push_str(before);
                whole.push_str(part);
            }
        }
    }
    whole
}

/// Everybody with a pass that opens the door, in a table of the bench's own, where a script finds one by a number.
pub(super) struct Holders {
    count: u64,
}

impl Holders {
    pub(super) fn note(bench: &Bench, gym: i64) -> anyhow::Result<Self> {
        Self::forget(bench)?;
        bench.sql("create schema bench")?;
        bench.sql(
            "create unlogged table bench.holders (place integer primary key, customer_id bigint, subscription_id bigint)",
        )?;
        bench.sql(&format!("insert into bench.holders {}", holders(gym, "clock_timestamp()")))?;
        bench.sql("grant usage on schema bench to gym_migrator")?;
        bench.sql("grant select on bench.holders to gym_migrator")?;
        bench.sql("analyze bench.holders")?;
        Ok(Self { count: bench.sql("select count(*) from bench.holders")?.parse()? })
    }

    /// A script's way to one of them.
    pub(super) fn somebody(&self) -> String {
        format!(
            "\\set place random(1, {})\nselect customer_id as id, subscription_id as subscription from bench.holders where place = :place \\gset\n",
            self.count
        )
    }

    pub(super) fn forget(bench: &Bench) -> anyhow::Result<()> {
        bench.sql("set client_min_messages = warning; drop schema if exists bench cascade")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_by_an_id_is_asked_for_anybody() {
        let sent = ["select from a where id = '7' and x = '77'", "select from b where id = any('{7}')"];
        let script = of_anybody(&sent.map(str::to_owned), "7", (1, 99));
        assert_eq!(
            script,
            "\\set id random(1, 99)\nselect from a where id = :id and x = '77';\nselect from b where id = any(array[:id]);\n"
        );
    }

    #[test]
    fn only_the_write_of_a_check_in_is_asked_and_for_somebody_else() {
        let sent = [
            "select from customers where id = '7'",
            "with door as (select where d.version = '12') select '7', '9', x -'3', 'a-b'",
        ];
        assert_eq!(
            of_a_holder(&sent.map(str::to_owned), "7", "9"),
            "with door as (select where d.version = d.version) select :id, :subscription, x -3, 'a-b';\n"
        );
    }
}
