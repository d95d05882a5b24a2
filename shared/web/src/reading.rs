//! Reads the members of a body or a query into a shape, so that a refusal names the member that it is about.
//!
//! The errors of `serde_json` are sentences of a parser, in English, and lose the member below `#[serde(flatten)]`. Here
//! an error is data: which field, and what is wrong with it. What the vocabulary says passes through serde as
//! [`Told`]; a flattened shape is read with [`part`], which keeps the field.

use std::fmt;

use base::{
    FieldProblem, MISSING, Text,
    vocabulary::{Language, Told, field_name},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};
use serde_json::Value;

const TWICE: Text =
    Text { en: "This field was sent twice", ar: "تم إرسال هذا الحقل مرتين" };
const NO_FLAG: Text =
    Text { en: "This is either yes or no", ar: "القيمة تكون نعم أو لا فقط" };
const NO_WHOLE_NUMBER: Text = Text {
    en: "This must be a whole number", ar: "القيمة يجب أن تكون رقمًا صحيحًا"
};
const NO_TEXT: Text = Text { en: "This must be a text", ar: "القيمة يجب أن تكون نصًا" };
const NO_LIST: Text = Text { en: "This must be a list", ar: "القيمة يجب أن تكون قائمة" };
const UNFIT: Text =
    Text { en: "This value cannot be used here", ar: "هذه القيمة غير مناسبة هنا" };

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Flaw {
    /// It is not there, or null.
    Missing,
    /// It is there twice.
    Twice,
    NoFlag,
    NoWholeNumber,
    NoText,
    NoList,
    /// It is no word of the vocabulary, which says why.
    Told(Told),
    /// It is something else than it should be.
    Unfit,
}

/// Why members are not of a shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trouble {
    /// The key as it was sent; none while nobody has said where the value stands.
    field: Option<String>,
    flaw: Flaw,
}

impl Trouble {
    const fn with(flaw: Flaw) -> Self {
        Self { field: None, flaw }
    }

    /// The same, about the member `key` unless it is known to be about another. Null where something must be is as good
    /// as nothing.
    fn at(self, key: &str, value: &Value) -> Self {
        match self.field {
            Some(_) => self,
            None if value.is_null() => Self { field: Some(key.to_owned()), flaw: Flaw::Missing },
            None => Self { field: Some(key.to_owned()), flaw: self.flaw },
        }
    }

    /// What the caller is told, with `code` unless something is missing.
    pub(crate) fn problem(self, whole: &'static str, code: &'static str) -> FieldProblem {
        let code = if self.flaw == Flaw::Missing { "MISSING_FIELDS" } else { code };
        let text = match self.flaw {
            Flaw::Told(told) => (told.en.into(), told.ar.into()),
            Flaw::Missing => (MISSING.en.into(), MISSING.ar.into()),
            Flaw::Twice => (TWICE.en.into(), TWICE.ar.into()),
            Flaw::NoFlag => (NO_FLAG.en.into(), NO_FLAG.ar.into()),
            Flaw::NoWholeNumber => (NO_WHOLE_NUMBER.en.into(), NO_WHOLE_NUMBER.ar.into()),
            Flaw::NoText => (NO_TEXT.en.into(), NO_TEXT.ar.into()),
            Flaw::NoList => (NO_LIST.en.into(), NO_LIST.ar.into()),
            Flaw::Unfit => (UNFIT.en.into(), UNFIT.ar.into()),
        };
        let field = self.field.map_or(whole.into(), Into::into);
        FieldProblem { field, code, en: text.0, ar: text.1 }
    }
}

/// The text that an error is while it passes through an error type that can hold nothing else.
impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_unwritable| fmt::Error)?)
    }
}

impl std::error::Error for Trouble {}

impl de::Error for Trouble {
    fn custom<T: fmt::Display>(said: T) -> Self {
        let said = said.to_string();
        let told = || Told::read(&said).map(|told| Self::with(Flaw::Told(told)));
        serde_json::from_str(&said).ok().or_else(told).unwrap_or(Self::with(Flaw::Unfit))
    }

    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::with(Flaw::Unfit)
    }

    fn missing_field(field: &'static str) -> Self {
        Self { field: Some(field.to_owned()), flaw: Flaw::Missing }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self { field: Some(field.to_owned()), flaw: Flaw::Twice }
    }
}

/// The members of a JSON object in their order, a repeated one as often as it was sent.
#[derive(Debug, Default)]
pub(crate) struct Members(Vec<(String, Value)>);

impl Members {
    /// The members of these pairs, all of them texts.
    pub(crate) fn of_texts(pairs: Vec<(String, String)>) -> Self {
        Self(pairs.into_iter().map(|(key, text)| (key, Value::String(text))).collect())
    }

