//! Customers, subscriptions and their items.

use serde_json::{Value, json};

use super::super::ids::Tag;
use super::super::records::{Item, PauseBehavior, Subscription};
use super::super::simulated::World;
use super::{embedded, merge};

impl World {
    pub(super) fn customer_object(&self, number: u32) -> Value {
        let customer = &self.customers[number as usize];
        let id = self.id(Tag::Customer, number);
        if customer.deleted_at.is_some() {
            return json!({"id": id, "object": "customer", "deleted": true});
        }
        json!({
            "id": id,
            "object": "customer",
            "address": {
                "city": null,
                "country": customer.country,
                "line1": null,
                "line2": null,
                "postal_code": null,
                "state": null,
            },
            "balance": customer.balance_minor,
            "created": customer.created,
            "currency": customer.currency,
            "default_source": null,
            "delinquent": customer.is_delinquent,
            "description": null,
            "discount": customer.discount.map(|discount| self.discount_object(discount)),
            "email": customer.email,
            "invoice_prefix": self.invoice_prefix(number),
            "invoice_settings": {
                "custom_fields": null,
                "default_payment_method": self.id(Tag::PaymentMethod, number),
                "footer": null,
                "rendering_options": null,
            },
            "livemode": false,
            "metadata": {},
            "name": customer.name,
            "next_invoice_sequence": customer.invoices + 1,
            "phone": null,
            "preferred_locales": [],
            "shipping": null,
            "tax_exempt": "none",
            "test_clock": null,
        })
    }

    pub(super) fn invoice_prefix(&self, customer: u32) -> String {
        self.id(Tag::Request, customer)[4..12].to_ascii_uppercase()
    }

    pub(super) fn subscription_object(&self, number: u32) -> Value {
        let state = &self.subscriptions[number as usize];
        let id = self.id(Tag::Subscription, number);
        let items = state.items.iter().map(|item| self.item_value(number, item)).collect();
        let url = format!("/v1/subscription_items?subscription={id}");
        let customer = &self.customers[state.customer as usize];
        let discounts: Vec<String> =
            state.discount.into_iter().map(|of| self.id(Tag::Discount, of)).collect();
        let method = state.has_payment_method.then(|| self.id(Tag::PaymentMethod, state.customer));
        let mut object = json!({
            "id": id,
            "object": "subscription",
            "application": null,
            "application_fee_percent": null,
            "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
            "billing_cycle_anchor": state.anchor,
            "billing_cycle_anchor_config": null,
            "billing_mode": billing_mode(state),
            "billing_thresholds": null,
            "cancel_at": state.cancel_at,
            "cancel_at_period_end": state.is_canceled_at_period_end,
            "canceled_at": state.canceled_at,
            "cancellation_details": {"comment": null, "feedback": state.feedback, "reason": state.reason},
            "collection_method": collection_method(state.days_until_due),
            "created": state.created,
            "currency": customer.currency,
            "customer": self.id(Tag::Customer, state.customer),
            "days_until_due": state.days_until_due,
            "default_payment_method": method,
            "default_source": null,
            "default_tax_rates": self.tax_rates(state.tax),
            "description": null,
            "discounts": discounts,
            "ended_at": state.ended_at,
            "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}},
            "items": embedded(items, url),
        });
        let rest = json!({
            "latest_invoice": state.latest_invoice.map(|invoice| self.id(Tag::Invoice, invoice)),
            "livemode": false,
            "metadata": {},
            "next_pending_invoice_item_invoice": null,
            "on_behalf_of": null,
            "pause_collection": pause_collection(state),
            "payment_settings": {
                "payment_method_options": null,
                "payment_method_types": null,
                "save_default_payment_method": "off",
            },
            "pending_invoice_item_interval": null,
            "pending_setup_intent": null,
            "pending_update": self.pending_update_object(number),
            "schedule": null,
            "start_date": state.started_at,
            "status": state.status.as_str(),
            "test_clock": null,
            "transfer_data": null,
            "trial_end": state.trial.map(|(_, end)| end),
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
            "trial_start": state.trial.map(|(start, _)| start),
        });
        merge(&mut object, rest);
        object
    }

    fn pending_update_object(&self, number: u32) -> Option<Value> {
        let update = self.subscriptions[number as usize].pending_update.as_ref()?;
        let item = json!({
            "id": self.id(Tag::Item, update.item.number),
            "price": self.price_id(update.item.price),
            "quantity": update.item.quantity,
        });
        Some(json!({
            "billing_cycle_anchor": null,
            "expires_at": update.expires_at,
            "subscription_items": [item],
            "trial_end": null,
            "trial_from_plan": null,
        }))
    }

    pub(super) fn item_object(&self, number: u32) -> Value {
        let of = self.items[number as usize];
        let items = &self.subscriptions[of as usize].items;
        let item = items.iter().find(|item| item.number == number);
        item.map_or_else(
            || json!({"id": self.id(Tag::Item, number), "object": "subscription_item", "deleted": true}),
            |item| self.item_value(of, item),
        )
    }

    fn item_value(&self, subscription: u32, item: &Item) -> Value {
        let (start, end) = self.period_of_item(subscription, item);
        let mut price = self.price_object(item.price);
        if let Some(fields) = price.as_object_mut() {
            // They are only there where a price is asked for by itself.
            for name in ["tiers", "currency_options", "deleted"] {
                fields.remove(name);
            }
        }
        let mut object = json!({
            "id": self.id(Tag::Item, item.number),
            "object": "subscription_item",
            "billing_thresholds": null,
            "created": item.created,
            "current_period_end": end,
            "current_period_start": start,
            "discounts": [],
            "metadata": {},
            "plan": self.plan_object(item.price),
            "price": price,
            "quantity": item.quantity,
            "subscription": self.id(Tag::Subscription, subscription),
            "tax_rates": [],
        });
        if let (true, Some(fields)) =
            (self.catalog.prices[item.price as usize].is_metered(), object.as_object_mut())
        {
            fields.remove("quantity");
        }
        object
    }
}

/// Items of several intervals and itemized discounts take the newer mode ("Billing mode" in Stripe's documentation).
fn billing_mode(state: &Subscription) -> Value {
    if !state.is_flexible {
        return json!({"flexible": null, "type": "classic"});
    }
    let discounts = if state.itemizes_discounts { "itemized" } else { "included" };
    json!({"flexible": {"proration_discounts": discounts}, "type": "flexible"})
}

pub(super) fn collection_method(days_until_due: Option<i64>) -> &'static str {
    if days_until_due.is_some() { "send_invoice" } else { "charge_automatically" }
}

fn pause_collection(state: &Subscription) -> Option<Value> {
    let pause = state.pause?;
    let behavior = match pause.behavior {
        PauseBehavior::Void => "void",
        PauseBehavior::MarkUncollectible => "mark_uncollectible",
        PauseBehavior::KeepAsDraft => "keep_as_draft",
    };
    Some(json!({"behavior": behavior, "resumes_at": pause.resumes_at}))
}
