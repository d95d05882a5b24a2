//! Which accounts each deed moves, and which days are asked about.

use std::fmt::Write as _;

use base::{
    Text,
    vocabulary::{Language, Money},
};

use super::model::{LedgerAccount, Leg, TransferSource};
use crate::payments::{Method, PaymentPurpose};

/// One line of the page that accountants read: a deed, and the accounts it moves.
struct PostingRule {
    deed: Text,
    debit: Side,
    credit: Side,
}

/// One side of a transfer.
#[derive(Clone, Copy)]
enum Side {
    /// Always this account.
    One(LedgerAccount),
    /// Where money of this kind is kept: the till, the card terminal, the bank.
    Money,
    /// The account of the category of the expense.
    Category,
}

/// What a payment for this purpose moves. A reversal moves back what it reverses, whatever that was.
const fn of_payment(purpose: PaymentPurpose) -> Option<PostingRule> {
    let rule = match purpose {
        PaymentPurpose::Subscription => PostingRule {
            deed: Text { en: "a subscription is sold", ar: "بيع اشتراك" },
            debit: Side::Money,
            credit: Side::One(LedgerAccount::Unearned),
        },
        PaymentPurpose::Renewal => PostingRule {
            deed: Text { en: "a subscription is renewed", ar: "تجديد اشتراك" },
            debit: Side::Money,
            credit: Side::One(LedgerAccount::Unearned),
        },
        PaymentPurpose::Freeze => PostingRule {
            deed: Text { en: "a freeze is paid for", ar: "دفع رسوم تجميد" },
            debit: Side::Money,
            credit: Side::One(LedgerAccount::FreezeFees),
        },
        PaymentPurpose::Other => PostingRule {
            deed: Text { en: "anything else is paid for", ar: "دفع مقابل شيء آخر" },
            debit: Side::Money,
            credit: Side::One(LedgerAccount::OtherIncome),
        },
        PaymentPurpose::Refund => PostingRule {
            deed: Text {
                en: "a payment is given back, in part or in full",
                ar: "رد مبلغ مدفوع، كليًا أو جزئيًا",
            },
            debit: Side::One(LedgerAccount::Refunds),
            credit: Side::Money,
        },
        PaymentPurpose::Reversal => return None,
    };
    Some(rule)
}

const EXPENSE_APPROVED: PostingRule = PostingRule {
    deed: Text { en: "an expense is approved", ar: "اعتماد مصروف" },
    debit: Side::Category,
    credit: Side::One(LedgerAccount::OwedToSuppliers),
};

const EXPENSE_PAID: PostingRule = PostingRule {
    deed: Text { en: "an expense is paid", ar: "سداد مصروف" },
    debit: Side::One(LedgerAccount::OwedToSuppliers),
    credit: Side::Money,
};

const COUNTED_OVER: PostingRule = PostingRule {
    deed: Text {
        en: "more is counted than had to be in the till", ar: "زيادة في جرد الخزينة"
    },
    debit: Side::One(LedgerAccount::Till),
    credit: Side::One(LedgerAccount::CashOverShort),
};

const COUNTED_SHORT: PostingRule = PostingRule {
    deed: Text { en: "less is counted than had to be in the till", ar: "عجز في جرد الخزينة" },
    debit: Side::One(LedgerAccount::CashOverShort),
    credit: Side::One(LedgerAccount::Till),
};

const EARNED: PostingRule = PostingRule {
    deed: Text {
        en: "what was sold is delivered, when its month closes",
        ar: "إثبات إيراد ما قُدم من المبيعات عند إغلاق الشهر",
    },
    debit: Side::One(LedgerAccount::Unearned),
    credit: Side::One(LedgerAccount::MembershipIncome),
};

const FORFEITED: PostingRule = PostingRule {
    deed: Text {
        en: "what was sold lapses, when its month closes",
        ar: "إثبات ما سقط من المبيعات دون استخدام عند إغلاق الشهر",
    },
    debit: Side::One(LedgerAccount::Unearned),
    credit: Side::One(LedgerAccount::Forfeited),
};

/// What the closing of a month moves, when so much was delivered and so much lapsed in it. What is below zero, because more
/// was put right than was delivered, goes the other way.
pub(crate) fn recognised(earned: Money, forfeited: Money) -> Vec<Leg> {
    let leg = |rule: PostingRule, amount: Money| {
        let (debit, credit) = (rule.debit.account(Method::Cash)?, rule.credit.account(Method::Cash)?);
        if amount.is_negative() {
            return Some(Leg { debit: credit, credit: debit, amount: amount.checked_neg()? });
        }
        amount.is_positive().then_some(Leg { debit, credit, amount })
    };
    [leg(EARNED, earned), leg(FORFEITED, forfeited)].into_iter().flatten().collect()
}

