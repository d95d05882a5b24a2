//! Subscriptions whose lives nobody planned: what is earned of each adds up to its price, month by month, and is what a
//! model says that counts days and uses one at a time.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "the model adds small numbers; one that overflows fails its test"
)]

use std::collections::BTreeMap;

use base::vocabulary::Month;

use super::*;

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % bound).unwrap()
    }
}

/// What was sold together: its price, how many days or units, and how many of them are delivered.
struct Piece {
    price: i64,
    size: i64,
    done: i64,
}

/// A subscription as somebody would keep it with a pencil.
struct Kept {
    is_counted: bool,
    pieces: Vec<Piece>,
    starts_on: NaiveDate,
    ends_on: Option<NaiveDate>,
    frozen_until: Option<NaiveDate>,
    given_up: i64,
    is_over: bool,
}

impl Kept {
    fn price(&self) -> i64 {
        self.pieces.iter().map(|piece| piece.price).sum()
    }

    /// What so many days or units cost, those that were sold first taken first.
    fn cost(&self, mut delivered: i64) -> i64 {
        let of = |piece: &Piece| {
            let taken = delivered.min(piece.size);
            delivered -= taken;
            piece.price * taken / piece.size
        };
        self.pieces.iter().map(of).sum()
    }

    fn delivered(&self) -> i64 {
        self.pieces.iter().map(|piece| piece.done).sum()
    }

    fn deliver(&mut self, mut number: i64) {
        for piece in &mut self.pieces {
            let taken = number.min(piece.size - piece.done);
            piece.done += taken;
            number -= taken;
        }
    }

    fn is_frozen(&self, today: NaiveDate) -> bool {
        self.frozen_until.is_some_and(|until| until >= today)
    }

    /// Earned, given up, and still owed.
    fn told(&self) -> (i64, i64, i64) {
        let earned = self.cost(self.delivered());
        let gone = if self.is_over { self.price() } else { self.cost(self.delivered() + self.given_up) };
        (earned, gone - earned, self.price() - gone)
    }

    /// At midnight after `today`.
    fn day_ends(&mut self, today: NaiveDate) {
        if self.is_over {
            return;
        }
        if !self.is_counted && today >= self.starts_on && !self.is_frozen(today) {
            self.deliver(1);
        }
        self.is_over = self.ends_on.is_some_and(|end| end <= today);
    }
}

struct Lives {
    house: House,
    chance: Chance,
    kept: BTreeMap<i64, Kept>,
    happened: BTreeMap<&'static str, i64>,
}

impl Lives {
    fn count(&mut self, what: &'static str) {
        *self.happened.entry(what).or_default() += 1;
    }

    async fn sells(&mut self) {
        let today = self.house.today();
        let service = 1 + self.chance.below(3);
        let price = 100 * (1 + self.chance.below(900)) + self.chance.below(100);
        let starts_on = today + TimeDelta::days(self.chance.below(2) * self.chance.below(9));
        let buyer = customer().insert(&self.house.gym).await;
        let amount: Value = format!("{}.{:02}", price / 100, price % 100).parse().map(Value::Number).unwrap();
        let body =
            json!({ "customer_id": buyer, "service_id": service, "amount": amount, "start_date": starts_on });
        let sold = self.house.who("reception1").await.post("/api/subscriptions", body).await.expect(201);
        let (size, days) = match service {
            1 => (30, Some(30)),
            2 => (20, None),
            _ => (20, Some(90)),
        };
        let kept = Kept {
            is_counted: service != 1,
            pieces: vec![Piece { price, size, done: 0 }],
            starts_on,
            ends_on: days.map(|days: i64| starts_on + TimeDelta::days(days - 1)),
            frozen_until: None,
            given_up: 0,
            is_over: false,
        };
        self.kept.insert(sold.at("/data/id").as_i64().unwrap(), kept);
        self.count("sold");
    }

    /// One of the subscriptions that are not over; the few that are frozen as often as all others.
    fn pick(&mut self, today: NaiveDate) -> Option<i64> {
        let running = |only_frozen: bool| -> Vec<i64> {
            let kept = self.kept.iter().filter(|(_, kept)| !kept.is_over);
            kept.filter(|(_, kept)| !only_frozen || kept.is_frozen(today)).map(|(id, _)| *id).collect()
        };
        let (all, frozen) = (running(false), running(true));
        let ids = if frozen.is_empty() || self.chance.below(2) == 0 { all } else { frozen };
        ids.get(usize::try_from(self.chance.below(64)).unwrap() % ids.len().max(1)).copied()
    }

