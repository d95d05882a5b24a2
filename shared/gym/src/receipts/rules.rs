//! What a receipt says.

use std::fmt::Write as _;

use chrono::NaiveDate;
use paper::{Amount, Colour, Direction, Pair, Picture, Slip, Weight, isolated};

use super::{model::ReceiptPaper, wording};
use crate::payments::PaymentPurpose;
use base::{
    Text,
    vocabulary::{Currency, Language, Money},
};

/// Something that a receipt tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLine {
    /// What it is, for programs.
    pub key: &'static str,
    /// What it is, for people.
    pub label: String,
    /// What it says. Names and figures stand between marks that keep their order in a line of the other direction.
    pub value: String,
}

/// An amount on a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptAmount {
    /// What it is, for programs.
    pub key: &'static str,
    /// What it is, for people.
    pub label: String,
    /// How much; what is taken off is negative.
    pub amount: Money,
    /// Whether it is what the receipt is about.
    pub is_total: bool,
}

/// Everything that a receipt says, in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptWords {
    /// The language.
    pub language: Language,
    /// What it is: a receipt, a credit note, a cancellation.
    pub title: &'static str,
    /// Its number, with the word for it.
    pub number: String,
    /// Who hands it out: the branch, where it is, its phone.
    pub issuer: Vec<String>,
    /// What it tells, from top to bottom.
    pub lines: Vec<ReceiptLine>,
    /// What amounts are in.
    pub unit: String,
    /// The amounts, from top to bottom.
    pub amounts: Vec<ReceiptAmount>,
    /// What proves it.
    pub proofs: Vec<ReceiptLine>,
    /// What its QR code says: its number and its hash.
    pub code: String,
    /// Its hash, in 64 hexadecimal digits.
    pub hash: String,
    /// The hash of the receipt before it, in as many.
    pub previous_hash: String,
}

/// Bytes of a hash that people compare.
const SHORT: usize = 6;
/// Digits of a hash that stand together.
const GROUP: usize = 4;

/// The first bytes of a hash in hexadecimal digits, four by four.
fn short(hash: &[u8]) -> String {
    let digits: Vec<char> = hexadecimal(hash.get(..SHORT).unwrap_or(hash)).chars().collect();
    digits.chunks(GROUP).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Lower case.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// An amount in figures: two decimals, thousands apart.
fn figure(amount: Money) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, minor) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut figure = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && whole.len().saturating_sub(index).is_multiple_of(3) {
            figure.push(',');
        }
        figure.push(digit);
    }
    format!("{figure}.{minor}")
}

/// Which of three papers it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sale,
    Refund,
    Reversal,
}

impl Kind {
    fn of(purpose: PaymentPurpose) -> Self {
        match purpose {
            PaymentPurpose::Refund => Self::Refund,
            PaymentPurpose::Reversal => Self::Reversal,
            PaymentPurpose::Subscription
            | PaymentPurpose::Renewal
            | PaymentPurpose::Freeze
            | PaymentPurpose::Other => Self::Sale,
        }
    }

    /// What is chosen of three.
    fn of_these<T>(self, sale: T, refund: T, reversal: T) -> T {
        match self {
            Self::Sale => sale,
            Self::Refund => refund,
            Self::Reversal => reversal,
        }
    }
}

impl ReceiptPaper {
    /// What it says in `language`.
    pub fn says(&self, language: Language) -> ReceiptWords {
        let kind = Kind::of(self.purpose);
        let say = |text: Text| text.say(language);
        let unit = match (wording::unit(&self.gym.currency), Currency::parse(&self.gym.currency)) {
            (Some(text), _) => say(text).to_owned(),
            (None, Ok(known)) => known.as_str().to_owned(),
            (None, Err(_)) => self.gym.currency.clone(),
        };
        let proof = |key, label, hash: &[u8]| ReceiptLine {
            key,
            label: say(label).to_owned(),
            value: isolated(&short(hash)),
        };
        ReceiptWords {
            language,
            title: say(kind.of_these(wording::RECEIPT, wording::REFUND, wording::REVERSAL)),
            number: format!("{} {}", say(wording::NUMBER), isolated(&self.reference())),
            issuer: self.issuer(language),
            lines: self.lines(kind, language),
            unit,
            amounts: self.amounts(kind, language),
            proofs: vec![
                proof("hash", wording::HASH, &self.hash),
                proof("previous_hash", wording::PREVIOUS_HASH, &self.previous_hash),
            ],
            // Capital letters, figures and these marks take two thirds of the room that other texts take in a QR code.
            code: format!("GYM-RECEIPT:{}:{}", self.reference(), hexadecimal(&self.hash).to_uppercase()),
            hash: hexadecimal(&self.hash),
            previous_hash: hexadecimal(&self.previous_hash),
        }
    }

    fn issuer(&self, language: Language) -> Vec<String> {
        let separator = match language {
            Language::En => ", ",
            Language::Ar => "، ",
        };
        let place = [&self.branch_address, &self.branch_city];
        let place: Vec<String> = place
            .into_iter()
            .flatten()
            .filter(|part| !part.trim().is_empty())
            .map(|part| isolated(part))
            .collect();
        let phone = self.branch_phone.as_ref().filter(|phone| !phone.trim().is_empty());
        let phone = phone.map(|phone| format!("{} {}", wording::PHONE.say(language), isolated(phone)));
        let lines = [isolated(&self.branch_name), place.join(separator)].into_iter().chain(phone);
        lines.filter(|line| !line.is_empty()).collect()
    }

