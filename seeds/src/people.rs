//! Names and bodies of made-up people, and their rows.

use base::vocabulary::text::fold;
use chrono::{DateTime, NaiveDate, Utc};

use crate::{copy::Sheet, dice::Dice};

const WOMEN: [&str; 20] = [
    "Mona",
    "Layla",
    "Heba",
    "Sara",
    "Nour",
    "Dina",
    "Yasmin",
    "Aya",
    "Mariam",
    "Salma",
    "Rana",
    "Hana",
    "Farida",
    "Nadia",
    "Reem",
    "Jana",
    "Malak",
    "منى",
    "سارة",
    "فاطمة",
];
const MEN: [&str; 20] = [
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
    "Mostafa",
    "Hazem",
    "Bilal",
    "Seif",
    "محمود",
    "أحمد",
    "يوسف",
];
const FAMILIES: [&str; 24] = [
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
    "Farouk",
    "Helmy",
    "Ragab",
    "Selim",
    "Tawfik",
    "Wahba",
    "عبد الله",
    "السيد",
    "مصطفى",
];

/// Somebody as they are registered.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) gym: i64,
    pub(crate) branch: i64,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) email: Option<String>,
    pub(crate) is_woman: bool,
    pub(crate) birth: Birth,
    pub(crate) height_mm: i32,
    pub(crate) weight_g: i32,
    pub(crate) login: Login,
    pub(crate) language: Option<&'static str>,
    pub(crate) is_active: bool,
    pub(crate) created_at: DateTime<Utc>,
}

/// What is known of somebody's age.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Birth {
    /// The day of birth.
    On(NaiveDate),
    /// Years, as told on the day of registration.
    Told(i16),
}

/// How somebody signs in.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    pub(crate) hash: String,
    /// The first-login password, and until when it is shown.
    pub(crate) temporary: Option<(String, DateTime<Utc>)>,
}

/// A sheet for [`add`].
pub(crate) const fn sheet() -> Sheet {
    Sheet::new(
        "copy customers (id, gym_id, branch_id, full_name, name_folded, phone, email, gender, date_of_birth, age_years,
             age_recorded_on, height_mm, weight_g, qr_version, password_hash, temporary_password, temporary_password_until,
             password_changed, preferred_language, is_active, created_at, updated_at) from stdin",
    )
}

/// Adds the row of a customer.
pub(crate) fn add(sheet: &mut Sheet, person: &Person) -> anyhow::Result<()> {
    let (born, age) = match person.birth {
        Birth::On(day) => (Some(day), None),
        Birth::Told(years) => (None, Some(years)),
    };
    let told_on = age.map(|_| person.created_at.date_naive());
    let (temporary, until) = person.login.temporary.clone().unzip();
    let gender = if person.is_woman { "female" } else { "male" };
    sheet.add(&[
        &person.id,
        &person.gym,
        &person.branch,
        &person.name,
        &fold(&person.name),
        &person.phone,
        &person.email,
        &gender,
        &born,
        &age,
        &told_on,
        &person.height_mm,
        &person.weight_g,
        &1_i32,
        &person.login.hash,
        &temporary,
        &until,
        &temporary.is_none(),
        &person.language,
        &person.is_active,
        &person.created_at,
        &person.created_at,
    ])?;
    Ok(())
}

/// Draws a full name, of first and family name.
pub(crate) fn name(dice: &mut Dice, is_woman: bool) -> String {
    let first: &str = dice.pick(if is_woman { &WOMEN } else { &MEN });
    let family: &str = dice.pick(&FAMILIES);
    format!("{first} {family}")
}

/// Height in millimetres and weight in grams.
pub(crate) fn body(dice: &mut Dice, is_woman: bool) -> (i32, i32) {
    let (low, high) = if is_woman { (152, 176) } else { (164, 193) };
    let (light, heavy) = if is_woman { (480, 850) } else { (600, 1_100) };
    (dice.count(low, high).saturating_mul(10), dice.count(light, heavy).saturating_mul(100))
}

/// A birthday, or only an age.
pub(crate) fn birth(dice: &mut Dice, today: NaiveDate) -> Birth {
    let days = dice.between(17 * 365, 58 * 365);
    let day = chrono::TimeDelta::try_days(days).and_then(|days| today.checked_sub_signed(days));
    match day.filter(|_| dice.chance(60)) {
        Some(day) => Birth::On(day),
        None => Birth::Told(i16::try_from(days.div_euclid(365)).unwrap_or(30)),
    }
}
