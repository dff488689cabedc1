//! Amounts of one customer, subscription and price, or of one payment, in the reporting currency: each converted at the
//! rate of its day and rounded once, half away from zero. Every total is a sum of what comes out of here.

use std::sync::Arc;

use model::{Currency, Day};
use rust_decimal::Decimal;

use super::{QueryError, Reporting};
use crate::fx::{Rates, exchange, round_minor};

/// What one amount can come to before it is refused: sums of a thousand such still fit into 64 bits.
const MAX_MINOR: u64 = 1 << 53;
/// Amounts of up to 33 bits can be shifted as far; larger ones are converted the exact way.
const WIDENED_MAX: u32 = 30;

/// The rates of every day of a range, looked up once.
#[derive(Debug)]
pub(super) struct Exchange {
    /// The day that the columns begin with.
    first: Day,
    /// `None`: every currency stays as it is.
    target: Option<Currency>,
    /// One per currency.
    columns: Vec<Column>,
    /// The oldest day of the rates that the last day of the range uses.
    pub(super) rates_on: Option<Day>,
}

/// A currency's rates, day by day.
#[derive(Debug)]
enum Column {
    /// It is the reporting currency, or there is none.
    Same,
    /// `None` on days without a rate.
    Rates(Vec<Option<Factor>>),
}

/// What amounts of one currency have to be converted by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Factors<'a> {
    first: Day,
    column: &'a Column,
}

/// Of amounts that stay as they are.
pub(super) static ONE: Factor =
    Factor { scaled: 1 << 63, widened: 2, shift: 1, is_scaled: true, exact: None };

/// What a smallest unit of one currency is worth in another. Small, because converted answers look up one for each amount,
/// of whatever day.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    /// The factor is at least `scaled / 2^(64 + shift - widened)` and below `(scaled + 1) / 2^(64 + shift - widened)`.
    scaled: u64,
    /// How far an amount is shifted before it is multiplied, so that its whole units are in the product's upper half.
    widened: u8,
    /// How far that half is shifted back.
    shift: u8,
    /// Whether these three can be used.
    is_scaled: bool,
    /// `None`: an amount stays as it is.
    exact: Option<Arc<Exact>>,
}

#[derive(Debug, PartialEq)]
enum Exact {
    Fraction {
        numerator: u64,
        denominator: u64,
    },
    /// Rates with so many digits that they make no fraction of 64 bits.
    Decimals {
        from: (Currency, Decimal),
        to: (Currency, Decimal),
    },
}

/// An amount is too large to be written in the reporting currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Exchange {
    pub(super) fn new(
        rates: &Rates,
        reporting: Reporting,
        currencies: &[Currency],
        (first, last): (Day, Day),
    ) -> Self {
        let Reporting::In(target) = reporting else {
            let columns = currencies.iter().map(|_| Column::Same).collect();
            return Self { first, target: None, columns, rates_on: None };
        };
        let columns = currencies.iter().map(|currency| column(rates, *currency, target, first, last));
        let used = currencies.iter().filter(|currency| **currency != target);
        let pairs = used.filter_map(|currency| rates.pair(last, *currency, target));
        let rates_on = pairs.map(|pair| pair.rate_on).min();
        Self { first, target: Some(target), columns: columns.collect(), rates_on }
    }

    pub(super) fn is_native(&self) -> bool {
        self.target.is_none()
    }

    /// What an amount of a currency has to be converted by on a day; `None` where there is no rate.
    pub(super) fn factor(&self, currency: u32, day: Day) -> Option<Factor> {
        self.factor_on(currency, day).cloned()
    }

    /// The same without a copy, for where every subscription is converted on many days.
    pub(super) fn factor_on(&self, currency: u32, day: Day) -> Option<&Factor> {
        self.factors(currency).on(day)
    }

    /// What amounts of a currency have to be converted by, for many days one after the other.
    pub(super) fn factors(&self, currency: u32) -> Factors<'_> {
        Factors { first: self.first, column: &self.columns[currency as usize] }
    }

    /// Whether amounts of a currency stay as they are.
    pub(super) fn is_same(&self, currency: u32) -> bool {
        matches!(self.columns[currency as usize], Column::Same)
    }

    /// Whether a currency has a rate on every day of the range.
    pub(super) fn is_steady(&self, currency: u32) -> bool {
        self.columns[currency as usize].is_steady()
    }

    /// Whether every currency has one.
    pub(super) fn is_all_steady(&self) -> bool {
        self.columns.iter().all(Column::is_steady)
    }

    pub(super) fn refused(&self, _: TooLarge) -> QueryError {
        QueryError::TooLarge(self.target.unwrap_or(Currency::EUR))
    }
}

