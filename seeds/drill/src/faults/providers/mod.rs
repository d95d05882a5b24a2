//! The mail server and the SMS gateway are dead, hostile and slow while members ask for codes.

mod taken;

use std::{
    fs,
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{bail, ensure};

use self::taken::Taken;
use super::ground::{Ground, holds, lines_in, number_between};
use crate::{
    claims::{claim, say},
    stack::{Psql, Running, free_port, ran, within},
};

/// Codes asked for a second.
const RATE: u64 = 10;
/// A code waits ten minutes at most.
const SETTLED: Duration = Duration::from_secs(700);
/// Codes that are made to run out while they wait.
const RUN_OUT: u64 = 20;
/// Those that are in hand when a less urgent message comes, and those claimed with them.
const IN_HAND: u64 = 40;

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    let length = ground.times(200, 16);
    let smtp = free_port(ground.stack.ports.postgres.saturating_add(1))?;
    let http = free_port(smtp.saturating_add(1))?;
    send_to(ground, smtp, http);
    ground.start_fresh()?;
    let mut trial = Trial::open(ground, length)?;
    let [smtp, http] = [smtp, http].map(|port| port.to_string());
    let (manner, taken) = (trial.manner.display().to_string(), trial.taken.display().to_string());
    let words = ["providers", "--smtp", &smtp, "--http", &http, "--manner", &manner, "--taken", &taken];
    let mut providers =
        ground.crowd_meanwhile("providers", &[words.as_slice(), &["--seconds", "2300"]].concat())?;

    let before = trial.ask_for_codes("good", length / 2)?;
    sleep(Duration::from_secs(1));
    let good = lines_in(&trial.taken);
    let asked = trial.asked;
    let text = format!("{good} of {asked} messages were taken while all was well");
    holds(u64::try_from(good)? == asked, &text)?;
    let mut slower = 0_u64;
    for manner in ["dead", "hostile", "slow"] {
        trial.behave(manner)?;
        let p99 = trial.ask_for_codes(manner, length)?;
        // Goes on, for what becomes of the messages has nothing to do with it.
        let is_fast = p99 <= before.saturating_mul(2).saturating_add(50);
        let text = format!("{manner}: 99 of 100 within {p99} ms; {before} ms before");
        slower = slower.saturating_add(u64::from(!claim(is_fast, &text)?));
        let waiting = trial.count("state = 'waiting'")?;
        holds(waiting > 10, &format!("{manner}: messages are waiting"))?;
    }
    holds(lines_in(&trial.taken) == good, "nothing was taken meanwhile")?;
    let end = trial.let_them_come_back(&mut providers)?;
    trial.judge(&end)?;
    Ok(slower == 0)
}

fn send_to(ground: &mut Ground, smtp: u16, http: u16) {
    ground.allow_many_callers();
    for (name, value) in [
        ("GYM__MAIL__TRANSPORT", "smtp"),
        ("GYM__MAIL__HOST", "127.0.0.1"),
        ("GYM__MAIL__PORT", &smtp.to_string()),
        ("GYM__MAIL__TLS", "none"),
        ("GYM__SMS__TRANSPORT", "twilio"),
        ("GYM__SMS__BASE_URL", &format!("http://127.0.0.1:{http}")),
        ("GYM__SMS__ACCOUNT_SID", "drill"),
        ("GYM__SMS__AUTH_TOKEN", "drill"),
        ("GYM__SMS__FROM", "Gym"),
    ] {
        ground.stack.set(name, value);
    }
}

struct Trial<'ground> {
    ground: &'ground Ground,
    gym: Psql,
    /// Who asks for a code, a line each; everybody asks once, because a code may be asked for three times in ten minutes.
    everybody: Vec<String>,
    /// Messages up to this id are not of the trial.
    first: u64,
    /// The file that says how the providers behave, and the one where they write down what they took.
    manner: PathBuf,
    taken: PathBuf,
    asked: u64,
}

/// What was done when the providers came back.
struct End {
    /// The ids of the codes that had run out.
    run_out: Vec<String>,
    /// SMS that were due at once, all more urgent than a hundred others.
    due: u64,
    /// SMS that were taken before that.
    before: usize,
}

