//! Postgres stopped, restarted, frozen, locked, slow, silent: answers within five seconds, 503 at worst, back within five
//! seconds. And connections that fell silent for ever while new ones work: back within ten.

use std::{
    fs,
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::ensure;

use super::{ground::Ground, ledger::Ledger};
use crate::{
    claims::say,
    stack::{
        Ended, Running, free_port, in_background, is_busy, postgres_processes, programs, ran, signal, within,
    },
};

/// How long the database is stopped, frozen or silent.
const STOPPED: Duration = Duration::from_secs(6);
const AWAY: Duration = Duration::from_secs(12);
const SLOW: Duration = Duration::from_secs(8);
/// Within which everybody is served again.
const BACK: Duration = Duration::from_secs(5);
/// The same, where each connection that is kept has to be found out first.
const STALE: Duration = Duration::from_secs(10);
/// What Postgres must not be told when it shall forget nothing.
const DURABILITY: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// The ways in which the database fails. A new one is a line here and one in [`Database::breaks`].
#[derive(Debug, Clone, Copy)]
enum Way {
    Stopped,
    Restarted,
    Frozen,
    Locked,
    Slow,
    Silent,
    /// Those who are connected never hear anything again, as after a firewall forgot them; who connects from now on does.
    Stale,
}

impl Way {
    const ALL: [Self; 7] =
        [Self::Stopped, Self::Restarted, Self::Frozen, Self::Locked, Self::Slow, Self::Silent, Self::Stale];
}

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    ground.start_fresh()?;
    let mut database = Database::behind_a_relay(ground)?;
    let ledger = Ledger::start(ground, &["--answered-within", "5000"])?;
    for _ in 0..ground.times(3, 1) {
        for way in Way::ALL {
            database.breaks(way)?;
        }
    }
    let is_sound = ledger.finish(ground)?;
    for setting in DURABILITY {
        database.refuses_forgetful(setting)?;
    }
    database.postgres("restart")?;
    let taken = database.production(5)?;
    database.hold(taken.is_late, "production takes a Postgres that keeps everything")?;
    say("production refuses fsync, full_page_writes and synchronous_commit off")?;
    Ok(is_sound && database.missed == 0)
}

struct Database<'ground> {
    ground: &'ground Ground,
    /// The line between the services and Postgres, and the file that says how it is.
    relay: Running,
    line: PathBuf,
    missed: usize,
}

impl<'ground> Database<'ground> {
    /// The services reach Postgres through a line that can be made slow or silent.
    fn behind_a_relay(ground: &'ground Ground) -> anyhow::Result<Self> {
        let stack = &ground.stack;
        let port = free_port(16000)?;
        let line = stack.work.join("line");
        fs::write(&line, "0\n")?;
        let [listen, to] = [port, stack.ports.postgres].map(|port| port.to_string());
        let mut relay = ground.drill(["relay", "--listen", &listen, "--to", &to, "--delay"])?;
        let relay = in_background(relay.arg(&line), &stack.log("relay"))?;
        ensure!(within(Duration::from_secs(10), || is_busy(port)), "no relay: {}", relay.said()?);
        for name in ["staff", "client"] {
            let url = format!("postgres://gym_{name}:{}@127.0.0.1:{port}/gym", stack.secret(name)?);
            fs::write(stack.data.join("secrets").join(format!("{name}_url")), url)?;
            let service = format!("{name}-api");
            stack.tell("stop_process", [service.as_str(), "TERM", "20"])?;
            stack.tell("start_service", [service.as_str()])?;
        }
        let is_ready = within(Duration::from_secs(10), || stack.both_say("/ready", 200));
        ensure!(is_ready, "the services do not get ready behind the relay");
        Ok(Self { ground, relay, line, missed: 0 })
    }

    fn breaks(&mut self, way: Way) -> anyhow::Result<()> {
        match way {
            Way::Stopped => {
                self.postgres("stop")?;
                self.without_database(STOPPED)?;
                self.postgres("start")?;
                self.back("stopped")
            }
            Way::Restarted => {
                self.postgres("restart")?;
                self.back("restarted")
            }
            Way::Frozen => {
                self.signal("STOP")?;
                self.without_database(AWAY)?;
                self.signal("CONT")?;
                self.back("frozen")
            }
            Way::Locked => {
                self.ground.gym()?.ask(
                    "begin; lock table subscription_balances, entries, audit_log in access exclusive mode; select pg_sleep(8)",
                )?;
                self.back("locked")
            }
            Way::Slow => {
                self.line("150")?;
                sleep(SLOW);
                self.hold(self.ground.stack.both_say("/live", 200), "alive with a slow database")?;
                self.line("0")?;
                self.back("slow")
            }
            Way::Silent => {
                self.line("silent")?;
                self.without_database(AWAY)?;
                self.line("0")?;
                self.back("silent")
            }
            Way::Stale => {
                self.line("stale")?;
                self.back_within("stale", STALE)?;
                self.line("0")
            }
        }
    }

