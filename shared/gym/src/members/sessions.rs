//! Signing in with a password, staying signed in, signing out.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use super::{
    model::{Account, MemberSignIn, MemberSignedIn},
    rules::{Identifier, MemberRefused, is_password_live},
    store,
};
use base::{
    Error,
    access::{
        Doorkeeper, Me, MemberClaims, Password, PasswordHash, Visitor, end_member_session,
        insert_member_session,
    },
    platform::{audit::Note, db::Tx},
    vocabulary::{CustomerId, SessionId, Timestamp, dates::later},
};

/// Signs in with phone or e-mail and password.
///
/// Every try is counted before it is looked at, per account and address, known or not.
///
/// # Refuses
/// [`MemberRefused::InvalidCredentials`], [`MemberRefused::AccountInactive`] (only to who knows the password), and too
/// many tries.
pub async fn sign_in(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    who: &Identifier,
    password: Password,
) -> Result<MemberSignedIn, Error> {
    let now = visitor.now();
    let address = visitor.request().address();
    let name = format!("member:{}", who.canonical());
    // Asked before the try is counted: who is refused because the machine is busy has not used up one of their tries.
    entrance.passwords.have_room()?;
    entrance.limits.sign_in(entrance.db, &name, address, now).await?;
    let accounts = {
        let mut conn = entrance.db.conn().await?;
        store::list_accounts(conn.get(), who).await?
    };
    let Some(account) = match_password(entrance, accounts, password, now).await? else {
        return Err(MemberRefused::InvalidCredentials.into());
    };
    if !account.is_active {
        return Err(MemberRefused::AccountInactive.into());
    }
    let refresh = draw_refresh_token();
    let session = entrance
        .db
        .write_each_time(&visitor.doing("account.sign_in"), async |tx| {
            let current = store::lock_account(tx, account.id).await?;
            // Looked at again under the lock: while hashes were computed, the account may have been switched off or
            // given another password.
            let is_unchanged = current.as_ref().is_some_and(|current| {
                current.is_active
                    && current.password.as_ref().map(PasswordHash::as_str)
                        == account.password.as_ref().map(PasswordHash::as_str)
            });
            if !is_unchanged {
                return Err(MemberRefused::InvalidCredentials.into());
            }
            tx.note(Note::on("customer", account.id.get()));
            entrance.limits.forgive_sign_in(tx, &name, address).await?;
            open(tx, entrance, account.id, &refresh).await
        })
        .await?;
    signed_in(entrance, now, account.id, session, Some(refresh.expose_secret()))
}

/// The account whose live password this is. One hash is computed when nobody has the identifier.
async fn match_password(
    entrance: &MemberSignIn<'_>,
    accounts: Vec<Account>,
    password: Password,
    now: Timestamp,
) -> Result<Option<Account>, Error> {
    if accounts.is_empty() {
        entrance.passwords.verify(password, None).await?;
        return Ok(None);
    }
    for account in accounts {
        let stored = account.password.clone();
        if entrance.passwords.verify(password.clone(), stored).await? && is_password_live(&account, now) {
            return Ok(Some(account));
        }
    }
    Ok(None)
}

/// A new access token for the session of a refresh token. The refresh token stays as it is: the apps send it several
/// times at once and never keep another one.
///
/// # Refuses
/// [`MemberRefused::InvalidRefreshToken`].
pub async fn refresh(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    token: &str,
) -> Result<MemberSignedIn, Error> {
    let now = visitor.now();
    let hash = entrance.codes.hash_refresh(token);
    let found = {
        let mut conn = entrance.db.conn().await?;
        store::find_refreshable(conn.get(), &hash, now).await?
    };
    let (session, customer, _) = found.ok_or(MemberRefused::InvalidRefreshToken)?;
    signed_in(entrance, now, customer, session, None)
}

/// Ends the session, and takes the member's phones out of the push list.
pub async fn sign_out(entrance: &MemberSignIn<'_>, doorkeeper: &Doorkeeper, me: &Me) -> Result<(), Error> {
    entrance
        .db
        .write_each_time(&me.doing("account.sign_out"), async |tx| {
            let now = tx.now();
            end_member_session(tx.conn(), me.session(), now).await?;
            store::delete_devices(tx, me.customer()).await
        })
        .await?;
    doorkeeper.forget(me.session());
    Ok(())
}

/// A refresh token: 256 random bits.
pub(super) fn draw_refresh_token() -> SecretString {
    SecretString::from(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

/// Opens a session in the transaction.
pub(super) async fn open(
    tx: &mut Tx,
    entrance: &MemberSignIn<'_>,
    customer: CustomerId,
    refresh: &SecretString,
) -> Result<SessionId, Error> {
    let now = tx.now();
    let session = SessionId::random();
    let hash = entrance.codes.hash_refresh(refresh.expose_secret());
    let expires_at = later(now, entrance.lifetimes.member_refresh);
    insert_member_session(tx, session, customer, &hash, now, expires_at).await?;
    Ok(session)
}

/// The tokens of a session.
pub(super) fn signed_in(
    entrance: &MemberSignIn<'_>,
    now: Timestamp,
    customer: CustomerId,
    session: SessionId,
    refresh_token: Option<&str>,
) -> Result<MemberSignedIn, Error> {
    let expires_at = later(now, entrance.lifetimes.member_access);
    let access_token = entrance.keys.sign_member(session, MemberClaims { customer }, now, expires_at)?;
    Ok(MemberSignedIn {
        customer,
        session,
        access_token,
        refresh_token: refresh_token.map(str::to_owned),
        expires_at,
    })
}
