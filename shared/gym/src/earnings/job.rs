//! The job that closes a month at the branches that a request had no time for.

use futures_util::{FutureExt as _, future::BoxFuture};
use serde::{Deserialize, Serialize};

use super::actions::close_branches;
use base::{
    platform::outbox::{AnyKind, Failed, JobAttempt, JobKind, Lane, Priority, Retry},
    vocabulary::MonthClosingId,
};

/// The jobs of this feature.
pub static JOBS: &[&dyn AnyKind] = &[&CLOSE_MONTH];

/// Closes an ordered month at every branch. Done twice it finds it closed.
pub(super) static CLOSE_MONTH: JobKind<CloseMonth> = JobKind {
    name: "close_month",
    version: 1,
    priority: Priority::Normal,
    retry: Retry::PROVIDER,
    life: None,
    is_secret: false,
    lane: |_| Lane::Work,
    read: |_version, payload| serde_json::from_value(payload),
    run: CloseMonth::run,
};

/// Which order to close a month.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct CloseMonth {
    /// Its id.
    pub(super) closing: i64,
}

impl CloseMonth {
    fn run(self, attempt: JobAttempt<'_>) -> BoxFuture<'_, Result<(), Failed>> {
        let closing = MonthClosingId::new(self.closing);
        async move {
            let closed = close_branches(attempt.db, closing, attempt.now, None).await;
            closed.map_err(|error| Failed::of(&error))
        }
        .boxed()
    }
}
