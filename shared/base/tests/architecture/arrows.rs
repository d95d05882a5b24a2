//! What may name what.

use std::collections::BTreeSet;

use crate::source::{SHARED, Source, below, root};

/// The layers below and above the features; an arrow may only point to a lower number.
const LAYERS: &[(&str, u8)] =
    &[("vocabulary", 0), ("error", 1), ("fields", 2), ("platform", 3), ("access", 4), ("web", 6)];
const FEATURE: u8 = 5;

/// Files that wait to be taken apart.
const TOO_LONG: &[&str] = &[];

/// Which feature may call which, in an order in which every arrow points up the page.
const FEATURES: &[(&str, &[&str])] = &[
    ("audit_trail", &[]),
    ("gyms", &[]),
    ("housekeeping", &[]),
    ("members", &[]),
    ("notifications", &[]),
    ("payments", &[]),
    ("plans", &[]),
    ("books", &["payments"]),
    ("closings", &["books"]),
    ("earnings", &["books"]),
    ("shifts", &["books"]),
    ("branches", &["gyms"]),
    ("customers", &["gyms"]),
    ("expenses", &["books", "gyms", "payments"]),
    ("staff", &["gyms"]),
    ("subscriptions", &["gyms", "payments", "plans"]),
    ("receipts", &["payments"]),
    ("refunds", &["payments", "subscriptions"]),
    ("accounts", &["gyms", "staff"]),
    ("attendance", &["customers", "gyms", "subscriptions"]),
    ("reports", &["audit_trail", "branches", "gyms", "payments"]),
];

fn layer(module: &str) -> u8 {
    // `lib.rs` hands on the names and the macro of `error`, and those of `fields`.
    if module.starts_with(char::is_uppercase) || module == "refusals" {
        return 1;
    }
    LAYERS.iter().find(|(name, _)| *name == module).map_or(FEATURE, |(_, layer)| *layer)
}

/// The sources of `shared` but for their maps and what only tests see.
fn shared() -> Vec<Source> {
    let mut sources = crate::source::shared("rs");
    sources.retain(|source| !matches!(source.module(), Some("lib" | "testing")));
    sources
}

#[test]
fn arrows_only_point_down_and_features_speak_along_a_written_list() {
    let mut spoken = BTreeSet::new();
    for source in shared() {
        let from = source.module().unwrap();
        for to in source.names().into_iter().filter(|to| to != from) {
            let are_features = layer(from) == FEATURE && layer(&to) == FEATURE;
            let is_written = FEATURES.iter().any(|(name, known)| *name == from && known.contains(&&*to));
            assert!(layer(from) > layer(&to) || is_written, "{}: {from} names {to}", source.path);
            if are_features {
                spoken.insert((from.to_owned(), to));
            }
        }
    }
    for (at, (from, known)) in FEATURES.iter().enumerate() {
        for to in *known {
            assert!(spoken.contains(&((*from).to_owned(), (*to).to_owned())), "nobody needs {from} -> {to}");
            assert!(
                FEATURES[..at].iter().any(|(above, _)| above == to),
                "{from} -> {to} points down the page"
            );
        }
    }
}

#[test]
fn a_feature_is_on_the_list() {
    for source in shared() {
        let module = source.module().unwrap();
        let is_listed = layer(module) != FEATURE || FEATURES.iter().any(|(name, _)| *name == module);
        assert!(is_listed, "{module} is no layer and not on the list of features");
    }
}

/// Words of what the gym does.
const FEATURE_WORDS: &[&str] = &[
    "activation",
    "check_in",
    "code_guess",
    "freeze",
    "password_",
    "receipt",
    "regenerat",
    "sign_in",
    "subscription",
];

/// Letters, limits and jobs come to the platform from the features. The configuration alone, which whoever installs the
/// gym reads as one, is all in one place.
#[test]
fn the_platform_names_no_feature() {
    let features = FEATURES.iter().map(|(name, _)| *name);
    // A worker tidies up, a request is made by staff, and Twilio has accounts.
    let features = features.filter(|name| !matches!(*name, "accounts" | "housekeeping" | "staff"));
    let words: Vec<&str> = features.chain(FEATURE_WORDS.iter().copied()).collect();
    let mut sources = shared();
    sources.retain(|source| source.module() == Some("platform") && !source.path.contains("/config/"));
    for source in sources {
        let everything = std::iter::once(&source.code).chain(&source.texts).map(|text| snake_case(text));
        for text in everything {
            let found = words.iter().find(|word| text.contains(**word) && !is_place(&source.path, word));
            assert!(found.is_none(), "{}: {found:?}", source.path);
        }
    }
}

