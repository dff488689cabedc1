//! The merchants. A life is a script that is written down until the present, so an account is a function of the seed and
//! the present alone: living on is writing it again with a later present.

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
pub use buyer::cents_of;
use catalog::Catalog;
pub use money::ExpectedMoney;

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
    /// When something happens next.
    due_at: i64,
}

impl World {
    pub fn new(start: Start) -> Self {
        let days = if start.merchant == MerchantName::Empty { 1 } else { HISTORY_DAYS };
        let usual = (start.now.0.div_euclid(DAY_S) - days) * DAY_S;
        let opened_at = if start.merchant == MerchantName::Mid { usual.min(OPENED_BY) } else { usual };
        let mut world =
            Self { start, opened_at, account: Account::new(start.seed, start.now), due_at: i64::MAX };
        world.write(start.now);
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
            self.account.now = to;
            return Vec::new();
        }
        self.write(to);
        let since = super::account::instant(before.0);
        let second = |text: &str| text.get(..19).map(str::to_owned);
        let since = second(&since);
        let happened = self.account.all(Kind::Event).map(|(_, event)| event);
        happened.filter(|event| event["occurred_at"].as_str().and_then(second) > since).cloned().collect()
    }

    fn write(&mut self, now: UnixSeconds) {
        self.account = Account::new(self.start.seed, now);
        self.due_at = i64::MAX;
        if self.start.merchant == MerchantName::Empty {
            return;
        }
        let catalog = Catalog::open(&mut self.account, &mut self.due_at, self.opened_at);
        let is_simple = self.start.merchant != MerchantName::Mid;
        let customers = self.start.customers.unwrap_or(if is_simple { SIMPLE_CUSTOMERS } else { CUSTOMERS });
        let span = (self.start.now.0 - NEWEST_DAYS * DAY_S - self.opened_at - DAY_S).max(0);
        for number in 0..customers {
            let share = i128::from(span) * i128::from(number) / i128::from(customers.max(1));
            let came_at = self.opened_at + DAY_S + i64::try_from(share).unwrap_or(0);
            scripts::live(&mut self.account, &catalog, &mut self.due_at, number, came_at, is_simple);
        }
        payouts::pay_out(&mut self.account, &mut self.due_at, self.opened_at);
        self.account.expected.sort_by(|one, other| (&one.customer, one.at).cmp(&(&other.customer, other.at)));
        self.account.expected_money.sort_by(|one, other| {
            (&one.customer, one.at, one.measure).cmp(&(&other.customer, other.at, other.measure))
        });
    }
}
