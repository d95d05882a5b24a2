//! `operator add`: the first user of an installation, made by whoever may start its programs.
//!
//! It goes as the service's own user of the database, which may do no less and nobody needs more: what the command can
//! do, whoever holds that password can do anyway.

use std::{fs, io, path::PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use console::Term;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret as _, SecretString};

use base::{
    Error,
    platform::db::Db,
    vocabulary::{Language, Timestamp},
};

pub(crate) const OPERATOR: &str = "operator";
const ADD: &str = "add";

/// Adds an operator of the platform at a moment.
pub type AddOperator = fn(Db, OperatorWanted, Timestamp) -> BoxFuture<'static, Result<(), Error>>;

/// What the command line says of an operator, as it was written.
#[derive(Debug, Clone)]
pub struct OperatorWanted {
    /// The name to sign in with.
    pub username: String,
    /// An e-mail address.
    pub email: String,
    /// The full name; the sign-in name where none is given.
    pub full_name: String,
    /// The password, from a file or a prompt.
    pub password: SecretString,
    /// Whether there may be one already.
    pub is_another: bool,
}

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
pub enum NoPassword {
    /// The file cannot be read.
    #[error("{0}")]
    File(String, #[source] io::Error),
    /// There is nobody to ask.
    #[error("standard input is no terminal: name a file (--password-file)")]
    NoTerminal,
    /// The terminal broke off.
    #[error("the terminal")]
    Terminal(#[from] io::Error),
    /// The two were not the same.
    #[error("it was not typed the same way twice")]
    Differs,
}

pub(crate) fn command_line() -> Command {
    let text = |name: &'static str, about: &'static str| Arg::new(name).long(name).help(about);
    let add = Command::new(ADD)
        .about("Add somebody who runs the platform: hires the owners of gyms, switches gyms on and off")
        .arg(text("username", "The name to sign in with").required(true))
        .arg(text("email", "Their e-mail address").required(true))
        .arg(text("name", "Their full name; else the name to sign in with"))
        .arg(
            text("password-file", "A file with the password; without it the terminal is asked")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(text("another", "Add one although there is one already").action(ArgAction::SetTrue));
    Command::new(OPERATOR)
        .about("Add an operator of the platform: the first user of an installation")
        .subcommand_required(true)
        .subcommand(add)
}

/// What stands behind `operator add`.
pub(crate) fn asked(asked: &ArgMatches) -> Option<&ArgMatches> {
    asked.subcommand_matches(OPERATOR)?.subcommand_matches(ADD)
}

impl OperatorWanted {
    /// Reads the command line, and the password from where it says.
    pub(crate) fn read(asked: &ArgMatches) -> Result<Self, NoPassword> {
        let text = |name: &str| asked.get_one::<String>(name).cloned();
        let username = text("username").unwrap_or_default();
        let password = match asked.get_one::<PathBuf>("password-file") {
            Some(path) => {
                let told = fs::read_to_string(path);
                let told = told.map_err(|error| NoPassword::File(path.display().to_string(), error))?;
                SecretString::from(told.trim_end_matches(['\r', '\n']))
            }
            None => prompt(&username)?,
        };
        Ok(Self {
            full_name: text("name").unwrap_or_else(|| username.clone()),
            email: text("email").unwrap_or_default(),
            username,
            password,
            is_another: asked.get_flag("another"),
        })
    }
}

/// Why nobody was added, in words for whoever typed the command.
pub(crate) fn said(error: &Error) -> String {
    match error {
        Error::Refused(refusal) if refusal.fields().is_empty() => refusal.say(Language::En).into_owned(),
        Error::Refused(refusal) => {
            let problems = refusal.fields().iter().map(|problem| problem.say(Language::En));
            problems.collect::<Vec<_>>().join("; ")
        }
        Error::Fault(fault) => fault.chain(),
    }
}

/// Asks twice, and shows nothing of what is typed.
fn prompt(username: &str) -> Result<SecretString, NoPassword> {
    let terminal = Term::stderr();
    if !io::IsTerminal::is_terminal(&io::stdin()) || !terminal.is_term() {
        return Err(NoPassword::NoTerminal);
    }
    let ask = |question: &str| {
        terminal.write_str(question)?;
        Ok::<_, io::Error>(SecretString::from(terminal.read_secure_line()?))
    };
    let first = ask(&format!("Password of {username}: "))?;
    let again = ask("The same again: ")?;
    if first.expose_secret() == again.expose_secret() { Ok(first) } else { Err(NoPassword::Differs) }
}
