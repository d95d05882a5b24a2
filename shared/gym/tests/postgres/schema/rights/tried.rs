//! What the services' roles may not do, tried with a connection of each: a grant that is looked up says less than a
//! statement that fails.

use base::testing::TestDb;
use sqlx::{AssertSqlSafe, PgPool};

use super::tables;

/// What became of a statement.
#[derive(Debug, PartialEq, Eq)]
enum Tried {
    /// Postgres refused it for want of a right, or because of a row policy.
    Refused,
    /// It was carried out, on so many rows.
    Done(u64),
    /// Something else was wrong with it.
    Failed(String),
}

async fn attempt(pool: &PgPool, statement: &str) -> Tried {
    match sqlx::query(AssertSqlSafe(statement.to_owned())).execute(pool).await {
        Ok(done) => Tried::Done(done.rows_affected()),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => Tried::Refused,
        Err(error) => Tried::Failed(error.to_string()),
    }
}

async fn assert_refused(pool: &PgPool, statements: &[&str]) {
    for statement in statements {
        assert_eq!(attempt(pool, statement).await, Tried::Refused, "{statement}");
    }
}

/// A gym with somebody at the desk, a member, and a row of each in every table that the doors share.
async fn arranged() -> TestDb {
    let db = TestDb::open().await;
    let rows = "
        insert into gyms (id, name, time_zone, currency, calling_code, primary_color, secondary_color, is_setup_complete,
            is_active, created_at)
        values (1, 'Nile Fitness', 'Africa/Cairo', 'EGP', '20', '#DC2626', '#EF4444', true, true, '2026-04-01');
        insert into branches (id, gym_id, name, code, is_active, created_at)
        values (1, 1, 'Dragon Club', 'DRA001', true, '2026-04-01');
        insert into staff_users (id, gym_id, branch_id, username, full_name, role, password_hash, must_change_password,
            is_active, created_at)
        values (1006, 1, 1, 'reception1', 'Reem Tarek', 'front_desk', 'a hash', false, true, '2026-04-01');
        insert into customers (id, gym_id, branch_id, full_name, name_folded, qr_version, temporary_password,
            temporary_password_until, password_changed, is_active, created_at, updated_at)
        values (2001, 1, 1, 'Mona Adel', 'mona adel', 1, 'RX04AF', '2026-05-01', false, true, '2026-04-01', '2026-04-01');
        insert into devices (token, staff_id, customer_id, app_type, platform, registered_at)
        values ('of-staff', 1006, null, 'staff', 'android', '2026-04-01'),
            ('of-member', null, 2001, 'client', 'android', '2026-04-01');
        insert into idempotency_keys (actor_kind, actor_id, key, fingerprint, outcome, created_at)
        values ('staff', 1006, 'key:a', '\\x00', '5', '2026-04-01'), ('customer', 2001, 'key:a', '\\x00', '6', '2026-04-01');
        insert into limit_counters (action, key_hash, window_started_at, count, counted_by)
        values ('sign_in', '\\x01', '2026-04-01', 9, 'gym_staff'), ('sign_in', '\\x02', '2026-04-01', 9, 'gym_client');
        insert into audit_log (at, gym_id, actor_kind, actor_id, action, request_id)
        values ('2026-04-01', 1, 'staff', 1006, 'branches.switch', 'r');
        insert into one_time_codes (purpose, identifier_hash, customer_id, code_hash, guesses, created_at, expires_at)
        values ('activation', '\\x01', 2001, '\\x02', 0, '2026-04-01', '2026-04-02');
        insert into member_sessions (id, customer_id, refresh_hash, created_at, expires_at)
        values ('00000000-0000-0000-0000-000000000001', 2001, '\\x01', '2026-04-01', '2026-05-01');
    ";
    sqlx::raw_sql(rows).execute(&db.owner).await.expect("rows of every kind");
    db
}

const SIGNED: &str =
    "insert into audit_log (at, gym_id, actor_kind, actor_id, action, request_id) values ('2026-04-02', 1,";

