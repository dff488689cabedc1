//! Customers by the period of their first value above 0, and what has become of them in each period since.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use model::{Currency, Day, Interval, UnixSeconds};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::exchange::{Exchange, TooLarge};
use super::money;
use super::points::zone_name;
use super::scope::{Selection, country_group, group_of};
use super::span::Span;
use super::tally::{Change, Lines, Shape};
use super::walk::Range;
use super::{Dimension, Group, Query, QueryError, Reporting, check_currency};
use crate::columns::{Chunk, Ledger};
use crate::fx::Rates;
use crate::ledger::MoneyKind;

/// More groups than anyone reads: the smallest are one group.
const GROUPS_MAX: usize = 100;

/// What of a cohort is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CohortValue {
    /// How many of its customers are above 0 at the end of each period.
    Customers,
    /// Their MRR at the end of each period.
    Mrr,
    /// Their net revenue up to the end of each period.
    Revenue,
}

/// Cohorts and their values; shares are left to the reader.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Cohorts {
    pub what: CohortValue,
    /// `month`, `quarter` or `year`: of the cohorts and of their values.
    #[schema(value_type = String)]
    pub interval: Interval,
    /// `native` or a currency.
    #[schema(value_type = String)]
    pub currency: Reporting,
    pub timezone: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub rates_on: Option<Day>,
    pub series: Vec<CohortSeries>,
}

/// The cohorts of one currency, or of one group in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CohortSeries {
    #[schema(value_type = String)]
    pub currency: Currency,
    pub group: Option<Group>,
    /// Those with any customer, the oldest first.
    pub cohorts: Vec<Cohort>,
}

/// The customers whose first value above 0 fell into one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cohort {
    #[schema(value_type = String, format = Date)]
    pub start_on: Day,
    pub customers: i64,
    /// Their MRR at the end of that period.
    pub mrr_minor: i64,
    /// One for each period since, that of the cohort first: customers, or smallest units.
    pub values: Vec<i64>,
    /// Whether the last of the values is of the period that still runs.
    pub is_last_partial: bool,
}

/// A cohort's place, and what one customer adds to it.
struct Added {
    currency: Currency,
    group: Option<Group>,
    cohort: usize,
    /// At the end of the cohort's own period.
    mrr: i64,
    values: Vec<i64>,
}

#[derive(Default)]
struct Sums {
    customers: i64,
    mrr: i64,
    values: Vec<i64>,
}

type Cells = BTreeMap<(Currency, Option<Group>), BTreeMap<usize, Sums>>;

struct Question<'a> {
    ledger: &'a Ledger,
    query: &'a Query,
    what: CohortValue,
    shape: Shape<'a>,
    /// The currencies that anything was paid in, and their rates.
    money: (Vec<Currency>, Exchange),
}

/// All cohorts that begin in the range, with their values up to now. A breakdown is by what the customer first had.
///
/// # Errors
/// When the interval is no month, quarter or year, the range is empty, or an amount is too large to be converted.
pub fn cohorts(
    ledger: &Ledger,
    rates: &Rates,
    what: CohortValue,
    query: &Query,
) -> Result<Cohorts, QueryError> {
    if !matches!(query.interval, Interval::Month | Interval::Quarter | Interval::Year) {
        return Err(QueryError::NotOfCohorts(query.interval));
    }
    check_currency(ledger, rates, query.currency)?;
    let first = ledger.chunks().iter().flat_map(|chunk| chunk.all_days()).min().copied();
    // What was paid before there was any value is revenue, too.
    let paid = ledger.chunks().iter().filter_map(|chunk| chunk.first_money_at()).min();
    let paid = paid.filter(|_| what == CohortValue::Revenue).map(|at| ledger.calendar().day(at));
    let first = [first, paid].into_iter().flatten().min().unwrap_or(query.to);
    let today = ledger.calendar().day(query.now);
    let first = query.interval.bucket(first.min(today), query.week_start).start_on;
    let whole = Query { from: first, to: today, ..query.clone() };
    let span = Span::of(&whole, ledger)?;
    // Groups are made of what customers had first, whatever they have later.
    let selection = Selection { by: None, ..Selection::of(query) };
    let shape = Shape::new(ledger, rates, query, &span, selection)?;
    let currencies = money::currencies(ledger, query);
    let money = Exchange::new(rates, query.currency, &currencies, (span.first, span.last.max(span.first)));
    let question = Question { ledger, query, what, shape, money: (currencies, money) };
    let cells = question.add_up()?;
    Ok(Cohorts {
        what,
        interval: query.interval,
        currency: query.currency,
        timezone: zone_name(ledger),
        rates_on: question.shape.exchange.rates_on,
        series: series(limited(cells), &span, query),
    })
}

