//! What the page of each document fills in, sent to the demo gym from top to bottom: nothing of it is refused.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::demo_stack::{DemoStack, code_in};

/// The caller's own part of an example: a path with its slots filled in, and the body.
struct Filled {
    method: String,
    path: String,
    body: Option<Value>,
}

/// As the document has it: the page knows nothing else.
fn filled(document: &Value, id: &str) -> Filled {
    let items = document["paths"].as_object().unwrap();
    let mut operations = items.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
    });
    let (path, method, operation) =
        operations.find(|(.., operation)| operation["operationId"] == id).unwrap_or_else(|| panic!("{id}?"));
    let slots = operation["parameters"].as_array().unwrap().iter().filter(|one| one["in"] == "path");
    let path = slots.fold(path.clone(), |path, slot| {
        let example = slot["example"].to_string();
        path.replace(&format!("{{{}}}", slot["name"].as_str().unwrap()), example.trim_matches('"'))
    });
    let body = operation.pointer("/requestBody/content/application~1json/example").cloned();
    Filled { method: method.to_uppercase(), path, body }
}

/// What only the moment knows: a code that was just sent, a token that was just handed out.
async fn completed(demo: &DemoStack, mut body: Value) -> Value {
    for field in ["activation_code", "code"] {
        if body.get("identifier").is_some() && body.get(field).is_some() {
            body[field] = code_in(demo.delivered().await.last().unwrap()).into();
        }
    }
    if body.get("refresh_token").is_some() {
        let (_, answer) = demo.sign_in_by_code("customer@example.com").await;
        body["refresh_token"] = answer.at("/data/refresh_token").clone();
    }
    body
}

async fn send_all(demo: &DemoStack, document: &Value, examples: &str) -> BTreeSet<String> {
    let examples: Vec<Value> = serde_json::from_str(examples).unwrap();
    let mut sent = BTreeSet::new();
    for example in &examples {
        let id = example["operation"].as_str().unwrap();
        let Filled { method, path, body } = filled(document, id);
        let caller = match example.get("as").and_then(Value::as_str) {
            None if path.starts_with("/api/clients/") => demo.visitor(),
            None => demo.stranger(),
            Some("member") => demo.documented(1).await,
            // What a password proves is one account; there are others to go to after a code.
            Some("member by code") => demo.sign_in_by_code("01234567890").await.0,
            Some(username) => demo.works(username).await,
        };
        let body = match body {
            Some(body) => Some(completed(demo, body).await.to_string().into_bytes()),
            None => None,
        };
        let answer = caller.send(&method, &path, body).await;
        assert!(answer.status.is_success(), "{id}: {} {}", answer.status, answer.body);
        sent.insert(id.to_owned());
    }
    sent
}

#[tokio::test]
async fn the_examples_of_the_staff_document_work_on_the_demo_gym() {
    let demo = DemoStack::open().await;
    let (_, document) = staff_api::router(demo.gym.staff_app());
    let sent = send_all(&demo, &document, include_str!("../../../../staff-api/src/examples.json")).await;
    assert!(sent.len() > 45, "{sent:?}");
    demo.is_sound().await;
}

#[tokio::test]
async fn the_examples_of_the_members_document_work_on_the_demo_gym() {
    let demo = DemoStack::open().await;
    let (_, document) = client_api::router(demo.gym.client_app());
    let sent = send_all(&demo, &document, include_str!("../../../../client-api/src/examples.json")).await;
    assert_eq!(sent.len(), 9, "{sent:?}");
    demo.is_sound().await;
}
