//! Why a step changed the value: what kind of expansion or contraction it is part of.

use std::collections::HashMap;

use model::billing::{CustomerHistory, Price, PriceScheme};
use model::{Currency, PriceId, SubscriptionId};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Cause, LineRef, PriceBook, Step};

/// In the order in which the first that applies is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeCause {
    /// Another product took the place of the one before.
    Plan,
    /// The same product and interval at another unit amount.
    Price,
    Quantity,
    /// The same product, billed at another interval.
    Interval,
    /// The same price and quantity at another amount: a discount came, ended or changed, or a tax inside the price did.
    Discount,
    /// Something was added to a subscription or removed from it.
    Item,
    /// A subscription began or ended.
    #[default]
    SecondSubscription,
}

impl ChangeCause {
    pub const ALL: [Self; 7] = [
        Self::Plan,
        Self::Price,
        Self::Quantity,
        Self::Interval,
        Self::Discount,
        Self::Item,
        Self::SecondSubscription,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Price => "price",
            Self::Quantity => "quantity",
            Self::Interval => "interval",
            Self::Discount => "discount",
            Self::Item => "item",
            Self::SecondSubscription => "second_subscription",
        }
    }
}

type Track<'a> = (&'a SubscriptionId, &'a PriceId, Currency);

/// Of each step, in their order.
pub(super) fn of(steps: &[Step], history: &CustomerHistory, prices: &PriceBook) -> Vec<ChangeCause> {
    let quantities = quantities(history);
    let mut values: HashMap<Track<'_>, (i64, Option<Decimal>)> = HashMap::new();
    let mut causes = Vec::with_capacity(steps.len());
    for instant in steps.chunk_by(|a, b| a.at == b.at) {
        for step in instant {
            let of_subscription =
                |other: &&Step| other.subscription == step.subscription && other.currency == step.currency;
            // What gives way to it, or takes its place, at the same time.
            let before = step.value_minor - step.delta_minor;
            let (begins, ends) = (before == 0, step.value_minor == 0);
            let partner = instant.iter().filter(of_subscription).find(|other| {
                let other_before = other.value_minor - other.delta_minor;
                other.price != step.price
                    && ((begins && other.value_minor == 0) || (ends && other_before == 0))
            });
            let own_quantity = quantity(step, &quantities);
            let others = || {
                values.iter().any(|((subscription, price, currency), (value, _))| {
                    **subscription == step.subscription
                        && *currency == step.currency
                        && **price != step.price
                        && *value > 0
                })
            };
            causes.push(match partner {
                Some(partner) => {
                    let (old, new) = if begins { (partner, step) } else { (step, partner) };
                    let had = values.get(&track(old)).and_then(|(_, quantity)| *quantity);
                    switched(old, new, had == quantity(new, &quantities), prices)
                }
                None if begins || ends => {
                    // A subscription that was worth something before and is after only had an item more or less.
                    if others() { ChangeCause::Item } else { ChangeCause::SecondSubscription }
                }
                None => {
                    let had = values.get(&track(step)).and_then(|(_, quantity)| *quantity);
                    let is_same = own_quantity.is_none() || had.is_none() || had == own_quantity;
                    if is_same { ChangeCause::Discount } else { ChangeCause::Quantity }
                }
            });
        }
        for step in instant {
            let quantity = quantity(step, &quantities);
            let entry = values.entry(track(step)).or_default();
            *entry = (step.value_minor, quantity.or(entry.1));
        }
    }
    causes
}

fn track(step: &Step) -> Track<'_> {
    (&step.subscription, &step.price, step.currency)
}

/// One price in place of another on the same subscription.
fn switched(old: &Step, new: &Step, is_same_quantity: bool, prices: &PriceBook) -> ChangeCause {
    let (Some(before), Some(after)) = (prices.get(&old.price), prices.get(&new.price)) else {
        return ChangeCause::Plan;
    };
    let interval =
        |price: &Price| price.recurrence.map(|recurrence| (recurrence.interval, recurrence.interval_count));
    let is_same_product = before.product.is_some() && before.product == after.product;
    let is_same_interval = interval(before) == interval(after);
    if !is_same_product {
        ChangeCause::Plan
    } else if is_same_interval && unit_amount(before) != unit_amount(after) {
        ChangeCause::Price
    } else if !is_same_quantity {
        ChangeCause::Quantity
    } else if !is_same_interval {
        ChangeCause::Interval
    } else {
        ChangeCause::Discount
    }
}

fn unit_amount(price: &Price) -> &PriceScheme {
    &price.scheme
}

/// What each line bills.
fn quantities(history: &CustomerHistory) -> HashMap<LineRef, Decimal> {
    let billed = history.invoices.iter().flat_map(|invoice| {
        let of = move |line: &model::billing::InvoiceLine| {
            (LineRef { invoice: Some(invoice.id.clone()), line: line.id.clone() }, line.quantity)
        };
        invoice.lines.iter().map(of)
    });
    let pending = history
        .invoice_items
        .iter()
        .map(|item| (LineRef { invoice: None, line: item.line.id.clone() }, item.line.quantity));
    billed.chain(pending).collect()
}

/// How many a step is of; tiers bill a line each.
fn quantity(step: &Step, quantities: &HashMap<LineRef, Decimal>) -> Option<Decimal> {
    let (Cause::Billed { lines } | Cause::Prorated { lines, .. }) = &step.cause else { return None };
    let known = lines.iter().filter_map(|line| quantities.get(line));
    known.copied().reduce(|a, b| a + b)
}
