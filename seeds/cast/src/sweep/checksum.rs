//! What a database holds, in a form that can be compared.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool};

/// Tables that keep count of refusals.
const OWN_RECORD: [&str; 1] = ["limit_counters"];

/// The rows of a table that a refusal leaves as they are: the audit log tells of refusals, too.
fn lasting(table: &str) -> String {
    match table {
        "audit_log" => "(select * from audit_log where refused_as is null)".to_owned(),
        _ => table.to_owned(),
    }
}

/// A digest of each table.
pub(super) async fn checksum(pool: &PgPool) -> BTreeMap<String, String> {
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
            .fetch_all(pool)
            .await
            .expect("tables");
    let mut digests = BTreeMap::new();
    for table in tables.into_iter().filter(|table| !OWN_RECORD.contains(&table.as_str())) {
        let question = format!(
            "select count(*) || ' rows ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {} t",
            lasting(&table),
        );
        let digest = sqlx::query_scalar(AssertSqlSafe(question)).fetch_one(pool).await.expect("a digest");
        digests.insert(table, digest);
    }
    digests
}
