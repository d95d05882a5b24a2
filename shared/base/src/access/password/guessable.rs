//! Passwords that are tried first: common words of both languages, rows of keys, digits alone, the owner's own name; each
//! also with digits and signs around it, and in any spelling that search takes for the same.

use std::{collections::HashSet, sync::LazyLock};

use crate::vocabulary::text::fold;

/// Words that lists of leaked passwords begin with, and what people of a gym in Egypt would think of; one a line.
static COMMON: LazyLock<HashSet<String>> =
    LazyLock::new(|| include_str!("common.txt").lines().map(letters).collect());

/// Whether the letters of a password are a common word, a word said twice, one letter again and again, or none at all.
pub(super) fn is_common(password: &str) -> bool {
    let letters = letters(password);
    let mut distinct: Vec<char> = letters.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let half: String = letters.chars().take(letters.chars().count() / 2).collect();
    let is_doubled = !half.is_empty() && letters == half.repeat(2);
    distinct.len() < 2 || COMMON.contains(&letters) || (is_doubled && COMMON.contains(&half))
}

/// Whether the letters of a password are those of a name or of a word of it.
pub(super) fn is_name(password: &str, name: &str) -> bool {
    let password = letters(password);
    let words = name.split(|char: char| !char.is_alphanumeric()).map(letters);
    words.chain([letters(name)]).any(|name| !name.is_empty() && name == password)
}

/// The letters, folded as for searching; digits and signs are what people put behind a word to be let in.
fn letters(text: &str) -> String {
    fold(text).chars().filter(|char| char.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_common_whatever_stands_behind_it() {
        for text in [
            "password",
            "PassWord1",
            "p-a-s-s-w-o-r-d",
            "qwerty123456",
            "12345678",
            "01001234567",
            "!!!!!!!!",
            "aaaa1111",
            "gym2026!",
            "reception-1",
            "محمد2026",
            "مُحَمَّد٢٠٢٦",
            "كلمة السر 1",
            "الأهلي1907",
            "ahmedahmed",
            "abc12345",
        ] {
            assert!(is_common(text), "{text}");
        }
        for text in
            ["correct horse battery", "demo-gym-2026", "begin-2026", "نخلة تطل على النهر", "my gym is far"]
        {
            assert!(!is_common(text), "{text}");
        }
    }

    #[test]
    fn a_name_is_recognised_in_every_spelling() {
        for text in ["reem", "REEM2026", "ReemTarek!", "tarek_99", "reem.tarek"] {
            assert!(is_name(text, "Reem Tarek"), "{text}");
        }
        assert!(is_name("reception1-2026", "reception1"));
        assert!(is_name("أحمد123", "احمد"));
        assert!(!is_name("reem's long secret", "Reem Tarek"));
        assert!(!is_name("12345678", "77"));
    }
}
