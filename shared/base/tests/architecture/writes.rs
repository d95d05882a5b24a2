//! Who may write, on what, and which rows.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::shared;

/// What a function that writes or locks takes; the connection of a read is none of these, and Postgres refuses to write on it.
const WRITERS: [&str; 3] = ["tx: &mut Tx", "writer: &mut Writer<", "upkeep: &mut Upkeep"];

/// Rows of these modules are nobody's deed.
const UPKEEP: [&str; 3] = ["access", "housekeeping", "platform"];

/// Each table has one module whose statements write it; here those that have more, and why.
const WRITTEN_BY_SEVERAL: &[(&str, &[&str])] = &[
    // A check-in is one statement: it spends, remembers the token and writes its audit row itself. What was refused is
    // no deed, and has a row all the same.
    ("audit_log", &["access", "attendance", "platform"]),
    ("customer_doors", &["attendance", "customers"]),
    ("spent_qr_tokens", &["attendance", "housekeeping"]),
    ("subscription_balances", &["attendance", "subscriptions"]),
    ("subscription_movements", &["attendance", "subscriptions"]),
    // A branch begins with a counter; every receipt moves it on, every closing the day on which money may go, and every closed
    // month the month.
    ("branch_receipts", &["branches", "closings", "earnings", "payments"]),
    // What the desk knows of somebody, and what they settle themselves.
    ("customers", &["customers", "housekeeping", "members"]),
    ("devices", &["members", "notifications"]),
    ("staff_users", &["accounts", "staff"]),
    // Made by one, swept by the other.
    ("idempotency_keys", &["housekeeping", "platform"]),
    ("known_addresses", &["access", "housekeeping"]),
    ("limit_counters", &["housekeeping", "platform"]),
    ("member_sessions", &["access", "housekeeping"]),
    ("one_time_codes", &["housekeeping", "members"]),
    ("staff_sessions", &["access", "housekeeping"]),
];

#[test]
fn whoever_writes_or_locks_holds_a_connection_for_it() {
    let verbs = ["insert_", "update_", "delete_", "lock_"];
    let mut seen = 0;
    for source in shared("rs").iter().filter(|source| source.is_store()) {
        for function in source.code.split("fn ").skip(1) {
            let signature = function.split('{').next().unwrap();
            let name = signature.split(['(', '<']).next().unwrap();
            if !verbs.iter().any(|verb| name.starts_with(verb)) {
                continue;
            }
            seen += 1;
            let at = &source.path;
            assert!(WRITERS.iter().any(|writer| signature.contains(writer)), "{at}: {name} may read only");
            let is_signed = !signature.contains("Upkeep") || UPKEEP.contains(&source.module().unwrap());
            assert!(is_signed, "{at}: {name} writes and nobody signs for it");
        }
    }
    assert!(seen > 50, "only {seen} functions were looked at");
}

/// The tables that statements write, and the modules these stand in.
fn written() -> BTreeMap<String, BTreeSet<String>> {
    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in shared("rs").into_iter().chain(shared("sql")) {
        let module = source.module().unwrap();
        for text in &source.texts {
            let words: Vec<&str> =
                text.split([' ', '\n', '(', ';']).filter(|word| !word.is_empty()).collect();
            for (at, word) in words.iter().enumerate() {
                let next = |places: usize| words.get(at.saturating_add(places)).copied().unwrap_or_default();
                let table = match (*word, next(1)) {
                    ("insert", "into") | ("delete", "from") => next(2),
                    ("update", table) if [next(2), next(3)].contains(&"set") => table,
                    _ => continue,
                };
                written.entry(table.to_owned()).or_default().insert(module.to_owned());
            }
        }
    }
    // `on conflict … do update set` names no table.
    written.remove("set");
    written
}

#[test]
fn a_table_is_written_in_one_place_but_for_those_that_are_listed() {
    let mut several = written();
    several.retain(|_, modules| modules.len() > 1);
    let listed = WRITTEN_BY_SEVERAL.iter().map(|(table, modules)| {
        ((*table).to_owned(), modules.iter().map(|module| (*module).to_owned()).collect())
    });
    assert_eq!(several, listed.collect());
}
