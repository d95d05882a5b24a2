//! What is done at the entrance.

use serde_json::json;

use super::{
    model::{Credentials, Entrance, PasswordChange, Profile, SignedIn},
    rules::{PasswordChangeRefused, SignInRefused},
    store,
};
use crate::{
    access::{
        AccessRefused, Granted, Password, StaffClaims, TemporaryPassword, Visitor, can, end_staff_session,
        end_staff_sessions, extend_staff_session, insert_staff_session,
    },
    error::Error,
    gyms,
    platform::{audit::Note, db::Db},
    staff::{self, StaffUser},
    vocabulary::{Language, SessionId, StaffId, Timestamp, dates::later},
};

/// Days after which somebody types their password again, however often their session was made longer: a token that
/// was stolen must not live for ever.
const LONGEST_SESSION_DAYS: i32 = 30;

/// Opens a session for whoever types the right password.
///
/// # Refuses
/// `TooMany`, then [`SignInRefused::InvalidCredentials`], and only with the right password
/// [`SignInRefused::AccountDisabled`].
///
/// # Locks
/// The staff user.
pub async fn sign_in(at: &Entrance<'_>, visitor: &Visitor, typed: Credentials) -> Result<SignedIn, Error> {
    let (now, address) = (visitor.now(), visitor.request().address());
    let account = format!("staff:{}", typed.name);
    at.passwords.have_room()?;
    at.limits.sign_in(at.db, &account, address, now).await?;
    let stored = store::find_by_name(at.db.conn().await?.get(), &typed.name).await?;
    let (id, hash) = stored.map(|stored| (stored.id, stored.hash)).unzip();
    let fits = at.passwords.verify(typed.password, hash.clone()).await?;
    let (Some(id), Some(hash), true) = (id, hash, fits) else {
        return Err(SignInRefused::InvalidCredentials.into());
    };
    let session = SessionId::random();
    let expires_at = later(now, at.lifetime);
    at.db
        .write_each_time(&visitor.doing("account.sign_in"), async |tx| {
            let held = store::lock_account(tx, id).await?.ok_or(SignInRefused::InvalidCredentials)?;
            if held.hash.as_str() != hash.as_str() {
                return Err(SignInRefused::InvalidCredentials.into());
            }
            if !held.is_open {
                return Err(SignInRefused::AccountDisabled.into());
            }
            insert_staff_session(tx, session, id, now, expires_at).await?;
            store::update_last_login(tx, id, now).await?;
            at.limits.forgive_sign_in(tx, &account, address).await?;
            if let Some(gym) = held.gym {
                tx.stand_at(gym, held.branch);
            }
            tx.note(Note::on("staff_user", id.get()));
            Ok(())
        })
        .await?;
    signed(at, session, id, (now, expires_at)).await
}

/// Who one is and where one works.
pub async fn profile(db: &Db, staff: &Granted<can::UseTheApp>) -> Result<Profile, Error> {
    profile_of(db, staff.staff()).await
}

/// Ends the session one acts in, at once.
pub async fn sign_out(at: &Entrance<'_>, staff: &Granted<can::UseTheApp>) -> Result<(), Error> {
    let session = staff.session().id;
    at.db
        .write_each_time(staff, async |tx| {
            let now = tx.now();
            end_staff_session(tx.conn(), session, now).await?;
            tx.note(Note::on("staff_user", staff.staff().get()).with(json!({ "signed_out": true })));
            Ok(())
        })
        .await?;
    at.doorkeeper.forget(session);
    Ok(())
}

/// Makes one's session longer and gives a new token for it; the token in hand works until its own end.
///
/// # Refuses
/// [`AccessRefused::SignedOut`] when the session ended meanwhile.
pub async fn refresh(at: &Entrance<'_>, staff: &Granted<can::UseTheApp>) -> Result<SignedIn, Error> {
    let (session, now) = (staff.session().id, staff.now());
    let wanted = later(now, at.lifetime);
    let ends_at = at
        .db
        .write_each_time(staff, async |tx| {
            let ends = extend_staff_session(tx.conn(), session, now, wanted, LONGEST_SESSION_DAYS).await?;
            tx.note(Note::on("staff_user", staff.staff().get()).with(json!({ "refreshed": true })));
            Ok(ends.ok_or(AccessRefused::SignedOut)?)
        })
        .await?;
    at.doorkeeper.forget(session);
    signed(at, session, staff.staff(), (now, wanted.min(ends_at))).await
}

