//! Postgres.

use std::{net::IpAddr, path::Path, time::Duration};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{
    ConfigProblems, Mode, Section, ServiceName, Setting,
    development::{
        DEVELOPMENT_ONLY_CLIENT_DATABASE, DEVELOPMENT_ONLY_MIGRATOR_DATABASE, DEVELOPMENT_ONLY_PASSWORD,
        DEVELOPMENT_ONLY_STAFF_DATABASE,
    },
    field::Field,
    layers::Layers,
    parse,
    problems::Problems,
};

const URL: &str = "GYM__DATABASE__URL";
const READ_URL: &str = "GYM__DATABASE__READ_URL";
const MIGRATE_URL: &str = "GYM__DATABASE__MIGRATE_URL";

/// How this process reaches Postgres, and how long it waits for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Address of the database, with the role of this service.
    pub url: SecretString,
    migrate_url: SecretString,
    /// A replica for figures that may be a moment old, if there is one.
    #[serde(deserialize_with = "parse::optional_secret")]
    pub read_url: Option<SecretString>,
    /// Most connections of this process: half of them read, half write.
    #[serde(deserialize_with = "parse::count")]
    pub max_connections: u32,
    /// Longest wait for a connection of a pool, all steps together; then 503.
    #[serde(rename = "acquire_timeout_milliseconds", deserialize_with = "parse::milliseconds")]
    pub acquire_timeout: Duration,
    /// Longest run of a statement; Postgres ends it then.
    #[serde(rename = "statement_timeout_milliseconds", deserialize_with = "parse::milliseconds")]
    pub statement_timeout: Duration,
    /// Longest wait of a statement for a lock; Postgres ends the statement then.
    #[serde(rename = "lock_timeout_milliseconds", deserialize_with = "parse::milliseconds")]
    pub lock_timeout: Duration,
    /// Whether production may reach a database on another machine without encryption.
    pub allow_plaintext: bool,
}

impl Database {
    /// The address for whoever changes the schema. A service that only serves does not need it, so in production its
    /// absence is a problem only here.
    pub fn migrate_url(&self, mode: Mode) -> Result<&SecretString, ConfigProblems> {
        let mut problems = Problems::default();
        if mode == Mode::Production {
            refuse_known_password(MIGRATE_URL, &self.migrate_url, &mut problems);
        }
        problems.or(Some(&self.migrate_url))
    }
}

/// The part of the configuration that a command needs which only talks to Postgres: it runs where neither keys nor
/// providers are at hand.
#[derive(Debug, Clone)]
pub struct DatabaseAlone {
    /// The program that it was read for.
    pub service: ServiceName,
    /// Whether settings that are fit for development only are allowed.
    pub mode: Mode,
    /// How Postgres is reached, and how long it is waited for.
    pub database: Database,
}

impl DatabaseAlone {
    /// Loads what changing the schema needs, from the surroundings of this process: the address for whoever does that.
    pub fn load_for_migration(service: ServiceName) -> Result<Self, ConfigProblems> {
        let (env, file, problems) = super::surroundings();
        let alone =
            Self::load(service, env.into_iter(), file.as_deref(), (problems, |key| is_of(MIGRATE_URL, key)))?;
        let url = alone.database.migrate_url(alone.mode)?;
        if alone.mode == Mode::Production {
            let mut problems = Problems::default();
            alone.database.refuse_plaintext(MIGRATE_URL, url, &mut problems);
            problems.or(Some(()))?;
        }
        Ok(alone)
    }

    /// Loads what a command of this service needs that only talks to Postgres, from the surroundings of this process.
    pub fn load_for_command(service: ServiceName) -> Result<Self, ConfigProblems> {
        let (env, file, problems) = super::surroundings();
        let is_needed = |key: &str| key.starts_with("GYM__DATABASE__") && !is_of(MIGRATE_URL, key);
        Self::load(service, env.into_iter(), file.as_deref(), (problems, is_needed))
    }

    fn load(
        service: ServiceName,
        env: impl Iterator<Item = (String, String)>,
        file: Option<&Path>,
        (mut problems, is_needed): (Problems, fn(&str) -> bool),
    ) -> Result<Self, ConfigProblems> {
        let mut layers = Layers::gather(service, env, file, &mut problems);
        let mode = layers.mode(&mut problems).unwrap_or(Mode::Development);
        let database: Option<Database> = layers.section(Setting { service, mode }, &mut problems);
        problems.retain(|key| matches!(key, "GYM__MODE" | "GYM_CONFIG") || is_needed(key));
        problems.or(database.map(|database| Self { service, mode, database }))
    }
}

