//! Kill -9 of the services and of all of Postgres while desks write: nothing acknowledged is lost, nothing happens twice.

use std::{thread::sleep, time::Duration};

use anyhow::ensure;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{ground::Ground, ledger::Ledger};
use crate::{
    claims::say,
    stack::{is_running, postgres_processes, signal},
};

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    let (services, databases) = (ground.times(200, 20), ground.times(50, 5));
    let mut dice = StdRng::seed_from_u64(ground.seed);
    let mut pause = |least: u64| sleep(Duration::from_millis(dice.random_range(least..900)));
    say(&format!(
        "seed {}: kill -9 of a service {services} times, of all of Postgres {databases} times",
        ground.seed
    ))?;
    ground.start_fresh()?;
    let mut ledger = Ledger::start(ground, &["--cut"])?;
    let (mut staff, mut client, mut postgres) = (0_u64, 0_u64, 0_u64);
    for round in 1..=services {
        pause(50);
        if round % 5 == 0 {
            kill_service(ground, "client-api")?;
            client = client.saturating_add(1);
        } else {
            kill_service(ground, "staff-api")?;
            staff = staff.saturating_add(1);
        }
        // Evenly among the others.
        if round.saturating_mul(databases).checked_div(services) > Some(postgres) {
            pause(150);
            kill_postgres(ground)?;
            postgres = postgres.saturating_add(1);
        }
        if !ledger.is_at_work()? {
            break;
        }
    }
    for name in ["staff-api", "client-api"] {
        ground.wait_until_ready(name, ground.stack.internal(name))?;
    }
    let is_sound = ledger.finish(ground)?;
    say(&format!("killed: staff-api {staff}, client-api {client}, Postgres {postgres}"))?;
    Ok(is_sound && staff.saturating_add(client) == services && postgres == databases)
}

/// Kills it and starts it again at once; fails when it did not run.
fn kill_service(ground: &Ground, name: &str) -> anyhow::Result<()> {
    let Ok(number) = ground.stack.process(name) else {
        say(&format!("{name} had ended by itself"))?;
        ground.last_words(name)?;
        anyhow::bail!("{name} had ended by itself");
    };
    ensure!(signal("KILL", &[number]), "{name} cannot be killed");
    wait_for_the_end(&[number]);
    ground.stack.tell("start_service", [name])?;
    Ok(())
}

fn kill_postgres(ground: &Ground) -> anyhow::Result<()> {
    let numbers = postgres_processes(ground.stack.postmaster()?)?;
    // One that is ending anyway may be gone before it is killed.
    signal("KILL", &numbers);
    wait_for_the_end(&numbers);
    if let Err(error) = ground.stack.tell("postgres", ["start"]) {
        ground.last_words("postgres")?;
        return Err(error);
    }
    Ok(())
}

fn wait_for_the_end(numbers: &[u32]) {
    while numbers.iter().any(|number| is_running(*number)) {
        sleep(Duration::from_millis(10));
    }
}
