//! Limits that protect the machine: counted in memory, per process, forgotten at a restart.
//!
//! Limits that protect an account live in Postgres.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::{StateInformationMiddleware, StateSnapshot},
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore},
};

use super::shares::Holder;

/// Number of counters; at 8 bytes each they take half a megabyte.
const SLOTS: u16 = u16::MAX;

/// How often one address may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(Quota);

impl Rate {
    /// `steady` times a second for ever, and `burst` times at once after a rest; at least once.
    pub const fn per_second(steady: u32, burst: u32) -> Self {
        Self(Quota::per_second(at_least_one(steady)).allow_burst(at_least_one(burst)))
    }

    /// `steady` times a minute for ever, and `burst` times at once after a rest; at least once.
    pub const fn per_minute(steady: u32, burst: u32) -> Self {
        Self(Quota::per_minute(at_least_one(steady)).allow_burst(at_least_one(burst)))
    }

    /// `steady` times an hour for ever, and `burst` times at once after a rest; at least once.
    pub const fn per_hour(steady: u32, burst: u32) -> Self {
        Self(Quota::per_hour(at_least_one(steady)).allow_burst(at_least_one(burst)))
    }
}

pub(crate) const fn at_least_one(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

/// What one address or session may still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remaining {
    /// Times at once after a rest.
    pub most: u32,
    /// Times at once from here on.
    pub left: u32,
    /// From nothing left to [`Self::most`].
    pub window: Duration,
    /// From here to [`Self::most`], if nothing more is done.
    pub rest: Duration,
}

impl Remaining {
    fn of(state: &StateSnapshot) -> Self {
        let (quota, left) = (state.quota(), state.remaining_burst_capacity());
        let most = quota.burst_size().get();
        let for_each = quota.replenish_interval();
        Self {
            most,
            left,
            window: for_each.saturating_mul(most),
            rest: for_each.saturating_mul(most.saturating_sub(left)),
        }
    }
}

/// Counts requests per client address, or per session, in a fixed amount of memory.
///
/// Each of them hashes to one of a fixed number of counters, under a key drawn at start. A map of addresses would
/// have to be swept and capped, and an attacker could fill it up; here a million addresses cost what one costs. Two
/// addresses that hash to the same counter share it: once in 65,535, and harmless unless one of them is far beyond its
/// rate.
pub struct AddressLimit<C: Clock = DefaultClock> {
    limiter: RateLimiter<usize, Counters, C, StateInformationMiddleware>,
    clock: C,
    hasher: RandomState,
}

impl AddressLimit {
    /// Allows `rate` to each address.
    pub fn new(rate: Rate) -> Self {
        Self::on_clock(rate, DefaultClock::default())
    }
}

impl<C: Clock + Clone> AddressLimit<C> {
    fn on_clock(rate: Rate, clock: C) -> Self {
        let counters = Counters((0..SLOTS).map(|_| InMemoryState::default()).collect());
        let limiter = RateLimiter::new(rate.0, counters, clock.clone());
        Self { limiter, clock, hasher: RandomState::new() }
    }

    /// Counts one request from `address`, or answers how long until one more would be let through.
    pub fn admit(&self, address: IpAddr) -> Result<Remaining, Duration> {
        self.admit_one_of(address.into())
    }

    /// Counts one request of `holder`, or answers how long until one more would be let through.
    pub fn admit_one_of(&self, holder: Holder) -> Result<Remaining, Duration> {
        let hash = self.hasher.hash_one(holder);
        let slot = usize::try_from(hash.checked_rem(u64::from(SLOTS)).unwrap_or(0)).unwrap_or(0);
        self.limiter
            .check_key(&slot)
            .map(|state| Remaining::of(&state))
            .map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

impl<C: Clock> fmt::Debug for AddressLimit<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddressLimit").finish_non_exhaustive()
    }
}

struct Counters(Box<[InMemoryState]>);

impl StateStore for Counters {
    type Key = usize;

    fn measure_and_replace<T, F, E>(&self, slot: &usize, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        match self.0.get(*slot) {
            Some(counter) => counter.measure_and_replace(&NotKeyed::NonKey, measure),
            None => measure(None).map(|(verdict, _)| verdict),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn limit(per_second: u32, burst: u32) -> AddressLimit<FakeRelativeClock> {
        AddressLimit::on_clock(Rate::per_second(per_second, burst), FakeRelativeClock::default())
    }

    const BRANCH: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

    #[test]
    fn a_branch_of_forty_staff_and_three_hundred_members_gets_in_within_five_minutes() {
        let limit = limit(100, 600);
        let requests_each = 12;
        for _ in 0..300 {
            for _ in 0..=(340 * requests_each / 300) {
                assert!(limit.admit(BRANCH).is_ok());
            }
            limit.clock.advance(Duration::from_secs(1));
        }
        assert!((0..600).all(|_| limit.admit(BRANCH).is_ok()), "the first minute may come at once");
    }

    #[test]
    fn everybody_of_a_branch_signs_in_within_five_minutes() {
        let limit = AddressLimit::on_clock(Rate::per_minute(240, 400), FakeRelativeClock::default());
        for _ in 0..300 {
            for _ in 0..4 {
                assert!(limit.admit(BRANCH).is_ok(), "340 people, three tries each, and some more");
            }
            limit.clock.advance(Duration::from_secs(1));
        }
    }

    #[test]
    fn one_beyond_the_burst_hears_when_to_come_back() {
        let limit = limit(10, 20);
        assert!((0..20).all(|_| limit.admit(BRANCH).is_ok()));
        let wait = limit.admit(BRANCH).unwrap_err();
        assert!(wait <= Duration::from_millis(100), "{wait:?}");
        limit.clock.advance(wait);
        assert!(limit.admit(BRANCH).is_ok());
        assert!(limit.admit(BRANCH).is_err());
    }

    #[test]
    fn the_addresses_of_one_ipv6_network_are_one_client() {
        let limit = limit(1, 4);
        let network: u128 = Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, 0).to_bits();
        let admitted =
            (0..100).filter(|host| limit.admit(Ipv6Addr::from_bits(network + host).into()).is_ok()).count();
        assert_eq!(admitted, 4);
    }

    #[test]
    fn an_address_written_as_ipv6_is_still_the_same_client() {
        let limit = limit(1, 1);
        assert!(limit.admit(BRANCH).is_ok());
        assert!(limit.admit("::ffff:203.0.113.9".parse().unwrap()).is_err());
    }

    #[test]
    fn a_million_addresses_shut_nobody_out() {
        let limit = limit(100, 600);
        for number in 0..1_000_000 {
            assert!(limit.admit(Ipv4Addr::from_bits(number).into()).is_ok());
        }
        assert!(limit.admit(BRANCH).is_ok());
    }
}