/// Settles the language of one's account; messages follow from the next request.
pub async fn choose_language(
    at: &Entrance<'_>,
    staff: &Granted<can::UseTheApp>,
    language: Language,
) -> Result<(), Error> {
    at.db
        .write(staff, async |tx| {
            store::update_language(tx, staff.staff(), language).await?;
            tx.note(
                Note::on("staff_user", staff.staff().get()).with(json!({ "preferred_language": language })),
            );
            Ok(())
        })
        .await?;
    at.doorkeeper.forget(staff.session().id);
    Ok(())
}

/// Changes one's own password and ends one's other sessions.
///
/// # Refuses
/// `TooMany`, [`PasswordChangeRefused`].
///
/// # Locks
/// The staff user.
pub async fn change_password(
    at: &Entrance<'_>,
    staff: &Granted<can::ChangeOwnPassword>,
    change: PasswordChange,
) -> Result<(), Error> {
    let (id, own) = (staff.staff(), staff.session().id);
    at.limits.password_change(at.db, id.get(), staff.now()).await?;
    let old = store::find_hash(at.db.conn().await?.get(), id).await?;
    if !at.passwords.verify(change.current, old.clone()).await? {
        return Err(PasswordChangeRefused::WrongPassword.into());
    }
    if at.passwords.verify(change.new.clone(), old.clone()).await? {
        return Err(PasswordChangeRefused::Unchanged.into());
    }
    let new = at.passwords.hash(change.new).await?;
    let ended = at
        .db
        .write_each_time(staff, async |tx| {
            let now = tx.now();
            let held = store::lock_account(tx, id).await?.ok_or(AccessRefused::SignedOut)?;
            if !held.is_open {
                return Err(AccessRefused::SignedOut.into());
            }
            if old.as_ref().is_none_or(|old| old.as_str() != held.hash.as_str()) {
                return Err(PasswordChangeRefused::WrongPassword.into());
            }
            store::update_password(tx, id, &new, false).await?;
            let ended = end_staff_sessions(tx.conn(), &[id], Some(own), now).await?;
            at.limits.forgive_password_change(tx, id.get()).await?;
            tx.note(Note::on("staff_user", id.get()).with(json!({ "sessions_ended": ended })));
            Ok(ended)
        })
        .await?;
    tracing::debug!(ended, "other sessions ended with the old password");
    Ok(())
}

/// Gives a staff user of lower rank a temporary password and ends their sessions. It is told once, here.
///
/// # Refuses
/// As [`staff::edit`].
///
/// # Locks
/// The staff user.
pub async fn reset_password(
    at: &Entrance<'_>,
    manager: &Granted<can::ResetStaffPasswords>,
    id: StaffId,
) -> Result<(StaffUser, TemporaryPassword), Error> {
    let temporary = TemporaryPassword::draw();
    let hash = at.passwords.hash(Password::chosen(temporary.expose())?).await?;
    let person = at
        .db
        .write_each_time(manager, async |tx| {
            let now = tx.now();
            let person = staff::lock_to_manage(tx, manager, id).await?;
            store::update_password(tx, id, &hash, true).await?;
            let ended = end_staff_sessions(tx.conn(), &[id], None, now).await?;
            tx.note(Note::on("staff_user", id.get()).with(json!({ "sessions_ended": ended })));
            Ok(StaffUser { must_change_password: true, ..person })
        })
        .await?;
    Ok((person, temporary))
}

/// A token for the session of a staff user, from and to these instants.
async fn signed(
    at: &Entrance<'_>,
    session: SessionId,
    id: StaffId,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<SignedIn, Error> {
    let profile = profile_of(at.db, id).await?;
    let user = &profile.user;
    let claims = StaffClaims { staff: id, role: user.role, username: &user.username, branch: user.branch };
    let token = at.doorkeeper.keys().sign_staff(session, &claims, now, expires_at)?;
    Ok(SignedIn { token, expires_at, profile })
}

async fn profile_of(db: &Db, id: StaffId) -> Result<Profile, Error> {
    let mut conn = db.conn().await?;
    let user = staff::find_person(conn.get(), id).await?.ok_or(AccessRefused::SignedOut)?;
    let gym = match user.gym {
        Some(gym) => gyms::find_gym_of(conn.get(), gym).await?,
        None => None,
    };
    let calendar = gym.as_ref().map(|gym| gym.calendar).unwrap_or_default();
    Ok(Profile { user, gym, calendar })
}
