//! How one value came about: the sums that its formula is made of, and what each customer adds to them.

mod contributions;

use std::collections::HashMap;

use model::{Currency, Day};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{Figures, figures};
use super::scope::{Scope, Selection};
use super::span::Span;
use super::tally::Shape;
use super::{
    Query, QueryError, QueryInputs, Reporting, Unconverted, Value, check_dimensions, lifetime, money,
    scheduled, trials, value_in,
};
use crate::columns::Ledger;
use crate::fx::Rates;
use crate::ledger::MoneyKind;
use crate::registry::{Compute, Metric, Sums, Term, Unit};

pub use contributions::{Contribution, ContributionPage, ContributionsQuery, contributions};

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
        Compute::Lifetime(_) => lifetime::mean_churn(QueryInputs::new(ledger, rates), query, span.last)?,
        _ => HashMap::new(),
    };
    let ((rates_on, unconverted), computed) = match metric.compute {
        Compute::Recurring(compute) => {
            of_figures(ledger, rates, query, &span, |_, figures| compute(figures))?
        }
        Compute::Lifetime(compute) => {
            let value = |currency: Currency, figures: &Figures| {
                lifetime::value(compute, figures, means.get(&currency).copied())
            };
            let (conversion, mut computed) = of_figures(ledger, rates, query, &span, value)?;
            // Of those that left in the months before there may be nothing else in the range.
            let gone = means.keys().filter(|currency| !computed.iter().any(|one| one.0 == **currency));
            let gone: Vec<Computed> = gone
                .map(|currency| (*currency, value(*currency, &Figures::default()), Sums::default()))
                .filter(|(_, value, _)| value.is_some())
                .collect();
            computed.extend(gone);
            computed.sort_by_key(|(currency, ..)| *currency);
            (conversion, computed)
        }
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
            let answer = value_in(QueryInputs::new(ledger, rates), metric, query, span)?;
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
                sums.entry(currency_of(&scope, query, ending.counted)).or_default().minor +=
                    ending.minor.unwrap_or(0);
            }
        }
        Compute::Trials(_) => {
            let shape = Shape::new(ledger, rates, query, span, Selection::of(query))?;
            for (counted, trials) in (0_u32..).zip(trials::cells(&shape, ledger, query).figures) {
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
