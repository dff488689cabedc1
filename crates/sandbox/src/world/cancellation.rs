//! How customers cancel, come back, and take advantage of offers.

use super::calendar::DAY;
use super::catalog::{Deal, Plan};
use super::records::*;
use super::scheduled::Scheduled;
use super::simulated::World;
use super::subscribing::Terms;
use crate::ObjectKind;

const FEEDBACK: [&str; 6] =
    ["too_expensive", "missing_features", "switched_service", "unused", "customer_service", "too_complex"];

impl World {
    pub(super) fn cancel_at_period_end(&mut self, number: u32) {
        let now = self.now;
        let feedback = self.chance.pick(&FEEDBACK);
        let state = self.subscription(number);
        if state.cancel_at.is_some() {
            return;
        }
        state.is_canceled_at_period_end = true;
        state.cancel_at = Some(state.period.1);
        state.canceled_at = Some(now);
        (state.reason, state.feedback) = (Some("cancellation_requested"), Some(feedback));
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    pub(super) fn keep_after_all(&mut self, number: u32) {
        let state = self.subscription(number);
        if state.cancel_at.is_none() {
            return;
        }
        state.is_canceled_at_period_end = false;
        (state.cancel_at, state.canceled_at) = (None, None);
        (state.reason, state.feedback) = (None, None);
        self.saw("cancellation taken back");
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    pub(super) fn schedule_cancel(&mut self, number: u32, days: i64) {
        let now = self.now;
        let state = self.subscription(number);
        if state.cancel_at.is_some() {
            return;
        }
        let at = now + days * DAY;
        (state.cancel_at, state.canceled_at) = (Some(at), Some(now));
        state.reason = Some("cancellation_requested");
        self.schedule(at, Scheduled::CancelAt { subscription: number, at });
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    pub(super) fn cancel_at_instant(&mut self, number: u32, at: i64) {
        let state = &self.subscriptions[number as usize];
        if state.cancel_at == Some(at) && !state.status.is_over() {
            self.saw("canceled as scheduled");
            self.end_subscription(number, "cancellation_requested");
        }
    }

    /// With `gives_back` the unused time becomes a credit, on an invoice at once or waiting.
    pub(super) fn cancel_now(&mut self, number: u32, gives_back: bool, invoices_now: bool) {
        let is_trial = self.subscriptions[number as usize].status == Status::Trialing;
        if gives_back {
            self.give_all_back(number);
            self.saw("canceled with credit");
        }
        self.saw(if is_trial { "canceled in trial" } else { "canceled at once" });
        self.end_subscription(number, "cancellation_requested");
        if gives_back && invoices_now {
            let invoice = self.bill_pending(number, "subscription_update");
            self.finalize(invoice);
        }
    }

    /// METRICS: netted by day, this is one expansion or contraction.
    pub(super) fn replace(&mut self, number: u32, plan: Plan) {
        let state = &self.subscriptions[number as usize];
        let (customer, tax) = (state.customer, state.tax);
        let currency = self.customers[customer as usize].currency;
        let price = self.catalog.plan(currency, plan);
        self.cancel_now(number, false, false);
        self.subscribe(customer, Terms { tax, ..Terms::of(price, 1) });
        self.saw("replaced the same day");
    }

    pub(super) fn comes_back(&mut self, customer: u32, plan: Plan) {
        let state = &self.customers[customer as usize];
        let is_over = |number: &u32| self.subscriptions[*number as usize].status.is_over();
        if state.deleted_at.is_none() && state.subscriptions.iter().all(is_over) {
            let price = self.catalog.plan(state.currency, plan);
            let is_return = !state.subscriptions.is_empty();
            self.subscribe(customer, Terms::of(price, 1));
            self.saw(if is_return { "reactivated" } else { "anchor at the end of a month" });
        }
    }

    /// The customer vanishes from the list; the subscriptions are canceled, the invoices stay.
    pub(super) fn customer_is_deleted(&mut self, customer: u32) {
        let subscriptions = self.customers[customer as usize].subscriptions.clone();
        let status = |number: &u32| self.subscriptions[*number as usize].status;
        let is_settled = subscriptions.iter().all(|number| status(number) != Status::Unpaid);
        if self.customers[customer as usize].deleted_at.is_some() || !is_settled {
            return;
        }
        for subscription in subscriptions {
            if !self.subscriptions[subscription as usize].status.is_over() {
                self.end_subscription(subscription, "cancellation_requested");
            }
        }
        self.customers[customer as usize].deleted_at = Some(self.now);
        self.saw("customer deleted");
        self.emit("customer.deleted", ObjectKind::Customer, customer);
    }

    pub(super) fn grant(&mut self, number: u32, deal: Deal) {
        self.grant_with(number, deal, false);
        self.emit("customer.subscription.updated", ObjectKind::Subscription, number);
    }

    pub(super) fn grant_with(&mut self, number: u32, deal: Deal, has_promotion_code: bool) {
        let customer = self.subscriptions[number as usize].customer;
        let discount = self.new_discount(customer, Some(number), deal, has_promotion_code);
        self.subscription(number).discount = Some(discount);
    }

    /// On the customer: for all of its subscriptions that have none of their own.
    pub(super) fn grant_customer(&mut self, customer: u32, deal: Deal) {
        let discount = self.new_discount(customer, None, deal, false);
        self.customers[customer as usize].discount = Some(discount);
        self.saw("coupon on the customer");
    }

    pub(super) fn new_discount(
        &mut self,
        customer: u32,
        subscription: Option<u32>,
        deal: Deal,
        has_code: bool,
    ) -> u32 {
        let start = self.now;
        let coupon = self.catalog.deal(self.customers[customer as usize].currency, deal);
        let details = &mut self.catalog.coupons[coupon as usize];
        details.times_redeemed += 1;
        let end = match details.duration {
            Duration::Months(months) => Some(super::calendar::add_months(start, months)),
            Duration::Once | Duration::Forever => None,
        };
        let code = self.catalog.promotion_codes.iter().position(|code| has_code && code.coupon == coupon);
        let promotion_code = code.map(|code| {
            self.catalog.promotion_codes[code].times_redeemed += 1;
            code as u32
        });
        if promotion_code.is_some() {
            self.saw("promotion code");
        }
        self.discounts.push(Discount { coupon, promotion_code, customer, subscription, start, end });
        self.discounts.len() as u32 - 1
    }
}
