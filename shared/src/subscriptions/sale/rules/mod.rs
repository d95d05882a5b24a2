//! What is sold, for how much and for how long.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{
    super::{
        count::Units,
        model::{Held, Kind, Status, Unit},
    },
    model::{Asked, IsForSale, Offer, Order, Term},
};
use crate::{
    error::{Refusal, RefusalKind, Text},
    vocabulary::{
        Language, Money,
        dates::{add_days, add_months},
    },
};

/// How far ahead a subscription may begin, in days.
const LATEST_START_DAYS: i64 = 366;

/// What is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Price {
    /// Net of discount.
    pub(super) amount: Money,
    pub(super) discount: Money,
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) starts_on: NaiveDate,
    /// Last day; none if it does not lapse by date.
    pub(super) ends_on: Option<NaiveDate>,
    /// Days that a renewal adds.
    pub(super) duration_days: Option<i32>,
}

/// A sale, settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) kind: Kind,
    pub(super) price: Price,
    pub(super) span: Span,
    /// Coins or sessions; none for time.
    pub(super) granted: Option<i32>,
    pub(super) opens_door: bool,
}

/// A renewal, settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renewed {
    /// The same subscription goes on.
    Longer { ends_on: Option<NaiveDate>, granted: Option<i32> },
    /// A new subscription begins today.
    Anew { span: Span, granted: Option<i32> },
}

