//! Finding one customer, or many.

use std::cmp::Reverse;

use chrono::NaiveDate;

use super::{
    rules::Term,
    store::{self, Filter},
};
use crate::{
    access::{Can, Granted, Role, Scope, can},
    customers::{
        model::{Customer, Listed, Wanted},
        rules::{CustomerRefused, Sight},
        store::{find_customer, list_customers},
    },
    error::{Error, Invalid},
    platform::db::{Connection, Db},
    vocabulary::{
        BranchId, CustomerId, Page, Phone,
        page::{COUNTED_MOST, COUNTED_MOST_JUDGED, OFFSET_MAX_JUDGED, OFFSET_MAX_SIFTED},
    },
};

/// How many who fit a search a list goes through.
const MATCHES: i64 = 1000;

/// How far somebody who may exercise `C` sees temporary passwords.
pub(in crate::customers) fn sight<C: Can>(staff: &Granted<C>) -> Sight {
    match staff.also::<can::SeeTemporaryPasswords>() {
        None => Sight::Nothing,
        Some(may) if may.role() == Role::FrontDesk => Sight::WhereTheGymAllows(may.scope()),
        Some(may) => Sight::Within(may.scope()),
    }
}

/// A page of the customers within reach, newest first.
///
/// # Refuses
/// A page further back than customers are picked from several branches, or judged by what they hold.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadCustomers>,
    wanted: &Wanted,
    page: Page,
) -> Result<Listed, Error> {
    let scope = staff.scope_at(wanted.branch)?;
    let today = staff.calendar().today(staff.now());
    let mut conn = db.conn().await?;
    let ids = match &wanted.term {
        Some(term) => {
            let mut matches = store::list_matches(conn.get(), &scope, term, MATCHES).await?;
            matches.sort_unstable_by_key(|id| Reverse(*id));
            Some(matches)
        }
        None => None,
    };
    let mut filter =
        Filter { ids, is_active: wanted.is_active, gender: wanted.gender, standing: wanted.standing };
    if filter.ids.is_none() {
        filter = store::with_the_rare(conn.get(), &scope, filter, today, COUNTED_MOST).await?;
    }
    let (picked, total) = pick(conn.get(), &scope, &filter, today, page).await?;
    let sight = sight(staff);
    let kept = list_customers(conn.get(), &picked, today).await?;
    let customers = kept.into_iter().map(|kept| kept.seen(&sight, staff.now())).collect();
    Ok(Listed { customers, total })
}

/// The ids of a page, and how many there are in all.
async fn pick(
    conn: &mut Connection,
    scope: &Scope,
    filter: &Filter,
    today: NaiveDate,
    page: Page,
) -> Result<(Vec<i64>, i64), Error> {
    let is_judged = filter.standing.is_some() && filter.ids.is_none();
    let page = match (scope.one(), scope.many()) {
        (None, _) if is_judged => page.within(OFFSET_MAX_JUDGED),
        (None, Some(_)) => page.within(OFFSET_MAX_SIFTED),
        (None, None) | (Some(_), _) => Ok(page),
    }
    .map_err(Invalid::from)?;
    if let Some(rare) = filter.are_all_of(scope) {
        return Ok((page.part_of(rare).to_vec(), i64::try_from(rare.len()).unwrap_or(i64::MAX)));
    }
    let picked = store::list_newest(conn, scope, filter, today, page).await?;
    // Who has to be judged one by one is counted less far.
    let most = if is_judged { COUNTED_MOST_JUDGED } else { COUNTED_MOST };
    let total = match page.total_after(picked.len(), most) {
        Some(total) => total,
        None => page.total_of(picked.len(), store::count_customers(conn, scope, filter, today, most).await?),
    };
    Ok((picked, total))
}

/// The customers within reach who fit what was typed, the best first; the newest ones if nothing was.
///
/// The total is how many are answered: a search is made narrower, not leafed through.
pub async fn search(
    db: &Db,
    staff: &Granted<can::ReadCustomers>,
    term: Option<&Term>,
    branch: Option<BranchId>,
    limit: i64,
) -> Result<Listed, Error> {
    let scope = staff.scope_at(branch)?;
    let today = staff.calendar().today(staff.now());
    let mut conn = db.conn().await?;
    let newest = Page { limit, offset: 0 };
    let ids = match term {
        Some(term) => store::list_matches(conn.get(), &scope, term, limit).await?,
        None => store::list_newest(conn.get(), &scope, &Filter::default(), today, newest).await?,
    };
    let sight = sight(staff);
    let kept = list_customers(conn.get(), &ids, today).await?;
    let customers: Vec<Customer> = kept.into_iter().map(|kept| kept.seen(&sight, staff.now())).collect();
    let total = i64::try_from(customers.len()).unwrap_or(i64::MAX);
    Ok(Listed { customers, total })
}

/// One customer within reach.
///
/// # Refuses
/// [`CustomerRefused::NotFound`], also for those of other branches.
pub async fn find(db: &Db, staff: &Granted<can::ReadCustomers>, id: CustomerId) -> Result<Customer, Error> {
    let today = staff.calendar().today(staff.now());
    let found = find_customer(db.conn().await?.get(), id, today).await?;
    let scope = staff.scope();
    let kept = found
        .filter(|kept| scope.covers(kept.customer.gym, kept.customer.branch))
        .ok_or(CustomerRefused::NotFound)?;
    Ok(kept.seen(&sight(staff), staff.now()))
}

/// The customer within reach who has this number.
///
/// # Refuses
/// [`CustomerRefused::NotFound`], also for those of other branches.
pub async fn find_by_phone(
    db: &Db,
    staff: &Granted<can::ReadCustomers>,
    phone: &Phone,
) -> Result<Customer, Error> {
    let today = staff.calendar().today(staff.now());
    let mut conn = db.conn().await?;
    let id =
        store::find_by_phone(conn.get(), &staff.scope(), phone).await?.ok_or(CustomerRefused::NotFound)?;
    let kept = find_customer(conn.get(), id, today).await?.ok_or(CustomerRefused::NotFound)?;
    Ok(kept.seen(&sight(staff), staff.now()))
}
