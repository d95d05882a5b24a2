//! What may be written down about a customer, and who may see a temporary password when.

use chrono::NaiveDate;

use super::{
    metrics::{AGE_YEARS, Age},
    model::{Born, Changes, Customer, Details, Registration},
};
use crate::gyms::GymRule;
use base::{
    FieldProblem, Invalid, Text,
    access::{Scope, TemporaryPassword},
    platform::delivery::Recipient,
    refusals,
    vocabulary::{Change, Day, Timestamp, dates::age_on},
};

refusals! {
    /// Why something is not done with a customer.
    pub enum CustomerRefused {
        /// There is none, or not where the caller may look.
        NotFound => NotFound, "CUSTOMER_NOT_FOUND",
            en: "Customer not found",
            ar: "العميل غير موجود";
        /// Another customer of the gym has this number.
        PhoneTaken => Conflict, "PHONE_TAKEN",
            en: "Another customer already has this phone number",
            ar: "رقم الهاتف مسجل لعميل آخر";
        /// Another customer of the gym has this address.
        EmailTaken => Conflict, "EMAIL_TAKEN",
            en: "Another customer already has this e-mail address",
            ar: "البريد الإلكتروني مسجل لعميل آخر";
        /// The customer is switched off.
        Inactive => Conflict, "CUSTOMER_INACTIVE",
            en: "The customer is not active",
            ar: "العميل غير نشط";
        /// The branch takes no new customers.
        BranchInactive => Conflict, "BRANCH_INACTIVE",
            en: "This branch is not active",
            ar: "هذا الفرع غير مفعّل";
    }
}

const BORN_IMPLAUSIBLE: Text =
    Text { en: "Nobody is that old or that young", ar: "تاريخ الميلاد غير منطقي" };

/// What is known of somebody's birth from a date, or else from an age told `today`.
///
/// # Refuses
/// A date of birth to come, or longer ago than anybody lives.
fn born(date: Option<Day>, told: Option<Age>, today: NaiveDate) -> Result<Born, Invalid> {
    let Some(date) = date else {
        return Ok(told.map_or(Born::Unknown, |age| Born::Told { years: age.get(), on: today }));
    };
    match age_on(date.date(), today) {
        Some(years) if years <= AGE_YEARS.1 => Ok(Born::On(date.date())),
        Some(_) | None => Err(Invalid::one(FieldProblem::new(
            "date_of_birth",
            "DATE_OF_BIRTH_IMPLAUSIBLE",
            BORN_IMPLAUSIBLE,
        ))),
    }
}

impl Born {
    /// Completed years today: counted from the date of birth, or from the age that was told and the years since.
    pub(super) fn age(self, today: NaiveDate) -> Option<i32> {
        match self {
            Self::Unknown => None,
            Self::On(date) => age_on(date, today),
            Self::Told { years, on } => Some(years.saturating_add(age_on(on, today).unwrap_or(0))),
        }
    }

    /// The date of birth, if it is known.
    pub(super) fn date(self) -> Option<NaiveDate> {
        match self {
            Self::On(date) => Some(date),
            Self::Unknown | Self::Told { .. } => None,
        }
    }

    /// The age in years that was told, and the day on which it was.
    pub(super) fn told(self) -> Option<(i32, NaiveDate)> {
        match self {
            Self::Told { years, on } => Some((years, on)),
            Self::Unknown | Self::On(_) => None,
        }
    }
}

/// What is written down of a new customer.
pub(super) fn take_down(taken: Registration, today: NaiveDate) -> Result<Details, Invalid> {
    Ok(Details {
        born: born(taken.date_of_birth, taken.age, today)?,
        full_name: taken.full_name,
        phone: taken.phone,
        email: taken.email,
        gender: taken.gender,
        height: taken.height,
        weight: taken.weight,
        notes: taken.notes,
    })
}

/// What is written down after `changes`.
pub(super) fn change(kept: Details, changes: Changes, today: NaiveDate) -> Result<Details, Invalid> {
    let born = match (changes.date_of_birth, changes.age, kept.born) {
        (Change::Set(date), _, _) => born(Some(date), None, today)?,
        (Change::Keep, _, Born::On(date)) => Born::On(date),
        (Change::Keep | Change::Clear, Change::Set(age), _) => born(None, Some(age), today)?,
        (Change::Keep | Change::Clear, Change::Keep, told @ Born::Told { .. }) => told,
        (Change::Keep | Change::Clear, Change::Keep | Change::Clear, _) => Born::Unknown,
    };
    Ok(Details {
        born,
        full_name: changes.full_name.unwrap_or(kept.full_name),
        phone: changes.phone.over(kept.phone),
        email: changes.email.over(kept.email),
        gender: changes.gender.over(kept.gender),
        height: changes.height.over(kept.height),
        weight: changes.weight.over(kept.weight),
        notes: changes.notes.over(kept.notes),
    })
}

