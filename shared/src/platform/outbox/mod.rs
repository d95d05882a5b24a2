//! Messages to people, written in the transaction of what caused them and sent by a [`Worker`].
//!
//! A request never waits for a provider, and what was rolled back is never sent. A message goes out at least once: a
//! worker that dies between sending and noting it leaves a lease, and when that ends another worker sends again; every
//! attempt carries the same key, for providers that drop repeats. Codes leave no trace once their message is done.

mod contact;
mod schedule;
mod store;
mod worker;

use sqlx::{Executor, Postgres};

use crate::vocabulary::{Email, Phone, Timestamp, words};

pub use self::worker::{Settings, Worker};

words! {
    /// What a message is about.
    pub enum Kind {
        /// The code that opens an account.
        ActivationCode = "activation_code",
        /// The code that allows a new password.
        PasswordResetCode = "password_reset_code",
    }
}

impl Kind {
    /// Lower goes first. Somebody waits in front of a screen for a code.
    const fn priority(self) -> i16 {
        match self {
            Self::ActivationCode | Self::PasswordResetCode => 0,
        }
    }

    /// Whether nothing of the message may be kept once it is done.
    const fn is_secret(self) -> bool {
        match self {
            Self::ActivationCode | Self::PasswordResetCode => true,
        }
    }
}

words! {
    /// The way a message takes.
    pub enum Channel {
        /// E-mail.
        Mail = "mail",
        /// Text message.
        Sms = "sms",
        /// Notification on a phone.
        Push = "push",
    }
}

words! {
    /// What became of a message.
    pub enum State {
        /// It is to be sent.
        Waiting = "waiting",
        /// A provider took it.
        Sent = "sent",
        /// Its time ran out first.
        Expired = "expired",
        /// No provider will ever take it.
        Dead = "dead",
        /// It was never to be sent.
        Withheld = "withheld",
    }
}

/// Whom a message reaches, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// By mail.
    Mail(Email),
    /// By text message.
    Sms(Phone),
}

impl Recipient {
    /// The way to them.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Sms(_) => Channel::Sms,
        }
    }

    fn address(&self) -> &str {
        match self {
            Self::Mail(email) => email.as_str(),
            Self::Sms(phone) => phone.as_str(),
        }
    }
}

/// A message that is ready to be written down.
#[derive(Clone)]
pub struct Message {
    /// What it is about.
    pub kind: Kind,
    /// Whom it reaches.
    pub recipient: Recipient,
    /// Its subject, if its channel has one.
    pub subject: Option<String>,
    /// Its words.
    pub text: String,
    /// Its words once more, for mail programs that show pages.
    pub html: Option<String>,
    /// When it is of no use any more.
    pub expires_at: Option<Timestamp>,
}

/// Shows neither recipient nor words.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("kind", &self.kind)
            .field("channel", &self.recipient.channel())
            .finish_non_exhaustive()
    }
}

/// Writes `message` down; a worker sends it once the transaction of `conn` is committed.
pub async fn enqueue<'c>(
    conn: impl Executor<'c, Database = Postgres>,
    message: &Message,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    store::insert_message(conn, message, State::Waiting, now).await
}

/// Does what [`enqueue`] does, by the same statement, except that nothing is ever sent and nobody is named: an answer
/// about an unknown account then takes as long as one about a known account.
pub async fn withhold<'c>(
    conn: impl Executor<'c, Database = Postgres>,
    message: &Message,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    store::insert_message(conn, message, State::Withheld, now).await
}
