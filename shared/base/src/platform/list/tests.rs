use super::{List, Sql, Table, Tally};
use crate::{
    platform::scope::Scope,
    vocabulary::{BranchId, GymId, Page},
};

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

#[cfg(feature = "testing")]
#[tokio::test]
async fn a_page_is_the_same_however_many_branches_it_is_merged_from() {
    const THINGS: Table = Table { name: "things", alias: "t", order: &["at", "id"] };
    let test = crate::testing::TestDb::open().await;
    sqlx::raw_sql(
        "create table things (id bigint primary key, gym_id bigint, branch_id bigint, at integer);
         insert into things select n, 1, 1 + n * 7 % 20, n * 13 % 50 from generate_series(1, 400) n;
         grant select on things to gym_staff",
    )
    .execute(&test.owner)
    .await
    .unwrap();
    let db = test.staff();
    let mut conn = db.conn().await.unwrap();
    for count in [0, 1, 2, 16, 17, 20] {
        let branches: Vec<BranchId> = (1..=count).map(BranchId::new).collect();
        let list =
            List::of(&THINGS, &Scope::branches(GymId::new(1), &branches)).only("t.id % 3 = {}", Some(1));
        for (limit, offset) in [(20, 0), (7, 9), (20, 90)] {
            let expected: Vec<i64> = sqlx::query_scalar(
                "select id from things where branch_id <= $1 and id % 3 = 1 order by at desc, id desc limit $2 offset $3",
            )
            .bind(count)
            .bind(limit)
            .bind(offset)
            .fetch_all(&test.owner)
            .await
            .unwrap();
            let page = list.page(conn.get(), Page { limit, offset }, 1000).await.unwrap();
            assert_eq!(page.items, expected, "{count} branches, {limit} after {offset}");
            let total = i64::try_from((1..=400).filter(|n| n % 3 == 1 && n * 7 % 20 < count).count());
            assert_eq!(page.total, total.unwrap(), "{count} branches");
        }
    }
}