/// What the closing of a day moves, when so much more was counted than had to be there; nothing, if it was right.
pub(crate) fn counted(difference: Money) -> Option<Leg> {
    let rule = if difference.is_negative() { COUNTED_SHORT } else { COUNTED_OVER };
    let amount = if difference.is_negative() { difference.checked_neg()? } else { difference };
    let (debit, credit) = (rule.debit.account(Method::Cash)?, rule.credit.account(Method::Cash)?);
    amount.is_positive().then_some(Leg { debit, credit, amount })
}

/// What an approved expense moves: onto the account of its category, by its word, from what is owed to suppliers. Nothing
/// for a word that is no category.
pub(crate) fn approved(category: &str, amount: Money) -> Option<Leg> {
    let debit = match EXPENSE_APPROVED.debit {
        Side::Category => LedgerAccount::of_expense(category)?,
        side @ (Side::One(_) | Side::Money) => side.account(Method::Cash)?,
    };
    Some(Leg { debit, credit: EXPENSE_APPROVED.credit.account(Method::Cash)?, amount })
}

/// What the payment of an expense moves, when the money leaves like this.
pub(crate) fn paid(method: Method, amount: Money) -> Option<Leg> {
    let (debit, credit) = (EXPENSE_PAID.debit.account(method)?, EXPENSE_PAID.credit.account(method)?);
    Some(Leg { debit, credit, amount })
}

/// Where money that changes hands like this is kept.
pub const fn money_account(method: Method) -> LedgerAccount {
    match method {
        Method::Cash => LedgerAccount::Till,
        Method::Card => LedgerAccount::Card,
        Method::Transfer => LedgerAccount::Transfer,
    }
}

impl Side {
    const fn account(self, method: Method) -> Option<LedgerAccount> {
        match self {
            Self::One(account) => Some(account),
            Self::Money => Some(money_account(method)),
            Self::Category => None,
        }
    }

    fn told(self) -> String {
        match self {
            Self::One(account) => account.title().en.to_owned(),
            Self::Money => "[money]".to_owned(),
            Self::Category => "[category of the expense]".to_owned(),
        }
    }

    const fn named(self, language: Language) -> &'static str {
        const MONEY: Text = Text {
            en: "The till for cash, the card takings for a card, the bank for a transfer",
            ar: "الخزينة للنقدي، مقبوضات البطاقات للبطاقة، البنك للتحويل",
        };
        const CATEGORY: Text = Text { en: "The category of the expense", ar: "بند المصروف" };
        match self {
            Self::One(account) => account.title().say(language),
            Self::Money => MONEY.say(language),
            Self::Category => CATEGORY.say(language),
        }
    }
}

/// The accounts that a payment debits and credits; none for a reversal, which moves back what it reverses.
///
/// The schema has the same table, `payment_postings`: whoever writes a payment posts it.
pub fn payment_accounts(purpose: PaymentPurpose, method: Method) -> Option<(LedgerAccount, LedgerAccount)> {
    let rule = of_payment(purpose)?;
    Some((rule.debit.account(method)?, rule.credit.account(method)?))
}

/// [`payment_accounts`] for every purpose and method, as columns for a statement.
#[derive(Debug, Default)]
pub(super) struct PaymentRules {
    pub(super) kinds: Vec<String>,
    pub(super) methods: Vec<String>,
    pub(super) debits: Vec<String>,
    pub(super) credits: Vec<String>,
}

pub(super) fn payment_rules() -> PaymentRules {
    let mut rules = PaymentRules::default();
    for purpose in PaymentPurpose::ALL {
        for method in Method::ALL {
            let Some((debit, credit)) = payment_accounts(*purpose, *method) else { continue };
            rules.kinds.push(purpose.as_str().to_owned());
            rules.methods.push(method.as_str().to_owned());
            rules.debits.push(debit.as_str().to_owned());
            rules.credits.push(credit.as_str().to_owned());
        }
    }
    rules
}

const DEEDS: [PostingRule; 6] =
    [EXPENSE_APPROVED, EXPENSE_PAID, COUNTED_OVER, COUNTED_SHORT, EARNED, FORFEITED];

/// A payment that never was.
const UNDONE: Text =
    Text { en: "a payment is undone as a mistake", ar: "إلغاء دفعة سُجلت بالخطأ" };

/// What was done, in words, by what was posted for it: the purpose of the payment, if it is one, and the accounts that were
/// debited and credited.
pub(super) fn deed(
    source: TransferSource,
    purpose: Option<PaymentPurpose>,
    (debit, credit): (LedgerAccount, LedgerAccount),
) -> Text {
    let rule = match source {
        TransferSource::Payment | TransferSource::Refund => match purpose.and_then(of_payment) {
            Some(rule) => rule,
            None => return UNDONE,
        },
        TransferSource::Expense if debit == LedgerAccount::OwedToSuppliers => EXPENSE_PAID,
        TransferSource::Expense => EXPENSE_APPROVED,
        TransferSource::Closing if debit == LedgerAccount::Till => COUNTED_OVER,
        TransferSource::Closing => COUNTED_SHORT,
        TransferSource::Recognition if [debit, credit].contains(&LedgerAccount::Forfeited) => FORFEITED,
        TransferSource::Recognition => EARNED,
    };
    rule.deed
}

