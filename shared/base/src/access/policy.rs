//! What each role may do, and how far: the whole policy, as one table.
//!
//! `tests/policy.txt` is the same table for managers, printed by a test from the values below.

use super::Role;

/// How far a capability carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The role does not have the capability.
    Nowhere,
    /// In the branches they work at: the home branch, or the managed set.
    OwnBranches,
    /// In every branch of their gym.
    WholeGym,
    /// In every gym of the platform.
    Platform,
}

/// A capability, as a type.
pub trait Can: Send + Sync + 'static {
    /// The same capability, as a value.
    const CAPABILITY: Capability;
}

/// A capability whose row says that it moves money: only who has one can open a write that takes some.
pub trait MovesMoney: Can {}

/// One cell: how far this role may go.
macro_rules! cell {
    (.) => {
        Reach::Nowhere
    };
    (b) => {
        Reach::OwnBranches
    };
    (G) => {
        Reach::WholeGym
    };
    (A) => {
        Reach::Platform
    };
}

/// Whether the capability moves money; said in every row, because a row that says nothing must not mean "no".
macro_rules! moves_money {
    (yes) => {
        true
    };
    (no) => {
        false
    };
    (yes $name:ident) => {
        impl MovesMoney for can::$name {}
    };
    (no $name:ident) => {};
}

/// One row for one role. A row with fewer or more cells than there are columns does not compile, nor does a table
/// without a column for some role.
macro_rules! row {
    ($role:ident [$( $(|)* $column:ident )+ $(|)*] [$( $cell:tt )+]) => {
        match $role { $( Role::$column => cell!($cell), )+ }
    };
}

macro_rules! columns {
    ([$( $(|)* $column:ident )+ $(|)*]) => {
        impl Role {
            /// Every role, in the order of the policy's columns: highest rank first.
            pub const ALL: [Self; [$( Self::$column ),+].len()] = [$( Self::$column ),+];
        }
    };
}

macro_rules! policy {
    ($columns:tt moves_money; $( $name:ident $cells:tt $money:ident $code:literal $sentence:literal; )+) => {
        /// Everything a staff user can be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Capability { $( #[doc = $sentence] $name, )+ }

        impl Capability {
            /// Every capability, in the order of the table.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )+ ];

            /// Stable machine name; also the deed in the audit log.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )+ }
            }

            /// What it allows, as a sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $( Self::$name => $sentence, )+ }
            }

            /// Whether a request without `Idempotency-Key` that is repeated within ten seconds is taken for a double
            /// click.
            pub const fn moves_money(self) -> bool {
                match self { $( Self::$name => moves_money!($money), )+ }
            }
        }

        /// One type per capability, so that a signature can name it.
        pub mod can {
            $(
                #[doc = $sentence]
                #[derive(Debug, Clone, Copy)]
                pub struct $name;
                impl super::Can for $name {
                    const CAPABILITY: super::Capability = super::Capability::$name;
                }
            )+
        }

        $( moves_money!($money $name); )+

        /// How far `capability` carries for `role`.
        pub const fn reach(role: Role, capability: Capability) -> Reach {
            match capability { $( Capability::$name => row!(role $columns $cells), )+ }
        }

        columns!($columns);
    };
}

