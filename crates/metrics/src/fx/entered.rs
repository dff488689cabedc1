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
        let spans = self.currencies.entry(entry.currency).or_default();
        let reaching_in = spans.range(..entry.first).next_back().map(|(first, span)| (*first, *span));
        let within = spans.range(entry.first..=entry.last).map(|(first, span)| (*first, *span));
        let overlapped: Vec<(Day, RatePeriod)> =
            reaching_in.into_iter().filter(|(_, span)| span.last >= entry.first).chain(within).collect();
        for (first, span) in overlapped {
            spans.remove(&first);
            if first < entry.first {
                spans.insert(first, RatePeriod { last: entry.first.previous(), ..span });
            }
            if span.last > entry.last {
                spans.insert(entry.last.next(), span);
            }
        }
        spans.insert(entry.first, RatePeriod { last: entry.last, base: entry.base, rate: entry.rate });
    }

    /// The rate for a day or the latest before it, and the last day that it was entered for.
    pub(super) fn latest(&self, day: Day, currency: Currency) -> Option<(Day, RatePeriod)> {
        let (_, span) = self.currencies.get(&currency)?.range(..=day).next_back()?;
        Some((span.last.min(day), *span))
    }

    pub(super) fn currencies(&self) -> impl Iterator<Item = Currency> {
        self.currencies.keys().copied()
    }

    /// What the rates of a currency are in.
    pub(super) fn bases(&self, currency: Currency) -> impl Iterator<Item = Currency> {
        self.currencies.get(&currency).into_iter().flat_map(|spans| spans.values().map(|span| span.base))
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
