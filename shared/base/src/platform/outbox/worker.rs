//! The worker: claims what is due, does it, notes what came of it.
//!
//! A lane has a bounded number of jobs under way, and no transaction is open while they are. Any number of workers
//! share the table.

use std::{future::Future, io, mem, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::{
    FutureExt as _, StreamExt as _,
    future::{BoxFuture, join_all},
    stream::FuturesUnordered,
};
use serde_json::Value;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    AnyKind, Failed, JobAttempt, Jobs, Lane, State,
    contact::{Contact, is_passing},
    schedule::{self, Next, Outcome, Tried},
    store::{self, Claim, Claimed},
};
use crate::{
    platform::{clock::Clock, config, db::Db, delivery::Senders, telemetry::metric},
    vocabulary::{Timestamp, dates::earlier},
};

/// How long the worker waits for what.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Longest sleep between two looks at the table.
    pub poll: Duration,
    /// Most jobs of a lane under way at once.
    pub batch: u32,
    /// Longest time for one attempt; then it has failed for now.
    pub attempt_timeout: Duration,
    /// How long a claim holds; must be well above `attempt_timeout`.
    pub lease: TimeDelta,
    /// How long Postgres may keep silent before its connection is given up; longer than the limit of a statement.
    pub patience: Duration,
    /// How often the table is counted and tidied.
    pub housekeeping: Duration,
    /// How long a job that is over is kept.
    pub keep: TimeDelta,
}

impl From<&config::Outbox> for Settings {
    fn from(config: &config::Outbox) -> Self {
        Self {
            poll: config.poll,
            batch: config.batch,
            attempt_timeout: Duration::from_secs(10),
            lease: TimeDelta::seconds(60),
            patience: Duration::from_secs(10),
            housekeeping: Duration::from_secs(15),
            keep: TimeDelta::days(7),
        }
    }
}

/// Pause after the database could not be reached.
const DATABASE_PAUSE: Duration = Duration::from_secs(1);
/// How long a connection may be quiet before another one takes its place: it may have died without notice.
const LISTEN_AT_MOST: Duration = Duration::from_mins(5);
/// Most jobs removed at once, so that tidying holds no lock for long.
const TIDY_LIMIT: u32 = 1000;
/// Most such removals in one round: more jobs than visitors can leave behind until the next.
const TIDY_PIECES: u32 = 50;

/// Does what waits in the outbox.
pub struct Worker {
    db: Db,
    senders: Senders,
    clock: Arc<dyn Clock>,
    jobs: Jobs,
    /// The names of `jobs`, and the newest version of each, as statements take them.
    known: (Vec<String>, Vec<i16>),
    settings: Settings,
    contact: Contact,
    /// Each lane, and what wakes it.
    lanes: Vec<(Lane, Notify)>,
}

/// What happened in a lane.
enum Event {
    /// A claim for up to so many came back.
    Claimed(u32, Result<Vec<Claimed>, sqlx::Error>),
    /// This job is no longer under way.
    Done(i64),
}

/// What a lane has under way.
struct LaneWork<'w> {
    lane: Lane,
    /// One future for each job held, and at most one claim.
    under_way: FuturesUnordered<BoxFuture<'w, Event>>,
    held: Vec<i64>,
    /// Whether there may be something due.
    is_due: bool,
}

impl LaneWork<'_> {
    fn is_claiming(&self) -> bool {
        self.under_way.len() > self.held.len()
    }
}

impl Worker {
    /// A worker that has not begun and knows these jobs.
    pub fn new(db: &Db, senders: Senders, clock: Arc<dyn Clock>, jobs: Jobs, settings: Settings) -> Self {
        Self {
            db: db.clone(),
            senders,
            clock,
            known: jobs.iter().map(|kind| (kind.name().to_owned(), kind.version())).unzip(),
            jobs,
            settings,
            contact: Contact::default(),
            lanes: Lane::ALL.iter().map(|lane| (*lane, Notify::new())).collect(),
        }
    }

    /// Works until `shutdown`; then finishes what is under way, which takes no longer than one attempt.
    pub async fn run(self, shutdown: CancellationToken) {
        begin_counts(&self.jobs);
        tokio::join!(
            join_all(self.lanes.iter().map(|(lane, due)| self.work(*lane, due, &shutdown))),
            shutdown.run_until_cancelled(self.listen()),
            shutdown.run_until_cancelled(self.run_housekeeping()),
        );
    }

    /// Claims and does the jobs of one lane until `shutdown`.
    async fn work(&self, lane: Lane, due: &Notify, shutdown: &CancellationToken) {
        let mut work = LaneWork { lane, under_way: FuturesUnordered::new(), held: Vec::new(), is_due: true };
        let mut poll = interval(self.settings.poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_closing = shutdown.is_cancelled();
            if is_closing && work.under_way.is_empty() {
                return;
            }
            if !is_closing {
                self.claim_if_due(&mut work);
            }
            tokio::select! {
                Some(event) = work.under_way.next() => self.take_in(&mut work, event, shutdown),
                _ = poll.tick(), if !is_closing => work.is_due = true,
                () = due.notified(), if !is_closing => work.is_due = true,
                () = shutdown.cancelled(), if !is_closing => {}
            }
        }
    }

