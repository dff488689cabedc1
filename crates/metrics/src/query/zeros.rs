//! What nothing comes to. With native currencies, the series of a currency that nothing matches would be missing: the
//! figure of a currency that an account bills in is then zero, and not unknown.

use std::collections::BTreeSet;

use model::Currency;

use super::figures::Figures;
use super::money::MoneyFigures;
use super::span::{Cut, Span};
use super::trials::TrialFigures;
use super::{Answer, MrrPoint, Query, QueryError, Reporting, Series, Value, ValuePoint};
use crate::columns::Ledger;
use crate::registry::{Compute, Metric};

/// An answer about MRR with zeros in each billed currency that is not in it.
///
/// # Errors
/// As of the answer.
pub(crate) fn mrr_with_zeros(
    ledger: &Ledger,
    query: &Query,
    answer: Answer<MrrPoint>,
) -> Result<Answer<MrrPoint>, QueryError> {
    let cuts = Span::of(query, ledger)?.buckets;
    let zero = |cut| MrrPoint::new(cut, &Figures::default());
    Ok(answer.with_zeros(ledger, query, &cuts, |_| true, zero))
}

/// The same of any metric. A ratio, which then has nothing to divide by, is none. The balance is not kept in every
/// currency that is billed: of it only the account's own currency has zeros.
///
/// # Errors
/// As of the answer.
pub(crate) fn value_with_zeros(
    ledger: &Ledger,
    metric: &Metric,
    query: &Query,
    own: Currency,
    answer: Answer<ValuePoint>,
) -> Result<Answer<ValuePoint>, QueryError> {
    let span = if metric.looks_ahead { Span::ahead(query, ledger)? } else { Span::of(query, ledger)? };
    let today = ledger.calendar().day(query.now);
    let value = |cut: Cut| match metric.compute {
        Compute::Recurring(compute) => compute(&Figures::default()),
        Compute::Trials(compute) => compute(&TrialFigures::default()),
        Compute::Money(compute) => compute(&MoneyFigures::default()),
        Compute::Lifetime(_) => None,
        // It is known of now alone.
        Compute::Committed => (cut.end_on == today).then_some(Value::Minor(0)),
        Compute::Apart(_) | Compute::Scheduled | Compute::Balance(_) => Some(Value::Minor(0)),
    };
    let is_own = |currency| currency == own || !matches!(metric.compute, Compute::Balance(_));
    let zero = |cut| ValuePoint::new(cut, value(cut));
    Ok(answer.with_zeros(ledger, query, &span.buckets, is_own, zero))
}

impl<P> Answer<P> {
    fn with_zeros(
        mut self,
        ledger: &Ledger,
        query: &Query,
        cuts: &[Cut],
        is_asked: impl Fn(Currency) -> bool,
        zero: impl Fn(Cut) -> P,
    ) -> Self {
        if query.currency != Reporting::Native || query.by.is_some() {
            return self;
        }
        for currency in billed(ledger).into_iter().filter(|currency| is_asked(*currency)) {
            let is_there = self.series.iter().any(|series| series.currency == currency);
            if !is_there && query.filter.has_currency(currency) {
                let points = cuts.iter().map(|cut| zero(*cut)).collect();
                self.series.push(Series { currency, group: None, points });
            }
        }
        self.series.sort_by_key(|series| series.currency);
        self
    }
}

/// The currencies that anything was billed in, in order.
fn billed(ledger: &Ledger) -> BTreeSet<Currency> {
    let plans = ledger.catalog().plans();
    let mut used = vec![false; plans.len()];
    for (plan, _) in ledger.chunks().iter().flat_map(|chunk| chunk.plans()) {
        used[*plan as usize] = true;
    }
    plans.iter().zip(used).filter(|(_, used)| *used).map(|(plan, _)| plan.currency).collect()
}
