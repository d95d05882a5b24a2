//! Why somebody does not get in, or does not get another password.

use base::refusals;

refusals! {
    /// Why nobody signed in.
    ///
    /// The staff app rewrites a sentence that contains the word password, user or credential (`staff_app.md`, section 2),
    /// so the English sentences do without them.
    pub enum SignInRefused {
        /// The name is missing.
        NameMissing => Invalid of "username", "MISSING_FIELDS",
            en: "Please fill in both fields",
            ar: "يرجى ملء الحقلين";
        /// The password is missing.
        PasswordMissing => Invalid of "password", "MISSING_FIELDS",
            en: "Please fill in both fields",
            ar: "يرجى ملء الحقلين";
        /// No such account, or not its password: one answer for both.
        InvalidCredentials => Unauthenticated, "INVALID_CREDENTIALS",
            en: "These sign-in details are not correct",
            ar: "بيانات تسجيل الدخول غير صحيحة";
        /// The right password of an account that is switched off, itself or with its branch or gym.
        AccountDisabled => Forbidden, "ACCOUNT_DISABLED",
            en: "Account disabled",
            ar: "تم تعطيل الحساب";
    }
}

refusals! {
    /// Why a password stays what it is.
    pub enum PasswordChangeRefused {
        /// Not the current password. Never a 401: the apps would sign out.
        WrongPassword => Rejected, "WRONG_PASSWORD",
            en: "The current password is not correct",
            ar: "كلمة المرور الحالية غير صحيحة";
        /// The new password is the old one.
        Unchanged => Rejected, "PASSWORD_UNCHANGED",
            en: "The new password must differ from the current one",
            ar: "يجب أن تختلف كلمة المرور الجديدة عن الحالية";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{Refusal, RefusalKind, vocabulary::Language};

    #[test]
    fn the_sign_in_screen_has_no_word_to_rewrite() {
        for refused in [
            SignInRefused::NameMissing,
            SignInRefused::PasswordMissing,
            SignInRefused::InvalidCredentials,
            SignInRefused::AccountDisabled,
        ] {
            let said = refused.say(Language::En).to_lowercase();
            assert!(["password", "user", "credential"].iter().all(|word| !said.contains(word)), "{said}");
        }
    }

    #[test]
    fn a_wrong_password_while_signed_in_signs_nobody_out() {
        assert_ne!(PasswordChangeRefused::WrongPassword.kind(), RefusalKind::Unauthenticated);
    }
}
