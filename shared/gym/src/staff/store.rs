//! The SQL of staff users.

use super::model::{Found, NewStaff, StaffEdit, StaffFilter, StaffUser, Username, Whom};
use super::rules::Placement;
use base::{
    Error, Fault,
    access::{PasswordHash, Role, Scope},
    platform::db::{Connection, Tx},
    vocabulary::{BranchId, Email, GymId, Language, Page, PersonName, Phone, StaffId, Timestamp},
};

/// The advisory lock of whoever adds an operator.
const OPERATORS: i64 = 4_710_817;

struct Row {
    id: i64,
    gym_id: Option<i64>,
    branch_id: Option<i64>,
    branch_name: Option<String>,
    managed: Vec<i64>,
    username: String,
    full_name: String,
    role: String,
    email: Option<String>,
    phone: Option<String>,
    preferred_language: Option<String>,
    must_change_password: bool,
    is_active: bool,
    created_at: Timestamp,
    last_login_at: Option<Timestamp>,
    total: i64,
}

impl TryFrom<Row> for StaffUser {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let role = Role::parse(&row.role)
            .ok_or_else(|| Fault::new(format!("staff_users {}: unknown role {}", row.id, row.role)))?;
        Ok(Self {
            id: StaffId::from(row.id),
            gym: row.gym_id.map(GymId::from),
            branch: row.branch_id.map(BranchId::from),
            branch_name: row.branch_name,
            managed: row.managed.into_iter().map(BranchId::from).collect(),
            username: row.username,
            full_name: row.full_name,
            role,
            email: row.email,
            phone: row.phone,
            language: row.preferred_language.as_deref().and_then(Language::parse),
            must_change_password: row.must_change_password,
            is_active: row.is_active,
            created_at: row.created_at,
            last_login_at: row.last_login_at,
        })
    }
}

/// The staff users who work within `scope`, by id: at their home branch or at one that they manage.
pub(super) async fn list_staff(
    conn: &mut Connection,
    scope: &Scope,
    filter: &StaffFilter,
    page: Page,
) -> Result<Found, Error> {
    let rows = select(conn, scope, filter, None, page).await?;
    let total = match rows.first() {
        Some(row) => row.total,
        None if page.offset == 0 => 0,
        // A page past the end has no row that could tell the total: the first row of all is asked for it.
        None => {
            let first = Page { limit: 1, offset: 0 };
            select(conn, scope, filter, None, first).await?.first().map_or(0, |row| row.total)
        }
    };
    let staff = rows.into_iter().map(StaffUser::try_from).collect::<Result<_, _>>()?;
    Ok(Found { staff, total })
}

/// One of the staff users who work within `scope`.
pub(super) async fn find_staff(
    conn: &mut Connection,
    scope: &Scope,
    id: StaffId,
) -> Result<Option<StaffUser>, Error> {
    let one = Page { limit: 1, offset: 0 };
    select(conn, scope, &StaffFilter::default(), Some(id), one)
        .await?
        .pop()
        .map(StaffUser::try_from)
        .transpose()
}

/// A staff user by id alone, of whatever gym: for themselves, or for whoever has just written them.
pub(crate) async fn find_person(conn: &mut Connection, id: StaffId) -> Result<Option<StaffUser>, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select u.id, u.gym_id, u.branch_id, b.name as "branch_name?", u.username, u.full_name, u.role, u.email,
               u.phone, u.preferred_language, u.must_change_password, u.is_active, u.created_at, u.last_login_at,
               array(select m.branch_id from staff_branches m where m.staff_id = u.id order by m.branch_id) as "managed!",
               1::bigint as "total!"
           from staff_users u
           left join branches b on b.id = u.branch_id
           where u.id = $1"#,
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    row.map(StaffUser::try_from).transpose()
}

