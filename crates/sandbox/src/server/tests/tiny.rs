//! A merchant made by hand: a few objects of each sort that the server has a rule about.

use model::{Currency, CustomerId, UnixSeconds};
use serde_json::{Value, json};

use crate::ObjectKind;
use crate::world::{Cursor, ExpectedStep, ListPage, ListQuery, Merchant, UnknownCursor};

pub struct Tiny {
    objects: Vec<(ObjectKind, Value)>,
    now: UnixSeconds,
}

/// The first customer's `created`; the others follow ten seconds apart, the last two in the same second.
pub const FIRST: i64 = 1_700_000_000;
const DAY: i64 = 86_400;

fn subscription(id: &str, status: &str, items: usize) -> Value {
    let item = |n: usize| {
        json!({
            "id": format!("si_{n:02}"), "object": "subscription_item", "quantity": 1, "price": price(),
            "current_period_start": FIRST, "current_period_end": FIRST + 30 * DAY, "discounts": [],
        })
    };
    json!({
        "id": id, "object": "subscription", "created": FIRST, "customer": "cus_1", "status": status,
        "discounts": ["di_1"], "latest_invoice": "in_1",
        "items": {
            "object": "list", "has_more": false, "url": format!("/v1/subscription_items?subscription={id}"),
            "data": (0..items).map(item).collect::<Vec<_>>(),
        },
    })
}

fn price() -> Value {
    json!({
        "id": "price_1", "object": "price", "created": FIRST, "currency": "usd", "product": "prod_1",
        "unit_amount": 1000, "unit_amount_decimal": "1000", "tiers_mode": null, "transform_quantity": null,
        "tiers": [{ "up_to": null, "unit_amount": 1000 }], "type": "recurring", "active": true,
        "recurring": { "interval": "month", "interval_count": 1, "usage_type": "licensed", "meter": null },
    })
}

fn line(n: usize) -> Value {
    let parent = if n == 0 {
        json!({ "type": "invoice_item_details", "subscription_item_details": null, "invoice_item_details": {
            "invoice_item": "ii_1", "proration": true, "proration_details": null, "subscription": "sub_1",
        } })
    } else {
        json!({ "type": "subscription_item_details", "invoice_item_details": null, "subscription_item_details": {
            "invoice_item": null, "proration": false, "subscription": "sub_1", "subscription_item": "si_00",
        } })
    };
    json!({
        "id": format!("il_{n:02}"), "object": "line_item", "amount": 1000, "parent": parent, "discounts": ["di_1"],
        "pricing": { "type": "price_details", "price_details": { "price": "price_1", "product": "prod_1" } },
        "taxes": [{ "amount": 160, "tax_behavior": "inclusive", "tax_rate_details": { "tax_rate": "txr_1" } }],
    })
}

fn invoice() -> Value {
    json!({
        "id": "in_1", "object": "invoice", "created": FIRST, "customer": "cus_1", "status": "paid",
        "amount_paid": 12000, "discounts": ["di_1"],
        "parent": { "type": "subscription_details", "subscription_details": { "subscription": "sub_1" } },
        "total_taxes": [{ "amount": 160, "tax_behavior": "inclusive", "tax_rate_details": { "tax_rate": "txr_1" } }],
        "lines": { "object": "list", "has_more": false, "url": "/v1/invoices/in_1/lines",
            "data": (0..12).map(line).collect::<Vec<_>>() },
    })
}

impl Tiny {
    pub fn new() -> Self {
        let mut objects = Vec::new();
        for n in 0..12 {
            let created = FIRST + 10 * n.min(10);
            objects.push((ObjectKind::Customer, json!({
                "id": format!("cus_{n}"), "object": "customer", "created": created, "email": "a@b.example",
            })));
        }
        objects
            .push((ObjectKind::Customer, json!({ "id": "cus_gone", "object": "customer", "deleted": true })));
        for (id, status) in [("sub_1", "active"), ("sub_2", "canceled"), ("sub_3", "incomplete_expired")] {
            objects.push((ObjectKind::Subscription, subscription(id, status, 11)));
        }
        objects.push((ObjectKind::Price, price()));
        objects.push((ObjectKind::Product, json!({ "id": "prod_1", "object": "product", "created": FIRST })));
        objects.push((ObjectKind::Coupon, json!({ "id": "10 % off", "object": "coupon", "created": FIRST })));
        objects.push((ObjectKind::Invoice, invoice()));
        objects.push((ObjectKind::Charge, json!({
            "id": "ch_1", "object": "charge", "created": FIRST, "customer": "cus_1", "payment_intent": "pi_1",
        })));
        objects.push((
            ObjectKind::PaymentIntent,
            json!({
                "id": "pi_1", "object": "payment_intent", "created": FIRST, "latest_charge": "ch_1",
            }),
        ));
        objects.push((ObjectKind::InvoicePayment, json!({
            "id": "inpay_1", "object": "invoice_payment", "created": FIRST, "invoice": "in_1", "status": "paid",
            "payment": { "type": "payment_intent", "payment_intent": "pi_1" },
        })));
        let now = FIRST + 40 * DAY;
        for (id, created, event_type) in [
            ("evt_old", FIRST, "customer.created"),
            ("evt_1", now - DAY, "customer.updated"),
            ("evt_2", now - 60, "invoice.paid"),
        ] {
            objects.push((ObjectKind::Event, event(id, created, event_type)));
        }
        Self { objects, now: UnixSeconds(now) }
    }
}

