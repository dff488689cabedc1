//! Entries of `/subscriptions/{id}/history`. They are recorded since 2026-06-29; of what was before, only creation and
//! cancellation are known.

use serde_json::{Value, json};

use super::super::super::account::{Kind, instant};
use super::super::super::ids;
use super::Life;

pub const RECORDED_SINCE: i64 = 1_782_691_200; // 2026-06-29

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
        let mut detail = detail;
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
}
