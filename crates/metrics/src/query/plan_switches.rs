//! From which plan to which other one customers moved.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use model::{Currency, Day};
use rayon::prelude::*;
use serde::Serialize;
use smallvec::SmallVec;
use utoipa::ToSchema;

use super::exchange::{ONE, TooLarge};
use super::points::zone_name;
use super::reasons::{Mover, RowPart};
use super::scope::{LEFT_OUT, Selection};
use super::span::Span;
use super::tally::Shape;
use super::walk::{Move, Trail, WalkRange};
use super::{MovementKind, Query, QueryError, Reporting, Unconverted, check_currency};
use crate::columns::{Chunk, Ledger, PlanCatalog, RowSlices};
use crate::fx::Rates;
use crate::ledger::ChangeCause;

/// More rows than anyone reads: the rest of them is one.
const ROWS_MAX: usize = 500;

/// The most frequent first. `mrr_after_minor` less `mrr_before_minor`, of all rows, is the part of expansion and
/// contraction with the cause `plan`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanSwitches {
    /// `native` or a currency.
    #[schema(value_type = String)]
    pub currency: Reporting,
    pub timezone: String,
    /// The day of the oldest reference rate on the last day of the range; `None` where nothing was converted.
    #[schema(value_type = Option<String>, format = Date)]
    pub rates_on: Option<Day>,
    /// What is in no row because its currency has no rate: the change of MRR.
    pub unconverted: Vec<Unconverted>,
    pub data: Vec<PlanSwitch>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlanSwitch {
    #[schema(value_type = String)]
    pub currency: Currency,
    /// `None`, as `to_plan`, where several plans were switched at once, and for all rows beyond the limit.
    pub from_plan: Option<SwitchedPlan>,
    pub to_plan: Option<SwitchedPlan>,
    /// All rows beyond the limit together, in which a customer counts once per switch.
    pub is_rest: bool,
    /// The customers who made this switch, each counted once.
    pub customers: i64,
    /// What the plans were worth that were left, and those that took their place.
    pub mrr_before_minor: i64,
    pub mrr_after_minor: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SwitchedPlan {
    /// The id of its price.
    pub id: String,
    pub label: String,
}

/// The currency that is counted in, and the codes of the prices; `None` where there are not two.
type Key = (Currency, Option<(u32, u32)>);

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    customers: i64,
    before: i64,
    after: i64,
}

/// What one customer switched at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Switch {
    /// Codes of the prices, whatever currency they were billed in.
    plans: Option<(u32, u32)>,
    before: i64,
    after: i64,
    /// One plan took the place of another that is worth the same.
    is_even: bool,
}

#[derive(Default)]
struct Sums {
    switches: HashMap<Key, Sum>,
    unconverted: BTreeMap<Currency, (i64, i64)>,
}

/// The plan switches of a range of days.
///
/// # Errors
/// When the range is empty or an amount is too large for the reporting currency.
pub fn plan_switches(ledger: &Ledger, rates: &Rates, query: &Query) -> Result<PlanSwitches, QueryError> {
    check_currency(ledger, rates, query.currency)?;
    let span = Span::of(query, ledger)?;
    let shape = Shape::new(ledger, rates, query, &span, Selection { by: None, ..Selection::of(query) })?;
    let counter = SwitchCounter { ledger, shape: &shape, currency: query.currency };
    let part = ledger.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
    let parts: Result<Vec<Sums>, TooLarge> =
        ledger.chunks().par_chunks(part).map(|chunks| counter.of_chunks(chunks)).collect();
    let mut total = Sums::default();
    for sums in parts.map_err(|error| shape.exchange.refused(error))? {
        total.merge(sums);
    }
    let unconverted = total.unconverted.iter().map(|(currency, (mrr_minor, customers))| Unconverted {
        currency: *currency,
        mrr_minor: *mrr_minor,
        customers: *customers,
        on: span.last,
    });
    Ok(PlanSwitches {
        currency: query.currency,
        timezone: zone_name(ledger),
        rates_on: shape.exchange.rates_on,
        unconverted: unconverted.collect(),
        data: rows(ledger.catalog(), total.switches, ROWS_MAX),
    })
}