#[tokio::test]
async fn the_members_door_signs_for_nobody_but_members() {
    let db = arranged().await;
    let client = db.client_pool();
    for forged in [
        "'staff', 1006, 'account.sign_in', 'r')",
        "'system', null, 'account.sign_in', 'r')",
        "'customer', 2001, 'subscriptions.sell', 'r')",
        "'visitor', null, 'staff.manage', 'r')",
    ] {
        assert_refused(client, &[&format!("{SIGNED} {forged}")]).await;
    }
    let flagged = SIGNED.replace("request_id)", "request_id, flag)");
    assert_refused(client, &[&format!("{flagged} 'customer', 2001, 'account.sign_in', 'r', 'below_price')")])
        .await;
    assert_refused(
        client,
        &[
            "select id from audit_log",
            "update audit_log set actor_id = 2001",
            "delete from audit_log",
            "insert into audit_log (id, at, gym_id, actor_kind, action, request_id) overriding system value
             values (7, '2026-04-02', 1, 'visitor', 'account.sign_in', 'r')",
        ],
    )
    .await;
    let own = format!("{SIGNED} 'customer', 2001, 'account.sign_out', 'r')");
    assert_eq!(attempt(client, &own).await, Tried::Done(1));
}

#[tokio::test]
async fn the_members_door_leaves_the_counters_of_staff_alone() {
    let db = arranged().await;
    let client = db.client_pool();
    let counted = "insert into limit_counters (action, key_hash, window_started_at, count, counted_by)
                   values ('sign_in', '\\x03', '2026-04-01', 99, 'gym_staff')";
    let stolen = "update limit_counters set counted_by = 'gym_staff'";
    // A row that it does not see cannot be counted on either.
    let taken = "insert into limit_counters (action, key_hash, window_started_at, count)
                 values ('sign_in', '\\x01', '2026-04-01', 0) on conflict (action, key_hash) do update set count = 0";
    assert_refused(client, &[counted, stolen, taken]).await;
    assert_eq!(attempt(client, "update limit_counters set count = 0").await, Tried::Done(1));
    assert_eq!(attempt(client, "delete from limit_counters").await, Tried::Done(1));
    let left: Vec<(String, i32)> = sqlx::query_as("select counted_by::text, count from limit_counters")
        .fetch_all(&db.owner)
        .await
        .unwrap();
    assert_eq!(left, [("gym_staff".to_owned(), 9)]);
}

#[tokio::test]
async fn the_members_door_sees_no_kept_answer_of_staff() {
    let db = arranged().await;
    let client = db.client_pool();
    let seen: Vec<i64> =
        sqlx::query_scalar("select actor_id from idempotency_keys").fetch_all(client).await.unwrap();
    assert_eq!(seen, [2001]);
    let forged = "insert into idempotency_keys (actor_kind, actor_id, key, fingerprint, outcome, created_at)
                  values ('staff', 1006, 'key:b', '\\x00', '7', '2026-04-01')";
    let rewritten =
        "insert into idempotency_keys (actor_kind, actor_id, key, fingerprint, outcome, created_at)
                     values ('staff', 1006, 'key:a', '\\x00', '7', '2026-04-01')
                     on conflict (actor_kind, actor_id, key) do update set outcome = excluded.outcome";
    let turned = "update idempotency_keys set actor_kind = 'staff'";
    assert_refused(client, &[forged, rewritten, turned, "delete from idempotency_keys"]).await;
    assert_eq!(attempt(client, "update idempotency_keys set outcome = '8'").await, Tried::Done(1));
    let kept: Vec<String> =
        sqlx::query_scalar("select outcome::text from idempotency_keys order by actor_id")
            .fetch_all(&db.owner)
            .await
            .unwrap();
    assert_eq!(kept, ["5", "8"]);
}

