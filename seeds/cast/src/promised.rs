//! Holds every answer against the committed documents: whoever generates a client from them believes each word.
//!
//! An operation answers only with statuses that it documents, and with bodies that the schema of the status allows. So
//! each test of one thing also tests that; a shape, a nullable field or a refusal that the document leaves out is found
//! by the first test that meets it.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use chrono::NaiveDateTime;
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::Answered;

/// The documents of both doors; their paths differ.
static DOORS: LazyLock<Vec<Promises>> =
    LazyLock::new(|| ["staff-api", "client-api"].into_iter().map(Promises::read).collect());

/// Fails the test if the document of a door does not promise this answer to `method` at `path`. What no document knows
/// is promised nothing.
#[track_caller]
pub(super) fn hold(method: &str, path: &str, answered: &Answered) {
    let path = path.split('?').next().unwrap_or_default();
    let found = DOORS.iter().find_map(|door| Some((door, door.operation(method, path)?)));
    let Some((door, operation)) = found else { return };
    let status = answered.status.as_u16();
    let body = || String::from_utf8_lossy(&answered.bytes);
    let Some(response) = operation.pointer(&format!("/responses/{status}")) else {
        panic!("{method} {path} answers {status}, which its document does not mention: {}", body());
    };
    let response = door.resolved(response);
    let kind = answered.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default();
    let Some(content) = response.get("content").and_then(|content| content.get(kind)) else {
        panic!("{method} {path} answers {status} as `{kind}`, which its document does not mention");
    };
    let Some(schema) = content.get("schema").filter(|_| kind == "application/json") else { return };
    let validator = door.validator(schema);
    let flaws: Vec<String> = validator
        .iter_errors(&answered.body)
        .take(5)
        .map(|flaw| format!("{}: {flaw}", flaw.instance_path()))
        .collect();
    assert!(
        flaws.is_empty(),
        "{method} {path} answers {status} with what its document does not allow (is openapi.json up to date?):\n{}\n{}",
        flaws.join("\n"),
        body()
    );
}

/// One document, and what was made of it so far.
struct Promises {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Promises {
    fn read(door: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../{door}/openapi.json"));
        let text = fs::read_to_string(&path).expect("the committed document of a door");
        Self { document: serde_json::from_str(&text).expect("JSON"), validators: Mutex::default() }
    }

    /// As the router has it: of two templates that fit, the one with fewer slots.
    fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        let slots = |template: &str| template.matches('{').count();
        let paths = self.document.get("paths").and_then(Value::as_object)?;
        let fitting = paths.iter().filter(|(template, _)| fits(template, path));
        let (_, item) = fitting.min_by_key(|(template, _)| slots(template))?;
        item.get(method.to_ascii_lowercase())
    }

    fn resolved<'value>(&'value self, value: &'value Value) -> &'value Value {
        let target = value.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
        target.and_then(|pointer| self.document.pointer(pointer)).unwrap_or(value)
    }

    fn validator(&self, schema: &Value) -> Arc<Validator> {
        let mut made = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let validator = made.entry(schema.to_string()).or_insert_with(|| {
            let mut whole = schema.clone();
            whole["components"] = json!({ "schemas": self.document["components"]["schemas"] });
            let options = jsonschema::options()
                .with_draft(Draft::Draft202012)
                .should_validate_formats(true)
                .with_format("local-date-time", |text: &str| text.parse::<NaiveDateTime>().is_ok());
            Arc::new(options.build(&whole).expect("a schema"))
        });
        Arc::clone(validator)
    }
}

fn fits(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(slot), Some(part)) if slot.starts_with('{') && slot.ends_with('}') && !part.is_empty() => {}
            (Some(word), Some(part)) if word == part => {}
            _ => return false,
        }
    }
}
