//! Somebody at a desk, or a member with a phone: does one thing after the other and remembers what came of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::{
    books::{Entry, Fate},
    deed::{Deed, Kind},
    line::{Heard, Line},
};

/// Before a request that found nobody is sent again.
const NOBODY: Duration = Duration::from_millis(15);
/// Before an unknown one is sent again.
const AGAIN: Duration = Duration::from_millis(60);
/// How long a caller tries to learn what became of a deed.
const STUBBORN: Duration = Duration::from_mins(1);
/// An admission within ten seconds is answered again and is no entry of its own.
const BETWEEN_ENTRIES: Duration = Duration::from_secs(11);

/// Hashing a first password is the dearest thing a desk can ask for.
const ENOUGH_GUESTS: usize = 12;

/// A member taps; a desk has a queue.
const BETWEEN_TAPS: Duration = Duration::from_millis(40);

/// What a gym sells to the desks: a month with freezes, and coins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shelf {
    /// Service that is frozen and unfrozen.
    pub(crate) monthly: i64,
    /// Service whose coins are taken.
    pub(crate) coins: i64,
}

/// Somebody the desk registered, and the coins it sold them.
#[derive(Debug, Clone, Copy)]
struct Guest {
    customer: i64,
    coins: Option<i64>,
    last_entry: Option<Instant>,
}

/// One caller, who does deeds one after the other and keeps a record of them.
#[derive(Debug)]
pub(crate) struct Desk {
    number: usize,
    line: Line,
    dice: StdRng,
    prefix: String,
    count: u32,
    role: Role,
    entries: Vec<Entry>,
    /// Unknown ones that are resolved at the end.
    later: Vec<Entry>,
}

#[derive(Debug)]
enum Role {
    Staff { shelf: Shelf, hot: Vec<i64>, guests: Vec<Guest>, months: Vec<i64> },
    Member { id: i64 },
}

impl Desk {
    /// A staff desk that shares the subscriptions `hot` with others.
    pub(crate) fn staff(number: usize, seed: u64, line: Line, shelf: Shelf, hot: Vec<i64>) -> Self {
        let role = Role::Staff { shelf, hot, guests: Vec::new(), months: Vec::new() };
        Self::new(number, seed, line, role)
    }

    /// A member with a phone.
    pub(crate) fn member(number: usize, seed: u64, line: Line, id: i64) -> Self {
        Self::new(number, seed, line, Role::Member { id })
    }

    fn new(number: usize, seed: u64, line: Line, role: Role) -> Self {
        let dice = StdRng::seed_from_u64(seed.wrapping_add(u64::try_from(number).unwrap_or(0)));
        let prefix = format!("{}{number:02}", prefix(seed));
        Self { number, line, dice, prefix, count: 0, role, entries: Vec::new(), later: Vec::new() }
    }

    /// Works until `stop`, then finds out what became of everything.
    pub(crate) async fn work(mut self, stop: Arc<AtomicBool>) -> Vec<Entry> {
        while !stop.load(Ordering::Relaxed) {
            let kind = self.choose();
            self.carry_out(kind).await;
            if matches!(self.role, Role::Member { .. }) {
                sleep(BETWEEN_TAPS).await;
            }
        }
        for mut entry in std::mem::take(&mut self.later) {
            self.insist(&mut entry).await;
            self.entries.push(entry);
        }
        self.entries
    }

    /// Does one thing, and learns at once or at the end what came of it.
    pub(crate) async fn carry_out(&mut self, kind: Kind) -> Fate {
        self.count = self.count.saturating_add(1);
        let key = format!("{}-{:05}", self.prefix, self.count);
        let deed = Deed { key, kind };
        let mut entry =
            Entry { deed, fate: Fate::Open, turns: 0, was_unknown: false, is_contradicted: false };
        // Now and then somebody taps twice.
        if self.dice.random_range(0..10) == 0 {
            self.send_twice(&mut entry).await;
        } else {
            self.send_once(&mut entry).await;
        }
        if matches!(entry.fate, Fate::Open) {
            entry.was_unknown = true;
            if self.may_wait() {
                self.later.push(entry);
                return Fate::Open;
            }
            self.insist(&mut entry).await;
            // What takes longer than the services live is asked again when nobody kills them any more.
            if matches!(entry.fate, Fate::Open) && matches!(self.role, Role::Staff { .. }) {
                self.later.push(entry);
                return Fate::Open;
            }
        }
        self.remember(&entry);
        let fate = entry.fate.clone();
        self.entries.push(entry);
        fate
    }

    /// A member's choices must come one after the other; a desk may leave a question open until the evening.
    fn may_wait(&mut self) -> bool {
        match self.role {
            Role::Staff { .. } => self.dice.random_range(0..2) == 0,
            Role::Member { .. } => false,
        }
    }

    async fn send_once(&self, entry: &mut Entry) {
        loop {
            entry.turns = entry.turns.saturating_add(1);
            match self.line.send(&entry.deed, entry.turns).await {
                Heard::NotSent => sleep(NOBODY).await,
                heard @ (Heard::Done(_) | Heard::Refused(_) | Heard::Unknown) => return settle(entry, heard),
            }
        }
    }

    async fn send_twice(&self, entry: &mut Entry) {
        let (one, two) = (entry.turns.saturating_add(1), entry.turns.saturating_add(2));
        let heard = tokio::join!(self.line.send(&entry.deed, one), self.line.send(&entry.deed, two));
        entry.turns = two;
        settle(entry, heard.0);
        settle(entry, heard.1);
    }

