//! Every code that an answer may carry, with its meaning and what to do: one page, for whoever writes a client.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use base::testing::assert_committed;

use crate::{
    codes::declared,
    source::{below, root},
};

/// Codes that no list of refusals declares: those of HTTP itself, and of single fields that only a door knows.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("BODY_CUT", "400", "The body did not arrive whole"),
    ("BODY_TIMEOUT", "408", "The body came too slowly"),
    ("BODY_TOO_LARGE", "413", "The body is over the limit"),
    ("COUNTER_NOT_OF_KIND", "400", "Coins or sessions are given for a service that does not count them"),
    ("COUNTS_DIFFER", "400", "Two spellings of the same number differ"),
    ("DATE_OF_BIRTH_IMPLAUSIBLE", "400", "Nobody alive was born on that day"),
    ("EMPTY_BODY", "400", "There is no body"),
    ("FREEZE_POLICY_HALF", "400", "Freezes without days, or days without freezes"),
    ("INTERNAL_ERROR", "500", "Something broke on our side"),
    ("INVALID_ACTION", "400", "The action is not one of those that the document lists"),
    ("INVALID_BOOLEAN", "400", "The value is neither true nor false"),
    ("INVALID_FIELD", "400", "A field cannot be read"),
    ("INVALID_ID", "400", "The id in the path is no whole number"),
    ("INVALID_JSON", "400", "The body is not JSON"),
    ("INVALID_QUERY", "400", "The query cannot be read"),
    ("INVALID_REQUEST", "400", "What was sent cannot be read"),
    ("INVALID_STATUS", "400", "The status is not one of those that the document lists"),
    ("METHOD_NOT_ALLOWED", "405", "The address does not work that way"),
    ("NUL_CHARACTER", "400", "A text holds a character that cannot be kept"),
    ("NUMBER_OUT_OF_RANGE", "400", "The number is outside what the field allows"),
    ("OVERRIDE_REASON_REQUIRED", "400", "A manager overrules a denial without saying why"),
    ("RULE_NOT_A_SWITCH", "400", "A rule is neither true nor false"),
    ("TIMED_OUT", "503", "The work took too long and was given up"),
    ("TIME_INVALID", "400", "The time cannot be read"),
    ("TOO_MANY_REQUESTS", "429", "The client's address asks too often"),
    ("UNAVAILABLE", "503", "The database cannot be had, or the service restarts"),
    ("UNKNOWN_ROLE", "400", "There is no such role"),
    ("UNKNOWN_RULE", "400", "There is no rule with that key"),
    ("UNSUPPORTED_MEDIA_TYPE", "415", "The body is not sent as application/json"),
];

/// What to do where it is not what is done for the other codes of the status.
const REMEDIES: &[(&str, &str)] = &[
    ("ACCOUNT_DISABLED", "A manager activates the account"),
    ("ACCOUNT_INACTIVE", "The desk activates the account"),
    ("ALREADY_FROZEN", "Nothing, or end the freeze first"),
    ("ALREADY_RENEWED", "Renew the subscription that followed"),
    ("ALREADY_STOPPED", "Nothing; sell a new one if they come back"),
    ("APP_TYPE_MISMATCH", "Send `staff` with a staff token and `client` with a member's"),
    ("BODY_CUT", "Send it again"),
    ("BODY_TIMEOUT", "Send it again over a better connection"),
    ("BODY_TOO_LARGE", "Send less at once"),
    ("BRANCHES_REQUIRED", "Send `managed_branch_ids`"),
    ("BRANCH_CODE_TAKEN", "Choose another code"),
    ("BRANCH_INACTIVE", "Activate the branch, or name another"),
    ("BRANCH_REQUIRED", "Send `branch_id`; `GET /api/branches` lists those within reach"),
    ("CUSTOMER_INACTIVE", "A manager activates the customer"),
    ("CUSTOMER_MISMATCH", "Scan or choose the customer again"),
    ("DISCOUNT_TOO_LARGE", "Lower the discount"),
    ("EMAIL_TAKEN", "Find the customer who has it, or leave it out"),
    ("EXPENSE_ALREADY_PAID", "Nothing"),
    ("EXPENSE_ALREADY_REVIEWED", "Nothing; read the expense again"),
    ("EXPENSE_NOT_APPROVED", "Somebody who may review it approves it first"),
    ("EXPENSE_WITHDRAWN", "Write it down anew"),
    ("FREEZE_NOT_ALLOWED", "Nothing; the service was sold without freezes"),
    ("GYM_ALREADY_SELLS", "The operator changes it: `PUT /api/gyms/{id}/locale`"),
    ("IDEMPOTENCY_KEY_REUSED", "Make a new key for a new request"),
    ("INTERNAL_ERROR", "Try once more; then report the `request_id`"),
    ("INVALID_CODE", "Type the code again, or ask for a new one"),
    ("INVALID_CREDENTIALS", "Type name and password again, or reset the password"),
    ("INVALID_REFRESH_TOKEN", "Sign in again"),
    ("METHOD_NOT_ALLOWED", "Use a method that the document has for the path"),
    ("NOT_FROZEN", "Nothing"),
    ("NOT_YOUR_EXPENSE", "Whoever wrote it down takes it back, or a manager rejects it"),
    ("NOT_FOR_ENTRY", "Sell something that opens the door"),
    ("NO_COINS_REMAINING", "Renew, or sell coins"),
    ("NO_FREEZES_LEFT", "Nothing; the freezes that were sold are used up"),
    ("NO_SESSIONS_REMAINING", "Renew, or sell sessions"),
    ("NO_SUBSCRIPTION", "Sell a subscription"),
    ("OTHER_BRANCH", "Enter where it was sold, or let the owner switch `enter_any_branch` on"),
    ("OVERRIDE_NOT_ALLOWED", "The owner switches `managers_may_override` on"),
    ("OVERRIDE_REASON_REQUIRED", "Send `override_reason`, 3 to 200 characters"),
    ("OWN_ACCOUNT", "Somebody of higher rank does it"),
    ("OWN_EXPENSE", "Somebody else reviews it"),
    ("PAGE_TOO_DEEP", "Narrow the list by dates or by branch"),
    ("PHONE_TAKEN", "Find the customer who has it"),
    ("QR_ALREADY_USED", "The member refreshes the code"),
    ("QR_EXPIRED", "The member refreshes the code"),
    ("QR_INVALID", "Scan again, or find the customer by phone"),
    ("QR_OUTDATED", "The member refreshes the code"),
    ("REQUEST_STILL_RUNNING", "Wait a second, then send the same request with the same key"),
    ("SERVICE_INACTIVE", "Choose a service that is on sale"),
    ("SUBSCRIPTION_EXPIRED", "Renew it"),
    ("SUBSCRIPTION_FROZEN", "End the freeze"),
    ("SUBSCRIPTION_NOT_STARTED", "Come on its first day"),
    ("SUBSCRIPTION_STOPPED", "Sell a new one"),
    ("TOO_MANY_FREEZE_DAYS", "Freeze fewer days"),
    ("TRAINING_ONLY", "Sell something that opens the door, or let the owner switch `training_opens_door` on"),
    ("UNSUPPORTED_MEDIA_TYPE", "Send `Content-Type: application/json`"),
    ("USERNAME_TAKEN", "Choose another name"),
    ("WRONG_PASSWORD", "Type the present password again"),
];

