//! Trials by the day they began, and what became of them.

use std::collections::BTreeSet;

use model::{Currency, Day};
use rust_decimal::Decimal;

use super::{Days, Key, Period, Reference, sum, value};
use crate::world::{TestCustomer, TestTrial, differences};

/// The trials of one period.
#[derive(Debug, Default)]
pub struct Trials {
    pub started: i64,
    /// Of each converted one, how many days it took. In order.
    pub days: Vec<i64>,
}

impl Trials {
    pub fn converted(&self) -> i64 {
        i64::try_from(self.days.len()).unwrap()
    }

    pub fn median(&self) -> Option<Decimal> {
        let middle = self.days.len() / 2;
        let upper = Decimal::from(*self.days.get(middle)?);
        let is_odd = self.days.len() % 2 == 1;
        Some(if is_odd { upper } else { (upper + Decimal::from(self.days[middle - 1])) / Decimal::TWO })
    }
}

impl Reference<'_> {
    pub(super) fn trial_keys(&self) -> BTreeSet<Key> {
        let customers = self.world.customers.iter();
        let trials = customers.flat_map(|customer| customer.trials.iter().map(move |trial| (customer, trial)));
        trials.filter_map(|(customer, trial)| self.trial_key(customer, trial)).collect()
    }

    /// Which series a trial belongs to, if the query leaves it at all.
    fn trial_key(&self, customer: &TestCustomer, trial: &TestTrial) -> Option<Key> {
        let (price, currency) = plan(customer, trial)?;
        let is_left = self.passes(customer, &price, currency);
        is_left.then(|| self.key(self.group(customer, &price, currency), currency))
    }

    pub(super) fn trials(&self, key: &Key, period: Period) -> Trials {
        let mut trials = Trials::default();
        for (index, customer) in self.world.customers.iter().enumerate() {
            for trial in &customer.trials {
                let started_on = trial.period.start.day(self.zone);
                if !self.is_to_come(trial.period.start)
                    && period.contains(started_on)
                    && self.trial_key(customer, trial).as_ref() == Some(key)
                    && plan(customer, trial).is_some_and(|(_, currency)| self.has(currency, started_on))
                    && !self.was_above_before(key, index, started_on)
                {
                    trials.started += 1;
                    trials.days.extend(self.converted_after(key, index, trial));
                }
            }
        }
        trials.days.sort_unstable();
        trials
    }

    fn was_above_before(&self, key: &Key, customer: usize, on: Day) -> bool {
        self.lanes(key, customer).iter().any(|days| days.range(..on).any(|(_, value)| *value > 0))
    }

    /// How many days after its start the trial's subscription was first worth something.
    fn converted_after(&self, key: &Key, customer: usize, trial: &TestTrial) -> Option<i64> {
        let own = self.lines.iter().filter(|(line, _)| {
            line.customer == customer
                && line.subscription == trial.subscription
                && line.is_of(key, self.query.currency)
        });
        let days: Days = sum(own.map(|(_, days)| days));
        let started_on = trial.period.start.day(self.zone);
        let until = match self.query.within_days {
            Some(within) => Day(trial.period.end.day(self.zone).0 + i32::try_from(within).unwrap()),
            None => self.today,
        };
        let converted_on = (started_on.0..=until.0).map(Day).find(|on| value(&days, *on) > 0)?;
        Some(i64::from(converted_on.0 - started_on.0))
    }
}

/// What a trial is of: its first item, or what the subscription was first worth something for.
fn plan(customer: &TestCustomer, trial: &TestTrial) -> Option<(String, Currency)> {
    if let Some((price, currency, _)) = trial.items.first() {
        return Some((price.clone(), *currency));
    }
    let changes = differences(&customer.changes).into_iter().map(|(change, _)| change);
    let mut own = changes.filter(|change| change.subscription == trial.subscription && change.value_minor > 0);
    own.next().map(|change| (change.price, change.currency))
}
