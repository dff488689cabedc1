//! The customers behind a cell of a statement: the largest amounts first, whichever their sign, page by page.

use std::cmp::Reverse;

use crate::columns::{CustomerPosition, Ledger};
use crate::query::QueryError;
use crate::query::paging::page;

/// A customer, with its part of the cell.
pub(crate) struct InCell {
    pub(crate) place: CustomerPosition,
    pub(crate) counted_minor: i64,
}

/// A page of them.
pub(crate) struct CellPage {
    pub(crate) found: Vec<InCell>,
    pub(crate) next_cursor: Option<String>,
    /// On all pages.
    pub(crate) total: usize,
}

/// The last amount and customer of a page, after which the next begins.
pub(crate) struct CellCursor<'a>(u64, &'a str);

impl<'a> CellCursor<'a> {
    /// # Errors
    /// When it is not one of such a list.
    pub(crate) fn read(cursor: &'a str) -> Result<Self, QueryError> {
        let parts = cursor.split_once(',').and_then(|(amount, id)| Some(Self(amount.parse().ok()?, id)));
        parts.ok_or_else(|| QueryError::BadCursor(cursor.to_owned()))
    }
}

impl CellPage {
    pub(crate) fn of(
        ledger: &Ledger,
        found: Vec<InCell>,
        after: Option<CellCursor<'_>>,
        limit: usize,
    ) -> Self {
        let total = found.len();
        let key = |one: &InCell| (Reverse(one.counted_minor.unsigned_abs()), ledger.id(one.place));
        let is_after = |one: &InCell| {
            after.as_ref().is_none_or(|CellCursor(amount, id)| key(one) > (Reverse(*amount), *id))
        };
        let (found, has_more) = page(found, limit, is_after, |a, b| key(a).cmp(&key(b)));
        let cursor = |one: &InCell| format!("{},{}", one.counted_minor.unsigned_abs(), ledger.id(one.place));
        let next_cursor = found.last().filter(|_| has_more).map(cursor);
        Self { found, next_cursor, total }
    }
}
