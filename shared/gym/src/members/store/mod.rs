//! The SQL of members' accounts.

mod codes;

pub(super) use self::codes::{
    NewCode, count_codes_of_gym, find_asked_from, insert_code, list_code_times, lock_codes, lock_identifier,
    update_code, update_code_sent,
};
use super::{
    letters::Letterhead,
    model::{Account, GymFace, MemberProfile},
    rules::{ACCOUNTS_PER_IDENTIFIER, Identifier},
};
use base::{
    Error,
    access::{self, PasswordHash},
    platform::db::{Connection, Tx},
    vocabulary::{
        BranchId, CustomerId, Email, Gender, GymId, Language, Phone, SessionId, Timestamp, dates::age_on,
        phone::Calling,
    },
};

struct AccountRow {
    id: i64,
    full_name: String,
    preferred_language: Option<String>,
    password_hash: Option<String>,
    is_active: bool,
    temporary_password_until: Option<Timestamp>,
    gym_id: i64,
    gym_name: String,
    gym_language: Option<String>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: CustomerId::new(row.id),
            full_name: row.full_name,
            language: row
                .preferred_language
                .or(row.gym_language)
                .as_deref()
                .and_then(Language::parse)
                .unwrap_or(Language::OF_A_GYM),
            password: row.password_hash.map(PasswordHash::stored),
            is_active: row.is_active,
            temporary_until: row.temporary_password_until,
            gym: GymId::new(row.gym_id),
            gym_name: row.gym_name,
        }
    }
}

/// The accounts an identifier names, in gyms and branches that are open: active ones first, of these the one last used,
/// then the oldest. A gym that writes down somebody's number today does not take the place of the one they go to.
pub(super) async fn list_accounts(conn: &mut Connection, who: &Identifier) -> Result<Vec<Account>, Error> {
    let rows = sqlx::query_as!(
        AccountRow,
        "select c.id, c.full_name, c.preferred_language, c.password_hash, c.is_active, c.temporary_password_until,
             c.gym_id, g.name as gym_name, g.language as gym_language
         from customers c
         join gyms g on g.id = c.gym_id and g.is_active
         join branches b on b.id = c.branch_id and b.is_active
         where c.phone = $1 or c.email = $2
         order by c.is_active desc, c.signed_in_at desc nulls last, c.id
         limit $3",
        who.phone(),
        who.email(),
        ACCOUNTS_PER_IDENTIFIER,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Account::from).collect())
}

/// One account, if its branch and gym are open.
pub(super) async fn find_account(conn: &mut Connection, id: CustomerId) -> Result<Option<Account>, Error> {
    let row = sqlx::query_as!(
        AccountRow,
        "select c.id, c.full_name, c.preferred_language, c.password_hash, c.is_active, c.temporary_password_until,
             c.gym_id, g.name as gym_name, g.language as gym_language
         from customers c
         join gyms g on g.id = c.gym_id and g.is_active
         join branches b on b.id = c.branch_id and b.is_active
         where c.id = $1",
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Account::from))
}

