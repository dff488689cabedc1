//! Customers by the period of their first value above 0, and what has become of them in each period since.

mod adding;
mod groups;
mod lacking;
mod members;
mod own;
mod table;
mod worths;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use model::{Currency, Day, Interval};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::exchange::{Exchange, Factor};
use super::money;
use super::moved::number;
use super::points::zone_name;
use super::scope::Selection;
use super::span::Span;
use super::tally::Shape;
use super::{Dimension, Group, Query, QueryError, Reporting, check_currency, check_dimensions};
use crate::columns::Ledger;
use crate::fx::Rates;

use groups::{Groups, limited};
use lacking::Lacking;
use table::{CohortKey, CohortTable, Sums};

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
    /// Those with anything in them, the oldest first.
    pub cohorts: Vec<Cohort>,
}

/// The customers whose first value above 0 fell into one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Cohort {
    #[schema(value_type = String, format = Date)]
    pub start_on: Day,
    /// Without those whose first value has no exchange rate on its day.
    pub customers: i64,
    /// Their MRR at the end of that period.
    pub mrr_minor: i64,
    /// One for each period since, that of the cohort first: customers, or smallest units.
    pub values: Vec<i64>,
    /// Whether the last of the values is of the period that still runs.
    pub is_last_partial: bool,
    /// Whether each of the values lacks an amount that could not be converted. Left out where none does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub lacks_rates: Vec<bool>,
}

type Cells = BTreeMap<(Currency, Option<Group>), BTreeMap<usize, Sums>>;

struct Question<'a> {
    ledger: &'a Ledger,
    query: &'a Query,
    what: CohortValue,
    shape: Shape<'a>,
    /// The currencies that anything was paid in, and their rates.
    money: (Vec<Currency>, Exchange),
    /// By the scope's currency: which of those it is. Nearly everybody pays in the currency of the plan.
    money_places: Vec<Option<u32>>,
    groups: Groups,
    /// By currency and period: what is converted by at its end.
    factors: Vec<Option<Factor>>,
    /// Whether values move without a change: what is converted, with the rates.
    moves_by_itself: bool,
    /// How many periods of a cohort are followed, the one that it began in included.
    periods_max: usize,
    /// By period: whether the cohort that began in it is looked at. `None`: each, if only to count its customers.
    only: Option<Vec<bool>>,
}

/// All cohorts that begin in the range, with their values up to now. A breakdown is by what the customer first had.
///
/// # Errors
/// When the interval is not a month, quarter or year, the range is empty, or an amount is too large to be converted.
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
    let lacking = question.lacking(&cells)?;
    Ok(Cohorts {
        what,
        interval: query.interval,
        currency: query.currency,
        timezone: zone_name(ledger),
        rates_on: question.shape.exchange.rates_on,
        series: question.series(limited(cells), lacking),
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
    let first = ledger.chunks().iter().filter_map(|chunk| Some(chunk.row_days()?.0)).min();
    // What was paid before there was any value is revenue, too.
    let paid = ledger.chunks().iter().filter_map(|chunk| chunk.first_money_on()).min();
    let paid = paid.filter(|_| what == CohortValue::Revenue);
    let first = [first, paid].into_iter().flatten().min().unwrap_or(query.to);
    let today = ledger.calendar().day(query.now);
    let first = query.interval.bucket(first.min(today), query.week_start).start_on;
    let whole = Query { from: first, to: today, ..query.clone() };
    Span::of(&whole, ledger)
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
        let place = |own: &Currency| currencies.binary_search(own).ok().map(number);
        let money_places = shape.scope.currencies.iter().map(place).collect();
        let groups = Groups::of(ledger, query.by);
        // Whether a customer is above 0 is no matter of the rate, but of whether there is one.
        let moves_by_itself =
            !shape.exchange.is_native() && (what == CohortValue::Mrr || !shape.exchange.is_all_steady());
        let ends = |currency: u32| span.buckets.iter().map(move |bucket| (currency, bucket.end_on));
        let ends = (0..number(shape.scope.currencies.len())).flat_map(ends);
        let factors = ends.map(|(currency, end_on)| shape.exchange.factor(currency, end_on)).collect();
        let money = (currencies, money);
        Ok(Self {
            ledger,
            query,
            what,
            shape,
            money,
            money_places,
            groups,
            factors,
            moves_by_itself,
            periods_max: usize::MAX,
            only: None,
        })
    }

    /// Whether nobody wants to know anything of a cohort.
    fn leaves_out(&self, cohort: usize) -> bool {
        self.only.as_ref().is_some_and(|only| !only[cohort])
    }

    /// What a currency is converted by at the end of a period; `None` without a rate.
    fn factor_at(&self, currency: u32, bucket: usize) -> Option<&Factor> {
        self.factors[currency as usize * self.shape.span.buckets.len() + bucket].as_ref()
    }

    /// Cohorts without anybody.
    fn table(&self) -> CohortTable {
        let currencies = match self.query.currency {
            Reporting::In(_) => 1,
            Reporting::Native => self.shape.scope.currencies.len(),
        };
        CohortTable::new(currencies, self.groups.named.len(), self.shape.span.buckets.len(), self.periods_max)
    }

    /// The currency that a cohort's values are in.
    fn currency_at(&self, key: CohortKey) -> Currency {
        match self.query.currency {
            Reporting::In(currency) => currency,
            Reporting::Native => self.shape.scope.currencies[key.currency as usize],
        }
    }

    /// Whether a cohort begins in the range.
    fn is_asked(&self, cohort: usize) -> bool {
        let bucket = self.shape.span.buckets[cohort];
        bucket.end_on >= self.query.from && bucket.start_on <= self.query.to
    }

    fn series(&self, cells: Cells, mut lacking: Lacking) -> Vec<CohortSeries> {
        let span = self.shape.span;
        let is_last_partial = span.buckets.last().is_some_and(|bucket| bucket.is_partial);
        let mut all: Vec<CohortSeries> = cells
            .into_iter()
            .map(|((currency, group), cohorts)| {
                let cohorts = cohorts.into_iter();
                let cohorts = cohorts.filter(|(cohort, sums)| self.is_asked(*cohort) && !sums.is_nothing());
                let mut lacking = lacking.remove(&(currency, group.clone())).unwrap_or_default();
                let cohorts = cohorts.map(|(cohort, sums)| Cohort {
                    start_on: span.buckets[cohort].start_on,
                    customers: sums.customers,
                    mrr_minor: sums.mrr,
                    values: sums.values().collect(),
                    is_last_partial,
                    lacks_rates: lacking.remove(&cohort).unwrap_or_default(),
                });
                CohortSeries { currency, group, cohorts: cohorts.collect() }
            })
            .filter(|series| !series.cohorts.is_empty())
            .collect();
        let size = |series: &CohortSeries| series.cohorts.iter().map(|cohort| cohort.customers).sum::<i64>();
        all.sort_by_key(|series| (series.currency, std::cmp::Reverse(size(series)), series.group.clone()));
        all
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
