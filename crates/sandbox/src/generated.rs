//! A merchant of any size: everything about customer `n` is arithmetic on the seed and `n`, so nothing is held but an
//! order of four bytes a customer. Each has one subscription on one plan; it bills on its own day and second of the
//! month, so a month's invoices are the customers in that order, and any window of `created` is found by binary search.

mod calendar;
mod facts;
mod listing;
mod render;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicI64, Ordering};

use model::{Currency, CustomerId, UnixSeconds};
use serde_json::{Value, json};

use crate::ObjectKind;
use crate::world::{ExpectedStep, ListPage, ListQuery, Merchant, RawPage, UnknownCursor};
use calendar::Calendar;
use facts::{Facts, PLANS};
use listing::{Family, Key};
use render::Templates;

/// Months of history before the present one.
const HISTORY_MONTHS: usize = 36;

/// See the module.
pub struct Generated {
    facts: Facts,
    calendar: Calendar,
    /// Customers by when in the month they are billed, then by number.
    billing_order: Vec<u32>,
    templates: Templates,
    now: AtomicI64,
}

impl Generated {
    /// `customers` signed up evenly over the three years before `now`.
    pub fn new(seed: u64, customers: u32, now: UnixSeconds) -> Self {
        let facts = Facts { seed, customers, months: HISTORY_MONTHS };
        let calendar = Calendar::ending_with(now, HISTORY_MONTHS);
        let mut billing_order: Vec<u32> = (0..customers).collect();
        billing_order.sort_by_cached_key(|number| facts.billing_offset(*number));
        Self { facts, calendar, billing_order, templates: Templates::new(), now: AtomicI64::new(now.0) }
    }

    fn now_seconds(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    /// The instant at which a customer is billed in a month.
    fn billed_at(&self, month: usize, customer: u32) -> i64 {
        self.calendar.start_of(month) + self.facts.billing_offset(customer)
    }

    fn signed_up_at(&self, customer: u32) -> i64 {
        self.billed_at(self.facts.signup_month(customer), customer)
    }

    /// The month at whose billing instant the customer left, where that has come.
    fn ended_month(&self, customer: u32) -> Option<usize> {
        let month = self.facts.churn_month(customer)?;
        (self.billed_at(month, customer) <= self.now_seconds()).then_some(month)
    }

    /// The month of a customer's newest invoice.
    fn latest_billed_month(&self, customer: u32) -> usize {
        let newest = self.invoices_of(customer).next_back();
        match newest {
            Some(Key::Bill { month, .. }) => month,
            _ => self.facts.signup_month(customer),
        }
    }

    /// Whether the customer got an invoice in that month.
    fn is_billed(&self, month: usize, customer: u32) -> bool {
        let signup = self.facts.signup_month(customer);
        if month < signup {
            return false;
        }
        let is_due = match self.facts.interval_months(customer) {
            1 => true,
            months => (month - signup).is_multiple_of(months),
        };
        is_due
            && self.facts.churn_month(customer).is_none_or(|churn| month < churn)
            && self.billed_at(month, customer) <= self.now_seconds()
    }

    /// The steps of one customer: signing up, perhaps upgrading, perhaps leaving.
    fn steps(&self, customer: u32) -> impl Iterator<Item = ExpectedStep> + use<> {
        let facts = &self.facts;
        let signup = facts.signup_month(customer);
        let mut steps = vec![(self.signed_up_at(customer), facts.monthly_value(customer, signup))];
        let ended = self.ended_month(customer);
        if let Some(month) = facts.upgrade_month(customer) {
            let at = self.billed_at(month, customer);
            if at <= self.now_seconds() && ended.is_none_or(|ended| month < ended) {
                steps.push((at, facts.monthly_value(customer, month)));
            }
        }
        steps.extend(ended.map(|month| (self.billed_at(month, customer), 0)));
        let id = CustomerId::new(Family::Customer.id(Key::Customer(customer)));
        steps.into_iter().map(move |(at, mrr_minor)| ExpectedStep {
            customer: id.clone(),
            currency: Currency::USD,
            at: UnixSeconds(at),
            mrr_minor,
        })
    }
}

impl Merchant for Generated {
    fn account(&self) -> Value {
        json!({
            "id": "acct_1Generated",
            "object": "account",
            "business_profile": { "name": "Generated Merchant", "support_email": null, "url": null },
            "business_type": "company",
            "charges_enabled": true,
            "country": "US",
            "created": self.calendar.start_of(0) - 86_400,
            "default_currency": "usd",
            "details_submitted": true,
            "email": "owner@generated.example",
            "metadata": {},
            "payouts_enabled": true,
            "settings": { "dashboard": { "display_name": "Generated Merchant", "timezone": "Etc/UTC" } },
            "type": "standard",
        })
    }

    fn now(&self) -> UnixSeconds {
        UnixSeconds(self.now_seconds())
    }

    fn list(&self, query: &ListQuery) -> Result<ListPage, UnknownCursor> {
        let page = self.page(query)?;
        let objects = page.objects.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        Ok(ListPage { objects, has_more: page.has_more })
    }

    fn list_json(&self, query: &ListQuery) -> Option<Result<RawPage, UnknownCursor>> {
        Some(self.page(query))
    }

    fn get(&self, kind: ObjectKind, id: &str) -> Option<Value> {
        let family = Family::of(kind)?;
        let key = self.find(family, id)?;
        serde_json::from_str(&self.render(family, key)).ok()
    }

    fn discount(&self, _id: &str) -> Option<Value> {
        None
    }

    fn expected_mrr(&self) -> Box<dyn Iterator<Item = ExpectedStep> + Send + '_> {
        Box::new((0..self.facts.customers).flat_map(|customer| self.steps(customer)))
    }

    /// Renewals go on; nobody new signs up, and no events are told.
    fn advance(&mut self, to: UnixSeconds) -> Vec<Value> {
        self.now.fetch_max(to.0, Ordering::Relaxed);
        Vec::new()
    }

    fn counts(&self) -> Vec<(ObjectKind, u64)> {
        let invoices =
            (0..self.facts.customers).map(|customer| self.invoices_of(customer).count() as u64).sum();
        let customers = u64::from(self.facts.customers);
        vec![
            (ObjectKind::Customer, customers),
            (ObjectKind::Product, PLANS.len() as u64),
            (ObjectKind::Price, 2 * PLANS.len() as u64),
            (ObjectKind::Subscription, customers),
            (ObjectKind::Invoice, invoices),
            (ObjectKind::Charge, invoices),
            (ObjectKind::PaymentIntent, invoices),
            (ObjectKind::InvoicePayment, invoices),
            (ObjectKind::BalanceTransaction, invoices),
        ]
    }
}
