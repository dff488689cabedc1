//! The list of customers: searched, filtered, sorted and paged.

mod amounts;
mod find;
mod page;
mod standing;
mod standing_now;
mod sums;

use std::cmp::Ordering;
use std::collections::HashSet;
use std::str::FromStr;

use memchr::memmem::Finder;
use model::{CustomerId, Day, Money, UnixSeconds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::comparison::Comparison;
use super::exchange::Factor;
use super::scheduled::set_to_end;
use super::scope::{LEFT_OUT, Scope, Selection};
use super::tally::Lines;
use super::walk::{Trail, WalkRange};
use super::{Filter, MovementKind, QueryError, Reporting};
use crate::columns::{Chunk, CustomerPosition, Ledger, by_letters};
use crate::fx::Rates;

pub(super) use amounts::Amounts;
use find::{Found, ReadDepth};
pub use page::{CustomerPage, CustomerRow, CustomerSums};
pub use standing::CustomerStatus;
use standing::{Paid, day_of, lost, renews_at};

#[derive(Debug, Clone)]
pub struct CustomersQuery {
    /// Part of a name, an email or an id, in any case.
    pub search: Option<String>,
    pub state: Option<CustomerState>,
    /// Narrower than a state.
    pub status: Option<CustomerStatus>,
    /// With a plan, product, interval or currency named, only customers that ever had one, with the MRR of those.
    pub filter: Filter,
    pub sort: CustomerSort,
    pub is_descending: bool,
    /// MRR is that at the end of this day; `None`: now.
    pub on: Option<Day>,
    pub currency: Reporting,
    pub now: UnixSeconds,
    pub cursor: Option<String>,
    pub limit: usize,
    /// Whether the sums over all pages are wanted: they take a walk over everything found.
    pub with_sums: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CustomerState {
    /// MRR above 0.
    Active,
    /// Was above 0 and no longer is.
    Churned,
    /// Never was above 0.
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerSort {
    /// In the reporting currency; natively by what the amounts are worth compared with each other ([`Comparison`]).
    Mrr,
    Name,
    Created,
    /// The first day with MRR above 0.
    FirstPaid,
    /// The day of the last payment.
    LastPayment,
    /// The day on which a customer that has left did so.
    Churned,
    /// The first day from now on on which one of its subscriptions is billed again.
    Renewal,
    /// As with `Mrr`, what a customer that has left was worth; at the rates of the list's day.
    LostMrr,
    /// As with `Mrr`, net revenue of all time; at the rates of the list's day.
    Revenue,
}

impl FromStr for CustomerState {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "active" => Ok(Self::Active),
            "churned" => Ok(Self::Churned),
            "never" => Ok(Self::Never),
            _ => Err("use active, churned or never"),
        }
    }
}

impl CustomerSort {
    /// As it is written with its direction, and whether that is descending: `name`, `-mrr`.
    ///
    /// # Errors
    /// Says what to use.
    pub fn with_direction(text: &str) -> Result<(Self, bool), &'static str> {
        let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let sort = match name {
            "mrr" => Self::Mrr,
            "name" => Self::Name,
            "created" => Self::Created,
            "first_paid" => Self::FirstPaid,
            "last_payment" => Self::LastPayment,
            "churned" => Self::Churned,
            "renewal" => Self::Renewal,
            "lost_mrr" => Self::LostMrr,
            "revenue" => Self::Revenue,
            _ => {
                return Err(
                    "use mrr, name, created, first_paid, last_payment, churned, renewal, lost_mrr or revenue, \
                            with - in front for descending",
                );
            }
        };
        Ok((sort, is_descending))
    }
}

/// A page of customers.
///
/// # Errors
/// When the cursor is not one of this list.
pub fn customers(ledger: &Ledger, rates: &Rates, asked: &CustomersQuery) -> Result<CustomerPage, QueryError> {
    let list = List::new(ledger, rates, asked);
    let last = asked.cursor.as_deref().map(|cursor| list.read_cursor(cursor)).transpose()?;
    let Found { hits, sums, .. } = list.find(last.as_ref());
    let total = hits.total;
    let (hits, has_more) = hits.page(|a, b| list.compare_hits(a, b));
    let next_cursor = hits.last().filter(|_| has_more).map(|hit| list.write_cursor(hit));
    let mut trail = Trail::default();
    let data = hits.iter().map(|hit| list.row(hit, &mut trail)).collect();
    Ok(CustomerPage { data, next_cursor, total, sums: asked.with_sums.then(|| list.sums(sums)) })
}

