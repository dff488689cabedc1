//! From sums to the figures of each bucket, in the currency of a series.

use std::sync::Arc;

use model::{Currency, Day};

use super::scope::{Scope, Selection};
use super::span::Span;
use super::tally::{Shape, Tally};
use super::{Group, MovementKind, Query, QueryError, Reporting, Unconverted, check_currency};
use crate::columns::Ledger;
use crate::fx::Rates;

const KINDS: usize = MovementKind::ALL.len();

/// All figures of one bucket.
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
    /// MRR and customers just before the bucket: the whole that churn and retention are a part of. What has no rate at
    /// the end of the bucket is in neither.
    pub(crate) base_mrr: i64,
    pub(crate) base_customers: i64,
    /// MRR at the end of the bucket, of what also has a rate just before it: what it has grown to.
    pub(crate) end_mrr: i64,
    /// Whether something has no rate at the end of the bucket, just before it, or on the day that it moved.
    pub(crate) lacks_rates: bool,
    pub(crate) lacked_rates: bool,
    pub(crate) moved_without_rates: bool,
    pub(crate) customers_before: i64,
    pub(crate) customers: i64,
    pub(crate) subscriptions: i64,
    pub(crate) movers: [i64; KINDS],
    pub(crate) churned_customers: i64,
    /// Of those: because payment failed.
    pub(crate) involuntary_customers: i64,
}

#[derive(Debug, Clone)]
pub(super) struct FigureSeries {
    pub(super) currency: Currency,
    pub(super) group: Option<Group>,
    /// What it is counted within.
    pub(super) counted: u32,
    /// One per bucket.
    pub(super) figures: Vec<Figures>,
}

#[derive(Debug, Clone)]
pub(super) struct AllFigures {
    pub(super) span: Span,
    pub(super) rates_on: Option<Day>,
    pub(super) unconverted: Vec<Unconverted>,
    pub(super) series: Vec<FigureSeries>,
    /// What was looked at.
    pub(super) scope: Arc<Scope>,
}

impl AllFigures {
    pub(super) fn points(&self) -> usize {
        self.series.iter().map(|series| series.figures.len()).sum()
    }

    /// Only those of a span's periods. `None`: they are not the last of these.
    pub(super) fn ending_as(mut self, span: &Span, reporting: Reporting) -> Option<Self> {
        let earlier = self.span.buckets.len().checked_sub(span.buckets.len())?;
        if self.span.buckets[earlier..] != span.buckets {
            return None;
        }
        for series in &mut self.series {
            series.figures.drain(..earlier);
        }
        self.series.retain(|one| one.is_shown(reporting));
        self.unconverted.retain(|one| span.buckets.first().is_some_and(|first| one.on >= first.end_on));
        self.span = span.clone();
        Some(self)
    }
}

/// What becomes one series of the answer.
pub(super) struct SeriesLabel {
    pub(super) currency: Currency,
    pub(super) group: Option<Group>,
    pub(super) counted: u32,
}

/// Computes every figure of a query.
pub(super) fn figures(
    ledger: &Ledger,
    rates: &Rates,
    query: &Query,
    span: &Span,
) -> Result<AllFigures, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let shape = Shape::new(ledger, rates, query, span, Selection::of(query))?;
    let reader = Reader { tally: shape.add_up(ledger)?, shape, span };
    Ok(AllFigures {
        rates_on: reader.shape.exchange.rates_on,
        unconverted: reader.unconverted(),
        series: reader.series(query.currency),
        scope: Arc::new(reader.shape.scope),
        span: span.clone(),
    })
}

/// Every series that a scope can have.
pub(super) fn parts(scope: &Scope, reporting: Reporting) -> Vec<SeriesLabel> {
    match reporting {
        Reporting::Native => (0_u32..)
            .zip(&scope.series)
            .map(|(counted, key)| SeriesLabel {
                currency: scope.currency_of(counted),
                group: scope.groups[key.group as usize].clone(),
                counted,
            })
            .collect(),
        Reporting::In(currency) => (0_u32..)
            .zip(&scope.groups)
            .map(|(counted, group)| SeriesLabel { currency, group: group.clone(), counted })
            .collect(),
    }
}

/// The sums of a whole ledger.
struct Reader<'a> {
    shape: Shape<'a>,
    tally: Tally,
    span: &'a Span,
}

impl Reader<'_> {
    /// Series with anything in them; in one currency and without groups always the one.
    fn series(&self, reporting: Reporting) -> Vec<FigureSeries> {
        let mut series = Vec::new();
        for part in parts(&self.shape.scope, reporting) {
            let figures = self.figures(part.counted);
            let SeriesLabel { currency, group, counted } = part;
            series.push(FigureSeries { currency, group, counted, figures });
        }
        series.retain(|one| one.is_shown(reporting));
        // The largest group first.
        let last = |series: &FigureSeries| series.figures.last().map_or(0, |figures| figures.mrr);
        series.sort_by_key(|one| {
            (one.currency, one.group.is_some().then(|| std::cmp::Reverse(last(one))), one.group.clone())
        });
        series
    }

    fn figures(&self, counted: u32) -> Vec<Figures> {
        let of_bucket = |bucket| Figures::of(&self.tally, &self.shape, counted, bucket);
        (0..self.span.buckets.len()).map(of_bucket).collect()
    }

    /// Currencies without a rate at the end of a period, as they were at the end of the last such.
    fn unconverted(&self) -> Vec<Unconverted> {
        let levels = self.shape.levels();
        let of_currency = |(index, currency): (usize, &Currency)| {
            let left_out = &self.tally.unconverted[index * levels..][..levels];
            let bucket = left_out[1..].iter().rposition(|one| *one != (0, 0))?;
            let (mrr_minor, customers) = left_out[bucket + 1];
            let on = self.span.end_of(bucket);
            Some(Unconverted { currency: *currency, mrr_minor, customers, on })
        };
        self.shape.scope.currencies.iter().enumerate().filter_map(of_currency).collect()
    }
}

impl FigureSeries {
    /// Whether there is anything in it; in one currency and without groups it is the only one.
    fn is_shown(&self, reporting: Reporting) -> bool {
        let is_alone = self.group.is_none() && reporting != Reporting::Native;
        is_alone || self.figures.iter().any(|figures| !figures.is_nothing())
    }
}

impl Figures {
    /// Those of one bucket of what is counted together.
    pub(super) fn of(tally: &Tally, shape: &Shape<'_>, counted: u32, bucket: usize) -> Self {
        let level = shape.at_level(counted, None) + bucket;
        let (before, end) = (tally.levels[level], tally.levels[level + 1]);
        let cell = tally.cells[shape.at_bucket(counted, bucket)];
        Self {
            mrr_before: before.mrr,
            mrr: end.mrr,
            moved: cell.moved,
            lost: cell.lost,
            retained: cell.retained,
            kept: cell.kept,
            base_mrr: cell.base_mrr,
            base_customers: cell.base_customers,
            end_mrr: cell.end_mrr,
            lacks_rates: end.left_out > 0,
            lacked_rates: before.left_out > 0,
            moved_without_rates: cell.left_out > 0,
            customers_before: before.active,
            customers: end.active,
            subscriptions: end.subscriptions,
            movers: cell.movers,
            churned_customers: cell.churned,
            involuntary_customers: cell.involuntary,
        }
    }

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
    pub(crate) fn fx(&self) -> i64 {
        self.mrr - self.mrr_before - self.moved.iter().sum::<i64>()
    }
}