    fn lines(&self, kind: Kind, language: Language) -> Vec<ReceiptLine> {
        let say = |text: Text| text.say(language);
        let line = |key, label: Text, value: String| ReceiptLine { key, label: say(label).to_owned(), value };
        let day = |day: NaiveDate| isolated(&day.to_string());
        let local = self.gym.calendar.local(self.taken_at);
        let payer = kind.of_these(wording::RECEIVED_FROM, wording::GIVEN_TO, wording::GIVEN_TO);
        let by = kind.of_these(wording::TAKEN_BY, wording::GIVEN_BY, wording::GIVEN_BY);
        let first = self.first.map(|first| {
            let number = isolated(&self.reference_of(first.number));
            let value = format!("{number} {} {}", say(wording::OF_DAY), day(first.business_day));
            line("of_receipt", wording::OF_RECEIPT, value)
        });
        let purpose = say(wording::purpose(self.purpose));
        let what = match (&self.service_name, kind) {
            (Some(name), Kind::Sale) => format!("{purpose}: {}", isolated(name)),
            (Some(name), Kind::Refund | Kind::Reversal) => isolated(name),
            (None, _) => purpose.to_owned(),
        };
        let when = format!(
            "{} {} {}",
            day(local.date()),
            say(wording::AT),
            isolated(&local.format("%H:%M").to_string())
        );
        let is_late = self.business_day > local.date();
        let told = [
            self.customer_name.as_ref().map(|name| line("customer_name", payer, isolated(name))),
            first,
            Some(line("paid_for", wording::PAID_FOR, what)),
            Some(line("date", wording::DATE, when)),
            is_late.then(|| line("business_day", wording::COUNTS_FOR, day(self.business_day))),
            Some(line("method", wording::METHOD, say(wording::method(self.method)).to_owned())),
            Some(line("taken_by", by, isolated(&self.taken_by))),
        ];
        told.into_iter().flatten().collect()
    }

    fn amounts(&self, kind: Kind, language: Language) -> Vec<ReceiptAmount> {
        let say = |text: Text| text.say(language).to_owned();
        let row = |key, label, amount, is_total| ReceiptAmount { key, label, amount, is_total };
        let negative = |amount: Money| Money::ZERO.checked_sub(amount).unwrap_or_default();
        if kind != Kind::Sale {
            let label = if kind == Kind::Refund { wording::GIVEN_BACK } else { wording::CANCELLED };
            return vec![row("total", say(label), negative(self.amount), true)];
        }
        let mut amounts = Vec::new();
        if self.discount != Money::ZERO {
            let full = self.amount.checked_add(self.discount).unwrap_or(self.amount);
            amounts.push(row("price", say(wording::PRICE), full, false));
            amounts.push(row("discount", say(wording::DISCOUNT), negative(self.discount), false));
        }
        amounts.push(row("total", say(wording::PAID), self.amount, true));
        let mut told = Money::ZERO;
        for given in &self.returns {
            let (day, number) = (given.business_day.to_string(), self.reference_of(given.number));
            let (on, receipt) = (say(wording::RETURNED), say(wording::RECEIPT_NO));
            let label = format!("{on} {} ({receipt} {})", isolated(&day), isolated(&number));
            amounts.push(row("returned", label, negative(given.amount), false));
            told = told.checked_add(given.amount).unwrap_or(told);
        }
        let besides = self.returned.checked_sub(told).unwrap_or_default();
        if besides.is_positive() {
            amounts.push(row("returned", say(wording::EARLIER), negative(besides), false));
        }
        if self.returned.is_positive() {
            let left = self.amount.checked_sub(self.returned).unwrap_or_default();
            amounts.push(row("left", say(wording::LEFT), left, false));
        }
        amounts
    }

    /// How it is drawn in `language`.
    pub(super) fn slip(&self, language: Language) -> Slip {
        let words = self.says(language);
        let pair = |line: ReceiptLine| Pair { label: line.label, value: line.value };
        let amount = |amount: ReceiptAmount| Amount {
            label: amount.label,
            figure: isolated(&figure(amount.amount)),
            weight: if amount.is_total { Weight::Total } else { Weight::Plain },
        };
        Slip {
            language: language.as_str(),
            direction: match language {
                Language::En => Direction::LeftToRight,
                Language::Ar => Direction::RightToLeft,
            },
            // The schema holds that it is one.
            colour: Colour::parse(&self.gym.primary_color).unwrap_or(Colour(0, 0, 0)),
            issuer: isolated(&self.gym.name),
            issuer_lines: words.issuer,
            title: words.title.to_owned(),
            number: words.number,
            facts: words.lines.into_iter().map(pair).collect(),
            unit: words.unit,
            amounts: words.amounts.into_iter().map(amount).collect(),
            picture: Picture { text: words.code, spoken: wording::QR.say(language).to_owned() },
            proofs: words.proofs.into_iter().map(pair).collect(),
            dated: self.taken_at,
        }
    }
}
