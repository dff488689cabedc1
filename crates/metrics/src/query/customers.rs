//! The list of customers: searched, filtered, sorted and paged.

mod amounts;
mod page;
mod standing;
mod sums;

use std::cmp::Ordering;
use std::str::FromStr;

use model::{CustomerId, Day, Money, UnixSeconds};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::exchange::Factor;
use super::paging::page;
use super::scheduled::set_to_end;
use super::scope::{LEFT_OUT, Scope, Selection};
use super::tally::Lines;
use super::walk::{Range, Trail};
use super::{Filter, MovementKind, QueryError, Reporting};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::fx::Rates;

pub(super) use amounts::Amounts;
pub use page::{CustomerPage, CustomerRow, CustomerSums};
pub use standing::CustomerStatus;
use standing::{Paid, day_of, lost, renews_at};

#[derive(Debug, Clone)]
pub struct CustomersQuery {
    /// Part of a name, an e-mail or an id, in any case.
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
    /// In the reporting currency; natively by the sum of main units, whatever they are worth.
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
    let chunks = ledger.chunks().par_iter().enumerate();
    let hits: Vec<Hit> = chunks.flat_map_iter(|(index, chunk)| list.hits(index, chunk)).collect();
    let total = hits.len();
    let sums = asked.with_sums.then(|| list.sums(&hits));
    let last = asked.cursor.as_deref().map(|cursor| list.read_cursor(cursor)).transpose()?;
    let is_after = |hit: &Hit| {
        last.as_ref().is_none_or(|last| list.compare(&list.key(hit), &last.key()) == Ordering::Greater)
    };
    let (hits, has_more) = page(hits, asked.limit, is_after, |a, b| list.compare(&list.key(a), &list.key(b)));
    let next_cursor = hits.last().filter(|_| has_more).map(|hit| list.write_cursor(hit));
    let mut trail = Trail::default();
    let data = hits.iter().map(|hit| list.row(hit, &mut trail)).collect();
    Ok(CustomerPage { data, next_cursor, total, sums })
}

/// What the whole list has in common.
struct List<'a> {
    ledger: &'a Ledger,
    /// By currency; none natively.
    factors: Vec<Option<Factor>>,
    asked: &'a CustomersQuery,
    scope: Scope,
    range: Range,
    reach: Reach,
    search: Option<String>,
}

/// How much of a customer has to be read before it is known whether and where it is in the list.
#[derive(Debug, Clone, Copy)]
enum Reach {
    /// None of its rows.
    Nothing,
    /// What it is worth at the end of the list's day.
    Level,
    /// All that ever changed.
    History,
}