fn series(cells: Cells, span: &Span, query: &Query) -> Vec<CohortSeries> {
    let is_last_partial = span.buckets.last().is_some_and(|bucket| bucket.is_partial);
    let is_asked = |cohort: &usize| {
        let bucket = span.buckets[*cohort];
        bucket.end_on >= query.from && bucket.start_on <= query.to
    };
    let mut all: Vec<CohortSeries> = cells
        .into_iter()
        .map(|((currency, group), cohorts)| {
            let cohorts = cohorts.into_iter().filter(|(cohort, _)| is_asked(cohort));
            let cohorts = cohorts.map(|(cohort, sums)| Cohort {
                start_on: span.buckets[cohort].start_on,
                customers: sums.customers,
                mrr_minor: sums.mrr,
                values: sums.values,
                is_last_partial,
            });
            CohortSeries { currency, group, cohorts: cohorts.collect() }
        })
        .filter(|series| !series.cohorts.is_empty())
        .collect();
    let size = |series: &CohortSeries| series.cohorts.iter().map(|cohort| cohort.customers).sum::<i64>();
    all.sort_by_key(|series| (series.currency, std::cmp::Reverse(size(series)), series.group.clone()));
    all
}

/// The largest groups, and the rest as one.
fn limited(cells: Cells) -> Cells {
    let mut sizes: BTreeMap<Option<Group>, i64> = BTreeMap::new();
    for ((_, group), cohorts) in &cells {
        *sizes.entry(group.clone()).or_default() += cohorts.values().map(|sums| sums.customers).sum::<i64>();
    }
    if sizes.len() <= GROUPS_MAX {
        return cells;
    }
    let mut largest: Vec<(Option<Group>, i64)> = sizes.into_iter().collect();
    largest.sort_by_key(|(group, size)| (std::cmp::Reverse(*size), group.clone()));
    largest.truncate(GROUPS_MAX);
    let mut kept = Cells::new();
    for ((currency, group), cohorts) in cells {
        let is_large = largest.iter().any(|(known, _)| *known == group);
        let group = if is_large { group } else { Some(Group::named("other", "All others")) };
        let into = kept.entry((currency, group)).or_default();
        for (cohort, sums) in cohorts {
            into.entry(cohort).or_default().add(sums.customers, sums.mrr, &sums.values);
        }
    }
    kept
}

