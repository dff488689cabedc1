//! A subscription between two of its bills.

use super::super::catalog::{Coupon, Off, Plan};
use super::paying::Paid;
use crate::paddle::{Country, rounded};
use crate::world::after;

/// As the list of users calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    Trialing,
    PastDue,
    Paused,
    Deleted,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Trialing => "trialing",
            Self::PastDue => "past_due",
            Self::Paused => "paused",
            Self::Deleted => "deleted",
        }
    }
}

/// What is added to the next payment, or to each; below zero it is taken off.
#[derive(Debug, Clone, Copy)]
pub struct Modifier {
    pub id: u64,
    pub minor: i64,
    pub is_recurring: bool,
    /// On a payment: from then on it belongs to the value.
    pub is_billed: bool,
}

/// When a pause was asked for, from when it holds, and why.
#[derive(Debug, Clone, Copy)]
pub struct Paused {
    pub at: i64,
    pub from: i64,
    pub reason: &'static str,
}

#[derive(Debug, Clone)]
pub struct Subscription {
    pub id: u64,
    /// What the orders of its payments begin with.
    pub order: u64,
    pub checkout_id: String,
    /// The payment that is due next.
    pub next_payment: u64,
    pub plan: Plan,
    pub quantity: i64,
    pub unit_minor: i64,
    pub coupon: Option<Coupon>,
    pub modifiers: Vec<Modifier>,
    /// What changes have left for the next bill.
    pub carry_minor: i64,
    pub state: State,
    pub signed_up_at: i64,
    pub anchor: i64,
    /// Since the anchor.
    pub periods: i64,
    pub period: (i64, i64),
    /// Until when the last regular payment lasts, as the lists show it.
    pub seen_until: i64,
    pub paused: Option<Paused>,
    /// When a failed payment is tried again.
    pub retry_at: Option<i64>,
    pub payments: i64,
    /// Amount and instant.
    pub last_payment: Option<(i64, i64)>,
    pub paid: Option<Paid>,
}

impl Subscription {
    /// Periods are counted from here.
    pub fn restart(&mut self, at: i64) {
        (self.anchor, self.periods) = (at, 1);
        self.period = (at, after(at, self.plan.cycle, 1));
    }

    pub fn next_period(&mut self) {
        let begins_at = self.period.1;
        self.periods += 1;
        self.period = (begins_at, after(self.anchor, self.plan.cycle, self.periods));
    }

    /// Without coupons and modifiers, and without tax unless it is inside.
    pub fn price_minor(&self) -> i64 {
        self.unit_minor * self.quantity
    }

    /// What each period costs, with the coupon where it applies and the modifiers that recur and were billed before.
    pub fn regular_minor(&self, country: &Country) -> i64 {
        let lasting = self.modifiers.iter().filter(|one| one.is_recurring && one.is_billed);
        self.discounted(self.price_minor(), country) + lasting.map(|one| one.minor).sum::<i64>()
    }

    /// What is due next: the period, what only this bill has, and what changes left.
    pub fn due_minor(&self, country: &Country) -> i64 {
        let new = self.modifiers.iter().filter(|one| !one.is_billed);
        let new: i64 = new.map(|one| one.minor).sum();
        let regular = if self.is_to_pay_first_price() {
            self.discounted(country.local_minor(self.plan.initial_cents) * self.quantity, country)
        } else {
            self.regular_minor(country)
        };
        regular + new + self.carry_minor
    }

    /// Whether what is due is the plan's first payment and not like the others. A trial without a price is not a payment.
    pub fn is_to_pay_first_price(&self) -> bool {
        let has_free_trial = self.plan.trial_days > 0 && self.plan.initial_cents == 0;
        let is_over = self.plan.trial_days > 0 && self.state != State::Trialing;
        self.payments == 0
            && !has_free_trial
            && !is_over
            && self.plan.initial_cents != self.plan.recurring_cents
    }

    fn discounted(&self, minor: i64, country: &Country) -> i64 {
        match self.coupon.filter(|coupon| coupon.is_recurring || self.payments == 0) {
            None => minor,
            Some(Coupon { off: Off::PerMille(share), .. }) => minor - rounded(minor * share, 1000),
            Some(Coupon { off: Off::Flat(cents), .. }) => minor - country.local_minor(cents),
        }
    }
}
