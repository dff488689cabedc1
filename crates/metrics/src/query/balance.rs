//! What moved the balance, by the day it did.

use rayon::prelude::*;

use super::moved::{Amount, Cells, Kinds, Sums, asked};
use super::span::Span;
use super::{Answer, Query, QueryError, Value, ValuePoint};
use crate::columns::{BalanceMonth, BalanceRow, Ledger};
use crate::fx::Rates;
use crate::registry::Metric;

/// What a transaction adds to a metric.
pub(crate) type Adds = fn(&BalanceRow<'_>) -> i64;

/// A metric of the balance, one value per point.
///
/// # Errors
/// When the query names what a balance transaction does not have, is empty, or has too many points.
pub(super) fn balance(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    adds: Adds,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    let months = ledger.balance().months();
    let currencies = asked(months.iter().flat_map(|month| month.currencies()).copied(), query);
    let cells = Cells::new(ledger, rates, query, span, currencies, vec![None])?;
    let summing = Summing { ledger, span, cells: &cells, adds };
    let months = months.par_iter().filter(|month| is_asked(ledger, span, month));
    let sums = months.fold(|| cells.empty(), |sums, month| summing.with_month(sums, month));
    let sums = sums.reduce(|| cells.empty(), Sums::merged);
    cells.check(&sums)?;
    Ok(cells.answer((metric, Kinds::ALL), ledger, &sums, |minor| Some(Value::Minor(*minor))))
}

/// Whether a month has transactions of a span.
pub(super) fn is_asked(ledger: &Ledger, span: &Span, month: &BalanceMonth) -> bool {
    let day = |at| ledger.calendar().day(at);
    month
        .reach()
        .is_some_and(|(first, last)| first <= span.now && day(first) <= span.last && day(last) >= span.first)
}

struct Summing<'a> {
    ledger: &'a Ledger,
    span: &'a Span,
    cells: &'a Cells<'a>,
    adds: Adds,
}

impl Summing<'_> {
    fn with_month(&self, mut sums: Sums<i64>, month: &BalanceMonth) -> Sums<i64> {
        for row in month.rows() {
            let day = self.ledger.calendar().day(row.at);
            if day > self.span.last || row.at > self.span.now {
                break;
            }
            let Some(currency) = self.cells.place(row.currency) else { continue };
            if day >= self.span.first {
                let amount = Amount { group: 0, currency, day, kind: Kinds::ALL, minor: (self.adds)(&row) };
                self.cells.add(&mut sums, amount, |sum, minor| *sum = sum.saturating_add(minor));
            }
        }
        sums
    }
}
