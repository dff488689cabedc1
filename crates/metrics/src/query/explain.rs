//! How one value came about: the sums that its formula is made of, and what each customer adds to them.

use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;
use std::sync::Arc;

use model::{Currency, CustomerId, Day};
use rayon::prelude::*;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::exchange::TooLarge;
use super::figures::{Figures, figures};
use super::paging::Candidates;
use super::scope::{Scope, Selection};
use super::span::Span;
use super::tally::Shape;
use super::{
    Query, QueryError, Reporting, Source, Unconverted, Value, apart, check_currency, check_dimensions,
    lifetime, money, scheduled, trials, value_in,
};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::ledger::MoneyKind;
use crate::registry::{Compute, Metric, Sums, Term, Unit};

/// One value, with what it was computed from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedValue {
    pub metric: &'static str,
    pub label: &'static str,
    pub unit: Unit,
    pub formula: &'static str,
    #[schema(value_type = String, format = Date)]
    pub start_on: Day,
    #[schema(value_type = String, format = Date)]
    pub end_on: Day,
    /// `native` or a currency.
    #[schema(value_type = String)]
    pub currency: Reporting,
    /// The day of the oldest reference rate in it; `None` where nothing was converted.
    #[schema(value_type = Option<String>, format = Date)]
    pub rates_on: Option<Day>,
    /// What is in no value because its currency has no rate.
    pub unconverted: Vec<Unconverted>,
    pub series: Vec<ExplainedSeries>,
}

/// The value in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExplainedSeries)]
pub struct ExplainedSeries {
    #[schema(value_type = String)]
    pub currency: Currency,
    /// `None`: a ratio with nothing to divide by.
    #[schema(value_type = Option<f64>)]
    pub value: Option<Value>,
    pub parts: Vec<ExplainedTerm>,
}

/// One of the sums that a formula is made of.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExplainedTerm)]
pub struct ExplainedTerm {
    pub id: &'static str,
    pub label: &'static str,
    pub unit: Unit,
    #[schema(value_type = f64)]
    pub value: Value,
    pub rows: Rows,
    /// The types of payments that it is a sum of, where it is one.
    pub payment_types: Vec<&'static str>,
}

/// What a part of a value is opened down to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExplainedRows)]
pub enum Rows {
    Customers,
    Payments,
    BalanceTransactions,
    /// It is another metric's value.
    Metric,
}

/// What to open.
#[derive(Debug, Clone)]
pub struct ContributionsQuery {
    /// Its interval and breakdown do not matter: its range is the period.
    pub query: Query,
    /// The id of one of the value's parts.
    pub part: String,
    pub cursor: Option<String>,
    pub limit: usize,
}

/// The largest first, then by id.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Contributions)]
pub struct ContributionPage {
    /// Of the amounts.
    pub unit: Unit,
    pub data: Vec<Contribution>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
}

/// What one customer adds to a sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contribution {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// In smallest units where the part is money, a number otherwise.
    pub amount: i64,
}

/// A value in one currency, with the sums behind it.
type Computed = (Currency, Option<Value>, Sums);

/// Where nothing was converted, both are empty.
type Conversion = (Option<Day>, Vec<Unconverted>);

/// The value of a metric over the whole range of a query, and what it is made of.
///
/// # Errors
/// As of the metric; the query's interval and breakdown do not matter.
pub fn explain(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    query: &Query,
) -> Result<ExplainedValue, QueryError> {
    let query = &Query { by: None, ..query.clone() };
    check_dimensions(metric.id, metric.dimensions, query)?;
    let span = Span::whole(query, ledger, metric.looks_ahead)?;
    let means = match metric.compute {
        Compute::Lifetime(_) => lifetime::mean_churn(Source::new(ledger, rates), query, span.last)?,
        _ => HashMap::new(),
    };
    let ((rates_on, unconverted), computed) = match metric.compute {
        Compute::Recurring(compute) => {
            of_figures(ledger, rates, query, &span, |_, figures| compute(figures))?
        }
        Compute::Lifetime(compute) => of_figures(ledger, rates, query, &span, |currency, figures| {
            lifetime::value(compute, figures, means.get(&currency).copied())
        })?,
        _ => of_value(ledger, rates, metric, query, &span)?,
    };
    let series = computed.into_iter().map(|(currency, value, sums)| {
        let mut parts: Vec<ExplainedTerm> = terms_of(metric).map(|term| part(metric, term, &sums)).collect();
        parts.extend(means.get(&currency).map(|mean| mean_churn(*mean)));
        ExplainedSeries { currency, value, parts }
    });
    Ok(ExplainedValue {
        metric: metric.id,
        label: metric.label,
        unit: metric.unit,
        formula: metric.formula,
        start_on: span.first,
        end_on: span.last,
        currency: query.currency,
        rates_on,
        series: series.collect(),
        unconverted,
    })
}

