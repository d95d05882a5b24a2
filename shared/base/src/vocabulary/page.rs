//! Which part of a list is wanted.

use serde::{Deserialize, Deserializer};
use utoipa::IntoParams;

use super::{Extra, NotScaled, field_errors, number_text, scaled};

/// Most rows that a list answers at once.
pub const LIMIT_MAX: i64 = 1000;
/// Lists are counted up to this many; one that has more says so many. Nobody turns so many pages, and a large gym is
/// not counted from end to end each time a desk opens a list.
pub const COUNTED_MOST: i64 = 10_000;
/// The same, where each row has to be judged on the way.
pub const COUNTED_MOST_JUDGED: i64 = 1_000;
/// Rows of a page when nobody says how many.
pub const LIMIT_DEFAULT: i64 = 50;
/// Most rows that can be left out. Postgres walks past each of them, so whoever looks further back names dates or a
/// branch.
const OFFSET_MAX: i64 = 200_000;
/// The same, of the entries of a whole gym, the longest list there is.
pub const OFFSET_MAX_ENTRIES_OF_GYM: i64 = 100_000;
/// The same, where a row costs more than a step along an index: it lies among others or comes from one of several
/// branches.
pub const OFFSET_MAX_SIFTED: i64 = 5_000;
/// The same, where each row has to be judged on the way: as far as they are counted.
pub const OFFSET_MAX_JUDGED: i64 = COUNTED_MOST_JUDGED;

/// A part of a list: at most `limit` rows, after the first `offset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Most rows of the page, 1 to 1000; more only of [`Page::WHOLE`].
    pub limit: i64,
    /// Rows before the page, 0 to 200,000; see [`Page::within`] for lists that go less far.
    pub offset: i64,
}

/// A part of a list, and how long the whole is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// The rows of this part, in the order of the list.
    pub items: Vec<T>,
    /// Rows of the whole list, as far as they are counted.
    pub total: i64,
}

/// What a caller may say about the page; `limit` and `per_page` mean the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Number of the page, from 1; the pages before it may hold 200,000 rows, 100,000 of the entries of a whole gym, 5,000
    /// in the audit log and where rows have to be picked from among others, 1,000 where each has to be judged by its status.
    #[serde(default, deserialize_with = "number")]
    #[param(value_type = Option<i64>, minimum = 1)]
    pub page: Option<String>,
    /// Rows of a page, 1 to 1000.
    #[serde(default, deserialize_with = "number")]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    pub per_page: Option<String>,
    /// Rows of a page, 1 to 1000; used when `per_page` is not given.
    #[serde(default, deserialize_with = "number")]
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000)]
    pub limit: Option<String>,
    /// Rows to leave out; wins over `page`.
    #[serde(default, deserialize_with = "number")]
    #[param(value_type = Option<i64>, minimum = 0, maximum = 200_000)]
    pub offset: Option<String>,
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Number(#[serde(deserialize_with = "number_text")] String);

    Ok(Option::<Number>::deserialize(from)?.map(|number| number.0))
}

field_errors! {
    /// A page that cannot be had.
    pub enum PageInvalid {
        /// The parameter is not a number.
        NotANumber {
            /// The parameter, as the query spells it.
            field: &'static str,
        } => "PAGE_INVALID",
            en: "This must be a whole number",
            ar: "القيمة يجب أن تكون رقمًا صحيحًا";
        /// The parameter is less than the first page, row or number of rows there can be.
        TooSmall {
            /// The parameter, as the query spells it.
            field: &'static str,
            /// The least that it may be.
            least: i64,
        } => "PAGE_TOO_SMALL",
            en: "This must be {least} or more",
            ar: "أقل قيمة مسموح بها هي {least}";
        /// More rows would be left out than can be.
        TooDeep => "PAGE_TOO_DEEP",
            en: "That page is too far back, please narrow the list by dates or branch",
            ar: "هذه الصفحة بعيدة جدًا، يرجى تضييق القائمة بالتاريخ أو الفرع";
    }
}

impl PageInvalid {
    /// The parameter that is wrong, as the query spells it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NotANumber { field } | Self::TooSmall { field, .. } => field,
            Self::TooDeep => "page",
        }
    }
}

impl Page {
    /// Every row of a list, for a file: one more than a file may have, which tells that there are too many.
    pub const WHOLE: Self = Self { limit: 100_001, offset: 0 };

    /// The page that a query asks for; of [`LIMIT_DEFAULT`] rows if it does not say.
    pub fn parse(query: &PageQuery) -> Result<Self, PageInvalid> {
        Self::parse_or(query, LIMIT_DEFAULT)
    }

