//! Errors that a person reads, declared as lists: for each value a stable code, and a sentence in every language.
//!
//! `field_errors!` makes those of a single field, `refusals!` (in `error`) those of a whole request. Both take an enum
//! whose values stand one below the other, or a single value as a struct:
//!
//! ```text
//! field_errors! {
//!     /// Why text is not kept.
//!     pub enum TextInvalid {
//!         /// Nothing is left after trimming.
//!         Empty => "TEXT_EMPTY",
//!             en: "The text is empty",
//!             ar: "النص فارغ";
//!         /// It is longer than the bound.
//!         TooLong { max: usize } => "TEXT_TOO_LONG",
//!             en: "The text is longer than {max} characters",
//!             ar: "النص أطول من {max} حرفًا";
//!     }
//! }
//! ```
//!
//! A sentence names the fields of its value in braces. A code or a language that is left out does not compile. An enum
//! may end in `or { … }`: values that say what another such error says. `Display` is the English sentence, for logs
//! and terminals, unless `display:` gives another.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, de};

use super::Language;

/// What a word of the vocabulary says when a text is not one.
pub trait FieldError {
    /// The stable name of the problem, never given to another meaning.
    fn code(&self) -> &'static str;
    /// The sentence the person reads.
    fn say(&self, language: Language) -> Cow<'static, str>;
}

/// What is wrong with a value, on its way through serde, which carries an error as text only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The sentence in English.
    pub en: String,
    /// The sentence in Arabic.
    pub ar: String,
}

impl Told {
    /// What `error` says.
    pub fn of(error: &impl FieldError) -> Self {
        Self { en: error.say(Language::En).into_owned(), ar: error.say(Language::Ar).into_owned() }
    }

    /// `error` as an error of serde; [`Told::read`] reads it again.
    pub fn through_serde<E: de::Error>(error: &impl FieldError) -> E {
        E::custom(Self::of(error))
    }

    /// What the text of an error of serde tells, if it came from here.
    pub fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_unwritable| fmt::Error)?)
    }
}

/// Reads a text and what `parse` makes of it, for a word of the vocabulary that is written as text.
pub(super) fn from_text<'de, D: Deserializer<'de>, T, E: FieldError>(
    from: D,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    let text = String::deserialize(from)?;
    parse(&text).map_err(|error| Told::through_serde(&error))
}

/// The sentence in `language`; borrowed if it has no gaps to fill.
pub fn sentence(language: Language, en: fmt::Arguments<'_>, ar: fmt::Arguments<'_>) -> Cow<'static, str> {
    let text = match language {
        Language::En => en,
        Language::Ar => ar,
    };
    text.as_str().map_or_else(|| Cow::Owned(text.to_string()), Cow::Borrowed)
}

