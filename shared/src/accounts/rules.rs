//! Why somebody does not get in, or does not get another password.

use std::borrow::Cow;

use crate::{
    error::{Refusal, RefusalKind, Text},
    vocabulary::Language,
};

/// Why nobody signed in.
///
/// The staff app rewrites a sentence that contains the word password, user or credential (`staff_app.md`, section 2),
/// so the English sentences do without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefused {
    /// The name or the password is missing.
    #[error("a field is missing")]
    Incomplete,
    /// No such account, or not its password: one answer for both.
    #[error("no such name and password")]
    InvalidCredentials,
    /// The right password of an account that is switched off, itself or with its branch or gym.
    #[error("the account is switched off")]
    AccountDisabled,
}

impl Refusal for SignInRefused {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::Incomplete => RefusalKind::Invalid,
            Self::InvalidCredentials => RefusalKind::Unauthenticated,
            Self::AccountDisabled => RefusalKind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Incomplete => "MISSING_FIELDS",
            Self::InvalidCredentials => "INVALID_CREDENTIALS",
            Self::AccountDisabled => "ACCOUNT_DISABLED",
        }
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        let text = match self {
            Self::Incomplete => {
                Text { en: "Please fill in both fields", ar: "يرجى ملء الحقلين" }
            }
            Self::InvalidCredentials => Text {
                en: "These sign-in details are not correct",
                ar: "بيانات تسجيل الدخول غير صحيحة",
            },
            Self::AccountDisabled => Text { en: "Account disabled", ar: "تم تعطيل الحساب" },
        };
        text.say(language).into()
    }
}

/// Why a password stays what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordChangeRefused {
    /// Not the current password. Never a 401: the apps would sign out.
    #[error("not the current password")]
    WrongPassword,
    /// The new password is the old one.
    #[error("the new password is the old one")]
    Unchanged,
}

impl Refusal for PasswordChangeRefused {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::WrongPassword | Self::Unchanged => RefusalKind::Rejected,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::WrongPassword => "WRONG_PASSWORD",
            Self::Unchanged => "PASSWORD_UNCHANGED",
        }
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        let text = match self {
            Self::WrongPassword => Text {
                en: "The current password is not correct",
                ar: "كلمة المرور الحالية غير صحيحة",
            },
            Self::Unchanged => Text {
                en: "The new password must differ from the current one",
                ar: "يجب أن تختلف كلمة المرور الجديدة عن الحالية",
            },
        };
        text.say(language).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_in_screen_has_no_word_to_rewrite() {
        for refused in
            [SignInRefused::Incomplete, SignInRefused::InvalidCredentials, SignInRefused::AccountDisabled]
        {
            let said = refused.say(Language::En).to_lowercase();
            assert!(["password", "user", "credential"].iter().all(|word| !said.contains(word)), "{said}");
        }
    }

    #[test]
    fn a_wrong_password_while_signed_in_signs_nobody_out() {
        assert_ne!(PasswordChangeRefused::WrongPassword.kind(), RefusalKind::Unauthenticated);
    }
}