    /// Reads them into a shape; those that it does not know are left out.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        T::deserialize(Reader::Members(&self.0))
    }

    /// The first member that holds NUL, which Postgres cannot keep.
    pub(crate) fn with_nul(&self) -> Option<&str> {
        let found = self.0.iter().find(|(key, value)| key.contains('\0') || holds_nul(value));
        found.map(|(key, _)| key.as_str())
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => members.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Gathering { under_way: &mut None })
    }
}

/// Gathers the members of an object, and says at which one it was when the text broke off.
pub(crate) struct Gathering<'a> {
    pub(crate) under_way: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Gathering<'_> {
    type Value = Members;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Members, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Gathering<'_> {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            *self.under_way = Some(key.clone());
            members.push((key, map.next_value()?));
            *self.under_way = None;
        }
        Ok(Members(members))
    }
}

/// The key, if it is one that people have a word for: what a stranger made up is not sent back.
pub(crate) fn known(key: &str) -> Option<&str> {
    field_name(key, Language::En).map(|_name| key)
}

/// Reads those members of a body that make one shape beside others of the same body: for fields that are
/// `#[serde(flatten)]`, whose errors would not say which member they are about.
pub fn part<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<T, D::Error> {
    Members::deserialize(from)?.read().map_err(de::Error::custom)
}

/// A value, or the members of a body, on their way into a shape.
#[derive(Clone, Copy)]
enum Reader<'a> {
    Members(&'a [(String, Value)]),
    Value(&'a Value),
}

impl Reader<'_> {
    /// What the shape makes of the value, if it is of the right kind; else `flaw`.
    fn only<T>(
        self,
        is_right: bool,
        flaw: Flaw,
        read: impl FnOnce(Self) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        if is_right { read(self) } else { Err(Trouble::with(flaw)) }
    }

    fn is(self, kind: fn(&Value) -> bool) -> bool {
        match self {
            Self::Members(_) => false,
            Self::Value(value) => kind(value),
        }
    }
}

/// The reading of whole numbers: what the shape does not take is no whole number, or one too large for it.
macro_rules! whole_numbers {
    ($($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
            self.deserialize_any(visitor).map_err(|_unfit| Trouble::with(Flaw::NoWholeNumber))
        }
    )+};
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Trouble;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        match self {
            Self::Members(members) => visitor.visit_map(Walk {
                rest: members.iter().map(|(key, value)| (key.as_str(), value)),
                value: None,
            }),
            Self::Value(Value::Null) => visitor.visit_unit(),
            Self::Value(Value::Bool(flag)) => visitor.visit_bool(*flag),
            Self::Value(Value::Number(number)) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_i64(number),
                (_, Some(number), _) => visitor.visit_u64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                (None, None, None) => Err(Trouble::with(Flaw::Unfit)),
            },
            Self::Value(Value::String(text)) => visitor.visit_str(text),
            Self::Value(Value::Array(items)) => visitor.visit_seq(Items { rest: items.iter() }),
            Self::Value(Value::Object(members)) => visitor.visit_map(Walk {
                rest: members.iter().map(|(key, value)| (key.as_str(), value)),
                value: None,
            }),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.only(self.is(Value::is_boolean), Flaw::NoFlag, |value| value.deserialize_any(visitor))
    }

    whole_numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.only(self.is(Value::is_string), Flaw::NoText, |value| value.deserialize_any(visitor))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        if self.is(Value::is_null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        self.only(self.is(Value::is_array), Flaw::NoList, |value| value.deserialize_any(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Trouble> {
        visitor.visit_newtype_struct(self)
    }

    /// Not through `deserialize_any`: what nobody asked for is not looked at.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Trouble> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map struct enum identifier
    }
}

/// The members of an object, one after the other.
struct Walk<'a, I: Iterator<Item = (&'a str, &'a Value)>> {
    rest: I,
    value: Option<(&'a str, &'a Value)>,
}

