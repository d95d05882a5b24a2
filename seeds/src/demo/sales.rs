//! What the members bought, and what they paid: every kind and every state of a subscription.

use chrono::{NaiveDate, TimeDelta};

use super::{Moment, Tx, customers::Person, dice::Dice};

/// A subscription that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sold {
    pub(super) id: i64,
    pub(super) customer: i64,
    pub(super) gym: i64,
    pub(super) branch: i64,
    pub(super) starts_on: NaiveDate,
    /// Last day on which entries are made up for it.
    pub(super) visited_until: NaiveDate,
    /// Coins or sessions still to be spent by made-up entries; none for time.
    pub(super) to_spend: Option<i32>,
    pub(super) opens_door: bool,
}

/// What is sold, as far as seeds need to know it.
#[derive(Debug, Clone, Copy)]
struct Offer {
    service: i64,
    kind: &'static str,
    price: i64,
    days: Option<i64>,
    counter: Option<i32>,
    opens_door: bool,
}

const MONTHLY: Offer =
    Offer { service: 1, kind: "time_based", price: 50_000, days: Some(30), counter: None, opens_door: true };
const SESSIONS: Offer = Offer {
    service: 6,
    kind: "sessions",
    price: 80_000,
    days: Some(90),
    counter: Some(20),
    opens_door: true,
};
const TRAINING: Offer = Offer {
    service: 8,
    kind: "training",
    price: 250_000,
    days: Some(60),
    counter: Some(10),
    opens_door: false,
};
const COINS: Offer =
    Offer { service: 4, kind: "coins", price: 60_000, days: None, counter: Some(20), opens_door: true };
const OFFERS: [Offer; 6] = [
    MONTHLY,
    Offer { service: 2, kind: "time_based", price: 130_000, days: Some(90), counter: None, opens_door: true },
    Offer {
        service: 3,
        kind: "time_based",
        price: 420_000,
        days: Some(365),
        counter: None,
        opens_door: true,
    },
    COINS,
    SESSIONS,
    TRAINING,
];

/// The state a subscription is to be in today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Active,
    Frozen,
    Stopped,
    Expired,
    Spent,
    Pending,
}

/// Writes subscriptions, balances, movements, freezes and payments.
pub(super) async fn write(tx: &mut Tx, moment: Moment, people: &[Person]) -> anyhow::Result<Vec<Sold>> {
    let mut dice = Dice::new(2);
    let mut till = Till::default();
    let mut sold = Vec::new();
    // Ids run in the order of registration, as they would have; the documents name number 1 and number 45.
    let mut next = 46;
    for person in people {
        for (offer, fate) in portfolio(&mut dice, person) {
            let id = match person.id {
                1 => 1,
                123 => 45,
                _ => {
                    next += 1;
                    next
                }
            };
            sold.push(write_one(tx, moment, &mut dice, &mut till, *person, (id, offer, fate)).await?);
        }
    }
    till.close(tx).await?;
    Ok(sold)
}

/// What one person holds: most one active thing, some several, some in trouble, a few nothing.
fn portfolio(dice: &mut Dice, person: &Person) -> Vec<(Offer, Fate)> {
    match person.id {
        1 => return vec![(SESSIONS, Fate::Active)],
        123 => return vec![(MONTHLY, Fate::Active)],
        2 => return vec![(MONTHLY, Fate::Frozen)],
        3 => return vec![(SESSIONS, Fate::Spent)],
        4 => return vec![(COINS, Fate::Active), (TRAINING, Fate::Active)],
        5 => return vec![(MONTHLY, Fate::Expired)],
        115 | 124 => return vec![(COINS, Fate::Active)],
        _ => {}
    }
    let index = usize::try_from(dice.between(0, 5)).unwrap_or(0);
    let offer = if person.gym == 2 { MONTHLY } else { OFFERS.get(index).copied().unwrap_or(MONTHLY) };
    match dice.between(1, 100) {
        1..=6 => Vec::new(),
        7..=60 => vec![(offer, Fate::Active)],
        61..=67 if offer.kind == "time_based" => vec![(offer, Fate::Frozen)],
        61..=73 => vec![(offer, Fate::Stopped)],
        74..=85 => vec![(offer, Fate::Expired)],
        86..=90 if offer.counter.is_some() => vec![(offer, Fate::Spent)],
        91..=93 => vec![(offer, Fate::Pending)],
        _ if person.gym == 2 => vec![(MONTHLY, Fate::Expired), (MONTHLY, Fate::Active)],
        _ => vec![(MONTHLY, Fate::Expired), (offer, Fate::Active), (TRAINING, Fate::Active)],
    }
}

