//! Identifiers and addresses that nobody has seen before: a million of them.

use std::time::{Duration, Instant};

use super::ground::{Ground, holds};
use crate::{claims::say, stack::within};

const OLD_ROWS: &str =
    "select (select count(*) from limit_counters where window_started_at < now() - interval '1 day')
    + (select count(*) from one_time_codes where expires_at < now() - interval '1 day')
    + (select count(*) from outbox where state = 'withheld' and finished_at < now() - interval '7 days')";

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    ground.start_fresh()?;
    let stack = &ground.stack;
    let [staff, clients] = [stack.ports.staff, stack.ports.client].map(|port| format!("127.0.0.1:{port}"));
    let (first, second) = (stack.process("staff-api")?.to_string(), stack.process("client-api")?.to_string());
    let strangers = ground.times(1_000_000, 100_000).to_string();
    let words =
        ["strangers", "--staff", &staff, "--clients", &clients, "--process", &first, "--process", &second];
    if !ground.crowd(3000, &[words.as_slice(), &["--strangers", &strangers]].concat())? {
        return Ok(false);
    }
    let gym = ground.gym()?;
    say(&format!(
        "counters kept: {}, codes: {}, messages withheld: {}",
        gym.number("select count(*) from limit_counters")?,
        gym.number("select count(*) from one_time_codes")?,
        gym.number("select count(*) from outbox where state = 'withheld'")?
    ))?;
    // Days later.
    gym.ask("update limit_counters set window_started_at = window_started_at - interval '2 days'")?;
    gym.ask("update one_time_codes set created_at = created_at - interval '2 days', expires_at = expires_at - interval '2 days'")?;
    gym.ask(
        "update outbox set created_at = created_at - interval '8 days', finished_at = finished_at - interval '8 days'
         where state = 'withheld'",
    )?;
    let began = Instant::now();
    within(Duration::from_secs(ground.times(1200, 150)), || gym.number(OLD_ROWS).is_ok_and(|rows| rows == 0));
    let left = gym.number(OLD_ROWS)?;
    holds(left == 0, &format!("{left} old rows are left {} s later", began.elapsed().as_secs()))?;
    Ok(true)
}
