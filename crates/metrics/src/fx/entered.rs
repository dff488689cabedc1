//! Rates that users entered or uploaded, and which of them applies on a day.

use std::collections::BTreeMap;

use model::{Currency, Day};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;

use super::Rates;

mod check;
mod import;

pub use check::EntryError;
pub use import::{ImportError, read_csv};

/// On these days one unit of `base` is `rate` units of `currency`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnteredRate {
    pub currency: Currency,
    pub base: Currency,
    pub first: Day,
    /// Included.
    pub last: Day,
    pub rate: Decimal,
}

/// What was entered, as days without overlaps.
#[derive(Debug, Clone, Default)]
pub struct Entered {
    currencies: FxHashMap<Currency, BTreeMap<Day, RatePeriod>>,
}

/// Keyed by its first day.
#[derive(Debug, Clone, Copy)]
pub(super) struct RatePeriod {
    last: Day,
    pub(super) base: Currency,
    pub(super) rate: Decimal,
}

impl Entered {
    fn add(&mut self, entry: &EnteredRate) {
        let periods = self.currencies.entry(entry.currency).or_default();
        let reaching_in = periods.range(..entry.first).next_back().map(|(first, period)| (*first, *period));
        let within = periods.range(entry.first..=entry.last).map(|(first, period)| (*first, *period));
        let overlapped: Vec<(Day, RatePeriod)> =
            reaching_in.into_iter().filter(|(_, period)| period.last >= entry.first).chain(within).collect();
        for (first, period) in overlapped {
            periods.remove(&first);
            if first < entry.first {
                periods.insert(first, RatePeriod { last: entry.first.previous(), ..period });
            }
            if period.last > entry.last {
                periods.insert(entry.last.next(), period);
            }
        }
        periods.insert(entry.first, RatePeriod { last: entry.last, base: entry.base, rate: entry.rate });
    }

    /// The rate for a day or the latest before it, and the last day that it was entered for.
    pub(super) fn latest(&self, day: Day, currency: Currency) -> Option<(Day, RatePeriod)> {
        let (_, period) = self.currencies.get(&currency)?.range(..=day).next_back()?;
        Some((period.last.min(day), *period))
    }

    pub(super) fn currencies(&self) -> impl Iterator<Item = Currency> {
        self.currencies.keys().copied()
    }

    /// What the rates of a currency are in.
    pub(super) fn bases(&self, currency: Currency) -> impl Iterator<Item = Currency> {
        self.currencies
            .get(&currency)
            .into_iter()
            .flat_map(|periods| periods.values().map(|period| period.base))
    }
}

/// From what was entered, in that order: of several for a day, the last one counts.
impl FromIterator<EnteredRate> for Entered {
    fn from_iter<I: IntoIterator<Item = EnteredRate>>(rates: I) -> Self {
        let mut entered = Self::default();
        for rate in rates {
            entered.add(&rate);
        }
        entered
    }
}

impl Rates {
    /// The same with what was entered before everything else.
    #[must_use]
    pub fn with_entered(&self, entered: Entered) -> Self {
        Self { entered: std::sync::Arc::new(entered), ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