/// Values that come out of the figures of one pass, which are also the sums behind them.
fn of_figures(
    ledger: &Ledger,
    rates: &Rates,
    query: &Query,
    span: &Span,
    value: impl Fn(Currency, &Figures) -> Option<Value>,
) -> Result<(Conversion, Vec<Computed>), QueryError> {
    let all = figures(ledger, rates, query, span)?;
    let computed = all.series.iter().map(|one| {
        let figures = one.figures[0];
        (one.currency, value(one.currency, &figures), Sums { figures, ..Sums::default() })
    });
    Ok(((all.rates_on, all.unconverted), computed.collect()))
}

/// Values of a metric that is computed otherwise, with the sums behind them.
fn of_value(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    query: &Query,
    span: &Span,
) -> Result<(Conversion, Vec<Computed>), QueryError> {
    let (answer, sums) = match metric.compute {
        Compute::Money(compute) => {
            let (answer, money) = money::explained(ledger, rates, metric, compute, query, span)?;
            let sums =
                money.into_iter().map(|(currency, money)| (currency, Sums { money, ..Sums::default() }));
            (answer, sums.collect())
        }
        _ => {
            let answer = value_in(Source::new(ledger, rates), metric, query, span)?;
            (answer, sums(ledger, rates, metric, query, span)?)
        }
    };
    let computed = answer.series.iter().map(|one| {
        let value = one.points.first().and_then(|point| point.value);
        let own = sums.get(&one.currency).cloned().unwrap_or_default();
        let own = match value {
            Some(Value::Minor(minor)) if metric.is_a_sum() => Sums { minor, ..own },
            _ => own,
        };
        (one.currency, value, own)
    });
    Ok(((answer.rates_on, answer.unconverted), computed.collect()))
}

/// What the customers behind one part of a value add to it.
///
/// # Errors
/// As [`explain`]; and when the value has no such part, or one that is not of customers.
pub fn contributions(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    asked: &ContributionsQuery,
) -> Result<ContributionPage, QueryError> {
    let query = &Query { by: None, ..asked.query.clone() };
    check_dimensions(metric.id, metric.dimensions, query)?;
    check_currency(ledger, rates, query.currency)?;
    let span = Span::whole(query, ledger, metric.looks_ahead)?;
    let term = term_named(metric, &asked.part)?;
    let last = asked.cursor.as_deref().map(Cursor::read).transpose()?;
    let wanted = Wanted { ledger, last, limit: asked.limit };
    let shares = shares(rates, metric, query, &span, term, &wanted)?;
    let total = shares.total;
    let (shares, has_more) = shares.page(|a, b| a.compare(b, ledger));
    let next_cursor = shares.last().filter(|_| has_more).map(|share| Cursor::of(share, ledger).write());
    let data = shares.iter().map(|share| share.look_up(ledger)).collect();
    Ok(ContributionPage { unit: term.unit(metric), data, next_cursor, total })
}

fn term_named(metric: &'static Metric, part: &str) -> Result<Term, QueryError> {
    let term = metric.terms.iter().copied().find(|term| term.named(metric).0 == part);
    term.ok_or_else(|| QueryError::UnknownPart { metric: metric.id, part: part.to_owned() })
}

fn terms_of(metric: &'static Metric) -> impl Iterator<Item = Term> {
    let of_balance = matches!(metric.compute, Compute::Balance(_)).then_some(Term::Itself);
    metric.terms.iter().copied().chain(of_balance)
}

fn part(metric: &Metric, term: Term, sums: &Sums) -> ExplainedTerm {
    let (id, label) = term.named(metric);
    let (unit, amount) = (term.unit(metric), term.amount(sums));
    let value = if unit == Unit::Money { Value::Minor(amount) } else { Value::Count(amount) };
    let payment_types: Vec<&str> = term.money_kinds().into_iter().map(MoneyKind::as_str).collect();
    let rows = match metric.compute {
        Compute::Balance(_) => Rows::BalanceTransactions,
        Compute::Money(_) => Rows::Payments,
        _ => Rows::Customers,
    };
    ExplainedTerm { id, label, unit, value, rows, payment_types }
}

