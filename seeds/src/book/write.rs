//! Writes a book into the tables.

use base::vocabulary::Calendar;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Book, Event, Ref, Rest, Sold, What};
use crate::copy::Sheet;

/// The ids at which a book begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct First {
    pub(crate) subscription: i64,
    pub(crate) payment: i64,
    pub(crate) entry: i64,
}

impl First {
    /// Takes ids for everything in `book` off the sequences.
    pub(crate) async fn reserve(conn: &mut PgConnection, book: &Book) -> anyhow::Result<Self> {
        Ok(Self {
            subscription: reserve(conn, "public.subscriptions_id_seq", book.sold.len()).await?,
            payment: reserve(conn, "public.payments_id_seq", book.payments.len()).await?,
            entry: reserve(conn, "public.entries_id_seq", book.events.len()).await?,
        })
    }
}

/// Takes `count` ids in a row off a sequence, and says the first.
pub(crate) async fn reserve(conn: &mut PgConnection, sequence: &str, count: usize) -> anyhow::Result<i64> {
    let first: i64 =
        sqlx::query_scalar("select nextval($1::text::regclass)").bind(sequence).fetch_one(&mut *conn).await?;
    let last = first + i64::try_from(count.max(1))? - 1;
    sqlx::query("select setval($1::text::regclass, $2)").bind(sequence).bind(last).execute(conn).await?;
    Ok(first)
}

/// Where the writing goes, and who is told how far it is.
struct Pen<'a> {
    conn: &'a mut PgConnection,
    told: &'a (dyn Fn(u64) + Send + Sync),
}

impl Pen<'_> {
    async fn pour(&mut self, sheet: &mut Sheet) -> sqlx::Result<()> {
        let rows = sheet.pour(self.conn).await?;
        (self.told)(rows);
        Ok(())
    }

    async fn pour_if_full(&mut self, sheet: &mut Sheet) -> sqlx::Result<()> {
        let rows = sheet.pour_if_full(self.conn).await?;
        (self.told)(rows);
        Ok(())
    }
}

/// The last admission of a member.
#[derive(Debug, Clone, Copy, Default)]
struct Door {
    version: i64,
    last: Option<(i64, DateTime<Utc>)>,
}

impl Book {
    /// How many rows [`Book::write`] reports, nearly.
    pub(crate) fn rows(&self) -> usize {
        self.members.len() + self.sold.len() * 3 / 2 + self.payments.len() + self.events.len() * 5 / 4
    }

    /// Writes everything but the members themselves. `named` are subscriptions whose ids are set; `told` hears how many
    /// rows were written.
    pub(crate) async fn write(
        &mut self,
        conn: &mut PgConnection,
        first: First,
        named: &[(Ref, i64)],
        told: &(dyn Fn(u64) + Send + Sync),
    ) -> anyhow::Result<()> {
        let mut pen = Pen { conn, told };
        let ids = self.number(first.subscription, named)?;
        self.write_subscriptions(&mut pen, &ids).await?;
        self.write_payments(&mut pen, first.payment, &ids).await?;
        let doors = self.write_events(&mut pen, first.entry, &ids).await?;
        self.write_doors(&mut pen, &doors).await
    }

    /// The id of each subscription: in the order of their sale, but for those that are set.
    fn number(&self, first: i64, named: &[(Ref, i64)]) -> anyhow::Result<Vec<i64>> {
        let mut order: Vec<usize> = (0..self.sold.len()).collect();
        order.sort_by_key(|index| self.sold.get(*index).map(|sold| sold.at));
        let mut ids = vec![0; self.sold.len()];
        for (place, id) in named {
            *place.of_mut(&mut ids)? = *id;
        }
        let mut next = first;
        for index in order {
            if let Some(id) = ids.get_mut(index).filter(|id| **id == 0) {
                while named.iter().any(|(_, set)| *set == next) {
                    next += 1;
                }
                *id = next;
                next += 1;
            }
        }
        Ok(ids)
    }

    async fn write_subscriptions(&self, pen: &mut Pen<'_>, ids: &[i64]) -> anyhow::Result<()> {
        let mut rows: Vec<(i64, &Sold)> = ids.iter().copied().zip(&self.sold).collect();
        rows.sort_by_key(|(id, _)| *id);
        let mut sheet = Sheet::new(SUBSCRIPTIONS);
        for (id, sold) in &rows {
            self.add_subscription(&mut sheet, *id, sold, ids)?;
            pen.pour_if_full(&mut sheet).await?;
        }
        pen.pour(&mut sheet).await?;
        let mut balances = Sheet::new(BALANCES);
        for (id, sold) in rows.iter().filter(|(_, sold)| sold.service.offer.units.is_some()) {
            balances.add(&[id, &sold.left, &sold.total])?;
        }
        pen.pour(&mut balances).await?;
        let mut freezes = Sheet::new(FREEZES);
        let mut rests: Vec<(i64, &Sold, Rest)> =
            rows.iter().filter_map(|(id, sold)| sold.rest.map(|rest| (*id, *sold, rest))).collect();
        rests.sort_by_key(|(id, _, rest)| (rest.at, *id));
        for (id, sold, rest) in rests {
            let desk = self.desk_of(sold.member)?;
            let ended_by = rest.ended_at.map(|_| desk);
            freezes.add(&[
                &id,
                &rest.from,
                &rest.until,
                &rest.ended_on,
                &sold.service.offer.freeze_fee,
                &"Travelling",
                &desk,
                &rest.at,
                &ended_by,
                &rest.ended_at,
            ])?;
        }
        Ok(pen.pour(&mut freezes).await?)
    }