impl<'a> Factors<'a> {
    /// `None` where there is no rate on the day.
    #[inline]
    pub(super) fn on(self, day: Day) -> Option<&'a Factor> {
        match self.column {
            Column::Same => Some(&ONE),
            Column::Rates(days) => {
                let offset = usize::try_from(day.0 - self.first.0).unwrap_or(0);
                days.get(offset)?.as_ref()
            }
        }
    }
}

impl Column {
    fn is_steady(&self) -> bool {
        match self {
            Self::Same => true,
            Self::Rates(days) => days.iter().all(Option::is_some),
        }
    }
}

fn column(rates: &Rates, from: Currency, to: Currency, first: Day, last: Day) -> Column {
    if from == to {
        return Column::Same;
    }
    let mut known: Option<((Decimal, Decimal), Factor)> = None;
    let mut days = Vec::new();
    for day in (first.0..=last.0).map(Day) {
        let pair = rates.pair(day, from, to).map(|pair| (pair.from, pair.to));
        let factor = pair.map(|pair| match &known {
            // Rates stay as they are from one banking day to the next.
            Some((same, factor)) if *same == pair => factor.clone(),
            _ => {
                let factor = Factor::new((from, pair.0), (to, pair.1));
                known = Some((pair, factor.clone()));
                factor
            }
        });
        days.push(factor);
    }
    Column::Rates(days)
}

impl Factor {
    /// The factor of one day; `None` where either currency has no rate on it.
    pub(super) fn of(rates: &Rates, day: Day, from: Currency, to: Currency) -> Option<Self> {
        if from == to {
            return Some(ONE.clone());
        }
        let pair = rates.pair(day, from, to)?;
        Some(Self::new((from, pair.from), (to, pair.to)))
    }

    /// What amounts of a currency are put in order by, beside those of others: their worth in euros at the newest rate
    /// known on a day.
    pub(super) fn to_compare(rates: &Rates, on: Day, currency: Currency) -> Option<Self> {
        Some(Self::new((currency, rates.newest(on, currency)?), (Currency::EUR, Decimal::ONE)))
    }

    fn new(from: (Currency, Decimal), to: (Currency, Decimal)) -> Self {
        let Some((numerator, denominator)) = fraction(from, to) else {
            let exact = Exact::Decimals { from, to };
            return Self { scaled: 0, widened: 0, shift: 0, is_scaled: false, exact: Some(Arc::new(exact)) };
        };
        let known = scaled(numerator, denominator);
        let (scaled, widened, shift) = known.unwrap_or_default();
        let exact = Exact::Fraction { numerator, denominator };
        Self { scaled, widened, shift, is_scaled: known.is_some(), exact: Some(Arc::new(exact)) }
    }

    /// An amount in the reporting currency, rounded half away from zero.
    #[inline]
    pub(super) fn convert(&self, amount_minor: i64) -> Result<i64, TooLarge> {
        let amount = amount_minor.unsigned_abs();
        if self.is_scaled && amount >> (63 - self.widened) == 0 {
            let amount = amount << self.widened;
            let product = u128::from(amount) * u128::from(self.scaled);
            let rounded = (upper_half(product) + (1 << (self.shift - 1))) >> self.shift;
            // What was cut off the factor adds less than the amount: where that stays within the lower half, it decides
            // nothing.
            let is_decided = lower_half(product).checked_add(amount).is_some();
            if is_decided && rounded < MAX_MINOR {
                let rounded = rounded.cast_signed();
                return Ok(if amount_minor < 0 { -rounded } else { rounded });
            }
        }
        self.convert_exactly(amount_minor)
    }

    #[cold]
    fn convert_exactly(&self, amount_minor: i64) -> Result<i64, TooLarge> {
        let Some(exact) = &self.exact else { return Ok(amount_minor) };
        match **exact {
            Exact::Fraction { numerator, denominator } => {
                let denominator = u128::from(denominator);
                let product = u128::from(amount_minor.unsigned_abs()).checked_mul(u128::from(numerator));
                let product = product.ok_or(TooLarge)?;
                let (whole, rest) = (product / denominator, product % denominator);
                let rounded = whole + u128::from(rest >= denominator - rest);
                let rounded = i64::try_from(rounded).map_err(|_| TooLarge)?;
                checked(if amount_minor < 0 { -rounded } else { rounded })
            }
            Exact::Decimals { from, to } => {
                exchange(amount_minor, from, to).and_then(round_minor).ok_or(TooLarge).and_then(checked)
            }
        }
    }
}

