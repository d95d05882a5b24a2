//! Signing in, staying signed in, signing out, changing passwords and language.

use serde_json::json;

use super::{
    model::{Credentials, PasswordChange, Profile, StaffSignIn, StaffSignedIn},
    rules::{PasswordChangeRefused, SignInRefused},
    store,
};
use crate::{
    gyms,
    staff::{self, StaffUser},
};
use base::{
    Error,
    access::{
        self, AccessRefused, Granted, Password, StaffClaims, TemporaryPassword, Visitor, can,
        end_staff_session, end_staff_sessions, extend_staff_session, insert_staff_session,
    },
    platform::{audit::Note, db::Db, request::ClaimedAccount},
    vocabulary::{Calendar, Language, SessionId, StaffId, Timestamp, dates::later},
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
pub async fn sign_in(
    at: &StaffSignIn<'_>,
    visitor: &Visitor,
    typed: Credentials,
) -> Result<StaffSignedIn, Error> {
    let (now, address) = (visitor.now(), visitor.request().address());
    let account = format!("staff:{}", typed.name);
    visitor.claims("account.sign_in", ClaimedAccount::Staff { username: typed.name.clone() });
    // Asked before the try is counted: who is refused because the machine is busy has not used up one of their tries.
    at.passwords.have_room()?;
    // Counted before the password is looked at, and committed by itself, so that many tries at once cannot outrun the
    // count.
    let attempt = at.limits.sign_in(at.db, &account, address, now).await?;
    let stored = store::find_by_name(at.db.conn().await?.get(), &typed.name).await?;
    let (id, hash) = stored.map(|stored| (stored.id, stored.hash)).unzip();
    // Without an account it computes a hash as well, so that the time of the answer does not tell who has one.
    let fits = at.passwords.verify(typed.password, hash.clone()).await?;
    let (Some(id), Some(hash), true) = (id, hash, fits) else {
        return Err(SignInRefused::InvalidCredentials.into());
    };
    let session = SessionId::random();
    let expires_at = later(now, at.lifetime);
    at.db
        .write_each_time(&visitor.doing("account.sign_in"), async |tx| {
            let held = store::lock_account(tx, id).await?.ok_or(SignInRefused::InvalidCredentials)?;
            // Compared again under the lock: while the hash was computed, the password may have been changed.
            if held.hash.as_str() != hash.as_str() {
                return Err(SignInRefused::InvalidCredentials.into());
            }
            if !held.is_open {
                return Err(SignInRefused::AccountDisabled.into());
            }
            insert_staff_session(tx, session, id, now, expires_at).await?;
            store::update_last_login(tx, id, now).await?;
            at.limits.forgive_sign_in(tx, &attempt).await?;
            if let Some(gym) = held.gym {
                tx.stand_at(gym, held.branch);
            }
            tx.note(Note::on("staff_user", id.get()));
            Ok(())
        })
        .await?;
    signed(at, session, id, (now, expires_at)).await
}

/// The caller's own account, their gym and its calendar.
pub async fn profile(db: &Db, staff: &Granted<can::UseTheApp>) -> Result<Profile, Error> {
    profile_of(db, staff.staff()).await
}

/// Ends the caller's own session at once.
pub async fn sign_out(at: &StaffSignIn<'_>, staff: &Granted<can::UseTheApp>) -> Result<(), Error> {
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

/// Makes the caller's session longer and gives a new token for it; the token in hand works until its own end.
///
/// # Refuses
/// [`AccessRefused::SignedOut`] when the session ended meanwhile.
pub async fn refresh(at: &StaffSignIn<'_>, staff: &Granted<can::UseTheApp>) -> Result<StaffSignedIn, Error> {
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

/// Stores the language of the caller's account; what they read changes from their next request on.
pub async fn choose_language(
    at: &StaffSignIn<'_>,
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

/// Changes the caller's own password and ends their other sessions.
///
/// # Refuses
/// `TooMany`, [`PasswordChangeRefused`], [`PasswordRefused`](base::access::PasswordRefused) for one's own name.
///
/// # Locks
/// The staff user.
pub async fn change_password(
    at: &StaffSignIn<'_>,
    staff: &Granted<can::ChangeOwnPassword>,
    change: PasswordChange,
) -> Result<(), Error> {
    let (id, session) = (staff.staff(), staff.session().id);
    // Counted before the password is looked at, so that an open session is no way to guess it.
    at.limits.password_change(at.db, id.get(), staff.now()).await?;
    let old = store::find_hash(at.db.conn().await?.get(), id).await?;
    if !at.passwords.verify(change.current, old.clone()).await? {
        return Err(PasswordChangeRefused::WrongPassword.into());
    }
    if at.passwords.verify(change.new.clone(), old.clone()).await? {
        return Err(PasswordChangeRefused::Unchanged.into());
    }
    let own = staff::find_person(at.db.conn().await?.get(), id).await?.ok_or(AccessRefused::SignedOut)?;
    let new = change.new.unlike(&[&own.username, &own.full_name])?;
    // Hashed before the transaction begins: it takes longer than all of its statements.
    let new = at.passwords.hash(new).await?;
    let ended = at
        .db
        .write_each_time(staff, async |tx| {
            let now = tx.now();
            let held = store::lock_account(tx, id).await?.ok_or(AccessRefused::SignedOut)?;
            if !held.is_open {
                return Err(AccessRefused::SignedOut.into());
            }
            // Compared again under the lock, as at sign-in.
            if old.as_ref().is_none_or(|old| old.as_str() != held.hash.as_str()) {
                return Err(PasswordChangeRefused::WrongPassword.into());
            }
            store::update_password(tx, id, &new, false).await?;
            let ended = end_staff_sessions(tx.conn(), &[id], Some(session), now).await?;
            at.limits.forgive_password_change(tx, id.get()).await?;
            tx.note(Note::on("staff_user", id.get()).with(json!({ "sessions_ended": ended })));
            Ok(ended)
        })
        .await?;
    tracing::debug!(ended, "other sessions ended with the old password");
    Ok(())
}

/// Gives a staff user of lower rank a temporary password and ends their sessions. The password is answered here and
/// never again.
///
/// # Refuses
/// As [`staff::edit`].
///
/// # Locks
/// The staff user.
pub async fn reset_password(
    at: &StaffSignIn<'_>,
    manager: &Granted<can::ResetStaffPasswords>,
    id: StaffId,
) -> Result<(StaffUser, TemporaryPassword), Error> {
    let temporary = TemporaryPassword::draw();
    // Hashed before the transaction begins, as in `change_password`.
    let hash = at.passwords.hash(Password::typed(temporary.expose())).await?;
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

/// A token for the session of a staff user, issued at the first instant and good until the second.
async fn signed(
    at: &StaffSignIn<'_>,
    session: SessionId,
    id: StaffId,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<StaffSignedIn, Error> {
    let profile = profile_of(at.db, id).await?;
    let user = &profile.user;
    let claims = StaffClaims { staff: id, role: user.role, username: &user.username, branch: user.branch };
    let token = at.doorkeeper.keys().sign_staff(session, &claims, now, expires_at)?;
    Ok(StaffSignedIn { token, expires_at, profile })
}

async fn profile_of(db: &Db, id: StaffId) -> Result<Profile, Error> {
    let mut conn = db.conn().await?;
    let user = staff::find_person(conn.get(), id).await?.ok_or(AccessRefused::SignedOut)?;
    let gym = match user.gym {
        Some(gym) => gyms::find_gym_of(conn.get(), gym).await?,
        None => None,
    };
    let calendar = match &gym {
        Some(gym) => access::calendar_of(gym.id, &gym.locale.time_zone)?,
        None => Calendar::default(),
    };
    Ok(Profile { user, gym, calendar })
}
