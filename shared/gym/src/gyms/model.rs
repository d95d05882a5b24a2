//! A gym, and what its owner may say about it.

use serde::{Deserialize, Serialize};

use super::{Locale, LocaleEdit};
use base::{
    access::Ended,
    platform::once::RepeatableOutcome,
    refusals,
    vocabulary::{Calendar, GymId, Line, StaffId, Timestamp, field_errors},
};

/// A gym, as its staff and the super admins see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gym {
    /// The id of the gym.
    pub id: GymId,
    /// What it is called.
    pub name: String,
    /// Who owns it; none until an owner is named.
    pub owner: Option<Owner>,
    /// Where its logo is.
    pub logo_url: Option<String>,
    /// First colour of its brand, `#RRGGBB`.
    pub primary_color: String,
    /// Second colour of its brand, `#RRGGBB`.
    pub secondary_color: String,
    /// How it counts and speaks.
    pub locale: Locale,
    /// How its days are counted; none if the time zone is not a known one, which the schema forbids.
    pub calendar: Option<Calendar>,
    /// Whether its owner has finished setting it up.
    pub is_setup_complete: bool,
    /// Whether it may use the platform.
    pub is_active: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// How large it is, where that was asked for: counting a large gym takes longer than signing in to it.
    pub size: Option<Size>,
}

/// How large a gym is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Branches, active or not.
    pub branches: i64,
    /// Active customers of all its branches.
    pub customers: i64,
    /// Active staff users, the owner included.
    pub staff: i64,
}

/// Who owns a gym.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The id of the owner's account.
    pub id: StaffId,
    /// The owner's full name.
    pub name: String,
    /// The name with which the owner signs in.
    pub username: String,
}

/// What an owner changes; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GymEdit {
    /// What it is called, up to 100 characters.
    pub name: Option<Line>,
    /// Another first colour of the brand.
    pub primary_color: Option<Colour>,
    /// Another second colour of the brand.
    pub secondary_color: Option<Colour>,
    /// Where its logo is.
    pub logo_url: Option<ImageUrl>,
    /// How it counts and speaks; fixed once something is sold.
    pub locale: LocaleEdit,
    /// Whether setting it up is finished.
    pub is_setup_complete: Option<bool>,
}

/// What switching a gym or a branch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switched {
    /// Whether it is on now.
    pub is_active: bool,
    /// Whether it was the other way before.
    pub is_changed: bool,
    /// The sessions that ended with it.
    #[serde(flatten)]
    pub ended: Ended,
}

impl RepeatableOutcome for Switched {}

/// A colour, `#RRGGBB`, upper case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colour(String);

impl Colour {
    /// Reads a colour of six hexadecimal digits behind a `#`.
    pub fn parse(text: &str) -> Result<Self, ColourInvalid> {
        let folded = text.trim().to_ascii_uppercase();
        let digits = folded.strip_prefix('#').ok_or(ColourInvalid)?;
        let is_colour = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_colour { Ok(Self(folded)) } else { Err(ColourInvalid) }
    }

    /// The colour as it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

field_errors! {
    /// Text that is not a colour.
    pub struct ColourInvalid => "COLOR_INVALID",
        en: "A colour is written as #DC2626",
        ar: "يُكتب اللون بالصيغة \u{2066}#DC2626\u{2069}";
}

/// The whole address of an image, as the apps load it: `http` or `https`, at most 500 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageUrl(String);

/// Longest address of an image.
const URL_MAX: usize = 500;

impl ImageUrl {
    /// Reads the address of an image.
    pub fn parse(text: &str) -> Result<Self, UrlInvalid> {
        let text = text.trim();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
        let has_host = rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[');
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
        if has_host && is_plain && text.len() <= URL_MAX {
            Ok(Self(text.to_owned()))
        } else {
            Err(UrlInvalid)
        }
    }

    /// The address as it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

field_errors! {
    /// Text that is not the address of an image.
    pub struct UrlInvalid => "URL_INVALID",
        en: "The address must begin with http:// or https:// and have at most 500 characters",
        ar: "يجب أن يبدأ الرابط بـ \u{2066}http://\u{2069} أو \u{2066}https://\u{2069} وألا يزيد عن 500 حرف";
}

refusals! {
    /// Why nothing was done to a gym.
    pub enum GymRefused {
        /// There is none with this id.
        NotFound => NotFound, "GYM_NOT_FOUND",
            en: "Gym not found",
            ar: "النادي غير موجود";
        /// Something was sold, in the time zone and the currency that it had.
        AlreadySells => Conflict, "GYM_ALREADY_SELLS",
            en: "The gym has sold already; ask the operator to change time zone, currency, calling code, language or week",
            ar: "بدأ النادي البيع بالفعل؛ اطلب من مشغّل المنصة تغيير المنطقة الزمنية أو العملة أو كود الدولة أو اللغة أو الأسبوع";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_six_digits_behind_a_hash() {
        assert_eq!(Colour::parse(" #dc2626 ").unwrap().as_str(), "#DC2626");
        for odd in ["", "#", "DC2626", "#DC262", "#DC26266", "#GG2626", "#ＤＣ２６２６", "red", "#DC26é"]
        {
            assert_eq!(Colour::parse(odd), Err(ColourInvalid), "{odd}");
        }
    }

    #[test]
    fn a_logo_has_a_whole_address() {
        for good in ["https://cdn.example.com/a.png?v=1", "http://127.0.0.1:8080/x", "http://[::1]/x"] {
            assert_eq!(ImageUrl::parse(good).unwrap().as_str(), good);
        }
        let long = format!("https://example.com/{}", "a".repeat(URL_MAX));
        for odd in
            ["", "https://", "javascript:alert(1)", "//cdn/x", "https:// x", "https://a b", "ftp://a", &long]
        {
            assert_eq!(ImageUrl::parse(odd), Err(UrlInvalid), "{odd}");
        }
    }
}
