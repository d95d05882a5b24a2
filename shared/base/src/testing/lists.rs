//! For tests of the features' lists: that every statement the filters can make runs, and that an index leads to its rows.

#![expect(clippy::unwrap_used, reason = "a test that cannot look cannot go on")]

use sqlx::{Connection as _, PgConnection};

use super::TestDb;
use crate::{
    platform::list::{List, Shown, Sql},
    vocabulary::Page,
};

/// Runs the page, the count and the sums of each list, and looks at how Postgres would find the rows of its table.
///
/// # Panics
/// When one does not run, or reads its table from end to end although it has a gym or a branch.
pub async fn assert_lists_sound(lists: impl IntoIterator<Item = List>) {
    let test = TestDb::open().await;
    let mut conn = PgConnection::connect_with(&test.owner.connect_options()).await.unwrap();
    // On tables this small it would otherwise read them whole.
    for setting in ["set enable_seqscan = off", "set enable_bitmapscan = off"] {
        sqlx::query(setting).execute(&mut conn).await.unwrap();
    }
    for list in lists {
        let mut counted = Sql::new("explain ");
        list.push_count(&mut counted, 100);
        let mut summed = Sql::new("explain ");
        list.push_sums(&mut summed, "count(*)");
        let mut statements = vec![counted, summed];
        for offset in [0, 40] {
            let mut paged = Sql::new("explain ");
            let key = Shown { columns: "page.id", from: "page" };
            list.push_page(&mut paged, Page { limit: 20, offset }, Some(100), (key, []));
            statements.push(paged);
        }
        for mut statement in statements {
            let plan: Vec<String> = statement.build_query_scalar().fetch_all(&mut conn).await.unwrap();
            assert_led(&list, &plan.join("\n"));
        }
    }
}

fn assert_led(list: &List, plan: &str) {
    if list.scope.gym().is_none() {
        return;
    }
    let table = format!(" on {} {}", list.table.name, list.table.alias);
    let mut lines = plan.lines().peekable();
    while let Some(line) = lines.next() {
        let is_scan = line.contains("Scan") && line.contains(&table);
        let is_led = lines.peek().is_some_and(|next| next.contains("Index Cond"));
        assert!(!is_scan || is_led, "{list:?}\n{plan}");
    }
}
