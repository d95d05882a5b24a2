//! The operator whom the command line names.

use base::{
    Error, Fields, Text,
    access::{Password, Passwords},
    platform::db::Db,
    vocabulary::{Email, PersonName, Timestamp},
};
use gym::staff::{self, NewOperator, Username};
use secrecy::ExposeSecret as _;
use web::operator::OperatorWanted;

/// Fewest characters: an operator reaches every gym.
const SHORTEST: usize = 12;
const TOO_SHORT: Text = Text {
    en: "The password of an operator has at least 12 characters",
    ar: "كلمة مرور مشغّل النظام 12 حرفًا على الأقل",
};

/// Adds an operator of the platform.
///
/// # Refuses
/// What is not valid, with every problem; [`staff::OperatorRefused`], [`staff::StaffRefused::UsernameTaken`].
pub async fn add_operator(db: Db, wanted: OperatorWanted, now: Timestamp) -> Result<(), Error> {
    let passwords = Passwords::new(1)?;
    let new = read(&wanted)?;
    staff::add_operator(&db, &passwords, new, now).await?;
    Ok(())
}

fn read(wanted: &OperatorWanted) -> Result<NewOperator, Error> {
    let mut fields = Fields::new();
    let username = fields.required("username", Some(&wanted.username), Username::parse);
    let full_name = fields.required("name", Some(&wanted.full_name), PersonName::parse);
    let email = fields.required("email", Some(&wanted.email), Email::parse);
    let typed = wanted.password.expose_secret();
    let names = [wanted.username.as_str(), &wanted.full_name];
    let password =
        fields.required("password", Some(typed), |text| Password::chosen_for_staff(text)?.unlike(&names));
    fields.ensure("password", typed.chars().count() >= SHORTEST, "PASSWORD_TOO_SHORT", TOO_SHORT);
    let new = match (username, full_name, email, password) {
        (Some(username), Some(full_name), Some(email), Some(password)) => {
            Some(NewOperator { username, full_name, email, password, is_another: wanted.is_another })
        }
        _ => None,
    };
    Ok(fields.build(new)?)
}
