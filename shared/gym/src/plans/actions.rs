//! What is done with services.

use serde_json::json;

use super::{
    Service, ServiceEdit, ServiceRefused, Shelf,
    store::{self, Placed},
};
use base::{
    Error,
    access::{AccessRefused, Can, Granted, Scope, can},
    platform::{
        audit::Note,
        db::{Db, Tx},
    },
    vocabulary::{BranchId, Change, ServiceId},
};

/// The services that a staff user may offer: those of the whole gym and those of their branches, or of one of them.
pub async fn list(
    db: &Db,
    staff: &Granted<can::ReadServices>,
    branch: Option<BranchId>,
    shelf: Shelf,
) -> Result<Vec<Service>, Error> {
    let scope = staff.scope_at(branch)?;
    store::list_services(db.conn().await?.get(), &scope, shelf).await
}

/// One service, for sale or not.
///
/// # Refuses
/// [`ServiceRefused::NotFound`], also for one that is not sold where they are.
pub async fn find(db: &Db, staff: &Granted<can::ReadServices>, id: ServiceId) -> Result<Service, Error> {
    seen(db, staff, id).await
}

/// Makes a new service: of the whole gym for an owner who names no branch, else of a branch.
///
/// # Refuses
/// [`base::Invalid`] with every field that makes no sense; [`AccessRefused::NotAllowed`] for a service of the whole
/// gym by somebody who is not its owner.
pub async fn create(
    db: &Db,
    staff: &Granted<can::ManageServices>,
    edit: ServiceEdit,
) -> Result<Service, Error> {
    let gym = staff.gym().ok_or(AccessRefused::NotAllowed)?;
    let branch = match edit.branch {
        Change::Keep if !is_whole_gym(&staff.scope()) => Some(staff.place(None)?.branch()),
        Change::Keep => None,
        Change::Clear | Change::Set(_) => placed(staff, edit.branch, None)?,
    };
    let placed = Placed { branch, is_active: edit.is_active.unwrap_or(true) };
    let offer = edit.over(None)?;
    let id = db
        .write(staff, async |tx| {
            let now = tx.now();
            let id = store::insert_service(tx, gym, placed, &offer, now).await?;
            tx.stand_at(gym, branch);
            tx.note(Note::on("service", id.get()).with(json!({
                "name": offer.name.as_str(),
                "price_minor": offer.terms.price.minor(),
            })));
            Ok(id)
        })
        .await?;
    seen(db, staff, id).await
}

/// Changes a service; what was sold before stays as it was sold.
///
/// # Refuses
/// As [`create`]; [`ServiceRefused::NotFound`], also for one that is not sold where they are.
pub async fn edit(
    db: &Db,
    staff: &Granted<can::ManageServices>,
    id: ServiceId,
    edit: ServiceEdit,
) -> Result<Service, Error> {
    db.write(staff, async |tx| {
        let now = tx.now();
        let before = lock_theirs(tx, staff, id).await?;
        let branch = placed(staff, edit.branch, before.branch)?;
        let placed = Placed { branch, is_active: edit.is_active.unwrap_or(before.is_active) };
        let offer = edit.clone().over(Some(&before))?;
        store::update_service(tx, id, placed, &offer, now).await?;
        tx.note(Note::on("service", id.get()).with(json!({
            "name": offer.name.as_str(),
            "price_minor": offer.terms.price.minor(),
            "price_minor_before": before.terms.price.minor(),
            "is_active": placed.is_active,
        })));
        Ok(())
    })
    .await?;
    seen(db, staff, id).await
}

/// Puts a service on sale again, or takes it off sale. Doing so twice changes nothing.
///
/// # Refuses
/// As [`edit`].
pub async fn switch(
    db: &Db,
    staff: &Granted<can::ManageServices>,
    id: ServiceId,
    is_active: bool,
) -> Result<Service, Error> {
    edit(db, staff, id, ServiceEdit { is_active: Some(is_active), ..ServiceEdit::default() }).await
}

async fn seen<C: Can>(db: &Db, staff: &Granted<C>, id: ServiceId) -> Result<Service, Error> {
    let found = store::find_service(db.conn().await?.get(), id).await?;
    Ok(found.within(staff).ok_or(ServiceRefused::NotFound)?)
}

/// Locks a service that the caller may change, until the transaction ends.
async fn lock_theirs(
    tx: &mut Tx,
    staff: &Granted<can::ManageServices>,
    id: ServiceId,
) -> Result<Service, Error> {
    let found = store::lock_service(tx, id).await?;
    let service = found.within(staff).ok_or(ServiceRefused::NotFound)?;
    if service.branch.is_none() && !is_whole_gym(&staff.scope()) {
        return Err(AccessRefused::NotAllowed.into());
    }
    tx.stand_at(service.gym, service.branch);
    Ok(service)
}

/// Where a service is sold after `change`.
fn placed(
    staff: &Granted<can::ManageServices>,
    change: Change<BranchId>,
    before: Option<BranchId>,
) -> Result<Option<BranchId>, AccessRefused> {
    match change {
        Change::Keep => Ok(before),
        Change::Set(branch) => Ok(Some(staff.at(branch)?.branch())),
        Change::Clear if is_whole_gym(&staff.scope()) => Ok(None),
        Change::Clear => Err(AccessRefused::NotAllowed),
    }
}

fn is_whole_gym(scope: &Scope) -> bool {
    scope.one().is_none() && scope.many().is_none()
}
