//! What a sale gives away: how far its price is below that of what is sold, and whether a desk may go so far by itself.
//!
//! The price of what is sold is that of the service, as many times as more of it is sold than it holds: 250 of a hundred
//! coins cost two and a half times its price, and a part of it costs the whole. A service that is sold in another way
//! than its own has no measure for that, and costs its price.

use serde_json::{Value, json};

use super::{
    super::model::ServiceKind,
    model::{Offer, SoldTerm},
    rules::{Price, SaleRefused},
};
use crate::gyms::SaleLimits;
use base::vocabulary::{AuditFlag, Line, Money};

/// Days that a calendar month is taken for: the shortest has as many, so that no month is longer than the thirty days of
/// a service that is called a month.
const MONTH_DAYS: i32 = 28;

/// How much is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount {
    pub(super) kind: ServiceKind,
    /// Coins or sessions; none for time.
    pub(super) units: Option<i32>,
    /// Days; none if it does not lapse by date.
    pub(super) days: Option<i32>,
}

/// Days that were typed, else those that were agreed on before.
pub(super) fn days(typed: Option<SoldTerm>, agreed: Option<i32>) -> Option<i32> {
    match typed {
        Some(SoldTerm::Months(months)) => Some(months.get().saturating_mul(MONTH_DAYS)),
        Some(SoldTerm::Days(days)) => Some(days.get()),
        None => agreed,
    }
}

/// What `amount` of `offer` costs.
pub(super) fn full_price(offer: &Offer, amount: Amount) -> Money {
    let (sold, own) = match amount.kind {
        kind if kind != offer.kind => return offer.price,
        ServiceKind::TimeBased => (amount.days, offer.duration_days),
        ServiceKind::Coins | ServiceKind::Sessions | ServiceKind::Training => (amount.units, offer.units),
    };
    let Some((sold, own)) = sold.zip(own).filter(|(sold, own)| *own > 0 && sold > own) else {
        return offer.price;
    };
    let full = i128::from(offer.price.minor()).saturating_mul(sold.into()).checked_div(own.into());
    let full = full.and_then(|full| i64::try_from(full).ok());
    full.map_or(Money::LIMIT, |full| Money::from_minor(full).min(Money::LIMIT))
}

/// What one sale gives away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Concession {
    full_price: Money,
    /// What is left out of that; zero for a sale at the full price or above it.
    off: Money,
    /// Why a manager let it pass that a desk may not give so much.
    reason: Option<Line>,
}

/// Who sells, and what they say about it.
#[derive(Debug, Clone)]
pub(super) struct Seller<'a> {
    /// Whether they may go beyond the limits.
    pub(super) is_manager: bool,
    pub(super) reason: Option<&'a Line>,
}

impl Concession {
    /// What is given away, if this seller may.
    ///
    /// # Refuses
    /// The first limit that a desk would go beyond; to a manager, that there is no reason.
    pub(super) fn of(
        offer: &Offer,
        amount: Amount,
        price: Price,
        seller: &Seller<'_>,
    ) -> Result<Self, SaleRefused> {
        let full_price = full_price(offer, amount);
        let off = full_price.checked_sub(price.amount).unwrap_or(Money::ZERO).max(Money::ZERO);
        let is_beyond = match beyond(offer, amount, (full_price, off)) {
            None => false,
            Some(refused) if !seller.is_manager => return Err(refused),
            Some(_) if seller.reason.is_none() => return Err(SaleRefused::ReasonMissing),
            Some(_) => true,
        };
        let reason = seller.reason.filter(|_| is_beyond || off.is_positive()).cloned();
        Ok(Self { full_price, off, reason })
    }

    /// Why an owner should look at the sale.
    pub(super) fn flag(&self) -> Option<AuditFlag> {
        self.off.is_positive().then_some(AuditFlag::BelowPrice)
    }

    /// As the audit log keeps it; null for a sale at its price.
    pub(super) fn told(&self) -> Value {
        if !self.off.is_positive() && self.reason.is_none() {
            return Value::Null;
        }
        json!({
            "full_price_minor": self.full_price.minor(),
            "off_minor": self.off.minor(),
            "percent_off": percent(self.off, self.full_price),
            "reason": self.reason.as_ref().map(Line::as_str),
        })
    }
}

/// The first limit that the sale is beyond.
fn beyond(offer: &Offer, amount: Amount, (full, off): (Money, Money)) -> Option<SaleRefused> {
    let SaleLimits { percent_off, units_times, days_times } = offer.limits;
    let own = offer.kind == amount.kind;
    if let Some(percent) = percent_off
        && hundredfold(off) > i128::from(full.minor()).saturating_mul(percent.into())
    {
        return Some(SaleRefused::BeyondDiscount { percent });
    }
    if let (Some(times), Some(units)) = (units_times, amount.units)
        && exceeds(units, offer.units.filter(|_| own), times)
    {
        return Some(SaleRefused::BeyondUnits { times });
    }
    // Where units are counted, days that the service does not have make it shorter, not longer.
    let has_measure = offer.duration_days.is_some() || amount.kind == ServiceKind::TimeBased;
    if let (Some(times), Some(days)) = (days_times, amount.days)
        && has_measure
        && exceeds(days, offer.duration_days, times)
    {
        return Some(SaleRefused::BeyondDays { times });
    }
    None
}

/// Whether more is sold than the service holds so many times; what it does not hold has no measure, and exceeds it.
fn exceeds(sold: i32, own: Option<i32>, times: i32) -> bool {
    own.is_none_or(|own| i64::from(sold) > i64::from(own).saturating_mul(times.into()))
}

/// Whole percent that `off` is of `full`, rounded down.
fn percent(off: Money, full: Money) -> i64 {
    let percent = hundredfold(off).checked_div(full.minor().into());
    percent.and_then(|percent| i64::try_from(percent).ok()).unwrap_or(0)
}

fn hundredfold(money: Money) -> i128 {
    i128::from(money.minor()).saturating_mul(100)
}

#[cfg(test)]
mod tests;
