//! What messages say, in Arabic and English.

use chrono::TimeDelta;

use super::outbox::{Kind, Message, Recipient};
use crate::vocabulary::{Language, PersonName, Timestamp};

/// How long a code is good for; every text says so.
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);

/// Longest part of a name in a text message, in characters; every 70 Arabic or 153 Latin ones cost again.
const SMS_NAME_CHARACTERS: usize = 30;

/// A message that carries a one-time code.
#[derive(Clone, Copy)]
pub struct CodeMessage<'m> {
    /// What the code is for.
    pub kind: Kind,
    /// Who is greeted; an account that does not exist has no name.
    pub name: Option<&'m PersonName>,
    /// The code.
    pub code: &'m str,
    /// In which language.
    pub language: Language,
}

impl CodeMessage<'_> {
    /// The message to `recipient`, of use until the code is not.
    pub fn to(&self, recipient: Recipient, now: Timestamp) -> Message {
        let (subject, text, html) = match &recipient {
            Recipient::Sms(_) => (None, self.sms(), None),
            Recipient::Mail(_) => (Some(self.subject().to_owned()), self.text(), Some(self.html())),
        };
        let expires_at = now.checked_add_signed(CODE_LIFE);
        Message { kind: self.kind, recipient, subject, text, html, expires_at }
    }

    fn subject(&self) -> &'static str {
        match (self.kind, self.language) {
            (Kind::ActivationCode, Language::Ar) => "رمز تفعيل حسابك في النادي",
            (Kind::ActivationCode, Language::En) => "Your gym activation code",
            (Kind::PasswordResetCode, Language::Ar) => "رمز تعيين كلمة مرور جديدة",
            (Kind::PasswordResetCode, Language::En) => "Your code for a new password",
        }
    }

    /// Says what the code is for; the code follows.
    fn introduction(&self) -> &'static str {
        match (self.kind, self.language) {
            (Kind::ActivationCode, Language::Ar) => "رمز تفعيل حسابك في النادي:",
            (Kind::ActivationCode, Language::En) => "Your gym activation code:",
            (Kind::PasswordResetCode, Language::Ar) => "رمز تعيين كلمة مرور جديدة لحسابك في النادي:",
            (Kind::PasswordResetCode, Language::En) => "Your code for a new gym password:",
        }
    }

    fn greeting(&self, name: &str) -> String {
        match (self.language, name.is_empty()) {
            (Language::Ar, true) => "مرحباً،".to_owned(),
            (Language::Ar, false) => format!("مرحباً {name}،"),
            (Language::En, true) => "Hello,".to_owned(),
            (Language::En, false) => format!("Hello {name},"),
        }
    }

    fn validity(&self) -> String {
        let minutes = CODE_LIFE.num_minutes();
        match self.language {
            Language::Ar => format!("صالح لمدة {} دقائق.", left_to_right(&minutes.to_string())),
            Language::En => format!("It is valid for {minutes} minutes."),
        }
    }

    fn caution(&self) -> &'static str {
        match self.language {
            Language::Ar => "لا تعطِ هذا الرمز لأحد. إذا لم تطلبه فتجاهل هذه الرسالة.",
            Language::En => {
                "Do not give this code to anybody. If you did not ask for it, ignore this message."
            }
        }
    }

    /// The code as it stands in plain text.
    fn plain_code(&self) -> String {
        match self.language {
            Language::Ar => left_to_right(self.code),
            Language::En => self.code.to_owned(),
        }
    }

    fn name(&self) -> &str {
        self.name.map_or("", PersonName::as_str)
    }

    fn sms(&self) -> String {
        let name: String = self.name().chars().take(SMS_NAME_CHARACTERS).collect();
        let greeting = self.greeting(name.trim_end());
        format!("{greeting} {} {} {}", self.introduction(), self.plain_code(), self.validity())
    }

    fn text(&self) -> String {
        let (greeting, introduction) = (self.greeting(self.name()), self.introduction());
        let (code, validity, caution) = (self.plain_code(), self.validity(), self.caution());
        format!("{greeting}\n\n{introduction}\n\n    {code}\n\n{validity}\n{caution}\n")
    }

    fn html(&self) -> String {
        let (language, direction) = match self.language {
            Language::Ar => ("ar", "rtl"),
            Language::En => ("en", "ltr"),
        };
        let name = match self.name() {
            "" => String::new(),
            name => format!("<bdi>{}</bdi>", escaped(name)),
        };
        let (subject, greeting, introduction) = (self.subject(), self.greeting(&name), self.introduction());
        let (code, validity, caution) = (escaped(self.code), self.validity(), self.caution());
        format!(
            r#"<!doctype html>
<html lang="{language}" dir="{direction}">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px;background:#f4f4f5;font-family:Arial,sans-serif;color:#18181b">
<div style="max-width:480px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px">
<p>{greeting}</p>
<p>{introduction}</p>
<p style="font-size:32px;letter-spacing:6px;text-align:center"><strong><bdi dir="ltr">{code}</bdi></strong></p>
<p>{validity}</p>
<p style="color:#71717a;font-size:13px">{caution}</p>
</div>
</body>
</html>
"#
        )
    }
}

