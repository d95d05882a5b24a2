//! Everything that can be set, read once at start.
//!
//! Defaults < a TOML file < the environment (`GYM__SECTION__KEY`, and `GYM__SECTION__KEY_FILE` for secrets). Each
//! section is a struct beside a table of its keys; the table holds sentence, unit and default of each, and is both the
//! lowest layer and the source of the example file. A configuration is either wholly good or a list of all that is
//! wrong with it. This is the only place that looks at the environment.

mod audit;
mod cors;
mod database;
mod development;
mod entropy;
mod example;
mod field;
mod files;
mod http;
mod keys;
mod layers;
mod limits;
mod log;
mod mail;
mod messages;
mod outbox;
mod parse;
mod problems;
mod secrets;
mod sessions;
mod sms;
#[cfg(test)]
mod tests;
mod tokens;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};

pub use self::{
    audit::Audit,
    cors::{Cors, Origin},
    database::{Database, DatabaseAlone},
    example::render as example_file,
    files::{FileSettings, FilesPlace},
    http::{AddressRange, Http},
    keys::{KeyError, PublicKey, SigningKey},
    limits::LimitSettings,
    log::{Log, LogFormat},
    mail::{Mail, MailRoute, MailTls},
    messages::Messages,
    outbox::Outbox,
    problems::{ConfigProblems, Problem},
    secrets::Secrets,
    sessions::Sessions,
    sms::{Sms, SmsRoute},
    tokens::Tokens,
};
use self::{field::Field, layers::Layers, problems::Problems};

/// The program that asks; some defaults differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceName {
    /// The service for staff, staff-api.
    StaffApi,
    /// The service for members, client-api.
    ClientApi,
    /// The command that fills a database with a demo gym.
    Seeds,
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StaffApi => "staff-api",
            Self::ClientApi => "client-api",
            Self::Seeds => "seeds",
        })
    }
}

/// Whether settings that are fit for development only are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Allows keys that everybody knows, messages into a file, demo data: whatever makes a first start easy.
    Development,
    /// Refuses all of that, and a Postgres that may lose what it acknowledged.
    Production,
}

/// A configuration in which every value was read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The program that the configuration was read for.
    pub service: ServiceName,
    /// Whether settings that are fit for development only are allowed.
    pub mode: Mode,
    /// The addresses of the listeners, and the limits of connections and requests.
    pub http: Http,
    /// How Postgres is reached, and how long it is waited for.
    pub database: Database,
    /// The keys that sign tokens, and how long the tokens are valid.
    pub tokens: Tokens,
    /// The key of the hashes that are stored in place of codes and identifiers.
    pub secrets: Secrets,
    /// How long a session is used without asking the database again.
    pub sessions: Sessions,
    /// How mail leaves, and who sends it.
    pub mail: Mail,
    /// How text messages leave, and who sends them.
    pub sms: Sms,
    /// The file that takes messages in place of people.
    pub messages: Messages,
    /// Whether this process does the jobs of the outbox, and how many at once.
    pub outbox: Outbox,
    /// Which web pages may call the API from a browser.
    pub cors: Cors,
    /// What is logged, and in which form.
    pub log: Log,
    /// How often an address, an account or an identifier may try.
    pub limits: LimitSettings,
    /// How long the audit log keeps what was refused.
    pub audit: Audit,
    /// Where files that people send are kept.
    pub files: FileSettings,
}

impl Config {
    /// Loads what `service` needs from `env` over `file` over the defaults, or says everything that is wrong.
    pub fn load(
        service: ServiceName,
        env: impl Iterator<Item = (String, String)>,
        file: Option<&Path>,
    ) -> Result<Self, ConfigProblems> {
        Self::load_noting(service, env, file, Problems::default())
    }

    /// Loads from the environment of this process, and from the file that `GYM_CONFIG` names or `./config.toml`.
    pub fn load_from_process(service: ServiceName) -> Result<Self, ConfigProblems> {
        let (env, file, problems) = surroundings();
        Self::load_noting(service, env.into_iter(), file.as_deref(), problems)
    }

    /// Whether demo data, with its well-known passwords, may be put into this database.
    pub fn is_demo_allowed(&self) -> bool {
        self.mode == Mode::Development
    }

