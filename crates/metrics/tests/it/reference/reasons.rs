//! What movements are due to, how long what is at risk has been unpaid, and why payments failed.

use std::collections::{BTreeMap, BTreeSet};

use metrics::ledger::ChangeCause;
use metrics::query::Dimension;
use model::billing::CancellationReason;
use model::{Currency, Day};

use super::recurring::movements;
use super::{Days, Expected, Key, Period, Reference, sum};
use crate::world::{self, Change, TestCustomer};

/// One customer's part of one kind of movement: what it is of, and what it is worth.
type Parts = Vec<(String, i64)>;

const REASONS: [&str; 6] =
    ["cancellation_requested", "payment_failed", "payment_disputed", "other", "unpaid", "unknown"];
pub const FEEDBACK: [&str; 3] = ["too_expensive", "the dog ate it", "unknown"];
const AGES: [&str; 5] = ["0-7", "8-30", "31-60", "61-90", "over-90"];
pub const CODES: [&str; 3] = ["insufficient_funds", "bank_on_fire", "unknown"];

impl Reference<'_> {
    /// Everything that a breakdown by what is not of a plan or a customer could have as a group.
    pub(super) fn reason_keys(&self) -> BTreeSet<Key> {
        let names: Vec<&str> = match self.query.by {
            Some(Dimension::Cause) => ChangeCause::ALL.map(ChangeCause::as_str).to_vec(),
            Some(Dimension::ChurnReason) => REASONS.to_vec(),
            Some(Dimension::Feedback) => FEEDBACK.to_vec(),
            Some(Dimension::DeclineCode) => CODES.to_vec(),
            Some(Dimension::Age) => AGES.to_vec(),
            _ => Vec::new(),
        };
        let currencies = world::CODES.map(world::currency);
        let keys = |currency: Currency| names.iter().map(move |name| ((*name).to_owned(), currency));
        currencies.into_iter().flat_map(keys).map(|(name, currency)| self.key(name, currency)).collect()
    }

    /// Movements alone, of one cause, reason or feedback.
    pub(super) fn expected_of_reason(&self, key: &Key, period: Period) -> Expected {
        let mut expected = Expected::of_nothing();
        for (index, customer) in self.world.customers.iter().enumerate() {
            let mut kinds = BTreeSet::new();
            for currency in world::CODES.map(world::currency) {
                if self.key(key.0.clone(), currency) != *key {
                    continue;
                }
                let own =
                    self.lines.iter().filter(|(line, _)| line.customer == index && line.currency == currency);
                let days: Days = sum(own.map(|(_, days)| days));
                for (kind, on) in movements(&days, period.start_on, period.end_on) {
                    let parts = self.parts(customer, currency, kind, on);
                    for (_, minor) in parts.into_iter().filter(|(name, _)| *name == key.0) {
                        *expected.moved.entry(kind).or_default() += minor;
                        kinds.insert(kind);
                    }
                }
            }
            for kind in kinds {
                *expected.movers.entry(kind).or_default() += 1;
            }
        }
        expected
    }

    fn parts(&self, customer: &TestCustomer, currency: Currency, kind: &str, on: Day) -> Parts {
        let changes: Vec<(Change, i64)> = world::differences(&customer.changes)
            .into_iter()
            .filter(|(change, _)| change.currency == currency && !self.is_to_come(change.at))
            .collect();
        let day = |change: &Change| change.at.day(self.zone);
        let own = |change: &Change| day(change) == on && self.passes(customer, &change.price, currency);
        let today: Vec<&(Change, i64)> = changes.iter().filter(|(change, _)| own(change)).collect();
        let name = match (self.query.by, kind) {
            (Some(Dimension::Cause), "expansion" | "contraction") => None,
            (Some(Dimension::ChurnReason | Dimension::Feedback), "churn") => {
                let last = today.iter().rev().find(|(_, delta)| *delta < 0).map(|(change, _)| change);
                let last = last.map(|change| change.subscription.as_str()).unwrap();
                let up_to =
                    changes.iter().filter(|(change, _)| change.subscription == last && day(change) <= on);
                let is_over = up_to.map(|(_, delta)| delta).sum::<i64>() == 0;
                Some(self.ending(customer, if is_over { last } else { "" }))
            }
            _ => return Parts::new(),
        };
        let mut running: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        let mut parts: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for (change, delta) in today {
            let run = running.entry((&change.subscription, &change.price)).or_default();
            let before = self.worth(*run, currency, on);
            *run += delta;
            let Some(converted) = self.worth(*run, currency, on) else { return Parts::new() };
            let name = name.clone().unwrap_or_else(|| change.cause.as_str().to_owned());
            let part = parts.entry(name).or_default();
            *part = (part.0 + delta, part.1 + converted - before.unwrap());
        }
        parts.retain(|_, part| *part != (0, 0));
        parts.into_iter().map(|(name, (_, converted))| (name, converted)).collect()
    }

    fn ending(&self, customer: &TestCustomer, subscription: &str) -> String {
        let ending = customer.endings.iter().find(|ending| ending.subscription == subscription);
        let said = match self.query.by {
            Some(Dimension::Feedback) => ending.and_then(|ending| ending.feedback.clone()),
            _ => ending.and_then(|ending| ending.reason).map(|reason| {
                let name = match reason {
                    CancellationReason::Requested => "cancellation_requested",
                    CancellationReason::PaymentFailed => "payment_failed",
                    CancellationReason::PaymentDisputed => "payment_disputed",
                    CancellationReason::Other => "other",
                };
                name.to_owned()
            }),
        };
        said.unwrap_or_else(|| "unknown".to_owned())
    }

    /// For how long the oldest failed invoice of a subscription has been unpaid at the end of a day.
    pub(super) fn age(&self, customer: usize, subscription: &str, on: Day) -> &'static str {
        let invoices = self.world.customers[customer].failed_invoices.iter();
        let happened = |at: model::UnixSeconds| !self.is_to_come(at) && at.day(self.zone) <= on;
        let unpaid = invoices.filter(|(id, failed_at, until)| {
            id == subscription && happened(*failed_at) && !until.is_some_and(happened)
        });
        let days = unpaid.map(|(_, failed_at, _)| on.0 - failed_at.day(self.zone).0).max().unwrap_or(0);
        match days {
            ..=7 => AGES[0],
            8..=30 => AGES[1],
            31..=60 => AGES[2],
            61..=90 => AGES[3],
            _ => AGES[4],
        }
    }

    /// Whether the breakdown is of single movements.
    pub(super) fn is_by_reason(&self) -> bool {
        matches!(self.query.by, Some(Dimension::Cause | Dimension::ChurnReason | Dimension::Feedback))
    }
}
