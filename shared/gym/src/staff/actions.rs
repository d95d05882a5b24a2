//! What is done with staff users.

use serde_json::json;

use super::{
    limits::{count_hiring, forgive_hiring},
    model::{Found, NewStaff, StaffEdit, StaffFilter, StaffUser, Username},
    rules::{self, Manager, Placement, Span, StaffRefused},
    store,
};
use crate::gyms;
use base::{
    Error, OnConstraint,
    access::{AccessRefused, Can, Granted, Passwords, Role, can, end_staff_sessions},
    platform::{
        audit::Note,
        db::{Db, Tx},
        limits::Limits,
    },
    vocabulary::{BranchId, GymId, Page, StaffId},
};

/// The staff users within the caller's reach, at one branch if one is named.
///
/// # Refuses
/// A branch outside the caller's reach, as one that does not exist.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadStaff>,
    branch: Option<BranchId>,
    filter: &StaffFilter,
    page: Page,
) -> Result<Found, Error> {
    let scope = staff.scope_at(branch)?;
    store::list_staff(db.conn().await?.get(), &scope, filter, page).await
}

/// One staff user.
///
/// # Refuses
/// [`StaffRefused::NotFound`].
pub async fn find(db: &Db, staff: &Granted<can::ReadStaff>, id: StaffId) -> Result<StaffUser, Error> {
    let found = store::find_staff(db.conn().await?.get(), &staff.scope(), id).await?;
    Ok(found.ok_or(StaffRefused::NotFound)?)
}

/// Hires somebody. A new owner gets a gym of their own, still to be set up.
///
/// # Refuses
/// [`StaffRefused::RoleNotAllowed`], [`StaffRefused::BranchRequired`], [`StaffRefused::ManagedBranchesRequired`],
/// [`StaffRefused::UsernameTaken`]; a branch outside the caller's reach, as one that does not exist;
/// [`TooMany`](base::platform::limits::TooMany) after too many names that people of other gyms have.
pub async fn create(
    db: &Db,
    (passwords, limits): (&Passwords, &Limits),
    manager: &Granted<can::ManageStaff>,
    new: NewStaff,
) -> Result<StaffUser, Error> {
    let span = match own_branches(manager) {
        None => Span::Everywhere,
        Some(branches) => Span::Branches(branches),
    };
    rules::may_appoint(&Manager { id: manager.staff(), role: manager.role(), span }, new.role)?;
    let placement = placed(manager, manager.gym(), new.role, new.branch, &new.managed)?;
    // Hashed before the transaction begins: it takes longer than all of its statements.
    let hash = passwords.hash(new.password.clone()).await?;
    if let Some(gym) = manager.gym() {
        count_hiring(limits, db, gym, manager.now()).await?;
    }
    let hired = db
        .write(manager, async |tx| {
            let gym = match manager.gym() {
                Some(gym) => gym,
                None => gyms::open(tx, &new.full_name).await?,
            };
            let at = tx.now();
            let hired = store::Hired {
                new: &new,
                gym: Some(gym),
                placement: &placement,
                hash: &hash,
                is_password_their_own: false,
                at,
            };
            let id = store::insert_staff(tx, hired)
                .await
                .on_constraint("staff_users_username_once", || StaffRefused::UsernameTaken)?;
            store::insert_managed(tx, id, &placement.managed).await?;
            if new.role == Role::Owner {
                gyms::give_to(tx, gym, id).await?;
            }
            tx.stand_at(gym, placement.branch);
            tx.note(Note::on("staff_user", id.get()).with(json!({
                "username": new.username.as_str(), "role": new.role.as_str(),
                "branch_id": placement.branch, "managed_branch_ids": placement.managed,
            })));
            Ok(id)
        })
        .await;
    if let Some(gym) = manager.gym()
        && !tells_of_others(db, gym, &new.username, &hired).await?
    {
        forgive_hiring(limits, db, gym).await?;
    }
    seen(db, manager, hired?).await
}

/// Whether a hiring failed because somebody of another gym has the name.
async fn tells_of_others(
    db: &Db,
    gym: GymId,
    name: &Username,
    hired: &Result<StaffId, Error>,
) -> Result<bool, Error> {
    match hired {
        Err(Error::Refused(refused)) if refused.code() == StaffRefused::UsernameTaken.code() => {
            Ok(!store::find_username(db.conn().await?.get(), gym, name).await?)
        }
        Ok(_) | Err(_) => Ok(false),
    }
}

