//! The SQL of customers.

mod read;

use self::read::born_of;
pub(super) use self::read::{Look, find_customer, list_customers, page_customers};
use super::{
    metrics::{Height, Weight},
    model::Details,
    rules::CustomerRefused,
};
use base::{
    Error, OnConstraint as _,
    access::{PasswordHash, Place, TemporaryPassword, Unseen},
    platform::db::{Connection, Tx},
    vocabulary::{
        BranchId, CustomerId, Email, Gender, GymId, Language, Note, PersonName, Phone, Timestamp, text::fold,
    },
};

/// A customer whose row is held until the transaction ends.
#[derive(Debug)]
pub(super) struct Locked {
    pub(super) gym: GymId,
    pub(super) branch: BranchId,
    pub(super) is_active: bool,
    pub(super) details: Details,
}

/// Holds a customer's row until the transaction ends.
///
/// Its key is not locked: entries and payments, which refer to the customer, may be written meanwhile.
pub(super) async fn lock_customer(tx: &mut Tx, id: CustomerId) -> Result<Unseen<Locked>, Error> {
    let row = sqlx::query!(
        r#"select gym_id, branch_id, full_name as "full_name: PersonName", phone as "phone: Phone",
               email as "email: Email", gender as "gender: Gender", date_of_birth, age_years, age_recorded_on, height_mm,
               weight_g, notes as "notes: Note", is_active
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
        is_active: row.is_active,
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

/// The name of a customer's gym, and the language in which they are written to: the one they chose, else that of the gym.
pub(super) async fn find_correspondence(
    conn: &mut Connection,
    id: CustomerId,
) -> Result<(String, Language), Error> {
    let row = sqlx::query!(
        r#"select g.name, coalesce(c.preferred_language, g.language) as "language: Language"
           from customers c
           join gyms g on g.id = c.gym_id
           where c.id = $1"#,
        id.get(),
    )
    .fetch_one(conn)
    .await?;
    Ok((row.name, row.language.unwrap_or(Language::OF_A_GYM)))
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

/// Writes the row whose lock makes admissions of the customer happen one after the other.
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