async fn select(
    conn: &mut Connection,
    scope: &Scope,
    filter: &StaffFilter,
    only: Option<StaffId>,
    page: Page,
) -> Result<Vec<Row>, Error> {
    let several = scope.many();
    let rows = sqlx::query_as!(
        Row,
        r#"select u.id, u.gym_id, u.branch_id, b.name as "branch_name?", u.username, u.full_name, u.role, u.email,
               u.phone, u.preferred_language, u.must_change_password, u.is_active, u.created_at, u.last_login_at,
               array(select m.branch_id from staff_branches m where m.staff_id = u.id order by m.branch_id) as "managed!",
               count(*) over () as "total!"
           from staff_users u
           left join branches b on b.id = u.branch_id
           where ($1::bigint is null or u.gym_id = $1)
             and ($2::bigint is null or u.branch_id = $2
                  or exists (select from staff_branches m where m.staff_id = u.id and m.branch_id = $2))
             and ($3::bigint[] is null or u.branch_id = any($3)
                  or exists (select from staff_branches m where m.staff_id = u.id and m.branch_id = any($3)))
             and ($4::text is null or u.role = $4)
             and ($5::boolean is null or u.is_active = $5)
             and ($6::text is null or lower(u.full_name) like $6 or u.username like $6 or u.email like $6
                  or u.phone like $6)
             and ($7::boolean or u.role not in ('super_admin', 'owner'))
             and ($8::bigint is null or u.id = $8)
           order by u.id
           limit $9 offset $10"#,
        scope.gym(),
        scope.one(),
        several.as_deref(),
        filter.role.map(Role::as_str),
        filter.is_active,
        filter.pattern(),
        filter.whom == Whom::Everybody,
        only.map(StaffId::get),
        page.limit,
        page.offset,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Every branch somebody works at, active or not.
pub(super) async fn list_branches_of(conn: &mut Connection, id: StaffId) -> Result<Vec<BranchId>, Error> {
    let ids = sqlx::query_scalar!(
        r#"select branch_id as "branch_id!"
           from staff_users
           where id = $1 and branch_id is not null
           union
           select branch_id
           from staff_branches
           where staff_id = $1
           order by 1
           limit 1000"#,
        id.get(),
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(BranchId::from).collect())
}

/// Holds a staff user's row until the transaction ends.
pub(super) async fn lock_staff(tx: &mut Tx, id: StaffId) -> Result<Option<StaffId>, Error> {
    let found = sqlx::query_scalar!("select id from staff_users where id = $1 for update", id.get())
        .fetch_optional(tx.conn())
        .await?;
    Ok(found.map(StaffId::from))
}

/// A new staff user, ready to be written.
pub(super) struct Hired<'a> {
    pub(super) new: &'a NewStaff,
    /// None for an operator of the platform.
    pub(super) gym: Option<GymId>,
    pub(super) placement: &'a Placement,
    pub(super) hash: &'a PasswordHash,
    /// Whether they chose the password themselves; else they have to change it.
    pub(super) is_password_their_own: bool,
    pub(super) at: Timestamp,
}

/// Whether somebody of the gym has this sign-in name.
pub(super) async fn find_username(conn: &mut Connection, gym: GymId, name: &Username) -> Result<bool, Error> {
    let is_there = sqlx::query_scalar!(
        r#"select exists (select from staff_users where username = $1 and gym_id = $2) as "is_there!""#,
        name.as_str(),
        gym.get(),
    )
    .fetch_one(conn)
    .await?;
    Ok(is_there)
}

/// Writes a new staff user.
pub(super) async fn insert_staff(tx: &mut Tx, hired: Hired<'_>) -> Result<StaffId, sqlx::Error> {
    let new = hired.new;
    let id = sqlx::query_scalar!(
        "insert into staff_users (gym_id, branch_id, username, full_name, role, email, phone, password_hash,
             must_change_password, is_active, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, true, $10)
         returning id",
        hired.gym.map(GymId::get),
        hired.placement.branch.map(BranchId::get),
        new.username.as_str(),
        new.full_name.as_str(),
        new.role.as_str(),
        new.email.as_ref().map(Email::as_str),
        new.phone.as_ref().map(Phone::as_str),
        hired.hash.as_str(),
        !hired.is_password_their_own,
        hired.at,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(StaffId::from(id))
}

/// Makes whoever adds an operator wait for the others who do, until the transaction ends.
pub(super) async fn lock_operators(tx: &mut Tx) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock($1)", OPERATORS).execute(tx.conn()).await?;
    Ok(())
}

/// Somebody who runs the platform, signed in or not.
pub(super) async fn find_operator(conn: &mut Connection) -> Result<Option<StaffId>, Error> {
    let found =
        sqlx::query_scalar!("select id from staff_users where role = 'super_admin' order by id limit 1")
            .fetch_optional(conn)
            .await?;
    Ok(found.map(StaffId::from))
}

/// Changes what is named in `edit`.
pub(super) async fn update_staff(tx: &mut Tx, id: StaffId, edit: &StaffEdit) -> Result<(), Error> {
    let email = edit.email.as_ref().map(|email| email.as_ref().map(Email::as_str));
    let phone = edit.phone.as_ref().map(|phone| phone.as_ref().map(Phone::as_str));
    sqlx::query!(
        "update staff_users
         set full_name = coalesce($2, full_name),
             email = case when $3 then $4 else email end,
             phone = case when $5 then $6 else phone end,
             is_active = coalesce($7, is_active)
         where id = $1",
        id.get(),
        edit.full_name.as_ref().map(PersonName::as_str),
        email.is_some(),
        email.flatten(),
        phone.is_some(),
        phone.flatten(),
        edit.is_active,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives another role, at other branches.
pub(super) async fn update_placement(
    tx: &mut Tx,
    id: StaffId,
    role: Role,
    placement: &Placement,
) -> Result<(), Error> {
    sqlx::query!(
        "update staff_users set role = $2, branch_id = $3 where id = $1",
        id.get(),
        role.as_str(),
        placement.branch.map(BranchId::get),
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from staff_branches where staff_id = $1", id.get()).execute(tx.conn()).await?;
    insert_managed(tx, id, &placement.managed).await
}

/// Names the branches that somebody manages.
pub(super) async fn insert_managed(tx: &mut Tx, id: StaffId, managed: &[BranchId]) -> Result<(), Error> {
    let ids: Vec<i64> = managed.iter().map(|branch| branch.get()).collect();
    sqlx::query!(
        "insert into staff_branches (staff_id, branch_id) select $1, named.id from unnest($2::bigint[]) as named (id)",
        id.get(),
        &ids,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
