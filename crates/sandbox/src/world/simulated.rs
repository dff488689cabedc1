//! A merchant that is lived through from its first day and held in memory: its state, and the queue of what is due.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use model::{CustomerId, UnixSeconds};
use serde_json::Value;

use super::calendar::{self, DAY};
use super::catalog::Catalog;
use super::chance::Chance;
use super::ids::{self, Tag};
use super::records::*;
use super::scheduled::Scheduled;
use super::{ExpectedStep, ListPage, ListQuery, Merchant, UnknownCursor, listing};
use crate::ObjectKind;

/// How long the provider keeps events.
const EVENTS_KEPT_S: i64 = 30 * DAY;
const MONTHS_OF_HISTORY: i64 = 36;

/// What a merchant's life follows from: the same start gives the same bytes on every machine.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub seed: u64,
    /// `None`: as many as the merchant usually has.
    pub customers: Option<usize>,
    /// The present: the history ends here, and `advance` goes on from here.
    pub now: UnixSeconds,
}

/// How customers come and behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MerchantSize {
    Empty,
    Small,
    Mid,
}

/// A simulated merchant.
pub struct Simulated {
    pub(super) world: World,
}

/// Everything there is, and what comes next.
pub(super) struct World {
    pub seed: u64,
    pub size: MerchantSize,
    pub chance: Chance,
    /// The instant that is being lived through.
    pub now: i64,
    pub opened_at: i64,
    /// The end of the history that the merchant starts with.
    pub presented_at: i64,
    /// How many customers have come by then.
    pub target: usize,
    queue: BinaryHeap<Reverse<Due>>,
    queued: u64,
    pub catalog: Catalog,
    pub customers: Vec<Customer>,
    pub subscriptions: Vec<Subscription>,
    /// The subscription of each item ever.
    pub items: Vec<u32>,
    pub discounts: Vec<Discount>,
    pub invoices: Vec<Invoice>,
    pub invoice_items: Vec<InvoiceItem>,
    pub payment_intents: Vec<PaymentIntent>,
    pub charges: Vec<Charge>,
    pub invoice_payments: Vec<InvoicePayment>,
    pub refunds: Vec<Refund>,
    pub disputes: Vec<Dispute>,
    pub credit_notes: Vec<CreditNote>,
    pub balance_transactions: Vec<BalanceTransaction>,
    pub events: Vec<Event>,
    /// How often each situation has been lived through.
    pub situations: BTreeMap<&'static str, u32>,
}

struct Due {
    at: i64,
    number: u64,
    scheduled: Scheduled,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

impl Simulated {
    /// An account on its first day.
    pub fn empty(start: Start) -> Self {
        Self { world: World::open(start, MerchantSize::Empty, 0) }
    }

    /// A small SaaS in one currency: three plans, monthly and yearly, growing.
    pub fn small(start: Start) -> Self {
        Self { world: World::open(start, MerchantSize::Small, 220) }
    }

    /// Every billing situation, in five currencies.
    pub fn mid(start: Start) -> Self {
        Self { world: World::open(start, MerchantSize::Mid, 400) }
    }
}

impl World {
    fn open(start: Start, size: MerchantSize, usual_customers: usize) -> Self {
        let presented_at = start.now.0;
        let opened_at = match size {
            MerchantSize::Empty => presented_at - DAY,
            _ => calendar::add_months(presented_at, -MONTHS_OF_HISTORY).div_euclid(DAY) * DAY,
        };
        let catalog = match size {
            MerchantSize::Empty => Catalog::default(),
            MerchantSize::Small => Catalog::small(opened_at + 60),
            MerchantSize::Mid => Catalog::mid(opened_at + 60),
        };
        let mut world = Self {
            seed: start.seed,
            size,
            chance: Chance::new(start.seed),
            now: opened_at,
            opened_at,
            presented_at,
            target: start.customers.unwrap_or(usual_customers),
            queue: BinaryHeap::new(),
            queued: 0,
            catalog,
            customers: Vec::new(),
            subscriptions: Vec::new(),
            items: Vec::new(),
            discounts: Vec::new(),
            invoices: Vec::new(),
            invoice_items: Vec::new(),
            payment_intents: Vec::new(),
            charges: Vec::new(),
            invoice_payments: Vec::new(),
            refunds: Vec::new(),
            disputes: Vec::new(),
            credit_notes: Vec::new(),
            balance_transactions: Vec::new(),
            events: Vec::new(),
            situations: BTreeMap::new(),
        };
        world.expect_next_customer();
        world.live_until(presented_at);
        world
    }

