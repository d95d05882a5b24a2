//! The codes and sentences of refusals, as the lists in `shared` declare them.

use std::{collections::BTreeMap, fs};

use crate::source::{root, shared};

/// Codes that several lists declare, because the apps treat the cases alike.
const REPEATED: &[&str] = &[
    "AMOUNT_NEGATIVE",
    "AMOUNT_NOT_POSITIVE",
    "BRANCH_INACTIVE",
    "BRANCH_NOT_FOUND",
    "BRANCH_REQUIRED",
    "BUSY",
    "CUSTOMER_INACTIVE",
    "CUSTOMER_MISMATCH",
    "CUSTOMER_NOT_FOUND",
    "DATE_RANGE_REVERSED",
    "DAY_STILL_TO_COME",
    "INVALID_CODE",
    "INVALID_CREDENTIALS",
    "MISSING_FIELDS",
    "MONTH_ALREADY_CLOSED",
    "PASSWORD_TOO_SHORT",
    "RATE_LIMIT_EXCEEDED",
    "REFUND_TOO_LARGE",
    "SERVICE_NOT_FOUND",
    "STAFF_NOT_FOUND",
    "SUBSCRIPTION_NOT_FOUND",
    "WRONG_PASSWORD",
];

/// A value of a list.
pub(crate) struct Declared {
    pub(crate) code: String,
    /// What it means, as the list says; empty where the list says it once for all, or nothing.
    pub(crate) kind: String,
    pub(crate) en: String,
    ar: String,
    /// Where the list stands.
    pub(crate) path: String,
}

/// Every value of a list: its code stands at the end of a line, its sentences on the two lines below.
pub(crate) fn declared() -> Vec<Declared> {
    let mut found = Vec::new();
    for source in shared("rs") {
        let whole = fs::read_to_string(root().join(&source.path)).unwrap();
        let lines: Vec<&str> = whole.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
        for lines in lines.windows(3) {
            let head = lines[0].strip_suffix("\",").filter(|head| head.contains("=> "));
            let (Some(head), Some(en), Some(ar)) =
                (head, lines[1].strip_prefix("en: "), lines[2].strip_prefix("ar: "))
            else {
                continue;
            };
            let quoted = |text: &str| text.split('"').nth(1).unwrap().to_owned();
            let means = head.split("=> ").nth(1).unwrap().split('"').next().unwrap();
            found.push(Declared {
                // Before the code may stand the field that the refusal is about.
                code: head.rsplit('"').next().unwrap().to_owned(),
                kind: means.trim_end_matches(", ").to_owned(),
                en: quoted(en),
                ar: quoted(ar),
                path: source.path.clone(),
            });
        }
    }
    assert!(found.len() > 100, "only {} values were found", found.len());
    found
}

#[test]
fn a_code_is_declared_once() {
    let mut times = BTreeMap::<String, usize>::new();
    for declared in declared() {
        let is_upper_snake = declared
            .code
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        assert!(is_upper_snake, "{}", declared.code);
        *times.entry(declared.code).or_default() += 1;
    }
    let repeated: Vec<&str> =
        times.iter().filter(|(_, times)| **times > 1).map(|(code, _)| code.as_str()).collect();
    assert_eq!(repeated, REPEATED);
}

#[test]
fn both_sentences_are_in_their_language_and_fill_the_same_gaps() {
    let gaps = |text: &str| -> Vec<String> {
        let texts = text.replace("\\u{", "");
        let mut gaps: Vec<String> =
            texts.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect();
        gaps.sort();
        gaps
    };
    let is_arabic = |letter: char| ('\u{600}'..='\u{6ff}').contains(&letter);
    for Declared { code, en, ar, .. } in declared() {
        assert!(!en.is_empty() && !en.contains(is_arabic), "{code}: {en}");
        assert!(ar.contains(is_arabic), "{code}: {ar}");
        assert_eq!(gaps(&en), gaps(&ar), "{code}");
    }
}
