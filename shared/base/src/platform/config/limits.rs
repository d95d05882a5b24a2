//! How often is too often.

use std::time::Duration;

use serde::Deserialize;

use super::{Mode, Section, Setting, field::Field, parse, problems::Problems};

/// How often is too often. A branch's forty people and three hundred members share one address, so limits by address
/// are wide and those by account narrow.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    /// Requests an address may make each second, in the long run.
    #[serde(deserialize_with = "parse::count")]
    pub address_requests_per_second: u32,
    /// Requests an address may make at once after a pause.
    #[serde(deserialize_with = "parse::count")]
    pub address_burst: u32,
    /// Attempts to sign in, activate or verify that an address may make each minute, in the long run.
    #[serde(deserialize_with = "parse::count")]
    pub address_sign_ins_per_minute: u32,
    /// Such attempts an address may make at once after a pause.
    #[serde(deserialize_with = "parse::count")]
    pub address_sign_in_burst: u32,
    /// Wrong passwords for one account from one address within the window; ten times as many from all addresses
    /// together.
    #[serde(deserialize_with = "parse::count")]
    pub account_wrong_passwords: u32,
    /// The window of wrong passwords; the first attempt opens it.
    #[serde(rename = "account_window_minutes", deserialize_with = "parse::minutes")]
    pub account_window: Duration,
    /// Wrong codes for one phone number or address within the window, over all codes that were sent to it.
    #[serde(deserialize_with = "parse::count")]
    pub code_guesses: u32,
    /// The window of wrong codes; the first attempt opens it.
    #[serde(rename = "code_window_minutes", deserialize_with = "parse::minutes")]
    pub code_window: Duration,
    /// QR codes a staff user may renew each minute.
    #[serde(deserialize_with = "parse::count")]
    pub qr_regenerations_per_minute: u32,
}

impl Section for LimitSettings {
    const NAME: &'static str = "limits";
    const FIELDS: &'static [Field] = &[
        Field::new(
            "address_requests_per_second",
            "Requests of one address each second, in the long run.",
            "100",
        ),
        Field::new("address_burst", "Requests of one address at once, after a pause.", "600"),
        Field::new(
            "address_sign_ins_per_minute",
            "Attempts to sign in, activate or verify from one address each minute, in the long run.",
            "240",
        ),
        Field::new("address_sign_in_burst", "Such attempts of one address at once, after a pause.", "400"),
        Field::new("account_wrong_passwords", "Wrong passwords an account bears within its window.", "10"),
        Field::new("account_window_minutes", "Window of wrong passwords, in minutes.", "10"),
        Field::new(
            "code_guesses",
            "Wrong codes for one identifier within their window, over all its codes.",
            "15",
        ),
        Field::new("code_window_minutes", "Window of wrong codes, in minutes.", "10"),
        Field::new("qr_regenerations_per_minute", "QR codes one staff user renews each minute.", "10"),
    ];

    fn check(&self, at: Setting, problems: &mut Problems) {
        if at.mode != Mode::Production {
            return;
        }
        // Far above what the largest branch behind one address asks for, and still a limit.
        let mosts = [
            ("ADDRESS_REQUESTS_PER_SECOND", self.address_requests_per_second, 10_000),
            ("ADDRESS_BURST", self.address_burst, 50_000),
            ("ADDRESS_SIGN_INS_PER_MINUTE", self.address_sign_ins_per_minute, 10_000),
            ("ADDRESS_SIGN_IN_BURST", self.address_sign_in_burst, 10_000),
            ("ACCOUNT_WRONG_PASSWORDS", self.account_wrong_passwords, 100),
            ("CODE_GUESSES", self.code_guesses, 100),
            ("QR_REGENERATIONS_PER_MINUTE", self.qr_regenerations_per_minute, 1000),
        ];
        for (key, value, most) in mosts {
            if value > most {
                let message =
                    format!("{value} is as good as no limit, which production refuses: {most} at most");
                problems.add(format!("GYM__LIMITS__{key}"), message);
            }
        }
    }
}