#[expect(clippy::too_many_lines, reason = "one wide row, column by column")]
async fn write_one(
    tx: &mut Tx,
    moment: Moment,
    dice: &mut Dice,
    till: &mut Till,
    person: Person,
    (id, offer, fate): (i64, Offer, Fate),
) -> anyhow::Result<Sold> {
    let (starts_on, ends_on) = dates(dice, moment, person, offer, fate);
    let remaining = offer.counter.map(|total| match fate {
        Fate::Spent => 0,
        _ if id == 1 || fate == Fate::Pending => total,
        Fate::Active | Fate::Frozen | Fate::Stopped | Fate::Expired | Fate::Pending => {
            i32::try_from(dice.between(2, i64::from(total))).unwrap_or(total)
        }
    });
    let frozen = (fate == Fate::Frozen)
        .then(|| (moment.today - TimeDelta::days(3), moment.today + TimeDelta::days(6)));
    let sold_at = moment.now - TimeDelta::days((moment.today - starts_on).num_days().max(0));
    let seller = if person.gym == 2 {
        1013
    } else {
        match person.branch {
            1 => 1005,
            2 => 1006,
            _ => 1011,
        }
    };
    let service = if person.gym == 2 { 10 } else { offer.service };
    let price = if person.gym == 2 { 45_000 } else { offer.price };
    sqlx::query(
        "insert into subscriptions (id, gym_id, branch_id, customer_id, service_id, service_name, service_type, kind,
             price_minor, duration_days, opens_door, opens_every_branch, trainer_id, starts_on, ends_on, max_freezes,
             max_freeze_days, freeze_fee_minor, freezes_used, freeze_days_used, frozen_from, frozen_until, stopped_at,
             stop_reason, sold_by, created_at)
         select $1, $2, $3, $4, s.id, s.name, s.service_type, s.kind, $6, s.duration_days, s.opens_door,
             s.opens_every_branch, $7, $8, $9, s.max_freezes, s.max_freeze_days, s.freeze_fee_minor, $10, $11, $12, $13,
             $14, $15, $16, $17
         from services s where s.id = $5",
    )
    .bind(id)
    .bind(person.gym)
    .bind(person.branch)
    .bind(person.id)
    .bind(service)
    .bind(price)
    .bind((offer.kind == "training").then_some(1008_i64))
    .bind(starts_on)
    .bind(ends_on)
    .bind(i32::from(frozen.is_some()))
    .bind(if frozen.is_some() { 10 } else { 0 })
    .bind(frozen.map(|(from, _)| from))
    .bind(frozen.map(|(_, until)| until))
    .bind((fate == Fate::Stopped).then(|| moment.now - TimeDelta::days(2)))
    .bind((fate == Fate::Stopped).then_some("Moved away"))
    .bind(seller)
    .bind(sold_at)
    .execute(&mut **tx)
    .await?;
    if let (Some(total), Some(remaining)) = (offer.counter, remaining) {
        write_balance(tx, id, (total, remaining), seller, sold_at).await?;
    }
    if let Some((from, until)) = frozen {
        write_freeze(tx, id, (from, until), seller, moment).await?;
    }
    till.take(tx, person, (id, price, seller), sold_at, dice).await?;
    Ok(Sold {
        id,
        customer: person.id,
        gym: person.gym,
        branch: person.branch,
        starts_on,
        visited_until: ends_on.unwrap_or(moment.today).min(frozen.map_or(moment.today, |(from, _)| from)),
        to_spend: offer.counter.zip(remaining).map(|(total, left)| total - left),
        opens_door: offer.opens_door,
    })
}

