//! The curl lines of the three source documents' testing sections, word for word but for the host, the tokens and the
//! code, and whether the answers are the documented ones.

mod expected;
mod lines;

use std::{
    fs,
    io::{self, Write as _},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use self::expected::Expected;
use super::{Seeded, messages::newest_code};
use crate::{
    claims::Claims,
    stack::{ran, within},
};

const LIMIT: Duration = Duration::from_secs(30);
const CODE: Duration = Duration::from_secs(10);
/// How much of an answer is shown.
const SHOWN: usize = 2000;

pub(super) fn run(gym: &Seeded) -> anyhow::Result<bool> {
    let mut reader =
        Reader { gym, tokens: Tokens::default(), answer: Answer::default(), claims: Claims::default() };
    for document in lines::DOCUMENTS {
        writeln!(io::stdout(), "    {}", document.name)?;
        for step in document.steps {
            reader.take(step)?;
        }
    }
    Ok(reader.claims.verdict()?)
}

/// A document and what is done for it, in order.
struct Document {
    name: &'static str,
    steps: &'static [Step],
}

enum Step {
    /// One of its lines, and what must be true of the answer.
    Line(&'static str, &'static [Claim]),
    /// Somebody signs in whose token the next lines carry.
    SignIn(&'static str),
    /// The code of this claim arrives, by this channel, at an address with this end.
    Code(&'static str, &'static str, &'static str),
    /// The token of the last answer is the member's from now on.
    KeepMember,
}

/// Its words, the status, and the fields.
struct Claim(&'static str, u16, &'static [(&'static str, Expected)]);

/// What stands for the placeholders of the documents.
#[derive(Debug, Default, Clone)]
struct Tokens {
    staff: String,
    member: String,
    code: String,
}

#[derive(Debug, Default)]
struct Answer {
    status: u16,
    body: String,
}

struct Reader<'gym> {
    gym: &'gym Seeded,
    tokens: Tokens,
    answer: Answer,
    claims: Claims,
}

impl Reader<'_> {
    fn take(&mut self, step: &Step) -> anyhow::Result<()> {
        match step {
            Step::Line(line, claims) => {
                self.answer = self.run(&filled(line, &self.gym.url, &self.tokens))?;
                for Claim(text, status, fields) in *claims {
                    self.claims.add(text, self.answer.has(*status, fields))?;
                }
            }
            Step::SignIn(name) => {
                let body = format!(r#"{{"username":"{name}","password":"demo-gym-2026"}}"#);
                let url = &self.gym.url;
                let line = format!(
                    "curl -X POST {url}/api/auth/login -H 'Content-Type: application/json' -d '{body}'"
                );
                self.answer = self.run(&line)?;
                self.tokens.staff = self.answer.token();
                self.claims.holds(&format!("{name} signs in"), !self.tokens.staff.is_empty())?;
            }
            Step::Code(text, channel, end) => {
                let mut code = None;
                let file = &self.gym.messages;
                within(CODE, || {
                    code = fs::read_to_string(file).ok().and_then(|all| newest_code(&all, channel, end));
                    code.is_some()
                });
                self.claims.holds(text, code.is_some())?;
                // The line that shows a code shows the one by SMS.
                if *channel == "sms" {
                    self.tokens.code = code.unwrap_or_default();
                }
            }
            Step::KeepMember => self.tokens.member = self.answer.token(),
        }
        Ok(())
    }

    /// By a shell, as whoever reads the document would; curl says the status and keeps the body.
    fn run(&self, line: &str) -> anyhow::Result<Answer> {
        let body = self.gym.place.work().join("body");
        fs::write(&body, "")?;
        let script = format!(
            "curl() {{ command curl -sS --max-time 20 -o \"$BODY\" -w '%{{http_code}}' \"$@\"; }}\n{line}"
        );
        let mut shell = Command::new("bash");
        shell.env("BODY", &body).args(["-c", &script]);
        let ended = ran(&mut shell, &self.gym.place.log("line"), LIMIT)?;
        let status = ended.said.trim().parse().with_context(|| format!("{line}\n{}", ended.said))?;
        Ok(Answer { status, body: String::from_utf8_lossy(&fs::read(&body)?).into_owned() })
    }
}

impl Answer {
    fn has(&self, status: u16, fields: &[(&str, Expected)]) -> anyhow::Result<()> {
        let shown: String = self.body.chars().take(SHOWN).collect();
        ensure!(self.status == status, "status {}\n{shown}", self.status);
        let body: Value = serde_json::from_str(&self.body).with_context(|| shown.clone())?;
        for (place, wanted) in fields {
            ensure!(wanted.fits(body.pointer(place)), "{place} is not {wanted:?}\n{shown}");
        }
        Ok(())
    }

    fn token(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body.pointer("/data/access_token").and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

/// The line with what it leaves open.
fn filled(line: &str, url: &str, tokens: &Tokens) -> String {
    line.replace("https://gym.example.com", url)
        .replace("YOUR_ACCESS_TOKEN", &tokens.member)
        .replace("YOUR_TOKEN", &tokens.staff)
        .replace("<staff_token>", &tokens.staff)
        .replace("<client_token>", &tokens.member)
        .replace("\"123456\"", &format!("\"{}\"", tokens.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_line_changes_but_what_it_leaves_open() {
        let tokens = Tokens { staff: "S".to_owned(), member: "M".to_owned(), code: "654321".to_owned() };
        let line = r#"curl https://gym.example.com/api -H "Authorization: Bearer YOUR_ACCESS_TOKEN" -d '{"code": "123456"}'"#;
        let wanted = r#"curl http://here/api -H "Authorization: Bearer M" -d '{"code": "654321"}'"#;
        assert_eq!(filled(line, "http://here", &tokens), wanted);
        assert_eq!(filled("YOUR_TOKEN <staff_token> <client_token>", "", &tokens), "S S M");
    }

    #[test]
    fn an_answer_is_held_against_status_and_fields() {
        let answer = Answer { status: 200, body: r#"{"success":true,"data":{"id":1}}"#.to_owned() };
        assert!(answer.has(200, &[("/success", Expected::True), ("/data/id", Expected::Number)]).is_ok());
        assert!(answer.has(201, &[]).is_err());
        assert!(answer.has(200, &[("/data/name", Expected::Filled)]).is_err());
    }
}
