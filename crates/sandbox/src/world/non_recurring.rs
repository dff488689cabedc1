//! What happens to money beside subscriptions: fees, refunds, disputes, credit notes, one-off and sent invoices.
//! None of it moves recurring value (METRICS: it moves revenue).

use model::Currency;

use super::calendar::{DAY, HOUR};
use super::pricing::{self, PICOS};
use super::records::*;
use super::scheduled::Scheduled;
use super::simulated::{MerchantSize, World};
use crate::ObjectKind;

/// Days that a customer has to pay a one-off invoice.
const ONE_OFF_DAYS: i64 = 14;
const DISPUTE_FEE_CENTS: i64 = 1500;

impl World {
    /// The provider's books: 2.9 % and 30 cents a charge, in the account's currency.
    pub(super) fn book_charge(&mut self, charge: u32) {
        let (amount_minor, currency) = {
            let charge = &self.charges[charge as usize];
            (charge.amount_minor, charge.currency)
        };
        let booked = self.book(Origin::Charge(charge), amount_minor, currency, true);
        self.charges[charge as usize].balance_transaction = Some(booked);
    }

    fn book(&mut self, origin: Origin, amount_minor: i64, currency: Currency, has_fee: bool) -> u32 {
        let exchange_rate = exchange_rate(currency);
        let settled_minor =
            exchange_rate.map_or(amount_minor, |rate| usd_cents(amount_minor, currency, rate));
        let fee_minor = match origin {
            Origin::Charge(_) if has_fee => pricing::round(i128::from(settled_minor) * 29, 1000) + 30,
            Origin::Dispute(_) if has_fee => DISPUTE_FEE_CENTS,
            _ => 0,
        };
        self.balance_transactions.push(BalanceTransaction {
            created: self.now,
            origin,
            amount_minor: settled_minor,
            fee_minor,
            exchange_rate,
            currency: Currency::USD,
        });
        self.balance_transactions.len() as u32 - 1
    }

    /// What a payment may lead to, by how often it does.
    pub(super) fn aftermath_of(&mut self, charge: u32) {
        let (refunds, disputes) = match self.size {
            MerchantSize::Mid => (25, 8),
            MerchantSize::Small => (8, 1),
            MerchantSize::Empty => return,
        };
        let days = self.chance.between(1, 25);
        let at = self.now + days * DAY + self.chance.between(0, DAY);
        if self.chance.per_mille(refunds) {
            let share_percent = self.chance.pick(&[100, 100, 50, 30]);
            self.schedule(at, Scheduled::MoneyBack { charge, share_percent });
        } else if self.chance.per_mille(disputes) {
            let is_lost = self.chance.per_mille(600);
            self.schedule(at, Scheduled::IsDisputed { charge, is_lost });
        } else if self.size == MerchantSize::Mid && self.chance.per_mille(12) {
            let intent = self.charges[charge as usize].payment_intent;
            let has_refund = self.chance.per_mille(500);
            if let Some(invoice) = self.payment_intents[intent as usize].invoice {
                self.schedule(at, Scheduled::IsCredited { invoice, has_refund });
            }
        }
    }

    pub(super) fn money_back(&mut self, charge: u32, share_percent: i64) {
        let state = &self.charges[charge as usize];
        let grain = pricing::grain(state.currency);
        let amount_minor = state.amount_minor * share_percent / 100 / grain * grain;
        self.refund(charge, amount_minor);
        self.saw(if share_percent == 100 { "refund in full" } else { "refund in part" });
    }

    /// At most what is left of the charge.
    fn refund(&mut self, charge: u32, amount_minor: i64) -> Option<u32> {
        let state = &mut self.charges[charge as usize];
        let amount_minor = amount_minor.min(state.amount_minor - state.refunded_minor);
        if amount_minor <= 0 || state.is_disputed {
            return None;
        }
        state.refunded_minor += amount_minor;
        let currency = state.currency;
        let refund = self.refunds.len() as u32;
        let booked = self.book(Origin::Refund(refund), -amount_minor, currency, false);
        let balance_transaction = Some(booked);
        self.refunds.push(Refund { created: self.now, charge, amount_minor, currency, balance_transaction });
        self.emit("charge.refunded", ObjectKind::Charge, charge);
        self.emit("refund.created", ObjectKind::Refund, refund);
        Some(refund)
    }

