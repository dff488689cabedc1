//! Finalizing, paying, failing to pay, and what becomes of invoices that nobody pays.

use super::calendar::DAY;
use super::expected_mrr::Fate;
use super::ids::mix;
use super::records::*;
use super::scheduled::Scheduled;
use super::simulated::World;
use crate::ObjectKind;

const RETRY_DAYS: [i64; 4] = [3, 4, 5, 7];
/// Tells this use of numbers from the others.
const CARDS: u64 = 0x6361_7264;
const DECLINES: [&str; 4] = ["card_declined", "insufficient_funds", "expired_card", "processing_error"];

impl World {
    /// A draft becomes an invoice: void or written off while collection is paused, else sent or charged.
    pub(super) fn finalize(&mut self, number: u32) {
        let invoice = &self.invoices[number as usize];
        if invoice.status != InvoiceStatus::Draft || !invoice.is_advancing {
            return;
        }
        let subscription = invoice.subscription;
        let pause = subscription.and_then(|of| self.subscriptions[of as usize].pause);
        if pause.is_some_and(|pause| pause.behavior == PauseBehavior::KeepAsDraft) {
            // The period counts on: METRICS counts drafts of a living subscription.
            self.invoice(number).is_advancing = false;
            self.saw("paused, kept as draft");
            return;
        }
        self.make_due(number);
        match pause.map(|pause| pause.behavior) {
            Some(PauseBehavior::Void) => {
                self.void(number);
                self.saw("paused, voided");
            }
            Some(_) => {
                self.write_off(number);
                self.saw("paused, uncollectible");
            }
            None if self.invoices[number as usize].due_minor() == 0 => self.mark_paid(number),
            None => self.collect(number),
        }
    }

    pub(super) fn make_due(&mut self, number: u32) {
        let now = self.now;
        let customer = self.invoices[number as usize].customer as usize;
        self.customers[customer].invoices += 1;
        let sequence = self.customers[customer].invoices;
        let balance_minor = self.customers[customer].balance_minor;
        let invoice = self.invoice(number);
        let total_minor = invoice.total_minor();
        // What the merchant owes pays first; a negative total is owed from now on.
        let applied_minor =
            if total_minor < 0 { total_minor } else { total_minor.min(-balance_minor).max(0) };
        invoice.status = InvoiceStatus::Open;
        invoice.finalized_at = Some(now);
        invoice.number = sequence;
        invoice.next_attempt_at = None;
        invoice.starting_balance_minor = balance_minor;
        invoice.ending_balance_minor = Some(balance_minor + applied_minor);
        invoice.due_at = invoice.days_until_due.map(|days| now + days * DAY);
        self.customers[customer].balance_minor += applied_minor;
        self.emit("invoice.finalized", ObjectKind::Invoice, number);
    }

    fn collect(&mut self, number: u32) {
        self.open_payment(number);
        match self.invoices[number as usize].due_at {
            Some(due_at) => {
                self.schedule(due_at, Scheduled::FallsDue(number));
                self.expect_settlement(number);
            }
            None => self.attempt(number),
        }
    }

    pub(super) fn open_payment(&mut self, number: u32) {
        let invoice = &self.invoices[number as usize];
        let amount_minor = invoice.due_minor();
        let payment_intent = self.payment_intents.len() as u32;
        self.payment_intents.push(PaymentIntent {
            created: self.now,
            customer: invoice.customer,
            invoice: Some(number),
            currency: invoice.currency,
            amount_minor,
            status: "requires_payment_method",
            charges: Vec::new(),
            failure: None,
        });
        let payment = self.invoice_payments.len() as u32;
        self.invoice_payments.push(InvoicePayment {
            created: self.now,
            invoice: number,
            payment_intent: Some(payment_intent),
            currency: invoice.currency,
            amount_minor,
            paid_at: None,
            is_canceled: false,
        });
        let invoice = self.invoice(number);
        invoice.payment_intent = Some(payment_intent);
        invoice.payments.push(payment);
        self.emit("payment_intent.created", ObjectKind::PaymentIntent, payment_intent);
    }

    /// Charges the card. Whether that works was decided before, by how the customer lives.
    pub(super) fn attempt(&mut self, number: u32) {
        let Some(subscription) = self.invoices[number as usize].subscription else {
            return self.charge_and_mark_paid(number);
        };
        let is_renewal = self.invoices[number as usize].billing_reason == "subscription_cycle";
        let state = self.subscription(subscription);
        if state.dunning.is_none() && is_renewal {
            state.dunning = state.planned_failure.take();
        }
        match state.dunning {
            Some(_) => self.fail(number),
            None => self.charge_and_mark_paid(number),
        }
    }

    pub(super) fn charge_and_mark_paid(&mut self, number: u32) {
        self.charge(number, None);
        self.mark_paid(number);
    }