/// An error with its codes and sentences, see the head of this file.
#[macro_export]
#[doc(hidden)]
macro_rules! localized_errors {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $(
                $(#[$about:meta])*
                $variant:ident $({ $($(#[$of:meta])* $field:ident: $type:ty),+ $(,)? })? =>
                    $code:literal, en: $en:literal, ar: $ar:literal $(, display: $display:literal)?;
            )+
        }
        $(or { $($(#[$about_other:meta])* $other:ident($inner:ty)),+ $(,)? })?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis enum $name {
            $($(#[$about])* $variant $({ $($(#[$of])* $field: $type),+ })?,)+
            $($($(#[$about_other])* $other($inner),)+)?
        }

        $($(
            impl From<$inner> for $name {
                fn from(other: $inner) -> Self {
                    Self::$other(other)
                }
            }
        )+)?

        $crate::vocabulary::localized_errors! {
            impl $vis $name {
                $([Self::$variant] { $($($field)+)? } $code, $en, $ar $(, $display)?;)+
                $($((Self::$other))+)?
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident =>
            $code:literal, en: $en:literal, ar: $ar:literal $(, display: $display:literal)?;
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis struct $name;

        $crate::vocabulary::localized_errors! {
            impl $vis $name { [Self] {} $code, $en, $ar $(, $display)?; }
        }
    };
    (impl $vis:vis $name:ident {
        $([$($value:tt)+] { $($field:ident)* } $code:literal, $en:literal, $ar:literal $(, $display:literal)?;)+
        $(($($other:tt)+))*
    }) => {
        impl $name {
            /// The stable name, never given to another meaning.
            $vis const fn code(self) -> &'static str {
                match self {
                    $($($value)+ { .. } => $code,)+
                    $($($other)+(other) => other.code(),)*
                }
            }

            /// The sentence that the person reads.
            $vis fn say(self, language: $crate::vocabulary::Language) -> ::std::borrow::Cow<'static, str> {
                match self {
                    $($($value)+ { $($field),* } => {
                        // A field that no sentence names is there for the program.
                        $(let _ = $field;)*
                        $crate::vocabulary::sentence(language, format_args!($en), format_args!($ar))
                    })+
                    $($($other)+(other) => other.say(language),)*
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $($($value)+ { $($field),* } => {
                        $(let _ = $field;)*
                        // The first of them: `display:` where it is given.
                        let [text, ..] = [$(format_args!($display),)? format_args!($en)];
                        f.write_fmt(text)
                    })+
                    $($($other)+(other) => other.fmt(f),)*
                }
            }
        }

        impl ::std::error::Error for $name {}
    };
}

/// An error of a single field with its codes and sentences, see the head of this file.
#[macro_export]
#[doc(hidden)]
macro_rules! field_errors {
    ($(#[$meta:meta])* $vis:vis enum $name:ident $values:tt) => {
        $crate::vocabulary::localized_errors! { $(#[$meta])* $vis enum $name $values }
        $crate::vocabulary::field_errors! { impl $name }
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident $($value:tt)+) => {
        $crate::vocabulary::localized_errors! { $(#[$meta])* $vis struct $name $($value)+ }
        $crate::vocabulary::field_errors! { impl $name }
    };
    (impl $name:ident) => {
        impl $crate::vocabulary::FieldError for $name {
            fn code(&self) -> &'static str {
                Self::code(*self)
            }

            fn say(&self, language: $crate::vocabulary::Language) -> ::std::borrow::Cow<'static, str> {
                Self::say(*self, language)
            }
        }
    };
}

#[doc(inline)]
pub use {field_errors, localized_errors};

#[cfg(test)]
mod tests {
    use super::*;

    field_errors! {
        /// One value of each form that the macro takes.
        enum Sample {
            Plain => "PLAIN", en: "Plain", ar: "بسيط";
            Gap {
                most: u8,
                rest: u8,
            } => "GAP", en: "At most {most}", ar: "لا يزيد عن {most}", display: "more than {most}";
        }
    }

    localized_errors! {
        /// Says what a sample says.
        enum Outer {
            Own => "OWN", en: "Own", ar: "خاص";
        } or {
            Sample(Sample),
        }
    }

    #[test]
    fn every_value_has_a_code_and_both_sentences() {
        let gap = Sample::Gap { most: 3, rest: 1 };
        assert_eq!((Sample::Plain.code(), gap.code()), ("PLAIN", "GAP"));
        assert_eq!(
            (gap.say(Language::En), gap.say(Language::Ar)),
            ("At most 3".into(), "لا يزيد عن 3".into())
        );
        assert!(matches!(Sample::Plain.say(Language::Ar), Cow::Borrowed("بسيط")));
    }

    #[test]
    fn logs_read_english() {
        assert_eq!(Sample::Plain.to_string(), "Plain");
        assert_eq!(Sample::Gap { most: 3, rest: 1 }.to_string(), "more than 3");
    }

    #[test]
    fn a_value_of_another_error_says_what_that_says() {
        let outer = Outer::from(Sample::Gap { most: 3, rest: 1 });
        assert_eq!((outer.code(), outer.to_string()), ("GAP", "more than 3".to_owned()));
        assert_eq!(outer.say(Language::En), "At most 3");
        assert_eq!(Outer::Own.say(Language::En), "Own");
    }
}
