//! How a service reaches its database: from the configuration to connections with limits.

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{
    config::{Config, Database, Mode, ServiceName},
    db::{Db, DbSettings, PoolSettings},
    durability::{Durability, Forgetful},
};

/// The database of the service that `config` is for; connects when it is first needed.
pub fn open(config: &Config) -> Result<Db, sqlx::Error> {
    let database = &config.database;
    let most = usize::try_from(database.max_connections).unwrap_or(usize::MAX);
    let for_writing = most.div_ceil(2);
    let pool = |url, max_connections: usize| {
        Ok::<_, sqlx::Error>(PoolSettings {
            options: limited(options(config.service, url)?, database),
            // With a single connection configured, each pool still gets one.
            max_connections: max_connections.max(1),
            acquire_timeout: database.acquire_timeout,
            durability: match config.mode {
                Mode::Production => Durability::Required,
                Mode::Development => Durability::Waived,
            },
        })
    };
    let for_reading = most.saturating_sub(for_writing);
    let settings = DbSettings {
        writing: pool(&database.url, for_writing)?,
        reading: pool(&database.url, for_reading)?,
        replica: database.read_url.as_ref().map(|url| pool(url, for_reading)).transpose()?,
    };
    Db::new(settings, config.secrets.hash_key.expose_secret().as_bytes())
}

/// Asks the Postgres that `database` names whether it keeps what it acknowledges, if it answers within the time that a
/// request would wait for a connection.
///
/// # Errors
/// [`Forgetful`] only: a Postgres that cannot be reached is no reason not to start.
pub async fn ask(service: ServiceName, database: &Database) -> Result<(), Forgetful> {
    let asked = tokio::time::timeout(database.acquire_timeout, async {
        let options = limited(options(service, &database.url)?, database);
        let mut conn = PgConnection::connect_with(&options).await?;
        Durability::Required.check(&mut conn).await
    });
    let unreachable = match asked.await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(sqlx::Error::Configuration(refused))) => match refused.downcast::<Forgetful>() {
            Ok(forgetful) => return Err(*forgetful),
            Err(error) => error.to_string(),
        },
        Ok(Err(error)) => error.to_string(),
        Err(_elapsed) => "no answer".to_owned(),
    };
    tracing::warn!(error = unreachable, "the database is away");
    Ok(())
}

/// One connection for whoever changes the schema: no time limits, for a new index takes as long as it takes.
pub async fn open_for_migration(service: ServiceName, url: &SecretString) -> Result<PgPool, sqlx::Error> {
    let options = options(service, url)?;
    // A pool only says that it waited in vain; a connection says why.
    PgConnection::connect_with(&options).await?.close().await?;
    PgPoolOptions::new().max_connections(1).connect_with(options).await
}

fn limited(options: PgConnectOptions, database: &Database) -> PgConnectOptions {
    options.statement_cache_capacity(256).options([
        ("statement_timeout", format!("{}ms", database.statement_timeout.as_millis())),
        ("lock_timeout", format!("{}ms", database.lock_timeout.as_millis())),
        ("idle_in_transaction_session_timeout", "30s".to_owned()),
        // No page is long enough to be worth the start of helpers, and all cores have requests to answer.
        ("max_parallel_workers_per_gather", "0".to_owned()),
    ])
}

fn options(service: ServiceName, url: &SecretString) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.expose_secret().parse()?;
    Ok(options.application_name(&service.to_string()))
}
