//! The books as a workbook: the trial balance, the journal, and which accounts each deed moves.

use base::{
    Error, Text,
    platform::sheets::{Cell, Column, ColumnKind, Workbook},
    vocabulary::{Language, Money},
};

use super::{
    super::{
        model::{AccountClass, LedgerAccount, TransferSource},
        rules::{deed, posting_table},
    },
    chart::{Books, Entry},
};

const TRIAL_BALANCE: Text = Text { en: "Trial balance", ar: "ميزان المراجعة" };
const JOURNAL: Text = Text { en: "Journal", ar: "دفتر اليومية" };
const RULES: Text = Text { en: "Which accounts move", ar: "قواعد القيد" };
const TOTAL: Text = Text { en: "Total", ar: "الإجمالي" };

const OF_BALANCE: [(Text, ColumnKind); 8] = [
    (Text { en: "Code", ar: "الرمز" }, ColumnKind::Text),
    (Text { en: "Account", ar: "الحساب" }, ColumnKind::Text),
    (Text { en: "Class", ar: "النوع" }, ColumnKind::Text),
    (Text { en: "Currency", ar: "العملة" }, ColumnKind::Text),
    (Text { en: "Opening balance", ar: "الرصيد الافتتاحي" }, ColumnKind::Money),
    (Text { en: "Debit", ar: "مدين" }, ColumnKind::Money),
    (Text { en: "Credit", ar: "دائن" }, ColumnKind::Money),
    (Text { en: "Closing balance", ar: "الرصيد الختامي" }, ColumnKind::Money),
];

const OF_JOURNAL: [(Text, ColumnKind); 13] = [
    (Text { en: "Posting", ar: "رقم القيد" }, ColumnKind::Count),
    (Text { en: "Business day", ar: "يوم العمل" }, ColumnKind::Day),
    (Text { en: "Branch", ar: "الفرع" }, ColumnKind::Text),
    (Text { en: "What was done", ar: "البيان" }, ColumnKind::Text),
    (Text { en: "Debit account", ar: "الحساب المدين" }, ColumnKind::Text),
    (Text { en: "Credit account", ar: "الحساب الدائن" }, ColumnKind::Text),
    (Text { en: "Amount", ar: "المبلغ" }, ColumnKind::Money),
    (Text { en: "Currency", ar: "العملة" }, ColumnKind::Text),
    (Text { en: "Document", ar: "المستند" }, ColumnKind::Text),
    (Text { en: "Document number", ar: "رقم المستند" }, ColumnKind::Count),
    (Text { en: "Receipt", ar: "رقم الإيصال" }, ColumnKind::Count),
    (Text { en: "Reverses transfer", ar: "يعكس الحركة" }, ColumnKind::Count),
    (Text { en: "Written at, on the gym's clock", ar: "وقت التسجيل بتوقيت النادي" }, ColumnKind::At),
];

const OF_RULES: [(Text, ColumnKind); 3] = [
    (Text { en: "What was done", ar: "البيان" }, ColumnKind::Text),
    (Text { en: "Debit account", ar: "الحساب المدين" }, ColumnKind::Text),
    (Text { en: "Credit account", ar: "الحساب الدائن" }, ColumnKind::Text),
];

/// A workbook that is being written.
pub(super) struct Sheets {
    book: Workbook,
    language: Language,
}

impl Sheets {
    pub(super) fn begin(language: Language) -> Result<Self, Error> {
        let names = [TRIAL_BALANCE, JOURNAL, RULES].map(|name| name.say(language).to_owned());
        Ok(Self { book: Workbook::begin(language, &names)?, language })
    }

    /// The trial balance whole, and the headings of the journal.
    pub(super) fn head(&mut self, books: &Books) -> Result<Vec<u8>, Error> {
        self.book.sheet(columns(&OF_BALANCE, self.language))?;
        let mut currencies: Vec<&str> = books.ledgers.iter().map(|ledger| ledger.currency.as_str()).collect();
        currencies.sort_unstable();
        currencies.dedup();
        for currency in currencies {
            self.balances(books, currency)?;
        }
        self.book.sheet(columns(&OF_JOURNAL, self.language))?;
        Ok(self.book.take())
    }

