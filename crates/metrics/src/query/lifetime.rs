//! What a customer brings before it leaves, by how many left lately.

use std::collections::HashMap;

use jiff::ToSpan;
use model::{Currency, Day, Interval};
use rust_decimal::Decimal;

use super::figures::{AllFigures, Figures};
use super::points::quotient;
use super::span::{Cut, Span};
use super::{Answer, Group, Query, QueryError, QueryInputs, Series, Value, ValuePoint};
use crate::registry::Metric;

/// So many full months make the mean.
const MONTHS: usize = 3;

/// The customer churn rate of each full month of one series, oldest first; `None` in a month that nobody could leave in.
type Churn = Vec<(Day, Option<Decimal>)>;

type SeriesKey = (Currency, Option<Group>);

/// A metric of the mean monthly churn rate of the last three full months up to the end of each period.
///
/// # Errors
/// As of any series.
pub(super) fn lifetime(
    inputs: QueryInputs<'_>,
    metric: &'static Metric,
    compute: fn(&Figures, Decimal) -> Option<Value>,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    let first = span.buckets.first().map_or(span.last, |bucket| bucket.end_on);
    let months = months(inputs, query, (first, span.last))?;
    let churn = churn(&months);
    // Where the periods are full months, those of the churn rates have all of them already.
    let own = match months.ending_as(span, query.currency) {
        Some(own) => own,
        None => inputs.figures(query, span)?,
    };
    let own_churn: Vec<Churn> = own
        .series
        .iter()
        .map(|series| churn.get(&(series.currency, series.group.clone())).cloned().unwrap_or_default())
        .collect();
    let point = |churn: &Churn, bucket: Cut, figures: &Figures| {
        ValuePoint::of(metric, bucket, value(compute, figures, mean(churn, bucket.end_on)), figures)
    };
    let mut series = own_churn.into_iter();
    let mut answer = Answer::of_series(metric.id, inputs.ledger, query, own, |_, all| {
        let churn = series.next().unwrap_or_default();
        all.iter().map(|(bucket, figures)| point(&churn, *bucket, figures)).collect()
    });
    // Customers who left in the months before have a mean in a range in which there is nothing else.
    let is_there =
        |key: &SeriesKey| answer.series.iter().any(|one| (one.currency, &one.group) == (key.0, &key.1));
    let gone = churn.iter().filter(|(key, _)| !is_there(key)).map(|((currency, group), churn)| {
        let buckets = span.buckets.iter();
        let points = buckets.map(|bucket| point(churn, *bucket, &Figures::default())).collect();
        Series { currency: *currency, group: group.clone(), points }
    });
    let mut gone: Vec<_> =
        gone.filter(|one| one.points.iter().any(|point: &ValuePoint| point.value.is_some())).collect();
    gone.sort_by(|one, other| one.group.cmp(&other.group));
    answer.series.append(&mut gone);
    answer.series.sort_by_key(|one| one.currency);
    Ok(answer)
}

/// Nothing where nobody left lately: what they will bring has no end.
pub(super) fn value(
    compute: fn(&Figures, Decimal) -> Option<Value>,
    figures: &Figures,
    mean_churn: Option<Decimal>,
) -> Option<Value> {
    compute(figures, mean_churn.filter(|mean| !mean.is_zero())?)
}

/// The months that the means at the ends of periods, from the first to the last, are of.
fn months(
    inputs: QueryInputs<'_>,
    query: &Query,
    (first, last): (Day, Day),
) -> Result<AllFigures, QueryError> {
    let from = Day::from(first.date().first_of_month().saturating_sub((MONTHS as i64).months()));
    let monthly = Query { from, to: last, interval: Interval::Month, ..query.clone() };
    inputs.figures(&monthly, &Span::of(&monthly, inputs.ledger)?)
}

fn churn(all: &AllFigures) -> HashMap<SeriesKey, Churn> {
    let buckets = &all.span.buckets;
    let of_series = all.series.iter().map(|series| {
        let months = buckets.iter().zip(&series.figures).filter(|(bucket, _)| !bucket.is_partial);
        let rates = months.map(|(bucket, figures)| {
            (bucket.end_on, quotient(figures.churned_customers, figures.base_customers))
        });
        ((series.currency, series.group.clone()), rates.collect())
    });
    of_series.collect()
}

/// The mean at the end of a day, by currency.
///
/// # Errors
/// As of any series.
pub(super) fn mean_churn(
    inputs: QueryInputs<'_>,
    query: &Query,
    end_on: Day,
) -> Result<HashMap<Currency, Decimal>, QueryError> {
    let all = churn(&months(inputs, query, (end_on, end_on))?).into_iter();
    Ok(all.filter_map(|((currency, _), churn)| Some((currency, mean(&churn, end_on)?))).collect())
}

/// `None` with fewer months than it takes.
fn mean(churn: &Churn, end_on: Day) -> Option<Decimal> {
    let up_to: Vec<Option<Decimal>> =
        churn.iter().filter(|(on, _)| *on <= end_on).map(|(_, rate)| *rate).collect();
    let last = up_to.len().checked_sub(MONTHS)?;
    let sum = up_to[last..].iter().copied().sum::<Option<Decimal>>()?;
    sum.checked_div(Decimal::from(MONTHS))
}
