//! Entries of `/subscriptions/{id}/history`. They are recorded since 2026-06-29; of what was before, only creation and
//! cancellation are known.

use serde_json::{Value, json};

use super::super::super::account::{Kind, instant};
use super::super::super::ids;
use super::{Item, Life, Running};

pub const RECORDED_SINCE: i64 = 1_782_691_200; // 2026-06-29

/// What an entry about a new subscription has of it.
const CREATED: [&str; 7] = [
    "status",
    "collection_mode",
    "billing_details",
    "currency_code",
    "current_billing_period",
    "billing_cycle",
    "custom_data",
];

/// Entries of one instant.
#[derive(Debug, Default)]
pub struct Group {
    at: i64,
    id: String,
    entries: i64,
}

impl Life<'_> {
    /// Entries of one instant belong together.
    pub(super) fn note(&mut self, at: i64, action: &str, reason: Option<&str>, detail: Value) {
        if self.group.at != at {
            self.group = Group { at, id: self.account.next_id("subgrp", at), entries: 0 };
        }
        // Entries of one second are told apart by their milliseconds.
        let at_ms = at * 1000 + self.group.entries.min(999);
        self.group.entries += 1;
        let number = self.account.next_number();
        let id = ids::id(Kind::HistoryEntry.prefix(), at_ms, self.account.seed, number);
        if at < RECORDED_SINCE && !matches!(action, "created" | "canceled") {
            return;
        }
        let (source, actor) = match (action, reason) {
            (_, Some("customer_request")) => ("customer_portal", "customer"),
            (_, Some("seller_request")) => ("dashboard", "user"),
            ("paused", None) => ("retain", "system"),
            ("created", _) => ("checkout", "customer"),
            _ => ("system", "system"),
        };
        let actor_id = (actor == "customer").then_some(self.buyer.customer_id.as_str());
        let mut detail = self.described(at, action, detail);
        detail["action"] = json!(format!("subscription_{action}"));
        let entry = json!({
            "id": id,
            "group_id": self.group.id,
            "subscription_id": self.id,
            "occurred_at": instant(at),
            "source": source,
            "actor": { "type": actor, "id": actor_id },
            "reason": reason,
            "detail": detail,
        });
        self.account.history.entry(self.id.clone()).or_default().push(entry);
    }

    /// What an entry says beside what is known of it: how the subscription is then.
    fn described(&self, at: i64, action: &str, mut detail: Value) -> Value {
        let subscription = self.entity(at);
        let fields: &[&str] = match action {
            // Of what was before, only that it was.
            "created" => &CREATED,
            "activated" => &["status", "first_billed_at", "next_billed_at", "current_billing_period"],
            "renewed" => &["next_billed_at", "current_billing_period"],
            "billing_cycle_updated" => &["billing_cycle", "next_billed_at", "current_billing_period"],
            "past_due" | "paused" | "resumed" => &["status"],
            _ => &[],
        };
        let is_known = at >= RECORDED_SINCE;
        for field in fields {
            detail[*field] = if is_known { subscription[*field].clone() } else { Value::Null };
        }
        match action {
            "created" => self.describe_whole(is_known, &mut detail),
            "activated" if detail["transaction_id"].is_null() => {
                detail["transaction_id"] = self.last["id"].clone();
            }
            _ => {}
        }
        detail
    }

    /// Whom a new subscription is for, and of what.
    fn describe_whole(&self, is_known: bool, detail: &mut Value) {
        let known = |value: Value| if is_known { value } else { Value::Null };
        let one = |kind, id: &str| known(self.account.get(kind, id).cloned().unwrap_or(Value::Null));
        detail["customer"] = one(Kind::Customer, &self.buyer.customer_id);
        detail["address"] = one(Kind::Address, &self.buyer.address_id);
        detail["business"] = one(Kind::Business, self.buyer.business_id.as_deref().unwrap_or_default());
        let item = |item: &Item| json!({ "price": item.price.entity, "quantity": item.quantity });
        detail["items"] = known(self.items.iter().map(item).collect());
        detail["discount"] =
            known(self.running.as_ref().map_or(Value::Null, |one| self.described_discount(one)));
        detail["has_payment_method"] = known(json!(!self.is_manual));
    }

    pub(super) fn described_discount(&self, running: &Running) -> Value {
        json!({
            "discount": self.account.get(Kind::Discount, &running.discount.id),
            "type": "recurring",
            "starts_at": instant(running.starts_at),
            "ends_at": running.ends_at.map(instant),
        })
    }
}
