//! Answers as they are written: series of points.

use model::{Currency, Day, Interval};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::figures::{AllFigures, Figures, SeriesLabel, parts};
use super::scope::Scope;
use super::span::{Cut, Span};
use super::{MovementKind, Query, Reporting};
use crate::columns::Ledger;
use crate::fx::round_minor;
use crate::registry::Metric;

/// Series of one metric. Whoever writes it adds how far the data reaches.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Answer<P> {
    pub metric: &'static str,
    #[schema(value_type = String)]
    pub interval: Interval,
    /// `native` or a currency.
    #[schema(value_type = String)]
    pub currency: Reporting,
    pub timezone: String,
    /// The day of the oldest reference rate in the figures at the end of the range; `None` where nothing was converted.
    #[schema(value_type = Option<String>, format = Date)]
    pub rates_on: Option<Day>,
    /// What is in no series because its currency has no rate.
    pub unconverted: Vec<Unconverted>,
    pub series: Vec<Series<P>>,
}

/// The points of one currency, or of one group in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Series<P> {
    #[schema(value_type = String)]
    pub currency: Currency,
    pub group: Option<Group>,
    pub points: Vec<P>,
}

/// One of the parts that a breakdown makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ToSchema)]
pub struct Group {
    /// What a filter names it by.
    pub key: String,
    pub label: String,
}

/// What is in no figure, because its currency has no rate: in its own currency, as it was at the end of the last period
/// that lacks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unconverted {
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Of revenue metrics: the sum over the range.
    pub mrr_minor: i64,
    pub customers: i64,
    #[schema(value_type = String, format = Date)]
    pub on: Day,
}

/// MRR at the end of a period and what moved in it. Losses are negative; all movements and `fx_minor` add up to the
/// change since the end of the period before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MrrPoint {
    #[schema(value_type = String, format = Date)]
    pub start_on: Day,
    /// The last day that is in it: of the period that still runs, today.
    #[schema(value_type = String, format = Date)]
    pub end_on: Day,
    /// Less than a whole period: the range begins or ends within it, or it still runs.
    pub is_partial: bool,
    /// `mrr_minor`, by the name that the value of every metric has.
    pub value: i64,
    pub mrr_minor: i64,
    pub customers: i64,
    pub subscriptions: i64,
    pub new_minor: i64,
    pub expansion_minor: i64,
    pub contraction_minor: i64,
    pub churn_minor: i64,
    pub reactivation_minor: i64,
    pub fx_minor: i64,
    pub new_customers: i64,
    pub expansion_customers: i64,
    pub contraction_customers: i64,
    pub churn_customers: i64,
    pub reactivation_customers: i64,
    /// Something is not in the MRR at its end, because it could not be converted. Left out where it lacks nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub lacks_rates: bool,
}

/// One number of one period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ValuePoint {
    #[schema(value_type = String, format = Date)]
    pub start_on: Day,
    #[schema(value_type = String, format = Date)]
    pub end_on: Day,
    /// Less than a whole period: the range begins or ends within it, or it still runs.
    pub is_partial: bool,
    /// `None`: a ratio with nothing to divide by.
    #[schema(value_type = Option<f64>)]
    pub value: Option<Value>,
    /// Something is not in it, because it could not be converted: what is compared with a point that has all of it, or
    /// lacks something else, would differ by more than what happened. Left out where it lacks nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub lacks_rates: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// Smallest units of the series' currency.
    Minor(i64),
    Count(i64),
    /// Written as a number with six decimals.
    Ratio(Decimal),
}

impl<P> Answer<P> {
    /// How many points it has.
    pub(crate) fn points(&self) -> usize {
        self.series.iter().map(|series| series.points.len()).sum()
    }

    pub(super) fn of(
        metric: &'static str,
        ledger: &Ledger,
        query: &Query,
        figures: AllFigures,
        point: impl Fn(Cut, &Figures) -> P,
    ) -> Self {
        Self::of_series(metric, ledger, query, figures, |_, all| {
            all.iter().map(|(bucket, figures)| point(*bucket, figures)).collect()
        })
    }

    /// With the points of each series made at once, by what it is counted within.
    pub(super) fn of_series(
        metric: &'static str,
        ledger: &Ledger,
        query: &Query,
        figures: AllFigures,
        mut points: impl FnMut(u32, &[(Cut, Figures)]) -> Vec<P>,
    ) -> Self {
        let AllFigures { span, rates_on, unconverted, series, .. } = figures;
        let series = series.into_iter().map(|series| {
            let dated: Vec<(Cut, Figures)> = span.buckets.iter().copied().zip(series.figures).collect();
            Series { points: points(series.counted, &dated), currency: series.currency, group: series.group }
        });
        Self { rates_on, unconverted, ..Self::native(metric, ledger, query, series.collect()) }
    }