const HEAD: &str = "\
# Every code

A failure carries `code`, which never changes, and `message`, which is for the person who reads it and is in their
language. Decide by the code. Where fields are the reason, `errors` says what is wrong with each.

| code | status | says | what to do |
|---|---|---|---|
";

/// The HTTP status of a kind of refusal, as a word of a list names it.
fn status(kind: &str) -> &'static str {
    match kind.split_whitespace().next().unwrap_or_default() {
        "Invalid" | "Rejected" | "" => "400",
        "Unauthenticated" => "401",
        "Forbidden" => "403",
        "NotFound" => "404",
        "Conflict" => "409",
        "Mismatch" => "422",
        "TooMany" => "429",
        "Unavailable" => "503",
        other => panic!("{other} is a new kind: which status has it?"),
    }
}

fn usual_remedy(status: &str) -> &'static str {
    match status {
        "401" => "Sign in again",
        "403" => "Ask somebody whose role allows it",
        "404" => "Look it up again: it is gone, or outside the caller's branches",
        "409" => "Read the thing again; as it stands it does not allow this",
        "429" | "503" => "Try again after the seconds of `Retry-After`",
        _ => "Correct what was sent",
    }
}

struct Entry {
    statuses: BTreeSet<&'static str>,
    says: String,
}

fn entries() -> BTreeMap<String, Entry> {
    let mut entries = BTreeMap::<String, Entry>::new();
    for declared in declared() {
        // A reason at the door is declared without a kind: the door answers 403 for all of them.
        let is_denial = declared.path.ends_with("attendance/denial.rs") && declared.kind.is_empty();
        let status = if is_denial { "403" } else { status(&declared.kind) };
        let entry = entries
            .entry(declared.code)
            .or_insert_with(|| Entry { statuses: BTreeSet::new(), says: declared.en });
        entry.statuses.insert(status);
    }
    for (code, status, says) in ELSEWHERE {
        let known = entries.insert(
            (*code).to_owned(),
            Entry { statuses: BTreeSet::from([*status]), says: (*says).to_owned() },
        );
        assert!(known.is_none(), "{code} is declared as well");
    }
    entries
}

#[test]
fn the_page_of_codes_is_committed() {
    let mut page = HEAD.to_owned();
    let entries = entries();
    for (code, Entry { statuses, says }) in &entries {
        let own = REMEDIES.iter().find(|(known, _)| known == code).map(|(_, remedy)| *remedy);
        let remedy = own.unwrap_or_else(|| usual_remedy(statuses.first().unwrap()));
        let statuses: Vec<&str> = statuses.iter().copied().collect();
        writeln!(page, "| `{code}` | {} | {says} | {remedy} |", statuses.join(", ")).unwrap();
    }
    let unknown: Vec<_> = REMEDIES.iter().filter(|(code, _)| !entries.contains_key(*code)).collect();
    assert!(unknown.is_empty(), "remedies for no code: {unknown:?}");
    assert_committed(root().join("shared/web/src/codes.md"), &page);
}

#[test]
fn every_code_in_the_sources_is_on_the_page() {
    let entries = entries();
    let is_code = |text: &&String| {
        let is_upper =
            text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        is_upper
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.contains('_')
            && !text.starts_with("GYM_")
            && !text.starts_with("CARGO_")
    };
    for folder in ["shared/base/src", "shared/gym/src", "shared/web/src", "staff-api/src", "client-api/src"] {
        for source in below(folder, "rs").into_iter().filter(|source| !source.path.contains("/config/")) {
            for code in source.texts.iter().filter(is_code) {
                assert!(entries.contains_key(code), "{code} of {} is in no list of refusals", source.path);
            }
        }
    }
}
