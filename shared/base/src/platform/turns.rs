//! Turns at something that only so many may do at once, given to one address after the other.
//!
//! In a queue of requests whoever sends the most is served the most. Here each address has a line of its own, the lines
//! take turns, and none may hold more of the waiting places than it leaves to others: who signs in waits for one password
//! of each address that is busy, however many each of them has sent.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::shares::{Holder, Share, Shares};

/// The turns, and those who wait for one.
#[derive(Debug)]
pub(crate) struct Turns {
    places: Arc<Shares>,
    waiting: Mutex<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    free: usize,
    lines: VecDeque<Line>,
}

#[derive(Debug)]
struct Line {
    of: Holder,
    callers: VecDeque<oneshot::Sender<Turn>>,
}

/// What became of asking for a turn.
enum Asked {
    Now(Turn),
    Later(oneshot::Receiver<Turn>),
}

impl Waiting {
    fn enqueue(&mut self, holder: Holder, caller: oneshot::Sender<Turn>) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.of == holder) {
            line.callers.push_back(caller);
        } else {
            self.lines.push_back(Line { of: holder, callers: VecDeque::from([caller]) });
        }
    }

    /// The first of the first line, which goes to the end.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let mut line = self.lines.pop_front()?;
        let caller = line.callers.pop_front();
        if !line.callers.is_empty() {
            self.lines.push_back(line);
        }
        caller
    }
}

impl Turns {
    /// `at_once` at a time, and `places` in all for those who wait or have their turn.
    pub(crate) fn new(at_once: usize, places: usize) -> Arc<Self> {
        let waiting = Waiting { free: at_once, lines: VecDeque::new() };
        Arc::new(Self { places: Shares::new(places), waiting: Mutex::new(waiting) })
    }

    /// Whether `holder` would be let wait.
    pub(crate) fn have_room_for(&self, holder: Holder) -> bool {
        self.places.have_room_for(holder)
    }

    /// Waits for a turn; none, at once, where `holder` has too many waiting.
    pub(crate) async fn take(self: &Arc<Self>, holder: Holder) -> Option<(Turn, Share)> {
        let place = self.places.take(holder, 1)?;
        let turn = match self.ask(holder) {
            Asked::Now(turn) => turn,
            // The other end is only dropped with its turn sent.
            Asked::Later(turn) => turn.await.ok()?,
        };
        Some((turn, place))
    }

    /// Where a turn is free nobody waits.
    fn ask(self: &Arc<Self>, holder: Holder) -> Asked {
        let mut waiting = self.lock();
        if let Some(rest) = waiting.free.checked_sub(1) {
            waiting.free = rest;
            return Asked::Now(Turn(Arc::clone(self)));
        }
        let (call, turn) = oneshot::channel();
        waiting.enqueue(holder, call);
        Asked::Later(turn)
    }

    /// A turn is over: it goes to whoever is next, or waits for somebody.
    fn pass_on(self: &Arc<Self>) {
        let mut waiting = self.lock();
        let next = waiting.next();
        if next.is_none() {
            waiting.free = waiting.free.saturating_add(1);
        }
        drop(waiting);
        if let Some(next) = next {
            // Sent to somebody who has given up it is dropped, and goes on to the next.
            drop(next.send(Turn(Arc::clone(self))));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A turn, which passes on when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(Arc<Turns>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use futures_util::{FutureExt, future::join_all};

    use super::*;

    fn somebody(number: u32) -> Holder {
        IpAddr::V4(Ipv4Addr::from_bits(number)).into()
    }

    #[tokio::test]
    async fn lines_take_turns_however_long_they_are() {
        let turns = Turns::new(1, 100);
        let first = turns.take(somebody(0)).await;
        let served = Mutex::new(Vec::new());
        let wait = async |number| {
            let turn = turns.take(somebody(number)).await.unwrap();
            served.lock().unwrap().push(number);
            drop(turn);
        };
        let all = join_all([1, 1, 1, 1, 1, 2, 2, 3].map(wait));
        let begin = async { drop(first) };
        tokio::join!(all, begin);
        assert_eq!(served.into_inner().unwrap(), [1, 2, 3, 1, 2, 1, 1, 1]);
    }

    #[tokio::test]
    async fn a_line_that_fills_its_places_leaves_some_to_others() {
        let turns = Turns::new(1, 64);
        let _first = turns.take(somebody(1)).await;
        let mut junk: Vec<_> = (0..70).map(|_| Box::pin(turns.take(somebody(1)))).collect();
        let refused = junk.iter_mut().filter_map(FutureExt::now_or_never).count();
        assert_eq!(refused, 70 - 31, "an address alone has half of the places, and one has its turn");
        assert!(turns.have_room_for(somebody(2)) && !turns.have_room_for(somebody(1)));
    }

    #[tokio::test]
    async fn a_turn_whose_caller_left_goes_to_the_next() {
        let turns = Turns::new(1, 10);
        let first = turns.take(somebody(1)).await;
        let mut left = Box::pin(turns.take(somebody(2)));
        let mut stays = Box::pin(turns.take(somebody(3)));
        assert!((&mut left).now_or_never().is_none() && (&mut stays).now_or_never().is_none());
        drop(first);
        // Called, and gone before it listened.
        drop(left);
        drop(stays.await);
        assert_eq!(turns.lock().free, 1);
    }
}