    /// Every account over all branches that count in this currency, as the trial balance adds them up.
    fn balances(&mut self, books: &Books, currency: &str) -> Result<(), Error> {
        let (mut debits, mut credits) = (0_i64, 0_i64);
        for account in LedgerAccount::ALL {
            let of_branches = books.ledgers.iter().filter(|ledger| ledger.currency == currency);
            let (mut opening, mut debit, mut credit) = (0_i64, 0_i64, 0_i64);
            for ledger in of_branches {
                let balance = books.balance(ledger.branch, *account);
                opening = opening.saturating_add(balance.opening);
                debit = debit.saturating_add(balance.debit);
                credit = credit.saturating_add(balance.credit);
            }
            debits = debits.saturating_add(debit);
            credits = credits.saturating_add(credit);
            let closing = opening.saturating_add(debit).saturating_sub(credit);
            // On its own side of the books an account is above zero, as in the trial balance.
            let own = |minor: i64| match account.class() {
                AccountClass::Asset | AccountClass::Expense => Money::from_minor(minor),
                AccountClass::Liability | AccountClass::Income => Money::from_minor(minor.saturating_neg()),
            };
            self.book.row(&[
                account.as_str().into(),
                account.title().say(self.language).into(),
                class(account.class()).say(self.language).into(),
                currency.into(),
                own(opening).into(),
                Money::from_minor(debit).into(),
                Money::from_minor(credit).into(),
                own(closing).into(),
            ])?;
        }
        let (debits, credits) = (Money::from_minor(debits), Money::from_minor(credits));
        let total = [
            Cell::Blank,
            TOTAL.say(self.language).into(),
            Cell::Blank,
            currency.into(),
            Cell::Blank,
            debits.into(),
            credits.into(),
            Cell::Blank,
        ];
        self.book.totals(&total)
    }

    pub(super) fn day(&mut self, books: &Books, entries: &[Entry]) -> Result<Vec<u8>, Error> {
        for entry in entries {
            let Some(ledger) = books.ledger(entry.branch) else { continue };
            let title = |account: LedgerAccount| Cell::from(account.title().say(self.language));
            self.book.row(&[
                entry.posting.into(),
                entry.business_day.into(),
                ledger.name.as_str().into(),
                deed(entry.source, entry.purpose, (entry.debit, entry.credit)).say(self.language).into(),
                title(entry.debit),
                title(entry.credit),
                entry.amount.into(),
                ledger.currency.as_str().into(),
                document(entry.source).say(self.language).into(),
                entry.source_id.into(),
                entry.receipt.into(),
                entry.reverses.into(),
                Cell::At(books.calendar.local(entry.posted_at)),
            ])?;
        }
        Ok(self.book.take())
    }

    pub(super) fn tail(mut self) -> Result<Vec<u8>, Error> {
        self.book.sheet(columns(&OF_RULES, self.language))?;
        for [deed, debit, credit] in posting_table(self.language) {
            self.book.row(&[Cell::Text(deed), Cell::Text(debit), Cell::Text(credit)])?;
        }
        self.book.finish()
    }
}

fn columns(of: &[(Text, ColumnKind)], language: Language) -> Vec<Column> {
    of.iter().map(|(heading, kind)| Column::new(heading.say(language), *kind)).collect()
}

const fn class(class: AccountClass) -> Text {
    match class {
        AccountClass::Asset => Text { en: "Asset", ar: "أصول" },
        AccountClass::Liability => Text { en: "Liability", ar: "خصوم" },
        AccountClass::Income => Text { en: "Income", ar: "إيرادات" },
        AccountClass::Expense => Text { en: "Expense", ar: "مصروفات" },
    }
}

const fn document(source: TransferSource) -> Text {
    match source {
        TransferSource::Payment => Text { en: "Payment", ar: "دفعة" },
        TransferSource::Refund => Text { en: "Refund", ar: "استرداد" },
        TransferSource::Expense => Text { en: "Expense", ar: "مصروف" },
        TransferSource::Closing => Text { en: "Closing of a day", ar: "إقفال يوم" },
        TransferSource::Recognition => Text { en: "Closing of a month", ar: "إقفال شهر" },
    }
}
