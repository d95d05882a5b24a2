//! Whether the time of an answer tells a stranger who has an account.

use super::ground::Ground;

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    ground.allow_many_callers();
    // Everybody is asked about more often than limits allow.
    ground.stack.set("GYM__LIMITS__ACCOUNT_WRONG_PASSWORDS", "1000000");
    ground.start_fresh()?;
    let samples = ground.times(1_000, 100);
    let gym = ground.gym()?;
    // Some are members of one gym, some of two.
    for (begins, gym_id) in [("100", 1), ("102", 1), ("102", 2)] {
        gym.ask(&format!(
            "insert into customers (gym_id, branch_id, full_name, name_folded, phone, password_hash, qr_version,
                 password_changed, is_active, created_at, updated_at)
             select b.gym_id, b.id, 'Timed ' || n, 'timed ' || n, '+20{begins}' || lpad(n::text, 7, '0'),
                 (select password_hash from staff_users order by id limit 1), 1, true, true, now(), now()
             from generate_series(0, {samples}) n, branches b
             where b.id = (select min(id) from branches where gym_id = {gym_id})"
        ))?;
    }
    gym.ask(
        "insert into staff_users (gym_id, branch_id, username, full_name, role, password_hash, must_change_password,
             preferred_language, is_active, created_at)
         select gym_id, branch_id, 'timed' || n, 'Timed', role, password_hash, false, 'en', true, now()
         from staff_users, generate_series(0, 7) n
         where username = 'reception1'",
    )?;
    gym.ask("vacuum analyze")?;
    let [staff, clients] =
        [ground.stack.ports.staff, ground.stack.ports.client].map(|port| format!("127.0.0.1:{port}"));
    let samples = samples.to_string();
    ground.crowd(1_500, &["timing", "--staff", &staff, "--clients", &clients, "--samples", &samples])
}
