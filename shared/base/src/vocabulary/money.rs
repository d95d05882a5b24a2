//! Money, in whole units of the smallest coin.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
};

use super::{Extra, NotScaled, Told, field_errors, number_text, scaled};

/// Decimals of every [`Currency`]: a pound has a hundred piastres.
const DECIMALS: usize = 2;
/// Smallest units in one unit of the currency.
const MINOR_PER_MAJOR: u64 = 100;

/// The currencies a gym may count in, by their ISO 4217 code: those whose smallest unit is a hundredth, as [`Money`] is
/// written with two decimals. Dinars (three decimals) and yen (none) are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency(&'static str);

field_errors! {
    /// Text that is the code of no currency in which a gym may count.
    pub struct CurrencyUnknown => "CURRENCY_UNKNOWN",
        en: "The currency must be EGP, AED, SAR, QAR, MAD, USD, EUR or GBP",
        ar: "العملة يجب أن تكون الجنيه المصري أو الدرهم الإماراتي أو الريال السعودي أو الريال القطري أو الدرهم المغربي أو الدولار أو اليورو أو الجنيه الإسترليني",
        display: "a gym does not count in this currency";
}

impl Currency {
    /// Every currency that a gym may count in; the schema has the same list.
    pub const ALL: &[Self] = &[
        Self("EGP"),
        Self("AED"),
        Self("SAR"),
        Self("QAR"),
        Self("MAD"),
        Self("USD"),
        Self("EUR"),
        Self("GBP"),
    ];

    /// The currency with this code, in any letter case.
    pub fn parse(code: &str) -> Result<Self, CurrencyUnknown> {
        let code = code.trim();
        let known = Self::ALL.iter().copied().find(|currency| currency.0.eq_ignore_ascii_case(code));
        known.ok_or(CurrencyUnknown)
    }

    /// Its code, three capital letters.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// An amount in the smallest unit of the gym's currency; may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, sqlx::Type)]
#[sqlx(transparent)]
pub struct Money(i64);

field_errors! {
    /// Why something is not an amount.
    pub enum MoneyInvalid {
        /// It is not a number.
        NotANumber => "AMOUNT_INVALID",
            en: "The amount must be a number",
            ar: "المبلغ يجب أن يكون رقمًا",
            display: "an amount is a number";
        /// It has parts of the smallest unit.
        TooPrecise => "AMOUNT_TOO_PRECISE",
            en: "The amount may have at most two decimals",
            ar: "المبلغ لا يقبل أكثر من خانتين عشريتين",
            display: "an amount has at most two decimals";
        /// It is beyond [`Money::LIMIT`] in either direction.
        TooLarge => "AMOUNT_TOO_LARGE",
            en: "The amount is too large",
            ar: "المبلغ أكبر من المسموح",
            display: "an amount is at most 10000000000";
    }
}

impl Money {
    /// An amount of zero, neither positive nor negative.
    pub const ZERO: Self = Self(0);
    /// The largest amount that is taken from outside, positive or negative: ten thousand million units of the
    /// currency.
    pub const LIMIT: Self = Self(1_000_000_000_000);

    /// The amount of so many smallest units.
    pub const fn from_minor(minor: i64) -> Self {
        Self(minor)
    }

    /// The number of smallest units.
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Reads an amount in units of the currency, exactly: `450`, `450.5`, `450.50`.
    pub fn parse(text: &str) -> Result<Self, MoneyInvalid> {
        match scaled(text, DECIMALS, Extra::Refuse) {
            Ok(minor) if minor.unsigned_abs() <= Self::LIMIT.0.unsigned_abs() => Ok(Self(minor)),
            Ok(_) | Err(NotScaled::TooLarge) => Err(MoneyInvalid::TooLarge),
            Err(NotScaled::NotANumber) => Err(MoneyInvalid::NotANumber),
            Err(NotScaled::TooPrecise) => Err(MoneyInvalid::TooPrecise),
        }
    }

    /// The sum, unless it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, unless it does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The same amount going the other way, unless it does not fit.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// Whether the amount is more than zero.
    pub const fn is_positive(self) -> bool {
        self.0.is_positive()
    }

    /// Whether the amount is less than zero.
    pub const fn is_negative(self) -> bool {
        self.0.is_negative()
    }

    fn split(self) -> (&'static str, u64, u64) {
        let minor = self.0.unsigned_abs();
        let sign = if self.is_negative() { "-" } else { "" };
        (sign, minor.div_euclid(MINOR_PER_MAJOR), minor.rem_euclid(MINOR_PER_MAJOR))
    }
}

/// Always with two decimals, as on a receipt.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, major, minor) = self.split();
        write!(f, "{sign}{major}.{minor:02}")
    }
}

