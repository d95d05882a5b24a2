//! About 150 members, those of the source documents among them.

use chrono::TimeDelta;
use shared::{
    access::{Password, Passwords},
    vocabulary::text::fold,
};

use super::{Moment, Tx, dice::Dice};

/// Members in all.
const COUNT: i64 = 150;

/// Somebody the source documents name.
#[derive(Debug, Clone, Copy)]
pub struct Documented {
    /// Id.
    pub id: i64,
    /// Branch.
    pub branch: i64,
    /// Name.
    pub name: &'static str,
    /// Phone as the documents write it.
    pub phone: &'static str,
    /// E-mail address, where they give one.
    pub email: Option<&'static str>,
    /// First-login password, where they give one.
    pub temporary_password: Option<&'static str>,
}

const fn person(id: i64, branch: i64, name: &'static str, phone: &'static str) -> Documented {
    Documented { id, branch, name, phone, email: None, temporary_password: None }
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
    person(1, 1, "Mohamed Salem", "01077827638").with_password("RX04AF"),
    person(2, 1, "Layla Rashad", "01022981052").with_password("SI19IC"),
    person(3, 1, "Ibrahim Hassan", "01041244663").with_password("PS02HC"),
    person(4, 2, "Hadeer Youssef", "01095899313").with_password("PE71JZ"),
    person(5, 2, "Somaya Hassan", "01085345555").with_password("RK94GG"),
    person(115, 1, "Nadia Farouk", "01077827115"),
    person(123, 1, "Ahmed Hassan", "01234567890").with_email("ahmed@example.com"),
    person(124, 1, "Karim Mansour", "01077827124").with_email("customer@example.com"),
];

const WOMEN: [&str; 14] = [
    "Mona", "Layla", "Heba", "Sara", "Nour", "Dina", "Yasmin", "Aya", "Mariam", "Salma", "Rana", "Hana",
    "Farida", "منى",
];
const MEN: [&str; 14] = [
    "Ahmed",
    "Omar",
    "Youssef",
    "Karim",
    "Tarek",
    "Hassan",
    "Mahmoud",
    "Ali",
    "Khaled",
    "Amr",
    "Sherif",
    "Ziad",
    "Adel",
    "محمود",
];
const FAMILIES: [&str; 16] = [
    "Hassan",
    "Ibrahim",
    "Mansour",
    "Fahmy",
    "Shawky",
    "Zaki",
    "Naguib",
    "Salem",
    "Rashad",
    "Kamel",
    "Sabry",
    "Ezzat",
    "Gamal",
    "Lotfy",
    "Anwar",
    "عبد الله",
];

/// A member who was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) id: i64,
    pub(super) gym: i64,
    pub(super) branch: i64,
    /// Days since they were registered.
    pub(super) days: i64,
}

/// Writes the members and their door rows.
pub(super) async fn write(tx: &mut Tx, moment: Moment) -> anyhow::Result<Vec<Person>> {
    let passwords = Passwords::new(2).map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut dice = Dice::new(1);
    let mut people = Vec::new();
    for id in 1..=COUNT {
        let documented = DOCUMENTED.iter().find(|person| person.id == id);
        let branch = documented.map_or_else(|| branch_of(id), |person| person.branch);
        let gym = if branch == 4 { 2 } else { 1 };
        let days = dice.between(5, 400);
        let person = Person { id, gym, branch, days };
        write_one(tx, moment, &mut dice, &passwords, person, documented).await?;
        people.push(person);
    }
    sqlx::query("insert into customer_doors (customer_id, version) select id, 0 from customers")
        .execute(&mut **tx)
        .await?;
    Ok(people)
}

/// A few more than forty members belong to each of the first two branches.
fn branch_of(id: i64) -> i64 {
    match id % 10 {
        0..=2 => 1,
        3..=5 => 2,
        6..=8 => 3,
        _ => 4,
    }
}

async fn write_one(
    tx: &mut Tx,
    moment: Moment,
    dice: &mut Dice,
    passwords: &Passwords,
    person: Person,
    documented: Option<&Documented>,
) -> anyhow::Result<()> {
    let is_woman = documented.map_or_else(|| dice.chance(45), |known| matches!(known.id, 2 | 4 | 5 | 115));
    let (gender, firsts) = if is_woman { ("female", &WOMEN) } else { ("male", &MEN) };
    let drawn = format!("{} {}", dice.pick::<&str>(firsts), dice.pick::<&str>(&FAMILIES));
    let name = documented.map_or(drawn, |known| known.name.to_owned());
    let phone =
        documented.map_or_else(|| format!("01077827{:03}", person.id), |known| known.phone.to_owned());
    let email = documented.and_then(|known| known.email);
    let drawn = dice.temporary_password();
    let temporary = documented.and_then(|known| known.temporary_password).map_or(drawn, str::to_owned);
    let keeps_temporary = documented.is_some() || !dice.chance(30);
    let (height, weight) = body(dice, is_woman, person.id);
    let hash =
        passwords.hash(Password::typed(&temporary)).await.map_err(|error| anyhow::anyhow!("{error}"))?;
    let registered = moment.now - TimeDelta::days(person.days);
    sqlx::query(
        "insert into customers (id, gym_id, branch_id, full_name, name_folded, phone, email, gender, age_years,
             age_recorded_on, height_mm, weight_g, qr_version, password_hash, temporary_password,
             temporary_password_until, password_changed, preferred_language, is_active, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $14, $15, $16, $17, $18, $19, $19)",
    )
    .bind(person.id)
    .bind(person.gym)
    .bind(person.branch)
    .bind(&name)
    .bind(fold(&name))
    .bind(format!("+2{phone}"))
    .bind(email)
    .bind(gender)
    .bind(i16::try_from(dice.between(17, 58))?)
    .bind(registered.date_naive())
    .bind(height)
    .bind(weight)
    .bind(hash.as_str())
    .bind(keeps_temporary.then_some(&temporary))
    .bind(keeps_temporary.then(|| moment.now + TimeDelta::days(TEMPORARY_DAYS)))
    .bind(!keeps_temporary)
    .bind(documented.is_none().then(|| dice.pick(&["ar", "en"])))
    .bind(documented.is_some() || !dice.chance(4))
    .bind(registered)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A demo is shown for longer than the 72 hours that a real first-login password lives.
const TEMPORARY_DAYS: i64 = 365;

/// Height in millimetres and weight in grams; Ahmed Hassan's are those of document 3.
fn body(dice: &mut Dice, is_woman: bool, id: i64) -> (i32, i32) {
    let (low, high) = if is_woman { (1_520, 1_760) } else { (1_640, 1_930) };
    let height = dice.between(low, high) / 10 * 10;
    let weight = dice.between(if is_woman { 480 } else { 600 }, if is_woman { 850 } else { 1_100 }) * 100;
    if id == 123 {
        return (1_750, 80_000);
    }
    (i32::try_from(height).unwrap_or(1_700), i32::try_from(weight).unwrap_or(70_000))
}