/// The most frequent switches, then what several plans were switched at once, then the rest.
fn rows(catalog: &PlanCatalog, switches: HashMap<Key, Sum>, most: usize) -> Vec<PlanSwitch> {
    let mut all: Vec<(Key, Sum)> = switches.into_iter().collect();
    all.sort_unstable_by_key(|((currency, plans), sum)| {
        let change = (sum.after - sum.before).unsigned_abs();
        (plans.is_none(), std::cmp::Reverse((sum.customers, change)), *currency, *plans)
    });
    let of_several = all.split_off(all.partition_point(|((_, plans), _)| plans.is_some()));
    let mut rest: BTreeMap<Currency, Sum> = BTreeMap::new();
    for ((currency, _), sum) in all.split_off(all.len().min(most)) {
        rest.entry(currency).or_default().add(sum);
    }
    let plan = |code: u32| {
        let plan = catalog.plan(code)?;
        Some(SwitchedPlan { id: plan.price.to_string(), label: plan.label.clone() })
    };
    let row = |is_rest: bool| {
        move |((currency, plans), sum): (Key, Sum)| PlanSwitch {
            currency,
            from_plan: plans.and_then(|(from, _)| plan(from)),
            to_plan: plans.and_then(|(_, to)| plan(to)),
            is_rest,
            customers: sum.customers,
            mrr_before_minor: sum.before,
            mrr_after_minor: sum.after,
        }
    };
    let rest = rest.into_iter().map(|(currency, sum)| ((currency, None), sum));
    all.into_iter().chain(of_several).map(row(false)).chain(rest.map(row(true))).collect()
}

/// Adds up the plan switches of a ledger.
struct SwitchCounter<'a> {
    ledger: &'a Ledger,
    shape: &'a Shape<'a>,
    currency: Reporting,
}

impl SwitchCounter<'_> {
    fn of_chunks(&self, chunks: &[Arc<Chunk>]) -> Result<Sums, TooLarge> {
        let (shape, ledger) = (self.shape, self.ledger);
        let range = WalkRange { first: shape.span.first, last: shape.span.last, now: shape.span.now };
        let (mut sums, mut trail) = (Sums::default(), Trail::default());
        for chunk in chunks {
            for customer in 0..chunk.customer_count() {
                if !chunk.causes(customer).contains(&ChangeCause::Plan) {
                    continue;
                }
                let Some(country) = shape.scope.country(chunk.country(customer)) else { continue };
                trail.walk(chunk, customer, country, &shape.scope, range);
                let (scope, now) = (&shape.scope, shape.span.now);
                let mover = Mover { ledger, chunk, customer, scope, country, now };
                self.add_customer(&mut sums, &trail, mover)?;
            }
        }
        Ok(sums)
    }

    fn add_customer(&self, sums: &mut Sums, trail: &Trail, mover: Mover<'_>) -> Result<(), TooLarge> {
        // A customer counts once per switch, however often it makes it.
        let mut seen: SmallVec<[Key; 2]> = SmallVec::new();
        let mut lacking: SmallVec<[Currency; 1]> = SmallVec::new();
        for (day, series) in self.days(mover) {
            let native = self.shape.scope.currency_of(series);
            let factor =
                self.shape.exchange.factor_on(self.shape.scope.series[series as usize].currency, day);
            let parts = mover.row_parts(day, series, factor.unwrap_or(&ONE))?;
            let is_it = |one: &&Move| one.day == day && trail.lane_of(one).series == series;
            let kind = trail.moves.iter().find(is_it).map(|one| one.kind);
            for switch in switches(&mover, kind, (day, series), &parts) {
                if factor.is_none() {
                    let is_new = !lacking.contains(&native);
                    lacking.extend(is_new.then_some(native));
                    let left_out = sums.unconverted.entry(native).or_default();
                    left_out.0 += switch.after - switch.before;
                    left_out.1 += i64::from(is_new);
                    continue;
                }
                let currency = if let Reporting::In(target) = self.currency { target } else { native };
                let key = (currency, switch.plans);
                let is_new = !seen.contains(&key);
                seen.extend(is_new.then_some(key));
                let own = Sum { customers: i64::from(is_new), before: switch.before, after: switch.after };
                sums.switches.entry(key).or_default().add(own);
            }
        }
        Ok(())
    }

    /// The days of the range, each with its series, on which anything has the cause `plan`.
    fn days(&self, mover: Mover<'_>) -> SmallVec<[(Day, u32); 4]> {
        let (rows, causes) = (mover.chunk.rows(mover.customer), mover.chunk.causes(mover.customer));
        let mut days = SmallVec::new();
        let first = rows.days.partition_point(|day| *day < self.shape.span.first);
        for (row, cause) in causes.iter().enumerate().skip(first) {
            if rows.days[row] > self.shape.span.last || rows.at[row] > mover.now.0 {
                break;
            }
            let one = (rows.days[row], mover.scope.target(rows.plan[row], mover.country).series);
            if *cause == ChangeCause::Plan && one.1 != LEFT_OUT && !days.contains(&one) {
                days.push(one);
            }
        }
        days
    }
}

