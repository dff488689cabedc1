//! The merchants. A life is a script that is written down until the present, so an account is a function of the seed and
//! the present alone: living on is writing the lives that are due again with a later present.

mod buyer;
mod catalog;
mod discounts;
mod intended;
mod life;
mod money;
mod payouts;
mod scripts;
#[cfg(test)]
mod tests;
mod transaction;

use model::UnixSeconds;
use serde_json::Value;

use super::account::{Account, Kind};
use crate::MerchantName;
pub use buyer::{COUNTRIES, Country, cents_of, currency, rounded};
use catalog::Catalog;
pub use intended::{Intended, Worth};
pub use money::{ExpectedMoney, Measure};

const DAY_S: i64 = 86_400;
const HISTORY_DAYS: i64 = 3 * 365;
/// Early enough for prorations as they were before 2024-03-11.
const OPENED_BY: i64 = 1_693_526_400; // 2023-09-01
/// The last new customer comes so long before the present that the merchant starts with.
const NEWEST_DAYS: i64 = 30;
const SIMPLE_CUSTOMERS: u64 = 60;
/// Each script twice.
const CUSTOMERS: u64 = 110;

/// What a merchant follows from.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub merchant: MerchantName,
    pub seed: u64,
    /// `None`: as many as the merchant usually has.
    pub customers: Option<u64>,
    pub now: UnixSeconds,
}

/// A merchant and its account.
#[derive(Debug)]
pub struct World {
    start: Start,
    opened_at: i64,
    account: Account,
    /// When something happens next in each life; those that were not begun are due.
    lives: Vec<i64>,
    /// The first of all that is due.
    due_at: i64,
}

impl World {
    /// These customers and subscriptions came from Paddle Classic.
    pub fn import(&mut self, imported: &[(String, String)]) {
        self.account.import(imported);
    }

    pub fn new(start: Start) -> Self {
        let days = if start.merchant == MerchantName::Empty { 1 } else { HISTORY_DAYS };
        let usual = (start.now.0.div_euclid(DAY_S) - days) * DAY_S;
        let opened_at = if start.merchant == MerchantName::Mid { usual.min(OPENED_BY) } else { usual };
        let is_simple = start.merchant != MerchantName::Mid;
        let customers = match start.merchant {
            MerchantName::Empty => 0,
            _ => start.customers.unwrap_or(if is_simple { SIMPLE_CUSTOMERS } else { CUSTOMERS }),
        };
        let mut world = Self {
            start,
            opened_at,
            account: Account::new(start.seed, start.now),
            lives: vec![i64::MIN; usize::try_from(customers).unwrap_or(0)],
            due_at: i64::MAX,
        };
        world.live_until(start.now);
        world
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Lives on until `to` and returns the events that happened, oldest first. An earlier `to` changes nothing.
    pub fn advance(&mut self, to: UnixSeconds) -> Vec<Value> {
        let before = self.account.now;
        if to <= before {
            return Vec::new();
        }
        if to.0 < self.due_at {
            self.account.live_until(to);
            return Vec::new();
        }
        self.live_until(to);
        let since = super::account::instant(before.0);
        let second = |text: &str| text.get(..19).map(str::to_owned);
        let since = second(&since);
        let happened = self.account.all(Kind::Event).map(|(_, event)| event);
        happened.filter(|event| event["occurred_at"].as_str().and_then(second) > since).cloned().collect()
    }

    /// Writes each life that is due again, until the present.
    fn live_until(&mut self, now: UnixSeconds) {
        self.account.live_until(now);
        self.due_at = i64::MAX;
        if self.start.merchant == MerchantName::Empty {
            return;
        }
        let fresh = || Account::new(self.start.seed, now);
        let mut opening = fresh();
        let catalog = Catalog::open(&mut opening, &mut self.due_at, self.opened_at);
        self.account.take_over(opening);
        let is_simple = self.start.merchant != MerchantName::Mid;
        let customers = self.lives.len();
        let span = (self.start.now.0 - NEWEST_DAYS * DAY_S - self.opened_at - DAY_S).max(0);
        for (number, due_at) in self.lives.iter_mut().enumerate() {
            if *due_at <= now.0 {
                let share = i128::from(span) * number as i128 / customers as i128;
                let came_at = self.opened_at + DAY_S + i64::try_from(share).unwrap_or(0);
                let mut life = fresh();
                *due_at = i64::MAX;
                scripts::live(&mut life, &catalog, due_at, number as u64, came_at, is_simple);
                self.account.take_over(life);
            }
            self.due_at = self.due_at.min(*due_at);
        }
        payouts::pay_out(&mut self.account, &mut self.due_at, self.opened_at);
        self.account.expected.sort_by(|one, other| (&one.customer, one.at).cmp(&(&other.customer, other.at)));
        self.account.expected_money.sort_by(|one, other| {
            (&one.customer, one.at, one.measure).cmp(&(&other.customer, other.at, other.measure))
        });
    }
}