impl Reach {
    fn of(asked: &CustomersQuery) -> Self {
        let is_by_state = asked.state.is_some() || asked.status.is_some();
        let is_by_rows = asked.sort == CustomerSort::Mrr && asked.currency == Reporting::Native;
        match asked.sort {
            _ if is_by_state => Self::History,
            CustomerSort::FirstPaid | CustomerSort::Churned | CustomerSort::LostMrr => Self::History,
            _ if is_by_rows || asked.filter.is_about_plans() => Self::Level,
            _ => Self::Nothing,
        }
    }
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
        let factors = match asked.currency {
            Reporting::Native => Vec::new(),
            Reporting::In(target) => {
                scope.currencies.iter().map(|currency| Factor::of(rates, last, *currency, target)).collect()
            }
        };
        Self {
            ledger,
            factors,
            asked,
            scope,
            range: Range { first: Day(i32::MIN), last, now: asked.now },
            reach: Reach::of(asked),
            search: asked
                .search
                .as_deref()
                .map(|text| text.trim().to_lowercase())
                .filter(|text| !text.is_empty()),
        }
    }

    fn hits(&self, index: usize, chunk: &Chunk) -> Vec<Hit> {
        let mut hits = Vec::new();
        let (mut trail, mut lines) = (Trail::default(), Lines::default());
        for customer in 0..chunk.customer_count() {
            if !self.is_found(chunk, customer) || !self.is_in(chunk, customer, &mut trail) {
                continue;
            }
            if self.asked.state.is_some_and(|state| state != state_of(&trail)) {
                continue;
            }
            if self
                .asked
                .status
                .is_some_and(|status| status != status_of(chunk, customer, &trail, self.asked.now))
            {
                continue;
            }
            let number = self.number(chunk, customer, &trail, &mut lines);
            hits.push(Hit { place: CustomerPosition::new(index, customer), number });
        }
        hits
    }

    /// What a walked customer is sorted by, unless that is the name.
    fn number(&self, chunk: &Chunk, customer: usize, trail: &Trail, lines: &mut Lines) -> i64 {
        let of_day = |day: Option<Day>| day.map_or(MISSING, |day| i64::from(day.0));
        match self.asked.sort {
            CustomerSort::Mrr => self.mrr(chunk, customer, trail, lines),
            CustomerSort::Created => chunk.created_at(customer).map_or(MISSING, |at| at.0),
            CustomerSort::Name => 0,
            CustomerSort::FirstPaid => of_day(first_paid_on(trail)),
            CustomerSort::LastPayment => {
                Paid::of(chunk, customer, self.asked.now).last_at.map_or(MISSING, |at| at.0)
            }
            CustomerSort::Churned => of_day(churned_on(trail)),
            CustomerSort::Renewal => renews_at(chunk, customer, self.asked.now).map_or(MISSING, |at| at.0),
            CustomerSort::LostMrr => self.in_one(&lost(trail, &self.scope, churned_on(trail)).list()),
            CustomerSort::Revenue => self.in_one(&Paid::of(chunk, customer, self.asked.now).revenue.list()),
        }
    }

    /// Amounts as one number to sort by: in the reporting currency, or natively as the sum of their main units.
    fn in_one(&self, amounts: &[Money]) -> i64 {
        let convert = |money: &Money| {
            let place = self.scope.currencies.iter().position(|currency| *currency == money.currency);
            let factor = place.and_then(|place| self.factors.get(place).copied().flatten());
            factor.and_then(|factor| factor.convert(money.amount_minor).ok()).unwrap_or(0)
        };
        match self.asked.currency {
            Reporting::Native => amounts.iter().map(|money| money.in_thousandths()).sum(),
            Reporting::In(target) => amounts
                .iter()
                .map(|money| if money.currency == target { money.amount_minor } else { convert(money) })
                .sum(),
        }
    }

    /// Whether the filter leaves a customer in. Walks as much of it as the list needs to know.
    fn is_in(&self, chunk: &Chunk, customer: usize, trail: &mut Trail) -> bool {
        let Some(country) = self.scope.country(chunk.country(customer)) else { return false };
        let range = match self.reach {
            Reach::Nothing => return true,
            // No change of a range that begins after its end is written down.
            Reach::Level => Range { first: Day(self.range.last.0.saturating_add(1)), ..self.range },
            Reach::History => self.range,
        };
        trail.walk(chunk.rows(customer), country, &self.scope, range);
        !trail.lanes.is_empty() || !self.asked.filter.is_about_plans()
    }

    /// Walks all of a customer that the list shows.
    fn walk(&self, chunk: &Chunk, customer: usize, trail: &mut Trail) {
        if let Some(country) = self.scope.country(chunk.country(customer)) {
            trail.walk(chunk.rows(customer), country, &self.scope, self.range);
        }
    }

    fn is_found(&self, chunk: &Chunk, customer: usize) -> bool {
        let Some(search) = &self.search else { return true };
        let texts = [chunk.name(customer), chunk.email(customer), chunk.id(customer)];
        texts.iter().any(|text| text.to_lowercase().contains(search.as_str()))
    }

    fn mrr(&self, chunk: &Chunk, customer: usize, trail: &Trail, lines: &mut Lines) -> i64 {
        match self.asked.currency {
            Reporting::Native => {
                let own = trail.lanes.iter().map(|lane| (lane.value, self.scope.currency_of(lane.series)));
                own.map(|(amount_minor, currency)| Money { amount_minor, currency }.in_thousandths()).sum()
            }
            Reporting::In(_) => self.converted(chunk, customer, lines).unwrap_or(0),
        }
    }

    /// What has a rate on the list's day: every subscription and price converted by itself, as in a total. `None`
    /// where nothing has one.
    fn converted(&self, chunk: &Chunk, customer: usize, lines: &mut Lines) -> Option<i64> {
        if self.factors.is_empty() {
            return None;
        }
        let country = self.scope.country(chunk.country(customer))?;
        lines.read(chunk.rows(customer), country, &self.scope, self.range);
        let mut sum = None;
        for line in lines.lines.iter().filter(|line| line.value != 0) {
            let currency = self.scope.series[line.series as usize].currency;
            if let Some(factor) = self.factors[currency as usize] {
                sum = Some(sum.unwrap_or(0) + factor.convert(line.value).ok()?);
            }
        }
        let is_nothing = lines.lines.iter().all(|line| line.value == 0);
        if is_nothing { Some(0) } else { sum }
    }

    fn key(&self, hit: &Hit) -> Key<'a> {
        let chunk = self.ledger.chunk(hit.place);
        let customer = hit.place.customer as usize;
        let name = if self.asked.sort == CustomerSort::Name { chunk.name(customer) } else { "" };
        Key { number: hit.number, name, id: chunk.id(customer) }
    }

    fn compare<'k>(&self, a: &Key<'k>, b: &Key<'k>) -> Ordering {
        let lower = |text: &'k str| text.chars().flat_map(char::to_lowercase);
        // Customers without what is sorted by come last in either direction.
        let is_without = |key: &Key<'k>| match self.asked.sort {
            CustomerSort::Name => key.name.is_empty(),
            _ => key.number == MISSING,
        };
        let without = is_without(a).cmp(&is_without(b));
        let names = || lower(a.name).cmp(lower(b.name));
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
