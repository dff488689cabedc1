//! From sums to the figures of each bucket, in the currency of a series.

use model::{Currency, Day};

use super::exchange::Term;
use super::scope::Selection;
use super::span::Span;
use super::tally::{Shape, Tally};
use super::{Group, MovementKind, Query, QueryError, Reporting, Unconverted, check_currency};
use crate::columns::Ledger;
use crate::fx::Rates;

const KINDS: usize = MovementKind::ALL.len();

/// All figures of one bucket. Converted ones are each rounded once.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) mrr_before: i64,
    pub(crate) mrr: i64,
    /// By kind of movement, losses negative.
    pub(crate) moved: [i64; KINDS],
    /// Lost by customers that were above 0 just before the bucket. Negative.
    pub(crate) lost: i64,
    /// MRR at the end of those customers.
    pub(crate) retained: i64,
    /// For each of them the smaller of MRR before and at the end.
    pub(crate) kept: i64,
    pub(crate) customers_before: i64,
    pub(crate) customers: i64,
    pub(crate) subscriptions: i64,
    pub(crate) movers: [i64; KINDS],
    pub(crate) churned_customers: i64,
}

#[derive(Debug)]
pub(super) struct FigureSeries {
    pub(super) currency: Currency,
    pub(super) group: Option<Group>,
    /// One a bucket.
    pub(super) figures: Vec<Figures>,
}

#[derive(Debug)]
pub(super) struct AllFigures {
    pub(super) span: Span,
    pub(super) rates_on: Option<Day>,
    pub(super) unconverted: Vec<Unconverted>,
    pub(super) series: Vec<FigureSeries>,
}

/// What becomes one series of the answer: the native series that it is made of, and where its customers are counted.
struct Part {
    currency: Currency,
    group: Option<Group>,
    series: Vec<u32>,
    counted: u32,
}

/// Computes every figure of a query. With `is_strict`, customers of currencies without a rate are not counted either.
pub(super) fn figures(
    ledger: &Ledger,
    rates: &Rates,
    query: &Query,
    is_strict: bool,
) -> Result<AllFigures, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let span = Span::of(query, ledger)?;
    let is_converted = query.currency != Reporting::Native;
    let selection = Selection { filter: &query.filter, by: query.by, is_converted, without: &[] };
    let all = Reader::new(ledger, rates, query, &span, selection)?;
    let unconverted = all.unconverted();
    let rates_on = all.shape.exchange.rates_on;
    let without = all.shape.exchange.unconvertible();
    let series = if is_strict && !without.is_empty() {
        let selection = Selection { without: &without, ..selection };
        Reader::new(ledger, rates, query, &span, selection)?.series(query.currency)?
    } else {
        all.series(query.currency)?
    };
    Ok(AllFigures { rates_on, unconverted, series, span: span.clone() })
}

/// The sums of a whole ledger.
struct Reader<'a> {
    shape: Shape<'a>,
    tally: Tally,
    span: &'a Span,
}

impl<'a> Reader<'a> {
    fn new(
        ledger: &Ledger,
        rates: &Rates,
        query: &Query,
        span: &'a Span,
        selection: Selection<'_>,
    ) -> Result<Self, QueryError> {
        let shape = Shape::new(ledger, rates, query, span, selection)?;
        Ok(Self { tally: shape.add_up(ledger), shape, span })
    }

    /// Series with anything in them; in one currency and without groups always the one.
    fn series(&self, reporting: Reporting) -> Result<Vec<FigureSeries>, QueryError> {
        let mut series = Vec::new();
        for part in self.parts(reporting) {
            let figures = self.figures(&part)?;
            let is_alone = part.group.is_none() && reporting != Reporting::Native;
            if is_alone || figures.iter().any(|figures| !figures.is_nothing()) {
                series.push(FigureSeries { currency: part.currency, group: part.group, figures });
            }
        }
        // The largest group first.
        let last = |series: &FigureSeries| series.figures.last().map_or(0, |figures| figures.mrr);
        series.sort_by_key(|one| {
            (one.currency, one.group.is_some().then(|| std::cmp::Reverse(last(one))), one.group.clone())
        });
        Ok(series)
    }

    fn parts(&self, reporting: Reporting) -> Vec<Part> {
        let scope = &self.shape.scope;
        let numbered = (0_u32..).zip(&scope.series);
        match reporting {
            Reporting::Native => numbered
                .map(|(index, key)| Part {
                    currency: scope.currency_of(index),
                    group: scope.groups[key.group as usize].clone(),
                    series: vec![index],
                    counted: index,
                })
                .collect(),
            Reporting::In(currency) => (0_u32..)
                .zip(&scope.groups)
                .map(|(counted, group)| {
                    let own = numbered.clone().filter(|(_, key)| key.group == counted);
                    Part {
                        currency,
                        group: group.clone(),
                        series: own.map(|(index, _)| index).collect(),
                        counted,
                    }
                })
                .collect(),
        }
    }