#[tokio::test]
async fn the_members_door_reads_no_secret_of_the_desk() {
    let db = arranged().await;
    assert_refused(
        db.client_pool(),
        &[
            "select temporary_password from customers",
            "select notes from customers",
            "select * from customers",
            "select id from customers where temporary_password = 'RX04AF'",
            "update customers set temporary_password = 'ZZ99ZZ'",
            "update customers set temporary_password = 'ZZ99ZZ', temporary_password_until = '2036-01-01' where id = 2001",
            "select password_hash from staff_users",
            "select username from staff_users",
            "update staff_users set password_hash = 'mine'",
            "insert into staff_sessions select * from staff_sessions",
            "select token from devices",
            "select payload from outbox",
            "update customers set phone = '+201001234567'",
            "update customers set branch_id = 2",
            "update gyms set is_active = false",
            "insert into gym_rules (gym_id, rule, is_on) values (1, 'managers_may_override', true)",
            "select max_percent_off from sale_limits",
            "insert into sale_limits (gym_id, max_percent_off) values (1, 100)",
            "select title from expenses",
            "insert into payments select * from payments",
            "insert into entries select * from entries",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_members_door_takes_a_first_password_away() {
    let db = arranged().await;
    let away =
        "update customers set temporary_password = null, temporary_password_until = null where id = 2001";
    assert_eq!(attempt(db.client_pool(), away).await, Tried::Done(1));
    let given = "update customers set temporary_password = 'ZZ99ZZ', temporary_password_until = '2036-01-01' where id = 2001";
    assert_eq!(attempt(db.staff_pool(), given).await, Tried::Done(1));
}

#[tokio::test]
async fn the_members_door_takes_away_nothing_but_a_members_phones() {
    let db = arranged().await;
    let client = db.client_pool();
    let kept = [
        "delete from one_time_codes",
        "delete from member_sessions",
        "delete from customers",
        "delete from spent_qr_tokens",
        "delete from outbox",
        "update member_sessions set expires_at = '2036-01-01'",
        "update member_sessions set customer_id = 2002",
    ];
    assert_refused(client, &kept).await;
    let all_of_them = "delete from devices where customer_id is null or customer_id is not null";
    assert_eq!(attempt(client, all_of_them).await, Tried::Done(1));
    let left: Vec<String> =
        sqlx::query_scalar("select token from devices").fetch_all(&db.owner).await.unwrap();
    assert_eq!(left, ["of-staff"]);
}

#[tokio::test]
async fn of_the_audit_log_only_refusals_and_strangers_are_forgotten_and_only_by_staff_api() {
    let db = arranged().await;
    let refused = "insert into audit_log (at, gym_id, actor_kind, action, request_id, refused_as, address_hash, address_network)
                   values ('2026-04-01', 1, 'visitor', 'account.sign_in_refused', 'r', 'INVALID_CREDENTIALS', '\\x01', '192.0.2.0/24')";
    assert_eq!(attempt(db.client_pool(), refused).await, Tried::Done(1));
    let forget = "select forget_refusals(kind, '2036-01-01', 100) from unnest(array['staff', 'visitor', 'customer']) as kind";
    assert_refused(db.client_pool(), &[forget]).await;
    assert_eq!(attempt(db.staff_pool(), forget).await, Tried::Done(3));
    let left: Vec<String> =
        sqlx::query_scalar("select action from audit_log").fetch_all(&db.owner).await.unwrap();
    assert_eq!(left, ["branches.switch"]);
    let asked = "insert into audit_log (at, actor_kind, action, request_id)
                 values ('2026-04-01', 'visitor', 'account.request_activation', 'r')";
    assert_eq!(attempt(db.client_pool(), asked).await, Tried::Done(1));
    let strangers = "select forget_strangers('2036-01-01', 100)";
    assert_refused(db.client_pool(), &[strangers]).await;
    sqlx::query(strangers).execute(db.staff_pool()).await.unwrap();
    let rows: i64 = sqlx::query_scalar("select count(*) from audit_log").fetch_one(&db.owner).await.unwrap();
    assert_eq!(rows, 1, "what staff did in a gym stays");
}

#[tokio::test]
async fn staff_api_rewrites_no_past_and_makes_no_member() {
    let db = arranged().await;
    assert_refused(
        db.staff_pool(),
        &[
            "delete from audit_log",
            "update audit_log set actor_id = null",
            "delete from payments",
            "update payments set amount_minor = 0",
            "delete from expenses",
            "update expenses set amount_minor = 0",
            "update expenses set branch_id = 2",
            "update expenses set created_by = 1",
            "delete from entries",
            "update entries set charged = 0",
            "delete from subscription_movements",
            "update subscription_movements set amount = 1",
            "update account_days set debit_minor = 0",
            "insert into account_days select * from account_days",
            "update transfers set amount_minor = 1",
            "delete from transfers",
            "update month_closings set month = '2026-01-01'",
            "delete from branch_months",
            "update subscription_months set earned_minor = 0",
            "update subscription_renewals set price_minor = 0",
            "delete from payment_returns",
            "insert into payment_returns (payment_id, paid_minor, returned_minor) values (1, 1, 0)",
            "update payment_postings set debit = 'card'",
            "delete from ledger_accounts",
            "update branch_sizes set customers = 0",
            "update payment_days set amount_minor = 0",
            "update staff_days set amount_minor = 0",
            "delete from subscriptions",
            "update subscriptions set customer_id = 1",
            "update subscriptions set sold_by = 1, created_at = '2026-04-01'",
            "update subscription_freezes set fee_minor = 0",
            "delete from subscription_freezes",
            "update branch_receipts set branch_id = 2",
            "delete from branch_receipts",
            "delete from customers",
            "delete from staff_users",
            "delete from gyms",
            "insert into member_sessions select * from member_sessions",
            "update member_sessions set refresh_hash = '\\x01'",
            "insert into one_time_codes select * from one_time_codes",
            "update staff_sessions set staff_id = 1002",
            "insert into time_zones (name) values ('Mars/Olympus')",
        ],
    )
    .await;
}

/// The schema, the server and the other roles are not a service's to touch.
#[tokio::test]
async fn neither_service_is_more_than_a_guest() {
    let db = arranged().await;
    for pool in [db.staff_pool(), db.client_pool()] {
        for table in tables(&db).await {
            let statements = [
                format!("truncate {table}"),
                format!("drop table {table}"),
                format!("alter table {table} add column mine text"),
                format!(
                    "create trigger mine before insert on {table} for each row execute function suppress_redundant_updates_trigger()"
                ),
            ];
            for statement in statements {
                assert_eq!(attempt(pool, &statement).await, Tried::Refused, "{statement}");
            }
        }
        assert_refused(
            pool,
            &[
                "create table mine (id bigint)",
                "create function mine() returns bigint language sql return 1",
                "create schema mine",
                "create role mine",
                "set role gym_migrator",
                "grant gym_migrator to gym_client",
                "alter table audit_log disable row level security",
                "drop policy audit_log_members_sign_for_themselves on audit_log",
                "select setval('people_ids', 1)",
                "select setval(pg_get_serial_sequence('payments', 'id'), 1)",
                "select pg_read_file('/etc/passwd')",
                "copy gyms to program 'true'",
                "alter system set fsync = off",
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'gym_migrator'",
            ],
        )
        .await;
    }
    assert_refused(db.client_pool(), &["select nextval('people_ids')"]).await;
}

#[tokio::test]
async fn nobody_but_the_services_runs_our_functions_and_none_of_them_is_open_to_a_search_path() {
    let db = TestDb::open().await;
    let functions: Vec<(String, bool, bool, bool)> = sqlx::query_as(
        "select p.proname::text,
             exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0),
             p.prosecdef,
             coalesce(array_to_string(p.proconfig, ','), '') like 'search_path=%'
         from pg_proc p
         where p.pronamespace = 'public'::regnamespace
           and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')",
    )
    .fetch_all(&db.owner)
    .await
    .unwrap();
    assert!(functions.len() >= 6, "{functions:?}");
    for (name, is_for_everybody, is_definer, is_pinned) in functions {
        assert!(!is_for_everybody, "{name} is executable by everybody");
        assert!(!is_definer || is_pinned, "{name} runs as its owner, with a search path of the caller's");
    }
}

#[tokio::test]
async fn the_services_are_members_of_no_other_role() {
    let db = TestDb::open().await;
    let memberships: Vec<String> = sqlx::query_scalar(
        "select roleid::regrole::text from pg_auth_members
         where member in ('gym_staff'::regrole, 'gym_client'::regrole)",
    )
    .fetch_all(&db.owner)
    .await
    .unwrap();
    assert!(memberships.is_empty(), "{memberships:?}");
}
