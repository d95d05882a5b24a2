//! The SQL of customers.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::{
    metrics::{BodyMetrics, Height, Weight},
    model::{Body, Born, Current, Customer, Details, Left, Login, Standing},
    rules::{CustomerRefused, Kept},
};
use crate::{
    access::{PasswordHash, Place, TemporaryPassword, Unseen},
    error::{Error, Fault, OnConstraint as _},
    platform::{
        db::{Connection, Tx},
        list::{List, Shown},
    },
    vocabulary::{
        BranchId, CustomerId, Email, Gender, GymId, Language, Listing, Note, Page, PersonName, Phone,
        SubscriptionId, Timestamp, text::fold,
    },
};

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
    #[sqlx(rename = "subscription_id?")]
    subscription_id: Option<i64>,
    #[sqlx(rename = "service_name?")]
    service_name: Option<String>,
    #[sqlx(rename = "kind?")]
    kind: Option<String>,
    #[sqlx(rename = "standing?: Standing")]
    standing: Option<Standing>,
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
            subscription,
        };
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

fn born_of(date: Option<NaiveDate>, years: Option<i16>, told_on: Option<NaiveDate>) -> Born {
    match (date, years, told_on) {
        (Some(date), ..) => Born::On(date),
        (None, Some(years), Some(on)) => Born::Told { years: i32::from(years), on },
        (None, ..) => Born::Unknown,
    }
}

