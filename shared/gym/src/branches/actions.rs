//! What is done with branches.

use serde_json::json;

use super::{Branch, BranchEdit, BranchRefused, Code, Draft, Site, Window, store};
use crate::gyms::{self, GymRefused, Switched};
use base::{
    Error, OnConstraint,
    access::{self, Can, Granted, Scope, can},
    platform::{
        audit::Note,
        db::{Connection, Db},
    },
    vocabulary::{BranchId, GymId, Line, StaffId},
};

/// Which branches somebody sees, and how much of them.
#[derive(Debug, Clone)]
pub(crate) struct BranchView {
    /// Only branches of this gym; none for every gym.
    pub(super) gym: Option<GymId>,
    /// These, and those that `managed_by` manages; all for none.
    pub(super) branches: Option<Vec<i64>>,
    /// Whose managed set is in view even where a branch is switched off: it is theirs to switch on again.
    pub(super) managed_by: Option<StaffId>,
    /// Only this branch, if it is in sight at all.
    pub(super) only: Option<BranchId>,
    /// Whether it is shown how they are doing.
    pub(super) shows_progress: bool,
}

impl BranchView {
    /// Whatever a staff user may see with `C`.
    pub(crate) fn of<C: Can>(staff: &Granted<C>) -> Self {
        Self {
            managed_by: staff.role().has_managed_branches().then(|| staff.staff()),
            ..Self::within(&staff.scope(), staff.also::<can::ReadDashboards>().is_some())
        }
    }

    /// The branches that are in a scope.
    pub(crate) fn within(scope: &Scope, shows_progress: bool) -> Self {
        Self {
            gym: scope.gym().map(GymId::from),
            branches: scope.one().map(|one| vec![one]).or_else(|| scope.many()),
            managed_by: None,
            only: None,
            shows_progress,
        }
    }

    fn only(self, branch: BranchId) -> Self {
        Self { only: Some(branch), ..self }
    }
}

/// The branches that a staff user sees, switched off or not, with their figures.
pub async fn list(db: &Db, staff: &Granted<can::ReadBranches>) -> Result<Vec<Branch>, Error> {
    let window = Window::at(staff.calendar(), staff.now());
    store::list_branches(db.conn().await?.get(), &BranchView::of(staff), &window).await
}

/// The branches in view with their figures, by id.
pub(crate) async fn report(
    conn: &mut Connection,
    view: &BranchView,
    window: &Window,
) -> Result<Vec<Branch>, Error> {
    store::list_branches(conn, view, window).await
}

/// The branches in view by id, with nothing but their names: figures of other features are added up over them.
pub(crate) async fn sites(conn: &mut Connection, view: &BranchView) -> Result<Vec<Site>, Error> {
    store::list_sites(conn, view).await
}

/// One branch with its figures.
///
/// # Refuses
/// [`BranchRefused::NotFound`], also for one that is not theirs.
pub async fn find(db: &Db, staff: &Granted<can::ReadBranches>, branch: BranchId) -> Result<Branch, Error> {
    let window = Window::at(staff.calendar(), staff.now());
    find_seen(db, BranchView::of(staff), branch, &window).await
}

/// The branches of any gym of the platform.
///
/// # Refuses
/// [`GymRefused::NotFound`].
pub async fn list_of_gym(db: &Db, admin: &Granted<can::ReadGyms>, gym: GymId) -> Result<Vec<Branch>, Error> {
    let mut conn = db.conn().await?;
    // A super admin belongs to no gym: the days are those of the gym that is looked at.
    let calendar = gyms::find_calendar(conn.get(), gym).await?.ok_or(GymRefused::NotFound)?;
    let view = BranchView { gym: Some(gym), ..BranchView::of(admin) };
    store::list_branches(conn.get(), &view, &Window::at(calendar, admin.now())).await
}