impl<'a, 'de, I: Iterator<Item = (&'a str, &'a Value)>> MapAccess<'de> for Walk<'a, I> {
    type Error = Trouble;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Trouble> {
        self.value = self.rest.next();
        self.value.map(|(key, _)| seed.deserialize(key.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Trouble> {
        let (key, value) = self.value.take().ok_or(Trouble::with(Flaw::Unfit))?;
        seed.deserialize(Reader::Value(value)).map_err(|trouble: Trouble| trouble.at(key, value))
    }
}

/// The items of a list, one after the other.
struct Items<'a> {
    rest: std::slice::Iter<'a, Value>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Trouble;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Trouble> {
        self.rest.next().map(|item| seed.deserialize(Reader::Value(item))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use base::vocabulary::{BranchId, Change, Money};
    use serde::de::IgnoredAny;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    struct Asked {
        amount: Option<Money>,
        #[serde(default, deserialize_with = "crate::wire::loose_integer")]
        sessions: Option<i64>,
        #[serde(default)]
        notes: Change<String>,
        #[serde(alias = "reason")]
        name: Option<String>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "what is read is not looked at: the refusals are")]
    struct Sale {
        customer_id: i64,
        branch_id: Option<BranchId>,
        is_active: Option<bool>,
        managed_branch_ids: Option<Vec<BranchId>>,
        #[serde(default)]
        bmi: IgnoredAny,
        #[serde(flatten, deserialize_with = "part")]
        asked: Asked,
    }

    fn refused(json: &str) -> (String, &'static str, String) {
        let members: Members = serde_json::from_str(json).unwrap();
        let problem = members.read::<Sale>().unwrap_err().problem("body", "INVALID_FIELD");
        (problem.field.clone().into_owned(), problem.code, problem.say(Language::En).into_owned())
    }

    #[test]
    fn whatever_is_wrong_the_field_is_named() {
        for (json, field, code, said) in [
            (r"{}", "customer_id", "MISSING_FIELDS", "Customer: This field is required"),
            (r#"{"customer_id":null}"#, "customer_id", "MISSING_FIELDS", "Customer: This field is required"),
            (
                r#"{"customer_id":"x"}"#,
                "customer_id",
                "INVALID_FIELD",
                "Customer: This must be a whole number",
            ),
            (
                r#"{"customer_id":1,"customer_id":2}"#,
                "customer_id",
                "INVALID_FIELD",
                "Customer: This field was sent twice",
            ),
            (r#"{"branch_id":"x"}"#, "branch_id", "INVALID_FIELD", "Branch: The id must be a whole number"),
            (r#"{"branch_id":[]}"#, "branch_id", "INVALID_FIELD", "Branch: This value cannot be used here"),
            (r#"{"is_active":1}"#, "is_active", "INVALID_FIELD", "Active: This is either yes or no"),
            (
                r#"{"managed_branch_ids":[1,"x"]}"#,
                "managed_branch_ids",
                "INVALID_FIELD",
                "Managed branches: The id must be a whole number",
            ),
            (
                r#"{"managed_branch_ids":7}"#,
                "managed_branch_ids",
                "INVALID_FIELD",
                "Managed branches: This must be a list",
            ),
        ] {
            assert_eq!(refused(json), (field.to_owned(), code, said.to_owned()), "{json}");
        }
    }

    #[test]
    fn a_flattened_field_is_named_like_any_other() {
        for (member, field, code, said) in [
            (r#""amount":"x""#, "amount", "INVALID_FIELD", "The amount must be a number"),
            (r#""amount":{}"#, "amount", "INVALID_FIELD", "Amount: This value cannot be used here"),
            (r#""sessions":"x""#, "sessions", "INVALID_FIELD", "Sessions: This must be a whole number"),
            (r#""notes":1"#, "notes", "INVALID_FIELD", "Notes: This must be a text"),
            (r#""reason":[1]"#, "reason", "INVALID_FIELD", "Reason: This must be a text"),
            (r#""reason":"a","name":"b""#, "name", "INVALID_FIELD", "Name: This field was sent twice"),
        ] {
            let json = format!(r#"{{"customer_id":1,"bmi":{{}},{member}}}"#);
            assert_eq!(refused(&json), (field.to_owned(), code, said.to_owned()), "{json}");
        }
    }

    #[test]
    fn what_fits_is_read() {
        let members: Members = serde_json::from_str(
            r#"{"customer_id":7,"amount":"4.50","notes":null,"sessions":"12","other":[{}]}"#,
        )
        .unwrap();
        let sale: Sale = members.read().unwrap();
        let asked = Asked {
            amount: Some(Money::from_minor(450)),
            sessions: Some(12),
            notes: Change::Clear,
            name: None,
        };
        assert_eq!((sale.customer_id, sale.asked), (7, asked));
    }

    #[test]
    fn nul_is_found_wherever_it_hides() {
        let of = |json: &str| serde_json::from_str::<Members>(json).unwrap().with_nul().map(str::to_owned);
        assert_eq!(of(r#"{"a":1,"b":{"c":["x\u0000"]}}"#).as_deref(), Some("b"));
        assert_eq!(of(r#"{"a":"\\u0000"}"#), None);
    }
}
