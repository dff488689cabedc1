//! What is worked out from a chunk's columns when it is made or read. None of it is written.

use std::collections::{BTreeMap, BTreeSet};

use model::{Currency, Day, UnixSeconds};

use super::chunk::Columns;
use super::country::Country;
use super::daily::DailyValues;
use super::days::CalendarDays;
use super::distinct;
use super::revenue::RevenueRows;
use super::rows::Rows;
use super::texts::Texts;
use crate::ledger::Apart;

#[derive(Debug)]
pub(super) struct Derived {
    /// One per row, in the ledger's zone, as those of the next two.
    pub(super) days: Vec<Day>,
    pub(super) apart_days: [Vec<Day>; Apart::ALL.len()],
    pub(super) money_days: Vec<Day>,
    /// Each once, in order.
    pub(super) money_currencies: Vec<Currency>,
    pub(super) first_money_on: Option<Day>,
    /// The plans of rows, each once and in order.
    pub(super) plans: Vec<(u32, PlanUse)>,
    /// The countries of customers, each once and in order, with the number of its customers.
    pub(super) countries: Vec<(Country, u64)>,
    /// The subscriptions with feedback, one for each that was given.
    pub(super) feedback: Vec<usize>,
    /// The first and the last day of any row.
    pub(super) row_days: Option<(Day, Day)>,
    pub(super) daily: DailyValues,
    pub(super) revenue: RevenueRows,
}

/// How much a plan is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PlanUse {
    /// The value that its rows lead to.
    pub(crate) mrr_minor: i64,
    pub(crate) rows: u64,
}

impl Derived {
    pub(super) fn of(columns: &Columns, calendar: &CalendarDays) -> Self {
        let dated = |at: &[i64]| -> Vec<Day> { at.iter().map(|at| calendar.day(UnixSeconds(*at))).collect() };
        let days = dated(&columns.rows.at);
        let money_days = dated(&columns.money.at);
        Self {
            apart_days: columns.apart.each_ref().map(|rows| dated(&rows.at)),
            money_currencies: distinct(&columns.money.currency),
            first_money_on: money_days.iter().min().copied(),
            plans: plan_uses(&columns.rows),
            countries: counted(&columns.countries),
            feedback: distinct_texts(&columns.subscriptions.feedback),
            row_days: days.iter().min().copied().zip(days.iter().max().copied()),
            daily: DailyValues::of(&columns.rows, &days),
            revenue: RevenueRows::of(&columns.money, &money_days),
            days,
            money_days,
        }
    }
}

/// Each plan once and in order.
fn plan_uses(rows: &Rows) -> Vec<(u32, PlanUse)> {
    let mut uses: BTreeMap<u32, PlanUse> = BTreeMap::new();
    let mut deltas = rows.delta_minor.iter();
    // Rows of one customer mostly follow each other with the same plan.
    for run in rows.plan.chunk_by(|a, b| a == b) {
        let used = uses.entry(run[0]).or_default();
        used.mrr_minor += deltas.by_ref().take(run.len()).sum::<i64>();
        used.rows += run.len() as u64;
    }
    uses.into_iter().collect()
}

/// Where each text that is not empty is first.
fn distinct_texts(texts: &Texts) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    (0..texts.len()).filter(|index| !texts.get(*index).is_empty() && seen.insert(texts.get(*index))).collect()
}

/// Each once and in order, with how often it is there.
fn counted<T: Copy + Ord>(all: &[T]) -> Vec<(T, u64)> {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    // Rows of one customer mostly follow each other with the same plan.
    for run in all.chunk_by(|a, b| a == b) {
        *counts.entry(run[0]).or_default() += run.len() as u64;
    }
    counts.into_iter().collect()
}
