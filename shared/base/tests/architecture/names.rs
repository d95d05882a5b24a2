//! One name, one meaning: what a public type is called.

use std::collections::BTreeMap;

use crate::source::{SHARED, below};

/// Names that two crates give on purpose: where the one is used, the other is not.
const TWICE: &[&str] = &[
    // The gym's row, and the test database that a test calls with.
    "Gym",
];

#[test]
fn a_public_type_has_a_name_of_its_own() {
    let mut places = BTreeMap::<String, Vec<String>>::new();
    // The drill is a program: nobody outside of it reads its names.
    for folder in SHARED.into_iter().chain(["staff-api/src", "client-api/src", "seeds/src", "seeds/cast/src"])
    {
        for source in below(folder, "rs") {
            for line in source.code.lines().map(str::trim) {
                let Some(item) = line.strip_prefix("pub ") else { continue };
                let kinds = ["struct ", "enum ", "trait ", "type "];
                let Some(item) = kinds.iter().find_map(|kind| item.strip_prefix(kind)) else { continue };
                let name = item.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
                // A macro's own, `$name`.
                if name.is_empty() {
                    continue;
                }
                places.entry(name.to_owned()).or_default().push(source.path.clone());
            }
        }
    }
    assert!(places.len() > 300, "only {} types were found", places.len());
    places.retain(|_, places| places.len() > 1);
    let repeated: Vec<&str> = places.keys().map(String::as_str).collect();
    assert_eq!(repeated, TWICE, "{places:#?}");
}
