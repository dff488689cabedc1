//! Subscriptions and their items.

use model::billing::{
    CancellationReason, Discount, PendingUpdate, Period, Price, Subscription, SubscriptionItem,
    SubscriptionStatus,
};
use model::{CustomerId, InvoiceId, SubscriptionId, SubscriptionItemId, UnixSeconds};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::line::{TaxRate, inclusive_percent};
use super::method::{MethodShape, method};
use super::price::{PriceShape, linked};
use super::{LARGEST_QUANTITY, ReadError, Reading, read};
use crate::stripe::kind;
use crate::stripe::loose::{Array, Embedded, Flag, Link, Links, Number, Object, OnlyId, Ref, Text};

/// A subscription, and the prices that came inside it.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscriptionParts {
    pub subscription: Subscription,
    /// Whether there are more items than came inside it.
    pub is_cut: bool,
    pub inline_prices: Vec<Price>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shape {
    id: Text,
    customer: Ref,
    status: Text,
    created: Number,
    start_date: Number,
    start: Number,
    ended_at: Number,
    canceled_at: Number,
    cancel_at: Number,
    cancel_at_period_end: Flag,
    cancellation_details: Object<Cancellation>,
    trial_start: Number,
    trial_end: Number,
    billing_cycle_anchor: Number,
    pause_collection: Object<Pause>,
    currency: Text,
    items: Object<Embedded<ItemShape>>,
    default_tax_rates: Array<TaxRate>,
    discounts: Links<DiscountShape>,
    /// The only one, in the older shape.
    discount: Object<DiscountShape>,
    pending_update: Object<Update>,
    latest_invoice: Ref,
    default_payment_method: Link<MethodShape>,
    default_source: Link<MethodShape>,
    current_period_start: Number,
    current_period_end: Number,
    /// Of the only item, where there is no list of them.
    plan: Link<PriceShape>,
    quantity: Number,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cancellation {
    reason: Text,
    feedback: Text,
}

#[derive(Debug, Default, Deserialize)]
struct Pause {}

#[derive(Debug, Default, Deserialize)]
struct Update {}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DiscountShape {
    end: Number,
    /// What it is of: a coupon, directly in the older shape.
    source: Object<DiscountSource>,
    coupon: Object<CouponShape>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DiscountSource {
    coupon: Object<CouponShape>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CouponShape {
    percent_off: Number,
    amount_off: Number,
    currency: Text,
    duration: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ItemShape {
    id: Text,
    price: Link<PriceShape>,
    plan: Link<PriceShape>,
    quantity: Number,
    discounts: Links<OnlyId>,
    current_period_start: Number,
    current_period_end: Number,
}

/// A subscription.
///
/// # Errors
/// When it is no JSON object with an id and a customer, or one of its instants or quantities cannot be understood.
pub fn subscription(body: &str) -> Result<SubscriptionParts, ReadError> {
    let shape: Shape = read(kind::SUBSCRIPTION, body)?;
    let reading = Reading::begin(kind::SUBSCRIPTION, &shape.id)?;
    let (items, inline_prices) = shape.items(reading)?;
    let customer = shape.customer.id().ok_or_else(|| reading.missing("customer"))?;
    let created_at = reading.optional_instant(shape.created, "created")?;
    let started = shape.start_date.or(shape.start);
    let status = status(shape.status.as_str());
    let canceled_at = reading.optional_instant(shape.canceled_at, "canceled_at")?;
    let is_over = matches!(status, SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired);
    // What is over has ended: where it is not said when, then when it was canceled.
    let ended_at = reading.optional_instant(shape.ended_at, "ended_at")?.or(canceled_at.filter(|_| is_over));
    let cancellation = shape.cancellation_details.get();
    let subscription = Subscription {
        id: SubscriptionId::from(reading.id),
        customer: CustomerId::from(customer),
        status,
        created_at,
        started_at: reading.optional_instant(started, "start_date")?.or(created_at),
        ended_at,
        canceled_at,
        cancel_at: reading.optional_instant(shape.cancel_at, "cancel_at")?,
        is_canceled_at_period_end: shape.cancel_at_period_end.is_set(),
        cancellation_reason: cancellation.and_then(|details| reason(details.reason.as_str())),
        cancellation_feedback: cancellation.and_then(|details| details.feedback.said()),
        trial: period(reading, [shape.trial_start, shape.trial_end], ["trial_start", "trial_end"])?,
        billing_cycle_anchor: reading.optional_instant(shape.billing_cycle_anchor, "billing_cycle_anchor")?,
        is_collection_paused: shape.pause_collection.get().is_some(),
        currency: shape.currency.as_str().and_then(|code| code.parse().ok()),
        inclusive_tax_percent: inclusive_percent(&shape.default_tax_rates),
        pending_update: shape
            .pending_update
            .get()
            .map(|_| PendingUpdate { invoice: shape.latest_invoice.id().map(InvoiceId::from) }),
        discounts: shape.discounts(reading)?,
        payment_method: method([&shape.default_payment_method, &shape.default_source]),
        pauses: Vec::new(),
        imported_from: None,
        items,
        foreseen: Vec::new(),
    };
    let is_cut = shape.items.get().is_some_and(|list| list.has_more.is_set());
    Ok(SubscriptionParts { subscription, is_cut, inline_prices })
}

/// A subscription's item, and its price where that came inside it.
///
/// # Errors
/// When it is no JSON object with an id and a price, or its quantity cannot be understood.
pub fn subscription_item(body: &str) -> Result<(SubscriptionItem, Option<Price>), ReadError> {
    let shape: ItemShape = read(kind::SUBSCRIPTION_ITEM, body)?;
    let (item, price) = shape.read(None)?;
    let reading = Reading::begin(kind::SUBSCRIPTION_ITEM, &shape.id)?;
    Ok((item.ok_or_else(|| reading.missing("price"))?, price))
}

impl Shape {
    fn discounts(&self, reading: Reading<'_>) -> Result<Vec<Discount>, ReadError> {
        let mut discounts = Vec::new();
        for link in self.discounts.iter() {
            match link {
                Link::Expanded(shape) => discounts.push(shape.read(reading)?),
                Link::Id(_) => discounts.push(Discount::UNKNOWN),
                Link::Absent => {}
            }
        }
        if let (Some(only), None) = (self.discount.get(), &self.discounts.0) {
            discounts.push(only.read(reading)?);
        }
        // Those of items come as their ids.
        let mut items = self.items.get().into_iter().flat_map(|list| list.data.iter());
        if items.any(|item| item.discounts.iter().any(|link| *link != Link::Absent)) {
            discounts.push(Discount::UNKNOWN);
        }
        Ok(discounts)
    }

    fn items(&self, reading: Reading<'_>) -> Result<(Vec<SubscriptionItem>, Vec<Price>), ReadError> {
        let bounds = [self.current_period_start, self.current_period_end];
        let period = period(reading, bounds, ["current_period_start", "current_period_end"])?;
        let (mut items, mut prices) = (Vec::new(), Vec::new());
        for shape in self.items.get().iter().flat_map(|list| list.data.iter()) {
            let (item, price) = shape.read(period)?;
            items.extend(item);
            prices.extend(price);
        }
        let (plan, inline) = linked([&self.plan, &Link::Absent, &Link::Absent]);
        if let (None, Some(price)) = (self.items.get(), plan) {
            items.push(SubscriptionItem {
                id: SubscriptionItemId::from(reading.id),
                price,
                quantity: quantity(reading, self.quantity)?,
                current_period: period,
            });
            prices.extend(inline);
        }
        Ok((items, prices))
    }
}

impl DiscountShape {
    fn read(&self, reading: Reading<'_>) -> Result<Discount, ReadError> {
        let coupon = self.coupon.get().or_else(|| self.source.get()?.coupon.get());
        // It came only as an id.
        let Some(coupon) = coupon else { return Ok(Discount::UNKNOWN) };
        let amount = reading.optional_amount(coupon.amount_off, "discounts.coupon.amount_off")?;
        Ok(Discount {
            percent_off: reading.optional_decimal(coupon.percent_off, 100, "discounts.coupon.percent_off")?,
            amount_off: amount.zip(coupon.currency.as_str().and_then(|code| code.parse().ok())),
            ends_at: reading.optional_instant(self.end, "discounts.end")?,
            is_once: coupon.duration.as_str() == Some("once"),
        })
    }
}

impl ItemShape {
    /// `period`: the subscription's own, in the older shape. An item without any price is not an item.
    fn read(&self, period: Option<Period>) -> Result<(Option<SubscriptionItem>, Option<Price>), ReadError> {
        let reading = Reading::begin(kind::SUBSCRIPTION_ITEM, &self.id)?;
        let (price, inline) = linked([&self.price, &self.plan, &Link::Absent]);
        let Some(price) = price else { return Ok((None, None)) };
        let bounds = [self.current_period_start, self.current_period_end];
        let own = self::period(reading, bounds, ["current_period_start", "current_period_end"])?;
        let item = SubscriptionItem {
            id: SubscriptionItemId::from(reading.id),
            price,
            quantity: quantity(reading, self.quantity)?,
            current_period: own.or(period),
        };
        Ok((Some(item), inline))
    }
}

fn quantity(reading: Reading<'_>, number: Number) -> Result<Decimal, ReadError> {
    Ok(reading.optional_decimal(number, LARGEST_QUANTITY, "quantity")?.unwrap_or(Decimal::ONE))
}

fn period(
    reading: Reading<'_>,
    bounds: [Number; 2],
    fields: [&'static str; 2],
) -> Result<Option<Period>, ReadError> {
    let start: Option<UnixSeconds> = reading.optional_instant(bounds[0], fields[0])?;
    let end = reading.optional_instant(bounds[1], fields[1])?;
    Ok(start.zip(end).map(|(start, end)| Period { start, end }))
}

fn status(text: Option<&str>) -> SubscriptionStatus {
    match text {
        Some("incomplete") => SubscriptionStatus::Incomplete,
        Some("incomplete_expired") => SubscriptionStatus::IncompleteExpired,
        Some("trialing") => SubscriptionStatus::Trialing,
        Some("active") => SubscriptionStatus::Active,
        Some("past_due") => SubscriptionStatus::PastDue,
        Some("canceled") => SubscriptionStatus::Canceled,
        Some("unpaid") => SubscriptionStatus::Unpaid,
        Some("paused") => SubscriptionStatus::Paused,
        _ => SubscriptionStatus::Unknown,
    }
}

fn reason(text: Option<&str>) -> Option<CancellationReason> {
    Some(match text? {
        "cancellation_requested" => CancellationReason::Requested,
        "payment_failed" => CancellationReason::PaymentFailed,
        "payment_disputed" => CancellationReason::PaymentDisputed,
        _ => CancellationReason::Other,
    })
}
