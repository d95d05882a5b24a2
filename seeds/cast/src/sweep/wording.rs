//! Each field of each body, sent wrong in every way, in both languages: the refusal names the field, in words that somebody
//! at a desk understands.

use base::vocabulary::Language;
use serde_json::{Map, Value, json};

use super::{
    fixture::{Ask, Fixture},
    input::token_of_somebody_entitled,
    operation::Operation,
    swept_gym::{Door, SweptGym, flaw, gather},
    things::{Place, Things},
};
use crate::Answered;

/// JSON that is not what a field holds, or too much of it.
const VALUES: [&str; 16] = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e308",
    "9223372036854775807",
    "99999999999999999999999999",
    "[]",
    "[1]",
    "{}",
    "{\"a\":1}",
    r#""""#,
    r#""x""#,
    r#""\u0000""#,
    r#""\ud800""#,
];
/// Of these no field holds any, so that a refusal can be about nothing else.
const SHAPELESS: [&str; 4] = ["[1]", "{\"a\":1}", r#""\u0000""#, r#""\ud800""#];
/// Words of the parser, in small letters.
const PARSER: [&str; 14] = [
    "`",
    "expected",
    "invalid type",
    "invalid value",
    "invalid digit",
    "invalid length",
    "missing field",
    "unknown variant",
    "unknown field",
    "duplicate field",
    "at line",
    "deserial",
    "struct",
    "u64",
];
/// Latin words that Arabic has no others for.
const BORROWED: [&str; 7] = ["JSON", "QR", "ar", "en", "http", "https", "DC"];
/// Refusals of what a body says, not of how it is written.
const NOT_OF_A_FIELD: [&str; 3] = ["WRONG_PASSWORD", "PASSWORD_UNCHANGED", "INVALID_CODE"];

/// Fails unless every refusal of a body can be read by who is refused.
pub async fn assert_refusals_read_well(door: Door) {
    let mut problems = Vec::new();
    for language in [Language::En, Language::Ar] {
        let swept = gym_that_reads(door, language).await;
        let mut tasks = Vec::new();
        for (operation, fixture) in door.operations(&swept.document, &mut problems) {
            if operation.stem() == operation.id && operation.fields.is_some() {
                tasks.push(read(door, swept.clone(), (operation, fixture), language));
            }
        }
        problems.extend(gather(tasks).await);
    }
    assert!(problems.is_empty(), "{} findings\n{}", problems.len(), problems.join("\n"));
}

/// A gym whose staff chose the language.
async fn gym_that_reads(door: Door, language: Language) -> SweptGym {
    let swept = SweptGym::open(door).await;
    sqlx::query("update staff_users set preferred_language = $1")
        .bind(language.as_str())
        .execute(&swept.gym.db.owner)
        .await
        .expect("a language");
    swept
}

async fn read(
    door: Door,
    swept: SweptGym,
    (operation, fixture): (Operation, Fixture),
    language: Language,
) -> Vec<String> {
    let swept = if fixture.needs_own_gym { gym_that_reads(door, language).await } else { swept };
    let mut problems = Vec::new();
    let mut things = Things::make(&swept.gym, Place::Here).await;
    for (field, value) in wrongs(&operation) {
        let right = (fixture.ask)(&things);
        let token = token_of_somebody_entitled(&swept, &operation, &things).await;
        let caller = swept.caller(token.as_deref()).with("accept-language", language.as_str());
        let body = body(&right, field.as_deref(), value);
        let answered = caller.send(&operation.method, &right.target(&operation), Some(body)).await;
        let found = flaw(&answered).map(str::to_owned).or_else(|| {
            let is_shapeless = SHAPELESS.contains(&value);
            unreadable(&answered, &operation, (field.as_deref(), is_shapeless), language)
        });
        if let Some(found) = found {
            let sent = field.as_deref().unwrap_or("the body");
            problems.push(format!("{} {sent}: {value}: {found}: {}", operation.id, answered.body));
        }
        if answered.status.is_success() {
            things = Things::make(&swept.gym, Place::Here).await;
        }
    }
    problems
}

/// Each field with each value; without a field, the value is all of the body.
fn wrongs(operation: &Operation) -> Vec<(Option<String>, &'static str)> {
    let fields = operation.fields.iter().flatten().map(|field| Some(field.clone()));
    let fields = fields.flat_map(|field| VALUES.map(|value| (field.clone(), value)));
    fields.chain(["[]", "[{}]", "1", r#""x""#].map(|value| (None, value))).collect()
}

fn body(right: &Ask, field: Option<&str>, value: &str) -> Vec<u8> {
    let Some(field) = field else { return value.as_bytes().to_vec() };
    let mut whole: Map<String, Value> = right.body.as_object().cloned().unwrap_or_default();
    whole.insert(field.to_owned(), json!("{spelled}"));
    Value::from(whole).to_string().replacen("\"{spelled}\"", value, 1).into_bytes()
}

/// What a person could not read in the answer, if it is a refusal.
fn unreadable(
    answered: &Answered,
    operation: &Operation,
    (field, is_shapeless): (Option<&str>, bool),
    language: Language,
) -> Option<String> {
    if answered.status.as_u16() < 400 {
        return None;
    }
    let errors = answered.at("/errors").as_object().cloned().unwrap_or_default();
    if answered.status == 400 && !NOT_OF_A_FIELD.contains(&answered.code()) {
        let named = field.unwrap_or("body");
        if is_shapeless && !errors.contains_key(named) {
            return Some(format!("`{named}` is not among the errors"));
        }
        if errors.is_empty() {
            return Some("no field is named".to_owned());
        }
    }
    let keys: Vec<&str> = operation.fields.iter().flatten().map(String::as_str).chain(["body"]).collect();
    let texts = errors.values().filter_map(Value::as_str).chain(answered.at("/message").as_str());
    texts.into_iter().find_map(|text| odd_words(text, &keys, language))
}

fn odd_words(text: &str, keys: &[&str], language: Language) -> Option<String> {
    let small = text.to_lowercase();
    if let Some(word) = PARSER.iter().find(|word| small.contains(*word)) {
        return Some(format!("a word of the parser: {word}"));
    }
    let mut words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    if let Some(key) = words.find(|word| word.contains('_') && !word.starts_with('_')) {
        return Some(format!("a key: {key}"));
    }
    if let Some(key) = keys.iter().find(|key| text.starts_with(&format!("{key}:"))) {
        return Some(format!("a key: {key}"));
    }
    let is_arabic = |char: char| ('\u{600}'..='\u{6ff}').contains(&char);
    let mut latin = text.split(|char: char| !char.is_ascii_alphabetic()).filter(|word| word.len() > 1);
    match language {
        Language::En => text.contains(is_arabic).then(|| "not English".to_owned()),
        Language::Ar if !text.contains(is_arabic) => Some("not Arabic".to_owned()),
        Language::Ar => latin.find(|word| !BORROWED.contains(word)).map(|word| format!("not Arabic: {word}")),
    }
}
