//! The SQL of what was refused.

use super::Row;
use crate::{
    platform::{db::Upkeep, request::ClaimedAccount},
    vocabulary::{BranchId, GymId},
};

/// One row, also where nobody is found: known and unknown cost the same. `$named` finds the account that was claimed.
macro_rules! insert {
    ($named:literal, $row:expr $(, $claimed:expr)*) => {
        sqlx::query!(
            "insert into audit_log (at, gym_id, branch_id, actor_kind, actor_id, action, subject_kind, subject_id, detail,
                 request_id, client_request_id, refused_as, address_hash, address_network)
             select $1, coalesce(named.gym_id, $2), coalesce(named.branch_id, $3), $4, $5, $6, named.kind, named.id, $7, $8,
                 $9, $10, $11, $12
             from (values (true)) once (is_so) left join (" + $named + ") named on once.is_so",
            $row.at,
            $row.gym.map(GymId::get),
            $row.branch.map(BranchId::get),
            $row.actor.kind(),
            $row.actor.id(),
            $row.action,
            $row.detail,
            $row.request_id,
            $row.client_request_id,
            $row.code,
            &$row.address_hash[..],
            $row.network
            $(, $claimed)*
        )
    };
}

/// Writes the row, in a statement of its own.
pub(super) async fn insert_refusal(
    upkeep: &mut Upkeep,
    row: &Row<'_>,
    claim: Option<&ClaimedAccount>,
) -> Result<(), sqlx::Error> {
    match claim {
        Some(ClaimedAccount::Staff { username }) => insert_of_staff(upkeep, row, username).await,
        Some(ClaimedAccount::Member { phone, email }) => {
            insert_of_member(upkeep, row, (phone.as_deref(), email.as_deref())).await
        }
        None => insert_of_nobody(upkeep, row).await,
    }
}

async fn insert_of_staff(upkeep: &mut Upkeep, row: &Row<'_>, username: &str) -> Result<(), sqlx::Error> {
    insert!(
        "select 'staff_user' as kind, id, gym_id, branch_id from staff_users where username = $13",
        row,
        username
    )
    .execute(upkeep.conn())
    .await?;
    Ok(())
}

async fn insert_of_member(
    upkeep: &mut Upkeep,
    row: &Row<'_>,
    (phone, email): (Option<&str>, Option<&str>),
) -> Result<(), sqlx::Error> {
    insert!(
        "select 'customer' as kind, id, gym_id, branch_id from customers where phone = $13 or email = $14
                 order by is_active desc, signed_in_at desc nulls last, id limit 1",
        row,
        phone,
        email
    )
    .execute(upkeep.conn())
    .await?;
    Ok(())
}

async fn insert_of_nobody(upkeep: &mut Upkeep, row: &Row<'_>) -> Result<(), sqlx::Error> {
    insert!(
        "select null::text as kind, null::bigint as id, null::bigint as gym_id, null::bigint as branch_id",
        row
    )
    .execute(upkeep.conn())
    .await?;
    Ok(())
}