// .  not at all
// b  in the branches they work at
// G  in every branch of their gym
// A  in every gym of the platform
policy! {
                            [SuperAdmin
                             |  Owner
                             |  |  RegionalManager
                             |  |  |  BranchManager
                             |  |  |  |  CentralAccountant
                             |  |  |  |  |  RegionalAccountant
                             |  |  |  |  |  |  BranchAccountant
                             |  |  |  |  |  |  |  Trainer
                             |  |  |  |  |  |  |  |  FrontDesk
                             |  |  |  |  |  |  |  |  |]  moves_money;
    UseTheApp               [A  G  b  b  G  b  b  b  b]  no   "account.use"                       "Use the app: read who one is, choose a language, register a device, sign out.";
    ChangeOwnPassword       [A  G  b  b  G  b  b  b  b]  no   "account.change_password"           "Change one's own password.";
    ReadGyms                [A  .  .  .  .  .  .  .  .]  no   "gyms.read"                         "Read the gyms of the platform.";
    SwitchGyms              [A  .  .  .  .  .  .  .  .]  no   "gyms.switch"                       "Switch a gym on or off.";
    SetGymLocale            [A  .  .  .  .  .  .  .  .]  no   "gyms.set_locale"                   "Set time zone, currency, language and week of a gym.";
    ReadOwnGym              [.  G  b  b  G  b  b  b  b]  no   "gym.read"                          "Read one's own gym and its rules.";
    EditOwnGym              [.  G  .  .  .  .  .  .  .]  no   "gym.edit"                          "Name, colour and set up one's own gym, and change its rules.";
    ReadBranches            [A  G  b  b  G  b  b  b  b]  no   "branches.read"                     "Read branches.";
    ManageBranches          [.  G  .  .  .  .  .  .  .]  no   "branches.manage"                   "Open and edit branches.";
    SwitchBranches          [.  G  b  .  .  .  .  .  .]  no   "branches.switch"                   "Switch a branch on or off, with its staff and members.";
    ReadStaff               [A  G  b  b  G  b  b  b  b]  no   "staff.read"                        "Read the staff list.";
    ManageStaff             [A  G  b  b  .  .  .  .  .]  no   "staff.manage"                      "Hire, edit and deactivate staff of lower rank.";
    ResetStaffPasswords     [A  G  b  b  .  .  .  .  .]  no   "staff.reset_password"              "Give a staff user of lower rank a new password.";
    ReadServices            [.  G  b  b  G  b  b  b  b]  no   "services.read"                     "Read what is sold.";
    ManageServices          [.  G  b  b  .  .  .  .  .]  no   "services.manage"                   "Decide what is sold, at what price.";
    ReadCustomers           [A  G  b  b  G  b  b  b  b]  no   "customers.read"                    "Read customers.";
    KnowEveryCustomer       [A  G  b  b  G  b  b  .  b]  no   "customers.know"                    "See measures, notes and subscriptions of everybody, not only of one's own trainees.";
    SeeTemporaryPasswords   [.  G  b  b  .  .  .  .  b]  no   "customers.see_temporary_password"  "See the first-login password of a customer who has not changed it.";
    RegisterCustomers       [.  G  b  b  .  .  .  .  b]  no   "customers.register"                "Register customers.";
    EditCustomers           [.  G  b  b  .  .  .  .  b]  no   "customers.edit"                    "Edit customers.";
    SwitchCustomers         [.  G  b  b  .  .  .  .  .]  no   "customers.switch"                  "Deactivate and reactivate customers.";
    ResetCustomerPasswords  [.  G  b  b  .  .  .  .  b]  no   "customers.reset_password"          "Give a customer a new temporary password.";
    RegenerateQr            [.  G  b  b  G  b  b  .  b]  no   "customers.regenerate_qr"           "Regenerate a customer's QR code.";
    ReadSubscriptions       [A  G  b  b  G  b  b  b  b]  no   "subscriptions.read"                "Read subscriptions.";
    SellSubscriptions       [.  G  b  b  .  .  .  .  b]  yes  "subscriptions.sell"                "Sell a subscription.";
    RenewSubscriptions      [.  G  b  b  .  .  .  .  b]  yes  "subscriptions.renew"               "Renew a subscription.";
    SellBeyondLimits        [.  G  b  b  .  .  .  .  .]  no   "subscriptions.sell_beyond_limits"  "Sell beyond what the gym lets a desk give away, with a reason.";
    FreezeSubscriptions     [.  G  b  b  .  .  .  .  b]  yes  "subscriptions.freeze"              "Freeze and unfreeze subscriptions.";
    StopSubscriptions       [.  G  b  b  .  .  .  .  b]  no   "subscriptions.stop"                "Stop a subscription.";
    SpendSubscriptions      [.  G  b  b  .  .  .  b  b]  no   "subscriptions.spend"               "Take coins or sessions from a subscription.";
    CheckIn                 [.  G  b  b  .  .  .  b  b]  no   "attendance.check_in"               "Let a customer through the door.";
    OverrideDenials         [.  G  b  b  .  .  .  .  .]  no   "attendance.override"               "Let a customer in whom the rules deny, with a reason.";
    ReadEntries             [A  G  b  b  G  b  b  b  b]  no   "attendance.read"                   "Read who came in.";
    ReadExpenses            [A  G  b  b  G  b  b  .  .]  no   "expenses.read"                     "Read what the branches spend.";
    RecordExpenses          [.  G  b  b  G  b  b  .  .]  no   "expenses.record"                   "Write down what a branch spends.";
    WithdrawExpenses        [.  G  b  b  G  b  b  .  .]  no   "expenses.withdraw"                 "Take an expense back that is not decided yet: one's own, or any for who decides.";
    AttachToExpenses        [.  G  b  b  G  b  b  .  .]  no   "expenses.attach"                   "Attach a picture or a PDF to an expense, or take one off that is not decided yet.";
    ReviewExpenses          [.  G  b  b  G  .  .  .  .]  no   "expenses.review"                   "Approve or reject an expense that somebody else wrote down.";
    PayExpenses             [.  G  b  b  G  b  b  .  .]  yes  "expenses.pay"                      "Pay an approved expense out of the till or from the bank.";
    ReadDashboards          [A  G  b  b  G  b  b  .  .]  no   "dashboards.read"                   "Read the figures of the gym.";
    ReadPayments            [.  G  b  b  G  b  b  .  b]  no   "payments.read"                     "Read what was paid, and receipts.";
    RecordPayments          [.  G  b  b  .  .  .  .  b]  yes  "payments.record"                   "Take money for something other than a sale.";
    RefundPayments          [.  G  b  b  G  .  .  .  .]  yes  "payments.refund"                   "Give money back, in part or in full, with a reason.";
    ReadClosings            [.  G  b  b  G  b  b  .  b]  no   "closings.read"                     "Read what had to be in the till, and how days were closed.";
    CloseDays               [.  G  b  b  G  b  b  .  b]  yes  "closings.close"                    "Close a branch's day.";
    CloseShifts             [.  G  b  b  G  b  b  .  b]  yes  "closings.close_shift"              "Close one's own shift at the till; that of somebody else for who reads the books.";
    ReadBooks               [.  G  b  b  G  b  b  .  .]  no   "books.read"                        "Read the books: accounts, trial balance, journal, what is earned, closed months.";
    CloseMonths             [.  G  .  .  G  .  .  .  .]  yes  "books.close_month"                 "Close a month of the gym: what was earned is posted, and nothing goes into it any more.";
    ReadAudit               [.  G  .  .  .  .  .  .  .]  no   "audit.read"                        "Read who did what.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_descend_in_rank() {
        assert!(Role::ALL.is_sorted_by(|left, right| left.rank() > right.rank()));
    }

    #[test]
    fn only_a_super_admin_reaches_beyond_a_gym() {
        for role in Role::ALL {
            for capability in Capability::ALL {
                let is_platform = reach(role, *capability) == Reach::Platform;
                assert!(!is_platform || role == Role::SuperAdmin, "{role:?} {capability:?}");
            }
        }
    }

    #[test]
    fn a_super_admin_does_not_work_the_desk() {
        for capability in
            [Capability::CheckIn, Capability::SellSubscriptions, Capability::SeeTemporaryPasswords]
        {
            assert_eq!(reach(Role::SuperAdmin, capability), Reach::Nowhere);
        }
    }
}
