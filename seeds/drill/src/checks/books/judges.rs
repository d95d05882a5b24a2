//! Beancount and hledger, and what they make of a file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use anyhow::{Context as _, ensure};
use base::vocabulary::Money;
use regex::Regex;
use serde_json::Value;

use super::super::Seeded;
use crate::stack::{Ended, ran};

const LIMIT: Duration = Duration::from_mins(2);

/// A program that reads the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judge {
    Beancount,
    Hledger,
}

impl Judge {
    pub(super) const ALL: [Self; 2] = [Self::Beancount, Self::Hledger];

    /// What its file is asked for by.
    pub(super) const fn format(self) -> &'static str {
        match self {
            Self::Beancount => "beancount",
            Self::Hledger => "hledger",
        }
    }
}

/// Where the programs are, and where their files may lie.
pub(super) struct Judges {
    beancount: PathBuf,
    work: PathBuf,
    log: PathBuf,
}

impl Judges {
    pub(super) fn new(beancount: &Path, gym: &Seeded) -> Self {
        Self {
            beancount: beancount.to_owned(),
            work: gym.place.work().to_owned(),
            log: gym.place.log("judges"),
        }
    }

    /// It finds nothing wrong: every account opened, every transaction balanced, every balance as it is asserted.
    pub(super) fn accepts(&self, judge: Judge, file: &str) -> anyhow::Result<()> {
        self.checked(judge, file)?.succeeds()
    }

    pub(super) fn refuses(&self, judge: Judge, file: &str) -> anyhow::Result<()> {
        self.checked(judge, file)?.refuses(&[
            "Balance failed",
            "does not balance",
            "balance assertion",
            "could not balance",
        ])
    }

    fn checked(&self, judge: Judge, file: &str) -> anyhow::Result<Ended> {
        let path = self.kept(judge, file)?;
        let mut command = match judge {
            Judge::Beancount => Command::new(self.beancount.join("bean-check")),
            Judge::Hledger => {
                let mut command = Command::new("hledger");
                command.args(["check", "--strict", "ordereddates", "-f"]);
                command
            }
        };
        ran(command.arg(path), &self.log, LIMIT)
    }

    /// What every account comes to over all branches, by its code.
    pub(super) fn totals(&self, judge: Judge, file: &str) -> anyhow::Result<Totals> {
        let path = self.kept(judge, file)?;
        let mut command = match judge {
            Judge::Beancount => {
                let mut command = Command::new(self.beancount.join("bean-query"));
                command
                    .args(["-f", "csv"])
                    .arg(path)
                    .arg("select account, sum(number) as total group by account");
                command
            }
            Judge::Hledger => {
                let mut command = Command::new("hledger");
                command.args(["bal", "--flat", "-N", "-E", "-O", "csv", "-f"]).arg(path);
                command
            }
        };
        let ended = ran(&mut command, &self.log, LIMIT)?;
        ended.succeeds()?;
        Totals::of_csv(&ended.said)
    }

    fn kept(&self, judge: Judge, file: &str) -> anyhow::Result<PathBuf> {
        let path = self.work.join(match judge {
            Judge::Beancount => "judged.beancount",
            Judge::Hledger => "judged.journal",
        });
        fs::write(&path, file).with_context(|| format!("{}", path.display()))?;
        Ok(path)
    }
}

/// Debits less credits of every account, in piastres, by the code of the account; those that come to nothing are left out.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Totals(BTreeMap<String, i64>);

impl Totals {
    /// Our own: there each account is above zero on its own side of the books.
    pub(super) fn of_trial_balance(answer: &Value) -> anyhow::Result<Self> {
        let accounts = answer.pointer("/data/accounts").and_then(Value::as_array).context("accounts")?;
        let mut totals = BTreeMap::new();
        for account in accounts {
            let (code, class) =
                (account.get("code").and_then(Value::as_str), account.get("class").and_then(Value::as_str));
            let minor = Money::parse(&account.get("closing").context("a balance")?.to_string())?.minor();
            let minor =
                if matches!(class, Some("asset" | "expense")) { minor } else { minor.saturating_neg() };
            totals.insert(code.context("a code")?.to_owned(), minor);
        }
        ensure!(totals.values().any(|minor| *minor != 0), "there is something in the books");
        Ok(Self(totals).without_nothing())
    }

