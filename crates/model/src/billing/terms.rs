//! The parts of a subscription.

use rust_decimal::Decimal;

use super::Period;
use crate::{Currency, InvoiceId, PriceId, SubscriptionItemId, UnixSeconds};

/// What a period of a price will cost, without tax and after discounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeseenLine {
    pub price: PriceId,
    pub amount_minor: i64,
}

/// A time in which a subscription rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub start: UnixSeconds,
    /// `None`: it lasts.
    pub end: Option<UnixSeconds>,
}

/// What a coupon takes off a subscription, for as long as it lasts.
#[derive(Debug, Clone, PartialEq)]
pub struct Discount {
    pub percent_off: Option<Decimal>,
    /// Off each bill, in its own currency.
    pub amount_off: Option<(i64, Currency)>,
    /// `None`: for as long as the subscription runs, or for one bill.
    pub ends_at: Option<UnixSeconds>,
    /// For one bill only.
    pub is_once: bool,
}

/// A change of a subscription that waits for a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingUpdate {
    /// `None`: the provider does not say which.
    pub invoice: Option<InvoiceId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SubscriptionItem {
    pub id: SubscriptionItemId,
    pub price: PriceId,
    pub quantity: Decimal,
    pub current_period: Option<Period>,
}
