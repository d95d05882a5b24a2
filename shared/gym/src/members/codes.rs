//! Codes: asking for one, and using it to sign in or to choose a new password.

use secrecy::{ExposeSecret, SecretString};

use super::{
    letters::CodeLetter,
    limits::count_code_guess,
    model::{Account, CodePurpose, MemberSignIn, MemberSignedIn},
    rules::{CODE_LIFE, CODES_PER_LIFE, Identifier, MemberRefused, is_guessable, wait_after},
    sessions, store,
};
use base::{
    Error,
    access::{Codes, OneTimeCode, Password, Visitor, end_member_sessions},
    platform::{audit::Note, db::Tx},
    vocabulary::{
        CustomerId, PersonName,
        dates::{earlier, later},
    },
};

/// Sends a code to whoever has the identifier, and does the same work when nobody has.
///
/// # Refuses
/// [`MemberRefused::TooManyCodes`] after three within ten minutes, whether or not anybody has it.
///
/// # Locks
/// The identifier.
pub async fn request_code(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    who: &Identifier,
    purpose: CodePurpose,
) -> Result<(), Error> {
    let identifier = entrance.codes.hash_identifier(who.canonical());
    let code = OneTimeCode::draw();
    let hash = entrance.codes.hash_code(&identifier, purpose.as_str(), &code);
    let fallback = visitor.request().language();
    entrance
        .db
        .write_each_time(&visitor.doing(deed(purpose)), async |tx| {
            let now = tx.now();
            // Requests for one identifier take turns, so that several at once do not all count the same codes.
            store::lock_identifier(tx, &identifier).await?;
            let since = earlier(now, CODE_LIFE);
            let (sent, oldest) = store::count_codes(tx.conn(), &identifier, purpose, since).await?;
            if sent >= CODES_PER_LIFE {
                let retry_after = wait_after(oldest.unwrap_or(now), now);
                return Err(MemberRefused::TooManyCodes { retry_after }.into());
            }
            let account = find_active(tx, who).await?;
            let customer = account.as_ref().map(|account| account.id);
            let expires_at = later(now, CODE_LIFE);
            store::insert_code(tx, &identifier, purpose, customer, &hash, (now, expires_at)).await?;
            let letter = CodeLetter {
                to: who.recipient(),
                purpose,
                name: account.as_ref().and_then(|account| PersonName::parse(&account.full_name).ok()),
                code: code.digits().to_owned(),
                language: account.as_ref().and_then(|account| account.language).unwrap_or(fallback),
            };
            // The same statements either way, so that the time of the answer does not tell whether anybody has the
            // identifier.
            if customer.is_some() {
                tx.enqueue(letter.kind(), &letter).await
            } else {
                tx.withhold(letter.kind(), &letter).await
            }
        })
        .await
}

/// Signs in whoever was sent this code.
///
/// # Refuses
/// [`MemberRefused::InvalidCode`] for a wrong, expired, used or never sent code, and for unknown and deactivated
/// accounts: all in the same words.
///
/// # Locks
/// The identifier, its newest code, the customer.
pub async fn verify_activation(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    who: &Identifier,
    code: &OneTimeCode,
) -> Result<MemberSignedIn, Error> {
    let address = visitor.request().address();
    // Counted before the code is looked at, and committed by itself: the count stays whatever becomes of the guess.
    count_code_guess(entrance.limits, entrance.db, who.canonical(), address, visitor.now()).await?;
    let refresh = sessions::draw_refresh_token();
    let opened = entrance
        .db
        .write_each_time(&visitor.doing("account.verify_activation"), async |tx| {
            let Some(customer) = guess(tx, entrance.codes, who, CodePurpose::Activation, code).await? else {
                return Ok(None);
            };
            let session = sessions::open(tx, entrance, customer, &refresh).await?;
            Ok(Some((customer, session)))
        })
        .await?;
    let (customer, session) = opened.ok_or(MemberRefused::InvalidCode)?;
    sessions::signed_in(
        entrance,
        visitor.now(),
        customer,
        session,
        Some(SecretString::expose_secret(&refresh)),
    )
}

/// Replaces the password of whoever was sent this code; every session of theirs ends.
///
/// # Refuses
/// [`MemberRefused::InvalidResetCode`], as [`verify_activation`] its own.
///
/// # Locks
/// As [`verify_activation`].
pub async fn reset_password(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    who: &Identifier,
    code: &OneTimeCode,
    password: Password,
) -> Result<(), Error> {
    let address = visitor.request().address();
    count_code_guess(entrance.limits, entrance.db, who.canonical(), address, visitor.now()).await?;
    // Hashed before the code is looked at, right or wrong: the transaction holds its locks only for its statements.
    let hash = entrance.passwords.hash(password).await?;
    let done = entrance
        .db
        .write_each_time(&visitor.doing("account.reset_password"), async |tx| {
            let Some(customer) = guess(tx, entrance.codes, who, CodePurpose::PasswordReset, code).await?
            else {
                return Ok(false);
            };
            let now = tx.now();
            store::update_password(tx, customer, &hash, now).await?;
            end_member_sessions(tx.conn(), &[customer], None, now).await?;
            Ok(true)
        })
        .await?;
    if done { Ok(()) } else { Err(MemberRefused::InvalidResetCode.into()) }
}

/// Evaluates one guess and counts it; the customer if it was right. A wrong guess is data, not an error, so that the
/// count is kept.
async fn guess(
    tx: &mut Tx,
    codes: &Codes,
    who: &Identifier,
    purpose: CodePurpose,
    code: &OneTimeCode,
) -> Result<Option<CustomerId>, Error> {
    let now = tx.now();
    let identifier = codes.hash_identifier(who.canonical());
    store::lock_identifier(tx, &identifier).await?;
    let Some(pending) = store::lock_newest_code(tx, &identifier, purpose).await? else {
        return Ok(None);
    };
    if !is_guessable(&pending, now) {
        return Ok(None);
    }
    let hash = codes.hash_code(&identifier, purpose.as_str(), code);
    let is_right = Codes::is_same(&pending.hash, &hash);
    store::update_code(tx, pending.id, is_right.then_some(now)).await?;
    let Some(customer) = pending.customer.filter(|_| is_right) else { return Ok(None) };
    let account = store::lock_account(tx, customer).await?.filter(|account| account.is_active);
    if account.is_some() {
        tx.note(Note::on("customer", customer.get()));
    }
    Ok(account.map(|account| account.id))
}

async fn find_active(tx: &mut Tx, who: &Identifier) -> Result<Option<Account>, Error> {
    let accounts = store::list_accounts(tx.conn(), who).await?;
    Ok(accounts.into_iter().find(|account| account.is_active))
}

const fn deed(purpose: CodePurpose) -> &'static str {
    match purpose {
        CodePurpose::Activation => "account.request_activation",
        CodePurpose::PasswordReset => "account.forgot_password",
    }
}
