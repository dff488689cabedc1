//! Answers as they are written: series of points.

use model::{Currency, Day, Interval};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Serialize, Serializer};

use super::Reporting;

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

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Minor(number) | Self::Count(number) => serializer.serialize_i64(*number),
            Self::Ratio(ratio) => ratio.round_dp(6).to_f64().serialize(serializer),
        }
    }
}
