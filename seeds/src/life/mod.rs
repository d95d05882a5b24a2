//! What members do: they buy, renew, freeze, come, come too late, and stop. Made up, without a database.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "made-up numbers of known size; an overflow here breaks only made-up data"
)]

mod stint;

use chrono::{NaiveDate, TimeDelta};

use crate::{
    book::{Book, Event, Payment, Ref, Service, What},
    dice::Dice,
};

pub(crate) use stint::{Freeze, Stint};

/// What a subscription is to be today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// May be used today.
    Active,
    Frozen,
    /// Was ended at the desk.
    Stopped,
    /// Its last day is over.
    Expired,
    /// Nothing is left of it.
    Spent,
    /// Its first day is still to come.
    Pending,
}

/// How a member's time at the gym goes, up to what they hold today.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Story {
    /// What they keep buying.
    pub(crate) service: Service,
    /// What becomes of the last one.
    pub(crate) fate: Fate,
    /// How often each one is renewed before its end.
    pub(crate) renewals: i32,
    /// Whether they hold nothing else.
    pub(crate) is_alone: bool,
    /// For so many days they have had nothing good, when the last one is over.
    pub(crate) gone_for: i64,
}

/// A subscription without a last day is told as if it lasted so long.
const OPEN_END: i64 = 80;

/// Tells the story of `who`: the subscription they hold today, and those that led to it.
pub(crate) fn tell(book: &mut Book, dice: &mut Dice, who: Ref, story: Story) -> anyhow::Result<()> {
    let since = who.of(&book.members)?.since;
    let moment = book.moment;
    let story = story.within((moment.today - since).num_days());
    let mut stints = vec![story.last(book, dice, since)];
    // Backwards: each began after the one before was over.
    while let Some(next) = stints.last().map(|stint| stint.starts_on) {
        let ends_on = next - TimeDelta::days(1 + dice.between(0, 6));
        let starts_on = ends_on - TimeDelta::days(story.period() * (1 + i64::from(story.renewals)) - 1);
        let is_told = if story.service.offer.units.is_some() { starts_on } else { ends_on } > moment.from;
        if starts_on <= since || ends_on >= moment.today || !is_told {
            break;
        }
        let fate = if story.service.offer.days.is_none() { Fate::Spent } else { Fate::Expired };
        let stint = Stint::new(story.service, starts_on, fate).lasting(story.period(), story.renewals, dice);
        stints.push(stint.followed_after(ends_on));
    }
    let mut renews = None;
    for stint in stints.into_iter().rev() {
        renews = Some(stint.record(book, dice, who, renews)?);
    }
    Ok(())
}

impl Story {
    /// The story of somebody who came so many days ago, which some stories do not fit into.
    fn within(mut self, known: i64) -> Self {
        if self.fate == Fate::Pending || known < self.paid() + self.needed() {
            self.renewals = 0;
        }
        if known < self.needed() {
            self.fate = Fate::Active;
        }
        self.gone_for = self.gone_for.min(known - self.paid() - self.needed()).max(0);
        self
    }

    /// Days that the fate takes after the last renewal.
    fn needed(&self) -> i64 {
        match self.fate {
            Fate::Expired => self.period(),
            Fate::Active | Fate::Frozen | Fate::Stopped | Fate::Spent | Fate::Pending => 14,
        }
    }

    /// Days that were paid for before the last payment.
    fn paid(&self) -> i64 {
        self.period() * i64::from(self.renewals)
    }

    /// Days that one payment buys.
    fn period(&self) -> i64 {
        self.service.offer.days.map_or(OPEN_END, i64::from)
    }

    /// The one they hold today, with dates that make its fate today's answer.
    fn last(self, book: &Book, dice: &mut Dice, since: NaiveDate) -> Stint {
        let moment = book.moment;
        let period = self.period();
        let paid = self.paid();
        let known = (moment.today - since).num_days();
        let ago = match self.fate {
            Fate::Pending => -dice.between(1, 9),
            Fate::Expired => paid + period + self.gone_for,
            Fate::Active => paid + dice.between(0, period - 1),
            Fate::Frozen | Fate::Stopped => paid + dice.between(7, period - 1),
            Fate::Spent => paid + dice.between(13, period - 1) + self.gone_for,
        };
        let ago = ago.min(known.max(0));
        let stint = Stint::new(self.service, moment.ago(ago), self.fate).lasting(period, self.renewals, dice);
        let stint = if self.is_alone { stint } else { stint.in_company() };
        match self.fate {
            Fate::Frozen => {
                let from = moment.ago(dice.between(0, 4));
                stint.frozen(Freeze { from, days: dice.between(6, 10), woken_after: None })
            }
            Fate::Active if ago > 16 && paid == 0 && dice.chance(25) => {
                let from = moment.ago(dice.between(12, 14));
                let woken_after = dice.chance(40).then(|| dice.between(1, 5));
                stint.frozen(Freeze { from, days: 7, woken_after })
            }
            Fate::Stopped => stint.stopped(moment.ago(dice.between(0, 3))),
            Fate::Spent => stint.used_until(moment.ago(self.gone_for.max(1))),
            Fate::Active | Fate::Expired | Fate::Pending => stint,
        }
    }
}

/// Small things that are sold at the desk.
const THINGS: [(&str, i64); 5] = [
    ("Water", 1_500),
    ("Towel", 5_000),
    ("Locker for a month", 10_000),
    ("Day ticket", 12_000),
    ("Protein bar", 4_500),
];

/// Sells something small at a desk, to a member or to whoever comes by.
pub(crate) fn buy_something(
    book: &mut Book,
    dice: &mut Dice,
    branch: Ref,
    member: Option<Ref>,
    day: NaiveDate,
) {
    let (what, amount) = dice.pick(&THINGS);
    book.payments.push(Payment {
        at: book.moment.deal(dice, day),
        branch,
        member,
        sold: None,
        kind: "other",
        method: dice.pick(&["cash", "cash", "card"]),
        amount,
        discount: 0,
        reverses: None,
        notes: Some(what),
    });
}

/// Gives a unit back that was taken twice.
pub(crate) fn put_right(book: &mut Book, dice: &mut Dice, sold: Ref, day: NaiveDate) -> anyhow::Result<()> {
    let kept = sold.of_mut(&mut book.sold)?;
    kept.left += 1;
    let member = kept.member;
    let branch = member.of(&book.members)?.branch;
    let at = book.moment.deal(dice, day);
    book.events.push(Event { at, member, sold: Some(sold), branch, what: What::Correction(1) });
    Ok(())
}
