//! The languages the gym speaks.

use super::{field_errors, words};

words! {
    /// A language that every text exists in.
    pub enum Language {
        /// Arabic, whatever region a tag names.
        Ar = "ar" | "arabic" | "ar-eg" | "ar_eg",
        /// English; also for a request that asks for neither language.
        En = "en" | "english" | "en-us" | "en_us" | "en-gb" | "en_gb",
    }
}

field_errors! {
    /// Text that names no language that texts exist in.
    pub struct LanguageUnknown => "UNKNOWN_LANGUAGE",
        en: "The language must be ar or en",
        ar: "اللغة يجب أن تكون ar أو en",
        display: "a language is ar or en";
}

/// Full weight, in thousandths.
const FULL_QUALITY: u16 = 1000;

impl Language {
    /// The language of a gym that has not said which.
    pub const OF_A_GYM: Self = Self::Ar;

    /// The language of a tag such as `ar`, `ar-EG` or `en_GB`.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::from_word(tag.trim().split(['-', '_']).next()?)
    }

    /// The language that somebody chooses, by its tag.
    pub fn choose(tag: &str) -> Result<Self, LanguageUnknown> {
        Self::parse(tag).ok_or(LanguageUnknown)
    }

    /// The language that an `Accept-Language` header likes best, if it likes one of ours.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for item in header.split(',') {
            let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
            let (Some(language), Some(quality)) = (Self::parse(tag), quality(parameters)) else { continue };
            if quality > best.map_or(0, |(_, quality)| quality) {
                best = Some((language, quality));
            }
        }
        best.map(|(language, _)| language)
    }
}

/// The weight in thousandths of `q=0.8`; full when there is none.
fn quality(parameters: &str) -> Option<u16> {
    let parameters = parameters.trim();
    if parameters.is_empty() {
        return Some(FULL_QUALITY);
    }
    let text = parameters.strip_prefix("q=").or_else(|| parameters.strip_prefix("Q="))?;
    let thousandths = super::scaled(text, 3, super::Extra::Refuse).ok()?;
    u16::try_from(thousandths).ok().filter(|quality| *quality <= FULL_QUALITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_language_of_ours_wins() {
        let cases = [
            ("ar", Some(Language::Ar)),
            ("ar-EG,ar;q=0.9,en;q=0.8", Some(Language::Ar)),
            ("fr, en;q=0.3, ar;q=0.7", Some(Language::Ar)),
            ("en;q=0.8,ar;q=0.8", Some(Language::En)),
            ("en;q=0, ar;q=0.001", Some(Language::Ar)),
            ("EN-us", Some(Language::En)),
            ("fr;q=1, *;q=0.5", None),
            ("ar;q=2", None),
            ("ar;q=x, en;q=0.1", Some(Language::En)),
            ("", None),
            (";;;,,,=", None),
        ];
        for (header, language) in cases {
            assert_eq!(Language::from_accept_language(header), language, "{header}");
        }
    }

    #[test]
    fn a_language_is_written_as_two_letters() {
        assert_eq!(serde_json::to_string(Language::ALL).unwrap(), r#"["ar","en"]"#);
        assert_eq!(serde_json::from_str::<Language>("\"AR\"").unwrap(), Language::Ar);
        assert_eq!(Language::parse("ar_EG"), Some(Language::Ar));
        assert_eq!(Language::parse("fr"), None);
    }
}
