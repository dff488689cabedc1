//! Changes whose invoices are not paid at once: made only when they are, or made and their bill given up.

use super::calendar::{DAY, HOUR};
use super::expected_mrr::Fate;
use super::proration::Proration;
use super::records::*;
use super::scheduled::Scheduled;
use super::simulated::World;
use crate::ObjectKind;

/// How long an update waits for its payment ("Pending updates" in Stripe's documentation).
const UPDATE_WAITS_S: i64 = 23 * HOUR;

impl World {
    /// `payment_behavior=pending_if_incomplete`: the item keeps its price until the invoice of the change is paid.
    pub(super) fn update_if_paid(&mut self, number: u32, index: usize, price: u32, is_paid: bool) {
        let before = self.subscriptions[number as usize].items[index].clone();
        self.change_item(number, index, price, before.quantity, Proration::Pending);
        let invoice = self.bill_pending(number, "subscription_update");
        let after = std::mem::replace(&mut self.subscription(number).items[index], before);
        let expires_at = self.now + UPDATE_WAITS_S;
        let state = self.subscription(number);
        state.pending_update = Some(PendingUpdate { invoice, item: after, expires_at });
        state.expected_mrr.fate(invoice, Fate::NotMade);
        self.decline(invoice);
        let at = if is_paid { self.now + self.chance.between(HOUR, UPDATE_WAITS_S - 1) } else { expires_at };
        self.schedule(at, Scheduled::UpdateIsDecided { subscription: number, is_paid });
        self.saw("pending update");
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    pub(super) fn update_is_decided(&mut self, number: u32, is_paid: bool) {
        let Some(update) = self.subscription(number).pending_update.take() else { return };
        if is_paid {
            let items = &mut self.subscription(number).items;
            if let Some(item) = items.iter_mut().find(|item| item.number == update.item.number) {
                *item = update.item;
            }
            self.charge_and_mark_paid(update.invoice);
            self.saw("pending update applied");
            self.emit("customer.subscription.pending_update_applied", ObjectKind::Subscription, number);
        } else {
            self.void_unmade(number, update.invoice);
            self.saw("pending update expired");
            self.emit("customer.subscription.pending_update_expired", ObjectKind::Subscription, number);
        }
    }

    /// The subscription ends while an update waits.
    pub(super) fn drop_pending_update(&mut self, number: u32) {
        if let Some(update) = self.subscription(number).pending_update.take() {
            self.void_unmade(number, update.invoice);
        }
    }

    fn void_unmade(&mut self, number: u32, invoice: u32) {
        self.void(invoice);
        self.subscription(number).expected_mrr.fate(invoice, Fate::NotMade);
    }

    /// An invoice is due, and the card does not pay it; nothing else follows from that.
    fn decline(&mut self, invoice: u32) {
        self.make_due(invoice);
        self.open_payment(invoice);
        self.charge(invoice, Some("card_declined"));
        self.invoice(invoice).attempts += 1;
        self.emit("invoice.payment_failed", ObjectKind::Invoice, invoice);
    }

    /// Bills the changes that wait, and gives the invoice up some days later (METRICS: the changes were made).
    pub(super) fn bill_and_give_up(&mut self, number: u32, writes_off: bool) {
        let changes = self.subscriptions[number as usize].pending.len();
        let invoice = self.bill_pending(number, "subscription_update");
        if self.invoices[invoice as usize].total_minor() <= 0 {
            return self.finalize(invoice);
        }
        self.decline(invoice);
        let at = self.now + self.chance.between(HOUR, 3 * DAY);
        self.schedule(at, Scheduled::GivesUp { invoice, writes_off });
        // Each credits one line and asks for another.
        self.saw(if changes > 2 {
            "several changes on a bill given up"
        } else {
            "change on a bill given up"
        });
    }

    pub(super) fn gives_up(&mut self, invoice: u32, writes_off: bool) {
        match (self.invoices[invoice as usize].status, writes_off) {
            (InvoiceStatus::Open, true) => self.write_off(invoice),
            (InvoiceStatus::Open, false) => self.void(invoice),
            _ => {}
        }
    }
}
