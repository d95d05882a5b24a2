//! The SQL of finding customers.

use chrono::NaiveDate;

use super::rules::{SearchTerm, WORDS};
use crate::customers::model::MembershipStatus;
use base::{
    Error,
    access::Scope,
    platform::{
        db::Connection,
        list::{List, Table, Tally},
    },
    vocabulary::{CustomerId, Gender, Phone, page::COUNTED_MOST},
};

const CUSTOMERS: Table = Table { name: "customers", alias: "c", order: &["id"] };
const SUBSCRIPTIONS: Table = Table { name: "subscriptions", alias: "s", order: &["id"] };

/// Asked by a scalar subquery with a limit, so that it is looked up for the customers that are walked past, never for all.
const HOLDS: &str = "{} = coalesce((
    select true
    from subscriptions s
    where s.customer_id = c.id
      and subscription_status(s.starts_on, s.ends_on, s.frozen_from, s.frozen_until, s.stopped_at,
          case when s.is_used_up then 0 end, {}) = {}
    limit 1
), false)";

/// Which customers of a scope a list holds.
#[derive(Debug, Default)]
pub(super) struct Filter {
    /// Only these customers, newest first; none to pick by the other filters alone.
    pub(super) ids: Option<Vec<i64>>,
    pub(super) is_active: Option<bool>,
    pub(super) gender: Option<Gender>,
    pub(super) standing: Option<MembershipStatus>,
    /// Only those whom this trainer trains.
    pub(super) trainer: Option<i64>,
}

impl Filter {
    /// The ids, where nothing else narrows the list of a whole gym.
    pub(super) fn are_all_of(&self, scope: &Scope) -> Option<&[i64]> {
        let Self { ids, is_active, gender, standing, trainer } = self;
        let is_whole_gym = scope.one().is_none() && scope.many().is_none();
        let is_all = is_whole_gym && is_active.is_none() && gender.is_none() && standing.is_none();
        let is_all = is_all && trainer.is_none();
        ids.as_deref().filter(|_| is_all)
    }

    /// The list of those who fit.
    pub(super) fn list(&self, scope: &Scope, today: NaiveDate) -> List {
        let mut list = List::of(&CUSTOMERS, scope).only("c.gender = {}", self.gender.map(Gender::as_str));
        if let Some(is_active) = self.is_active {
            // Without a value, so that the index of the few who are deactivated fits.
            list = list.and(if is_active { "c.is_active" } else { "not c.is_active" });
        }
        let holds = |list: List, is_wanted: bool, standing: MembershipStatus| {
            list.judged(HOLDS, [is_wanted.into(), today.into(), standing.as_str().into()])
        };
        list = match self.standing {
            Some(MembershipStatus::Inactive) => holds(list, false, MembershipStatus::Active),
            Some(standing @ (MembershipStatus::Active | MembershipStatus::Frozen)) => {
                holds(list, true, standing)
            }
            None => list,
        };
        if let Some(trainer) = self.trainer {
            list = list.judged("is_trained_by(c.id, {}, {})", [trainer.into(), today.into()]);
        }
        match &self.ids {
            Some(ids) => list.among(ids.clone()),
            None => list.tallied(self.tally()),
        }
    }

    /// What knows how many there are, where nothing else than being active is asked for.
    fn tally(&self) -> Option<Tally> {
        if self.ids.is_some() || self.gender.is_some() || self.standing.is_some() || self.trainer.is_some() {
            return None;
        }
        let rows = match self.is_active {
            None => "tally.customers + tally.inactive_customers",
            Some(true) => "tally.customers",
            Some(false) => "tally.inactive_customers",
        };
        Some(Tally { table: "branch_sizes", rows })
    }

    /// The same filter, with ids in place of a condition that only few customers of the gym meet: to be deactivated,
    /// or to have a frozen subscription.
    ///
    /// An index finds those few at once; without their ids the list would be walked from the newest customer on in
    /// search of them. Where they are too many, or the scope is not one gym, the filter stays as it is.
    pub(super) async fn with_few(
        self,
        conn: &mut Connection,
        scope: &Scope,
        today: NaiveDate,
    ) -> Result<Self, Error> {
        let Some(gym) = scope.whole_gym() else { return Ok(self) };
        let frozen = "s.stopped_at is null and s.frozen_until >= {} and s.frozen_from <= {}";
        let few = if self.standing == Some(MembershipStatus::Frozen) {
            let list = List::of(&SUBSCRIPTIONS, &gym).all(frozen, [today.into(), today.into()]);
            list.few(conn, "s.customer_id", COUNTED_MOST).await?
        } else if self.is_active == Some(false) {
            List::of(&CUSTOMERS, &gym).and("not c.is_active").few(conn, "c.id", COUNTED_MOST).await?
        } else {
            None
        };
        Ok(match (few, self.standing) {
            (None, _) => self,
            (ids, Some(MembershipStatus::Frozen)) => Self { ids, standing: None, ..self },
            (ids, _) => Self { ids, is_active: None, ..self },
        })
    }
}

/// The gym to filter by, unless branches are named: they belong to one, and without it the index of a branch answers
/// alone.
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
    term: &SearchTerm,
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

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::{assert_lists_sound, scopes};

    #[tokio::test]
    async fn every_list_that_the_filters_make_is_found_by_an_index() {
        let mut lists = Vec::new();
        for scope in scopes() {
            for ids in [None, Some(vec![1, 2])] {
                for is_active in [None, Some(true), Some(false)] {
                    for gender in [None, Some(Gender::Female)] {
                        for standing in
                            [None, Some(MembershipStatus::Active), Some(MembershipStatus::Inactive)]
                        {
                            let trainer = standing.filter(|_| is_active.is_none()).map(|_| 1);
                            let filter = Filter { ids: ids.clone(), is_active, gender, standing, trainer };
                            lists.push(filter.list(&scope, NaiveDate::default()));
                        }
                    }
                }
            }
        }
        assert_lists_sound(lists).await;
    }
}