/// Changes a staff user. Deactivation and a change of role end their sessions.
///
/// # Refuses
/// [`StaffRefused`], except for a taken sign-in name; a branch outside the caller's reach, as one that does not
/// exist.
///
/// # Locks
/// The staff user.
pub async fn edit(
    db: &Db,
    manager: &Granted<can::ManageStaff>,
    id: StaffId,
    edit: StaffEdit,
) -> Result<StaffUser, Error> {
    db.write(manager, async |tx| {
        let person = lock_to_manage(tx, manager, id).await?;
        let now = tx.now();
        store::update_staff(tx, id, &edit).await?;
        let role = edit.role.unwrap_or(person.role);
        if edit.role.is_some() || edit.branch.is_some() || edit.managed.is_some() {
            move_to(tx, manager, &person, role, &edit).await?;
        }
        if edit.is_active == Some(false) || role != person.role {
            end_staff_sessions(tx.conn(), &[id], None, now).await?;
        }
        tx.note(Note::on("staff_user", id.get()).with(json!({
            "full_name": edit.full_name.is_some(), "email": edit.email.is_some(), "phone": edit.phone.is_some(),
            "is_active": edit.is_active, "role": edit.role.map(Role::as_str),
            "branch_id": edit.branch, "managed_branch_ids": edit.managed,
        })));
        Ok(())
    })
    .await?;
    seen(db, manager, id).await
}

/// Activates or deactivates a staff user.
///
/// # Refuses
/// As [`edit`].
pub async fn switch(
    db: &Db,
    manager: &Granted<can::ManageStaff>,
    id: StaffId,
    is_active: bool,
) -> Result<StaffUser, Error> {
    edit(db, manager, id, StaffEdit { is_active: Some(is_active), ..StaffEdit::default() }).await
}

/// The staff user `id`, held until the transaction ends, if `manager` may see and manage them.
///
/// # Refuses
/// [`StaffRefused::NotFound`] for whom the manager cannot see, [`StaffRefused::OwnAccount`],
/// [`StaffRefused::RankTooHigh`], [`StaffRefused::OutOfReach`].
pub(crate) async fn lock_to_manage<C: Can>(
    tx: &mut Tx,
    manager: &Granted<C>,
    id: StaffId,
) -> Result<StaffUser, Error> {
    // A statement of its own: the reading after it must see what the former holder committed.
    store::lock_staff(tx, id).await?.ok_or(StaffRefused::NotFound)?;
    let person = store::find_staff(tx.conn(), &manager.scope(), id).await?.ok_or(StaffRefused::NotFound)?;
    let span = match own_branches(manager) {
        None => Span::Everywhere,
        // Of their branches also those that are switched off: who works there is still theirs to manage.
        Some(_) => Span::Branches(store::list_branches_of(tx.conn(), manager.staff()).await?),
    };
    let by = Manager { id: manager.staff(), role: manager.role(), span };
    let branches: Vec<BranchId> = person.branches().collect();
    rules::may_manage(&by, id, person.role, &branches)?;
    if let Some(gym) = person.gym {
        tx.stand_at(gym, person.branch);
    }
    Ok(person)
}

async fn move_to(
    tx: &mut Tx,
    manager: &Granted<can::ManageStaff>,
    person: &StaffUser,
    role: Role,
    edit: &StaffEdit,
) -> Result<(), Error> {
    // An owner owns a gym and a super admin none: neither becomes, nor comes from, anything else.
    if role != person.role && (role == Role::Owner || person.role == Role::Owner) {
        return Err(StaffRefused::RoleNotAllowed.into());
    }
    if role != person.role {
        let span = own_branches(manager).map_or(Span::Everywhere, Span::Branches);
        rules::may_appoint(&Manager { id: manager.staff(), role: manager.role(), span }, role)?;
    }
    let several = edit.managed.as_deref().unwrap_or(&person.managed);
    let placement = placed(manager, person.gym, role, edit.branch.or(person.branch), several)?;
    store::update_placement(tx, person.id, role, &placement).await
}

/// The branches that the role needs, each of this gym and within the manager's reach. A manager who has one branch
/// need not name it.
fn placed(
    manager: &Granted<can::ManageStaff>,
    gym: Option<GymId>,
    role: Role,
    branch: Option<BranchId>,
    several: &[BranchId],
) -> Result<Placement, Error> {
    let only = match own_branches(manager).as_deref() {
        Some([one]) => Some(*one),
        Some(_) | None => None,
    };
    let placement = rules::place(role, branch.or(only), several)?;
    for branch in placement.branch.iter().chain(&placement.managed) {
        if Some(manager.at(*branch)?.gym()) != gym {
            return Err(AccessRefused::NoSuchBranch.into());
        }
    }
    Ok(placement)
}

/// The active branches that somebody's capability is limited to; none when it reaches the whole gym.
fn own_branches<C: Can>(manager: &Granted<C>) -> Option<Vec<BranchId>> {
    let scope = manager.scope();
    let branches = scope.one().map(|one| vec![one]).or_else(|| scope.many())?;
    Some(branches.into_iter().map(BranchId::from).collect())
}

/// Somebody whom the manager has just written; for a repeat, only as far as the manager sees.
async fn seen(db: &Db, manager: &Granted<can::ManageStaff>, id: StaffId) -> Result<StaffUser, Error> {
    let mut conn = db.conn().await?;
    let found = if manager.is_repeat() {
        store::find_staff(conn.get(), &manager.scope(), id).await?
    } else {
        store::find_person(conn.get(), id).await?
    };
    Ok(found.ok_or(StaffRefused::NotFound)?)
}
