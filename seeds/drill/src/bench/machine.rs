//! By which figures of one machine, or one hour, are compared with those of another.

use std::{fs, thread::available_parallelism};

use anyhow::Context as _;

use super::{
    Bench,
    figures::{Micros, thousandths},
    say,
};
use crate::stack::ran;

const SETTINGS: &str = "select string_agg(name || '=' || current_setting(name), ' ' order by name) from pg_settings
    where name in ('shared_buffers', 'synchronous_commit', 'fsync', 'full_page_writes', 'max_wal_size', 'jit', 'random_page_cost',
        'effective_cache_size')";

/// Says what the figures were measured on.
pub(super) fn describe(bench: &Bench) -> anyhow::Result<()> {
    let version = bench.sql("show server_version_num")?;
    let major = version.parse::<u32>()?.checked_div(10_000).unwrap_or_default();
    say(&format!("Postgres {major}: {}", bench.sql(SETTINGS)?))?;
    let cores = available_parallelism()?;
    say(&format!(
        "machine: {cores} cores, shared by Postgres, the services, the proxy and the callers; {}",
        speed(bench)?
    ))?;
    Ok(())
}

fn speed(bench: &Bench) -> anyhow::Result<String> {
    let mut sums = Vec::new();
    for _ in 0..3 {
        let plan = bench.sql(
            "explain (analyze, timing off, costs off) select sum(n) from generate_series(1, 1000000) n",
        )?;
        sums.push(value(&plan, "Execution Time: ").with_context(|| plan.clone())?);
    }
    let script = bench.stack.work.join("one.sql");
    fs::write(&script, "select 1;\n")?;
    let mut pgbench = bench.pgbench()?;
    pgbench.args(["-c", "1", "-T", "3", "-f"]).arg(&script).arg("gym");
    let ended = ran(&mut pgbench, &bench.stack.log("pgbench"), Bench::limit(3))?;
    let one = value(&ended.said, "latency average = ").with_context(|| ended.said.clone())?;
    let sum = sums.into_iter().min().unwrap_or_default();
    Ok(format!("a million numbers added up by Postgres in {sum} ms, an empty statement over TCP in {one} ms"))
}

/// The milliseconds behind `name`.
fn value(said: &str, name: &str) -> Option<Micros> {
    let rest = said.lines().find_map(|line| line.strip_prefix(name))?;
    thousandths(rest.split(' ').next()?).map(Micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_found_by_its_name() {
        assert_eq!(
            value("Planning Time: 1 ms\nExecution Time: 273.104 ms\n", "Execution Time: "),
            Some(Micros(273_104))
        );
        assert_eq!(value("latency average = 0.058 ms", "latency average = "), Some(Micros(58)));
    }
}
