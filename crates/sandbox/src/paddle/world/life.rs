//! A customer's life with the seller: each step is written as the provider would, and beside it what the customer is meant
//! to be worth from then on.

mod adjusting;
mod changing;
mod collecting;
mod entity;
mod history;
mod pausing;
mod starting;

use model::CustomerId;
use serde_json::{Value, json};

use super::super::account::{Account, Kind};
use super::buyer::{Buyer, Country};
use super::catalog::Price;
use super::discounts::Discount;
use super::intended::{Intended, Worth};
use super::transaction::{self, Bill, Line, Share, paying, price_lines};
use crate::world::after;

pub use adjusting::{Adjusting, How};
pub use changing::Mode;
use history::Group;

pub const DAY_S: i64 = 86_400;
/// From birth to payment, and from there to completion.
const TRIED_AFTER_S: i64 = 40;
const COMPLETED_AFTER_S: i64 = 30;

/// How much of a price the subscription has.
#[derive(Debug, Clone)]
pub struct Item {
    pub price: Price,
    pub quantity: i64,
    pub added_at: i64,
}

impl Item {
    pub fn of(price: &Price, quantity: i64) -> Self {
        Self { price: price.clone(), quantity, added_at: 0 }
    }
}

/// A discount that a subscription has.
#[derive(Debug, Clone)]
struct Running {
    discount: Discount,
    starts_at: i64,
    ends_at: Option<i64>,
}

/// A change that is billed with the next renewal.
#[derive(Debug, Clone)]
struct PutOff {
    at: i64,
    lines: Vec<Line>,
    /// What it is worth from then on; `None`: it is sold once.
    worth: Option<Vec<Worth>>,
}

#[derive(Debug, Clone, Copy)]
struct Scheduled {
    action: &'static str,
    at: i64,
    resume_at: Option<i64>,
}

/// One customer and the subscription that is running, if any.
pub struct Life<'a> {
    pub account: &'a mut Account,
    /// The first instant that is not lived yet, of all lives.
    due_at: &'a mut i64,
    pub buyer: Buyer,
    pub items: Vec<Item>,
    running: Option<Running>,
    id: String,
    status: &'static str,
    /// Periods are counted from here.
    anchor: i64,
    periods: i64,
    pub period: (i64, i64),
    started_at: i64,
    created_at: i64,
    first_billed_at: Option<i64>,
    paused_at: Option<i64>,
    canceled_at: Option<i64>,
    scheduled: Option<Scheduled>,
    trial: Option<(i64, i64)>,
    is_manual: bool,
    put_off: Vec<PutOff>,
    intended: Intended,
    /// The last bill that was completed, and what was taken off the latest.
    last: Value,
    adjustments: Vec<(i64, Value)>,
    group: Group,
}

impl<'a> Life<'a> {
    pub fn new(account: &'a mut Account, due_at: &'a mut i64, buyer: Buyer) -> Self {
        Self {
            account,
            due_at,
            buyer,
            items: Vec::new(),
            running: None,
            id: String::new(),
            status: "active",
            anchor: 0,
            periods: 1,
            period: (0, 0),
            started_at: 0,
            created_at: 0,
            first_billed_at: None,
            paused_at: None,
            canceled_at: None,
            scheduled: None,
            trial: None,
            is_manual: false,
            put_off: Vec::new(),
            intended: Intended::default(),
            last: Value::Null,
            adjustments: Vec::new(),
            group: Group::default(),
        }
    }

    /// `None` where that instant has not come: the script ends there for now.
    fn reach(&mut self, at: i64) -> Option<()> {
        if at <= self.account.now.0 {
            return Some(());
        }
        *self.due_at = (*self.due_at).min(at);
        None
    }

    /// So many days into the period. Shares of prices whose unit price is in another currency can't be undone exactly, unless
    /// they are halves: elsewhere it is always the middle.
    pub fn within(&self, days: i64) -> i64 {
        if self.buyer.country.currency_code == "USD" {
            self.period.0 + days * DAY_S + 4_321
        } else {
            self.middle()
        }
    }

    pub fn middle(&self) -> i64 {
        self.period.0 + (self.period.1 - self.period.0) / 2
    }

    fn end_of(&self, anchor: i64, periods: i64) -> i64 {
        let cycle = self.items.iter().find_map(|item| item.price.cycle);
        cycle.map_or(anchor, |cycle| after(anchor, cycle, periods))
    }

    fn full_lines(&self, share: Option<Share>) -> Vec<Line> {
        self.items.iter().map(|item| Line::of(&item.price, &self.buyer, item.quantity, share)).collect()
    }

    /// What bills at that instant are less by.
    fn discount_at(&self, at: i64) -> Option<Discount> {
        let running = self.running.as_ref()?;
        running.ends_at.is_none_or(|end| at < end).then(|| running.discount.clone())
    }

    /// What the items are worth with the discount of that instant.
    fn worth_at(&self, at: i64) -> Vec<Worth> {
        let lines = self.full_lines(None);
        let priced = price_lines(&self.buyer, &lines, self.discount_at(at).as_ref());
        let worth = lines.iter().zip(priced).map(|(line, priced)| {
            let (dividend, divisor) = line.price.a_month(priced.net_minor());
            Worth { price_id: line.price.id.clone(), currency: self.buyer.currency(), dividend, divisor }
        });
        worth.collect()
    }

