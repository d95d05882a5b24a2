//! Codes: asking for one, sending it, and using it to sign in or to choose a new password.
//!
//! A stranger may ask for codes and guess them. What strangers do is counted apart from what is done at an address
//! from which the account signed in before, and guesses of whoever asked for a code apart from those of others, so that
//! nobody is locked out of their account by somebody else.
//!
//! Whether anybody has an identifier is looked up by the job that sends the code, a random moment later, not by the
//! request: the request does the same work for everybody, so that neither its time tells anything nor that of the next.

use base::{
    Error,
    access::{OneTimeCode, Password, System, Visitor, end_member_sessions},
    platform::{
        audit::Note,
        db::{Db, Tx},
        telemetry::metric,
    },
    vocabulary::{
        GymId, PersonName, Timestamp,
        dates::{earlier, later},
    },
};
use chrono::TimeDelta;
use rand::RngExt as _;
use secrecy::{ExposeSecret, SecretString};

use super::{
    guess::Guess,
    letters::{CodeLetter, CodeRequest, SEND_CODE},
    model::{Account, CodePurpose, MemberSignIn, MemberSignedIn, OwnAccount},
    rules::{
        CODE_LIFE, CODES_COUNTED, CODES_PER_GYM_AND_HOUR, Identifier, MemberRefused, choose, refuse_too_many,
    },
    sessions, store,
};

/// Longest time from asking for a code to the job that sends it, in milliseconds. The job has more to do for a number
/// that somebody has; begun at once, it would slow down whatever the same caller asks next, and so tell them.
const LONGEST_LAG_MS: i64 = 500;

/// Sends a code to whoever has the identifier; to the account at `gym`, if one is named.
///
/// # Refuses
/// [`MemberRefused::TooManyCodes`], [`MemberRefused::TooManyCodesToday`], whether or not anybody has it.
///
/// # Locks
/// The identifier.
pub async fn request_code(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    (who, gym): (&Identifier, Option<GymId>),
    purpose: CodePurpose,
) -> Result<(), Error> {
    visitor.claims(deed(purpose), who.claim());
    let identifier = entrance.codes.hash_identifier(who.canonical());
    let address = visitor.request().address();
    let asked_from = entrance.codes.hash_address(&identifier, address);
    let is_from_known_address =
        entrance.limits.knows(entrance.db, &who.account_name(), address, visitor.now()).await?;
    let code = OneTimeCode::draw();
    let hash = entrance.codes.hash_code(&identifier, purpose.as_str(), &code);
    let lag = TimeDelta::milliseconds(rand::rng().random_range(0..LONGEST_LAG_MS));
    entrance
        .db
        .write_each_time(&visitor.doing(deed(purpose)), async |tx| {
            let now = tx.now();
            // Requests for one identifier take turns, so that several at once do not all count the same codes.
            store::lock_identifier(tx, &identifier).await?;
            let since = earlier(now, CODES_COUNTED);
            let sent = store::list_code_times(tx.conn(), &identifier, is_from_known_address, since).await?;
            refuse_too_many(&sent, now)?;
            let new = store::NewCode {
                purpose,
                identifier: &identifier,
                hash: &hash,
                asked_from: &asked_from,
                is_from_known_address,
                expires_at: later(now, CODE_LIFE),
            };
            let id = store::insert_code(tx, new).await?;
            let request = CodeRequest {
                id,
                to: who.recipient(),
                gym,
                purpose,
                code: code.digits().to_owned(),
                language: visitor.request().language(),
                is_from_known_address,
            };
            tx.enqueue_at(&SEND_CODE, &request, later(now, lag)).await
        })
        .await
}

/// Finds whose code it is and writes the letter to them. False if there is nobody to write to: nobody has the
/// identifier, the account is switched off, or strangers have made its gym send too many within the hour.
///
/// Done twice it writes one letter.
pub async fn send_code(db: &Db, request: &CodeRequest, now: Timestamp) -> Result<bool, Error> {
    let who = Identifier::of(&request.to);
    // Read before any transaction is opened: most of what strangers ask for ends here.
    let accounts = store::list_accounts(db.conn().await?.get(), &who).await?;
    let Some(account) = choose(accounts, request.gym).filter(|account| account.is_active) else {
        return Ok(false);
    };
    let letter = CodeLetter {
        letterhead: store::find_letterhead(db.conn().await?.get(), account.gym).await?,
        to: request.to.clone(),
        purpose: request.purpose,
        name: PersonName::parse(&account.full_name).ok(),
        code: request.code.clone(),
        language: account.language,
    };
    db.write_each_time(&System::job("account.send_code", now), async |tx| {
        if !request.is_from_known_address && is_gym_exhausted(tx, account.gym).await? {
            return Ok(false);
        }
        if store::update_code_sent(tx, request.id, (account.id, account.gym)).await? {
            tx.stand_at(account.gym, None);
            tx.note(Note::on("customer", account.id.get()));
            tx.enqueue(letter.kind(), &letter).await?;
        }
        Ok(true)
    })
    .await
}

