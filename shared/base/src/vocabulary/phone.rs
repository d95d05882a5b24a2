//! Telephone numbers in one canonical form, whatever way they are written.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{
    field_errors,
    localized::from_text,
    text::{ascii_digit, is_invisible},
};

/// Fewest digits of an international number.
const DIGITS_MIN: usize = 8;
/// Most digits of an international number (E.164).
const DIGITS_MAX: usize = 15;
/// Fewest digits from which a number without `+` may be taken as international.
const BARE_INTERNATIONAL_MIN: usize = 11;

/// How numbers are dialled in a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calling {
    /// The country's calling code, without `+`.
    pub code: &'static str,
    /// What is dialled before a national number within the country.
    pub trunk: &'static str,
    /// How a mobile number begins after the trunk.
    pub mobile_start: &'static str,
    /// How many digits a mobile number has after the trunk.
    pub mobile_digits: usize,
}

/// Egypt, where the gym is.
pub const HOME: Calling = Calling { code: "20", trunk: "0", mobile_start: "1", mobile_digits: 10 };

/// The countries whose way of dialling is known.
const KNOWN: [Calling; 6] = [
    HOME,
    Calling { code: "966", trunk: "0", mobile_start: "5", mobile_digits: 9 },
    Calling { code: "971", trunk: "0", mobile_start: "5", mobile_digits: 9 },
    Calling { code: "962", trunk: "0", mobile_start: "7", mobile_digits: 9 },
    Calling { code: "218", trunk: "0", mobile_start: "9", mobile_digits: 9 },
    Calling { code: "249", trunk: "0", mobile_start: "9", mobile_digits: 9 },
];

impl Calling {
    /// How numbers are dialled where the calling code is `code`, if it is known.
    pub fn of_code(code: &str) -> Option<Self> {
        KNOWN.into_iter().find(|country| country.code == code)
    }
}

/// A country's calling code, without `+`: one to three digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallingCode(String);

field_errors! {
    /// Text that is not a calling code.
    pub struct CallingCodeInvalid => "CALLING_CODE_INVALID",
        en: "A calling code has one to three digits, such as 20",
        ar: "كود الدولة من رقم إلى ثلاثة أرقام، مثل 20",
        display: "a calling code has one to three digits";
}

impl CallingCode {
    /// Reads `20`, `+20` or `0020`.
    pub fn parse(text: &str) -> Result<Self, CallingCodeInvalid> {
        let digits = Dialled::read(text).ok_or(CallingCodeInvalid)?.digits;
        let code = digits.strip_prefix("00").unwrap_or(&digits);
        let is_code = (1..=3).contains(&code.len()) && !code.starts_with('0');
        if is_code { Ok(Self(code.to_owned())) } else { Err(CallingCodeInvalid) }
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A telephone number: `+` and 8 to 15 digits; all spellings of one number are equal.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, sqlx::Type, ToSchema)]
#[serde(into = "String")]
#[sqlx(transparent)]
pub struct Phone(String);

field_errors! {
    /// Why text is not a telephone number.
    pub enum PhoneInvalid {
        /// It holds something that is never part of a number.
        NotANumber => "PHONE_INVALID",
            en: "A phone number is written with digits only",
            ar: "رقم الهاتف يُكتب بالأرقام فقط",
            display: "a phone number is written with digits";
        /// It has too few digits, or does not say its country.
        TooShort => "PHONE_TOO_SHORT",
            en: "The phone number is incomplete",
            ar: "رقم الهاتف غير مكتمل",
            display: "the phone number is incomplete";
        /// It has more digits than any number.
        TooLong => "PHONE_TOO_LONG",
            en: "The phone number has too many digits",
            ar: "رقم الهاتف أطول من اللازم",
            display: "the phone number has too many digits";
    }
}

impl Phone {
    /// Reads a number as it is written at home.
    pub fn parse(text: &str) -> Result<Self, PhoneInvalid> {
        Self::parse_in(&HOME, text)
    }

