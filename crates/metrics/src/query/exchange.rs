//! Sums in several currencies to one figure, each part at the rate of its day, rounded once.

use model::{Currency, Day};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{QueryError, Reporting};
use crate::fx::{Rates, exchange, round_minor};

/// Comparing converted values takes this many decimals of a rate.
const COMPARED_DIGITS: u32 = 15;

/// The rates of every day of a range, looked up once.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The day that the columns begin with.
    first: Day,
    /// `None`: every currency stays as it is.
    to: Option<(Currency, Vec<Decimal>)>,
    /// One a currency, 0 on days without a rate; `None` where a day since the first amount has none.
    from: Vec<(Currency, Option<Vec<Decimal>>)>,
    /// The day of the newest rate used at the end of the range.
    pub(super) rates_on: Option<Day>,
}

/// An amount of one day, in the currency of this number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub(super) currency: u32,
    pub(super) day: Day,
    pub(super) amount_minor: i64,
}

impl Exchange {
    /// `begins` tells the first day on which there is an amount of a currency.
    pub(super) fn new(
        rates: &Rates,
        reporting: Reporting,
        currencies: &[Currency],
        (first, last): (Day, Day),
        begins: impl Fn(Currency) -> Option<Day>,
    ) -> Self {
        let Reporting::In(target) = reporting else {
            let from = currencies.iter().map(|currency| (*currency, Some(Vec::new()))).collect();
            return Self { first, to: None, from, rates_on: None };
        };
        let column = |currency: Currency| -> Vec<Decimal> {
            let rate = |day| rates.rate(Day(day), currency).map_or(Decimal::ZERO, |(rate, _)| rate);
            (first.0..=last.0).map(rate).collect()
        };
        let to = column(target);
        let resolve = |currency: Currency| -> Option<Vec<Decimal>> {
            if currency == target {
                return Some(Vec::new());
            }
            let from = column(currency);
            // A day in between without a rate would be worth nothing, so all days since the first amount decide.
            let begins = begins(currency).map_or(last, |day| day.clamp(first, last));
            let begins = usize::try_from(begins.0 - first.0).unwrap_or(0);
            let is_known = [&from, &to].iter().all(|rates| {
                rates.get(begins..).is_some_and(|rates| rates.iter().all(|rate| !rate.is_zero()))
            });
            is_known.then_some(from)
        };
        let from: Vec<_> = currencies.iter().map(|currency| (*currency, resolve(*currency))).collect();
        let used = from.iter().filter(|(currency, rates)| *currency != target && rates.is_some());
        let published = used.flat_map(|(currency, _)| [*currency, target]).filter(|c| *c != Currency::EUR);
        let rates_on = published.filter_map(|currency| rates.rate(last, currency).map(|(_, on)| on)).max();
        Self { first, to: Some((target, to)), from, rates_on }
    }

    pub(super) fn is_native(&self) -> bool {
        self.to.is_none()
    }

    /// Whether a currency has a rate on every day with an amount.
    pub(super) fn has(&self, currency: u32) -> bool {
        self.from[currency as usize].1.is_some()
    }

    /// The currencies that have to be listed by themselves.
    pub(super) fn unconvertible(&self) -> Vec<Currency> {
        self.from.iter().filter(|(_, rates)| rates.is_none()).map(|(currency, _)| *currency).collect()
    }

    /// The sum of terms as one figure. Terms without a rate are not part of it.
    ///
    /// # Errors
    /// When the figure does not fit into 64 bits.
    pub(super) fn sum(&self, terms: impl Iterator<Item = Term>) -> Result<i64, QueryError> {
        let Some((target, to)) = &self.to else {
            return Ok(terms.map(|term| term.amount_minor).sum());
        };
        let mut whole = 0_i64;
        let mut exact = Decimal::ZERO;
        let too_large = QueryError::TooLarge(*target);
        for term in terms.filter(|term| term.amount_minor != 0) {
            let (currency, from) = &self.from[term.currency as usize];
            let Some(from) = from else { continue };
            if currency == target {
                whole += term.amount_minor;
                continue;
            }
            let day = self.offset(term.day);
            let part = exchange(term.amount_minor, (*currency, from[day]), (*target, to[day]));
            let sum = part.and_then(|part| exact.checked_add(part));
            exact = sum.ok_or_else(|| too_large.clone())?;
        }
        let sum = exact.checked_add(Decimal::from(whole));
        sum.and_then(round_minor).ok_or(too_large)
    }

    /// What a unit is worth on a day, to compare by: exact to more digits than any sum has. 0 without a rate.
    pub(super) fn scale(&self, currency: u32, day: Day) -> i128 {
        let Some((target, to)) = &self.to else { return 1 };
        let one = 10_i64.pow(COMPARED_DIGITS);
        match &self.from[currency as usize] {
            (currency, _) if currency == target => i128::from(one),
            (_, None) => 0,
            (currency, Some(from)) => {
                let day = self.offset(day);
                let worth = exchange(one, (*currency, from[day]), (*target, to[day]));
                worth.and_then(|worth| worth.to_i128()).unwrap_or(0)
            }
        }
    }

    fn offset(&self, day: Day) -> usize {
        usize::try_from(day.0 - self.first.0).unwrap_or(0)
    }
}