    /// Sends it again, with its key, until somebody says what became of it.
    async fn insist(&self, entry: &mut Entry) {
        let began = Instant::now();
        while matches!(entry.fate, Fate::Open) && began.elapsed() < STUBBORN {
            sleep(AGAIN).await;
            self.send_once(entry).await;
        }
    }

    fn choose(&mut self) -> Kind {
        let (number, count) = (self.number, self.count);
        let dice = &mut self.dice;
        let Role::Staff { shelf, hot, guests, months } = &mut self.role else {
            let Role::Member { id } = self.role else { unreachable!("there are two roles") };
            let language = if dice.random_range(0..2) == 0 { "ar" } else { "en" };
            return Kind::Speak { member: id, language };
        };
        let has_enough = guests.len() >= ENOUGH_GUESTS && !hot.is_empty();
        let now = Instant::now();
        let due = |guest: &&mut Guest| {
            guest.coins.is_some()
                && guest.last_entry.is_none_or(|last| now.saturating_duration_since(last) > BETWEEN_ENTRIES)
        };
        match dice.random_range(0..100) {
            0..35 if !hot.is_empty() => {
                let subscription = hot.get(dice.random_range(0..hot.len())).copied().unwrap_or_default();
                Kind::Deduct { subscription, amount: dice.random_range(1..=3) }
            }
            35..60 => match guests.iter_mut().find(due) {
                Some(Guest { customer, coins: Some(subscription), last_entry }) => {
                    *last_entry = Some(now);
                    Kind::CheckIn { customer: *customer, subscription: *subscription }
                }
                _ if !has_enough => register(number, count),
                _ => {
                    let subscription = hot.get(dice.random_range(0..hot.len())).copied().unwrap_or_default();
                    Kind::Deduct { subscription, amount: 1 }
                }
            },
            60..80 => match guests.last().copied() {
                None => register(number, count),
                Some(guest) if guest.coins.is_some() => Kind::Sell {
                    customer: guest.customer,
                    service: shelf.monthly,
                    units: None,
                    price: 50_000,
                },
                Some(guest) => {
                    let (units, price) =
                        (Some(dice.random_range(5..60)), dice.random_range(100..900_i64).saturating_mul(100));
                    Kind::Sell { customer: guest.customer, service: shelf.coins, units, price }
                }
            },
            80..84 if !hot.is_empty() => {
                let subscription = hot.get(dice.random_range(0..hot.len())).copied().unwrap_or_default();
                Kind::Renew { subscription, units: dice.random_range(5..50), price: 10_000 }
            }
            84..95 if !months.is_empty() => {
                let subscription =
                    months.get(dice.random_range(0..months.len())).copied().unwrap_or_default();
                if dice.random_range(0..2) == 0 {
                    Kind::Freeze { subscription, days: dice.random_range(1..5) }
                } else {
                    Kind::Unfreeze { subscription }
                }
            }
            _ => register(number, count),
        }
    }

    /// What later deeds build on.
    fn remember(&mut self, entry: &Entry) {
        let (Role::Staff { guests, months, .. }, Fate::Done(data)) = (&mut self.role, &entry.fate) else {
            return;
        };
        match &entry.deed.kind {
            Kind::Register { .. } => {
                if let Some(customer) = number_in(data, "id") {
                    guests.push(Guest { customer, coins: None, last_entry: None });
                }
            }
            Kind::Sell { customer, units, .. } => match (number_in(data, "subscription_id"), units) {
                (Some(subscription), Some(_)) => {
                    if let Some(guest) = guests.iter_mut().find(|guest| guest.customer == *customer) {
                        guest.coins = Some(subscription);
                    }
                }
                (Some(subscription), None) => months.push(subscription),
                (None, _) => {}
            },
            Kind::Renew { .. }
            | Kind::Deduct { .. }
            | Kind::CheckIn { .. }
            | Kind::Freeze { .. }
            | Kind::Unfreeze { .. }
            | Kind::Speak { .. } => {}
        }
    }
}

/// What every key of a drill with this seed begins with.
pub(crate) fn prefix(seed: u64) -> String {
    format!("drill{seed:06}-")
}

/// Phones that no demo member has.
pub(crate) const PHONES: &str = "+20155";

fn register(desk: usize, count: u32) -> Kind {
    Kind::Register { phone: format!("{PHONES}{desk:02}{:05}", count.wrapping_rem(100_000)) }
}

/// The number that `data` has under `name`.
pub(crate) fn number_in(data: &Value, name: &str) -> Option<i64> {
    data.get(name).and_then(Value::as_i64)
}

/// An answer settles a deed that is open; a second one has to say the same.
fn settle(entry: &mut Entry, heard: Heard) {
    let fate = match heard {
        Heard::Done(data) => Fate::Done(data),
        Heard::Refused(code) => Fate::Refused(code),
        Heard::Unknown | Heard::NotSent => return,
    };
    match (&entry.fate, &fate) {
        (Fate::Open, _) => entry.fate = fate,
        (Fate::Done(one), Fate::Done(two)) => {
            let differ = |name| number_in(one, name) != number_in(two, name);
            entry.is_contradicted |= ["id", "subscription_id", "entry_id"].into_iter().any(differ);
        }
        (Fate::Done(_), Fate::Refused(_)) => entry.is_contradicted = true,
        (Fate::Refused(_), Fate::Done(_)) => {
            entry.is_contradicted = true;
            entry.fate = fate;
        }
        (Fate::Refused(_), Fate::Refused(_)) | (_, Fate::Open) => {}
    }
}