/// The phone number and the address that a customer had and has no more.
pub(super) fn lost_contacts(before: &Details, after: &Details) -> Vec<Recipient> {
    let phone = before.phone.as_ref().filter(|_| before.phone != after.phone);
    let email = before.email.as_ref().filter(|_| before.email != after.email);
    let phone = phone.map(|phone| Recipient::Sms(phone.clone()));
    phone.into_iter().chain(email.map(|email| Recipient::Mail(email.clone()))).collect()
}

/// How far somebody sees temporary passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PasswordVisibility {
    /// No temporary password is seen.
    Nothing,
    /// Those of customers within the scope, where the gym's rule allows it: the front desk.
    WhereTheGymAllows(Scope),
    /// Those of customers within the scope.
    Within(Scope),
    /// The one they have just had made: somebody has to hand it over.
    JustMade,
}

/// A customer with the temporary password as it is kept, before it is decided who sees it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// The customer, without it.
    pub(super) customer: Customer,
    /// The temporary password and its end.
    pub(super) temporary: Option<(TemporaryPassword, Timestamp)>,
    /// What the gym has said about its front desk.
    pub(super) desk_sees: Option<bool>,
}

impl Kept {
    /// The customer as somebody with this visibility may see them: with the temporary password if it still holds.
    pub(super) fn seen(self, visibility: &PasswordVisibility, now: Timestamp) -> Customer {
        let Self { mut customer, temporary, desk_sees } = self;
        let is_seen = match visibility {
            PasswordVisibility::Nothing => false,
            PasswordVisibility::WhereTheGymAllows(scope) => {
                desk_sees.unwrap_or(GymRule::DeskSeesTemporaryPasswords.default())
                    && scope.covers(customer.gym, customer.branch)
            }
            PasswordVisibility::Within(scope) => scope.covers(customer.gym, customer.branch),
            PasswordVisibility::JustMade => true,
        };
        let holds = |until: Timestamp| !customer.login.password_changed && now < until;
        customer.login.temporary_password =
            temporary.filter(|(_, until)| is_seen && holds(*until)).map(|(password, _)| password);
        customer
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::customers::{
        metrics::BodyMetrics,
        model::{Body, Login},
    };
    use base::testing::{branch_scope, gym_scope};
    use base::vocabulary::{BranchId, CustomerId, GymId, PersonName, Phone};

    fn day(text: &str) -> NaiveDate {
        Day::parse(text).unwrap().date()
    }
    fn now() -> Timestamp {
        "2026-11-20T10:00:00Z".parse().unwrap()
    }
    fn details() -> Details {
        Details {
            full_name: PersonName::parse("Mona Adel").unwrap(),
            phone: Phone::parse("01001234567").ok(),
            email: None,
            gender: None,
            born: Born::Told { years: 30, on: day("2024-11-21") },
            height: None,
            weight: None,
            notes: None,
        }
    }
    fn nothing() -> Changes {
        Changes {
            branch: None,
            full_name: None,
            phone: Change::Keep,
            email: Change::Keep,
            gender: Change::Keep,
            date_of_birth: Change::Keep,
            age: Change::Keep,
            height: Change::Keep,
            weight: Change::Keep,
            notes: Change::Keep,
        }
    }
    fn kept(password_changed: bool, desk_sees: Option<bool>) -> Kept {
        let body = Body {
            gender: None,
            date_of_birth: None,
            age_years: None,
            height: None,
            weight: None,
            metrics: BodyMetrics::default(),
        };
        let customer = Customer {
            id: CustomerId::new(5),
            gym: GymId::new(1),
            branch: BranchId::new(2),
            branch_name: "Phoenix Club".to_owned(),
            full_name: "Mona Adel".to_owned(),
            phone: None,
            email: None,
            body,
            notes: None,
            qr_version: 1,
            login: Login { password_changed, temporary_password: None },
            language: None,
            is_active: true,
            deletion_requested_at: None,
            created_at: now(),
            has_active_subscription: false,
            subscription: None,
        };
        let until = now().checked_add_signed(TimeDelta::hours(72)).unwrap();
        Kept { customer, temporary: Some((TemporaryPassword::draw(), until)), desk_sees }
    }
    fn shows(kept: Kept, visibility: &PasswordVisibility, now: Timestamp) -> bool {
        kept.seen(visibility, now).login.temporary_password.is_some()
    }
    fn branch(id: i64) -> Scope {
        branch_scope(1, id)
    }

    #[test]
    fn a_temporary_password_is_seen_where_one_may_look() {
        assert!(!shows(kept(false, None), &PasswordVisibility::Nothing, now()));
        assert!(shows(kept(false, None), &PasswordVisibility::Within(branch(2)), now()));
        assert!(!shows(kept(false, None), &PasswordVisibility::Within(branch(1)), now()));
        assert!(shows(kept(false, None), &PasswordVisibility::Within(gym_scope(1)), now()));
        assert!(!shows(kept(false, None), &PasswordVisibility::Within(gym_scope(2)), now()));
        assert!(shows(kept(false, None), &PasswordVisibility::JustMade, now()));
    }

    #[test]
    fn the_gym_decides_whether_its_front_desk_looks_them_up() {
        let desk = PasswordVisibility::WhereTheGymAllows(branch(2));
        assert!(shows(kept(false, None), &desk, now()));
        assert!(shows(kept(false, Some(true)), &desk, now()));
        assert!(!shows(kept(false, Some(false)), &desk, now()));
        assert!(!shows(kept(false, Some(true)), &PasswordVisibility::WhereTheGymAllows(branch(1)), now()));
        assert!(shows(kept(false, Some(false)), &PasswordVisibility::Within(branch(2)), now()));
        assert!(shows(kept(false, Some(false)), &PasswordVisibility::JustMade, now()));
    }

    #[test]
    fn a_temporary_password_is_gone_once_it_was_changed_or_is_over() {
        assert!(!shows(kept(true, None), &PasswordVisibility::JustMade, now()));
        let last = now().checked_add_signed(TimeDelta::hours(72)).unwrap();
        let before = last.checked_sub_signed(TimeDelta::seconds(1)).unwrap();
        assert!(shows(kept(false, None), &PasswordVisibility::Within(branch(2)), before));
        assert!(!shows(kept(false, None), &PasswordVisibility::Within(branch(2)), last));
    }

    #[test]
    fn an_age_grows_with_the_years_however_it_is_known() {
        assert_eq!(Born::On(day("1996-11-20")).age(day("2026-11-19")), Some(29));
        assert_eq!(Born::On(day("1996-11-20")).age(day("2026-11-20")), Some(30));
        let told = Born::Told { years: 30, on: day("2024-11-21") };
        assert_eq!(told.age(day("2024-11-21")), Some(30));
        assert_eq!(told.age(day("2026-11-20")), Some(31));
        assert_eq!(told.age(day("2026-11-21")), Some(32));
        assert_eq!(told.age(day("2020-01-01")), Some(30));
        assert_eq!(Born::Unknown.age(day("2026-11-20")), None);
    }

    #[test]
    fn a_date_of_birth_is_in_the_past_and_within_a_life() {
        let today = day("2026-11-20");
        let of = |text: &str| born(Day::parse(text).ok(), Age::of(7), today);
        assert_eq!(of("1996-11-20"), Ok(Born::On(day("1996-11-20"))));
        assert_eq!(of("2026-11-20"), Ok(Born::On(today)));
        assert!(of("2026-11-21").is_err());
        assert!(of("1905-11-20").is_err());
        assert_eq!(born(None, Age::of(7), today), Ok(Born::Told { years: 7, on: today }));
        assert_eq!(born(None, None, today), Ok(Born::Unknown));
    }

    #[test]
    fn what_is_not_mentioned_stays() {
        let same = change(details(), nothing(), day("2026-11-20")).unwrap();
        assert_eq!((same.phone, same.born), (details().phone, details().born));
        let changes = Changes { phone: Change::Clear, ..nothing() };
        assert_eq!(change(details(), changes, day("2026-11-20")).unwrap().phone, None);
    }

    #[test]
    fn a_date_of_birth_outweighs_an_age() {
        let today = day("2026-11-20");
        let by = |born: Born, date: Change<Day>, age: Change<Age>| {
            let changes = Changes { date_of_birth: date, age, ..nothing() };
            change(Details { born, ..details() }, changes, today).unwrap().born
        };
        let (date, forty) = (Day::parse("1990-01-01").unwrap(), Age::of(40).unwrap());
        let (on, told) = (Born::On(date.date()), Born::Told { years: 30, on: today });
        assert_eq!(by(told, Change::Set(date), Change::Set(forty)), on);
        assert_eq!(by(on, Change::Keep, Change::Set(forty)), on);
        assert_eq!(by(on, Change::Clear, Change::Set(forty)), Born::Told { years: 40, on: today });
        assert_eq!(by(on, Change::Clear, Change::Keep), Born::Unknown);
        assert_eq!(by(told, Change::Clear, Change::Keep), told);
        assert_eq!(by(told, Change::Keep, Change::Clear), Born::Unknown);
        assert_eq!(by(Born::Unknown, Change::Keep, Change::Set(forty)), Born::Told { years: 40, on: today });
    }
}
