//! The SQL of devices.

use super::{Device, DeviceToken, model::Holder};
use base::{
    Error,
    platform::db::Tx,
    vocabulary::{DeviceId, Timestamp},
};

/// Devices that one person keeps.
const MOST_DEVICES: i64 = 10;

/// Gives a device to `holder`, whoever had it before.
pub(super) async fn insert_device(
    tx: &mut Tx,
    holder: Holder,
    device: &Device,
    now: Timestamp,
) -> Result<DeviceId, Error> {
    let id = sqlx::query_scalar!(
        "insert into devices (token, staff_id, customer_id, app_type, platform, registered_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (token) do update
         set staff_id = excluded.staff_id, customer_id = excluded.customer_id, app_type = excluded.app_type,
             platform = excluded.platform, registered_at = excluded.registered_at
         returning id",
        device.token.as_str(),
        holder.staff(),
        holder.customer(),
        device.app.as_str(),
        device.platform.as_str(),
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(DeviceId::from(id))
}

/// Forgets all but the newest devices of `holder`.
pub(super) async fn delete_older_devices(tx: &mut Tx, holder: Holder) -> Result<(), Error> {
    sqlx::query!(
        "delete from devices
         where id in (
             select id
             from devices
             where staff_id = $1 or customer_id = $2
             order by registered_at desc, id desc
             offset $3
         )",
        holder.staff(),
        holder.customer(),
        MOST_DEVICES,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets a device, if it is the holder's.
pub(super) async fn delete_device(
    tx: &mut Tx,
    holder: Holder,
    token: &DeviceToken,
) -> Result<Option<DeviceId>, Error> {
    let id = sqlx::query_scalar!(
        "delete from devices where token = $1 and (staff_id = $2 or customer_id = $3) returning id",
        token.as_str(),
        holder.staff(),
        holder.customer(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(DeviceId::from))
}
