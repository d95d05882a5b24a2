//! The door: who comes in, on what, and why not.
//!
//! - One pure function decides, [`decide`]: the desk, a scanner, the question "would she get in at 18:00" and the member's
//!   own app all ask it.
//! - Every attempt leaves an entry and an audit row, denials too. An admission takes at most one coin or session, from the
//!   subscription it was decided on, in the statement that writes the entry.
//! - An admission of a moment ago at the same door is the same admission: it is answered again and takes nothing.
//!
//! # One look, one write
//! A check-in is two statements without a transaction around them. The first reads everything the decision follows
//! from, and the version of the customer's row in `customer_doors`. The second begins by locking that row if it still
//! carries this version; everything else (entry, charge, ledger, spent token, audit row, the next version) is written
//! only if it found that row. Of several admissions of one customer decided on the same version, one writes: the others
//! waited for its lock, find another version, write nothing, and look again; they then see its entry and repeat it.
//! Freezing and stopping lock the subscription's row, spending locks its balance: the same statement locks both and
//! looks at them again. Whoever is too late three times locks the customer's row in `customer_doors` in a transaction,
//! and no other admission can come first any more. Denials change nothing that a decision follows from, so they need no
//! version.
//!
//! The balance and its ledger belong to [`crate::subscriptions`]; they are written here as well, under the same locks in
//! the same order, because one statement is the point.

mod check_in;
mod code;
mod denial;
mod history;
mod model;
mod moment;
mod outlook;
mod own;
mod rules;
mod shut;
mod store;

pub use check_in::check_in;
pub use code::CodeUnreadable;
pub use denial::{AskRefused, Denial, Reasons};
pub use history::{
    BUSY_FROM, Crowd, EntryFilter, Level, MODERATE_FROM, OwnStats, branch_activity, list, list_own,
    own_stats, whole,
};
pub use model::{
    Action, Activity, CheckInAttempt, CheckInOutcome, DoorRequest, Entry, EntryStatus, Facts, Pass, Source,
};
pub use moment::parse_moment;
pub use outlook::{Outlook, would_admit};
pub use own::can_i_come_in;
pub use rules::{Decision, REPEAT_SECONDS, Wish, decide};
