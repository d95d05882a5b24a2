//! The worker: claims what is due, hands it over, notes what came of it.
//!
//! Each channel has a lane of its own, so that a mail server that hangs keeps no text message waiting. A lane has a
//! bounded number of messages on their way, and no transaction is open while they are. Any number of workers share the
//! table.

use std::{future::Future, io, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::{
    sync::Notify,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Channel, State,
    contact::{Contact, is_passing},
    schedule::{self, MOST_ATTEMPTS, Next, Outcome},
    store::{self, ANNOUNCEMENTS, Claim, Claimed},
};
use crate::{
    platform::{
        clock::Clock,
        config,
        db::Db,
        delivery::{Hope, Parcel, Senders, Undelivered},
        telemetry::metric,
    },
    vocabulary::Timestamp,
};

/// How long the worker waits for what.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Longest sleep between two looks at the table.
    pub poll: Duration,
    /// Most messages of a channel on their way at once.
    pub batch: u32,
    /// Longest time for handing one message over.
    pub send_timeout: Duration,
    /// How long a claim holds; must be well above `send_timeout`.
    pub lease: TimeDelta,
    /// How long Postgres may keep silent before the line to it is given up. Its own limit for a statement is shorter.
    pub patience: Duration,
    /// How often the table is counted and tidied.
    pub housekeeping: Duration,
    /// How long a message that is done is kept.
    pub keep: TimeDelta,
}

impl From<&config::Outbox> for Settings {
    fn from(config: &config::Outbox) -> Self {
        Self {
            poll: config.poll,
            batch: config.batch,
            send_timeout: Duration::from_secs(10),
            lease: TimeDelta::seconds(60),
            patience: Duration::from_secs(10),
            housekeeping: Duration::from_secs(15),
            keep: TimeDelta::days(7),
        }
    }
}

/// Pause after the database could not be reached.
const DATABASE_PAUSE: Duration = Duration::from_secs(1);
/// How long a line may be quiet before another one is listened on.
const LISTEN_AT_MOST: Duration = Duration::from_mins(5);
/// Most messages removed at once, so that tidying holds no lock for long.
const TIDY_LIMIT: u32 = 1000;
/// How often that is done in one round: more than strangers can leave behind in the time between two.
const TIDY_PIECES: u32 = 50;

/// Sends what waits in the outbox.
pub struct Worker {
    db: Db,
    senders: Senders,
    clock: Arc<dyn Clock>,
    settings: Settings,
    contact: Contact,
    mail_due: Notify,
    sms_due: Notify,
}

/// What happened in a lane.
enum Event {
    /// A claim for up to so many came back.
    Claimed(u32, Result<Vec<Claimed>, sqlx::Error>),
    /// This message is no longer in hand.
    Done(i64),
}

/// What a lane has in hand.
struct Lane<'w> {
    channel: Channel,
    /// One future for each message held, and at most one claim.
    under_way: FuturesUnordered<BoxFuture<'w, Event>>,
    held: Vec<i64>,
    /// Whether there may be something due.
    is_due: bool,
}

impl Lane<'_> {
    fn is_claiming(&self) -> bool {
        self.under_way.len() > self.held.len()
    }
}

impl Worker {
    /// A worker that has not begun.
    pub fn new(db: &Db, senders: Senders, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        Self {
            db: db.clone(),
            senders,
            clock,
            settings,
            contact: Contact::default(),
            mail_due: Notify::new(),
            sms_due: Notify::new(),
        }
    }

    /// Works until `shutdown`; then finishes what is on its way, which takes no longer than one handing over.
    pub async fn run(self, shutdown: CancellationToken) {
        tokio::join!(
            self.work(Channel::Mail, &self.mail_due, &shutdown),
            self.work(Channel::Sms, &self.sms_due, &shutdown),
            shutdown.run_until_cancelled(self.listen()),
            shutdown.run_until_cancelled(self.keep_house()),
        );
    }

