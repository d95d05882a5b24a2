//! A service is told to stop while callers keep it busy, some of whom try to keep it from stopping.

use std::fs;

use super::ground::{Ground, holds};

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    // Two sessions stand for those of a whole gym here.
    ground.allow_many_callers();
    ground.start_fresh()?;
    let at = format!("127.0.0.1:{}", ground.stack.ports.staff);
    for _ in 0..ground.times(10, 1) {
        if ground.stack.process("staff-api").is_err() {
            ground.stack.tell("start_service", ["staff-api"])?;
            ground.wait_until_ready("staff-api", ground.stack.ports.staff_internal)?;
        }
        let number = ground.stack.process("staff-api")?.to_string();
        if !ground.crowd(120, &["parting", "--at", &at, "--process", &number])? {
            return Ok(false);
        }
        let log = fs::read_to_string(ground.stack.data.join("log/staff-api.log"))?;
        holds(log.contains("closed"), "it says that it closed in order")?;
    }
    Ok(true)
}
