//! Each operation, asked in every wrong way: never a fault, always a refusal that can be read.

use serde_json::{Map, Value, json};

use super::{
    fixture::{Ask, Fixture},
    operation::{Needs, Operation},
    people::STAFF,
    swept_gym::{Door, SweptGym, flaw, gather},
    things::{Place, Things},
};
use crate::Answered;

/// JSON that a field does not expect, or that is too much of what it does.
fn values() -> Vec<String> {
    let plain = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e308",
        "1e999",
        "-9223372036854775808",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999999999",
        "[]",
        "{}",
        "[null]",
        "[[1],{\"a\":[]}]",
        "{\"id\":1}",
        r#""""#,
        r#"" ""#,
        r#""-1""#,
        r#""0""#,
        r#""abc""#,
        r#""9223372036854775808""#,
        r#""\u0000""#,
        r#""a\u0000b""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""😀""#,
        r#""١٢٣""#,
        r#""\u202e\u200b""#,
        r#""%00' or 1=1 --""#,
        r#""2026-02-30""#,
        r#""0000-00-00""#,
        r#""9999-12-31""#,
        r#""-262144-01-01""#,
        r#""+262142-12-31T23:59:59Z""#,
        r#""2026-04-17T25:61:61Z""#,
    ];
    let mut values: Vec<String> = plain.iter().map(|value| (*value).to_owned()).collect();
    values.push(format!("\"{}\"", "x".repeat(60_000)));
    values.push(format!("{}{}", "[".repeat(2_000), "]".repeat(2_000)));
    values
}

/// What does not belong into a path or a query.
const WORDS: [&str; 20] = [
    "abc",
    "-1",
    "0",
    "1.5",
    "1e3",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "99999999999999999999999999",
    "%00",
    "1%00",
    "%ff",
    "%F0%9F%98%80",
    "%D9%A1",
    "%20",
    "1%2F2",
    "'",
    "2026-02-30",
    "9999-12-31",
    "true",
];

/// A request with something wrong in it.
struct Wrong {
    what: String,
    target: String,
    body: Option<Vec<u8>>,
    kind: &'static str,
}

const JSON: &str = "application/json";

/// Fails unless every operation, asked in every wrong way by somebody entitled, answers what can be read.
pub async fn assert_rubbish_is_refused(door: Door) {
    let swept = SweptGym::open(door).await;
    let mut problems = Vec::new();
    let mut tasks = Vec::new();
    for (operation, fixture) in door.operations(&swept.document, &mut problems) {
        if operation.stem() == operation.id {
            tasks.push(asked_wrongly(door, swept.clone(), operation, fixture));
        }
    }
    problems.extend(gather(tasks).await);
    assert!(problems.is_empty(), "{} findings\n{}", problems.len(), problems.join("\n"));
}

async fn asked_wrongly(door: Door, swept: SweptGym, operation: Operation, fixture: Fixture) -> Vec<String> {
    let swept = if fixture.needs_own_gym { SweptGym::open(door).await } else { swept };
    let mut problems = Vec::new();
    let mut things = Things::make(&swept.gym, Place::Here).await;
    let count = wrongs(&operation, &(fixture.ask)(&things)).len();
    for at in 0..count {
        // What an earlier request did may be in the way of this one.
        let Some(wrong) = wrongs(&operation, &(fixture.ask)(&things)).into_iter().nth(at) else { break };
        let answered = send(&swept, &operation, &things, &wrong).await;
        let status = answered.status.as_u16();
        let flaw = if status == 401 && operation.needs != Needs::Nothing {
            Some("signed out")
        } else {
            flaw(&answered)
        };
        if let Some(flaw) = flaw {
            let body: String = String::from_utf8_lossy(&answered.bytes).chars().take(200).collect();
            problems.push(format!("{} {}: {flaw}: {status} {body}", operation.id, wrong.what));
        }
        if answered.status.is_success() && operation.method != "GET" {
            things = Things::make(&swept.gym, Place::Here).await;
        }
    }
    problems
}

async fn send(swept: &SweptGym, operation: &Operation, things: &Things, wrong: &Wrong) -> Answered {
    let token = token_of_somebody_entitled(swept, operation, things).await;
    let caller = swept.caller(token.as_deref()).with("content-type", wrong.kind);
    caller.send(&operation.method, &wrong.target, wrong.body.clone()).await
}

