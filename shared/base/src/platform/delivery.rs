//! Handing a message to the transport of its channel.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;

use super::{
    config::{Config, MailRoute, SmsRoute},
    mail::{MailTransport, Smtp},
    outbox::Lane,
    sms::{SmsTransport, Twilio},
};
use crate::vocabulary::{Email, Phone, Timestamp};

/// By which of the two ways a message reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail, to the mail server or into the file of messages.
    Mail,
    /// A text message, to the provider or into the file of messages.
    Sms,
}

/// Whom a message reaches, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A person who is reached by e-mail at this address.
    Mail(Email),
    /// A person who is reached by text message at this number.
    Sms(Phone),
}

impl Recipient {
    /// The channel by which the recipient is reached.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Sms(_) => Channel::Sms,
        }
    }

    /// The lane of the outbox in which a message to this recipient waits.
    pub const fn lane(&self) -> Lane {
        match self {
            Self::Mail(_) => Lane::Mail,
            Self::Sms(_) => Lane::Sms,
        }
    }

    fn address(&self) -> &str {
        match self {
            Self::Mail(email) => email.as_str(),
            Self::Sms(phone) => phone.as_str(),
        }
    }
}

/// A message that is ready to go.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// The person, by the address or number that the message goes to.
    pub to: Recipient,
    /// Its subject, if its channel has one.
    pub subject: Option<String>,
    /// The message as plain text.
    pub text: String,
    /// The same message as HTML, for mail programs that show it; not used for text messages.
    pub html: Option<String>,
}

/// Shows neither recipient nor text.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("channel", &self.to.channel()).finish_non_exhaustive()
    }
}

/// A message as a transport gets it for one attempt.
#[derive(Clone, Copy)]
pub struct Parcel<'p> {
    /// The same for every attempt on one message, and for no other message.
    pub key: &'p str,
    /// The e-mail address or phone number that the message goes to.
    pub to: &'p str,
    /// The subject, if the channel has one.
    pub subject: Option<&'p str>,
    /// The message as plain text.
    pub text: &'p str,
    /// The same message as HTML; only mail has it.
    pub html: Option<&'p str>,
    /// The instant of this attempt, which is also the date of the mail.
    pub at: Timestamp,
}

/// Why a message was not taken by its transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Whether another attempt makes sense.
    pub kind: FailureKind,
    /// Class and number of the failure; never words of the provider, which may repeat the message.
    pub reason: String,
}

/// Whether another attempt makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Another attempt may succeed.
    Transient,
    /// No later attempt will succeed.
    Permanent,
}

impl Undelivered {
    /// A failure that may have passed at the next attempt.
    pub(super) fn for_now(reason: impl Into<String>) -> Self {
        Self { kind: FailureKind::Transient, reason: reason.into() }
    }

    /// A failure that every later attempt would meet again.
    pub(super) fn for_good(reason: impl Into<String>) -> Self {
        Self { kind: FailureKind::Permanent, reason: reason.into() }
    }
}

/// The transports for messages, one for each channel.
#[derive(Debug, Clone)]
pub struct Senders {
    /// The transport that every mail goes to.
    pub mail: MailTransport,
    /// The transport that every text message goes to.
    pub sms: SmsTransport,
}

