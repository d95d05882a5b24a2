use super::*;
use crate::expenses::model::{ExpenseCategory, ExpensePayment, ExpenseRuling, PaidFrom};
use base::{
    Refusal as _,
    access::{Capability, Reach, Role, reach},
    vocabulary::{BranchId, ExpenseId, GymId, Line, Timestamp},
};

const WRITER: StaffId = StaffId::new(1);
const REVIEWER: StaffId = StaffId::new(2);

fn day(text: &str) -> NaiveDate {
    Day::parse(text).unwrap().date()
}

fn expense(decision: Option<ExpenseDecision>) -> Expense {
    Expense {
        id: ExpenseId::new(1),
        gym: GymId::new(1),
        branch: BranchId::new(1),
        branch_name: "Dragon Club".to_owned(),
        title: "Towels".to_owned(),
        category: ExpenseCategory::Supplies,
        amount: Money::from_minor(45_000),
        spent_on: day("2026-04-10"),
        description: None,
        written_by: WRITER,
        written_by_name: "Amal Gaber".to_owned(),
        written_at: Timestamp::UNIX_EPOCH,
        ruling: decision.map(|decision| ExpenseRuling {
            decision,
            by: REVIEWER,
            by_name: "Olfat Nour".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            notes: None,
            business_day: (decision == ExpenseDecision::Approved).then(|| day("2026-04-10")),
        }),
        payment: None,
        attachments: Vec::new(),
    }
}

fn paid() -> Expense {
    let payment = ExpensePayment {
        from: PaidFrom::Till,
        by: WRITER,
        by_name: "Amal Gaber".to_owned(),
        at: Timestamp::UNIX_EPOCH,
        business_day: day("2026-04-17"),
    };
    Expense { payment: Some(payment), ..expense(Some(ExpenseDecision::Approved)) }
}

const TAKEN: [(ExpenseDecision, ExpenseRefused); 3] = [
    (ExpenseDecision::Approved, ExpenseRefused::AlreadyReviewed),
    (ExpenseDecision::Rejected, ExpenseRefused::AlreadyReviewed),
    (ExpenseDecision::Withdrawn, ExpenseRefused::Withdrawn),
];

#[test]
fn an_approved_expense_counts_for_the_day_it_was_spent() {
    let today = day("2026-04-17");
    let approved = review(&expense(None), ExpenseReview::Approve, REVIEWER, today);
    assert_eq!(approved, Ok(Verdict::Approved(day("2026-04-10"))));
    let rejected = review(&expense(None), ExpenseReview::Reject, REVIEWER, today);
    assert_eq!(rejected, Ok(Verdict::Rejected));
}

#[test]
fn no_expense_counts_for_a_day_that_is_still_to_come() {
    let approved = review(&expense(None), ExpenseReview::Approve, REVIEWER, day("2026-04-09"));
    assert_eq!(approved, Ok(Verdict::Approved(day("2026-04-09"))));
}

#[test]
fn nobody_decides_on_what_they_wrote_down() {
    for word in ExpenseReview::ALL {
        let own = review(&expense(None), *word, WRITER, day("2026-04-17"));
        assert_eq!(own, Err(ExpenseRefused::Own), "{word}");
    }
}

#[test]
fn what_is_decided_stays_decided() {
    for (decision, refusal) in TAKEN {
        let before = expense(Some(decision));
        for word in ExpenseReview::ALL {
            let again = review(&before, *word, REVIEWER, day("2026-04-17"));
            assert_eq!(again, Err(refusal), "{decision} {word}");
        }
        assert_eq!(withdraw(&before, Withdrawer::Writer(WRITER)), Err(refusal), "{decision}");
        assert_eq!(withdraw(&before, Withdrawer::Reviewer), Err(refusal), "{decision}");
    }
}

#[test]
fn a_pending_expense_is_taken_back_by_its_writer_or_a_reviewer() {
    assert_eq!(withdraw(&expense(None), Withdrawer::Writer(WRITER)), Ok(()));
    assert_eq!(withdraw(&expense(None), Withdrawer::Reviewer), Ok(()));
    let others = withdraw(&expense(None), Withdrawer::Writer(REVIEWER));
    assert_eq!(others, Err(ExpenseRefused::NotYours));
}

/// So that it is enough to ask whether somebody reviews at all: where they take back, they review, too.
#[test]
fn whoever_reviews_does_so_wherever_they_take_back() {
    for role in Role::ALL {
        let reviews = reach(role, Capability::ReviewExpenses);
        let withdraws = reach(role, Capability::WithdrawExpenses);
        assert!(reviews == Reach::Nowhere || reviews == withdraws, "{role:?}");
    }
}

#[test]
fn only_what_is_approved_is_paid_and_only_once() {
    assert_eq!(pay(&expense(Some(ExpenseDecision::Approved))), Ok(()));
    assert_eq!(pay(&paid()), Err(ExpenseRefused::AlreadyPaid));
    for decision in [None, Some(ExpenseDecision::Rejected), Some(ExpenseDecision::Withdrawn)] {
        assert_eq!(pay(&expense(decision)), Err(ExpenseRefused::NotApproved), "{decision:?}");
    }
}

fn draft(minor: i64, spent_on: Option<&str>) -> ExpenseDraft {
    ExpenseDraft {
        title: Line::parse("Towels").unwrap(),
        category: ExpenseCategory::Supplies,
        amount: Money::from_minor(minor),
        spent_on: spent_on.map(|text| Day::parse(text).unwrap()),
        description: None,
    }
}

#[test]
fn an_expense_is_of_today_unless_it_says_otherwise() {
    let today = day("2026-04-17");
    assert_eq!(take_down(&draft(1, None), today).unwrap(), today);
    assert_eq!(take_down(&draft(1, Some("2026-04-17")), today).unwrap(), today);
    assert_eq!(take_down(&draft(1, Some("2025-12-31")), today).unwrap(), day("2025-12-31"));
}

#[test]
fn all_that_is_wrong_with_an_expense_is_said_at_once() {
    let refused = take_down(&draft(0, Some("2026-04-18")), day("2026-04-17")).unwrap_err();
    let codes: Vec<_> = refused.fields().iter().map(|field| (field.field.as_ref(), field.code)).collect();
    assert_eq!(codes, [("amount", "AMOUNT_NOT_POSITIVE"), ("expense_date", "DATE_IN_FUTURE")]);
    assert!(take_down(&draft(-1, None), day("2026-04-17")).is_err());
}

#[test]
fn a_report_is_about_the_days_that_were_asked_for_or_the_last_thirty() {
    let today = day("2026-04-17");
    let asked = |from: Option<&str>, to: Option<&str>| {
        let days = ExpenseDays::asked(
            from.map(|text| Day::parse(text).unwrap()),
            to.map(|text| Day::parse(text).unwrap()),
            today,
        );
        days.map(|days| (days.from.to_string(), days.to.to_string()))
    };
    let range = |from: &str, to: &str| Ok((from.to_owned(), to.to_owned()));
    assert_eq!(asked(None, None), range("2026-03-19", "2026-04-17"));
    assert_eq!(asked(None, Some("2026-03-31")), range("2026-03-02", "2026-03-31"));
    assert_eq!(asked(Some("2026-04-17"), None), range("2026-04-17", "2026-04-17"));
    assert_eq!(asked(Some("2026-04-18"), None), range("2026-04-18", "2026-04-18"));
    assert_eq!(asked(Some("2026-04-02"), Some("2026-04-01")), Err(DayRangeInvalid::Reversed));
    assert_eq!(asked(None, Some("1900-01-01")), range("1899-12-03", "1900-01-01"));
}
