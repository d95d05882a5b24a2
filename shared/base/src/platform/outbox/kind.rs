//! What a feature says of its jobs.

use chrono::TimeDelta;
use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::Value;

use super::Lane;
use crate::{
    error::Error,
    platform::{
        db::Db,
        delivery::{FailureKind, Message, Senders, Undelivered},
    },
    vocabulary::Timestamp,
};

/// Jobs of one kind, whose payload is a `P`. Declared as a `static` by the feature that knows what is to be done.
pub struct JobKind<P> {
    /// The word under which it is stored, counted and logged. Never given to anything else.
    pub name: &'static str,
    /// The version of the payload that is written. Raised when the release before could not do the job with it.
    pub version: i16,
    /// Which goes first within a lane.
    pub priority: Priority,
    /// What follows a failure that may pass.
    pub retry: Retry,
    /// For how long from the instant it is due it is worth doing; none: for ever.
    pub life: Option<TimeDelta>,
    /// Whether nothing of the payload may be kept once the job is over.
    pub is_secret: bool,
    /// The lane in which a job with this payload waits.
    pub lane: fn(&P) -> Lane,
    /// Reads a payload of this version or an earlier one.
    pub read: fn(i16, Value) -> serde_json::Result<P>,
    /// Does the job. It may be dropped at any await, and may be done again after it was done.
    pub run: for<'a> fn(P, JobAttempt<'a>) -> BoxFuture<'a, Result<(), Failed>>,
}

/// Which jobs go first within a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// Somebody waits in front of a screen. The worker is woken for it.
    Urgent,
    /// It is found by the worker's next look, half a second later at most.
    Normal,
}

impl Priority {
    /// The number that is stored; jobs with a lower one are claimed first.
    pub(super) const fn rank(self) -> i16 {
        match self {
            Self::Urgent => 0,
            Self::Normal => 5,
        }
    }
}

/// When a failed job is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The pause after the first failure; it doubles with each further one.
    pub first_pause: TimeDelta,
    /// The pause at which the doubling ends.
    pub longest_pause: TimeDelta,
    /// After so many attempts it is given up.
    pub attempts: i32,
}

impl Retry {
    /// For what a provider takes: long enough for an outage at night. The pauses add up to eight hours at most, to six
    /// on average, because each is shortened by up to half.
    pub const PROVIDER: Self =
        Self { first_pause: TimeDelta::seconds(2), longest_pause: TimeDelta::minutes(15), attempts: 40 };
}

/// One attempt at a job, and what it can reach.
#[derive(Debug, Clone, Copy)]
pub struct JobAttempt<'a> {
    /// The same for every attempt at one job, and for no other job.
    pub key: &'a str,
    /// The instant at which this attempt began.
    pub now: Timestamp,
    /// The database. No transaction is open.
    pub db: &'a Db,
    /// The transports for mail and text messages.
    pub senders: &'a Senders,
}

impl JobAttempt<'_> {
    /// Hands a message to the transport of its channel, with the key of this job.
    pub async fn send(&self, message: &Message) -> Result<(), Failed> {
        Ok(self.senders.send(message, self.key, self.now).await?)
    }
}

/// A job was not done. The reason is a class and a number, never words from outside, which may repeat a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed {
    /// There is nobody to do it for: it is over, and nothing went wrong.
    NeedNot,
    /// Another attempt may succeed, and follows as [`Retry`] says.
    ForNow(String),
    /// No later attempt will succeed: the job is given up.
    ForGood(String),
}

impl Failed {
    /// What an error in the gym's own code means for a job. A fault is logged and tried again: the database may be back
    /// by then. A refusal would be the same tomorrow.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::Refused(refusal) => Self::ForGood(refusal.code().to_owned()),
            Error::Fault(fault) => {
                tracing::warn!(error = fault.chain(), at = %fault.at(), "a job met a fault");
                Self::ForNow("fault".to_owned())
            }
        }
    }
}

impl From<Undelivered> for Failed {
    fn from(undelivered: Undelivered) -> Self {
        match undelivered.kind {
            FailureKind::Transient => Self::ForNow(undelivered.reason),
            FailureKind::Permanent => Self::ForGood(undelivered.reason),
        }
    }
}

/// The kinds that a worker does.
pub type Jobs = Vec<&'static dyn AnyKind>;

/// A [`JobKind`] whatever its payload: what a worker needs of it.
pub trait AnyKind: Send + Sync {
    /// The name under which jobs of this kind are stored, see [`JobKind::name`].
    fn name(&self) -> &'static str;
    /// The newest version of the payload that can be read, see [`JobKind::version`].
    fn version(&self) -> i16;
    /// What follows a failure that may pass, see [`JobKind::retry`].
    fn retry(&self) -> Retry;
    /// Reads the payload and does the job.
    fn run<'a>(
        &self,
        version: i16,
        payload: Value,
        attempt: JobAttempt<'a>,
    ) -> BoxFuture<'a, Result<(), Failed>>;
}

impl<P> AnyKind for JobKind<P> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> i16 {
        self.version
    }

    fn retry(&self) -> Retry {
        self.retry
    }

    fn run<'a>(
        &self,
        version: i16,
        payload: Value,
        attempt: JobAttempt<'a>,
    ) -> BoxFuture<'a, Result<(), Failed>> {
        match (self.read)(version, payload) {
            Ok(payload) => (self.run)(payload, attempt),
            Err(error) => {
                // Without the words of the error, which may repeat the payload.
                let reason = format!("payload of version {version} unreadable: {:?} error", error.classify());
                async move { Err(Failed::ForGood(reason)) }.boxed()
            }
        }
    }
}
