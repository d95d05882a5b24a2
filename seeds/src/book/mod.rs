//! What happened at a gym: subscriptions, freezes, money and the door, gathered in any order and written down in the order
//! of time, so that ids, receipts and balances run as they would have.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "made-up numbers of known size; an overflow here breaks only made-up data"
)]

mod write;

use anyhow::Context as _;
use base::vocabulary::Calendar;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::dice::Dice;

pub(crate) use write::{First, reserve};

/// The place of something in one of the book's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ref(u32);

impl Ref {
    /// The place with this number, counted from nought.
    pub(crate) fn at(index: usize) -> anyhow::Result<Self> {
        Ok(Self(u32::try_from(index)?))
    }

    /// The next free place of `list`.
    pub(crate) fn next<T>(list: &[T]) -> anyhow::Result<Self> {
        Self::at(list.len())
    }

    /// What stands at this place of `list`.
    pub(crate) fn of<T>(self, list: &[T]) -> anyhow::Result<&T> {
        list.get(self.index()?).context("a place in the book")
    }

    /// What stands at this place of `list`, to be changed.
    pub(crate) fn of_mut<T>(self, list: &mut [T]) -> anyhow::Result<&mut T> {
        list.get_mut(self.index()?).context("a place in the book")
    }

    fn index(self) -> anyhow::Result<usize> {
        Ok(usize::try_from(self.0)?)
    }
}

/// A service, as a gym of the seeds sells it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) service_type: &'static str,
    pub(crate) price: i64,
    pub(crate) days: Option<i32>,
    pub(crate) units: Option<i32>,
    pub(crate) max_freezes: i32,
    pub(crate) max_freeze_days: i32,
    pub(crate) freeze_fee: i64,
    pub(crate) opens_door: bool,
    pub(crate) every_branch: bool,
}

/// An offer as a gym lists it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service {
    pub(crate) id: i64,
    pub(crate) offer: &'static Offer,
}

/// Where it happens, and who stands there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Branch {
    pub(crate) id: i64,
    pub(crate) gym: i64,
    pub(crate) desk: i64,
    pub(crate) trainer: Option<i64>,
    /// Another branch of the gym, where members try their luck.
    pub(crate) neighbour: Option<Ref>,
}

/// To whom it happens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    pub(crate) id: i64,
    pub(crate) branch: Ref,
    pub(crate) since: NaiveDate,
    /// How often they come, in visits of a hundred days.
    pub(crate) pace: i32,
    pub(crate) is_active: bool,
}

/// The days on which a subscription is frozen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rest {
    pub(crate) from: NaiveDate,
    /// Last day as asked for.
    pub(crate) until: NaiveDate,
    /// First day no longer frozen, when it was ended early.
    pub(crate) ended_on: Option<NaiveDate>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
}

impl Rest {
    /// The first day after it.
    pub(crate) fn day_after(&self) -> NaiveDate {
        self.ended_on.unwrap_or(self.until + TimeDelta::days(1))
    }

    /// Days that it took.
    pub(crate) fn days(&self) -> i64 {
        (self.day_after() - self.from).num_days()
    }
}

/// A subscription, as the book keeps it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sold {
    pub(crate) member: Ref,
    pub(crate) service: Service,
    pub(crate) price: i64,
    /// How often its end was moved by a renewal.
    pub(crate) renewals: i32,
    pub(crate) starts_on: NaiveDate,
    pub(crate) ends_on: Option<NaiveDate>,
    pub(crate) rest: Option<Rest>,
    pub(crate) stopped_at: Option<DateTime<Utc>>,
    pub(crate) renews: Option<Ref>,
    pub(crate) at: DateTime<Utc>,
    /// Units granted by sale and renewals.
    pub(crate) total: i32,
    /// Coins or sessions that are left.
    pub(crate) left: i32,
}

/// A payment; amounts are in the smallest unit of the currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Payment {
    pub(crate) at: DateTime<Utc>,
    pub(crate) branch: Ref,
    pub(crate) member: Option<Ref>,
    pub(crate) sold: Option<Ref>,
    pub(crate) kind: &'static str,
    pub(crate) method: &'static str,
    pub(crate) amount: i64,
    pub(crate) discount: i64,
    pub(crate) reverses: Option<Ref>,
    pub(crate) notes: Option<&'static str>,
}

/// Something that moves a balance, a door, or both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) at: DateTime<Utc>,
    pub(crate) member: Ref,
    pub(crate) sold: Option<Ref>,
    pub(crate) branch: Ref,
    pub(crate) what: What,
}