    fn fail(&mut self, number: u32) {
        let decline = self.chance.pick(&DECLINES);
        self.charge(number, Some(decline));
        let now = self.now;
        let retry_days = RETRY_DAYS[self.invoices[number as usize].attempts.min(3) as usize];
        let invoice = self.invoice(number);
        invoice.attempts += 1;
        invoice.next_attempt_at = Some(now + retry_days * DAY);
        let Some(subscription) = invoice.subscription else { return };
        self.emit("invoice.payment_failed", ObjectKind::Invoice, number);
        let state = self.subscription(subscription);
        let customer = state.customer as usize;
        let is_first = !state.is_failing;
        state.is_failing = true;
        if state.status == Status::Active {
            state.status = Status::PastDue;
        }
        if is_first {
            self.customers[customer].is_delinquent = true;
            self.schedule(now + retry_days * DAY, Scheduled::Retry(subscription));
            self.emit("customer.subscription.updated", ObjectKind::Subscription, subscription);
        }
    }

    /// The next retry of everything that the subscription owes.
    pub(super) fn retry(&mut self, subscription: u32) {
        let state = self.subscription(subscription);
        let (Some(dunning), Status::PastDue) = (state.dunning, state.status) else { return };
        let owed: Vec<u32> = state.unsettled.clone();
        let owed: Vec<u32> =
            owed.into_iter().filter(|of| self.invoices[*of as usize].status == InvoiceStatus::Open).collect();
        let attempts = owed.first().map_or(0, |first| self.invoices[*first as usize].attempts);
        match dunning {
            Dunning::Recovers { retries } if attempts >= retries => return self.recover(subscription, owed),
            Dunning::Cancels if attempts >= 4 => return self.lose(subscription, owed),
            Dunning::StaysUnpaid if attempts >= 4 => return self.leave_unpaid(subscription, &owed),
            _ => {}
        }
        for invoice in owed {
            self.fail(invoice);
        }
        let wait_days = RETRY_DAYS[attempts.min(3) as usize];
        self.schedule(self.now + wait_days * DAY, Scheduled::Retry(subscription));
    }

    fn recover(&mut self, subscription: u32, owed: Vec<u32>) {
        self.subscription(subscription).dunning = None;
        for invoice in owed {
            self.invoice(invoice).attempts += 1;
            self.charge_and_mark_paid(invoice);
        }
        let state = self.subscription(subscription);
        (state.status, state.is_failing) = (Status::Active, false);
        let customer = state.customer as usize;
        self.customers[customer].is_delinquent = false;
        self.saw("dunning recovered");
        self.emit("customer.subscription.updated", ObjectKind::Subscription, subscription);
    }

    /// METRICS: the unpaid invoices do not count, the earlier value runs to the end.
    fn lose(&mut self, subscription: u32, owed: Vec<u32>) {
        self.end_subscription(subscription, "payment_failed");
        self.saw("dunning lost, canceled");
        for invoice in owed {
            match self.chance.below(3) {
                0 => self.void(invoice),
                1 => self.write_off(invoice),
                _ => self.saw("invoice left open by a canceled subscription"),
            }
        }
    }

    /// METRICS: `unpaid` ends at the period start of its first unpaid invoice, and changes on that do not count either.
    fn leave_unpaid(&mut self, subscription: u32, owed: &[u32]) {
        let since = self.first_unpaid_at(subscription);
        let state = self.subscription(subscription);
        state.status = Status::Unpaid;
        state.dunning = None;
        for invoice in state.unsettled.clone() {
            state.expected_mrr.fate(invoice, Fate::LeftUnpaid);
        }
        state.expected_mrr.leave_unpaid(since);
        self.saw("dunning lost, unpaid");
        self.emit("customer.subscription.updated", ObjectKind::Subscription, subscription);
        if let (Some(first), true) = (owed.first(), self.chance.per_mille(300)) {
            self.write_off(*first);
        }
    }

    /// The start of the first period since the last paid one that nobody paid for: kept drafts and written-off invoices
    /// among them.
    fn first_unpaid_at(&self, subscription: u32) -> i64 {
        let state = &self.subscriptions[subscription as usize];
        let left = state.unsettled.iter().chain(&state.written_off);
        let begun = left.filter_map(|invoice| self.invoices[*invoice as usize].begins());
        let unpaid = begun.filter(|at| state.paid_period_at.is_none_or(|paid_at| *at > paid_at));
        unpaid.min().unwrap_or(state.period.0)
    }

    pub(super) fn void(&mut self, number: u32) {
        let now = self.now;
        let invoice = self.invoice(number);
        (invoice.status, invoice.voided_at, invoice.next_attempt_at) = (InvoiceStatus::Void, Some(now), None);
        self.give_up(number);
        self.emit("invoice.voided", ObjectKind::Invoice, number);
    }

