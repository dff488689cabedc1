//! Pauses, both ways out of them, and cancellations.

use serde_json::json;

use super::history::RECORDED_SINCE;
use super::{DAY_S, Life, Scheduled, TRIED_AFTER_S};

const EVENTS_KEPT_S: i64 = 90 * DAY_S;

impl Life<'_> {
    fn schedule(&mut self, at: i64, scheduled: Option<Scheduled>) {
        let known = scheduled.or(self.scheduled);
        let detail = known.map_or(json!({}), |known| json!({ "scheduled_change": known.described() }));
        let action = if scheduled.is_some() { "scheduled_change_added" } else { "scheduled_change_removed" };
        self.scheduled = scheduled;
        self.note(at, action, Some("customer_request"), detail);
        self.tell(at, "updated");
    }

    /// Asked for at `at`, paused at the end of the period; for `days`, if that is agreed.
    pub fn pause(&mut self, at: i64, days: Option<i64>) -> Option<()> {
        self.reach(at)?;
        let effective_at = self.period.1;
        let resume_at = days.map(|days| effective_at + days * DAY_S);
        self.schedule(at, Some(Scheduled { action: "pause", at: effective_at, resume_at }));
        self.reach(effective_at)?;
        self.becomes_paused(effective_at, resume_at, Some("customer_request"));
        self.intended.end(&self.id, effective_at);
        Some(())
    }

    pub fn pause_now(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        self.becomes_paused(at, None, Some("customer_request"));
        self.intended.end(&self.id, at);
        Some(())
    }

    pub(super) fn becomes_paused(&mut self, at: i64, resume_at: Option<i64>, reason: Option<&str>) {
        self.scheduled = resume_at.map(|at| Scheduled { action: "resume", at, resume_at: None });
        (self.paused_at, self.status) = (Some(at), "paused");
        let effective_from = if at < self.period.1 { "immediately" } else { "next_billing_period" };
        self.note(at, "paused", reason, json!({ "effective_from": effective_from }));
        self.tell(at, "updated");
        self.tell(at, "paused");
    }

    /// Where neither history nor events reach, a pause that is over shows by the time that was not billed alone.
    fn over(&mut self, at: i64) {
        let Some(paused_at) = self.paused_at.take() else { return };
        let forgotten_at = paused_at + EVENTS_KEPT_S + 1;
        let is_known = paused_at >= RECORDED_SINCE || self.reach(forgotten_at).is_none();
        let billed_until = self.period.1;
        if !is_known && paused_at > self.period.0 && paused_at < billed_until {
            self.intended.forget(&self.id, paused_at);
            if at > billed_until {
                self.intended.end(&self.id, billed_until);
            }
        }
    }

    /// A new period begins, and is billed at once.
    pub fn resume(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        self.over(at);
        (self.status, self.scheduled, self.anchor, self.periods) = ("active", None, at, 1);
        self.period = (at, self.end_of(at, 1));
        let lines = self.full_lines(None);
        let mut bill = self.write("subscription_recurring", at, Some(self.period), lines);
        self.is_worth_its_items(at);
        self.resumed(at, "start_new_billing_period");
        self.pay(&mut bill, at + TRIED_AFTER_S)
    }

    /// The period goes on as if nothing had been, without a bill.
    pub fn resume_within(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        let is_worth = self.paused_at.is_some();
        self.over(at);
        (self.status, self.scheduled) = ("active", None);
        if is_worth {
            self.is_worth_its_items(at);
        }
        self.resumed(at, "continue_existing_billing_period");
        Some(())
    }

    fn resumed(&mut self, at: i64, how: &str) {
        self.note(at, "resumed", Some("customer_request"), json!({ "on_resume": how }));
        self.tell(at, "resumed");
        self.tell(at, "activated");
    }

    /// Asked for at `at`, canceled at the end of the period.
    pub fn cancel(&mut self, at: i64) -> Option<()> {
        self.reach(at)?;
        let ends_at = self.period.1;
        self.schedule(at, Some(Scheduled { action: "cancel", at: ends_at, resume_at: None }));
        self.reach(ends_at)?;
        self.end(ends_at, "next_billing_period", Some("customer_request"));
        Some(())
    }

    /// Asked for and withdrawn some days later.
    pub fn think_again(&mut self, at: i64, action: &'static str, days: i64) -> Option<()> {
        self.reach(at)?;
        self.schedule(at, Some(Scheduled { action, at: self.period.1, resume_at: None }));
        let withdrawn_at = at + days * DAY_S;
        self.reach(withdrawn_at)?;
        self.schedule(withdrawn_at, None);
        Some(())
    }

    pub fn cancel_now(&mut self, at: i64, reason: &str) -> Option<()> {
        self.reach(at)?;
        self.end(at, "immediately", Some(reason));
        Some(())
    }

    pub(super) fn end(&mut self, at: i64, effective_from: &str, reason: Option<&str>) {
        (self.scheduled, self.canceled_at, self.status) = (None, Some(at), "canceled");
        self.paused_at = None;
        self.intended.end(&self.id, at);
        self.note(at, "canceled", reason, json!({ "effective_from": effective_from }));
        self.tell(at, "canceled");
    }
}
