//! The merchants. A life is a script that is written down until the present, so an account is a function of the seed and
//! the present alone: living on is writing the lives that are due again with a later present.

mod catalog;
mod intended;
mod life;
mod payouts;
mod scripts;
#[cfg(test)]
mod tests;

use model::UnixSeconds;

use super::account::{Account, Alert};
use crate::MerchantName;
use crate::chance::mix;
use catalog::Catalog;

pub const DAY_S: i64 = 86_400;
const HISTORY_DAYS: i64 = 3 * 365;
/// The last customer of a small merchant comes so long before the present that the merchant starts with.
const NEWEST_DAYS: i64 = 30;
const SIMPLE_CUSTOMERS: u64 = 60;
/// The first rounds' customers come up to so many days later than evenly spread.
const SPREAD_DAYS: u64 = 30;
/// Each script thrice.
const ROUNDS: u64 = 3;

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
    catalog: Catalog,
    /// When something happens next in each life; those that were not begun are due.
    lives: Vec<i64>,
    /// The first of all that is due.
    due_at: i64,
}

impl World {
    pub fn new(start: Start) -> Self {
        let days = if start.merchant == MerchantName::Empty { 1 } else { HISTORY_DAYS };
        let opened_at = (start.now.0.div_euclid(DAY_S) - days) * DAY_S;
        let customers = match start.merchant {
            MerchantName::Empty => 0,
            MerchantName::Mid => start.customers.unwrap_or(ROUNDS * scripts::count()),
            _ => start.customers.unwrap_or(SIMPLE_CUSTOMERS),
        };
        let mut account = Account::new(start.seed, start.now);
        let catalog = Catalog::new(start.merchant);
        catalog.open(&mut account);
        let mut world = Self {
            start,
            opened_at,
            account,
            catalog,
            lives: vec![i64::MIN; usize::try_from(customers).unwrap_or(0)],
            due_at: i64::MIN,
        };
        world.live_until(start.now);
        world
    }

    pub fn account(&self) -> &Account {
        &self.account
    }

    /// From now on alerts are listed however long ago they were sent.
    pub fn keep_alerts(&mut self) {
        self.account.keeps_alerts = true;
    }

    /// Lives on until `to` and returns the alerts of what happened, oldest first. An earlier `to` changes nothing.
    pub fn advance(&mut self, to: UnixSeconds) -> Vec<Alert> {
        let before = self.account.now;
        if to <= before {
            return Vec::new();
        }
        if to.0 < self.due_at {
            self.account.now = to;
            return Vec::new();
        }
        self.live_until(to);
        let happened = self.account.alerts.values().filter(|alert| alert.at > before.0);
        let mut happened: Vec<Alert> = happened.cloned().collect();
        happened.sort_by_key(|alert| (alert.at, alert.id));
        happened
    }

    /// Writes each life that is due again, until the present.
    fn live_until(&mut self, now: UnixSeconds) {
        self.account.now = now;
        self.due_at = i64::MAX;
        for number in 0..self.lives.len() {
            if self.lives[number] <= now.0 {
                self.lives[number] = self.live(number as u64);
            }
            self.due_at = self.due_at.min(self.lives[number]);
        }
        if self.start.merchant != MerchantName::Empty {
            payouts::pay_out(&mut self.account, &mut self.due_at, self.opened_at, self.lives.len() as u64);
        }
        let account = &mut self.account;
        for steps in [&mut account.expected, &mut account.expected_coarse] {
            steps.sort_by(|one, other| (&one.customer, one.at).cmp(&(&other.customer, other.at)));
        }
        account.expected_money.sort_by(|one, other| {
            (&one.customer, one.at, one.measure).cmp(&(&other.customer, other.at, other.measure))
        });
    }

    /// Writes one life and returns when something happens next in it.
    fn live(&mut self, number: u64) -> i64 {
        let mut due_at = i64::MAX;
        let mut written = Account::new(self.start.seed, self.account.now);
        written.begin(number);
        let came_at = self.came_at(number);
        if self.start.merchant == MerchantName::Mid {
            scripts::live(&mut written, &self.catalog, &mut due_at, number, came_at);
        } else {
            scripts::live_simply(&mut written, &self.catalog, &mut due_at, number, came_at);
        }
        self.account.take_over(number, written);
        due_at
    }

    /// When a customer comes: spread over the years or, in the last round of a merchant that plays scripts, just so long ago
    /// that what is played happens within the history of alerts.
    fn came_at(&self, number: u64) -> i64 {
        let customers = self.lives.len() as u64;
        let span = self.start.now.0 - NEWEST_DAYS * DAY_S - self.opened_at;
        let recent = customers / ROUNDS * (ROUNDS - 1);
        // Each seed has other days.
        let days = i64::try_from(mix(self.start.seed, number, 64) % SPREAD_DAYS).unwrap_or(0);
        if self.start.merchant != MerchantName::Mid {
            return self.opened_at + share(span, number, customers);
        }
        if number < recent {
            return self.opened_at + share(span - 90 * DAY_S, number, recent) + days * DAY_S;
        }
        scripts::recent_arrival(number, self.start.now.0)
    }
}

fn share(span: i64, number: u64, of: u64) -> i64 {
    i64::try_from(i128::from(span) * i128::from(number) / i128::from(of.max(1))).unwrap_or(0)
}
