//! From the first instruction of a service until it is ready, and the memory that it has then.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::ensure;

use super::{Bench, say};
use crate::stack::{in_background, milliseconds_since_start, resident_mib, status};

/// From the start of the process until it is ready, in milliseconds.
const TARGET: u64 = 1000;
const LIMIT: Duration = Duration::from_mins(1);

pub(super) fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    for name in ["staff-api", "client-api"] {
        let stack = &bench.stack;
        stack.tell("stop_process", [name, "TERM", "20"])?;
        let mut start = in_background(stack.control("start_service").arg(name), &stack.log("start"))?;
        let began = Instant::now();
        while status(stack.internal(name), "/ready") != Some(200) {
            ensure!(began.elapsed() < LIMIT, "{name} is not ready after a minute");
            sleep(Duration::from_millis(5));
        }
        // The shell that started it was at work before its first instruction, and may be so still.
        let number = stack.process(name)?;
        let took = milliseconds_since_start(number)?;
        start.ended(LIMIT)?.succeeds()?;
        let is_met = took <= TARGET;
        let verdict = if is_met { "ok" } else { "MISSED" };
        let memory = resident_mib(number)?;
        say(&format!("{name:<11} ready after {took:4} ms (target {TARGET}: {verdict}), {memory} MB"))?;
        bench.missed = bench.missed.saturating_add(usize::from(!is_met));
    }
    Ok(())
}