/// Whether a problem with `key` is one with the secret `secret`, or with the file that it stands in.
fn is_of(secret: &str, key: &str) -> bool {
    key.strip_prefix(secret).is_some_and(|rest| matches!(rest, "" | "_FILE"))
}

impl Section for Database {
    const NAME: &'static str = "database";
    const FIELDS: &'static [Field] = &[
        Field::new(
            "url",
            "Address of the database, with the user of this service.",
            DEVELOPMENT_ONLY_STAFF_DATABASE,
        )
        .in_client_api(DEVELOPMENT_ONLY_CLIENT_DATABASE)
        .secret(),
        Field::new(
            "migrate_url",
            "Address of the database, with the user that owns the schema; only for migrate and seeds.",
            DEVELOPMENT_ONLY_MIGRATOR_DATABASE,
        )
        .secret(),
        Field::new(
            "read_url",
            "Address of a replica that may lag, as the same user; only for reports. Without one they are read at url.",
            "",
        )
        .secret(),
        Field::new(
            "max_connections",
            "Most connections of this process to the database; half of them only read, the others write. Readiness and the outbox have one more each.",
            "16",
        ),
        Field::new("acquire_timeout_milliseconds", "Longest wait for a connection, in milliseconds.", "1500"),
        Field::new("statement_timeout_milliseconds", "Longest run of a statement, in milliseconds.", "3000"),
        Field::new("lock_timeout_milliseconds", "Longest wait for a lock, in milliseconds.", "2000"),
        Field::new(
            "allow_plaintext",
            "Whether production may reach another machine without TLS; only for a network that is all your own.",
            "false",
        ),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        let read_url = self.read_url.as_ref().map(|url| (READ_URL, url));
        for (key, url) in [(URL, &self.url), (MIGRATE_URL, &self.migrate_url)].into_iter().chain(read_url) {
            if let Err(message) = check_address(url) {
                problems.add(key, message);
            }
        }
        if at.mode == Mode::Production {
            for (key, url) in [(URL, &self.url)].into_iter().chain(read_url) {
                refuse_known_password(key, url, problems);
                self.refuse_plaintext(key, url, problems);
                self.refuse_mighty_user(key, url, problems);
            }
            // Not set means the default, which a service that only serves never uses; `migrate_url` refuses it.
            if self.migrate_url.expose_secret() != DEVELOPMENT_ONLY_MIGRATOR_DATABASE {
                refuse_known_password(MIGRATE_URL, &self.migrate_url, problems);
            }
        }
    }
}

impl Database {
    /// Passwords, codes and members' data pass there.
    fn refuse_plaintext(&self, key: &str, url: &SecretString, problems: &mut Problems) {
        let Ok(options) = url.expose_secret().parse::<PgConnectOptions>() else { return };
        let is_encrypted = match options.get_ssl_mode() {
            PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => true,
            PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => false,
        };
        if !is_encrypted && !self.allow_plaintext && !is_this_machine(&options) {
            problems.add(
                key,
                "reaches another machine without TLS, which production refuses: add ?sslmode=verify-full (or require), \
                 or set GYM__DATABASE__ALLOW_PLAINTEXT on a network that is all your own",
            );
        }
    }

    /// What the user really may do is asked of Postgres when a connection is made.
    fn refuse_mighty_user(&self, key: &str, url: &SecretString, problems: &mut Problems) {
        let user = |url: &SecretString| {
            let options: PgConnectOptions = url.expose_secret().parse().ok()?;
            Some(options.get_username().to_owned())
        };
        let (Some(user), owner) = (user(url), user(&self.migrate_url)) else { return };
        if user == "postgres" || owner.is_some_and(|owner| owner == user) {
            problems.add(
                key,
                format!("{user} may change the schema, which production refuses in a service: see deploy/postgres/roles.sh"),
            );
        }
    }
}

fn is_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    let is_loopback = host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    options.get_socket().is_some() || host == "localhost" || is_loopback
}

fn check_address(url: &SecretString) -> Result<(), &'static str> {
    let url = Url::parse(url.expose_secret())
        .map_err(|_excerpt| "not an address like postgres://user@host/database")?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err("does not begin with postgres://");
    }
    if url.username().is_empty() && !url.query_pairs().any(|(name, _)| name == "user") {
        return Err("names no user");
    }
    Ok(())
}

fn refuse_known_password(key: &str, url: &SecretString, problems: &mut Problems) {
    let Ok(url) = Url::parse(url.expose_secret()) else { return };
    let in_query =
        url.query_pairs().any(|(name, value)| name == "password" && value == DEVELOPMENT_ONLY_PASSWORD);
    if in_query || url.password() == Some(DEVELOPMENT_ONLY_PASSWORD) {
        problems.add(key, "has the development password, which production refuses");
    }
}
