//! Selling and renewing: each in one transaction, with the payment.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    super::{
        model::Held,
        rules::SubscriptionNotFound,
        store::{find_held, lock_held},
    },
    concession::{self, Concession, Seller},
    model::{Asked, Buyer, Order, Renewal},
    rules::{self, Price, Renewed, SaleRefused},
    store::{self, Longer, New},
};
use crate::payments::{self, PaymentPurpose, Receipt, Taking};
use base::{
    Error,
    access::{Can, Granted, can},
    platform::{
        audit::Note,
        db::{Db, Tx},
        once::{MoneyOutcome, RepeatableOutcome},
    },
    vocabulary::{BranchId, CustomerId, GymId, PaymentId, StaffId, SubscriptionId},
};

/// What was sold, and what was paid for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// The subscription as it stands after the sale.
    pub subscription: Held,
    /// None when nothing was to be paid.
    pub payment: Option<Receipt>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Deal {
    subscription: SubscriptionId,
    payment: Option<PaymentId>,
}

impl RepeatableOutcome for Deal {}

impl MoneyOutcome for Deal {
    /// Until the subscription is stopped.
    async fn stands(&self, tx: &mut Tx) -> Result<bool, Error> {
        Ok(!store::find_stopped(tx.conn(), self.subscription).await?)
    }
}

/// Sells a service to a customer, takes the money and numbers the receipt.
///
/// # Refuses
/// [`SaleRefused`]; a customer, branch or service outside the caller's reach as one that does not exist.
///
/// # Locks
/// The customer, then the branch's receipts.
pub async fn sell(db: &Db, staff: &Granted<can::SellSubscriptions>, order: Order) -> Result<Sold, Error> {
    let deal = db.write_money(staff, async |tx| sell_within(tx, staff, &order).await).await?;
    settle(db, staff, deal).await
}

async fn sell_within(
    tx: &mut Tx,
    staff: &Granted<can::SellSubscriptions>,
    order: &Order,
) -> Result<Deal, Error> {
    // The customer first, as everywhere; they cannot be switched off or moved before the commit.
    let buyer = store::lock_buyer(tx, order.customer).await?.within(staff);
    let buyer = active(buyer)?;
    let desk = staff.at(order.branch.unwrap_or(buyer.branch))?;
    tx.stand_at(buyer.gym, Some(desk.branch()));
    let offer = store::find_offer(tx.conn(), order.service, desk.branch())
        .await?
        .ok_or(SaleRefused::ServiceNotFound)?;
    let today = staff.calendar().today(tx.now());
    let terms = rules::terms(&offer, order, today)?;
    let concession = Concession::of(&offer, terms.amount, terms.price, &seller(staff, &order.asked))?;
    if let Some(trainer) = order.trainer {
        store::find_trainer(tx.conn(), buyer.gym, trainer).await?.ok_or(SaleRefused::TrainerNotFound)?;
    }
    let new = New {
        gym: buyer.gym,
        branch: desk.branch(),
        customer: order.customer,
        kind: terms.kind,
        opens_door: terms.opens_door,
        doors: offer.doors,
        price: terms.price,
        span: terms.span,
        granted: terms.granted,
        trainer: order.trainer,
        renews: None,
        offer: &offer,
    };
    let id = insert(tx, &new, &concession, staff.staff()).await?;
    let till = Till { gym: buyer.gym, branch: desk.branch(), staff: staff.staff(), today };
    let bill = Bill {
        customer: order.customer,
        subscription: id,
        purpose: PaymentPurpose::Subscription,
        price: terms.price,
        asked: &order.asked,
    };
    pay(tx, till, &bill).await
}

/// Renews a subscription: before its end it goes on with what was left, after it a new one begins today.
///
/// # Refuses
/// [`SubscriptionNotFound`] outside the caller's reach, too; [`SaleRefused::AlreadyRenewed`] for an ended subscription
/// that another one follows already; else as [`sell`].
///
/// # Locks
/// The customer, the subscription, its balance, then the branch's receipts.
pub async fn renew(
    db: &Db,
    staff: &Granted<can::RenewSubscriptions>,
    renewal: Renewal,
) -> Result<Sold, Error> {
    let deal = db.write_money(staff, async |tx| renew_within(tx, staff, &renewal).await).await?;
    settle(db, staff, deal).await
}

