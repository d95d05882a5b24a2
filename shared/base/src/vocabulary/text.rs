//! Text that people type: names, lines, notes; and its folded form for searching.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::{field_errors, localized::from_text};

/// Longest name, in characters.
const NAME_MAX: usize = 100;
/// Longest single line, in characters.
const LINE_MAX: usize = 200;
/// Longest note, in characters.
const NOTE_MAX: usize = 2000;

field_errors! {
    /// Why text is not taken.
    pub enum TextInvalid {
        /// Nothing is left after trimming.
        Empty => "TEXT_EMPTY",
            en: "The text is empty",
            ar: "النص فارغ",
            display: "the text is empty";
        /// It is longer than the bound.
        TooLong {
            /// The most characters that are taken.
            max: usize,
        } => "TEXT_TOO_LONG",
            en: "The text is longer than {max} characters",
            ar: "النص أطول من {max} حرفًا",
            display: "the text is longer than {max} characters";
        /// It holds a control character.
        Unprintable => "TEXT_UNPRINTABLE",
            en: "The text holds characters that cannot be kept",
            ar: "النص يحتوي على رموز غير مسموح بها",
            display: "the text holds a character that cannot be kept";
    }
}

macro_rules! texts {
    ($($(#[$meta:meta])* $name:ident($read:expr)),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(
            Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, sqlx::Type, ToSchema,
        )]
        #[serde(into = "String")]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            /// Trims and checks what somebody typed.
            pub fn parse(text: &str) -> Result<Self, TextInvalid> {
                let read: fn(&str) -> Result<String, TextInvalid> = $read;
                read(text).map(Self)
            }

            /// The text as it is kept: trimmed, and without invisible marks.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from_text(from, Self::parse)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )+};
}

texts! {
    /// A name of 1 to 100 characters, its parts one space apart.
    PersonName(|text| one_line(text, NAME_MAX)),
    /// One line of 1 to 200 characters, its words one space apart.
    Line(|text| one_line(text, LINE_MAX)),
    /// A text of 1 to 2000 characters that may have several lines.
    Note(|text| many_lines(text, NOTE_MAX)),
}

impl Line {
    /// Trims and checks a line that may have at most `max` characters.
    pub fn parse_within(text: &str, max: usize) -> Result<Self, TextInvalid> {
        one_line(text, max).map(Self)
    }
}

fn one_line(text: &str, max: usize) -> Result<String, TextInvalid> {
    let visible: String = text.trim().chars().filter(|char| !is_invisible(*char)).collect();
    if visible.chars().any(|char| char.is_control() && char != '\t') {
        return Err(TextInvalid::Unprintable);
    }
    bounded(single_spaced(&visible), max)
}

fn many_lines(text: &str, max: usize) -> Result<String, TextInvalid> {
    let visible: String = text.replace("\r\n", "\n").chars().filter(|char| !is_invisible(*char)).collect();
    if visible.chars().any(|char| char.is_control() && !matches!(char, '\t' | '\n')) {
        return Err(TextInvalid::Unprintable);
    }
    bounded(visible.trim().to_owned(), max)
}

fn bounded(text: String, max: usize) -> Result<String, TextInvalid> {
    if text.is_empty() {
        Err(TextInvalid::Empty)
    } else if text.chars().nth(max).is_some() {
        Err(TextInvalid::TooLong { max })
    } else {
        Ok(text)
    }
}

fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks that steer the writing direction or show nothing; they come along when text is copied.
pub(super) const fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{061c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// The ASCII digit of an ASCII, Arabic-Indic, Persian or full-width digit.
pub(super) fn ascii_digit(char: char) -> Option<char> {
    let value = match char {
        '0'..='9' => u32::from(char).checked_sub(u32::from('0')),
        '\u{0660}'..='\u{0669}' => u32::from(char).checked_sub(0x0660),
        '\u{06f0}'..='\u{06f9}' => u32::from(char).checked_sub(0x06f0),
        '\u{ff10}'..='\u{ff19}' => u32::from(char).checked_sub(0xff10),
        _ => None,
    };
    char::from_digit(value?, 10)
}

/// The form in which names are searched: one for all spellings a person would call the same.
///
/// Small letters, ASCII digits, single spaces; without diacritics; the Arabic alefs, yas and the
/// closing ta are each one letter. Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    let folded: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|char| !is_invisible(*char) && !is_diacritic(*char))
        .map(fold_letter)
        .collect();
    single_spaced(&folded)
}

/// A `like` pattern that finds `text`, taken literally, anywhere.
pub fn like_anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for char in text.chars() {
        if matches!(char, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    pattern.push('%');
    pattern
}

const fn is_diacritic(char: char) -> bool {
    matches!(
        char,
        '\u{0300}'..='\u{036f}' | '\u{0610}'..='\u{061a}' | '\u{0640}' | '\u{064b}'..='\u{065f}' | '\u{0670}' | '\u{06d6}'..='\u{06dc}' | '\u{06df}'..='\u{06e8}' | '\u{06ea}'..='\u{06ed}' | '\u{200c}' | '\u{200d}'
    )
}

fn fold_letter(char: char) -> char {
    match char {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ئ' => 'ي',
        'ؤ' => 'و',
        'ة' => 'ه',
        'ک' => 'ك',
        '\0' => ' ',
        other => ascii_digit(other).unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_trimmed_and_single_spaced() {
        assert_eq!(PersonName::parse("  Ahmed \t  Hassan ").unwrap().as_str(), "Ahmed Hassan");
        assert_eq!(PersonName::parse("\u{200f}منى زكي\u{202e}").unwrap().as_str(), "منى زكي");
        assert_eq!(PersonName::parse(&"م".repeat(100)).unwrap().as_str().chars().count(), 100);
    }

    #[test]
    fn a_name_without_letters_or_beyond_bounds_is_refused() {
        for text in ["", "   ", "\u{200f}", "\u{200b} "] {
            assert_eq!(PersonName::parse(text), Err(TextInvalid::Empty));
        }
        assert_eq!(PersonName::parse(&"م".repeat(101)), Err(TextInvalid::TooLong { max: 100 }));
        for text in ["a\0b", "a\u{1b}[2Jb", "a\nb", "a\u{85}b"] {
            assert_eq!(PersonName::parse(text), Err(TextInvalid::Unprintable), "{text:?}");
        }
    }

    #[test]
    fn a_note_keeps_its_lines() {
        assert_eq!(Note::parse(" one\r\n\ttwo \n").unwrap().as_str(), "one\n\ttwo");
        assert_eq!(Note::parse("a\0"), Err(TextInvalid::Unprintable));
        assert_eq!(Note::parse("  "), Err(TextInvalid::Empty));
        assert!(Note::parse(&"x".repeat(2001)).is_err());
    }

    #[test]
    fn spellings_of_one_name_fold_to_one_text() {
        assert_eq!(fold("أَحْمَد"), fold("احمد"));
        assert_eq!(fold("فاطمة"), fold("فاطمه"));
        assert_eq!(fold("يحيى"), fold("یحيي"));
        assert_eq!(fold("محـــمد"), fold("محمد"));
        assert_eq!(fold("  MONA   Zaki "), "mona zaki");
        assert_eq!(fold("فرع ١٢"), "فرع 12");
    }

    #[test]
    fn a_search_text_is_taken_literally() {
        assert_eq!(like_anywhere("100%_\\"), "%100\\%\\_\\\\%");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn a_taken_name_is_taken_again_unchanged(text in any::<String>()) {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name.clone()));
                prop_assert!((1..=100).contains(&name.as_str().chars().count()));
            }
        }

        #[test]
        fn a_taken_note_is_taken_again_unchanged(text in any::<String>()) {
            if let Ok(note) = Note::parse(&text) {
                prop_assert_eq!(Note::parse(note.as_str()), Ok(note.clone()));
            }
        }
    }
}