impl<'ground> Trial<'ground> {
    fn open(ground: &'ground Ground, length: u64) -> anyhow::Result<Self> {
        let gym = ground.gym()?;
        let people = length.saturating_mul(RATE).saturating_mul(4);
        gym.ask(&format!(
            "insert into customers (gym_id, branch_id, full_name, name_folded, phone, email, qr_version, password_changed,
                 is_active, created_at, updated_at)
             select gym_id, id, 'Drill', 'drill', case when n % 2 = 0 then '+2010' || lpad(n::text, 8, '0') end,
                 case when n % 2 = 1 then 'drill' || n || '@gym.example' end, 1, false, true, clock_timestamp(), clock_timestamp()
             from generate_series(1, {people}) n, (select * from branches order by id limit 1) b"
        ))?;
        let everybody =
            gym.ask("select coalesce(phone, email) from customers where full_name = 'Drill' order by id")?;
        let first = gym.number("select coalesce(max(id), 0) from outbox")?;
        let [manner, taken] = ["manner", "taken.jsonl"].map(|name| ground.stack.work.join(name));
        fs::write(&manner, "good\n")?;
        let everybody = everybody.lines().map(str::to_owned).collect();
        Ok(Self { ground, gym, everybody, first, manner, taken, asked: 0 })
    }

    /// How many messages of the trial are so; the jobs that find out whom a message is for are none.
    fn count(&self, condition: &str) -> anyhow::Result<u64> {
        let first = self.first;
        self.gym.number(&format!(
            "select count(*) from outbox where id > {first} and kind <> 'send_code' and {condition}"
        ))
    }

    fn behave(&self, manner: &str) -> anyhow::Result<()> {
        let new = self.manner.with_extension("new");
        fs::write(&new, format!("{manner}\n"))?;
        fs::rename(&new, &self.manner)?;
        sleep(Duration::from_millis(500));
        Ok(())
    }

    /// The next ones ask; returns the time within which 99 of 100 were answered, in milliseconds.
    fn ask_for_codes(&mut self, label: &str, seconds: u64) -> anyhow::Result<u64> {
        let from = usize::try_from(self.asked)?;
        let count = usize::try_from(seconds.saturating_mul(RATE))?;
        let next: Vec<&str> = self.everybody.iter().skip(from).take(count).map(String::as_str).collect();
        let file = self.ground.stack.work.join("identifiers");
        fs::write(&file, next.join("\n"))?;
        let at = format!("127.0.0.1:{}", self.ground.stack.ports.client);
        let (rate, length) = (RATE.to_string(), seconds.to_string());
        let words = ["crowd", "steady", "--at", &at, "--rate", &rate, "--seconds", &length, "--codes-for"];
        let mut crowd = self.ground.drill(words)?;
        let limit = Duration::from_secs(seconds.saturating_add(60));
        let ended = ran(crowd.arg(&file), &self.ground.stack.log("codes"), limit)?;
        if !ended.is_good() {
            bail!("the callers failed:\n{}", ended.said);
        }
        say(&format!("{label}: {}", ended.said.lines().next().unwrap_or_default().trim()))?;
        self.asked = self.asked.saturating_add(number_between(&ended.said, "calls, ", " good")?);
        number_between(&ended.said, "p99 ", " ms")
    }

    /// Some codes run out while nobody takes them; then everything is due at once, with less urgent messages before it.
    fn let_them_come_back(&self, providers: &mut Running) -> anyhow::Result<End> {
        let first = self.first;
        let run_out = self.gym.ask(&format!(
            "update outbox set expires_at = clock_timestamp() where id in (
                 select id from outbox where id > {first} and kind <> 'send_code' and state = 'waiting' and lease_until is null
                 order by id desc limit {RUN_OUT}) returning id"
        ))?;
        let due = self.gym.number(&format!(
            "with due as (update outbox set run_at = clock_timestamp() - interval '1 second' where id > {first} and lane = 'sms'
                 and state = 'waiting' and lease_until is null and expires_at > clock_timestamp() returning id),
             less as (insert into outbox (kind, payload_version, payload, is_secret, lane, state, priority, attempts, due_at,
                     run_at, created_at)
                 select 'activation_code', 1, jsonb_build_object('to', jsonb_build_object('sms', '+2010' || 99000000 + n),
                         'purpose', 'activation', 'name', 'less urgent', 'code', '000000', 'language', 'en'),
                     true, 'sms', 'waiting', 5, 0, clock_timestamp() - interval '1 hour',
                     clock_timestamp() - interval '1 hour', clock_timestamp()
                 from generate_series(1, 100) n)
             select count(*) from due"
        ))?;
        let before = Taken::read(&self.taken)?.sms();
        self.behave("good")?;
        let began = Instant::now();
        let is_settled =
            within(SETTLED, || self.count("state = 'waiting'").is_ok_and(|waiting| waiting == 0));
        ensure!(is_settled, "messages still wait after {} s", SETTLED.as_secs());
        say(&format!("everything is settled {} s after the providers came back", began.elapsed().as_secs()))?;
        fs::remove_file(&self.manner)?;
        providers.ended(Duration::from_mins(1))?.succeeds()?;
        Ok(End { run_out: run_out.lines().map(str::to_owned).collect(), due, before })
    }

    fn judge(&self, end: &End) -> anyhow::Result<()> {
        let taken = Taken::read(&self.taken)?;
        let codes = end.run_out.len();
        let sent = end.run_out.iter().filter(|id| taken.has(id)).count();
        holds(codes > 0 && sent == 0, &format!("{codes} codes ran out, {sent} of them were sent"))?;
        let ids = end.run_out.join(", ");
        let unnoted = self
            .gym
            .number(&format!("select count(*) from outbox where state <> 'expired' and id in (0, {ids})"))?;
        holds(unnoted == 0, "they are noted as expired")?;
        let (due, order) = (end.due, taken.first_less_urgent(end.before).unwrap_or_default());
        let is_urgent_first = u64::try_from(order)? >= due.saturating_sub(IN_HAND);
        let text = format!("{due} codes were due; the first less urgent message was number {order}");
        holds(is_urgent_first, &text)?;
        let (asked, made) = (self.asked, self.count("priority = 0")?);
        holds(asked == made, &format!("{asked} codes were asked for, {made} messages were made"))?;
        let lost = self.count("state not in ('done', 'expired')")?;
        holds(lost == 0, &format!("{lost} of them are neither sent nor expired"))?;
        let twice = taken.twice();
        holds(twice == 0, &format!("{twice} were taken twice"))?;
        let done = self.count("state = 'done'")?;
        holds(done == u64::try_from(taken.count())?, "what is noted as done was taken")
    }
}
