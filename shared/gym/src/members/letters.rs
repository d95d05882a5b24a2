//! The letters that carry a code, in Arabic and English, and the jobs that send them.

use futures_util::{FutureExt as _, future::BoxFuture};
use serde::{Deserialize, Serialize};

use super::{codes::send_code, model::CodePurpose, rules::CODE_LIFE};
use base::{
    platform::{
        delivery::{Message, Recipient},
        outbox::{AnyKind, Failed, JobAttempt, JobKind, Lane, Priority, Retry},
    },
    vocabulary::{GymId, Language, PersonName},
};

/// Longest part of a person's or a gym's name in a text message, in characters; every 70 Arabic or 153 Latin ones cost
/// again.
const SMS_NAME_CHARACTERS: usize = 25;

/// The jobs of this feature.
pub static JOBS: &[&dyn AnyKind] = &[&SEND_CODE, &ACTIVATION_CODE, &PASSWORD_RESET_CODE];

/// Finds whose code it is and writes them a letter. Done twice it writes one.
pub static SEND_CODE: JobKind<CodeRequest> = JobKind {
    name: "send_code",
    version: 1,
    // It is not due when it is written down, so there is nobody to wake.
    priority: Priority::Normal,
    retry: Retry::PROVIDER,
    life: Some(CODE_LIFE),
    is_secret: true,
    lane: |_| Lane::Work,
    read: |_version, payload| serde_json::from_value(payload),
    run: CodeRequest::send,
};

/// Sends the code that opens an account.
pub static ACTIVATION_CODE: JobKind<CodeLetter> = sends_a_code("activation_code");

/// Sends the code that allows a new password.
pub static PASSWORD_RESET_CODE: JobKind<CodeLetter> = sends_a_code("password_reset_code");

/// Sent twice it is the same code, so nothing is lost but a text message.
const fn sends_a_code(name: &'static str) -> JobKind<CodeLetter> {
    JobKind {
        name,
        version: 1,
        priority: Priority::Urgent,
        retry: Retry::PROVIDER,
        life: Some(CODE_LIFE),
        is_secret: true,
        lane: CodeLetter::lane,
        read: |_version, payload| serde_json::from_value(payload),
        run: CodeLetter::send,
    }
}

/// A code that somebody asked for, whether or not anybody has the number.
#[derive(Clone, Serialize, Deserialize)]
pub struct CodeRequest {
    /// The code in the table of codes.
    pub(super) id: i64,
    /// The phone number or e-mail address that was named.
    pub(super) to: Recipient,
    /// The gym whose account it is for; none for the account used last.
    pub(super) gym: Option<GymId>,
    pub(super) purpose: CodePurpose,
    /// The six digits in clear; the outbox blanks them when the job is done.
    pub(super) code: String,
    /// The language of the request; a worker of the release before writes in it to somebody who has not chosen one.
    pub(super) language: Language,
    /// Whether the account signed in before from where it was asked for.
    pub(super) is_from_known_address: bool,
}

/// Shows neither recipient nor code.
impl std::fmt::Debug for CodeRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeRequest").field("id", &self.id).finish_non_exhaustive()
    }
}

impl CodeRequest {
    fn send(self, attempt: JobAttempt<'_>) -> BoxFuture<'_, Result<(), Failed>> {
        async move {
            match send_code(attempt.db, &self, attempt.now).await {
                Ok(true) => Ok(()),
                Ok(false) => Err(Failed::NeedNot),
                Err(error) => Err(Failed::of(&error)),
            }
        }
        .boxed()
    }
}

/// Whose letter it is: the name and the colours of a gym.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letterhead {
    /// What the gym is called.
    pub gym: String,
    /// First colour of its brand, `#RRGGBB`.
    pub primary_color: String,
    /// Second colour of its brand, `#RRGGBB`.
    pub secondary_color: String,
}

/// A letter that carries a one-time code.
#[derive(Clone, Serialize, Deserialize)]
pub struct CodeLetter {
    /// The gym that it comes from; none for an account that does not exist, and in letters of an earlier release.
    #[serde(default)]
    pub letterhead: Option<Letterhead>,
    /// The phone number or e-mail address that it is sent to.
    pub to: Recipient,
    /// What the code is for.
    pub purpose: CodePurpose,
    /// Who is greeted; an account that does not exist has no name.
    pub name: Option<PersonName>,
    /// The six digits in clear; the outbox blanks them when the job is done.
    pub code: String,
    /// The language it is written in: the customer's own, else that of the gym.
    pub language: Language,
}