/// What happened, of what the book keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// Coins or sessions were sold.
    Sale(i32),
    /// Units were added by a renewal.
    Renewal(i32),
    /// A mistake was put right.
    Correction(i32),
    /// A trainer took an hour off.
    Training,
    /// Came in, and paid with a unit if it is one of those subscriptions.
    In {
        /// Whether a unit was taken.
        is_charged: bool,
    },
    /// Was turned away by the rules.
    Out(Denial),
    /// Was turned away by the rules and let in by a manager.
    Overruled(Denial),
}

/// Why the door stayed shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Denial {
    Expired,
    Frozen,
    Stopped,
    NotStarted,
    NoCoins,
    NoSessions,
    OtherBranch,
}

impl Denial {
    /// As the table keeps it.
    const fn code(self) -> &'static str {
        match self {
            Self::Expired => "SUBSCRIPTION_EXPIRED",
            Self::Frozen => "SUBSCRIPTION_FROZEN",
            Self::Stopped => "SUBSCRIPTION_STOPPED",
            Self::NotStarted => "SUBSCRIPTION_NOT_STARTED",
            Self::NoCoins => "NO_COINS_REMAINING",
            Self::NoSessions => "NO_SESSIONS_REMAINING",
            Self::OtherBranch => "OTHER_BRANCH",
        }
    }
}

/// The moment at which the book is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: DateTime<Utc>,
    pub(crate) today: NaiveDate,
    /// Nothing is told of the days before.
    pub(crate) from: NaiveDate,
}

/// The hour of a visit: mornings some, evenings many.
const HOURS: [i64; 16] = [6, 7, 7, 8, 9, 10, 11, 13, 16, 17, 17, 18, 18, 19, 20, 21];
/// How fresh the latest thing is, minutes.
const FRESH: i64 = 10;

impl Moment {
    /// The moment `now`, with a past of so many days.
    pub(crate) fn new(now: DateTime<Utc>, past: i64) -> Self {
        let today = Calendar::CAIRO.today(now);
        Self { now, today, from: today - TimeDelta::days(past) }
    }

    /// The instant so many days before now.
    pub(crate) fn past(&self, days: i64) -> DateTime<Utc> {
        self.now - TimeDelta::days(days)
    }

    /// The day so many days ago.
    pub(crate) fn ago(&self, days: i64) -> NaiveDate {
        self.today - TimeDelta::days(days)
    }

    /// A time of that day at which people come; today it is over already.
    pub(crate) fn visit(&self, dice: &mut Dice, day: NaiveDate) -> DateTime<Utc> {
        let hour = dice.pick(&HOURS);
        self.time(dice, day, hour)
    }

    /// A time of that day at which the desk sells; today it is over already.
    pub(crate) fn deal(&self, dice: &mut Dice, day: NaiveDate) -> DateTime<Utc> {
        let hour = dice.between(9, 20);
        self.time(dice, day, hour)
    }

    fn time(&self, dice: &mut Dice, day: NaiveDate, hour: i64) -> DateTime<Utc> {
        let start = Calendar::CAIRO.day_start(day);
        let seconds = hour * 3_600 + dice.between(0, 3_599);
        if day < self.today {
            return start + TimeDelta::seconds(seconds);
        }
        // Of a day that has begun, its last hours until a few minutes ago; at midnight there is little to choose from.
        let since_start = (self.now - start).num_seconds();
        let latest = (since_start - FRESH * 60).max(0);
        start + TimeDelta::seconds(dice.between((latest - 10 * 3_600).max(0), latest))
    }
}

/// Everything that happened in a seeded gym, before it is written as rows.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) moment: Moment,
    pub(crate) branches: Vec<Branch>,
    pub(crate) members: Vec<Member>,
    pub(crate) sold: Vec<Sold>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) events: Vec<Event>,
}

impl Book {
    /// A book without any rows, as of `moment`.
    pub(crate) const fn new(moment: Moment) -> Self {
        Self {
            moment,
            branches: Vec::new(),
            members: Vec::new(),
            sold: Vec::new(),
            payments: Vec::new(),
            events: Vec::new(),
        }
    }

    /// How many attempts to come in it tells of.
    pub(crate) fn entries(&self) -> i64 {
        let is_entry =
            |event: &&Event| matches!(event.what, What::In { .. } | What::Out(_) | What::Overruled(_));
        i64::try_from(self.events.iter().filter(is_entry).count()).unwrap_or(i64::MAX)
    }
}
