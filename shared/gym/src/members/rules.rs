//! The decisions about members' accounts, without I/O.

use chrono::TimeDelta;

use super::model::{Account, PendingCode};
use base::{
    platform::delivery::Recipient,
    refusals,
    vocabulary::{Email, Phone, Timestamp},
};

/// How long a code is good for: ten minutes (source document 3).
pub(super) const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// Codes sent to one identifier within [`CODE_LIFE`] at most (source document 3).
pub(super) const CODES_PER_LIFE: i64 = 3;
/// Guesses of one code that are evaluated at most.
pub(super) const GUESSES: i16 = 5;
/// Accounts that one phone or address is tried against: a person may be a member of several gyms.
pub(super) const ACCOUNTS_PER_IDENTIFIER: i64 = 3;
/// Days between asking for deletion and the end, as the app promises.
pub(super) const DELETION_DAYS: i64 = 90;

/// How a member names themselves: a phone number or an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identifier {
    /// A phone number, in the one canonical form of all its spellings.
    Phone(Phone),
    /// An e-mail address, in its canonical form.
    Email(Email),
}

refusals! {
    /// Why a text names nobody.
    pub enum IdentifierInvalid {
        /// Neither a phone number nor an address was sent.
        Missing => Invalid, "MISSING_IDENTIFIER",
            en: "Phone number or email is required",
            ar: "رقم الهاتف أو البريد الإلكتروني مطلوب";
        /// Neither a phone number nor an address.
        Neither => Invalid, "INVALID_IDENTIFIER",
            en: "Invalid phone number or email address",
            ar: "رقم الهاتف أو البريد الإلكتروني غير صحيح";
    }
}

impl Identifier {
    /// Reads one: what contains an `@` is an address, anything else a phone number.
    pub fn parse(text: &str) -> Result<Self, IdentifierInvalid> {
        let text = text.trim();
        if text.is_empty() {
            return Err(IdentifierInvalid::Missing);
        }
        if text.contains('@') {
            Email::parse(text).map(Self::Email).map_err(|_malformed| IdentifierInvalid::Neither)
        } else {
            Phone::parse(text).map(Self::Phone).map_err(|_malformed| IdentifierInvalid::Neither)
        }
    }

    /// What it is: the word `phone` or `email`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Phone(_) => "phone",
            Self::Email(_) => "email",
        }
    }

    pub(super) fn phone(&self) -> Option<&str> {
        match self {
            Self::Phone(phone) => Some(phone.as_str()),
            Self::Email(_) => None,
        }
    }

    pub(super) fn email(&self) -> Option<&str> {
        match self {
            Self::Email(email) => Some(email.as_str()),
            Self::Phone(_) => None,
        }
    }

    pub(super) fn canonical(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    pub(super) fn recipient(&self) -> Recipient {
        match self {
            Self::Phone(phone) => Recipient::Sms(phone.clone()),
            Self::Email(email) => Recipient::Mail(email.clone()),
        }
    }
}

