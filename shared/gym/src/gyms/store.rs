//! The SQL of gyms and their rules.

use super::{
    Colour, Gym, GymEdit, GymRule, GymRules, ImageUrl, Locale, LocaleEdit, Owner, SaleLimits, Size, WeekStart,
};
use base::{
    Error, access,
    platform::db::{Connection, Tx},
    vocabulary::{Calendar, CallingCode, Currency, GymId, Language, Line, StaffId, Timestamp},
};

/// Gyms of a platform that one list answers.
const MOST_GYMS: i64 = 1000;

/// The gyms of the platform, or only one of them, by id.
///
/// Each figure is counted once for all gyms, not once for each.
pub(super) async fn list_gyms(conn: &mut Connection, only: Option<GymId>) -> Result<Vec<Gym>, Error> {
    let rows = sqlx::query_as!(
        GymRow,
        r#"select g.id, g.name, g.owner_id, o.full_name as "owner_name?", o.username as "owner_username?", g.logo_url,
               g.primary_color, g.secondary_color, g.time_zone, g.currency, g.calling_code,
               g.language as "language: Language", g.week_starts_on as "week_starts_on: WeekStart",
               g.is_setup_complete, g.is_active, g.created_at,
               coalesce(b.branches, 0) as branches, coalesce(b.customers, 0) as customers,
               coalesce(s.staff, 0) as staff
           from gyms g
           left join staff_users o on o.id = g.owner_id
           left join (
               select b.gym_id, count(*) as branches, sum(z.customers)::bigint as customers
               from branches b
               join branch_sizes z on z.branch_id = b.id
               where $1::bigint is null or b.gym_id = $1
               group by b.gym_id
           ) b on b.gym_id = g.id
           left join (
               select u.gym_id, count(*) as staff
               from staff_users u
               where u.is_active and ($1::bigint is null or u.gym_id = $1)
               group by u.gym_id
           ) s on s.gym_id = g.id
           where $1::bigint is null or g.id = $1
           order by g.id
           limit $2"#,
        only.map(GymId::get),
        MOST_GYMS,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Gym::from).collect())
}

/// A gym, without counting how large it is.
pub(super) async fn find_gym(conn: &mut Connection, id: GymId) -> Result<Option<Gym>, Error> {
    let row = sqlx::query_as!(
        GymRow,
        r#"select g.id, g.name, g.owner_id, o.full_name as "owner_name?", o.username as "owner_username?", g.logo_url,
               g.primary_color, g.secondary_color, g.time_zone, g.currency, g.calling_code,
               g.language as "language: Language", g.week_starts_on as "week_starts_on: WeekStart",
               g.is_setup_complete, g.is_active, g.created_at,
               null::bigint as branches, null::bigint as customers, null::bigint as staff
           from gyms g
           left join staff_users o on o.id = g.owner_id
           where g.id = $1"#,
        id.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Gym::from))
}

struct GymRow {
    id: i64,
    name: String,
    owner_id: Option<i64>,
    owner_name: Option<String>,
    owner_username: Option<String>,
    logo_url: Option<String>,
    primary_color: String,
    secondary_color: String,
    time_zone: String,
    currency: String,
    calling_code: String,
    language: Option<Language>,
    week_starts_on: Option<WeekStart>,
    is_setup_complete: bool,
    is_active: bool,
    created_at: Timestamp,
    branches: Option<i64>,
    customers: Option<i64>,
    staff: Option<i64>,
}

impl From<GymRow> for Gym {
    fn from(row: GymRow) -> Self {
        Self {
            id: GymId::from(row.id),
            name: row.name,
            owner: match (row.owner_id, row.owner_name, row.owner_username) {
                (Some(id), Some(name), Some(username)) => {
                    Some(Owner { id: StaffId::from(id), name, username })
                }
                (Some(_) | None, _, _) => None,
            },
            logo_url: row.logo_url,
            primary_color: row.primary_color,
            secondary_color: row.secondary_color,
            calendar: Calendar::parse(&row.time_zone).ok(),
            locale: Locale {
                time_zone: row.time_zone,
                currency: row.currency,
                calling_code: row.calling_code,
                language: row.language.unwrap_or(Language::OF_A_GYM),
                week_starts_on: row.week_starts_on.unwrap_or(WeekStart::OF_A_GYM),
            },
            is_setup_complete: row.is_setup_complete,
            is_active: row.is_active,
            created_at: row.created_at,
            size: match (row.branches, row.customers, row.staff) {
                (Some(branches), Some(customers), Some(staff)) => Some(Size { branches, customers, staff }),
                _ => None,
            },
        }
    }
}

/// Whether the gym is active; holds its row until the transaction ends. Its key is not locked: what belongs to the gym may
/// be written meanwhile.
pub(super) async fn lock_gym(tx: &mut Tx, gym: GymId) -> Result<Option<bool>, Error> {
    Ok(sqlx::query_scalar!("select is_active from gyms where id = $1 for no key update", gym.get())
        .fetch_optional(tx.conn())
        .await?)
}

/// Keeps the gym from being switched or changed until the transaction ends; many may do so at once.
pub(super) async fn lock_gym_as_it_is(tx: &mut Tx, gym: GymId) -> Result<(), Error> {
    sqlx::query!("select from gyms where id = $1 for share", gym.get()).execute(tx.conn()).await?;
    Ok(())
}

