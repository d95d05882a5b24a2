//! Registering customers, and what becomes of them.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    letters::{CONTACT_CHANGED, ContactChanged},
    limits::count_qr_regeneration,
    listing::{find, password_visibility},
    model::{Changes, Customer, Regenerated, Registration, qr_code},
    rules::{self, CustomerRefused, PasswordVisibility},
    store::{self, Locked, Secret},
};
use base::{
    Error, Fault,
    access::{
        AccessRefused, Can, Granted, Password, Passwords, Permit, TEMPORARY_HOURS, TemporaryPassword, can,
        end_member_sessions,
    },
    platform::{
        audit::Note,
        db::{Db, Tx},
        limits::Limits,
        once::RepeatableOutcome,
        qr,
    },
    vocabulary::{BranchId, CustomerId, GymId, Timestamp, dates::later},
};

/// Registers a customer at the branch, with a temporary password for the member app.
///
/// # Refuses
/// [`CustomerRefused::PhoneTaken`], [`CustomerRefused::EmailTaken`], [`CustomerRefused::BranchInactive`]; a date of birth
/// that cannot be.
pub async fn register(
    db: &Db,
    passwords: &Passwords,
    desk: &Permit<can::RegisterCustomers>,
    taken: Registration,
) -> Result<Customer, Error> {
    let today = desk.calendar().today(desk.now());
    let details = rules::take_down(taken, today)?;
    let secret = draw(passwords, desk.now()).await?;
    let (gym, branch) = (desk.gym(), desk.branch());
    let id = db
        .write(desk, async |tx: &mut Tx| {
            refuse_inactive(tx, branch).await?;
            let now = tx.now();
            let id = store::insert_customer(tx, (gym, branch), &details, &secret, now).await?;
            store::insert_door(tx, id).await?;
            tx.note(Note::on("customer", id.get()));
            Ok(id)
        })
        .await?;
    read(db, desk.granted(), id, &visibility_of_new(desk.granted())).await
}

/// Changes what is written down about a customer within reach, or moves them to another branch within reach.
///
/// A new phone number or address ends their sessions in the member app, because who has the old one may be somebody else
/// by now, and the old one is told. A code that was sent there is worth nothing: it is for an account that has the number.
///
/// # Refuses
/// [`CustomerRefused`]; [`AccessRefused::NoSuchBranch`] for a branch out of reach; a date of birth that cannot be.
pub async fn edit(
    db: &Db,
    staff: &Granted<can::EditCustomers>,
    id: CustomerId,
    changes: Changes,
) -> Result<Customer, Error> {
    let today = staff.calendar().today(staff.now());
    db.write(staff, async |tx: &mut Tx| {
        let Locked { gym, branch, details, .. } = lock(tx, staff, id).await?;
        let branch = match changes.branch.filter(|wanted| *wanted != branch) {
            Some(wanted) => move_to(tx, staff, gym, wanted).await?,
            None => branch,
        };
        let before = details.clone();
        let details = rules::change(details, changes.clone(), today)?;
        let now = tx.now();
        store::update_details(tx, id, branch, &details, now).await?;
        let lost = rules::lost_contacts(&before, &details);
        if !lost.is_empty() {
            end_member_sessions(tx.conn(), &[id], None, now).await?;
            let (gym_name, language) = store::find_correspondence(tx.conn(), id).await?;
            for to in lost {
                let letter = ContactChanged { to, gym_name: gym_name.clone(), language };
                tx.enqueue(&CONTACT_CHANGED, &letter).await?;
            }
        }
        tx.note(Note::on("customer", id.get()).with(json!({ "changed": changes.names() })));
        Ok(())
    })
    .await?;
    read(db, staff, id, &password_visibility(staff)).await
}

/// Keeps a customer out of the gym and of the member app, where their sessions end; or lets them in again.
///
/// # Refuses
/// [`CustomerRefused::NotFound`].
pub async fn switch(
    db: &Db,
    staff: &Granted<can::SwitchCustomers>,
    id: CustomerId,
    is_active: bool,
) -> Result<Customer, Error> {
    db.write(staff, async |tx: &mut Tx| {
        lock(tx, staff, id).await?;
        let now = tx.now();
        store::update_activity(tx, id, is_active, now).await?;
        if !is_active {
            end_member_sessions(tx.conn(), &[id], None, now).await?;
        }
        tx.note(Note::on("customer", id.get()).with(json!({ "is_active": is_active })));
        Ok(())
    })
    .await?;
    read(db, staff, id, &password_visibility(staff)).await
}

