//! Another plan, quantity or price, modifiers, and pauses.

use serde_json::json;

use super::super::super::account::{Kind as Rows, decimal};
use super::super::catalog::Plan;
use super::subscription::{Modifier, Paused};
use super::{Kind, Life, State};
use crate::paddle::rounded;

/// When what a change costs is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billed {
    /// Old and new are netted into one payment; what is left over goes to the next bill.
    Now,
    /// Old and new are netted into the next payment.
    WithNext,
    /// Nothing is prorated.
    NotAtAll,
}

impl Life<'_> {
    /// The subscription has this plan and quantity from now on.
    pub fn change(&mut self, at: i64, plan: &Plan, quantity: i64, billed: Billed) -> Option<()> {
        self.change_price(at, plan, quantity, plan.recurring_cents, billed)
    }

    /// The same, at another price than the plan's.
    pub fn change_price(
        &mut self,
        at: i64,
        plan: &Plan,
        quantity: i64,
        unit_cents: i64,
        billed: Billed,
    ) -> Option<()> {
        self.until(at)?;
        let country = self.country;
        let before = self.sub().clone();
        let unit_minor = country.local_minor(unit_cents);
        let sub = self.sub_mut();
        (sub.plan, sub.quantity, sub.unit_minor) = (*plan, quantity, unit_minor);
        let (old_minor, new_minor) = (before.regular_minor(country), sub.regular_minor(country));
        let (left_s, period_s) = (before.period.1 - at, before.period.1 - before.period.0);
        let left = |minor: i64| rounded(minor * left_s, period_s);
        let has_other_cycle = before.plan.cycle != plan.cycle;
        let netted_minor = if has_other_cycle {
            sub.restart(at);
            sub.seen_until = sub.period.1;
            new_minor - left(old_minor)
        } else {
            left(new_minor - old_minor)
        };
        self.updated(at, &before);
        let (id, currency) = (before.id, self.currency());
        if before.state != State::Trialing {
            let value_minor = self.regular_net_minor();
            self.meant.know(id, at, value_minor, plan, currency);
        }
        match billed {
            Billed::Now if netted_minor > 0 => {
                let bill = self.bill(netted_minor, plan.has_tax_inside);
                self.pay(at, bill, Kind::Netted, "");
            }
            Billed::Now | Billed::WithNext => self.sub_mut().carry_minor += netted_minor,
            Billed::NotAtAll => {}
        }
        Some(())
    }

    /// Something is added to the next payment or, where it recurs, to all; below zero it is taken off.
    pub fn modify(&mut self, at: i64, cents: i64, is_recurring: bool) -> Option<()> {
        self.until(at)?;
        let id = self.account.next_number();
        let minor = self.country.local_minor(cents);
        self.sub_mut().modifiers.push(Modifier { id, minor, is_recurring, is_billed: false });
        let row = json!({
            "modifier_id": id,
            "subscription_id": self.sub().id,
            "amount": decimal(minor, self.currency()),
            "currency": self.country.currency_code,
            "is_recurring": is_recurring,
            "description": if cents < 0 { "A discount" } else { "An extra" },
        });
        self.account.put(Rows::Modifier, id, row);
        Some(())
    }

    /// What recurs is not added any more, from the next payment on.
    pub fn take_off_modifiers(&mut self, at: i64) -> Option<()> {
        self.until(at)?;
        for modifier in std::mem::take(&mut self.sub_mut().modifiers) {
            self.account.remove(Rows::Modifier, modifier.id);
        }
        Some(())
    }

    /// A pause is asked for; it begins with the next bill.
    pub fn pause(&mut self, at: i64) -> Option<()> {
        self.until(at)?;
        let from = self.period().1;
        let before = self.sub().clone();
        self.sub_mut().paused = Some(Paused { at, from, reason: "voluntary" });
        self.updated(at, &before);
        self.until(from)?;
        let before = self.sub().clone();
        self.sub_mut().state = State::Paused;
        self.updated(from, &before);
        self.meant.know_end(before.id, from);
        self.meant.see_end(before.id, before.seen_until);
        Some(())
    }

    /// A renewal fails until the seller's settings pause the subscription.
    pub fn dunning_pauses(&mut self) -> Option<()> {
        let at = self.fail(3)?;
        let before = self.sub().clone();
        let sub = self.sub_mut();
        sub.state = State::Paused;
        sub.paused = Some(Paused { at, from: at, reason: "delinquent" });
        self.updated(at, &before);
        self.meant.know_end(before.id, at);
        self.meant.see_end(before.id, before.seen_until);
        Some(())
    }

    /// A paused subscription goes on with a new period, which is paid at once.
    pub fn resume(&mut self, at: i64) -> Option<()> {
        self.until(at)?;
        let before = self.sub().clone();
        let sub = self.sub_mut();
        (sub.state, sub.paused) = (State::Active, None);
        sub.restart(at);
        self.updated(at, &before);
        self.pay_due(at);
        Some(())
    }
}
