//! Plans: how often a subscription is billed, and what it costs.

use std::collections::BTreeMap;

use model::Currency;
use model::billing::{BillingInterval, CurrencyOption, Price, PriceScheme, Recurrence};
use rust_decimal::Decimal;

use super::super::record::Record;
use super::bill::Payment;
use crate::ReadError;

#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub id: String,
    pub name: Option<String>,
    pub recurrence: Recurrence,
    pub trial_days: i64,
    /// For one, in the smallest unit. A buyer may pay another amount: localized prices and overrides don't show.
    pub initial: BTreeMap<Currency, Decimal>,
    pub recurring: BTreeMap<Currency, Decimal>,
}

/// # Errors
/// When it does not say how often it is billed.
pub(super) fn plan(record: &Record) -> Result<Plan, ReadError> {
    let interval = match record.text("billing_type").as_deref() {
        Some("day") => BillingInterval::Day,
        Some("week") => BillingInterval::Week,
        Some("month") => BillingInterval::Month,
        Some("year") => BillingInterval::Year,
        Some(_) => return Err(record.wrong("billing_type")),
        None => return Err(record.missing("billing_type")),
    };
    let whole = |field: &str| record.text(field).and_then(|text| text.parse::<i64>().ok());
    let interval_count =
        whole("billing_period").and_then(|count| u32::try_from(count).ok()).unwrap_or(1).max(1);
    Ok(Plan {
        id: record.text("id").unwrap_or_else(|| record.id.clone()),
        name: record.text("name"),
        recurrence: Recurrence { interval, interval_count, is_metered: false },
        trial_days: whole("trial_days").unwrap_or(0).clamp(0, 10_000),
        initial: record.amounts("initial_price"),
        recurring: record.amounts("recurring_price"),
    })
}

impl Plan {
    /// Whether a subscription's first payment was for another price than those after it. One for nothing is that only if
    /// nothing was paid: after a trial that costs nothing, the first payment is like the others.
    pub fn is_first_price(&self, first: &Payment) -> bool {
        let own = self.initial.get_key_value(&first.currency).or_else(|| self.initial.first_key_value());
        let Some((currency, initial)) = own else { return false };
        let differs = self.recurring.get(currency).is_some_and(|recurring| recurring != initial);
        differs && initial.is_zero() == (first.amount_minor == 0)
    }

    /// As a price; in another currency if the plan has none. `None`: it says no amount in any currency that is known.
    pub fn price(&self, other: Option<Currency>) -> Option<Price> {
        let usual = self.recurring.get_key_value(&Currency::USD).or_else(|| self.recurring.first_key_value());
        let (currency, amount) = match usual {
            Some((currency, amount)) => (*currency, Some(*amount)),
            None => (other?, None),
        };
        let options = self.recurring.iter().filter(|(own, _)| **own != currency);
        let currency_options = options.map(|(currency, amount)| CurrencyOption {
            currency: *currency,
            scheme: PriceScheme::PerUnit(Some(*amount)),
        });
        Some(Price {
            recurrence: Some(self.recurrence),
            nickname: self.name.clone(),
            currency_options: currency_options.collect(),
            ..Price::recurring(self.id.as_str().into(), currency, amount, self.recurrence.interval)
        })
    }
}
