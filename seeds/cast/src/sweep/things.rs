//! Things of every kind, at a place: one's own branch, the one beside it, another gym, nowhere at all.

use std::sync::atomic::{AtomicI64, Ordering};

use base::platform::{clock::Clock as _, files::FileKey};

use crate::{Gym, customer, subscription};

/// Where things are, seen from branch 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Branch 1, where it is seen from.
    Here,
    /// Branch 2 of the same gym.
    Beside,
    /// Branch 3, of another gym.
    Elsewhere,
    /// There is no such thing.
    Nowhere,
}

impl Place {
    pub(super) const ALL: [Self; 4] = [Self::Here, Self::Beside, Self::Elsewhere, Self::Nowhere];

    pub(super) const fn branch(self) -> Option<i64> {
        match self {
            Self::Here => Some(1),
            Self::Beside => Some(2),
            Self::Elsewhere => Some(3),
            Self::Nowhere => None,
        }
    }

    pub(super) const fn gym(self) -> Option<i64> {
        match self {
            Self::Here | Self::Beside => Some(1),
            Self::Elsewhere => Some(2),
            Self::Nowhere => None,
        }
    }
}

/// Ids that are not given to anything.
const UNKNOWN: i64 = 900_000_000;

/// One thing of each kind, nobody else's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Things {
    /// The gym where they live.
    pub gym: i64,
    /// The branch where they live.
    pub branch: i64,
    /// A customer with everything below, an address, and the password of the cast.
    pub customer: i64,
    /// Their phone number as it is dialled at home.
    pub phone: String,
    /// An active subscription of theirs: days.
    pub subscription: i64,
    /// An active subscription of theirs: coins.
    pub coins: i64,
    /// A frozen subscription of theirs.
    pub frozen: i64,
    /// What they paid for it.
    pub payment: i64,
    /// A day of the branch that is closed.
    pub closing: i64,
    /// A shift at the till that is closed.
    pub shift: i64,
    /// Somebody at the front desk.
    pub staff: i64,
    /// Something that is sold.
    pub service: i64,
    /// An expense that waits for a decision, of somebody who is not in the cast.
    pub expense: i64,
    /// A file that is attached to it, by them.
    pub attachment: i64,
    /// Another of theirs that was approved and is not paid.
    pub approved: i64,
    /// A number that no other things have, below ten million.
    pub number: i64,
}

static NUMBERS: AtomicI64 = AtomicI64::new(1);

impl Things {
    /// Writes one thing of each kind at `place`.
    pub(super) async fn make(gym: &Gym, place: Place) -> Self {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let phone = format!("0100{number:07}");
        let (Some(branch), Some(of_gym)) = (place.branch(), place.gym()) else {
            return Self::unknown(number, phone);
        };
        let canonical = format!("+20100{number:07}");
        let mail = format!("somebody{number}@example.com");
        let person = customer().of_branch(branch).phone(&canonical).email(&mail).insert(gym).await;
        let sold_as = if of_gym == 1 { 1 } else { 5 };
        let days = subscription().sold_as(sold_as).insert(gym, person).await.get();
        let coins = subscription().coins(9).sold_as(sold_as).insert(gym, person).await.get();
        let frozen = subscription().frozen(-1, 5).sold_as(sold_as).insert(gym, person).await.get();
        let payment = pay(gym, branch, person.get(), coins).await;
        let closing = close(gym, branch, number).await;
        let shift = close_shift(gym, branch).await;
        let (staff, service) = hire_and_offer(gym, branch, number).await;
        let expense = spend(gym, staff, None).await;
        let attachment = attach(gym, staff, expense).await;
        let approved = spend(gym, staff, Some("approved")).await;
        sqlx::query("update customers set password_hash = (select password_hash from staff_users where id = 1006) where id = $1")
            .bind(person.get())
            .execute(&gym.db.owner)
            .await
            .expect("a password");
        Self {
            gym: of_gym,
            branch,
            customer: person.get(),
            phone,
            subscription: days,
            coins,
            frozen,
            payment,
            closing,
            shift,
            staff,
            service,
            expense,
            attachment,
            approved,
            number,
        }
    }

    fn unknown(number: i64, phone: String) -> Self {
        let id = |kind: i64| UNKNOWN.saturating_add(number.saturating_mul(10)).saturating_add(kind);
        Self {
            gym: id(0),
            branch: id(1),
            customer: id(2),
            phone,
            subscription: id(3),
            coins: id(4),
            frozen: id(5),
            staff: id(6),
            service: id(7),
            payment: id(8),
            closing: id(9),
            shift: id(9),
            expense: id(8),
            attachment: id(7),
            approved: id(9),
            number,
        }
    }
}

