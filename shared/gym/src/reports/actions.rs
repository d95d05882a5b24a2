//! Reading figures.

use super::{Overview, Totals, rules};
use crate::{
    audit_trail,
    branches::{self, BranchView, Window},
    gyms::{self, GymRefused},
};
use base::{
    Error,
    access::{Granted, PlaceRefused, can},
    platform::db::Db,
    vocabulary::{AuditFlag, BranchId, GymId},
};

/// What a staff user's branches, or one of them, earned, and how large they are.
///
/// # Refuses
/// [`base::access::AccessRefused::NoSuchBranch`]; [`PlaceRefused::BranchRequired`] for a super admin who names none,
/// for the gyms of a platform have no calendar and no currency in common.
pub async fn overview(
    db: &Db,
    staff: &Granted<can::ReadDashboards>,
    branch: Option<BranchId>,
) -> Result<Overview, Error> {
    let scope = staff.scope_at(branch)?;
    let gym = scope.gym().map(GymId::from).ok_or(PlaceRefused::BranchRequired)?;
    let calendar = match staff.gym() {
        Some(_) => staff.calendar(),
        // A super admin belongs to no gym: the days are those of the branch's gym.
        None => gyms::find_calendar(db.conn().await?.get(), gym).await?.ok_or(GymRefused::NotFound)?,
    };
    let view = match branch {
        Some(_) => BranchView::within(&scope, true),
        None => BranchView::of(staff),
    };
    let window = Window::at(calendar, staff.now());
    let mut branches = branches::report(db, &view, &window).await?;
    rules::by_revenue(&mut branches);
    let began = calendar.day_start(window.since);
    let sales_below_price = audit_trail::count_flagged(db, &scope, AuditFlag::BelowPrice, began).await?;
    Ok(Overview { window, totals: Totals::of(&branches), sales_below_price, branches })
}