    /// Of series in which nothing was converted.
    pub(super) fn native(
        metric: &'static str,
        ledger: &Ledger,
        query: &Query,
        series: Vec<Series<P>>,
    ) -> Self {
        Self {
            metric,
            interval: query.interval,
            currency: query.currency,
            timezone: zone_name(ledger),
            rates_on: None,
            unconverted: Vec::new(),
            series,
        }
    }
}

/// Every series that a scope can have, from a cell for each bucket of what it counts within. A group of which nothing is in
/// any cell is left out. `lacking` says beside the cells which of them lack something for want of a rate; it is empty where
/// none does.
pub(super) fn series_of_cells<C>(
    (scope, span, reporting): (&Scope, &Span, Reporting),
    cells: &[C],
    lacking: &[bool],
    value: impl Fn(&C) -> Option<Value>,
    is_something: impl Fn(&C) -> bool,
) -> Vec<Series<ValuePoint>> {
    let buckets = span.buckets.len();
    let series = parts(scope, reporting).into_iter().filter_map(|part| {
        let SeriesLabel { currency, group, counted } = part;
        let first = counted as usize * buckets;
        let own = &cells[first..][..buckets];
        let is_shown = group.is_none() || own.iter().any(&is_something);
        let lacks = |index: usize| lacking.get(first + index).copied().unwrap_or(false);
        let points = span.buckets.iter().zip(own).enumerate().map(|(index, (bucket, cell))| ValuePoint {
            lacks_rates: lacks(index),
            ..ValuePoint::new(*bucket, value(cell))
        });
        is_shown.then(|| Series { currency, group, points: points.collect() })
    });
    series.collect()
}

impl ValuePoint {
    pub(super) fn new(bucket: Cut, value: Option<Value>) -> Self {
        let Cut { start_on, end_on, is_partial } = bucket;
        Self { start_on, end_on, is_partial, value, lacks_rates: false }
    }

    /// Of a metric of recurring value.
    pub(super) fn of(metric: &Metric, bucket: Cut, value: Option<Value>, figures: &Figures) -> Self {
        // A lifetime goes by churn alone, which is of two days.
        let lacks_rates = match metric.terms {
            [] => figures.lacks_rates || figures.lacked_rates,
            terms => terms.iter().any(|term| term.lacks_rates(figures)),
        };
        Self { lacks_rates, ..Self::new(bucket, value) }
    }
}

pub(super) fn zone_name(ledger: &Ledger) -> String {
    ledger.zone().iana_name().unwrap_or("UTC").to_owned()
}

impl MrrPoint {
    pub(super) fn new(bucket: Cut, figures: &Figures) -> Self {
        let moved = |kind| figures.moved(kind);
        let movers = |kind| figures.movers(kind);
        Self {
            start_on: bucket.start_on,
            end_on: bucket.end_on,
            is_partial: bucket.is_partial,
            value: figures.mrr,
            mrr_minor: figures.mrr,
            customers: figures.customers,
            subscriptions: figures.subscriptions,
            new_minor: moved(MovementKind::New),
            expansion_minor: moved(MovementKind::Expansion),
            contraction_minor: moved(MovementKind::Contraction),
            churn_minor: moved(MovementKind::Churn),
            reactivation_minor: moved(MovementKind::Reactivation),
            fx_minor: figures.fx(),
            new_customers: movers(MovementKind::New),
            expansion_customers: movers(MovementKind::Expansion),
            contraction_customers: movers(MovementKind::Contraction),
            churn_customers: movers(MovementKind::Churn),
            reactivation_customers: movers(MovementKind::Reactivation),
            lacks_rates: figures.lacks_rates,
        }
    }
}

impl Value {
    pub(crate) fn ratio(numerator: i64, denominator: i64) -> Option<Self> {
        quotient(numerator, denominator).map(Self::Ratio)
    }

    /// Money, rounded half away from zero.
    pub(crate) fn rounded(minor: Decimal) -> Option<Self> {
        round_minor(minor).map(Self::Minor)
    }

    /// Money shared out, rounded half away from zero.
    pub(crate) fn mean(minor: i64, count: i64) -> Option<Self> {
        quotient(minor, count).and_then(round_minor).map(Self::Minor)
    }
}

/// `None` with nothing to divide by.
pub(super) fn quotient(numerator: i64, denominator: i64) -> Option<Decimal> {
    Decimal::from(numerator).checked_div(Decimal::from(denominator))
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Minor(number) | Self::Count(number) => serializer.serialize_i64(*number),
            Self::Ratio(ratio) => ratio.round_dp(6).to_f64().serialize(serializer),
        }
    }
}
