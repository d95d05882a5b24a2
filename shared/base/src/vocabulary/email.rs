//! E-mail addresses in one form.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{field_errors, localized::from_text, text::is_invisible};

/// Longest address that mail servers carry (RFC 5321).
const EMAIL_MAX: usize = 254;

/// An e-mail address in small letters, checked to be one.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, sqlx::Type, ToSchema)]
#[serde(into = "String")]
#[sqlx(transparent)]
pub struct Email(String);

field_errors! {
    /// Text that is not an e-mail address.
    pub struct EmailInvalid => "EMAIL_INVALID",
        en: "This is not an e-mail address",
        ar: "البريد الإلكتروني غير صحيح",
        display: "this is not an e-mail address";
}

impl Email {
    /// Reads an address as people type it.
    pub fn parse(text: &str) -> Result<Self, EmailInvalid> {
        let text: String = text.trim().chars().filter(|char| !is_invisible(*char)).collect();
        let text = text.trim().to_lowercase();
        let (_, domain) = text.rsplit_once('@').ok_or(EmailInvalid)?;
        // Quoted names and bare hosts are addresses by the book, but here they are mistakes; letters
        // beyond ASCII need a mail server that few have.
        let odd =
            |char: char| char.is_whitespace() || char.is_control() || matches!(char, '"' | '[' | '<' | '>');
        if !text.is_ascii() || text.len() > EMAIL_MAX || text.contains(odd) || !domain.contains('.') {
            return Err(EmailInvalid);
        }
        match text.parse::<lettre::Address>() {
            Ok(_) => Ok(Self(text)),
            Err(_why) => Err(EmailInvalid),
        }
    }

    /// The address in small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Shows the first letter at most: addresses never reach a log.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({}…)", self.0.chars().next().unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from_text(from, Self::parse)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_an_address_are_one() {
        for text in ["ahmed@example.com", "  Ahmed@Example.COM ", "\u{200e}AHMED@example.com"] {
            assert_eq!(Email::parse(text).unwrap().as_str(), "ahmed@example.com", "{text}");
        }
        assert!(Email::parse("a.b+gym@mail.example.co").is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "a".repeat(250));
        for text in [
            "",
            "@",
            "a@",
            "@b.com",
            "a@b",
            "a b@c.com",
            "a@b..com",
            "a@b.com\r\nbcc: x@y.com",
            "a\0@b.com",
            "a@b.com,c@d.com",
            "\"a b\"@c.com",
            "a@[127.0.0.1]",
            "Ahmed <a@b.com>",
            "a@@b.com",
            "أحمد@example.com",
            long.as_str(),
        ] {
            assert_eq!(Email::parse(text), Err(EmailInvalid), "{text:?}");
        }
    }

    #[test]
    fn an_address_hides_in_logs() {
        assert_eq!(format!("{:?}", Email::parse("ahmed@example.com").unwrap()), "Email(a…)");
    }

    proptest! {
        #[test]
        fn a_taken_address_is_taken_again_unchanged(text in "\\PC{0,20}@\\PC{0,20}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
            }
        }
    }
}
