//! The subscription as the provider shows it.

use serde_json::{Value, json};

use super::super::super::account::{Kind, instant};
use super::super::transaction::{Line, Share, period, preview};
use super::{Life, Scheduled};

/// Since then a paused subscription keeps its period.
const KEEPS_PERIOD_SINCE: i64 = 1_733_011_200; // 2024-12-01

impl Scheduled {
    pub(super) fn described(self) -> Value {
        json!({
            "action": self.action,
            "effective_at": instant(self.at),
            "resume_at": self.resume_at.map(instant),
        })
    }
}

impl Life<'_> {
    /// Stores the subscription as it is now, with the event that says so.
    pub(super) fn tell(&mut self, at: i64, happening: &str) {
        let subscription = self.entity(at);
        self.account.put(Kind::Subscription, subscription, at, happening);
    }

    /// The first event names the transaction; the entity does not.
    pub(super) fn tell_created(&mut self, at: i64, transaction_id: &Value) {
        let mut subscription = self.entity(at);
        subscription["transaction_id"] = transaction_id.clone();
        self.account.put(Kind::Subscription, subscription, at, "created");
    }

    fn is_running(&self) -> bool {
        matches!(self.status, "active" | "past_due" | "trialing")
    }

    fn has_next(&self) -> bool {
        let ends = self.scheduled.is_some_and(|scheduled| scheduled.action != "resume");
        self.is_running() && !ends
    }

    pub(super) fn entity(&self, at: i64) -> Value {
        let next_billed_at = self.has_next().then(|| instant(self.period.1));
        let status = match self.status {
            "trialing" => "trialing",
            "active" | "past_due" => "active",
            _ => "inactive",
        };
        let was_billed = self.first_billed_at.is_some();
        let items: Vec<Value> = self
            .items
            .iter()
            .map(|item| {
                json!({
                    "status": status,
                    "quantity": item.quantity,
                    "recurring": true,
                    "created_at": instant(item.added_at),
                    "updated_at": instant(at),
                    "previously_billed_at": was_billed.then(|| instant(self.period.0.max(item.added_at))),
                    "next_billed_at": next_billed_at,
                    "trial_dates": self.trial.map(period),
                    "price": item.price.entity,
                    "product": item.price.product,
                })
            })
            .collect();
        let keeps_period = self.is_running() || self.paused_at.is_some_and(|at| at >= KEEPS_PERIOD_SINCE);
        let scheduled = self.scheduled.map(Scheduled::described);
        let discount = self.running.as_ref().map(|running| {
            json!({
                "id": running.discount.id,
                "type": "recurring",
                "starts_at": instant(running.starts_at),
                "ends_at": running.ends_at.map(instant),
            })
        });
        let terms = json!({
            "enable_checkout": false,
            "payment_terms": { "interval": "day", "frequency": 14 },
            "purchase_order_number": "",
            "additional_information": null,
        });
        json!({
            "id": self.id,
            "status": self.status,
            "customer_id": self.buyer.customer_id,
            "address_id": self.buyer.address_id,
            "business_id": self.buyer.business_id,
            "currency_code": self.buyer.country.currency_code,
            "created_at": instant(self.created_at),
            "updated_at": instant(at),
            "started_at": instant(self.started_at),
            "first_billed_at": self.first_billed_at.map(instant),
            "next_billed_at": next_billed_at,
            "paused_at": self.paused_at.map(instant),
            "canceled_at": self.canceled_at.map(instant),
            "discount": discount,
            "collection_mode": if self.is_manual { "manual" } else { "automatic" },
            "billing_details": if self.is_manual { terms } else { Value::Null },
            "current_billing_period": keeps_period.then(|| period(self.period)),
            "billing_cycle": self.items.first().map(|item| item.price.entity["billing_cycle"].clone()),
            "scheduled_change": scheduled,
            "items": items,
            "consent_requirements": [],
            "custom_data": null,
            "import_meta": null,
        })
    }

    /// What it will bill, as it stands in the end.
    pub(super) fn foresee(&mut self) {
        let recurring =
            preview(&self.buyer, &self.full_lines(None), self.discount_at(self.period.1).as_ref());
        self.account.recurring_details.insert(self.id.clone(), recurring);
        if !self.has_next() {
            return;
        }
        let cycle = self.items.iter().find_map(|item| item.price.cycle);
        let starts_at = self.period.1;
        let anchor = if self.status == "trialing" { starts_at } else { self.anchor };
        let periods = if self.status == "trialing" { 1 } else { self.periods + 1 };
        let ends_at = cycle.map_or(starts_at, |cycle| crate::world::after(anchor, cycle, periods));
        let mut lines: Vec<Line> = self.full_lines(Some(Share::whole(starts_at, ends_at)));
        lines.extend(self.put_off.iter().flat_map(|put_off| put_off.lines.iter().cloned()));
        let next = json!({
            "billing_period": period((starts_at, ends_at)),
            "details": preview(&self.buyer, &lines, self.discount_at(starts_at).as_ref()),
            "adjustments": [],
        });
        self.account.next_transactions.insert(self.id.clone(), next);
    }
}