    fn add_subscription(&self, sheet: &mut Sheet, id: i64, sold: &Sold, ids: &[i64]) -> anyhow::Result<()> {
        let Sold { service, rest, .. } = sold;
        let offer = service.offer;
        let member = sold.member.of(&self.members)?;
        let branch = member.branch.of(&self.branches)?;
        let trainer = branch.trainer.filter(|_| offer.kind == "training");
        let renews = sold.renews.map(|earlier| earlier.of(ids).copied()).transpose()?;
        let days_used = rest.map_or(Ok(0), |rest| i32::try_from(rest.days()))?;
        let times = sold.renewals + 1;
        sheet.add(&[
            &id,
            &branch.gym,
            &branch.id,
            &member.id,
            &service.id,
            &offer.name,
            &offer.service_type,
            &offer.kind,
            &sold.price,
            &offer.days,
            &offer.opens_door,
            &offer.every_branch,
            &trainer,
            &sold.starts_on,
            &sold.ends_on,
            &(offer.max_freezes * times),
            &(offer.max_freeze_days * times),
            &offer.freeze_fee,
            &i32::from(rest.is_some()),
            &days_used,
            &rest.map(|rest| rest.from),
            &rest.and_then(|rest| rest.day_after().pred_opt()),
            &sold.stopped_at,
            &sold.stopped_at.map(|_| "Moved away"),
            &renews,
            &branch.desk,
            &sold.at,
        ])?;
        Ok(())
    }

    /// Money, under the receipt numbers of each branch.
    async fn write_payments(&self, pen: &mut Pen<'_>, first: i64, ids: &[i64]) -> anyhow::Result<()> {
        let mut order: Vec<Ref> = Vec::with_capacity(self.payments.len());
        for _ in &self.payments {
            order.push(Ref::next(&order)?);
        }
        order.sort_by_key(|place| (place.of(&self.payments).ok().map(|payment| payment.at), *place));
        let mut numbered = vec![0; order.len()];
        let mut receipts = vec![0_i64; self.branches.len()];
        let mut sheet = Sheet::new(PAYMENTS);
        for (id, place) in (first..).zip(order) {
            *place.of_mut(&mut numbered)? = id;
            let payment = place.of(&self.payments)?;
            let branch = payment.branch.of(&self.branches)?;
            let receipt = payment.branch.of_mut(&mut receipts)?;
            *receipt += 1;
            let customer =
                payment.member.map(|member| member.of(&self.members)).transpose()?.map(|member| member.id);
            let subscription = payment.sold.map(|sold| sold.of(ids).copied()).transpose()?;
            let reverses = payment.reverses.map(|earlier| earlier.of(&numbered).copied()).transpose()?;
            sheet.add(&[
                &id,
                &branch.gym,
                &branch.id,
                &customer,
                &subscription,
                &*receipt,
                &payment.kind,
                &payment.method,
                &payment.amount,
                &payment.discount,
                &reverses,
                &payment.notes,
                &branch.desk,
                &payment.at,
                &Calendar::CAIRO.today(payment.at),
            ])?;
            pen.pour_if_full(&mut sheet).await?;
        }
        pen.pour(&mut sheet).await?;
        let mut last = Sheet::new(RECEIPTS);
        for (branch, number) in self.branches.iter().zip(receipts) {
            last.add(&[&branch.id, &number])?;
        }
        Ok(pen.pour(&mut last).await?)
    }

    /// Entries, and the movements of the balances, hand in hand.
    async fn write_events(
        &mut self,
        pen: &mut Pen<'_>,
        first: i64,
        ids: &[i64],
    ) -> anyhow::Result<Vec<Door>> {
        self.events.sort_unstable_by_key(|event| (event.at, event.member, event.sold, event.what));
        let mut doors = vec![Door::default(); self.members.len()];
        let mut left = vec![0; self.sold.len()];
        let (mut entries, mut movements) = (Sheet::new(ENTRIES), Sheet::new(MOVEMENTS));
        let mut next = first;
        for event in &self.events {
            let entry =
                matches!(event.what, What::In { .. } | What::Out(_) | What::Overruled(_)).then_some(next);
            if let Some(id) = entry {
                next += 1;
                self.add_entry(&mut entries, id, event, ids)?;
                if !matches!(event.what, What::Out(_)) {
                    let door = event.member.of_mut(&mut doors)?;
                    *door = Door { version: door.version + 1, last: Some((id, event.at)) };
                }
            }
            if let (amount @ (..=-1 | 1..), Some(sold)) = (event.what.amount(), event.sold) {
                let left = sold.of_mut(&mut left)?;
                *left += amount;
                self.add_movement(&mut movements, event, (*sold.of(ids)?, *left), entry)?;
            }
            if entries.is_full() || movements.is_full() {
                pen.pour(&mut entries).await?;
                pen.pour(&mut movements).await?;
            }
        }
        pen.pour(&mut entries).await?;
        pen.pour(&mut movements).await?;
        Ok(doors)
    }

