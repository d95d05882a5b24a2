//! Work that keeps a core busy for a while: drawing a paper, taking a picture apart.
//!
//! It runs beside the threads that answer requests, so many pieces at a time, in turns that callers share fairly; each has
//! a bounded number of places to wait.

use std::sync::Arc;

use super::{shares::Holder, turns::Turns};
use crate::{Error, Fault, refusals};

/// Pieces of work that may wait for each one that is done.
const QUEUE: usize = 16;

refusals! {
    /// So much is being worked on that this would wait for seconds.
    pub struct WorkshopBusy => Unavailable, "BUSY",
        en: "Many papers are being made right now, try again shortly",
        ar: "يتم إعداد مستندات كثيرة الآن، حاول بعد قليل";
}

/// Where work is done that keeps a core busy; clones share the bound.
#[derive(Debug, Clone)]
pub struct Workshop {
    turns: Arc<Turns>,
}

impl Workshop {
    /// A workshop that does at most `at_once` pieces of work at a time, at least one.
    pub fn new(at_once: usize) -> Self {
        let at_once = at_once.max(1);
        Self { turns: Turns::new(at_once, at_once.saturating_mul(QUEUE)) }
    }

    /// Does `work` when its turn comes. A caller who leaves before it began costs nothing; once begun, it is finished.
    ///
    /// # Refuses
    /// [`WorkshopBusy`].
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let Some(turn) = self.turns.take(Holder::of_request()).await else { return Err(WorkshopBusy.into()) };
        // The turn goes along: a request that is given up does not end its work, which still takes a core.
        let task = tokio::task::spawn_blocking(move || {
            let value = work();
            drop(turn);
            value
        });
        Ok(task.await.map_err(Fault::new)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_would_wait_for_long_is_sent_away_at_once() {
        let workshop = Workshop::new(1);
        let all = futures_util::future::join_all((0..=QUEUE).map(|number| workshop.run(move || number)));
        let (done, refused): (Vec<_>, Vec<_>) = all.await.into_iter().partition(Result::is_ok);
        assert_eq!(refused.len(), 1 + QUEUE / 2, "one address has half of the places");
        assert_eq!(done.len(), QUEUE / 2);
        assert!(workshop.run(|| ()).await.is_ok(), "later there is room again");
    }

    #[tokio::test]
    async fn work_that_breaks_leaves_its_place_to_the_next() {
        let workshop = Workshop::new(1);
        let broken = workshop.run(|| panic!("a picture that nobody can read")).await;
        assert!(matches!(broken, Err(Error::Fault(_))));
        assert_eq!(workshop.run(|| 7).await.unwrap(), 7);
    }
}
