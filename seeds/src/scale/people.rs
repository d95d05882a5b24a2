//! The members of the large gym.

use base::vocabulary::Calendar;
use sqlx::PgConnection;

use super::Progress;
use crate::{
    book::{Book, Member, Ref, reserve},
    demo::STAFF_PASSWORD_HASH,
    dice::Dice,
    people::{self, Login, Person},
};

/// The first of them came so many days ago.
const OLDEST_DAYS: i64 = 950;

/// Writes so many members, and enters them in the book. Whoever signs in has the password that the staff has: so many
/// passwords of their own would take an hour to hash.
pub(super) async fn write(
    conn: &mut PgConnection,
    book: &mut Book,
    count: i64,
    progress: &Progress,
) -> anyhow::Result<()> {
    let mut dice = Dice::new(11);
    let mut sheet = people::sheet();
    let moment = book.moment;
    let first = reserve(conn, "public.people_ids", usize::try_from(count)?).await?;
    for place in 0..count {
        let home = Ref::at(usize::try_from(place)? % book.branches.len())?;
        let branch = home.of(&book.branches)?;
        let days = OLDEST_DAYS * (count - place) / count;
        let created_at = moment.deal(&mut dice, moment.ago(days));
        let is_woman = dice.chance(45);
        let (height_mm, weight_g) = people::body(&mut dice, is_woman);
        let person = Person {
            id: first + place,
            gym: branch.gym,
            branch: branch.id,
            name: people::name(&mut dice, is_woman),
            phone: format!("+2011{place:08}"),
            email: (place % 3 == 0).then(|| format!("member{place}@largegym.example")),
            is_woman,
            birth: people::birth(&mut dice, moment.today),
            height_mm,
            weight_g,
            login: Login { hash: STAFF_PASSWORD_HASH.to_owned(), temporary: None },
            language: Some(dice.pick(&["ar", "en"])),
            is_active: !dice.chance(2),
            created_at,
        };
        people::add(&mut sheet, &person)?;
        book.members.push(Member {
            id: person.id,
            branch: home,
            since: Calendar::CAIRO.today(created_at),
            pace: dice.count(3, 16),
            is_active: person.is_active,
        });
        progress.did(sheet.pour_if_full(conn).await?);
    }
    progress.did(sheet.pour(conn).await?);
    Ok(())
}
