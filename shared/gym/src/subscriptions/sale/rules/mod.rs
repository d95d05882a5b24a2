//! What is sold, for how much and for how long.

use chrono::NaiveDate;

use super::{
    super::{
        count::Units,
        model::{Held, ServiceKind, Status, Unit},
    },
    concession::{self, Amount},
    model::{Asked, IsForSale, Offer, Order, SoldTerm},
};
use base::{
    refusals,
    vocabulary::{
        Money,
        dates::{add_days, add_months},
    },
};

/// How far ahead a subscription may begin, in days.
const LATEST_START_DAYS: i64 = 366;

/// Most coins or sessions that one subscription is ever granted: a thousand of the largest sales.
const UNITS_MOST: i32 = 100_000_000;

/// What is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Price {
    /// What is to be paid, net of discount.
    pub(super) amount: Money,
    pub(super) discount: Money,
}

/// First day, last day and length of what is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) starts_on: NaiveDate,
    /// Last day; none if it does not lapse by date.
    pub(super) ends_on: Option<NaiveDate>,
    /// Days that a renewal adds.
    pub(super) duration_days: Option<i32>,
}

/// What is sold, once order and service are put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) kind: ServiceKind,
    pub(super) price: Price,
    pub(super) span: Span,
    /// Coins or sessions; none for time.
    pub(super) granted: Option<i32>,
    pub(super) opens_door: bool,
    /// How much of the service that is.
    pub(super) amount: Amount,
}

/// What a renewal does to the subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renewed {
    /// The same subscription goes on.
    Longer { ends_on: Option<NaiveDate>, granted: Option<i32> },
    /// A new subscription begins today.
    Anew { span: Span, granted: Option<i32> },
}

/// Works out a sale of `offer`. What the desk typed outweighs what the service says.
pub(super) fn terms(offer: &Offer, order: &Order, today: NaiveDate) -> Result<Terms, SaleRefused> {
    is_for_sale(offer)?;
    let kind = kind_sold(offer.kind, order.kind);
    // A service sold in another way than its own (the apps sell gym plans for coins) lends neither length nor counter.
    let own = kind == offer.kind;
    let starts_on = first_day(order.starts_on, today)?;
    let own_days = offer.duration_days.filter(|_| own);
    let length = order.asked.term.or_length(own_days);
    let granted = granted(kind, &order.asked, offer.units.filter(|_| own))?;
    let amount = Amount { kind, units: granted, days: concession::days(order.asked.term, own_days) };
    Ok(Terms {
        kind,
        price: price(&order.asked, concession::full_price(offer, amount))?,
        span: span(kind, starts_on, length)?,
        granted,
        amount,
        opens_door: offer.opens_door && (own || kind != ServiceKind::Training),
    })
}

/// Whether the service and the branch are open for business.
pub(super) fn is_for_sale(offer: &Offer) -> Result<(), SaleRefused> {
    match offer.is_for_sale {
        IsForSale::Yes => Ok(()),
        IsForSale::Withdrawn => Err(SaleRefused::ServiceWithdrawn),
        IsForSale::BranchClosed => Err(SaleRefused::BranchClosed),
    }
}

/// How much of the service a renewal sells.
pub(super) fn renewed_amount(
    held: &Held,
    asked: &Asked,
    first_grant: Option<i32>,
) -> Result<Amount, SaleRefused> {
    let units = granted(held.kind, asked, first_grant)?;
    Ok(Amount { kind: held.kind, units, days: concession::days(asked.term, held.duration_days) })
}

/// Works out a renewal. Before its end nothing is lost: days and counters are added; after it a new subscription
/// begins today.
pub(super) fn renewal(
    held: &Held,
    asked: &Asked,
    first_grant: Option<i32>,
    today: NaiveDate,
) -> Result<Renewed, SaleRefused> {
    let granted = granted(held.kind, asked, first_grant)?;
    let length = asked.term.or_length(held.duration_days);
    match held.status(today) {
        Status::Active | Status::Frozen | Status::Pending => {
            let ends_on = match held.standing.ends_on {
                None => None,
                Some(last) => {
                    let next = add_days(last, 1).ok_or(SaleRefused::TooLong)?;
                    span(held.kind, next, length)?.ends_on.or(Some(last))
                }
            };
            let total = held.total.unwrap_or(0).checked_add(granted.unwrap_or(0));
            if total.is_none_or(|total| total > UNITS_MOST) {
                return Err(SaleRefused::TooManyUnits);
            }
            Ok(Renewed::Longer { ends_on, granted })
        }
        Status::Stopped | Status::Expired => {
            Ok(Renewed::Anew { span: span(held.kind, today, length)?, granted })
        }
    }
}

