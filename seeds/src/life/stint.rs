//! One subscription, from its sale to its end.

use base::vocabulary::Calendar;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::Fate;
use crate::{
    book::{Book, Denial, Event, Payment, Ref, Rest, Service, Sold, What},
    dice::Dice,
};

/// A freeze as it was asked for, and when they woke early.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Freeze {
    pub(crate) from: NaiveDate,
    pub(crate) days: i64,
    pub(crate) woken_after: Option<i64>,
}

/// A subscription that is about to be told.
#[derive(Debug, Clone)]
pub(crate) struct Stint {
    service: Service,
    fate: Fate,
    pub(crate) starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    renewed_on: Vec<NaiveDate>,
    freeze: Option<Freeze>,
    stopped_on: Option<NaiveDate>,
    /// Last day on which it was used, when another one followed.
    used_until: Option<NaiveDate>,
    is_alone: bool,
    left: Option<i32>,
}

/// Ways to pay, as often as people use them.
const METHODS: [&str; 6] = ["cash", "cash", "cash", "card", "card", "transfer"];

impl Stint {
    /// A subscription that begins on a day and has no end yet.
    pub(crate) const fn new(service: Service, starts_on: NaiveDate, fate: Fate) -> Self {
        Self {
            service,
            fate,
            starts_on,
            ends_on: None,
            renewed_on: Vec::new(),
            freeze: None,
            stopped_on: None,
            used_until: None,
            is_alone: true,
            left: None,
        }
    }

    /// Lasts so many days, and as many again for each renewal shortly before its end.
    pub(crate) fn lasting(mut self, period: i64, renewals: i32, dice: &mut Dice) -> Self {
        for times in 1..=i64::from(renewals) {
            let end = self.starts_on + TimeDelta::days(period * times - 1);
            self.renewed_on.push(end - TimeDelta::days(dice.between(0, 3)));
        }
        if self.service.offer.days.is_some() {
            self.ends_on = Some(self.starts_on + TimeDelta::days(period * (1 + i64::from(renewals)) - 1));
        }
        self
    }

    /// Renewed on that day, which adds a period to the end.
    pub(crate) fn renewed(mut self, day: NaiveDate) -> Self {
        self.renewed_on.push(day);
        let days = self.service.offer.days.map_or(0, i64::from);
        self.ends_on = self.ends_on.map(|end| end + TimeDelta::days(days));
        self
    }

    /// With a freeze; the end moves by the days it took.
    pub(crate) fn frozen(mut self, freeze: Freeze) -> Self {
        let offer = self.service.offer;
        if offer.max_freezes > 0 {
            let freeze = Freeze { days: freeze.days.min(i64::from(offer.max_freeze_days)), ..freeze };
            self.ends_on =
                self.ends_on.map(|end| end + TimeDelta::days(freeze.woken_after.unwrap_or(freeze.days)));
            self.freeze = Some(freeze);
        }
        self
    }

    /// With exactly so many units left.
    pub(crate) const fn with_left(mut self, left: i32) -> Self {
        self.left = Some(left);
        self
    }

    /// Ended by hand on that day.
    pub(crate) const fn stopped(mut self, day: NaiveDate) -> Self {
        self.stopped_on = Some(day);
        self
    }

    /// Used until that day, when another one followed.
    pub(crate) const fn followed_after(mut self, day: NaiveDate) -> Self {
        self.is_alone = false;
        self.used_until(day)
    }

    /// Not used after that day.
    pub(crate) const fn used_until(mut self, day: NaiveDate) -> Self {
        self.used_until = Some(day);
        self
    }

    /// Held beside others, so that its state alone keeps nobody out.
    pub(crate) const fn in_company(mut self) -> Self {
        self.is_alone = false;
        self
    }

    /// Writes it into the book with its money, visits and balance.
    pub(crate) fn record(
        &self,
        book: &mut Book,
        dice: &mut Dice,
        who: Ref,
        renews: Option<Ref>,
    ) -> anyhow::Result<Ref> {
        let moment = book.moment;
        let sold_on = self.starts_on.min(moment.today);
        let at = moment.deal(dice, sold_on);
        let place = Ref::next(&book.sold)?;
        let rest = self.freeze.map(|freeze| Self::rest(book, dice, freeze));
        book.sold.push(Sold {
            member: who,
            service: self.service,
            price: 0,
            renewals: i32::try_from(self.renewed_on.len())?,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            rest,
            stopped_at: self.stopped_on.map(|day| moment.deal(dice, day)),
            renews,
            at,
            total: 0,
            left: 0,
        });
        let bill = Bill { who, sold: place, rest };
        let kind = if renews.is_some() { "renewal" } else { "subscription" };
        self.pay(book, dice, bill, (kind, at))?;
        self.pay_for_rest(book, dice, bill)?;
        let mut begins = self.starts_on + TimeDelta::days(1);
        for renewed_on in &self.renewed_on {
            self.visit(
                book,
                dice,
                bill,
                Span { from: begins, until: renewed_on.pred_opt(), is_last: false },
            )?;
            let at = moment.deal(dice, *renewed_on);
            self.pay(book, dice, bill, ("renewal", at))?;
            begins = *renewed_on + TimeDelta::days(1);
        }
        self.visit(book, dice, bill, Span { from: begins, until: None, is_last: true })?;
        self.come_in_vain(book, dice, bill)?;
        Ok(place)
    }

