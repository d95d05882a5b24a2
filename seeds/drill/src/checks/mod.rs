//! The checks of `deploy/test` that look at what deploy/ starts: its scripts, its proxy, its backups, and the documents
//! that tell how to call a gym.

mod backup;
mod books;
mod clients;
mod documents;
mod first_day;
mod life;
mod messages;
mod proxy;
mod readme;
mod settings;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

/// Arguments of this command.
#[derive(Debug, Args)]
pub(crate) struct Asked {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What deploy/up and deploy/down refuse before they touch anything
    Settings(Place),
    /// The proxy's configuration, and the answers that nginx makes itself
    Proxy(Place),
    /// The curl lines of the source documents, against a freshly seeded gym
    Documents(Seeded),
    /// The walk-through of README.md, against a seeded gym
    Readme(Seeded),
    /// An installation in production, from an empty database to the first member at the door
    FirstDay(Seeded),
    /// Both OpenAPI documents: valid for public validators, and turned into clients that compile
    Clients(Seeded),
    /// The books, read by Beancount and hledger, and refused where one figure is changed
    Books(books::Judged),
    /// A running gym is backed up while it changes, restored and worked in; what backup and restore refuse
    Backup(Place),
    /// A stack is started twice, killed in every part, stopped twice, started twice at once
    Life(Place),
}

/// Where the scripts are, and where they may write.
#[derive(Debug, Clone, Args)]
struct Place {
    /// The folder deploy of the tree
    #[arg(long)]
    deploy: PathBuf,
    /// A folder for what is written meanwhile
    #[arg(long)]
    work: PathBuf,
}

/// A gym that runs.
#[derive(Debug, Clone, Args)]
struct Seeded {
    #[command(flatten)]
    place: Place,
    /// Where its proxy answers
    #[arg(long)]
    url: String,
    /// The file with the messages that it does not send
    #[arg(long)]
    messages: PathBuf,
}

impl Place {
    fn log(&self, name: &str) -> PathBuf {
        self.work.join(format!("{name}.log"))
    }

    fn script(&self, name: &str) -> PathBuf {
        self.deploy.join(name)
    }

    fn work(&self) -> &Path {
        &self.work
    }
}

pub(crate) fn run(asked: &Asked) -> anyhow::Result<bool> {
    match &asked.what {
        What::Settings(place) => settings::run(place),
        What::Proxy(place) => proxy::run(place),
        What::Documents(gym) => documents::run(gym),
        What::Readme(gym) => readme::run(gym),
        What::FirstDay(gym) => first_day::run(gym),
        What::Clients(gym) => clients::run(gym),
        What::Books(judged) => books::run(judged),
        What::Backup(place) => backup::run(place),
        What::Life(place) => life::run(place),
    }
}
