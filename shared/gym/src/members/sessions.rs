//! Signing in with a password, staying signed in, going to another account of one's own, signing out.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use super::{
    model::{MemberSignIn, MemberSignedIn, OwnAccount},
    rules::{Identifier, MemberRefused, choose, is_password_live},
    store,
};
use base::{
    Error,
    access::{
        Codes, Doorkeeper, Me, MemberClaims, NewMemberSession, Password, PasswordHash, Visitor,
        end_member_session, insert_member_session,
    },
    platform::{
        audit::Note,
        db::{Connection, Tx},
    },
    vocabulary::{CustomerId, GymId, SessionId, Timestamp, dates::later},
};

/// Signs in with phone or e-mail and password; to the account at `gym`, if one is named, else to the one used last.
///
/// Every try is counted before it is looked at, per account and address, known or not. The password is compared with
/// that of one account whatever the number is known to, so that the time does not tell how many there are.
///
/// # Refuses
/// [`MemberRefused::InvalidCredentials`], [`MemberRefused::AccountInactive`] (only to who knows the password), and too
/// many tries.
pub async fn sign_in(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    (who, gym): (&Identifier, Option<GymId>),
    password: Password,
) -> Result<MemberSignedIn, Error> {
    visitor.claims("account.sign_in", who.claim());
    let now = visitor.now();
    let address = visitor.request().address();
    // Asked before the try is counted: who is refused because the machine is busy has not used up one of their tries.
    entrance.passwords.have_room()?;
    let attempt = entrance.limits.sign_in(entrance.db, &who.account_name(), address, now).await?;
    let accounts = {
        let mut conn = entrance.db.conn().await?;
        store::list_accounts(conn.get(), who).await?
    };
    let account = choose(accounts, gym);
    let stored = account.as_ref().and_then(|account| account.password.clone());
    // One hash is computed when nobody has the identifier, too.
    let fits = entrance.passwords.verify(password, stored).await?;
    let account = account
        .filter(|account| fits && is_password_live(account, now))
        .ok_or(MemberRefused::InvalidCredentials)?;
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
            entrance.limits.forgive_sign_in(tx, &attempt).await?;
            open(tx, entrance, account.id, (&refresh, None)).await
        })
        .await?;
    signed_in(entrance, now, account.id, session, Some(refresh.expose_secret()))
}

/// The accounts between which a session may change: all that have the number or address which a code proved when it
/// began, the one used last first. None if it began with a password.
pub async fn own_accounts(entrance: &MemberSignIn<'_>, session: SessionId) -> Result<Vec<OwnAccount>, Error> {
    let mut conn = entrance.db.conn().await?;
    let Some(who) = proved(entrance, conn.get(), session).await? else { return Ok(Vec::new()) };
    let accounts = store::list_accounts(conn.get(), &who).await?;
    Ok(accounts.into_iter().filter(|account| account.is_active).map(OwnAccount::from).collect())
}

/// Ends the caller's session and opens one of another account of theirs, without a new code.
///
/// # Refuses
/// [`MemberRefused::NotFound`] for an account that is not among [`own_accounts`].
///
/// # Locks
/// The customer of the other account.
pub async fn switch_account(
    entrance: &MemberSignIn<'_>,
    doorkeeper: &Doorkeeper,
    me: &Me,
    customer: CustomerId,
) -> Result<MemberSignedIn, Error> {
    let refresh = draw_refresh_token();
    let session = entrance
        .db
        .write_each_time(&me.doing("account.switch"), async |tx| {
            // Asked inside: the desk may be changing the number of either account.
            let Some(who) = proved(entrance, tx.conn(), me.session()).await? else {
                return Err(MemberRefused::NotFound.into());
            };
            let accounts = store::list_accounts(tx.conn(), &who).await?;
            let chosen = accounts.into_iter().find(|account| account.id == customer);
            let locked = match chosen {
                Some(chosen) => store::lock_account(tx, chosen.id).await?,
                None => None,
            };
            let account = locked.filter(|account| account.is_active).ok_or(MemberRefused::NotFound)?;
            let now = tx.now();
            end_member_session(tx.conn(), me.session(), now).await?;
            store::delete_devices(tx, me.customer()).await?;
            tx.note(Note::on("customer", account.id.get()));
            let proved = entrance.codes.hash_identifier(who.canonical());
            open(tx, entrance, account.id, (&refresh, Some(&proved))).await
        })
        .await?;
    doorkeeper.forget(me.session());
    signed_in(entrance, me.now(), customer, session, Some(refresh.expose_secret()))
}

/// The number or address that a code proved when the session began, as long as its account still has it.
async fn proved(
    entrance: &MemberSignIn<'_>,
    conn: &mut Connection,
    session: SessionId,
) -> Result<Option<Identifier>, Error> {
    let Some((hash, phone, email)) = store::find_proof(conn, session).await? else { return Ok(None) };
    let has = [phone.map(Identifier::Phone), email.map(Identifier::Email)];
    let is_proved =
        |who: &Identifier| Codes::is_same(&hash, &entrance.codes.hash_identifier(who.canonical()));
    Ok(has.into_iter().flatten().find(is_proved))
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

/// Opens a session in the transaction, with its refresh token and what a code proved, if one did.
pub(super) async fn open(
    tx: &mut Tx,
    entrance: &MemberSignIn<'_>,
    customer: CustomerId,
    (refresh, proved_hash): (&SecretString, Option<&[u8; 32]>),
) -> Result<SessionId, Error> {
    let id = SessionId::random();
    let refresh_hash = entrance.codes.hash_refresh(refresh.expose_secret());
    let expires_at = later(tx.now(), entrance.lifetimes.member_refresh);
    let session = NewMemberSession {
        id,
        customer,
        refresh_hash: &refresh_hash,
        proved_hash: proved_hash.map(|hash| &hash[..]),
        expires_at,
    };
    insert_member_session(tx, session).await?;
    store::update_signed_in(tx, customer).await?;
    Ok(id)
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
