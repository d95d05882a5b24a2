//! In which time zone a gym counts its days, in what its money, how its numbers are dialled, in which language it writes
//! and when its week begins.

use base::vocabulary::{Calendar, CallingCode, Currency, Language, field_errors, words};
use serde_json::{Map, Value};

words! {
    /// The day on which a gym's week begins, in reports by weeks and in the calendars of the apps.
    pub enum WeekStart {
        /// As in Egypt and most of the Gulf.
        Saturday = "saturday",
        /// As in Saudi Arabia.
        Sunday = "sunday",
        /// As in Morocco, the Emirates and Europe.
        Monday = "monday",
    }
}

impl WeekStart {
    /// When the week of a gym begins that has not said.
    pub const OF_A_GYM: Self = Self::Saturday;

    /// Reads the English name of the day.
    pub fn parse(text: &str) -> Result<Self, WeekStartUnknown> {
        Self::from_word(text).ok_or(WeekStartUnknown)
    }
}

field_errors! {
    /// Text that is no day on which a week begins.
    pub struct WeekStartUnknown => "WEEK_START_UNKNOWN",
        en: "The first day of the week must be Saturday, Sunday or Monday",
        ar: "أول أيام الأسبوع يجب أن يكون السبت أو الأحد أو الاثنين",
        display: "a week begins on saturday, sunday or monday";
}

/// How a gym counts and speaks, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    /// The name of its time zone.
    pub time_zone: String,
    /// What its money is counted in.
    pub currency: String,
    /// The country calling code of local phone numbers, without plus.
    pub calling_code: String,
    /// In which language members are written to who chose none.
    pub language: Language,
    /// The day on which its week begins.
    pub week_starts_on: WeekStart,
}

/// What is said about a gym's locale; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocaleEdit {
    /// Another time zone. Days that were counted stay as they were; what is done from now on counts in the new one.
    pub time_zone: Option<Calendar>,
    /// Another currency. Amounts stay the numbers they are.
    pub currency: Option<Currency>,
    /// Another calling code.
    pub calling_code: Option<CallingCode>,
    /// Another language.
    pub language: Option<Language>,
    /// Another first day of the week.
    pub week_starts_on: Option<WeekStart>,
}

/// What an edit changes, and what it replaces, for the audit log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LocaleChange {
    before: Map<String, Value>,
    after: Map<String, Value>,
}

impl LocaleEdit {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Locale {
    /// What `edit` would make different; nothing where it says what is so already.
    pub(super) fn changed_by(&self, edit: &LocaleEdit) -> Option<LocaleChange> {
        let mut change = LocaleChange::default();
        change.meet("time_zone", &self.time_zone, edit.time_zone.map(Calendar::name));
        change.meet("currency", &self.currency, edit.currency.map(Currency::as_str));
        change.meet("calling_code", &self.calling_code, edit.calling_code.as_ref().map(CallingCode::as_str));
        change.meet("language", self.language.as_str(), edit.language.map(Language::as_str));
        change.meet(
            "week_starts_on",
            self.week_starts_on.as_str(),
            edit.week_starts_on.map(WeekStart::as_str),
        );
        (!change.after.is_empty()).then_some(change)
    }
}

impl LocaleChange {
    fn meet(&mut self, name: &str, old: &str, new: Option<&str>) {
        if let Some(new) = new.filter(|new| *new != old) {
            self.before.insert(name.to_owned(), old.into());
            self.after.insert(name.to_owned(), new.into());
        }
    }

    /// `{"before": …, "after": …}`, each with what is different and nothing else.
    pub(super) fn into_detail(self) -> Value {
        serde_json::json!({ "before": self.before, "after": self.after })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cairo() -> Locale {
        Locale {
            time_zone: "Africa/Cairo".to_owned(),
            currency: "EGP".to_owned(),
            calling_code: "20".to_owned(),
            language: Language::OF_A_GYM,
            week_starts_on: WeekStart::OF_A_GYM,
        }
    }

    #[test]
    fn what_is_so_already_is_no_change() {
        let same = LocaleEdit {
            time_zone: Calendar::parse("Africa/Cairo").ok(),
            currency: Currency::parse("EGP").ok(),
            calling_code: CallingCode::parse("+20").ok(),
            language: Some(Language::Ar),
            week_starts_on: Some(WeekStart::Saturday),
        };
        assert_eq!(cairo().changed_by(&same), None);
        assert_eq!(cairo().changed_by(&LocaleEdit::default()), None);
        assert!(LocaleEdit::default().is_empty() && !same.is_empty());
    }

    #[test]
    fn a_change_tells_both_sides_of_what_is_different() {
        let moved = LocaleEdit {
            time_zone: Calendar::parse("Asia/Riyadh").ok(),
            currency: Currency::parse("EGP").ok(),
            week_starts_on: Some(WeekStart::Sunday),
            ..LocaleEdit::default()
        };
        let change = cairo().changed_by(&moved).unwrap();
        assert_eq!(
            change.into_detail(),
            json!({
                "before": { "time_zone": "Africa/Cairo", "week_starts_on": "saturday" },
                "after": { "time_zone": "Asia/Riyadh", "week_starts_on": "sunday" },
            })
        );
    }

    #[test]
    fn a_gym_whose_time_zone_is_none_is_moved_to_one() {
        let damaged = Locale { time_zone: "Mars/Olympus_Mons".to_owned(), ..cairo() };
        let mended = LocaleEdit { time_zone: Some(Calendar::CAIRO), ..LocaleEdit::default() };
        assert!(damaged.changed_by(&mended).is_some());
    }

    #[test]
    fn a_week_begins_on_three_days_of_seven() {
        assert_eq!(WeekStart::parse(" Sunday "), Ok(WeekStart::Sunday));
        for odd in ["", "friday", "sun", "0"] {
            assert_eq!(WeekStart::parse(odd), Err(WeekStartUnknown), "{odd}");
        }
    }
}
