//! The decisions about members' accounts, without I/O.

use chrono::TimeDelta;

use super::model::{Account, PendingCode};
use base::{
    platform::{delivery::Recipient, request::ClaimedAccount},
    refusals,
    vocabulary::{Email, GymId, Phone, Timestamp},
};

/// How long a code is good for: ten minutes (source document 3).
pub(super) const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// Codes sent to one identifier within [`CODE_LIFE`] at most, whatever they are for (source document 3).
const CODES_PER_LIFE: usize = 3;
/// Codes sent to one identifier within [`CODES_COUNTED`] at most. Each is a message that costs the gym money and wakes
/// somebody up.
const CODES_PER_DAY: usize = 10;
/// How far back codes are counted.
pub(super) const CODES_COUNTED: TimeDelta = TimeDelta::days(1);
/// Guesses of one code that are evaluated at most from the address that asked for it, and as many from all others
/// together: a stranger who guesses uses up none of hers.
pub(super) const GUESSES: i16 = 5;
/// Most gyms of one person that are looked at.
pub(super) const ACCOUNTS_PER_IDENTIFIER: i64 = 20;
/// Codes that strangers may have one gym send within an hour; a gym of 4,000 can move in within a working day.
pub(super) const CODES_PER_GYM_AND_HOUR: i64 = 600;
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
        Missing => Invalid of "identifier", "MISSING_IDENTIFIER",
            en: "Phone number or email is required",
            ar: "رقم الهاتف أو البريد الإلكتروني مطلوب";
        /// Neither a phone number nor an address.
        Neither => Invalid of "identifier", "INVALID_IDENTIFIER",
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

    /// The number or address that a message is sent to.
    pub(super) fn of(recipient: &Recipient) -> Self {
        match recipient {
            Recipient::Sms(phone) => Self::Phone(phone.clone()),
            Recipient::Mail(email) => Self::Email(email.clone()),
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

    /// The account that somebody names with it, for the case that they are refused.
    pub(super) fn claim(&self) -> ClaimedAccount {
        ClaimedAccount::Member {
            phone: self.phone().map(str::to_owned),
            email: self.email().map(str::to_owned),
        }
    }

    pub(super) fn canonical(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// The account as limits know it.
    pub(super) fn account_name(&self) -> String {
        format!("member:{}", self.canonical())
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
        /// Ten codes within a day are enough.
        TooManyCodesToday {
            /// Seconds until the next one may be asked for.
            retry_after: u32,
        } => TooMany { retry_after }, "RATE_LIMIT_EXCEEDED",
            en: "Too many codes were sent today. Please ask at the reception.",
            ar: "تم إرسال رموز كثيرة اليوم. يرجى التواصل مع الاستقبال.";
        /// The account is gone, or is none of the caller's.
        NotFound => NotFound, "NOT_FOUND",
            en: "Account not found",
            ar: "الحساب غير موجود";
    }
}

/// Whether a guess of this code is evaluated at all when it comes from the address that asked for it, or from another.
pub(super) fn is_guessable(code: &PendingCode, is_own: bool, now: Timestamp) -> bool {
    let made = if is_own { code.guesses } else { code.other_guesses };
    !code.is_consumed && made < GUESSES && now < code.expires_at
}

/// The account that answers for an identifier: of those it names, the first in the gym that was asked for; without a
/// gym, the first of all.
pub(super) fn choose(accounts: Vec<Account>, gym: Option<GymId>) -> Option<Account> {
    accounts.into_iter().find(|account| gym.is_none_or(|gym| account.gym == gym))
}

/// Whether the stored password may still be used: a first-login password ends after 72 hours.
pub(super) fn is_password_live(account: &Account, now: Timestamp) -> bool {
    account.temporary_until.is_none_or(|until| now < until)
}

/// Whether one more code may be sent, given when the others of the last day were, latest first.
///
/// # Refuses
/// [`MemberRefused::TooManyCodes`], [`MemberRefused::TooManyCodesToday`].
pub(super) fn refuse_too_many(sent: &[Timestamp], now: Timestamp) -> Result<(), MemberRefused> {
    // The third latest must be ten minutes old, the tenth latest a day.
    let wait = |most: usize, age: TimeDelta| {
        let free = sent.get(most.saturating_sub(1))?.checked_add_signed(age)?;
        let left = free.signed_duration_since(now);
        (left > TimeDelta::zero())
            .then(|| u32::try_from(left.num_seconds()).unwrap_or(u32::MAX).saturating_add(1))
    };
    if let Some(retry_after) = wait(CODES_PER_DAY, CODES_COUNTED) {
        return Err(MemberRefused::TooManyCodesToday { retry_after });
    }
    match wait(CODES_PER_LIFE, CODE_LIFE) {
        Some(retry_after) => Err(MemberRefused::TooManyCodes { retry_after }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{
        Refusal, RefusalKind,
        vocabulary::{CustomerId, Language},
    };

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_timestamp(1_776_000_000, 0)
            .unwrap()
            .checked_add_signed(TimeDelta::minutes(minute))
            .unwrap()
    }

    fn code(guesses: i16, other_guesses: i16, is_consumed: bool) -> PendingCode {
        PendingCode {
            id: 1,
            customer: None,
            hash: Vec::new(),
            asked_from: None,
            guesses,
            other_guesses,
            expires_at: at(10),
            is_consumed,
        }
    }

    #[test]
    fn a_code_is_evaluated_five_times_before_its_end_and_until_it_worked() {
        assert!(is_guessable(&code(4, 0, false), true, at(9)));
        assert!(!is_guessable(&code(5, 0, false), true, at(9)));
        assert!(!is_guessable(&code(0, 0, false), true, at(10)));
        assert!(!is_guessable(&code(0, 0, true), true, at(1)));
    }

    #[test]
    fn strangers_have_five_guesses_of_their_own() {
        assert!(is_guessable(&code(0, 5, false), true, at(1)));
        assert!(!is_guessable(&code(0, 5, false), false, at(1)));
        assert!(is_guessable(&code(5, 4, false), false, at(1)));
    }

    fn account(id: i64, gym: i64) -> Account {
        Account {
            id: CustomerId::new(id),
            full_name: "Mona".to_owned(),
            language: Language::OF_A_GYM,
            password: None,
            is_active: true,
            temporary_until: None,
            gym: GymId::new(gym),
            gym_name: "Nile".to_owned(),
        }
    }

    #[test]
    fn the_first_account_answers_unless_a_gym_is_named() {
        let both = || vec![account(7, 2), account(3, 1)];
        let chosen = |gym: Option<i64>| choose(both(), gym.map(GymId::new)).map(|account| account.id.get());
        assert_eq!(chosen(None), Some(7));
        assert_eq!(chosen(Some(1)), Some(3));
        assert_eq!(chosen(Some(9)), None);
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
    fn three_codes_in_ten_minutes_and_ten_in_a_day() {
        let sent = |minutes: &[i64]| minutes.iter().map(|minute| at(*minute)).collect::<Vec<_>>();
        let wait = |refused: MemberRefused| {
            let RefusalKind::TooMany { retry_after } = refused.kind() else { panic!("{refused:?}") };
            retry_after
        };
        assert!(refuse_too_many(&sent(&[3, 2]), at(4)).is_ok());
        let refused = refuse_too_many(&sent(&[3, 2, 0]), at(4)).unwrap_err();
        assert!(matches!(refused, MemberRefused::TooManyCodes { .. }));
        assert_eq!(wait(refused), 361);
        assert!(refuse_too_many(&sent(&[3, 2, 0]), at(10)).is_ok());
        let ten: Vec<i64> = (0..10).rev().map(|time| time * 60).collect();
        let refused = refuse_too_many(&sent(&ten), at(600)).unwrap_err();
        assert!(matches!(refused, MemberRefused::TooManyCodesToday { .. }));
        assert_eq!(wait(refused), (24 - 10) * 3600 + 1);
        assert!(refuse_too_many(&sent(&ten), at(24 * 60)).is_ok());
    }
}
