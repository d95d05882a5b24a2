//! The platform's operators, whom no API makes: the first user of an installation has nobody above them.

use serde_json::json;

use super::{
    model::{NewStaff, Username},
    rules::{Placement, StaffRefused},
    store,
};
use base::{
    Error, OnConstraint,
    access::{Password, Passwords, Role, System},
    platform::{audit::Note, db::Db},
    refusals,
    vocabulary::{Email, PersonName, StaffId, Timestamp},
};

refusals! {
    /// Why no operator was added.
    pub enum OperatorRefused {
        /// There is one, and nobody said that there are to be several.
        AnotherExists => Conflict, "OPERATOR_EXISTS",
            en: "There is an operator already; say that another one is meant (--another)",
            ar: "يوجد مشغّل للنظام بالفعل؛ حدد أنك تريد إضافة مشغّل آخر (\u{2066}--another\u{2069})";
    }
}

/// Somebody who is to run the platform.
#[derive(Debug, Clone)]
pub struct NewOperator {
    /// Sign-in name, nobody else's on the platform.
    pub username: Username,
    /// The full name, as it is to be shown.
    pub full_name: PersonName,
    /// Where they are reached.
    pub email: Email,
    /// The password that they have chosen themselves.
    pub password: Password,
    /// Whether they may be one of several.
    pub is_another: bool,
}

/// Adds an operator of the platform, who hires the owners of gyms. It is a deed of the system, for nobody is signed in.
///
/// # Refuses
/// [`OperatorRefused::AnotherExists`], [`StaffRefused::UsernameTaken`].
///
/// # Locks
/// All who add operators.
pub async fn add_operator(
    db: &Db,
    passwords: &Passwords,
    new: NewOperator,
    now: Timestamp,
) -> Result<StaffId, Error> {
    let NewOperator { username, full_name, email, password, is_another } = new;
    let hash = passwords.hash(password.clone()).await?;
    let (role, placement) = (Role::SuperAdmin, Placement { branch: None, managed: Vec::new() });
    let (email, phone, branch, managed) = (Some(email), None, None, Vec::new());
    let new = NewStaff { username, full_name, password, role, branch, managed, email, phone };
    db.write_each_time(&System::job("operator.add", now), async |tx| {
        store::lock_operators(tx).await?;
        if !is_another && store::find_operator(tx.conn()).await?.is_some() {
            return Err(OperatorRefused::AnotherExists.into());
        }
        let hired = store::Hired {
            new: &new,
            gym: None,
            placement: &placement,
            hash: &hash,
            is_password_their_own: true,
            at: now,
        };
        let id = store::insert_staff(tx, hired)
            .await
            .on_constraint("staff_users_username_once", || StaffRefused::UsernameTaken)?;
        tx.note(Note::on("staff_user", id.get()).with(json!({
            "username": new.username.as_str(), "role": role.as_str(), "is_another": is_another,
        })));
        Ok(id)
    })
    .await
}
