//! What is behind a cell of the statement, customer by customer.

use model::{Currency, MrrMethod, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::own::{Own, Reader};
use super::{MrrColumn, MrrReason};
use crate::cell::{CellCursor, CellPage, InCell};
use crate::columns::{CustomerPosition, Ledger};
use crate::query::QueryError;

/// Which cell is asked for, and which page of it.
#[derive(Debug, Clone)]
pub struct MrrCustomersQuery {
    pub currency: Currency,
    pub column: MrrColumn,
    pub cursor: Option<String>,
    pub limit: usize,
    /// Without one there are no customers.
    pub method: Option<MrrMethod>,
    /// Nothing after this counts.
    pub now: UnixSeconds,
}

/// The largest amounts first, whichever their sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MrrCustomers)]
pub struct MrrCustomerPage {
    pub data: Vec<MrrCustomer>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
}

/// A customer, with the whole way from our MRR to the provider's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MrrCustomer {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub mrr_minor: i64,
    /// None of them 0.
    pub reasons: Vec<MrrReasonAmount>,
    pub unexplained_minor: i64,
    pub provider_mrr_minor: i64,
    /// In the cell. All customers of a cell add up to it.
    pub counted_minor: i64,
}

/// What one reason adds for one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MrrReasonAmount {
    #[schema(value_type = String)]
    pub reason: MrrReason,
    pub amount_minor: i64,
}

/// A page of the customers behind a cell.
///
/// # Errors
/// When the cursor is not one of this list.
pub fn customers(ledger: &Ledger, asked: &MrrCustomersQuery) -> Result<MrrCustomerPage, QueryError> {
    let after = asked.cursor.as_deref().map(CellCursor::read).transpose()?;
    let Some(method) = asked.method else {
        return Ok(MrrCustomerPage { data: Vec::new(), next_cursor: None, total: 0 });
    };
    let reader = Reader::new(ledger, method, asked.now);
    let own = |place: CustomerPosition| {
        let all = reader.of_customer(ledger.chunk(place), place.customer as usize);
        all.into_iter().find(|own| own.currency == asked.currency)
    };
    let chunks = ledger.chunks().par_iter().enumerate();
    let found: Vec<InCell> = chunks
        .flat_map_iter(|(index, chunk)| {
            let places = (0..chunk.customer_count()).map(move |of| CustomerPosition::new(index, of));
            places.filter_map(|place| Some(InCell { place, counted_minor: asked.column.of(&own(place)?)? }))
        })
        .collect();
    let CellPage { found, next_cursor, total } = CellPage::of(ledger, found, after, asked.limit);
    let shown = |one: &InCell| Some(shown(ledger, one, &own(one.place)?));
    Ok(MrrCustomerPage { data: found.iter().filter_map(shown).collect(), next_cursor, total })
}

fn shown(ledger: &Ledger, found: &InCell, own: &Own) -> MrrCustomer {
    let entry = ledger.chunk(found.place).entry(found.place.customer as usize);
    let reasons = own.reasons.iter();
    MrrCustomer {
        customer_id: entry.id.to_string(),
        name: entry.name,
        email: entry.email,
        currency: own.currency,
        mrr_minor: own.mrr_minor,
        reasons: reasons
            .map(|(reason, minor)| MrrReasonAmount { reason: *reason, amount_minor: *minor })
            .collect(),
        unexplained_minor: own.unexplained_minor(),
        provider_mrr_minor: own.provider_minor,
        counted_minor: found.counted_minor,
    }
}
