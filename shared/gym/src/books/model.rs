//! The chart of accounts, and what is read of the books.

use base::{
    Text,
    vocabulary::{BranchId, GymId, Money, PostingId, Timestamp, TransferId, words},
};
use chrono::NaiveDate;

words! {
    /// An account that every branch has.
    pub enum LedgerAccount {
        /// Notes and coins of the branch.
        Till = "till",
        /// Paid at the card terminal, on its way to the bank.
        Card = "card",
        /// The bank account of the branch.
        Transfer = "transfer",
        /// What members still have to pay.
        OwedByMembers = "owed_by_members",
        /// What was paid for and is still to be delivered.
        Unearned = "unearned",
        /// What was delivered of what was sold.
        MembershipIncome = "membership_income",
        /// Fees for freezes.
        FreezeFees = "freeze_fees",
        /// What was paid for anything else.
        OtherIncome = "other_income",
        /// What was paid for and lapsed before it was used.
        Forfeited = "forfeited",
        /// What was given back; takes away from income.
        Refunds = "refunds",
        /// Expenses that are approved and not paid yet.
        OwedToSuppliers = "owed_to_suppliers",
        /// What was counted in the till beyond, or short of, what had to be there.
        CashOverShort = "cash_over_short",
        /// Expenses: rent.
        ExpenseRent = "expense:rent",
        /// Expenses: salaries.
        ExpenseSalaries = "expense:salaries",
        /// Expenses: utilities.
        ExpenseUtilities = "expense:utilities",
        /// Expenses: equipment.
        ExpenseEquipment = "expense:equipment",
        /// Expenses: maintenance.
        ExpenseMaintenance = "expense:maintenance",
        /// Expenses: supplies.
        ExpenseSupplies = "expense:supplies",
        /// Expenses: marketing.
        ExpenseMarketing = "expense:marketing",
        /// Expenses: insurance.
        ExpenseInsurance = "expense:insurance",
        /// Expenses: training.
        ExpenseTraining = "expense:training",
        /// Expenses: services.
        ExpenseServices = "expense:services",
        /// Expenses: safety.
        ExpenseSafety = "expense:safety",
        /// Expenses: software.
        ExpenseSoftware = "expense:software",
        /// Expenses: other expenses.
        ExpenseOther = "expense:other",
    }
}

words! {
    /// On which side of the books an account stands.
    pub enum AccountClass {
        /// What the branch has, or is owed; grows by debits.
        Asset = "asset",
        /// What the branch owes; grows by credits.
        Liability = "liability",
        /// What the branch earned; grows by credits.
        Income = "income",
        /// What the branch spent; grows by debits.
        Expense = "expense",
    }
}

words! {
    /// Which document says why something was posted.
    pub enum TransferSource {
        /// A payment; of one that undoes another as a mistake, the second.
        Payment = "payment",
        /// A payment that gives back another, in part or in full.
        Refund = "refund",
        /// An expense.
        Expense = "expense",
        /// The closing of a day, for what was counted beyond what had to be there, or short of it.
        Closing = "closing",
        /// The closing of a month, for what was earned in it.
        Recognition = "recognition",
    }
}

impl LedgerAccount {
    /// On which side of the books it stands.
    pub const fn class(self) -> AccountClass {
        match self {
            Self::Till | Self::Card | Self::Transfer | Self::OwedByMembers => AccountClass::Asset,
            Self::Unearned | Self::OwedToSuppliers => AccountClass::Liability,
            Self::MembershipIncome
            | Self::FreezeFees
            | Self::OtherIncome
            | Self::Forfeited
            | Self::Refunds
            | Self::CashOverShort => AccountClass::Income,
            Self::ExpenseRent
            | Self::ExpenseSalaries
            | Self::ExpenseUtilities
            | Self::ExpenseEquipment
            | Self::ExpenseMaintenance
            | Self::ExpenseSupplies
            | Self::ExpenseMarketing
            | Self::ExpenseInsurance
            | Self::ExpenseTraining
            | Self::ExpenseServices
            | Self::ExpenseSafety
            | Self::ExpenseSoftware
            | Self::ExpenseOther => AccountClass::Expense,
        }
    }

