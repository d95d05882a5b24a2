//! The closed list of what a staff user can be allowed to do.

macro_rules! capabilities {
    ($( $(#[doc = $doc:literal])+ $name:ident = $code:literal; )+) => {
        /// Everything a staff user can be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Capability { $( $(#[doc = $doc])+ $name, )+ }

        impl Capability {
            /// All of them, in reading order.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )+ ];

            /// Stable machine name; also the deed in the audit log.
            pub const fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )+ }
            }

            /// What it allows, as a sentence.
            pub const fn sentence(self) -> &'static str {
                match self { $( Self::$name => concat!($($doc),+), )+ }
            }
        }

        /// One type per capability, so that a signature can name it.
        pub mod can {
            $(
                $(#[doc = $doc])+
                #[derive(Debug, Clone, Copy)]
                pub struct $name;
                impl super::Can for $name {
                    const CAPABILITY: super::Capability = super::Capability::$name;
                }
            )+
        }
    };
}

/// A capability, as a type.
pub trait Can: Send + Sync + 'static {
    /// The same capability, as a value.
    const CAPABILITY: Capability;
}

capabilities! {
    /// Use the app: read who one is, choose a language, register a device, sign out.
    UseTheApp = "account.use";
    /// Change one's own password.
    ChangeOwnPassword = "account.change_password";
    /// Read the gyms of the platform.
    ReadGyms = "gyms.read";
    /// Switch a gym on or off.
    SwitchGyms = "gyms.switch";
    /// Read one's own gym and its rules.
    ReadOwnGym = "gym.read";
    /// Name, colour and set up one's own gym, and change its rules.
    EditOwnGym = "gym.edit";
    /// Read branches.
    ReadBranches = "branches.read";
    /// Open and edit branches.
    ManageBranches = "branches.manage";
    /// Switch a branch on or off, with its staff and members.
    SwitchBranches = "branches.switch";
    /// Read the staff list.
    ReadStaff = "staff.read";
    /// Hire, edit and deactivate staff of lower rank.
    ManageStaff = "staff.manage";
    /// Give a staff user of lower rank a new password.
    ResetStaffPasswords = "staff.reset_password";
    /// Read what is sold.
    ReadServices = "services.read";
    /// Decide what is sold, at what price.
    ManageServices = "services.manage";
    /// Read customers.
    ReadCustomers = "customers.read";
    /// See the first-login password of a customer who has not changed it.
    SeeTemporaryPasswords = "customers.see_temporary_password";
    /// Register customers.
    RegisterCustomers = "customers.register";
    /// Edit customers.
    EditCustomers = "customers.edit";
    /// Deactivate and reactivate customers.
    SwitchCustomers = "customers.switch";
    /// Give a customer a new temporary password.
    ResetCustomerPasswords = "customers.reset_password";
    /// Regenerate a customer's QR code.
    RegenerateQr = "customers.regenerate_qr";
    /// Read subscriptions.
    ReadSubscriptions = "subscriptions.read";
    /// Sell a subscription.
    SellSubscriptions = "subscriptions.sell";
    /// Renew a subscription.
    RenewSubscriptions = "subscriptions.renew";
    /// Freeze and unfreeze subscriptions.
    FreezeSubscriptions = "subscriptions.freeze";
    /// Stop a subscription.
    StopSubscriptions = "subscriptions.stop";
    /// Take coins or sessions from a subscription.
    SpendSubscriptions = "subscriptions.spend";
    /// Let a customer through the door.
    CheckIn = "attendance.check_in";
    /// Let a customer in whom the rules deny, with a reason.
    OverrideDenials = "attendance.override";
    /// Read who came in.
    ReadEntries = "attendance.read";
    /// Read the figures of the gym.
    ReadDashboards = "dashboards.read";
    /// Read who did what.
    ReadAudit = "audit.read";
}

impl Capability {
    /// Whether an unkeyed repeat within ten seconds is taken for a double click.
    pub const fn moves_money(self) -> bool {
        matches!(self, Self::SellSubscriptions | Self::RenewSubscriptions)
    }
}