refusals! {
    /// Why a member does not get what they ask for.
    pub enum MemberRefused {
        /// Wrong, expired, used or never sent: the answer does not say which.
        InvalidCode => Unauthenticated, "INVALID_CODE",
            en: "Invalid or expired activation code",
            ar: "رمز التفعيل غير صحيح أو منتهي الصلاحية";
        /// The same at the choice of a new password, where 401 would make the app refresh and repeat.
        InvalidResetCode => Rejected, "INVALID_CODE",
            en: "Invalid or expired code",
            ar: "الرمز غير صحيح أو منتهي الصلاحية";
        /// No such account, or not its password: the answer does not say which.
        InvalidCredentials => Unauthenticated, "INVALID_CREDENTIALS",
            en: "Incorrect phone, email or password",
            ar: "رقم الهاتف أو البريد الإلكتروني أو كلمة المرور غير صحيحة";
        /// The right password of a deactivated account.
        AccountInactive => Forbidden, "ACCOUNT_INACTIVE",
            en: "Your account has been deactivated. Please contact reception.",
            ar: "تم إيقاف حسابك. يرجى التواصل مع الاستقبال.";
        /// Not a live session's refresh token. Never 401: one of the apps would ask again for ever.
        InvalidRefreshToken => Forbidden, "INVALID_REFRESH_TOKEN",
            en: "Please sign in again",
            ar: "يرجى تسجيل الدخول مرة أخرى";
        /// The current password is another one. Never 401: the app would refresh and repeat.
        WrongPassword => Rejected, "WRONG_PASSWORD",
            en: "The current password is not correct",
            ar: "كلمة المرور الحالية غير صحيحة";
        /// The new password is the old one.
        SamePassword => Rejected, "SAME_PASSWORD",
            en: "The new password must differ from the current one",
            ar: "يجب أن تختلف كلمة المرور الجديدة عن الحالية";
        /// Three codes within ten minutes are enough.
        TooManyCodes {
            /// Seconds until the next one may be asked for.
            retry_after: u32,
        } => TooMany { retry_after }, "RATE_LIMIT_EXCEEDED",
            en: "Too many activation requests. Please wait 10 minutes.",
            ar: "طلبات كثيرة جدا. يرجى الانتظار 10 دقائق.";
        /// The account is gone.
        NotFound => NotFound, "NOT_FOUND",
            en: "Account not found",
            ar: "الحساب غير موجود";
    }
}

/// Whether a guess of this code is evaluated at all.
pub(super) fn is_guessable(code: &PendingCode, now: Timestamp) -> bool {
    !code.is_consumed && code.guesses < GUESSES && now < code.expires_at
}

/// Whether the stored password may still be used: a first-login password ends after 72 hours.
pub(super) fn is_password_live(account: &Account, now: Timestamp) -> bool {
    account.temporary_until.is_none_or(|until| now < until)
}

/// Seconds until the oldest of the counted codes no longer counts; at least one.
pub(super) fn wait_after(oldest: Timestamp, now: Timestamp) -> u32 {
    let left = oldest
        .checked_add_signed(CODE_LIFE)
        .map_or(TimeDelta::zero(), |free| free.signed_duration_since(now));
    u32::try_from(left.num_seconds()).unwrap_or(0).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_timestamp(1_776_000_000, 0)
            .unwrap()
            .checked_add_signed(TimeDelta::minutes(minute))
            .unwrap()
    }

    fn code(guesses: i16, is_consumed: bool) -> PendingCode {
        PendingCode { id: 1, customer: None, hash: Vec::new(), guesses, expires_at: at(10), is_consumed }
    }

    #[test]
    fn a_code_is_evaluated_five_times_before_its_end_and_until_it_worked() {
        assert!(is_guessable(&code(4, false), at(9)));
        assert!(!is_guessable(&code(5, false), at(9)));
        assert!(!is_guessable(&code(0, false), at(10)));
        assert!(!is_guessable(&code(0, true), at(1)));
    }

    #[test]
    fn every_spelling_of_a_phone_names_the_same_member() {
        let one = Identifier::parse("01234567890").unwrap();
        for text in ["+20 123 456 7890", "201234567890", "0020-1234567890", "٠١٢٣٤٥٦٧٨٩٠"] {
            assert_eq!(Identifier::parse(text).unwrap(), one, "{text}");
        }
    }

    #[test]
    fn an_address_is_folded_and_nonsense_is_refused() {
        assert_eq!(Identifier::parse(" Ahmed@Example.COM ").unwrap().canonical(), "ahmed@example.com");
        assert_eq!(Identifier::parse("  ").unwrap_err(), IdentifierInvalid::Missing);
        assert_eq!(Identifier::parse("not a phone").unwrap_err(), IdentifierInvalid::Neither);
    }

    #[test]
    fn the_wait_is_over_when_the_oldest_code_is_ten_minutes_old() {
        assert_eq!(wait_after(at(0), at(4)), 361);
        assert_eq!(wait_after(at(0), at(20)), 1);
    }
}