/// What the whole list has in common.
struct List<'a> {
    ledger: &'a Ledger,
    /// By currency; none natively.
    factors: Vec<Option<Factor>>,
    /// What natively decides between amounts of several currencies.
    comparison: Comparison,
    /// By the scope's currency: its place there.
    compared_at: Vec<Option<usize>>,
    asked: &'a CustomersQuery,
    scope: Scope,
    range: WalkRange,
    depth: ReadDepth,
    search: Option<Finder<'static>>,
    /// Customers of whom another id, in one of their accounts, is what is searched for.
    found_by_other_id: HashSet<&'a str>,
}

/// The number of a customer that does not have what is sorted by.
const MISSING: i64 = i64::MIN;

#[derive(Debug, Clone, Copy)]
struct Hit {
    place: CustomerPosition,
    /// What is sorted by, unless that is the name.
    number: i64,
}

/// By what it is sorted, then by id: unlike places, these outlive the snapshot.
struct Key<'a> {
    number: i64,
    name: &'a str,
    id: &'a str,
}

struct Cursor {
    number: i64,
    name: String,
    id: CustomerId,
}

impl<'a> List<'a> {
    fn new(ledger: &'a Ledger, rates: &'a Rates, asked: &'a CustomersQuery) -> Self {
        let selection = Selection { filter: &asked.filter, by: None, is_converted: false };
        let today = ledger.calendar().day(asked.now);
        let last = asked.on.map_or(today, |on| on.min(today));
        let scope = Scope::new(ledger, selection);
        let comparison = Comparison::new(ledger, rates, last);
        let factors = match asked.currency {
            Reporting::Native => Vec::new(),
            Reporting::In(target) => {
                scope.currencies.iter().map(|currency| Factor::of(rates, last, *currency, target)).collect()
            }
        };
        let search = asked.search.as_deref().map(|text| text.trim().to_lowercase());
        let search = search.filter(|text| !text.is_empty());
        Self {
            ledger,
            factors,
            compared_at: scope.currencies.iter().map(|own| comparison.place_of(*own)).collect(),
            comparison,
            asked,
            scope,
            range: WalkRange { first: Day(i32::MIN), last, now: asked.now },
            depth: ReadDepth::of(asked),
            found_by_other_id: search
                .as_deref()
                .map(|text| find::by_other_id(ledger, text))
                .unwrap_or_default(),
            search: search.map(|text| Finder::new(&text).into_owned()),
        }
    }

    /// What an amount is natively sorted by, of a currency by its place in the scope.
    fn compared(&self, currency: u32, minor: i64) -> i64 {
        self.comparison.number_at(self.compared_at.get(currency as usize).copied().flatten(), minor)
    }

