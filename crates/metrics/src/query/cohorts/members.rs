//! The customers of a cohort, with what has become of each by one of the periods since.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use model::{Currency, Day};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::{CohortValue, Place, Places, Question, Scratch, Sums, check, largest, other, span_of};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::query::exchange::TooLarge;
use crate::query::paging::page;
use crate::query::tally::Lines;
use crate::query::{Group, Query, QueryError};

#[derive(Debug, Clone)]
pub struct CohortCustomersQuery {
    /// As of the cohorts: those are listed that begin in its range.
    pub query: Query,
    pub what: CohortValue,
    /// Only of the cohort that begins on this day. `None`: of all that are past the period.
    pub start_on: Option<Day>,
    /// How many periods after the first.
    pub at: usize,
    /// Only of the group with this key, of a breakdown.
    pub group: Option<String>,
    /// Only of the cohorts in this currency.
    pub in_currency: Option<Currency>,
    /// Only those who have a value in the period, or only those who have none. Whose value is not known is neither.
    pub is_kept: Option<bool>,
    pub cursor: Option<String>,
    pub limit: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = CohortCustomers)]
pub struct CohortCustomerPage {
    pub data: Vec<CohortCustomer>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
    /// Of all pages, by currency: what the cells of the cohorts say.
    pub sums: Vec<CohortSum>,
}

/// A customer of a cohort, once for each currency in which it has a cohort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CohortCustomer {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// The first day of the cohort.
    #[schema(value_type = String, format = Date)]
    pub start_on: Day,
    /// The MRR at the end of the first period.
    pub mrr_minor: i64,
    /// What it adds to the cell: 1 or 0 for customers, else smallest units. `None`: what it has then has no rate.
    pub value: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CohortSum {
    #[schema(value_type = String)]
    pub currency: Currency,
    pub customers: i64,
    pub mrr_minor: i64,
    pub value: i64,
}

/// A customer before it is looked up.
#[derive(Debug, Clone, Copy)]
struct Member {
    at: CustomerPosition,
    place: Place,
    mrr_minor: i64,
    value: Option<i64>,
}

/// A customer of a cohort; `None` if that cohort is not asked for.
type InCohort = (Place, Option<Member>);

/// The most value first, then by what stays the same in the next snapshot.
type Order<'a> = (Reverse<Option<i64>>, &'a str, Currency);

/// A page of the customers behind a cell of the cohorts.
///
/// # Errors
/// Those of the cohorts, and when the cursor is not one of this list.
pub fn cohort_customers(
    ledger: &Ledger,
    rates: &Rates,
    asked: &CohortCustomersQuery,
) -> Result<CohortCustomerPage, QueryError> {
    check(ledger, rates, &asked.query)?;
    if asked.group.is_some() && asked.query.by.is_none() {
        return Err(QueryError::GroupOfNothing);
    }
    let span = span_of(ledger, asked.what, &asked.query)?;
    let question = Question::new(ledger, rates, asked.what, &asked.query, &span)?;
    if let Some(start_on) = asked.start_on.filter(|day| span.buckets.iter().all(|one| one.start_on != *day)) {
        return Err(QueryError::NoCohort(start_on));
    }
    let list = List { question, asked };
    let members = list.members()?;
    let (total, sums) = (members.len(), sums(&members));
    let last = asked.cursor.as_deref().map(Cursor::read).transpose()?;
    let is_after = |one: &Member| last.as_ref().is_none_or(|last| list.order(one) > last.order());
    let (members, has_more) = page(members, asked.limit, is_after, |a, b| list.order(a).cmp(&list.order(b)));
    Ok(CohortCustomerPage {
        next_cursor: members.last().filter(|_| has_more).map(|one| Cursor::write(list.order(one))),
        data: members.iter().map(|one| list.row(one)).collect(),
        total,
        sums,
    })
}

struct List<'a> {
    question: Question<'a>,
    asked: &'a CohortCustomersQuery,
}