/// Shows neither recipient nor code.
impl std::fmt::Debug for CodeLetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CodeLetter").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

impl CodeLetter {
    /// The job that sends it.
    pub(super) const fn kind(&self) -> &'static JobKind<Self> {
        match self.purpose {
            CodePurpose::Activation => &ACTIVATION_CODE,
            CodePurpose::PasswordReset => &PASSWORD_RESET_CODE,
        }
    }

    const fn lane(&self) -> Lane {
        self.to.lane()
    }

    fn send(self, attempt: JobAttempt<'_>) -> BoxFuture<'_, Result<(), Failed>> {
        async move { attempt.send(&self.message()).await }.boxed()
    }

    /// What its recipient reads.
    pub fn message(&self) -> Message {
        let (subject, text, html) = match &self.to {
            Recipient::Sms(_) => (None, self.sms(), None),
            Recipient::Mail(_) => (Some(self.introduction(self.gym())), self.text(), Some(self.html())),
        };
        Message { to: self.to.clone(), subject, text, html }
    }

    /// What the code is for, at which gym; as the subject, or before the code itself.
    fn introduction(&self, gym: &str) -> String {
        match (self.purpose, self.language) {
            (CodePurpose::Activation, Language::Ar) => format!("رمز تفعيل حسابك في {gym}"),
            (CodePurpose::Activation, Language::En) => format!("Your {gym} activation code"),
            (CodePurpose::PasswordReset, Language::Ar) => {
                format!("رمز تعيين كلمة مرور جديدة لحسابك في {gym}")
            }
            (CodePurpose::PasswordReset, Language::En) => format!("Your code for a new {gym} password"),
        }
    }

    /// The name of the gym, or the word for one.
    fn gym(&self) -> &str {
        match (&self.letterhead, self.language) {
            (Some(letterhead), _) => &letterhead.gym,
            (None, Language::Ar) => "النادي",
            (None, Language::En) => "gym",
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
            Language::Ar => left_to_right(&self.code),
            Language::En => self.code.clone(),
        }
    }

    fn name(&self) -> &str {
        self.name.as_ref().map_or("", PersonName::as_str)
    }

    fn sms(&self) -> String {
        let short = |text: &str| text.chars().take(SMS_NAME_CHARACTERS).collect::<String>();
        let (name, gym) = (short(self.name()), short(self.gym()));
        let (greeting, introduction) = (self.greeting(name.trim_end()), self.introduction(gym.trim_end()));
        format!("{greeting} {introduction}: {} {}", self.plain_code(), self.validity())
    }

    fn text(&self) -> String {
        let (greeting, introduction) = (self.greeting(self.name()), self.introduction(self.gym()));
        let (code, validity, caution) = (self.plain_code(), self.validity(), self.caution());
        format!("{greeting}\n\n{introduction}:\n\n    {code}\n\n{validity}\n{caution}\n")
    }

    /// The colours of the gym as edges of the page: text on them could be as pale as they are.
    fn colours(&self) -> (&str, &str) {
        let own =
            self.letterhead.as_ref().map(|own| (own.primary_color.as_str(), own.secondary_color.as_str()));
        own.filter(|(first, second)| is_colour(first) && is_colour(second)).unwrap_or(("#18181b", "#71717a"))
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
        let gym = escaped(self.gym());
        let (subject, greeting) = (self.introduction(&gym), self.greeting(&name));
        let introduction = self.introduction(&format!("<bdi>{gym}</bdi>"));
        let head = self.letterhead.as_ref().map_or("", |_| gym.as_str());
        let (first, second) = self.colours();
        let (code, validity, caution) = (escaped(&self.code), self.validity(), self.caution());
        format!(
            r#"<!doctype html>
<html lang="{language}" dir="{direction}">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="margin:0;padding:24px;background:#f4f4f5;font-family:Arial,sans-serif;color:#18181b">
<div style="max-width:480px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px;border-top:6px solid {first};border-bottom:2px solid {second}">
<p style="font-size:20px;margin-top:0"><strong><bdi>{head}</bdi></strong></p>
<p>{greeting}</p>
<p>{introduction}:</p>
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

/// Whether it is `#RRGGBB`, and so nothing else that a style could say.
fn is_colour(text: &str) -> bool {
    let digits = text.strip_prefix('#').unwrap_or_default();
    digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
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
    use super::*;
    use base::vocabulary::{Email, Phone};

    fn nile() -> Letterhead {
        let colour = |text: &str| text.to_owned();
        Letterhead {
            gym: "Nile Fitness".to_owned(),
            primary_color: colour("#0F766E"),
            secondary_color: colour("#F59E0B"),
        }
    }

    fn every_text(name: Option<&str>) -> Vec<(Language, Message)> {
        texts_of(name.map(|_| nile()).as_ref(), name)
    }

    fn texts_of(letterhead: Option<&Letterhead>, name: Option<&str>) -> Vec<(Language, Message)> {
        let name = name.map(|name| PersonName::parse(name).unwrap());
        let recipients = [
            Recipient::Mail(Email::parse("a@b.example").unwrap()),
            Recipient::Sms(Phone::parse("01001234567").unwrap()),
        ];
        let mut texts = Vec::new();
        for purpose in CodePurpose::ALL {
            for language in [Language::Ar, Language::En] {
                for to in recipients.clone() {
                    let code = "012345".to_owned();
                    let (letterhead, name) = (letterhead.cloned(), name.clone());
                    let letter = CodeLetter { letterhead, to, purpose: *purpose, name, code, language };
                    texts.push((language, letter.message()));
                }
            }
        }
        texts
    }

    #[test]
    fn a_letter_is_read_as_it_was_written_and_hides_in_logs() {
        let to = Recipient::Mail(Email::parse("a@b.example").unwrap());
        let (purpose, language) = (CodePurpose::PasswordReset, Language::Ar);
        let letterhead = Some(nile());
        let letter = CodeLetter { letterhead, to, purpose, name: None, code: "012345".to_owned(), language };
        assert_eq!(letter.kind().name, "password_reset_code");
        let mut payload = serde_json::to_value(&letter).unwrap();
        let read = (letter.kind().read)(1, payload.clone()).unwrap();
        assert_eq!(read.message(), letter.message());
        assert!(!format!("{letter:?} {:?}", letter.message()).contains("012345"));
        payload.as_object_mut().unwrap().remove("letterhead");
        let earlier = (letter.kind().read)(1, payload).unwrap();
        assert!(earlier.message().text.contains("النادي"), "a letter of an earlier release");
    }

    #[test]
    fn every_text_names_the_gym_and_mails_wear_its_colours() {
        for (_, message) in every_text(Some("Mona")) {
            assert!(message.text.contains("Nile Fitness"), "{}", message.text);
            if let Some(html) = message.html {
                assert!(html.contains("solid #0F766E") && html.contains("solid #F59E0B"), "{html}");
                assert!(html.contains("<strong><bdi>Nile Fitness</bdi></strong>"), "{html}");
                assert!(message.subject.is_some_and(|subject| subject.contains("Nile Fitness")));
            }
        }
        let odd = Letterhead {
            gym: "<b>Fit & Co".to_owned(),
            primary_color: "red;background:url(x)".to_owned(),
            ..nile()
        };
        for html in texts_of(Some(&odd), None).into_iter().filter_map(|(_, message)| message.html) {
            assert!(html.contains("&lt;b&gt;Fit &amp; Co") && !html.contains("url("), "{html}");
        }
    }

    #[test]
    fn every_text_has_name_code_and_time_and_ends_with_the_code() {
        for (_, message) in every_text(Some("Mona")) {
            for body in std::iter::once(&message.text).chain(&message.html) {
                assert!(body.contains("Mona") && body.contains("012345") && body.contains("10"), "{body}");
                let mut sixes = body.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 6);
                assert!(sixes.all(|digits| digits == "012345"), "{body}");
            }
            assert_eq!(message.subject.is_some(), message.html.is_some());
        }
    }

    #[test]
    fn arabic_texts_run_right_to_left_with_their_digits_kept_together() {
        for (language, message) in every_text(Some("منى")) {
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
            .filter(|(language, m)| *language == Language::En && m.html.is_none());
        assert!(sms.map(|(_, message)| message.text).all(|text| text.is_ascii() && text.len() <= 160));
    }

    #[test]
    fn a_name_cannot_write_html() {
        for (_, message) in every_text(Some("<b>\"O'Hara\" & co")) {
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
        for (_, message) in every_text(Some(&name)).into_iter().filter(|(_, message)| message.html.is_none())
        {
            assert!(message.text.chars().count() <= 140, "{}", message.text);
        }
    }

    #[test]
    fn nobody_is_greeted_without_a_hole() {
        for (_, message) in every_text(None) {
            let greeted = message.text.starts_with("Hello, ") || message.text.starts_with("Hello,\n");
            assert!(greeted || message.text.starts_with("مرحباً،"), "{}", message.text);
        }
    }
}
