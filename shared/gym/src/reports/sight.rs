//! Who looks at which branches, and when: what every report begins with.

use chrono::NaiveDate;

use super::days::DayRange;
use crate::{
    branches::{self, Branch, BranchView, Site, Window},
    gyms::{self, GymRefused},
};
use base::{
    Error,
    access::{Granted, PlaceRefused, Scope, can},
    platform::db::Connection,
    vocabulary::{BranchId, Calendar, GymId, Timestamp},
};

/// The branches that a report is about, and the day it is there.
#[derive(Debug)]
pub(super) struct Sight {
    pub(super) gym: GymId,
    pub(super) scope: Scope,
    pub(super) calendar: Calendar,
    pub(super) now: Timestamp,
    /// The branches in view, by id, switched off or not.
    pub(super) sites: Vec<Site>,
    /// Their ids, as statements take them.
    pub(super) ids: Vec<i64>,
    /// Whether these are all branches of the gym.
    pub(super) is_whole_gym: bool,
    view: BranchView,
}

impl Sight {
    /// What a staff user sees: one branch, or all of theirs.
    ///
    /// # Refuses
    /// [`base::access::AccessRefused::NoSuchBranch`]; [`PlaceRefused::BranchRequired`] for a super admin who names none,
    /// for the gyms of a platform have no calendar and no currency in common.
    pub(super) async fn open(
        conn: &mut Connection,
        staff: &Granted<can::ReadDashboards>,
        branch: Option<BranchId>,
    ) -> Result<Self, Error> {
        let scope = staff.scope_at(branch)?;
        let gym = scope.gym().map(GymId::from).ok_or(PlaceRefused::BranchRequired)?;
        let calendar = match staff.gym() {
            Some(_) => staff.calendar(),
            // A super admin belongs to no gym: the days are those of the branch's gym.
            None => gyms::find_calendar(conn, gym).await?.ok_or(GymRefused::NotFound)?,
        };
        let view = match branch {
            Some(_) => BranchView::within(&scope, true),
            None => BranchView::of(staff),
        };
        let sites = branches::sites(conn, &view).await?;
        let ids = sites.iter().map(|site| site.id.get()).collect();
        let is_whole_gym = scope.one().is_none() && scope.many().is_none();
        Ok(Self { gym, scope, calendar, now: staff.now(), sites, ids, is_whole_gym, view })
    }

    /// The same, of one of its branches alone.
    pub(super) fn narrowed_to(self, branch: BranchId) -> Self {
        let sites: Vec<Site> = self.sites.into_iter().filter(|site| site.id == branch).collect();
        let ids = sites.iter().map(|site| site.id.get()).collect();
        Self { sites, ids, is_whole_gym: false, ..self }
    }

    /// The day it is at the gym.
    pub(super) fn today(&self) -> NaiveDate {
        self.calendar.today(self.now)
    }

    /// The days of the dashboards.
    pub(super) fn window(&self) -> Window {
        Window::at(self.calendar, self.now)
    }

    /// The last thirty days, today included: those of [`Sight::window`].
    pub(super) fn month(&self) -> DayRange {
        let window = self.window();
        DayRange { from: window.since, to: window.today }
    }

    /// The branches with their figures, by id.
    pub(super) async fn branches(&self, conn: &mut Connection) -> Result<Vec<Branch>, Error> {
        branches::report(conn, &self.view, &self.window()).await
    }
}
