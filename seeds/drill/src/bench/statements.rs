//! What Postgres wrote down of the statements that the services sent: its log, a JSON object a line.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::PathBuf,
};

use anyhow::Context as _;
use serde::Deserialize;

use crate::stack::Stack;

/// An entry of the log; what has no user is Postgres' own.
#[derive(Debug, Deserialize)]
pub(super) struct Logged {
    #[serde(default)]
    user: String,
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    detail: String,
}

/// A place in the log, from which on it is read later.
#[derive(Debug)]
pub(super) struct LogMark {
    file: PathBuf,
    at: u64,
}

impl LogMark {
    /// The end of the log as it is.
    pub(super) fn now(stack: &Stack) -> anyhow::Result<Self> {
        let file = stack.cluster().join("log/bench.json");
        let at = file.metadata().with_context(|| format!("{}", file.display()))?.len();
        Ok(Self { file, at })
    }

    /// What the services did since then.
    pub(super) fn since(&self) -> anyhow::Result<Vec<Logged>> {
        let mut file = File::open(&self.file)?;
        file.seek(SeekFrom::Start(self.at))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok(of_services(&text))
    }
}

fn of_services(log: &str) -> Vec<Logged> {
    let entries = log.lines().filter_map(|line| serde_json::from_str::<Logged>(line).ok());
    entries.filter(|entry| entry.user == "gym_staff" || entry.user == "gym_client").collect()
}

/// Finding the caller's session, counting calls and working off messages belong to no case.
pub(super) const BESIDE: [&str; 4] = ["outbox", "staff_sessions", "member_sessions", "limit_counters"];

/// The statements, each in one line with its parameters filled in.
pub(super) fn statements(entries: &[Logged]) -> Vec<String> {
    let sent = entries.iter().filter_map(|entry| Some((executed(&entry.message)?, &entry.detail)));
    let plain = sent.map(|(text, detail)| (one_line(text), detail));
    let wanted = plain.filter(|(text, _)| !BESIDE.iter().any(|word| text.contains(word)));
    wanted.map(|(text, detail)| filled(&text, &parameters(detail))).collect()
}

/// The statement behind `duration: 0.1 ms  execute name: `.
fn executed(message: &str) -> Option<&str> {
    let (duration, rest) = message.strip_prefix("duration: ")?.split_once(" ms  execute ")?;
    let is_number = duration.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_number.then(|| rest.split_once(": ").map(|(_, statement)| statement)).flatten()
}

/// Without its comments, which would swallow the rest of one line.
fn one_line(statement: &str) -> String {
    let lines = statement.lines().map(|line| line.split_once("--").map_or(line, |(before, _)| before));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// From `Parameters: $1 = '5', $2 = NULL`; a quote within a value is doubled.
fn parameters(detail: &str) -> BTreeMap<usize, String> {
    let mut found = BTreeMap::new();
    let mut rest = detail;
    while let Some((_, after)) = rest.split_once('$') {
        rest = after;
        let Some((number, value)) = after.split_once(" = ") else { continue };
        let Ok(number) = number.parse() else { continue };
        if let Some(after) = value.strip_prefix("NULL") {
            found.insert(number, "NULL".to_owned());
            rest = after;
        } else if let Some(length) = quoted(value) {
            let (text, after) = value.split_at_checked(length).unwrap_or((value, ""));
            found.insert(number, typed(text));
            rest = after;
        }
    }
    found
}

/// The length of the quoted text that `text` begins with.
fn quoted(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    characters.next().filter(|(_, first)| *first == '\'')?;
    while let Some((place, character)) = characters.next() {
        if character == '\'' && characters.next_if(|(_, next)| *next == '\'').is_none() {
            return place.checked_add(1);
        }
    }
    None
}

/// A day loses its type where it is written in the place of a parameter.
fn typed(text: &str) -> String {
    let form: String = text.chars().map(|one| if one.is_ascii_digit() { '0' } else { one }).collect();
    if form == "'0000-00-00'" { format!("date {text}") } else { text.to_owned() }
}

fn filled(statement: &str, values: &BTreeMap<usize, String>) -> String {
    let mut parts = statement.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at_checked(digits).unwrap_or(("", part));
        if let Some(value) = number.parse().ok().and_then(|number: usize| values.get(&number)) {
            whole.push_str(value);
        } else {
            whole.push('$');
            whole.push_str(number);
        }
        whole.push_str(rest);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = r#"{"user":"gym_staff","message":"duration: 0.104 ms  execute sqlx_s_1: select id -- the id\n  from customers\n  where id = $1 and day = $2 and $10 = $1","detail":"parameters: $1 = '5', $2 = '2026-11-28', $10 = NULL"}
{"user":"gym_staff","message":"duration: 0.1 ms  execute sqlx_s_2: select 1 from staff_sessions"}
{"user":"postgres","message":"duration: 0.1 ms  execute a: select 2"}
{"user":"gym_client","message":"duration: 0.1 ms  bind sqlx_s_1: select 3"}
{"message":"checkpoint starting"}
half a li"#;

    #[test]
    fn what_the_services_executed_is_one_line_each_with_its_values() {
        let wanted = "select id from customers where id = '5' and day = date '2026-11-28' and NULL = '5'";
        assert_eq!(statements(&of_services(LOG)), [wanted]);
    }

    #[test]
    fn a_value_may_hold_quotes_and_look_like_another_parameter() {
        let found = parameters("Parameters: $1 = 'it''s $2 = ''x''', $2 = 'b'");
        assert_eq!(found, BTreeMap::from([(1, "'it''s $2 = ''x'''".to_owned()), (2, "'b'".to_owned())]));
        assert_eq!(filled("f($1, $2)", &found), "f('it''s $2 = ''x''', 'b')");
    }

    #[test]
    fn a_parameter_without_a_value_stays_as_it_is() {
        assert_eq!(filled("a $3 b $", &BTreeMap::new()), "a $3 b $");
    }
}