    pub(super) fn is_disputed(&mut self, charge: u32, is_lost: bool) {
        let state = &mut self.charges[charge as usize];
        if state.is_disputed || state.refunded_minor > 0 {
            return;
        }
        state.is_disputed = true;
        let (amount_minor, currency) = (state.amount_minor, state.currency);
        let dispute = self.disputes.len() as u32;
        let booked = self.book(Origin::Dispute(dispute), -amount_minor, currency, true);
        let reason = self.chance.pick(&["fraudulent", "subscription_canceled", "product_not_received"]);
        self.disputes.push(Dispute {
            created: self.now,
            charge,
            amount_minor,
            currency,
            status: "needs_response",
            reason,
            balance_transactions: vec![booked],
        });
        let days = self.chance.between(20, 60);
        self.schedule(self.now + days * DAY, Scheduled::DisputeCloses { dispute, is_lost });
        self.emit("charge.dispute.created", ObjectKind::Dispute, dispute);
    }

    /// Whoever disputes and wins is not served any longer.
    pub(super) fn dispute_closes(&mut self, dispute: u32, is_lost: bool) {
        let state = &self.disputes[dispute as usize];
        let (charge, amount_minor, currency) = (state.charge, state.amount_minor, state.currency);
        self.disputes[dispute as usize].status = if is_lost { "lost" } else { "won" };
        if !is_lost {
            let booked = self.book(Origin::Dispute(dispute), amount_minor, currency, false);
            self.disputes[dispute as usize].balance_transactions.push(booked);
            self.saw("dispute won");
        }
        self.emit("charge.dispute.closed", ObjectKind::Dispute, dispute);
        let intent = self.charges[charge as usize].payment_intent;
        let invoice = self.payment_intents[intent as usize].invoice;
        let subscription = invoice.and_then(|invoice| self.invoices[invoice as usize].subscription);
        let Some(subscription) = subscription.filter(|_| is_lost) else { return };
        let status = self.subscriptions[subscription as usize].status;
        if matches!(status, Status::Active | Status::PastDue) {
            self.end_subscription(subscription, "payment_disputed");
            self.saw("dispute lost, canceled");
        }
    }

    /// Before payment it lowers what is due, after it the money goes back or is kept for the next invoice.
    pub(super) fn is_credited(&mut self, number: u32, has_refund: bool) {
        let invoice = &self.invoices[number as usize];
        let grain = pricing::grain(invoice.currency);
        let (customer, currency) = (invoice.customer, invoice.currency);
        let is_paid = invoice.status == InvoiceStatus::Paid;
        let amount_minor = invoice.remaining_minor().max(invoice.paid_minor) / 4 / grain * grain;
        if amount_minor <= 0 || !matches!(invoice.status, InvoiceStatus::Paid | InvoiceStatus::Open) {
            return;
        }
        let charge = invoice
            .payment_intent
            .and_then(|intent| self.payment_intents[intent as usize].charges.last().copied());
        let refund = charge.filter(|_| is_paid && has_refund).and_then(|of| self.refund(of, amount_minor));
        let invoice = self.invoice(number);
        if is_paid {
            invoice.post_payment_credit_minor += amount_minor;
        } else {
            invoice.pre_payment_credit_minor += amount_minor;
        }
        if is_paid && refund.is_none() {
            self.customers[customer as usize].balance_minor -= amount_minor;
        }
        let of_invoice = self.credit_notes.iter().filter(|note| note.invoice == number).count() as u32;
        let note = self.credit_notes.len() as u32;
        self.credit_notes.push(CreditNote {
            created: self.now,
            invoice: number,
            customer,
            currency,
            amount_minor,
            is_post_payment: is_paid,
            refund,
            number: of_invoice + 1,
        });
        self.saw(if is_paid { "credit note after payment" } else { "credit note before payment" });
        self.emit("credit_note.created", ObjectKind::CreditNote, note);
        self.emit("invoice.updated", ObjectKind::Invoice, number);
    }

    /// A sent invoice is paid in time, late, in another way, or never.
    pub(super) fn expect_settlement(&mut self, invoice: u32) {
        let due_at = self.invoices[invoice as usize].due_at.unwrap_or(self.now);
        let out_of_band = self.chance.per_mille(200);
        let fate = self.chance.below(100);
        let early_s = self.chance.between(HOUR, due_at - self.now - 1);
        let late_days = self.chance.between(1, 40);
        if self.chance.per_mille(120) {
            let at = self.now + early_s / 2;
            self.schedule(at, Scheduled::IsCredited { invoice, has_refund: false });
        }
        match fate {
            0..65 => self.schedule(self.now + early_s, Scheduled::IsPaid { invoice, out_of_band }),
            65..90 => self.schedule(due_at + late_days * DAY, Scheduled::IsPaid { invoice, out_of_band }),
            _ => self.saw("sent invoice never paid"),
        }
    }

