//! Two copies of each service behind the proxy are restarted, one after the other, under 200 calls a second.

use std::{fs, thread::sleep, time::Duration};

use anyhow::ensure;

use super::ground::{Ground, holds, number_between};
use crate::{claims::say, stack::free_port};

const LIMIT: Duration = Duration::from_mins(2);

/// The second copy of a service; the first is that of the stack.
struct Second {
    service: &'static str,
    name: String,
    port: u16,
    internal: u16,
}

impl Second {
    fn start(&self, ground: &mut Ground) -> anyhow::Result<()> {
        ground.start_copy(self.service, &self.name, (self.port, self.internal), &[])?;
        ground.wait_until_ready(&self.name, self.internal)
    }
}

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    let rounds = ground.times(25, 3);
    ground.allow_many_callers();
    ground.start_fresh()?;
    let seconds = two_of_each(ground)?;
    let rolled = ground.stack.work.join("rolled");
    let before = edits(ground)?;
    let at = format!("127.0.0.1:{}", ground.stack.ports.proxy);
    let until = rolled.display().to_string();
    let mut callers = ground.crowd_meanwhile(
        "rolling",
        &[
            "steady",
            "--at",
            &at,
            "--rate",
            "200",
            "--seconds",
            "1500",
            "--until",
            &until,
            "--mark",
            "rolling",
        ],
    )?;
    sleep(Duration::from_secs(5));
    let mut restarts = 0_u64;
    for _ in 0..rounds {
        for second in &seconds {
            let count = restart_both(ground, second)?;
            restarts = restarts.saturating_add(count);
        }
    }
    sleep(Duration::from_secs(2));
    fs::write(&rolled, "")?;
    let ended = callers.ended(LIMIT)?;
    say(ended.said.trim())?;
    let made = edits(ground)?.saturating_sub(before);
    let acknowledged = number_between(&ended.said, "edits acknowledged: ", "\n")?;
    holds(restarts == rounds.saturating_mul(4), &format!("{restarts} copies were restarted"))?;
    for second in &seconds {
        let text = format!("both copies of {} were called", second.service);
        holds(both_called(ground, second)?, &text)?;
    }
    let text = format!("{acknowledged} edits were acknowledged, {made} were made");
    holds(acknowledged == made, &text)?;
    holds(ended.is_good(), "no call failed")?;
    Ok(true)
}

/// Starts a second copy of each service behind the proxy.
fn two_of_each(ground: &mut Ground) -> anyhow::Result<[Second; 2]> {
    let mut next = ground.stack.ports.postgres;
    let mut port = || -> anyhow::Result<u16> {
        next = free_port(next.saturating_add(1))?;
        Ok(next)
    };
    let (staff, client, staff_internal, client_internal) = (port()?, port()?, port()?, port()?);
    let second = |service: &'static str, port, internal| Second {
        service,
        name: format!("{service}-2"),
        port,
        internal,
    };
    let seconds = [second("staff-api", staff, staff_internal), second("client-api", client, client_internal)];
    for second in &seconds {
        second.start(ground)?;
    }
    let ports = ground.stack.ports;
    let addresses = |first: u16, second: u16| format!("127.0.0.1:{first},127.0.0.1:{second}");
    let (staff, client) = (addresses(ports.staff, staff), addresses(ports.client, client));
    ground.stack.tell("proxy_to", [staff.as_str(), client.as_str()])?;
    Ok(seconds)
}

fn edits(ground: &Ground) -> anyhow::Result<u64> {
    ground.gym()?.number("select count(*) from audit_log where action = 'customers.edit'")
}

/// A restart counts when the process that was told to stop is another one afterwards, and went by itself.
fn restart_both(ground: &mut Ground, second: &Second) -> anyhow::Result<u64> {
    let first = second.service;
    let before = ground.stack.process(first)?;
    stop_politely(ground, first)?;
    ground.stack.tell("start_service", [first])?;
    ground.wait_until_ready(first, ground.stack.internal(first))?;
    let is_other = ground.stack.process(first)? != before;

    let before = ground.stack.process(&second.name)?;
    stop_politely(ground, &second.name)?;
    second.start(ground)?;
    let is_other_too = ground.stack.process(&second.name)? != before;
    Ok(u64::from(is_other).saturating_add(u64::from(is_other_too)))
}

fn stop_politely(ground: &Ground, name: &str) -> anyhow::Result<()> {
    let said = ground.stack.tell("stop_process", [name, "TERM", "20"])?;
    ensure!(!said.contains("killed"), "{said}");
    Ok(())
}

/// The proxy's log names both.
fn both_called(ground: &Ground, second: &Second) -> anyhow::Result<bool> {
    let ports = ground.stack.ports;
    let first = if second.service == "staff-api" { ports.staff } else { ports.client };
    let log = fs::read_to_string(ground.stack.data.join("log/nginx-access.log"))?;
    let is_called = |port: u16| log.contains(&format!("\"service\":\"127.0.0.1:{port}\""));
    Ok(is_called(first) && is_called(second.port))
}
