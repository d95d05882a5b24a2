//! Handing a message to whoever carries it.

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

/// The way a message takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    Mail,
    /// Text message.
    Sms,
}

/// Whom a message reaches, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// By mail.
    Mail(Email),
    /// By text message.
    Sms(Phone),
}

impl Recipient {
    /// The way to them.
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Mail(_) => Channel::Mail,
            Self::Sms(_) => Channel::Sms,
        }
    }

    /// Where a message to them waits its turn.
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
    /// Whom it reaches.
    pub to: Recipient,
    /// Its subject, if its channel has one.
    pub subject: Option<String>,
    /// Its words.
    pub text: String,
    /// Its words once more, for mail programs that show pages.
    pub html: Option<String>,
}

/// Shows neither recipient nor words.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("channel", &self.to.channel()).finish_non_exhaustive()
    }
}

/// A message on its way.
#[derive(Clone, Copy)]
pub struct Parcel<'p> {
    /// The same for every attempt on one message, and for no other message.
    pub key: &'p str,
    /// The address or number.
    pub to: &'p str,
    /// The subject, if the channel has one.
    pub subject: Option<&'p str>,
    /// The words.
    pub text: &'p str,
    /// The words as a page.
    pub html: Option<&'p str>,
    /// The moment of this attempt.
    pub at: Timestamp,
}

/// A message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Whether another attempt makes sense.
    pub hope: Hope,
    /// Class and number of the failure; never words of the provider, which may repeat the message.
    pub reason: String,
}

/// Whether another attempt makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hope {
    /// It may go better later.
    Left,
    /// It never will.
    Lost,
}

impl Undelivered {
    /// It may go better later.
    pub(super) fn for_now(reason: impl Into<String>) -> Self {
        Self { hope: Hope::Left, reason: reason.into() }
    }

    /// It never will.
    pub(super) fn for_good(reason: impl Into<String>) -> Self {
        Self { hope: Hope::Lost, reason: reason.into() }
    }
}

/// Whoever carries messages, by channel.
#[derive(Debug, Clone)]
pub struct Senders {
    /// Who carries mail.
    pub mail: MailTransport,
    /// Who carries text messages.
    pub sms: SmsTransport,
}

/// A provider cannot be spoken to at all.
#[derive(Debug, thiserror::Error)]
pub enum SendersUnusable {
    /// The trust in mail servers cannot be set up.
    #[error("TLS towards the mail server cannot be set up")]
    MailTls(#[source] lettre::transport::smtp::Error),
    /// The client for the SMS provider cannot be set up.
    #[error("the client of the SMS provider cannot be set up")]
    SmsClient(#[source] reqwest::Error),
}

impl Senders {
    /// Those that the configuration names.
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
    async fn a_file_that_cannot_be_written_leaves_hope() {
        let undelivered =
            MessageFile::new(Path::new("/dev/null/messages")).append(Channel::Sms, parcel("t")).await;
        assert_eq!(undelivered.unwrap_err().hope, Hope::Left);
    }
}
