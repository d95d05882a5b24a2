//! Lists: the one place where a statement is put together.
//!
//! Everywhere else a statement is one text. A list has filters, and which of them are asked for decides which index can
//! serve it; so every combination of filters becomes a statement of its own, and Postgres plans each for what it is.
//! What keeps that safe:
//! - texts are `&'static str`, written beside the table they are about; every value is bound;
//! - there is no [`List`] without a [`Scope`], and its condition always comes first;
//! - the order is total, because its last column is the key; a page is bounded, and so is the count.
//!
//! A list finds the keys of a page, on an index alone where there is one, and counts only when the page does not tell
//! how many rows there are; what is shown of those few is read by a statement of the feature, or in the same one
//! ([`Shown`]).

mod keys;
#[cfg(test)]
mod tests;
mod text;
mod whole;

use sqlx::{FromRow, Postgres, QueryBuilder, Row as _, postgres::PgRow};

use self::text::{Piece, push_text};
pub use self::{text::Bind, whole::whole};
pub use super::sheets::Rows;
use super::{db::Connection, scope::Scope};
use crate::{
    error::Error,
    vocabulary::{Listing, Page},
};

/// A table, as lists read it. It has the columns `id`, `gym_id` and `branch_id`.
#[derive(Debug)]
pub struct Table {
    /// The name of the table in the schema.
    pub name: &'static str,
    /// The alias that conditions and columns use for the table.
    pub alias: &'static str,
    /// The columns that it is put in order by, the highest first; the last one is its key, `id`.
    pub order: &'static [&'static str],
}

/// What is shown of each row of a page, read in the statement that finds them.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// The columns that are shown, separated by commas.
    pub columns: &'static str,
    /// The tables they come from, joined to `page`, which has the keys; one row for each. `{}` stands for a value.
    pub from: &'static str,
}

/// A table with a row for each branch that knows how many rows of another one are there: `gym_id`, `branch_id`,
/// numbers.
#[derive(Debug, Clone, Copy)]
pub struct Tally {
    /// The name of the table that knows the numbers.
    pub table: &'static str,
    /// The expression that is summed up over its rows.
    pub rows: &'static str,
}

/// Which rows of a table a list holds.
#[must_use]
#[derive(Debug, Clone)]
pub struct List {
    pub(crate) table: &'static Table,
    pub(crate) scope: Scope,
    conditions: Vec<Piece>,
    /// The keys of those that were found before; others are not looked at.
    among: Option<Vec<i64>>,
    /// Whether the index of a condition leads to the rows, not the one of a branch or a gym.
    is_led: bool,
    tally: Option<Tally>,
}

/// A statement in the making.
pub(crate) type Sql = QueryBuilder<Postgres>;

impl List {
    /// All rows of `table` that `scope` may see.
    pub fn of(table: &'static Table, scope: &Scope) -> Self {
        Self { table, scope: scope.clone(), conditions: Vec::new(), among: None, is_led: false, tally: None }
    }

    /// Only what fits `text`, a condition on the table.
    pub fn and(self, text: &'static str) -> Self {
        self.all(text, [])
    }

    /// Only what fits `text`, if there is a value for it.
    pub fn only(self, text: &'static str, value: Option<impl Into<Bind>>) -> Self {
        match value {
            Some(value) => self.all(text, [value.into()]),
            None => self,
        }
    }

    /// Only what fits `text`, if there is a value for it, and whose own index leads through the list in its order,
    /// e.g. what one customer did. The scope is then compared row by row.
    pub fn led_by(mut self, text: &'static str, value: Option<impl Into<Bind>>) -> Self {
        self.is_led |= value.is_some();
        self.only(text, value)
    }

    /// Only what fits `text` with these values.
    pub fn all<const N: usize>(self, text: &'static str, binds: [Bind; N]) -> Self {
        self.narrowed(Piece { text, binds: binds.into(), is_judged: false })
    }

    /// Only what a function of the schema judges so, row by row.
    pub fn judged<const N: usize>(self, text: &'static str, binds: [Bind; N]) -> Self {
        self.narrowed(Piece { text, binds: binds.into(), is_judged: true })
    }

    /// A tally counted the list as it was before.
    fn narrowed(mut self, condition: Piece) -> Self {
        self.conditions.push(condition);
        self.tally = None;
        self
    }

    /// Only those with these keys.
    pub fn among(mut self, keys: Vec<i64>) -> Self {
        self.among = Some(keys);
        self.tally = None;
        self
    }

    /// The same, of which `tally` knows how many there are: it has to count what the conditions until here leave, no
    /// more and no less. A condition that is added later makes the list count its rows again.
    pub fn tallied(mut self, tally: Option<Tally>) -> Self {
        self.tally = tally;
        self
    }