    fn is_worth_its_items(&mut self, at: i64) {
        let worth = self.worth_at(at);
        self.intended.set(&self.id, at, &worth);
    }

    fn write(
        &mut self,
        origin: &'static str,
        at: i64,
        period: Option<(i64, i64)>,
        lines: Vec<Line>,
    ) -> Value {
        let discount = self.discount_at(at);
        self.write_with(origin, at, period, lines, discount)
    }

    /// A bill that is collected from now on.
    fn write_with(
        &mut self,
        origin: &'static str,
        at: i64,
        period: Option<(i64, i64)>,
        lines: Vec<Line>,
        discount: Option<Discount>,
    ) -> Value {
        self.adjustments.clear();
        let bill = Bill {
            origin,
            status: "billed",
            at,
            period,
            lines,
            subscription_id: Some(self.id.clone()),
            discount,
            is_manual: self.is_manual,
        };
        let written = transaction::write(self.account, &self.buyer, &bill);
        self.account.put(Kind::Transaction, written.clone(), at, "created");
        self.account.put(Kind::Transaction, written.clone(), at, "billed");
        written
    }

    /// Paid at `at`, completed half a minute later.
    fn pay(&mut self, bill: &mut Value, at: i64) -> Option<()> {
        self.pay_by(bill, at, if self.is_manual { "wire_transfer" } else { "card" })
    }

    fn pay_by(&mut self, bill: &mut Value, at: i64, method: &str) -> Option<()> {
        self.reach(at)?;
        paying::attempt(self.account, bill, at, None, method);
        let billed_at = unix(&bill["billed_at"]).unwrap_or(at);
        paying::paid(self.account, bill, &self.buyer, at, billed_at);
        self.account.put(Kind::Transaction, bill.clone(), at, "paid");
        let completed_at = at + COMPLETED_AFTER_S;
        self.reach(completed_at)?;
        if !self.id.is_empty() {
            bill["subscription_id"] = json!(self.id);
        }
        let adjustments: Vec<(i64, &Value)> = self.adjustments.iter().map(|(sign, of)| (*sign, of)).collect();
        paying::complete(self.account, bill, &self.buyer, completed_at, &adjustments);
        self.account.put(Kind::Transaction, bill.clone(), completed_at, "completed");
        self.last = bill.clone();
        Some(())
    }

    /// The next period begins: its bill as it is born, with what was put off until now.
    fn begin_period(&mut self) -> Option<Value> {
        self.reach(self.period.1)?;
        if self.status == "trialing" {
            (self.anchor, self.periods, self.status) = (self.period.1, 0, "active");
        }
        self.periods += 1;
        self.period = (self.period.1, self.end_of(self.anchor, self.periods));
        let (at, end) = self.period;
        let mut lines = self.full_lines(Some(Share::whole(at, end)));
        for put_off in std::mem::take(&mut self.put_off) {
            lines.extend(put_off.lines);
            if let Some(worth) = put_off.worth {
                self.intended.set(&self.id, put_off.at, &worth);
            }
        }
        let bill = self.write("subscription_recurring", at, Some(self.period), lines);
        self.first_billed_at.get_or_insert(at);
        self.is_worth_its_items(at);
        let expired = self.running.take_if(|running| running.ends_at.is_some_and(|end| end <= at));
        if let Some(expired) = expired {
            self.note(at, "discount_expired", None, json!({ "discount": self.described_discount(&expired) }));
        }
        self.note(at, "renewed", None, json!({ "transaction_id": bill["id"] }));
        self.tell(at, "updated");
        Some(bill)
    }

    pub fn renew(&mut self) -> Option<()> {
        let is_first = self.status == "trialing";
        let mut bill = self.begin_period()?;
        if is_first {
            self.note(self.period.0, "activated", None, json!({ "transaction_id": bill["id"] }));
            self.tell(self.period.0, "activated");
        }
        self.pay(&mut bill, self.period.0 + TRIED_AFTER_S)
    }

    /// Renews until the present.
    pub fn go_on(&mut self) -> Option<()> {
        loop {
            self.renew()?;
        }
    }

    /// From the next renewal on in the currency of another country, where the customer lives now.
    pub fn move_to(&mut self, country: &'static Country) -> Option<()> {
        let at = self.period.0 + 8 * DAY_S;
        self.reach(at)?;
        let address_id = self.buyer.move_to(self.account, at, country);
        let address = self.account.get(Kind::Address, &address_id).cloned();
        self.note(at, "address_updated", None, json!({ "address": address }));
        self.note(at, "currency_updated", None, json!({ "currency_code": country.currency_code }));
        self.tell(at, "updated");
        self.renew()
    }

    /// Writes down what it was meant to be worth.
    pub fn finish(mut self) {
        if self.created_at != 0 {
            self.foresee();
        }
        let customer = CustomerId::new(self.buyer.customer_id.clone());
        self.account.expected.extend(self.intended.steps(&customer));
    }
}

/// An instant that was written.
fn unix(value: &Value) -> Option<i64> {
    value.as_str()?.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_second)
}
