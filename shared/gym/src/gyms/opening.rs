//! Opening a gym for an owner who is being hired, and reading the one somebody belongs to.

use super::{Gym, store};
use base::{
    Error,
    platform::db::{Connection, Tx},
    vocabulary::{GymId, PersonName, StaffId},
};

/// Opens a gym that carries its owner's name until they set it up.
pub(crate) async fn open(tx: &mut Tx, name: &PersonName) -> Result<GymId, Error> {
    let now = tx.now();
    store::insert_gym(tx, name.as_str(), now).await
}

/// Names the owner of a gym.
pub(crate) async fn give_to(tx: &mut Tx, gym: GymId, owner: StaffId) -> Result<(), Error> {
    store::update_owner(tx, gym, owner).await
}

/// The gym with this id, without its size.
pub(crate) async fn find_gym_of(conn: &mut Connection, gym: GymId) -> Result<Option<Gym>, Error> {
    store::find_gym(conn, gym).await
}

/// Keeps the gym as it is until the transaction ends: whoever changes how it counts wants to know all its branches.
pub(crate) async fn hold(tx: &mut Tx, gym: GymId) -> Result<(), Error> {
    store::lock_gym_as_it_is(tx, gym).await
}