    pub(super) fn write_off(&mut self, number: u32) {
        let now = self.now;
        let invoice = self.invoice(number);
        (invoice.status, invoice.uncollectible_at) = (InvoiceStatus::Uncollectible, Some(now));
        invoice.next_attempt_at = None;
        if let Some(subscription) = invoice.subscription {
            self.subscription(subscription).written_off.push(number);
        }
        self.give_up(number);
        self.emit("invoice.marked_uncollectible", ObjectKind::Invoice, number);
    }

    /// METRICS: the period of a void or uncollectible invoice was given up.
    fn give_up(&mut self, number: u32) {
        let invoice = &self.invoices[number as usize];
        for payment in invoice.payments.clone() {
            self.invoice_payments[payment as usize].is_canceled = true;
        }
        let invoice = &self.invoices[number as usize];
        let fate = if invoice.attempts == 0 { Fate::GivenUp } else { Fate::GivenUpUnpaid };
        let Some(subscription) = invoice.subscription else { return };
        let state = self.subscription(subscription);
        state.expected_mrr.fate(number, fate);
        state.unsettled.retain(|unsettled| *unsettled != number);
    }

    /// Marks an invoice as paid, however it was.
    pub(super) fn mark_paid(&mut self, number: u32) {
        let now = self.now;
        let invoice = self.invoice(number);
        invoice.status = InvoiceStatus::Paid;
        invoice.paid_at = Some(now);
        invoice.paid_minor = invoice.due_minor();
        invoice.next_attempt_at = None;
        let (subscription, payments, created) =
            (invoice.subscription, invoice.payments.clone(), invoice.created);
        let bills_period = invoice.lines.iter().any(|line| matches!(line.source, LineSource::Item { .. }));
        for payment in payments {
            self.invoice_payments[payment as usize].paid_at = Some(now);
            self.emit("invoice_payment.paid", ObjectKind::InvoicePayment, payment);
        }
        if let Some(subscription) = subscription {
            let state = self.subscription(subscription);
            state.expected_mrr.paid(number);
            if bills_period {
                state.paid_period_at = state.paid_period_at.max(Some(created));
            }
            state.unsettled.retain(|unsettled| *unsettled != number);
        }
        self.emit("invoice.paid", ObjectKind::Invoice, number);
        self.emit("invoice.payment_succeeded", ObjectKind::Invoice, number);
    }

    /// Paid in another way: the provider only hears of it.
    pub(super) fn mark_paid_out_of_band(&mut self, number: u32) {
        if let Some(payment) = self.invoices[number as usize].payments.first() {
            self.invoice_payments[*payment as usize].payment_intent = None;
        }
        self.invoice(number).payment_intent = None;
        self.mark_paid(number);
        self.saw("paid out of band");
    }

    pub(super) fn charge(&mut self, number: u32, failure: Option<&'static str>) {
        let invoice = &self.invoices[number as usize];
        let Some(payment_intent) = invoice.payment_intent else { return };
        let amount_minor = invoice.remaining_minor();
        let customer = invoice.customer;
        let charge = self.charges.len() as u32;
        self.charges.push(Charge {
            created: self.now,
            customer: invoice.customer,
            payment_intent,
            currency: invoice.currency,
            amount_minor,
            refunded_minor: 0,
            failure,
            is_disputed: false,
            balance_transaction: None,
            card_replacements: self.customers[customer as usize].card_replacements,
        });
        let intent = &mut self.payment_intents[payment_intent as usize];
        intent.charges.push(charge);
        intent.failure = failure;
        let is_failed = failure.is_some();
        intent.status = if is_failed { "requires_payment_method" } else { "succeeded" };
        intent.amount_minor = amount_minor;
        if is_failed {
            self.emit("charge.failed", ObjectKind::Charge, charge);
            self.emit("payment_intent.payment_failed", ObjectKind::PaymentIntent, payment_intent);
        } else {
            self.book_charge(charge);
            self.emit("charge.succeeded", ObjectKind::Charge, charge);
            self.emit("payment_intent.succeeded", ObjectKind::PaymentIntent, payment_intent);
            self.aftermath_of(charge);
            self.may_replace_card(customer, charge);
        }
    }

    /// Some banks send another card after a charge, and the card networks tell the provider.
    fn may_replace_card(&mut self, customer: u32, charge: u32) {
        // Not from the merchant's own chance: all else goes as it would without.
        if mix(self.seed ^ CARDS ^ u64::from(charge)).is_multiple_of(24) {
            self.customers[customer as usize].card_replacements += 1;
            let object = self.payment_method_object(customer);
            self.emit_object("payment_method.automatically_updated", &object);
            self.saw("card replaced");
        }
    }
}
