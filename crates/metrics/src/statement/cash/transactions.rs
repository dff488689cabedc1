//! What is behind a cell of the statement, transaction by transaction.

use std::str::FromStr;

use model::{BalanceCategory, Currency, Day, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::lines::{CashLine, parts};
use crate::columns::{BalanceRow, Ledger, PaymentFacts};
use crate::months::Months;
use crate::query::QueryError;
use crate::query::paging::newest_first;

/// A column of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CashColumn {
    PaymentsCollected,
    Line(CashLine),
    NetCash,
}

/// Which cell is asked for, and which page of it.
#[derive(Debug, Clone)]
pub struct CashTransactionsQuery {
    /// Any day of the month.
    pub month_on: Day,
    pub currency: Currency,
    pub column: CashColumn,
    pub cursor: Option<String>,
    pub limit: usize,
    /// Nothing after this counts.
    pub now: UnixSeconds,
}

/// Newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CashTransactions)]
pub struct CashTransactionPage {
    pub data: Vec<CashTransaction>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
}

/// A balance transaction, and what of it is in the cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashTransaction {
    /// The provider's id.
    pub id: String,
    /// The provider's id of the charge, refund, dispute or payout that it was made for.
    pub source: Option<String>,
    #[schema(value_type = String)]
    pub category: BalanceCategory,
    #[schema(value_type = i64)]
    pub created_at: UnixSeconds,
    /// The balance's.
    #[schema(value_type = String)]
    pub currency: Currency,
    pub amount_minor: i64,
    pub fee_minor: i64,
    pub net_minor: i64,
    /// In the cell's currency. All transactions of a cell add up to it.
    pub counted_minor: i64,
    /// The payment that it was made for, if it was made for one.
    pub payment: Option<CashPayment>,
}

/// A payment as its charge says it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashPayment {
    #[schema(value_type = i64)]
    pub created_at: UnixSeconds,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub amount_minor: i64,
}

struct Found<'a> {
    row: BalanceRow<'a>,
    payment: Option<PaymentFacts>,
    counted_minor: i64,
}

/// A page of the balance transactions behind a cell.
///
/// # Errors
/// When the cursor is not one of this list.
pub fn transactions(
    ledger: &Ledger,
    asked: &CashTransactionsQuery,
) -> Result<CashTransactionPage, QueryError> {
    let month = Months::of(asked.month_on, asked.month_on, ledger.zone());
    let booked = ledger.balance().months().par_iter();
    let found: Vec<Found<'_>> = booked
        .flat_map_iter(|booked| {
            let rows = booked.rows_with_payments().take_while(|(row, _)| row.at <= asked.now);
            rows.filter_map(|(row, payment)| Found::of(row, payment, &month, asked))
        })
        .collect();
    let total = found.len();
    let (found, next_cursor) =
        newest_first(found, asked.cursor.as_deref(), asked.limit, |one| (one.row.at, one.row.id))?;
    Ok(CashTransactionPage { data: found.iter().map(Found::shown).collect(), next_cursor, total })
}

impl<'a> Found<'a> {
    /// `None`: nothing of it is in the cell.
    fn of(
        row: BalanceRow<'a>,
        payment: Option<PaymentFacts>,
        month: &Months,
        asked: &CashTransactionsQuery,
    ) -> Option<Self> {
        let counted_minor = match asked.column {
            CashColumn::Line(line) => {
                let all = parts(&row, payment.as_ref(), month);
                let own = all.filter(|part| part.line == line && part.currency == asked.currency);
                own.map(|part| part.amount_minor).reduce(i64::saturating_add)?
            }
            CashColumn::PaymentsCollected => {
                let payment = payment.filter(|payment| payment.currency == asked.currency)?;
                month.place(payment.at).map(|_| payment.amount_minor)?
            }
            CashColumn::NetCash => {
                let is_cash = row.currency == asked.currency && !row.category.is_moved_elsewhere();
                month.place(row.at).filter(|_| is_cash).map(|_| row.net_minor)?
            }
        };
        Some(Self { row, payment, counted_minor })
    }

    fn shown(&self) -> CashTransaction {
        let BalanceRow { id, source, at, category, currency, amount_minor, fee_minor, net_minor } = self.row;
        CashTransaction {
            id: id.to_owned(),
            source: (!source.is_empty()).then(|| source.to_owned()),
            category,
            created_at: at,
            currency,
            amount_minor,
            fee_minor,
            net_minor,
            counted_minor: self.counted_minor,
            payment: self.payment.map(|payment| CashPayment {
                created_at: payment.at,
                currency: payment.currency,
                amount_minor: payment.amount_minor,
            }),
        }
    }
}

impl FromStr for CashColumn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "payments_collected" => Ok(Self::PaymentsCollected),
            "net_cash" => Ok(Self::NetCash),
            line => line.parse().map(Self::Line),
        }
    }
}