async fn is_gym_exhausted(tx: &mut Tx, gym: GymId) -> Result<bool, Error> {
    let since = earlier(tx.now(), TimeDelta::hours(1));
    let sent = store::count_codes_of_gym(tx.conn(), gym, since, CODES_PER_GYM_AND_HOUR).await?;
    if sent < CODES_PER_GYM_AND_HOUR {
        return Ok(false);
    }
    // The caller is not told: the answer would say who is a member. Those who watch the service are.
    tracing::warn!(gym_id = gym.get(), sent, "a gym was made to send too many codes within an hour");
    metrics::counter!(metric::CODES_HELD_BACK).increment(1);
    Ok(true)
}

/// Signs in whoever was sent this code; to the account at `gym`, if one is named, else to the one they used last.
///
/// # Refuses
/// [`MemberRefused::InvalidCode`] for a wrong, expired, used or never sent code, and for unknown and deactivated
/// accounts: all in the same words.
///
/// # Locks
/// The identifier, its codes, the customer.
pub async fn verify_activation(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    (who, gym): (&Identifier, Option<GymId>),
    code: &OneTimeCode,
) -> Result<MemberSignedIn, Error> {
    visitor.claims("account.verify_activation", who.claim());
    let guess = Guess::counted(entrance, visitor, who, (CodePurpose::Activation, code)).await?;
    let refresh = sessions::draw_refresh_token();
    let opened = entrance
        .db
        .write_each_time(&visitor.doing("account.verify_activation"), async |tx| {
            if guess.evaluate(tx, who).await?.is_none() {
                return Ok(None);
            }
            // The code proves the number, not an account: which one answers is decided now.
            let accounts = store::list_accounts(tx.conn(), who).await?;
            let Some(account) = lock_active(tx, choose(accounts, gym)).await? else { return Ok(None) };
            let proved = Some(&guess.identifier);
            let session = sessions::open(tx, entrance, account.id, (&refresh, proved)).await?;
            guess.remember_address(tx).await?;
            tx.note(Note::on("customer", account.id.get()));
            Ok(Some((account.id, session)))
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

/// Replaces the password of the account that this code was sent to, and answers which it is; every session of it ends.
///
/// # Refuses
/// [`MemberRefused::InvalidResetCode`], as [`verify_activation`] its own; also when the account has another number or
/// address by now.
///
/// # Locks
/// As [`verify_activation`].
pub async fn reset_password(
    entrance: &MemberSignIn<'_>,
    visitor: &Visitor,
    who: &Identifier,
    code: &OneTimeCode,
    password: Password,
) -> Result<OwnAccount, Error> {
    visitor.claims("account.reset_password", who.claim());
    let guess = Guess::counted(entrance, visitor, who, (CodePurpose::PasswordReset, code)).await?;
    // Hashed before the code is looked at, right or wrong: the transaction holds its locks only for its statements.
    let hash = entrance.passwords.hash(password).await?;
    let done = entrance
        .db
        .write_each_time(&visitor.doing("account.reset_password"), async |tx| {
            let Some(customer) = guess.evaluate(tx, who).await? else { return Ok(None) };
            let accounts = store::list_accounts(tx.conn(), who).await?;
            let named = accounts.into_iter().find(|account| account.id == customer);
            let Some(account) = lock_active(tx, named).await? else { return Ok(None) };
            let now = tx.now();
            store::update_password(tx, account.id, &hash, now).await?;
            end_member_sessions(tx.conn(), &[account.id], None, now).await?;
            tx.note(Note::on("customer", account.id.get()));
            Ok(Some(OwnAccount::from(account)))
        })
        .await?;
    Ok(done.ok_or(MemberRefused::InvalidResetCode)?)
}

/// The account as it is now, locked, if it may sign in.
async fn lock_active(tx: &mut Tx, chosen: Option<Account>) -> Result<Option<Account>, Error> {
    let Some(chosen) = chosen else { return Ok(None) };
    Ok(store::lock_account(tx, chosen.id).await?.filter(|account| account.is_active))
}

const fn deed(purpose: CodePurpose) -> &'static str {
    match purpose {
        CodePurpose::Activation => "account.request_activation",
        CodePurpose::PasswordReset => "account.forgot_password",
    }
}
