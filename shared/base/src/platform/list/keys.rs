//! The keys of a page: from where the rows are read in their order.

use super::{List, Places, Sql, text::push_limit};
use crate::vocabulary::Page;

/// Branches that are named one by one in a statement; for more of them one text serves any number.
const MERGED_MOST: usize = 16;

impl List {
    /// The keys of a page, in order.
    pub(super) fn push_keys(&self, sql: &mut Sql, page: Page) {
        match self.places() {
            None => {
                self.push_first(sql);
                push_limit(sql, page.limit, page.offset);
            }
            Some(Places::These(branches)) if (1..=MERGED_MOST).contains(&branches.len()) => {
                self.push_merged(sql, &branches, page);
            }
            Some(places) => self.push_first_of_each(sql, &places, page),
        }
    }

    /// The keys, in order.
    fn push_first(&self, sql: &mut Sql) {
        self.push_columns(sql, self.table.alias);
        sql.push(" from ");
        self.push_table(sql);
        self.push_rows(sql);
        self.push_order(sql, self.table.alias);
    }

    /// The keys of a page, from branches whose rows Postgres merges: each is already in order, so it reads of all
    /// together only as many as the page reaches back.
    fn push_merged(&self, sql: &mut Sql, branches: &[i64], page: Page) {
        self.push_columns(sql, "first");
        for (place, branch) in branches.iter().enumerate() {
            sql.push(if place == 0 { " from ((" } else { ") union all (" });
            self.push_columns(sql, self.table.alias);
            sql.push(" from ");
            self.push_table(sql);
            sql.push(" where ").push(self.table.alias).push(".branch_id = ").push_bind(*branch);
            self.push_conditions(sql);
            // Without it Postgres would sort all branches: it expects more of the conditions than they take.
            self.push_order(sql, self.table.alias);
        }
        sql.push(")) first");
        self.push_order(sql, "first");
        push_limit(sql, page.limit, page.offset);
    }

    /// The keys of a page, from branches that each give as many as the page reaches back.
    fn push_first_of_each(&self, sql: &mut Sql, places: &Places, page: Page) {
        self.push_columns(sql, "first");
        places.push(sql);
        self.push_first(sql);
        push_limit(sql, page.offset.saturating_add(page.limit), 0);
        sql.push(") first");
        self.push_order(sql, "first");
        push_limit(sql, page.limit, page.offset);
    }
}
