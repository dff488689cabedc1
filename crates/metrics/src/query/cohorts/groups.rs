//! What cohorts are broken down by: what their customers first had.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cells, GROUPS_MAX};
use crate::columns::{Country, Ledger};
use crate::query::moved::number;
use crate::query::scope::{country_group, group_of};
use crate::query::{Dimension, Group};

/// The groups of a breakdown by number, so that a customer's is found without a comparison of texts.
pub(super) struct Groups {
    pub(super) named: Vec<Option<Group>>,
    /// By the plan's code; by the country's number in a breakdown by country.
    pub(super) numbers: Vec<u32>,
}

/// The largest groups, and the rest as one.
pub(super) fn limited(cells: Cells) -> Cells {
    let Some(largest) = largest(&cells) else { return cells };
    let mut kept = Cells::new();
    for ((currency, group), cohorts) in cells {
        let group = if largest.contains(&group) { group } else { Some(other()) };
        let into = kept.entry((currency, group)).or_default();
        for (cohort, sums) in cohorts {
            into.entry(cohort).or_default().add(&sums);
        }
    }
    kept
}

/// The groups that are shown by themselves. `None`: all of them.
pub(super) fn largest(cells: &Cells) -> Option<BTreeSet<Option<Group>>> {
    let mut sizes: BTreeMap<Option<Group>, i64> = BTreeMap::new();
    for ((_, group), cohorts) in cells {
        *sizes.entry(group.clone()).or_default() += cohorts.values().map(|sums| sums.customers).sum::<i64>();
    }
    if sizes.len() <= GROUPS_MAX {
        return None;
    }
    let mut largest: Vec<(Option<Group>, i64)> = sizes.into_iter().collect();
    largest.sort_by_key(|(group, size)| (std::cmp::Reverse(*size), group.clone()));
    largest.truncate(GROUPS_MAX);
    Some(largest.into_iter().map(|(group, _)| group).collect())
}

/// The group of what is in none that is shown by itself.
pub(super) fn other() -> Group {
    Group::named("other", "All others")
}

impl Groups {
    pub(super) fn of(ledger: &Ledger, by: Option<Dimension>) -> Self {
        let groups: Vec<Option<Group>> = match by {
            None => return Self { named: vec![None], numbers: Vec::new() },
            Some(Dimension::Country) => return Self::by_country(ledger),
            Some(_) => ledger.catalog().plans().iter().map(|plan| group_of(plan, by)).collect(),
        };
        let named: BTreeSet<Option<Group>> = groups.iter().cloned().collect();
        let named: Vec<Option<Group>> = named.into_iter().collect();
        let numbers = groups.iter().map(|group| number(named.binary_search(group).unwrap_or(0))).collect();
        Self { named, numbers }
    }

    fn by_country(ledger: &Ledger) -> Self {
        let countries = ledger.chunks().iter().flat_map(|chunk| chunk.countries());
        let countries: BTreeSet<Country> = countries.map(|(country, _)| *country).collect();
        let mut numbers = vec![0; usize::from(u16::MAX) + 1];
        for (place, country) in countries.iter().enumerate() {
            numbers[usize::from(country.number())] = number(place);
        }
        Self { named: countries.into_iter().map(|country| Some(country_group(country))).collect(), numbers }
    }
}
