//! How a service reaches its database: from the configuration to connections with limits.

use std::io;

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    Connection as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{
    config::{Config, Database, DatabaseAlone, Mode, ServiceName},
    db::{Db, DbSettings, Destination, NoConnection, PoolSettings, in_words},
    soundness::{Soundness, Unsound},
};

/// The database of the service that `config` is for; connects when it is first needed.
pub fn open(config: &Config) -> Result<Db, sqlx::Error> {
    let hash_key = config.secrets.hash_key.expose_secret().as_bytes();
    open_as((config.service, config.mode), &config.database, hash_key)
}

/// The database of a command that answers no request, and so has no repeats to recognise by a key.
pub fn open_alone(alone: &DatabaseAlone) -> Result<Db, sqlx::Error> {
    open_as((alone.service, alone.mode), &alone.database, &rand::random::<[u8; 32]>())
}

fn open_as(
    (service, mode): (ServiceName, Mode),
    database: &Database,
    hash_key: &[u8],
) -> Result<Db, sqlx::Error> {
    let most = usize::try_from(database.max_connections).unwrap_or(usize::MAX);
    let for_writing = most.div_ceil(2);
    let pool = |url, max_connections: usize| {
        Ok::<_, sqlx::Error>(PoolSettings {
            options: limited(options(service, url)?, database),
            // With a single connection configured, each pool still gets one.
            max_connections: max_connections.max(1),
            acquire_timeout: database.acquire_timeout,
            soundness: soundness(mode),
        })
    };
    let for_reading = most.saturating_sub(for_writing);
    let settings = DbSettings {
        writing: pool(&database.url, for_writing)?,
        reading: pool(&database.url, for_reading)?,
        replica: database.read_url.as_ref().map(|url| pool(url, for_reading)).transpose()?,
    };
    Db::new(settings, hash_key)
}

/// Connects once, and says in the log if that fails, where to and why. In production it also asks whether that Postgres
/// may be trusted, if it answers within the time that a request would wait for a connection.
///
/// # Errors
/// [`Unsound`] only: a Postgres that cannot be reached is no reason not to start.
pub async fn ask(config: &Config) -> Result<(), Unsound> {
    let database = &config.database;
    let Ok(options) = options(config.service, &database.url) else { return Ok(()) };
    let to = Destination::of(&options);
    let asked = tokio::time::timeout(database.acquire_timeout, async {
        let mut conn = PgConnection::connect_with(&limited(options, database)).await?;
        soundness(config.mode).check(&mut conn).await
    });
    let why = match asked.await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(sqlx::Error::Configuration(refused))) => match refused.downcast::<Unsound>() {
            Ok(unsound) => return Err(*unsound),
            Err(error) => error.to_string(),
        },
        Ok(Err(error)) => in_words(&error),
        Err(_elapsed) => format!("no answer within {} ms", database.acquire_timeout.as_millis()),
    };
    tracing::warn!(error = %NoConnection::new(to, why), "the database is away");
    Ok(())
}

/// One connection at `url`, with the limits of a service's own.
pub(crate) async fn once(config: &Config, url: &SecretString) -> Result<PgConnection, sqlx::Error> {
    let options = limited(options(config.service, url)?, &config.database);
    PgConnection::connect_with(&options).await.map_err(|error| {
        NoConnection::new(Destination::of(&options), in_words(&error)).into_error(io::ErrorKind::Other)
    })
}

/// Where the database of `config` is, as it may be shown.
pub(crate) fn destination(config: &Config) -> String {
    let options = options(config.service, &config.database.url);
    options.map_or_else(|error| error.to_string(), |options| Destination::of(&options).to_string())
}

/// One connection for whoever changes the schema: no time limits, for a new index takes as long as it takes.
///
/// # Errors
/// [`NoConnection`], inside of [`sqlx::Error::Io`].
pub async fn open_for_migration(service: ServiceName, url: &SecretString) -> Result<PgPool, sqlx::Error> {
    let options = options(service, url)?;
    let failed = |error: sqlx::Error| {
        NoConnection::new(Destination::of(&options), in_words(&error)).into_error(io::ErrorKind::Other)
    };
    // A pool only says that it waited in vain; a connection says why.
    PgConnection::connect_with(&options).await.map_err(failed)?.close().await?;
    PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await
}

const fn soundness(mode: Mode) -> Soundness {
    match mode {
        Mode::Production => Soundness::Required,
        Mode::Development => Soundness::Waived,
    }
}

fn limited(options: PgConnectOptions, database: &Database) -> PgConnectOptions {
    options.statement_cache_capacity(256).options([
        ("statement_timeout", format!("{}ms", database.statement_timeout.as_millis())),
        ("lock_timeout", format!("{}ms", database.lock_timeout.as_millis())),
        // A request is given up sooner. Where the way here died without notice, its transaction holds on to its locks, such
        // as that of a branch's receipt numbers, until this is over.
        ("idle_in_transaction_session_timeout", "5s".to_owned()),
        // No page is long enough to be worth the start of helpers, and all cores have requests to answer.
        ("max_parallel_workers_per_gather", "0".to_owned()),
    ])
}

fn options(service: ServiceName, url: &SecretString) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.expose_secret().parse()?;
    Ok(options.application_name(&service.to_string()))
}
