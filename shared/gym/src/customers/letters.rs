//! The letter to a phone number or address that is no longer a customer's, and the job that sends it.

use futures_util::{FutureExt as _, future::BoxFuture};
use serde::{Deserialize, Serialize};

use base::{
    platform::{
        delivery::{Message, Recipient},
        outbox::{AnyKind, Failed, JobAttempt, JobKind, Priority, Retry},
    },
    vocabulary::Language,
};
use chrono::TimeDelta;

/// The jobs of this feature.
pub static JOBS: &[&dyn AnyKind] = &[&CONTACT_CHANGED];

/// Longest part of a gym's name in a text message, in characters.
const SMS_NAME_CHARACTERS: usize = 40;

/// Tells an old phone number or address that the account has another one. Sent twice it says the same.
pub(super) static CONTACT_CHANGED: JobKind<ContactChanged> = JobKind {
    name: "contact_changed",
    version: 1,
    priority: Priority::Normal,
    retry: Retry::PROVIDER,
    life: Some(TimeDelta::days(1)),
    is_secret: true,
    lane: |letter| letter.to.lane(),
    read: |_version, payload| serde_json::from_value(payload),
    run: ContactChanged::send,
};

/// Says that an account is no longer reached here. Whoever did not want that hears of it while they still can act.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ContactChanged {
    /// The old phone number or address.
    pub(super) to: Recipient,
    /// The name of the gym.
    pub(super) gym_name: String,
    /// The customer's language.
    pub(super) language: Language,
}

/// Shows no recipient.
impl std::fmt::Debug for ContactChanged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContactChanged").finish_non_exhaustive()
    }
}

impl ContactChanged {
    fn send(self, attempt: JobAttempt<'_>) -> BoxFuture<'_, Result<(), Failed>> {
        async move { attempt.send(&self.message()).await }.boxed()
    }

    fn message(&self) -> Message {
        let subject = match (&self.to, self.language) {
            (Recipient::Sms(_), _) => None,
            (Recipient::Mail(_), Language::Ar) => Some("تم تغيير بيانات حسابك"),
            (Recipient::Mail(_), Language::En) => Some("Your account details were changed"),
        };
        Message { to: self.to.clone(), subject: subject.map(str::to_owned), text: self.text(), html: None }
    }

    fn text(&self) -> String {
        let gym: String = self.gym_name.chars().take(SMS_NAME_CHARACTERS).collect();
        let gym = gym.trim();
        match (&self.to, self.language) {
            (Recipient::Sms(_), Language::Ar) => {
                format!("{gym}: هذا الرقم لم يعد مسجلا لحسابك. إن لم تطلب ذلك فتواصل مع الاستقبال.")
            }
            (Recipient::Sms(_), Language::En) => {
                format!(
                    "{gym}: this number is no longer that of your account. If you did not ask for that, talk to the reception."
                )
            }
            (Recipient::Mail(_), Language::Ar) => {
                format!("{gym}: هذا البريد لم يعد مسجلا لحسابك. إن لم تطلب ذلك فتواصل مع الاستقبال.")
            }
            (Recipient::Mail(_), Language::En) => {
                format!(
                    "{gym}: this address is no longer that of your account. If you did not ask for that, talk to the reception."
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::vocabulary::{Email, Phone};

    #[test]
    fn it_names_the_gym_and_fits_into_few_text_messages() {
        for to in [
            Recipient::Sms(Phone::parse("01001234567").unwrap()),
            Recipient::Mail(Email::parse("a@b.example").unwrap()),
        ] {
            for language in [Language::Ar, Language::En] {
                let letter = ContactChanged { to: to.clone(), gym_name: "Nile ".repeat(20), language };
                let message = letter.message();
                assert!(message.text.starts_with("Nile Nile"), "{}", message.text);
                assert!(message.text.chars().count() <= 160, "{}", message.text);
                assert_eq!(message.subject.is_some(), matches!(to, Recipient::Mail(_)));
                assert!(!format!("{letter:?}").contains("1234567"));
            }
        }
    }
}
