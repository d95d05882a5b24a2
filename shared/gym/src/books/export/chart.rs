//! What stands in the file, and what the accounts are called in it.

use base::vocabulary::{Calendar, Money, Timestamp};
use chrono::NaiveDate;

use super::super::model::{AccountClass, LedgerAccount, TransferSource};
use crate::payments::PaymentPurpose;

/// A branch, whose accounts are a part of the chart by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ledger {
    pub(super) branch: i64,
    pub(super) name: String,
    pub(super) code: String,
    pub(super) gym: i64,
    pub(super) gym_name: String,
    pub(super) currency: String,
}

/// What an account of a branch was debited and credited, in the smallest unit of the currency, before the days and until
/// the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Balance {
    pub(super) branch: i64,
    pub(super) account: LedgerAccount,
    /// Debits less credits before the first day.
    pub(super) opening: i64,
    /// What was debited within the days.
    pub(super) debit: i64,
    /// What was credited within the days.
    pub(super) credit: i64,
}

impl Balance {
    /// Debits less credits until the last day, both included.
    pub(super) const fn closing(self) -> i64 {
        self.opening.saturating_add(self.debit).saturating_sub(self.credit)
    }
}

/// A transfer, and the document that says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: i64,
    pub(super) posting: i64,
    pub(super) branch: i64,
    pub(super) debit: LedgerAccount,
    pub(super) credit: LedgerAccount,
    pub(super) amount: Money,
    pub(super) business_day: NaiveDate,
    pub(super) source: TransferSource,
    pub(super) source_id: i64,
    pub(super) reverses: Option<i64>,
    pub(super) posted_at: Timestamp,
    /// What the payment is for, if it is one.
    pub(super) purpose: Option<PaymentPurpose>,
    /// The number of its receipt.
    pub(super) receipt: Option<i64>,
    /// The payment that it gives back or undoes.
    pub(super) returns: Option<i64>,
}

/// Everything but the transfers.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) ledgers: Vec<Ledger>,
    pub(super) balances: Vec<Balance>,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    pub(super) calendar: Calendar,
    /// Whether branches of several gyms are in it, whose codes may be the same.
    several_gyms: bool,
}

impl Books {
    pub(super) fn new(
        ledgers: Vec<Ledger>,
        balances: Vec<Balance>,
        (from, to): (NaiveDate, NaiveDate),
        calendar: Calendar,
    ) -> Self {
        let first = ledgers.first().map(|ledger| ledger.gym);
        let several_gyms = ledgers.iter().any(|ledger| Some(ledger.gym) != first);
        Self { ledgers, balances, from, to, calendar, several_gyms }
    }

    /// The ledger of a branch.
    pub(super) fn ledger(&self, branch: i64) -> Option<&Ledger> {
        self.ledgers.iter().find(|ledger| ledger.branch == branch)
    }

    /// The balance of an account of a branch; of one on which nothing ever moved, zero.
    pub(super) fn balance(&self, branch: i64, account: LedgerAccount) -> Balance {
        let found = self.balances.iter().find(|known| known.branch == branch && known.account == account);
        found.copied().unwrap_or(Balance { branch, account, opening: 0, debit: 0, credit: 0 })
    }

    /// What an account of a branch is called, e.g. `Assets:DRA001:Till`.
    pub(super) fn path(&self, ledger: &Ledger, account: LedgerAccount) -> String {
        format!("{}:{}:{}", root(account.class()), self.part(ledger), leaf(account))
    }

    /// What a branch is called among the accounts: its code where that is capital letters and digits, which no other
    /// branch of the gym has; else its number.
    fn part(&self, ledger: &Ledger) -> String {
        let is_plain =
            ledger.code.starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit())
                && ledger
                    .code
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
        let own = if is_plain { ledger.code.clone() } else { format!("Branch-{}", ledger.branch) };
        if self.several_gyms { format!("Gym-{}:{own}", ledger.gym) } else { own }
    }
}

const fn root(class: AccountClass) -> &'static str {
    match class {
        AccountClass::Asset => "Assets",
        AccountClass::Liability => "Liabilities",
        AccountClass::Income => "Income",
        AccountClass::Expense => "Expenses",
    }
}

/// `owed_by_members` as `Owed-By-Members`, `expense:rent` as `Rent`.
fn leaf(account: LedgerAccount) -> String {
    let word = account.as_str();
    let word = word.rsplit(':').next().unwrap_or(word);
    let parts = word.split('_').map(|part| {
        let (first, rest) = part.split_at_checked(1).unwrap_or((part, ""));
        format!("{}{rest}", first.to_ascii_uppercase())
    });
    parts.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
pub(super) fn sample(code: &str, name: &str) -> Books {
    let ledger = Ledger {
        branch: 7,
        name: name.to_owned(),
        code: code.to_owned(),
        gym: 1,
        gym_name: "Nile Fitness".to_owned(),
        currency: "EGP".to_owned(),
    };
    let day = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
    let till = Balance { branch: 7, account: LedgerAccount::Till, opening: 1000, debit: 250, credit: 0 };
    let sold = Balance { branch: 7, account: LedgerAccount::Unearned, opening: -1000, debit: 0, credit: 250 };
    let calendar = Calendar::parse("Africa/Cairo").unwrap();
    Books::new(vec![ledger], vec![till, sold], (day, day), calendar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_has_a_name_of_its_own_that_both_programs_take() {
        let books = sample("DRA001", "Dragon Club");
        let ledger = &books.ledgers[0];
        let mut paths: Vec<String> =
            LedgerAccount::ALL.iter().map(|account| books.path(ledger, *account)).collect();
        assert_eq!(paths[0], "Assets:DRA001:Till");
        assert_eq!(paths[3], "Assets:DRA001:Owed-By-Members");
        for path in &paths {
            assert!(
                path.split(':').all(|part| part.starts_with(|first: char| first.is_ascii_uppercase())),
                "{path}"
            );
            assert!(
                path.chars().all(|letter| letter.is_ascii_alphanumeric() || ":-".contains(letter)),
                "{path}"
            );
        }
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), LedgerAccount::ALL.len());
    }

    #[test]
    fn a_branch_whose_code_is_no_name_of_an_account_goes_by_its_number() {
        for code in ["فرع ١", "a b", "-X", "", "X:Y", "x\"\n2026-01-01 open Assets:Evil"] {
            let books = sample(code, "Dragon Club");
            assert_eq!(books.path(&books.ledgers[0], LedgerAccount::Till), "Assets:Branch-7:Till", "{code}");
        }
    }

    #[test]
    fn a_closing_balance_is_what_was_there_and_what_moved() {
        assert_eq!(sample("DRA001", "").balance(7, LedgerAccount::Till).closing(), 1250);
        assert_eq!(sample("DRA001", "").balance(7, LedgerAccount::Card).closing(), 0);
    }
}