    /// Claims once there is room for half a batch, rather than one by one.
    fn claim_if_due<'w>(&'w self, work: &mut LaneWork<'w>) {
        let held = u32::try_from(work.held.len()).unwrap_or(u32::MAX);
        let limit = self.settings.batch.saturating_sub(held);
        if !work.is_due || work.is_claiming() || limit < self.settings.batch.div_ceil(2) {
            return;
        }
        work.is_due = false;
        let (lane, held) = (work.lane, work.held.clone());
        let claiming = async move {
            let (kinds, versions) = (&self.known.0[..], &self.known.1[..]);
            let claim = Claim { lane, limit, lease: self.settings.lease, held: &held, kinds, versions };
            let claimed = self.in_time(async {
                store::update_claimed(&mut self.db.upkeep().await?, claim, self.clock.now()).await
            });
            Event::Claimed(limit, claimed.await)
        };
        work.under_way.push(claiming.boxed());
    }

    fn take_in<'w>(&'w self, work: &mut LaneWork<'w>, event: Event, shutdown: &CancellationToken) {
        match event {
            Event::Done(id) => work.held.retain(|held| *held != id),
            Event::Claimed(limit, Ok(claimed)) => {
                self.contact.found();
                // As much as there was room for: there may be more.
                work.is_due |= u32::try_from(claimed.len()).is_ok_and(|count| count >= limit);
                for job in claimed {
                    // Always found: only known kinds are claimed.
                    let Some(kind) = self.jobs.iter().find(|kind| kind.name() == job.kind) else { continue };
                    work.held.push(job.id);
                    work.under_way.push(self.finish(job, *kind, shutdown.clone()).boxed());
                }
            }
            Event::Claimed(_, Err(error)) => self.contact.lost(&error),
        }
    }

    /// Does one job and notes what came of it.
    async fn finish(
        &self,
        mut job: Claimed,
        kind: &'static dyn AnyKind,
        shutdown: CancellationToken,
    ) -> Event {
        let began = Instant::now();
        let payload = mem::take(&mut job.payload);
        let outcome = self.attempt(&job, kind, payload).await;
        let took = began.elapsed();
        let tried = Tried { id: job.id, attempt: job.attempt, expires_at: job.expires_at };
        let next = schedule::follow(outcome, tried, kind.retry(), self.clock.now());
        count(&job, kind, &next, took);
        // Without this note somebody would do the job again, so it is worth waiting for the database.
        while let Err(error) = self.note(&job, &next).await {
            self.contact.lost(&error);
            if !is_passing(&error) {
                tracing::error!(job_id = job.id, %error, "what came of a job could not be noted");
                break;
            }
            if shutdown.run_until_cancelled(sleep(DATABASE_PAUSE)).await.is_none() {
                break;
            }
        }
        Event::Done(job.id)
    }

    async fn attempt(&self, job: &Claimed, kind: &dyn AnyKind, payload: Value) -> Outcome {
        let now = self.clock.now();
        if schedule::is_too_late(job.expires_at, now) {
            return Outcome::TooLate;
        }
        // An attempt is counted when it is claimed: workers that died in the middle may have used up all of them
        // without noting a failure.
        if job.attempt > kind.retry().attempts {
            return Outcome::TooOften;
        }
        let key = format!("outbox-{}-{}", job.created_at.timestamp_micros(), job.id);
        let attempt = JobAttempt { key: &key, now, db: &self.db, senders: &self.senders };
        match timeout(self.settings.attempt_timeout, kind.run(job.version, payload, attempt)).await {
            Ok(Ok(())) => Outcome::Done,
            Ok(Err(failed)) => Outcome::Failed(failed),
            Err(_elapsed) => Outcome::Failed(Failed::ForNow("timed out".to_owned())),
        }
    }

    async fn note(&self, job: &Claimed, next: &Next) -> Result<(), sqlx::Error> {
        let now = self.clock.now();
        self.in_time(async {
            let mut upkeep = self.db.upkeep().await?;
            match next {
                Next::Finish(state, why) => {
                    store::update_finished(&mut upkeep, job, *state, why.as_deref(), now).await
                }
                Next::Postpone(run_at, why) => store::update_postponed(&mut upkeep, job, *run_at, why).await,
            }
        })
        .await
    }

    /// The answer of Postgres, or an error if none comes within [`Settings::patience`].
    async fn in_time<T>(
        &self,
        asked: impl Future<Output = Result<T, sqlx::Error>> + Send,
    ) -> Result<T, sqlx::Error> {
        let silent = || io::Error::new(io::ErrorKind::TimedOut, "the database keeps silent");
        timeout(self.settings.patience, asked).await.unwrap_or_else(|_elapsed| Err(silent().into()))
    }

    /// Wakes the lanes when something urgent was written, sooner than the next look would.
    async fn listen(&self) {
        loop {
            if let Err(error) = self.listen_once().await {
                tracing::debug!(%error, "not listening for new jobs for a moment");
            }
            sleep(DATABASE_PAUSE).await;
        }
    }

    /// Listens until nothing was heard for so long that the connection may be dead.
    async fn listen_once(&self) -> Result<(), sqlx::Error> {
        // A listener keeps its connection, so it takes none from the pool that serves requests.
        let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(self.db.connect_options());
        let mut listener = self
            .in_time(async {
                let mut listener = PgListener::connect_with(&own).await?;
                listener.listen(store::WAKE).await?;
                Ok(listener)
            })
            .await?;
        loop {
            // Also at first and after a lost connection: something may have been announced while nobody listened.
            self.lanes.iter().for_each(|(_, due)| due.notify_one());
            match timeout(LISTEN_AT_MOST, listener.try_recv()).await {
                Ok(heard) => heard?,
                Err(_elapsed) => return Ok(()),
            };
        }
    }

    async fn run_housekeeping(&self) {
        let mut round = interval(self.settings.housekeeping);
        round.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            round.tick().await;
            let now = self.clock.now();
            match self.look_after(now).await {
                Ok(()) => self.contact.found(),
                Err(error) => self.contact.lost(&error),
            }
        }
    }

    async fn look_after(&self, now: Timestamp) -> Result<(), sqlx::Error> {
        let tallies = self.in_time(async { store::count_jobs(self.db.upkeep().await?.conn()).await }).await?;
        measure(&tallies, now);
        let before = earlier(now, self.settings.keep);
        for _ in 0..TIDY_PIECES {
            let deleted = self.in_time(async {
                store::delete_finished(&mut self.db.upkeep().await?, before, TIDY_LIMIT).await
            });
            if deleted.await? < u64::from(TIDY_LIMIT) {
                break;
            }
        }
        Ok(())
    }
}

