//! A staff user, and what may be said about one.

use base::{
    access::{Password, Role},
    vocabulary::{
        BranchId, Email, GymId, Language, PersonName, Phone, StaffId, Timestamp, field_errors,
        text::like_anywhere,
    },
};

/// A staff user, without their secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffUser {
    /// The id; no customer has the same one.
    pub id: StaffId,
    /// Their gym; none for a super admin.
    pub gym: Option<GymId>,
    /// Their home branch, for roles that have one.
    pub branch: Option<BranchId>,
    /// What that branch is called.
    pub branch_name: Option<String>,
    /// The branches they manage, for regional roles.
    pub managed: Vec<BranchId>,
    /// Sign-in name in small letters, unique on the whole platform.
    pub username: String,
    /// The full name, as it is shown.
    pub full_name: String,
    /// The role, from which follows what they may do.
    pub role: Role,
    /// E-mail address, if one is known.
    pub email: Option<String>,
    /// Phone number in its canonical form, if one is known.
    pub phone: Option<String>,
    /// The language they chose; none before they choose one.
    pub language: Option<Language>,
    /// Whether somebody else chose their password.
    pub must_change_password: bool,
    /// Whether they may sign in.
    pub is_active: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub last_login_at: Option<Timestamp>,
}

impl StaffUser {
    /// Every branch they work at, active or not.
    pub(super) fn branches(&self) -> impl Iterator<Item = BranchId> {
        self.branch.into_iter().chain(self.managed.iter().copied())
    }
}

/// A sign-in name: 3 to 60 letters, digits and `.` `_` `-` `@` `+`, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

/// Fewest and most characters of a sign-in name.
const USERNAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=60;

field_errors! {
    /// Text that cannot be a sign-in name.
    pub struct UsernameInvalid => "USERNAME_INVALID",
        en: "3 to 60 letters, digits, dots, dashes or underscores, without spaces",
        ar: "من 3 إلى 60 حرفا أو رقما أو نقطة أو شرطة، دون مسافات";
}

impl Username {
    /// Reads a sign-in name; letter case and surrounding blanks do not matter.
    pub fn parse(text: &str) -> Result<Self, UsernameInvalid> {
        let folded = text.trim().to_lowercase();
        let is_plain = folded.chars().all(|char| char.is_alphanumeric() || ".-_@+".contains(char));
        let is_long_enough = USERNAME_LENGTH.contains(&folded.chars().count());
        if is_plain && is_long_enough { Ok(Self(folded)) } else { Err(UsernameInvalid) }
    }

    /// The name, in small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody to be hired.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// Sign-in name, nobody else's on the platform.
    pub username: Username,
    /// The full name, as it is to be shown.
    pub full_name: PersonName,
    /// The password they begin with.
    pub password: Password,
    /// What they will be.
    pub role: Role,
    /// Home branch; needed for roles that have one, not looked at for others.
    pub branch: Option<BranchId>,
    /// Managed branches; needed for regional roles, not looked at for others.
    pub managed: Vec<BranchId>,
    /// E-mail address, if one is known.
    pub email: Option<Email>,
    /// Phone number, if one is known.
    pub phone: Option<Phone>,
}

/// What is to be changed about a staff user; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct StaffEdit {
    /// Another full name; it cannot be taken away.
    pub full_name: Option<PersonName>,
    /// E-mail address; the inner `None` takes it away.
    pub email: Option<Option<Email>>,
    /// Phone; the inner `None` takes it away.
    pub phone: Option<Option<Phone>>,
    /// Whether they may sign in.
    pub is_active: Option<bool>,
    /// Another role, of lower rank than the manager's; nobody becomes an owner by it, and no owner anything else.
    pub role: Option<Role>,
    /// Another home branch, for roles that have one.
    pub branch: Option<BranchId>,
    /// Other managed branches in place of all they had, for regional roles.
    pub managed: Option<Vec<BranchId>>,
}

/// Which staff users are looked for.
#[derive(Debug, Clone, Default)]
pub struct StaffFilter {
    /// Only of this role.
    pub role: Option<Role>,
    /// Only active ones, or only others.
    pub is_active: Option<bool>,
    /// Part of a name, sign-in name, e-mail address or phone.
    pub search: Option<String>,
    /// Everybody, or only those who are employed.
    pub whom: Whom,
}

impl StaffFilter {
    pub(super) fn pattern(&self) -> Option<String> {
        self.search.as_deref().map(|text| like_anywhere(&text.trim().to_lowercase()))
    }
}

/// Whether owners and super admins belong to a list of staff.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Whom {
    /// Everybody with an account.
    #[default]
    Everybody,
    /// Those who are employed by an owner.
    Employees,
}

/// A page of staff users.
#[derive(Debug, Clone)]
pub struct Found {
    /// At most as many as asked for, by id.
    pub staff: Vec<StaffUser>,
    /// How many there are on all pages.
    pub total: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_name_is_folded_and_trimmed() {
        assert_eq!(Username::parse("  Reception1 ").unwrap().as_str(), "reception1");
        assert_eq!(Username::parse("منى.زكي").unwrap().as_str(), "منى.زكي");
    }

    #[test]
    fn a_sign_in_name_without_length_or_with_blanks_is_refused() {
        let long = "a".repeat(61);
        for text in ["", "ab", "a b c", "a\0bc", "abc\n1", "<abc>", "İİİ", long.as_str()] {
            assert_eq!(Username::parse(text), Err(UsernameInvalid), "{text:?}");
        }
    }
}
