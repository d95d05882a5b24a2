//! How the statements of a list really found their rows, from the plans that Postgres wrote down as they went.

use super::statements::{BESIDE, Logged};

/// Tables that grow with the gym: none of them is ever read from one end to the other.
const GROWING: [&str; 12] = [
    "customers",
    "customer_doors",
    "subscriptions",
    "subscription_balances",
    "subscription_months",
    "subscription_movements",
    "entries",
    "payments",
    "transfers",
    "expenses",
    "audit_log",
    "member_sessions",
];

/// A table that grows counts as read from end to end when one execution of a statement reads more of its rows than this in
/// the order in which they lie there; with a limit Postgres may do so for some.
const READ_AT_MOST: u64 = 10_000;

/// A step of a plan that finds rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    /// As Postgres calls it: `Index Scan using customers_pk on customers c`.
    pub(super) name: String,
    /// The rows that it looked at, where it read them in the order in which they lie there.
    read: Option<u64>,
}

/// The steps of all plans in the log. Without housekeeping: what writes, as no list does, and its look for passwords that
/// ran out.
pub(super) fn scans(entries: &[Logged]) -> Vec<Scan> {
    let plans = entries.iter().map(|entry| entry.message.as_str());
    plans.filter(|message| message.contains("ms  plan:\n") && is_of_a_list(message)).flat_map(steps).collect()
}

fn is_of_a_list(message: &str) -> bool {
    let mut words = message.split(|one: char| !one.is_alphanumeric() && one != '_');
    !BESIDE.iter().any(|word| message.contains(word))
        && !message.contains("temporary_password_until <=")
        && !words.any(|word| ["insert", "update", "delete"].contains(&word))
}

fn steps(plan: &str) -> Vec<Scan> {
    let mut found: Vec<Scan> = Vec::new();
    // How often the step ran that the next lines belong to, where it is one that finds rows.
    let mut inside = None;
    for line in plan.lines() {
        if line.contains("(actual rows=") || line.contains("(never executed)") {
            let step = scan(line);
            inside = step.as_ref().map(|(_, loops)| *loops);
            found.extend(step.map(|(scan, _)| scan));
        } else if let (Some(removed), Some(loops)) = (number_after(line, "Rows Removed by Filter: "), inside)
            && let Some(Scan { read: Some(read), .. }) = found.last_mut()
        {
            *read = read.saturating_add(removed.saturating_mul(loops));
        }
    }
    found
}

/// The step of this line, if it is one that finds rows, and how often it ran; rows are told for one time.
fn scan(line: &str) -> Option<(Scan, u64)> {
    let (name, actual) = line.split_once("(actual rows=")?;
    let name = name.split_once("  (cost=").map_or(name, |(name, _)| name);
    let name = name.trim().trim_start_matches("->").trim();
    if !name.contains("Scan") && !name.contains("Function") {
        return None;
    }
    let rows = actual.split(['.', ' ']).next()?.parse::<u64>().ok()?;
    let loops = number_after(actual, " loops=").unwrap_or(1);
    let is_in_order = name.starts_with("Seq Scan") || name.starts_with("Parallel Seq Scan");
    let read = is_in_order.then(|| rows.saturating_mul(loops));
    Some((Scan { name: name.to_owned(), read }, loops))
}

fn number_after(line: &str, word: &str) -> Option<u64> {
    line.split_once(word)?.1.split(|one: char| !one.is_ascii_digit()).next()?.parse().ok()
}

/// The tables that grow and were read from end to end.
pub(super) fn read_whole(scans: &[Scan]) -> Vec<&'static str> {
    let is_whole = |scan: &Scan, table: &str| {
        let words = scan.name.split_once("Seq Scan on ").map(|(_, words)| words.split(' ').next());
        words.flatten() == Some(table) && scan.read.is_some_and(|read| read > READ_AT_MOST)
    };
    GROWING.into_iter().filter(|table| scans.iter().any(|scan| is_whole(scan, table))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logged(message: &str) -> Vec<Logged> {
        vec![serde_json::from_value(serde_json::json!({ "user": "gym_staff", "message": message })).unwrap()]
    }

    const PLAN: &str = "duration: 3.1 ms  plan:\n\
        Query Text: select * from customers\n\
        Limit  (cost=0.4..8.1 rows=20 width=8) (actual rows=20 loops=1)\n\
        \x20 ->  Nested Loop  (cost=1..2 rows=1 width=8) (actual rows=20 loops=1)\n\
        \x20       ->  Seq Scan on customers c  (cost=0..9 rows=9 width=8) (actual rows=4000 loops=2)\n\
        \x20             Filter: is_active\n\
        \x20             Rows Removed by Filter: 1500\n\
        \x20       ->  Index Scan using branches_pk on branches b  (cost=0..1 rows=1 width=8) (actual rows=1 loops=20)\n\
        \x20             Rows Removed by Filter: 99999\n\
        \x20       ->  Seq Scan on payments p  (cost=0..1 rows=1 width=8) (never executed)\n\
        \x20       ->  Function Scan on unnest wanted  (cost=0..1 rows=1 width=8) (actual rows=1.00 loops=1)\n";

    #[test]
    fn what_was_read_in_order_counts_with_what_was_thrown_away() {
        let found = scans(&logged(PLAN));
        let wanted = [
            ("Seq Scan on customers c", Some(11_000)),
            ("Index Scan using branches_pk on branches b", None),
            ("Function Scan on unnest wanted", None),
        ];
        assert_eq!(found, wanted.map(|(name, read)| Scan { name: name.to_owned(), read }));
        assert_eq!(read_whole(&found), ["customers"]);
    }

    #[test]
    fn some_rows_of_a_table_that_grows_may_be_read_in_order() {
        let few = PLAN.replace("rows=4000", "rows=40");
        assert!(read_whole(&scans(&logged(&few))).is_empty());
        let other = PLAN.replace("customers c", "customers_archive c");
        assert!(read_whole(&scans(&logged(&other))).is_empty());
    }

    #[test]
    fn what_writes_and_what_finds_a_session_is_no_list() {
        for other in ["update customers set", "select from staff_sessions", "delete from x"] {
            assert!(scans(&logged(&PLAN.replace("select * from", other))).is_empty(), "{other}");
        }
        assert!(!scans(&logged(&PLAN.replace("select *", "select updated_at"))).is_empty());
    }
}
