//! Builders of customers and subscriptions, written straight into the tables.

use base::{
    platform::clock::Clock as _,
    vocabulary::{Calendar, CustomerId, SubscriptionId, dates::days_later, text::fold},
};

use super::Gym;

/// A customer of branch 1 called Mona Adel, aged 30, 165 cm, 60 kg.
pub fn customer() -> CustomerBuilder {
    CustomerBuilder { name: "Mona Adel".to_owned(), phone: None, email: None, branch: 1, is_active: true }
}

/// An active subscription to the Monthly Gym, begun ten days ago.
pub fn subscription() -> SubscriptionBuilder {
    SubscriptionBuilder {
        service: 1,
        kind: "time_based",
        remaining: None,
        starts_in: -10,
        ends_in: Some(20),
        opens_door: true,
        opens_every_branch: false,
        frozen: None,
        is_stopped: false,
        trainer: None,
    }
}

/// A customer that a test adds; begins with [`customer`].
#[derive(Debug, Clone)]
pub struct CustomerBuilder {
    name: String,
    phone: Option<String>,
    email: Option<String>,
    branch: i64,
    is_active: bool,
}

impl CustomerBuilder {
    /// Gives the customer this full name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// With this canonical phone (`+20…`).
    #[must_use]
    pub fn phone(mut self, phone: &str) -> Self {
        self.phone = Some(phone.to_owned());
        self
    }

    /// With this e-mail address.
    #[must_use]
    pub fn email(mut self, email: &str) -> Self {
        self.email = Some(email.to_owned());
        self
    }

    /// Of another branch; branch 3 belongs to gym 2.
    #[must_use]
    pub fn of_branch(mut self, branch: i64) -> Self {
        self.branch = branch;
        self
    }

    /// Makes the customer a deactivated one.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.is_active = false;
        self
    }

    /// Writes the customer and their row of `customer_doors`.
    pub async fn insert(self, gym: &Gym) -> CustomerId {
        let now = gym.clock.now();
        let today = Calendar::CAIRO.today(now);
        let id: i64 = sqlx::query_scalar(
            "insert into customers (gym_id, branch_id, full_name, name_folded, phone, email, gender, age_years,
                 age_recorded_on, height_mm, weight_g, qr_version, password_changed, is_active, created_at, updated_at)
             select gym_id, id, $2, $3, $4, $5, 'female', 30, $6, 1650, 60000, 1, false, $7, $8, $8
             from branches where id = $1
             returning id",
        )
        .bind(self.branch)
        .bind(&self.name)
        .bind(fold(&self.name))
        .bind(self.phone)
        .bind(self.email)
        .bind(today)
        .bind(self.is_active)
        .bind(now)
        .fetch_one(&gym.db.owner)
        .await
        .expect("a customer");
        sqlx::query("insert into customer_doors (customer_id, version) values ($1, 0)")
            .bind(id)
            .execute(&gym.db.owner)
            .await
            .expect("a door row");
        CustomerId::new(id)
    }
}

/// A subscription that a test adds; begins with [`subscription`].
#[derive(Debug, Clone)]
pub struct SubscriptionBuilder {
    service: i64,
    kind: &'static str,
    remaining: Option<i32>,
    starts_in: i64,
    ends_in: Option<i64>,
    opens_door: bool,
    opens_every_branch: bool,
    frozen: Option<(i64, i64)>,
    is_stopped: bool,
    trainer: Option<i64>,
}

impl SubscriptionBuilder {
    /// Of another service; service 5 is gym 2's.
    #[must_use]
    pub fn of_service(mut self, service: i64) -> Self {
        self.service = service;
        self
    }

    /// So many coins instead of time.
    #[must_use]
    pub fn coins(mut self, remaining: i32) -> Self {
        (self.service, self.kind, self.remaining, self.ends_in) = (2, "coins", Some(remaining), None);
        self
    }

    /// So many sessions instead of time.
    #[must_use]
    pub fn sessions(mut self, remaining: i32) -> Self {
        (self.service, self.kind, self.remaining) = (3, "sessions", Some(remaining));
        self
    }

