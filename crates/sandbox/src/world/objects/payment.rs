//! Payment intents, charges, invoice payments, refunds, disputes and the balance.

use serde_json::{Value, json};

use super::super::calendar::DAY;
use super::super::ids::{Tag, mix};
use super::super::records::Origin;
use super::super::simulated::World;
use super::merge;

impl World {
    pub(super) fn payment_intent_object(&self, number: u32) -> Value {
        let intent = &self.payment_intents[number as usize];
        let is_paid = intent.status == "succeeded";
        json!({
            "id": self.id(Tag::PaymentIntent, number),
            "object": "payment_intent",
            "amount": intent.amount_minor,
            "amount_capturable": 0,
            "amount_received": if is_paid { intent.amount_minor } else { 0 },
            "application": null,
            "canceled_at": null,
            "cancellation_reason": null,
            "capture_method": "automatic",
            "confirmation_method": "automatic",
            "created": intent.created,
            "currency": intent.currency,
            "customer": self.id(Tag::Customer, intent.customer),
            "description": intent.invoice.map(|_| "Subscription update"),
            "last_payment_error": intent.failure.map(|code| json!({
                "code": code,
                "message": "Your card was declined.",
                "type": "card_error",
            })),
            "latest_charge": intent.charges.last().map(|charge| self.id(Tag::Charge, *charge)),
            "livemode": false,
            "metadata": {},
            "next_action": null,
            "payment_method": self.id(Tag::PaymentMethod, intent.customer),
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "processing": null,
            "setup_future_usage": null,
            "status": intent.status,
        })
    }

    pub(super) fn charge_object(&self, number: u32) -> Value {
        let charge = &self.charges[number as usize];
        let id = self.id(Tag::Charge, number);
        let customer = &self.customers[charge.customer as usize];
        let is_paid = charge.failure.is_none();
        let mut object = json!({
            "id": id,
            "object": "charge",
            "amount": charge.amount_minor,
            "amount_captured": if is_paid { charge.amount_minor } else { 0 },
            "amount_refunded": charge.refunded_minor,
            "application": null,
            "application_fee": null,
            "balance_transaction": charge.balance_transaction.map(|of| self.id(Tag::BalanceTransaction, of)),
            "billing_details": {
                "address": {"country": customer.country},
                "email": customer.email,
                "name": customer.name,
                "phone": null,
                "tax_id": null,
            },
            "captured": is_paid,
            "created": charge.created,
            "currency": charge.currency,
            "customer": self.id(Tag::Customer, charge.customer),
            "description": "Subscription update",
            "disputed": charge.is_disputed,
            "failure_balance_transaction": null,
            "failure_code": charge.failure,
            "failure_message": charge.failure.map(|_| "Your card was declined."),
            "fraud_details": {},
        });
        let rest = json!({
            "livemode": false,
            "metadata": {},
            "outcome": {
                "network_status": if is_paid { "approved_by_network" } else { "declined_by_network" },
                "reason": charge.failure,
                "seller_message": if is_paid { "Payment complete." } else { "The bank declined the payment." },
                "type": if is_paid { "authorized" } else { "issuer_declined" },
            },
            "paid": is_paid,
            "payment_intent": self.id(Tag::PaymentIntent, charge.payment_intent),
            "payment_method": self.id(Tag::PaymentMethod, charge.customer),
            "payment_method_details": {
                "card": self.card(charge.customer, charge.card_replacements),
                "type": "card",
            },
            "receipt_email": null,
            "refunded": is_paid && charge.refunded_minor == charge.amount_minor,
            "statement_descriptor": null,
            "status": if is_paid { "succeeded" } else { "failed" },
        });
        merge(&mut object, rest);
        object
    }

    /// A customer's card. The bank replaces it by one that is good for longer.
    fn card(&self, customer: u32, replacements: u32) -> Value {
        let noise = mix(self.seed ^ u64::from(customer));
        let brand = ["visa", "mastercard", "amex"][(noise % 3) as usize];
        json!({
            "brand": brand,
            "country": self.customers[customer as usize].country,
            "exp_month": noise % 12 + 1,
            "exp_year": 2028 + noise % 4 + 3 * u64::from(replacements),
            "funding": "credit",
            "last4": format!("{:04}", noise % 10_000),
        })
    }

    /// What a customer pays with by default, and all of its subscriptions.
    pub(in super::super) fn payment_method_object(&self, number: u32) -> Value {
        let customer = &self.customers[number as usize];
        json!({
            "id": self.id(Tag::PaymentMethod, number),
            "object": "payment_method",
            "allow_redisplay": "always",
            "billing_details": {
                "address": {"country": customer.country},
                "email": customer.email,
                "name": customer.name,
                "phone": null,
                "tax_id": null,
            },
            "card": self.card(number, customer.card_replacements),
            "created": customer.created,
            "customer": self.id(Tag::Customer, number),
            "livemode": false,
            "metadata": {},
            "type": "card",
        })
    }

