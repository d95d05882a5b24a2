//! Ten copies of staff-api start at once, on an empty database and on an old one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};

use super::ground::{Ground, holds};
use crate::{
    claims::say,
    stack::{Running, free_port, in_background, is_running, programs},
    sums::sha384,
};

const AT_ONCE: usize = 10;
/// The last migration that the old database has.
const OLD: u32 = 9;
const LIMIT: Duration = Duration::from_mins(5);
/// Between the port of a copy and its internal one.
const INTERNAL: u16 = 50;

pub(super) fn run(ground: &mut Ground) -> anyhow::Result<bool> {
    ground.start_fresh()?;
    let migrations = migrations(&ground.stack.deploy)?;
    for round in 1..=ground.times(5, 1) {
        let empty = format!("empty{round}");
        new_database(ground, &empty)?;
        start_together(ground, &empty, migrations.len())?;
        let old = format!("old{round}");
        new_database(ground, &old)?;
        bring_up_to_old(ground, &old, &migrations)?;
        let lacks = noted(ground, &old)? < migrations.len();
        holds(lacks, "the old database lacks some migrations")?;
        start_together(ground, &old, migrations.len())?;
    }
    let is_one = schema(ground, "empty1")? == schema(ground, "old1")?;
    holds(is_one, "both ways lead to the same schema")?;
    Ok(true)
}

/// A file of migrations/, as `0001_branches.sql`.
#[derive(Debug, PartialEq, Eq)]
struct Migration {
    version: u32,
    description: String,
    file: PathBuf,
}

/// In the order in which they are applied.
fn migrations(deploy: &Path) -> anyhow::Result<Vec<Migration>> {
    let folder = deploy.parent().context("deploy without a tree")?.join("migrations");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
        found.extend(Migration::of(&entry?.path()));
    }
    found.sort_unstable_by_key(|migration| migration.version);
    Ok(found)
}

impl Migration {
    fn of(file: &Path) -> Option<Self> {
        let (version, words) = file.file_name()?.to_str()?.strip_suffix(".sql")?.split_once('_')?;
        Some(Self {
            version: version.parse().ok()?,
            description: words.replace('_', " "),
            file: file.to_owned(),
        })
    }
}

fn new_database(ground: &Ground, name: &str) -> anyhow::Result<()> {
    let server = ground.stack.psql("postgres")?;
    server.ask(&format!("create database {name} owner gym_migrator"))?;
    server.ask(&format!("grant connect on database {name} to gym_staff, gym_client"))?;
    Ok(())
}

/// How many migrations are noted as done.
fn noted(ground: &Ground, database: &str) -> anyhow::Result<usize> {
    let count = ground.stack.psql(database)?.number("select count(*) from _sqlx_migrations where success")?;
    Ok(usize::try_from(count)?)
}

fn schema(ground: &Ground, database: &str) -> anyhow::Result<String> {
    let mut dump = ground.stack.psql(database)?.program("pg_dump");
    let output = dump.args(["--schema-only", "--no-owner", database]).output().context("pg_dump")?;
    ensure!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    Ok(without_words(&String::from_utf8_lossy(&output.stdout)))
}