fn mean_churn(mean: Decimal) -> ExplainedTerm {
    ExplainedTerm {
        id: "customer_churn_rate",
        label: "Mean customer churn rate of the last three full months",
        unit: Unit::Ratio,
        value: Value::Ratio(mean),
        rows: Rows::Metric,
        payment_types: Vec::new(),
    }
}

/// What the parts of a value are sums of, by the currency that it is shown in. What a value is itself is left to it.
fn sums(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    query: &Query,
    span: &Span,
) -> Result<HashMap<Currency, Sums>, QueryError> {
    let mut sums: HashMap<Currency, Sums> = HashMap::new();
    match metric.compute {
        Compute::Committed => {
            for series in figures(ledger, rates, query, span)?.series {
                sums.entry(series.currency).or_default().figures = series.figures[0];
            }
            let scope = Scope::new(ledger, Selection::of(query));
            for ending in scheduled::endings(ledger, rates, query, &scope)?.0 {
                sums.entry(currency_of(&scope, query, ending.counted)).or_default().minor += ending.minor;
            }
        }
        Compute::Trials(_) => {
            let shape = Shape::new(ledger, rates, query, span, Selection::of(query))?;
            for (counted, trials) in (0_u32..).zip(trials::cells(&shape, ledger, query)) {
                sums.entry(currency_of(&shape.scope, query, counted)).or_default().trials = trials;
            }
        }
        // Of figures the value is computed, and money comes with its sums; the others are sums themselves.
        Compute::Recurring(_)
        | Compute::Lifetime(_)
        | Compute::Apart(_)
        | Compute::Scheduled
        | Compute::Money(_)
        | Compute::Balance(_) => {}
    }
    Ok(sums)
}

fn currency_of(scope: &Scope, query: &Query, counted: u32) -> Currency {
    match query.currency {
        Reporting::In(currency) => currency,
        Reporting::Native => scope.currency_of(counted),
    }
}

/// What one customer adds to a sum.
#[derive(Debug, Clone, Copy)]
struct Share {
    place: CustomerPosition,
    currency: Currency,
    amount: i64,
}

/// Which page of the shares is asked for.
struct Wanted<'a> {
    ledger: &'a Ledger,
    last: Option<Cursor>,
    limit: usize,
}

impl Wanted<'_> {
    /// Adds those that can be on the page.
    fn with(&self, mut known: Candidates<Share>, shares: impl Iterator<Item = Share>) -> Candidates<Share> {
        for share in shares {
            known.total += 1;
            if self.last.as_ref().is_none_or(|last| share.order(self.ledger) > last.order()) {
                known.offer(share, |a, b| a.compare(b, self.ledger));
            }
        }
        known
    }

    fn none(&self) -> Candidates<Share> {
        Candidates::new(self.limit)
    }
}

/// The customers that add anything to a term.
fn shares(
    rates: &Rates,
    metric: &'static Metric,
    query: &Query,
    span: &Span,
    term: Term,
    wanted: &Wanted<'_>,
) -> Result<Candidates<Share>, QueryError> {
    let ledger = wanted.ledger;
    let share = |place, currency, sums: &Sums| {
        let amount = term.amount(sums);
        (amount != 0).then_some(Share { place, currency, amount })
    };
    if let Compute::Money(_) = metric.compute {
        let of =
            |place, currency, money: &_| share(place, currency, &Sums { money: *money, ..Sums::default() });
        let shares = money::each(ledger, rates, query, span, of)?;
        return Ok(wanted.with(wanted.none(), shares.into_iter()));
    }
    let shape = Shape::new(ledger, rates, query, span, Selection::of(query))?;
    if term == Term::Ending || matches!(metric.compute, Compute::Scheduled) {
        let endings = scheduled::endings(ledger, rates, query, &shape.scope)?.0.into_iter();
        // What is left of MRR lacks all that ends, whenever it does.
        let in_range =
            endings.filter(|ending| term == Term::Ending || (span.first..=span.last).contains(&ending.on));
        let shares = added_up(in_range.map(|ending| Share {
            place: ending.place,
            currency: currency_of(&shape.scope, query, ending.counted),
            amount: ending.minor,
        }));
        return Ok(wanted.with(wanted.none(), shares.into_iter()));
    }
    let with_chunk = |known, (index, chunk): (usize, &Arc<Chunk>)| -> Result<Candidates<Share>, TooLarge> {
        let mut found = Vec::new();
        each(&shape, ledger, metric, query, chunk, |customer, counted, sums| {
            let place = CustomerPosition::new(index, customer);
            found.extend(share(place, currency_of(&shape.scope, query, counted), sums));
        })?;
        Ok(wanted.with(known, added_up(found.into_iter()).into_iter()))
    };
    let parts = ledger.chunks().par_iter().enumerate().try_fold(|| wanted.none(), with_chunk);
    parts
        .try_reduce(|| wanted.none(), |one, other| Ok(one.merged(other)))
        .map_err(|too_large| shape.exchange.refused(too_large))
}