/// Begins every count of these jobs at zero: an alarm sees a count grow, not appear.
fn begin_counts(jobs: &Jobs) {
    for lane in Lane::ALL.iter().map(|lane| lane.as_str()) {
        for kind in jobs.iter().map(|kind| kind.name()) {
            metrics::counter!(metric::OUTBOX_SENT, "channel" => lane, "kind" => kind).absolute(0);
            for outcome in ["retry", State::Dead.as_str(), State::Expired.as_str()] {
                let labels = [("channel", lane), ("kind", kind), ("outcome", outcome)];
                metrics::counter!(metric::OUTBOX_FAILED, &labels).absolute(0);
            }
        }
        drop(metrics::histogram!(metric::OUTBOX_SEND_SECONDS, "channel" => lane));
    }
}

/// Sets the gauges; what is not in the table is zero.
fn measure(tallies: &[store::Tally], now: Timestamp) {
    for lane in Lane::ALL {
        let oldest = tallies.iter().find(|tally| tally.state == State::Waiting && tally.lane == *lane);
        let age = oldest.map_or(TimeDelta::zero(), |tally| now.signed_duration_since(tally.first_due_at));
        let age = age.to_std().unwrap_or_default().as_secs_f64();
        metrics::gauge!(metric::OUTBOX_OLDEST_WAITING, "channel" => lane.as_str()).set(age);
        for state in State::ALL {
            let tally = tallies.iter().find(|tally| tally.state == *state && tally.lane == *lane);
            let count = u32::try_from(tally.map_or(0, |tally| tally.count)).unwrap_or(u32::MAX);
            let gauge = metrics::gauge!(metric::OUTBOX_MESSAGES, "channel" => lane.as_str(), "state" => state.as_str());
            gauge.set(count);
        }
    }
}

fn count(job: &Claimed, kind: &dyn AnyKind, next: &Next, took: Duration) {
    let (lane, kind) = (job.lane.as_str(), kind.name());
    let (outcome, why) = match next {
        Next::Finish(State::Done, _) => {
            metrics::counter!(metric::OUTBOX_SENT, "channel" => lane, "kind" => kind).increment(1);
            metrics::histogram!(metric::OUTBOX_SEND_SECONDS, "channel" => lane).record(took);
            return;
        }
        Next::Finish(State::Withheld, _) => return,
        Next::Finish(state, why) => (state.as_str(), why.as_deref()),
        Next::Postpone(_, why) => ("retry", Some(why.as_str())),
    };
    tracing::warn!(job_id = job.id, lane, kind, attempt = job.attempt, outcome, why, "a job was not done");
    metrics::counter!(metric::OUTBOX_FAILED, "channel" => lane, "kind" => kind, "outcome" => outcome)
        .increment(1);
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("settings", &self.settings).finish_non_exhaustive()
    }
}
