//! What a member sees of themselves, and the code they show at the door.

use uuid::Uuid;

use super::{
    model::{MemberProfile, MemberSignIn},
    rules::MemberRefused,
    store,
};
use base::{
    Error, Fault,
    access::Me,
    platform::{db::Db, qr},
    vocabulary::{CustomerId, Timestamp, dates::later},
};

/// The profile of `customer`, who has just signed in or is asking for their own.
pub async fn profile(db: &Db, customer: CustomerId, now: Timestamp) -> Result<MemberProfile, Error> {
    let mut conn = db.conn().await?;
    Ok(store::find_profile(conn.get(), customer, now).await?.ok_or(MemberRefused::NotFound)?)
}

/// What a member shows at the door: a text that never changes, and a token that is accepted once and only for a short
/// time.
#[derive(Debug, Clone)]
pub struct QrPass {
    /// The member whose pass it is.
    pub profile: MemberProfile,
    /// The text of the QR code, `customer_id:<id>`.
    pub text: String,
    /// The text as a PNG.
    pub image: Vec<u8>,
    /// Signed, short-lived, accepted once.
    pub token: String,
    /// When the token ends.
    pub expires_at: Timestamp,
}

/// A fresh pass for the member.
pub async fn qr_pass(entrance: &MemberSignIn<'_>, me: &Me) -> Result<QrPass, Error> {
    let profile = profile(entrance.db, me.customer(), me.now()).await?;
    let expires_at = later(me.now(), entrance.lifetimes.qr_token);
    let token =
        entrance.keys.sign_door(Uuid::new_v4(), me.customer(), profile.qr_version, me.now(), expires_at)?;
    let text = format!("customer_id:{}", profile.id);
    let image = qr::png(&text).map_err(Fault::new)?;
    Ok(QrPass { profile, text, image, token, expires_at })
}
