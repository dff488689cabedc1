//! The columns of what a chunk keeps beside its customers and their value.

use model::{Currency, InvoiceId, UnixSeconds};

use super::texts::Texts;
use crate::ledger::{Difference, ListPart, MoneyKind, PaidPart, PaidRow, RuleSets, Unexplained};

/// Instants that are not known are kept as this.
pub(super) const NO_INSTANT: i64 = i64::MIN;
/// No decline code.
pub(super) const NO_CODE: u16 = u16::MAX;
/// Decline codes of one chunk.
pub(super) const CODES_MAX: usize = 1_000;

/// What changed, when, by how much.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Rows {
    /// One per customer: where its rows end.
    pub(super) ends: Vec<u32>,
    pub(super) at: Vec<i64>,
    /// Into the chunk's subscriptions.
    pub(super) subscription: Vec<u32>,
    /// Into the ledger's catalog.
    pub(super) plan: Vec<u32>,
    pub(super) delta_minor: Vec<i64>,
}

/// Invoices whose payment failed, and the subscriptions that they put at risk.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct FailedInvoiceRows {
    pub(super) ends: Vec<u32>,
    /// Into the chunk's subscriptions.
    pub(super) subscription: Vec<u32>,
    pub(super) failed_at: Vec<i64>,
    /// [`NO_INSTANT`] while it is neither paid nor given up.
    pub(super) until: Vec<i64>,
}

/// Money that moved, or that did not although it should have.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct MoneyRows {
    pub(super) ends: Vec<u32>,
    pub(super) at: Vec<i64>,
    pub(super) kind: Vec<MoneyKind>,
    pub(super) currency: Vec<Currency>,
    pub(super) amount_minor: Vec<i64>,
    /// Into the chunk's decline codes; [`NO_CODE`] where there is none.
    pub(super) code: Vec<u16>,
    /// In the order in which they first occur.
    pub(super) codes: Texts,
}

/// Where the money of paid invoices went.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PaidRows {
    pub(super) ends: Vec<u32>,
    pub(super) at: Vec<i64>,
    pub(super) currency: Vec<Currency>,
    pub(super) part: Vec<PaidPart>,
    pub(super) amount_minor: Vec<i64>,
}

/// Paid invoices that do not add up.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct UnexplainedRows {
    pub(super) ends: Vec<u32>,
    pub(super) at: Vec<i64>,
    pub(super) currency: Vec<Currency>,
    pub(super) invoices: Texts,
    pub(super) amount_minor: Vec<i64>,
}

/// What other rules would make of the rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct DifferenceRows {
    pub(super) ends: Vec<u32>,
    pub(super) at: Vec<i64>,
    pub(super) currency: Vec<Currency>,
    pub(super) rules: Vec<RuleSets>,
    pub(super) delta_minor: Vec<i64>,
}

/// From the value of subscriptions to that of their list prices.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct ListRows {
    pub(super) ends: Vec<u32>,
    pub(super) at: Vec<i64>,
    /// Into the chunk's subscriptions.
    pub(super) subscription: Vec<u32>,
    pub(super) currency: Vec<Currency>,
    pub(super) part: Vec<ListPart>,
    pub(super) delta_minor: Vec<i64>,
}

impl PaidRows {
    pub(super) fn row(&self, index: usize) -> PaidRow {
        PaidRow {
            at: UnixSeconds(self.at[index]),
            currency: self.currency[index],
            part: self.part[index],
            amount_minor: self.amount_minor[index],
        }
    }

    pub(super) fn push(&mut self, row: &PaidRow) {
        self.at.push(row.at.0);
        self.currency.push(row.currency);
        self.part.push(row.part);
        self.amount_minor.push(row.amount_minor);
    }
}

impl UnexplainedRows {
    pub(super) fn row(&self, index: usize) -> Unexplained {
        Unexplained {
            at: UnixSeconds(self.at[index]),
            currency: self.currency[index],
            invoice: InvoiceId::from(self.invoices.get(index)),
            amount_minor: self.amount_minor[index],
        }
    }

    pub(super) fn push(&mut self, row: &Unexplained) {
        self.at.push(row.at.0);
        self.currency.push(row.currency);
        self.invoices.push(row.invoice.as_str());
        self.amount_minor.push(row.amount_minor);
    }
}

impl DifferenceRows {
    pub(super) fn row(&self, index: usize) -> Difference {
        Difference {
            at: UnixSeconds(self.at[index]),
            currency: self.currency[index],
            rules: self.rules[index],
            delta_minor: self.delta_minor[index],
        }
    }

    pub(super) fn push(&mut self, row: &Difference) {
        self.at.push(row.at.0);
        self.currency.push(row.currency);
        self.rules.push(row.rules);
        self.delta_minor.push(row.delta_minor);
    }
}
