//! Rows on their way into a table through `COPY`.
//!
//! They are gathered in memory and sent in few large pieces: many small ones cost a round trip each.

use std::fmt::{self, Write as _};

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

/// So many bytes are worth sending.
const PIECE: usize = 8 << 20;

/// A value as `COPY` reads it.
pub(crate) trait Cell {
    /// Writes it behind what is there.
    fn write(&self, out: &mut String) -> fmt::Result;
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Cell for $number {
            fn write(&self, out: &mut String) -> fmt::Result {
                write!(out, "{self}")
            }
        }
    )+};
}
numbers!(i16, i32, i64);

impl Cell for bool {
    fn write(&self, out: &mut String) -> fmt::Result {
        out.write_str(if *self { "t" } else { "f" })
    }
}

impl Cell for str {
    fn write(&self, out: &mut String) -> fmt::Result {
        for char in self.chars() {
            match char {
                '\\' => out.push_str("\\\\"),
                '\t' => out.push_str("\\t"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                plain => out.push(plain),
            }
        }
        Ok(())
    }
}

impl Cell for &str {
    fn write(&self, out: &mut String) -> fmt::Result {
        (**self).write(out)
    }
}

impl Cell for String {
    fn write(&self, out: &mut String) -> fmt::Result {
        self.as_str().write(out)
    }
}

impl Cell for NaiveDate {
    fn write(&self, out: &mut String) -> fmt::Result {
        write!(out, "{self}")
    }
}

impl Cell for DateTime<Utc> {
    fn write(&self, out: &mut String) -> fmt::Result {
        write!(out, "{}Z", self.naive_utc())
    }
}

impl<T: Cell> Cell for Option<T> {
    fn write(&self, out: &mut String) -> fmt::Result {
        match self {
            Some(value) => value.write(out),
            None => out.write_str("\\N"),
        }
    }
}

/// Rows of one table.
#[derive(Debug)]
pub(crate) struct Sheet {
    statement: &'static str,
    text: String,
}

impl Sheet {
    /// An empty sheet for `statement`, a `copy … from stdin` that names its columns.
    pub(crate) const fn new(statement: &'static str) -> Self {
        Self { statement, text: String::new() }
    }

    /// Adds a row, its cells in the order of the columns.
    pub(crate) fn add(&mut self, cells: &[&(dyn Cell + Sync)]) -> fmt::Result {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.text.push('\t');
            }
            cell.write(&mut self.text)?;
        }
        self.text.write_char('\n')
    }

    /// Whether enough has gathered to be worth sending.
    pub(crate) const fn is_full(&self) -> bool {
        self.text.len() >= PIECE
    }

    /// Sends what has gathered, if it is worth it.
    pub(crate) async fn pour_if_full(&mut self, conn: &mut PgConnection) -> sqlx::Result<u64> {
        if self.is_full() { self.pour(conn).await } else { Ok(0) }
    }

    /// Sends what has gathered, and says how many rows that was.
    pub(crate) async fn pour(&mut self, conn: &mut PgConnection) -> sqlx::Result<u64> {
        if self.text.is_empty() {
            return Ok(0);
        }
        let mut copy = conn.copy_in_raw(self.statement).await?;
        copy.send(self.text.as_bytes()).await?;
        let rows = copy.finish().await?;
        self.text.clear();
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_line_of_cells_that_cannot_break_it() {
        let mut sheet = Sheet::new("");
        let at = DateTime::from_timestamp(1_776_461_400, 5_000_000).unwrap();
        sheet.add(&[&1_i64, &"a\tb\\c\nd", &None::<i32>, &Some(true), &at, &at.date_naive()]).unwrap();
        sheet.add(&[&"منى"]).unwrap();
        assert_eq!(sheet.text, "1\ta\\tb\\\\c\\nd\t\\N\tt\t2026-04-17 21:30:00.005Z\t2026-04-17\nمنى\n");
    }
}
