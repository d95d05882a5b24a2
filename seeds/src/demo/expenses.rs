//! What the branches of the demo spend: some of it approved, some paid, some rejected, and some that waits for a decision.

use base::vocabulary::Calendar;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::{book::Moment, dice::Dice};

/// Who has to do with the expenses of a branch.
#[derive(Debug, Clone, Copy)]
struct Office {
    gym: i64,
    branch: i64,
    writer: i64,
    decider: i64,
    payer: i64,
    /// What things cost there, in percent of the prices below.
    percent: i64,
}

/// The branches of the first gym.
const OFFICES: [Office; 3] = [
    Office { gym: 1, branch: 1, writer: 1007, decider: 1003, payer: 1007, percent: 100 },
    Office { gym: 1, branch: 2, writer: 1017, decider: 1004, payer: 1017, percent: 80 },
    Office { gym: 1, branch: 3, writer: 1016, decider: 1002, payer: 1010, percent: 90 },
];

/// The second gym has an owner and a desk: what the owner writes down waits for somebody else.
const ABROAD: Office = Office { gym: 2, branch: 4, writer: 1012, decider: 1012, payer: 1012, percent: 70 };

/// What became of an expense.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Pending,
    Approved,
    Paid(&'static str),
    Rejected(&'static str),
    Withdrawn,
}

/// An expense that every branch of the first gym has.
#[derive(Debug, Clone, Copy)]
struct Bill {
    title: &'static str,
    category: &'static str,
    /// In the smallest unit of the currency.
    price: i64,
    days_ago: i64,
    fate: Fate,
}

const fn bill(title: &'static str, category: &'static str, price: i64, days_ago: i64, fate: Fate) -> Bill {
    Bill { title, category, price, days_ago, fate }
}

/// The oldest first, in which order they get their ids: those of branch 1 are 1, 4, 7 and so on.
const BILLS: [Bill; 13] = [
    bill("Rent", "rent", 4_500_000, 55, Fate::Paid("bank")),
    bill("Electricity", "utilities", 862_050, 48, Fate::Paid("bank")),
    bill("Rent", "rent", 4_500_000, 25, Fate::Paid("bank")),
    bill("Cleaning firm", "services", 600_000, 20, Fate::Paid("bank")),
    bill("Electricity", "utilities", 791_575, 18, Fate::Paid("bank")),
    bill("Towels for the changing rooms", "supplies", 185_000, 12, Fate::Paid("till")),
    bill("Repair of a treadmill", "maintenance", 320_000, 9, Fate::Approved),
    bill("Leaflets for the neighbourhood", "marketing", 150_000, 7, Fate::Rejected("Not this month")),
    bill("First-aid box", "safety", 48_000, 5, Fate::Approved),
    bill("Soap and paper", "supplies", 36_575, 2, Fate::Withdrawn),
    bill("Soap and paper", "supplies", 36_575, 2, Fate::Pending),
    bill("Cable for the sound system", "equipment", 22_000, 1, Fate::Pending),
    bill("Drinking water", "supplies", 9_500, 0, Fate::Pending),
];

/// The bills that the second gym has as well.
const BILLS_ABROAD: usize = 3;

/// Writes them.
pub(super) async fn write(conn: &mut PgConnection, moment: Moment) -> anyhow::Result<()> {
    let mut dice = Dice::new(3);
    for bill in &BILLS {
        for office in &OFFICES {
            insert(conn, moment, &mut dice, office, bill).await?;
        }
    }
    for bill in BILLS.iter().rev().take(BILLS_ABROAD).rev() {
        insert(conn, moment, &mut dice, &ABROAD, bill).await?;
    }
    Ok(())
}

/// When something was done, by whom.
type Deed = Option<(DateTime<Utc>, i64)>;

async fn insert(
    conn: &mut PgConnection,
    moment: Moment,
    dice: &mut Dice,
    office: &Office,
    bill: &Bill,
) -> anyhow::Result<()> {
    let spent_on = moment.ago(bill.days_ago);
    let written_at = moment.deal(dice, spent_on);
    let mut deal_after = |days: i64| moment.deal(dice, spent_on + TimeDelta::days(days));
    let (decided, paid): (Deed, Deed) = match bill.fate {
        Fate::Pending => (None, None),
        Fate::Withdrawn => (Some((written_at + TimeDelta::minutes(4), office.writer)), None),
        Fate::Approved | Fate::Rejected(_) => (Some((deal_after(1), office.decider)), None),
        Fate::Paid(_) => (Some((deal_after(1), office.decider)), Some((deal_after(2), office.payer))),
    };
    let (decision, notes) = match bill.fate {
        Fate::Pending => (None, None),
        Fate::Approved | Fate::Paid(_) => (Some("approved"), None),
        Fate::Rejected(why) => (Some("rejected"), Some(why)),
        Fate::Withdrawn => (Some("withdrawn"), None),
    };
    let business_day: Option<NaiveDate> = (decision == Some("approved")).then_some(spent_on);
    let paid_from = if let Fate::Paid(from) = bill.fate { Some(from) } else { None };
    sqlx::query(
        "insert into expenses (gym_id, branch_id, title, category, amount_minor, spent_on, created_by, created_at, decision,
             decided_by, decided_at, decision_notes, business_day, paid_from, paid_by, paid_at, paid_business_day)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(office.gym)
    .bind(office.branch)
    .bind(bill.title)
    .bind(bill.category)
    .bind(bill.price * office.percent / 100)
    .bind(spent_on)
    .bind(office.writer)
    .bind(written_at)
    .bind(decision)
    .bind(decided.map(|(_, by)| by))
    .bind(decided.map(|(at, _)| at))
    .bind(notes)
    .bind(business_day)
    .bind(paid_from)
    .bind(paid.map(|(_, by)| by))
    .bind(paid.map(|(at, _)| at))
    .bind(paid.map(|(at, _)| Calendar::CAIRO.today(at)))
    .execute(conn)
    .await?;
    Ok(())
}
