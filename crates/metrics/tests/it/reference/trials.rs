//! Trials by the day they began, and what became of them.

use std::collections::{BTreeMap, BTreeSet};

use model::{Currency, Day, UnixSeconds};
use rust_decimal::Decimal;

use super::{Key, Period, Reference};
use crate::world::{TestCustomer, TestTrial, differences};

const DAY_SECONDS: i64 = 86_400;

/// The trials of one period.
#[derive(Debug, Default)]
pub struct Trials {
    pub started: i64,
    /// Of each converted one, how many seconds it took. In order.
    pub seconds: Vec<i64>,
}

impl Trials {
    pub fn converted(&self) -> i64 {
        i64::try_from(self.seconds.len()).unwrap()
    }

    /// In days of 24 hours.
    pub fn median(&self) -> Option<Decimal> {
        let middle = self.seconds.len() / 2;
        let upper = Decimal::from(*self.seconds.get(middle)?);
        let is_odd = self.seconds.len() % 2 == 1;
        let median =
            if is_odd { upper } else { (upper + Decimal::from(self.seconds[middle - 1])) / Decimal::TWO };
        Some(median / Decimal::from(DAY_SECONDS))
    }
}

impl Reference<'_> {
    pub(super) fn trial_keys(&self) -> BTreeSet<Key> {
        let customers = self.world.customers.iter();
        let trials =
            customers.flat_map(|customer| customer.trials.iter().map(move |trial| (customer, trial)));
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
                    trials.seconds.extend(self.converted_after(key, customer, trial));
                }
            }
        }
        trials.seconds.sort_unstable();
        trials
    }

    fn was_above_before(&self, key: &Key, customer: usize, on: Day) -> bool {
        self.lanes(key, customer).iter().any(|days| days.range(..on).any(|(_, value)| *value > 0))
    }

    /// How many seconds after its start the trial's subscription was first worth something.
    fn converted_after(&self, key: &Key, customer: &TestCustomer, trial: &TestTrial) -> Option<i64> {
        let mut values: BTreeMap<UnixSeconds, i64> = BTreeMap::new();
        for (change, delta) in differences(&customer.changes) {
            let group = self.group(customer, &change.price, change.currency);
            let is_own = change.subscription == trial.subscription
                && self.passes(customer, &change.price, change.currency)
                && self.key(group, change.currency) == *key;
            if is_own {
                *values.entry(change.at).or_default() += delta;
            }
        }
        let within = self.query.within_days.map(|days| trial.period.end.0 + i64::from(days) * DAY_SECONDS);
        let mut value = 0;
        values.into_iter().find_map(|(at, delta)| {
            value += delta;
            let is_in_time = !self.is_to_come(at) && within.is_none_or(|until| at.0 <= until);
            (value > 0 && at >= trial.period.start && is_in_time).then_some(at.0 - trial.period.start.0)
        })
    }
}

/// What a trial is of: its first item, or what the subscription was first worth something for.
fn plan(customer: &TestCustomer, trial: &TestTrial) -> Option<(String, Currency)> {
    if let Some((price, currency, _)) = trial.items.first() {
        return Some((price.clone(), *currency));
    }
    let changes = differences(&customer.changes).into_iter().map(|(change, _)| change);
    let mut own =
        changes.filter(|change| change.subscription == trial.subscription && change.value_minor > 0);
    own.next().map(|change| (change.price, change.currency))
}
