//! The order of amounts of several currencies where each is shown as it is.
//!
//! They are compared by what they are worth at the newest rates known, however old those are: nobody is shown what comes
//! out of it. Where there never was a rate, amounts come after all others, by their currencies, and then by size.

use model::{Currency, Day, Money};

use super::exchange::Factor;
use crate::columns::Ledger;
use crate::fx::Rates;

/// Amounts are compared in thousandths of the smallest unit, so that two of one currency are never the same.
const THOUSANDTHS: i64 = 1_000;
/// What is left of an amount without a rate, in thousandths of main units: each such currency has a band of its own.
const BAND: i64 = 1 << 55;
/// More bands than this would not fit. The currencies beyond share the last.
const BANDS_MAX: i64 = 100;
const LARGEST: i64 = 1 << 61;

/// How the amounts of a ledger compare.
#[derive(Debug)]
pub(super) struct Comparison {
    /// In order of currencies.
    scales: Vec<(Currency, Scale)>,
    /// Of currencies without a rate.
    bands: i64,
}

#[derive(Debug, Clone)]
enum Scale {
    Rated(Factor),
    /// How many bands are below its own.
    Banded(i64),
}

impl Comparison {
    /// Of everything that a ledger has amounts in.
    pub(super) fn new(ledger: &Ledger, rates: &Rates, on: Day) -> Self {
        let paid = ledger.chunks().iter().flat_map(|chunk| chunk.money_currencies());
        let plans = ledger.catalog().plans().iter().map(|plan| &plan.currency);
        let mut currencies: Vec<Currency> = plans.chain(paid).copied().collect();
        currencies.sort_unstable();
        currencies.dedup();
        Self::of(&currencies, rates, on)
    }

    fn of(currencies: &[Currency], rates: &Rates, on: Day) -> Self {
        let mut bands = 0;
        let mut scale = |currency: &Currency| {
            let factor = Factor::to_compare(rates, on, *currency);
            let scale = factor.map_or_else(
                || {
                    bands += 1;
                    Scale::Banded(bands - 1)
                },
                Scale::Rated,
            );
            (*currency, scale)
        };
        // From the last on, so that the first is in the highest band.
        let mut scales: Vec<_> = currencies.iter().rev().map(&mut scale).collect();
        scales.reverse();
        Self { scales, bands: bands.min(BANDS_MAX) }
    }

    /// One amount as a number to sort by.
    pub(super) fn number(&self, currency: Currency, minor: i64) -> i64 {
        self.number_at(self.place_of(currency), minor)
    }

    /// The same, of a currency whose place is known: long lists compare every amount.
    #[inline]
    pub(super) fn number_at(&self, at: Option<usize>, minor: i64) -> i64 {
        match at.map(|at| &self.scales[at]) {
            Some((_, Scale::Rated(factor))) => self.rated(worth(factor, minor)),
            Some((currency, Scale::Banded(band))) => banded(*band, *currency, minor),
            None => 0,
        }
    }

    /// `None`: nothing is in this currency.
    pub(super) fn place_of(&self, currency: Currency) -> Option<usize> {
        self.scales.binary_search_by_key(&currency, |(known, _)| *known).ok()
    }

    /// Several amounts as one number: what they are worth together, or the first of those that have no rate.
    pub(super) fn sum(&self, amounts: impl Iterator<Item = Money>) -> i64 {
        let (mut sum, mut without_rate) = (0_i64, None);
        for Money { currency, amount_minor } in amounts.filter(|money| money.amount_minor != 0) {
            match self.place_of(currency).map(|at| &self.scales[at].1) {
                Some(Scale::Rated(factor)) => sum = sum.saturating_add(worth(factor, amount_minor)),
                Some(Scale::Banded(band)) => {
                    without_rate.get_or_insert_with(|| banded(*band, currency, amount_minor));
                }
                None => {}
            }
        }
        if sum == 0 { without_rate.unwrap_or(0) } else { self.rated(sum) }
    }

    /// Farther from 0 than everything that has no rate.
    fn rated(&self, worth: i64) -> i64 {
        worth.clamp(-LARGEST, LARGEST) + worth.signum() * self.bands * BAND
    }
}

fn worth(factor: &Factor, minor: i64) -> i64 {
    let too_large = LARGEST * minor.signum();
    minor.checked_mul(THOUSANDTHS).and_then(|fine| factor.convert(fine).ok()).unwrap_or(too_large)
}

fn banded(band: i64, currency: Currency, minor: i64) -> i64 {
    let size = Money { amount_minor: minor, currency }.in_thousandths().clamp(1 - BAND, BAND - 1);
    size + size.signum() * band.min(BANDS_MAX - 1) * BAND
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    /// A dollar was 150 yen a month ago, and dirhams hang on the dollar. Nobody quotes pesos or tenge.
    fn comparison() -> Comparison {
        let rates = Rates::from_csv("Date,USD,JPY\n2024-01-02,1.25,187.5\n").unwrap();
        let currencies = ["aed", "ars", "eur", "jpy", "kzt", "usd"].map(currency);
        Comparison::of(&currencies, &rates, "2024-02-05".parse().unwrap())
    }

    #[test]
    fn amounts_are_in_order_of_their_worth_and_those_without_a_rate_follow_by_currency() {
        let comparison = comparison();
        let in_order = [
            ("eur", 40_000),
            ("usd", 39_000),
            ("jpy", 28_501),
            ("jpy", 28_500),
            ("usd", 18_999),
            ("aed", 10_000),
            ("usd", 1),
            ("ars", 900_000_000),
            ("ars", 1),
            ("kzt", 500_000_000_000),
            ("usd", 0),
            ("kzt", -1),
            ("ars", -1),
            ("usd", -1),
        ];
        let numbers = in_order.map(|(code, minor)| comparison.number(currency(code), minor));
        assert!(numbers.is_sorted_by(|a, b| a > b), "{numbers:?}");
        let alone = |(code, amount_minor): (&str, i64)| {
            comparison.sum([Money { currency: currency(code), amount_minor }].into_iter())
        };
        assert_eq!(in_order.map(alone), numbers);
    }

    #[test]
    fn amounts_too_large_to_compare_come_first() {
        let comparison = comparison();
        let largest = ["eur", "ars"].map(|code| comparison.number(currency(code), i64::MAX));
        assert!(largest[0] > largest[1] && largest[1] > comparison.number(currency("ars"), 1_000_000));
        assert!(largest[1] < comparison.number(currency("usd"), 1));
    }

    #[test]
    fn what_has_a_rate_decides_for_several_amounts() {
        let comparison = comparison();
        let of = |amounts: &[(&str, i64)]| {
            let money =
                amounts.iter().map(|(code, minor)| Money { currency: currency(code), amount_minor: *minor });
            comparison.sum(money)
        };
        assert_eq!(of(&[("ars", 5_000_000), ("usd", 100)]), of(&[("usd", 100)]));
        assert_eq!(of(&[("usd", 100), ("eur", 100)]), of(&[("eur", 180)]));
        assert_eq!(of(&[("kzt", 5), ("ars", 7), ("usd", 0)]), of(&[("kzt", 5)]));
        assert_eq!(of(&[]), 0);
    }
}
