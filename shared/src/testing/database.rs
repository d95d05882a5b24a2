//! A Postgres database per test, cloned from a template that is made once per schema.

#![expect(clippy::expect_used, reason = "a test without its database cannot go on")]

use std::str::FromStr;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

use crate::platform::{db::Db, migrations};

/// Where tests find Postgres: a role that owns the schema and may create databases.
const DEFAULT_URL: &str = "postgres://gym_migrator:gym_migrator@127.0.0.1:15490/postgres";

/// A database of one's own; dropped with the value.
#[derive(Debug)]
pub struct TestDb {
    name: String,
    admin: PgConnectOptions,
    /// As the owner of the schema: to arrange and to look.
    pub owner: PgPool,
    staff: PgPool,
    client: PgPool,
}

impl TestDb {
    /// Clones the template, making it first if this schema has none yet.
    ///
    /// # Panics
    /// Without a Postgres at `GYM_TEST_DATABASE_URL`.
    pub async fn open() -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests are told where Postgres is by the environment")]
        let url = std::env::var("GYM_TEST_DATABASE_URL").unwrap_or_else(|_| DEFAULT_URL.to_owned());
        // What the doors ask of the database is told to whoever listens; what is done around them is not.
        let told = PgConnectOptions::from_str(&url).expect("GYM_TEST_DATABASE_URL");
        let admin = told.clone().disable_statement_logging();
        let mut conn = PgConnection::connect_with(&admin).await.expect("Postgres for tests: see deploy/test");
        let template = template(&mut conn, &admin).await;
        let name = format!("gym_test_{}", Uuid::new_v4().simple());
        let create = format!("create database {name} template {template} strategy file_copy");
        conn.execute(AssertSqlSafe(create)).await.expect("clone the template");
        conn.close().await.expect("close");
        let pool = |user: &str| {
            let options = told.clone().database(&name).username(user).password(user);
            PgPoolOptions::new()
                .max_connections(24)
                .acquire_timeout(std::time::Duration::from_secs(10))
                .test_before_acquire(false)
                .connect_lazy_with(options.options([("lock_timeout", "5s"), ("statement_timeout", "20s")]))
        };
        let owner = PgPoolOptions::new().max_connections(4).connect_lazy_with(admin.clone().database(&name));
        Self { staff: pool("gym_staff"), client: pool("gym_client"), owner, name, admin }
    }

    /// As staff-api sees it.
    pub fn staff(&self) -> Db {
        Db::new(self.staff.clone(), super::HASH_KEY)
    }

    /// As client-api sees it.
    pub fn client(&self) -> Db {
        Db::new(self.client.clone(), super::HASH_KEY)
    }

    /// The pool of the staff role.
    pub fn staff_pool(&self) -> &PgPool {
        &self.staff
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let drop = format!("drop database if exists {} with (force)", self.name);
        let admin = self.admin.clone();
        let done = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
            runtime.block_on(async {
                let mut conn = PgConnection::connect_with(&admin).await.expect("Postgres for tests");
                conn.execute(AssertSqlSafe(drop)).await.map(|_| ())
            })
        })
        .join();
        if !std::thread::panicking() {
            done.expect("the dropping thread").expect("drop the test database");
        }
    }
}

/// The template of this schema, made under an advisory lock by whoever comes first.
async fn template(conn: &mut PgConnection, admin: &PgConnectOptions) -> String {
    let mut digest = 0_u64;
    for migration in migrations::MIGRATOR.iter() {
        for byte in migration.checksum.iter() {
            digest = digest.rotate_left(5) ^ u64::from(*byte);
        }
    }
    let name = format!("gym_template_{digest:016x}");
    let lock = "select pg_advisory_lock(4710815)";
    conn.execute(lock).await.expect("lock");
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut *conn)
        .await
        .expect("look for the template");
    if !exists {
        let draft = format!("{name}_draft");
        conn.execute(AssertSqlSafe(format!("drop database if exists {draft} with (force)")))
            .await
            .expect("drop an unfinished template");
        conn.execute(AssertSqlSafe(format!("create database {draft}"))).await.expect("create the template");
        let pool = PgPool::connect_with(admin.clone().database(&draft)).await.expect("connect");
        migrations::migrate(&pool).await.expect("migrate the template");
        pool.close().await;
        conn.execute(AssertSqlSafe(format!("alter database {draft} rename to {name}")))
            .await
            .expect("rename");
    }
    conn.execute("select pg_advisory_unlock(4710815)").await.expect("unlock");
    name
}
