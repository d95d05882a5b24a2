//! The SQL of signing in: the columns of a staff user that nobody else reads.

use base::{
    Error,
    access::PasswordHash,
    platform::db::{Connection, Tx},
    vocabulary::{BranchId, GymId, Language, StaffId, Timestamp},
};

/// A staff user's password, as stored.
pub(super) struct Stored {
    pub(super) id: StaffId,
    pub(super) hash: PasswordHash,
}

/// An account whose row is held.
pub(super) struct Held {
    pub(super) hash: PasswordHash,
    pub(super) gym: Option<GymId>,
    pub(super) branch: Option<BranchId>,
    /// Whether the account, its home branch and its gym are active.
    pub(super) is_open: bool,
}

/// The account with this sign-in name, in small letters.
pub(super) async fn find_by_name(conn: &mut Connection, name: &str) -> Result<Option<Stored>, Error> {
    let row = sqlx::query!("select id, password_hash from staff_users where username = $1", name)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| Stored { id: StaffId::from(row.id), hash: PasswordHash::stored(row.password_hash) }))
}

/// The password of a staff user.
pub(super) async fn find_hash(conn: &mut Connection, id: StaffId) -> Result<Option<PasswordHash>, Error> {
    let hash = sqlx::query_scalar!("select password_hash from staff_users where id = $1", id.get())
        .fetch_optional(conn)
        .await?;
    Ok(hash.map(PasswordHash::stored))
}

/// The account as it is now; holds its row until the transaction ends.
///
/// Its gym and branch are read without a lock: a sign-in that meets one being switched off leaves a session behind,
/// which opens nothing while it is off and is ended when it is switched on again.
pub(super) async fn lock_account(tx: &mut Tx, id: StaffId) -> Result<Option<Held>, Error> {
    let row = sqlx::query!(
        r#"select u.password_hash, u.gym_id, u.branch_id,
               u.is_active and coalesce(g.is_active, true) and coalesce(h.is_active, true) as "is_open!"
           from staff_users u
           left join gyms g on g.id = u.gym_id
           left join branches h on h.id = u.branch_id
           where u.id = $1
           for update of u"#,
        id.get(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Held {
        hash: PasswordHash::stored(row.password_hash),
        gym: row.gym_id.map(GymId::from),
        branch: row.branch_id.map(BranchId::from),
        is_open: row.is_open,
    }))
}

pub(super) async fn update_last_login(tx: &mut Tx, id: StaffId, now: Timestamp) -> Result<(), Error> {
    sqlx::query!("update staff_users set last_login_at = $2 where id = $1", id.get(), now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Stores a new password.
pub(super) async fn update_password(
    tx: &mut Tx,
    id: StaffId,
    hash: &PasswordHash,
    must_change: bool,
) -> Result<(), Error> {
    sqlx::query!(
        "update staff_users set password_hash = $2, must_change_password = $3 where id = $1",
        id.get(),
        hash.as_str(),
        must_change,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Stores the language somebody chose.
pub(super) async fn update_language(tx: &mut Tx, id: StaffId, language: Language) -> Result<(), Error> {
    sqlx::query!(
        "update staff_users set preferred_language = $2 where id = $1",
        id.get(),
        language.as_str(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
