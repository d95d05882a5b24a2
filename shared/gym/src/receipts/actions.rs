//! Handing out receipts.

use super::{
    model::{ReceiptPaper, ReceiptSheet},
    store,
};
use crate::payments::PaymentRefused;
use base::{
    Error, Fault,
    access::{Granted, Me, can},
    platform::{db::Db, workshop::Workshop},
    vocabulary::{Language, PaymentId},
};

/// The receipt of a payment within a staff user's reach.
///
/// # Refuses
/// [`PaymentRefused::NotFound`] outside the caller's reach, too.
pub async fn find(db: &Db, staff: &Granted<can::ReadPayments>, id: PaymentId) -> Result<ReceiptPaper, Error> {
    let found = store::find_receipt(db.conn().await?.get(), id).await?;
    Ok(found.within(staff).ok_or(PaymentRefused::NotFound)?)
}

/// The receipt of a payment that the member made, or that was given back to them.
///
/// # Refuses
/// [`PaymentRefused::NotFound`] for a payment of somebody else, too.
pub async fn own(db: &Db, me: &Me, id: PaymentId) -> Result<ReceiptPaper, Error> {
    let found = store::find_receipt(db.conn().await?.get(), id).await?;
    Ok(found.of(me).ok_or(PaymentRefused::NotFound)?)
}

/// The receipt as a PDF in `language`, for this paper: the same receipt is the same bytes.
///
/// # Refuses
/// [`base::platform::workshop::WorkshopBusy`].
pub async fn draw(
    workshop: &Workshop,
    receipt: &ReceiptPaper,
    language: Language,
    sheet: ReceiptSheet,
) -> Result<Vec<u8>, Error> {
    let slip = receipt.slip(language);
    let sheet = match sheet {
        ReceiptSheet::A5 => paper::Sheet::A5,
        ReceiptSheet::Roll => paper::Sheet::Roll,
    };
    let drawn = workshop.run(move || paper::draw(&slip, sheet)).await?;
    Ok(drawn.map_err(Fault::new)?)
}