/// Settles a sale of `offer`. What the desk typed outweighs what the service says.
pub(super) fn terms(offer: &Offer, order: &Order, today: NaiveDate) -> Result<Terms, SaleRefused> {
    is_for_sale(offer)?;
    let kind = kind_sold(offer.kind, order.kind);
    // A service sold in another way than its own (the apps sell gym plans for coins) lends neither length nor counter.
    let own = kind == offer.kind;
    let starts_on = first_day(order.starts_on, today)?;
    let length = order.asked.term.or_length(offer.duration_days.filter(|_| own));
    Ok(Terms {
        kind,
        price: price(&order.asked, offer.price)?,
        span: span(kind, starts_on, length)?,
        granted: granted(kind, &order.asked, offer.units.filter(|_| own))?,
        opens_door: offer.opens_door && (own || kind != Kind::Training),
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

/// Settles a renewal. Before its end nothing is lost: days and counters are added; after it a new one begins today.
pub(super) fn renewal(
    held: &Held,
    asked: &Asked,
    last_grant: Option<i32>,
    today: NaiveDate,
) -> Result<Renewed, SaleRefused> {
    let granted = granted(held.kind, asked, last_grant)?;
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
            Ok(Renewed::Longer { ends_on, granted })
        }
        Status::Stopped | Status::Expired => {
            Ok(Renewed::Anew { span: span(held.kind, today, length)?, granted })
        }
    }
}

/// What is to be paid for something that is listed at `list`.
pub(super) fn price(asked: &Asked, list: Money) -> Result<Price, SaleRefused> {
    let full = asked.amount.unwrap_or(list);
    let discount = asked.discount.unwrap_or(Money::ZERO);
    if full.is_negative() || discount.is_negative() {
        return Err(SaleRefused::NegativeAmount);
    }
    match full.checked_sub(discount) {
        Some(amount) if !amount.is_negative() => Ok(Price { amount, discount }),
        Some(_) | None => Err(SaleRefused::DiscountTooLarge),
    }
}

/// Older callers have one word for sessions with and without a trainer; the service knows.
fn kind_sold(own: Kind, typed: Option<Kind>) -> Kind {
    match typed {
        Some(Kind::Sessions) if own == Kind::Training => Kind::Training,
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

fn granted(kind: Kind, asked: &Asked, own: Option<i32>) -> Result<Option<i32>, SaleRefused> {
    let Some(unit) = kind.unit() else { return Ok(None) };
    let typed = match unit {
        Unit::Coins => asked.coins,
        Unit::Sessions => asked.sessions,
    };
    let units = typed.map(Units::get).or(own).ok_or(SaleRefused::UnitsMissing(unit))?;
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

impl OrLength for Option<Term> {
    fn or_length(self, days: Option<i32>) -> Option<Length> {
        match self {
            Some(Term::Months(months)) => Some(Length::Months(months.get())),
            Some(Term::Days(days)) => Some(Length::Days(days.get())),
            None => days.map(Length::Days),
        }
    }
}

fn span(kind: Kind, starts_on: NaiveDate, length: Option<Length>) -> Result<Span, SaleRefused> {
    let Some(length) = length else {
        return if kind == Kind::TimeBased {
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

/// Why nothing was sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SaleRefused {
    /// No such customer, or not within the caller's branches.
    #[error("no such customer")]
    CustomerNotFound,
    /// The customer is switched off.
    #[error("the customer is not active")]
    CustomerInactive,
    /// No such service, or not sold at this branch.
    #[error("no such service")]
    ServiceNotFound,
    /// The service is switched off.
    #[error("the service is not sold any more")]
    ServiceWithdrawn,
    /// The branch is switched off.
    #[error("the branch is closed")]
    BranchClosed,
    /// No such trainer in the gym.
    #[error("no such trainer")]
    TrainerNotFound,
    /// Neither the desk nor the service says how many.
    #[error("how many is not said")]
    UnitsMissing(Unit),
    /// Neither the desk nor the service says how long.
    #[error("how long is not said")]
    DurationMissing,
    /// An amount is below zero.
    #[error("an amount is below zero")]
    NegativeAmount,
    /// The discount is above the amount.
    #[error("the discount is above the amount")]
    DiscountTooLarge,
    /// It would begin before today.
    #[error("the first day is over")]
    StartInThePast,
    /// It would begin in more than a year.
    #[error("the first day is too far ahead")]
    StartTooFar,
    /// It would end beyond the calendar.
    #[error("the end is too far ahead")]
    TooLong,
    /// Another subscription already renews it.
    #[error("it was renewed before")]
    AlreadyRenewed,
}

impl Refusal for SaleRefused {
    fn kind(&self) -> RefusalKind {
        match self {
            Self::CustomerNotFound | Self::ServiceNotFound | Self::TrainerNotFound => RefusalKind::NotFound,
            Self::CustomerInactive | Self::ServiceWithdrawn | Self::BranchClosed | Self::AlreadyRenewed => {
                RefusalKind::Conflict
            }
            Self::UnitsMissing(_)
            | Self::DurationMissing
            | Self::NegativeAmount
            | Self::DiscountTooLarge
            | Self::StartInThePast
            | Self::StartTooFar
            | Self::TooLong => RefusalKind::Invalid,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::CustomerNotFound => "CUSTOMER_NOT_FOUND",
            Self::CustomerInactive => "CUSTOMER_INACTIVE",
            Self::ServiceNotFound => "SERVICE_NOT_FOUND",
            Self::ServiceWithdrawn => "SERVICE_INACTIVE",
            Self::BranchClosed => "BRANCH_INACTIVE",
            Self::TrainerNotFound => "TRAINER_NOT_FOUND",
            Self::UnitsMissing(Unit::Coins) => "COINS_REQUIRED",
            Self::UnitsMissing(Unit::Sessions) => "SESSIONS_REQUIRED",
            Self::DurationMissing => "DURATION_REQUIRED",
            Self::NegativeAmount => "AMOUNT_NEGATIVE",
            Self::DiscountTooLarge => "DISCOUNT_TOO_LARGE",
            Self::StartInThePast => "START_IN_THE_PAST",
            Self::StartTooFar => "START_TOO_FAR",
            Self::TooLong => "DURATION_TOO_LONG",
            Self::AlreadyRenewed => "ALREADY_RENEWED",
        }
    }

    fn say(&self, language: Language) -> Cow<'static, str> {
        let (en, ar) = match self {
            Self::CustomerNotFound => ("Customer not found", "العميل غير موجود"),
            Self::CustomerInactive => ("The customer is not active", "العميل غير نشط"),
            Self::ServiceNotFound => ("Service not found", "الخدمة غير موجودة"),
            Self::ServiceWithdrawn => ("The service is no longer sold", "الخدمة لم تعد متاحة للبيع"),
            Self::BranchClosed => ("The branch is not active", "الفرع غير نشط"),
            Self::TrainerNotFound => ("Trainer not found", "المدرب غير موجود"),
            Self::UnitsMissing(Unit::Coins) => ("Say how many coins are sold", "حدد عدد العملات المباعة"),
            Self::UnitsMissing(Unit::Sessions) => ("Say how many sessions are sold", "حدد عدد الحصص المباعة"),
            Self::DurationMissing => ("Say for how many months or days", "حدد المدة بالأشهر أو الأيام"),
            Self::NegativeAmount => ("An amount cannot be below zero", "لا يمكن أن يكون المبلغ سالبا"),
            Self::DiscountTooLarge => ("The discount is larger than the amount", "الخصم أكبر من المبلغ"),
            Self::StartInThePast => {
                ("A subscription cannot start in the past", "لا يمكن أن يبدأ الاشتراك في الماضي")
            }
            Self::StartTooFar => {
                ("A subscription must start within a year", "يجب أن يبدأ الاشتراك خلال سنة من اليوم")
            }
            Self::TooLong => ("The subscription would last too long", "مدة الاشتراك أطول من المسموح"),
            Self::AlreadyRenewed => ("This subscription was already renewed", "سبق تجديد هذا الاشتراك"),
        };
        Text { en, ar }.say(language).into()
    }
}

#[cfg(test)]
mod tests;
