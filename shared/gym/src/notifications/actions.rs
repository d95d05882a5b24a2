//! What is done with devices.

use super::{Device, DeviceRefused, DeviceToken, model::Holder, store};
use base::{
    Error,
    access::{Granted, Me, can},
    platform::{
        audit::Note,
        db::{Accountable, Db},
    },
};

/// Registers the device for the staff user; whoever had it before has it no more.
///
/// # Refuses
/// [`DeviceRefused::OtherApp`] for the member app.
pub async fn register(db: &Db, staff: &Granted<can::UseTheApp>, device: &Device) -> Result<(), Error> {
    if !device.app.is_for_staff() {
        return Err(DeviceRefused::OtherApp.into());
    }
    keep(db, staff, Holder::Staff(staff.staff()), device).await
}

/// Registers the device for the member; whoever had it before has it no more.
///
/// # Refuses
/// [`DeviceRefused::OtherApp`] for the staff app.
pub async fn register_own(db: &Db, me: &Me, device: &Device) -> Result<(), Error> {
    if device.app.is_for_staff() {
        return Err(DeviceRefused::OtherApp.into());
    }
    keep(db, &me.doing("account.register_device"), Holder::Customer(me.customer()), device).await
}

/// Forgets the device of the staff user. One that never was theirs, or is somebody else's by now, stays as it is.
pub async fn unregister(db: &Db, staff: &Granted<can::UseTheApp>, token: &DeviceToken) -> Result<(), Error> {
    forget(db, staff, Holder::Staff(staff.staff()), token).await
}

/// Forgets the device of the member. One that never was theirs, or is somebody else's by now, stays as it is.
pub async fn unregister_own(db: &Db, me: &Me, token: &DeviceToken) -> Result<(), Error> {
    forget(db, &me.doing("account.unregister_device"), Holder::Customer(me.customer()), token).await
}

async fn keep(db: &Db, by: &impl Accountable, holder: Holder, device: &Device) -> Result<(), Error> {
    db.write(by, async |tx| {
        let now = tx.now();
        let id = store::insert_device(tx, holder, device, now).await?;
        store::delete_older_devices(tx, holder).await?;
        tx.note(Note::on("device", id.get()));
        Ok(())
    })
    .await
}

async fn forget(db: &Db, by: &impl Accountable, holder: Holder, token: &DeviceToken) -> Result<(), Error> {
    db.write(by, async |tx| {
        if let Some(id) = store::delete_device(tx, holder, token).await? {
            tx.note(Note::on("device", id.get()));
        }
        Ok(())
    })
    .await
}
