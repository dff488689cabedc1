//! What customers are meant to be worth, twice: as the seller knows it, and as far as the lists can tell.

use model::{Currency, CustomerId, UnixSeconds};

use super::DAY_S;
use super::catalog::Plan;
use crate::paddle::{Intended, Worth};
use crate::world::ExpectedStep;

/// Written down next to what happens, never read from what is sent.
#[derive(Debug, Default)]
pub struct Meant {
    exact: Intended,
    coarse: Intended,
}

impl Meant {
    /// From `at` on the seller knows the subscription to be worth this amount in each interval of the plan.
    pub fn know(&mut self, subscription: u64, at: i64, minor: i64, plan: &Plan, currency: Currency) {
        self.exact.set(&subscription.to_string(), at, &[worth(minor, plan, currency)]);
    }

    /// From `at` on nothing.
    pub fn know_end(&mut self, subscription: u64, at: i64) {
        self.exact.end(&subscription.to_string(), at);
    }

    /// From that day on a regular payment of this amount is all that the lists show.
    pub fn see(&mut self, subscription: u64, at: i64, minor: i64, plan: &Plan, currency: Currency) {
        self.coarse.set(&subscription.to_string(), midnight(at), &[worth(minor, plan, currency)]);
    }

    /// From that day on nothing was paid that was due.
    pub fn see_end(&mut self, subscription: u64, at: i64) {
        self.coarse.end(&subscription.to_string(), midnight(at));
    }

    /// What is known by now, and what is seen.
    pub fn steps(&self, customer: &CustomerId, now: UnixSeconds) -> (Vec<ExpectedStep>, Vec<ExpectedStep>) {
        let by_now = |intended: &Intended| {
            let mut steps = intended.steps(customer);
            steps.retain(|step| step.at <= now);
            steps
        };
        (by_now(&self.exact), by_now(&self.coarse))
    }
}

fn worth(minor: i64, plan: &Plan, currency: Currency) -> Worth {
    let (dividend, divisor) = plan.a_month(minor);
    Worth { price_id: String::new(), currency, dividend, divisor }
}

/// Lists have days only.
pub fn midnight(at: i64) -> i64 {
    at.div_euclid(DAY_S) * DAY_S
}
