//! Month by month, where the money of the paid invoices went: into recurring value, or left out of it and why.
//!
//! For every month and currency, the invoices' totals are what the ledger read of their lines, plus what it left out
//! by reason, plus what nothing explains. The last is 0 unless lines are missing or do not add up to their invoice.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::billing::{CustomerHistory, Invoice, InvoiceLine, InvoiceStatus};
use model::{Currency, Day, Interval, InvoiceId, LedgerRules, WeekStart};
use serde::Serialize;
use utoipa::ToSchema;

use crate::ledger::{LeftOut, LineVerdict, PriceBook, line_verdicts};

/// Of each month, so many invoices that do not add up are named.
const EXAMPLES_MAX: usize = 10;

/// Takes customers one after the other, in any order.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    zone: TimeZone,
    months: BTreeMap<(Day, Currency), Sums>,
}

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

/// Why money of a paid invoice is no recurring value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Inclusive and exclusive, of all lines.
    Tax,
    /// Without its tax.
    Shipping,
    /// Credits of the customer that took something off before tax.
    BillingCredit,
    OneOff,
    NoSubscription,
    Metered,
    /// Unused time that was given back.
    ProrationCredit,
    UnknownPrice,
    Void,
    Uncollectible,
    Unpaid,
    /// A change that is made only once it is paid.
    AwaitingPayment,
    /// A newer invoice bills the same period.
    Replaced,
}

#[derive(Debug, Clone, Default)]
struct Sums {
    invoices: u64,
    total_minor: i64,
    used_minor: i64,
    left_out: BTreeMap<Reason, i64>,
    unexplained_minor: i64,
    unexplained_invoices: Vec<InvoiceId>,
}

impl Reconciliation {
    /// Months are those of `zone`.
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, months: BTreeMap::new() }
    }

    /// Adds what was billed to a customer.
    pub fn add(&mut self, history: &CustomerHistory, prices: &PriceBook, rules: LedgerRules) {
        let mut lines: BTreeMap<InvoiceId, Vec<(&InvoiceLine, LineVerdict)>> = BTreeMap::new();
        for (reference, line, verdict) in line_verdicts(history, prices, rules) {
            if let Some(invoice) = reference.invoice {
                lines.entry(invoice).or_default().push((line, verdict));
            }
        }
        for invoice in history.invoices.iter().filter(|invoice| invoice.status == InvoiceStatus::Paid) {
            let on = invoice.paid_at.unwrap_or(invoice.created_at).day(&self.zone);
            let month_on = Interval::Month.bucket(on, WeekStart::default()).start_on;
            let own = lines.get(&invoice.id).map_or(&[][..], Vec::as_slice);
            self.months.entry((month_on, invoice.currency)).or_default().add(invoice, own);
        }
    }

    /// Adds what another one has taken, so that customers can be taken in parallel.
    pub fn merge(&mut self, other: Self) {
        for (key, sums) in other.months {
            self.months.entry(key).or_default().merge(sums);
        }
    }

    /// The months with a day of `from..=to`, in order, and currencies within them.
    pub fn months(&self, from: Day, to: Day) -> Vec<ReconciledMonth> {
        let first = Interval::Month.bucket(from, WeekStart::default()).start_on;
        let months = self.months.iter().filter(|((month_on, _), _)| (first..=to).contains(month_on));
        months.map(|((month_on, currency), sums)| sums.month(*month_on, *currency)).collect()
    }
}

impl Sums {
    fn add(&mut self, invoice: &Invoice, lines: &[(&InvoiceLine, LineVerdict)]) {
        self.invoices += 1;
        self.total_minor = self.total_minor.saturating_add(invoice.total_minor);
        self.leave_out(Reason::Tax, invoice.tax_minor);
        self.leave_out(Reason::Shipping, invoice.shipping_minor);
        self.leave_out(Reason::BillingCredit, invoice.billing_credits_minor.saturating_neg());
        // Of the lines, the total has the taxes, shipping and credits that no line shows.
        let mut unexplained = invoice
            .total_minor
            .saturating_sub(invoice.tax_minor)
            .saturating_sub(invoice.shipping_minor)
            .saturating_add(invoice.billing_credits_minor);
        for (line, verdict) in lines {
            let net = line
                .amount_minor
                .saturating_sub(line.discount_minor)
                .saturating_sub(line.inclusive_tax_minor);
            unexplained = unexplained.saturating_sub(net);
            match verdict {
                LineVerdict::Recurring | LineVerdict::Proration => {
                    self.used_minor = self.used_minor.saturating_add(net);
                }
                LineVerdict::ProrationCredit => self.leave_out(Reason::ProrationCredit, net),
                LineVerdict::LeftOut(reason) => self.leave_out((*reason).into(), net),
            }
        }
        self.unexplained_minor = self.unexplained_minor.saturating_add(unexplained);
        if unexplained != 0 && self.unexplained_invoices.len() < EXAMPLES_MAX {
            self.unexplained_invoices.push(invoice.id.clone());
        }
    }

    fn leave_out(&mut self, reason: Reason, amount_minor: i64) {
        if amount_minor != 0 {
            let sum = self.left_out.entry(reason).or_default();
            *sum = sum.saturating_add(amount_minor);
        }
    }

    fn merge(&mut self, other: Self) {
        self.invoices += other.invoices;
        self.total_minor = self.total_minor.saturating_add(other.total_minor);
        self.used_minor = self.used_minor.saturating_add(other.used_minor);
        for (reason, amount_minor) in other.left_out {
            self.leave_out(reason, amount_minor);
        }
        self.unexplained_minor = self.unexplained_minor.saturating_add(other.unexplained_minor);
        self.unexplained_invoices.extend(other.unexplained_invoices);
        self.unexplained_invoices.truncate(EXAMPLES_MAX);
    }

    fn month(&self, month_on: Day, currency: Currency) -> ReconciledMonth {
        let left_out = self.left_out.iter();
        ReconciledMonth {
            month_on,
            currency,
            invoices: self.invoices,
            total_minor: self.total_minor,
            used_minor: self.used_minor,
            left_out: left_out
                .map(|(reason, amount_minor)| LeftOutSum { reason: *reason, amount_minor: *amount_minor })
                .collect(),
            unexplained_minor: self.unexplained_minor,
            unexplained_invoices: self.unexplained_invoices.clone(),
        }
    }
}

impl From<LeftOut> for Reason {
    fn from(reason: LeftOut) -> Self {
        match reason {
            LeftOut::NoSubscription => Self::NoSubscription,
            LeftOut::OneOff => Self::OneOff,
            LeftOut::UnknownPrice => Self::UnknownPrice,
            LeftOut::Metered => Self::Metered,
            LeftOut::Void => Self::Void,
            LeftOut::Uncollectible => Self::Uncollectible,
            LeftOut::Unpaid => Self::Unpaid,
            LeftOut::AwaitingPayment => Self::AwaitingPayment,
            LeftOut::Replaced => Self::Replaced,
        }
    }
}
