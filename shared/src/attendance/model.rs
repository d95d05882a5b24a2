//! What the door sees, and what it keeps.

use uuid::Uuid;

use super::denial::{Denial, Reasons};
use crate::{
    gyms::GymRules,
    subscriptions::{Doors, Kind, Standing},
    vocabulary::{BranchId, CustomerId, EntryId, GymId, Line, StaffId, SubscriptionId, Timestamp, words},
};

words! {
    /// Whether letting somebody in takes from what they have.
    pub enum Action {
        /// Let in; take nothing.
        CheckInOnly = "check_in_only" | "check_in" | "checkin",
        /// Let in and take one coin or session, if the subscription counts any.
        CheckInWithDeduction = "check_in_with_deduction" | "deduct",
    }
}

words! {
    /// How somebody said who they are.
    pub enum Source {
        /// A scanned QR code.
        QrScan = "qr_scan" | "qr",
        /// A scanned barcode.
        Barcode = "barcode",
        /// Typed at the desk.
        Manual = "manual",
        /// Chosen from a list at the desk.
        Attendance = "attendance",
    }
}

words! {
    /// How an attempt to come in ended, as the apps say it.
    pub enum EntryStatus {
        /// Let in.
        Approved = "approved" | "admitted" | "allowed" | "success",
        /// Turned away.
        Denied = "denied" | "rejected" | "refused",
    }
}

/// A subscription, as far as the door looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// Which.
    pub id: SubscriptionId,
    /// The branch that sold it.
    pub branch: BranchId,
    /// What was sold.
    pub service_name: String,
    /// How it is used up.
    pub kind: Kind,
    /// Whether it opens doors at all.
    pub opens_door: bool,
    /// Which doors.
    pub doors: Doors,
    /// What its status follows from.
    pub standing: Standing,
    /// Coins or sessions ever granted; none for time.
    pub total: Option<i32>,
    /// Coins or sessions that this very check-in has paid already, see [`Ask::follows_deduction`].
    pub prepaid: i32,
}

/// Everything a decision follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who stands at the door.
    pub customer: CustomerId,
    /// Their name.
    pub customer_name: String,
    /// The branch they belong to.
    pub home: BranchId,
    /// Whether they are a member still.
    pub customer_is: Activity,
    /// The QR version that their tokens must carry.
    pub qr_version: i32,
    /// Whose door it is.
    pub branch: BranchId,
    /// Its name.
    pub branch_name: String,
    /// Whether the branch is open for business.
    pub branch_is: Activity,
    /// The rules of the house.
    pub rules: GymRules,
    /// What they have bought.
    pub passes: Vec<Pass>,
}

/// Whether somebody or something is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Switched on.
    Active,
    /// Switched off.
    Inactive,
}

impl From<bool> for Activity {
    fn from(is_active: bool) -> Self {
        if is_active { Self::Active } else { Self::Inactive }
    }
}

/// The facts, and what happened at the door last.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub facts: Facts,
    /// Which admission this would be.
    pub version: i64,
    /// The admission of a moment ago at this door.
    pub last: Option<LastEntry>,
    /// When the token that was shown opened a door.
    pub token_spent_at: Option<Timestamp>,
}

/// An admission of a moment ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LastEntry {
    pub id: EntryId,
    pub branch: BranchId,
    pub at: Timestamp,
    pub subscription: Option<SubscriptionId>,
    pub source: Source,
    pub action: Action,
    pub charged: i32,
    pub overruled: Option<Denial>,
}

/// A signed token that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub id: Uuid,
    pub qr_version: Option<i32>,
    pub expires_at: Timestamp,
}

/// What the desk asks of the door.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who stands there, as an id.
    pub customer: Option<CustomerId>,
    /// Who stands there, as a code that was scanned or typed.
    pub code: Option<String>,
    /// The subscription that the desk would use; names the customer too.
    pub subscription: Option<SubscriptionId>,
    /// Whether to take from it.
    pub action: Action,
    /// How the customer was named.
    pub source: Source,
    /// Whether this is the second call of a February app, which deducts by itself first and then checks in with a
    /// deduction: one that this staff user made within the last ten seconds is the charge of this entry.
    pub follows_deduction: bool,
    /// Why to let in although the rules deny.
    pub overriding: Option<Line>,
}

/// An attempt to come in, as the desk learns of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its record.
    pub entry: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub customer: CustomerId,
    /// Their name.
    pub customer_name: String,
    /// Where.
    pub branch: BranchId,
    /// Its name.
    pub branch_name: String,
    /// How the customer was named.
    pub source: Source,
    /// What was asked.
    pub action: Action,
    /// The subscription it went by, as it stands after it.
    pub pass: Option<Pass>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How an attempt to come in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Let in.
    Admitted {
        /// Coins or sessions taken for it.
        charged: i32,
        /// The reason that a manager overruled.
        overruled: Option<Denial>,
        /// Whether this answers an entry of a moment ago again.
        is_repeat: bool,
    },
    /// Turned away.
    Denied(Reasons),
}

impl Outcome {
    /// Whether they came in.
    pub const fn is_admitted(&self) -> bool {
        matches!(self, Self::Admitted { .. })
    }

    /// Coins or sessions taken.
    pub const fn charged(&self) -> i32 {
        match self {
            Self::Admitted { charged, .. } => *charged,
            Self::Denied(_) => 0,
        }
    }

    /// Why it was denied, also if a manager overruled it.
    pub const fn denial(&self) -> Option<Denial> {
        match self {
            Self::Admitted { overruled, .. } => *overruled,
            Self::Denied(reasons) => Some(reasons.first()),
        }
    }
}

/// One attempt to come in, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub id: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub customer: CustomerId,
    /// Their name.
    pub customer_name: String,
    /// Where.
    pub branch: BranchId,
    /// Its name.
    pub branch_name: String,
    /// The subscription it went by, or that was in the way.
    pub subscription: Option<SubscriptionId>,
    /// What was sold with it.
    pub service_name: Option<String>,
    /// How it ended.
    pub status: EntryStatus,
    /// Why it was denied; also kept when a manager overruled it.
    pub denied_as: Option<Denial>,
    /// Why a manager overruled it.
    pub override_reason: Option<String>,
    /// How the customer was named.
    pub source: Source,
    /// What was asked.
    pub action: Action,
    /// Coins or sessions taken.
    pub charged: i32,
    /// Who stood at the desk.
    pub staff: Option<StaffId>,
    /// Their name.
    pub staff_name: Option<String>,
}

/// Where and for whom a look is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub gym: GymId,
    pub branch: BranchId,
    pub customer: Option<CustomerId>,
    pub subscription: Option<SubscriptionId>,
    pub token: Option<Uuid>,
    /// Admissions after this instant are repeated.
    pub since: Timestamp,
    /// Whose deductions after that instant pay for the entry, if any do.
    pub paid_by: Option<StaffId>,
}
