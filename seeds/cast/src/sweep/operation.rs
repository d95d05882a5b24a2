//! An operation, as the document has it.

use base::access::Capability;
use serde_json::{Map, Value};

use super::document::{operations, text};

/// What an operation asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    Staff(Capability),
    Member,
    Anybody,
}

/// An operation of the OpenAPI document, as the sweep asks it.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) needs: Needs,
    /// Names in the path.
    pub(super) slots: Vec<String>,
    /// Names in the query.
    pub(super) query: Vec<String>,
    /// Names in the body, if it takes one.
    pub(super) fields: Option<Vec<String>>,
}

impl Operation {
    /// All operations of a document.
    pub(super) fn all(document: &Value) -> Vec<Self> {
        operations(document)
            .map(|(path, method, operation)| Self::read(document, path, method, operation))
            .collect()
    }

    fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        // Headers are the same everywhere, and named by reference.
        let named = |place: &str| {
            let there = parameters.clone().filter(|parameter| text(parameter, "/in") == place);
            there.map(|parameter| text(parameter, "/name").to_owned()).collect()
        };
        let body = operation.pointer("/requestBody/content/application~1json/schema");
        Self {
            id: text(operation, "/operationId").to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            needs: needs(operation),
            slots: named("path"),
            query: named("query"),
            fields: body.map(|schema| {
                let mut fields = Vec::new();
                collect_fields(document, schema, &mut fields);
                fields
            }),
        }
    }

    /// The operation that an alias stands for.
    pub(super) fn stem(&self) -> &str {
        self.id.strip_suffix("_alias").unwrap_or(&self.id)
    }
}

pub(super) fn needs(operation: &Value) -> Needs {
    let schemes: Vec<(&String, &Value)> = operation
        .get("security")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .flat_map(Map::iter)
        .collect();
    match schemes.as_slice() {
        [] => Needs::Nothing,
        [(scheme, codes)] if *scheme == "staff" => match text(codes, "/0") {
            "" => Needs::Anybody,
            code => {
                let known = Capability::ALL.iter().find(|capability| capability.code() == code);
                Needs::Staff(*known.expect("a capability"))
            }
        },
        _ => Needs::Member,
    }
}

fn collect_fields(document: &Value, schema: &Value, fields: &mut Vec<String>) {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#')) {
        collect_fields(document, document.pointer(name).expect("a schema"), fields);
    }
    for key in ["allOf", "oneOf"] {
        for part in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
            collect_fields(document, part, fields);
        }
    }
    fields.extend(
        schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, _)| name.clone()),
    );
}