/// What is to be paid for something whose full price is `full`.
pub(super) fn price(asked: &Asked, full: Money) -> Result<Price, SaleRefused> {
    let full = asked.amount.unwrap_or(full);
    let discount = asked.discount.unwrap_or(Money::ZERO);
    if full.is_negative() {
        return Err(SaleRefused::NegativeAmount);
    }
    if discount.is_negative() {
        return Err(SaleRefused::NegativeDiscount);
    }
    match full.checked_sub(discount) {
        Some(amount) if !amount.is_negative() => Ok(Price { amount, discount }),
        Some(_) | None => Err(SaleRefused::DiscountTooLarge),
    }
}

/// Older callers have one word for sessions with and without a trainer; the service knows.
fn kind_sold(own: ServiceKind, typed: Option<ServiceKind>) -> ServiceKind {
    match typed {
        Some(ServiceKind::Sessions) if own == ServiceKind::Training => ServiceKind::Training,
        Some(kind) => kind,
        None => own,
    }
}

fn first_day(typed: Option<NaiveDate>, today: NaiveDate) -> Result<NaiveDate, SaleRefused> {
    let day = typed.unwrap_or(today);
    let ahead = day.signed_duration_since(today).num_days();
    if ahead < 0 {
        Err(SaleRefused::StartInThePast)
    } else if ahead > LATEST_START_DAYS {
        Err(SaleRefused::StartTooFar)
    } else {
        Ok(day)
    }
}

fn granted(kind: ServiceKind, asked: &Asked, own: Option<i32>) -> Result<Option<i32>, SaleRefused> {
    let Some(unit) = kind.unit() else { return Ok(None) };
    let (typed, missing) = match unit {
        Unit::Coins => (asked.coins, SaleRefused::CoinsMissing),
        Unit::Sessions => (asked.sessions, SaleRefused::SessionsMissing),
    };
    let units = typed.map(Units::get).or(own).ok_or(missing)?;
    Ok(Some(units))
}

/// A length that was typed or agreed.
#[derive(Debug, Clone, Copy)]
enum Length {
    Months(i32),
    Days(i32),
}

trait OrLength {
    fn or_length(self, days: Option<i32>) -> Option<Length>;
}

impl OrLength for Option<SoldTerm> {
    fn or_length(self, days: Option<i32>) -> Option<Length> {
        match self {
            Some(SoldTerm::Months(months)) => Some(Length::Months(months.get())),
            Some(SoldTerm::Days(days)) => Some(Length::Days(days.get())),
            None => days.map(Length::Days),
        }
    }
}

fn span(kind: ServiceKind, starts_on: NaiveDate, length: Option<Length>) -> Result<Span, SaleRefused> {
    let Some(length) = length else {
        return if kind == ServiceKind::TimeBased {
            Err(SaleRefused::DurationMissing)
        } else {
            Ok(Span { starts_on, ends_on: None, duration_days: None })
        };
    };
    let day_after = match length {
        Length::Months(months) => add_months(starts_on, months),
        Length::Days(days) => add_days(starts_on, i64::from(days)),
    };
    let day_after = day_after.ok_or(SaleRefused::TooLong)?;
    let days = day_after.signed_duration_since(starts_on).num_days();
    Ok(Span {
        starts_on,
        ends_on: Some(add_days(day_after, -1).ok_or(SaleRefused::TooLong)?),
        duration_days: i32::try_from(days).ok(),
    })
}