    /// Reads a number as it is written in the country of `home`.
    pub fn parse_in(home: &Calling, text: &str) -> Result<Self, PhoneInvalid> {
        let dialled = Dialled::read(text).ok_or(PhoneInvalid::NotANumber)?;
        let digits = dialled.international(home).ok_or(PhoneInvalid::TooShort)?;
        match digits.len() {
            ..DIGITS_MIN => Err(PhoneInvalid::TooShort),
            DIGITS_MIN..=DIGITS_MAX => Ok(Self(format!("+{digits}"))),
            _ => Err(PhoneInvalid::TooLong),
        }
    }

    /// The canonical form, `+201001234567`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As people at home write it: `01001234567`; foreign numbers stay canonical.
    pub fn local(&self) -> String {
        self.local_in(&HOME)
    }

    /// As people in the country of `home` write it; foreign numbers stay canonical.
    pub fn local_in(&self, home: &Calling) -> String {
        let national = self.0.strip_prefix('+').and_then(|digits| digits.strip_prefix(home.code));
        national.map_or_else(|| self.0.clone(), |national| format!("{}{national}", home.trunk))
    }
}

/// What is left of a written number without its ornaments.
struct Dialled {
    plus: bool,
    digits: String,
}

impl Dialled {
    fn read(text: &str) -> Option<Self> {
        let mut dialled = Self { plus: false, digits: String::new() };
        for char in text.trim().chars() {
            match char {
                '+' | '\u{ff0b}' if dialled.digits.is_empty() && !dialled.plus => dialled.plus = true,
                other if is_ornament(other) => {}
                other => dialled.digits.push(ascii_digit(other)?),
            }
        }
        (!dialled.digits.is_empty()).then_some(dialled)
    }

    /// The digits after the `+`, or nothing if the country cannot be told.
    fn international(&self, home: &Calling) -> Option<String> {
        let digits = self.digits.as_str();
        let (full, digits) = match digits.strip_prefix("00") {
            Some(rest) if !self.plus => (true, rest),
            _ => (self.plus, digits),
        };
        if full {
            return canonical(home, digits);
        }
        if let Some(national) = digits.strip_prefix(home.trunk) {
            return at_home(home, national);
        }
        if digits.len() == home.mobile_digits && digits.starts_with(home.mobile_start) {
            return at_home(home, digits);
        }
        (digits.len() >= BARE_INTERNATIONAL_MIN).then(|| canonical(home, digits)).flatten()
    }
}

/// Takes out a trunk that was written behind the home code, as in `+20 (0)100…`.
fn canonical(home: &Calling, digits: &str) -> Option<String> {
    match digits.strip_prefix(home.code) {
        Some(national) => at_home(home, national.strip_prefix(home.trunk).unwrap_or(national)),
        None => (!digits.starts_with('0')).then(|| digits.to_owned()),
    }
}

fn at_home(home: &Calling, national: &str) -> Option<String> {
    (!national.is_empty() && !national.starts_with(home.trunk)).then(|| format!("{}{national}", home.code))
}