/// A JSON number in units of the currency; whole amounts are integers.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if let (sign, major, 0) = self.split() {
            let whole: i64 = format!("{sign}{major}").parse().map_err(S::Error::custom)?;
            return to.serialize_i64(whole);
        }
        // Through text, because dividing would leave artefacts; the shortest text of the nearest
        // double is the amount itself for up to 15 digits.
        let number: f64 = self.to_string().parse().map_err(S::Error::custom)?;
        to.serialize_f64(number)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&number_text(from)?).map_err(|error| Told::through_serde(&error))
    }
}

impl PartialSchema for Money {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .description(Some("An amount in the gym's currency, with at most two decimals."))
            .examples([serde_json::json!(450), serde_json::json!(99.5)])
            .into()
    }
}

impl ToSchema for Money {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vocabulary::Language;

    fn from_json(json: &str) -> Result<Money, serde_json::Error> {
        serde_json::from_str(json)
    }
    fn to_json(minor: i64) -> String {
        serde_json::to_string(&Money::from_minor(minor)).unwrap()
    }

    #[test]
    fn a_refused_currency_is_told_every_one_that_is_taken() {
        assert_eq!(Currency::parse(" egp "), Ok(Currency("EGP")));
        for odd in ["", "KWD", "EG", "EGP1", "£"] {
            assert_eq!(Currency::parse(odd), Err(CurrencyUnknown), "{odd}");
        }
        let sentence = CurrencyUnknown.say(Language::En);
        assert!(Currency::ALL.iter().all(|currency| sentence.contains(currency.as_str())), "{sentence}");
    }

    #[test]
    fn an_amount_reads_the_same_from_every_spelling() {
        for json in
            ["450", "450.0", "450.00", "\"450\"", "\"450.000\"", "4.5e2", "\" 450 \"", "\"٤٥٠\"", "\"٤٥٠٫٠\""]
        {
            assert_eq!(from_json(json).unwrap().minor(), 45_000, "{json}");
        }
        assert_eq!(from_json("\"450.50\"").unwrap().minor(), 45_050);
        assert_eq!(from_json("0.29").unwrap().minor(), 29);
        assert_eq!(from_json("-0.0").unwrap(), Money::ZERO);
        assert_eq!(from_json("10000000000").unwrap(), Money::LIMIT);
    }

    #[test]
    fn what_is_not_exactly_an_amount_is_refused() {
        let odd = [
            "450.505",
            "\"450.505\"",
            "1e-3",
            "10000000000.01",
            "-10000000001",
            "1e300",
            "\"1e3\"",
            "\"\"",
            "\"12 EGP\"",
            "\"1,000\"",
            "true",
            "null",
            "[]",
            "{}",
            "\"NaN\"",
            "\"Infinity\"",
            "123456789012345678901234567890",
        ];
        for json in odd {
            assert!(from_json(json).is_err(), "{json}");
        }
        for value in [serde_json::json!([1]), serde_json::json!(1.005)] {
            assert!(serde_json::from_value::<Money>(value).is_err());
        }
    }

    #[test]
    fn an_amount_is_written_without_artefacts() {
        assert_eq!(to_json(45_000), "450");
        assert_eq!(to_json(45_050), "450.5");
        assert_eq!(to_json(45_005), "450.05");
        assert_eq!(to_json(-29), "-0.29");
        assert_eq!(to_json(0), "0");
        assert_eq!(to_json(i64::MIN + 8), "-92233720368547758");
        assert_eq!(Money::from_minor(-5).to_string(), "-0.05");
    }

    proptest! {
        #[test]
        fn every_amount_survives_the_wire(minor in -1_000_000_000_000_i64..=1_000_000_000_000) {
            let money = Money::from_minor(minor);
            prop_assert_eq!(from_json(&to_json(minor)).unwrap(), money);
            prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
            let value = serde_json::to_value(money).unwrap();
            prop_assert_eq!(serde_json::from_value::<Money>(value).unwrap(), money);
        }

        #[test]
        fn adding_and_taking_away_again_changes_nothing(a in any::<i64>(), b in any::<i64>()) {
            let (a, b) = (Money::from_minor(a), Money::from_minor(b));
            if let Some(sum) = a.checked_add(b) {
                prop_assert_eq!(sum.checked_sub(b), Some(a));
            }
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,40}") {
            prop_assert_eq!(Money::parse(&text), Money::parse(&format!(" {text}\n")));
        }
    }
}
