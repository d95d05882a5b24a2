//! Gender, as the body formulas need it.

use super::words;

words! {
    /// A customer's gender.
    pub enum Gender {
        /// A man.
        Male = "male" | "m" | "ذكر",
        /// A woman.
        Female = "female" | "f" | "أنثى",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gender_is_understood_in_every_spelling_and_written_in_one() {
        for text in ["male", "Male", "MALE", "m", " M "] {
            assert_eq!(Gender::from_word(text), Some(Gender::Male), "{text}");
        }
        assert_eq!(serde_json::from_str::<Gender>("\"F\"").unwrap(), Gender::Female);
        assert_eq!(serde_json::to_string(&Gender::Female).unwrap(), "\"female\"");
        for json in ["\"\"", "\"x\"", "1", "null"] {
            assert!(serde_json::from_str::<Gender>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn the_document_lists_the_words() {
        let schema = serde_json::to_value(<Gender as utoipa::PartialSchema>::schema()).unwrap();
        assert_eq!(schema["enum"], serde_json::json!(["male", "female"]));
    }
}
