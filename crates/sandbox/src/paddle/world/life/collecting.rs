//! Renewals that are not paid at once: they fail and recover, fail for good, or wait for a transfer.

use serde_json::{Value, json};

use super::super::super::account::{Kind, instant};
use super::{DAY_S, Life, TRIED_AFTER_S};

/// When, in days after the first, a failed payment is tried again.
const RETRIED_AFTER_DAYS: [i64; 5] = [0, 3, 7, 14, 21];
const DUNNING_DAYS: i64 = 30;

impl Life<'_> {
    /// How often the renewal fails at most, and how it stands then.
    fn fail_to_renew(&mut self, times: usize) -> Option<Value> {
        let mut bill = self.begin_period()?;
        for (number, day) in RETRIED_AFTER_DAYS.into_iter().take(times).enumerate() {
            let tried_at = self.period.0 + TRIED_AFTER_S + day * DAY_S;
            let error = if number == 0 { "not_enough_balance" } else { "declined" };
            self.fail(&mut bill, tried_at, error)?;
            self.account.put(Kind::Transaction, bill.clone(), tried_at, "payment_failed");
            if number == 0 {
                self.becomes_past_due(&mut bill, tried_at + 1);
            }
        }
        Some(bill)
    }

    fn becomes_past_due(&mut self, bill: &mut Value, at: i64) {
        bill["status"] = json!("past_due");
        bill["updated_at"] = json!(instant(at));
        self.account.put(Kind::Transaction, bill.clone(), at, "past_due");
        self.status = "past_due";
        self.note(at, "past_due", None, json!({ "transaction_id": bill["id"] }));
        self.tell(at, "past_due");
    }

    /// Fails twice and is paid a week later.
    pub fn recover(&mut self) -> Option<()> {
        let mut bill = self.fail_to_renew(2)?;
        let paid_at = self.period.0 + TRIED_AFTER_S + 7 * DAY_S;
        self.reach(paid_at)?;
        self.status = "active";
        self.pay(&mut bill, paid_at)?;
        self.note(paid_at + 30, "activated", None, json!({ "transaction_id": bill["id"] }));
        self.tell(paid_at + 30, "activated");
        Some(())
    }

    fn give_up(&mut self, mut bill: Value, at: i64) {
        bill["status"] = json!("canceled");
        bill["updated_at"] = json!(instant(at));
        self.account.put(Kind::Transaction, bill, at, "canceled");
    }

    /// Nobody can collect it; after 30 days the subscription is canceled. What was in force before runs to that end.
    pub fn dunning(&mut self) -> Option<()> {
        let bill = self.fail_to_renew(RETRIED_AFTER_DAYS.len())?;
        let ends_at = self.period.0 + DUNNING_DAYS * DAY_S;
        self.reach(ends_at)?;
        self.give_up(bill, ends_at);
        self.intended.forget(&self.id, self.period.0);
        self.end(ends_at, "immediately", None);
        Some(())
    }

    /// Nobody can collect it, and Retain pauses the subscription. It is worth nothing since that renewal.
    pub fn dunning_pauses(&mut self) -> Option<()> {
        let bill = self.fail_to_renew(RETRIED_AFTER_DAYS.len())?;
        let at = self.period.0 + DUNNING_DAYS * DAY_S;
        self.reach(at)?;
        self.give_up(bill, at);
        self.becomes_paused(at, None, None);
        self.intended.end(&self.id, self.period.0);
        Some(())
    }

    /// Invoiced, and paid by transfer some days later; due after 14.
    pub fn renew_by_transfer(&mut self, days: i64) -> Option<()> {
        let mut bill = self.begin_period()?;
        let due_at = self.period.0 + 14 * DAY_S;
        let paid_at = self.period.0 + days * DAY_S;
        if paid_at > due_at {
            self.reach(due_at)?;
            self.becomes_past_due(&mut bill, due_at);
        }
        self.reach(paid_at)?;
        self.status = "active";
        self.pay(&mut bill, paid_at)?;
        if paid_at > due_at {
            self.note(paid_at + 30, "activated", None, json!({}));
            self.tell(paid_at + 30, "activated");
        }
        Some(())
    }

    /// Invoiced and never paid: the seller cancels some days later. As nobody tried to collect it, that period never was.
    pub fn never_pays(&mut self, days: i64) -> Option<()> {
        let mut bill = self.begin_period()?;
        let due_at = self.period.0 + 14 * DAY_S;
        self.reach(due_at)?;
        self.becomes_past_due(&mut bill, due_at);
        let at = self.period.0 + days * DAY_S;
        self.reach(at)?;
        self.give_up(bill, at);
        self.end(at, "immediately", Some("seller_request"));
        self.intended.end(&self.id, self.period.0);
        Some(())
    }

    /// A renewal by invoice that is lowered before it is paid.
    pub fn renew_with_credit_note(&mut self, per_mille: i64) -> Option<()> {
        let mut bill = self.begin_period()?;
        let at = self.period.0 + 3 * DAY_S;
        self.reach(at)?;
        self.lower(&mut bill, at, per_mille);
        self.pay(&mut bill, self.period.0 + 11 * DAY_S)
    }
}