/// What people put between the digits.
fn is_ornament(char: char) -> bool {
    let space = char.is_whitespace() && !char.is_control();
    let dash = matches!(char, '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    space || dash || is_invisible(char)
}

/// The digits of `text` as ASCII digits; everything else is left out.
pub fn digits_of(text: &str) -> String {
    text.chars().filter_map(ascii_digit).collect()
}

/// The digits by which a part of a number is looked for in canonical numbers, without the `00` of
/// an international call; nothing if `text` is not a part of a number.
pub fn search_digits(text: &str) -> Option<String> {
    let digits = Dialled::read(text)?.digits;
    let part = digits.strip_prefix("00").unwrap_or(&digits);
    (!part.is_empty()).then(|| part.to_owned())
}

/// Shows the last three digits at most: numbers never reach a log.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.0.len().saturating_sub(3);
        write!(f, "Phone(…{})", self.0.get(start..).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from_text(from, Self::parse)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical_of(text: &str) -> String {
        Phone::parse(text).unwrap_or_else(|why| panic!("{text}: {why}")).as_str().to_owned()
    }

    #[test]
    fn a_calling_code_has_one_to_three_digits() {
        for (written, code) in [("20", "20"), ("+20", "20"), ("0020", "20"), (" ٩٦٦ ", "966"), ("1", "1")]
        {
            assert_eq!(CallingCode::parse(written).unwrap().as_str(), code, "{written}");
        }
        for odd in ["", "+", "0", "00", "020", "2010", "EG", "2a"] {
            assert_eq!(CallingCode::parse(odd), Err(CallingCodeInvalid), "{odd}");
        }
    }

    #[test]
    fn all_spellings_of_a_number_are_one() {
        let spellings = [
            "01001234567",
            "+201001234567",
            "00201001234567",
            "201001234567",
            "1001234567",
            "0100 123 4567",
            "+20 100-123-4567",
            "+20 (0)100 123 4567",
            "(0100) 123.4567",
            "٠١٠٠١٢٣٤٥٦٧",
            "+٢٠١٠٠١٢٣٤٥٦٧",
            "۰۱۰۰۱۲۳۴۵۶۷",
            "\u{200f}+20 100 123 4567\u{202c}",
            "\u{a0}0100\u{2013}1234567\n",
            "2001001234567",
            "+2001001234567",
            "0020 0100 1234567",
            "\u{ff0b}201001234567",
        ];
        for text in spellings {
            assert_eq!(canonical_of(text), "+201001234567", "{text}");
        }
        assert_eq!(Phone::parse("+20100 1234567").unwrap().local(), "01001234567");
        assert_eq!(canonical_of("01234567890"), "+201234567890");
    }

    #[test]
    fn foreign_numbers_keep_their_country() {
        for text in ["+966 50 123 4567", "00966501234567", "966501234567"] {
            let phone = Phone::parse(text).unwrap();
            assert_eq!((phone.as_str(), phone.local().as_str()), ("+966501234567", "+966501234567"));
        }
        let saudi = Calling::of_code("966").unwrap();
        assert_eq!(Calling::of_code("0"), None);
        assert_eq!(Phone::parse_in(&saudi, "0501234567").unwrap().as_str(), "+966501234567");
        assert_eq!(Phone::parse_in(&saudi, "501234567").unwrap().local_in(&saudi), "0501234567");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "   ",
            "+",
            "call me",
            "0100123456x",
            "010\u{0}01234567",
            "++201001234567",
            "0100\n1234567",
            "2+01001234567",
            "1e10",
        ] {
            assert_eq!(Phone::parse(text), Err(PhoneInvalid::NotANumber), "{text:?}");
        }
        for text in ["1", "12345", "012345", "00", "000000000000", "+0201001234567", "+20", "+1234567"] {
            assert_eq!(Phone::parse(text), Err(PhoneInvalid::TooShort), "{text:?}");
        }
        for text in ["+1234567890123456", "0100123456789012345", &"1".repeat(10_000)] {
            assert_eq!(Phone::parse(text), Err(PhoneInvalid::TooLong), "{text:?}");
        }
    }

    #[test]
    fn a_number_hides_in_logs() {
        assert_eq!(format!("{:?}", Phone::parse("01001234789").unwrap()), "Phone(…789)");
    }

    #[test]
    fn a_part_of_a_number_is_found_in_any_script() {
        assert_eq!(digits_of("عميل ٠١٠-12"), "01012");
        assert_eq!(search_digits("٠١٠ 12").as_deref(), Some("01012"));
        assert_eq!(search_digits("0020100").as_deref(), Some("20100"));
        assert_eq!(search_digits("mona"), None);
        assert_eq!(search_digits("00"), None);
    }

    proptest! {
        #[test]
        fn a_number_reads_back_from_both_its_forms(text in "(\\+|00|0)?[0-9]{5,16}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(&Phone::parse(phone.as_str()).unwrap(), &phone);
                prop_assert_eq!(&Phone::parse(&phone.local()).unwrap(), &phone);
                prop_assert!((8..=15).contains(&phone.as_str().len().saturating_sub(1)));
            }
        }

        #[test]
        fn ornaments_change_nothing(digits in "1[0-9]{9}", at in 0_usize..10, mark in "[ .()\\-\u{200e}\u{a0}]{1,3}") {
            let (left, right) = digits.split_at(at);
            prop_assert_eq!(Phone::parse(&format!("0{left}{mark}{right}")), Phone::parse(&format!("+20{digits}")));
        }

        #[test]
        fn no_text_breaks_the_reader(text in any::<String>()) {
            drop(Phone::parse(&text));
        }
    }
}