/// Waits for every sale of the gym that is under way, and keeps new ones waiting until the transaction ends: whoever sells
/// holds the key of the branch.
pub(super) async fn lock_branches(tx: &mut Tx, gym: GymId) -> Result<(), Error> {
    sqlx::query!("select from branches where gym_id = $1 order by id for update", gym.get())
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether the gym has ever sold anything.
pub(super) async fn has_sold(conn: &mut Connection, gym: GymId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from subscriptions where gym_id = $1) as "has_sold!""#,
        gym.get(),
    )
    .fetch_one(conn)
    .await?)
}

/// Changes what is named in `edit`.
pub(super) async fn update_locale(tx: &mut Tx, gym: GymId, edit: &LocaleEdit) -> Result<(), Error> {
    sqlx::query!(
        "update gyms
         set time_zone = coalesce($2, time_zone), currency = coalesce($3, currency),
             calling_code = coalesce($4, calling_code), language = coalesce($5, language),
             week_starts_on = coalesce($6, week_starts_on)
         where id = $1",
        gym.get(),
        edit.time_zone.map(Calendar::name),
        edit.currency.map(Currency::as_str),
        edit.calling_code.as_ref().map(CallingCode::as_str),
        edit.language.map(Language::as_str),
        edit.week_starts_on.map(WeekStart::as_str),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Switches the gym on or off.
pub(super) async fn update_is_active(tx: &mut Tx, gym: GymId, is_active: bool) -> Result<(), Error> {
    sqlx::query!("update gyms set is_active = $2 where id = $1", gym.get(), is_active)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Changes what is named in `edit`. Answers whether there is such a gym.
pub(super) async fn update_gym(tx: &mut Tx, gym: GymId, edit: &GymEdit) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update gyms
         set name = coalesce($2, name), primary_color = coalesce($3, primary_color),
             secondary_color = coalesce($4, secondary_color), logo_url = coalesce($5, logo_url),
             is_setup_complete = coalesce($6, is_setup_complete)
         where id = $1",
        gym.get(),
        edit.name.as_ref().map(Line::as_str),
        edit.primary_color.as_ref().map(Colour::as_str),
        edit.secondary_color.as_ref().map(Colour::as_str),
        edit.logo_url.as_ref().map(ImageUrl::as_str),
        edit.is_setup_complete,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The rules of a gym. A key that this release does not know is somebody else's and has no meaning here.
pub(super) async fn list_rules(conn: &mut Connection, gym: GymId) -> Result<GymRules, Error> {
    let rows = sqlx::query!("select rule, is_on from gym_rules where gym_id = $1", gym.get())
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((GymRule::parse(&row.rule)?, row.is_on))).collect())
}

/// Keeps what the owner decided.
pub(super) async fn insert_rules(tx: &mut Tx, gym: GymId, changes: &[(GymRule, bool)]) -> Result<(), Error> {
    let keys: Vec<String> = changes.iter().map(|(rule, _)| rule.key().to_owned()).collect();
    let values: Vec<bool> = changes.iter().map(|(_, is_on)| *is_on).collect();
    sqlx::query!(
        "insert into gym_rules (gym_id, rule, is_on)
         select $1, sent.rule, sent.is_on
         from unnest($2::text[], $3::boolean[]) as sent (rule, is_on)
         on conflict (gym_id, rule) do update set is_on = excluded.is_on",
        gym.get(),
        &keys,
        &values,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a desk of the gym may give away by itself.
pub(super) async fn find_sale_limits(conn: &mut Connection, gym: GymId) -> Result<SaleLimits, Error> {
    let limits = sqlx::query_as!(
        SaleLimits,
        "select max_percent_off as percent_off, max_units_times as units_times, max_days_times as days_times
         from sale_limits
         where gym_id = $1",
        gym.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(limits.unwrap_or_default())
}

/// Keeps what the owner decided.
pub(super) async fn insert_sale_limits(tx: &mut Tx, gym: GymId, limits: SaleLimits) -> Result<(), Error> {
    sqlx::query!(
        "insert into sale_limits (gym_id, max_percent_off, max_units_times, max_days_times)
         values ($1, $2, $3, $4)
         on conflict (gym_id) do update
         set max_percent_off = excluded.max_percent_off, max_units_times = excluded.max_units_times,
             max_days_times = excluded.max_days_times",
        gym.get(),
        limits.percent_off,
        limits.units_times,
        limits.days_times,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The calendar in which the gym counts its days, if there is such a gym.
///
/// # Refuses
/// [`access::GymDamaged`].
pub(crate) async fn find_calendar(conn: &mut Connection, gym: GymId) -> Result<Option<Calendar>, Error> {
    let zone = sqlx::query_scalar!("select time_zone from gyms where id = $1", gym.get())
        .fetch_optional(conn)
        .await?;
    zone.map(|zone| access::calendar_of(gym, &zone)).transpose()
}

/// Opens a gym in Egypt, in the colours of the platform, still to be set up; its language and week are those of a gym that
/// has not said.
pub(super) async fn insert_gym(tx: &mut Tx, name: &str, now: Timestamp) -> Result<GymId, Error> {
    let id = sqlx::query_scalar!(
        "insert into gyms (name, time_zone, currency, calling_code, primary_color, secondary_color, is_setup_complete,
             is_active, created_at)
         values ($1, 'Africa/Cairo', 'EGP', '20', '#DC2626', '#EF4444', false, true, $2)
         returning id",
        name,
        now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(GymId::from(id))
}

/// Names the owner of a gym.
pub(super) async fn update_owner(tx: &mut Tx, gym: GymId, owner: StaffId) -> Result<(), Error> {
    sqlx::query!("update gyms set owner_id = $2 where id = $1", gym.get(), owner.get())
        .execute(tx.conn())
        .await?;
    Ok(())
}
