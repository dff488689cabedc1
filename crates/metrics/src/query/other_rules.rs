//! What other rules would change.

use std::collections::BTreeMap;

use model::{Currency, Day, LedgerRules, UnixSeconds};
use rayon::prelude::*;

use crate::columns::Ledger;
use crate::ledger::RuleSets;

/// By how much more MRR would have changed on each day, up to `now`, by these rules than by the ledger's own. Empty for
/// its own.
pub fn differences(ledger: &Ledger, rules: LedgerRules, now: UnixSeconds) -> BTreeMap<(Currency, Day), i64> {
    let rules = RuleSets::of(rules);
    let parts = ledger.chunks().par_iter().map(|chunk| {
        let rows = chunk.all_differences().filter(|row| row.rules.overlaps(rules) && row.at <= now);
        let mut days: BTreeMap<(Currency, Day), i64> = BTreeMap::new();
        for row in rows {
            let sum = days.entry((row.currency, ledger.calendar().day(row.at))).or_default();
            *sum = sum.saturating_add(row.delta_minor);
        }
        days
    });
    parts.reduce(BTreeMap::new, |mut whole, part| {
        for (key, delta_minor) in part {
            let sum = whole.entry(key).or_default();
            *sum = sum.saturating_add(delta_minor);
        }
        whole
    })
}