    /// METRICS: a subscription that is past due still counts.
    pub(super) fn falls_due(&mut self, number: u32) {
        let invoice = &self.invoices[number as usize];
        if invoice.status != InvoiceStatus::Open {
            return;
        }
        let subscription = invoice.subscription;
        self.saw("sent invoice past due");
        let Some(subscription) = subscription else { return };
        let state = self.subscription(subscription);
        if state.status == Status::Active {
            state.status = Status::PastDue;
            self.emit("customer.subscription.updated", ObjectKind::Subscription, subscription);
        }
    }

    pub(super) fn is_paid(&mut self, number: u32, out_of_band: bool) {
        let invoice = &self.invoices[number as usize];
        if invoice.status != InvoiceStatus::Open {
            return;
        }
        let is_late = invoice.due_at.is_some_and(|due_at| due_at < self.now);
        let subscription = invoice.subscription;
        match out_of_band {
            true => self.mark_paid_out_of_band(number),
            false => self.charge_and_mark_paid(number),
        }
        self.saw(if is_late { "sent invoice paid late" } else { "sent invoice paid in time" });
        let Some(subscription) = subscription else { return };
        let state = &self.subscriptions[subscription as usize];
        let is_overdue =
            |of: &u32| self.invoices[*of as usize].due_at.is_some_and(|due_at| due_at <= self.now);
        if state.status == Status::PastDue && !state.unsettled.iter().any(is_overdue) {
            self.subscription(subscription).status = Status::Active;
            self.emit("customer.subscription.updated", ObjectKind::Subscription, subscription);
        }
    }

    fn one_off_line(&self, customer: u32, subscription: Option<u32>) -> Line {
        let price = self.catalog.one_off(self.customers[customer as usize].currency);
        let details = &self.catalog.prices[price as usize];
        let unit_picos = details.scheme.full_picos(None, 1);
        Line {
            source: LineSource::OneOff,
            subscription,
            invoice_item: Some(self.invoice_items.len() as u32),
            price: Some(price),
            description: details.nickname.clone(),
            amount_minor: pricing::round(unit_picos, PICOS),
            quantity: 1,
            unit_picos,
            period: (self.now, self.now),
            discount: None,
            tax: None,
        }
    }

    /// METRICS: one-off lines never count, on a renewal's invoice neither.
    pub(super) fn add_one_off_line(&mut self, subscription: u32) {
        let customer = self.subscriptions[subscription as usize].customer;
        let line = self.one_off_line(customer, Some(subscription));
        self.add_invoice_item(customer, line, None);
        self.saw("one-off line on a renewal");
    }

    /// An invoice without a subscription, charged or sent.
    pub(super) fn buys_once(&mut self, customer: u32) {
        if self.customers[customer as usize].deleted_at.is_some() {
            return;
        }
        let line = self.one_off_line(customer, None);
        let invoice_item = self.add_invoice_item(customer, line.clone(), None);
        let days = self.chance.per_mille(600).then_some(ONE_OFF_DAYS);
        let period = (self.now, self.now);
        let invoice = self.new_invoice(customer, None, vec![line], "manual", period, days);
        self.invoice_items[invoice_item as usize].invoice = Some(invoice);
        self.emit("invoice.created", ObjectKind::Invoice, invoice);
        self.finalize(invoice);
        self.saw("one-off invoice");
    }
}

/// What one main unit of a currency is settled at, in billionths of a dollar.
fn exchange_rate(currency: Currency) -> Option<i64> {
    match currency.as_str() {
        "usd" => None,
        "eur" => Some(1_081_300_000),
        "gbp" => Some(1_264_700_000),
        "jpy" => Some(6_690_000),
        "kwd" => Some(3_254_100_000),
        _ => Some(1_000_000_000),
    }
}

fn usd_cents(amount_minor: i64, currency: Currency, rate: i64) -> i64 {
    let cents = i128::from(amount_minor) * i128::from(rate) * 100;
    pricing::round(cents, 1_000_000_000 * 10_i128.pow(currency.exponent()))
}
