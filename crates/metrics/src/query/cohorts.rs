//! Customers by the period of their first value above 0, and what has become of them in each period since.

mod members;
mod own;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use model::{Currency, Day, Interval};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use utoipa::ToSchema;

use super::exchange::{Exchange, TooLarge};
use super::money;
use super::moved::number;
use super::points::zone_name;
use super::scope::{Selection, country_group, group_of};
use super::span::Span;
use super::tally::{Change, Lines, Shape};
use super::walk::Range;
use super::{Dimension, Group, Query, QueryError, Reporting, check_currency, check_dimensions};
use crate::columns::{Chunk, Country, Ledger};
use crate::fx::Rates;
use crate::ledger::MoneyKind;

use own::{Own, take_until};

pub use members::{CohortCustomer, CohortCustomerPage, CohortCustomersQuery, CohortSum, cohort_customers};

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

impl Cohorts {
    /// How many values it has.
    pub(crate) fn points(&self) -> usize {
        self.series.iter().flat_map(|series| &series.cohorts).map(|cohort| cohort.values.len()).sum()
    }
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

/// The sums of one cohort.
#[derive(Debug, Clone, Default)]
struct Sums {
    customers: i64,
    mrr: i64,
    /// From period to period, that of the cohort first: what each value is more than the one before.
    changes: Vec<i64>,
}

/// A cohort: its currency and its group as the question numbers them, and the period that it began in.
type Place = (Currency, u32, usize);
type Places = HashMap<Place, Sums>;
type Cells = BTreeMap<(Currency, Option<Group>), BTreeMap<usize, Sums>>;

/// What is remembered of the customer that is being added. Kept and refilled from customer to customer.
#[derive(Default)]
struct Scratch {
    lines: Lines,
    /// What each line is worth.
    values: Vec<i64>,
}

struct Question<'a> {
    ledger: &'a Ledger,
    query: &'a Query,
    what: CohortValue,
    shape: Shape<'a>,
    /// The currencies that anything was paid in, and their rates.
    money: (Vec<Currency>, Exchange),
    groups: Groups,
    /// Whether values move without a change: what is converted, with the rates.
    moves_by_itself: bool,
}

/// The groups of a breakdown by number, so that a customer's is found without a comparison of texts.
struct Groups {
    named: Vec<Option<Group>>,
    /// By the plan's code; by the country's number in a breakdown by country.
    numbers: Vec<u32>,
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
    check(ledger, rates, query)?;
    let span = span_of(ledger, what, query)?;
    let question = Question::new(ledger, rates, what, query, &span)?;
    let cells = question.add_up()?;
    Ok(Cohorts {
        what,
        interval: query.interval,
        currency: query.currency,
        timezone: zone_name(ledger),
        rates_on: question.shape.exchange.rates_on,
        series: question.series(limited(cells)),
    })
}

fn check(ledger: &Ledger, rates: &Rates, query: &Query) -> Result<(), QueryError> {
    if !matches!(query.interval, Interval::Month | Interval::Quarter | Interval::Year) {
        return Err(QueryError::NotOfCohorts(query.interval));
    }
    check_dimensions("cohorts", &Dimension::RECURRING, query)?;
    check_currency(ledger, rates, query.currency)
}

/// From the period in which anything happened first up to now.
fn span_of(ledger: &Ledger, what: CohortValue, query: &Query) -> Result<Span, QueryError> {
    let first = ledger.chunks().iter().flat_map(|chunk| chunk.all_days()).min().copied();
    // What was paid before there was any value is revenue, too.
    let paid = ledger.chunks().iter().filter_map(|chunk| chunk.first_money_on()).min();
    let paid = paid.filter(|_| what == CohortValue::Revenue);
    let first = [first, paid].into_iter().flatten().min().unwrap_or(query.to);
    let today = ledger.calendar().day(query.now);
    let first = query.interval.bucket(first.min(today), query.week_start).start_on;
    let whole = Query { from: first, to: today, ..query.clone() };
    Span::of(&whole, ledger)
}

/// The largest groups, and the rest as one.
fn limited(cells: Cells) -> Cells {
    let mut sizes: BTreeMap<Option<Group>, i64> = BTreeMap::new();
    for ((_, group), cohorts) in &cells {
        *sizes.entry(group.clone()).or_default() += cohorts.values().map(|sums| sums.customers).sum::<i64>();
    }
    let Some(largest) = largest(sizes) else { return cells };
    let mut kept = Cells::new();
    for ((currency, group), cohorts) in cells {
        let group = if largest.contains(&group) { group } else { Some(other()) };
        let into = kept.entry((currency, group)).or_default();
        for (cohort, sums) in cohorts {
            into.entry(cohort).or_default().add(sums.customers, sums.mrr, &sums.changes);
        }
    }
    kept
}

