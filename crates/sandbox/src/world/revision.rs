//! Invoices that take the place of others ("Revise an invoice" in Stripe's documentation).

use super::calendar::{DAY, HOUR};
use super::catalog::Deal;
use super::expected_mrr::{Act, Kind};
use super::pricing;
use super::records::*;
use super::scheduled::Scheduled;
use super::simulated::World;
use crate::ObjectKind;

impl World {
    /// The period's open invoice is drafted once more, at a lower price. The first is void once the second is finalized;
    /// until then, or for good if the draft is forgotten, two invoices bill one period.
    pub(super) fn revise(&mut self, number: u32) {
        let state = &self.subscriptions[number as usize];
        let is_whole =
            |line: &Line| matches!(line.source, LineSource::Item { .. }) && line.discount.is_none();
        let is_plain = |of: &&u32| {
            let invoice = &self.invoices[**of as usize];
            let bills_this_period = invoice.lines.iter().all(|line| line.period.0 == state.period.0);
            invoice.status == InvoiceStatus::Open && bills_this_period && invoice.lines.iter().all(is_whole)
        };
        let Some(original) = state.unsettled.iter().rev().find(is_plain).copied() else { return };
        let days_until_due = state.days_until_due;
        let customer = state.customer;
        let discount = self.new_discount(customer, Some(number), Deal::Welcome, false);
        let revised = self.invoices.len() as u32;
        let lines = self.invoices[original as usize].lines.clone();
        let lines = lines.into_iter().map(|line| self.lower(number, line, discount, revised)).collect();
        let period = self.invoices[original as usize].period;
        let invoice =
            self.new_invoice(customer, Some(number), lines, "subscription_cycle", period, days_until_due);
        self.invoice(invoice).revises = Some(original);
        let state = self.subscription(number);
        state.latest_invoice = Some(invoice);
        state.unsettled.push(invoice);
        if self.chance.per_mille(300) {
            self.invoice(invoice).is_advancing = false;
            self.saw("revision left as a draft");
        } else {
            let at = self.now + self.chance.between(HOUR, DAY);
            self.schedule(at, Scheduled::RevisionIsSent(invoice));
        }
        self.emit("invoice.created", ObjectKind::Invoice, invoice);
    }

    fn lower(&mut self, number: u32, mut line: Line, discount: u32, invoice: u32) -> Line {
        let grain = self.grain_of(number);
        let off = self.coupon_of(discount).reduction.spread(&[line.amount_minor], grain)[0];
        line.discount = Some((discount, off));
        if let Some(price) = line.price {
            let recurrence = self.recurrence_of_price(number, price);
            let value_minor = pricing::per_month(line.amount_minor - off, recurrence);
            let (at, invoice) = (line.period.0, Some(invoice));
            let (kind, whole, would_end_at) = (Kind::Period, None, None);
            let act = Act { at, price, kind, value_minor, invoice, whole, would_end_at };
            self.subscription(number).expected_mrr.act(act);
        }
        line
    }

    pub(super) fn revision_is_sent(&mut self, number: u32) {
        let original = self.invoices[number as usize].revises;
        let Some(original) = original.filter(|of| self.invoices[*of as usize].status == InvoiceStatus::Open)
        else {
            return;
        };
        self.finalize(number);
        if self.invoices[number as usize].status != InvoiceStatus::Draft {
            self.invoice(original).revised_by = Some(number);
            self.void(original);
            self.saw("invoice revised");
        }
    }
}
