//! What a client generated from a document calls its shapes.
//!
//! Inside, a suffix tells a shape from the gym's own noun: `CustomerRow` is a `Customer` on the wire, `SaleBody` what a
//! sale is asked with. Outside it says nothing, so the document goes without: `Customer`, `SaleRequest`. An answer in its
//! envelope is a `CustomerResponse`, a bare list in it a `CustomerListResponse`, and both name the shape instead of
//! repeating it, or every client would have it twice.

use std::{collections::BTreeMap, mem};

use serde_json::{Map, Value, json};

const HERE: &str = "#/components/schemas/";
const ENVELOPE: &str = "Success_";
const LIST: &str = "Vec_";

/// Renames the shapes of `document` and everything that refers to them.
pub(super) fn rename(document: &mut Value) {
    let Some(shapes) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return;
    };
    let names = names(shapes);
    let renamed = mem::take(shapes).into_iter().map(|(inside, mut shape)| {
        if let (Some(carried), Some(data)) =
            (inside.strip_prefix(ENVELOPE), shape.pointer_mut("/properties/data"))
        {
            *data = reference(carried);
        }
        (names.get(&inside).cloned().unwrap_or(inside), shape)
    });
    *shapes = renamed.collect();
    refer(document, &names);
}

/// What each shape is called outside, by what it is called inside. Two that would be called the same keep their names.
fn names(shapes: &Map<String, Value>) -> BTreeMap<String, String> {
    let mut taken = BTreeMap::<String, usize>::new();
    for inside in shapes.keys() {
        let times = taken.entry(outside(inside)).or_default();
        *times = times.saturating_add(1);
    }
    let own = |inside: &String| Some(outside(inside)).filter(|name| taken.get(name) == Some(&1));
    shapes.keys().filter_map(|inside| Some((inside.clone(), own(inside)?))).collect()
}

fn outside(inside: &str) -> String {
    if let Some(carried) = inside.strip_prefix(ENVELOPE) {
        return match carried.strip_prefix(LIST) {
            Some(row) => format!("{}ListResponse", outside(row)),
            None => format!("{}Response", outside(carried)),
        };
    }
    let shorter = ["Row", "Answer"].iter().find_map(|suffix| inside.strip_suffix(suffix));
    match (shorter, inside.strip_suffix("Body")) {
        (Some(noun), _) => noun.to_owned(),
        (None, Some(asked)) => format!("{asked}Request"),
        (None, None) => inside.to_owned(),
    }
}

/// By its name inside: the references are renamed together.
fn reference(carried: &str) -> Value {
    match carried.strip_prefix(LIST) {
        Some(row) => json!({ "type": "array", "items": { "$ref": format!("{HERE}{row}") } }),
        None => json!({ "$ref": format!("{HERE}{carried}") }),
    }
}

fn refer(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                let target = member.as_str().filter(|_| key == "$ref").and_then(|at| at.strip_prefix(HERE));
                match target.and_then(|inside| names.get(inside)) {
                    Some(name) => *member = Value::from(format!("{HERE}{name}")),
                    None => refer(member, names),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(names: &[&str]) -> Value {
        let shape = |name: &str| match name.strip_prefix(ENVELOPE) {
            Some(_) => json!({ "properties": { "data": { "type": "object" } } }),
            None => json!({ "type": "object" }),
        };
        let shapes: Map<String, Value> = names.iter().map(|name| ((*name).to_owned(), shape(name))).collect();
        json!({ "paths": { "$ref": "#/components/schemas/CustomerRow" }, "components": { "schemas": shapes } })
    }

    #[test]
    fn shapes_lose_what_only_the_code_needs_and_are_referred_to() {
        let mut document =
            document(&["CustomerRow", "SaleBody", "Success_CustomerRow", "Success_Vec_CustomerRow"]);
        rename(&mut document);
        let customer = json!({ "$ref": "#/components/schemas/Customer" });
        let shapes = &document["components"]["schemas"];
        let names: Vec<&String> = shapes.as_object().unwrap().keys().collect();
        assert_eq!(names, ["Customer", "CustomerListResponse", "CustomerResponse", "SaleRequest"]);
        assert_eq!(shapes["CustomerResponse"]["properties"]["data"], customer);
        assert_eq!(shapes["CustomerListResponse"]["properties"]["data"]["items"], customer);
        assert_eq!(document["paths"], customer);
    }

    #[test]
    fn two_shapes_that_would_be_one_keep_their_names() {
        let mut document = document(&["CustomerRow", "CustomerAnswer"]);
        rename(&mut document);
        let names: Vec<&String> = document["components"]["schemas"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["CustomerAnswer", "CustomerRow"]);
    }
}