    fn add_entry(&self, sheet: &mut Sheet, id: i64, event: &Event, ids: &[i64]) -> anyhow::Result<()> {
        let branch = event.branch.of(&self.branches)?;
        let subscription = event.sold.map(|sold| sold.of(ids).copied()).transpose()?;
        let customer = event.member.of(&self.members)?.id;
        let (is_admitted, denied_as, reason) = match event.what {
            What::Out(denial) => (false, Some(denial.code()), None),
            What::Overruled(denial) => (true, Some(denial.code()), Some("Pays tomorrow")),
            What::Sale(_) | What::Renewal(_) | What::Correction(_) | What::Training | What::In { .. } => {
                (true, None, None)
            }
        };
        let charged = -event.what.amount();
        let action = if charged > 0 { "check_in_with_deduction" } else { "check_in_only" };
        let source = match event.at.timestamp().rem_euclid(20) {
            0 => "manual",
            1 => "barcode",
            2..=5 => "attendance",
            _ => "qr_scan",
        };
        sheet.add(&[
            &id,
            &branch.gym,
            &branch.id,
            &customer,
            &subscription,
            &event.at,
            &is_admitted,
            &denied_as,
            &source,
            &action,
            &charged,
            &reason,
            &branch.desk,
        ])?;
        Ok(())
    }

    fn add_movement(
        &self,
        sheet: &mut Sheet,
        event: &Event,
        (subscription, left): (i64, i32),
        entry: Option<i64>,
    ) -> anyhow::Result<()> {
        let branch = event.branch.of(&self.branches)?;
        let actor = branch.trainer.filter(|_| event.what == What::Training).unwrap_or(branch.desk);
        let reason = matches!(event.what, What::Correction(_)).then_some("Counted twice");
        sheet.add(&[
            &subscription,
            &event.what.word(),
            &event.what.amount(),
            &left,
            &entry,
            &"staff",
            &actor,
            &reason,
            &event.at,
        ])?;
        Ok(())
    }

    async fn write_doors(&self, pen: &mut Pen<'_>, doors: &[Door]) -> anyhow::Result<()> {
        let mut sheet = Sheet::new(DOORS);
        for (member, door) in self.members.iter().zip(doors) {
            let (entry, at) = door.last.unzip();
            sheet.add(&[&member.id, &door.version, &entry, &at])?;
            pen.pour_if_full(&mut sheet).await?;
        }
        Ok(pen.pour(&mut sheet).await?)
    }

    fn desk_of(&self, member: Ref) -> anyhow::Result<i64> {
        Ok(member.of(&self.members)?.branch.of(&self.branches)?.desk)
    }
}

impl What {
    /// What it adds to the balance.
    fn amount(self) -> i32 {
        match self {
            Self::Sale(units) | Self::Renewal(units) | Self::Correction(units) => units,
            Self::Training => -1,
            Self::In { is_charged } => -i32::from(is_charged),
            Self::Out(_) | Self::Overruled(_) => 0,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Sale(_) => "sale",
            Self::Renewal(_) => "renewal",
            Self::Correction(_) => "correction",
            Self::Training | Self::In { .. } | Self::Out(_) | Self::Overruled(_) => "use",
        }
    }
}

const SUBSCRIPTIONS: &str = "copy subscriptions (id, gym_id, branch_id, customer_id, service_id, service_name, service_type,
    kind, price_minor, duration_days, opens_door, opens_every_branch, trainer_id, starts_on, ends_on, max_freezes,
    max_freeze_days, freeze_fee_minor, freezes_used, freeze_days_used, frozen_from, frozen_until, stopped_at, stop_reason,
    renews_id, sold_by, created_at) from stdin";
const BALANCES: &str = "copy subscription_balances (subscription_id, remaining, total) from stdin";
const FREEZES: &str =
    "copy subscription_freezes (subscription_id, starts_on, ends_on, ended_on, fee_minor, reason,
    frozen_by, frozen_at, unfrozen_by, unfrozen_at) from stdin";
const PAYMENTS: &str =
    "copy payments (id, gym_id, branch_id, customer_id, subscription_id, receipt_number, kind, method,
    amount_minor, discount_minor, reverses_id, notes, taken_by, taken_at, business_day) from stdin";
const RECEIPTS: &str = "copy branch_receipts (branch_id, last_number) from stdin";
const ENTRIES: &str =
    "copy entries (id, gym_id, branch_id, customer_id, subscription_id, at, is_admitted, denied_as, source,
    action, charged, override_reason, staff_id) from stdin";
const MOVEMENTS: &str =
    "copy subscription_movements (subscription_id, kind, amount, remaining_after, entry_id, actor_kind,
    actor_id, reason, at) from stdin";
const DOORS: &str = "copy customer_doors (customer_id, version, last_entry_id, last_admitted_at) from stdin";
