//! What permanent discounts and inclusive taxes leave of an item's price.

use model::Currency;
use model::billing::{Discount, Subscription};
use rust_decimal::Decimal;

use super::super::amounts::{IntervalMonths, Picos, Ratio, inclusive_tax_minor, percent_of};
use super::super::bills::Bill;

/// The terms of one item.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    currency: Currency,
    percents_off: Vec<Decimal>,
    /// Its part of the amounts that are off each bill.
    amount_off_minor: i64,
    tax: Tax,
}

/// The tax that is inside a price.
#[derive(Debug, Clone, Copy)]
enum Tax {
    /// Nothing says that there is any.
    Unknown,
    /// As the last bill of the item had it: so much of so much.
    AsBilled(Ratio),
    /// By the subscription's own rates.
    Percent(Decimal),
}

/// Whether it lasts as long as the subscription. What it takes off has to be known.
fn is_permanent(discount: &Discount) -> bool {
    discount.ends_at.is_none() && !discount.is_once
}

/// Whether it takes something off that later comes back.
pub(super) fn has_ending_discount(subscription: &Subscription) -> bool {
    let takes_off = |discount: &Discount| discount.percent_off.is_some() || discount.amount_off.is_some();
    subscription.discounts.iter().any(|discount| takes_off(discount) && !is_permanent(discount))
}

impl Terms {
    pub(super) fn none(currency: Currency) -> Self {
        Self { currency, percents_off: Vec::new(), amount_off_minor: 0, tax: Tax::Unknown }
    }

    /// Of each item of a subscription, whose full prices these are. An amount that is off each bill is spread over its
    /// items in proportion to them.
    pub(super) fn of_items(subscription: &Subscription, full_prices: &[(Currency, i64)]) -> Vec<Self> {
        let permanent = || subscription.discounts.iter().filter(|discount| is_permanent(discount));
        let percents_off: Vec<Decimal> = permanent().filter_map(|discount| discount.percent_off).collect();
        let tax = subscription.inclusive_tax_percent.map_or(Tax::Unknown, Tax::Percent);
        let off: Vec<(Currency, i64)> = permanent()
            .filter_map(|discount| discount.amount_off)
            .map(|(minor, currency)| (currency, minor))
            .collect();
        let terms = full_prices.iter().enumerate().map(|(index, (currency, _))| {
            let (off_minor, whole_minor) = (sum_in(*currency, &off), sum_in(*currency, full_prices));
            // What is given up to an item, so that the parts add up to the whole.
            let until = |end: usize| match sum_in(*currency, &full_prices[..end]) {
                by if whole_minor > 0 => {
                    Picos::of_minor(off_minor).times(Ratio { by, of: whole_minor }).to_minor()
                }
                _ => 0,
            };
            let amount_off_minor = until(index + 1).saturating_sub(until(index));
            Self { currency: *currency, percents_off: percents_off.clone(), amount_off_minor, tax }
        });
        terms.collect()
    }

    /// Of several items that are billed as one.
    pub(super) fn together(all: &[Self]) -> Option<Self> {
        let (first, rest) = all.split_first()?;
        let mut together = first.clone();
        for one in rest {
            together.amount_off_minor = together.amount_off_minor.saturating_add(one.amount_off_minor);
        }
        Some(together)
    }

    /// With the tax that a bill of the item had, where the subscription names no rate.
    pub(super) fn taxed_as(mut self, bill: &Bill<'_>) -> Self {
        let of = bill.discounted_minor();
        if of > 0 && matches!(self.tax, Tax::Unknown) {
            self.tax = Tax::AsBilled(Ratio { by: bill.tax_minor(), of });
        }
        self
    }

    pub(super) fn currency(&self) -> Currency {
        self.currency
    }

    /// Per month, of an amount for one interval.
    pub(super) fn per_month(&self, amount_minor: i64, months: IntervalMonths) -> i64 {
        let discounted = self.discounted(amount_minor);
        months.per_month(Picos::of_minor(discounted.saturating_sub(self.tax_in(discounted))))
    }

    /// The same with the tax that is inside.
    pub(super) fn taxed_per_month(&self, amount_minor: i64, months: IntervalMonths) -> i64 {
        months.per_month(Picos::of_minor(self.discounted(amount_minor)))
    }

    fn discounted(&self, amount_minor: i64) -> i64 {
        let mut left = amount_minor;
        for percent in &self.percents_off {
            left = left.saturating_sub(percent_of(left, *percent));
        }
        left.saturating_sub(self.amount_off_minor.min(left))
    }

    fn tax_in(&self, discounted_minor: i64) -> i64 {
        match self.tax {
            Tax::Unknown => 0,
            Tax::AsBilled(ratio) => Picos::of_minor(discounted_minor).times(ratio).to_minor(),
            Tax::Percent(percent) => inclusive_tax_minor(discounted_minor, percent, self.currency),
        }
    }
}

fn sum_in(currency: Currency, amounts: &[(Currency, i64)]) -> i64 {
    let own = amounts.iter().filter(|(of, _)| *of == currency);
    own.fold(0, |sum, (_, minor)| sum.saturating_add(*minor))
}
