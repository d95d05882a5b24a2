//! What the made-up gyms sell.

use sqlx::PgConnection;

use crate::{
    book::{Moment, Offer, Service},
    copy::Sheet,
};

const PLAIN: Offer = Offer {
    name: "",
    about: "",
    kind: "time_based",
    service_type: "gym",
    price: 0,
    days: None,
    units: None,
    max_freezes: 0,
    max_freeze_days: 0,
    freeze_fee: 0,
    opens_door: true,
    every_branch: false,
};

/// One month, one branch.
pub(crate) const MONTHLY: Offer = Offer {
    name: "Monthly Gym",
    about: "One month, one branch",
    price: 50_000,
    days: Some(30),
    max_freezes: 2,
    max_freeze_days: 15,
    ..PLAIN
};
/// Three months, every branch.
pub(crate) const QUARTERLY: Offer = Offer {
    name: "Quarterly Gym",
    about: "Three months, every branch",
    price: 130_000,
    days: Some(90),
    max_freezes: 3,
    max_freeze_days: 30,
    every_branch: true,
    ..PLAIN
};
/// A year, every branch.
pub(crate) const YEARLY: Offer = Offer {
    name: "Yearly Gym",
    about: "Twelve months, every branch",
    price: 420_000,
    days: Some(365),
    max_freezes: 4,
    max_freeze_days: 60,
    every_branch: true,
    ..PLAIN
};
/// Twenty visits that do not lapse.
pub(crate) const COINS: Offer = Offer {
    name: "Coin Pack 20",
    about: "Twenty visits whenever you like",
    kind: "coins",
    service_type: "bundle",
    price: 60_000,
    units: Some(20),
    every_branch: true,
    ..PLAIN
};
/// Fifty visits that do not lapse.
pub(crate) const MORE_COINS: Offer = Offer {
    name: "Coin Pack 50",
    about: "Fifty visits whenever you like",
    price: 130_000,
    units: Some(50),
    ..COINS
};
/// Twenty visits within three months.
pub(crate) const SESSIONS: Offer = Offer {
    name: "Gym Sessions 20",
    about: "Twenty visits within three months",
    kind: "sessions",
    price: 80_000,
    days: Some(90),
    units: Some(20),
    max_freezes: 1,
    max_freeze_days: 10,
    freeze_fee: 5_000,
    ..PLAIN
};
/// Twelve lessons in the pool.
pub(crate) const SWIMMING: Offer = Offer {
    name: "Swimming School",
    about: "Twelve lessons",
    kind: "sessions",
    service_type: "swimming_education",
    price: 90_000,
    days: Some(60),
    units: Some(12),
    ..PLAIN
};
/// Ten hours with a trainer; no door.
pub(crate) const TRAINING: Offer = Offer {
    name: "Personal Training 10",
    about: "Ten hours with a trainer",
    kind: "training",
    service_type: "personal_training",
    price: 250_000,
    days: Some(60),
    units: Some(10),
    opens_door: false,
    ..PLAIN
};
/// A service that was taken off sale.
pub(crate) const FOUNDERS: Offer =
    Offer { name: "Founders Offer", about: "No longer sold", price: 30_000, days: Some(30), ..PLAIN };

/// Where a service is listed, and whether it is still sold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) service: Service,
    pub(crate) gym: i64,
    pub(crate) branch: Option<i64>,
    pub(crate) is_active: bool,
}

/// Writes the services of `list` as rows.
pub(crate) async fn write(conn: &mut PgConnection, moment: Moment, list: &[Listed]) -> anyhow::Result<()> {
    let opened = moment.past(900);
    let mut sheet = Sheet::new(
        "copy services (id, gym_id, branch_id, name, description, kind, service_type, price_minor, duration_days, coins,
             sessions, max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active,
             created_at, updated_at) from stdin",
    );
    for Listed { service: Service { id, offer }, gym, branch, is_active } in list {
        let is_coins = offer.kind == "coins";
        let (coins, sessions) = (offer.units.filter(|_| is_coins), offer.units.filter(|_| !is_coins));
        sheet.add(&[
            id,
            gym,
            branch,
            &offer.name,
            &offer.about,
            &offer.kind,
            &offer.service_type,
            &offer.price,
            &offer.days,
            &coins,
            &sessions,
            &offer.max_freezes,
            &offer.max_freeze_days,
            &offer.freeze_fee,
            &offer.opens_door,
            &offer.every_branch,
            is_active,
            &opened,
            &opened,
        ])?;
    }
    sheet.pour(conn).await?;
    Ok(())
}
