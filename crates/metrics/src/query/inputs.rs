//! What answers are computed from: a ledger and rates, and what has been added up of them for another answer.

use std::sync::Arc;

use super::figures::{self, AllFigures};
use super::money::{self, MoneyFigures};
use super::moved::Sums;
use super::span::Span;
use super::{Query, QueryError};
use crate::answers::{AnswerKey, Answers};
use crate::columns::Ledger;
use crate::fx::Rates;

/// A ledger and rates. Many metrics are made of the same sums; those of a query are computed once where they can be
/// remembered.
#[derive(Debug, Clone, Copy)]
pub struct QueryInputs<'a> {
    pub ledger: &'a Ledger,
    pub rates: &'a Rates,
    pub answers: Option<&'a Answers>,
}

impl<'a> QueryInputs<'a> {
    /// Nothing is remembered.
    pub fn new(ledger: &'a Ledger, rates: &'a Rates) -> Self {
        Self { ledger, rates, answers: None }
    }

    /// The figures of the periods of a query.
    pub(super) fn figures(self, query: &Query, span: &Span) -> Result<AllFigures, QueryError> {
        let make = || figures::figures(self.ledger, self.rates, query, span);
        // They are some twenty numbers each.
        let points = |all: &Arc<AllFigures>| all.points() * 2;
        match self.remembered("figures", query, span, points, || make().map(Arc::new)) {
            Some(all) => all.map(|all| AllFigures::clone(&all)),
            None => make(),
        }
    }

    /// The money of the periods of a query, as a shape made of it adds it up.
    pub(super) fn money(
        self,
        query: &Query,
        span: &Span,
        shape: &money::MoneyShape<'_>,
    ) -> Result<Arc<Sums<MoneyFigures>>, QueryError> {
        let make = || shape.add_up().map(Arc::new);
        let points = |sums: &Arc<Sums<MoneyFigures>>| sums.cells.len() * 2;
        self.remembered("money", query, span, points, make).unwrap_or_else(make)
    }

    /// `None` where nothing is remembered.
    fn remembered<T: Clone + Send + Sync + 'static>(
        self,
        name: &str,
        query: &Query,
        span: &Span,
        points: impl FnOnce(&T) -> usize,
        make: impl FnOnce() -> Result<T, QueryError>,
    ) -> Option<Result<T, QueryError>> {
        // Only the periods that a query says by itself are remembered.
        let answers = self.answers?;
        let is_own = Span::of(query, self.ledger).is_ok_and(|own| own.buckets == span.buckets);
        let key = AnswerKey::new(name, &Query { within_days: None, ..query.clone() });
        is_own.then(|| answers.answer(self.ledger, key, query.now, points, make))
    }
}
