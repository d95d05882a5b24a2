use super::{List, Sql, Table, Tally};
use crate::{platform::scope::Scope, vocabulary::GymId};

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
