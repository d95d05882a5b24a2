//! Ten times the load that staff-api can take.

use super::ground::Ground;

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    // Two sessions stand for those of a whole gym here, and everybody signs in to one account.
    ground.allow_many_callers();
    ground.stack.set("GYM__LIMITS__ACCOUNT_WRONG_PASSWORDS", "1000000");
    ground.start_fresh()?;
    let at = format!("127.0.0.1:{}", ground.stack.ports.staff);
    ground.crowd(200, &["flood", "--at", &at, "--seconds", &ground.times(30, 10).to_string()])
}