/// Why a transport cannot be set up at start.
#[derive(Debug, thiserror::Error)]
pub enum SendersUnusable {
    /// The TLS settings towards the mail server cannot be made.
    #[error("TLS towards the mail server cannot be set up")]
    MailTls(#[source] lettre::transport::smtp::Error),
    /// The client for the SMS provider cannot be set up.
    #[error("the client of the SMS provider cannot be set up")]
    SmsClient(#[source] reqwest::Error),
}

impl Senders {
    /// The transports that the configuration names.
    pub fn of(config: &Config) -> Result<Self, SendersUnusable> {
        let file = MessageFile::new(&config.messages.file);
        let mail = match config.mail.transport {
            MailRoute::File => MailTransport::File(file.clone()),
            MailRoute::Smtp => {
                MailTransport::Smtp(Smtp::new(&config.mail).map_err(SendersUnusable::MailTls)?)
            }
        };
        let sms = match config.sms.transport {
            SmsRoute::File => SmsTransport::File(file),
            SmsRoute::Twilio => {
                SmsTransport::Twilio(Twilio::new(&config.sms).map_err(SendersUnusable::SmsClient)?)
            }
        };
        Ok(Self { mail, sms })
    }

    /// Hands `message` over. `key` is the same for every attempt on it, and for no other message.
    pub(super) async fn send(&self, message: &Message, key: &str, at: Timestamp) -> Result<(), Undelivered> {
        let parcel = Parcel {
            key,
            to: message.to.address(),
            subject: message.subject.as_deref(),
            text: &message.text,
            html: message.html.as_deref(),
            at,
        };
        match message.to.channel() {
            Channel::Mail => self.mail.send(parcel).await,
            Channel::Sms => self.sms.send(parcel).await,
        }
    }
}

/// A file that takes messages in place of people, one JSON object per line.
#[derive(Debug, Clone)]
pub struct MessageFile {
    path: PathBuf,
}

#[derive(Serialize)]
struct Line<'l> {
    channel: Channel,
    to: &'l str,
    subject: Option<&'l str>,
    text: &'l str,
    at: Timestamp,
}

impl MessageFile {
    /// The file at `path`, made when the first message comes.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Appends `parcel`. Lines of several processes never mix: each is one write at the end of the file.
    pub(super) async fn append(&self, channel: Channel, parcel: Parcel<'_>) -> Result<(), Undelivered> {
        let Parcel { to, subject, text, at, .. } = parcel;
        let line = serde_json::to_vec(&Line { channel, to, subject, text, at });
        let written = match line {
            Ok(line) => self.write(line).await,
            Err(error) => Err(error.into()),
        };
        written.map_err(|error| Undelivered::for_now(format!("file: {}", error.kind())))
    }

    async fn write(&self, mut line: Vec<u8>) -> io::Result<()> {
        line.push(b'\n');
        if let Some(folder) = self.path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        let mut options = tokio::fs::OpenOptions::new();
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.append(true).create(true).open(&self.path).await?;
        // A buffer of the whole line, so that it is one write, which the system does not mix with others.
        file.set_max_buf_size(line.len());
        file.write_all(&line).await?;
        file.flush().await
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn scratch() -> PathBuf {
        std::env::temp_dir().join(format!("gym-messages-{}", uuid::Uuid::new_v4()))
    }

    fn parcel(text: &str) -> Parcel<'_> {
        Parcel {
            key: "k",
            to: "a@b.example",
            subject: Some("S"),
            text,
            html: Some("<p>"),
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[tokio::test]
    async fn a_message_is_a_line_in_a_file_that_only_we_read() {
        let folder = scratch();
        let path = folder.join("deep/messages.jsonl");
        let file = MessageFile::new(&path);
        file.append(Channel::Mail, parcel("one\ntwo \"three\"")).await.unwrap();
        file.append(Channel::Sms, Parcel { subject: None, ..parcel("four") }).await.unwrap();
        let lines = std::fs::read_to_string(&path).unwrap();
        let expected = concat!(
            r#"{"channel":"mail","to":"a@b.example","subject":"S","text":"one\ntwo \"three\"","at":"1970-01-01T00:00:00Z"}"#,
            "\n",
            r#"{"channel":"sms","to":"a@b.example","subject":null,"text":"four","at":"1970-01-01T00:00:00Z"}"#,
            "\n",
        );
        assert_eq!(lines, expected);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn lines_written_at_once_do_not_mix() {
        let path = scratch();
        let long = "x".repeat(100_000);
        let files: Vec<_> = (0..20).map(|_| MessageFile::new(&path)).collect();
        let writes = files.iter().map(|file| file.append(Channel::Sms, parcel(&long)));
        futures_util::future::try_join_all(writes).await.unwrap();
        let lines = std::fs::read_to_string(&path).unwrap();
        assert!(lines.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
        assert_eq!(lines.lines().count(), 20);
        std::fs::remove_file(path).unwrap();
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_written_is_transient() {
        let undelivered =
            MessageFile::new(Path::new("/dev/null/messages")).append(Channel::Sms, parcel("t")).await;
        assert_eq!(undelivered.unwrap_err().kind, FailureKind::Transient);
    }
}