refusals! {
    /// Why nothing was sold.
    pub enum SaleRefused {
        /// No such customer, or not within the caller's branches.
        CustomerNotFound => NotFound, "CUSTOMER_NOT_FOUND",
            en: "Customer not found",
            ar: "العميل غير موجود";
        /// The customer is switched off.
        CustomerInactive => Conflict, "CUSTOMER_INACTIVE",
            en: "The customer is not active",
            ar: "العميل غير نشط";
        /// No such service, or not sold at this branch.
        ServiceNotFound => NotFound, "SERVICE_NOT_FOUND",
            en: "Service not found",
            ar: "الخدمة غير موجودة";
        /// The service is switched off.
        ServiceWithdrawn => Conflict, "SERVICE_INACTIVE",
            en: "The service is no longer sold",
            ar: "الخدمة لم تعد متاحة للبيع";
        /// The branch is switched off.
        BranchClosed => Conflict, "BRANCH_INACTIVE",
            en: "The branch is not active",
            ar: "الفرع غير نشط";
        /// No such trainer in the gym.
        TrainerNotFound => NotFound, "TRAINER_NOT_FOUND",
            en: "Trainer not found",
            ar: "المدرب غير موجود";
        /// Neither the desk nor the service says how many coins.
        CoinsMissing => Invalid of "coins", "COINS_REQUIRED",
            en: "Say how many coins are sold",
            ar: "حدد عدد العملات المباعة";
        /// Neither the desk nor the service says how many sessions.
        SessionsMissing => Invalid of "sessions", "SESSIONS_REQUIRED",
            en: "Say how many sessions are sold",
            ar: "حدد عدد الحصص المباعة";
        /// Neither the desk nor the service says how long.
        DurationMissing => Invalid of "duration_days", "DURATION_REQUIRED",
            en: "Say for how many months or days",
            ar: "حدد المدة بالأشهر أو الأيام";
        /// One subscription would be granted more than can be counted.
        TooManyUnits => Conflict, "TOO_MANY_UNITS",
            en: "One subscription cannot hold that many; stop it and sell a new one",
            ar: "لا يمكن أن يحمل اشتراك واحد هذا العدد؛ أوقفه وبِع اشتراكا جديدا";
        /// The amount is below zero.
        NegativeAmount => Invalid of "amount", "AMOUNT_NEGATIVE",
            en: "An amount cannot be below zero",
            ar: "لا يمكن أن يكون المبلغ سالبا";
        /// The discount is below zero.
        NegativeDiscount => Invalid of "discount", "AMOUNT_NEGATIVE",
            en: "A discount cannot be below zero",
            ar: "لا يمكن أن يكون الخصم سالبا";
        /// The discount is above the amount.
        DiscountTooLarge => Invalid of "discount", "DISCOUNT_TOO_LARGE",
            en: "The discount is larger than the amount",
            ar: "الخصم أكبر من المبلغ";
        /// It would begin before today.
        StartInThePast => Invalid of "start_date", "START_IN_THE_PAST",
            en: "A subscription cannot start in the past",
            ar: "لا يمكن أن يبدأ الاشتراك في الماضي";
        /// It would begin in more than a year.
        StartTooFar => Invalid of "start_date", "START_TOO_FAR",
            en: "A subscription must start within a year",
            ar: "يجب أن يبدأ الاشتراك خلال سنة من اليوم";
        /// It would end beyond the calendar.
        TooLong => Invalid of "duration_days", "DURATION_TOO_LONG",
            en: "The subscription would last too long",
            ar: "مدة الاشتراك أطول من المسموح";
        /// More is taken off than the desk may.
        BeyondDiscount {
            /// Most percent that a desk may take off.
            percent: i32,
        } => Forbidden, "DISCOUNT_NEEDS_MANAGER",
            en: "The desk may take off at most {percent} %; a manager may take off more",
            ar: "أقصى خصم يمنحه الاستقبال {percent}٪، ويمكن للمدير منح خصم أكبر";
        /// More coins or sessions than the desk may sell at once.
        BeyondUnits {
            /// Most, as times those of the service.
            times: i32,
        } => Forbidden, "UNITS_NEED_MANAGER",
            en: "The desk may sell at most {times} times what the service holds; a manager may sell more",
            ar: "أقصى ما يبيعه الاستقبال {times} أضعاف ما في الخدمة، ويمكن للمدير بيع أكثر";
        /// More days than the desk may sell at once.
        BeyondDays {
            /// Most, as times those of the service.
            times: i32,
        } => Forbidden, "DAYS_NEED_MANAGER",
            en: "The desk may sell at most {times} times as long as the service lasts; a manager may sell more",
            ar: "أقصى مدة يبيعها الاستقبال {times} أضعاف مدة الخدمة، ويمكن للمدير بيع مدة أطول";
        /// A manager goes beyond what a desk may, and does not say why.
        ReasonMissing => Invalid of "reason", "SALE_REASON_REQUIRED",
            en: "Say why this sale goes beyond what the desk may give away",
            ar: "اذكر سبب تجاوز هذه العملية لحدود الاستقبال";
        /// Another subscription already renews it.
        AlreadyRenewed => Conflict, "ALREADY_RENEWED",
            en: "This subscription was already renewed",
            ar: "سبق تجديد هذا الاشتراك";
    }
}

#[cfg(test)]
mod tests;