fn event(id: &str, created: i64, event_type: &str) -> Value {
    json!({
        "id": id, "object": "event", "created": created, "type": event_type,
        "api_version": "2026-07-29.dahlia", "data": { "object": subscription("sub_1", "active", 1) },
    })
}

fn created(object: &Value) -> i64 {
    object["created"].as_i64().unwrap_or(0)
}

fn is_listed(query: &ListQuery, object: &Value) -> bool {
    let filter = &query.filter;
    let has = |wanted: &Option<String>, pointer: &str| {
        wanted.is_none() || wanted.as_deref() == object.pointer(pointer).and_then(Value::as_str)
    };
    let status = object["status"].as_str().unwrap_or_default();
    let has_status = match (query.kind, filter.status.as_deref()) {
        (ObjectKind::Subscription, None) => !["canceled", "incomplete_expired"].contains(&status),
        (ObjectKind::Subscription, Some("ended")) => ["canceled", "incomplete_expired"].contains(&status),
        (_, None | Some("all")) => true,
        (_, Some(wanted)) => status == wanted,
    };
    let event_type = object["type"].as_str().unwrap_or_default();
    object["deleted"] != true
        && has_status
        && has(&filter.customer, "/customer")
        && has(&filter.invoice, "/invoice")
        && has(&filter.payment_intent, "/payment/payment_intent")
        && (filter.types.is_empty() || filter.types.iter().any(|wanted| wanted == event_type))
        && query.created_gte.is_none_or(|from| created(object) >= from)
        && query.created_lte.is_none_or(|to| created(object) <= to)
}

impl Merchant for Tiny {
    fn account(&self) -> Value {
        json!({ "id": "acct_tiny", "object": "account", "default_currency": "usd" })
    }

    fn now(&self) -> UnixSeconds {
        self.now
    }

    fn list(&self, query: &ListQuery) -> Result<ListPage, UnknownCursor> {
        let of_kind = self.objects.iter().filter(|(kind, _)| *kind == query.kind).map(|(_, object)| object);
        let mut objects: Vec<Value> = of_kind.filter(|object| is_listed(query, object)).cloned().collect();
        objects.sort_by_key(|object| (-created(object), object["id"].to_string()));
        let place = |id: &String| {
            let place = objects.iter().position(|object| object["id"] == **id);
            place.ok_or_else(|| UnknownCursor { kind: query.kind, id: id.clone() })
        };
        let (start, end) = match &query.cursor {
            None => (0, objects.len()),
            Some(Cursor::StartingAfter(id)) => (place(id)? + 1, objects.len()),
            Some(Cursor::EndingBefore(id)) => (place(id)?.saturating_sub(query.limit), place(id)?),
        };
        let is_backward = matches!(query.cursor, Some(Cursor::EndingBefore(_)));
        let has_more = if is_backward { start > 0 } else { end - start > query.limit };
        let objects = objects[start..end].iter().take(query.limit).cloned().collect();
        Ok(ListPage { objects, has_more })
    }

    fn get(&self, kind: ObjectKind, id: &str) -> Option<Value> {
        let found = self.objects.iter().find(|(own, object)| *own == kind && object["id"] == id);
        found.map(|(_, object)| object.clone())
    }

    fn discount(&self, id: &str) -> Option<Value> {
        Some(json!({ "id": id, "object": "discount", "source": { "type": "coupon", "coupon": "10 % off" } }))
    }

    fn expected_mrr(&self) -> Box<dyn Iterator<Item = ExpectedStep> + Send + '_> {
        let step = |at: i64, mrr_minor| ExpectedStep {
            customer: CustomerId::from("cus_1"),
            currency: Currency::USD,
            at: UnixSeconds(at),
            mrr_minor,
        };
        Box::new([step(FIRST, 1000), step(FIRST + DAY, 0)].into_iter())
    }

    fn advance(&mut self, to: UnixSeconds) -> Vec<Value> {
        let events = (self.now.0 + 1..=to.0)
            .map(|at| event(&format!("evt_at_{at}"), at, "customer.subscription.updated"));
        let events: Vec<Value> = events.collect();
        self.now = self.now.max(to);
        events
    }
}
