//! Connections to Postgres, as configured.
//!
//! In production every new connection is asked whether Postgres keeps what it acknowledges. One that does not is closed
//! before anybody writes on it, so a service that starts before its database, or whose database is replaced while it
//! runs, stays unavailable rather than forgetful.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::config::{Config, Database, Mode, Service};

/// A connection that has rested longer is asked whether it still lives before it is used.
const RESTED: Duration = Duration::from_secs(1);

/// The pool of the service that `config` is for; connects when it is first needed, so that a service may start before
/// its database.
///
/// A busy connection is not tested before use: that would be a round trip for each request. The one that finds it dead
/// answers 503, and the pool replaces it.
pub fn open(config: &Config) -> Result<PgPool, sqlx::Error> {
    let must_keep = config.mode == Mode::Production;
    Ok(PgPoolOptions::new()
        .max_connections(config.database.max_connections)
        .acquire_timeout(config.database.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|conn, about| {
            Box::pin(async move {
                if about.idle_for > RESTED {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |conn, _| {
            Box::pin(async move {
                if must_keep {
                    refuse_forgetful(conn).await.map_err(|refused| match refused {
                        Refused::Forgetful(forgetful) => sqlx::Error::Configuration(forgetful.into()),
                        Refused::Unasked(error) => error,
                    })?;
                }
                Ok(())
            })
        })
        .connect_lazy_with(settled(config.service, &config.database)?))
}

/// Asks the Postgres that `database` names, if it answers within the time that a request would wait for a connection.
///
/// # Refuses
/// [`Forgetful`], whose word is final; a Postgres that is away is no reason not to start.
pub async fn ask(service: Service, database: &Database) -> Result<(), Forgetful> {
    let Ok(options) = settled(service, database) else { return Ok(()) };
    let asked = tokio::time::timeout(database.acquire_timeout, async {
        let mut conn = PgConnection::connect_with(&options).await?;
        refuse_forgetful(&mut conn).await
    });
    match asked.await {
        Ok(Err(Refused::Forgetful(forgetful))) => Err(forgetful),
        Ok(Err(Refused::Unasked(error))) => {
            tracing::warn!(%error, "the database is away");
            Ok(())
        }
        Err(_elapsed) => {
            tracing::warn!("the database does not answer");
            Ok(())
        }
        Ok(Ok(())) => Ok(()),
    }
}

/// A Postgres that may lose what it acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this Postgres may lose what it acknowledged: {} off", .0.join(", "))]
pub struct Forgetful(Vec<String>);

#[derive(Debug)]
enum Refused {
    Forgetful(Forgetful),
    Unasked(sqlx::Error),
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Self::Unasked(error)
    }
}

/// As this connection sees them: a role or a database may have its own.
async fn refuse_forgetful(conn: &mut PgConnection) -> Result<(), Refused> {
    let off = sqlx::query_scalar!(
        r#"select name as "name!"
         from pg_settings
         where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
         order by name"#
    )
    .fetch_all(conn)
    .await?;
    if off.is_empty() { Ok(()) } else { Err(Refused::Forgetful(Forgetful(off))) }
}

/// One connection for whoever changes the schema: no time limits, for a new index takes as long as it takes.
pub async fn open_for_migration(service: Service, url: &SecretString) -> Result<PgPool, sqlx::Error> {
    let options = options(service, url)?;
    // A pool only says that it waited in vain; a connection says why.
    PgConnection::connect_with(&options).await?.close().await?;
    PgPoolOptions::new().max_connections(1).connect_with(options).await
}

fn settled(service: Service, database: &Database) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(options(service, &database.url)?.statement_cache_capacity(256).options([
        ("statement_timeout", format!("{}ms", database.statement_timeout.as_millis())),
        ("lock_timeout", format!("{}ms", database.lock_timeout.as_millis())),
        ("idle_in_transaction_session_timeout", "30s".to_owned()),
        // No page is long enough to be worth the start of helpers, and all cores have requests to answer.
        ("max_parallel_workers_per_gather", "0".to_owned()),
    ]))
}

fn options(service: Service, url: &SecretString) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.expose_secret().parse()?;
    Ok(options.application_name(&service.to_string()))
}
