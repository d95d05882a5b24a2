//! Finding one customer, or many.

use std::cmp::Reverse;

use super::{
    rules::SearchTerm,
    store::{self, Filter},
};
use crate::customers::{
    model::{Customer, CustomerFilter, MembershipStatus},
    rules::{CustomerRefused, Kept, PasswordVisibility},
    store::{Look, find_customer, list_customers, page_customers},
};
use base::{
    Error, Invalid,
    access::{Can, Granted, Role, Scope, can},
    platform::{
        db::{Connection, Db},
        list::{Rows, whole as read_rows},
    },
    vocabulary::{
        BranchId, CustomerId, Listing, Page, Phone,
        page::{COUNTED_MOST, COUNTED_MOST_JUDGED, OFFSET_MAX_JUDGED, OFFSET_MAX_SIFTED},
    },
};

/// How many customers who fit a search a list looks at, the best ones first.
const MATCHES: i64 = 1000;

/// How far somebody who may exercise `C` sees temporary passwords.
pub(in crate::customers) fn password_visibility<C: Can>(staff: &Granted<C>) -> PasswordVisibility {
    match staff.also::<can::SeeTemporaryPasswords>() {
        None => PasswordVisibility::Nothing,
        Some(may) if may.role() == Role::FrontDesk => PasswordVisibility::WhereTheGymAllows(may.scope()),
        Some(may) => PasswordVisibility::Within(may.scope()),
    }
}

/// A page of the customers within reach, newest first.
///
/// # Refuses
/// A page too far back, which begins sooner where customers are picked from several branches, or judged by what they
/// hold.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadCustomers>,
    wanted: &CustomerFilter,
    page: Page,
) -> Result<Listing<Customer>, Error> {
    let scope = staff.scope_at(wanted.branch)?;
    let look = Look::of(staff);
    let mut conn = db.conn().await?;
    let filter = narrowed(conn.get(), &scope, look, wanted).await?;
    let Listing { items, total } = find_page(conn.get(), &scope, &filter, look, page).await?;
    Ok(Listing { items: seen(staff, items), total })
}

/// Every customer who fits, in the order of [`list`].
///
/// # Refuses
/// A branch outside the caller's reach as one that does not exist; [`base::platform::sheets::FileRefused::TooLong`].
pub async fn whole(
    db: &Db,
    staff: &Granted<can::ReadCustomers>,
    wanted: &CustomerFilter,
) -> Result<Rows<Customer>, Error> {
    let scope = staff.scope_at(wanted.branch)?;
    let look = Look::of(staff);
    let mut snapshot = db.snapshot().await?;
    let filter = narrowed(snapshot.get(), &scope, look, wanted).await?;
    let keys = match filter.are_all_of(&scope) {
        Some(few) => few.to_vec(),
        None => filter.list(&scope, look.today).keys(snapshot.get(), Page::WHOLE).await?,
    };
    let staff = staff.clone();
    read_rows(snapshot, keys, move |conn, keys| {
        let staff = staff.clone();
        Box::pin(async move { Ok(seen(&staff, list_customers(conn, &keys, look).await?)) })
    })
    .await
}

/// The filter of a list, with the ids of those who were found by what was typed, or who are few.
async fn narrowed(
    conn: &mut Connection,
    scope: &Scope,
    look: Look,
    wanted: &CustomerFilter,
) -> Result<Filter, Error> {
    let ids = match &wanted.term {
        Some(term) => {
            let term = asked_by(look, term);
            let mut matches = store::list_matches(conn, scope, &term, MATCHES).await?;
            matches.sort_unstable_by_key(|id| Reverse(*id));
            Some(matches)
        }
        None => None,
    };
    let filter = Filter {
        ids,
        is_active: wanted.is_active,
        gender: wanted.gender,
        standing: wanted.standing,
        // Whether somebody's pass is valid may be known to whoever greets them; that it rests is between them and the desk.
        trainer: look.trainer().filter(|_| wanted.standing == Some(MembershipStatus::Frozen)),
    };
    if filter.ids.is_some() {
        return Ok(filter);
    }
    filter.with_few(conn, scope, look.today).await
}

/// The customers of a page, and how many there are in all.
async fn find_page(
    conn: &mut Connection,
    scope: &Scope,
    filter: &Filter,
    look: Look,
    page: Page,
) -> Result<Listing<Kept>, Error> {
    let is_judged = filter.standing.is_some() && filter.ids.is_none();
    let page = match (scope.one(), scope.many()) {
        (None, _) if is_judged => page.within(OFFSET_MAX_JUDGED),
        (None, Some(_)) => page.within(OFFSET_MAX_SIFTED),
        (None, None) | (Some(_), _) => Ok(page),
    }
    .map_err(Invalid::from)?;
    if let Some(few) = filter.are_all_of(scope) {
        let total = i64::try_from(few.len()).unwrap_or(i64::MAX);
        return Ok(Listing { items: list_customers(conn, page.part_of(few), look).await?, total });
    }
    // Who has to be judged one by one is counted less far.
    let most = if is_judged { COUNTED_MOST_JUDGED } else { COUNTED_MOST };
    page_customers(conn, &filter.list(scope, look.today), page, most, look).await
}

/// The search, as somebody may make it: who does not see addresses does not find anybody by them.
fn asked_by(look: Look, term: &SearchTerm) -> SearchTerm {
    let mut term = term.clone();
    if look.trainer().is_some() {
        term.email = None;
    }
    term
}

/// The customers, each with the temporary password only where the caller may see it.
fn seen(staff: &Granted<can::ReadCustomers>, kept: Vec<Kept>) -> Vec<Customer> {
    let visibility = password_visibility(staff);
    kept.into_iter().map(|kept| kept.seen(&visibility, staff.now())).collect()
}

/// The customers within reach who fit what was typed, the best first; the newest ones if nothing was.
///
/// The total is how many are answered: a search has no second page, the desk types more letters instead.
pub async fn search(
    db: &Db,
    staff: &Granted<can::ReadCustomers>,
    term: Option<&SearchTerm>,
    branch: Option<BranchId>,
    limit: i64,
) -> Result<Listing<Customer>, Error> {
    let scope = staff.scope_at(branch)?;
    let look = Look::of(staff);
    let mut conn = db.conn().await?;
    let newest = Page { limit, offset: 0 };
    let ids = match term {
        Some(term) => store::list_matches(conn.get(), &scope, &asked_by(look, term), limit).await?,
        None => Filter::default().list(&scope, look.today).keys(conn.get(), newest).await?,
    };
    let items = seen(staff, list_customers(conn.get(), &ids, look).await?);
    let total = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(Listing { items, total })
}

/// One customer within reach.
///
/// # Refuses
/// [`CustomerRefused::NotFound`], also for those of other branches.
pub async fn find(db: &Db, staff: &Granted<can::ReadCustomers>, id: CustomerId) -> Result<Customer, Error> {
    let found = find_customer(db.conn().await?.get(), id, Look::of(staff)).await?;
    let kept = found.within(staff).ok_or(CustomerRefused::NotFound)?;
    Ok(kept.seen(&password_visibility(staff), staff.now()))
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
    let mut conn = db.conn().await?;
    let id =
        store::find_by_phone(conn.get(), &staff.scope(), phone).await?.ok_or(CustomerRefused::NotFound)?;
    let kept = find_customer(conn.get(), id, Look::of(staff))
        .await?
        .within(staff)
        .ok_or(CustomerRefused::NotFound)?;
    Ok(kept.seen(&password_visibility(staff), staff.now()))
}
