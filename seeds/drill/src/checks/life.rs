//! The life of a stack started by deploy/up: started twice, killed in every part, stopped twice, two starts at once,
//! Ctrl-C, a part that ends by itself.

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    process::Command,
    thread::sleep,
    time::Duration,
};

use anyhow::{Context as _, ensure};

use super::Place;
use crate::{
    claims::Claims,
    stack::{Ended, Ports, Running, Stack, in_background, ran, signal, status, within},
};

const LIMIT: Duration = Duration::from_mins(15);
/// Until a foreground start says that it is ready.
const READY: Duration = Duration::from_mins(2);
const PARTS: [&str; 3] = ["staff-api", "client-api", "nginx"];

pub(super) fn run(place: &Place) -> anyhow::Result<bool> {
    let stack = Stack::new(&place.deploy, place.work().join("a gym"), place.work(), Ports::from(15700)?);
    let mut life = Life { stack, claims: Claims::default() };
    life.first_start()?;
    if life.claims.all_hold() {
        life.second_start()?;
        life.killed()?;
        life.stopped()?;
        life.two_at_once()?;
        life.foreground()?;
        life.fresh()?;
    }
    Ok(life.claims.verdict()?)
}

struct Life {
    stack: Stack,
    claims: Claims,
}

impl Life {
    fn up(&self, options: &[&str]) -> Command {
        let mut up = self.stack.script("up");
        up.arg("--native").args(options);
        up
    }

    fn ran_up(&self, options: &[&str]) -> anyhow::Result<Ended> {
        ran(&mut self.up(options), &self.stack.log("up"), LIMIT)
    }

    fn down(&self) -> anyhow::Result<Ended> {
        ran(&mut self.stack.script("down"), &self.stack.log("down"), LIMIT)
    }

    fn ready_line(&self) -> String {
        format!("ready {}", self.stack.url())
    }

    /// The start ended well, and one of its lines is the ready line.
    fn says_ready(&self, ended: &Ended) -> anyhow::Result<()> {
        ended.succeeds()?;
        ensure!(ended.said.lines().any(|line| line == self.ready_line()), "it said:\n{}", ended.said);
        Ok(())
    }

    fn starts_again(&self) -> anyhow::Result<()> {
        self.says_ready(&self.ran_up(&["--detach"])?)
    }

    fn is_ready(&self) -> bool {
        self.stack.both_say("/ready", 200)
    }

    fn proxy_says(&self, path: &str, wanted: u16) -> bool {
        status(self.stack.ports.proxy, path) == Some(wanted)
    }

    /// Ends it as a crash would, without a word.
    fn kill(&self, part: &str) -> anyhow::Result<()> {
        signal("KILL", &[self.stack.last_process(part)?]);
        sleep(Duration::from_millis(300));
        Ok(())
    }

    fn kill_postgres(&self) -> anyhow::Result<()> {
        signal("KILL", &[self.stack.postmaster()?]);
        sleep(Duration::from_millis(300));
        Ok(())
    }

    fn note(&self) -> anyhow::Result<String> {
        self.stack.psql("gym")?.ask("select note from kept")
    }

    fn kept(&self) -> anyhow::Result<()> {
        let note = self.note()?;
        ensure!(note == "still here", "{note}");
        Ok(())
    }

    fn first_start(&mut self) -> anyhow::Result<()> {
        let started = self.ran_up(&["--detach"])?;
        let ends_ready = started.is_good() && started.last_lines(1) == self.ready_line();
        self.claims.holds_in("the first start ends with the ready line", ends_ready, &started.said)?;
        if !ends_ready {
            return Ok(());
        }
        self.claims.holds("both services are ready", self.is_ready())?;
        self.claims.holds("the proxy answers", self.proxy_says("/live", 200))?;
        for (service, path) in
            [("staff-api", "/docs/staff/openapi.json"), ("client-api", "/docs/clients/openapi.json")]
        {
            let text = format!("the documents of {service} are served");
            self.claims.holds(&text, self.proxy_says(path, 200))?;
        }
        self.claims.holds("no internal path is served by the proxy", self.proxy_says("/metrics", 404))?;
        self.claims.add("the secrets are closed to others", self.secrets_are_closed())?;
        let note = self
            .stack
            .psql("gym")?
            .ask("create table kept (note text); insert into kept values ('still here')");
        self.claims.add("a note is left in the database", note.map(drop))?;
        let kept_quiet = self.keeps_a_taken_number_quiet();
        self.claims.add("the log of Postgres names no number that is taken already", kept_quiet)?;
        Ok(())
    }

    fn keeps_a_taken_number_quiet(&self) -> anyhow::Result<()> {
        let psql = self.stack.psql("gym")?;
        let oldest = "select phone from customers where gym_id = 1 and phone is not null order by id limit 1";
        let phone = psql.ask(oldest)?;
        ensure!(phone.len() > 8, "{phone:?} is no phone number");
        let newest = "select max(id) from customers where gym_id = 1";
        let taken = psql.ask(&format!("update customers set phone = ({oldest}) where id = ({newest})"));
        ensure!(taken.is_err(), "two customers of a gym have one number");
        let log = fs::read_to_string(self.stack.data.join("log/postgres.log"))?;
        ensure!(log.contains("customers_phone_once_per_gym"), "the log does not tell of it");
        ensure!(!log.contains(&phone), "it names the number");
        Ok(())
    }

    fn secrets_are_closed(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(self.stack.data.join("secrets"))? {
            let entry = entry?;
            let mode = entry.metadata()?.permissions().mode();
            ensure!(mode.trailing_zeros() >= 6, "{}: {mode:o}", entry.path().display());
        }
        Ok(())
    }