/// The page of deeds as a table: what is done, what is debited, what is credited.
pub(super) fn posting_table(language: Language) -> Vec<[String; 3]> {
    let payments = PaymentPurpose::ALL.iter().filter_map(|purpose| of_payment(*purpose));
    payments
        .chain(DEEDS)
        .map(|rule| {
            let deed = rule.deed.say(language).to_owned();
            [deed, rule.debit.named(language).to_owned(), rule.credit.named(language).to_owned()]
        })
        .collect()
}

/// The page for accountants: what is moved when something is done.
pub fn posting_page() -> String {
    let mut page = String::from(
        "Which accounts each deed moves. [money] is the till for cash, the card takings for a card, the bank for a transfer.\n\
         What was posted is never changed: a mistake is reversed by a transfer that goes the other way and names the first.\n\n",
    );
    let payments = PaymentPurpose::ALL.iter().filter_map(|purpose| of_payment(*purpose));
    for rule in payments.chain(DEEDS) {
        let (debit, credit) = (rule.debit.told(), rule.credit.told());
        let line = format!("{:<50} debit {debit:<27} credit {credit}", rule.deed.en);
        page.push_str(line.trim_end());
        page.push('\n');
    }
    page.push_str("\nThe accounts of every branch:\n\n");
    for account in LedgerAccount::ALL {
        let (class, title) = (account.class().as_str(), account.title());
        // Writing into a string cannot fail.
        let _written = writeln!(page, "{:<20} {class:<10} {:<25} {}", account.as_str(), title.en, title.ar);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::testing::assert_committed;

    #[test]
    fn the_page_is_the_one_that_accountants_read() {
        assert_committed(concat!(env!("CARGO_MANIFEST_DIR"), "/src/books/postings.txt"), &posting_page());
    }

    #[test]
    fn every_payment_but_a_reversal_moves_money_once() {
        let money: Vec<_> = Method::ALL.iter().map(|method| money_account(*method)).collect();
        for purpose in PaymentPurpose::ALL {
            for method in Method::ALL {
                let Some((debit, credit)) = payment_accounts(*purpose, *method) else {
                    assert_eq!(*purpose, PaymentPurpose::Reversal);
                    continue;
                };
                let moved = [debit, credit].into_iter().filter(|account| money.contains(account)).count();
                assert_eq!(moved, 1, "{purpose} {method}");
                assert_eq!(credit == money_account(*method), *purpose == PaymentPurpose::Refund);
            }
        }
    }

    #[test]
    fn an_expense_is_owed_once_it_is_approved_and_paid_from_where_the_money_is() {
        let amount = Money::from_minor(700);
        let legs = |leg: Option<Leg>| leg.map(|leg| (leg.debit, leg.credit, leg.amount));
        let owed = LedgerAccount::OwedToSuppliers;
        assert_eq!(legs(approved("rent", amount)), Some((LedgerAccount::ExpenseRent, owed, amount)));
        assert_eq!(legs(approved("bribes", amount)), None);
        assert_eq!(legs(paid(Method::Cash, amount)), Some((owed, LedgerAccount::Till, amount)));
        assert_eq!(legs(paid(Method::Transfer, amount)), Some((owed, LedgerAccount::Transfer, amount)));
    }

    #[test]
    fn what_is_delivered_leaves_what_is_owed_in_service_and_comes_back_when_it_is_put_right() {
        let of = |earned, forfeited| -> Vec<_> {
            recognised(Money::from_minor(earned), Money::from_minor(forfeited))
                .into_iter()
                .map(|leg| (leg.debit, leg.credit, leg.amount.minor()))
                .collect()
        };
        let (owed, income, lapsed) =
            (LedgerAccount::Unearned, LedgerAccount::MembershipIncome, LedgerAccount::Forfeited);
        assert_eq!(of(0, 0), []);
        assert_eq!(of(500, 20), [(owed, income, 500), (owed, lapsed, 20)]);
        assert_eq!(of(-5, 0), [(income, owed, 5)]);
    }

    #[test]
    fn what_is_counted_beyond_the_till_goes_into_it_and_what_is_short_leaves_it() {
        let of =
            |minor| counted(Money::from_minor(minor)).map(|leg| (leg.debit, leg.credit, leg.amount.minor()));
        assert_eq!(of(0), None);
        assert_eq!(of(150), Some((LedgerAccount::Till, LedgerAccount::CashOverShort, 150)));
        assert_eq!(of(-25), Some((LedgerAccount::CashOverShort, LedgerAccount::Till, 25)));
    }
}