    fn figures(&self, part: &Part) -> Result<Vec<Figures>, QueryError> {
        let customers = self.shape.customers(&self.tally, part.counted);
        let subscriptions = self.shape.subscriptions(&self.tally, part.counted);
        let mut native: Vec<(u32, i64)> =
            part.series.iter().map(|series| (*series, self.shape.opening(&self.tally, *series))).collect();
        let mut mrr_before = self.total(&native, self.span.first.previous())?;
        let mut all = Vec::with_capacity(self.span.buckets.len());
        for bucket in 0..self.span.buckets.len() {
            let mut figures = Figures {
                mrr_before,
                customers_before: customers[bucket],
                customers: customers[bucket + 1],
                subscriptions: subscriptions[bucket + 1],
                churned_customers: self.shape.churned(&self.tally, part.counted, bucket),
                ..Figures::default()
            };
            self.movements(part, bucket, &mut figures)?;
            self.retention(&native, bucket, &mut figures)?;
            for (series, value) in &mut native {
                *value += self.change(*series, bucket);
            }
            figures.mrr = self.total(&native, self.span.end_of(bucket))?;
            mrr_before = figures.mrr;
            all.push(figures);
        }
        Ok(all)
    }

    fn movements(&self, part: &Part, bucket: usize, figures: &mut Figures) -> Result<(), QueryError> {
        for kind in MovementKind::ALL {
            figures.movers[kind as usize] = self.shape.movers(&self.tally, part.counted, bucket, kind);
            figures.moved[kind as usize] = self
                .over_slots(part, bucket, |series, slot| self.shape.moved(&self.tally, series, slot, kind))?;
        }
        figures.lost =
            self.over_slots(part, bucket, |series, slot| self.shape.lost(&self.tally, series, slot))?;
        Ok(())
    }

    /// Customers that did not move keep what they had, so only the others' sums have to be put in place of theirs.
    fn retention(
        &self,
        before: &[(u32, i64)],
        bucket: usize,
        figures: &mut Figures,
    ) -> Result<(), QueryError> {
        let start = self.span.buckets[bucket].start_on.previous();
        let end = self.span.end_of(bucket);
        let mut retained = Vec::with_capacity(before.len());
        let mut kept = Vec::with_capacity(before.len() * 3);
        for (series, value) in before {
            let currency = self.currency(*series);
            let moved = self.shape.retained(&self.tally, *series, bucket);
            let term = |day, amount_minor| Term { currency, day, amount_minor };
            let unmoved = value - moved.start_minor;
            retained.push(term(end, unmoved + moved.end_minor));
            let is_worth_less =
                self.shape.exchange.scale(currency, start) > self.shape.exchange.scale(currency, end);
            kept.push(term(if is_worth_less { end } else { start }, unmoved));
            kept.push(term(start, moved.kept_start_minor));
            kept.push(term(end, moved.kept_end_minor));
        }
        figures.retained = self.shape.exchange.sum(retained.into_iter())?;
        figures.kept = self.shape.exchange.sum(kept.into_iter())?;
        Ok(())
    }

    fn over_slots(
        &self,
        part: &Part,
        bucket: usize,
        amount: impl Fn(u32, usize) -> i64,
    ) -> Result<i64, QueryError> {
        let terms = part.series.iter().flat_map(|series| {
            let currency = self.currency(*series);
            let amount = &amount;
            self.shape.slots_of(bucket).map(move |(slot, day)| Term {
                currency,
                day,
                amount_minor: amount(*series, slot),
            })
        });
        self.shape.exchange.sum(terms)
    }

    /// What all movements of a bucket add to a series.
    fn change(&self, series: u32, bucket: usize) -> i64 {
        let of_slot = |slot| {
            MovementKind::ALL.iter().map(move |kind| self.shape.moved(&self.tally, series, slot, *kind))
        };
        self.shape.slots_of(bucket).flat_map(|(slot, _)| of_slot(slot)).sum()
    }

    fn total(&self, native: &[(u32, i64)], day: Day) -> Result<i64, QueryError> {
        let term = |(series, value): &(u32, i64)| Term {
            currency: self.currency(*series),
            day,
            amount_minor: *value,
        };
        self.shape.exchange.sum(native.iter().map(term))
    }

    fn currency(&self, series: u32) -> u32 {
        self.shape.scope.series[series as usize].currency
    }

    /// Currencies without a rate, with what they come to in the end.
    fn unconverted(&self) -> Vec<Unconverted> {
        let mut totals = std::collections::BTreeMap::new();
        for (series, key) in (0_u32..).zip(&self.shape.scope.series) {
            if self.shape.exchange.has(key.currency) {
                continue;
            }
            let buckets = 0..self.span.buckets.len();
            let change: i64 = buckets.map(|bucket| self.change(series, bucket)).sum();
            let total = totals.entry(self.shape.scope.currency_of(series)).or_insert(0_i64);
            *total += self.shape.opening(&self.tally, series) + change;
        }
        // Of a currency of which nothing is left nothing is missing.
        let left = totals.into_iter().filter(|(_, mrr_minor)| *mrr_minor != 0);
        left.map(|(currency, mrr_minor)| Unconverted { currency, mrr_minor }).collect()
    }
}

impl Figures {
    fn is_nothing(&self) -> bool {
        let Self { mrr_before, mrr, customers_before, customers, subscriptions, .. } = *self;
        [mrr_before, mrr, customers_before, customers, subscriptions].iter().all(|figure| *figure == 0)
            && self.movers.iter().all(|movers| *movers == 0)
    }

    pub(crate) fn moved(&self, kind: MovementKind) -> i64 {
        self.moved[kind as usize]
    }

    /// Customers with such a movement, each once.
    pub(crate) fn movers(&self, kind: MovementKind) -> i64 {
        self.movers[kind as usize]
    }

    /// What the movements leave over of the change: the rates moved.
    pub(super) fn fx(&self) -> i64 {
        self.mrr - self.mrr_before - self.moved.iter().sum::<i64>()
    }
}