impl List<'_> {
    fn members(&self) -> Result<Vec<Member>, QueryError> {
        let chunks = self.question.ledger.chunks().par_iter().enumerate();
        let parts: Result<Vec<Vec<InCohort>>, TooLarge> =
            chunks.map(|(index, chunk)| self.of_chunk(index, chunk)).collect();
        let all = parts.map_err(|too_large| self.question.shape.exchange.refused(too_large))?.concat();
        let groups = self.groups(&all);
        let members = all.into_iter().filter_map(|(_, member)| member);
        Ok(members.filter(|one| groups.as_ref().is_none_or(|groups| groups.contains(&one.place.1))).collect())
    }

    /// Everybody who is in a cohort, each with what it adds to the cell. `None`: nothing, it is of another.
    fn of_chunk(&self, index: usize, chunk: &Chunk) -> Result<Vec<InCohort>, TooLarge> {
        let (mut places, mut scratch) = (Places::new(), Scratch::default());
        let mut all = Vec::new();
        for customer in 0..chunk.customer_count() {
            self.question.add(&mut places, &mut scratch, (chunk, customer))?;
            let at = CustomerPosition::new(index, customer);
            let lines = &scratch.lines;
            all.extend(places.drain().map(|(place, sums)| (place, self.member(at, place, &sums, lines))));
        }
        Ok(all)
    }

    fn member(&self, at: CustomerPosition, place: Place, sums: &Sums, lines: &Lines) -> Option<Member> {
        let (asked, span) = (self.asked, self.question.shape.span);
        let (cohort, value) = (place.2, sums.values().nth(asked.at)?);
        let is_known = value != 0 || !self.lacks_rate(lines, cohort + asked.at);
        let value = is_known.then_some(value);
        let is_wanted = match asked.start_on {
            Some(start_on) => span.buckets[cohort].start_on == start_on,
            // Where several cohorts are put together, a period that still runs says nothing yet.
            None => !span.buckets[cohort + asked.at].is_partial,
        };
        let is_of_kind =
            asked.is_kept.is_none_or(|is_kept| value.is_some_and(|value| is_kept == (value > 0)));
        let is_of_currency = asked.in_currency.is_none_or(|currency| currency == place.0);
        (is_wanted && is_of_kind && is_of_currency && self.question.is_asked(cohort)).then_some(Member {
            at,
            place,
            mrr_minor: sums.mrr,
            value,
        })
    }

    /// Whether the customer is worth anything at the end of a period that can't be converted then.
    fn lacks_rate(&self, lines: &Lines, bucket: usize) -> bool {
        let shape = &self.question.shape;
        let end = shape.span.end_of(bucket);
        if self.asked.what == CohortValue::Revenue || shape.exchange.is_native() {
            return false;
        }
        lines.each().any(|(line, changes)| {
            let value =
                changes.take_while(|change| change.day <= end).last().map_or(line.opening, |last| last.after);
            let currency = shape.scope.series[line.series as usize].currency;
            value != 0 && shape.exchange.factor_on(currency, end).is_none()
        })
    }

    /// The numbers of the groups that the key stands for. `None`: all.
    fn groups(&self, all: &[InCohort]) -> Option<BTreeSet<u32>> {
        let key = self.asked.group.as_ref()?;
        let named = &self.question.groups.named;
        let mut sizes: BTreeMap<Option<Group>, i64> = BTreeMap::new();
        for ((_, group, _), _) in all {
            *sizes.entry(named[*group as usize].clone()).or_default() += 1;
        }
        let largest = largest(sizes);
        let shown = |group: &Option<Group>| match &largest {
            Some(largest) if !largest.contains(group) => Some(other()),
            _ => group.clone(),
        };
        let numbers = (0..).zip(named);
        let own = numbers.filter(|(_, group)| shown(group).is_some_and(|group| group.key == *key));
        Some(own.map(|(number, _)| number).collect())
    }

    fn order(&self, one: &Member) -> Order<'_> {
        (Reverse(one.value), self.question.ledger.id(one.at), one.place.0)
    }

    fn row(&self, one: &Member) -> CohortCustomer {
        let entry = self.question.ledger.chunk(one.at).entry(one.at.customer as usize);
        CohortCustomer {
            customer_id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            currency: one.place.0,
            start_on: self.question.shape.span.buckets[one.place.2].start_on,
            mrr_minor: one.mrr_minor,
            value: one.value,
        }
    }
}

fn sums(members: &[Member]) -> Vec<CohortSum> {
    let mut sums: BTreeMap<Currency, CohortSum> = BTreeMap::new();
    for Member { place: (currency, ..), mrr_minor, value, .. } in members {
        let none = CohortSum { currency: *currency, customers: 0, mrr_minor: 0, value: 0 };
        let sum = sums.entry(*currency).or_insert(none);
        sum.customers += 1;
        sum.mrr_minor += mrr_minor;
        sum.value += value.unwrap_or(0);
    }
    sums.into_values().collect()
}

/// The last row of a page.
struct Cursor {
    value: Option<i64>,
    currency: Currency,
    customer: String,
}

impl Cursor {
    fn write((Reverse(value), customer, currency): Order<'_>) -> String {
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        format!("{value},{currency},{customer}")
    }

    fn read(text: &str) -> Result<Self, QueryError> {
        Self::of_parts(text).ok_or_else(|| QueryError::BadCursor(text.to_owned()))
    }

    fn of_parts(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ',');
        let value = Some(parts.next()?).filter(|value| !value.is_empty());
        let value = value.map(str::parse).transpose().ok()?;
        let currency = parts.next()?.parse().ok()?;
        Some(Self { value, currency, customer: parts.next()?.to_owned() })
    }

    fn order(&self) -> Order<'_> {
        (Reverse(self.value), &self.customer, self.currency)
    }
}
