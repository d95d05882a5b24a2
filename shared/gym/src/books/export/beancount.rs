//! Beancount. Debits are above zero, credits below. An account is opened before its first transaction, and a balance is
//! asserted for the beginning of a day, so that of the last day stands on the next one.

use std::fmt::Write as _;

use base::vocabulary::{Money, dates::days_later};

use super::{
    super::{
        model::{LedgerAccount, TransferSource},
        rules::deed,
    },
    chart::{Balance, Books, Entry, Ledger},
    is_late,
    plain::{Plain, amount, words},
};

pub(super) const PROGRAM: Plain = Plain { title, open, opening, transaction, closing };

fn title(books: &Books) -> String {
    let mut text = String::from(";; -*- mode: beancount; coding: utf-8 -*-\n");
    let _written = writeln!(text, ";; From {} to {}, both included.", books.from, books.to);
    if let Some(ledger) = books.ledgers.first() {
        let _written = writeln!(text, "option \"title\" \"{}\"", words(&ledger.gym_name));
    }
    let mut currencies: Vec<&str> = books.ledgers.iter().map(|ledger| ledger.currency.as_str()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    for currency in currencies {
        let _written = writeln!(text, "option \"operating_currency\" \"{currency}\"");
    }
    text
}

fn open(books: &Books, ledger: &Ledger, account: LedgerAccount) -> String {
    let (day, path, title) = (days_later(books.from, -1), books.path(ledger, account), account.title());
    format!(
        "{day} open {path} {}\n  code: \"{}\"\n  branch: \"{}\"\n  name-en: \"{}\"\n  name-ar: \"{}\"\n",
        ledger.currency,
        account.as_str(),
        words(&ledger.name),
        title.en,
        title.ar,
    )
}

fn opening(books: &Books, carried: &[Balance], ledger: &Ledger) -> String {
    let day = days_later(books.from, -1);
    let mut text = format!("{day} * \"opening balances\" #opening\n  branch: \"{}\"\n", words(&ledger.name));
    for balance in carried {
        let _written =
            writeln!(text, "  {}  {}", books.path(ledger, balance.account), amount(balance.opening, ledger));
    }
    text
}

fn transaction(books: &Books, ledger: &Ledger, entries: &[Entry]) -> String {
    let Some(first) = entries.first() else { return String::new() };
    let told = deed(first.source, first.purpose, (first.debit, first.credit)).en;
    let mut text = format!("{} * \"{told}\" #{}", first.business_day, first.source);
    if is_late(first, books.calendar) {
        text.push_str(" #late");
    }
    if first.reverses.is_some() {
        text.push_str(" #reversal");
    }
    text.push_str(&links(first));
    let _written = writeln!(text, "\n  posting: \"{}\"", first.posting);
    if let Some(receipt) = first.receipt {
        let _written = writeln!(text, "  receipt: \"{}-{receipt}\"", first.branch);
    }
    if let Some(reversed) = first.reverses {
        let _written = writeln!(text, "  reverses-transfer: \"{reversed}\"");
    }
    for entry in entries {
        for (account, minor) in
            [(entry.debit, entry.amount.minor()), (entry.credit, entry.amount.minor().saturating_neg())]
        {
            let _written = writeln!(text, "  {}  {}", books.path(ledger, account), amount(minor, ledger));
        }
    }
    text
}

/// The document, and the payment that is given back, so that all that belongs to a payment is found by it.
fn links(entry: &Entry) -> String {
    let kind = match entry.source {
        TransferSource::Payment | TransferSource::Refund => "payment",
        TransferSource::Expense => "expense",
        TransferSource::Closing => "closing",
        TransferSource::Recognition => "month",
    };
    let mut text = format!(" ^{kind}-{}", entry.source_id);
    if let Some(returned) = entry.returns {
        let _written = write!(text, " ^payment-{returned}");
    }
    text
}

fn closing(books: &Books, ledger: &Ledger) -> String {
    let day = days_later(books.to, 1);
    LedgerAccount::ALL.iter().fold(String::new(), |mut text, account| {
        let balance = books.balance(ledger.branch, *account);
        // Without a tolerance of its own, an assertion forgives a difference of one piastre.
        let closing = Money::from_minor(balance.closing());
        let path = books.path(ledger, *account);
        let _written = writeln!(text, "{day} balance {path}  {closing} ~ 0.00 {}", ledger.currency);
        text
    })
}

#[cfg(test)]
mod tests {
    use super::super::chart::sample;

    use super::*;

    #[test]
    fn the_books_open_go_on_and_are_asserted() {
        let books = sample("DRA001", "Dragon \"Club\"\n");
        let head = PROGRAM.head(&books);
        assert!(head.contains("option \"title\" \"Nile Fitness\"\noption \"operating_currency\" \"EGP\"\n"));
        assert!(head.contains(
            "2026-03-31 open Assets:DRA001:Till EGP\n  code: \"till\"\n  branch: \"Dragon Club\"\n"
        ));
        assert!(head.contains(
            "2026-03-31 * \"opening balances\" #opening\n  branch: \"Dragon Club\"\n  Assets:DRA001:Till  10.00 EGP\n  \
             Liabilities:DRA001:Unearned  -10.00 EGP\n"
        ));
        let tail = PROGRAM.tail(&books);
        assert!(tail.contains("2026-04-02 balance Assets:DRA001:Till  12.50 ~ 0.00 EGP\n"));
        assert!(tail.contains("2026-04-02 balance Liabilities:DRA001:Unearned  -12.50 ~ 0.00 EGP\n"));
        assert_eq!(tail.lines().filter(|line| line.contains(" balance ")).count(), LedgerAccount::ALL.len());
    }
}
