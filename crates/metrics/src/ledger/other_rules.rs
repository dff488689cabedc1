//! What a customer would be worth by other rules than those that its ledger is built by, as differences.
//!
//! Most customers have none: the rules concern those who cancel, are billed by usage, or were never billed. So the
//! effect of any change of rules on all customers can be kept with the ledger, and shown without building another one.

use std::collections::BTreeMap;

use model::billing::Subscription;
use model::{ChurnAt, Currency, LedgerRules, SubscriptionId, UnixSeconds};

use super::entry::Entry;
use super::{Step, ending, subscription};

/// By these rules, recurring value changes at `at` by `delta_minor` more than by the ledger's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub at: UnixSeconds,
    pub currency: Currency,
    pub rules: RuleSets,
    pub delta_minor: i64,
}

/// Some of all combinations of rules, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct RuleSets(u16);

const _: () = assert!(LedgerRules::COUNT < u16::BITS as usize, "each combination needs a bit");

impl RuleSets {
    fn those(has: impl Fn(LedgerRules) -> bool) -> Self {
        let places = LedgerRules::all().into_iter().enumerate().filter(|(_, rules)| has(*rules));
        Self(places.fold(0, |bits, (place, _)| bits | 1 << place))
    }

    pub fn of(rules: LedgerRules) -> Self {
        Self::those(|one| one == rules)
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn bits(self) -> u16 {
        self.0
    }

    /// `None` for bits that no rules stand for, and for none at all.
    pub(crate) fn from_bits(bits: u16) -> Option<Self> {
        (bits != 0 && bits < 1 << LedgerRules::COUNT).then_some(Self(bits))
    }
}

/// Takes a customer's subscriptions one after the other.
#[derive(Debug)]
pub(super) struct Differences {
    rules: LedgerRules,
    /// One sum per combination of rules.
    sums: BTreeMap<(UnixSeconds, Currency), [i64; LedgerRules::COUNT]>,
}

/// All that the rules change about a subscription that was billed: when its value ends, and whether usage counts.
type Effect = (Option<UnixSeconds>, bool);

impl Differences {
    /// Against a ledger that is built by `rules`.
    pub fn new(rules: LedgerRules) -> Self {
        Self { rules, sums: BTreeMap::new() }
    }

    /// `own` are its steps by the ledger's own rules.
    pub fn billed(
        &mut self,
        id: &SubscriptionId,
        subscription: Option<&Subscription>,
        entries: &[Entry<'_>],
        own: &[Step],
    ) {
        let has_usage = entries.iter().any(Entry::is_usage);
        let ends = ChurnAt::ALL.map(|churn_at| {
            let end = subscription.and_then(|known| ending::end(known, entries, churn_at));
            (churn_at, end.map(|end| end.at))
        });
        let effect = |rules: LedgerRules| -> Effect {
            let end = ends.iter().find(|(churn_at, _)| *churn_at == rules.churn_at);
            (end.and_then(|(_, at)| *at), has_usage && rules.include_metered)
        };
        let mut others: BTreeMap<Effect, (LedgerRules, RuleSets)> = BTreeMap::new();
        for (place, rules) in LedgerRules::all().into_iter().enumerate() {
            others.entry(effect(rules)).or_insert((rules, RuleSets(0))).1.0 |= 1 << place;
        }
        others.remove(&effect(self.rules));
        for (rules, sets) in others.into_values() {
            self.add(sets, &subscription::steps(id, subscription, entries, rules), 1);
            self.add(sets, own, -1);
        }
    }

    /// `steps`: of a subscription that was never billed, by rules that count it.
    pub fn unbilled(&mut self, steps: &[Step]) {
        let counts = self.rules.count_unbilled;
        let others = RuleSets::those(|rules| rules.count_unbilled != counts);
        self.add(others, steps, if counts { -1 } else { 1 });
    }

    fn add(&mut self, sets: RuleSets, steps: &[Step], sign: i64) {
        for step in steps {
            let sums = self.sums.entry((step.at, step.currency)).or_default();
            for (place, sum) in sums.iter_mut().enumerate() {
                if sets.0 & 1 << place != 0 {
                    *sum = sum.saturating_add(step.delta_minor.saturating_mul(sign));
                }
            }
        }
    }

    /// In order, with equal amounts of one instant in one row.
    pub fn rows(self) -> Vec<Difference> {
        let mut rows = Vec::new();
        for ((at, currency), sums) in self.sums {
            let mut by_amount: BTreeMap<i64, u16> = BTreeMap::new();
            for (place, delta_minor) in sums.into_iter().enumerate() {
                *by_amount.entry(delta_minor).or_default() |= 1 << place;
            }
            by_amount.remove(&0);
            rows.extend(by_amount.into_iter().map(|(delta_minor, bits)| Difference {
                at,
                currency,
                rules: RuleSets(bits),
                delta_minor,
            }));
        }
        rows
    }
}
