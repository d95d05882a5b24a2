//! How mail leaves.

use lettre::message::Mailbox;
use secrecy::SecretString;
use serde::Deserialize;

use super::{Mode, Section, Setting, field::Field, parse, problems::Problems};

const DEVELOPMENT_ONLY_FROM: &str = "Gym <no-reply@gym.example>";

/// How mail leaves: into a file, or to a mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Whether mail goes into the file of messages or to the mail server.
    pub transport: MailRoute,
    /// Name of the mail server; required for `smtp`.
    pub host: String,
    /// TCP port of the mail server.
    pub port: u16,
    /// How the connection to the mail server is encrypted.
    pub tls: MailTls,
    /// The user at the mail server, if it asks for one; always together with `password`.
    #[serde(deserialize_with = "parse::optional")]
    pub username: Option<String>,
    /// The password of `username`; never sent in clear in production.
    #[serde(deserialize_with = "parse::optional_secret")]
    pub password: Option<SecretString>,
    /// The sender of every mail; production refuses the default one.
    #[serde(deserialize_with = "parse::spelled")]
    pub from: Mailbox,
}

/// Where mail goes when it leaves the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailRoute {
    /// Into the file of messages; nobody gets it.
    File,
    /// To a mail server.
    Smtp,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// No encryption; production refuses to send a password over it.
    None,
    /// Plain at first, then necessarily encrypted (port 587).
    Starttls,
    /// From the first byte (port 465).
    Implicit,
}

impl Section for Mail {
    const NAME: &'static str = "mail";
    const FIELDS: &'static [Field] = &[
        Field::new("transport", "file (development) or smtp.", "file"),
        Field::new("host", "Name of the mail server.", ""),
        Field::new("port", "Port of the mail server.", "587"),
        Field::new("tls", "none, starttls or implicit.", "starttls"),
        Field::new("username", "User at the mail server, if it wants one.", ""),
        Field::new("password", "Password at the mail server.", "").secret(),
        Field::new("from", "Sender of every mail.", DEVELOPMENT_ONLY_FROM),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        if self.username.is_some() != self.password.is_some() {
            let missing = if self.username.is_some() { "PASSWORD" } else { "USERNAME" };
            problems.add(format!("GYM__MAIL__{missing}"), "missing: user and password go together");
        }
        if self.transport == MailRoute::File {
            return;
        }
        if self.host.is_empty() {
            problems.add("GYM__MAIL__HOST", "missing for transport smtp");
        }
        if at.mode == Mode::Production {
            if self.from.to_string() == DEVELOPMENT_ONLY_FROM {
                problems.add("GYM__MAIL__FROM", "the development sender, which production refuses");
            }
            if self.tls == MailTls::None && self.password.is_some() {
                problems
                    .add("GYM__MAIL__TLS", "none would send the password in clear, which production refuses");
            }
        }
    }
}
