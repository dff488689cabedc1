//! Daily reference rates, and money from one currency to another at the rate of a day.
//!
//! There are three sources, in this order: rates that users entered or uploaded, official pegs to a currency that is
//! quoted, and the European Central Bank's reference rates. Amounts go through the euro, of which each source says how much
//! of a currency it buys; where one of two currencies has no rate to it, a rate that they have in another is used. A day
//! that a source has no rate for uses its latest one, if that is at most [`OLDEST_DAYS`] old; the newest of the three
//! counts, and of the same day the first of them. Everything is decimal and exact until the one rounding at the end.

mod entered;
mod iso;
mod parse;
mod pegs;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use model::{Currency, Day};
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use rustc_hash::FxHashMap;

pub use entered::{Entered, EnteredRate, EntryError, ImportError, read_csv};

/// See `data/README.md` for where this comes from.
static EMBEDDED: &[u8] = include_bytes!("../data/ecb.csv.zst");

/// No rate counts for a day that is more days later than this.
pub const OLDEST_DAYS: i32 = 10;
/// Of a converted amount; what comes behind may be dust of a division.
const SURE_DECIMALS: u32 = 15;
/// A rate may be in a currency that has its own rate in another. More steps than this are a circle.
const LONGEST_CHAIN: u8 = 8;

/// The rates of every currency. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    published: Arc<Published>,
    entered: Arc<Entered>,
}

/// The history of every currency against the euro, as the European Central Bank publishes it.
#[derive(Debug, Clone, Default)]
struct Published {
    currencies: FxHashMap<Currency, History>,
    latest_on: Option<Day>,
}

/// One currency's rates: two columns of the same length, days ascending.
#[derive(Debug, Clone, Default)]
struct History {
    days: Vec<Day>,
    rates: Vec<Decimal>,
}

/// How much of a currency one unit of a base buys.
#[derive(Debug, Clone, Copy)]
struct Quote {
    rate: Decimal,
    /// The day that its source has it for: of two sources the newer one counts.
    quoted_on: Day,
    /// The oldest of the rates that it is made of.
    rate_on: Day,
}

/// What two currencies are worth in one base: how much of each it buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) from: Decimal,
    pub(crate) to: Decimal,
    /// The oldest of the rates that it is made of.
    pub(crate) rate_on: Day,
}

/// An amount in another currency, and the day whose rate was used: the older of the two where both sides have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Converted {
    pub amount_minor: i64,
    pub rate_on: Day,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FxError {
    #[error(
        "this is not a file of reference rates: the first line must start with 'Date' and name currencies, or name the columns CURRENCY, TIME_PERIOD and OBS_VALUE"
    )]
    NoHeader,
    #[error("reference rates, line {line}: '{text}' is not a date, or not a rate above 0")]
    BadLine { line: usize, text: String },
    #[error("the reference rates can't be decompressed: {0}")]
    Unreadable(String),
}

impl Rates {
    /// The history up to the build, read from inside the binary on first use.
    pub fn embedded() -> Arc<Self> {
        static RATES: LazyLock<Arc<Rates>> = LazyLock::new(|| {
            // A test reads the same bytes, so a build that passed it never takes the second way.
            Arc::new(Rates::unpack(EMBEDDED).unwrap_or_else(|error| {
                tracing::error!(%error, "no reference rates: amounts in other currencies can't be converted");
                Rates::default()
            }))
        });
        Arc::clone(&RATES)
    }

