//! Movements one by one: what is behind a bar of the chart.

mod kind;
mod order;
mod sums;

use model::{Currency, Day, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use smallvec::SmallVec;
use utoipa::ToSchema;

use super::comparison::Comparison;
use super::exchange::{Factor, ONE, TooLarge};
use super::labels;
use super::paging::Candidates;
use super::plan_switches::{self, Switch};
use super::reasons::{Mover, Parts};
use super::scope::{Scope, Selection};
use super::tally::{Change, Lines};
use super::type_sums::TypeSums;
use super::walk::{Move, Trail, WalkRange};
use super::{Dimension, Query, QueryError, Reporting};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::ledger::ChangeCause;
pub use kind::MovementKind;
use order::{Cursor, Key};
pub use order::{MovementOrder, MovementSort};
pub use sums::MovementSum;

#[derive(Debug, Clone)]
pub struct MovementsQuery {
    /// Its interval and breakdown do not matter here, and `from` and `to` are taken to the day.
    pub query: Query,
    /// Empty: all.
    pub kinds: Vec<MovementKind>,
    pub only: MovementFilter,
    pub order: MovementOrder,
    pub cursor: Option<String>,
    pub limit: usize,
}

/// Any of the named within a list, and every list that names something. A movement that has none of what a list is
/// about is in none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovementFilter {
    pub causes: Vec<String>,
    pub churn_reasons: Vec<String>,
    pub feedback: Vec<String>,
    /// Ids of prices: an expansion or a contraction in which one of the first was left for one of the second. Empty
    /// is any price.
    pub plans_from: Vec<String>,
    pub plans_to: Vec<String>,
    /// Only expansions and contractions that switch several prices at once, instead of one for one.
    pub several_plans: bool,
}

/// Movements that are alike in what is sorted by come in order of days, the newest first, and then of customers.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Movements)]
pub struct MovementPage {
    pub data: Vec<Movement>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
    /// What the movements of all pages come to, by type and currency.
    pub sums: Vec<MovementSum>,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Movement {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    #[serde(rename = "type")]
    pub kind: MovementKind,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub delta_minor: i64,
    pub mrr_after_minor: i64,
    /// The change in the reporting currency at the rate of its day; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub converted_minor: Option<i64>,
    /// Of churn: whether the subscription ended because payment failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub is_involuntary: Option<bool>,
    /// Of an expansion or a contraction: what most of it is due to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub cause: Option<String>,
    /// Of an expansion or a contraction: all of it by what it is due to. A part can have the other sign.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub causes: Vec<MovementCause>,
    /// Of churn: why the subscription that ended last did, or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub churn_reason: Option<String>,
    /// Of churn: what the customer chose as the reason, or `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub feedback: Option<String>,
    /// With `plan_from`, `plan_to` or `several_plans`: the part of the change that these plan switches are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub switched_minor: Option<i64>,
    /// In the reporting currency; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub switched_converted_minor: Option<i64>,
}

/// The part of a movement that one cause has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MovementCause {
    pub cause: String,
    pub delta_minor: i64,
    /// In the reporting currency; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub converted_minor: Option<i64>,
}

/// A movement before it is looked up.
#[derive(Debug, Clone, Copy)]
struct Found {
    place: CustomerPosition,
    on: Day,
    currency: Currency,
    kind: MovementKind,
    series: u32,
    one: Move,
    now: UnixSeconds,
    /// What is sorted by.
    number: i64,
}

/// All that was found, of some customers.
struct All {
    found: Candidates<Found>,
    sums: TypeSums<MovementKind>,
}

struct List<'a> {
    ledger: &'a Ledger,
    rates: &'a Rates,
    asked: &'a MovementsQuery,
    scope: Scope,
    range: WalkRange,
    /// What natively decides between amounts of several currencies.
    comparison: Comparison,
}

