//! What members do to their own account: password, language, deletion.

use super::{
    model::{MemberSignIn, MemberSignedIn},
    rules::{DELETION_DAYS, MemberRefused},
    sessions, store,
};
use base::{
    Error,
    access::{Me, Password, PasswordHash, end_member_sessions},
    platform::{audit::Note, db::Db},
    vocabulary::{Language, Timestamp, dates::later},
};

/// Replaces the password. The caller's session stays; every other one ends.
///
/// A member who has only ever used codes has no password yet and sets the first one without a current one.
///
/// # Refuses
/// [`MemberRefused::WrongPassword`], [`MemberRefused::SamePassword`], and too many tries.
///
/// # Locks
/// The customer.
pub async fn change_password(
    entrance: &MemberSignIn<'_>,
    me: &Me,
    current: Option<Password>,
    new: Password,
) -> Result<MemberSignedIn, Error> {
    // Counted before the password is looked at, so that an open session is no way to guess it.
    entrance.limits.password_change(entrance.db, me.customer().get(), me.now()).await?;
    let account = {
        let mut conn = entrance.db.conn().await?;
        store::find_account(conn.get(), me.customer()).await?.ok_or(MemberRefused::NotFound)?
    };
    if let Some(stored) = account.password.clone() {
        let current = current.ok_or(MemberRefused::WrongPassword)?;
        if !entrance.passwords.verify(current, Some(stored.clone())).await? {
            return Err(MemberRefused::WrongPassword.into());
        }
        if entrance.passwords.verify(new.clone(), Some(stored)).await? {
            return Err(MemberRefused::SamePassword.into());
        }
    }
    let hash = entrance.passwords.hash(new).await?;
    entrance
        .db
        .write_each_time(&me.doing("account.change_password"), async |tx| {
            let now = tx.now();
            let locked = store::lock_account(tx, me.customer()).await?.ok_or(MemberRefused::NotFound)?;
            // Compared again under the lock: while hashes were computed, the password may have been changed.
            if locked.password.as_ref().map(PasswordHash::as_str)
                != account.password.as_ref().map(PasswordHash::as_str)
            {
                return Err(MemberRefused::WrongPassword.into());
            }
            store::update_password(tx, me.customer(), &hash, now).await?;
            end_member_sessions(tx.conn(), &[me.customer()], Some(me.session()), now).await?;
            entrance.limits.forgive_password_change(tx, me.customer().get()).await?;
            tx.note(Note::on("customer", me.customer().get()));
            Ok(())
        })
        .await?;
    sessions::signed_in(entrance, me.now(), me.customer(), me.session(), None)
}

/// Stores the language in which the member wants to be addressed.
pub async fn choose_language(db: &Db, me: &Me, language: Language) -> Result<(), Error> {
    db.write(&me.doing("account.choose_language"), async |tx| {
        let now = tx.now();
        store::update_language(tx, me.customer(), language, now).await?;
        tx.note(Note::on("customer", me.customer().get()));
        Ok(())
    })
    .await
}

/// A member's request that their account be deleted.
#[derive(Debug, Clone, Copy)]
pub struct DeletionRequest {
    /// When it was first made.
    pub requested_at: Timestamp,
    /// When the account ends, 90 days later.
    pub deletes_at: Timestamp,
}

/// Notes that the member wants their account deleted. Asking again changes nothing.
pub async fn request_deletion(db: &Db, me: &Me) -> Result<DeletionRequest, Error> {
    let requested_at = db
        .write(&me.doing("account.request_deletion"), async |tx| {
            let now = tx.now();
            tx.note(Note::on("customer", me.customer().get()));
            store::update_deletion_request(tx, me.customer(), now).await
        })
        .await?;
    let deletes_at = later(requested_at, chrono::TimeDelta::days(DELETION_DAYS));
    Ok(DeletionRequest { requested_at, deletes_at })
}

/// Takes the wish back. Nothing happens if there was none.
pub async fn withdraw_deletion_request(db: &Db, me: &Me) -> Result<(), Error> {
    db.write(&me.doing("account.withdraw_deletion_request"), async |tx| {
        let now = tx.now();
        tx.note(Note::on("customer", me.customer().get()));
        store::update_deletion_withdrawn(tx, me.customer(), now).await
    })
    .await
}
