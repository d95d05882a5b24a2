//! For tests of lists: that every statement the filters can make runs, and that an index leads to its rows.

#![expect(clippy::unwrap_used, reason = "a test that cannot look cannot go on")]

use sqlx::{Connection as _, PgConnection};

use super::{List, Shown, Sql, Table, Tally};
use crate::{
    platform::scope::Scope,
    testing::TestDb,
    vocabulary::{BranchId, GymId, Page},
};

/// One scope of every form.
pub(crate) fn scopes() -> [Scope; 4] {
    let gym = GymId::new(1);
    let several = Scope::branches(gym, &[BranchId::new(1), BranchId::new(2)]);
    [Scope::platform(), Scope::gym_wide(gym), Scope::branch(gym, BranchId::new(1)), several]
}

/// Runs the page and the count of each list, and looks at how Postgres would find the rows of its table.
///
/// # Panics
/// When one does not run, or reads its table from end to end although it has a gym or a branch.
pub(crate) async fn assert_sound(lists: impl IntoIterator<Item = List>) {
    let test = TestDb::open().await;
    let mut conn = PgConnection::connect_with(&test.owner.connect_options()).await.unwrap();
    // On tables this small it would otherwise read them whole.
    for setting in ["set enable_seqscan = off", "set enable_bitmapscan = off"] {
        sqlx::query(setting).execute(&mut conn).await.unwrap();
    }
    for list in lists {
        let mut counted = Sql::new("explain ");
        list.push_count(&mut counted, 100);
        let mut statements = vec![counted];
        for offset in [0, 40] {
            let mut paged = Sql::new("explain ");
            let key = Shown { columns: "page.id", from: "page" };
            list.push_page(&mut paged, Page { limit: 20, offset }, Some(100), (key, []));
            statements.push(paged);
        }
        for mut statement in statements {
            let plan: Vec<String> = statement.build_query_scalar().fetch_all(&mut conn).await.unwrap();
            list.assert_led(&plan.join("\n"));
        }
    }
}

impl List {
    fn assert_led(&self, plan: &str) {
        if self.scope.gym().is_none() {
            return;
        }
        let table = format!(" on {} {}", self.table.name, self.table.alias);
        let mut lines = plan.lines().peekable();
        while let Some(line) = lines.next() {
            let is_scan = line.contains("Scan") && line.contains(&table);
            let is_led = lines.peek().is_some_and(|next| next.contains("Index Cond"));
            assert!(!is_scan || is_led, "{self:?}\n{plan}");
        }
    }
}

#[test]
fn a_condition_that_is_added_later_makes_a_list_count_its_rows() {
    const THINGS: Table = Table { name: "things", alias: "t", order: &["id"] };
    let tallied = |list: List| list.tallied(Some(Tally { table: "sizes", rows: "tally.things" }));
    let counts = |list: &List| {
        let mut sql = Sql::default();
        list.push_count(&mut sql, 100);
        sql.sql().as_str().to_owned()
    };
    let list = tallied(List::of(&THINGS, &Scope::gym_wide(GymId::new(1))).and("t.is_old"));
    assert!(counts(&list).contains("from sizes tally"));
    for narrower in [list.clone().and("t.is_red"), list.clone().among(vec![1]), list.judged("is_good(t)", [])]
    {
        assert!(counts(&narrower).contains("from things t"), "{narrower:?}");
    }
}
