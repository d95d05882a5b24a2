//! What the plain-text formats share: the order of a file, and how a name gets into it.

use base::vocabulary::Money;

use super::{
    super::model::LedgerAccount,
    chart::{Balance, Books, Entry, Ledger},
};

/// How one program writes each part of the books.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain {
    /// Whose books of which days.
    pub(super) title: fn(&Books) -> String,
    /// That an account exists.
    pub(super) open: fn(&Books, &Ledger, LedgerAccount) -> String,
    /// A transaction that gives each account of a branch what it had before the first day.
    pub(super) opening: fn(&Books, &[Balance], &Ledger) -> String,
    /// The transfers of one deed.
    pub(super) transaction: fn(&Books, &Ledger, &[Entry]) -> String,
    /// That the accounts of a branch come to what the trial balance says.
    pub(super) closing: fn(&Books, &Ledger) -> String,
}

impl Plain {
    pub(super) fn head(self, books: &Books) -> String {
        let mut text = (self.title)(books);
        for ledger in &books.ledgers {
            text.push('\n');
            for account in LedgerAccount::ALL {
                text.push_str(&(self.open)(books, ledger, *account));
            }
        }
        for ledger in &books.ledgers {
            let carried: Vec<Balance> = LedgerAccount::ALL
                .iter()
                .map(|account| books.balance(ledger.branch, *account))
                .filter(|balance| balance.opening != 0)
                .collect();
            if !carried.is_empty() {
                text.push('\n');
                text.push_str(&(self.opening)(books, &carried, ledger));
            }
        }
        text
    }

    /// The transactions of one day. The transfers of one posting stand beside each other.
    pub(super) fn day(self, books: &Books, entries: &[Entry]) -> String {
        let mut text = String::new();
        for deed in entries.chunk_by(|one, other| one.posting == other.posting) {
            let ledger = deed.first().and_then(|entry| books.ledger(entry.branch));
            if let Some(ledger) = ledger {
                text.push('\n');
                text.push_str(&(self.transaction)(books, ledger, deed));
            }
        }
        text
    }

    pub(super) fn tail(self, books: &Books) -> String {
        let mut text = String::new();
        for ledger in &books.ledgers {
            text.push('\n');
            text.push_str(&(self.closing)(books, ledger));
        }
        text
    }
}

/// An amount with its currency; programs read no other sign of one.
pub(super) fn amount(minor: i64, ledger: &Ledger) -> String {
    format!("{} {}", Money::from_minor(minor), ledger.currency)
}

/// The name of a gym or a branch as one line of plain words: marks that turn the writing around, line ends and control
/// signs are blanks, and so is what either program gives a meaning in a comment.
pub(super) fn words(name: &str) -> String {
    let letters = name.chars().map(|letter| match letter {
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '"'
        | '\\'
        | ';'
        | ','
        | ':'
        | '|'
        | '`' => ' ',
        letter if letter.is_control() => ' ',
        letter => letter,
    });
    letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_plain_words() {
        for (name, plain) in [
            ("Dragon Club", "Dragon Club"),
            ("نادي التنين\u{202e}", "نادي التنين"),
            ("A\"\n2026-01-01 open Assets:Evil", "A 2026-01-01 open Assets Evil"),
            ("a ; b, c: d | e\\", "a b c d e"),
            ("\u{85}\u{2028}\r\t", ""),
            ("=cmd()", "=cmd()"),
        ] {
            assert_eq!(words(name), plain);
        }
    }
}