/// A page of the movements of a range of days.
///
/// # Errors
/// When the range is empty or the cursor is not one of this list.
pub fn movements(ledger: &Ledger, rates: &Rates, asked: &MovementsQuery) -> Result<MovementPage, QueryError> {
    let Query { from, to, now, .. } = asked.query;
    if from > to {
        return Err(QueryError::EmptyRange { from, to });
    }
    let last_day = to.min(ledger.calendar().day(now));
    let selection = Selection { filter: &asked.query.filter, by: None, is_converted: false };
    let list = List {
        ledger,
        rates,
        asked,
        scope: Scope::new(ledger, selection),
        range: WalkRange { first: from, last: last_day, now },
        comparison: Comparison::new(ledger, rates, last_day),
    };
    let last = asked.cursor.as_deref().map(Cursor::read).transpose()?;
    let All { found, sums } = list.find(last.as_ref());
    let total = found.total;
    let (found, has_more) = found.page(|a, b| list.compare(a, b));
    let next_cursor = found.last().filter(|_| has_more).map(|one| Cursor::write(&list.key(one)));
    let data = found.iter().map(|one| list.row(one)).collect();
    Ok(MovementPage { data, next_cursor, total, sums: sums.list(MovementSum::new) })
}

/// The movements that a walk over one customer came upon, in the order of their days. Nothing is converted.
pub(super) fn of_trail(
    ledger: &Ledger,
    place: CustomerPosition,
    trail: &Trail,
    scope: &Scope,
    now: UnixSeconds,
) -> Vec<Movement> {
    let movements = trail.moves.iter().map(|one| {
        let series = trail.lane_of(one).series;
        let (currency, number) = (scope.currency_of(series), 0);
        let found = Found { place, on: one.day, currency, kind: one.kind, series, one: *one, now, number };
        found.look_up(ledger, scope, None, &MovementFilter::default())
    });
    movements.collect()
}

impl All {
    fn merged(self, other: Self) -> Self {
        Self { found: self.found.merged(other.found), sums: self.sums.merged(other.sums) }
    }
}

impl List<'_> {
    fn find(&self, last: Option<&Cursor>) -> All {
        let new = || All { found: Candidates::new(self.asked.limit), sums: TypeSums::default() };
        let parts = (0..self.ledger.chunks().len()).into_par_iter().fold(new, |mut all, index| {
            self.find_in_chunk(&mut all, index, last);
            all
        });
        parts.reduce(new, All::merged)
    }

    fn find_in_chunk(&self, all: &mut All, index: usize, last: Option<&Cursor>) {
        let (ledger, scope, range) = (self.ledger, &self.scope, self.range);
        let (chunk, kinds) = (&ledger.chunks()[index], &self.asked.kinds);
        let mut trail = Trail::default();
        for customer in 0..chunk.customer_count() {
            let Some(country) = scope.country(chunk.country(customer)) else { continue };
            trail.walk(chunk, customer, country, scope, range);
            let mover = Mover { ledger, chunk, customer, scope, country, now: range.now };
            for one in trail.moves.iter().filter(|one| kinds.is_empty() || kinds.contains(&one.kind)) {
                let series = trail.lane_of(one).series;
                if !self.asked.only.has(&mover, one, series) {
                    continue;
                }
                let currency = scope.currency_of(series);
                all.found.total += 1;
                let found = Found {
                    place: CustomerPosition::new(index, customer),
                    on: one.day,
                    currency,
                    kind: one.kind,
                    series,
                    one: *one,
                    now: range.now,
                    number: self.number(one, currency),
                };
                all.sums.add(one.kind, currency, one.after - one.before, self.converted(&found));
                let order = self.asked.order;
                if last.is_none_or(|last| order.compare(&self.key(&found), &last.key()).is_gt()) {
                    all.found.offer(found, |a, b| self.compare(a, b));
                }
            }
        }
    }

    /// To sort by.
    fn number(&self, one: &Move, currency: Currency) -> i64 {
        let minor = match self.asked.order.by {
            MovementSort::Date => return i64::from(one.day.0),
            MovementSort::Change => one.after - one.before,
            MovementSort::MrrAfter => one.after,
        };
        match self.asked.query.currency {
            Reporting::Native => self.comparison.number(currency, minor),
            Reporting::In(target) => {
                let factor = Factor::of(self.rates, one.day, currency, target);
                factor.and_then(|factor| factor.convert(minor).ok()).unwrap_or(0)
            }
        }
    }

    fn row(&self, one: &Found) -> Movement {
        let factor = match self.asked.query.currency {
            Reporting::Native => None,
            Reporting::In(currency) => Factor::of(self.rates, one.on, one.currency, currency),
        };
        one.look_up(self.ledger, &self.scope, factor.as_ref(), &self.asked.only)
    }

    fn key(&self, one: &Found) -> Key<'_> {
        Key { number: one.number, on: one.on, customer: self.ledger.id(one.place), currency: one.currency }
    }

    fn compare(&self, a: &Found, b: &Found) -> std::cmp::Ordering {
        let order = self.asked.order;
        // Nearly always the number decides.
        order.by_number(a.number, b.number).then_with(|| order.compare(&self.key(a), &self.key(b)))
    }
}

