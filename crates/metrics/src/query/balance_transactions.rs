//! Balance transactions one by one: what a figure of the balance is the sum of.

use std::sync::Arc;

use model::{BalanceCategory, Currency, Day, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::balance::is_asked;
use super::exchange::Factor;
use super::paging::newest_first;
use super::span::Span;
use super::{Query, QueryError, Reporting, check_currency, check_dimensions};
use crate::columns::{BalanceMonth, BalanceRow, Ledger};
use crate::fx::Rates;
use crate::registry::{Compute, Metric};

#[derive(Debug, Clone)]
pub struct BalanceTransactionsQuery {
    /// Its interval and breakdown do not matter: its range is the period.
    pub query: Query,
    pub cursor: Option<String>,
    pub limit: usize,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = BalanceTransactions)]
pub struct BalanceTransactionPage {
    pub data: Vec<BookedTransaction>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
}

/// A balance transaction, and what it adds to a metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BookedTransaction {
    /// The provider's id.
    pub id: String,
    /// The provider's id of the charge, refund, dispute or payout that it was made for.
    pub source: Option<String>,
    #[schema(value_type = String)]
    pub category: BalanceCategory,
    #[schema(value_type = i64)]
    pub created_at: UnixSeconds,
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    /// The balance's.
    #[schema(value_type = String)]
    pub currency: Currency,
    pub amount_minor: i64,
    pub fee_minor: i64,
    pub net_minor: i64,
    /// In the same currency. All transactions add up to the value.
    pub counted_minor: i64,
    /// In the reporting currency at the rate of its day; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub converted_minor: Option<i64>,
}

/// A page of the balance transactions that a metric's value is the sum of.
///
/// # Errors
/// As of the metric; and when it is not a sum of balance transactions, or the cursor is not one of this list.
pub fn balance_transactions(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    asked: &BalanceTransactionsQuery,
) -> Result<BalanceTransactionPage, QueryError> {
    let Compute::Balance(adds) = metric.compute else { return Err(QueryError::NotOfBalance(metric.id)) };
    let query = &Query { by: None, ..asked.query.clone() };
    check_dimensions(metric.id, metric.dimensions, query)?;
    check_currency(ledger, rates, query.currency)?;
    let span = Span::whole(query, ledger, metric.looks_ahead)?;
    let counted = |row: &BalanceRow<'_>| {
        let day = ledger.calendar().day(row.at);
        let is_asked = row.at <= span.now
            && (span.first..=span.last).contains(&day)
            && (query.filter.currencies.is_empty() || query.filter.currencies.contains(&row.currency));
        Some(adds(row)).filter(|minor| is_asked && *minor != 0)
    };
    let months = ledger.balance().months().par_iter().filter(|month| is_asked(ledger, &span, month));
    let found: Vec<(BalanceRow<'_>, i64)> = months
        .flat_map_iter(|month: &Arc<BalanceMonth>| {
            month.rows().filter_map(|row| counted(&row).map(|minor| (row, minor)))
        })
        .collect();
    let total = found.len();
    let (found, next_cursor) =
        newest_first(found, asked.cursor.as_deref(), asked.limit, |(row, _)| (row.at, row.id))?;
    let shown = |(row, minor): &(BalanceRow<'_>, i64)| {
        let on = ledger.calendar().day(row.at);
        let factor = match query.currency {
            Reporting::Native => None,
            Reporting::In(target) => Factor::of(rates, on, row.currency, target),
        };
        BookedTransaction {
            id: row.id.to_owned(),
            source: (!row.source.is_empty()).then(|| row.source.to_owned()),
            category: row.category,
            created_at: row.at,
            on,
            currency: row.currency,
            amount_minor: row.amount_minor,
            fee_minor: row.fee_minor,
            net_minor: row.net_minor,
            counted_minor: *minor,
            converted_minor: factor.and_then(|factor| factor.convert(*minor).ok()),
        }
    };
    Ok(BalanceTransactionPage { data: found.iter().map(shown).collect(), next_cursor, total })
}