/// The token of somebody who may ask the operation about these things; none where nobody has to be signed in.
pub(super) async fn token_of_somebody_entitled(
    swept: &SweptGym,
    operation: &Operation,
    things: &Things,
) -> Option<String> {
    match operation.needs {
        Needs::Nothing => None,
        Needs::Member => Some(swept.gym.member_token(things.customer.into()).await),
        Needs::Staff(_) | Needs::Anybody => {
            let entitled =
                STAFF.iter().find(|person| person.may(operation.needs)).expect("somebody entitled");
            Some(swept.gym.staff_token(entitled.username).await)
        }
    }
}

fn wrongs(operation: &Operation, right: &Ask) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    for slot in &operation.slots {
        for word in WORDS {
            let mut ask = right.clone();
            ask.slots.retain(|(name, _)| name != slot);
            let target = ask.target(operation).replace(&format!("{{{slot}}}"), word);
            wrongs.push(Wrong { what: format!("{slot}={word}"), target, body: right.bytes(), kind: JSON });
        }
    }
    let long = "x".repeat(60_000);
    for name in &operation.query {
        let mut ask = right.clone();
        ask.query.retain(|(kept, _)| kept != name);
        let target = ask.target(operation);
        let mark = if target.contains('?') { '&' } else { '?' };
        for word in WORDS.into_iter().chain(["", &long, "1&{name}=2"]) {
            let word = word.replace("{name}", name);
            let what = format!("?{name}={}", word.get(..30).unwrap_or(&word));
            wrongs.push(Wrong {
                what,
                target: format!("{target}{mark}{name}={word}"),
                body: right.bytes(),
                kind: JSON,
            });
        }
    }
    if let Some(fields) = &operation.fields {
        wrongs.extend(wrong_bodies(fields, right, &right.target(operation)));
    } else {
        let target = right.target(operation);
        for (what, body) in
            [("a body nobody asked for", b"\x00\xff{".to_vec()), ("a large body", vec![b' '; 70_000])]
        {
            wrongs.push(Wrong {
                what: what.to_owned(),
                target: target.clone(),
                body: Some(body),
                kind: JSON,
            });
        }
    }
    wrongs
}

fn wrong_bodies(fields: &[String], right: &Ask, target: &str) -> Vec<Wrong> {
    let of = |what: String, body: Vec<u8>, kind: &'static str| Wrong {
        what,
        target: target.to_owned(),
        body: Some(body),
        kind,
    };
    let whole = right.body.as_object().cloned().unwrap_or_default();
    let mut wrongs = Vec::new();
    for field in fields {
        for value in values() {
            let what = format!("{field}: {}", value.get(..40).unwrap_or(&value));
            wrongs.push(of(what, spelled(&whole, field, &value), JSON));
        }
        let mut missing = whole.clone();
        if missing.remove(field).is_some() {
            wrongs.push(of(format!("without {field}"), Value::from(missing).to_string().into_bytes(), JSON));
        }
    }
    let text = right.body.to_string();
    let bodies: [(&str, Vec<u8>); 16] = [
        ("nothing", Vec::new()),
        ("blank", b" \n ".to_vec()),
        ("null", b"null".to_vec()),
        ("a list", b"[]".to_vec()),
        ("a list of it", format!("[{text}]").into_bytes()),
        ("a text", br#""x""#.to_vec()),
        ("a number", b"1".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("half of it", text.as_bytes().iter().copied().take(text.len() / 2).collect()),
        ("something after it", format!("{text} x").into_bytes()),
        ("an unknown field", spelled(&whole, "unknown", "1")),
        ("broken UTF-8", b"{\"name\":\"\xff\xfe\xc0\x80\",\"phone\":\"\xed\xa0\x80\"}".to_vec()),
        ("a mark before it", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("NUL", b"{\"\x00\":1}\x00".to_vec()),
        ("depth", format!("{}{}", "{\"a\":".repeat(2_000), "1").into_bytes()),
        ("70 KiB", format!("{{\"a\":\"{}\"}}", "x".repeat(70_000)).into_bytes()),
    ];
    wrongs.extend(bodies.into_iter().map(|(what, body)| of(what.to_owned(), body, JSON)));
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "image/png",
        "application/json; charset=utf-16",
        "json",
    ] {
        wrongs.push(of(format!("as {kind}"), text.clone().into_bytes(), kind));
    }
    wrongs
}

/// The body with `field` spelled as `value`, which need not be JSON.
fn spelled(whole: &Map<String, Value>, field: &str, value: &str) -> Vec<u8> {
    let mut body = whole.clone();
    body.insert(field.to_owned(), json!("{spelled}"));
    Value::from(body).to_string().replacen("\"{spelled}\"", value, 1).into_bytes()
}