    pub(super) fn invoice_payment_object(&self, number: u32) -> Value {
        let payment = &self.invoice_payments[number as usize];
        let status = match (payment.paid_at, payment.is_canceled) {
            (Some(_), _) => "paid",
            (None, true) => "canceled",
            (None, false) => "open",
        };
        let made_by = match payment.payment_intent {
            Some(of) => json!({"payment_intent": self.id(Tag::PaymentIntent, of), "type": "payment_intent"}),
            None => json!({"payment_record": null, "type": "payment_record"}),
        };
        json!({
            "id": self.id(Tag::InvoicePayment, number),
            "object": "invoice_payment",
            "amount_paid": payment.paid_at.map(|_| payment.amount_minor),
            "amount_requested": payment.amount_minor,
            "created": payment.created,
            "currency": payment.currency,
            "invoice": self.id(Tag::Invoice, payment.invoice),
            "is_default": true,
            "livemode": false,
            "payment": made_by,
            "status": status,
            "status_transitions": {"canceled_at": null, "paid_at": payment.paid_at},
        })
    }

    pub(super) fn refund_object(&self, number: u32) -> Value {
        let refund = &self.refunds[number as usize];
        let charge = &self.charges[refund.charge as usize];
        json!({
            "id": self.id(Tag::Refund, number),
            "object": "refund",
            "amount": refund.amount_minor,
            "balance_transaction": refund.balance_transaction.map(|of| self.id(Tag::BalanceTransaction, of)),
            "charge": self.id(Tag::Charge, refund.charge),
            "created": refund.created,
            "currency": refund.currency,
            "destination_details": {"card": {"type": "refund"}, "type": "card"},
            "metadata": {},
            "payment_intent": self.id(Tag::PaymentIntent, charge.payment_intent),
            "reason": "requested_by_customer",
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": "succeeded",
            "transfer_reversal": null,
        })
    }

    pub(super) fn dispute_object(&self, number: u32) -> Value {
        let dispute = &self.disputes[number as usize];
        let charge = &self.charges[dispute.charge as usize];
        let balance: Vec<Value> =
            dispute.balance_transactions.iter().map(|of| self.balance_transaction_object(*of)).collect();
        json!({
            "id": self.id(Tag::Dispute, number),
            "object": "dispute",
            "amount": dispute.amount_minor,
            "balance_transactions": balance,
            "charge": self.id(Tag::Charge, dispute.charge),
            "created": dispute.created,
            "currency": dispute.currency,
            "evidence_details": {
                "due_by": dispute.created + 14 * DAY,
                "has_evidence": false,
                "past_due": false,
                "submission_count": 0,
            },
            "is_charge_refundable": false,
            "livemode": false,
            "metadata": {},
            "payment_intent": self.id(Tag::PaymentIntent, charge.payment_intent),
            "reason": dispute.reason,
            "status": dispute.status,
        })
    }

    pub(super) fn balance_transaction_object(&self, number: u32) -> Value {
        let booked = &self.balance_transactions[number as usize];
        let (kind, category, source) = match booked.origin {
            Origin::Charge(of) => ("charge", "charge", self.id(Tag::Charge, of)),
            Origin::Refund(of) => ("refund", "refund", self.id(Tag::Refund, of)),
            Origin::Dispute(of) if booked.amount_minor > 0 => {
                ("adjustment", "dispute_reversal", self.id(Tag::Dispute, of))
            }
            Origin::Dispute(of) => ("adjustment", "dispute", self.id(Tag::Dispute, of)),
        };
        let available_at = booked.created + 2 * DAY;
        let fees: Vec<Value> = (booked.fee_minor > 0)
            .then(|| json!({"amount": booked.fee_minor, "currency": booked.currency, "type": "stripe_fee"}))
            .into_iter()
            .collect();
        json!({
            "id": self.id(Tag::BalanceTransaction, number),
            "object": "balance_transaction",
            "amount": booked.amount_minor,
            "available_on": available_at,
            "balance_type": "payments",
            "created": booked.created,
            "currency": booked.currency,
            "description": null,
            "exchange_rate": booked.exchange_rate.and_then(exchange_rate_number),
            "fee": booked.fee_minor,
            "fee_details": fees,
            "net": booked.amount_minor - booked.fee_minor,
            "reporting_category": category,
            "source": source,
            "status": if available_at <= self.now { "available" } else { "pending" },
            "type": kind,
        })
    }
}

/// Billionths as a JSON number.
fn exchange_rate_number(billionths: i64) -> Option<Value> {
    let text = format!("{}.{:09}", billionths / 1_000_000_000, billionths % 1_000_000_000);
    serde_json::from_str(&text).ok()
}
