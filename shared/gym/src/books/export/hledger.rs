//! hledger. The names and signs are those of the file for Beancount; a balance is asserted by a posting of nothing.

use std::fmt::Write as _;

use base::vocabulary::{Money, dates::days_later};

use super::{
    super::{
        model::{AccountClass, LedgerAccount},
        rules::deed,
    },
    chart::{Balance, Books, Entry, Ledger},
    is_late,
    plain::{Plain, amount, words},
};

pub(super) const PROGRAM: Plain = Plain { title, open, opening, transaction, closing };

fn title(books: &Books) -> String {
    let mut text = String::from("; -*- mode: ledger; coding: utf-8 -*-\n");
    if let Some(ledger) = books.ledgers.first() {
        let _written = writeln!(text, "; {}", words(&ledger.gym_name));
    }
    let _written = writeln!(text, "; From {} to {}, both included.\ndecimal-mark .", books.from, books.to);
    let mut currencies: Vec<&str> = books.ledgers.iter().map(|ledger| ledger.currency.as_str()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    for currency in currencies {
        let _written = writeln!(text, "commodity 1000.00 {currency}");
    }
    text
}

fn open(books: &Books, ledger: &Ledger, account: LedgerAccount) -> String {
    let kind = match account.class() {
        AccountClass::Asset => "A",
        AccountClass::Liability => "L",
        AccountClass::Income => "R",
        AccountClass::Expense => "X",
    };
    let title = account.title();
    format!(
        "account {}  ; type:{kind}, branch:{}, name-en:{}, name-ar:{}\n",
        books.path(ledger, account),
        words(&ledger.name),
        words(title.en),
        words(title.ar),
    )
}

fn opening(books: &Books, carried: &[Balance], ledger: &Ledger) -> String {
    let day = days_later(books.from, -1);
    let mut text = format!("{day} * opening balances  ; branch:{}\n", words(&ledger.name));
    for balance in carried {
        let _written = writeln!(
            text,
            "    {}  {}",
            books.path(ledger, balance.account),
            amount(balance.opening, ledger)
        );
    }
    text
}

fn transaction(books: &Books, ledger: &Ledger, entries: &[Entry]) -> String {
    let Some(first) = entries.first() else { return String::new() };
    let told = deed(first.source, first.purpose, (first.debit, first.credit)).en;
    let number = first.receipt.map(|receipt| format!("({}-{receipt}) ", first.branch)).unwrap_or_default();
    let mut text = format!(
        "{} * {number}{told}  ; posting:{}, source:{}, document:{}",
        first.business_day, first.posting, first.source, first.source_id
    );
    if let Some(returned) = first.returns {
        let _written = write!(text, ", returns:{returned}");
    }
    if let Some(reversed) = first.reverses {
        let _written = write!(text, ", reverses-transfer:{reversed}");
    }
    if is_late(first, books.calendar) {
        text.push_str(", late:");
    }
    text.push('\n');
    for entry in entries {
        for (account, minor) in
            [(entry.debit, entry.amount.minor()), (entry.credit, entry.amount.minor().saturating_neg())]
        {
            let _written = writeln!(text, "    {}  {}", books.path(ledger, account), amount(minor, ledger));
        }
    }
    text
}

fn closing(books: &Books, ledger: &Ledger) -> String {
    let mut text = format!("{} * closing balances  ; branch:{}\n", books.to, words(&ledger.name));
    for account in LedgerAccount::ALL {
        let closing = Money::from_minor(books.balance(ledger.branch, *account).closing());
        let (path, currency) = (books.path(ledger, *account), &ledger.currency);
        let _written = writeln!(text, "    {path}  0.00 {currency} = {closing} {currency}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::chart::sample;

    use super::*;

    #[test]
    fn the_books_open_go_on_and_are_asserted() {
        let books = sample("DRA001", "Dragon ; Club, a: b\n");
        let head = PROGRAM.head(&books);
        assert!(head.contains("commodity 1000.00 EGP\n"));
        assert!(head.contains(
            "account Assets:DRA001:Till  ; type:A, branch:Dragon Club a b, name-en:Cash in the till, "
        ));
        assert!(head.contains(
            "2026-03-31 * opening balances  ; branch:Dragon Club a b\n    Assets:DRA001:Till  10.00 EGP\n"
        ));
        let tail = PROGRAM.tail(&books);
        assert!(tail.contains("    Assets:DRA001:Till  0.00 EGP = 12.50 EGP\n"));
        assert!(tail.contains("    Liabilities:DRA001:Unearned  0.00 EGP = -12.50 EGP\n"));
    }
}
