//! How things stand now, against the end of last month.

use model::{Currency, Day, UnixSeconds};
use serde::Serialize;

use super::{Filter, QueryError, Unconverted, Value};
use crate::columns::Ledger;
use crate::fx::Rates;

/// Everything in one currency. What is "of the month" is of the running one, up to now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    pub currency: Currency,
    pub mrr: SummaryMrr,
    pub arr_minor: i64,
    pub arpa_minor: Option<i64>,
    pub active_customers: i64,
    pub active_subscriptions: i64,
    /// Of the month; `None` with a filter that revenue does not have.
    pub net_revenue_minor: Option<i64>,
    pub refunds_minor: Option<i64>,
    /// Of the month.
    pub customer_churn_rate: Option<Value>,
    /// The first day of the running month.
    pub month_on: Day,
    /// The last day of the month before.
    pub compared_with_on: Day,
    pub rates_on: Option<Day>,
    pub unconverted: Vec<Unconverted>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SummaryMrr {
    pub value_minor: i64,
    pub before_minor: i64,
    pub change_minor: i64,
    pub change_ratio: Option<Value>,
}

/// The figures of now in one currency.
///
/// # Errors
/// When an amount is too large to be written.
pub fn summary(
    _ledger: &Ledger,
    _rates: &Rates,
    _currency: Currency,
    _filter: &Filter,
    _now: UnixSeconds,
) -> Result<Summary, QueryError> {
    unimplemented!("in a minute")
}
