//! Answers as they are written: series of points.

use model::{Bucket, Currency, Day, Interval};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Serialize, Serializer};

use super::figures::{AllFigures, Figures};
use super::{MovementKind, Query, Reporting};
use crate::columns::Ledger;
use crate::fx::round_minor;
use crate::registry::MetricId;

/// Series of one metric. Whoever writes it adds how far the data reaches.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer<P> {
    pub metric: &'static str,
    pub interval: Interval,
    pub currency: Reporting,
    pub timezone: String,
    /// The day of the newest reference rate that was used; `None` where nothing was converted.
    pub rates_on: Option<Day>,
    /// What is in no series because its currency has no rate.
    pub unconverted: Vec<Unconverted>,
    pub series: Vec<Series<P>>,
}

/// The points of one currency, or of one group in one currency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series<P> {
    pub currency: Currency,
    pub group: Option<Group>,
    pub points: Vec<P>,
}

/// One of the parts that a breakdown makes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Group {
    /// What a filter names it by.
    pub key: String,
    pub label: String,
}

/// A currency without a rate on every day that was needed, with its own total at the end of the last period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Unconverted {
    pub currency: Currency,
    /// Of revenue metrics: the sum over the range.
    pub mrr_minor: i64,
}

/// MRR at the end of a period and what moved in it. Losses are negative; all movements and `fx_minor` add up to the
/// change since the end of the period before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MrrPoint {
    pub start_on: Day,
    /// The period's last day, also of the one that still runs.
    pub end_on: Day,
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
}

/// One number of one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ValuePoint {
    pub start_on: Day,
    pub end_on: Day,
    /// `None`: a ratio with nothing to divide by.
    pub value: Option<Value>,
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
    pub(super) fn of(
        metric: MetricId,
        ledger: &Ledger,
        query: &Query,
        figures: AllFigures,
        point: impl Fn(Bucket, &Figures) -> P,
    ) -> Self {
        let AllFigures { span, rates_on, unconverted, series } = figures;
        let points = |figures: &[Figures]| {
            span.buckets.iter().zip(figures).map(|(bucket, figures)| point(*bucket, figures)).collect()
        };
        let series = series.into_iter().map(|series| Series {
            points: points(&series.figures),
            currency: series.currency,
            group: series.group,
        });
        Self {
            metric: metric.as_str(),
            interval: query.interval,
            currency: query.currency,
            timezone: zone_name(ledger),
            rates_on,
            unconverted,
            series: series.collect(),
        }
    }
}

pub(super) fn zone_name(ledger: &Ledger) -> String {
    ledger.zone().iana_name().unwrap_or("UTC").to_owned()
}

impl MrrPoint {
    pub(super) fn new(bucket: Bucket, figures: &Figures) -> Self {
        let moved = |kind: MovementKind| figures.moved[kind as usize];
        let movers = |kind: MovementKind| figures.movers[kind as usize];
        Self {
            start_on: bucket.start_on,
            end_on: bucket.end_on,
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
        }
    }
}

impl Figures {
    /// A metric of the registry from the figures of a bucket. Revenue is not made of them.
    pub(super) fn value(&self, metric: MetricId) -> Option<Value> {
        let moved = |kind: MovementKind| self.moved[kind as usize];
        let gained =
            moved(MovementKind::New) + moved(MovementKind::Reactivation) + moved(MovementKind::Expansion);
        let lost = moved(MovementKind::Contraction) + moved(MovementKind::Churn);
        match metric {
            MetricId::Mrr => Some(Value::Minor(self.mrr)),
            MetricId::Arr => Some(Value::Minor(self.mrr * 12)),
            MetricId::ActiveCustomers => Some(Value::Count(self.customers)),
            MetricId::ActiveSubscriptions => Some(Value::Count(self.subscriptions)),
            MetricId::Arpa => quotient(self.mrr, self.customers).and_then(round_minor).map(Value::Minor),
            MetricId::NetNewMrr => Some(Value::Minor(self.mrr - self.mrr_before)),
            MetricId::MrrGrowthRate => ratio(self.mrr - self.mrr_before, self.mrr_before),
            MetricId::QuickRatio => ratio(gained, -lost),
            MetricId::CustomerChurnRate => ratio(self.churned_customers, self.customers_before),
            MetricId::GrossMrrChurnRate => ratio(-self.lost, self.mrr_before),
            MetricId::NetMrrChurnRate => ratio(self.mrr_before - self.retained, self.mrr_before),
            MetricId::NetRevenueRetention => ratio(self.retained, self.mrr_before),
            MetricId::GrossRevenueRetention => ratio(self.kept, self.mrr_before),
            MetricId::NetRevenue | MetricId::Refunds => None,
        }
    }
}

pub(super) fn ratio(numerator: i64, denominator: i64) -> Option<Value> {
    quotient(numerator, denominator).map(Value::Ratio)
}

/// `None` with nothing to divide by.
fn quotient(numerator: i64, denominator: i64) -> Option<Decimal> {
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