impl MovementFilter {
    /// What movements can be filtered by, under the names that they have everywhere.
    pub const DIMENSIONS: [Dimension; 3] = [Dimension::Cause, Dimension::ChurnReason, Dimension::Feedback];

    /// Lets one more value of a dimension through.
    ///
    /// # Errors
    /// When movements have no such dimension, or it has no such value.
    pub fn add(&mut self, dimension: Dimension, value: &str) -> Result<(), String> {
        if let Some(known) = labels::closed(dimension) {
            let known: Vec<&str> = known.collect();
            if !known.contains(&value) {
                return Err(format!("'{value}' is not known: use {}", known.join(", ")));
            }
        }
        let list = match dimension {
            Dimension::Cause => &mut self.causes,
            Dimension::ChurnReason => &mut self.churn_reasons,
            Dimension::Feedback => &mut self.feedback,
            other => return Err(format!("movements have no {other} of their own")),
        };
        list.push(value.to_owned());
        Ok(())
    }

    fn has(&self, mover: &Mover<'_>, one: &Move, series: u32) -> bool {
        let lists = [
            (Dimension::Cause, &self.causes),
            (Dimension::ChurnReason, &self.churn_reasons),
            (Dimension::Feedback, &self.feedback),
        ];
        let has_parts = lists.iter().filter(|(_, wanted)| !wanted.is_empty()).all(|(by, wanted)| {
            let parts = mover.parts(one, series, *by, &ONE).unwrap_or_default();
            parts.iter().any(|part| wanted.iter().any(|key| key == part.key))
        });
        has_parts && (!self.is_about_switches() || self.has_switch(mover, one, series))
    }

    fn is_about_switches(&self) -> bool {
        self.several_plans || !self.plans_from.is_empty() || !self.plans_to.is_empty()
    }

    fn has_switch(&self, mover: &Mover<'_>, one: &Move, series: u32) -> bool {
        let is_any = mover.chunk.causes(mover.customer).contains(&ChangeCause::Plan);
        is_any && self.switches(mover, one, series, &ONE).is_ok_and(|switches| !switches.is_empty())
    }

    /// The plan switches of a movement that are asked for.
    fn switches(
        &self,
        mover: &Mover<'_>,
        one: &Move,
        series: u32,
        factor: &Factor,
    ) -> Result<SmallVec<[Switch; 2]>, TooLarge> {
        let parts = mover.row_parts(one.day, series, factor)?;
        let mut switches = plan_switches::switches(mover, Some(one.kind), (one.day, series), &parts);
        let is_in = |wanted: &[String], price: &str| wanted.is_empty() || wanted.iter().any(|id| id == price);
        let catalog = mover.ledger.catalog();
        switches.retain(|switch| {
            let is_pair = |(from, to)| is_in(&self.plans_from, from) && is_in(&self.plans_to, to);
            switch.prices(catalog).map_or(self.several_plans, |pair| !self.several_plans && is_pair(pair))
        });
        Ok(switches)
    }
}