    /// Does all that is due until `to`, in order.
    fn live_until(&mut self, to: i64) {
        while self.queue.peek().is_some_and(|Reverse(due)| due.at <= to) {
            if let Some(Reverse(due)) = self.queue.pop() {
                self.now = due.at;
                self.carry_out(due.scheduled);
            }
        }
        self.now = self.now.max(to);
    }

    /// Never before the present instant.
    pub(super) fn schedule(&mut self, at: i64, scheduled: Scheduled) {
        self.queued += 1;
        self.queue.push(Reverse(Due { at: at.max(self.now), number: self.queued, scheduled }));
    }

    pub(super) fn id(&self, tag: Tag, number: impl Into<u64>) -> String {
        ids::id(self.seed, tag, number.into())
    }

    /// Counts a situation, so that tests can see that it occurs.
    pub(super) fn saw(&mut self, situation: &'static str) {
        *self.situations.entry(situation).or_default() += 1;
    }

    /// Writes down that something happened, with the object as it is now.
    pub(super) fn emit(&mut self, event: &'static str, kind: ObjectKind, number: u32) {
        if self.now < self.presented_at - EVENTS_KEPT_S {
            return;
        }
        let object = self.object(kind, number);
        self.emit_object(event, &object);
    }

    /// The same of an object that is not listed.
    pub(super) fn emit_object(&mut self, event: &'static str, object: &Value) {
        if self.now >= self.presented_at - EVENTS_KEPT_S {
            let object = object.to_string().into_boxed_str();
            self.events.push(Event { created: self.now, kind: event, object });
        }
    }
}

impl Merchant for Simulated {
    fn account(&self) -> Value {
        self.world.account()
    }

    fn now(&self) -> UnixSeconds {
        UnixSeconds(self.world.now)
    }

    fn list(&self, query: &ListQuery) -> Result<ListPage, UnknownCursor> {
        listing::list(&self.world, query)
    }

    fn counts(&self) -> Vec<(ObjectKind, u64)> {
        let counts = ObjectKind::ALL.iter().map(|kind| (*kind, listing::total(&self.world, *kind)));
        counts.filter(|(_, count)| *count > 0).collect()
    }

    fn get(&self, kind: ObjectKind, id: &str) -> Option<Value> {
        let number = listing::number(&self.world, kind, id)?;
        Some(self.world.object(kind, number))
    }

    fn discount(&self, id: &str) -> Option<Value> {
        let number = ids::index(self.world.seed, Tag::Discount, id)? as usize;
        (number < self.world.discounts.len()).then(|| self.world.discount_object(number as u32))
    }

    fn payment_method(&self, id: &str) -> Option<Value> {
        let customer = ids::index(self.world.seed, Tag::PaymentMethod, id)? as usize;
        (customer < self.world.customers.len()).then(|| self.world.payment_method_object(customer as u32))
    }

    fn expected_mrr(&self) -> Box<dyn Iterator<Item = ExpectedStep> + Send + '_> {
        let world = &self.world;
        let mut customers: Vec<(String, u32)> = (0..world.customers.len() as u32)
            .map(|number| (world.id(Tag::Customer, number), number))
            .collect();
        customers.sort_unstable();
        Box::new(
            customers.into_iter().flat_map(|(id, number)| world.expected_of(CustomerId::new(id), number)),
        )
    }

    fn advance(&mut self, to: UnixSeconds) -> Vec<Value> {
        let before = self.world.events.len();
        self.world.live_until(to.0);
        (before..self.world.events.len()).map(|number| self.world.event_object(number)).collect()
    }
}

impl World {
    /// A customer's subscriptions added up. A customer has one currency, as at Stripe.
    fn expected_of(&self, id: CustomerId, number: u32) -> Vec<ExpectedStep> {
        let customer = &self.customers[number as usize];
        let mut changes = BTreeMap::new();
        for subscription in &customer.subscriptions {
            self.subscriptions[*subscription as usize].expected_mrr.add_to(&mut changes);
        }
        let mut mrr_minor = 0;
        let mut steps = Vec::new();
        let has_come = |(at, delta_minor): &(i64, i64)| *delta_minor != 0 && *at <= self.now;
        for (at, delta_minor) in changes.into_iter().filter(has_come) {
            mrr_minor += delta_minor;
            let at = UnixSeconds(at);
            steps.push(ExpectedStep { customer: id.clone(), currency: customer.currency, at, mrr_minor });
        }
        steps
    }
}
