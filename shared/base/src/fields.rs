//! Reading the fields of a request: every problem at once.

use std::borrow::Cow;

use crate::{
    error::{Error, FieldProblem, Invalid, Refusal as _, Text},
    vocabulary::{Change, DayRangeInvalid, FieldError, Language, Page, field_errors, page::PageInvalid},
};

/// For a page that could be read, but begins further back than its list goes.
impl From<PageInvalid> for Invalid {
    fn from(refused: PageInvalid) -> Self {
        let mut fields = Fields::new();
        fields.problem(refused.field(), &refused);
        Self::new(fields.problems)
    }
}

impl From<DayRangeInvalid> for Invalid {
    fn from(refused: DayRangeInvalid) -> Self {
        let mut fields = Fields::new();
        fields.problem(refused.field(), &refused);
        Self::new(fields.problems)
    }
}

impl From<DayRangeInvalid> for Error {
    fn from(refused: DayRangeInvalid) -> Self {
        Invalid::from(refused).into()
    }
}

/// A code and a sentence, for a check that has no type of its own.
impl FieldError for (&'static str, Text) {
    fn code(&self) -> &'static str {
        self.0
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        self.1.say(language).into()
    }
}

field_errors! {
    /// A text that is none of the words it may be.
    pub struct UnknownWord => "UNKNOWN_VALUE",
        en: "This value is not known",
        ar: "القيمة غير معروفة";
}

impl UnknownWord {
    /// The value that a word named, if it named one.
    pub fn unless<T>(value: Option<T>) -> Result<T, Self> {
        value.ok_or(Self)
    }
}

/// What a field is told that must be there and is not.
pub const MISSING: Text = Text { en: "This field is required", ar: "هذا الحقل مطلوب" };

/// Collects the problems of a request while its fields are read.
///
/// A field that does not parse yields `None`; [`Fields::done`] then refuses with every problem.
#[derive(Debug, Default)]
pub struct Fields {
    problems: Vec<FieldProblem>,
}

impl Fields {
    /// A collection that has met no problem yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes what is wrong with `field`.
    pub fn problem(&mut self, field: &'static str, error: &impl FieldError) {
        self.problems.push(FieldProblem {
            field: Cow::Borrowed(field),
            code: error.code(),
            en: error.say(Language::En),
            ar: error.say(Language::Ar),
        });
    }

    /// Keeps a parsed value, or its problem.
    pub fn check<T, E: FieldError>(&mut self, field: &'static str, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(field, &error);
                None
            }
        }
    }

    /// Keeps the page, or what is wrong with the parameter that cannot be had.
    pub fn page(&mut self, parsed: Result<Page, PageInvalid>) -> Option<Page> {
        match parsed {
            Ok(page) => Some(page),
            Err(refused) => {
                self.problem(refused.field(), &refused);
                None
            }
        }
    }

    /// Keeps what was read with fields of its own, or all their problems.
    pub fn also<T>(&mut self, read: Result<T, Invalid>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.problems.extend_from_slice(invalid.fields());
                None
            }
        }
    }

    /// Notes the problem `code` of `field`, unless `holds`.
    pub fn ensure(&mut self, field: &'static str, holds: bool, code: &'static str, text: Text) {
        if !holds {
            self.problem(field, &(code, text));
        }
    }

    /// A value that must be there.
    pub fn present<T>(&mut self, field: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.problem(field, &("MISSING_FIELDS", MISSING));
        }
        value
    }

    /// A text that must be there and parse; blank counts as missing.
    pub fn required<T, E: FieldError>(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.present(field, text.filter(|text| !text.trim().is_empty()))?;
        self.check(field, parse(text))
    }

    /// A text that may be absent or blank, and must parse otherwise.
    pub fn optional<T, E: FieldError>(
        &mut self,
        field: &'static str,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        self.check(field, parse(text))
    }

    /// A text that, when it is sent, must parse; blank takes away what is there. A text that does not parse changes
    /// nothing, and [`Fields::done`] refuses.
    pub fn change<T, E: FieldError>(
        &mut self,
        field: &'static str,
        sent: Option<&str>,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Change<T> {
        match sent {
            None => Change::Keep,
            Some(text) if text.trim().is_empty() => Change::Clear,
            Some(text) => self.check(field, parse(text)).map_or(Change::Keep, Change::Set),
        }
    }

    /// # Refuses
    /// With every problem found; with nothing if there was none.
    pub fn done(self) -> Result<(), Invalid> {
        if self.problems.is_empty() { Ok(()) } else { Err(Invalid::new(self.problems)) }
    }

    /// The value read, now that every problem is known.
    ///
    /// # Refuses
    /// With every problem found, or as a missing value when there was none and yet no value.
    pub fn build<T>(self, value: Option<T>) -> Result<T, Invalid> {
        self.done()?;
        value.ok_or_else(|| Invalid::one(FieldProblem::new("body", "MISSING_FIELDS", MISSING)))
    }
}