/// Rows live in gyms and branches: lists are kept to those that somebody may see.
fn is_place(path: &str, word: &str) -> bool {
    ["/scope.rs", "/list/mod.rs", "/list/keys.rs"].iter().any(|file| path.ends_with(file))
        && matches!(word, "gyms" | "branches")
}

/// `SignIn` as `sign_in`.
fn snake_case(text: &str) -> String {
    let mut snake = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_uppercase() && snake.ends_with(char::is_alphanumeric) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// What nobody registers waits for ever.
#[test]
fn every_job_is_in_its_feature_s_list_and_every_list_is_given_to_the_worker() {
    let given =
        below("staff-api/src", "rs").into_iter().find(|source| source.path.ends_with("/lib.rs")).unwrap();
    let mut kinds = 0;
    for source in shared() {
        for declared in source.code.split("static ").skip(1) {
            let Some((name, rest)) = declared.split_once(':') else { continue };
            if !rest.trim_start().starts_with("JobKind<") {
                continue;
            }
            let feature = source.module().unwrap();
            assert_eq!(layer(feature), FEATURE, "{}: {name} is no feature's job", source.path);
            let list = source.code.split("static JOBS").nth(1).and_then(|rest| rest.split(';').next());
            let list = list.unwrap_or_else(|| panic!("{}: no list of jobs beside {name}", source.path));
            assert!(list.contains(&format!("&{name}")), "{}: {name} is not in JOBS", source.path);
            assert!(
                given.code.contains(&format!("{feature}::JOBS")),
                "{}: no worker does {name}",
                given.path
            );
            kinds += 1;
        }
    }
    assert!(kinds > 0, "no jobs are found any more");
}

/// Rows of one limit, or jobs of one kind, are told apart from those of another by their name.
#[test]
fn limits_and_jobs_have_names_of_their_own() {
    for form in ["Limit = Limit", "JobKind<"] {
        let mut names = BTreeSet::new();
        for source in shared() {
            let whole = std::fs::read_to_string(root().join(&source.path)).unwrap();
            for declared in whole.split("static ").skip(1) {
                let declared = declared.split(';').next().unwrap_or_default();
                let is_one = declared.split_once(": ").is_some_and(|(_, rest)| rest.starts_with(form));
                if let (true, Some(name)) = (is_one, declared.split('"').nth(1)) {
                    assert!(names.insert(name.to_owned()), "{}: a second {name}", source.path);
                }
            }
        }
        assert!(!names.is_empty(), "{form}");
    }
}

#[test]
fn only_web_knows_axum() {
    for folder in ["shared/base", "shared/gym"] {
        assert!(!dependencies(folder).contains("axum"), "{folder}");
    }
    for source in shared().iter().filter(|source| source.module() != Some("web")) {
        assert!(!source.code.contains("axum"), "{}", source.path);
    }
}

#[test]
fn statements_stand_in_stores_and_in_the_platform() {
    for source in shared() {
        let may_ask = source.is_store() || source.module() == Some("platform");
        assert!(may_ask || !source.code.contains("sqlx::query"), "{}", source.path);
        assert!(!source.code.contains("AssertSqlSafe"), "{}: a statement made of parts", source.path);
    }
}

#[test]
fn statements_take_time_and_chance_as_parameters_and_are_lower_case() {
    let banned = [
        "now()",
        "current_date",
        "current_time",
        "localtime",
        "clock_timestamp",
        "statement_timestamp",
        "random()",
        "gen_random_uuid",
        "SELECT ",
        "INSERT ",
        "UPDATE ",
        "DELETE ",
        "select *",
    ];
    let mut sources = shared();
    sources.extend(crate::source::shared("sql"));
    sources.extend(below("migrations", "sql"));
    for source in sources {
        for text in &source.texts {
            let found = banned.iter().find(|word| text.contains(**word));
            assert!(found.is_none(), "{}: {found:?} in {text:?}", source.path);
        }
    }
}

#[test]
fn a_file_fits_in_a_head() {
    for folder in SHARED.into_iter().chain(["shared/paper/src", "staff-api/src", "client-api/src", "seeds"]) {
        for source in below(folder, "rs") {
            let is_known = TOO_LONG.contains(&source.path.as_str());
            assert!(is_known == (source.lines > 400), "{}: {} lines", source.path, source.lines);
        }
    }
}

/// The tables `[dependencies]` of a manifest, without what only tests need.
fn dependencies(folder: &str) -> String {
    let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
    manifest.split("\n[").find(|part| part.starts_with("dependencies]")).unwrap().to_owned()
}

#[test]
fn a_door_has_no_sql_and_no_way_round_the_guards() {
    for door in ["staff-api", "client-api"] {
        assert!(!dependencies(door).contains("sqlx"), "{door} can reach the database");
        for source in below(&format!("{door}/src"), "rs") {
            for way in ["routes!", ".route(", ".route_service(", ".fallback("] {
                assert!(!source.code.contains(way), "{}: {way} instead of endpoint!", source.path);
            }
        }
    }
}

/// How a connection or a transaction is opened.
const OPENING: [&str; 7] =
    [".conn()", ".report()", ".signed(", ".upkeep()", ".write(", ".write_each_time(", ".write_money("];

/// What a store holds is public in `base`, for the features are another crate; whoever stands above them passes a `Db`
/// on and opens nothing.
#[test]
fn connections_are_for_actions_and_stores() {
    let of_stores = [
        "Accountable",
        "Connection",
        "List",
        "Note",
        "Scope",
        "Signature",
        "Signed",
        "Tx",
        "Unseen",
        "Upkeep",
    ];
    for folder in ["staff-api/src", "client-api/src", "shared/web/src"] {
        for source in below(folder, "rs") {
            for call in OPENING {
                assert!(!source.code.contains(call), "{}: {call}", source.path);
            }
            let platform = source.named_by("platform::").into_iter();
            let below_platform = platform.chain(source.named_by("db::")).chain(source.named_by("access::"));
            for name in below_platform {
                assert!(
                    !of_stores.contains(&&*name) && name != "list" && name != "audit",
                    "{}: {name}",
                    source.path
                );
            }
        }
    }
}

/// The compiler holds the arrows between crates; here that nobody adds one.
#[test]
fn features_and_web_stand_on_base_and_what_knows_no_gym() {
    let ours = ["base", "paper", "gym", "web", "seeds", "cast", "staff-api", "client-api"];
    for (folder, may) in [
        ("shared/base", &[][..]),
        ("shared/paper", &[]),
        ("shared/gym", &["base", "paper"]),
        ("shared/web", &["base"]),
    ] {
        let told = dependencies(folder);
        let entries: Vec<&str> = told.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).collect();
        let named = ours.into_iter().filter(|name| entries.contains(name));
        assert_eq!(named.collect::<Vec<_>>(), may, "{folder}");
    }
}