    /// So many sessions with trainer1; does not open the door.
    #[must_use]
    pub fn training(mut self, remaining: i32) -> Self {
        (self.service, self.kind, self.remaining) = (4, "training", Some(remaining));
        (self.opens_door, self.trainer) = (false, Some(1008));
        self
    }

    /// Sold as this service; service 5 belongs to gym 2.
    #[must_use]
    pub fn sold_as(mut self, service: i64) -> Self {
        self.service = service;
        self
    }

    /// From and to so many days from today; no end for `None`.
    #[must_use]
    pub fn days(mut self, starts_in: i64, ends_in: Option<i64>) -> Self {
        (self.starts_in, self.ends_in) = (starts_in, ends_in);
        self
    }

    /// Frozen from and to so many days from today.
    #[must_use]
    pub fn frozen(mut self, from: i64, until: i64) -> Self {
        self.frozen = Some((from, until));
        self
    }

    /// Makes it a subscription that was stopped.
    #[must_use]
    pub fn stopped(mut self) -> Self {
        self.is_stopped = true;
        self
    }

    /// Opens the doors of every branch of the gym.
    #[must_use]
    pub fn everywhere(mut self) -> Self {
        self.opens_every_branch = true;
        self
    }

    /// Writes the rows: the subscription, its balance and the movement that granted it, its freeze.
    pub async fn insert(self, gym: &Gym, customer: CustomerId) -> SubscriptionId {
        let now = gym.clock.now();
        let today = Calendar::CAIRO.today(now);
        let id: i64 = sqlx::query_scalar(
            "insert into subscriptions (gym_id, branch_id, customer_id, service_id, service_name, service_type, kind,
                 price_minor, duration_days, opens_door, opens_every_branch, trainer_id, starts_on, ends_on, max_freezes,
                 max_freeze_days, freeze_fee_minor, freezes_used, freeze_days_used, frozen_from, frozen_until, stopped_at,
                 sold_by, created_at)
             select c.gym_id, c.branch_id, c.id, s.id, s.name, s.service_type, $3, s.price_minor, s.duration_days, $4, $5,
                 $6, $7, $8, s.max_freezes, s.max_freeze_days, s.freeze_fee_minor, 0, 0, $9, $10, $11, 1006, $12
             from customers c, services s where c.id = $1 and s.id = $2
             returning id",
        )
        .bind(customer.get())
        .bind(self.service)
        .bind(self.kind)
        .bind(self.opens_door)
        .bind(self.opens_every_branch)
        .bind(self.trainer)
        .bind(days_later(today, self.starts_in))
        .bind(self.ends_in.map(|days| days_later(today, days)))
        .bind(self.frozen.map(|(from, _)| days_later(today, from)))
        .bind(self.frozen.map(|(_, until)| days_later(today, until)))
        .bind(self.is_stopped.then_some(now))
        .bind(now)
        .fetch_one(&gym.db.owner)
        .await
        .expect("a subscription");
        if let Some(remaining) = self.remaining {
            insert_balance(gym, id, remaining).await;
        }
        if let Some((from, until)) = self.frozen {
            sqlx::query(
                "insert into subscription_freezes (subscription_id, starts_on, ends_on, fee_minor, frozen_by, frozen_at)
                 values ($1, $2, $3, 0, 1006, $4)",
            )
            .bind(id)
            .bind(days_later(today, from))
            .bind(days_later(today, until))
            .bind(now)
            .execute(&gym.db.owner)
            .await
            .expect("a freeze");
        }
        SubscriptionId::new(id)
    }
}

async fn insert_balance(gym: &Gym, id: i64, remaining: i32) {
    sqlx::query(
        "with balance as (
             insert into subscription_balances (subscription_id, remaining, total) values ($1, $2, greatest($2, 1))
         )
         insert into subscription_movements (subscription_id, kind, amount, remaining_after, actor_kind, at)
         select $1, kind, amount, after, 'system', $3
         from (values ('sale', greatest($2, 1), greatest($2, 1)), ('use', $2 - greatest($2, 1), $2)) as m (kind, amount, after)
         where amount <> 0",
    )
    .bind(id)
    .bind(remaining)
    .bind(gym.clock.now())
    .execute(&gym.db.owner)
    .await
    .expect("a balance");
}