async fn pay(gym: &Gym, branch: i64, customer: i64, subscription: i64) -> i64 {
    sqlx::query_scalar(
        "with receipt as (
             update branch_receipts set last_number = last_number + 1 where branch_id = $1
             returning last_number, first_open_day
         )
         insert into payments (gym_id, branch_id, customer_id, subscription_id, receipt_number, kind, method,
             amount_minor, discount_minor, taken_by, taken_at, business_day)
         select b.gym_id, b.id, $2, $3, r.last_number, 'subscription', 'cash', 30000, 0, 1006, s.created_at,
             greatest(s.starts_on, r.first_open_day)
         from branches b, receipt r, subscriptions s
         where b.id = $1 and s.id = $3
         returning id",
    )
    .bind(branch)
    .bind(customer)
    .bind(subscription)
    .fetch_one(&gym.db.owner)
    .await
    .expect("a payment")
}

/// Closes a day so long ago that nothing was posted on it, and leaves all days open for money.
async fn close(gym: &Gym, branch: i64, number: i64) -> i64 {
    sqlx::query_scalar(
        "insert into daily_closings (gym_id, branch_id, business_day, expected_minor, counted_minor, card_minor,
             transfer_minor, closed_by, closed_at)
         select gym_id, id, date '1990-01-01' - $2::integer, 0, 0, 0, 0, 1006, created_at from branches where id = $1
         returning id",
    )
    .bind(branch)
    .bind(i32::try_from(number).unwrap_or(i32::MAX))
    .fetch_one(&gym.db.owner)
    .await
    .expect("a closing")
}

/// Closes a shift in which nothing was moved.
async fn close_shift(gym: &Gym, branch: i64) -> i64 {
    sqlx::query_scalar(
        "insert into shift_closings (gym_id, branch_id, staff_id, business_day, after_transfer_id, last_transfer_id,
             expected_minor, counted_minor, card_minor, transfer_minor, payments, closed_by, closed_at)
         select gym_id, id, 1006, '2026-04-16', 0, 0, 0, 0, 0, 0, 0, 1006, created_at from branches where id = $1
         returning id",
    )
    .bind(branch)
    .fetch_one(&gym.db.owner)
    .await
    .expect("a shift")
}

async fn hire_and_offer(gym: &Gym, branch: i64, number: i64) -> (i64, i64) {
    sqlx::query_as(
        "with hired as (
             insert into staff_users (gym_id, branch_id, username, full_name, role, email, password_hash,
                 must_change_password, preferred_language, is_active, created_at)
             select b.gym_id, b.id, 'desk' || $2::bigint, 'Dina Fouad', 'front_desk', 'desk' || $2::bigint || '@example.com',
                 s.password_hash, false, 'en', true, s.created_at
             from branches b, staff_users s where b.id = $1 and s.id = 1006
             returning id
         ), offered as (
             insert into services (gym_id, branch_id, name, kind, service_type, price_minor, duration_days, coins, sessions,
                 max_freezes, max_freeze_days, freeze_fee_minor, opens_door, opens_every_branch, is_active, created_at, updated_at)
             select b.gym_id, null, 'Offer ' || $2::bigint, s.kind, s.service_type, s.price_minor, s.duration_days, null, null,
                 2, 15, 0, true, false, true, s.created_at, s.created_at
             from branches b, services s where b.id = $1 and s.id = 1
             returning id
         )
         select hired.id, offered.id from hired, offered",
    )
    .bind(branch)
    .bind(number)
    .fetch_one(&gym.db.owner)
    .await
    .expect("a staff user and a service")
}

/// A file, and the row that names it.
async fn attach(gym: &Gym, staff: i64, expense: i64) -> i64 {
    let key = FileKey::new(gym.clock.now());
    gym.files.put(&key, BILL.to_vec()).await.expect("a file");
    sqlx::query_scalar(
        "insert into expense_attachments (expense_id, file_key, kind, bytes, sha256, created_by, created_at)
         select $1, $2, 'pdf', $3, sha256($4), s.id, s.created_at
         from staff_users s
         where s.id = $5
         returning id",
    )
    .bind(expense)
    .bind(key.as_str())
    .bind(i32::try_from(BILL.len()).expect("a short file"))
    .bind(BILL)
    .bind(staff)
    .fetch_one(&gym.db.owner)
    .await
    .expect("an attachment")
}

/// What is attached.
const BILL: &[u8] = b"%PDF-1.7\na bill\n%%EOF\n";

/// An expense that `staff` wrote down for their branch, and what the owner decided.
async fn spend(gym: &Gym, staff: i64, decision: Option<&str>) -> i64 {
    sqlx::query_scalar(
        "insert into expenses (gym_id, branch_id, title, category, amount_minor, spent_on, created_by, created_at, decision,
             decided_by, decided_at, business_day)
         select s.gym_id, s.branch_id, 'Towels', 'supplies', 45000, date '2026-04-10', s.id, s.created_at, $2,
             case when $2 is not null then g.owner_id end, case when $2 is not null then s.created_at end,
             case when $2 = 'approved' then date '2026-04-10' end
         from staff_users s join gyms g on g.id = s.gym_id
         where s.id = $1
         returning id",
    )
    .bind(staff)
    .bind(decision)
    .fetch_one(&gym.db.owner)
    .await
    .expect("an expense")
}
