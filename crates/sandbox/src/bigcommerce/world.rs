//! The shops. What is going to happen is on an agenda, and living on is working through it: a shop follows from the seed and
//! the present alone, however often its clock was moved.

pub mod buyer;
pub mod catalog;
mod compose;
mod intended;
mod living;
pub mod market;
pub mod order;
pub mod payment;
pub mod refund;
pub mod scripts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use model::UnixSeconds;
use serde_json::Value;

use crate::MerchantName;
use crate::chance::uuid;
use buyer::{Buyer, Customer, FIRST_CUSTOMER};
use catalog::{CHANGE_EVERY_S, Catalog};
pub use intended::{DaySums, ExpectedDay, ExpectedOrder, ExpectedRefund};
use living::{Happening, INFORMATION_EVERY_S};
use market::{HOMES, Home, currency};
use order::{FIRST_ORDER, Order, is_sale};
use refund::Refund;

pub const HOUR_S: i64 = 3_600;
pub const DAY_S: i64 = 24 * HOUR_S;
const SMALL_HISTORY_DAYS: i64 = 400;
const MID_HISTORY_DAYS: i64 = 730;
const SMALL_CUSTOMERS: u64 = 40;
const CUSTOMERS: u64 = 120;
/// How many orders there are for each buyer when the shop starts.
const ORDERS_A_BUYER: u64 = 3;

/// What a shop follows from.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub merchant: MerchantName,
    pub seed: u64,
    /// Buyers with an account or without; `None`: as many as the shop usually has.
    pub customers: Option<u64>,
    pub now: UnixSeconds,
}

/// Something that webhooks are about.
#[derive(Debug, Clone)]
pub struct Event {
    pub at: i64,
    pub scope: &'static str,
    pub data: Value,
}

/// Numbers that were given out.
#[derive(Debug, Default)]
struct Given {
    transactions: i64,
    refunds: i64,
    refund_payments: i64,
}

/// A shop.
#[derive(Debug)]
pub struct World {
    start: Start,
    pub home: &'static Home,
    pub now: UnixSeconds,
    opened_at: i64,
    /// Between two orders.
    gap_s: i64,
    /// How many orders were taken over.
    migrated: u64,
    /// Other currencies are taken from here on.
    many_currencies_from: i64,
    pub catalog: Catalog,
    pub phone: String,
    buyers: Vec<Buyer>,
    customers: Vec<Customer>,
    orders: Vec<Order>,
    refunds: Vec<Refund>,
    expected_orders: Vec<ExpectedOrder>,
    expected_refunds: Vec<ExpectedRefund>,
    agenda: BTreeMap<(i64, u64), Happening>,
    planned: u64,
    given: Given,
    /// What has happened since the clock was last moved.
    events: Vec<Event>,
}

impl World {
    pub fn new(start: Start) -> Self {
        let is_mid = start.merchant == MerchantName::Mid;
        let (days, usual) = match start.merchant {
            MerchantName::Mid => (MID_HISTORY_DAYS, CUSTOMERS),
            MerchantName::Empty => (1, 0),
            _ => (SMALL_HISTORY_DAYS, SMALL_CUSTOMERS),
        };
        let opened_at = start.now.0 - days * DAY_S;
        let is_empty = start.merchant == MerchantName::Empty;
        let customers = if is_empty { 0 } else { start.customers.unwrap_or(usual) };
        let orders = customers * ORDERS_A_BUYER;
        let migrated = if is_mid { orders / 16 } else { 0 };
        let span_s = (days - 1) * DAY_S;
        let fresh = i64::try_from(orders - migrated).unwrap_or(i64::MAX).max(1);
        let many_currencies_from = if is_mid { opened_at + span_s / 5 } else { i64::MAX };
        let home = if is_mid { &HOMES[1 + (start.seed % 4) as usize] } else { &HOMES[0] };
        let mut world = Self {
            start,
            home,
            now: start.now,
            opened_at,
            gap_s: (span_s / fresh).max(1),
            migrated,
            many_currencies_from,
            catalog: Catalog::open(!is_mid, opened_at),
            phone: String::new(),
            buyers: Vec::new(),
            customers: Vec::new(),
            orders: Vec::new(),
            refunds: Vec::new(),
            expected_orders: Vec::new(),
            expected_refunds: Vec::new(),
            agenda: BTreeMap::new(),
            planned: 0,
            given: Given::default(),
            events: Vec::new(),
        };
        if orders > 0 {
            world.plan(world.arrives_at(0), Happening::Order(0));
            world.plan(opened_at + CHANGE_EVERY_S, Happening::Product(0));
            world.plan(opened_at + INFORMATION_EVERY_S, Happening::Information(1));
        }
        world.live_until(start.now.0);
        world.events.clear();
        world
    }