    /// Does something to one of the subscriptions; what the desk is refused did not happen.
    async fn touches(&mut self) {
        let today = self.house.today();
        let Some(id) = self.pick(today) else { return };
        let number = 1 + self.chance.below(6);
        let (deed, body) = match self.chance.below(12) {
            0 => ("stop", json!({ "reason": "Moves away" })),
            1 | 2 => ("renew", json!({ "amount": number * 37, "payment_method": "card" })),
            3 | 4 => ("freeze", json!({ "freeze_days": number, "reason": "Journey" })),
            5..=7 => ("unfreeze", json!({})),
            8 => ("units", json!({ "amount": 1, "units": number, "reason": "Bought too many" })),
            _ => ("deduct", json!({ "amount": number })),
        };
        let answer = if deed == "units" {
            let paid = format!("/api/payments?subscription_id={id}&date_from=2026-04-17");
            let paid = self.house.who("owner").await.get(&paid).await.expect(200);
            let payment = paid.at("/data/items/0/id").clone();
            self.house.who("owner").await.post(&format!("/api/payments/{payment}/refund"), body).await
        } else {
            self.house.does(id, deed, body).await
        };
        if !answer.status.is_success() {
            return;
        }
        let kept = self.kept.get_mut(&id).unwrap();
        let shift =
            |end: &mut Option<NaiveDate>, days: i64| *end = end.map(|end| end + TimeDelta::days(days));
        match deed {
            "stop" => {
                kept.day_ends(today);
                kept.is_over = true;
            }
            "renew" => {
                let (size, days) = match (kept.is_counted, kept.ends_on) {
                    (false, _) => (30, 30),
                    (true, _) => (20, 90),
                };
                // Whoever used up everything begins anew, with another subscription.
                if answer.at("/data/id") != id {
                    self.kept.remove(&answer.at("/data/id").as_i64().unwrap());
                    return self.starts_anew(&answer, number * 3_700);
                }
                kept.pieces.push(Piece { price: number * 3_700, size, done: 0 });
                shift(&mut kept.ends_on, days);
            }
            "freeze" => {
                kept.frozen_until = Some(today + TimeDelta::days(number - 1));
                shift(&mut kept.ends_on, number);
            }
            "unfreeze" => {
                let unused = kept.frozen_until.unwrap().signed_duration_since(today).num_days() + 1;
                shift(&mut kept.ends_on, -unused);
                kept.frozen_until = today.pred_opt();
            }
            "units" => kept.given_up += number,
            _ => kept.deliver(number),
        }
        self.count(deed);
    }

    fn starts_anew(&mut self, answer: &Answered, price: i64) {
        let day = |name: &str| answer.at(name).as_str().map(|day| day.parse::<NaiveDate>().unwrap());
        let is_counted = answer.at("/data/service_id") != 1;
        let kept = Kept {
            is_counted,
            pieces: vec![Piece { price, size: if is_counted { 20 } else { 30 }, done: 0 }],
            starts_on: day("/data/start_date").unwrap(),
            ends_on: day("/data/end_date"),
            frozen_until: None,
            given_up: 0,
            is_over: false,
        };
        self.kept.insert(answer.at("/data/id").as_i64().unwrap(), kept);
        self.count("begun anew");
    }

    fn told(&self) -> (i64, i64, i64) {
        self.kept
            .values()
            .map(Kept::told)
            .fold((0, 0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2))
    }

    async fn a_month_ends(&mut self, last: NaiveDate) {
        let month = Month::of(last).to_string();
        let closed = self.house.close_whole(&month).await;
        assert_eq!(closed.at("/data/unknown"), &json!([]));
        let (earned, forfeited, owed) = self.told();
        let last = last.to_string();
        let balance = async |account| minor(&self.house.balance(account, &last).await);
        assert_eq!(balance("membership_income").await, earned, "{month}");
        assert_eq!(balance("forfeited").await, forfeited, "{month}");
        assert_eq!(balance("unearned").await, owed, "{month}");
        assert_eq!(minor(self.house.unearned(&last).await.at("/data/total/unearned")), owed, "{month}");
        self.house.are_whole().await;
    }
}

fn minor(value: &Value) -> i64 {
    let text = value.as_f64().map_or_else(|| panic!("{value}"), |amount| format!("{amount:.2}"));
    text.replace('.', "").parse().unwrap()
}

async fn live(seed: u64) -> BTreeMap<&'static str, i64> {
    let (kept, happened) = (BTreeMap::new(), BTreeMap::new());
    let mut lives = Lives { house: House::open().await, chance: Chance(seed), kept, happened };
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    while lives.house.today() < day("2026-07-01") {
        let today = lives.house.today();
        for _ in 0..lives.chance.below(4) {
            match lives.chance.below(4) {
                0 if today < day("2026-06-10") => lives.sells().await,
                _ => lives.touches().await,
            }
        }
        for kept in lives.kept.values_mut() {
            kept.day_ends(today);
        }
        lives.house.gym.clock.advance(TimeDelta::days(1));
        if Month::of(today) != Month::of(lives.house.today()) {
            lives.a_month_ends(today).await;
        }
    }
    // Two years later everything that lapses has lapsed.
    for month in
        ["2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12", "2027-01", "2027-02", "2027-03"]
    {
        let month = Month::parse(month).unwrap();
        let mut day = month.first();
        while day <= month.last() {
            lives.kept.values_mut().for_each(|kept| kept.day_ends(day));
            day += TimeDelta::days(1);
        }
        lives.house.go_to(&(month.last() + TimeDelta::days(1)).to_string());
        lives.a_month_ends(month.last()).await;
    }
    let (earned, forfeited, owed) = lives.told();
    let price: i64 = lives.kept.values().map(Kept::price).sum();
    assert_eq!(earned + forfeited + owed, price);
    let still: Vec<_> = lives.kept.values().filter(|kept| kept.told().2 > 0).collect();
    assert!(still.iter().all(|kept| kept.ends_on.is_none()), "only what never lapses is still owed");
    lives.happened
}

#[tokio::test]
async fn whatever_happens_to_subscriptions_all_that_was_paid_is_earned_or_forfeited() {
    let mut happened: BTreeMap<&'static str, i64> = BTreeMap::new();
    for seed in [88_172_645_463_325_252, 1_181_783_497_276_652_981] {
        for (what, times) in live(seed).await {
            *happened.entry(what).or_default() += times;
        }
    }
    for what in ["sold", "renew", "freeze", "unfreeze", "units", "deduct", "stop"] {
        assert!(happened.get(what).is_some_and(|times| *times > 2), "{what}: {happened:?}");
    }
}