/// A dump without what names its time and its database.
fn without_words(dump: &str) -> String {
    let lines = dump.lines().filter(|line| !line.starts_with('\\') && !line.starts_with("--"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// As an earlier release left it: the first migrations, each noted as done.
fn bring_up_to_old(ground: &Ground, database: &str, migrations: &[Migration]) -> anyhow::Result<()> {
    let superuser = ground.stack.psql(database)?;
    let owner = ground.stack.psql_as(database, "gym_migrator", "migrator")?;
    superuser.ask(
        "create table _sqlx_migrations (version bigint primary key, description text not null,
         installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null,
         execution_time bigint not null)",
    )?;
    superuser.ask("alter table _sqlx_migrations owner to gym_migrator")?;
    for migration in migrations.iter().take_while(|migration| migration.version <= OLD) {
        let text = fs::read_to_string(&migration.file)?;
        owner.feed(&text).with_context(|| format!("{}", migration.file.display()))?;
        let sum = sha384(text.as_bytes());
        superuser.ask(&format!(
            "insert into _sqlx_migrations values ({}, '{}', now(), true, '\\x{sum}', 0)",
            migration.version, migration.description
        ))?;
    }
    Ok(())
}

/// Ten times `migrate` at once, then ten services at once.
fn start_together(ground: &mut Ground, database: &str, migrations: usize) -> anyhow::Result<()> {
    let url = url_file(ground, "migrator", database)?;
    let mut copies = Vec::new();
    for number in 1..=AT_ONCE {
        let log = ground.stack.log(&format!("migrate{number}"));
        copies.push(in_background(&mut migrate(ground, &url)?, &log)?);
    }
    let at_work = copies.iter().filter(|copy| is_running(copy.number())).count();
    let failed = failed(&mut copies)?;
    holds(at_work > 1, &format!("{database}: {at_work} were at work at the same time"))?;
    let text = format!("{database}: ten at once bring it up to date, {failed} fail");
    holds(failed == 0, &text)?;
    let is_once = noted(ground, database)? == migrations;
    holds(is_once, &format!("{database}: every migration is there once"))?;

    let url = url_file(ground, "staff", database)?;
    let setting = format!("GYM__DATABASE__URL_FILE={}", url.display());
    let mut started = Vec::new();
    let mut port: u16 = 16100;
    for number in 1..=AT_ONCE {
        port = free_port(port.saturating_add(1))?;
        let (name, internal) = (format!("staff-api-{number}"), port.saturating_add(INTERNAL));
        ground.start_copy("staff-api", &name, (port, internal), std::slice::from_ref(&setting))?;
        started.push((name, internal));
    }
    for (name, internal) in &started {
        ground.wait_until_ready(name, *internal)?;
    }
    let count = started.len();
    holds(count == AT_ONCE, &format!("{database}: {count} services are ready"))?;
    ground.stop_copies()
}

fn migrate(ground: &Ground, url: &Path) -> anyhow::Result<Command> {
    let mut migrate = ground.stack.control("run_program");
    migrate.args(["migrator", &format!("GYM__DATABASE__MIGRATE_URL_FILE={}", url.display())]);
    migrate.arg(programs()?.join("staff-api")).arg("migrate");
    Ok(migrate)
}

/// Waits for all of them; says the last words of each that failed.
fn failed(copies: &mut [Running]) -> anyhow::Result<usize> {
    let mut failed = 0_usize;
    for copy in copies {
        let ended = copy.ended(LIMIT)?;
        if !ended.is_good() {
            failed = failed.saturating_add(1);
            say(&ended.last_lines(3))?;
        }
    }
    Ok(failed)
}

/// A file with the URL of this role for another database.
fn url_file(ground: &Ground, role: &str, database: &str) -> anyhow::Result<PathBuf> {
    let url = ground.stack.secret(&format!("{role}_url"))?;
    let server = url.strip_suffix("/gym").context("another URL than that of the gym")?;
    let file = ground.stack.data.join("secrets").join(format!("url-{role}-{database}"));
    fs::write(&file, format!("{server}/{database}"))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_known_by_the_name_of_its_file() {
        let file = Path::new("/x/0009_one_more_thing.sql");
        let wanted =
            Migration { version: 9, description: "one more thing".to_owned(), file: file.to_owned() };
        assert_eq!(Migration::of(file), Some(wanted));
        assert_eq!(Migration::of(Path::new("/x/README.md")), None);
        assert_eq!(Migration::of(Path::new("/x/a_b.sql")), None);
    }

    #[test]
    fn a_dump_is_compared_without_its_words() {
        assert_eq!(
            without_words("-- Dumped at noon\n\\restrict abc\ncreate table a ();\n"),
            "create table a ();\n"
        );
    }
}
