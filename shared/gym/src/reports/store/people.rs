//! Who works here, and what they took.

use super::super::{
    days::DayRange,
    model::{EmployeePerformance, Takings},
};
use base::{
    Error, Fault,
    access::Role,
    platform::db::Connection,
    vocabulary::{BranchId, GymId, Money, StaffId, Timestamp},
};

/// Staff users that one report tells of.
const MOST_STAFF: i64 = 1000;

/// The branches of a gym whose staff a report is about.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Workplace<'a> {
    /// The gym.
    pub(in super::super) gym: GymId,
    /// Its branches.
    pub(in super::super) sites: &'a [i64],
    /// Whether these are all of them, so that who works for the gym as a whole belongs to its staff.
    pub(in super::super) is_whole_gym: bool,
}

struct Row {
    id: i64,
    username: String,
    full_name: String,
    role: String,
    branch_id: Option<i64>,
    branch_name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    is_active: bool,
    payments: i64,
    amount: i64,
    signed: i64,
}

impl TryFrom<Row> for EmployeePerformance {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let role = Role::parse(&row.role)
            .ok_or_else(|| Fault::new(format!("staff_users {}: unknown role {}", row.id, row.role)))?;
        Ok(Self {
            staff: StaffId::from(row.id),
            username: row.username,
            full_name: row.full_name,
            role,
            branch: row.branch_id.map(BranchId::from),
            branch_name: row.branch_name,
            phone: row.phone,
            email: row.email,
            is_active: row.is_active,
            takings: Takings {
                payments: row.payments,
                amount: Money::from_minor(row.amount),
                discount: Money::ZERO,
            },
            customers_signed: row.signed,
        })
    }
}

/// Everybody who is employed at the place, and whoever else took money there within the days; who took most first.
pub(in super::super) async fn list_employees(
    conn: &mut Connection,
    place: Workplace<'_>,
    days: DayRange,
    (began, ended): (Timestamp, Timestamp),
) -> Result<Vec<EmployeePerformance>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"with taken as (
               select d.taken_by, sum(d.payments)::bigint as payments, sum(d.amount_minor)::bigint as amount
               from staff_days d
               where d.branch_id = any($2) and d.business_day between $3 and $4
               group by d.taken_by
           ), signed as (
               select s.sold_by, count(distinct s.customer_id) as customers
               from subscriptions s
               where s.branch_id = any($2) and s.created_at >= $5 and s.created_at < $6 and s.renews_id is null
               group by s.sold_by
           )
           select u.id, u.username, u.full_name, u.role, u.branch_id, b.name as "branch_name?", u.phone, u.email,
               u.is_active, coalesce(t.payments, 0) as "payments!", coalesce(t.amount, 0) as "amount!",
               coalesce(n.customers, 0) as "signed!"
           from staff_users u
           left join branches b on b.id = u.branch_id
           left join taken t on t.taken_by = u.id
           left join signed n on n.sold_by = u.id
           where u.gym_id = $1
             and (t.taken_by is not null or n.sold_by is not null or (
                 u.role <> 'owner'
                 and ($7 or u.branch_id = any($2) or exists (
                     select from staff_branches m where m.staff_id = u.id and m.branch_id = any($2)
                 ))
             ))
           order by coalesce(t.amount, 0) desc, u.id
           limit $8"#,
        place.gym.get(),
        place.sites,
        days.from,
        days.to,
        began,
        ended,
        place.is_whole_gym,
        MOST_STAFF,
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(EmployeePerformance::try_from).collect()
}
