//! The books, read by two programs that nobody of the gym wrote: they accept the files and come to our trial balance, to
//! the piastre, and they refuse a file in which one figure is changed.
//!
//! The gym that runs gets days of business first: sales, refunds in parts, an expense that is approved and paid, a day that
//! is closed with a difference, money that comes after it, a branch with a name that is no name.

mod business;
mod judges;

use std::{fs, path::PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use self::{
    business::Office,
    judges::{Judge, Judges, Totals, changed},
};
use super::Seeded;
use crate::claims::Claims;

/// A gym that runs, and where Beancount is.
#[derive(Debug, Clone, Args)]
pub(super) struct Judged {
    #[command(flatten)]
    gym: Seeded,
    /// The folder of the programs bean-check and bean-query
    #[arg(long)]
    beancount: PathBuf,
}

pub(super) fn run(asked: &Judged) -> anyhow::Result<bool> {
    let office = Office::open(&asked.gym)?;
    let mut claims = Claims::default();
    let judges = Judges::new(&asked.beancount, &asked.gym);
    claims.add("there are days of business in the books", office.does_business())?;
    for range in office.ranges()? {
        let balance = office.fetched(&format!("trial-balance?{range}"))?;
        let balance: Value = serde_json::from_slice(&balance).context("the trial balance")?;
        let ours = Totals::of_trial_balance(&balance)?;
        for judge in Judge::ALL {
            let file = office.fetched(&format!("export?format={}&{range}", judge.format()))?;
            let file = String::from_utf8(file).context("a file is UTF-8")?;
            let name = judge.format();
            claims.add(&format!("{name} accepts {range}"), judges.accepts(judge, &file))?;
            let found = judges.totals(judge, &file).and_then(|theirs| ours.equals(&theirs));
            claims.add(&format!("{name} comes to our trial balance of {range}"), found)?;
            for (what, file) in changed(judge, &file)? {
                let refused = judges.refuses(judge, &file);
                claims.add(&format!("{name} refuses {range} with {what}"), refused)?;
            }
        }
    }
    let kept = asked.gym.place.work().join("books.beancount");
    let last = office.fetched("export?format=beancount")?;
    claims.add("no file names a customer", office.names_nobody(&String::from_utf8_lossy(&last)))?;
    fs::write(&kept, last)?;
    Ok(claims.verdict()?)
}
