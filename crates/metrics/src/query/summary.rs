//! The current figures, compared with the end of last month.

use model::{Currency, Day, Interval, UnixSeconds, WeekStart};
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::figures;
use super::span::Span;
use super::{Filter, MoneyFigures, Query, QueryError, Reporting, Unconverted, Value, money};
use crate::columns::Ledger;
use crate::fx::Rates;
use crate::ledger::MoneyKind;
use crate::registry::net_revenue;

/// Everything in one currency. "The month" is the running one, up to now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Summary {
    #[schema(value_type = String)]
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
    #[schema(value_type = Option<f64>)]
    pub customer_churn_rate: Option<Value>,
    /// The first day of the running month.
    #[schema(value_type = String, format = Date)]
    pub month_on: Day,
    /// The last day of the month before.
    #[schema(value_type = String, format = Date)]
    pub compared_with_on: Day,
    #[schema(value_type = Option<String>, format = Date)]
    pub rates_on: Option<Day>,
    pub unconverted: Vec<Unconverted>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SummaryMrr {
    pub value_minor: i64,
    pub before_minor: i64,
    pub change_minor: i64,
    /// The growth rate: of what has an exchange rate on both days.
    #[schema(value_type = Option<f64>)]
    pub change_ratio: Option<Value>,
}

/// The figures of now in one currency.
///
/// # Errors
/// When an amount is too large to be written.
pub fn summary(
    ledger: &Ledger,
    rates: &Rates,
    currency: Currency,
    filter: &Filter,
    now: UnixSeconds,
) -> Result<Summary, QueryError> {
    let today = ledger.calendar().day(now);
    let query = Query {
        from: Interval::Month.bucket(today, WeekStart::default()).start_on,
        to: today,
        interval: Interval::Month,
        week_start: WeekStart::default(),
        currency: Reporting::In(currency),
        filter: filter.clone(),
        by: None,
        within_days: None,
        now,
    };
    let all = figures(ledger, rates, &query, &Span::of(&query, ledger)?)?;
    let now = all.series.first().and_then(|series| series.figures.last()).copied().unwrap_or_default();
    let money = of_month(ledger, rates, &query)?;
    let month_on = all.span.first;
    let arpa_minor = match Value::mean(now.mrr, now.customers) {
        Some(Value::Minor(amount)) => Some(amount),
        _ => None,
    };
    Ok(Summary {
        currency,
        mrr: SummaryMrr {
            value_minor: now.mrr,
            before_minor: now.mrr_before,
            change_minor: now.mrr - now.mrr_before,
            change_ratio: Value::ratio(now.end_mrr - now.base_mrr, now.base_mrr),
        },
        arr_minor: now.mrr * 12,
        arpa_minor,
        active_customers: now.customers,
        active_subscriptions: now.subscriptions,
        net_revenue_minor: money.as_ref().map(net_revenue),
        refunds_minor: money.map(|money| money.minor(MoneyKind::Refund)),
        customer_churn_rate: Value::ratio(now.churned_customers, now.base_customers),
        month_on,
        compared_with_on: month_on.previous(),
        rates_on: all.rates_on,
        unconverted: all.unconverted,
    })
}

/// What moved in the running month; `None` where the filter is one that money does not have.
fn of_month(ledger: &Ledger, rates: &Rates, query: &Query) -> Result<Option<MoneyFigures>, QueryError> {
    match money::total(ledger, rates, query) {
        Err(QueryError::UnknownDimension { .. }) => Ok(None),
        total => total.map(Some),
    }
}