async fn renew_within(
    tx: &mut Tx,
    staff: &Granted<can::RenewSubscriptions>,
    renewal: &Renewal,
) -> Result<Deal, Error> {
    // Read without a lock, only to learn whose it is: the customer is locked before the subscription, as in a sale.
    let found = find_held(tx.conn(), renewal.subscription).await?;
    let known = found.within(staff).ok_or(SubscriptionNotFound)?;
    // Whoever bought here is known here, also if they belong to a branch out of reach.
    let buyer = store::lock_buyer(tx, known.customer).await?.within_or(staff, |_| true);
    active(buyer)?;
    let held = lock_held(tx, known.id).await?.within(staff).ok_or(SubscriptionNotFound)?;
    tx.stand_at(held.gym, Some(held.branch));
    let offer = store::find_offer(tx.conn(), held.service, held.branch)
        .await?
        .ok_or(SaleRefused::ServiceWithdrawn)?;
    rules::is_for_sale(&offer)?;
    let first_grant = store::find_first_grant(tx.conn(), held.id).await?;
    let amount = rules::renewed_amount(&held, &renewal.asked, first_grant)?;
    let price = rules::price(&renewal.asked, concession::full_price(&offer, amount))?;
    let concession = Concession::of(&offer, amount, price, &seller(staff, &renewal.asked))?;
    let today = staff.calendar().today(tx.now());
    let subscription = match rules::renewal(&held, &renewal.asked, first_grant, today)? {
        Renewed::Longer { ends_on, granted } => {
            let longer = Longer { held: &held, offer: &offer, ends_on, granted, price };
            store::update_renewed(tx, &longer).await?;
            let note = Note::on("subscription", held.id.get()).with(json!({
                "amount_minor": price.amount.minor(), "granted": granted, "ends_on": ends_on,
                "concession": concession.told(),
            }));
            tx.note(note.flagged(concession.flag()));
            held.id
        }
        Renewed::Anew { span, granted } => {
            let new = New {
                gym: held.gym,
                branch: held.branch,
                customer: held.customer,
                kind: held.kind,
                opens_door: held.opens_door,
                doors: held.doors,
                price,
                span,
                granted,
                trainer: held.trainer,
                renews: Some(held.id),
                offer: &offer,
            };
            insert(tx, &new, &concession, staff.staff()).await?
        }
    };
    let till = Till { gym: held.gym, branch: held.branch, staff: staff.staff(), today };
    let bill = Bill {
        customer: held.customer,
        subscription,
        purpose: PaymentPurpose::Renewal,
        price,
        asked: &renewal.asked,
    };
    pay(tx, till, &bill).await
}

fn active(buyer: Option<Buyer>) -> Result<Buyer, SaleRefused> {
    let buyer = buyer.ok_or(SaleRefused::CustomerNotFound)?;
    if buyer.is_active { Ok(buyer) } else { Err(SaleRefused::CustomerInactive) }
}

fn seller<'a, C: Can>(staff: &Granted<C>, asked: &'a Asked) -> Seller<'a> {
    Seller { is_manager: staff.also::<can::SellBeyondLimits>().is_some(), reason: asked.reason.as_ref() }
}

async fn insert(
    tx: &mut Tx,
    new: &New<'_>,
    concession: &Concession,
    by: StaffId,
) -> Result<SubscriptionId, Error> {
    let id = store::insert_subscription(tx, new, by).await?;
    let note = Note::on("subscription", id.get()).with(json!({
        "customer": new.customer, "service": new.offer.service, "kind": new.kind, "renews": new.renews,
        "amount_minor": new.price.amount.minor(), "granted": new.granted,
        "starts_on": new.span.starts_on, "ends_on": new.span.ends_on, "concession": concession.told(),
    }));
    tx.note(note.flagged(concession.flag()));
    Ok(id)
}

/// Where money is taken, by whom, on which day.
#[derive(Clone, Copy)]
struct Till {
    gym: GymId,
    branch: BranchId,
    staff: StaffId,
    today: NaiveDate,
}

/// What it is taken for.
struct Bill<'a> {
    customer: CustomerId,
    subscription: SubscriptionId,
    purpose: PaymentPurpose,
    price: Price,
    asked: &'a Asked,
}

async fn pay(tx: &mut Tx, till: Till, bill: &Bill<'_>) -> Result<Deal, Error> {
    if !bill.price.amount.is_positive() {
        return Ok(Deal { subscription: bill.subscription, payment: None });
    }
    let taking = Taking {
        gym: till.gym,
        branch: till.branch,
        customer: bill.customer,
        subscription: Some(bill.subscription),
        purpose: bill.purpose,
        method: bill.asked.method,
        amount: bill.price.amount,
        discount: bill.price.discount,
        notes: bill.asked.notes.as_ref(),
        taken_by: till.staff,
        business_day: till.today,
    };
    let payment = payments::take(tx, &taking).await?;
    Ok(Deal { subscription: bill.subscription, payment: Some(payment) })
}

async fn settle<C: Can>(db: &Db, staff: &Granted<C>, deal: Deal) -> Result<Sold, Error> {
    let mut conn = db.conn().await?;
    let subscription =
        find_held(conn.get(), deal.subscription).await?.within(staff).ok_or(SubscriptionNotFound)?;
    let payment = match deal.payment {
        Some(payment) => payments::find_receipt(conn.get(), payment).await?,
        None => None,
    };
    Ok(Sold { subscription, payment })
}
