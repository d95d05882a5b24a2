//! What must hold for the OpenAPI document of each door.

use std::collections::BTreeSet;

use base::testing::assert_committed;
use serde_json::{Map, Value};

use super::operation::{Needs, needs};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Fails unless the document is complete, its parts resolve, and the committed copy at `path` is the same.
pub fn assert_sound(document: &Value, path: &str) {
    let mut found = Findings { document, problems: Vec::new() };
    found.head();
    found.references(document);
    found.schemas();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(document) {
        let id = text(operation, "/operationId");
        found.expect(!id.is_empty() && ids.insert(id), || {
            format!("{method} {path}: operationId `{id}` twice")
        });
        found.operation(path, method, operation);
        found.parameters(path, operation);
        found.responses(id, operation);
    }
    assert!(found.problems.is_empty(), "{}", found.problems.join("\n"));
    let pretty = serde_json::to_string_pretty(document).expect("JSON");
    assert_committed(path, &(pretty + "\n"));
}

/// Path, method and operation, one by one.
pub(super) fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document.pointer("/paths").and_then(Value::as_object).into_iter().flatten();
    paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| Some((path.as_str(), *method, item.get(method)?)))
    })
}

pub(super) fn text<'value>(value: &'value Value, pointer: &str) -> &'value str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn members<'value>(
    value: &'value Value,
    pointer: &str,
) -> impl Iterator<Item = (&'value String, &'value Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

struct Findings<'document> {
    document: &'document Value,
    problems: Vec<String>,
}

impl<'document> Findings<'document> {
    fn expect(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(problem());
        }
    }

    fn resolved<'value>(&self, value: &'value Value) -> &'value Value
    where
        'document: 'value,
    {
        let target = value.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
        target.and_then(|pointer| self.document.pointer(pointer)).unwrap_or(value)
    }

    fn head(&mut self) {
        let document = self.document;
        for pointer in [
            "/info/title",
            "/info/version",
            "/info/description",
            "/info/license/identifier",
            "/servers/0/url",
        ] {
            self.expect(!text(document, pointer).is_empty(), || format!("{pointer} is missing"));
        }
        let schemes: Vec<_> = members(document, "/components/securitySchemes").collect();
        self.expect(schemes.len() == 1, || format!("{} security schemes", schemes.len()));
        let used: BTreeSet<&str> = operations(document).map(|(_, _, one)| text(one, "/tags/0")).collect();
        let tags = document.get("tags").and_then(Value::as_array).into_iter().flatten();
        let described: BTreeSet<&str> = tags.map(|tag| text(tag, "/name")).collect();
        self.expect(used == described, || format!("the tags are {used:?}, described are {described:?}"));
        self.expect(text(document, "/openapi").starts_with("3.1."), || "not OpenAPI 3.1".to_owned());
    }

    fn references(&mut self, value: &Value) {
        if let Some(name) = value.get("$ref").and_then(Value::as_str) {
            let target = name.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
            self.expect(target.is_some(), || format!("{name} leads nowhere"));
        }
        match value {
            Value::Object(members) => members.values().for_each(|member| self.references(member)),
            Value::Array(items) => items.iter().for_each(|item| self.references(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn schemas(&mut self) {
        for (name, schema) in members(self.document, "/components/schemas") {
            let of_the_code = ["Row", "Answer", "Body"].iter().any(|suffix| name.ends_with(suffix));
            self.expect(!of_the_code && !name.contains('_'), || {
                format!("{name} is no name for a client's type")
            });
            for (field, property) in members(schema, "/properties") {
                let variants = property.get("oneOf").and_then(Value::as_array);
                let mut said = variants.into_iter().flatten().chain([property]);
                let is_described = said.any(|part| !text(part, "/description").is_empty());
                // What is named, or is a list of it, is described where its type is.
                let named = ["/$ref", "/items/$ref"];
                let is_described = is_described || named.iter().any(|at| property.pointer(at).is_some());
                self.expect(is_described, || format!("{name}.{field} says nothing"));
            }
        }
    }

    fn operation(&mut self, path: &str, method: &str, operation: &Value) {
        let name = format!("{method} {path}");
        let document = self.document;
        self.expect(text(operation, "/summary").ends_with('.'), || format!("{name}: no sentence"));
        self.expect(!text(operation, "/tags/0").is_empty(), || format!("{name}: no tag"));
        let is_kept = operation.get("deprecated").is_some();
        let says_instead = text(operation, "/description").contains("` instead");
        self.expect(is_kept == says_instead, || format!("{name}: deprecated, and nothing to call instead"));
        let security = operation.get("security").and_then(Value::as_array);
        self.expect(security.is_some(), || format!("{name}: does not say who may"));
        for (scheme, _) in security.into_iter().flatten().filter_map(Value::as_object).flatten() {
            let known = document.pointer(&format!("/components/securitySchemes/{scheme}"));
            self.expect(known.is_some(), || format!("{name}: no scheme {scheme}"));
            let is_for_roles = matches!(needs(operation), Needs::Staff(_));
            self.expect(!is_for_roles || operation.get("x-roles").is_some(), || format!("{name}: no roles"));
        }
        let is_a_file = operation.pointer("/requestBody/content/application~1octet-stream").is_some();
        if let Some(body) = operation.get("requestBody").filter(|_| !is_a_file) {
            self.expect(method != "get" && method != "delete", || format!("{name}: has a body"));
            let schema = body.pointer("/content/application~1json/schema");
            self.expect(schema.is_some(), || format!("{name}: a body without shape"));
            let example = body.pointer("/content/application~1json/example");
            self.expect(example.is_some(), || format!("{name}: a body without example"));
        }
    }

    fn parameters(&mut self, path: &str, operation: &Value) {
        let given = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let mut open: BTreeSet<&str> =
            path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        for parameter in given {
            let parameter = self.resolved(parameter);
            let name = text(parameter, "/name");
            let schema = self.resolved(parameter.get("schema").unwrap_or(&Value::Null));
            let kind = schema.get("type").cloned().unwrap_or_default();
            self.expect(!text(parameter, "/description").is_empty(), || {
                format!("{path}: {name} says nothing")
            });
            if text(parameter, "/in") == "path" {
                self.expect(open.remove(name), || format!("{path}: no {name} in it"));
                let is_filled_in = parameter.get("example").is_some();
                self.expect(is_filled_in, || format!("{path}: no example of {name}"));
                self.expect(kind == "integer" || ["month", "phone"].contains(&name), || {
                    format!("{path}: {name} is {kind}, not an integer")
                });
            } else {
                self.expect(kind.is_string() || kind.is_array(), || format!("{path}: {name} has no type"));
            }
        }
        self.expect(open.is_empty(), || format!("{path}: {open:?} not declared"));
    }

    fn responses(&mut self, id: &str, operation: &Value) {
        let mut classes = BTreeSet::new();
        for (status, response) in members(operation, "/responses") {
            let response = self.resolved(response);
            classes.extend(status.chars().next());
            self.expect(!text(response, "/description").is_empty(), || {
                format!("{id}: {status} says nothing")
            });
            let content: Vec<_> = members(response, "/content").collect();
            let has_shape = content.iter().all(|(_, media)| media.get("schema").is_some());
            self.expect(has_shape && !content.is_empty(), || format!("{id}: {status} has no shape"));
        }
        self.expect(classes.is_superset(&BTreeSet::from(['2', '4', '5'])), || {
            format!("{id}: {classes:?} only")
        });
    }
}