    fn load_noting(
        service: ServiceName,
        env: impl Iterator<Item = (String, String)>,
        file: Option<&Path>,
        mut problems: Problems,
    ) -> Result<Self, ConfigProblems> {
        let mut layers = Layers::gather(service, env, file, &mut problems);
        // A mode that cannot be read is a problem already; with some mode the rest is checked all the same.
        let mode = layers.mode(&mut problems).unwrap_or(Mode::Development);
        let config = Self::read(&mut layers, Setting { service, mode }, &mut problems);
        problems.or(config)
    }

    /// Reads every section before it gives up on any.
    fn read(layers: &mut Layers, at: Setting, problems: &mut Problems) -> Option<Self> {
        let http = layers.section(at, problems);
        let database = layers.section(at, problems);
        let tokens = layers.section(at, problems);
        let secrets = layers.section(at, problems);
        let sessions = layers.section(at, problems);
        let mail: Option<Mail> = layers.section(at, problems);
        let sms: Option<Sms> = layers.section(at, problems);
        let messages = layers.section(at, problems);
        let outbox: Option<Outbox> = layers.section(at, problems);
        let cors = layers.section(at, problems);
        let log = layers.section(at, problems);
        let limits = layers.section(at, problems);
        let audit = layers.section(at, problems);
        let files = layers.section(at, problems);
        let config = Self {
            service: at.service,
            mode: at.mode,
            http: http?,
            database: database?,
            tokens: tokens?,
            secrets: secrets?,
            sessions: sessions?,
            mail: mail?,
            sms: sms?,
            messages: messages?,
            outbox: outbox?,
            cors: cors?,
            log: log?,
            limits: limits?,
            audit: audit?,
            files: files?,
        };
        config.refuse_promises_to_nobody(problems);
        Some(config)
    }

    /// A service that sends must reach people in production; one that does not send needs no provider.
    fn refuse_promises_to_nobody(&self, problems: &mut Problems) {
        if self.mode == Mode::Production && self.outbox.has_worker {
            if self.mail.transport == MailRoute::File {
                problems.add("GYM__MAIL__TRANSPORT", "file reaches nobody, which production refuses");
            }
            if self.sms.transport == SmsRoute::File {
                problems.add("GYM__SMS__TRANSPORT", "file reaches nobody, which production refuses");
            }
        }
    }
}

/// The environment of this process, and the file that `GYM_CONFIG` names or `./config.toml`.
#[expect(clippy::disallowed_methods, reason = "the one place that looks at the environment")]
fn surroundings() -> (Vec<(String, String)>, Option<PathBuf>, Problems) {
    let mut problems = Problems::default();
    let mut env = Vec::new();
    for (name, value) in std::env::vars_os() {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => env.push((name, value)),
            (Ok(name), Err(_)) if name.starts_with("GYM_") => problems.add(name, "not UTF-8"),
            // Variables of other programs may hold anything.
            (Ok(_) | Err(_), Ok(_) | Err(_)) => {}
        }
    }
    let named = env.iter().find(|(name, value)| name == "GYM_CONFIG" && !value.is_empty());
    let file = named.map_or("config.toml", |(_, path)| path.as_str());
    let file = Some(PathBuf::from(file)).filter(|path| named.is_some() || path.exists());
    (env, file, problems)
}

/// The service and the mode that a section is checked for.
#[derive(Debug, Clone, Copy)]
struct Setting {
    service: ServiceName,
    mode: Mode,
}

/// A part of the configuration that is read and checked on its own.
trait Section: DeserializeOwned {
    /// Its name in the file.
    const NAME: &'static str;
    /// Its keys, each with sentence and default.
    const FIELDS: &'static [Field];

    /// Adds what is wrong with values that could be read.
    fn check(&self, _: Setting, _: &mut Problems) {}
}

/// Every section, in the order of the example file.
const SECTIONS: &[(&str, &[Field])] = &[
    (Http::NAME, Http::FIELDS),
    (Database::NAME, Database::FIELDS),
    (Tokens::NAME, Tokens::FIELDS),
    (Secrets::NAME, Secrets::FIELDS),
    (Sessions::NAME, Sessions::FIELDS),
    (Mail::NAME, Mail::FIELDS),
    (Sms::NAME, Sms::FIELDS),
    (Messages::NAME, Messages::FIELDS),
    (Outbox::NAME, Outbox::FIELDS),
    (Cors::NAME, Cors::FIELDS),
    (Log::NAME, Log::FIELDS),
    (LimitSettings::NAME, LimitSettings::FIELDS),
    (Audit::NAME, Audit::FIELDS),
    (FileSettings::NAME, FileSettings::FIELDS),
];
