//! How text messages leave.

use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;

use super::{Mode, Section, Setting, field::Field, parse, problems::Problems};

/// How text messages leave: into a file, or to a provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Whether text messages go into the file of messages or to the provider.
    pub transport: SmsRoute,
    /// Address of Twilio, or of a gateway with the same API; HTTPS in production, except on this machine.
    #[serde(deserialize_with = "parse::spelled")]
    pub base_url: Url,
    /// The account at the provider: letters, digits, `-` and `_`.
    pub account_sid: String,
    /// The secret of the account, sent with every message.
    #[serde(deserialize_with = "parse::optional_secret")]
    pub auth_token: Option<SecretString>,
    /// The sender: a number, or a registered name.
    pub from: String,
}

/// Where text messages go when they leave the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmsRoute {
    /// Into the file of messages; nobody gets it.
    File,
    /// To Twilio, or to a gateway with the same API.
    Twilio,
}

impl Section for Sms {
    const NAME: &'static str = "sms";
    const FIELDS: &'static [Field] = &[
        Field::new("transport", "file (development) or twilio.", "file"),
        Field::new(
            "base_url",
            "Address of Twilio, or of a gateway that speaks as it does.",
            "https://api.twilio.com",
        ),
        Field::new("account_sid", "Account at the provider.", ""),
        Field::new("auth_token", "Token of the account.", "").secret(),
        Field::new("from", "Sender: a number in international form, or a registered name.", ""),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        if self.transport == SmsRoute::File {
            return;
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if self.account_sid.is_empty() || !self.account_sid.chars().all(is_word) {
            problems.add("GYM__SMS__ACCOUNT_SID", "missing for transport twilio, or not letters and digits");
        }
        if self.auth_token.is_none() {
            problems.add("GYM__SMS__AUTH_TOKEN", "missing for transport twilio");
        }
        if self.from.is_empty() || self.from.len() > 20 || self.from.chars().any(char::is_control) {
            problems.add("GYM__SMS__FROM", "missing for transport twilio, or longer than 20");
        }
        match self.base_url.scheme() {
            "https" => {}
            "http" if at.mode == Mode::Development || is_this_machine(&self.base_url) => {}
            "http" => problems
                .add("GYM__SMS__BASE_URL", "http would send the token in clear, which production refuses"),
            _ => problems.add("GYM__SMS__BASE_URL", "neither http nor https"),
        }
        if self.base_url.query().is_some()
            || self.base_url.fragment().is_some()
            || !self.base_url.username().is_empty()
        {
            problems.add("GYM__SMS__BASE_URL", "more than scheme, host, port and path");
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}