    /// Lines of an account and what it comes to, as both programs write them.
    fn of_csv(lines: &str) -> anyhow::Result<Self> {
        let mut totals: BTreeMap<String, i64> = BTreeMap::new();
        for line in lines.lines() {
            let Some((account, total)) = line.split_once(',') else { continue };
            let clean = |text: &str| text.trim().trim_matches('"').trim().to_owned();
            let (account, total) = (clean(account), clean(total));
            if !account.contains(':') {
                continue;
            }
            let number = total.split_whitespace().next().unwrap_or("0");
            let minor = Money::parse(number).with_context(|| line.to_owned())?.minor();
            let sum = totals.entry(code(&account)).or_default();
            *sum = sum.saturating_add(minor);
        }
        Ok(Self(totals).without_nothing())
    }

    fn without_nothing(mut self) -> Self {
        self.0.retain(|_, minor| *minor != 0);
        self
    }

    pub(super) fn equals(&self, theirs: &Self) -> anyhow::Result<()> {
        ensure!(self == theirs, "ours: {:?}\ntheirs: {:?}", self.0, theirs.0);
        Ok(())
    }
}

/// `Liabilities:DRA001:Owed-To-Suppliers` as `owed_to_suppliers`, `Expenses:DRA001:Rent` as `expense:rent`.
fn code(account: &str) -> String {
    let leaf = account.rsplit(':').next().unwrap_or(account).replace('-', "_").to_lowercase();
    if account.starts_with("Expenses:") { format!("expense:{leaf}") } else { leaf }
}

/// The file with one figure some piastres off, in each of three ways: one side of a transaction, so that it does not
/// balance; both sides, so that only the balances at the end tell; one of these.
pub(super) fn changed(judge: Judge, file: &str) -> anyhow::Result<Vec<(&'static str, String)>> {
    let both = Regex::new(r"(?m)^ +\S+  (\d+\.\d\d) [A-Z]{3}\n +\S+  -(\d+\.\d\d) [A-Z]{3}$")?;
    let asserted = match judge {
        Judge::Beancount => Regex::new(r"(?m)^\S+ balance \S+  -?(\d+\.\d\d) ~")?,
        Judge::Hledger => Regex::new(r"(?m)^ +\S+  0\.00 [A-Z]{3} = -?(\d+\.\d\d) [A-Z]{3}$")?,
    };
    let mut deeds = both.captures_iter(file).filter_map(|found| found.get(1).zip(found.get(2)));
    let (one, other) =
        deeds.find(|(one, other)| one.as_str() == other.as_str()).context("a file has a transaction")?;
    let balance =
        asserted.captures(file).and_then(|found| found.get(1)).context("a file ends with balances")?;
    Ok(vec![
        ("one side of a transaction off", replaced(file, &[one.range()])),
        ("both sides of a transaction off", replaced(file, &[one.range(), other.range()])),
        ("a balance off", replaced(file, &[balance.range()])),
    ])
}

/// With the last digit of these figures another one.
fn replaced(file: &str, figures: &[std::ops::Range<usize>]) -> String {
    let mut bytes = file.as_bytes().to_vec();
    for figure in figures {
        if let Some(digit) = figure.end.checked_sub(1).and_then(|last| bytes.get_mut(last)) {
            *digit = if *digit == b'1' { b'2' } else { b'1' };
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_programs_say_is_added_up_by_account() {
        let said = "account,total\nAssets:DRA001:Till,12.50\nAssets:Branch-9:Till,-2.5\nExpenses:DRA001:Rent,1\nIncome:DRA001:Refunds,0\n";
        let expected = [("till".to_owned(), 1000), ("expense:rent".to_owned(), 100)];
        assert_eq!(Totals::of_csv(said).unwrap(), Totals(expected.into()));
        let said = "\"Assets:DRA001:Till\",\"10.00 EGP\"\n\"Expenses:DRA001:Rent\",\"1.00 EGP\"\n\"Liabilities:A:Unearned\",\"0\"\n";
        let expected = [("till".to_owned(), 1000), ("expense:rent".to_owned(), 100)];
        assert_eq!(Totals::of_csv(said).unwrap(), Totals(expected.into()));
    }

    #[test]
    fn a_figure_is_changed_in_three_ways() {
        let file = "2026-04-01 * \"x\"\n  Assets:A:Till  10.00 EGP\n  Income:A:Refunds  -10.00 EGP\n\n2026-04-02 balance Assets:A:Till  10.01 ~ 0.00 EGP\n";
        let files = changed(Judge::Beancount, file).unwrap();
        assert!(files[0].1.contains("Till  10.01 EGP") && files[0].1.contains("-10.00 EGP"));
        assert!(files[1].1.contains("Till  10.01 EGP") && files[1].1.contains("-10.01 EGP"));
        assert!(files[2].1.contains("10.02 ~"));
    }
}
