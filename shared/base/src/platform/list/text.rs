//! The parts that a list's statement is put together from: fixed texts, bound values.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::Sql;
use crate::vocabulary::Timestamp;

/// A value of a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Bind {
    /// Of whatever table.
    Id(i64),
    /// Of whatever table, or none.
    IdOrNone(Option<i64>),
    /// Plain text; a pattern is escaped before.
    Text(Cow<'static, str>),
    /// A day of some calendar.
    Day(NaiveDate),
    /// An instant.
    At(Timestamp),
    /// Yes or no.
    Flag(bool),
}

impl From<i64> for Bind {
    fn from(id: i64) -> Self {
        Self::Id(id)
    }
}

impl From<Option<i64>> for Bind {
    fn from(id: Option<i64>) -> Self {
        Self::IdOrNone(id)
    }
}

impl From<&'static str> for Bind {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Bind {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<NaiveDate> for Bind {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl From<bool> for Bind {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Timestamp> for Bind {
    fn from(at: Timestamp) -> Self {
        Self::At(at)
    }
}

/// A text in which each `{}` stands for a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) text: &'static str,
    pub(super) binds: Vec<Bind>,
    /// Whether the text is put into a `case`, to steer the guess of Postgres at how many rows are left. It expects a
    /// function to hold for few rows, and would sort a whole gym instead of walking an index; of a `case` it expects
    /// half the rows.
    pub(super) is_judged: bool,
}

impl Piece {
    pub(super) fn push(&self, sql: &mut Sql) {
        if self.is_judged {
            sql.push("case when ");
        }
        push_text(sql, self.text, &self.binds);
        if self.is_judged {
            sql.push(" then true else false end");
        }
    }
}

/// Rows of a page as apps ask for them.
const USUAL_LIMITS: [i64; 8] = [10, 20, 25, 50, 100, 200, 500, 1000];

/// Of a first page of a usual length the numbers stand in the text: for numbers that it does not know Postgres takes a
/// tenth of the table, finds that dear, and makes a new plan for each call, which costs more than the page.
pub(super) fn push_limit(sql: &mut Sql, limit: i64, offset: i64) {
    let usual = USUAL_LIMITS.iter().find(|usual| **usual == limit);
    if let (Some(usual), 0) = (usual, offset) {
        sql.push(" limit ").push(*usual);
        return;
    }
    sql.push(" limit ").push_bind(limit).push(" offset ").push_bind(offset);
}

/// A text, with a value for each `{}`.
pub(super) fn push_text(sql: &mut Sql, text: &'static str, binds: &[Bind]) {
    let mut texts = text.split("{}");
    sql.push(texts.next().unwrap_or_default());
    for (text, bind) in texts.zip(binds) {
        match bind {
            Bind::Id(id) => sql.push_bind(*id),
            Bind::IdOrNone(id) => sql.push_bind(*id),
            Bind::Text(text) => sql.push_bind(text.clone()),
            Bind::Day(day) => sql.push_bind(*day),
            Bind::At(at) => sql.push_bind(*at),
            Bind::Flag(flag) => sql.push_bind(*flag),
        };
        sql.push(text);
    }
}