    fn unpack(packed: &[u8]) -> Result<Self, FxError> {
        let bytes = zstd::decode_all(packed).map_err(|error| FxError::Unreadable(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|error| FxError::Unreadable(error.to_string()))?;
        Self::from_csv(&text)
    }

    /// Reads rates in the ECB's layouts: `Date,USD,JPY,…`, a line per day in any order, empty or `N/A` where none is;
    /// or that of its data service, a line per observation with the columns `CURRENCY`, `TIME_PERIOD` and
    /// `OBS_VALUE`.
    ///
    /// # Errors
    /// When the header is missing, or a line has what is neither a date nor a rate.
    pub fn from_csv(text: &str) -> Result<Self, FxError> {
        let mut columns = parse::columns(text)?;
        let mut published = Published::default();
        for (currency, quotes) in &mut columns {
            // Stable, so that of a day named twice the line further down stays last and wins.
            quotes.sort_by_key(|quote| quote.0);
            published.currencies.entry(*currency).or_default().extend(quotes);
        }
        published.find_latest();
        Ok(Self { published: Arc::new(published), entered: Arc::default() })
    }

    /// These rates with others that were published laid over them; where both have a day, the others win.
    #[must_use]
    pub fn merged(&self, newer: &Self) -> Self {
        let mut merged = Published::clone(&self.published);
        for (currency, history) in &newer.published.currencies {
            let old = merged.currencies.entry(*currency).or_default();
            let mut quotes: Vec<_> = old.quotes().chain(history.quotes()).collect();
            quotes.sort_by_key(|quote| quote.0);
            *old = History::default();
            old.extend(&quotes);
        }
        merged.find_latest();
        Self { published: Arc::new(merged), ..self.clone() }
    }

    /// What was published for the days after `day`, to be kept: as [`Rates::from_csv`] reads them.
    pub fn to_csv_after(&self, day: Day) -> String {
        let mut currencies: Vec<_> = self.published.currencies.iter().collect();
        currencies.sort_by_key(|(currency, _)| **currency);
        let quotes = |history: &History| -> BTreeMap<Day, Decimal> {
            history.quotes().filter(|(on, _)| *on > day).collect()
        };
        let columns: Vec<_> = currencies.iter().map(|(_, history)| quotes(history)).collect();
        let days: BTreeSet<Day> = columns.iter().flat_map(|column| column.keys().copied()).collect();
        let names =
            currencies.iter().map(|(currency, _)| format!(",{}", currency.as_str().to_ascii_uppercase()));
        let mut text = format!("Date{}\n", names.collect::<String>());
        for on in days {
            let rate = |column: &BTreeMap<Day, Decimal>| {
                column.get(&on).map_or_else(String::new, Decimal::to_string)
            };
            let rates = columns.iter().map(|column| format!(",{}", rate(column)));
            text.push_str(&format!("{on}{}\n", rates.collect::<String>()));
        }
        text
    }

    /// The newest day that a rate was published for.
    pub fn latest_on(&self) -> Option<Day> {
        self.published.latest_on
    }

    /// Whether there is a rate for any day at all.
    pub fn has(&self, currency: Currency) -> bool {
        currency == Currency::EUR
            || self.published.currencies.contains_key(&currency)
            || self.entered.bases(currency).next().is_some()
            || pegs::anchors(currency).any(|anchor| self.has(anchor))
    }

    /// Whether amounts of today can be converted into a currency: it has a rate that is at most [`OLDEST_DAYS`] old, if only in
    /// one of the currencies that something is billed in.
    ///
    /// A currency whose rates ended years ago could show those years, and nothing but "not converted" for today and
    /// every day since: as a target it is worth nothing, so it is not offered.
    pub fn can_convert_to(&self, currency: Currency, today: Day, billed: &[Currency]) -> bool {
        let is_paired = |own: &Currency| *own != currency && self.pair(today, *own, currency).is_some();
        self.rate(today, currency).is_some() || billed.iter().any(is_paired)
    }

    /// All currencies that [`Rates::can_convert_to`] says yes to, in the order of their codes.
    pub fn targets(&self, today: Day, billed: &[Currency]) -> Vec<Currency> {
        let published = self.published.currencies.keys().copied();
        let all: BTreeSet<Currency> = published
            .chain(pegs::currencies())
            .chain(self.entered.currencies())
            .chain([Currency::EUR])
            .chain(billed.iter().copied())
            .collect();
        all.into_iter().filter(|currency| self.can_convert_to(*currency, today, billed)).collect()
    }

    /// How much one euro buys on a day, and the day of the oldest rate that this is made of. `None` where that would be
    /// more than [`OLDEST_DAYS`] before.
    pub fn rate(&self, day: Day, currency: Currency) -> Option<(Decimal, Day)> {
        self.quote(day, (currency, Currency::EUR), 0).map(|quote| (quote.rate, quote.rate_on))
    }

    /// What one currency is worth in another on a day. Nearly all rates are in euros; where one of the two has none of the day,
    /// both may have one in another currency, as where one was entered in the other, or is pegged to it.
    pub(crate) fn pair(&self, day: Day, from: Currency, to: Currency) -> Option<Pair> {
        let in_base = |base: Currency| {
            let of = |currency: Currency| self.quote(day, (currency, base), 0);
            let (from, to) = (of(from)?, of(to)?);
            Some(Pair { from: from.rate, to: to.rate, rate_on: from.rate_on.min(to.rate_on) })
        };
        in_base(Currency::EUR).or_else(|| self.bases(day, from).find_map(in_base))
    }

    /// A currency, what its rate of a day is in, what the rate of that is in, and so on.
    fn bases(&self, day: Day, currency: Currency) -> impl Iterator<Item = Currency> {
        let next = move |currency: &Currency| {
            let entered = self.entered.latest(day, *currency).filter(|(on, _)| is_fresh(*on, day));
            let entered = entered.map(|(_, period)| period.base);
            entered.or_else(|| pegs::on(day, *currency).map(|peg| peg.anchor))
        };
        std::iter::successors(Some(currency), next).take(usize::from(LONGEST_CHAIN))
    }

    /// How much one euro buys at the newest rate up to a day, however old; where there is none, at that which the program
    /// was built with. Good enough to tell which of two amounts is larger: nothing may be shown in it.
    pub(crate) fn newest(&self, day: Day, currency: Currency) -> Option<Decimal> {
        let published_on = self.latest_on().map(|latest| latest.min(day));
        let entered_on = self.entered.latest(day, currency).map(|(on, _)| on);
        let days = [Some(day), entered_on, published_on].into_iter().flatten();
        let own = days.filter_map(|on| self.rate(on, currency)).next();
        let built_in = || {
            let rates = Self::embedded();
            rates.rate(rates.latest_on()?, currency)
        };
        own.or_else(built_in).map(|(per_euro, _)| per_euro)
    }

    /// What is published is in euros.
    fn quote(&self, day: Day, (currency, base): (Currency, Currency), steps: u8) -> Option<Quote> {
        if currency == base {
            return Some(Quote { rate: Decimal::ONE, quoted_on: day, rate_on: day });
        }
        if steps > LONGEST_CHAIN {
            return None;
        }
        let sources = [
            self.entered(day, (currency, base), steps),
            self.pegged(day, (currency, base), steps),
            self.published.quote(day, currency).filter(|_| base == Currency::EUR),
        ];
        let newer = |best: Quote, next: Quote| if next.quoted_on > best.quoted_on { next } else { best };
        sources.into_iter().flatten().reduce(newer)
    }

    /// What was entered for a day or the latest before it, at what its base is worth on the day that is asked for.
    fn entered(&self, day: Day, (currency, base): (Currency, Currency), steps: u8) -> Option<Quote> {
        let (quoted_on, period) = self.entered.latest(day, currency)?;
        if !is_fresh(quoted_on, day) {
            return None;
        }
        let own_base = self.quote(day, (period.base, base), steps + 1)?;
        let rate = own_base.rate.checked_mul(period.rate)?;
        Some(Quote { rate, quoted_on, rate_on: quoted_on.min(own_base.rate_on) })
    }

    /// A peg has a rate on each day that it holds, and is as old as the rate of what it hangs on.
    fn pegged(&self, day: Day, (currency, base): (Currency, Currency), steps: u8) -> Option<Quote> {
        let peg = pegs::on(day, currency)?;
        let anchor = self.quote(day, (peg.anchor, base), steps + 1)?;
        Some(Quote { rate: anchor.rate.checked_mul(peg.rate)?, ..anchor })
    }

    /// An amount at the rate of a day, rounded half away from zero to the smallest unit of `to`.
    /// `None` where a currency has no rate for the day, or the result is beyond 64 bits.
    pub fn convert(&self, amount_minor: i64, from: Currency, to: Currency, day: Day) -> Option<Converted> {
        if from == to {
            return Some(Converted { amount_minor, rate_on: day });
        }
        let pair = self.pair(day, from, to)?;
        let exact = exchange(amount_minor, (from, pair.from), (to, pair.to))?;
        Some(Converted { amount_minor: round_minor(exact)?, rate_on: pair.rate_on })
    }
}

impl Published {
    fn quote(&self, day: Day, currency: Currency) -> Option<Quote> {
        let (rate, on) = self.currencies.get(&currency)?.latest(day)?;
        is_fresh(on, day).then_some(Quote { rate, quoted_on: on, rate_on: on })
    }