    fn key(&self, hit: &Hit) -> Key<'a> {
        let chunk = self.ledger.chunk(hit.place);
        let customer = hit.place.customer as usize;
        let name = if self.asked.sort == CustomerSort::Name { chunk.name(customer) } else { "" };
        Key { number: hit.number, name, id: chunk.id(customer) }
    }

    fn compare_hits(&self, a: &Hit, b: &Hit) -> Ordering {
        let by_number =
            if self.asked.is_descending { b.number.cmp(&a.number) } else { a.number.cmp(&b.number) };
        // Nearly always the number decides, unless one is missing.
        if by_number.is_eq() || a.number == MISSING || b.number == MISSING {
            return self.compare(&self.key(a), &self.key(b));
        }
        by_number
    }

    fn compare<'k>(&self, a: &Key<'k>, b: &Key<'k>) -> Ordering {
        // Customers without what is sorted by come last in either direction.
        let is_without = |key: &Key<'k>| match self.asked.sort {
            CustomerSort::Name => key.name.is_empty(),
            _ => key.number == MISSING,
        };
        let without = is_without(a).cmp(&is_without(b));
        let names = || by_letters(a.name, b.name);
        let by_key = a.number.cmp(&b.number).then_with(names);
        let by_key = if self.asked.is_descending { by_key.reverse() } else { by_key };
        without.then(by_key).then_with(|| a.id.cmp(b.id))
    }

    /// Without the name: addresses are written down in many places.
    fn write_cursor(&self, hit: &Hit) -> String {
        let key = self.key(hit);
        format!("{}.{}", key.number, key.id)
    }

    fn read_cursor(&self, text: &str) -> Result<Cursor, QueryError> {
        let bad = || QueryError::BadCursor(text.to_owned());
        let (number, id) = text.split_once('.').ok_or_else(bad)?;
        let number = number.parse().map_err(|_| bad())?;
        let id = CustomerId::from(id);
        let name = match self.asked.sort {
            CustomerSort::Name => self.ledger.customer(&id).ok_or_else(bad)?.name.unwrap_or_default(),
            _ => String::new(),
        };
        Ok(Cursor { number, name, id })
    }

    fn row(&self, hit: &Hit, trail: &mut Trail) -> CustomerRow {
        let chunk = self.ledger.chunk(hit.place);
        let customer = hit.place.customer as usize;
        self.walk(chunk, customer, trail);
        let entry = chunk.entry(customer);
        let state = state_of(trail);
        let paid = Paid::of(chunk, customer, self.asked.now);
        let churned_on = churned_on(trail);
        CustomerRow {
            id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            country: entry.country,
            created_at: entry.created_at,
            state,
            status: status_of(chunk, customer, trail, self.asked.now),
            mrr: money(trail, &self.scope),
            mrr_converted_minor: self.converted(chunk, customer, &mut Lines::default()),
            plans: self.plans(chunk, customer),
            first_paid_on: first_paid_on(trail),
            churned_on,
            lost_mrr: lost(trail, &self.scope, churned_on).list(),
            revenue: paid.revenue.list(),
            last_payment_on: day_of(self.ledger, paid.last_at),
            ends_on: day_of(self.ledger, set_to_end(chunk, customer, self.asked.now).map(|(_, at)| at).min()),
            renews_on: day_of(self.ledger, renews_at(chunk, customer, self.asked.now)),
            is_deleted: entry.is_deleted,
        }
    }

    /// Labels of the plans whose value is above 0, in the order in which they were first billed.
    fn plans(&self, chunk: &Chunk, customer: usize) -> Vec<String> {
        let Some(country) = self.scope.country(chunk.country(customer)) else { return Vec::new() };
        let rows = chunk.rows(customer);
        let mut values: Vec<(u32, i64)> = Vec::new();
        for row in 0..rows.at.len() {
            let plan = rows.plan[row];
            if rows.days[row] > self.range.last || rows.at[row] > self.range.now.0 {
                break;
            }
            if self.scope.target(plan, country).series == LEFT_OUT {
                continue;
            }
            match values.iter_mut().find(|(known, _)| *known == plan) {
                Some((_, value)) => *value += rows.delta_minor[row],
                None => values.push((plan, rows.delta_minor[row])),
            }
        }
        let held = values.into_iter().filter(|(_, value)| *value > 0);
        let mut labels: Vec<String> = Vec::new();
        for label in held.filter_map(|(plan, _)| self.ledger.catalog().plan(plan)).map(|plan| &plan.label) {
            if !labels.contains(label) {
                labels.push(label.clone());
            }
        }
        labels
    }
}

impl Cursor {
    fn key(&self) -> Key<'_> {
        Key { number: self.number, name: &self.name, id: self.id.as_str() }
    }
}

/// What a walked customer is worth in each currency.
pub(super) fn money(trail: &Trail, scope: &Scope) -> Vec<Money> {
    let lanes = trail.lanes.iter().filter(|lane| lane.value != 0);
    let mut money: Vec<Money> = lanes
        .map(|lane| Money { amount_minor: lane.value, currency: scope.currency_of(lane.series) })
        .collect();
    money.sort_by_key(|money| money.currency);
    money
}

fn first_paid_on(trail: &Trail) -> Option<Day> {
    trail.moves.iter().find(|one| one.after > 0).map(|one| one.day)
}

/// `None` while any currency is above 0.
fn churned_on(trail: &Trail) -> Option<Day> {
    if state_of(trail) != CustomerState::Churned {
        return None;
    }
    trail.moves.iter().rfind(|one| one.kind == MovementKind::Churn).map(|one| one.day)
}

/// How a walked customer stands.
pub(super) fn status_of(chunk: &Chunk, customer: usize, trail: &Trail, now: UnixSeconds) -> CustomerStatus {
    CustomerStatus::of(chunk, customer, state_of(trail), now)
}

fn state_of(trail: &Trail) -> CustomerState {
    if trail.lanes.iter().any(|lane| lane.value > 0) {
        CustomerState::Active
    } else if trail.moves.iter().any(|one| one.after > 0) {
        CustomerState::Churned
    } else {
        CustomerState::Never
    }
}