/// Hands `$then` what is read of customers `c` and the subscription each can use on `day.today`: columns, and joins.
///
/// The subscription is chosen on the index of what the customer holds; of all they ever held, only the chosen one is then
/// looked up in the table and in the balances.
macro_rules! kept {
    ($then:ident $(, $arg:expr)*) => {
        $then!(
            r#"c.id, c.gym_id, c.branch_id, b.name as branch_name, c.full_name,
               c.phone as "phone: Phone", c.email as "email: Email", c.gender as "gender: Gender",
               c.date_of_birth, c.age_years, c.age_recorded_on, c.height_mm, c.weight_g, c.notes, c.qr_version,
               c.temporary_password, c.temporary_password_until, c.password_changed,
               c.preferred_language as "preferred_language: Language", c.is_active, c.deletion_requested_at, c.created_at,
               r.is_on as "desk_sees?",
               s.id as "subscription_id?", s.service_name as "service_name?", s.kind as "kind?",
               held.status as "standing?: Standing", s.starts_on as "starts_on?", s.ends_on as "ends_on?",
               l.remaining as "remaining?""#,
            r#"join branches b on b.id = c.branch_id
               left join gym_rules r on r.gym_id = c.gym_id and r.rule = 'desk_sees_temporary_passwords'
               left join lateral (
                   select judged.id, judged.status
                   from (
                       select s.id, s.ends_on, subscription_status(
                           s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
                           case when s.is_used_up then 0 end, day.today) as status
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
    ($columns:literal, $joins:literal, $ids:expr, $today:expr) => {
        sqlx::query_as!(
            Row,
            "select "
                + $columns
                + " from unnest($1::bigint[]) with ordinality as wanted (id, place)
             join customers c on c.id = wanted.id cross join (select $2::date) day (today) "
                + $joins
                + " order by wanted.place",
            $ids,
            $today,
        )
    };
}

macro_rules! kept_by_id {
    ($columns:literal, $joins:literal, $id:expr, $today:expr) => {
        sqlx::query_as!(
            Row,
            "select "
                + $columns
                + " from customers c cross join (select $2::date) day (today) "
                + $joins
                + " where c.id = $1",
            $id,
            $today,
        )
    };
}

macro_rules! kept_of_page {
    ($columns:literal, $joins:literal) => {
        Shown {
            columns: $columns,
            from: concat!(
                "page join customers c on c.id = page.id cross join (select {}::date) day (today) ",
                $joins
            ),
        }
    };
}

/// A page of the list, each customer with the subscription they can use on `today`, counted up to `most`.
pub(super) async fn page_customers(
    conn: &mut Connection,
    list: &List,
    page: Page,
    most: i64,
    today: NaiveDate,
) -> Result<Listing<Kept>, Error> {
    let Listing { items, total } =
        list.rows::<Row, 1>(conn, page, most, (kept!(kept_of_page), [today.into()])).await?;
    let items = items.into_iter().map(|row| row.read(today)).collect::<Result<_, _>>()?;
    Ok(Listing { items, total })
}

/// The customers with these ids, in this order, each with the subscription they can use on `today`.
pub(super) async fn list_customers(
    conn: &mut Connection,
    ids: &[i64],
    today: NaiveDate,
) -> Result<Vec<Kept>, Error> {
    let rows = kept!(kept_by_ids, ids, today).fetch_all(conn).await?;
    rows.into_iter().map(|row| row.read(today)).collect()
}

/// One customer. For a list, whose length it does not know, Postgres would make a new plan each time.
pub(super) async fn find_customer(
    conn: &mut Connection,
    id: CustomerId,
    today: NaiveDate,
) -> Result<Unseen<Kept>, Error> {
    let row = kept!(kept_by_id, id.get(), today).fetch_optional(conn).await?;
    let kept = row.map(|row| row.read(today)).transpose()?;
    Ok(Unseen::new(kept, |kept| Place::branch(kept.customer.gym, kept.customer.branch).of(id)))
}

/// A customer whose row is held until the transaction ends.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) gym: GymId,
    pub(super) branch: BranchId,
    pub(super) details: Details,
}

/// Holds a customer's row.
pub(super) async fn lock_customer(tx: &mut Tx, id: CustomerId) -> Result<Unseen<Locked>, Error> {
    let row = sqlx::query!(
        r#"select gym_id, branch_id, full_name as "full_name: PersonName", phone as "phone: Phone",
               email as "email: Email", gender as "gender: Gender", date_of_birth, age_years, age_recorded_on, height_mm,
               weight_g, notes as "notes: Note"
           from customers
           where id = $1
           for no key update"#,
        id.get(),
    )
    .fetch_optional(tx.conn())
    .await?;
    let locked = row.map(|row| Locked {
        gym: GymId::from(row.gym_id),
        branch: BranchId::from(row.branch_id),
        details: Details {
            full_name: row.full_name,
            phone: row.phone,
            email: row.email,
            gender: row.gender,
            born: born_of(row.date_of_birth, row.age_years, row.age_recorded_on),
            height: row.height_mm.and_then(Height::of),
            weight: row.weight_g.and_then(Weight::of),
            notes: row.notes,
        },
    });
    Ok(Unseen::new(locked, |locked| Place::branch(locked.gym, locked.branch).of(id)))
}

/// Whether the branch is active; it stays as it is until the transaction ends.
pub(super) async fn lock_branch(tx: &mut Tx, branch: BranchId) -> Result<bool, Error> {
    let is_active =
        sqlx::query_scalar!("select is_active from branches where id = $1 for share", branch.get())
            .fetch_optional(tx.conn())
            .await?;
    Ok(is_active.unwrap_or(false))
}

/// The id of a new customer of the branch.
pub(super) async fn insert_customer(
    tx: &mut Tx,
    (gym, branch): (GymId, BranchId),
    details: &Details,
    secret: &Secret,
    now: Timestamp,
) -> Result<CustomerId, Error> {
    let told = details.born.told();
    let id = sqlx::query_scalar!(
        "insert into customers (gym_id, branch_id, full_name, name_folded, phone, email, gender, date_of_birth, age_years,
             age_recorded_on, height_mm, weight_g, notes, qr_version, password_hash, temporary_password,
             temporary_password_until, password_changed, is_active, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $15, $16, false, true, $17, $17)
         returning id",
        gym.get(),
        branch.get(),
        details.full_name.as_str(),
        fold(details.full_name.as_str()),
        details.phone.as_ref().map(Phone::as_str),
        details.email.as_ref().map(Email::as_str),
        details.gender.map(Gender::as_str),
        details.born.date(),
        told.and_then(|(years, _)| i16::try_from(years).ok()),
        told.map(|(_, on)| on),
        details.height.map(Height::get),
        details.weight.map(Weight::get),
        details.notes.as_ref().map(Note::as_str),
        secret.hash.as_str(),
        secret.password.expose(),
        secret.until,
        now,
    )
    .fetch_one(tx.conn())
    .await
    .on_constraint("customers_phone_once_per_gym", || CustomerRefused::PhoneTaken)
    .on_constraint("customers_email_once_per_gym", || CustomerRefused::EmailTaken)?;
    Ok(CustomerId::from(id))
}

/// Opens the row that makes entries of a customer a sequence.
pub(super) async fn insert_door(tx: &mut Tx, id: CustomerId) -> Result<(), Error> {
    sqlx::query!("insert into customer_doors (customer_id, version) values ($1, 0)", id.get())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Writes down what is known of a customer from now on.
pub(super) async fn update_details(
    tx: &mut Tx,
    id: CustomerId,
    branch: BranchId,
    details: &Details,
    now: Timestamp,
) -> Result<(), Error> {
    let told = details.born.told();
    sqlx::query!(
        "update customers
         set branch_id = $2, full_name = $3, name_folded = $4, phone = $5, email = $6, gender = $7, date_of_birth = $8,
             age_years = $9, age_recorded_on = $10, height_mm = $11, weight_g = $12, notes = $13, updated_at = $14
         where id = $1",
        id.get(),
        branch.get(),
        details.full_name.as_str(),
        fold(details.full_name.as_str()),
        details.phone.as_ref().map(Phone::as_str),
        details.email.as_ref().map(Email::as_str),
        details.gender.map(Gender::as_str),
        details.born.date(),
        told.and_then(|(years, _)| i16::try_from(years).ok()),
        told.map(|(_, on)| on),
        details.height.map(Height::get),
        details.weight.map(Weight::get),
        details.notes.as_ref().map(Note::as_str),
        now,
    )
    .execute(tx.conn())
    .await
    .on_constraint("customers_phone_once_per_gym", || CustomerRefused::PhoneTaken)
    .on_constraint("customers_email_once_per_gym", || CustomerRefused::EmailTaken)?;
    Ok(())
}

/// Lets a customer in from now on, or not.
pub(super) async fn update_activity(
    tx: &mut Tx,
    id: CustomerId,
    is_active: bool,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update customers set is_active = $2, updated_at = $3 where id = $1",
        id.get(),
        is_active,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Counts a new QR code and returns its number.
pub(super) async fn update_qr_version(tx: &mut Tx, id: CustomerId, now: Timestamp) -> Result<i32, Error> {
    let version = sqlx::query_scalar!(
        "update customers set qr_version = qr_version + 1, updated_at = $2 where id = $1 returning qr_version",
        id.get(),
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(version)
}

/// A first-login password, and when it ends.
#[derive(Debug, Clone)]
pub(super) struct Secret {
    pub(super) password: TemporaryPassword,
    pub(super) hash: PasswordHash,
    pub(super) until: Timestamp,
}

/// Gives a customer a first-login password instead of the one they have.
pub(super) async fn update_password(
    tx: &mut Tx,
    id: CustomerId,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update customers
         set password_hash = $2, temporary_password = $3, temporary_password_until = $4, password_changed = false,
             updated_at = $5
         where id = $1",
        id.get(),
        secret.hash.as_str(),
        secret.password.expose(),
        secret.until,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