/// Opens a branch of the caller's own gym.
///
/// # Refuses
/// [`BranchRefused::CodeTaken`].
///
/// # Locks
/// The gym, as it is.
pub async fn open(db: &Db, owner: &Granted<can::ManageBranches>, draft: &Draft) -> Result<Branch, Error> {
    let gym = owner.gym().ok_or(GymRefused::NotFound)?;
    let opened = db
        .write(owner, async |tx| {
            let now = tx.now();
            gyms::hold(tx, gym).await?;
            let id = store::insert_branch(tx, gym, draft, now)
                .await
                .on_constraint("branches_code_once_per_gym", || BranchRefused::CodeTaken)?;
            tx.stand_at(gym, Some(id));
            tx.note(Note::on("branch", id.get()).with(json!({
                "name": draft.name.as_str(),
                "code": draft.code.as_str(),
            })));
            Ok(id)
        })
        .await?;
    find_seen(db, BranchView::of(owner), opened, &Window::at(owner.calendar(), owner.now())).await
}

/// Changes what a branch is called, and where and how it is found.
///
/// # Refuses
/// [`BranchRefused::NotFound`], also for one of another gym; [`BranchRefused::CodeTaken`].
pub async fn edit(
    db: &Db,
    owner: &Granted<can::ManageBranches>,
    branch: BranchId,
    edit: &BranchEdit,
) -> Result<Branch, Error> {
    db.write(owner, async |tx| {
        let found = store::lock_branch(tx, branch).await?;
        let locked = found.within(owner).ok_or(BranchRefused::NotFound)?;
        tx.stand_at(locked.gym, Some(branch));
        store::update_branch(tx, branch, locked, edit.clone())
            .await
            .on_constraint("branches_code_once_per_gym", || BranchRefused::CodeTaken)?;
        tx.note(Note::on("branch", branch.get()).with(json!({
            "name": edit.name.as_ref().map(Line::as_str),
            "code": edit.code.as_ref().map(Code::as_str),
        })));
        Ok(())
    })
    .await?;
    find_seen(db, BranchView::of(owner), branch, &Window::at(owner.calendar(), owner.now())).await
}

/// Switches a branch on or off; off ends the sessions of its staff and members. Switching twice changes nothing.
///
/// # Refuses
/// [`BranchRefused::NotFound`], also for one that is not theirs.
pub async fn switch(
    db: &Db,
    staff: &Granted<can::SwitchBranches>,
    branch: BranchId,
    is_active: bool,
) -> Result<Switched, Error> {
    let switched = db
        .write(staff, async |tx| {
            let now = tx.now();
            let found = store::lock_branch(tx, branch).await?;
            // A managed branch that is switched off is out of reach, and yet its manager may switch it on again.
            let is_managed = staff.role().has_managed_branches()
                && store::find_managed(tx.conn(), staff.staff(), branch).await?;
            let locked = found.within_or(staff, |_| is_managed).ok_or(BranchRefused::NotFound)?;
            tx.stand_at(locked.gym, Some(branch));
            let is_changed = locked.is_active != is_active;
            if is_changed {
                store::update_is_active(tx, branch, is_active).await?;
            }
            // Switching on ends them too: a sign-in that met the switch on its way leaves a session behind.
            let ended = if is_changed || !is_active {
                access::end_sessions_at(tx.conn(), locked.gym, Some(branch), now).await?
            } else {
                access::Ended::default()
            };
            let switched = Switched { is_active, is_changed, ended };
            tx.note(Note::on("branch", branch.get()).with(json!(switched)));
            Ok(switched)
        })
        .await?;
    if staff.is_repeat() {
        // Told of the first only while the branch is theirs.
        find_seen(db, BranchView::of(staff), branch, &Window::at(staff.calendar(), staff.now())).await?;
    }
    Ok(switched)
}

async fn find_seen(db: &Db, view: BranchView, branch: BranchId, window: &Window) -> Result<Branch, Error> {
    let found = store::list_branches(db.conn().await?.get(), &view.only(branch), window).await?.pop();
    Ok(found.ok_or(BranchRefused::NotFound)?)
}
