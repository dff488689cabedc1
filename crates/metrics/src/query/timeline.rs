//! One customer's MRR through time, and every customer's for export.

use std::collections::{BTreeMap, HashMap};

use model::{Currency, CustomerId, Day, Money, UnixSeconds};
use serde::Serialize;
use utoipa::ToSchema;

use super::customers::{CustomerStatus, money, status_of};
use super::scope::{Scope, Selection};
use super::walk::{Trail, WalkRange};
use super::{Filter, Movement, MovementKind, movements};
use crate::columns::{CustomerEntry, CustomerPosition, Ledger, RowSlices};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerTimeline {
    /// Now, one a currency that is not 0.
    pub mrr: Vec<Money>,
    pub timeline: Vec<TimelinePoint>,
    pub movements: Vec<TimelineMovement>,
    /// How the customer stands now.
    pub status: CustomerStatus,
}

/// A customer as it is exported.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerRecord {
    pub entry: CustomerEntry,
    pub timeline: CustomerTimeline,
    /// With what each is due to.
    pub movements: Vec<Movement>,
}

/// MRR in a currency from an instant on, before the netting by day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelinePoint {
    #[schema(value_type = i64)]
    pub at: UnixSeconds,
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub mrr_minor: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TimelineMovement {
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    #[serde(rename = "type")]
    pub kind: MovementKind,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub delta_minor: i64,
    pub mrr_after_minor: i64,
}

/// One line of the ledger's export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomerSteps {
    pub customer: CustomerId,
    pub currency: Currency,
    pub at: UnixSeconds,
    pub mrr_minor: i64,
}

/// A customer's MRR up to `now`; `None` where there is none of this id.
pub fn customer_timeline(
    ledger: &Ledger,
    customer: &CustomerId,
    now: UnixSeconds,
) -> Option<CustomerTimeline> {
    let place = ledger.find(customer)?;
    let scope = everything(ledger);
    let trail = trail_of(ledger, place, &scope, now);
    Some(timeline_of(ledger, place, &scope, &trail, now))
}

/// Every customer with its MRR and movements up to `now`, in order of ids.
pub fn customer_records(ledger: &Ledger, now: UnixSeconds) -> impl Iterator<Item = CustomerRecord> + '_ {
    let scope = everything(ledger);
    ledger.places_by_id().into_iter().map(move |place| {
        let trail = trail_of(ledger, place, &scope, now);
        CustomerRecord {
            entry: ledger.chunk(place).entry(place.customer as usize),
            timeline: timeline_of(ledger, place, &scope, &trail, now),
            movements: movements::of_trail(ledger, place, &trail, &scope, now),
        }
    })
}

fn everything(ledger: &Ledger) -> Scope {
    Scope::new(ledger, Selection { filter: &Filter::default(), by: None, is_converted: false })
}

/// Everything up to `now`.
fn trail_of(ledger: &Ledger, place: CustomerPosition, scope: &Scope, now: UnixSeconds) -> Trail {
    let mut trail = Trail::default();
    let range = WalkRange { first: Day(i32::MIN), last: ledger.calendar().day(now), now };
    trail.walk(ledger.chunk(place), place.customer as usize, 0, scope, range);
    trail
}

fn timeline_of(
    ledger: &Ledger,
    place: CustomerPosition,
    scope: &Scope,
    trail: &Trail,
    now: UnixSeconds,
) -> CustomerTimeline {
    let (chunk, customer) = (ledger.chunk(place), place.customer as usize);
    let movements = trail.moves.iter().map(|one| TimelineMovement {
        on: one.day,
        kind: one.kind,
        currency: scope.currency_of(trail.lane_of(one).series),
        delta_minor: one.after - one.before,
        mrr_after_minor: one.after,
    });
    CustomerTimeline {
        mrr: money(trail, scope),
        timeline: changes(ledger, chunk.rows(customer), now),
        movements: movements.collect(),
        status: status_of(chunk, customer, trail, now),
    }
}

/// What each subscription of a customer is worth per month at `now`, by id; one that was never worth anything is missing.
pub fn subscription_values(ledger: &Ledger, customer: &CustomerId, now: UnixSeconds) -> HashMap<String, i64> {
    let mut values = HashMap::new();
    let Some(place) = ledger.find(customer) else { return values };
    let chunk = ledger.chunk(place);
    let rows = chunk.rows(place.customer as usize);
    for row in (0..rows.at.len()).take_while(|row| rows.at[*row] <= now.0) {
        let id = chunk.subscription(rows.subscription[row] as usize).id;
        *values.entry(id.to_owned()).or_default() += rows.delta_minor[row];
    }
    values
}

/// Every customer's changes up to `now`, customers in order of ids, each in order of time.
pub fn steps(ledger: &Ledger, now: UnixSeconds) -> impl Iterator<Item = CustomerSteps> + '_ {
    ledger.places_by_id().into_iter().flat_map(move |place| {
        let chunk = ledger.chunk(place);
        let customer = CustomerId::from(ledger.id(place));
        let changes = changes(ledger, chunk.rows(place.customer as usize), now);
        changes.into_iter().map(move |point| CustomerSteps {
            customer: customer.clone(),
            currency: point.currency,
            at: point.at,
            mrr_minor: point.mrr_minor,
        })
    })
}

/// The totals per currency after each instant that changed them, by instant and currency.
fn changes(ledger: &Ledger, rows: RowSlices<'_>, now: UnixSeconds) -> Vec<TimelinePoint> {
    let mut points = Vec::new();
    let mut totals: BTreeMap<Currency, i64> = BTreeMap::new();
    let mut row = 0;
    while row < rows.at.len() && rows.at[row] <= now.0 {
        let (at, on) = (rows.at[row], rows.days[row]);
        let mut changed: BTreeMap<Currency, i64> = BTreeMap::new();
        while row < rows.at.len() && rows.at[row] == at {
            if let Some(plan) = ledger.catalog().plan(rows.plan[row]) {
                *changed.entry(plan.currency).or_default() += rows.delta_minor[row];
            }
            row += 1;
        }
        for (currency, delta_minor) in changed.into_iter().filter(|(_, delta)| *delta != 0) {
            let total = totals.entry(currency).or_default();
            *total += delta_minor;
            points.push(TimelinePoint { at: UnixSeconds(at), on, currency, mrr_minor: *total });
        }
    }
    points
}