/// One account, locked, if its branch and gym are open.
pub(super) async fn lock_account(tx: &mut Tx, id: CustomerId) -> Result<Option<Account>, Error> {
    let row = sqlx::query_as!(
        AccountRow,
        "select c.id, c.full_name, c.preferred_language, c.password_hash, c.is_active, c.temporary_password_until,
             c.gym_id, g.name as gym_name, g.language as gym_language
         from customers c
         join gyms g on g.id = c.gym_id and g.is_active
         join branches b on b.id = c.branch_id and b.is_active
         where c.id = $1
         for update of c",
        id.get(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(Account::from))
}

/// Whose letters the members of a gym get.
pub(super) async fn find_letterhead(conn: &mut Connection, gym: GymId) -> Result<Option<Letterhead>, Error> {
    let found = sqlx::query_as!(
        Letterhead,
        "select name as gym, primary_color, secondary_color from gyms where id = $1",
        gym.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// Notes that the account is in use.
pub(super) async fn update_signed_in(tx: &mut Tx, id: CustomerId) -> Result<(), Error> {
    let now = tx.now();
    sqlx::query!("update customers set signed_in_at = $2 where id = $1", id.get(), now)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What a code proved when this session began, and the phone number and address of its customer.
pub(super) async fn find_proof(
    conn: &mut Connection,
    session: SessionId,
) -> Result<Option<(Vec<u8>, Option<Phone>, Option<Email>)>, Error> {
    let row = sqlx::query!(
        r#"select s.proved_hash as "proved_hash!", c.phone, c.email
           from member_sessions s
           join customers c on c.id = s.customer_id
           where s.id = $1 and s.proved_hash is not null"#,
        session.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| {
        let phone = row.phone.and_then(|text| Phone::parse(&text).ok());
        let email = row.email.and_then(|text| Email::parse(&text).ok());
        (row.proved_hash, phone, email)
    }))
}

/// Replaces the password; the first-login one is gone with it.
pub(super) async fn update_password(
    tx: &mut Tx,
    id: CustomerId,
    hash: &PasswordHash,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update customers
         set password_hash = $2, temporary_password = null, temporary_password_until = null,
             password_changed = true, updated_at = $3
         where id = $1",
        id.get(),
        hash.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn update_language(
    tx: &mut Tx,
    id: CustomerId,
    language: Language,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update customers set preferred_language = $2, updated_at = $3 where id = $1",
        id.get(),
        language.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps when deletion was asked for, the first time; returns that time.
pub(super) async fn update_deletion_request(
    tx: &mut Tx,
    id: CustomerId,
    now: Timestamp,
) -> Result<Timestamp, Error> {
    let at = sqlx::query_scalar!(
        r#"update customers
           set deletion_requested_at = coalesce(deletion_requested_at, $2), updated_at = $2
           where id = $1
           returning deletion_requested_at as "at!""#,
        id.get(),
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(at)
}

/// Forgets that deletion was asked for.
pub(super) async fn update_deletion_withdrawn(
    tx: &mut Tx,
    id: CustomerId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update customers set deletion_requested_at = null, updated_at = $2 where id = $1",
        id.get(),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes the devices of a customer out of the push list.
pub(super) async fn delete_devices(tx: &mut Tx, id: CustomerId) -> Result<(), Error> {
    sqlx::query!("delete from devices where customer_id = $1", id.get()).execute(tx.conn()).await?;
    Ok(())
}

/// The live session a refresh token belongs to, with its customer and its end.
pub(super) async fn find_refreshable(
    conn: &mut Connection,
    refresh_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(SessionId, CustomerId, Timestamp)>, Error> {
    let row = sqlx::query!(
        "select s.id, s.customer_id, s.expires_at
         from member_sessions s
         join customers c on c.id = s.customer_id and c.is_active
         join gyms g on g.id = c.gym_id and g.is_active
         join branches b on b.id = c.branch_id and b.is_active
         where s.refresh_hash = $1 and s.ended_at is null and s.expires_at > $2",
        &refresh_hash[..],
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (SessionId::from(row.id), CustomerId::new(row.customer_id), row.expires_at)))
}

/// Everything a member sees of themselves and their gym.
pub(super) async fn find_profile(
    conn: &mut Connection,
    id: CustomerId,
    now: Timestamp,
) -> Result<Option<MemberProfile>, Error> {
    let row = sqlx::query!(
        r#"select c.id, c.full_name, c.phone, c.email, c.gender as "gender: Gender", c.date_of_birth, c.age_years,
               c.age_recorded_on, c.height_mm, c.weight_g, c.qr_version, c.password_changed, c.preferred_language,
               c.deletion_requested_at, c.created_at, c.branch_id, b.name as branch_name,
               g.id as gym_id, g.name as gym_name, g.primary_color, g.secondary_color, g.logo_url,
               g.is_setup_complete, g.is_active, g.time_zone, g.calling_code
           from customers c
           join branches b on b.id = c.branch_id
           join gyms g on g.id = c.gym_id
           where c.id = $1"#,
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let calendar = access::calendar_of(GymId::new(row.gym_id), &row.time_zone)?;
    let today = calendar.today(now);
    let told = row
        .age_years
        .zip(row.age_recorded_on)
        .and_then(|(years, on)| age_on(on, today).and_then(|since| i32::from(years).checked_add(since)));
    let phone = row.phone.as_deref().and_then(|text| Phone::parse(text).ok()).map(|phone| {
        Calling::of_code(&row.calling_code).map_or_else(|| phone.local(), |home| phone.local_in(&home))
    });
    Ok(Some(MemberProfile {
        id: CustomerId::new(row.id),
        full_name: row.full_name,
        phone,
        email: row.email,
        gender: row.gender,
        date_of_birth: row.date_of_birth,
        age_years: row.date_of_birth.and_then(|born| age_on(born, today)).or(told),
        height_mm: row.height_mm,
        weight_g: row.weight_g,
        qr_version: row.qr_version,
        password_changed: row.password_changed,
        language: row.preferred_language.as_deref().and_then(Language::parse),
        branch: BranchId::new(row.branch_id),
        branch_name: row.branch_name,
        deletion_requested_at: row.deletion_requested_at,
        created_at: row.created_at,
        gym: GymFace {
            id: GymId::new(row.gym_id),
            name: row.gym_name,
            primary_color: row.primary_color,
            secondary_color: row.secondary_color,
            logo_url: row.logo_url,
            is_setup_complete: row.is_setup_complete,
            is_active: row.is_active,
        },
        calendar,
    }))
}
