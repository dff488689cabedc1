//! Invoice lines, and the invoice items that wait to become lines.

use model::billing::{InvoiceItem, InvoiceLine, LineEffect, Period, Price};
use model::{
    Currency, CustomerId, InvoiceId, InvoiceItemId, InvoiceLineId, ObjectKind, SubscriptionId,
    SubscriptionItemId, UnixSeconds,
};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::price::{PriceShape, linked};
use super::{LARGEST_QUANTITY, ReadError, Reading, read};
use crate::stripe::kind;
use crate::stripe::loose::{Array, Flag, Link, Number, Object, Ref, Text};

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct LineShape {
    id: Text,
    description: Text,
    amount: Number,
    currency: Text,
    discount_amounts: Array<Amount>,
    taxes: Array<Tax>,
    tax_amounts: Array<Tax>,
    period: Object<Bounds>,
    quantity: Number,
    quantity_decimal: Number,
    pricing: Object<Pricing>,
    price: Link<PriceShape>,
    plan: Link<PriceShape>,
    parent: Object<Parent>,
    // The same facts where they stood before there was a parent.
    #[serde(rename = "type")]
    line_type: Text,
    subscription: Ref,
    subscription_item: Ref,
    invoice_item: Ref,
    proration: Flag,
    proration_details: Object<ProrationDetails>,
    tax_rates: Array<TaxRate>,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Amount {
    pub(super) amount: Number,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct Tax {
    amount: Number,
    tax_behavior: Text,
    inclusive: Flag,
}

/// A rate as it stands on lines and subscriptions.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct TaxRate {
    percentage: Number,
    inclusive: Flag,
}

/// The rates together that are inside an amount, in percent of the amount without them. `None` where there is none, or one
/// that is not a number: the tax then shows on the invoice only.
pub(super) fn inclusive_percent(rates: &Array<TaxRate>) -> Option<Decimal> {
    let inclusive = rates.iter().filter(|rate| rate.inclusive.is_set());
    let percents: Option<Vec<Decimal>> = inclusive.map(|rate| rate.percentage.percent()).collect();
    percents?.into_iter().reduce(|sum, percent| sum + percent)
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct Bounds {
    start: Number,
    end: Number,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct Pricing {
    price_details: Object<PriceDetails>,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct PriceDetails {
    price: Link<PriceShape>,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct Parent {
    #[serde(rename = "type")]
    parent_type: Text,
    subscription_item_details: Object<Details>,
    invoice_item_details: Object<Details>,
    /// An invoice item's.
    subscription_details: Object<Details>,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct Details {
    subscription: Ref,
    subscription_item: Ref,
    invoice_item: Ref,
    proration: Flag,
    proration_details: Object<ProrationDetails>,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
struct ProrationDetails {
    credited_items: Object<CreditedItems>,
    /// A pending item's, where a line has its own.
    discount_amounts: Array<Amount>,
}

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
struct CreditedItems {}

/// What a line that does not say it takes from its invoice.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around<'a> {
    pub(super) created_at: Option<UnixSeconds>,
    pub(super) currency: Option<Currency>,
    pub(super) subscription: Option<&'a str>,
}

/// An invoice line, and its price where that came inside it.
///
/// # Errors
/// When it is no JSON object with an id, an amount, a currency and a period, or one of them cannot be understood.
pub fn invoice_line(body: &str) -> Result<(InvoiceLine, Option<Price>), ReadError> {
    read::<LineShape>(kind::INVOICE_LINE, body)?.read(kind::INVOICE_LINE, Around::default())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ItemShape {
    customer: Ref,
    invoice: Ref,
    date: Number,
    created: Number,
}

/// An invoice item, and its price where that came inside it.
///
/// # Errors
/// As for an invoice line; without a period it is dated by its creation.
pub fn invoice_item(body: &str) -> Result<(InvoiceItem, Option<Price>), ReadError> {
    let line: LineShape = read(kind::INVOICE_ITEM, body)?;
    let shape: ItemShape = read(kind::INVOICE_ITEM, body)?;
    let reading = Reading::begin(kind::INVOICE_ITEM, &line.id)?;
    let created_at = reading.optional_instant(shape.created.or(shape.date), "date")?;
    let around = Around { created_at, ..Around::default() };
    let (mut read, price) = line.read(kind::INVOICE_ITEM, around)?;
    let id = InvoiceItemId::from(reading.id);
    read.invoice_item = Some(id.clone());
    let item = InvoiceItem {
        id,
        customer: shape.customer.id().map(CustomerId::from),
        invoice: shape.invoice.id().map(InvoiceId::from),
        line: read,
    };
    Ok((item, price))
}

impl LineShape {
    pub(super) fn read(
        &self,
        kind: ObjectKind,
        around: Around<'_>,
    ) -> Result<(InvoiceLine, Option<Price>), ReadError> {
        let reading = Reading::begin(kind, &self.id)?;
        let details = self.details();
        let priced = self.pricing.get().and_then(|pricing| pricing.price_details.get());
        let (price, inline) =
            linked([priced.map_or(&Link::Absent, |details| &details.price), &self.price, &self.plan]);
        let currency = match (self.currency.as_str(), around.currency) {
            (None, Some(currency)) => currency,
            _ => reading.currency(&self.currency)?,
        };
        let quantity = self.quantity_decimal.or(self.quantity);
        let quantity = reading.optional_decimal(quantity, LARGEST_QUANTITY, "quantity")?;
        let is_credit = |details: &Object<ProrationDetails>| {
            details.get().is_some_and(|details| details.credited_items.get().is_some())
        };
        let line = InvoiceLine {
            id: InvoiceLineId::from(reading.id),
            description: self.description.said(),
            amount_minor: reading.amount(self.amount, "amount")?,
            discount_minor: self.discount(reading)?,
            inclusive_tax_minor: self.inclusive_tax(reading)?,
            inclusive_tax_percent: inclusive_percent(&self.tax_rates),
            currency,
            period: self.period(reading, around)?,
            is_proration: details.is_some_and(|details| details.proration.is_set())
                || self.proration.is_set(),
            is_proration_credit: details.is_some_and(|details| is_credit(&details.proration_details))
                || is_credit(&self.proration_details),
            quantity: quantity.unwrap_or(Decimal::ONE),
            price,
            subscription: self.subscription(details, around).map(SubscriptionId::from),
            subscription_item: self.subscription_item(details).map(SubscriptionItemId::from),
            invoice_item: self.invoice_item(details).map(InvoiceItemId::from),
            price_then: None,
            effect: LineEffect::Whole,
        };
        Ok((line, inline))
    }

    /// The parent that counts: of the two kinds of details, the one that the parent's type names.
    fn details(&self) -> Option<&Details> {
        let parent = self.parent.get()?;
        let item = parent.subscription_item_details.get();
        let pending = parent.invoice_item_details.get().or(parent.subscription_details.get());
        match parent.parent_type.as_str() {
            Some("invoice_item_details" | "subscription_details") => pending.or(item),
            _ => item.or(pending),
        }
    }

    fn subscription<'a>(&'a self, details: Option<&'a Details>, around: Around<'a>) -> Option<&'a str> {
        let named = details.and_then(|details| details.subscription.id()).or_else(|| self.subscription.id());
        // In the oldest shape a subscription's line only says that it is one.
        let is_subscription = self.line_type.as_str() == Some("subscription");
        named.or(around.subscription.filter(|_| is_subscription))
    }

    fn subscription_item<'a>(&'a self, details: Option<&'a Details>) -> Option<&'a str> {
        details.and_then(|details| details.subscription_item.id()).or_else(|| self.subscription_item.id())
    }

    fn discount(&self, reading: Reading<'_>) -> Result<i64, ReadError> {
        let pending = self.proration_details.get().filter(|_| self.discount_amounts.0.is_none());
        let amounts = pending.map_or(&self.discount_amounts, |details| &details.discount_amounts);
        reading.sum(amounts.iter().map(|discount| discount.amount), "discount_amounts")
    }

    fn invoice_item<'a>(&'a self, details: Option<&'a Details>) -> Option<&'a str> {
        let named = details.and_then(|details| details.invoice_item.id()).or_else(|| self.invoice_item.id());
        // In the oldest shape an item's line has the item's own id.
        named.or_else(|| self.id.as_str().filter(|id| id.starts_with("ii_")))
    }

    fn inclusive_tax(&self, reading: Reading<'_>) -> Result<i64, ReadError> {
        if self.taxes.0.is_some() {
            let inclusive = self.taxes.iter().filter(|tax| tax.tax_behavior.as_str() == Some("inclusive"));
            return reading.sum(inclusive.map(|tax| tax.amount), "taxes");
        }
        let inclusive = self.tax_amounts.iter().filter(|tax| tax.inclusive.is_set());
        reading.sum(inclusive.map(|tax| tax.amount), "tax_amounts")
    }

    fn period(&self, reading: Reading<'_>, around: Around<'_>) -> Result<Period, ReadError> {
        let bounds = self.period.get();
        let start = bounds.map_or(Number::Absent, |bounds| bounds.start);
        let end = bounds.map_or(Number::Absent, |bounds| bounds.end);
        let start = reading.optional_instant(start, "period.start")?.or(around.created_at);
        let start = start.ok_or_else(|| reading.missing("period"))?;
        let end = reading.optional_instant(end, "period.end")?.unwrap_or(start);
        Ok(Period { start, end })
    }
}