fn checked(minor: i64) -> Result<i64, TooLarge> {
    if minor.unsigned_abs() < MAX_MINOR { Ok(minor) } else { Err(TooLarge) }
}

/// The factor in lowest terms, where both fit into 64 bits.
fn fraction(
    (from, from_rate): (Currency, Decimal),
    (to, to_rate): (Currency, Decimal),
) -> Option<(u64, u64)> {
    let part = |rate: Decimal, other: Decimal, exponent: u32| -> Option<u128> {
        let mantissa = u128::try_from(rate.mantissa()).ok()?;
        mantissa.checked_mul(10_u128.checked_pow(other.scale().checked_add(exponent)?)?)
    };
    let numerator = part(to_rate, from_rate, to.exponent())?;
    let denominator = part(from_rate, to_rate, from.exponent())?;
    if numerator == 0 || denominator == 0 {
        return None;
    }
    let divisor = greatest_common_divisor(numerator, denominator);
    Some((u64::try_from(numerator / divisor).ok()?, u64::try_from(denominator / divisor).ok()?))
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The first 64 bits of a fraction, how far an amount is widened and its product is shifted back. `None` where a factor is so
/// large that amounts would have to be widened further, or so small that nothing is left of them.
fn scaled(numerator: u64, denominator: u64) -> Option<(u64, u8, u8)> {
    let most = 64 + denominator.ilog2() - numerator.ilog2();
    let quotient =
        |shift: u32| u64::try_from((u128::from(numerator) << shift) / u128::from(denominator)).ok();
    // One bit more fits where the fraction's digits are smaller than its denominator's.
    let (scaled, shift) = [most, most - 1].into_iter().find_map(|shift| Some((quotient(shift)?, shift)))?;
    let widened = 65_u32.saturating_sub(shift);
    let back = shift + widened - 64;
    let is_usable = widened <= WIDENED_MAX && back < 63;
    is_usable.then_some((scaled, u8::try_from(widened).ok()?, u8::try_from(back).ok()?))
}

fn upper_half(product: u128) -> u64 {
    u64::try_from(product >> 64).unwrap_or(u64::MAX)
}

fn lower_half(product: u128) -> u64 {
    u64::try_from(product & u128::from(u64::MAX)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn what_is_converted_fast_is_what_decimals_say() {
        let mut seed = 7_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 20) % below
        };
        let codes = ["usd", "jpy", "kwd", "eur"].map(currency);
        for _ in 0..20_000 {
            let from =
                (codes[usize::try_from(next(4)).unwrap()], Decimal::new(next(900_000).cast_signed() + 1, 4));
            let to =
                (codes[usize::try_from(next(4)).unwrap()], Decimal::new(next(90_000).cast_signed() + 1, 3));
            if from.0 == to.0 {
                continue;
            }
            let factor = Factor::new(from, to);
            let digits = next(36) + 1;
            let amount = next(1 << digits).cast_signed();
            for amount in [amount, -amount] {
                let exact = exchange(amount, from, to).and_then(round_minor).unwrap();
                assert_eq!(factor.convert(amount), Ok(exact), "{amount} by {from:?} to {to:?}");
            }
        }
    }

    #[test]
    fn a_half_is_rounded_away_from_zero() {
        let half = Factor::new((Currency::USD, Decimal::TWO), (Currency::EUR, Decimal::ONE));
        let converted = [1, 2, 3, -1, -3, 0].map(|amount| half.convert(amount).unwrap());
        assert_eq!(converted, [1, 1, 2, -1, -2, 0]);
    }

    #[test]
    fn rates_with_more_digits_than_a_fraction_holds_convert_as_well() {
        let long: Decimal = "1.2345678901234567890123456789".parse().unwrap();
        let factor = Factor::new((Currency::USD, long), (Currency::EUR, Decimal::ONE));
        assert_eq!(factor.convert(1_000_000), Ok(810_000));
    }

    #[test]
    fn an_amount_that_cannot_be_written_is_refused() {
        let rate = Decimal::from(1_000_000);
        let factor = Factor::new((Currency::EUR, Decimal::ONE), (currency("jpy"), rate));
        assert_eq!(factor.convert(i64::MAX), Err(TooLarge));
        assert_eq!(factor.convert(100), Ok(1_000_000));
    }
}
