//! Month by month, where the money of the paid invoices went: into recurring value, or left out of it and why.
//!
//! For every month and currency, the invoices' totals are what the ledger read of their lines, plus what it left out
//! by reason, plus what nothing explains. The last is 0 unless lines are missing or do not add up to their invoice.
//! The ledger keeps the parts of every invoice; here they are only added up.

mod customers;
mod lines;
mod part;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use model::{Currency, Day, InvoiceId};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::columns::{Chunk, Ledger};
pub use crate::ledger::Reason;
use crate::ledger::{PaidPart, PaidRow, Unexplained};
use crate::months::Months;
pub use customers::{ReconciledCustomer, ReconciledCustomerPage, ReconciledCustomersQuery, customers};
pub use lines::{ReconciledInvoice, ReconciledLine, invoices};
pub use part::ReconciledPart;

/// How many invoices that do not add up are named in each month.
const EXAMPLES_MAX: usize = 10;

/// One month of one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReconciledMonth {
    /// The month's first day. An invoice belongs to the month in which it was paid.
    #[schema(value_type = String, format = Date)]
    pub month_on: Day,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub invoices: u64,
    /// With taxes, after discounts.
    pub total_minor: i64,
    /// Of lines that make recurring value, without taxes and discounts.
    pub used_minor: i64,
    pub left_out: Vec<LeftOutSum>,
    pub unexplained_minor: i64,
    /// Some of the invoices that do not add up.
    #[schema(value_type = Vec<String>)]
    pub unexplained_invoices: Vec<InvoiceId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOutSum {
    #[schema(value_type = String)]
    pub reason: Reason,
    pub amount_minor: i64,
}

/// The months with a day of `from..=to` in which anything was paid, in order, and currencies within them. Days are
/// those of the ledger's zone.
pub fn reconcile(ledger: &Ledger, from: Day, to: Day) -> Vec<ReconciledMonth> {
    let months = Months::of(from, to, ledger.zone());
    let parts: Vec<_> = ledger.chunks().par_iter().map(|chunk| Sheet::of(chunk, &months).filled()).collect();
    let mut whole: BTreeMap<(usize, Currency), Sums> = BTreeMap::new();
    for (key, sums) in parts.into_iter().flatten() {
        whole.entry(key).or_default().merge(sums);
    }
    whole.into_iter().map(|((month, currency), sums)| sums.month(months.first_day(month), currency)).collect()
}

/// The sums of some customers, by the place of the month; nearly always there is one currency.
struct Sheet(Vec<Vec<(Currency, Sums)>>);

impl Sheet {
    fn of(chunk: &Chunk, months: &Months) -> Self {
        let mut sheet = Self(vec![Vec::new(); months.len()]);
        // The parts of an invoice follow each other, so the month is looked up once.
        let (mut at, mut month) = (None, None);
        for row in chunk.all_paid() {
            if at != Some(row.at) {
                (at, month) = (Some(row.at), months.place(row.at));
            }
            if let Some(month) = month {
                sheet.sums(month, row.currency).add(&row);
            }
        }
        for row in chunk.all_unexplained() {
            if let Some(month) = months.place(row.at) {
                sheet.sums(month, row.currency).add_unexplained(row);
            }
        }
        sheet
    }

    fn sums(&mut self, month: usize, currency: Currency) -> &mut Sums {
        let own = &mut self.0[month];
        let place = own.iter().position(|(known, _)| *known == currency).unwrap_or_else(|| {
            own.push((currency, Sums::default()));
            own.len() - 1
        });
        &mut own[place].1
    }

    /// Only what there is: a range may be of a thousand years.
    fn filled(self) -> Vec<((usize, Currency), Sums)> {
        let months = self.0.into_iter().enumerate();
        months
            .flat_map(|(month, own)| own.into_iter().map(move |(currency, sums)| ((month, currency), sums)))
            .collect()
    }
}

#[derive(Debug, Clone, Default)]
struct Sums {
    invoices: u64,
    used_minor: i64,
    left_out: BTreeMap<Reason, i64>,
    unexplained_minor: i64,
    unexplained_invoices: Vec<InvoiceId>,
}

impl Sums {
    fn add(&mut self, row: &PaidRow) {
        match row.part {
            PaidPart::Used => {
                self.invoices += 1;
                self.used_minor = self.used_minor.saturating_add(row.amount_minor);
            }
            PaidPart::LeftOut(reason) => self.leave_out(reason, row.amount_minor),
        }
    }

    fn add_unexplained(&mut self, row: Unexplained) {
        self.unexplained_minor = self.unexplained_minor.saturating_add(row.amount_minor);
        if self.unexplained_invoices.len() < EXAMPLES_MAX {
            self.unexplained_invoices.push(row.invoice);
        }
    }

    fn leave_out(&mut self, reason: Reason, amount_minor: i64) {
        let sum = self.left_out.entry(reason).or_default();
        *sum = sum.saturating_add(amount_minor);
    }

    fn merge(&mut self, other: Self) {
        self.invoices += other.invoices;
        self.used_minor = self.used_minor.saturating_add(other.used_minor);
        for (reason, amount_minor) in other.left_out {
            self.leave_out(reason, amount_minor);
        }
        self.unexplained_minor = self.unexplained_minor.saturating_add(other.unexplained_minor);
        self.unexplained_invoices.extend(other.unexplained_invoices);
        self.unexplained_invoices.truncate(EXAMPLES_MAX);
    }

    fn total_minor(&self) -> i64 {
        let left_out = self.left_out.values().fold(0_i64, |sum, amount| sum.saturating_add(*amount));
        self.used_minor.saturating_add(left_out).saturating_add(self.unexplained_minor)
    }

    fn left_out(&self) -> Vec<LeftOutSum> {
        let sums = self.left_out.iter();
        sums.map(|(reason, amount_minor)| LeftOutSum { reason: *reason, amount_minor: *amount_minor })
            .collect()
    }

    fn month(self, month_on: Day, currency: Currency) -> ReconciledMonth {
        ReconciledMonth {
            month_on,
            currency,
            invoices: self.invoices,
            total_minor: self.total_minor(),
            used_minor: self.used_minor,
            left_out: self.left_out(),
            unexplained_minor: self.unexplained_minor,
            unexplained_invoices: self.unexplained_invoices,
        }
    }
}
