//! How customers are read: one, those with given ids, a page of a list; always with the subscription they can use.

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::customers::{
    metrics::{BodyMetrics, Height, Weight},
    model::{Body, Born, Current, Customer, Left, Login, MembershipStatus},
    rules::Kept,
};
use base::{
    Error, Fault,
    access::{Can, DetailsOf, Granted, Place, TemporaryPassword, Unseen},
    platform::{
        db::Connection,
        list::{List, Shown},
    },
    vocabulary::{
        BranchId, CustomerId, Email, Gender, GymId, Language, Listing, Page, Phone, SubscriptionId, Timestamp,
    },
};

/// On which day customers are looked at, and how closely.
#[derive(Debug, Clone, Copy)]
pub(in crate::customers) struct Look {
    /// Today, in the gym's calendar.
    pub(in crate::customers) today: NaiveDate,
    details_of: DetailsOf,
}

impl Look {
    /// Now, through the eyes of `staff`.
    pub(in crate::customers) fn of<C: Can>(staff: &Granted<C>) -> Self {
        Self { today: staff.calendar().today(staff.now()), details_of: staff.sees_details_of() }
    }

    /// The trainer, where only their trainees are seen closely.
    pub(in crate::customers) const fn trainer(self) -> Option<i64> {
        self.details_of.trainer()
    }
}

/// The columns are called as the macro of `sqlx` reads them: what follows a name says its type, or that it may be absent.
#[derive(FromRow)]
struct Row {
    id: i64,
    gym_id: i64,
    branch_id: i64,
    branch_name: String,
    full_name: String,
    #[sqlx(rename = "phone: Phone")]
    phone: Option<Phone>,
    #[sqlx(rename = "email: Email")]
    email: Option<Email>,
    #[sqlx(rename = "gender: Gender")]
    gender: Option<Gender>,
    date_of_birth: Option<NaiveDate>,
    age_years: Option<i16>,
    age_recorded_on: Option<NaiveDate>,
    height_mm: Option<i32>,
    weight_g: Option<i32>,
    notes: Option<String>,
    qr_version: i32,
    temporary_password: Option<String>,
    temporary_password_until: Option<Timestamp>,
    password_changed: bool,
    #[sqlx(rename = "preferred_language: Language")]
    preferred_language: Option<Language>,
    is_active: bool,
    deletion_requested_at: Option<Timestamp>,
    created_at: Timestamp,
    #[sqlx(rename = "desk_sees?")]
    desk_sees: Option<bool>,
    #[sqlx(rename = "is_close!")]
    is_close: bool,
    #[sqlx(rename = "subscription_id?")]
    subscription_id: Option<i64>,
    #[sqlx(rename = "service_name?")]
    service_name: Option<String>,
    #[sqlx(rename = "kind?")]
    kind: Option<String>,
    #[sqlx(rename = "standing?: MembershipStatus")]
    standing: Option<MembershipStatus>,
    #[sqlx(rename = "starts_on?")]
    starts_on: Option<NaiveDate>,
    #[sqlx(rename = "ends_on?")]
    ends_on: Option<NaiveDate>,
    #[sqlx(rename = "remaining?")]
    remaining: Option<i32>,
}

impl Row {
    fn read(mut self, today: NaiveDate) -> Result<Kept, Error> {
        let born = born_of(self.date_of_birth, self.age_years, self.age_recorded_on);
        let age_years = born.age(today);
        let body = Body {
            gender: self.gender,
            date_of_birth: self.date_of_birth,
            age_years,
            height: self.height_mm.and_then(Height::of),
            weight: self.weight_g.and_then(Weight::of),
            metrics: BodyMetrics::of(self.height_mm, self.weight_g, self.gender, age_years),
        };
        let subscription = current(&mut self)?;
        let is_active_today = |current: &Current| current.standing == MembershipStatus::Active;
        let customer = Customer {
            id: CustomerId::from(self.id),
            gym: GymId::from(self.gym_id),
            branch: BranchId::from(self.branch_id),
            branch_name: self.branch_name,
            full_name: self.full_name,
            phone: self.phone,
            email: self.email,
            body,
            notes: self.notes,
            qr_version: self.qr_version,
            login: Login { password_changed: self.password_changed, temporary_password: None },
            language: self.preferred_language,
            is_active: self.is_active,
            deletion_requested_at: self.deletion_requested_at,
            created_at: self.created_at,
            has_active_subscription: subscription.as_ref().is_some_and(is_active_today),
            subscription,
        };
        let customer = if self.is_close { customer } else { customer.seen_from_afar() };
        let temporary =
            self.temporary_password.map(TemporaryPassword::kept).zip(self.temporary_password_until);
        Ok(Kept { customer, temporary, desk_sees: self.desk_sees })
    }
}

/// The subscription in the row, if the look-up found one.
fn current(row: &mut Row) -> Result<Option<Current>, Error> {
    let Some(id) = row.subscription_id else { return Ok(None) };
    let found = (row.service_name.take(), row.kind.take(), row.standing, row.starts_on);
    let (Some(service_name), Some(kind), Some(standing), Some(starts_on)) = found else {
        return Err(Fault::new(format!("subscriptions {id}: incomplete")).into());
    };
    let left = match row.remaining {
        None => Left::Days,
        Some(coins) if kind == "coins" => Left::Coins(coins),
        Some(sessions) => Left::Sessions(sessions),
    };
    let id = SubscriptionId::from(id);
    Ok(Some(Current { id, service_name, kind, standing, starts_on, ends_on: row.ends_on, left }))
}