    /// Lives on until `to` and returns what webhooks are about, oldest first. An earlier `to` changes nothing.
    pub fn advance(&mut self, to: UnixSeconds) -> Vec<Event> {
        if to > self.now {
            self.now = to;
            self.live_until(to.0);
        }
        std::mem::take(&mut self.events)
    }

    pub fn is_mid(&self) -> bool {
        self.start.merchant == MerchantName::Mid
    }

    pub fn opened_at(&self) -> i64 {
        self.opened_at
    }

    pub fn zone(&self) -> TimeZone {
        TimeZone::get(self.home.zone).unwrap_or(TimeZone::UTC)
    }

    /// Whether more than the shop's own currency is taken.
    pub fn has_many_currencies(&self) -> bool {
        self.now.0 >= self.many_currencies_from
    }

    pub fn home_currency(&self) -> model::Currency {
        currency(self.home.market().currency_code)
    }

    /// By id.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    pub fn order(&self, id: i64) -> Option<&Order> {
        self.orders.get(usize::try_from(id - FIRST_ORDER).ok()?)
    }

    /// By id.
    pub fn refunds(&self) -> &[Refund] {
        &self.refunds
    }

    /// By id, without those that were deleted.
    pub fn customers(&self) -> impl DoubleEndedIterator<Item = &Customer> {
        self.customers.iter().filter(|customer| !customer.is_deleted)
    }

    fn customer_id(place: usize) -> i64 {
        FIRST_CUSTOMER + place as i64
    }

    pub fn expected_orders(&self) -> Vec<ExpectedOrder> {
        let now = self.orders.iter().zip(&self.expected_orders).map(|(order, expected)| ExpectedOrder {
            script: order.script,
            buyer: self.buyer_key(order),
            status_id: order.status_id,
            is_archived: order.is_archived,
            counts: counts(order),
            ..expected.clone()
        });
        now.collect()
    }

    pub fn expected_refunds(&self) -> Vec<ExpectedRefund> {
        let now = self.expected_refunds.iter().map(|expected| ExpectedRefund {
            counts: expected.has_happened && self.order(expected.order_id).is_some_and(counts),
            ..expected.clone()
        });
        now.collect()
    }

    pub fn expected_days(&self) -> Vec<ExpectedDay> {
        intended::days(&self.expected_orders(), &self.expected_refunds(), &self.zone())
    }

    /// First and last name of whoever ordered.
    pub fn buyer_name(&self, order: &Order) -> String {
        self.buyers[order.buyer].name.clone()
    }

    /// The cart that became the order.
    pub fn cart_id(&self, order: &Order) -> String {
        uuid(self.start.seed, 1 << 42 | order.id.unsigned_abs())
    }

    fn buyer_key(&self, order: &Order) -> String {
        if order.customer_id > 0 {
            return format!("customer:{}", order.customer_id);
        }
        let buyer = &self.buyers[order.buyer];
        match buyer.customer.filter(|place| !self.customers[*place].is_deleted) {
            Some(place) => format!("customer:{}", Self::customer_id(place)),
            None => format!("guest:{}", buyer.email),
        }
    }
}

fn counts(order: &Order) -> bool {
    is_sale(order.status_id) && !order.is_archived
}