    /// One lane.
    async fn work(&self, channel: Channel, due: &Notify, shutdown: &CancellationToken) {
        let under_way = FuturesUnordered::new();
        let mut lane = Lane { channel, under_way, held: Vec::new(), is_due: true };
        let mut poll = interval(self.settings.poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_closing = shutdown.is_cancelled();
            if is_closing && lane.under_way.is_empty() {
                return;
            }
            if !is_closing {
                self.claim_if_due(&mut lane);
            }
            tokio::select! {
                Some(event) = lane.under_way.next() => self.take_in(&mut lane, event, shutdown),
                _ = poll.tick(), if !is_closing => lane.is_due = true,
                () = due.notified(), if !is_closing => lane.is_due = true,
                () = shutdown.cancelled(), if !is_closing => {}
            }
        }
    }

    /// Claims once there is room for half a batch, rather than one by one.
    fn claim_if_due<'w>(&'w self, lane: &mut Lane<'w>) {
        let held = u32::try_from(lane.held.len()).unwrap_or(u32::MAX);
        let limit = self.settings.batch.saturating_sub(held);
        if !lane.is_due || lane.is_claiming() || limit < self.settings.batch.div_ceil(2) {
            return;
        }
        lane.is_due = false;
        let (channel, held) = (lane.channel, lane.held.clone());
        let claiming = async move {
            let claim = Claim { channel, limit, lease: self.settings.lease, held: &held };
            let claimed = self.in_time(async {
                store::update_claimed(&mut self.db.upkeep().await?, claim, self.clock.now()).await
            });
            Event::Claimed(limit, claimed.await)
        };
        lane.under_way.push(claiming.boxed());
    }

    fn take_in<'w>(&'w self, lane: &mut Lane<'w>, event: Event, shutdown: &CancellationToken) {
        match event {
            Event::Done(id) => lane.held.retain(|held| *held != id),
            Event::Claimed(limit, Ok(claimed)) => {
                self.contact.found();
                // As much as there was room for: there may be more.
                lane.is_due |= u32::try_from(claimed.len()).is_ok_and(|count| count >= limit);
                for message in claimed {
                    lane.held.push(message.id);
                    lane.under_way.push(self.deliver(message, shutdown.clone()).boxed());
                }
            }
            Event::Claimed(_, Err(error)) => self.contact.lost(&error),
        }
    }

    /// Hands one message over and notes what came of it.
    async fn deliver(&self, message: Claimed, shutdown: CancellationToken) -> Event {
        let began = Instant::now();
        let outcome = self.attempt(&message).await;
        let took = began.elapsed();
        let next =
            schedule::follow(outcome, message.id, message.attempt, message.expires_at, self.clock.now());
        count(&message, &next, took);
        // Without this note somebody would send the message again, so it is worth waiting for the database.
        while let Err(error) = self.note(&message, &next).await {
            self.contact.lost(&error);
            if !is_passing(&error) {
                tracing::error!(message_id = message.id, %error, "what came of a message could not be noted");
                break;
            }
            if shutdown.run_until_cancelled(sleep(DATABASE_PAUSE)).await.is_none() {
                break;
            }
        }
        Event::Done(message.id)
    }

    async fn attempt(&self, message: &Claimed) -> Outcome {
        let now = self.clock.now();
        if schedule::is_too_late(message.expires_at, now) {
            return Outcome::TooLate;
        }
        if message.attempt > MOST_ATTEMPTS {
            return Outcome::TooOften;
        }
        let key = format!("outbox-{}-{}", message.created_at.timestamp_micros(), message.id);
        let parcel = Parcel {
            key: &key,
            to: &message.recipient,
            subject: message.subject.as_deref(),
            text: &message.text,
            html: message.html.as_deref(),
            at: now,
        };
        match timeout(self.settings.send_timeout, self.senders.send(message.channel, parcel)).await {
            Ok(Ok(())) => Outcome::Taken,
            Ok(Err(undelivered)) => Outcome::Failed(undelivered),
            Err(_elapsed) => {
                Outcome::Failed(Undelivered { hope: Hope::Left, reason: "timed out".to_owned() })
            }
        }
    }

    async fn note(&self, message: &Claimed, next: &Next) -> Result<(), sqlx::Error> {
        let now = self.clock.now();
        self.in_time(async {
            let mut upkeep = self.db.upkeep().await?;
            match next {
                Next::Finish(state, why) => {
                    store::update_finished(&mut upkeep, message, *state, why.as_deref(), now).await
                }
                Next::Postpone(run_at, why) => {
                    store::update_postponed(&mut upkeep, message, *run_at, why).await
                }
            }
        })
        .await
    }

    /// What Postgres answers, or that it does not.
    async fn in_time<T>(
        &self,
        asked: impl Future<Output = Result<T, sqlx::Error>> + Send,
    ) -> Result<T, sqlx::Error> {
        let silent = || io::Error::new(io::ErrorKind::TimedOut, "the database keeps silent");
        timeout(self.settings.patience, asked).await.unwrap_or_else(|_elapsed| Err(silent().into()))
    }

    /// Wakes the lanes when a message was written, sooner than the next look would.
    async fn listen(&self) {
        loop {
            if let Err(error) = self.listen_once().await {
                tracing::debug!(%error, "not listening for messages for a moment");
            }
            sleep(DATABASE_PAUSE).await;
        }
    }

    /// Listens until nothing was heard for so long that the line may be dead.
    async fn listen_once(&self) -> Result<(), sqlx::Error> {
        // A listener keeps its connection, so it takes none from the pool that serves requests.
        let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(self.db.connect_options());
        let mut listener = self
            .in_time(async {
                let mut listener = PgListener::connect_with(&own).await?;
                listener.listen(ANNOUNCEMENTS).await?;
                Ok(listener)
            })
            .await?;
        loop {
            // Also at first and after a lost connection: something may have been announced while nobody listened.
            self.mail_due.notify_one();
            self.sms_due.notify_one();
            match timeout(LISTEN_AT_MOST, listener.try_recv()).await {
                Ok(heard) => heard?,
                Err(_elapsed) => return Ok(()),
            };
        }
    }

    async fn keep_house(&self) {
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
        let tallies =
            self.in_time(async { store::count_messages(self.db.upkeep().await?.conn()).await }).await?;
        measure(&tallies, now);
        let before = now.checked_sub_signed(self.settings.keep).unwrap_or(now);
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

/// Sets the gauges; what is not in the table is zero.
fn measure(tallies: &[store::Tally], now: Timestamp) {
    for channel in Channel::ALL {
        let oldest = tallies.iter().find(|tally| tally.state == State::Waiting && tally.channel == *channel);
        let age = oldest.map_or(TimeDelta::zero(), |tally| now.signed_duration_since(tally.oldest_at));
        let age = age.to_std().unwrap_or_default().as_secs_f64();
        metrics::gauge!(metric::OUTBOX_OLDEST_WAITING, "channel" => channel.as_str()).set(age);
        for state in State::ALL {
            let tally = tallies.iter().find(|tally| tally.state == *state && tally.channel == *channel);
            let count = u32::try_from(tally.map_or(0, |tally| tally.count)).unwrap_or(u32::MAX);
            let gauge = metrics::gauge!(
                metric::OUTBOX_MESSAGES, "channel" => channel.as_str(), "state" => state.as_str()
            );
            gauge.set(count);
        }
    }
}

fn count(message: &Claimed, next: &Next, took: Duration) {
    let (channel, kind) = (message.channel.as_str(), message.kind.as_str());
    let (outcome, why) = match next {
        Next::Finish(State::Sent, _) => {
            metrics::counter!(metric::OUTBOX_SENT, "channel" => channel, "kind" => kind).increment(1);
            metrics::histogram!(metric::OUTBOX_SEND_SECONDS, "channel" => channel).record(took);
            return;
        }
        Next::Finish(state, why) => (state.as_str(), why.as_deref()),
        Next::Postpone(_, why) => ("retry", Some(why.as_str())),
    };
    tracing::warn!(
        message_id = message.id,
        channel,
        kind,
        attempt = message.attempt,
        outcome,
        why,
        "not delivered"
    );
    metrics::counter!(metric::OUTBOX_FAILED, "channel" => channel, "kind" => kind, "outcome" => outcome)
        .increment(1);
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("settings", &self.settings).finish_non_exhaustive()
    }
}