    fn rest(book: &Book, dice: &mut Dice, freeze: Freeze) -> Rest {
        let ended_on = freeze.woken_after.map(|days| freeze.from + TimeDelta::days(days));
        Rest {
            from: freeze.from,
            until: freeze.from + TimeDelta::days(freeze.days - 1),
            ended_on,
            at: book.moment.deal(dice, freeze.from),
            ended_at: ended_on.map(|day| book.moment.deal(dice, day)),
        }
    }

    /// Takes money and grants what it buys; here and there with a discount, or first in the wrong till.
    fn pay(
        &self,
        book: &mut Book,
        dice: &mut Dice,
        bill: Bill,
        (kind, at): (&'static str, DateTime<Utc>),
    ) -> anyhow::Result<()> {
        let offer = self.service.offer;
        let discount = if dice.chance(15) { offer.price / 10 } else { 0 };
        let paid = Payment {
            at,
            branch: bill.who.of(&book.members)?.branch,
            member: Some(bill.who),
            sold: Some(bill.sold),
            kind,
            method: dice.pick(&METHODS),
            amount: offer.price - discount,
            discount,
            reverses: None,
            notes: None,
        };
        if dice.chance(2) {
            pay_wrongly(book, paid)?;
        } else {
            book.payments.push(paid);
        }
        let sold = bill.sold.of_mut(&mut book.sold)?;
        sold.price += paid.amount;
        if let Some(units) = offer.units {
            sold.total += units;
            sold.left += units;
            let what = if kind == "renewal" { What::Renewal(units) } else { What::Sale(units) };
            book.events.push(Event {
                at,
                member: bill.who,
                sold: Some(bill.sold),
                branch: paid.branch,
                what,
            });
        }
        Ok(())
    }

    fn pay_for_rest(&self, book: &mut Book, dice: &mut Dice, bill: Bill) -> anyhow::Result<()> {
        let fee = self.service.offer.freeze_fee;
        if let Some(rest) = bill.rest.filter(|_| fee > 0) {
            book.payments.push(Payment {
                at: rest.at,
                branch: bill.who.of(&book.members)?.branch,
                member: Some(bill.who),
                sold: Some(bill.sold),
                kind: "freeze",
                method: dice.pick(&METHODS),
                amount: fee,
                discount: 0,
                reverses: None,
                notes: None,
            });
        }
        Ok(())
    }

    /// The visits between two payments, or after the last one.
    fn visit(&self, book: &mut Book, dice: &mut Dice, bill: Bill, span: Span) -> anyhow::Result<()> {
        let first = span.from.max(book.moment.from);
        let until = self.last_visit(book, span.until);
        let days = (until - first).num_days() + 1;
        if days <= 0 {
            return Ok(());
        }
        let member = *bill.who.of(&book.members)?;
        let offer = self.service.offer;
        let often = i32::try_from(days * i64::from(member.pace) / 100)?;
        let left = bill.sold.of(&book.sold)?.left;
        let count = match offer.units {
            None => dice.count(often / 2, often + often / 2),
            Some(_) => self.units_used(dice, (left, often), span.is_last),
        };
        let what =
            if offer.opens_door { What::In { is_charged: offer.units.is_some() } } else { What::Training };
        for _ in 0..count {
            let day = first + TimeDelta::days(dice.between(0, days - 1));
            let is_asleep = bill.rest.is_some_and(|rest| (rest.from..rest.day_after()).contains(&day));
            if is_asleep && offer.units.is_none() {
                continue;
            }
            let day = bill.rest.filter(|_| is_asleep).map_or(day, |rest| rest.from - TimeDelta::days(1));
            let branch = self.door(book, dice, member.branch)?;
            let at = book.moment.visit(dice, day);
            book.events.push(Event { at, member: bill.who, sold: Some(bill.sold), branch, what });
        }
        if offer.units.is_some() {
            bill.sold.of_mut(&mut book.sold)?.left -= count;
        }
        Ok(())
    }

    /// How many units go in one span: never the last one before a renewal, all of them when that is the fate.
    fn units_used(&self, dice: &mut Dice, (left, often): (i32, i32), is_last: bool) -> i32 {
        if !is_last {
            return often.min(left - 1).max(0);
        }
        match (self.fate, self.left) {
            (_, Some(wanted)) => (left - wanted).max(0),
            (Fate::Spent, None) => left,
            (_, None) => dice.count(often / 2, often).min(left - 2).max(0),
        }
    }

    /// The last day on which they may have come in with it.
    fn last_visit(&self, book: &Book, until: Option<NaiveDate>) -> NaiveDate {
        let today = book.moment.today;
        let sleeps = self.freeze.filter(|_| self.fate == Fate::Frozen).map(|freeze| freeze.from);
        let shut = [sleeps, self.stopped_on].into_iter().flatten().filter_map(|day| day.pred_opt());
        [until, self.ends_on, self.used_until].into_iter().flatten().chain(shut).fold(today, NaiveDate::min)
    }

    /// Mostly their own; now and then another one that it opens.
    fn door(&self, book: &Book, dice: &mut Dice, home: Ref) -> anyhow::Result<Ref> {
        let neighbour = home.of(&book.branches)?.neighbour.filter(|_| self.service.offer.every_branch);
        Ok(neighbour.filter(|_| dice.chance(15)).unwrap_or(home))
    }

    /// Attempts that came to nothing, and some that a manager let pass.
    fn come_in_vain(&self, book: &mut Book, dice: &mut Dice, bill: Bill) -> anyhow::Result<()> {
        let moment = book.moment;
        if self.fate == Fate::Active {
            return self.try_next_door(book, dice, bill);
        }
        let stopped_at = bill.sold.of(&book.sold)?.stopped_at;
        let over = self.ends_on.map(|end| Calendar::CAIRO.day_end(end));
        let (shut, denial) = match (self.fate, self.service.offer.kind) {
            (Fate::Expired, _) => (over, Denial::Expired),
            (Fate::Spent, "coins") => (Some(Calendar::CAIRO.day_start(moment.today)), Denial::NoCoins),
            (Fate::Spent, _) => (Some(Calendar::CAIRO.day_start(moment.today)), Denial::NoSessions),
            (Fate::Frozen, _) => (bill.rest.map(|rest| rest.at), Denial::Frozen),
            (Fate::Stopped, _) => (stopped_at, Denial::Stopped),
            (Fate::Active | Fate::Pending, _) => (None, Denial::NotStarted),
        };
        let shut = shut.filter(|at| self.is_alone && self.service.offer.opens_door && *at <= moment.now);
        let Some(shut) = shut.filter(|_| dice.chance(60)) else { return Ok(()) };
        let from = Calendar::CAIRO.today(shut);
        let day = from + TimeDelta::days(dice.between(0, (moment.today - from).num_days().min(6)));
        if day < moment.from {
            return Ok(());
        }
        // Later than whatever closed the door that day.
        let at = moment.visit(dice, day).max(shut + TimeDelta::minutes(5)).min(moment.now);
        let what = if dice.chance(25) { What::Overruled(denial) } else { What::Out(denial) };
        let branch = bill.who.of(&book.members)?.branch;
        book.events.push(Event { at, member: bill.who, sold: Some(bill.sold), branch, what });
        Ok(())
    }

    fn try_next_door(&self, book: &mut Book, dice: &mut Dice, bill: Bill) -> anyhow::Result<()> {
        let home = bill.who.of(&book.members)?.branch;
        let offer = self.service.offer;
        let day = book.moment.ago(dice.between(0, 20));
        if let Some(neighbour) = home.of(&book.branches)?.neighbour
            && offer.opens_door
            && !offer.every_branch
            && self.is_alone
            && day > self.starts_on
            && dice.chance(20)
        {
            let at = book.moment.visit(dice, day);
            let what = What::Out(Denial::OtherBranch);
            book.events.push(Event { at, member: bill.who, sold: Some(bill.sold), branch: neighbour, what });
        }
        Ok(())
    }
}

/// Who pays, for what.
#[derive(Debug, Clone, Copy)]
struct Bill {
    who: Ref,
    sold: Ref,
    rest: Option<Rest>,
}

/// Days between two payments.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: NaiveDate,
    until: Option<NaiveDate>,
    is_last: bool,
}

/// Taken as cash, taken back, and taken as it was meant.
fn pay_wrongly(book: &mut Book, paid: Payment) -> anyhow::Result<()> {
    let wrong = Ref::next(&book.payments)?;
    book.payments.push(Payment { method: "cash", ..paid });
    let minute = TimeDelta::minutes(1);
    book.payments.push(Payment {
        at: paid.at + minute,
        kind: "reversal",
        method: "cash",
        amount: -paid.amount,
        discount: 0,
        reverses: Some(wrong),
        notes: Some("Paid by card"),
        ..paid
    });
    book.payments.push(Payment { at: paid.at + minute * 2, method: "card", ..paid });
    Ok(())
}