/// The OpenAPI document has one shape per name; a second one would silently take its place.
#[test]
fn a_shape_of_a_door_has_a_name_of_its_own() {
    for door in ["staff-api/src", "client-api/src"] {
        let mut names = BTreeSet::new();
        for source in below(door, "rs") {
            for shape in source.code.split("ToSchema").skip(1) {
                let mut words = shape.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                let is_derived = shape.starts_with([')', ',']);
                if words.any(|word| matches!(word, "struct" | "enum")) && is_derived {
                    let name = words.next().unwrap_or_default().to_owned();
                    assert!(!names.contains(&name), "{}: a second {name}", source.path);
                    names.insert(name);
                }
            }
        }
    }
}

/// What a handler reads from the query stands in the document only if its attribute names it.
#[test]
fn every_query_is_in_the_document() {
    for door in ["staff-api/src", "client-api/src"] {
        for source in below(door, "rs") {
            for operation in source.code.split("utoipa::path(").skip(1) {
                let (attribute, rest) = operation.split_once("async fn").unwrap();
                let signature = rest.split_once('{').unwrap().0;
                let params = attribute.split_once("params(").map_or("", |(_, params)| params);
                if signature.contains("Paged(") {
                    assert!(params.contains("PageQuery"), "{}: a page is not in params", source.path);
                }
                for query in signature.split("Query<").skip(1) {
                    let name = query.split('>').next().unwrap();
                    assert!(params.contains(name), "{}: {name} is not in params", source.path);
                }
            }
        }
    }
}
