//! The status that SQL tells and the one that the code tells.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use gym::subscriptions::{FreezeSpan, Status, StatusInputs};

use super::Desk;

fn day(offset: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 4, 17).unwrap().checked_add_signed(TimeDelta::days(offset)).unwrap()
}

/// Every combination of first day, last day, freeze, stop and remainder that tells a case apart.
fn grid() -> Vec<StatusInputs> {
    let mut grid = Vec::new();
    for starts in [-3, -1, 0, 1, 3] {
        for ends in [None, Some(-2), Some(-1), Some(0), Some(1), Some(4)] {
            for freeze in [None, Some((-2, -1)), Some((-1, 0)), Some((0, 0)), Some((0, 2)), Some((1, 2))] {
                for stopped_at in [None, Some(DateTime::<Utc>::UNIX_EPOCH)] {
                    for remaining in [None, Some(0), Some(1), Some(20)] {
                        grid.push(StatusInputs {
                            starts_on: day(starts),
                            ends_on: ends.map(day),
                            freeze: freeze
                                .map(|(from, until)| FreezeSpan { from: day(from), until: day(until) }),
                            stopped_at,
                            remaining,
                        });
                    }
                }
            }
        }
    }
    grid
}

#[tokio::test]
async fn sql_and_code_agree_over_the_whole_grid() {
    let desk = Desk::open().await;
    let grid = grid();
    let told: Vec<String> = sqlx::query_scalar(
        "select subscription_status(starts_on, ends_on, frozen_from, frozen_until, stopped_at, remaining, $7)
         from unnest($1::date[], $2::date[], $3::date[], $4::date[], $5::timestamptz[], $6::integer[])
             with ordinality as t (starts_on, ends_on, frozen_from, frozen_until, stopped_at, remaining, place)
         order by place",
    )
    .bind(grid.iter().map(|standing| standing.starts_on).collect::<Vec<_>>())
    .bind(grid.iter().map(|standing| standing.ends_on).collect::<Vec<_>>())
    .bind(grid.iter().map(|standing| standing.freeze.map(|freeze| freeze.from)).collect::<Vec<_>>())
    .bind(grid.iter().map(|standing| standing.freeze.map(|freeze| freeze.until)).collect::<Vec<_>>())
    .bind(grid.iter().map(|standing| standing.stopped_at).collect::<Vec<_>>())
    .bind(grid.iter().map(|standing| standing.remaining).collect::<Vec<_>>())
    .bind(day(0))
    .fetch_all(&desk.gym.db.owner)
    .await
    .unwrap();
    assert_eq!(told.len(), grid.len());
    for (standing, told) in grid.iter().zip(&told) {
        assert_eq!(standing.status(day(0)).as_str(), told, "{standing:?}");
    }
    for status in Status::ALL {
        assert!(told.iter().any(|told| told == status.as_str()), "{status} is somewhere in the grid");
    }
}
