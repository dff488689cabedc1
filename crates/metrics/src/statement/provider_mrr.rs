//! Our MRR beside what the provider itself says it was, day by day.
//!
//! The provider's days begin and end at midnight UTC, and it has converted everything to one currency at rates of its own. So
//! ours is added up for the same instants, and converted at the rates of each day.

use std::collections::{BTreeMap, BTreeSet};

use model::{Currency, Day, ProviderMrr, ProviderMrrOutcome, ProviderMrrReading, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::columns::{Chunk, Ledger};
use crate::fx::Rates;
use crate::ledger::{ListPart, MrrReason};
use crate::view::View;

const DAY_S: i64 = 86_400;
/// How far apart two conversions of the same amount can be, in percent: a bill of a year is converted at the rate of the day
/// that it was paid on.
const RATES_PERCENT: i64 = 15;

/// Our MRR beside the provider's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProviderMrrReport {
    pub state: ProviderMrrState,
    /// The permission that the key lacks, by the provider's own name.
    pub permission: Option<String>,
    /// When the provider was last asked.
    #[schema(value_type = Option<i64>)]
    pub read_at: Option<UnixSeconds>,
    /// All amounts are in it: the provider chose it.
    #[schema(value_type = Option<String>)]
    pub currency: Option<Currency>,
    /// What discounts take off our MRR now, as far as list prices are known. Providers differ in whether they subtract them.
    pub discounts_minor: Option<i64>,
    /// In order.
    pub days: Vec<ComparedDay>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderMrrState {
    /// This provider's API has no figures of its own.
    NotOffered,
    /// Not so far: it is read after the import, and once a day.
    NotRead,
    Read,
    PermissionMissing,
    /// The server doesn't have them.
    Absent,
}

/// One day, which begins and ends at midnight UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ComparedDay {
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    /// At the end of the day.
    pub provider_mrr_minor: i64,
    pub mrr_minor: i64,
    /// The provider's less ours.
    pub difference_minor: i64,
    /// What of ours is billed in other currencies, and converted.
    pub other_currencies_minor: i64,
    pub reason: ProviderMrrReason,
    /// Currencies that have no exchange rate for this day: what is billed in them is missing from ours.
    #[schema(value_type = Vec<String>)]
    pub unconverted: Vec<Currency>,
}

/// What explains the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderMrrReason {
    /// There is none.
    Equal,
    /// The provider's exchange rates: it is at most 15 % of what is billed in other currencies.
    Rates,
    /// The provider doesn't subtract discounts: it is what they take off ours, give or take the exchange rates.
    Discounts,
    /// Some of ours has no exchange rate.
    NoRate,
    Unexplained,
}

impl ProviderMrrReason {
    /// As it is written in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Rates => "rates",
            Self::Discounts => "discounts",
            Self::NoRate => "no_rate",
            Self::Unexplained => "unexplained",
        }
    }
}

impl ProviderMrrReport {
    /// By the last reading. `is_offered`: whether the provider has figures of its own at all.
    pub fn of(view: &View, is_offered: bool, last: Option<ProviderMrrReading>) -> Self {
        let mut report = Self {
            state: if is_offered { ProviderMrrState::NotRead } else { ProviderMrrState::NotOffered },
            permission: None,
            read_at: None,
            currency: None,
            discounts_minor: None,
            days: Vec::new(),
        };
        let Some(reading) = last.filter(|_| is_offered) else { return report };
        report.read_at = Some(reading.at);
        match reading.outcome {
            ProviderMrrOutcome::PermissionMissing(permission) => {
                report.state = ProviderMrrState::PermissionMissing;
                report.permission = Some(permission);
            }
            ProviderMrrOutcome::Absent => report.state = ProviderMrrState::Absent,
            ProviderMrrOutcome::Read(theirs) => {
                report.state = ProviderMrrState::Read;
                report.currency = Some(theirs.currency);
                let discounts = discounts(&view.ledger, &view.rates, theirs.currency, view.now);
                report.discounts_minor = discounts;
                report.days = compared(&view.ledger, &view.rates, &theirs, discounts.unwrap_or(0));
            }
        }
        report
    }
}

