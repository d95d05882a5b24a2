//! Rows and bytes for each table.

use super::{Bench, say};

const TABLES: &str = "select format('%-28s %12s rows %9s', c.relname, to_char(c.reltuples, 'FM999,999,999'),
        pg_size_pretty(pg_total_relation_size(c.oid)))
    from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.reltuples > 1000
    order by pg_total_relation_size(c.oid) desc";

pub(super) fn measure(bench: &Bench) -> anyhow::Result<()> {
    bench.sql("analyze")?;
    say(&bench.sql(TABLES)?)?;
    say(&format!("all: {}", bench.sql("select pg_size_pretty(pg_database_size('gym'))")?))?;
    Ok(())
}
