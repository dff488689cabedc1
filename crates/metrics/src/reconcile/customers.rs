//! What is behind a cell of the statement, customer by customer.

use std::ops::Range;

use model::{Currency, Day, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{LeftOutSum, ReconciledPart, Sums};
use crate::cell::{CellCursor, CellPage, InCell};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::ledger::PaidPart;
use crate::months::Months;
use crate::query::QueryError;

/// Which cell is asked for, and which page of it.
#[derive(Debug, Clone)]
pub struct ReconciledCustomersQuery {
    /// Any day of the month.
    pub month_on: Day,
    pub currency: Currency,
    pub part: ReconciledPart,
    pub cursor: Option<String>,
    pub limit: usize,
}

/// The largest amounts first, whichever their sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReconciledCustomers)]
pub struct ReconciledCustomerPage {
    pub data: Vec<ReconciledCustomer>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
}

/// A customer, with everything that it paid in the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReconciledCustomer {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Paid in the month.
    pub invoices: u64,
    /// With taxes, after discounts.
    pub total_minor: i64,
    /// Of lines that make recurring value, without taxes and discounts.
    pub used_minor: i64,
    pub left_out: Vec<LeftOutSum>,
    pub unexplained_minor: i64,
    /// In the cell. All customers of a cell add up to it.
    pub counted_minor: i64,
}

/// A page of the customers behind a cell.
///
/// # Errors
/// When the cursor is not one of this list.
pub fn customers(
    ledger: &Ledger,
    asked: &ReconciledCustomersQuery,
) -> Result<ReconciledCustomerPage, QueryError> {
    let after = asked.cursor.as_deref().map(CellCursor::read).transpose()?;
    let month = Months::of(asked.month_on, asked.month_on, ledger.zone()).instants();
    let chunks = ledger.chunks().par_iter().enumerate();
    let found: Vec<InCell> = chunks
        .flat_map_iter(|(index, chunk)| {
            let counted = |customer| counted(chunk, customer, asked, &month);
            let customers = 0..chunk.customer_count();
            let found = customers.filter_map(move |customer| Some((customer, counted(customer)?)));
            found.map(move |(customer, counted_minor)| InCell {
                place: CustomerPosition::new(index, customer),
                counted_minor,
            })
        })
        .collect();
    let CellPage { found, next_cursor, total } = CellPage::of(ledger, found, after, asked.limit);
    let data = found.iter().map(|one| shown(ledger, one, asked.currency, &month)).collect();
    Ok(ReconciledCustomerPage { data, next_cursor, total })
}

/// What a customer has in the cell; `None`: it is not in it.
fn counted(
    chunk: &Chunk,
    customer: usize,
    asked: &ReconciledCustomersQuery,
    month: &Range<UnixSeconds>,
) -> Option<i64> {
    let mut sum = None;
    let mut add = |amount_minor: i64| sum = Some(sum.unwrap_or(0_i64).saturating_add(amount_minor));
    if asked.part != ReconciledPart::Unexplained {
        let rows = chunk.paid_within(customer, month).filter(|row| row.currency == asked.currency);
        let own = rows.filter(|row| match (asked.part, row.part) {
            (ReconciledPart::Total, _) | (ReconciledPart::Used, PaidPart::Used) => true,
            (ReconciledPart::LeftOut(wanted), PaidPart::LeftOut(reason)) => wanted == reason,
            _ => false,
        });
        own.for_each(|row| add(row.amount_minor));
    }
    if matches!(asked.part, ReconciledPart::Total | ReconciledPart::Unexplained) {
        let rows = chunk.unexplained(customer);
        let own = rows.filter(|row| row.currency == asked.currency && month.contains(&row.at));
        own.for_each(|row| add(row.amount_minor));
    }
    // A bill of 0 was paid as well, and what two bills lack may add up to 0. Other parts have nothing then.
    let is_listed = matches!(asked.part, ReconciledPart::Total | ReconciledPart::Unexplained);
    sum.filter(|sum| *sum != 0 || is_listed)
}

fn shown(
    ledger: &Ledger,
    found: &InCell,
    currency: Currency,
    month: &Range<UnixSeconds>,
) -> ReconciledCustomer {
    let (chunk, customer) = (ledger.chunk(found.place), found.place.customer as usize);
    let mut sums = Sums::default();
    chunk.paid_within(customer, month).filter(|row| row.currency == currency).for_each(|row| sums.add(&row));
    let unexplained = chunk.unexplained(customer);
    let unexplained = unexplained.filter(|row| row.currency == currency && month.contains(&row.at));
    unexplained.for_each(|row| sums.add_unexplained(row));
    let entry = chunk.entry(customer);
    ReconciledCustomer {
        customer_id: entry.id.to_string(),
        name: entry.name,
        email: entry.email,
        currency,
        invoices: sums.invoices,
        total_minor: sums.total_minor(),
        used_minor: sums.used_minor,
        left_out: sums.left_out(),
        unexplained_minor: sums.unexplained_minor,
        counted_minor: found.counted_minor,
    }
}
