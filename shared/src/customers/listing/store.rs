//! The SQL of finding customers.

use chrono::NaiveDate;

use super::rules::{Term, WORDS};
use crate::{
    access::Scope,
    customers::model::Standing,
    error::Error,
    platform::db::Connection,
    vocabulary::{CustomerId, Gender, Page, Phone},
};

/// Which customers of a scope a list holds.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Newest first.
    pub(super) ids: Option<Vec<i64>>,
    pub(super) is_active: Option<bool>,
    pub(super) gender: Option<Gender>,
    pub(super) standing: Option<Standing>,
}

impl Filter {
    /// The ids, where nothing else narrows the list of a whole gym.
    pub(super) fn are_all_of(&self, scope: &Scope) -> Option<&[i64]> {
        let Self { ids, is_active, gender, standing } = self;
        let is_whole_gym = scope.one().is_none() && scope.many().is_none();
        let is_all = is_whole_gym && is_active.is_none() && gender.is_none() && standing.is_none();
        ids.as_deref().filter(|_| is_all)
    }
}

/// The ids of one page, newest first.
pub(super) async fn list_newest(
    conn: &mut Connection,
    scope: &Scope,
    filter: &Filter,
    today: NaiveDate,
    page: Page,
) -> Result<Vec<i64>, Error> {
    let (standing, is_wanted) = wanted_standing(filter);
    let many = scope.many();
    let ids = sqlx::query_file_scalar!(
        "src/customers/listing/list_newest.sql",
        walked_gym(scope),
        scope.one(),
        many.as_deref(),
        filter.ids.as_deref(),
        filter.is_active,
        filter.gender.map(Gender::as_str),
        standing.map(Standing::as_str),
        is_wanted,
        today,
        page.limit,
        page.offset,
    )
    .fetch_all(conn)
    .await?;
    Ok(ids)
}

/// The filter with the ids of those in the gym who are as few are, and without what they were found by: deactivated, or with
/// a frozen subscription; what a walk from the newest on would look for among all. As it was where they are not fewer than
/// `most`, for then the walk finds them soon, and a part of them would hide the rest.
pub(super) async fn with_the_rare(
    conn: &mut Connection,
    scope: &Scope,
    filter: Filter,
    today: NaiveDate,
    most: i64,
) -> Result<Filter, Error> {
    let Some(gym) = scope.gym() else { return Ok(filter) };
    let ids = if filter.standing == Some(Standing::Frozen) {
        sqlx::query_scalar!(
            "select distinct s.customer_id from subscriptions s
             where s.gym_id = $1 and s.stopped_at is null and s.frozen_until >= $2 and s.frozen_from <= $2
             order by s.customer_id desc limit $3",
            gym,
            today,
            most,
        )
        .fetch_all(conn)
        .await?
    } else if filter.is_active == Some(false) {
        sqlx::query_scalar!(
            "select c.id from customers c where c.gym_id = $1 and not c.is_active order by c.id desc limit $2",
            gym,
            most,
        )
        .fetch_all(conn)
        .await?
    } else {
        return Ok(filter);
    };
    Ok(match (fewer(ids, most), filter.standing) {
        (None, _) => filter,
        (few, Some(Standing::Frozen)) => Filter { ids: few, standing: None, ..filter },
        (few, _) => Filter { ids: few, is_active: None, ..filter },
    })
}

/// The ids, if they are fewer than were asked for: then they are all.
fn fewer(ids: Vec<i64>, most: i64) -> Option<Vec<i64>> {
    i64::try_from(ids.len()).is_ok_and(|found| found < most).then_some(ids)
}

/// How many customers a list holds, counted up to `most`.
pub(super) async fn count_customers(
    conn: &mut Connection,
    scope: &Scope,
    filter: &Filter,
    today: NaiveDate,
    most: i64,
) -> Result<i64, Error> {
    let (standing, is_wanted) = wanted_standing(filter);
    let many = scope.many();
    let total = sqlx::query_file_scalar!(
        "src/customers/listing/count_customers.sql",
        walked_gym(scope),
        scope.one(),
        many.as_deref(),
        filter.ids.as_deref(),
        filter.is_active,
        filter.gender.map(Gender::as_str),
        standing.map(Standing::as_str),
        is_wanted,
        today,
        most,
    )
    .fetch_one(conn)
    .await?;
    Ok(total)
}

/// The status that is looked for, and whether it is to be there.
fn wanted_standing(filter: &Filter) -> (Option<Standing>, bool) {
    match filter.standing {
        Some(Standing::Inactive) => (Some(Standing::Active), false),
        standing @ (Some(Standing::Active | Standing::Frozen) | None) => (standing, true),
    }
}

/// The gym whose customers are walked from the newest on: with several branches, too, as those of each would have to be put in
/// order first.
fn walked_gym(scope: &Scope) -> Option<i64> {
    if scope.one().is_some() { None } else { scope.gym() }
}

/// The gym, where branches do not say it already: without it the index of a branch answers alone.
fn gym_of(scope: &Scope) -> Option<i64> {
    if scope.one().is_some() || scope.many().is_some() { None } else { scope.gym() }
}

/// How many customers are looked at for a part inside of their name or number; a vaguer search is not made better by
/// sorting more.
const CANDIDATES: i64 = 1000;

/// The ids of who fits `term`, the best first: the id or the whole number, a name that begins so, an address that begins
/// so, a part of the number, a word of the name, any part of the name; each by name.
///
/// Parts are only looked for when beginnings did not fill the list.
pub(super) async fn list_matches(
    conn: &mut Connection,
    scope: &Scope,
    term: &Term,
    limit: i64,
) -> Result<Vec<i64>, Error> {
    let many = scope.many();
    let parts = term.name_parts.as_ref().map(|parts| parts.each_ref().map(String::as_str));
    let [first, second, third] = parts.map_or([None; WORDS], |parts| parts.map(Some));
    let rows = sqlx::query_file_scalar!(
        "src/customers/listing/list_matches.sql",
        gym_of(scope),
        scope.one(),
        many.as_deref(),
        term.id.map(CustomerId::get),
        term.phone.as_ref().map(Phone::as_str),
        term.name.from,
        term.name.to,
        term.email.as_ref().map(|start| start.from.as_str()),
        term.email.as_ref().map(|start| start.to.as_str()),
        term.phone_part,
        first,
        second,
        third,
        term.word_start,
        limit,
        CANDIDATES,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// The id of who has this number within the scope.
pub(super) async fn find_by_phone(
    conn: &mut Connection,
    scope: &Scope,
    phone: &Phone,
) -> Result<Option<CustomerId>, Error> {
    let many = scope.many();
    let id = sqlx::query_scalar!(
        "select c.id
         from customers c
         where c.phone = $4
           and ($1::bigint is null or c.gym_id = $1)
           and ($2::bigint is null or c.branch_id = $2)
           and ($3::bigint[] is null or c.branch_id = any($3))
         order by c.id
         limit 1",
        scope.gym(),
        scope.one(),
        many.as_deref(),
        phone.as_str(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(id.map(CustomerId::from))
}
