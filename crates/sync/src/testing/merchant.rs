//! A merchant with monthly customers, as plain JSON.

use super::kind;
use std::collections::BTreeMap;

use model::ObjectKind;
use serde_json::{Value, json};

pub(crate) const NOW: i64 = 1_763_856_000; // 2025-11-23
const MONTH: i64 = 30 * 86_400;

/// Objects by kind and id, in the provider's current shape.
#[derive(Debug, Clone, Default)]
pub(crate) struct Merchant {
    pub objects: BTreeMap<ObjectKind, BTreeMap<String, Value>>,
}

impl Merchant {
    /// A number of customers, each on one price for a number of months; the last invoice of each was a moment ago.
    pub fn monthly(customers: i64, months: i64) -> Self {
        let mut merchant = Self::default();
        merchant.add(kind::PRODUCT, "prod_1", 0, json!({ "name": "Plan", "active": true }));
        let price = json!({
            "product": "prod_1", "currency": "usd", "active": true, "type": "recurring",
            "billing_scheme": "per_unit", "unit_amount": 1000, "unit_amount_decimal": "1000",
            "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed" },
        });
        merchant.add(kind::PRICE, "price_1", 0, price);
        for customer in 0..customers {
            merchant.sign_up(customer, NOW - customer - 100 - (months - 1) * MONTH);
            for month in 0..months {
                merchant.bill(customer, month, NOW - customer - 100 - (months - 1 - month) * MONTH, 1);
            }
        }
        merchant
    }

    pub fn add(&mut self, kind: ObjectKind, id: &str, created: i64, mut body: Value) {
        let object = if kind == kind::INVOICE_ITEM { "invoiceitem" } else { kind.as_str() };
        body["id"] = json!(id);
        body["object"] = json!(object);
        body["created"] = json!(created);
        self.objects.entry(kind).or_default().insert(id.to_owned(), body);
    }

    pub fn sign_up(&mut self, customer: i64, at: i64) {
        let name = format!("Customer {customer}");
        self.add(kind::CUSTOMER, &format!("cus_{customer}"), at, json!({ "name": name }));
        let item = json!({
            "id": format!("si_{customer}"), "object": "subscription_item", "quantity": 1, "price": "price_1",
            "current_period_start": at, "current_period_end": at + MONTH,
        });
        let subscription = json!({
            "customer": format!("cus_{customer}"), "status": "active", "start_date": at, "currency": "usd",
            "items": { "object": "list", "data": [item], "has_more": false },
        });
        self.add(kind::SUBSCRIPTION, &format!("sub_{customer}"), at, subscription);
    }

    /// A paid invoice over `lines` seats, one line each, and the charge that paid it.
    pub fn bill(&mut self, customer: i64, month: i64, at: i64, lines: i64) {
        let id = format!("in_{customer}_{month:02}");
        let line = |n: i64| {
            json!({
                "id": format!("il_{customer}_{month}_{n:02}"), "object": "line_item", "amount": 1000,
                "currency": "usd", "quantity": 1, "period": { "start": at, "end": at + MONTH },
                "pricing": { "type": "price_details", "price_details": { "price": "price_1" } },
                "parent": { "type": "subscription_item_details", "subscription_item_details": {
                    "subscription": format!("sub_{customer}"), "subscription_item": format!("si_{customer}"),
                    "proration": false,
                } },
            })
        };
        let subscription = json!({ "subscription": format!("sub_{customer}") });
        let invoice = json!({
            "customer": format!("cus_{customer}"), "status": "paid", "currency": "usd", "total": 1000 * lines,
            "billing_reason": "subscription_cycle", "status_transitions": { "paid_at": at + 60 },
            "parent": { "type": "subscription_details", "subscription_details": subscription },
            "lines": { "object": "list", "data": (0..lines).map(line).collect::<Vec<_>>(), "has_more": false },
        });
        self.add(kind::INVOICE, &id, at, invoice);
        let charge = json!({
            "customer": format!("cus_{customer}"), "status": "succeeded", "currency": "usd",
            "amount": 1000 * lines, "amount_captured": 1000 * lines, "amount_refunded": 0, "captured": true,
            "payment_intent": format!("pi_{id}"),
        });
        self.add(kind::CHARGE, &format!("ch_{customer}_{month:02}"), at + 60, charge);
    }

    /// A transaction of the balance.
    pub fn book(&mut self, id: &str, at: i64, amount: i64, fee: i64) {
        let body = json!({
            "amount": amount, "fee": fee, "net": amount - fee, "currency": "usd", "source": format!("ch_{id}"),
            "type": "charge", "reporting_category": "charge", "status": "pending",
        });
        self.add(kind::BALANCE_TRANSACTION, id, at, body);
    }

    /// The subscription ends, and the provider says so.
    pub fn cancel(&mut self, customer: i64, at: i64) {
        let id = format!("sub_{customer}");
        let subscription = self.get_mut(kind::SUBSCRIPTION, &id);
        subscription["status"] = json!("canceled");
        subscription["canceled_at"] = json!(at);
        subscription["ended_at"] = json!(at);
        self.note("customer.subscription.deleted", kind::SUBSCRIPTION, &id, at);
    }

    /// An event about an object.
    pub fn note(&mut self, event_type: &str, kind: ObjectKind, id: &str, at: i64) {
        let events = self.objects.get(&kind::EVENT).map_or(0, BTreeMap::len);
        let data = json!({ "object": { "id": id, "object": kind.as_str() } });
        let event = json!({ "type": event_type, "data": data });
        self.add(kind::EVENT, &format!("evt_{events:05}"), at, event);
    }

    pub fn get_mut(&mut self, kind: ObjectKind, id: &str) -> &mut Value {
        self.objects.get_mut(&kind).unwrap().get_mut(id).unwrap()
    }

    pub fn remove(&mut self, kind: ObjectKind, id: &str) {
        self.objects.get_mut(&kind).unwrap().remove(id);
    }

    /// How many objects of a kind there are.
    pub fn count(&self, kind: ObjectKind) -> u64 {
        self.objects.get(&kind).map_or(0, |objects| objects.len() as u64)
    }
}
