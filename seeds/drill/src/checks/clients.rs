//! Clients that others would generate: both documents are valid for two public validators, and become TypeScript and
//! Python that compile.
//!
//! The tools come from their public registries. A machine without npm, pip or a way to the registries skips its part and
//! says so: nothing of ours is wrong there.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::Context as _;

use super::Seeded;
use crate::{
    claims::Claims,
    stack::{Ended, ran},
};

const FETCHING: Duration = Duration::from_mins(5);
const LIMIT: Duration = Duration::from_mins(3);
const DOORS: [&str; 2] = ["staff-api", "client-api"];

/// Kept at one version each: a new one that reads the standard differently is not to stop a change of ours.
const NPM: [&str; 3] =
    ["openapi-typescript@7.13.0", "typescript@5.9.3", "@seriousme/openapi-schema-validator@2.11.0"];
const PIP: [&str; 2] = ["openapi-spec-validator==0.9.0", "openapi-python-client==0.29.1"];
/// A picture and a file are bytes, and nothing is formatted that nobody reads.
const PYTHON_CLIENT: &str = "post_hooks: []\ncontent_type_overrides:\n  image/png: application/octet-stream\n  \
    text/csv: application/octet-stream\n  \
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream\n";

pub(super) fn run(gym: &Seeded) -> anyhow::Result<bool> {
    let tree = fs::canonicalize(&gym.place.deploy)?.join("..");
    let work = gym.place.work().join("clients");
    fs::create_dir_all(&work).with_context(|| format!("{}", work.display()))?;
    let bench = Bench { work: fs::canonicalize(&work)?, log: gym.place.log("clients") };
    let mut claims = Claims::default();
    let has_npm = bench.fetch("npm", Command::new("npm").args(bench.npm_arguments()).args(NPM))?;
    let has_pip = bench.fetch("python3", Command::new("python3").args(["-m", "venv"]).arg(bench.python()))?
        && bench.fetch(
            "pip",
            Command::new(bench.tool("python/bin/pip")).args(["install", "--quiet"]).args(PIP),
        )?;
    for door in DOORS {
        let document = tree.join(door).join("openapi.json");
        if has_npm {
            bench.in_typescript(&mut claims, door, &document)?;
        }
        if has_pip {
            bench.in_python(&mut claims, door, &document)?;
        }
    }
    Ok(claims.verdict()?)
}

/// Where the tools are, and what they make.
struct Bench {
    work: PathBuf,
    log: PathBuf,
}

impl Bench {
    fn tool(&self, name: &str) -> PathBuf {
        self.work.join(name)
    }

    fn python(&self) -> PathBuf {
        self.tool("python")
    }

    fn npm_arguments(&self) -> [String; 6] {
        let here = self.work.display().to_string();
        [
            "install".to_owned(),
            "--prefix".to_owned(),
            here,
            "--no-audit".to_owned(),
            "--no-fund".to_owned(),
            "--silent".to_owned(),
        ]
    }

    fn run(&self, command: &mut Command, limit: Duration) -> anyhow::Result<Ended> {
        ran(command.current_dir(&self.work), &self.log, limit)
    }

    /// Whether what `command` fetches is at hand; says so where it is not.
    fn fetch(&self, what: &str, command: &mut Command) -> anyhow::Result<bool> {
        let is_there = self.run(command, FETCHING).is_ok_and(|ended| ended.is_good());
        if !is_there {
            writeln!(io::stdout(), "    skipped: {what} is not here, or cannot fetch its packages")?;
        }
        Ok(is_there)
    }

    fn in_typescript(&self, claims: &mut Claims, door: &str, document: &Path) -> anyhow::Result<()> {
        let tool = |name: &str| self.tool("node_modules/.bin").join(name);
        let types = self.tool(&format!("{door}.ts"));
        let valid = self.run(Command::new(tool("validate-api")).arg(document), LIMIT)?;
        claims.add(&format!("{door}: valid for openapi-schema-validator"), valid.succeeds())?;
        let made = self
            .run(Command::new(tool("openapi-typescript")).arg(document).arg("--output").arg(&types), LIMIT)?;
        claims.add(&format!("{door}: becomes TypeScript"), made.succeeds())?;
        let compiled =
            self.run(Command::new(tool("tsc")).args(["--noEmit", "--strict"]).arg(&types), LIMIT)?;
        claims.add(&format!("{door}: the TypeScript compiles"), compiled.succeeds())?;
        Ok(())
    }

    fn in_python(&self, claims: &mut Claims, door: &str, document: &Path) -> anyhow::Result<()> {
        let tool = |name: &str| self.python().join("bin").join(name);
        let (settings, made_at) = (self.tool("python.yaml"), self.tool(&format!("{door}-client")));
        fs::write(&settings, PYTHON_CLIENT)?;
        let valid = self.run(Command::new(tool("openapi-spec-validator")).arg(document), LIMIT)?;
        claims.add(&format!("{door}: valid for openapi-spec-validator"), valid.succeeds())?;
        let mut make = Command::new(tool("openapi-python-client"));
        make.args(["generate", "--fail-on-warning", "--overwrite", "--config"]).arg(&settings);
        make.arg("--path").arg(document).arg("--output-path").arg(&made_at);
        claims.add(
            &format!("{door}: becomes Python, nothing left out"),
            self.run(&mut make, LIMIT)?.succeeds(),
        )?;
        let compile = ["-m", "compileall", "-q"];
        let compiled = self.run(Command::new(tool("python")).args(compile).arg(&made_at), LIMIT)?;
        claims.add(&format!("{door}: the Python compiles"), compiled.succeeds())?;
        Ok(())
    }
}
