//! Several addresses of one thing: which of them to call, and that the others are kept for installed apps.

use std::collections::HashMap;

use serde_json::Value;
use utoipa::openapi::{Deprecated, OpenApi, extensions::ExtensionsBuilder, path::Operation};

use super::operations;

/// What an alias says it is one of: the `operationId` of the address to call.
const ALIAS_OF: &str = "x-alias-of";

/// Marks one operation as kept for installed apps, which are to call `id` one day.
pub(crate) fn mark(operation: &mut Operation, id: &str) {
    operation.deprecated = Some(Deprecated::True);
    let extension = ExtensionsBuilder::new().add(ALIAS_OF, id).build();
    operation.extensions.get_or_insert_default().merge(extension);
}

/// Marks every operation as an alias of another path, kept for installed apps.
pub fn mark_as_alias(api: &mut OpenApi, suffix: &str) {
    for operation in api.paths.paths.values_mut().flat_map(operations) {
        let Some(id) = operation.operation_id.take() else { continue };
        let is_marked = operation.extensions.as_ref().is_some_and(|known| known.contains_key(ALIAS_OF));
        if !is_marked {
            mark(operation, &id);
        }
        operation.operation_id = Some(format!("{id}_{suffix}"));
    }
}

/// Marks the operations of `instead`, each beside the one to call, and says at every alias which address that is.
pub(super) fn tell(document: &mut Value, instead: &[(&str, &str)]) {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let mut addresses = HashMap::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if let Some(id) = operation.get("operationId").and_then(Value::as_str) {
                addresses.insert(id.to_owned(), format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    for (_, operation) in paths.filter_map(|(_, item)| item.as_object_mut()).flatten() {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        let marked = operation.get(ALIAS_OF).and_then(Value::as_str);
        let listed = |id: &str| instead.iter().find(|(kept, _)| *kept == id).map(|(_, called)| *called);
        let Some(called) = listed(id).or_else(|| marked.map(|id| listed(id).unwrap_or(id))) else { continue };
        let Some(address) = addresses.get(called) else { continue };
        let about = operation.get("description").and_then(Value::as_str).unwrap_or_default();
        let about = format!("Call `{address}` instead; this address is kept for installed apps.\n\n{about}");
        operation[ALIAS_OF] = Value::from(called);
        operation["deprecated"] = Value::from(true);
        operation["description"] = Value::from(about.trim_end());
    }
}