impl Question<'_> {
    fn add_up(&self) -> Result<Cells, QueryError> {
        let part = self.ledger.chunks().len().div_ceil(rayon::current_num_threads() * 4).max(1);
        let parts: Result<Vec<Cells>, TooLarge> =
            self.ledger.chunks().par_chunks(part).map(|chunks| self.of_chunks(chunks)).collect();
        let mut total = Cells::new();
        for part in parts.map_err(|too_large| self.shape.exchange.refused(too_large))? {
            for (key, cohorts) in part {
                let into = total.entry(key).or_default();
                for (cohort, sums) in cohorts {
                    into.entry(cohort).or_default().add(sums.customers, sums.mrr, &sums.values);
                }
            }
        }
        Ok(total)
    }

    fn of_chunks(&self, chunks: &[Arc<Chunk>]) -> Result<Cells, TooLarge> {
        let (shape, span) = (&self.shape, self.shape.span);
        let range = Range { first: span.first, last: span.last, now: span.now };
        let mut cells = Cells::new();
        let mut lines = Lines::default();
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                let Some(country) = shape.scope.country(chunk.country(customer)) else { continue };
                lines.read(chunk.rows(customer), country, &shape.scope, range);
                let mut counted: Vec<u32> = lines.lines.iter().map(|line| line.counted).collect();
                counted.sort_unstable();
                counted.dedup();
                for counted in counted {
                    let Some(added) = self.of_customer(chunk, customer, &lines, counted)? else { continue };
                    let cohorts = cells.entry((added.currency, added.group)).or_default();
                    cohorts.entry(added.cohort).or_default().add(1, added.mrr, &added.values);
                }
            }
        }
        Ok(cells)
    }

    /// `None`: it was never above 0.
    fn of_customer(
        &self,
        chunk: &Chunk,
        customer: usize,
        lines: &Lines,
        counted: u32,
    ) -> Result<Option<Added>, TooLarge> {
        let (shape, span) = (&self.shape, self.shape.span);
        let own = lines.changes.iter().filter(|change| lines.lines[change.line as usize].counted == counted);
        let changes: Vec<Change> = own.copied().collect();
        let mut values = vec![0_i64; lines.lines.len()];
        let Some(first) = changes.chunk_by(|a, b| a.day == b.day).find_map(|day| {
            day.iter().for_each(|change| values[change.line as usize] = change.after);
            self.is_above(lines, &values, counted, None).then_some(day[0].day)
        }) else {
            return Ok(None);
        };
        let cohort = span.bucket(first);
        let largest = (0..values.len()).filter(|line| lines.lines[*line].counted == counted);
        // Of several at once the most valuable; the first line of those that are worth the same.
        let largest = largest.max_by_key(|line| (values[*line], std::cmp::Reverse(*line))).unwrap_or(0);
        let currency = match self.query.currency {
            Reporting::In(currency) => currency,
            Reporting::Native => shape.scope.currency_of(lines.lines[largest].series),
        };
        let mut added = Added {
            currency,
            group: self.group(chunk, customer, lines.lines[largest].plan),
            cohort,
            mrr: 0,
            values: Vec::with_capacity(span.buckets.len() - cohort),
        };
        let mut rest = changes.iter().skip_while(|change| change.day <= first).peekable();
        for bucket in cohort..span.buckets.len() {
            let end = span.end_of(bucket);
            while let Some(change) = rest.next_if(|change| change.day <= end) {
                values[change.line as usize] = change.after;
            }
            if bucket == cohort {
                added.mrr = self.worth(lines, &values, counted, end)?;
            }
            match self.what {
                CohortValue::Customers => {
                    added.values.push(i64::from(self.is_above(lines, &values, counted, Some(end))));
                }
                CohortValue::Mrr => added.values.push(self.worth(lines, &values, counted, end)?),
                CohortValue::Revenue => {}
            }
        }
        if self.what == CohortValue::Revenue {
            added.values = self.revenue(chunk, customer, counted, cohort)?;
        }
        Ok(Some(added))
    }

    /// Whether any currency of what is counted is above 0; on a day, only such as have a rate then.
    fn is_above(&self, lines: &Lines, values: &[i64], counted: u32, on: Option<Day>) -> bool {
        let scope = &self.shape.scope;
        let own = || lines.lines.iter().zip(values).filter(|(line, _)| line.counted == counted);
        own().any(|(line, _)| {
            let currency = scope.series[line.series as usize].currency;
            let has_rate = on.is_none_or(|day| self.shape.exchange.factor(currency, day).is_some());
            let of_series = own().filter(|(other, _)| other.series == line.series);
            has_rate && of_series.map(|(_, value)| *value).sum::<i64>() > 0
        })
    }

    /// The MRR at the end of a day.
    fn worth(&self, lines: &Lines, values: &[i64], counted: u32, on: Day) -> Result<i64, TooLarge> {
        let mut sum = 0;
        for (line, value) in lines.lines.iter().zip(values) {
            let currency = self.shape.scope.series[line.series as usize].currency;
            if line.counted == counted
                && let Some(factor) = self.shape.exchange.factor(currency, on)
            {
                sum += factor.convert(*value)?;
            }
        }
        Ok(sum)
    }

    /// Net revenue up to the end of each period from the cohort's own on.
    fn revenue(
        &self,
        chunk: &Chunk,
        customer: usize,
        counted: u32,
        cohort: usize,
    ) -> Result<Vec<i64>, TooLarge> {
        let (shape, span) = (&self.shape, self.shape.span);
        let native = (self.query.currency == Reporting::Native).then(|| shape.scope.currency_of(counted));
        let mut by_bucket = vec![0_i64; span.buckets.len()];
        let money = chunk.money(customer);
        for row in 0..money.at.len() {
            let day = self.ledger.calendar().day(UnixSeconds(money.at[row]));
            if day > span.last || money.at[row] > span.now.0 {
                break;
            }
            let sign = match money.kind[row] {
                MoneyKind::InvoiceRevenue | MoneyKind::ChargeRevenue => 1,
                MoneyKind::Refund | MoneyKind::CreditNote => -1,
                _ => continue,
            };
            let own = money.currency[row];
            if native.is_some_and(|native| native != own) {
                continue;
            }
            let Ok(currency) = self.money.0.binary_search(&own) else { continue };
            if let Some(factor) = self.money.1.factor(money::number(currency), day) {
                by_bucket[span.bucket(day)] += sign * factor.convert(money.amount_minor[row])?;
            }
        }
        let before: i64 = by_bucket[..cohort].iter().sum();
        let sums = by_bucket[cohort..].iter().scan(before, |sum, minor| {
            *sum += minor;
            Some(*sum)
        });
        Ok(sums.collect())
    }

    /// By what the customer first had.
    fn group(&self, chunk: &Chunk, customer: usize, plan: u32) -> Option<Group> {
        match self.query.by? {
            Dimension::Country => Some(country_group(chunk.country(customer))),
            by => group_of(self.ledger.catalog().plan(plan)?, Some(by)),
        }
    }
}

impl Sums {
    fn add(&mut self, customers: i64, mrr: i64, values: &[i64]) {
        self.customers += customers;
        self.mrr += mrr;
        self.values.resize(self.values.len().max(values.len()), 0);
        self.values.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    }
}

impl fmt::Display for CohortValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customers => "customers",
            Self::Mrr => "mrr",
            Self::Revenue => "revenue",
        })
    }
}

impl FromStr for CohortValue {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "customers" => Ok(Self::Customers),
            "mrr" => Ok(Self::Mrr),
            "revenue" => Ok(Self::Revenue),
            _ => Err("use customers, mrr or revenue"),
        }
    }
}
