//! The processes of a gym, by their numbers.

use std::{
    fs,
    process::{Command, Stdio},
};

use anyhow::Context as _;

/// A process with this number lives. One that ended and was not collected by its parent does not, though `kill` reaches it.
pub(crate) fn is_running(number: u32) -> bool {
    match fs::read_to_string(format!("/proc/{number}/stat")) {
        Ok(stat) => state(&stat).is_some_and(|state| state != "Z"),
        Err(_) => !fs::exists("/proc/self/stat").unwrap_or(false) && signal("0", &[number]),
    }
}

/// Sends it to all of `numbers`; false when it did not reach all of them.
pub(crate) fn signal(name: &str, numbers: &[u32]) -> bool {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).args(numbers.iter().map(u32::to_string));
    let status = kill.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The postmaster and its children; they have none of their own.
pub(crate) fn postgres_processes(postmaster: u32) -> anyhow::Result<Vec<u32>> {
    let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().context("ps")?;
    Ok(family(&String::from_utf8_lossy(&listed.stdout), postmaster))
}

/// Those of `listed`, a number and its parent's a line, that are `head` or its children.
fn family(listed: &str, head: u32) -> Vec<u32> {
    let pairs = listed.lines().filter_map(|line| {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    });
    pairs.filter(|(number, parent)| *number == head || *parent == head).map(|(number, _)| number).collect()
}

/// What a process holds in memory.
pub(crate) fn resident_mib(number: u32) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{number}/status")).context("the process is gone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024)
}

/// How long ago a process began, to ten milliseconds.
pub(crate) fn milliseconds_since_start(number: u32) -> anyhow::Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{number}/stat")).context("the process is gone")?;
    let uptime = fs::read_to_string("/proc/uptime")?;
    age(&stat, &uptime).context("/proc has another form")
}

/// The fields behind the name, which may hold blanks and brackets itself; the first is the state.
fn fields(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace()
}

fn state(stat: &str) -> Option<&str> {
    fields(stat).next()
}

/// Field 22 is the start in hundredths of a second after the system's, whatever its clock really ticks.
fn age(stat: &str, uptime: &str) -> Option<u64> {
    let began: u64 = fields(stat).nth(19)?.parse().ok()?;
    let (seconds, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
    let now = seconds.parse::<u64>().ok()?.checked_mul(100)?.checked_add(hundredths.parse().ok()?)?;
    now.checked_sub(began)?.checked_mul(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "4711 (a) name (b) S 1 4711 4711 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 12345 9 9";

    #[test]
    fn a_name_with_brackets_does_not_move_the_fields() {
        assert_eq!(state(STAT), Some("S"));
        assert_eq!(age(STAT, "124.00 99.00\n"), Some(550));
    }

    #[test]
    fn a_postmaster_and_its_children_are_its_family() {
        assert_eq!(family("    1     0\n   50     1\n   51    50\n  510     5\n", 50), [50, 51]);
    }

    #[test]
    fn this_process_runs() {
        assert!(is_running(std::process::id()));
        assert!(milliseconds_since_start(std::process::id()).is_ok());
    }
}