impl Found {
    /// With what is asked of plan switches, and what is converted where there is a factor.
    fn look_up(
        &self,
        ledger: &Ledger,
        scope: &Scope,
        factor: Option<&Factor>,
        only: &MovementFilter,
    ) -> Movement {
        let chunk = ledger.chunk(self.place);
        let entry = chunk.entry(self.place.customer as usize);
        let causes = self.causes(ledger, scope, factor);
        let most = causes.iter().rev().max_by_key(|cause| cause.delta_minor.abs());
        Movement {
            customer_id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            on: self.on,
            kind: self.kind,
            currency: self.currency,
            delta_minor: self.one.after - self.one.before,
            mrr_after_minor: self.one.after,
            converted_minor: factor.and_then(|factor| self.converted(ledger, scope, factor)),
            is_involuntary: (self.kind == MovementKind::Churn).then(|| self.is_involuntary(ledger, chunk)),
            cause: most.map(|most| most.cause.clone()),
            causes,
            churn_reason: self.only_part(ledger, scope, Dimension::ChurnReason),
            feedback: self.only_part(ledger, scope, Dimension::Feedback),
            switched_minor: self.switched(ledger, scope, only, &ONE),
            switched_converted_minor: factor.and_then(|factor| self.switched(ledger, scope, only, factor)),
        }
    }

    fn parts<'a>(
        &self,
        ledger: &'a Ledger,
        scope: &'a Scope,
        by: Dimension,
        factor: &Factor,
    ) -> Option<Parts<'a>> {
        self.mover(ledger, scope)?.parts(&self.one, self.series, by, factor).ok()
    }

    fn mover<'a>(&self, ledger: &'a Ledger, scope: &'a Scope) -> Option<Mover<'a>> {
        let (chunk, customer) = (ledger.chunk(self.place), self.place.customer as usize);
        let country = scope.country(chunk.country(customer))?;
        Some(Mover { ledger, chunk, customer, scope, country, now: self.now })
    }

    /// What the plan switches that are asked for changed; `None` where none are.
    fn switched(
        &self,
        ledger: &Ledger,
        scope: &Scope,
        only: &MovementFilter,
        factor: &Factor,
    ) -> Option<i64> {
        let mover = self.mover(ledger, scope).filter(|_| only.is_about_switches())?;
        let switches = only.switches(&mover, &self.one, self.series, factor).ok()?;
        Some(switches.iter().map(Switch::change_minor).sum())
    }

    fn causes(&self, ledger: &Ledger, scope: &Scope, factor: Option<&Factor>) -> Vec<MovementCause> {
        let parts = self.parts(ledger, scope, Dimension::Cause, factor.unwrap_or(&ONE));
        let causes = parts.into_iter().flatten().map(|part| MovementCause {
            cause: part.key.to_owned(),
            delta_minor: part.native,
            converted_minor: factor.map(|_| part.converted),
        });
        causes.collect()
    }

    fn only_part(&self, ledger: &Ledger, scope: &Scope, by: Dimension) -> Option<String> {
        let parts = self.parts(ledger, scope, by, &ONE)?;
        parts.first().map(|part| part.key.to_owned())
    }

    /// What its subscriptions and prices changed by, each converted, so that a list adds up to the series.
    fn converted(&self, ledger: &Ledger, scope: &Scope, factor: &Factor) -> Option<i64> {
        let chunk = ledger.chunk(self.place);
        let customer = self.place.customer as usize;
        let country = scope.country(chunk.country(customer))?;
        let mut lines = Lines::default();
        let range = WalkRange { first: self.on, last: self.on, now: self.now };
        lines.read_customer(chunk, customer, country, scope, range);
        let is_own =
            |change: &&Change| scope.currency_of(lines.lines[change.line as usize].series) == self.currency;
        let own = lines.changes.iter().filter(is_own);
        own.map(|change| factor.convert(change.after - change.before).ok()).sum()
    }

    /// Whether the subscription that ended last on the day ended because payment failed.
    fn is_involuntary(&self, ledger: &Ledger, chunk: &Chunk) -> bool {
        let rows = chunk.rows(self.place.customer as usize);
        let is_last = |row: &usize| {
            let plan = ledger.catalog().plan(rows.plan[*row]);
            rows.days[*row] == self.on
                && rows.delta_minor[*row] < 0
                && plan.is_some_and(|plan| plan.currency == self.currency)
        };
        let last = (0..rows.at.len()).rev().find(is_last);
        last.is_some_and(|row| chunk.subscription(rows.subscription[row] as usize).is_involuntary)
    }
}
