//! What the door knows when it decides, and what it records.

use uuid::Uuid;

use super::denial::{Denial, Reasons};
use crate::{
    gyms::GymRules,
    subscriptions::{Doors, ServiceKind, StatusInputs},
};
use base::vocabulary::{
    BranchId, CustomerId, EntryId, GymId, Line, StaffId, SubscriptionId, Timestamp, words,
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
        /// A scanned barcode; its text is read like that of a QR code.
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
        /// The customer was let in, by the rules or by a manager who overruled them.
        Approved = "approved" | "admitted" | "allowed" | "success",
        /// The customer was turned away; the entry keeps the first reason.
        Denied = "denied" | "rejected" | "refused",
    }
}

/// A subscription, as far as the door looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pass {
    /// The id of the subscription.
    pub id: SubscriptionId,
    /// The branch that sold it.
    pub branch: BranchId,
    /// The name of the service, as it was called at the sale.
    pub service_name: String,
    /// How it is used up.
    pub kind: ServiceKind,
    /// Whether it opens doors at all.
    pub opens_door: bool,
    /// Whether it opens the doors of the selling branch only, or of every branch.
    pub doors: Doors,
    /// The dates, freeze, stop and balance that its status follows from.
    pub standing: StatusInputs,
    /// Coins or sessions ever granted; none for time.
    pub total: Option<i32>,
    /// Coins or sessions that this very check-in has paid already, see [`DoorRequest::follows_deduction`].
    pub prepaid: i32,
}

/// Everything a decision follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who stands at the door.
    pub customer: CustomerId,
    /// The customer's full name.
    pub customer_name: String,
    /// The branch they belong to.
    pub home: BranchId,
    /// Whether the customer is active or deactivated.
    pub customer_is: Activity,
    /// The QR version that their tokens must carry.
    pub qr_version: i32,
    /// Whose door it is.
    pub branch: BranchId,
    /// The name of that branch.
    pub branch_name: String,
    /// Whether the branch is open for business.
    pub branch_is: Activity,
    /// The gym's rules that bear on a check-in.
    pub rules: GymRules,
    /// What they have bought, ended subscriptions too: at most a hundred, the one that was named first, then the
    /// newest.
    pub passes: Vec<Pass>,
}

/// Whether a customer or a branch is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// A customer who may come in, or a branch that is open for business.
    Active,
    /// A customer or a branch for whom the door stays shut, whatever was bought.
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
    /// The version of the customer's row in `customer_doors`, which every admission raises.
    pub version: i64,
    /// The latest admission at this door, if it is less than ten seconds old.
    pub last: Option<LastEntry>,
    /// When the token that was shown opened a door.
    pub token_spent_at: Option<Timestamp>,
}

/// An admission of the last seconds, with which a repeat is answered.
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
pub struct DoorRequest {
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
pub struct CheckInAttempt {
    /// The entry that records it; of a repeat, the entry of the first time.
    pub entry: EntryId,
    /// When the request arrived; of a repeat, when the first one did.
    pub at: Timestamp,
    /// The customer who stands at the door.
    pub customer: CustomerId,
    /// The customer's full name.
    pub customer_name: String,
    /// The branch whose door it is.
    pub branch: BranchId,
    /// The name of that branch.
    pub branch_name: String,
    /// How the customer was named.
    pub source: Source,
    /// Whether something was to be taken; of a repeat, what the first request said.
    pub action: Action,
    /// The subscription it went by, as it stands after it.
    pub pass: Option<Pass>,
    /// Whether the customer was let in, with the charge or the reasons.
    pub outcome: CheckInOutcome,
}

/// How an attempt to come in ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckInOutcome {
    /// Let in, by the rules or by a manager who overruled them.
    Admitted {
        /// Coins or sessions taken for it.
        charged: i32,
        /// The reason that a manager overruled.
        overruled: Option<Denial>,
        /// Whether this is the answer of an earlier entry, made less than [`super::REPEAT_SECONDS`] before.
        is_repeat: bool,
    },
    /// Turned away for these reasons, of which the first is shown.
    Denied(Reasons),
}

impl CheckInOutcome {
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
    /// The id of the entry.
    pub id: EntryId,
    /// The gym whose door it was.
    pub gym: GymId,
    /// When the request arrived.
    pub at: Timestamp,
    /// The customer who wanted to come in.
    pub customer: CustomerId,
    /// The customer's name, as it is now.
    pub customer_name: String,
    /// The branch whose door it was.
    pub branch: BranchId,
    /// The name of that branch, as it is now.
    pub branch_name: String,
    /// The subscription it went by, or that was in the way.
    pub subscription: Option<SubscriptionId>,
    /// The name of its service, as it was called at the sale.
    pub service_name: Option<String>,
    /// Whether the customer was let in.
    pub status: EntryStatus,
    /// Why it was denied; also kept when a manager overruled it.
    pub denied_as: Option<Denial>,
    /// Why a manager overruled it.
    pub override_reason: Option<String>,
    /// How the customer was named.
    pub source: Source,
    /// Whether something was to be taken.
    pub action: Action,
    /// Coins or sessions taken.
    pub charged: i32,
    /// The staff user who signed for the entry.
    pub staff: Option<StaffId>,
    /// That staff user's name, as it is now.
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