    fn second_start(&mut self) -> anyhow::Result<()> {
        let before = self.stack.process("staff-api")?;
        let again = self.ran_up(&["--detach"])?;
        let says_so = again.is_good() && again.said.contains("runs already");
        self.claims.holds_in("started twice it says so", says_so, &again.said)?;
        let same = self.stack.process("staff-api")? == before;
        self.claims.holds("and started nothing new", same)?;
        let foreground = self.ran_up(&[])?;
        let found = self.says_ready(&foreground);
        self.claims.add("a foreground start on a running stack returns too", found)?;

        let mut ports = self.stack.ports;
        ports.postgres = ports.postgres.saturating_add(1);
        let other = Stack::new(&self.stack.deploy, self.stack.work.join("other"), &self.stack.work, ports);
        let mut up = other.script("up");
        let ended = ran(up.args(["--native", "--detach"]), &other.log("other"), LIMIT)?;
        let words = format!("port {} (the proxy) is in use", ports.proxy);
        self.claims
            .add("another data folder on the same ports is refused by name", ended.refuses(&[&words]))?;
        self.claims.holds("and the running stack is unharmed", self.is_ready())?;
        Ok(())
    }

    fn killed(&mut self) -> anyhow::Result<()> {
        for part in PARTS {
            self.kill(part)?;
            let again = self.starts_again();
            self.claims.add(&format!("it starts again after kill -9 of {part}"), again)?;
            let ready = self.is_ready();
            self.claims.holds(&format!("everything is ready after kill -9 of {part}"), ready)?;
        }
        self.kill_postgres()?;
        let again = self.starts_again();
        self.claims.add("it starts again after kill -9 of Postgres", again)?;
        let parts: anyhow::Result<Vec<u32>> =
            PARTS.iter().map(|part| self.stack.last_process(part)).collect();
        signal("KILL", &parts?);
        self.kill_postgres()?;
        let again = self.starts_again();
        self.claims.add("it starts again after kill -9 of everything", again)?;
        let kept = self.kept();
        self.claims.add("the data is still there", kept)?;
        Ok(())
    }

    fn stopped(&mut self) -> anyhow::Result<()> {
        self.down()?;
        let free = self.stack.ports.are_free();
        self.claims.holds("down frees every port", free)?;
        let twice = self.down()?;
        self.claims.add("down twice says that nothing runs", twice.says("nothing runs"))?;

        // As after a power cut: numbers of processes that are now somebody else's.
        let number = std::process::id();
        fs::write(self.stack.data.join("run/staff-api.pid"), format!("{number}\n0@another-boot\n"))?;
        self.stack.tell("write_postmaster", [number.to_string().as_str()])?;
        let again = self.starts_again();
        self.claims.add("stale process numbers do not hinder a start", again)?;
        self.down()?;
        Ok(())
    }

    fn two_at_once(&mut self) -> anyhow::Result<()> {
        let mut starts = Vec::new();
        for name in ["first", "second"] {
            starts.push((name, in_background(&mut self.up(&["--detach"]), &self.stack.log(name))?));
        }
        for (name, mut start) in starts {
            let ended = start.ended(LIMIT)?;
            self.claims.add(&format!("two starts at once: the {name} ends well"), ended.succeeds())?;
            let is_ready = ended.last_lines(1) == self.ready_line();
            self.claims.holds(&format!("the {name} is ready"), is_ready)?;
        }
        let ready = self.is_ready();
        self.claims.holds("there is one stack", ready)?;
        fs::remove_file(self.stack.data.join("secrets/postgres"))?;
        self.down()?;
        let again = self.starts_again();
        self.claims.add("a lost superuser password is replaced", again)?;
        let kept = self.kept();
        self.claims.add("with the data kept", kept)?;
        self.down()?;
        Ok(())
    }

    /// A start in a group of its own, as from a terminal; returns when it says that it is ready.
    fn in_foreground(&self) -> anyhow::Result<Running> {
        let mut up = self.up(&[]);
        let mut start = in_background(up.process_group(0), &self.stack.log("foreground"))?;
        within(READY, || {
            start.said().is_ok_and(|said| said.lines().any(|line| line.starts_with("ready")))
                || start.is_over().unwrap_or(true)
        });
        Ok(start)
    }

    fn foreground(&mut self) -> anyhow::Result<()> {
        let mut start = self.in_foreground()?;
        // To the whole group, as a terminal does.
        let group = format!("-{}", start.number());
        let told = Command::new("kill").args(["-INT", "--", &group]).status().context("kill")?;
        ensure!(told.success(), "nobody was told to stop");
        let ended = start.ended(LIMIT)?;
        self.claims.add("Ctrl-C ends a foreground start in peace", ended.succeeds())?;
        let free = self.stack.ports.are_free();
        self.claims.holds("Ctrl-C stops everything", free)?;

        let mut start = self.in_foreground()?;
        self.kill("client-api")?;
        let ended = start.ended(LIMIT)?;
        self.claims.holds("a service that ends takes the foreground start with it", !ended.is_good())?;
        self.claims.add("which says who it was", ended.refuses(&["ended by itself: client-api"]))?;
        let free = self.stack.ports.are_free();
        self.claims.holds("and stops the rest", free)?;

        let mut start = self.in_foreground()?;
        self.down()?;
        let ended = start.ended(LIMIT)?;
        self.claims.add("down ends a foreground start in peace", ended.succeeds())?;
        Ok(())
    }

    fn fresh(&mut self) -> anyhow::Result<()> {
        let fresh = self.ran_up(&["--detach", "--fresh"])?;
        self.claims.add("--fresh starts", fresh.says("the old data is gone"))?;
        let note = self.note();
        self.claims.holds("without the old data", note.is_err())?;
        self.down()?;
        Ok(())
    }
}
