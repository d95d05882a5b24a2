//! The large gym, small: sound, beside the demo, once, and the same every time.

#![expect(clippy::unwrap_used, reason = "a test that cannot look at its gym has failed")]

mod support;

use base::{testing::TestDb, vocabulary::Timestamp};
use seeds::{
    demo,
    scale::{self, Factor, Progress, Scaled},
};
use sqlx::PgPool;
use support::broken;

fn now() -> Timestamp {
    "2026-11-20T14:20:13Z".parse().unwrap()
}

/// Names and definitions of everything that is set aside meanwhile.
async fn schema(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select indexdef from pg_indexes where schemaname = 'public'
         union all
         select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
         from pg_constraint where connamespace = 'public'::regnamespace
         order by 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

async fn money(pool: &PgPool) -> (i64, i64, Option<String>) {
    sqlx::query_as(
        "select count(*), sum(amount_minor)::bigint, md5(string_agg(taken_at::text, ',' order by branch_id, receipt_number))
         from payments where gym_id = (select max(id) from gyms)",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_large_gym_is_sound_beside_the_demo_and_comes_once() {
    let db = TestDb::open().await;
    demo::demo(&db.owner, now()).await.unwrap();
    let before = schema(&db.owner).await;
    let factor = Factor::parse("0.005").unwrap();
    let scaled = scale::scale(&db.owner, now(), factor, &Progress::silent()).await.unwrap();
    let Scaled::Now { customers, subscriptions, entries, payments } = scaled else { panic!("{scaled:?}") };
    assert_eq!(customers, 1_000);
    assert!((1_600..2_600).contains(&subscriptions), "{scaled:?}");
    assert!((22_000..32_000).contains(&entries), "{scaled:?}");
    assert!((9_000..13_000).contains(&payments), "{scaled:?}");
    assert_eq!(broken(&db.owner, now()).await, []);
    assert_eq!(before, schema(&db.owner).await);
    let there: (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from branches b where b.gym_id = g.id),
                (select count(*) from staff_users s where s.gym_id = g.id and s.role = 'front_desk'),
                (select count(*) from staff_users s where s.id = g.owner_id and s.username = $1)
         from gyms g where g.name = 'Large Gym'",
    )
    .bind(scale::OWNER)
    .fetch_one(&db.owner)
    .await
    .unwrap();
    assert_eq!(there, (50, 50, 1));
    let spent: (i64, i64, i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where decision is null), count(*) filter (where decision = 'approved'),
                count(distinct branch_id)
         from expenses where gym_id = (select max(id) from gyms)",
    )
    .fetch_one(&db.owner)
    .await
    .unwrap();
    assert!(spent.0 == 50 * 40 && spent.1 > 0 && spent.2 > 50 * 30 && spent.3 == 50, "{spent:?}");
    let logged: i64 =
        sqlx::query_scalar("select count(*) from audit_log where gym_id = (select max(id) from gyms)")
            .fetch_one(&db.owner)
            .await
            .unwrap();
    assert!((entries..entries.strict_add(13_000)).contains(&logged), "{logged} rows");
    let again = scale::scale(&db.owner, now(), factor, &Progress::silent()).await.unwrap();
    assert_eq!(again, Scaled::Before);
    let other = TestDb::open().await;
    scale::scale(&other.owner, now(), factor, &Progress::silent()).await.unwrap();
    assert_eq!(money(&db.owner).await, money(&other.owner).await);
}

/// Parameters that are one filter under several names.
const SAME: [&[&str]; 6] = [
    &["limit", "per_page"],
    &["offset", "page"],
    &["date_from", "start_date"],
    &["date_to", "end_date"],
    &["q", "search"],
    &["customer_id", "qr_code"],
];

/// Whether `asked`, a path with its query and words in braces, is about `path`, a path of a document.
fn is_about(path: &str, asked: &str) -> bool {
    let asked = asked.split_once('?').map_or(asked, |(asked, _)| asked);
    let (due, there) = (path.split('/'), asked.split('/'));
    due.clone().count() == there.clone().count()
        && due.zip(there).all(|(due, there)| {
            let is_filled_in = there.starts_with('{') || due == "{month}";
            due == there || due.starts_with('{') && is_filled_in
        })
}

/// Whether `asked` has the parameter `name` under any of its names.
fn filters_by(asked: &str, name: &str) -> bool {
    let names = SAME.into_iter().find(|names| names.contains(&name)).unwrap_or(std::slice::from_ref(&name));
    let query = asked.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|part| names.iter().any(|name| part.split('=').next() == Some(*name)))
}

#[test]
fn every_read_is_measured_with_each_of_its_filters() {
    let measured: Vec<&str> = include_str!("../../deploy/lib/bench/lists.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').nth(1))
        .collect();
    let mut missing = Vec::new();
    for document in
        [include_str!("../../staff-api/openapi.json"), include_str!("../../client-api/openapi.json")]
    {
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            let read = &item["get"];
            // An alias is the same handler at another path.
            if !read.is_object() || read["operationId"].as_str().unwrap().ends_with("_alias") {
                continue;
            }
            let rows: Vec<&str> = measured.iter().copied().filter(|asked| is_about(path, asked)).collect();
            if rows.is_empty() {
                missing.push(path.clone());
            }
            let parameters = read["parameters"].as_array().into_iter().flatten();
            for name in parameters.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap())
            {
                if !rows.iter().any(|asked| filters_by(asked, name)) {
                    missing.push(format!("{path} by {name}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
