//! The merchants. A life is a script that is written down until the present, so an account is a function of the seed and
//! the present alone: living on is writing it again with a later present.

mod buyer;
mod catalog;
mod life;
mod scripts;
#[cfg(test)]
mod tests;
mod transaction;

use model::UnixSeconds;
use serde_json::Value;

use super::account::{Account, Kind};
use crate::MerchantName;
use catalog::Catalog;

const DAY_S: i64 = 86_400;
const HISTORY_DAYS: i64 = 3 * 365;

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
        let opened_at = (start.now.0.div_euclid(DAY_S) - days) * DAY_S;
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
        let happened = self.account.all(Kind::Event).map(|(_, event)| event);
        happened.filter(|event| event["occurred_at"].as_str() > Some(since.as_str())).cloned().collect()
    }

    fn write(&mut self, now: UnixSeconds) {
        self.account = Account::new(self.start.seed, now);
        self.due_at = i64::MAX;
        if self.start.merchant == MerchantName::Empty {
            return;
        }
        let catalog = Catalog::open(&mut self.account, self.opened_at);
        let is_simple = self.start.merchant != MerchantName::Mid;
        let customers = self.start.customers.unwrap_or(if is_simple { 60 } else { 120 });
        for number in 0..customers {
            let came_at = self.opened_at
                + DAY_S
                + (HISTORY_DAYS - 30) * DAY_S * i64::try_from(number).unwrap_or(0)
                    / i64::try_from(customers.max(1)).unwrap_or(1);
            scripts::live(&mut self.account, &catalog, &mut self.due_at, number, came_at, is_simple);
        }
        self.account.expected.sort_by(|one, other| (&one.customer, one.at).cmp(&(&other.customer, other.at)));
    }
}
