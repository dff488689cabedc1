//! Which values of cohorts lack an amount, because there is no exchange rate for it.
//!
//! Nearly every account has all rates, and then nothing here looks at anybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Currency;
use rayon::prelude::*;

use super::adding::Scratch;
use super::groups::{largest, other};
use super::{Cells, CohortKey, CohortValue, Question};
use crate::columns::Chunk;
use crate::query::Group;
use crate::query::exchange::TooLarge;
use crate::query::tally::Lines;
use crate::query::walk::WalkRange;
use crate::query::{QueryError, scope::LEFT_OUT};

/// By currency, group and cohort: whether each of the values lacks something. Those that lack nothing are not there.
pub(super) type Lacking = BTreeMap<(Currency, Option<Group>), BTreeMap<usize, Vec<bool>>>;

/// The cohort of a customer, and from which to which of its periods something is missing.
type Gap = (CohortKey, std::ops::Range<usize>);

impl Question<'_> {
    /// Looks at the customers who have anything in a currency that has no rate at some time.
    pub(super) fn lacking(&self, cells: &Cells) -> Result<Lacking, QueryError> {
        let rateless = self.rateless();
        if !rateless.contains(&true) {
            return Ok(Lacking::new());
        }
        let chunks = self.ledger.chunks().par_iter();
        let gaps: Result<Vec<Vec<Gap>>, TooLarge> =
            chunks.map(|chunk| self.gaps_of_chunk(chunk, &rateless)).collect();
        let gaps = gaps.map_err(|too_large| self.shape.exchange.refused(too_large))?;
        let shown = largest(cells);
        let mut lacking = Lacking::new();
        for (key, periods) in gaps.into_iter().flatten() {
            let group = self.groups.named[key.group as usize].clone();
            let group = match &shown {
                Some(shown) if !shown.contains(&group) => Some(other()),
                _ => group,
            };
            let cohorts = lacking.entry((self.currency_at(key), group)).or_default();
            let marks = cohorts.entry(key.cohort).or_default();
            marks.resize(marks.len().max(self.shape.span.buckets.len() - key.cohort), false);
            marks[periods].fill(true);
        }
        Ok(lacking)
    }

    /// By the number of the currency: whether there is a period whose end, or for money a day, has no rate for it.
    fn rateless(&self) -> Vec<bool> {
        if self.what == CohortValue::Revenue {
            let currencies = 0..self.money.0.len();
            return currencies.map(|currency| !self.money.1.is_steady(super::number(currency))).collect();
        }
        let periods = self.shape.span.buckets.len();
        self.factors.chunks(periods.max(1)).map(|own| own.iter().any(Option::is_none)).collect()
    }

    fn gaps_of_chunk(&self, chunk: &Arc<Chunk>, rateless: &[bool]) -> Result<Vec<Gap>, TooLarge> {
        let (mut table, mut scratch) = (self.table(), Scratch::default());
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for customer in 0..chunk.customer_count() {
            if !self.may_lack(chunk, customer, rateless) {
                continue;
            }
            self.add(&mut table, &mut scratch, (chunk, customer))?;
            table.take_each(|key, _, changes| {
                if !self.is_asked(key.cohort) {
                    return;
                }
                match self.what {
                    CohortValue::Revenue => {
                        let from = self.first_lacking(chunk, customer, key.cohort + changes.len());
                        let from = from.map(|bucket| bucket.saturating_sub(key.cohort));
                        found.extend(from.map(|from| (key, from..changes.len())));
                    }
                    CohortValue::Customers | CohortValue::Mrr => {
                        let periods = self.lacking_ends((chunk, customer), key.cohort, &mut lines);
                        found.extend(periods.into_iter().map(|period| (key, period..period + 1)));
                    }
                }
            });
        }
        Ok(found)
    }

    /// Whether anything of a customer may be in a currency without a rate: nearly everybody has one plan and pays in one
    /// currency, which says so.
    fn may_lack(&self, chunk: &Chunk, customer: usize, rateless: &[bool]) -> bool {
        if self.what == CohortValue::Revenue {
            let currency = |currency| self.money.0.binary_search(&currency).ok();
            let own = chunk.revenue(customer, self.shape.span.now);
            return own.is_none_or(|own| currency(own.currency).is_some_and(|currency| rateless[currency]));
        }
        let scope = &self.shape.scope;
        let Some(country) = scope.country(chunk.country(customer)) else { return false };
        let outline = chunk.daily(customer).outline;
        let Some(plan) = outline.plan().filter(|_| outline.is_of_one_subscription) else { return true };
        let target = scope.target(plan, country);
        let currency = (target.series != LEFT_OUT).then(|| scope.series[target.series as usize].currency);
        currency.is_some_and(|currency| rateless[currency as usize])
    }

    /// After how many periods the customer is worth something that can't be converted then.
    fn lacking_ends(
        &self,
        (chunk, customer): (&Chunk, usize),
        cohort: usize,
        lines: &mut Lines,
    ) -> Vec<usize> {
        let (scope, span) = (&self.shape.scope, self.shape.span);
        let Some(country) = scope.country(chunk.country(customer)) else { return Vec::new() };
        let range = WalkRange { first: span.first, last: span.last, now: span.now };
        lines.read_customer(chunk, customer, country, scope, range);
        let mut found = vec![false; span.buckets.len() - cohort];
        for (line, changes) in lines.each() {
            let currency = scope.series[line.series as usize].currency;
            let (mut value, mut changes) = (line.opening, changes.peekable());
            for (period, lacks) in found.iter_mut().enumerate() {
                let end = span.end_of(cohort + period);
                while let Some(change) = changes.next_if(|change| change.day <= end) {
                    value = change.after;
                }
                *lacks |= value != 0 && self.factor_at(currency, cohort + period).is_none();
            }
        }
        (0..found.len()).filter(|period| found[*period]).collect()
    }

    /// The period before `until` from which on what a customer paid lacks something.
    fn first_lacking(&self, chunk: &Chunk, customer: usize, until: usize) -> Option<usize> {
        let span = self.shape.span;
        let money = chunk.money(customer);
        let rows = 0..money.so_far(span.end_of(until - 1), span.now);
        let mut lacking = rows.filter(|row| {
            let is_revenue = money.kind[*row].revenue_sign().is_some() && money.amount_minor[*row] != 0;
            let currency = self.money.0.binary_search(&money.currency[*row]).ok();
            let has_rate =
                |currency| self.money.1.factor_on(super::number(currency), money.days[*row]).is_some();
            is_revenue && currency.is_some_and(|currency| !has_rate(currency))
        });
        lacking.next().map(|row| span.bucket(money.days[row]))
    }
}
