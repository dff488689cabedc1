//! Objects as Stripe writes them, in the shape of 2026-07-29.dahlia.

mod catalog;
mod customer;
mod invoice;
mod payment;

use serde_json::{Value, json};

use super::ids::Tag;
use super::pricing::PICOS;
use super::simulated::{MerchantSize, World};
use crate::ObjectKind;

pub(super) const API_VERSION: &str = "2026-07-29.dahlia";

impl World {
    pub(super) fn object(&self, kind: ObjectKind, number: u32) -> Value {
        match kind {
            ObjectKind::Account => self.account(),
            ObjectKind::Customer => self.customer_object(number),
            ObjectKind::Product => self.product_object(number),
            ObjectKind::Price => self.price_object(number),
            ObjectKind::Coupon => self.coupon_object(number),
            ObjectKind::PromotionCode => self.promotion_code_object(number),
            ObjectKind::Subscription => self.subscription_object(number),
            ObjectKind::SubscriptionItem => self.item_object(number),
            ObjectKind::Invoice => self.invoice_object(number),
            // Lines are read from their invoice.
            ObjectKind::InvoiceLine => Value::Null,
            ObjectKind::InvoiceItem => self.invoice_item_object(number),
            ObjectKind::Charge => self.charge_object(number),
            ObjectKind::Refund => self.refund_object(number),
            ObjectKind::Dispute => self.dispute_object(number),
            ObjectKind::CreditNote => self.credit_note_object(number),
            ObjectKind::PaymentIntent => self.payment_intent_object(number),
            ObjectKind::InvoicePayment => self.invoice_payment_object(number),
            ObjectKind::BalanceTransaction => self.balance_transaction_object(number),
            ObjectKind::Event => self.event_object(number as usize),
        }
    }

    pub(super) fn account(&self) -> Value {
        let name = match self.size {
            MerchantSize::Empty => "First Day Ltd",
            MerchantSize::Small => "Tidewater Notes",
            MerchantSize::Mid => "Fernhill Software",
        };
        json!({
            "id": self.id(Tag::Account, 0_u32),
            "object": "account",
            "business_profile": {"mcc": "5734", "name": name, "support_email": null, "url": null},
            "business_type": "company",
            "capabilities": {"card_payments": "active", "transfers": "active"},
            "charges_enabled": true,
            "country": "US",
            "created": self.opened_at,
            "default_currency": "usd",
            "details_submitted": true,
            "email": "owner@merchant.example",
            "metadata": {},
            "payouts_enabled": true,
            "settings": {
                "branding": {"icon": null, "logo": null, "primary_color": null, "secondary_color": null},
                "dashboard": {"display_name": name, "timezone": "Etc/UTC"},
                "payouts": {"debit_negative_balances": true, "schedule": {"delay_days": 2, "interval": "daily"}},
            },
            "type": "standard",
        })
    }

    pub(super) fn event_object(&self, number: usize) -> Value {
        let event = &self.events[number];
        let object: Value = serde_json::from_str(&event.object).unwrap_or_default();
        json!({
            "id": self.id(Tag::Event, number as u64),
            "object": "event",
            "api_version": API_VERSION,
            "created": event.created,
            "data": {"object": object},
            "livemode": false,
            "pending_webhooks": 0,
            "request": {"id": null, "idempotency_key": null},
            "type": event.kind,
        })
    }
}

/// A list inside an object. It is whole here; the server cuts it.
fn embedded(data: Vec<Value>, url: String) -> Value {
    json!({"object": "list", "data": data, "has_more": false, "total_count": data.len(), "url": url})
}

/// A decimal of minor units, as short as it can be.
fn decimal(picos: i128) -> String {
    let (whole, fraction) = (picos / PICOS, (picos % PICOS).abs());
    if fraction == 0 {
        return whole.to_string();
    }
    format!("{whole}.{}", format!("{fraction:012}").trim_end_matches('0'))
}

/// The whole number of minor units that a price has, if it has one.
fn whole_minor(picos: i128) -> Value {
    if picos % PICOS == 0 { json!((picos / PICOS) as i64) } else { Value::Null }
}

/// Adds fields. Objects of many fields are written in two steps: `json!` goes only so deep.
fn merge(object: &mut Value, more: Value) {
    if let (Some(fields), Value::Object(more)) = (object.as_object_mut(), more) {
        fields.extend(more);
    }
}
