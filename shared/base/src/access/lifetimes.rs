//! How long tokens live.

use chrono::TimeDelta;

/// How long tokens live.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// A staff token; the staff app signs in again after it.
    pub staff_access: TimeDelta,
    /// A member's access token.
    pub member_access: TimeDelta,
    /// A member's refresh token, and with it the session.
    pub member_refresh: TimeDelta,
    /// A code that a member shows at the door.
    pub qr_token: TimeDelta,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            staff_access: TimeDelta::minutes(720),
            member_access: TimeDelta::minutes(1440),
            member_refresh: TimeDelta::days(30),
            qr_token: TimeDelta::seconds(60),
        }
    }
}
