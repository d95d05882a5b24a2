//! Names, types and indexes.

use std::{collections::BTreeSet, fs, path::Path};

use base::testing::TestDb;

/// Foreign keys that no list follows from their other end; nothing is ever deleted there.
const WITHOUT_INDEX: &[&str] = &[
    "account_days_account",
    "customer_doors_last_entry",
    "daily_closings_closed_by",
    "entries_subscription",
    "expense_attachments_created_by",
    "expenses_decided_by",
    "expenses_paid_by",
    "gyms_owner",
    "gyms_time_zone",
    "month_closings_closed_by",
    "one_time_codes_customer",
    "payments_taken_by",
    "services_branch_of_gym",
    "shift_closings_closed_by",
    "subscription_months_branch_month",
    "subscription_movements_entry",
    "transfers_first",
];

async fn names(db: &TestDb, question: &'static str) -> BTreeSet<String> {
    let names: Vec<String> = sqlx::query_scalar(question).fetch_all(&db.owner).await.unwrap();
    names.into_iter().collect()
}

/// The names that code gives to `on_constraint`.
fn handled(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            handled(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            for call in source.split(".on_constraint(").skip(1) {
                let name = call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                found.insert(name.unwrap_or_else(|| panic!("{}: no plain name", path.display())).to_owned());
            }
        }
    }
}

#[tokio::test]
async fn every_constraint_that_becomes_a_refusal_exists() {
    let db = TestDb::open().await;
    let known = names(
        &db,
        "select conname::text from pg_constraint where connamespace = 'public'::regnamespace
         union
         select indexname::text from pg_indexes where schemaname = 'public'",
    )
    .await;
    let mut found = BTreeSet::new();
    for folder in ["src", "../base/src"] {
        handled(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    let unknown: Vec<_> = found.difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[tokio::test]
async fn every_name_begins_with_its_table() {
    let db = TestDb::open().await;
    let odd = names(
        &db,
        "select conname::text from pg_constraint
         where connamespace = 'public'::regnamespace and conrelid <> 0
             and conname not like '\\_sqlx%' and not starts_with(conname, conrelid::regclass::text)
         union
         select indexname::text from pg_indexes
         where schemaname = 'public' and tablename not like '\\_sqlx%' and not starts_with(indexname, tablename)",
    )
    .await;
    assert!(odd.is_empty(), "{odd:?}");
}

#[tokio::test]
async fn a_foreign_key_that_lists_follow_has_an_index() {
    let db = TestDb::open().await;
    let bare = names(
        &db,
        "select conname::text from pg_constraint c
         where contype = 'f' and connamespace = 'public'::regnamespace
             and not exists (
                 select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[cardinality(c.conkey)]
             )",
    )
    .await;
    assert_eq!(bare, WITHOUT_INDEX.iter().map(|name| (*name).to_owned()).collect());
}

#[tokio::test]
async fn instants_have_a_zone_numbers_are_whole_and_nothing_fills_itself_in() {
    let db = TestDb::open().await;
    let odd = names(
        &db,
        "select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
         where table_schema = 'public' and table_name not like '\\_sqlx%'
             and data_type not in ('bigint', 'integer', 'smallint', 'text', 'boolean', 'date', 'bytea', 'uuid',
                 'jsonb', 'timestamp with time zone')
         union
         select table_name || '.' || column_name || ' default ' || column_default from information_schema.columns
         where table_schema = 'public' and table_name not like '\\_sqlx%' and column_default is not null
             and column_default not like 'nextval(%' and column_default not in ('false', 'true', '0', 'CURRENT_USER')
         union
         select table_name || '.' || column_name || ' ' || data_type from information_schema.columns
         where table_schema = 'public' and column_name like '%\\_minor' and data_type <> 'bigint'",
    )
    .await;
    assert!(odd.is_empty(), "{odd:?}");
}

/// A table is looked for where `search_path` says, and everybody may put a temporary one of the same name in front.
#[tokio::test]
async fn a_function_names_its_tables_with_their_schema() {
    let db = TestDb::open().await;
    let odd = names(
        &db,
        "select proname::text from pg_proc p
         where pronamespace = 'public'::regnamespace and prokind = 'f' and prosqlbody is null
             and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
             and coalesce(proconfig, '{}') <> array['search_path=\"\"']",
    )
    .await;
    assert!(odd.is_empty(), "{odd:?}");
}
