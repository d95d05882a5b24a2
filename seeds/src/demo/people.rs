//! About 150 members, those of the source documents among them.

use base::{
    access::{Password, Passwords},
    vocabulary::Calendar,
};
use chrono::TimeDelta;
use sqlx::PgConnection;

use super::STAFF_PASSWORD_HASH;
use crate::{
    book::{Book, Member, Moment, Ref},
    dice::Dice,
    people::{self, Login, Person},
};

/// Members of the demo gym in all.
const COUNT: i64 = 150;
/// A demo is shown for longer than the 72 hours that a real first-login password lives.
const TEMPORARY_DAYS: i64 = 365;

/// Somebody the source documents name.
#[derive(Debug, Clone, Copy)]
pub struct Documented {
    /// The id that the documents give.
    pub id: i64,
    /// The branch that they belong to.
    pub branch: i64,
    /// The full name, as the documents write it.
    pub name: &'static str,
    /// Phone as the documents write it.
    pub phone: &'static str,
    /// E-mail address, where they give one.
    pub email: Option<&'static str>,
    /// First-login password, where they give one.
    pub temporary_password: Option<&'static str>,
    is_woman: bool,
}

const fn man(id: i64, branch: i64, name: &'static str, phone: &'static str) -> Documented {
    Documented { id, branch, name, phone, email: None, temporary_password: None, is_woman: false }
}

const fn woman(id: i64, branch: i64, name: &'static str, phone: &'static str) -> Documented {
    Documented { is_woman: true, ..man(id, branch, name, phone) }
}

impl Documented {
    const fn with_password(self, password: &'static str) -> Self {
        Self { temporary_password: Some(password), ..self }
    }

    const fn with_email(self, email: &'static str) -> Self {
        Self { email: Some(email), ..self }
    }
}

/// The people of the source documents: the five of document 1, customer 115 of document 2, and of document 3 Ahmed
/// Hassan, who has the id 123 there, and whoever reads customer@example.com.
pub const DOCUMENTED: [Documented; 8] = [
    man(1, 1, "Mohamed Salem", "01077827638").with_password("RX04AF"),
    woman(2, 1, "Layla Rashad", "01022981052").with_password("SI19IC"),
    man(3, 1, "Ibrahim Hassan", "01041244663").with_password("PS02HC"),
    woman(4, 2, "Hadeer Youssef", "01095899313").with_password("PE71JZ"),
    woman(5, 2, "Somaya Hassan", "01085345555").with_password("RK94GG"),
    woman(115, 1, "Nadia Farouk", "01077827115"),
    man(123, 1, "Ahmed Hassan", "01234567890").with_email("ahmed@example.com"),
    man(124, 1, "Karim Mansour", "01077827124").with_email("customer@example.com"),
];

/// Writes the members, and enters them in the book.
pub(super) async fn write(conn: &mut PgConnection, book: &mut Book) -> anyhow::Result<()> {
    let passwords = Passwords::new(1).map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut dice = Dice::new(1);
    let mut sheet = people::sheet();
    for id in 1..=COUNT {
        let (mut person, password) = draw(&mut dice, book.moment, id);
        if person.login.temporary.is_some() {
            let hash = passwords.hash(Password::typed(&password)).await;
            let hash = hash.map_err(|error| anyhow::anyhow!("{error}"))?;
            hash.as_str().clone_into(&mut person.login.hash);
        }
        people::add(&mut sheet, &person)?;
        let mut branch = None;
        for (at, candidate) in (0_usize..).zip(&book.branches) {
            if candidate.id == person.branch {
                branch = Some(Ref::at(at)?);
            }
        }
        book.members.push(Member {
            id,
            branch: branch.ok_or_else(|| anyhow::anyhow!("branch {}", person.branch))?,
            since: Calendar::CAIRO.today(person.created_at),
            pace: dice.count(20, 75),
            is_active: person.is_active,
        });
    }
    sheet.pour(conn).await?;
    Ok(())
}

/// About forty members belong to each of the first three branches, so that one page shows those of the first.
fn branch_of(id: i64) -> i64 {
    match id % 20 {
        0..=4 => 1,
        5..=10 => 2,
        11..=15 => 3,
        _ => 4,
    }
}

/// Member `id`, and the password of their first sign-in.
fn draw(dice: &mut Dice, moment: Moment, id: i64) -> (Person, String) {
    let known = DOCUMENTED.iter().find(|person| person.id == id);
    let branch = known.map_or_else(|| branch_of(id), |known| known.branch);
    // The lower the id the longer they have been members.
    let days = (COUNT - id) * 8 / 3 + dice.between(0, 2);
    let created_at = moment.deal(dice, moment.ago(days));
    let is_woman = dice.chance(45);
    let is_woman = known.map_or(is_woman, |known| known.is_woman);
    let (name, password) = (people::name(dice, is_woman), dice.temporary_password());
    let (height_mm, weight_g) = people::body(dice, is_woman);
    let (birth, language) = (people::birth(dice, moment.today), dice.pick(&["ar", "en"]));
    let (has_changed, is_active) = (dice.chance(30), !dice.chance(4));
    let phone = known.map_or_else(|| format!("01077827{id:03}"), |known| known.phone.to_owned());
    let password = known.and_then(|known| known.temporary_password).map_or(password, str::to_owned);
    let shown_until = moment.now + TimeDelta::days(TEMPORARY_DAYS);
    let person = Person {
        id,
        gym: if branch == 4 { 2 } else { 1 },
        branch,
        name: known.map_or(name, |known| known.name.to_owned()),
        phone: format!("+2{phone}"),
        email: known.and_then(|known| known.email).map(str::to_owned),
        is_woman,
        birth,
        // Document 3 says so of Ahmed Hassan.
        height_mm: if id == 123 { 1_750 } else { height_mm },
        weight_g: if id == 123 { 80_000 } else { weight_g },
        login: Login {
            // Whoever chose a password chose the one that the staff has.
            hash: STAFF_PASSWORD_HASH.to_owned(),
            temporary: (known.is_some() || !has_changed).then(|| (password.clone(), shown_until)),
        },
        language: known.is_none().then_some(language),
        is_active: known.is_some() || is_active,
        created_at,
    };
    (person, password)
}