/// First and last day, so that the fate is what today's question answers.
fn dates(
    dice: &mut Dice,
    moment: Moment,
    person: Person,
    offer: Offer,
    fate: Fate,
) -> (NaiveDate, Option<NaiveDate>) {
    let today = moment.today;
    let length = offer.days.unwrap_or(120);
    let ago = match fate {
        Fate::Pending => -dice.between(2, 9),
        Fate::Expired => length + dice.between(1, 40),
        Fate::Active | Fate::Frozen | Fate::Stopped | Fate::Spent if person.id == 1 => 12,
        Fate::Active | Fate::Frozen | Fate::Stopped | Fate::Spent => dice.between(4, (length - 2).min(80)),
    };
    let starts_on = today - TimeDelta::days(ago);
    let added = if fate == Fate::Frozen { 10 } else { 0 };
    let lapses = offer.days.is_some() || fate == Fate::Expired;
    (starts_on, lapses.then(|| starts_on + TimeDelta::days(length - 1 + added)))
}

async fn write_balance(
    tx: &mut Tx,
    id: i64,
    (total, remaining): (i32, i32),
    seller: i64,
    sold_at: chrono::DateTime<chrono::Utc>,
) -> anyhow::Result<()> {
    sqlx::query("insert into subscription_balances (subscription_id, remaining, total) values ($1, $2, $3)")
        .bind(id)
        .bind(remaining)
        .bind(total)
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "insert into subscription_movements
             (subscription_id, kind, amount, remaining_after, actor_kind, actor_id, at)
         values ($1, 'sale', $2, $2, 'staff', $3, $4)",
    )
    .bind(id)
    .bind(total)
    .bind(seller)
    .bind(sold_at)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn write_freeze(
    tx: &mut Tx,
    id: i64,
    (from, until): (NaiveDate, NaiveDate),
    staff: i64,
    moment: Moment,
) -> anyhow::Result<()> {
    sqlx::query(
        "insert into subscription_freezes
             (subscription_id, starts_on, ends_on, fee_minor, reason, frozen_by, frozen_at)
         values ($1, $2, $3, 0, 'Travelling', $4, $5)",
    )
    .bind(id)
    .bind(from)
    .bind(until)
    .bind(staff)
    .bind(moment.now - TimeDelta::days(3))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Receipts of each branch, numbered without gaps.
#[derive(Debug, Default)]
struct Till {
    last: std::collections::BTreeMap<i64, i64>,
}

impl Till {
    async fn take(
        &mut self,
        tx: &mut Tx,
        person: Person,
        (subscription, price, seller): (i64, i64, i64),
        at: chrono::DateTime<chrono::Utc>,
        dice: &mut Dice,
    ) -> anyhow::Result<()> {
        let number = self.last.entry(person.branch).or_insert(0);
        *number += 1;
        let discount = if dice.chance(15) { price / 10 } else { 0 };
        sqlx::query(
            "insert into payments (gym_id, branch_id, customer_id, subscription_id, receipt_number, kind, method,
                 amount_minor, discount_minor, taken_by, taken_at, business_day)
             values ($1, $2, $3, $4, $5, 'subscription', $6, $7, $8, $9, $10, $11)",
        )
        .bind(person.gym)
        .bind(person.branch)
        .bind(person.id)
        .bind(subscription)
        .bind(*number)
        .bind(dice.pick(&["cash", "cash", "card", "transfer"]))
        .bind(price - discount)
        .bind(discount)
        .bind(seller)
        .bind(at)
        .bind(shared::vocabulary::Calendar::CAIRO.today(at))
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    async fn close(&self, tx: &mut Tx) -> anyhow::Result<()> {
        for (branch, last) in &self.last {
            sqlx::query("update branch_receipts set last_number = $2 where branch_id = $1")
                .bind(branch)
                .bind(last)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }
}
