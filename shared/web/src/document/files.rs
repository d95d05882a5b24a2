//! Lists and reports that are also to be had as a file: said once for all of them.

use serde_json::{Value, json};

const FILES: [&str; 2] = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

/// Adds to every operation with a `format` that may be `csv` what a file is, and how it may be refused.
pub(super) fn describe(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, operation) in paths.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        if !is_file(operation) {
            continue;
        }
        if let Some(content) = operation.pointer_mut("/responses/200/content") {
            for kind in FILES {
                content[kind] = json!({ "schema": { "type": "string", "format": "binary" } });
            }
        }
        let refused = operation.pointer_mut("/responses/400/description");
        if let Some(Value::String(codes)) = refused {
            codes.push_str(", FILE_TOO_LONG, REPORT_TOO_LONG");
        }
    }
}

fn is_file(operation: &Value) -> bool {
    let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    parameters.into_iter().any(|parameter| {
        parameter.get("name").and_then(Value::as_str) == Some("format")
            && parameter.to_string().contains("\"csv\"")
    })
}