/// The groups that are shown by themselves. `None`: all of them.
fn largest(sizes: BTreeMap<Option<Group>, i64>) -> Option<BTreeSet<Option<Group>>> {
    if sizes.len() <= GROUPS_MAX {
        return None;
    }
    let mut largest: Vec<(Option<Group>, i64)> = sizes.into_iter().collect();
    largest.sort_by_key(|(group, size)| (std::cmp::Reverse(*size), group.clone()));
    largest.truncate(GROUPS_MAX);
    Some(largest.into_iter().map(|(group, _)| group).collect())
}

/// The group of what is in none that is shown by itself.
fn other() -> Group {
    Group::named("other", "All others")
}

impl Groups {
    fn of(ledger: &Ledger, by: Option<Dimension>) -> Self {
        let groups: Vec<Option<Group>> = match by {
            None => return Self { named: vec![None], numbers: Vec::new() },
            Some(Dimension::Country) => return Self::by_country(ledger),
            Some(_) => ledger.catalog().plans().iter().map(|plan| group_of(plan, by)).collect(),
        };
        let named: BTreeSet<Option<Group>> = groups.iter().cloned().collect();
        let named: Vec<Option<Group>> = named.into_iter().collect();
        let numbers = groups.iter().map(|group| number(named.binary_search(group).unwrap_or(0))).collect();
        Self { named, numbers }
    }

    fn by_country(ledger: &Ledger) -> Self {
        let countries = ledger.chunks().iter().flat_map(|chunk| chunk.countries());
        let countries: BTreeSet<Country> = countries.copied().collect();
        let mut numbers = vec![0; usize::from(u16::MAX) + 1];
        for (place, country) in countries.iter().enumerate() {
            numbers[usize::from(country.number())] = number(place);
        }
        Self { named: countries.into_iter().map(|country| Some(country_group(country))).collect(), numbers }
    }
}

impl<'a> Question<'a> {
    fn new(
        ledger: &'a Ledger,
        rates: &Rates,
        what: CohortValue,
        query: &'a Query,
        span: &'a Span,
    ) -> Result<Self, QueryError> {
        // Groups are made of what customers had first, whatever they have later.
        let selection = Selection { by: None, ..Selection::of(query) };
        let shape = Shape::new(ledger, rates, query, span, selection)?;
        let currencies = money::currencies(ledger, query);
        let money =
            Exchange::new(rates, query.currency, &currencies, (span.first, span.last.max(span.first)));
        let groups = Groups::of(ledger, query.by);
        // Whether a customer is above 0 is no matter of the rate, but of whether there is one.
        let has_rates =
            (0..number(shape.scope.currencies.len())).all(|currency| shape.exchange.is_steady(currency));
        let moves_by_itself = !shape.exchange.is_native() && (what == CohortValue::Mrr || !has_rates);
        Ok(Self { ledger, query, what, shape, money: (currencies, money), groups, moves_by_itself })
    }

    /// Whether a cohort begins in the range.
    fn is_asked(&self, cohort: usize) -> bool {
        let bucket = self.shape.span.buckets[cohort];
        bucket.end_on >= self.query.from && bucket.start_on <= self.query.to
    }