pub(super) fn born_of(date: Option<NaiveDate>, years: Option<i16>, told_on: Option<NaiveDate>) -> Born {
    match (date, years, told_on) {
        (Some(date), ..) => Born::On(date),
        (None, Some(years), Some(on)) => Born::Told { years: i32::from(years), on },
        (None, ..) => Born::Unknown,
    }
}

/// Calls the macro `$then` with the SQL that reads customers `c` and the subscription each can use on `looking.today`, as
/// `looking.trainer` may see them, or everybody if that is null: columns, and joins.
///
/// The subscription is chosen on the index of what the customer holds; of all they ever held, only the chosen one is
/// then looked up in the table and in the balances.
macro_rules! kept {
    ($then:ident $(, $arg:expr)*) => {
        $then!(
            r#"c.id, c.gym_id, c.branch_id, b.name as branch_name, c.full_name,
               c.phone as "phone: Phone", c.email as "email: Email", c.gender as "gender: Gender",
               c.date_of_birth, c.age_years, c.age_recorded_on, c.height_mm, c.weight_g, c.notes, c.qr_version,
               c.temporary_password, c.temporary_password_until, c.password_changed,
               c.preferred_language as "preferred_language: Language", c.is_active, c.deletion_requested_at, c.created_at,
               r.is_on as "desk_sees?",
               looking.trainer is null or is_trained_by(c.id, looking.trainer, looking.today) as "is_close!",
               s.id as "subscription_id?", s.service_name as "service_name?", s.kind as "kind?",
               held.status as "standing?: MembershipStatus", s.starts_on as "starts_on?", s.ends_on as "ends_on?",
               l.remaining as "remaining?""#,
            r#"join branches b on b.id = c.branch_id
               left join gym_rules r on r.gym_id = c.gym_id and r.rule = 'desk_sees_temporary_passwords'
               left join lateral (
                   select judged.id, judged.status
                   from (
                       select s.id, s.ends_on, subscription_status(
                           s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                           case when s.is_used_up then 0 end, looking.today) as status
                       from subscriptions s
                       where s.customer_id = c.id
                   ) judged
                   where judged.status in ('active', 'frozen')
                   order by judged.status, judged.ends_on nulls last, judged.id
                   limit 1
               ) held on true
               left join subscriptions s on s.id = held.id
               left join subscription_balances l on l.subscription_id = held.id"#
            $(, $arg)*
        )
    };
}

macro_rules! kept_by_ids {
    ($columns:literal, $joins:literal, $ids:expr, $look:expr) => {
        sqlx::query_as!(
            Row,
            "select "
                + $columns
                + " from unnest($1::bigint[]) with ordinality as wanted (id, place)
             join customers c on c.id = wanted.id cross join (select $2::date, $3::bigint) looking (today, trainer) "
                + $joins
                + " order by wanted.place",
            $ids,
            $look.today,
            $look.trainer(),
        )
    };
}

macro_rules! kept_by_id {
    ($columns:literal, $joins:literal, $id:expr, $look:expr) => {
        sqlx::query_as!(
            Row,
            "select "
                + $columns
                + " from customers c cross join (select $2::date, $3::bigint) looking (today, trainer) "
                + $joins
                + " where c.id = $1",
            $id,
            $look.today,
            $look.trainer(),
        )
    };
}

macro_rules! kept_of_page {
    ($columns:literal, $joins:literal) => {
        Shown {
            columns: $columns,
            from: concat!(
                "page join customers c on c.id = page.id cross join (select {}::date, {}::bigint) looking (today, trainer) ",
                $joins
            ),
        }
    };
}

/// A page of the list, each customer with the subscription they can use, counted up to `most`.
pub(in crate::customers) async fn page_customers(
    conn: &mut Connection,
    list: &List,
    page: Page,
    most: i64,
    look: Look,
) -> Result<Listing<Kept>, Error> {
    let shown = (kept!(kept_of_page), [look.today.into(), look.trainer().into()]);
    let Listing { items, total } = list.rows::<Row, 2>(conn, page, most, shown).await?;
    let items = items.into_iter().map(|row| row.read(look.today)).collect::<Result<_, _>>()?;
    Ok(Listing { items, total })
}

/// The customers with these ids, in this order, each with the subscription they can use.
pub(in crate::customers) async fn list_customers(
    conn: &mut Connection,
    ids: &[i64],
    look: Look,
) -> Result<Vec<Kept>, Error> {
    let rows = kept!(kept_by_ids, ids, look).fetch_all(conn).await?;
    rows.into_iter().map(|row| row.read(look.today)).collect()
}

/// One customer, by a statement of its own: for a list of ids, whose length it does not know, Postgres would make a
/// new plan each time.
pub(in crate::customers) async fn find_customer(
    conn: &mut Connection,
    id: CustomerId,
    look: Look,
) -> Result<Unseen<Kept>, Error> {
    let row = kept!(kept_by_id, id.get(), look).fetch_optional(conn).await?;
    let kept = row.map(|row| row.read(look.today)).transpose()?;
    Ok(Unseen::new(kept, |kept| Place::branch(kept.customer.gym, kept.customer.branch).of(id)))
}
