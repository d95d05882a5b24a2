//! Who may hold how much of what there is little of: connections, memory, places among the requests that are worked on.
//!
//! Nobody may hold more than they leave to others. Whoever is alone gets half of it, so that a whole branch behind one
//! address has enough; where ten take all they can, each has an eleventh, and an eleventh is free for whoever comes next.
//! So there is no figure to be guessed for how much is too much. Nothing is kept of whoever holds nothing.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::request;
use crate::vocabulary::SessionId;

/// The network that a client has to itself: an IPv4 address, or the /64 of an IPv6 address, which a household or an
/// attacker owns whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientNetwork {
    /// An address of IPv4, also where it was written as IPv6.
    V4(u32),
    /// The upper half of an address of IPv6.
    V6(u64),
}

impl From<IpAddr> for ClientNetwork {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => {
                Self::V6(u64::try_from(address.to_bits().wrapping_shr(64)).unwrap_or(u64::MAX))
            }
        }
    }
}

/// Whom something is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// Everybody in a network of whom nothing more is known.
    Network(ClientNetwork),
    /// Whoever has this session, wherever they are.
    Session(SessionId),
}

impl Holder {
    /// Whoever sent the request that is being answered, by its address, also somebody signed in. Beside a request, as for
    /// seeds, it is one for all.
    pub(crate) fn of_request() -> Self {
        request::current().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |request| request.address()).into()
    }
}

impl From<IpAddr> for Holder {
    fn from(address: IpAddr) -> Self {
        Self::Network(address.into())
    }
}

/// So much of something, shared among those who want it.
#[derive(Debug)]
pub struct Shares {
    total: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    all: usize,
    by: HashMap<Holder, usize>,
}

impl Held {
    /// Whether `holder` would leave to others as much as they hold already.
    fn would_leave_enough(&self, holder: Holder, weight: usize, total: usize) -> bool {
        let left = total.checked_sub(self.all).and_then(|free| free.checked_sub(weight));
        left.is_some_and(|left| self.by.get(&holder).copied().unwrap_or(0) <= left)
    }

    fn add(&mut self, holder: Holder, weight: usize) {
        self.all = self.all.saturating_add(weight);
        let held = self.by.entry(holder).or_default();
        *held = held.saturating_add(weight);
    }

    fn remove(&mut self, holder: Holder, weight: usize) {
        self.all = self.all.saturating_sub(weight);
        if let Some(held) = self.by.get_mut(&holder) {
            *held = held.saturating_sub(weight);
            if *held == 0 {
                self.by.remove(&holder);
            }
        }
    }
}

impl Shares {
    /// `total` of it, nothing of which is held.
    pub fn new(total: usize) -> Arc<Self> {
        Arc::new(Self { total, held: Mutex::default() })
    }

    /// `weight` of it for `holder` until the result is dropped; none where that would leave too little.
    pub fn take(self: &Arc<Self>, holder: Holder, weight: usize) -> Option<Share> {
        let mut held = self.lock();
        if !held.would_leave_enough(holder, weight, self.total) {
            return None;
        }
        held.add(holder, weight);
        drop(held);
        Some(Share { of: Arc::clone(self), holder, weight })
    }

    /// Whether `holder` would be given one more.
    pub fn have_room_for(&self, holder: Holder) -> bool {
        self.lock().would_leave_enough(holder, 1, self.total)
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What somebody holds, until it is dropped.
#[derive(Debug)]
pub struct Share {
    of: Arc<Shares>,
    holder: Holder,
    weight: usize,
}

impl Share {
    /// Takes `weight` more; false where that would leave too little, and nothing has changed.
    pub fn grow(&mut self, weight: usize) -> bool {
        let mut held = self.of.lock();
        let is_left = held.would_leave_enough(self.holder, weight, self.of.total);
        if is_left {
            held.add(self.holder, weight);
            self.weight = self.weight.saturating_add(weight);
        }
        is_left
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.of.lock().remove(self.holder, self.weight);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    fn somebody(number: u32) -> Holder {
        IpAddr::V4(Ipv4Addr::from_bits(number)).into()
    }

    fn as_many_as_possible(shares: &Arc<Shares>, holder: Holder) -> Vec<Share> {
        std::iter::from_fn(|| shares.take(holder, 1)).collect()
    }

    #[test]
    fn whoever_is_alone_has_half() {
        let shares = Shares::new(4096);
        assert_eq!(as_many_as_possible(&shares, somebody(1)).len(), 2048);
    }

    #[test]
    fn ten_who_take_all_they_can_leave_something_for_the_next() {
        let shares = Shares::new(1100);
        let mut held: Vec<Vec<Share>> = (0..10).map(|_| Vec::new()).collect();
        for _ in 0..1100 {
            for (number, held) in (0..).zip(&mut held) {
                held.extend(shares.take(somebody(number), 1));
            }
        }
        assert!(held.iter().all(|held| (95..=105).contains(&held.len())), "{:?}", held.iter().map(Vec::len));
        assert!(as_many_as_possible(&shares, somebody(99)).len() >= 45);
    }

    #[test]
    fn one_of_something_is_anybodys() {
        let shares = Shares::new(1);
        let share = shares.take(somebody(1), 1);
        assert!(share.is_some() && !shares.have_room_for(somebody(2)));
        drop(share);
        assert!(shares.have_room_for(somebody(2)));
    }

    #[test]
    fn what_grew_is_given_back_whole_and_nobody_is_remembered() {
        let shares = Shares::new(10);
        let mut share = shares.take(somebody(1), 1).unwrap();
        assert!(share.grow(3) && !share.grow(6));
        drop(share);
        let held = shares.lock();
        assert_eq!((held.all, held.by.len()), (0, 0));
    }

    #[test]
    fn a_session_and_an_address_are_two() {
        let shares = Shares::new(4);
        let session = Holder::Session(SessionId::random());

        let held = as_many_as_possible(&shares, somebody(1));
        assert_eq!((held.len(), as_many_as_possible(&shares, session).len()), (2, 1));
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_one_client_and_clothes_do_not_matter() {
        let network = |text: &str| ClientNetwork::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.9"), network("203.0.113.9"));
        assert_ne!(ClientNetwork::from(IpAddr::V6(Ipv6Addr::LOCALHOST)), network("0.0.0.0"));
    }
}