/// Tells the sums of each customer of a chunk, by its place in the chunk and what they are counted within.
fn each(
    shape: &Shape<'_>,
    ledger: &Ledger,
    metric: &Metric,
    query: &Query,
    chunk: &Chunk,
    mut take: impl FnMut(usize, u32, &Sums),
) -> Result<(), TooLarge> {
    match metric.compute {
        Compute::Apart(what) => apart::each(shape, ledger, what, chunk, |customer, counted, minor| {
            take(customer, counted, &Sums { minor, ..Sums::default() });
        }),
        Compute::Trials(_) => {
            for trial in trials::of_chunk(shape, ledger, chunk, query) {
                take(trial.customer, trial.counted, &Sums { trials: trial.figures(), ..Sums::default() });
            }
            Ok(())
        }
        _ => shape.each(chunk, |customer, counted, tally| {
            let figures = Figures::of(tally, shape, counted, 0);
            take(customer, counted, &Sums { figures, ..Sums::default() });
        }),
    }
}

/// One share for each customer and currency, in which several of it are added up.
fn added_up(shares: impl Iterator<Item = Share>) -> Vec<Share> {
    let mut all: Vec<Share> = Vec::new();
    for share in shares {
        match all.last_mut() {
            Some(last) if last.place == share.place && last.currency == share.currency => {
                last.amount += share.amount;
            }
            _ => all.push(share),
        }
    }
    all
}

impl Share {
    fn compare(&self, other: &Self, ledger: &Ledger) -> Ordering {
        // Nearly always the amount decides.
        let by_amount = other.amount.unsigned_abs().cmp(&self.amount.unsigned_abs());
        by_amount.then_with(|| self.order(ledger).cmp(&other.order(ledger)))
    }

    fn order<'a>(&self, ledger: &'a Ledger) -> (Reverse<u64>, &'a str, Currency) {
        (Reverse(self.amount.unsigned_abs()), ledger.id(self.place), self.currency)
    }

    fn look_up(&self, ledger: &Ledger) -> Contribution {
        let entry = ledger.chunk(self.place).entry(self.place.customer as usize);
        Contribution {
            customer_id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            currency: self.currency,
            amount: self.amount,
        }
    }
}

/// The last row of a page, by what it is sorted by.
struct Cursor {
    size: u64,
    currency: Currency,
    customer: CustomerId,
}

impl Cursor {
    fn of(share: &Share, ledger: &Ledger) -> Self {
        let customer = CustomerId::from(ledger.id(share.place));
        Self { size: share.amount.unsigned_abs(), currency: share.currency, customer }
    }

    fn write(&self) -> String {
        format!("{},{},{}", self.size, self.currency, self.customer)
    }

    fn read(text: &str) -> Result<Self, QueryError> {
        let bad = || QueryError::BadCursor(text.to_owned());
        let mut parts = text.splitn(3, ',');
        let mut part = || parts.next().ok_or_else(bad);
        let (size, currency, customer) = (part()?, part()?, part()?);
        Ok(Self {
            size: size.parse().map_err(|_| bad())?,
            currency: currency.parse().map_err(|_| bad())?,
            customer: CustomerId::from(customer),
        })
    }

    fn order(&self) -> (Reverse<u64>, &str, Currency) {
        (Reverse(self.size), self.customer.as_str(), self.currency)
    }
}
