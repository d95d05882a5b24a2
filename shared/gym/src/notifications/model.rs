//! A device, as its app describes it.

use base::{
    refusals,
    vocabulary::{CustomerId, StaffId, field_errors, words},
};

words! {
    /// Which app runs on a device.
    pub enum AppType {
        /// The app of those who work at a gym.
        Staff = "staff",
        /// The staff app as the super admin's.
        SuperAdmin = "super_admin",
        /// The app of the members.
        Client = "client" | "member",
    }
}

words! {
    /// What a device runs; the apps say android on an iPhone as well.
    pub enum Platform {
        /// Android; some apps say so on an iPhone as well.
        Android = "android",
        /// iOS, from an app that says so.
        Ios = "ios",
        /// A web browser, on any device.
        Web = "web",
    }
}

impl AppType {
    /// Whether it is an app for staff.
    pub const fn is_for_staff(self) -> bool {
        match self {
            Self::Staff | Self::SuperAdmin => true,
            Self::Client => false,
        }
    }
}

/// A device to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// How the push provider calls it.
    pub token: DeviceToken,
    /// Which app runs on it.
    pub app: AppType,
    /// What it runs, as its app says.
    pub platform: Platform,
}

/// Whose device it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    Staff(StaffId),
    Customer(CustomerId),
}

impl Holder {
    pub(super) const fn staff(self) -> Option<i64> {
        match self {
            Self::Staff(id) => Some(id.get()),
            Self::Customer(_) => None,
        }
    }

    pub(super) const fn customer(self) -> Option<i64> {
        match self {
            Self::Staff(_) => None,
            Self::Customer(id) => Some(id.get()),
        }
    }
}

/// How the push provider calls a device: 1 to 1024 visible ASCII characters, told apart exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceToken(String);

/// Longest token; those of today have about 200 characters, and the unique index takes 2700 bytes.
const TOKEN_MAX: usize = 1024;

impl DeviceToken {
    /// Reads a token as the provider gave it.
    pub fn parse(text: &str) -> Result<Self, TokenInvalid> {
        let text = text.trim();
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        if !text.is_empty() && text.len() <= TOKEN_MAX && is_plain {
            Ok(Self(text.to_owned()))
        } else {
            Err(TokenInvalid)
        }
    }

    /// The token as the push provider gave it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

field_errors! {
    /// Text that is not a device token.
    pub struct TokenInvalid => "DEVICE_TOKEN_INVALID",
        en: "The device token must have 1 to 1024 visible characters",
        ar: "رمز الجهاز يجب أن يتكون من 1 إلى 1024 حرفًا ظاهرًا";
}

refusals! {
    /// Why a device was not registered.
    pub enum DeviceRefused {
        /// A member's session cannot register a device for the staff app, nor a staff user's for the member app.
        OtherApp => Invalid of "app_type", "APP_TYPE_MISMATCH",
            en: "The session belongs to the other app",
            ar: "نوع التطبيق لا يطابق الجلسة الحالية";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_told_apart_exactly() {
        assert_eq!(DeviceToken::parse(" aB:_-9 ").unwrap().as_str(), "aB:_-9");
        assert_ne!(DeviceToken::parse("aB"), DeviceToken::parse("ab"));
    }

    #[test]
    fn what_no_provider_gives_is_no_token() {
        let long = "x".repeat(TOKEN_MAX + 1);
        for odd in ["", "  ", "a b", "رمز", "a\u{7f}", &long] {
            assert_eq!(DeviceToken::parse(odd), Err(TokenInvalid), "{odd}");
        }
        assert!(DeviceToken::parse(&"x".repeat(TOKEN_MAX)).is_ok());
    }
}