/// What a customer switched on a day that has a movement of this kind, or none: then only what is worth the same as
/// before.
pub(super) fn switches(
    mover: &Mover<'_>,
    kind: Option<MovementKind>,
    (day, series): (Day, u32),
    parts: &[RowPart],
) -> SmallVec<[Switch; 2]> {
    let is_counted = match kind {
        Some(kind) => matches!(kind, MovementKind::Expansion | MovementKind::Contraction),
        None => mover.value_before(day, series) > 0,
    };
    if !is_counted {
        return SmallVec::new();
    }
    let (rows, causes) = (mover.chunk.rows(mover.customer), mover.chunk.causes(mover.customer));
    let own: SmallVec<[RowPart; 4]> =
        parts.iter().filter(|part| causes[part.row] == ChangeCause::Plan).copied().collect();
    let instant = |part: &RowPart| (rows.at[part.row], rows.subscription[part.row]);
    let catalog = mover.ledger.catalog();
    let switches =
        own.chunk_by(|a, b| instant(a) == instant(b)).map(|parts| Switch::of(catalog, rows, parts));
    switches.filter(|switch| kind.is_some() || switch.is_even).collect()
}

impl Switch {
    /// What changed of a subscription at one moment.
    fn of(catalog: &PlanCatalog, rows: RowSlices<'_>, parts: &[RowPart]) -> Self {
        let (mut left, mut taken) =
            (parts.iter().filter(|p| p.native < 0), parts.iter().filter(|p| p.native > 0));
        let plans = match (left.next(), left.next(), taken.next(), taken.next()) {
            (Some(left), None, Some(taken), None) => {
                let price = |part: &RowPart| catalog.code_of_price(rows.plan[part.row]);
                Some((price(left), price(taken)))
            }
            _ => None,
        };
        let sum = |is_own: fn(&&RowPart) -> bool| {
            parts.iter().filter(is_own).map(|part| part.converted).sum::<i64>()
        };
        Self {
            plans,
            before: -sum(|part| part.native < 0),
            after: sum(|part| part.native > 0),
            is_even: plans.is_some() && parts.iter().map(|part| part.native).sum::<i64>() == 0,
        }
    }

    /// The ids of the prices that were left and taken; `None` where there are not two.
    pub(super) fn prices<'a>(&self, catalog: &'a PlanCatalog) -> Option<(&'a str, &'a str)> {
        let (from, to) = self.plans?;
        Some((catalog.plan(from)?.price.as_str(), catalog.plan(to)?.price.as_str()))
    }

    pub(super) fn change_minor(&self) -> i64 {
        self.after - self.before
    }
}

impl Sums {
    fn merge(&mut self, other: Self) {
        for (key, sum) in other.switches {
            self.switches.entry(key).or_default().add(sum);
        }
        for (currency, (minor, customers)) in other.unconverted {
            let own = self.unconverted.entry(currency).or_default();
            *own = (own.0 + minor, own.1 + customers);
        }
    }
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.customers += other.customers;
        self.before += other.before;
        self.after += other.after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_beyond_the_limit_is_a_row_of_its_own() {
        let sum = |customers| Sum { customers, before: 100, after: 300 };
        let key = |plans| (Currency::USD, plans);
        let switches = HashMap::from([
            (key(Some((0, 1))), sum(5)),
            (key(Some((1, 0))), sum(2)),
            (key(Some((0, 2))), sum(1)),
            (key(None), sum(9)),
        ]);
        let rows = rows(&PlanCatalog::default(), switches, 1);
        let shown: Vec<_> =
            rows.iter().map(|row| (row.is_rest, row.customers, row.mrr_after_minor)).collect();
        assert_eq!(shown, [(false, 5, 300), (false, 9, 300), (true, 3, 600)]);
    }
}
