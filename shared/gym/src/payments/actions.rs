//! The verb of taking money, for the features that sell something.

use super::{model::Taking, store};
use base::{Error, Fault, platform::db::Tx, vocabulary::PaymentId};

/// Takes money under the branch's next receipt number. A write that is not protected against double clicks is a fault.
///
/// # Locks
/// The branch's receipts, until the transaction ends: take nothing else after it.
pub(crate) async fn take(tx: &mut Tx, taking: &Taking<'_>) -> Result<PaymentId, Error> {
    if !tx.may_move_money() {
        return Err(Fault::new("money is taken in a write that was not opened for it").into());
    }
    store::insert_payment(tx, taking).await
}
