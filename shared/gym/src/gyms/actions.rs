//! What is done with gyms.

use serde_json::json;

use super::{
    Colour, Gym, GymEdit, GymRefused, GymSettings, GymSettingsEdit, ImageUrl, LocaleEdit, Switched,
    locale::LocaleChange, sale_limits, store,
};
use base::{
    Error,
    access::{self, Granted, can},
    platform::{
        audit::Note,
        db::{Db, Tx},
    },
    vocabulary::{GymId, Line},
};

/// The gyms of the platform, with the size of each.
pub async fn list(db: &Db, _admin: &Granted<can::ReadGyms>) -> Result<Vec<Gym>, Error> {
    store::list_gyms(db.conn().await?.get(), None).await
}

/// The caller's own gym, with its size.
pub async fn find_own(db: &Db, staff: &Granted<can::ReadOwnGym>) -> Result<Gym, Error> {
    find(db, own(staff.gym())?).await
}

/// Switches a gym on or off; off ends every session of its staff and members. Switching twice changes nothing.
///
/// # Refuses
/// [`GymRefused::NotFound`].
pub async fn switch(
    db: &Db,
    admin: &Granted<can::SwitchGyms>,
    gym: GymId,
    is_active: bool,
) -> Result<(Gym, Switched), Error> {
    let switched = db
        .write(admin, async |tx| {
            let now = tx.now();
            let was_active = store::lock_gym(tx, gym).await?.ok_or(GymRefused::NotFound)?;
            tx.stand_at(gym, None);
            let is_changed = was_active != is_active;
            if is_changed {
                store::update_is_active(tx, gym, is_active).await?;
            }
            // Switching on ends them too: a sign-in that met the switch on its way leaves a session behind.
            let ended = if is_changed || !is_active {
                access::end_sessions_at(tx.conn(), gym, None, now).await?
            } else {
                access::Ended::default()
            };
            let switched = Switched { is_active, is_changed, ended };
            tx.note(Note::on("gym", gym.get()).with(json!(switched)));
            Ok(switched)
        })
        .await?;
    Ok((find(db, gym).await?, switched))
}

/// Changes name, colours and logo of the caller's own gym, how it counts and speaks, or that it is set up: all that is
/// named, or nothing.
///
/// # Refuses
/// [`GymRefused::AlreadySells`] where the locale would be another one and something was sold; what is so already is no
/// change.
///
/// # Locks
/// For another locale the gym, then its branches.
pub async fn edit(db: &Db, owner: &Granted<can::EditOwnGym>, edit: &GymEdit) -> Result<Gym, Error> {
    let gym = own(owner.gym())?;
    db.write(owner, async |tx| {
        let change = change_locale(tx, gym, &edit.locale).await?;
        if change.is_some() {
            refuse_if_sold(tx, gym).await?;
        }
        if !store::update_gym(tx, gym, edit).await? {
            return Err(GymRefused::NotFound.into());
        }
        tx.note(Note::on("gym", gym.get()).with(json!({
            "name": edit.name.as_ref().map(Line::as_str),
            "primary_color": edit.primary_color.as_ref().map(Colour::as_str),
            "secondary_color": edit.secondary_color.as_ref().map(Colour::as_str),
            "logo_url": edit.logo_url.as_ref().map(ImageUrl::as_str),
            "is_setup_complete": edit.is_setup_complete,
            "locale": change.map(LocaleChange::into_detail),
        })));
        Ok(())
    })
    .await?;
    find(db, gym).await
}

/// Changes how a gym counts and speaks, whatever it has sold. No day that was counted moves; a request that is under way,
/// or whose session was looked up within the last second, still counts in the old time zone.
///
/// # Refuses
/// [`GymRefused::NotFound`].
///
/// # Locks
/// The gym.
pub async fn set_locale(
    db: &Db,
    admin: &Granted<can::SetGymLocale>,
    gym: GymId,
    edit: &LocaleEdit,
) -> Result<Gym, Error> {
    db.write(admin, async |tx| {
        let change = change_locale(tx, gym, edit).await?;
        tx.stand_at(gym, None);
        tx.note(Note::on("gym", gym.get()).with(json!({ "locale": change.map(LocaleChange::into_detail) })));
        Ok(())
    })
    .await?;
    find(db, gym).await
}

