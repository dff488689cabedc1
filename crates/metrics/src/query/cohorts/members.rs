//! The customers of a cohort, with what has become of each by one of the periods since.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use model::{Currency, Day};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::adding::Scratch;
use super::groups::{largest, other};
use super::table::Head;
use super::{CohortKey, CohortValue, Question, check, span_of};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::query::comparison::Comparison;
use crate::query::exchange::TooLarge;
use crate::query::paging::Candidates;
use crate::query::tally::Lines;
use crate::query::walk::WalkRange;
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
    /// Whether it counts for the size of the cohort: its first value has an exchange rate on its day.
    pub is_counted: bool,
    /// What it adds to the cell: 1 or 0 for customers, else smallest units. `None`: what it has then has no rate.
    pub value: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CohortSum {
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Of those that count for the size of their cohort.
    pub customers: i64,
    pub mrr_minor: i64,
    pub value: i64,
}

/// A customer before it is looked up.
#[derive(Debug, Clone, Copy)]
struct Member {
    at: CustomerPosition,
    currency: Currency,
    cohort: usize,
    mrr_minor: i64,
    is_counted: bool,
    value: Option<i64>,
    /// What is sorted by: the value, or how it compares with amounts of other currencies.
    size: Option<i64>,
}

/// Who was found so far, and what they add up to.
struct Found {
    members: Candidates<Member>,
    sums: Vec<CohortSum>,
}

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
    let is_of_amounts = asked.what != CohortValue::Customers && question.shape.exchange.is_native();
    let comparison = is_of_amounts.then(|| Comparison::new(ledger, rates, span.last));
    let mut list = List { question, asked, comparison };
    let groups = list.groups()?;
    list.narrow();
    let last = asked.cursor.as_deref().map(Cursor::read).transpose()?;
    let Found { members, mut sums } = list.find(groups.as_ref(), last.as_ref())?;
    sums.sort_unstable_by_key(|sum| sum.currency);
    let total = members.total;
    let (members, has_more) = members.page(|a, b| list.order(a).cmp(&list.order(b)));
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
    /// `None`: values compare as they are.
    comparison: Option<Comparison>,
}