    /// What is missed does not end the fault.
    fn hold(&mut self, is_so: bool, text: &str) -> anyhow::Result<()> {
        if !is_so {
            say(&format!("NOT SO: {text}"))?;
            self.missed = self.missed.saturating_add(1);
        }
        Ok(())
    }

    /// What holds while it is away for so long.
    fn without_database(&mut self, length: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        let stack = &self.ground.stack;
        let goes = within(Duration::from_secs(3), || stack.both_say("/ready", 503));
        self.hold(goes, "ready goes within three seconds")?;
        while began.elapsed() < length {
            self.hold(stack.both_say("/live", 200), "alive without the database")?;
            self.hold(stack.both_say("/ready", 503), "not ready without the database")?;
            sleep(Duration::from_millis(500));
        }
        Ok(())
    }

    /// What holds from now on.
    fn back(&mut self, name: &str) -> anyhow::Result<()> {
        self.back_within(name, BACK)
    }

    fn back_within(&mut self, name: &str, longest: Duration) -> anyhow::Result<()> {
        let began = Instant::now();
        let stack = &self.ground.stack;
        if within(longest, || stack.both_say("/ready", 200)) {
            say(&format!("{name}: ready {} s after it", began.elapsed().as_secs()))?;
        } else {
            self.hold(false, &format!("{name}: ready within {} s", longest.as_secs()))?;
        }
        sleep(Duration::from_secs(2));
        self.hold(stack.both_say("/ready", 200), &format!("{name}: and it stays"))
    }

    fn postgres(&self, order: &str) -> anyhow::Result<()> {
        self.ground.stack.tell("postgres", [order])?;
        Ok(())
    }

    fn signal(&self, name: &str) -> anyhow::Result<()> {
        signal(name, &postgres_processes(self.ground.stack.postmaster()?)?);
        Ok(())
    }

    /// How the line is from now on, in a word that the relay knows: a delay in milliseconds, silent, or stale.
    fn line(&mut self, word: &str) -> anyhow::Result<()> {
        ensure!(!self.relay.is_over()?, "the relay ended: {}", self.relay.said()?);
        fs::write(&self.line, format!("{word}\n"))?;
        Ok(())
    }

    /// staff-api in production, for so many seconds.
    fn production(&self, seconds: u64) -> anyhow::Result<Ended> {
        let stack = &self.ground.stack;
        let mut serve = stack.control("run_program");
        serve.args([
            "staff-api",
            "GYM__MODE=production",
            &format!("GYM__HTTP__LISTEN=127.0.0.1:{}", free_port(16010)?),
            &format!("GYM__HTTP__INTERNAL_LISTEN=127.0.0.1:{}", free_port(16020)?),
            "GYM__OUTBOX__WORKER=false",
            "GYM__MAIL__TRANSPORT=smtp",
            "GYM__MAIL__HOST=127.0.0.1",
            "GYM__MAIL__TLS=none",
            "GYM__MAIL__FROM=gym@example.com",
            "GYM__SMS__TRANSPORT=twilio",
            "GYM__SMS__ACCOUNT_SID=AC0",
            "GYM__SMS__AUTH_TOKEN=none-of-ours",
            "GYM__SMS__FROM=+15005550006",
            // The callers' own, with which they are not in each other's way, are none that production takes.
            "GYM__LIMITS__ADDRESS_REQUESTS_PER_SECOND=100",
            "GYM__LIMITS__ADDRESS_BURST=600",
            "GYM__LIMITS__ADDRESS_SIGN_INS_PER_MINUTE=240",
            "GYM__LIMITS__ADDRESS_SIGN_IN_BURST=400",
        ]);
        serve.arg(programs()?.join("staff-api")).arg("serve");
        ran(&mut serve, &stack.log("production"), Duration::from_secs(seconds))
    }

    fn refuses_forgetful(&mut self, setting: &str) -> anyhow::Result<()> {
        self.ground.gym()?.ask(&format!("alter system set {setting} = off"))?;
        self.postgres("restart")?;
        let refused = self.production(10)?;
        let words = format!("may lose what it acknowledged: {setting} off");
        if refused.code != Some(1) || !refused.said.contains(&words) {
            say(&refused.last_lines(3))?;
            self.hold(false, &format!("production refuses {setting} off"))?;
        }
        self.ground.gym()?.ask(&format!("alter system reset {setting}"))?;
        Ok(())
    }
}