/// Each day that the provider has a figure of.
fn compared(ledger: &Ledger, rates: &Rates, theirs: &ProviderMrr, discounts_minor: i64) -> Vec<ComparedDay> {
    let mut changes: BTreeMap<Day, BTreeMap<Currency, i64>> = BTreeMap::new();
    for ((on, currency), delta_minor) in changes_by_day(ledger) {
        changes.entry(on).or_default().insert(currency, delta_minor);
    }
    let mut changes = changes.into_iter().peekable();
    let mut worth: BTreeMap<Currency, i64> = BTreeMap::new();
    let day = |day: &model::ProviderMrrDay| {
        while let Some((_, deltas)) = changes.next_if(|(on, _)| *on <= day.on) {
            for (currency, delta_minor) in deltas {
                let own = worth.entry(currency).or_default();
                *own = own.saturating_add(delta_minor);
            }
        }
        let mut unconverted = BTreeSet::new();
        let (mut mrr_minor, mut other_currencies_minor) = (0_i64, 0_i64);
        for (currency, minor) in worth.iter().filter(|(_, minor)| **minor != 0) {
            match rates.convert(*minor, *currency, theirs.currency, day.on) {
                Some(converted) => {
                    mrr_minor = mrr_minor.saturating_add(converted.amount_minor);
                    if *currency != theirs.currency {
                        other_currencies_minor =
                            other_currencies_minor.saturating_add(converted.amount_minor);
                    }
                }
                None => {
                    unconverted.insert(*currency);
                }
            }
        }
        let difference_minor = day.mrr_minor.saturating_sub(mrr_minor);
        let reason = match unconverted.is_empty() {
            true => reason(difference_minor, other_currencies_minor, discounts_minor),
            false => ProviderMrrReason::NoRate,
        };
        ComparedDay {
            on: day.on,
            provider_mrr_minor: day.mrr_minor,
            mrr_minor,
            difference_minor,
            other_currencies_minor,
            reason,
            unconverted: unconverted.into_iter().collect(),
        }
    };
    theirs.days.iter().map(day).collect()
}

fn reason(difference_minor: i64, other_currencies_minor: i64, discounts_minor: i64) -> ProviderMrrReason {
    let by_rates = other_currencies_minor.unsigned_abs() / 100 * RATES_PERCENT.unsigned_abs();
    if difference_minor == 0 {
        ProviderMrrReason::Equal
    } else if difference_minor.unsigned_abs() <= by_rates {
        ProviderMrrReason::Rates
    } else if discounts_minor > 0
        // Those of today stand for those of the day.
        && difference_minor.abs_diff(discounts_minor) <= by_rates + discounts_minor.unsigned_abs() / 10
    {
        ProviderMrrReason::Discounts
    } else {
        ProviderMrrReason::Unexplained
    }
}

type Changes = BTreeMap<(Day, Currency), i64>;

fn changes_by_day(ledger: &Ledger) -> Changes {
    let currencies: Vec<Currency> = ledger.catalog().plans().iter().map(|plan| plan.currency).collect();
    let of_chunk = |chunk: &std::sync::Arc<Chunk>| {
        let mut changes = Changes::new();
        for customer in 0..chunk.customer_count() {
            let rows = chunk.rows(customer);
            for (row, at) in rows.at.iter().enumerate() {
                let on = Day(i32::try_from(at.div_euclid(DAY_S)).unwrap_or(i32::MAX));
                let Some(currency) = currencies.get(rows.plan[row] as usize) else { continue };
                let sum = changes.entry((on, *currency)).or_default();
                *sum = sum.saturating_add(rows.delta_minor[row]);
            }
        }
        changes
    };
    let merged = |mut whole: Changes, part: Changes| {
        for (key, delta_minor) in part {
            let sum = whole.entry(key).or_default();
            *sum = sum.saturating_add(delta_minor);
        }
        whole
    };
    ledger.chunks().par_iter().map(of_chunk).reduce(Changes::new, merged)
}

/// What discounts take off MRR now. `None` where some of it has no exchange rate.
fn discounts(ledger: &Ledger, rates: &Rates, currency: Currency, now: UnixSeconds) -> Option<i64> {
    let mut taken: BTreeMap<Currency, i64> = BTreeMap::new();
    for chunk in ledger.chunks() {
        for row in (0..chunk.customer_count()).flat_map(|customer| chunk.list_rows(customer)) {
            let is_discount =
                matches!(row.part, ListPart::Reason(MrrReason::EndingDiscount | MrrReason::OtherDiscount));
            if is_discount && row.at <= now {
                let sum = taken.entry(row.currency).or_default();
                *sum = sum.saturating_add(row.delta_minor);
            }
        }
    }
    let on = now.day(&jiff::tz::TimeZone::UTC);
    let converted = taken
        .into_iter()
        .map(|(from, minor)| rates.convert(minor, from, currency, on).map(|one| one.amount_minor));
    converted.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_explained_only_by_what_is_large_enough() {
        use ProviderMrrReason::{Discounts, Equal, Rates, Unexplained};
        for (difference, other_currencies, discounts, expected) in [
            (0, 0, 0, Equal),
            (0, 10_000, 500, Equal),
            (1_500, 10_000, 0, Rates),
            (-1_500, 10_000, 0, Rates),
            (1_501, 10_000, 0, Unexplained),
            // Without other currencies there is nothing to convert.
            (1, 0, 0, Unexplained),
            (2_000, 0, 2_000, Discounts),
            (1_800, 0, 2_000, Discounts),
            (1_799, 0, 2_000, Unexplained),
            // Both together.
            (3_400, 10_000, 2_000, Discounts),
            // Discounts make the provider's figure the larger one.
            (-2_000, 0, 2_000, Unexplained),
        ] {
            assert_eq!(reason(difference, other_currencies, discounts), expected, "{difference}");
        }
    }
}