    /// The page that a query asks for; of `rows` rows if it does not say.
    ///
    /// More rows than there can be on a page become as many as there can be: whoever asks sees that the page is full.
    /// Other numbers out of range are refused, as the rows of another page would not be noticed.
    pub fn parse_or(query: &PageQuery, rows: i64) -> Result<Self, PageInvalid> {
        let per_page = at_least(1, "per_page", query.per_page.as_deref())?;
        let limit = at_least(1, "limit", query.limit.as_deref())?;
        let page = at_least(1, "page", query.page.as_deref())?;
        let offset = at_least(0, "offset", query.offset.as_deref())?;
        let limit = per_page.or(limit).unwrap_or(rows).min(LIMIT_MAX);
        let before = page.unwrap_or(1).saturating_sub(1).saturating_mul(limit);
        let offset = offset.unwrap_or(before);
        Self { limit, offset }.within(OFFSET_MAX)
    }

    /// This page, of a list in which no more than `most` rows can be left out.
    pub fn within(self, most: i64) -> Result<Self, PageInvalid> {
        if self.offset > most { Err(PageInvalid::TooDeep) } else { Ok(self) }
    }

    /// The number of this page, from 1.
    pub fn number(self) -> i64 {
        self.offset.checked_div(self.limit).map_or(1, |before| before.saturating_add(1))
    }

    /// Its part of a list that is there as a whole.
    pub fn part_of<T>(self, whole: &[T]) -> &[T] {
        let from = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let rows = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let rest = whole.get(from..).unwrap_or_default();
        rest.get(..rows).unwrap_or(rest)
    }

    /// How many rows there are in all, if it follows from how many of them this page holds: from the last one, and
    /// from one beyond the `most` that would be counted.
    pub fn total_after(self, rows: usize, most: i64) -> Option<i64> {
        let rows = i64::try_from(rows).ok()?;
        let seen = self.offset.saturating_add(rows);
        let is_last = rows < self.limit && (rows > 0 || self.offset == 0);
        let is_beyond = rows > 0 && seen >= most;
        (is_last || is_beyond).then_some(seen)
    }

    /// How many rows there are in all, where they were `counted` up to some number: never less than what was seen.
    pub fn total_of(self, rows: usize, counted: i64) -> i64 {
        if rows == 0 {
            counted
        } else {
            counted.max(self.offset.saturating_add(i64::try_from(rows).unwrap_or(0)))
        }
    }

    /// How many such pages `total` rows make.
    pub fn pages(self, total: i64) -> i64 {
        let full = total.checked_div(self.limit).unwrap_or(0);
        let rest = total.checked_rem(self.limit).unwrap_or(0);
        full.saturating_add(i64::from(rest > 0))
    }
}

