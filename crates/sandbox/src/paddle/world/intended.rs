//! What customers are meant to be worth: each price of a subscription as an exact fraction of the smallest unit a month, by
//! the instant from which it holds. It is written down next to the bill and never read from it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Currency, CustomerId, UnixSeconds};

use super::buyer::rounded;
use crate::world::ExpectedStep;

/// What a price is worth a month.
#[derive(Debug, Clone)]
pub struct Worth {
    pub price_id: String,
    pub currency: Currency,
    pub dividend: i64,
    pub divisor: i64,
}

/// Subscription, price and currency.
type Key = (String, String, Currency);

/// The values of one customer.
#[derive(Debug, Default)]
pub struct Intended(BTreeMap<Key, BTreeMap<i64, (i64, i64)>>);

impl Intended {
    /// From `at` on the subscription is worth this and nothing else, until what is written of later. `at` may be in the past: a
    /// bill can say of what it bills when that began.
    pub fn set(&mut self, subscription: &str, at: i64, values: &[Worth]) {
        for (key, steps) in &mut self.0 {
            if key.0 == subscription {
                steps.insert(at, (0, 1));
            }
        }
        for value in values {
            let key = (subscription.to_owned(), value.price_id.clone(), value.currency);
            let steps = self.0.entry(key).or_default();
            let (dividend, divisor) = steps.get(&at).copied().unwrap_or((0, 1));
            let sum = (dividend * value.divisor + value.dividend * divisor, divisor * value.divisor);
            steps.insert(at, sum);
        }
    }

    /// What was written of `at` and later does not hold after all.
    pub fn forget(&mut self, subscription: &str, at: i64) {
        for (key, steps) in &mut self.0 {
            if key.0 == subscription {
                steps.split_off(&at);
            }
        }
    }

    /// Nothing from `at` on.
    pub fn end(&mut self, subscription: &str, at: i64) {
        self.forget(subscription, at);
        self.set(subscription, at, &[]);
    }

    /// Each change of what the customer is worth in a currency. Every price is rounded by itself, once.
    pub fn steps(&self, customer: &CustomerId) -> Vec<ExpectedStep> {
        let currencies: BTreeSet<Currency> = self.0.keys().map(|key| key.2).collect();
        let mut found = Vec::new();
        for currency in currencies {
            let prices: Vec<_> =
                self.0.iter().filter(|(key, _)| key.2 == currency).map(|(_, steps)| steps).collect();
            let instants: BTreeSet<i64> = prices.iter().flat_map(|steps| steps.keys().copied()).collect();
            let mut before = 0;
            for at in instants {
                let last = |steps: &&BTreeMap<i64, (i64, i64)>| {
                    steps.range(..=at).next_back().map_or(0, |(_, value)| rounded(value.0, value.1))
                };
                let mrr_minor = prices.iter().map(last).sum();
                if mrr_minor != before {
                    let customer = customer.clone();
                    found.push(ExpectedStep { customer, currency, at: UnixSeconds(at), mrr_minor });
                }
                before = mrr_minor;
            }
        }
        found.sort_by_key(|step| step.at);
        found
    }
}
