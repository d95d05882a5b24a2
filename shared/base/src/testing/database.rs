//! A Postgres database per test, cloned from a template that is made once per schema.

#![expect(clippy::expect_used, reason = "a test without its database cannot go on")]

use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

use crate::platform::{
    db::{Db, DbSettings, PoolSettings},
    migrations,
    soundness::Soundness,
};

/// Where tests find Postgres: a role that owns the schema and may create databases.
const DEFAULT_URL: &str = "postgres://gym_migrator:gym_migrator@127.0.0.1:15490/postgres";

/// A database for one test; dropped with the value.
#[derive(Debug)]
pub struct TestDb {
    name: String,
    admin: PgConnectOptions,
    /// Connections as the owner of the schema: to arrange a test and to look at what it did.
    pub owner: PgPool,
    staff_pool: PgPool,
    client_pool: PgPool,
    staff: Db,
    client: Db,
}

impl TestDb {
    /// Clones the template, making it first if this schema has none yet.
    ///
    /// # Panics
    /// Without a Postgres at `GYM_TEST_DATABASE_URL`.
    pub async fn open() -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests are told where Postgres is by the environment")]
        let url = std::env::var("GYM_TEST_DATABASE_URL").unwrap_or_else(|_| DEFAULT_URL.to_owned());
        // The statements of the services under test are logged, those that set the test up are not.
        let told = PgConnectOptions::from_str(&url).expect("GYM_TEST_DATABASE_URL");
        let admin = told.clone().disable_statement_logging();
        let mut conn = PgConnection::connect_with(&admin).await.expect("Postgres for tests: see deploy/test");
        let template = template(&mut conn, &admin).await;
        let name = format!("gym_test_{}", Uuid::new_v4().simple());
        let create = format!("create database {name} template {template} strategy file_copy");
        conn.execute(AssertSqlSafe(create)).await.expect("clone the template");
        conn.close().await.expect("close");
        let options = |user: &str| {
            let options = told.clone().database(&name).username(user).password(user);
            options.options([("lock_timeout", "5s"), ("statement_timeout", "20s")])
        };
        let pool = |user| PgPoolOptions::new().max_connections(8).connect_lazy_with(options(user));
        let (staff_pool, client_pool) = (pool("gym_staff"), pool("gym_client"));
        let owner = PgPoolOptions::new().max_connections(4).connect_lazy_with(admin.clone().database(&name));
        let (staff, client) = (open(options("gym_staff")), open(options("gym_client")));
        Self { name, admin, owner, staff_pool, client_pool, staff, client }
    }

    /// The database with the rights of staff-api's role.
    pub fn staff(&self) -> Db {
        self.staff.clone()
    }

    /// The database with the rights of client-api's role.
    pub fn client(&self) -> Db {
        self.client.clone()
    }

    /// Its address for the role `user`, as a program that is started would be told.
    pub fn url(&self, user: &str) -> String {
        format!("postgres://{user}:{user}@{}:{}/{}", self.admin.get_host(), self.admin.get_port(), self.name)
    }

    /// Connections with the rights of the staff role that no pool of a [`Db`] knows of: for locks held against it.
    pub fn staff_pool(&self) -> &PgPool {
        &self.staff_pool
    }

    /// The same, with the rights of the members' door.
    pub fn client_pool(&self) -> &PgPool {
        &self.client_pool
    }
}

/// A [`Db`] whose pools connect as `options` say.
///
/// # Panics
/// Never: these settings are sound.
pub fn open(options: PgConnectOptions) -> Db {
    let pool = PoolSettings {
        options,
        max_connections: 24,
        acquire_timeout: Duration::from_secs(10),
        soundness: Soundness::Waived,
    };
    let settings = DbSettings { writing: pool.clone(), reading: pool, replica: None };
    Db::new(settings, super::HASH_KEY).expect("a sound pool")
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let drop = format!("drop database if exists {} with (force)", self.name);
        let admin = self.admin.clone();
        // A value is dropped inside the runtime of its test, which cannot be waited on: hence a thread with a runtime
        // of its own.
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
        // Made under another name: a process that dies half-way leaves nothing that looks like a finished template.
        let draft = format!("{name}_draft");
        conn.execute(AssertSqlSafe(format!("drop database if exists {draft} with (force)")))
            .await
            .expect("drop an unfinished template");
        conn.execute(AssertSqlSafe(format!("create database {draft}"))).await.expect("create the template");
        let pool = PgPool::connect_with(admin.clone().database(&draft)).await.expect("connect");
        migrations::migrate(&pool).await.expect("migrate the template");
        // Postgres renames and clones no database that somebody is connected to.
        pool.close().await;
        conn.execute(AssertSqlSafe(format!("alter database {draft} rename to {name}")))
            .await
            .expect("rename");
    }
    conn.execute("select pg_advisory_unlock(4710815)").await.expect("unlock");
    name
}
