//! Lists of subscriptions: whoever is found is found as ids first, on a way that an index knows, and then read in one go.

mod rare;
mod store;

use chrono::NaiveDate;

use super::{
    model::{Held, Listing, Wanted},
    store::list_held,
};
use crate::{
    access::{Granted, Scope, can},
    error::{Error, Invalid},
    platform::db::Db,
    vocabulary::{
        Page,
        page::{COUNTED_MOST, COUNTED_MOST_JUDGED, OFFSET_MAX_JUDGED, OFFSET_MAX_SIFTED},
    },
};

/// Where a list looks, for which day.
struct Looking<'a> {
    scope: &'a Scope,
    wanted: &'a Wanted,
    today: NaiveDate,
}

/// What leads to the subscriptions of a list in their order, past the fewest others.
enum Way {
    /// These were found before.
    Picked(Vec<i64>),
    /// Nothing narrows the list but the branch.
    WholeBranch,
    /// Nothing narrows the list but the gym.
    WholeGym,
    Customer,
    Branch,
    Service,
    ServiceByKind,
    Kind,
    Gym,
    Platform,
}

impl Way {
    fn of(looking: &Looking<'_>, picked: Option<Vec<i64>>) -> Self {
        let (scope, wanted) = (looking.scope, looking.wanted);
        let is_whole = wanted.service.is_none() && wanted.kind.is_none() && wanted.status.is_none();
        match picked {
            Some(ids) => Self::Picked(ids),
            None if wanted.customer.is_some() => Self::Customer,
            None if scope.one().is_some() && is_whole => Self::WholeBranch,
            None if scope.one().is_some() => Self::Branch,
            None if wanted.service.is_some() && wanted.kind.is_some() => Self::ServiceByKind,
            None if wanted.service.is_some() => Self::Service,
            None if scope.gym().is_none() => Self::Platform,
            None if wanted.kind.is_some() => Self::Kind,
            None if is_whole && scope.many().is_none() => Self::WholeGym,
            None => Self::Gym,
        }
    }

    /// Whether it leads past so few that each of them may be judged.
    const fn is_short(&self) -> bool {
        match self {
            Self::Picked(_) | Self::Customer | Self::WholeBranch | Self::Branch => true,
            Self::WholeGym
            | Self::Service
            | Self::ServiceByKind
            | Self::Kind
            | Self::Gym
            | Self::Platform => false,
        }
    }

    /// How many rows can be left out on it, if few: pages far back are reached past few, or along an index alone.
    const fn offset_max(&self, is_judged: bool) -> Option<i64> {
        if self.is_short() || matches!(self, Self::WholeGym) {
            None
        } else if is_judged {
            Some(OFFSET_MAX_JUDGED)
        } else {
            Some(OFFSET_MAX_SIFTED)
        }
    }
}

/// The subscriptions that the caller may see, newest first.
///
/// # Refuses
/// A branch outside their reach as one that does not exist; a page further back than rows are looked at one by one.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadSubscriptions>,
    wanted: &Wanted,
    page: Page,
) -> Result<Listing<Held>, Error> {
    let scope = staff.scope_at(wanted.branch)?;
    let today = staff.calendar().today(staff.now());
    let looking = Looking { scope: &scope, wanted, today };
    let mut conn = db.conn().await?;
    let rare = rare::list(conn.get(), &looking, COUNTED_MOST).await?;
    if let Some(rare) = rare.as_deref().filter(|_| looking.is_plainly_rare()) {
        let total = i64::try_from(rare.len()).unwrap_or(i64::MAX);
        let items = list_held(conn.get(), page.part_of(rare)).await?;
        return Ok(Listing { items, total });
    }
    let way = Way::of(&looking, rare);
    // What has to be judged one by one is counted, and leafed through, less far.
    let is_judged = wanted.status.is_some() && !way.is_short();
    let page = match way.offset_max(is_judged) {
        Some(most) => page.within(most).map_err(Invalid::from)?,
        None => page,
    };
    let ids = store::list_ids(conn.get(), &looking, &way, page).await?;
    let most = if is_judged { COUNTED_MOST_JUDGED } else { COUNTED_MOST };
    let total = match page.total_after(ids.len(), most) {
        Some(total) => total,
        None => page.total_of(ids.len(), store::count_ids(conn.get(), &looking, &way, most).await?),
    };
    let items = list_held(conn.get(), &ids).await?;
    Ok(Listing { items, total })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        subscriptions::model::{Kind, Status},
        vocabulary::{BranchId, CustomerId, GymId, ServiceId},
    };

    fn way(scope: &Scope, wanted: &Wanted) -> &'static str {
        let today = NaiveDate::default();
        match Way::of(&Looking { scope, wanted, today }, None) {
            Way::Picked(_) => "picked",
            Way::WholeBranch => "whole branch",
            Way::WholeGym => "whole gym",
            Way::Customer => "customer",
            Way::Branch => "branch",
            Way::Service => "service",
            Way::ServiceByKind => "service by kind",
            Way::Kind => "kind",
            Way::Gym => "gym",
            Way::Platform => "platform",
        }
    }

    #[test]
    fn the_narrowest_index_leads_to_a_list() {
        let gym = GymId::new(1);
        let whole = Scope::gym_wide(gym);
        let several = Scope::branches(gym, &[BranchId::new(1), BranchId::new(2)]);
        let one = Scope::branches(gym, &[BranchId::new(1)]);
        let customer = Some(CustomerId::new(1));
        let service = Some(ServiceId::new(1));
        let kind = Some(Kind::Coins);
        let none = Wanted::default();
        let cases = [
            (&whole, Wanted { customer, service, kind, ..none }, "customer"),
            (&one, Wanted { service, kind, ..none }, "branch"),
            (&several, Wanted { service, ..none }, "service"),
            (&several, Wanted { service, kind, ..none }, "service by kind"),
            (&several, Wanted { kind, ..none }, "kind"),
            (&whole, Wanted { status: Some(Status::Active), ..none }, "gym"),
            (&several, none, "gym"),
            (&one, none, "whole branch"),
            (&whole, none, "whole gym"),
        ];
        for (scope, wanted, due) in cases {
            assert_eq!(way(scope, &wanted), due, "{wanted:?}");
        }
    }
}
