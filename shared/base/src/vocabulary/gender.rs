//! Gender, as the body formulas need it.

use super::words;

words! {
    /// A customer's gender, for the formulas of body measures.
    pub enum Gender {
        /// Male; stored and sent as `male`.
        Male = "male" | "m" | "ذكر",
        /// Female; stored and sent as `female`.
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