fn at_least(least: i64, field: &'static str, text: Option<&str>) -> Result<Option<i64>, PageInvalid> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let number = match scaled(text, 0, Extra::Refuse) {
        Ok(number) => number,
        Err(NotScaled::TooLarge) if text.starts_with('-') => i64::MIN,
        Err(NotScaled::TooLarge) => i64::MAX,
        Err(NotScaled::NotANumber | NotScaled::TooPrecise) => return Err(PageInvalid::NotANumber { field }),
    };
    if number < least { Err(PageInvalid::TooSmall { field, least }) } else { Ok(Some(number)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(query: &str) -> Result<Page, PageInvalid> {
        Page::parse(&serde_urlencoded::from_str(query).unwrap())
    }

    #[test]
    fn a_page_is_asked_for_in_several_ways() {
        let cases = [
            ("", 50, 0),
            ("per_page=20&page=3", 20, 40),
            ("limit=20&page=3", 20, 40),
            ("limit=1000&per_page=1000", 1000, 0),
            ("per_page=10&limit=99", 10, 0),
            ("limit=10&offset=25", 10, 25),
            ("page=&limit=", 50, 0),
            ("page=1.0&limit=٢٠", 20, 0),
            ("other=x", 50, 0),
        ];
        for (query, limit, offset) in cases {
            assert_eq!(page(query), Ok(Page { limit, offset }), "{query}");
        }
    }

    #[test]
    fn a_total_is_never_less_than_what_was_seen() {
        let page = Page { limit: 20, offset: 20_000 };
        assert_eq!(page.total_of(20, COUNTED_MOST), 20_020);
        assert_eq!(page.total_of(0, 5), 5);
        assert_eq!(Page { limit: 20, offset: 0 }.total_of(20, 150), 150);
    }

    #[test]
    fn a_page_that_cannot_be_is_refused_and_the_parameter_named() {
        for (query, field, least) in [
            ("per_page=0", "per_page", 1),
            ("limit=0&page=0", "limit", 1),
            ("page=0", "page", 1),
            ("page=-99999999999999999999999", "page", 1),
            ("offset=-1", "offset", 0),
            ("per_page=10&limit=-5", "limit", 1),
        ] {
            assert_eq!(page(query), Err(PageInvalid::TooSmall { field, least }), "{query}");
        }
        assert_eq!(page("limit=99999999999999999999999"), Ok(Page { limit: 1000, offset: 0 }));
    }

    #[test]
    fn a_page_too_far_back_is_refused() {
        assert_eq!(page("offset=200000").map(|page| page.offset), Ok(OFFSET_MAX));
        assert_eq!(page("limit=1000&page=201").map(|page| page.offset), Ok(OFFSET_MAX));
        for query in ["offset=200001", "limit=1000&page=202", "page=99999999999999999999999"] {
            assert_eq!(page(query), Err(PageInvalid::TooDeep), "{query}");
        }
    }

    #[test]
    fn some_lists_go_less_far_back() {
        for most in [OFFSET_MAX_ENTRIES_OF_GYM, OFFSET_MAX_SIFTED, OFFSET_MAX_JUDGED] {
            let page = Page { limit: 20, offset: most };
            assert_eq!(page.within(most), Ok(page));
            assert_eq!(Page { offset: most + 1, ..page }.within(most), Err(PageInvalid::TooDeep));
        }
    }

    #[test]
    fn a_page_is_a_part_of_a_whole() {
        let part = |limit, offset| Page { limit, offset }.part_of(&[1, 2, 3, 4, 5]).to_vec();
        assert_eq!((part(2, 0), part(2, 4), part(9, 1)), (vec![1, 2], vec![5], vec![2, 3, 4, 5]));
        assert_eq!((part(2, 5), part(2, 500_000)), (vec![], vec![]));
    }

    #[test]
    fn a_page_that_is_no_number_is_refused() {
        assert_eq!(page("page=one"), Err(PageInvalid::NotANumber { field: "page" }));
        assert_eq!(page("limit=1.5"), Err(PageInvalid::NotANumber { field: "limit" }));
        assert_eq!(page("per_page=1e3"), Err(PageInvalid::NotANumber { field: "per_page" }));
        assert_eq!(page("offset=1%00"), Err(PageInvalid::NotANumber { field: "offset" }));
    }

    #[test]
    fn a_page_may_come_in_a_body_too() {
        let query: PageQuery = serde_json::from_str(r#"{"page":2,"per_page":"10","limit":null}"#).unwrap();
        assert_eq!(Page::parse(&query), Ok(Page { limit: 10, offset: 10 }));
    }

    #[test]
    fn a_page_knows_its_place() {
        let third = page("limit=20&page=3").unwrap();
        assert_eq!((third.number(), third.pages(40), third.pages(41), third.pages(0)), (3, 2, 3, 0));
    }

    #[test]
    fn a_page_that_is_not_full_tells_the_total() {
        let third = page("limit=20&page=3").unwrap();
        assert_eq!(
            (third.total_after(5, 100), third.total_after(20, 100), third.total_after(0, 100)),
            (Some(45), None, None)
        );
        assert_eq!(page("limit=20").unwrap().total_after(0, 100), Some(0));
    }

    #[test]
    fn a_page_beyond_what_is_counted_is_not_counted() {
        let third = page("limit=20&page=3").unwrap();
        let after =
            |most| (third.total_after(20, most), third.total_after(19, most), third.total_after(0, most));
        assert_eq!(after(61), (None, Some(59), None));
        assert_eq!(after(60), (Some(60), Some(59), None));
        assert_eq!(after(10), (Some(60), Some(59), None));
    }

    proptest! {
        #[test]
        fn no_number_leaves_the_bounds(page in "-?[0-9]{1,30}", limit in "-?[0-9]{1,30}", offset in proptest::option::of("-?[0-9]{1,30}")) {
            let query = PageQuery { page: Some(page), limit: Some(limit), offset, per_page: None };
            match Page::parse(&query) {
                Ok(page) => {
                    prop_assert!((1..=LIMIT_MAX).contains(&page.limit) && (0..=OFFSET_MAX).contains(&page.offset));
                }
                Err(PageInvalid::NotANumber { field }) => prop_assert!(false, "{field} is a number"),
                Err(PageInvalid::TooSmall { .. } | PageInvalid::TooDeep) => {}
            }
        }

        #[test]
        fn pages_follow_each_other_without_gap(number in 1_i64..=200, limit in 1_i64..=1000) {
            let at = |number: i64| {
                let query = PageQuery { page: Some(number.to_string()), limit: Some(limit.to_string()), ..PageQuery::default() };
                Page::parse(&query).unwrap()
            };
            let (this, next) = (at(number), at(number.saturating_add(1)));
            prop_assert_eq!(this.offset.checked_add(this.limit), Some(next.offset));
            prop_assert_eq!(this.number(), number);
        }
    }
}