    fn find_latest(&mut self) {
        self.latest_on = self.currencies.values().filter_map(|history| history.days.last().copied()).max();
    }
}

impl History {
    /// Adds quotes in ascending order of days; of equal days the last stays.
    fn extend(&mut self, quotes: &[(Day, Decimal)]) {
        for (day, rate) in quotes {
            if self.days.last() == Some(day) {
                self.days.pop();
                self.rates.pop();
            }
            self.days.push(*day);
            self.rates.push(*rate);
        }
    }

    /// The last one on or before a day.
    fn latest(&self, day: Day) -> Option<(Decimal, Day)> {
        let at = self.days.partition_point(|quoted| *quoted <= day).checked_sub(1)?;
        Some((*self.rates.get(at)?, *self.days.get(at)?))
    }

    fn quotes(&self) -> impl Iterator<Item = (Day, Decimal)> {
        self.days.iter().copied().zip(self.rates.iter().copied())
    }
}

/// Whether a rate of one day counts on a later one.
fn is_fresh(quoted_on: Day, day: Day) -> bool {
    day.0.saturating_sub(quoted_on.0) <= OLDEST_DAYS
}

/// An amount in the smallest unit of another currency, before rounding. Multiplied before it is divided, so that
/// what comes out even stays even. `None` beyond 96 bits.
pub(crate) fn exchange(
    amount_minor: i64,
    (from, from_rate): (Currency, Decimal),
    (to, to_rate): (Currency, Decimal),
) -> Option<Decimal> {
    let amount = Decimal::from(amount_minor);
    if from == to {
        return Some(amount);
    }
    let bought = amount.checked_mul(to_rate)?;
    let (from_unit, to_unit) = (unit(from), unit(to));
    let scaled = if to_unit >= from_unit {
        bought.checked_mul(to_unit.checked_div(from_unit)?)?
    } else {
        bought.checked_div(from_unit.checked_div(to_unit)?)?
    };
    scaled.checked_div(from_rate)
}

/// Half away from zero. `None` beyond 64 bits.
pub(crate) fn round_minor(exact: Decimal) -> Option<i64> {
    // A division by what does not end in decimals is off in the 28th digit, and must not push a half over the edge.
    let exact = exact.round_dp(SURE_DECIMALS);
    exact.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero).to_i64()
}

/// Smallest units in one main unit.
fn unit(currency: Currency) -> Decimal {
    Decimal::from(10_u64.pow(currency.exponent()))
}
