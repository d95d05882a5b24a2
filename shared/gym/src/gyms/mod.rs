//! The business: its name and colours, its rules, and whether it may use the platform.
//!
//! A gym's owner names it and sets its rules; a super admin sees all gyms and switches them on and off. Switching one
//! off ends every session of its staff and members in the same transaction; nothing else changes, so that switching it
//! on again restores it, only that everybody signs in anew.
//!
//! An owner says how the gym counts and speaks until the first sale; from then on only who runs the platform does. No day
//! that was counted moves with it: payments, subscriptions and freezes keep their dates, and only what is done afterwards
//! counts in the new time zone.
//!
//! The table of rules holds what an owner has decided. Everything else has its default in `rules`, so that a new rule
//! needs no row anywhere. Beside the rules, which are on or off, stand the limits of what a desk may give away by
//! itself, which are numbers; without a row there are none.

mod actions;
mod locale;
mod model;
mod opening;
mod rules;
mod sale_limits;
mod store;

pub use actions::{change_settings, edit, find_own, list, set_locale, settings_of_own, switch};
pub use locale::{Locale, LocaleEdit, WeekStart};
pub use model::{Colour, Gym, GymEdit, GymRefused, ImageUrl, Owner, Size, Switched};
pub(crate) use opening::{find_gym_of, give_to, hold, open};
pub use rules::{GymRule, GymRules, GymSettings, GymSettingsEdit, parse_changes};
pub use sale_limits::{SaleLimit, SaleLimitInvalid, SaleLimits, SaleLimitsEdit};
pub(crate) use store::find_calendar;
