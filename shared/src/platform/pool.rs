//! Connections to Postgres, as configured.

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::config::{Database, Service};

/// The pool of `service`; connects when it is first needed, so that a service may start before its database.
///
/// A connection is not tested before use: that would be a round trip for each request. The one that finds it dead
/// answers 503, and the pool replaces it.
pub fn open(service: Service, database: &Database) -> Result<PgPool, sqlx::Error> {
    let options = options(service, &database.url)?.statement_cache_capacity(256).options([
        ("statement_timeout", format!("{}ms", database.statement_timeout.as_millis())),
        ("lock_timeout", format!("{}ms", database.lock_timeout.as_millis())),
        ("idle_in_transaction_session_timeout", "30s".to_owned()),
    ]);
    Ok(PgPoolOptions::new()
        .max_connections(database.max_connections)
        .acquire_timeout(database.acquire_timeout)
        .test_before_acquire(false)
        .connect_lazy_with(options))
}

/// One connection for whoever changes the schema: no time limits, for a new index takes as long as it takes.
pub async fn open_for_migration(service: Service, url: &SecretString) -> Result<PgPool, sqlx::Error> {
    let options = options(service, url)?;
    // A pool only says that it waited in vain; a connection says why.
    PgConnection::connect_with(&options).await?.close().await?;
    PgPoolOptions::new().max_connections(1).connect_with(options).await
}

fn options(service: Service, url: &SecretString) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.expose_secret().parse()?;
    Ok(options.application_name(&service.to_string()))
}
