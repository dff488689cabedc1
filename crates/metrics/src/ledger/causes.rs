//! Why a step changed the value: what kind of expansion or contraction it is part of.

use std::cell::LazyCell;
use std::collections::HashMap;

use model::billing::{CustomerHistory, Price};
use model::{Currency, InvoiceId, InvoiceLineId, PriceId, SubscriptionId};
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
type Quantities<'a> = HashMap<(Option<&'a InvoiceId>, &'a InvoiceLineId), Decimal>;

/// Of each step, in their order.
pub(super) fn of(steps: &[Step], history: &CustomerHistory, prices: &PriceBook) -> Vec<ChangeCause> {
    let mut before = Before { values: HashMap::new(), billed: HashMap::new() };
    // Few customers ever change a quantity.
    let quantities = LazyCell::new(|| quantities(history));
    let is_other_quantity = |old: Option<&Step>, new: &Step| {
        let quantity = |step| quantity(step, &quantities);
        old.and_then(quantity) != quantity(new)
    };
    let mut causes = Vec::with_capacity(steps.len());
    for instant in steps.chunk_by(|a, b| a.at == b.at) {
        causes.extend(instant.iter().map(|step| match partner(step, instant) {
            Some(partner) => {
                let (old, new) = if begins(step) { (partner, step) } else { (step, partner) };
                let billed = before.billed.get(&track(old)).copied();
                switched(old, new, prices, || is_other_quantity(billed, new))
            }
            // A subscription that was worth something before and is after only had an item more or less.
            None if (begins(step) || ends(step)) && before.has_others(step) => ChangeCause::Item,
            None if begins(step) || ends(step) => ChangeCause::SecondSubscription,
            None => {
                let billed = before.billed.get(&track(step)).copied();
                let is_told = is_billed(step) && billed.is_some();
                let is_other = is_told && is_other_quantity(billed, step);
                if is_other { ChangeCause::Quantity } else { ChangeCause::Discount }
            }
        }));
        before.take(instant);
    }
    causes
}

/// What there was just before an instant.
struct Before<'a> {
    values: HashMap<Track<'a>, i64>,
    /// The last step of each price that names what it bills.
    billed: HashMap<Track<'a>, &'a Step>,
}

impl<'a> Before<'a> {
    fn take(&mut self, instant: &'a [Step]) {
        for step in instant {
            self.values.insert(track(step), step.value_minor);
            if is_billed(step) {
                self.billed.insert(track(step), step);
            }
        }
    }

    /// Whether another price of the step's subscription is worth something.
    fn has_others(&self, step: &Step) -> bool {
        self.values.iter().any(|((subscription, price, currency), value)| {
            **subscription == step.subscription
                && *currency == step.currency
                && **price != step.price
                && *value > 0
        })
    }
}

fn track(step: &Step) -> Track<'_> {
    (&step.subscription, &step.price, step.currency)
}

fn begins(step: &Step) -> bool {
    step.value_minor == step.delta_minor
}

fn ends(step: &Step) -> bool {
    step.value_minor == 0
}

/// What gives way to a step's price, or takes its place, at the same time.
fn partner<'a>(step: &Step, instant: &'a [Step]) -> Option<&'a Step> {
    instant.iter().find(|other| {
        other.subscription == step.subscription
            && other.currency == step.currency
            && other.price != step.price
            && ((begins(step) && ends(other)) || (ends(step) && begins(other)))
    })
}

/// One price in place of another on the same subscription.
fn switched(
    old: &Step,
    new: &Step,
    prices: &PriceBook,
    is_other_quantity: impl FnOnce() -> bool,
) -> ChangeCause {
    let (Some(before), Some(after)) = (prices.get(&old.price), prices.get(&new.price)) else {
        return ChangeCause::Plan;
    };
    let interval =
        |price: &Price| price.recurrence.map(|recurrence| (recurrence.interval, recurrence.interval_count));
    let is_same_interval = interval(before) == interval(after);
    if before.product.is_none() || before.product != after.product {
        ChangeCause::Plan
    } else if is_same_interval && before.scheme != after.scheme {
        ChangeCause::Price
    } else if is_other_quantity() {
        ChangeCause::Quantity
    } else if !is_same_interval {
        ChangeCause::Interval
    } else {
        ChangeCause::Discount
    }
}

/// What each line bills.
fn quantities(history: &CustomerHistory) -> Quantities<'_> {
    let billed = history.invoices.iter().flat_map(|invoice| {
        invoice.lines.iter().map(move |line| ((Some(&invoice.id), &line.id), line.quantity))
    });
    let pending = history.invoice_items.iter().map(|item| ((None, &item.line.id), item.line.quantity));
    billed.chain(pending).collect()
}

fn lines(step: &Step) -> Option<&[LineRef]> {
    match &step.cause {
        Cause::Billed { lines } | Cause::Prorated { lines, .. } | Cause::Changed { lines, .. } => Some(lines),
        _ => None,
    }
}

fn is_billed(step: &Step) -> bool {
    lines(step).is_some()
}

/// How many a step is of; tiers bill a line each.
fn quantity(step: &Step, quantities: &Quantities<'_>) -> Option<Decimal> {
    // Its lines are of how many more or less.
    if let Cause::Changed { quantity, .. } = step.cause {
        return Some(quantity.into());
    }
    let known = lines(step)?.iter().filter_map(|line| quantities.get(&(line.invoice.as_ref(), &line.line)));
    known.copied().reduce(|a, b| a + b)
}
