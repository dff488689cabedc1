//! What happens in a shop, one thing after the other.

use serde_json::{Value, json};

use super::buyer::{Buyer, Customer, Habit, names};
use super::catalog::CHANGE_EVERY_S;
use super::compose::{Composed, Setting, compose};
use super::market::{MARKETS, Market, Pricing, currency};
use super::order::FIRST_ORDER;
use super::refund::{Asked, Refunded, Refunding, refund};
use super::scripts::{self, Script, Step};
use super::{DAY_S, Event, HOUR_S, ORDERS_A_BUYER, World};
use crate::chance::mix;
use crate::world::chance::Chance;
use crate::world::contacts::person;

/// Numbers of visitors who make an account and never order.
const FIRST_VISITOR: u64 = 1_000_000;

/// What is on the agenda.
#[derive(Debug, Clone, Copy)]
pub enum Happening {
    /// The order of that number is placed.
    Order(u64),
    Step(i64, Step),
    /// That buyer makes an account.
    Register(usize),
    CustomerUpdated(usize),
    CustomerDeleted(usize),
    Product(u64),
    /// The shop's own details change.
    Information(u64),
}

/// Between one change of the shop's own details and the next.
pub const INFORMATION_EVERY_S: i64 = 47 * DAY_S + 7;

impl World {
    pub(super) fn plan(&mut self, at: i64, happening: Happening) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), happening);
    }

    pub(super) fn live_until(&mut self, to: i64) {
        while let Some(entry) = self.agenda.first_entry() {
            let (at, _) = *entry.key();
            if at > to {
                return;
            }
            let happening = entry.remove();
            self.happen(at, happening);
        }
    }

    fn happen(&mut self, at: i64, happening: Happening) {
        match happening {
            Happening::Order(number) => {
                self.place_order(number, at);
                self.plan(self.arrives_at(number + 1), Happening::Order(number + 1));
            }
            Happening::Step(order_id, step) => self.step(order_id, step, at),
            Happening::Register(buyer) => {
                self.register(buyer, at);
            }
            Happening::CustomerUpdated(place) => {
                let customer = &mut self.customers[place];
                if !customer.is_deleted {
                    customer.phone = format!("+1 555 {:07}", place * 7_919 % 10_000_000);
                    customer.modified_at = at;
                    self.note(at, "store/customer/updated", customer_data(place));
                }
            }
            Happening::CustomerDeleted(place) => {
                self.customers[place].is_deleted = true;
                self.note(at, "store/customer/deleted", customer_data(place));
            }
            Happening::Product(number) => {
                let changed = self.catalog.change(number, at);
                let scope = match changed.happening {
                    "created" => "store/product/created",
                    "deleted" => "store/product/deleted",
                    _ => "store/product/updated",
                };
                self.note(at, scope, json!({ "type": "product", "id": changed.product_id }));
                self.plan(at + CHANGE_EVERY_S, Happening::Product(number + 1));
            }
            Happening::Information(number) => {
                self.phone = format!("+47 555 {:05}", number * 7_919 % 100_000);
                self.note(at, "store/information/updated", json!({ "type": "store", "id": 1 }));
                self.plan(at + INFORMATION_EVERY_S, Happening::Information(number + 1));
            }
        }
    }

    fn note(&mut self, at: i64, scope: &'static str, data: Value) {
        self.events.push(Event { at, scope, data });
    }

    /// When the order of that number is placed: those that were taken over at once, the others evenly.
    pub(super) fn arrives_at(&self, number: u64) -> i64 {
        let Some(fresh) = number.checked_sub(self.migrated) else {
            return self.opened_at + 2 * number as i64;
        };
        let jitter = mix(self.start.seed, number, 71) % self.gap_s.unsigned_abs();
        self.opened_at + DAY_S + fresh as i64 * self.gap_s + jitter as i64
    }

    fn script(&self, number: u64) -> &'static Script {
        let pick = |scripts: &'static [Script]| {
            let count = scripts.len() as u64;
            // A round later the same script is for another kind of buyer.
            &scripts[((number + number / count) % count) as usize]
        };
        match (number < self.migrated, self.is_mid()) {
            (true, _) => pick(&scripts::MIGRATED),
            (false, true) => pick(&scripts::MID),
            (false, false) => pick(&scripts::SMALL),
        }
    }

    /// Each third order is somebody's first.
    fn buyer_of(&mut self, number: u64, chance: &mut Chance) -> usize {
        if number.is_multiple_of(ORDERS_A_BUYER) || self.buyers.is_empty() {
            let buyer = self.new_buyer();
            self.buyers.push(buyer);
            return self.buyers.len() - 1;
        }
        chance.below(self.buyers.len() as u64) as usize
    }

    fn new_buyer(&self) -> Buyer {
        let number = self.buyers.len();
        let mut chance = Chance::new(mix(self.start.seed, number as u64, 73));
        let contact = person(&mut chance, number);
        let habit = match chance.below(20) {
            0..11 => Habit::Registered,
            11..16 => Habit::Guest,
            _ => Habit::GuestAtFirst,
        };
        let is_abroad = self.is_mid() && chance.per_mille(550);
        let market: &Market = if is_abroad {
            &MARKETS[chance.below(MARKETS.len() as u64) as usize]
        } else {
            self.home.market()
        };
        Buyer { habit, name: contact.name, email: contact.email, market, customer: None, orders: 0 }
    }

    fn register(&mut self, buyer: usize, at: i64) -> usize {
        let known = &self.buyers[buyer];
        if let Some(place) = known.customer {
            return place;
        }
        let (name, email, market) = (known.name.clone(), known.email.clone(), known.market);
        let place = self.add_customer(&name, email, market, at);
        self.buyers[buyer].customer = Some(place);
        place
    }

    fn add_customer(&mut self, name: &str, email: String, market: &'static Market, at: i64) -> usize {
        let place = self.customers.len();
        let (first_name, last_name) = names(name);
        self.customers.push(Customer {
            id: Self::customer_id(place),
            first_name: first_name.to_owned(),
            last_name: last_name.to_owned(),
            email,
            phone: String::new(),
            market,
            created_at: at,
            modified_at: at,
            is_deleted: false,
        });
        self.note(at, "store/customer/created", customer_data(place));
        self.plan(at + 40 * DAY_S + place as i64, Happening::CustomerUpdated(place));
        if place % 13 == 5 {
            self.plan(at + 120 * DAY_S, Happening::CustomerDeleted(place));
        }
        place
    }

    /// An account that never orders.
    fn visit(&mut self, number: u64, at: i64) {
        let mut chance = Chance::new(mix(self.start.seed, number, 74));
        let contact = person(&mut chance, (FIRST_VISITOR + number) as usize);
        let market = self.home.market();
        self.add_customer(&contact.name, contact.email, market, at);
    }

    fn place_order(&mut self, number: u64, at: i64) {
        if number % 9 == 4 && number >= self.migrated {
            self.visit(number, at);
        }
        let mut chance = Chance::new(mix(self.start.seed, number, 72));
        let buyer = self.buyer_of(number, &mut chance);
        if self.buyers[buyer].habit == Habit::Registered {
            self.register(buyer, at);
        }
        // Now and then somebody with an account doesn't sign in.
        let is_signed_in = !chance.per_mille(60);
        let customer =
            self.buyers[buyer].customer.filter(|place| !self.customers[*place].is_deleted && is_signed_in);
        let script = self.script(number);
        let dated = (number < self.migrated).then(|| at - chance.between(30 * DAY_S, 700 * DAY_S));
        let market = self.buyers[buyer].market;
        let has_multi_currency = at >= self.many_currencies_from;
        let home_currency = self.home_currency();
        let paid_in = if has_multi_currency { currency(market.currency_code) } else { home_currency };
        let id = FIRST_ORDER + self.orders.len() as i64;
        let setting = Setting {
            id,
            at,
            dated,
            place: buyer,
            buyer: &self.buyers[buyer],
            customer_id: customer.map_or(0, Self::customer_id),
            pricing: Pricing { market, currency: paid_in },
            has_multi_currency,
            channel_id: if self.is_mid() && chance.per_mille(150) { 2 } else { 1 },
            catalog: &self.catalog,
        };
        let Composed { mut order, expected } = compose(&setting, script, &mut chance);
        let steps = script.steps();
        if let Some((_, Step::Status(first))) = steps.first() {
            order.status_id = *first;
        }
        self.orders.push(order);
        self.expected_orders.push(expected);
        self.note(at, "store/order/created", order_data(id));
        for (after, step) in steps.into_iter().skip(1) {
            self.plan(at + after, Happening::Step(id, step));
        }
        let known = &mut self.buyers[buyer];
        known.orders += 1;
        if known.habit == Habit::GuestAtFirst && known.orders == 2 {
            self.plan(at + HOUR_S, Happening::Register(buyer));
        }
    }

    fn step(&mut self, order_id: i64, step: Step, at: i64) {
        let place = (order_id - FIRST_ORDER) as usize;
        match step {
            Step::Status(status_id) => self.set_status(place, status_id, at),
            Step::Pay(pay) => {
                let given = &mut self.given.transactions;
                let next_id = || {
                    *given += 1;
                    *given
                };
                for id in self.orders[place].pay(pay, next_id, at) {
                    let data = json!({ "type": "transaction", "order_id": order_id, "transaction_id": id.to_string() });
                    self.note(at, "store/order/transaction/created", data);
                }
            }
            Step::Note => self.orders[place].notes = "Packed by hand",
            Step::Refund(refunding) => self.refund(place, refunding, at),
            Step::Archive => {
                self.orders[place].is_archived = true;
                self.note(at, "store/order/archived", order_data(order_id));
            }
        }
        self.orders[place].modified_at = at;
        self.note(at, "store/order/updated", order_data(order_id));
    }

    fn set_status(&mut self, place: usize, status_id: u8, at: i64) {
        let order = &mut self.orders[place];
        let before = order.status_id;
        if before == status_id {
            return;
        }
        order.status_id = status_id;
        if matches!(status_id, 2 | 3) && order.shipped_at.is_none() {
            order.shipped_at = Some(at);
        }
        let mut data = order_data(order.id);
        data["status"] = json!({ "previous_status_id": before, "new_status_id": status_id });
        self.note(at, "store/order/statusUpdated", data);
    }

    fn refund(&mut self, place: usize, refunding: Refunding, at: i64) {
        let given = &mut self.given;
        let asked = Asked { refunding, refund_id: given.refunds + 1, at };
        let order = &mut self.orders[place];
        let next_id = || {
            given.refund_payments += 1;
            given.refund_payments
        };
        let Some(Refunded { refund, expected, is_all }) = refund(order, &asked, next_id) else { return };
        self.given.refunds += 1;
        let order_id = refund.order_id;
        for payment in &refund.payments {
            let Some(reference) = payment.transaction_id else { continue };
            self.given.transactions += 1;
            let id = self.given.transactions;
            let amount_minor = payment.amount_minor;
            self.orders[place].give_back(id, reference, (amount_minor, !payment.is_declined), at);
            let data =
                json!({ "type": "transaction", "order_id": order_id, "transaction_id": id.to_string() });
            self.note(at, "store/order/transaction/created", data);
        }
        let mut data = order_data(order_id);
        data["refund"] = json!({ "refund_id": refund.id });
        self.note(at, "store/order/refund/created", data);
        self.refunds.push(refund);
        let has_happened = expected.has_happened;
        self.expected_refunds.push(expected);
        if has_happened {
            self.orders[place].payment_status = if is_all { "refunded" } else { "partially refunded" };
            if self.orders[place].status_id != 5 {
                self.set_status(place, if is_all { 4 } else { 14 }, at);
            }
        }
    }
}

fn order_data(id: i64) -> Value {
    json!({ "type": "order", "id": id })
}

fn customer_data(place: usize) -> Value {
    json!({ "type": "customer", "id": World::customer_id(place) })
}