    /// What accountants call it.
    pub const fn title(self) -> Text {
        match self {
            Self::Till => Text { en: "Cash in the till", ar: "الخزينة (نقدي)" },
            Self::Card => Text { en: "Card takings", ar: "مقبوضات البطاقات" },
            Self::Transfer => Text { en: "Bank", ar: "البنك (تحويلات)" },
            Self::OwedByMembers => Text { en: "Owed by members", ar: "مستحق على الأعضاء" },
            Self::Unearned => Text { en: "Sold, not yet delivered", ar: "إيرادات مؤجلة" },
            Self::MembershipIncome => {
                Text { en: "Membership income", ar: "إيرادات الاشتراكات" }
            }
            Self::FreezeFees => Text { en: "Freeze fees", ar: "رسوم التجميد" },
            Self::OtherIncome => Text { en: "Other income", ar: "إيرادات أخرى" },
            Self::Forfeited => Text { en: "Forfeited", ar: "إيرادات ساقطة" },
            Self::Refunds => Text { en: "Refunds", ar: "مبالغ مستردة" },
            Self::OwedToSuppliers => Text { en: "Owed to suppliers", ar: "مستحق للموردين" },
            Self::CashOverShort => {
                Text { en: "Cash over and short", ar: "زيادة وعجز النقدية" }
            }
            Self::ExpenseRent => Text { en: "Rent", ar: "الإيجار" },
            Self::ExpenseSalaries => Text { en: "Salaries", ar: "الرواتب" },
            Self::ExpenseUtilities => Text { en: "Utilities", ar: "المرافق" },
            Self::ExpenseEquipment => Text { en: "Equipment", ar: "المعدات" },
            Self::ExpenseMaintenance => Text { en: "Maintenance", ar: "الصيانة" },
            Self::ExpenseSupplies => Text { en: "Supplies", ar: "المستلزمات" },
            Self::ExpenseMarketing => Text { en: "Marketing", ar: "التسويق" },
            Self::ExpenseInsurance => Text { en: "Insurance", ar: "التأمين" },
            Self::ExpenseTraining => Text { en: "Training", ar: "التدريب" },
            Self::ExpenseServices => Text { en: "Services", ar: "الخدمات" },
            Self::ExpenseSafety => Text { en: "Safety", ar: "السلامة" },
            Self::ExpenseSoftware => Text { en: "Software", ar: "البرمجيات" },
            Self::ExpenseOther => Text { en: "Other expenses", ar: "مصروفات أخرى" },
        }
    }

    /// The account of a category of expenses, by its word, e.g. `rent`.
    pub fn of_expense(category: &str) -> Option<Self> {
        Self::from_word(&format!("expense:{category}"))
    }
}

impl AccountClass {
    /// What is left on an account of this class: what it gained less what it gave away. Debits less credits for what
    /// grows by debits, credits less debits for what grows by credits.
    pub const fn balance(self, debit: Money, credit: Money) -> Money {
        match self {
            Self::Asset | Self::Expense => Money::from_minor(debit.minor().saturating_sub(credit.minor())),
            Self::Liability | Self::Income => Money::from_minor(credit.minor().saturating_sub(debit.minor())),
        }
    }
}

/// One movement of money, from one account to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// What it belongs together with: all transfers of one deed have the same number.
    pub posting: PostingId,
    /// The gym.
    pub gym: GymId,
    /// The branch whose books it is in.
    pub branch: BranchId,
    /// The branch's name, as it is now.
    pub branch_name: String,
    /// The account that is debited.
    pub debit: LedgerAccount,
    /// The account that is credited.
    pub credit: LedgerAccount,
    /// How much; always above zero.
    pub amount: Money,
    /// The day it belongs to, in the gym's calendar.
    pub business_day: NaiveDate,
    /// Which document says why.
    pub source: TransferSource,
    /// The id of that document.
    pub source_id: i64,
    /// The transfer that it takes back.
    pub reverses: Option<TransferId>,
    /// When it was written.
    pub posted_at: Timestamp,
}

/// What happened on an account within some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountBalance {
    /// The account.
    pub account: LedgerAccount,
    /// What was on it before the first day.
    pub opening: Money,
    /// What it was debited within the days.
    pub debit: Money,
    /// What it was credited within the days.
    pub credit: Money,
    /// What is on it after the last day.
    pub closing: Money,
}

/// Every account, over some branches and days. Debits and credits are the same sum, because each transfer is both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalance {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Every account, in the order of the chart.
    pub accounts: Vec<AccountBalance>,
    /// Everything that was debited within the days.
    pub debit: Money,
    /// Everything that was credited within the days.
    pub credit: Money,
}

/// What is posted for one deed, on one day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posting {
    /// The branch whose books it is in.
    pub branch: (GymId, BranchId),
    /// The day, in the gym's calendar: one that [`open_day`](super::open_day) gave, unless a closing posts it.
    pub business_day: NaiveDate,
    /// Which document says why.
    pub source: TransferSource,
    /// The id of that document.
    pub source_id: i64,
    /// What moves from which account to which.
    pub leg: Leg,
}

/// What moves: from the account that is credited to the one that is debited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leg {
    /// The account that is debited.
    pub debit: LedgerAccount,
    /// The account that is credited.
    pub credit: LedgerAccount,
    /// How much, above zero.
    pub amount: Money,
}

/// Which transfers are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JournalFilter {
    /// Only those of this branch.
    pub branch: Option<BranchId>,
    /// Only those that move this account.
    pub account: Option<LedgerAccount>,
    /// Only those for this reason.
    pub source: Option<TransferSource>,
}
