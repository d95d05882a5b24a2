//! What reports are asked for. Days come under two names: `date_from` and `date_to`, or `start_date` and `end_date`.

use base::{
    Error, Fields, Invalid,
    vocabulary::{BranchId, Day, Page, PageQuery, dates::DateInvalid},
};
use gym::reports::AskedDays;
use serde::Deserialize;

/// Whose figures to read.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BranchQuery {
    /// Only those of this branch; without it, those of all branches that one works with. A super admin must name one.
    #[param(value_type = Option<i64>)]
    pub(crate) branch_id: Option<BranchId>,
}

/// Which days a report is about: the last thirty, today included, unless it says otherwise; at most 400.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysQuery {
    /// First day, in the gym's calendar.
    #[param(value_type = Option<Day>, inline, example = "2026-04-01")]
    date_from: Option<String>,
    /// Last day, included; today if it is left out.
    #[param(value_type = Option<Day>, inline, example = "2026-04-30")]
    date_to: Option<String>,
    /// The same as `date_from`.
    #[param(value_type = Option<Day>, inline)]
    start_date: Option<String>,
    /// The same as `date_to`.
    #[param(value_type = Option<Day>, inline)]
    end_date: Option<String>,
}

impl DaysQuery {
    /// The days, or what is wrong with each of them.
    pub(super) fn read(&self, fields: &mut Fields) -> AskedDays {
        let mut one = |(name, text): (&'static str, &Option<String>),
                       (other, same): (&'static str, &Option<String>)| {
            let first = fields.optional(name, text.as_deref(), Day::parse);
            let second = fields.optional(other, same.as_deref(), Day::parse);
            first.or(second)
        };
        AskedDays {
            from: one(("date_from", &self.date_from), ("start_date", &self.start_date)),
            to: one(("date_to", &self.date_to), ("end_date", &self.end_date)),
        }
    }

    /// Whether no day is named.
    pub(super) fn is_empty(&self) -> bool {
        [&self.date_from, &self.date_to, &self.start_date, &self.end_date].iter().all(|day| day.is_none())
    }
}

impl TryFrom<&DaysQuery> for AskedDays {
    type Error = Invalid;

    fn try_from(query: &DaysQuery) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let days = query.read(&mut fields);
        fields.done()?;
        Ok(days)
    }
}

/// Which day a report is about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DayQuery {
    /// The day, in the gym's calendar; today if it is left out.
    #[param(value_type = Option<Day>, inline, example = "2026-04-17")]
    date: Option<String>,
}

impl TryFrom<DayQuery> for Option<Day> {
    type Error = Invalid;

    fn try_from(query: DayQuery) -> Result<Self, Invalid> {
        let mut fields = Fields::new();
        let day = fields.optional("date", query.date.as_deref(), Day::parse);
        fields.done()?;
        Ok(day)
    }
}

/// The first day of a month that is written as `2026-04`.
pub(super) fn month(text: &str) -> Result<Day, DateInvalid> {
    Day::parse(&format!("{}-01", text.trim()))
}

/// Payments of a report for which nobody says how many.
const LINES: i64 = 200;

/// The page that a report shows of its payments.
pub(super) fn lines(page: &PageQuery) -> Result<Page, Error> {
    Ok(Page::parse_or(page, LINES).map_err(Invalid::from)?)
}
