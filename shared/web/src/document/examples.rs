//! Examples that work: what the page fills in is what a test has sent to the demo gym.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// Writes the examples, a list in JSON, into the operations that they name and into the aliases of these.
///
/// Each has `operation`, and where it is needed `path` with what stands in the path and `body`. Who may send it, `as`,
/// is for the test.
pub(super) fn fill(document: &mut Value, examples: &str) {
    // Nothing is filled in from a list that is none; the sweep would find every body without an example.
    let examples: Vec<Value> = serde_json::from_str(examples).unwrap_or_default();
    let of: HashMap<&str, &Value> =
        examples.iter().filter_map(|one| Some((one.get("operation")?.as_str()?, one))).collect();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, operation) in paths.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        let named = |key: &str| operation.get(key).and_then(Value::as_str).and_then(|id| of.get(id).copied());
        let Some(example) = named("operationId").or_else(|| named("x-alias-of")) else { continue };
        if let Some(content) = operation.pointer_mut("/requestBody/content/application~1json")
            && let Some(body) = example.get("body")
        {
            content["example"] = body.clone();
        }
        let in_path = example.get("path").and_then(Value::as_object);
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(value) =
                in_path.and_then(|path: &Map<String, Value>| path.get(parameter["name"].as_str()?))
            {
                parameter["example"] = value.clone();
            }
        }
    }
}
