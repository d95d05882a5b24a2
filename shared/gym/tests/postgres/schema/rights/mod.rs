//! What each service's role may do in the database.

mod tried;

use base::testing::TestDb;

const SERVICES: [&str; 2] = ["gym_staff", "gym_client"];
/// Written once, never changed; the sums of days and the sizes of branches follow by trigger.
const LEDGERS: [&str; 17] = [
    "account_days",
    "audit_log",
    "branch_months",
    "branch_sizes",
    "daily_closings",
    "entries",
    "ledger_accounts",
    "month_closings",
    "payment_days",
    "payment_returns",
    "payments",
    "shift_closings",
    "staff_days",
    "subscription_months",
    "subscription_movements",
    "subscription_renewals",
    "transfers",
];
/// Nothing of them concerns the members' door.
const STAFF_ONLY: [&str; 19] = [
    "account_days",
    "branch_months",
    "branch_receipts",
    "branch_sizes",
    "daily_closings",
    "expense_attachments",
    "expenses",
    "ledger_accounts",
    "month_closings",
    "payment_days",
    "payment_postings",
    "payment_returns",
    "shift_closings",
    "staff_branches",
    "staff_days",
    "staff_sessions",
    "subscription_months",
    "subscription_renewals",
    "transfers",
];
/// All that the members' door may write; everything else there is read only.
const MEMBERS_WRITE: [&str; 9] = [
    "audit_log",
    "customers",
    "devices",
    "idempotency_keys",
    "known_addresses",
    "limit_counters",
    "member_sessions",
    "one_time_codes",
    "outbox",
];

async fn may(db: &TestDb, role: &str, table: &str, right: &str) -> bool {
    sqlx::query_scalar("select has_table_privilege($1, $2, $3) or has_any_column_privilege($1, $2, $3)")
        .bind(role)
        .bind(table)
        .bind(right)
        .fetch_one(&db.owner)
        .await
        .unwrap()
}

/// Rights that stand for a whole table only are asked of the table.
async fn may_whole(db: &TestDb, role: &str, table: &str, right: &str) -> bool {
    sqlx::query_scalar("select has_table_privilege($1, $2, $3)")
        .bind(role)
        .bind(table)
        .bind(right)
        .fetch_one(&db.owner)
        .await
        .unwrap()
}

async fn columns(db: &TestDb, role: &str, table: &str, right: &str) -> Vec<String> {
    sqlx::query_scalar(
        "select attname::text from pg_attribute
         where attrelid = $2::regclass and attnum > 0 and has_column_privilege($1, $2, attnum, $3)
         order by attname",
    )
    .bind(role)
    .bind(table)
    .bind(right)
    .fetch_all(&db.owner)
    .await
    .unwrap()
}

async fn tables(db: &TestDb) -> Vec<String> {
    sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
        .fetch_all(&db.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn nobody_rewrites_a_ledger() {
    let db = TestDb::open().await;
    for role in SERVICES {
        for ledger in LEDGERS {
            assert!(!may(&db, role, ledger, "update").await, "{role} updates {ledger}");
            assert!(!may_whole(&db, role, ledger, "delete").await, "{role} deletes from {ledger}");
        }
        for table in tables(&db).await {
            for right in ["truncate", "trigger", "references"] {
                assert!(!may_whole(&db, role, &table, right).await, "{role} may {right} {table}");
            }
        }
    }
}

#[tokio::test]
async fn the_members_door_cannot_read_how_staff_sign_in() {
    let db = TestDb::open().await;
    for right in ["select", "insert", "update"] {
        for table in STAFF_ONLY {
            assert!(!may(&db, "gym_client", table, right).await, "{right} {table}");
        }
    }
    let readable = columns(&db, "gym_client", "staff_users", "select").await;
    assert_eq!(readable, ["branch_id", "full_name", "gym_id", "id", "is_active", "role"]);
    for secret in ["audit_log", "outbox"] {
        assert!(!may(&db, "gym_client", secret, "select").await, "{secret}");
    }
}

#[tokio::test]
async fn the_members_door_writes_only_what_is_a_members_own() {
    let db = TestDb::open().await;
    for table in tables(&db).await {
        for right in ["insert", "update"] {
            let is_theirs = MEMBERS_WRITE.contains(&table.as_str());
            assert!(is_theirs || !may(&db, "gym_client", &table, right).await, "{right} {table}");
        }
    }
    let written = columns(&db, "gym_client", "customers", "update").await;
    for column in ["id", "gym_id", "branch_id", "full_name", "phone", "email", "is_active", "notes"] {
        assert!(!written.iter().any(|name| name == column), "customers.{column}");
    }
    assert!(!may(&db, "gym_client", "customers", "insert").await);
}

#[tokio::test]
async fn the_services_own_nothing_and_make_nothing() {
    let db = TestDb::open().await;
    for role in SERVICES {
        let (is_mighty, owns, makes): (bool, bool, bool) = sqlx::query_as(
            "select rolsuper or rolcreatedb or rolcreaterole or rolbypassrls or rolreplication,
                 exists (select from pg_class where relowner = r.oid),
                 has_schema_privilege(rolname, 'public', 'create')
             from pg_roles r where rolname = $1",
        )
        .bind(role)
        .fetch_one(&db.owner)
        .await
        .unwrap();
        assert!(!is_mighty && !owns && !makes, "{role}: {is_mighty} {owns} {makes}");
    }
}

/// A column that numbers its rows asks no right of whoever inserts one; a right on its sequence could only disturb it.
#[tokio::test]
async fn only_the_sequence_of_people_is_drawn_from_by_hand() {
    let db = TestDb::open().await;
    let drawn: Vec<String> = sqlx::query_scalar(
        "select distinct c.relname::text from pg_class c, unnest($1::text[]) as role, unnest($2::text[]) as kind
         where c.relkind = 'S' and c.relnamespace = 'public'::regnamespace and has_sequence_privilege(role, c.oid, kind)",
    )
    .bind(SERVICES)
    .bind(["usage", "select", "update"])
    .fetch_all(&db.owner)
    .await
    .unwrap();
    assert_eq!(drawn, ["people_ids"]);
}
