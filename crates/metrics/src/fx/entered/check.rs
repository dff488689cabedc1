//! Which rates may be entered, and which are mistakes.

use model::{Currency, Day};
use rust_decimal::Decimal;

use super::EnteredRate;
use crate::fx::{Rates, iso, parse, pegs};

/// Nobody has bills of before.
const FIRST_YEAR: &str = "1999-01-01";
const LAST_YEAR: &str = "2099-12-31";
/// One unit of any currency is worth between a billionth of any other and a billion of it.
const LARGEST: i64 = 1_000_000_000;
/// A rate this many times off the published one is typed wrong or the wrong way round.
const MOST_TIMES_OFF: i64 = 10;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("'{0}' is not a currency: use an ISO 4217 code such as KWD")]
    UnknownCurrency(String),
    #[error(
        "the euro is what every rate is measured in: enter how many {base} one euro is, with EUR as the base"
    )]
    Euro { base: String },
    #[error("{0} in {0} is always 1: use another base")]
    SameCurrency(String),
    #[error("'{0}' is not a date: use YYYY-MM-DD, such as 2026-01-31")]
    BadDate(String),
    #[error("{0} is out of range: use a date from {FIRST_YEAR} to {LAST_YEAR}")]
    FarDate(Day),
    #[error("{first} is after {last}")]
    Backwards { first: Day, last: Day },
    #[error(
        "'{0}' is not a rate: use a number above 0 with a decimal point and at most 18 digits, such as 0.3071"
    )]
    BadRate(String),
    #[error("{0} cannot be a rate: it is below 0.000000001 or above 1,000,000,000")]
    AbsurdRate(Decimal),
    #[error(
        "1 {base} = {rate} {currency} is more than ten times off the published rate of {published} on {on}; \
         is it the other way round?"
    )]
    FarOff { currency: String, base: String, rate: Decimal, published: Decimal, on: Day },
    #[error("{base} itself has a rate in {currency}: enter the rate in another base, such as EUR")]
    Circle { currency: String, base: String },
    #[error("there is no exchange rate for {0}: use another base, such as EUR or USD")]
    BaseWithoutRates(String),
}

pub(super) fn shown(currency: Currency) -> String {
    currency.as_str().to_ascii_uppercase()
}

impl EnteredRate {
    /// Reads a rate as it was typed. Without a last day it is for the first day alone.
    ///
    /// # Errors
    /// What is wrong with it, whatever other rates there are.
    pub fn parse(
        currency: &str,
        base: &str,
        first: &str,
        last: Option<&str>,
        rate: &str,
    ) -> Result<Self, EntryError> {
        let (currency, base) = (known(currency)?, known(base)?);
        if currency == base {
            return Err(EntryError::SameCurrency(shown(currency)));
        }
        if currency == Currency::EUR {
            return Err(EntryError::Euro { base: shown(base) });
        }
        let first = day(first)?;
        let last = last.map_or(Ok(first), day)?;
        if last < first {
            return Err(EntryError::Backwards { first, last });
        }
        let rate = rate.trim();
        let rate = parse::parse_rate(rate).ok_or_else(|| EntryError::BadRate(rate.to_owned()))?;
        if rate > Decimal::from(LARGEST) || rate < Decimal::new(1, 9) {
            return Err(EntryError::AbsurdRate(rate));
        }
        Ok(Self { currency, base, first, last, rate })
    }
}

fn known(code: &str) -> Result<Currency, EntryError> {
    let unknown = || EntryError::UnknownCurrency(code.trim().to_owned());
    let currency = code.trim().parse().map_err(|_| unknown())?;
    if iso::is_known(currency) { Ok(currency) } else { Err(unknown()) }
}

fn day(text: &str) -> Result<Day, EntryError> {
    let day: Day = text.trim().parse().map_err(|_| EntryError::BadDate(text.trim().to_owned()))?;
    let written = day.to_string();
    if (FIRST_YEAR..=LAST_YEAR).contains(&written.as_str()) { Ok(day) } else { Err(EntryError::FarDate(day)) }
}

impl Rates {
    /// Checks new rates against each other and all the others, before they are kept. These are the rates with the new
    /// ones entered, `entries` the new ones alone.
    ///
    /// # Errors
    /// The first that does not fit, with its index.
    pub fn check_entries(&self, entries: &[EnteredRate]) -> Result<(), (usize, EntryError)> {
        // Thousands of lines are of few pairs.
        let mut sound: Vec<(Currency, Currency)> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let pair = (entry.currency, entry.base);
            if !sound.contains(&pair) {
                self.check_pair(pair).map_err(|error| (index, error))?;
                sound.push(pair);
            }
            self.check_size(entry).map_err(|error| (index, error))?;
        }
        Ok(())
    }

    fn check_pair(&self, (currency, base): (Currency, Currency)) -> Result<(), EntryError> {
        let (mut seen, mut open) = (vec![base], vec![base]);
        while let Some(next) = open.pop() {
            if next == currency {
                return Err(EntryError::Circle { currency: shown(currency), base: shown(base) });
            }
            for further in self.entered.bases(next).chain(pegs::anchors(next)) {
                if !seen.contains(&further) {
                    seen.push(further);
                    open.push(further);
                }
            }
        }
        if self.has(base) { Ok(()) } else { Err(EntryError::BaseWithoutRates(shown(base))) }
    }

    /// Against what markets paid. An official peg can be far from that, so it is not a measure.
    fn check_size(&self, entry: &EnteredRate) -> Result<(), EntryError> {
        let published = self.published.quote(entry.first, entry.currency);
        let base = self.quote(entry.first, (entry.base, Currency::EUR), 0);
        let (Some(published), Some(base)) = (published, base) else { return Ok(()) };
        let Some(expected) = published.rate.checked_div(base.rate) else { return Ok(()) };
        let most = Decimal::from(MOST_TIMES_OFF);
        let is_near = expected.checked_mul(most).is_none_or(|most| entry.rate <= most)
            && entry.rate.checked_mul(most).is_none_or(|most| most >= expected);
        if is_near {
            return Ok(());
        }
        Err(EntryError::FarOff {
            currency: shown(entry.currency),
            base: shown(entry.base),
            rate: entry.rate,
            published: expected.round_sf(6).unwrap_or(expected),
            on: published.quoted_on,
        })
    }
}