    /// The keys of one page, in order, and how many rows there are, counted up to `most`: one statement, and one more
    /// for a page that begins after the last row.
    pub async fn page(&self, conn: &mut Connection, page: Page, most: i64) -> Result<Listing<i64>, Error> {
        const KEYS: Shown = Shown { columns: "page.id", from: "page" };
        let keys: Listing<(i64,)> = self.rows(conn, page, most, (KEYS, [])).await?;
        Ok(Listing { items: keys.items.into_iter().map(|(key,)| key).collect(), total: keys.total })
    }

    /// One page of what is shown, in order, and how many rows there are, counted up to `most`: statements as for
    /// [`List::page`].
    pub async fn rows<R, const N: usize>(
        &self,
        conn: &mut Connection,
        page: Page,
        most: i64,
        shown: (Shown, [Bind; N]),
    ) -> Result<Listing<R>, Error>
    where
        R: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        // A page that reaches `most` rows tells the total without counting, see `Page::total_after`.
        let is_counted = page.offset.saturating_add(page.limit) < most;
        let mut sql = Sql::default();
        self.push_page(&mut sql, page, is_counted.then_some(most), shown);
        let rows: Vec<Counted<R>> = sql.build_query_as().fetch_all(&mut *conn).await?;
        let total = match (page.total_after(rows.len(), most), rows.first()) {
            (Some(total), _) => total,
            (None, Some(first)) => page.total_of(rows.len(), first.total.unwrap_or(most)),
            (None, None) => {
                let mut sql = Sql::default();
                self.push_count(&mut sql, most);
                sql.build_query_scalar().fetch_one(conn).await?
            }
        };
        Ok(Listing { items: rows.into_iter().map(|counted| counted.row).collect(), total })
    }

    /// The keys of one page, in order, uncounted.
    pub async fn keys(&self, conn: &mut Connection, page: Page) -> Result<Vec<i64>, Error> {
        let mut sql = Sql::new("select page.id from (");
        self.push_keys(&mut sql, page);
        sql.push(") page");
        self.push_order(&mut sql, "page");
        Ok(sql.build_query_scalar().fetch_all(conn).await?)
    }

    /// What `columns` come to over all rows of the list, not only over those of a page: sums and counts, in one row.
    pub async fn sums<R>(&self, conn: &mut Connection, columns: &'static str) -> Result<R, Error>
    where
        R: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let mut sql = Sql::default();
        self.push_sums(&mut sql, columns);
        Ok(sql.build_query_as().fetch_one(conn).await?)
    }

    /// The `column` of all that fit, the last first, if they are fewer than `most`.
    ///
    /// For conditions that few rows meet and that an index knows by something else than the order of the list:
    /// walking the list would look for them among all the others. They are found before they are put in order
    /// (`materialized`), because Postgres would walk the list if it saw the limit.
    pub async fn few(
        &self,
        conn: &mut Connection,
        column: &'static str,
        most: i64,
    ) -> Result<Option<Vec<i64>>, Error> {
        let mut sql = Sql::new("with few as materialized (select distinct ");
        sql.push(column).push(" as key from ");
        self.push_table(&mut sql);
        self.push_whole_scope(&mut sql, self.table.alias);
        self.push_conditions(&mut sql);
        sql.push(") select few.key from few order by few.key desc limit ").push_bind(most);
        let keys: Vec<i64> = sql.build_query_scalar().fetch_all(conn).await?;
        Ok(i64::try_from(keys.len()).is_ok_and(|found| found < most).then_some(keys))
    }

    /// The rows of a page, each with how many there are in all, if that is asked for and a full page leaves it open.
    pub(crate) fn push_page<const N: usize>(
        &self,
        sql: &mut Sql,
        page: Page,
        most: Option<i64>,
        (shown, binds): (Shown, [Bind; N]),
    ) {
        sql.push("with page as (");
        self.push_keys(sql, page);
        sql.push(") select ").push(shown.columns).push(", ");
        match most {
            None => sql.push("null::bigint"),
            Some(most) => {
                // A case is computed only as far as it is needed.
                sql.push("case when (select count(*) from page) = ").push_bind(page.limit).push(" then (");
                self.push_count(sql, most);
                sql.push(") end")
            }
        };
        sql.push(" as ").push(TOTAL).push(" from ");
        push_text(sql, shown.from, &binds);
        self.push_order(sql, "page");
    }

    /// How many there are, up to `most`, one of the constants of this code: it stands in the text, as in [`text::push_limit`].
    pub(crate) fn push_count(&self, sql: &mut Sql, most: i64) {
        if let Some(tally) = self.tally {
            sql.push("select least(coalesce(sum(").push(tally.rows).push("), 0), ").push(most);
            sql.push(")::bigint from ").push(tally.table).push(" tally");
            self.push_whole_scope(sql, "tally");
            return;
        }
        sql.push("select count(*) from (");
        let places = self.places();
        if let Some(places) = &places {
            sql.push("select");
            places.push(sql);
        }
        sql.push("select from ");
        self.push_table(sql);
        self.push_rows(sql);
        // Postgres believes that those who fit are spread evenly, and would look for them from the oldest row on, where
        // nobody fits any more: 60 ms instead of 3 for the active subscriptions of a large gym.
        if self.conditions.iter().any(|condition| condition.is_judged) {
            self.push_order(sql, self.table.alias);
        }
        sql.push(" limit ").push(most);
        if places.is_some() {
            sql.push(") first limit ").push(most);
        }
        sql.push(") counted");
    }

    /// One row of `columns` over all that fit. Sums know no order, so that branches need not be looked at one by one.
    pub(crate) fn push_sums(&self, sql: &mut Sql, columns: &'static str) {
        sql.push("select ").push(columns).push(" from ");
        self.push_table(sql);
        if self.places().is_some() {
            self.push_whole_scope(sql, self.table.alias);
            self.push_conditions(sql);
        } else {
            self.push_rows(sql);
        }
    }

    /// The branches to look at one after the other, where neither one branch nor the key of the whole gym leads through
    /// the list.
    fn places(&self) -> Option<Places> {
        if self.is_found_elsewhere() {
            return None;
        }
        match (self.scope.many(), self.scope.gym()) {
            (Some(branches), _) => Some(Places::These(branches)),
            (None, None) if self.scope.one().is_none() && self.table.order != ["id"] => Some(Places::All),
            (None, _) => None,
        }
    }

    const fn is_found_elsewhere(&self) -> bool {
        self.is_led || self.among.is_some()
    }

    /// Which rows: the scope, then everything else.
    fn push_rows(&self, sql: &mut Sql) {
        if self.places().is_some() {
            sql.push(" where ").push(self.table.alias).push(".branch_id = place.id");
        } else if self.is_found_elsewhere() {
            self.push_whole_scope(sql, self.table.alias);
        } else {
            let scope = (self.scope.one(), self.scope.gym());
            match scope {
                // Without the gym, which follows from the branch, the index of the branch answers alone.
                (Some(branch), _) => {
                    sql.push(" where ").push(self.table.alias).push(".branch_id = ").push_bind(branch)
                }
                (None, Some(gym)) => {
                    sql.push(" where ").push(self.table.alias).push(".gym_id = ").push_bind(gym)
                }
                (None, None) => sql.push(" where true"),
            };
        }
        self.push_conditions(sql);
    }

    /// The gym and its branches, for rows that are found by something else.
    fn push_whole_scope(&self, sql: &mut Sql, alias: &'static str) {
        sql.push(" where true");
        if let Some(gym) = self.scope.gym() {
            sql.push(" and ").push(alias).push(".gym_id = ").push_bind(gym);
        }
        if let Some(branch) = self.scope.one() {
            sql.push(" and ").push(alias).push(".branch_id = ").push_bind(branch);
        }
        if let Some(branches) = self.scope.many() {
            sql.push(" and ").push(alias).push(".branch_id = any(").push_bind(branches).push(")");
        }
    }

    fn push_conditions(&self, sql: &mut Sql) {
        if let Some(keys) = &self.among {
            sql.push(" and ").push(self.table.alias).push(".id = any(").push_bind(keys.clone()).push(")");
        }
        for condition in &self.conditions {
            sql.push(" and ");
            condition.push(sql);
        }
    }

    fn push_table(&self, sql: &mut Sql) {
        sql.push(self.table.name).push(" ").push(self.table.alias);
    }

    /// `select` and the columns of the order.
    fn push_columns(&self, sql: &mut Sql, of: &'static str) {
        for (place, column) in self.table.order.iter().enumerate() {
            sql.push(if place == 0 { "select " } else { ", " }).push(of).push(".").push(*column);
        }
    }

    fn push_order(&self, sql: &mut Sql, of: &'static str) {
        for (place, column) in self.table.order.iter().enumerate() {
            let comma = if place == 0 { " order by " } else { ", " };
            sql.push(comma).push(of).push(".").push(*column).push(" desc");
        }
    }
}

/// Branches that are looked at one after the other.
enum Places {
    These(Vec<i64>),
    All,
}

impl Places {
    /// Begins the subquery that runs once for each branch, `place`.
    fn push(&self, sql: &mut Sql) {
        match self {
            Self::These(branches) => {
                sql.push(" from unnest(").push_bind(branches.clone()).push("::bigint[]) place (id)")
            }
            Self::All => sql.push(" from branches place"),
        };
        sql.push(" cross join lateral (");
    }
}

/// The column that says how many rows there are.
const TOTAL: &str = "total_of_list";

/// A row of a page, and how many there are in all.
struct Counted<R> {
    row: R,
    total: Option<i64>,
}

impl<'r, R: FromRow<'r, PgRow>> FromRow<'r, PgRow> for Counted<R> {
    fn from_row(row: &'r PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self { row: R::from_row(row)?, total: row.try_get(TOTAL)? })
    }
}
