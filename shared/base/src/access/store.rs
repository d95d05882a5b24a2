//! The SQL of sessions.

use serde::{Deserialize, Serialize};

use super::doorkeeper::{MemberSession, StaffBranch, StaffSession};
use super::gym_row::calendar_of;
use super::role::Role;
use crate::{
    error::{Error, Fault},
    platform::db::{Connection, Tx},
    vocabulary::{BranchId, Calendar, CustomerId, GymId, Language, SessionId, StaffId, Timestamp},
};

/// The live session `id` of a staff user whose account, home branch and gym are active.
pub(super) async fn find_staff_session(
    conn: &mut Connection,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<StaffSession>, Error> {
    let row = sqlx::query!(
        r#"select s.expires_at, u.id as staff_id, u.gym_id, u.branch_id, u.username, u.role, u.preferred_language,
               g.time_zone as "time_zone?",
               array(
                   select b.id from branches b
                   where b.is_active
                     and (b.id = u.branch_id
                          or b.id in (select m.branch_id from staff_branches m where m.staff_id = u.id))
                   order by b.id
               ) as "own_branches!",
               array(select b.id from branches b where u.gym_id is null or b.gym_id = u.gym_id order by b.id)
                   as "branch_ids!",
               array(select b.gym_id from branches b where u.gym_id is null or b.gym_id = u.gym_id order by b.id)
                   as "branch_gyms!"
           from staff_sessions s
           join staff_users u on u.id = s.staff_id
           left join gyms g on g.id = u.gym_id
           left join branches h on h.id = u.branch_id
           where s.id = $1 and s.ended_at is null and s.expires_at > $2
             and u.is_active
             and (g.id is null or g.is_active)
             and (h.id is null or h.is_active)"#,
        id.get(),
        now,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let role = Role::parse(&row.role)
        .ok_or_else(|| Fault::new(format!("staff_users {}: unknown role {}", row.staff_id, row.role)))?;
    // Both arrays are in the order of the branch's id, so that they pair up.
    let branches = row
        .branch_ids
        .into_iter()
        .zip(row.branch_gyms)
        .map(|(id, gym)| StaffBranch { id: BranchId::from(id), gym: GymId::from(gym) })
        .collect();
    let gym = row.gym_id.map(GymId::from);
    let calendar = match (gym, row.time_zone) {
        (Some(gym), Some(zone)) => calendar_of(gym, &zone)?,
        (Some(_) | None, _) => Calendar::CAIRO,
    };
    Ok(Some(StaffSession {
        id,
        expires_at: row.expires_at,
        staff: StaffId::from(row.staff_id),
        username: row.username,
        role,
        gym,
        home_branch: row.branch_id.map(BranchId::from),
        own_branches: row.own_branches.into_iter().map(BranchId::from).collect(),
        branches,
        calendar,
        language: row.preferred_language.as_deref().and_then(Language::parse),
    }))
}

/// The live session `id` of a customer whose account, branch and gym are active.
pub(super) async fn find_member_session(
    conn: &mut Connection,
    id: SessionId,
    now: Timestamp,
) -> Result<Option<MemberSession>, Error> {
    let row = sqlx::query!(
        r#"select c.id as customer_id, c.gym_id, c.branch_id, c.preferred_language, g.time_zone, s.expires_at
           from member_sessions s
           join customers c on c.id = s.customer_id
           join gyms g on g.id = c.gym_id
           join branches b on b.id = c.branch_id
           where s.id = $1 and s.ended_at is null and s.expires_at > $2
             and c.is_active and g.is_active and b.is_active"#,
        id.get(),
        now,
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(MemberSession {
        id,
        expires_at: row.expires_at,
        customer: CustomerId::from(row.customer_id),
        gym: GymId::from(row.gym_id),
        branch: BranchId::from(row.branch_id),
        calendar: calendar_of(GymId::from(row.gym_id), &row.time_zone)?,
        language: row.preferred_language.as_deref().and_then(Language::parse),
    }))
}

/// Opens a session of a staff user, which lives until `expires_at` unless it is ended or extended.
pub async fn insert_staff_session(
    tx: &mut Tx,
    id: SessionId,
    staff: StaffId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into staff_sessions (id, staff_id, created_at, expires_at) values ($1, $2, $3, $4)",
        id.get(),
        staff.get(),
        now,
        expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A member session that is to be opened.
#[derive(Debug)]
pub struct NewMemberSession<'a> {
    /// The random number that names it.
    pub id: SessionId,
    /// The customer who signed in.
    pub customer: CustomerId,
    /// What is stored in place of its refresh token.
    pub refresh_hash: &'a [u8; 32],
    /// What is stored in place of the phone number or address that a code proved; none after a sign-in by password.
    pub proved_hash: Option<&'a [u8]>,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Opens a member session.
pub async fn insert_member_session(tx: &mut Tx, session: NewMemberSession<'_>) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query!(
        "insert into member_sessions (id, customer_id, refresh_hash, proved_hash, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        session.id.get(),
        session.customer.get(),
        &session.refresh_hash[..],
        session.proved_hash,
        now,
        session.expires_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets a live staff session last until `until`, but no longer than `longest_days` from its beginning; it never ends
/// sooner than before. Answers when it ends now, or nothing if it was over.
pub async fn extend_staff_session(
    conn: &mut Connection,
    id: SessionId,
    now: Timestamp,
    until: Timestamp,
    longest_days: i32,
) -> Result<Option<Timestamp>, Error> {
    let ends = sqlx::query_scalar!(
        "update staff_sessions
         set expires_at = greatest(expires_at, least($3, created_at + make_interval(days => $4)))
         where id = $1 and ended_at is null and expires_at > $2
         returning expires_at",
        id.get(),
        now,
        until,
        longest_days,
    )
    .fetch_optional(conn)
    .await?;
    Ok(ends)
}

/// Ends one staff session; nothing happens to one that has ended.
pub async fn end_staff_session(conn: &mut Connection, id: SessionId, now: Timestamp) -> Result<(), Error> {
    sqlx::query!("update staff_sessions set ended_at = $2 where id = $1 and ended_at is null", id.get(), now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends one member session; nothing happens to one that has ended.
pub async fn end_member_session(conn: &mut Connection, id: SessionId, now: Timestamp) -> Result<(), Error> {
    sqlx::query!(
        "update member_sessions set ended_at = $2 where id = $1 and ended_at is null",
        id.get(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends every session of the staff users, except the one to keep. Returns how many ended.
pub async fn end_staff_sessions(
    conn: &mut Connection,
    staff: &[StaffId],
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, Error> {
    let ids: Vec<i64> = staff.iter().map(|id| id.get()).collect();
    let done = sqlx::query!(
        "update staff_sessions set ended_at = $3
         where staff_id = any($1) and ended_at is null and id is distinct from $2",
        &ids,
        keep.map(SessionId::get),
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Ends every session of the customers, except the one to keep. Returns how many ended.
pub async fn end_member_sessions(
    conn: &mut Connection,
    customers: &[CustomerId],
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<u64, Error> {
    let ids: Vec<i64> = customers.iter().map(|id| id.get()).collect();
    let done = sqlx::query!(
        "update member_sessions set ended_at = $3
         where customer_id = any($1) and ended_at is null and id is distinct from $2",
        &ids,
        keep.map(SessionId::get),
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// Whether somebody signed in to this account from this address since `since`.
pub(super) async fn find_known_address(
    conn: &mut Connection,
    account_hash: &[u8; 32],
    address_hash: &[u8; 32],
    since: Timestamp,
) -> Result<bool, Error> {
    let is_known = sqlx::query_scalar!(
        r#"select exists (
               select from known_addresses
               where account_hash = $1 and address_hash = $2 and last_seen_at > $3
           ) as "is_known!""#,
        &account_hash[..],
        &address_hash[..],
        since,
    )
    .fetch_one(conn)
    .await?;
    Ok(is_known)
}

/// Notes a sign-in to this account from this address at `now`, unless one was noted after `lately`.
pub(super) async fn insert_known_address(
    tx: &mut Tx,
    account_hash: &[u8; 32],
    address_hash: &[u8; 32],
    (now, lately): (Timestamp, Timestamp),
) -> Result<(), Error> {
    sqlx::query!(
        "insert into known_addresses as known (account_hash, address_hash, last_seen_at)
         values ($1, $2, $3)
         on conflict (account_hash, address_hash) do update set last_seen_at = excluded.last_seen_at
         where known.last_seen_at < $4",
        &account_hash[..],
        &address_hash[..],
        now,
        lately,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many sessions ended with a gym or a branch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Sessions of staff users that were live until then; of a branch, those whose home branch it is.
    pub staff_sessions: u64,
    /// Sessions of customers that were live until then.
    pub member_sessions: u64,
}

/// Ends every session of those who work or train at a gym, or only of those whose home is `branch`.
pub async fn end_sessions_at(
    conn: &mut Connection,
    gym: GymId,
    branch: Option<BranchId>,
    now: Timestamp,
) -> Result<Ended, Error> {
    let staff = sqlx::query!(
        "update staff_sessions s set ended_at = $3
         from staff_users u
         where u.gym_id = $1 and ($2::bigint is null or u.branch_id = $2)
           and s.staff_id = u.id and s.ended_at is null and s.expires_at > $3",
        gym.get(),
        branch.map(BranchId::get),
        now,
    )
    .execute(&mut *conn)
    .await?;
    let members = sqlx::query!(
        "update member_sessions s set ended_at = $3
         from customers c
         where c.gym_id = $1 and ($2::bigint is null or c.branch_id = $2)
           and s.customer_id = c.id and s.ended_at is null and s.expires_at > $3",
        gym.get(),
        branch.map(BranchId::get),
        now,
    )
    .execute(conn)
    .await?;
    Ok(Ended { staff_sessions: staff.rows_affected(), member_sessions: members.rows_affected() })
}