/// Digits in Arabic text would otherwise be arranged with their neighbours.
fn left_to_right(digits: &str) -> String {
    format!("\u{2066}{digits}\u{2069}")
}

/// Text as it stands between tags.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::vocabulary::{Email, Phone};

    fn every_text(name: Option<&str>) -> Vec<(Kind, Language, Message)> {
        let name = name.map(|name| PersonName::parse(name).unwrap());
        let recipients = [
            Recipient::Mail(Email::parse("a@b.example").unwrap()),
            Recipient::Sms(Phone::parse("01001234567").unwrap()),
        ];
        let mut texts = Vec::new();
        for kind in [Kind::ActivationCode, Kind::PasswordResetCode] {
            for language in [Language::Ar, Language::En] {
                for recipient in &recipients {
                    let message = CodeMessage { kind, name: name.as_ref(), code: "012345", language };
                    texts.push((kind, language, message.to(recipient.clone(), DateTime::UNIX_EPOCH)));
                }
            }
        }
        texts
    }

    #[test]
    fn every_text_has_name_code_and_time_and_ends_with_the_code() {
        for (kind, language, message) in every_text(Some("Mona")) {
            for body in std::iter::once(&message.text).chain(&message.html) {
                assert!(body.contains("Mona") && body.contains("012345") && body.contains("10"), "{body}");
                let mut sixes = body.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 6);
                assert!(sixes.all(|digits| digits == "012345"), "{body}");
            }
            assert_eq!(message.kind, kind);
            assert_eq!(message.subject.is_some(), message.html.is_some());
            assert_eq!(message.expires_at, DateTime::from_timestamp(600, 0), "{language}");
        }
    }

    #[test]
    fn arabic_texts_run_right_to_left_with_their_digits_kept_together() {
        for (_, language, message) in every_text(Some("منى")) {
            let isolated = message.text.contains("\u{2066}012345\u{2069}")
                && message.text.contains("\u{2066}10\u{2069}");
            assert_eq!(isolated, language == Language::Ar, "{}", message.text);
            if let Some(html) = message.html {
                assert_eq!(html.contains(r#"<html lang="ar" dir="rtl">"#), language == Language::Ar);
                assert!(html.contains(r#"<bdi dir="ltr">012345</bdi>"#));
            }
        }
    }

    #[test]
    fn english_text_messages_need_no_more_than_the_plain_alphabet() {
        let sms = every_text(Some("Mona"))
            .into_iter()
            .filter(|(_, language, m)| *language == Language::En && m.html.is_none());
        assert!(sms.map(|(_, _, message)| message.text).all(|text| text.is_ascii() && text.len() <= 160));
    }

    #[test]
    fn a_name_cannot_write_html() {
        for (_, _, message) in every_text(Some("<b>\"O'Hara\" & co")) {
            if let Some(html) = message.html {
                assert!(
                    html.contains("&lt;b&gt;&quot;O&#39;Hara&quot; &amp; co") && !html.contains("<b>"),
                    "{html}"
                );
            }
        }
    }

    #[test]
    fn a_long_name_does_not_lengthen_a_text_message_for_ever() {
        let name = "م".repeat(100);
        for (_, _, message) in
            every_text(Some(&name)).into_iter().filter(|(_, _, message)| message.html.is_none())
        {
            assert!(message.text.chars().count() <= 140, "{}", message.text);
        }
    }

    #[test]
    fn nobody_is_greeted_without_a_hole() {
        for (_, _, message) in every_text(None) {
            let greeted = message.text.starts_with("Hello, ") || message.text.starts_with("Hello,\n");
            assert!(greeted || message.text.starts_with("مرحباً،"), "{}", message.text);
        }
    }
}
