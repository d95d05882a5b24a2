//! Why somebody is not let in.

use crate::subscriptions::{NoneLeft, NotNow};
use base::{
    refusals,
    vocabulary::{SubscriptionId, localized_errors},
};

localized_errors! {
    /// Why the door stays shut.
    pub enum Denial {
        /// The branch is switched off.
        BranchInactive => "BRANCH_INACTIVE",
            en: "This branch is closed",
            ar: "هذا الفرع مغلق";
        /// The customer was deactivated.
        CustomerInactive => "CUSTOMER_INACTIVE",
            en: "This customer is deactivated",
            ar: "حساب هذا العميل موقوف";
        /// The token that was shown has opened a door.
        QrAlreadyUsed => "QR_ALREADY_USED",
            en: "This code was used already; ask for a fresh one",
            ar: "تم استخدام هذا الرمز من قبل، اطلب رمزا جديدا";
        /// The token that was shown is over.
        QrExpired => "QR_EXPIRED",
            en: "This code has expired; ask for a fresh one",
            ar: "انتهت صلاحية هذا الرمز، اطلب رمزا جديدا";
        /// The token was made before the code was regenerated.
        QrOutdated => "QR_OUTDATED",
            en: "This code was replaced; ask for a fresh one",
            ar: "تم استبدال هذا الرمز، اطلب رمزا جديدا";
        /// A subscription opens other doors, not this one.
        OtherBranch => "OTHER_BRANCH",
            en: "The subscription belongs to another branch",
            ar: "الاشتراك تابع لفرع آخر";
        /// A package of training does not open the door here.
        TrainingOnly => "TRAINING_ONLY",
            en: "A training package does not include entry",
            ar: "باقة التدريب لا تشمل الدخول";
        /// What they bought does not open doors.
        NotForEntry => "NOT_FOR_ENTRY",
            en: "This subscription does not include entry",
            ar: "هذا الاشتراك لا يشمل الدخول";
        /// The customer never bought anything.
        NoSubscription => "NO_SUBSCRIPTION",
            en: "No subscription",
            ar: "لا يوجد اشتراك";
    } or {
        /// A subscription's status stands in the way.
        NotNow(NotNow),
        /// Nothing is left of a subscription.
        NoneLeft(NoneLeft),
    }
}

impl Denial {
    /// Every denial there is; [`Denial::parse`] finds only what stands here.
    pub const ALL: [Self; 15] = [
        Self::BranchInactive,
        Self::CustomerInactive,
        Self::QrAlreadyUsed,
        Self::QrExpired,
        Self::QrOutdated,
        Self::NotNow(NotNow::Frozen),
        Self::NotNow(NotNow::Pending),
        Self::OtherBranch,
        Self::TrainingOnly,
        Self::NotForEntry,
        Self::NoneLeft(NoneLeft::Coins),
        Self::NoneLeft(NoneLeft::Sessions),
        Self::NotNow(NotNow::Expired),
        Self::NotNow(NotNow::Stopped),
        Self::NoSubscription,
    ];

    /// The denial with this code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|denial| denial.code() == code)
    }

    /// The order in which reasons are given: first what stands in the way of everything, then what a subscription
    /// lacks that has not ended, then what has ended.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::BranchInactive => 0,
            Self::CustomerInactive => 1,
            Self::QrAlreadyUsed | Self::QrExpired | Self::QrOutdated => 2,
            Self::NotNow(NotNow::Frozen) => 3,
            Self::NotNow(NotNow::Pending) => 4,
            Self::OtherBranch => 5,
            Self::TrainingOnly => 6,
            Self::NotForEntry => 7,
            Self::NoneLeft(_) | Self::NotNow(NotNow::Expired | NotNow::Stopped) => 8,
            Self::NoSubscription => 9,
        }
    }
}

/// Every reason to deny, the first one first; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reasons {
    first: Denial,
    further: Vec<Denial>,
    about: Option<SubscriptionId>,
}

impl Reasons {
    /// A single reason, about no subscription in particular.
    pub const fn one(denial: Denial) -> Self {
        Self { first: denial, further: Vec::new(), about: None }
    }

    /// The reasons found in order, each once, with the subscriptions that gave them; none at all if there were none.
    pub(super) fn of(found: impl IntoIterator<Item = (Denial, SubscriptionId)>) -> Option<Self> {
        let mut found = found.into_iter();
        let (first, about) = found.next()?;
        let mut further = Vec::new();
        for (denial, _) in found {
            if denial != first && !further.contains(&denial) {
                further.push(denial);
            }
        }
        Some(Self { first, further, about: Some(about) })
    }

    /// The same reason, about a subscription.
    #[must_use]
    pub(super) const fn about(mut self, subscription: Option<SubscriptionId>) -> Self {
        self.about = subscription;
        self
    }

    /// The reason that is shown, and that the entry keeps.
    pub const fn first(&self) -> Denial {
        self.first
    }

    /// Every reason, the one that is shown first.
    pub fn all(&self) -> impl Iterator<Item = Denial> + '_ {
        std::iter::once(self.first).chain(self.further.iter().copied())
    }

    /// The subscription that the first reason is about.
    pub const fn subscription(&self) -> Option<SubscriptionId> {
        self.about
    }
}

refusals! {
    /// Why the door was not even asked.
    pub enum AskRefused {
        /// Neither an id nor a code.
        NobodyNamed => Invalid of "customer_id", "MISSING_FIELDS",
            en: "Say who it is, or scan their code",
            ar: "حدد العميل أو امسح الرمز";
        /// The id and the code name different people.
        TwoPeople => Invalid of "customer_id", "CUSTOMER_MISMATCH",
            en: "The customer and the code do not belong together",
            ar: "رقم العميل لا يطابق الرمز";
        /// The gym does not let managers overrule a denial.
        OverrideOff => Forbidden, "OVERRIDE_NOT_ALLOWED",
            en: "This gym does not allow overriding a denial",
            ar: "لا تسمح إدارة النادي بتجاوز الرفض";
        /// In every try, another write about the same customer came first.
        Crowded => Unavailable, "DOOR_BUSY",
            en: "Please try again in a moment",
            ar: "يرجى المحاولة بعد لحظات";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::vocabulary::Language;

    #[test]
    fn every_denial_is_found_again_by_its_code() {
        for denial in Denial::ALL {
            assert_eq!(Denial::parse(denial.code()), Some(denial));
            assert_ne!(denial.say(Language::En), denial.say(Language::Ar));
        }
        assert_eq!(Denial::parse("OF_NO_CONCERN"), None);
    }

    #[test]
    fn a_reason_is_told_once() {
        let id = SubscriptionId::new;
        let found =
            [(Denial::OtherBranch, id(1)), (Denial::TrainingOnly, id(2)), (Denial::OtherBranch, id(3))];
        let reasons = Reasons::of(found).unwrap();
        assert_eq!(reasons.all().collect::<Vec<_>>(), [Denial::OtherBranch, Denial::TrainingOnly]);
        assert_eq!(reasons.subscription(), Some(id(1)));
        assert_eq!(Reasons::of([]), None);
    }
}
