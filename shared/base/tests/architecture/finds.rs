//! What is found by its id is unseen until somebody may see it.

use std::collections::BTreeSet;

use crate::source::shared;

/// Statements that answer what they find as it is, each with the reason why nobody can ask it for what is not theirs.
const OPEN: &[(&str, &str, &str)] = &[
    ("accounts", "find_hash", "one's own account"),
    ("accounts", "lock_account", "one's own account"),
    ("audit_trail", "find_position", "of one gym, by its parameters"),
    ("books", "find_first_open_month", "of the branch of a permit"),
    ("earnings", "find_order", "what a job was told"),
    ("earnings", "find_ordered", "of one's own gym"),
    ("gyms", "find_calendar", "one's own gym, or any for who runs the platform"),
    ("gyms", "find_gym", "one's own gym, or any for who runs the platform"),
    ("gyms", "lock_gym", "one's own gym, or any for who runs the platform"),
    ("members", "find_letterhead", "of the gym of an account that was opened"),
    ("members", "find_account", "one's own account"),
    ("members", "find_profile", "one's own profile"),
    ("members", "find_proof", "one's own session"),
    ("members", "lock_account", "one's own account"),
    ("payments", "find_receipt", "what a write came to"),
    ("shifts", "find_last", "of the branch of a permit"),
    ("shifts", "find_name", "of one gym, by its parameters"),
    ("staff", "find_person", "oneself, or who was just written"),
    ("staff", "lock_staff", "only held here; the look after it is within a scope"),
    ("subscriptions", "find_first_grant", "part of a subscription that was opened"),
    ("subscriptions", "find_offer", "of the branch of a permit"),
    ("subscriptions", "find_trainer", "of one gym, by its parameters"),
];

/// The name and the signature of every function.
fn functions(code: &str) -> impl Iterator<Item = (&str, &str)> {
    code.split("async fn ").skip(1).filter_map(|part| {
        let signature = part.split(" {\n").next()?;
        Some((signature.split(['(', '<']).next()?, signature))
    })
}

#[test]
fn what_a_store_finds_by_id_is_unseen() {
    let mut open = BTreeSet::new();
    for source in shared("rs").iter().filter(|source| source.is_store()) {
        let module = source.module().unwrap();
        if matches!(module, "access" | "platform") {
            continue;
        }
        for (name, signature) in functions(&source.code) {
            let (takes, answers) = signature.split_once("->").unwrap_or((signature, ""));
            let is_of_one = name.starts_with("find_") || name.starts_with("lock_");
            let is_by_id = takes.split([',', ')']).any(|taken| taken.trim_end().ends_with("Id"));
            let is_scoped = takes.contains("Scope");
            if is_of_one && is_by_id && !is_scoped && answers.contains("Option<") {
                let known = OPEN.iter().find(|(feature, known, _)| (*feature, *known) == (module, name));
                assert!(known.is_some(), "{}: {name} answers what nobody has to open", source.path);
                open.insert((module.to_owned(), name.to_owned()));
            }
        }
    }
    for (module, name, _) in OPEN {
        assert!(
            open.contains(&((*module).to_owned(), (*name).to_owned())),
            "{module}: {name} is open no more"
        );
    }
}
