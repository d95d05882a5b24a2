//! The operations of a door, one line each: what a reviewer reads instead of the whole document.

use std::fmt::Write as _;

use base::testing::assert_committed;
use serde_json::Value;

use super::{
    document::{operations, text},
    operation::{Needs, needs},
};

const HEAD: &str = "\
Every operation, one per line: method, path, who may call it, what it does.
Who: a capability (shared/base/tests/policy.txt shows which roles have it), member, or anyone.

";

struct Line<'document> {
    method: String,
    path: &'document str,
    who: &'static str,
    what: String,
}

impl<'document> Line<'document> {
    fn of(path: &'document str, method: &str, operation: &Value) -> Self {
        let is_deprecated = operation.get("deprecated").and_then(Value::as_bool) == Some(true);
        let mark = if is_deprecated { "(deprecated) " } else { "" };
        Self {
            method: method.to_uppercase(),
            path,
            who: who(needs(operation)),
            what: format!("{mark}{}", text(operation, "/summary")),
        }
    }
}

const fn who(needs: Needs) -> &'static str {
    match needs {
        Needs::Nothing => "anyone",
        Needs::Staff(capability) => capability.code(),
        Needs::Member => "member",
        Needs::Anybody => "member or staff",
    }
}

/// Fails unless the committed list of operations at `path` is that of the document.
pub fn assert_listed(document: &Value, path: &str) {
    let mut lines: Vec<Line<'_>> =
        operations(document).map(|(path, method, operation)| Line::of(path, method, operation)).collect();
    lines.sort_by(|left, right| (left.path, &left.method).cmp(&(right.path, &right.method)));
    let widest = |column: fn(&Line<'_>) -> usize| lines.iter().map(column).max().unwrap_or_default();
    let methods = widest(|line| line.method.len());
    let paths = widest(|line| line.path.len());
    let whos = widest(|line| line.who.len());
    let mut page = HEAD.to_owned();
    for Line { method, path, who, what } in &lines {
        writeln!(page, "{method:methods$}  {path:paths$}  {who:whos$}  {what}").expect("a string takes all");
    }
    assert_committed(path, &page);
}
