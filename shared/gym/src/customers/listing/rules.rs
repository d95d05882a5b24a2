//! What somebody who types into the search field may mean.

use crate::customers::model::read_qr_code;
use base::vocabulary::{
    CustomerId, Phone,
    phone::search_digits,
    text::{fold, like_anywhere},
};

/// Longest text that is looked for: nothing that is kept is longer.
const TERM_MAX: usize = 254;
/// Fewest characters that are looked for inside of a name or number: an index finds three at once, fewer only at the
/// beginning.
const PART_MIN: usize = 3;
/// Words of a name that are told apart.
pub(super) const WORDS: usize = 3;

/// A search, classified; at least one meaning is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerm {
    /// The customer with this id.
    pub(super) id: Option<CustomerId>,
    /// Whoever has this number.
    pub(super) phone: Option<Phone>,
    /// Names that begin so.
    pub(super) name: Start,
    /// Addresses that begin so.
    pub(super) email: Option<Start>,
    /// Numbers with this part, as a pattern.
    pub(super) phone_part: Option<String>,
    /// Names with all of these parts, as patterns.
    pub(super) name_parts: Option<[String; WORDS]>,
    /// Names of which a word begins so, as a pattern: better than any other with the parts.
    pub(super) word_start: String,
}

/// The texts that begin alike, as a range in byte order: from `from`, before `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) from: String,
    pub(super) to: String,
}

impl Start {
    fn of(text: &str) -> Self {
        Self { from: text.to_owned(), to: format!("{text}{}", char::MAX) }
    }
}

impl SearchTerm {
    /// What `text` may mean; nothing if there is nothing to see in it.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().take(TERM_MAX).collect();
        let folded = fold(&text);
        if folded.is_empty() {
            return None;
        }
        let digits = search_digits(&text).filter(|digits| digits.len() >= PART_MIN);
        Some(Self {
            id: read_qr_code(&folded),
            phone: Phone::parse(&text).ok(),
            email: is_start_of_address(&folded).then(|| Start::of(&folded)),
            phone_part: digits.as_deref().map(like_anywhere),
            name_parts: parts(&folded),
            word_start: like_anywhere(&format!(" {folded}")),
            name: Start::of(&folded),
        })
    }
}

fn is_start_of_address(text: &str) -> bool {
    text.is_ascii() && !text.contains(' ')
}

/// The longest words, each a pattern; nothing if the longest is too short for an index. Missing ones repeat the first.
fn parts(folded: &str) -> Option<[String; WORDS]> {
    let mut words: Vec<&str> = folded.split(' ').collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let longest = words.first().filter(|word| word.chars().count() >= PART_MIN)?;
    Some(std::array::from_fn(|place| like_anywhere(words.get(place).unwrap_or(longest))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn term(text: &str) -> SearchTerm {
        SearchTerm::parse(text).unwrap()
    }

    #[test]
    fn a_number_may_be_an_id_or_a_part_of_a_phone_number() {
        let term = term("115");
        assert_eq!(term.id, Some(CustomerId::new(115)));
        assert_eq!(term.phone_part.as_deref(), Some("%115%"));
        assert_eq!(term.phone, None);
    }

    #[test]
    fn a_whole_phone_number_is_found_in_any_spelling() {
        for text in ["01077827638", "+20 107 782 7638", "00201077827638", "٠١٠٧٧٨٢٧٦٣٨", "0107-782-7638"]
        {
            let term = term(text);
            assert_eq!(term.phone, Phone::parse("01077827638").ok(), "{text}");
        }
        assert_eq!(term("0020 107").phone_part.as_deref(), Some("%20107%"));
        assert_eq!(term("٠١٠٧٧").phone_part.as_deref(), Some("%01077%"));
        assert_eq!(term("+20107").phone_part.as_deref(), Some("%20107%"));
    }

    #[test]
    fn the_text_of_a_qr_code_finds_its_customer() {
        for text in ["customer_id:115", "GYM-115-AB12CD34", "CUST-115", "١١٥"] {
            assert_eq!(term(text).id, Some(CustomerId::new(115)), "{text}");
        }
        assert_eq!(term("mona").id, None);
    }

    #[test]
    fn one_or_two_characters_are_only_looked_for_at_the_beginning() {
        for text in ["a", "مد", "12", "al ah"] {
            let term = term(text);
            assert_eq!((term.phone_part, term.name_parts), (None, None), "{text}");
            assert_eq!(term.name.from, fold(text));
        }
    }

    #[test]
    fn all_words_of_a_name_are_looked_for_the_longest_first() {
        let parts = term("Al Hassan AHMED").name_parts.unwrap();
        assert_eq!(parts, ["%hassan%", "%ahmed%", "%al%"]);
        assert_eq!(term("أحمد").name_parts.unwrap(), ["%احمد%", "%احمد%", "%احمد%"]);
    }

    #[test]
    fn only_what_could_begin_an_address_is_looked_for_as_one() {
        assert_eq!(term("Ahmed@Ex").email.unwrap().from, "ahmed@ex");
        assert_eq!(term("ahmed hassan").email, None);
        assert_eq!(term("أحمد").email, None);
    }

    #[test]
    fn signs_with_a_meaning_in_patterns_are_taken_literally() {
        let term = term("100%_x");
        assert_eq!(term.name_parts.unwrap().first().map(String::as_str), Some("%100\\%\\_x%"));
        assert_eq!(term.word_start, "% 100\\%\\_x%");
    }

    #[test]
    fn a_blank_text_looks_for_nothing() {
        for text in ["", "  ", "\u{200f}", "\u{64b}"] {
            assert_eq!(SearchTerm::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_within_the_range_of_its_beginnings(text in "[a-zء-ي0-9 ]{1,20}", more in any::<String>()) {
            if let Some(term) = SearchTerm::parse(&text) {
                let name = format!("{}{more}", term.name.from);
                prop_assert!(more.starts_with(char::MAX) || (term.name.from <= name && name < term.name.to));
            }
        }

        #[test]
        fn no_text_breaks_the_reader(text in any::<String>()) {
            if let Some(term) = SearchTerm::parse(&text) {
                prop_assert!(term.name.from.chars().count() <= TERM_MAX * 3);
            }
        }
    }
}