    fn series(&self, cells: Cells) -> Vec<CohortSeries> {
        let span = self.shape.span;
        let is_last_partial = span.buckets.last().is_some_and(|bucket| bucket.is_partial);
        let mut all: Vec<CohortSeries> = cells
            .into_iter()
            .map(|((currency, group), cohorts)| {
                let cohorts = cohorts.into_iter().filter(|(cohort, _)| self.is_asked(*cohort));
                let cohorts = cohorts.map(|(cohort, sums)| Cohort {
                    start_on: span.buckets[cohort].start_on,
                    customers: sums.customers,
                    mrr_minor: sums.mrr,
                    values: sums.values().collect(),
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

    fn add_up(&self) -> Result<Cells, QueryError> {
        let part = self.ledger.chunks().len().div_ceil(rayon::current_num_threads() * 4).max(1);
        let parts: Result<Vec<Places>, TooLarge> =
            self.ledger.chunks().par_chunks(part).map(|chunks| self.of_chunks(chunks)).collect();
        let mut total = Cells::new();
        for part in parts.map_err(|too_large| self.shape.exchange.refused(too_large))? {
            for ((currency, group, cohort), sums) in part {
                let key = (currency, self.groups.named[group as usize].clone());
                let into = total.entry(key).or_default();
                into.entry(cohort).or_default().add(sums.customers, sums.mrr, &sums.changes);
            }
        }
        Ok(total)
    }

    fn of_chunks(&self, chunks: &[Arc<Chunk>]) -> Result<Places, TooLarge> {
        let mut places = Places::new();
        let mut scratch = Scratch::default();
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                self.add(&mut places, &mut scratch, (chunk, customer))?;
            }
        }
        Ok(places)
    }

    /// Adds a customer to its cohorts: natively, it has one in each currency.
    fn add(
        &self,
        places: &mut Places,
        scratch: &mut Scratch,
        (chunk, customer): (&Chunk, usize),
    ) -> Result<(), TooLarge> {
        let (scope, span) = (&self.shape.scope, self.shape.span);
        let range = Range { first: span.first, last: span.last, now: span.now };
        let Some(country) = scope.country(chunk.country(customer)) else { return Ok(()) };
        scratch.lines.read(chunk.rows(customer), country, scope, range);
        let mut counted: SmallVec<[u32; 4]> = scratch.lines.lines.iter().map(|line| line.counted).collect();
        counted.sort_unstable();
        counted.dedup();
        for counted in counted {
            self.add_within(places, scratch, (chunk, customer), counted)?;
        }
        Ok(())
    }

    /// Adds a customer, within what it is counted once, to the cohort of its first value above 0, if it ever had one.
    fn add_within(
        &self,
        places: &mut Places,
        scratch: &mut Scratch,
        (chunk, customer): (&Chunk, usize),
        counted: u32,
    ) -> Result<(), TooLarge> {
        let Scratch { lines, values } = scratch;
        let own = Own { question: self, lines, counted };
        let Some((first, mut rest)) = own.first_above(values) else { return Ok(()) };
        let (cohort, largest) = (self.shape.span.bucket(first), own.largest(values));
        let currency = match self.query.currency {
            Reporting::In(currency) => currency,
            Reporting::Native => self.shape.scope.currency_of(lines.lines[largest].series),
        };
        let group = self.group(chunk, customer, lines.lines[largest].plan);
        let sums = places.entry((currency, group, cohort)).or_default();
        sums.changes.resize(self.shape.span.buckets.len() - cohort, 0);
        sums.customers += 1;
        let end = self.shape.span.end_of(cohort);
        take_until(end, &mut rest, values);
        sums.mrr += own.worth(values, end)?;
        match self.what {
            CohortValue::Revenue => self.add_revenue(&mut sums.changes, (chunk, customer), counted),
            CohortValue::Customers | CohortValue::Mrr => {
                self.add_values(&mut sums.changes, own, values, rest)
            }
        }
    }

    /// From the end of the cohort's own period to that of each in which the value moves: all of them where rates move it,
    /// else those with a change.
    fn add_values(
        &self,
        changes: &mut [i64],
        own: Own<'_>,
        values: &mut [i64],
        mut rest: &[Change],
    ) -> Result<(), TooLarge> {
        let span = self.shape.span;
        let cohort = span.buckets.len() - changes.len();
        let (mut before, mut next) = (0, Some(cohort));
        while let Some(bucket) = next.filter(|bucket| *bucket < span.buckets.len()) {
            let end = span.end_of(bucket);
            take_until(end, &mut rest, values);
            let now = own.value(values, end)?;
            changes[bucket - cohort] += now - before;
            before = now;
            let moves_by_itself = self.moves_by_itself && values.iter().any(|value| *value != 0);
            let next_change = rest.first().map(|change| span.bucket(change.day));
            next = if moves_by_itself { Some(bucket + 1) } else { next_change };
        }
        Ok(())
    }

    /// Net revenue of each period, whether the customer had any value by then or not. What came before the cohort's own
    /// is in it.
    fn add_revenue(
        &self,
        changes: &mut [i64],
        (chunk, customer): (&Chunk, usize),
        counted: u32,
    ) -> Result<(), TooLarge> {
        let (shape, span) = (&self.shape, self.shape.span);
        let cohort = span.buckets.len() - changes.len();
        let native = (self.query.currency == Reporting::Native).then(|| shape.scope.currency_of(counted));
        let money = chunk.money(customer);
        for row in 0..money.days.len() {
            let day = money.days[row];
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
            if let Some(factor) = self.money.1.factor_on(number(currency), day) {
                let minor = factor.convert(money.amount_minor[row])?;
                changes[span.bucket(day).saturating_sub(cohort)] += sign * minor;
            }
        }
        Ok(())
    }

    /// By what the customer first had.
    fn group(&self, chunk: &Chunk, customer: usize, plan: u32) -> u32 {
        match self.query.by {
            None => 0,
            Some(Dimension::Country) => self.groups.numbers[usize::from(chunk.country(customer).number())],
            Some(_) => self.groups.numbers[plan as usize],
        }
    }
}

impl Sums {
    fn add(&mut self, customers: i64, mrr: i64, changes: &[i64]) {
        self.customers += customers;
        self.mrr += mrr;
        self.changes.resize(self.changes.len().max(changes.len()), 0);
        self.changes.iter_mut().zip(changes).for_each(|(sum, change)| *sum += change);
    }

    fn values(&self) -> impl Iterator<Item = i64> {
        self.changes.iter().scan(0, |value, change| {
            *value += change;
            Some(*value)
        })
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