impl List<'_> {
    /// Only the cohorts that have customers in the list, each up to the period that is asked for.
    fn narrow(&mut self) {
        let (asked, buckets) = (self.asked, &self.question.shape.span.buckets);
        let is_wanted = |cohort: usize| {
            let is_there =
                buckets.get(cohort.saturating_add(asked.at)).is_some_and(|at| match asked.start_on {
                    Some(start_on) => buckets[cohort].start_on == start_on,
                    // Where several cohorts are put together, a period that still runs says nothing yet.
                    None => !at.is_partial,
                });
            is_there && self.question.is_asked(cohort)
        };
        let only = (0..buckets.len()).map(is_wanted).collect();
        self.question.only = Some(only);
        self.question.periods_max = asked.at.saturating_add(1);
    }

    fn find(&self, groups: Option<&BTreeSet<u32>>, last: Option<&Cursor>) -> Result<Found, QueryError> {
        let new = || Found { members: Candidates::new(self.asked.limit), sums: Vec::new() };
        let chunks = self.question.ledger.chunks().par_iter().enumerate();
        let parts = chunks.try_fold(new, |mut found, (index, chunk)| {
            self.find_in(&mut found, groups, last, index, chunk)?;
            Ok(found)
        });
        let found: Result<Found, TooLarge> = parts.try_reduce(new, |one, other| Ok(one.merged(other)));
        found.map_err(|too_large| self.question.shape.exchange.refused(too_large))
    }

    /// Looks at everybody who is in a cohort of the groups that are asked for.
    fn find_in(
        &self,
        found: &mut Found,
        groups: Option<&BTreeSet<u32>>,
        last: Option<&Cursor>,
        index: usize,
        chunk: &Chunk,
    ) -> Result<(), TooLarge> {
        let (mut table, mut scratch) = (self.question.table(), Scratch::default());
        let mut lines = Lines::default();
        for customer in 0..chunk.customer_count() {
            self.question.add(&mut table, &mut scratch, (chunk, customer))?;
            let at = CustomerPosition::new(index, customer);
            table.take_each(|key, head, changes| {
                if groups.is_some_and(|groups| !groups.contains(&key.group)) {
                    return;
                }
                let Some(member) = self.member(at, key, (head, changes), &mut lines) else { return };
                found.members.total += 1;
                found.add(&member);
                if last.is_none_or(|last| self.order(&member) > last.order()) {
                    // Nearly always it decides.
                    found.members.offer(member, |a, b| {
                        b.size.cmp(&a.size).then_with(|| self.order(a).cmp(&self.order(b)))
                    });
                }
            });
        }
        Ok(())
    }

    /// What a customer adds to the cell. `None`: nothing, it is of another.
    fn member(
        &self,
        at: CustomerPosition,
        key: CohortKey,
        (head, changes): (Head, &[i64]),
        lines: &mut Lines,
    ) -> Option<Member> {
        let asked = self.asked;
        let (cohort, value) = (key.cohort, changes.get(..=asked.at)?.iter().sum::<i64>());
        let currency = self.question.currency_at(key);
        if asked.in_currency.is_some_and(|asked| asked != currency) {
            return None;
        }
        let is_known = value != 0 || !self.lacks_rate(at, cohort + asked.at, lines);
        let value = is_known.then_some(value);
        let is_of_kind =
            asked.is_kept.is_none_or(|is_kept| value.is_some_and(|value| is_kept == (value > 0)));
        let compared = |value| self.comparison.as_ref().map_or(value, |by| by.number(currency, value));
        let Head { customers, mrr: mrr_minor } = head;
        let (is_counted, size) = (customers > 0, value.map(compared));
        is_of_kind.then_some(Member { at, currency, cohort, mrr_minor, is_counted, value, size })
    }

    /// Whether the customer is worth anything at the end of a period that can't be converted then.
    fn lacks_rate(&self, at: CustomerPosition, bucket: usize, lines: &mut Lines) -> bool {
        let shape = &self.question.shape;
        let end = shape.span.end_of(bucket);
        if self.asked.what == CohortValue::Revenue || shape.exchange.is_native() {
            return false;
        }
        let (chunk, customer) = (self.question.ledger.chunk(at), at.customer as usize);
        let Some(country) = shape.scope.country(chunk.country(customer)) else { return false };
        let range = WalkRange { first: shape.span.first, last: shape.span.last, now: shape.span.now };
        lines.read_customer(chunk, customer, country, &shape.scope, range);
        lines.each().any(|(line, changes)| {
            let value =
                changes.take_while(|change| change.day <= end).last().map_or(line.opening, |last| last.after);
            let currency = shape.scope.series[line.series as usize].currency;
            value != 0 && shape.exchange.factor_on(currency, end).is_none()
        })
    }

    /// The numbers of the groups that the key stands for. `None`: all.
    fn groups(&self) -> Result<Option<BTreeSet<u32>>, QueryError> {
        let Some(key) = &self.asked.group else { return Ok(None) };
        let largest = largest(&self.question.add_up()?);
        let shown = |group: &Option<Group>| match &largest {
            Some(largest) if !largest.contains(group) => Some(other()),
            _ => group.clone(),
        };
        let numbers = (0..).zip(&self.question.groups.named);
        let own = numbers.filter(|(_, group)| shown(group).is_some_and(|group| group.key == *key));
        Ok(Some(own.map(|(number, _)| number).collect()))
    }

    fn order(&self, one: &Member) -> Order<'_> {
        (Reverse(one.size), self.question.ledger.id(one.at), one.currency)
    }

    fn row(&self, one: &Member) -> CohortCustomer {
        let entry = self.question.ledger.chunk(one.at).entry(one.at.customer as usize);
        CohortCustomer {
            customer_id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            currency: one.currency,
            start_on: self.question.shape.span.buckets[one.cohort].start_on,
            mrr_minor: one.mrr_minor,
            is_counted: one.is_counted,
            value: one.value,
        }
    }
}

impl Found {
    fn add(&mut self, member: &Member) {
        self.add_sum(&CohortSum {
            currency: member.currency,
            customers: i64::from(member.is_counted),
            mrr_minor: member.mrr_minor,
            value: member.value.unwrap_or(0),
        });
    }

    fn add_sum(&mut self, other: &CohortSum) {
        match self.sums.iter_mut().find(|sum| sum.currency == other.currency) {
            Some(sum) => {
                sum.customers += other.customers;
                sum.mrr_minor += other.mrr_minor;
                sum.value += other.value;
            }
            None => self.sums.push(other.clone()),
        }
    }

    fn merged(mut self, other: Self) -> Self {
        other.sums.iter().for_each(|sum| self.add_sum(sum));
        Self { members: self.members.merged(other.members), ..self }
    }
}

/// The last row of a page.
struct Cursor {
    size: Option<i64>,
    currency: Currency,
    customer: String,
}

impl Cursor {
    fn write((Reverse(size), customer, currency): Order<'_>) -> String {
        let size = size.map(|size| size.to_string()).unwrap_or_default();
        format!("{size},{currency},{customer}")
    }

    fn read(text: &str) -> Result<Self, QueryError> {
        Self::of_parts(text).ok_or_else(|| QueryError::BadCursor(text.to_owned()))
    }

    fn of_parts(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ',');
        let size = Some(parts.next()?).filter(|size| !size.is_empty());
        let size = size.map(str::parse).transpose().ok()?;
        let currency = parts.next()?.parse().ok()?;
        Some(Self { size, currency, customer: parts.next()?.to_owned() })
    }

    fn order(&self) -> Order<'_> {
        (Reverse(self.size), &self.customer, self.currency)
    }
}