/// Holds the gym and gives it what is new in `edit`; answers what that replaced.
async fn change_locale(tx: &mut Tx, gym: GymId, edit: &LocaleEdit) -> Result<Option<LocaleChange>, Error> {
    if edit.is_empty() {
        return Ok(None);
    }
    store::lock_gym(tx, gym).await?.ok_or(GymRefused::NotFound)?;
    let held = store::find_gym(tx.conn(), gym).await?.ok_or(GymRefused::NotFound)?;
    let change = held.locale.changed_by(edit);
    if change.is_some() {
        store::update_locale(tx, gym, edit).await?;
    }
    Ok(change)
}

/// A sale that is under way is waited for. No branch is opened meanwhile, because that holds the gym as it is.
async fn refuse_if_sold(tx: &mut Tx, gym: GymId) -> Result<(), Error> {
    // A gym that sells every day is told so without holding up its desks.
    if store::has_sold(tx.conn(), gym).await? {
        return Err(GymRefused::AlreadySells.into());
    }
    store::lock_branches(tx, gym).await?;
    if store::has_sold(tx.conn(), gym).await? { Err(GymRefused::AlreadySells.into()) } else { Ok(()) }
}

/// The rules of the caller's own gym, and what its desks may give away by themselves.
pub async fn settings_of_own(db: &Db, staff: &Granted<can::ReadOwnGym>) -> Result<GymSettings, Error> {
    settings(db, own(staff.gym())?).await
}

/// Sets rules and limits of the caller's own gym, and answers all of them; those that are not named stay.
pub async fn change_settings(
    db: &Db,
    owner: &Granted<can::EditOwnGym>,
    edit: &GymSettingsEdit,
) -> Result<GymSettings, Error> {
    let gym = own(owner.gym())?;
    db.write(owner, async |tx| {
        let mut set = serde_json::Map::new();
        if !edit.rules.is_empty() {
            store::insert_rules(tx, gym, &edit.rules).await?;
            let rules: serde_json::Map<String, serde_json::Value> =
                edit.rules.iter().map(|(rule, is_on)| (rule.key().to_owned(), json!(is_on))).collect();
            set.insert("rules".to_owned(), json!(rules));
        }
        if edit.sale_limits.is_one() {
            // Two edits at once: the second is laid over what the first came to.
            store::lock_gym(tx, gym).await?.ok_or(GymRefused::NotFound)?;
            let before = store::find_sale_limits(tx.conn(), gym).await?;
            let after = edit.sale_limits.over(before);
            store::insert_sale_limits(tx, gym, after).await?;
            let told = json!({ "before": sale_limits::told(before), "after": sale_limits::told(after) });
            set.insert("sale_limits".to_owned(), told);
        }
        tx.note(Note::on("gym", gym.get()).with(json!(set)));
        Ok(())
    })
    .await?;
    settings(db, gym).await
}

async fn settings(db: &Db, gym: GymId) -> Result<GymSettings, Error> {
    let mut conn = db.conn().await?;
    Ok(GymSettings {
        rules: store::list_rules(conn.get(), gym).await?,
        sale_limits: store::find_sale_limits(conn.get(), gym).await?,
    })
}

async fn find(db: &Db, gym: GymId) -> Result<Gym, Error> {
    let found = store::list_gyms(db.conn().await?.get(), Some(gym)).await?.pop();
    Ok(found.ok_or(GymRefused::NotFound)?)
}

/// Everybody but a super admin has a gym, and no super admin may do what leads here.
fn own(gym: Option<GymId>) -> Result<GymId, GymRefused> {
    gym.ok_or(GymRefused::NotFound)
}
