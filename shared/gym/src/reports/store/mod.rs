//! The SQL of reports. Every statement adds up branches that were looked up before, by their ids: each of them is a range of
//! an index that begins with the branch.

mod money;
mod people;
mod standing;

pub(super) use money::{
    count_payers, list_branch_sums, list_days, list_expenses, list_filtered_lines, list_lines,
    list_service_takings, list_takings,
};
pub(super) use people::{Workplace, list_employees};
pub(super) use standing::{AlertBounds, count_activity, count_traffic, list_alert_counts};

use crate::gyms::WeekStart;
use base::{Error, platform::db::Connection, vocabulary::GymId};

/// The day on which the gym's week begins.
pub(super) async fn find_week_start(conn: &mut Connection, gym: GymId) -> Result<WeekStart, Error> {
    let found = sqlx::query_scalar!(
        r#"select week_starts_on as "week_starts_on: WeekStart" from gyms where id = $1"#,
        gym.get(),
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.flatten().unwrap_or(WeekStart::OF_A_GYM))
}