/// Gives a customer a new temporary password; what they had no longer fits, and their sessions end.
///
/// # Refuses
/// [`CustomerRefused::NotFound`]; [`CustomerRefused::Inactive`], as it would let nobody in.
pub async fn reset_password(
    db: &Db,
    passwords: &Passwords,
    staff: &Granted<can::ResetCustomerPasswords>,
    id: CustomerId,
) -> Result<Customer, Error> {
    let secret = draw(passwords, staff.now()).await?;
    db.write(staff, async |tx: &mut Tx| {
        if !lock(tx, staff, id).await?.is_active {
            return Err(CustomerRefused::Inactive.into());
        }
        let now = tx.now();
        store::update_password(tx, id, &secret, now).await?;
        end_member_sessions(tx.conn(), &[id], None, now).await?;
        tx.note(Note::on("customer", id.get()));
        Ok(())
    })
    .await?;
    read(db, staff, id, &visibility_of_new(staff)).await
}

/// A QR code as it was made anew.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Redrawn {
    qr_version: i32,
    at: Timestamp,
}

impl RepeatableOutcome for Redrawn {}

/// Makes a customer's QR code anew: door codes that were made for the one before open nothing any more.
///
/// # Refuses
/// [`CustomerRefused::NotFound`]; [`TooMany`](base::platform::limits::TooMany) beyond ten in a minute.
pub async fn regenerate_qr(
    db: &Db,
    limits: &Limits,
    staff: &Granted<can::RegenerateQr>,
    id: CustomerId,
) -> Result<Regenerated, Error> {
    count_qr_regeneration(limits, db, staff.staff(), staff.now()).await?;
    let Redrawn { qr_version, at } = db
        .write(staff, async |tx: &mut Tx| {
            lock(tx, staff, id).await?;
            let now = tx.now();
            let qr_version = store::update_qr_version(tx, id, now).await?;
            tx.note(Note::on("customer", id.get()).with(json!({ "qr_version": qr_version })));
            Ok(Redrawn { qr_version, at: now })
        })
        .await?;
    // Read again for a repeat only: of several codes made at once each has its own number.
    let qr_version = if staff.is_repeat() {
        read(db, staff, id, &PasswordVisibility::Nothing).await?.qr_version
    } else {
        qr_version
    };
    Ok(Regenerated { customer: id, qr_version, at })
}

/// A customer within reach, and a PNG of their QR code in base64.
///
/// # Refuses
/// [`CustomerRefused::NotFound`].
pub async fn read_qr(
    db: &Db,
    staff: &Granted<can::ReadCustomers>,
    id: CustomerId,
) -> Result<(Customer, String), Error> {
    let customer = find(db, staff, id).await?;
    let picture = qr::png_base64(&qr_code(id)).map_err(Fault::new)?;
    Ok((customer, picture))
}

/// A PNG of the QR code of a customer within reach.
///
/// # Refuses
/// [`CustomerRefused::NotFound`].
pub async fn draw_qr(db: &Db, staff: &Granted<can::ReadCustomers>, id: CustomerId) -> Result<Vec<u8>, Error> {
    let customer = find(db, staff, id).await?;
    Ok(qr::png(&qr_code(customer.id)).map_err(Fault::new)?)
}

/// A temporary password and its hash. Made before a transaction begins: hashing takes as long as all of its statements.
async fn draw(passwords: &Passwords, now: Timestamp) -> Result<Secret, Error> {
    let password = TemporaryPassword::draw();
    let hash = passwords.hash(Password::typed(password.expose())).await?;
    let until = later(now, TimeDelta::hours(TEMPORARY_HOURS));
    Ok(Secret { password, hash, until })
}

/// Locks the row of a customer within reach until the transaction ends; the audit row names their branch.
async fn lock<C: Can>(tx: &mut Tx, staff: &Granted<C>, id: CustomerId) -> Result<Locked, Error> {
    let found = store::lock_customer(tx, id).await?;
    let locked = found.within(staff).ok_or(CustomerRefused::NotFound)?;
    tx.stand_at(locked.gym, Some(locked.branch));
    Ok(locked)
}

/// How far somebody sees the temporary password that they had made: it has to be handed over once, and a repeat shows
/// it to those only who may look it up.
fn visibility_of_new<C: Can>(staff: &Granted<C>) -> PasswordVisibility {
    if staff.is_repeat() { password_visibility(staff) } else { PasswordVisibility::JustMade }
}

async fn move_to(
    tx: &mut Tx,
    staff: &Granted<can::EditCustomers>,
    gym: GymId,
    wanted: BranchId,
) -> Result<BranchId, Error> {
    let there = staff.at(wanted)?;
    if there.gym() != gym {
        return Err(AccessRefused::NoSuchBranch.into());
    }
    refuse_inactive(tx, wanted).await?;
    Ok(wanted)
}

async fn refuse_inactive(tx: &mut Tx, branch: BranchId) -> Result<(), Error> {
    if store::lock_branch(tx, branch).await? { Ok(()) } else { Err(CustomerRefused::BranchInactive.into()) }
}

async fn read<C: Can>(
    db: &Db,
    staff: &Granted<C>,
    id: CustomerId,
    visibility: &PasswordVisibility,
) -> Result<Customer, Error> {
    let found = store::find_customer(db.conn().await?.get(), id, store::Look::of(staff)).await?;
    Ok(found.within(staff).ok_or(CustomerRefused::NotFound)?.seen(visibility, staff.now()))
}
