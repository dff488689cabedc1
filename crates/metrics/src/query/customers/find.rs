//! Who is in a list of customers, and where: one walk over everybody, which also adds the sums up.

use std::cmp::Ordering;
use std::collections::HashSet;

use model::{Currency, Day, Money};
use rayon::prelude::*;

use super::standing::{Paid, lost, renews_at};
use super::standing_now::Standing;
use super::sums::Sums;
use super::{
    Amounts, Cursor, CustomerSort, CustomersQuery, Hit, List, MISSING, churned_on, first_paid_on, state_of,
    status_of,
};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::query::Reporting;
use crate::query::paging::Candidates;
use crate::query::tally::Lines;
use crate::query::walk::{Lane, Trail, WalkRange};

/// How much of a customer has to be read before it is known whether and where it is in the list.
#[derive(Debug, Clone, Copy)]
pub(super) enum ReadDepth {
    /// None of its rows.
    Nothing,
    /// What it is worth at the end of the list's day.
    Level,
    /// All that ever changed.
    History,
}

impl ReadDepth {
    pub(super) fn of(asked: &CustomersQuery) -> Self {
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

/// What a walk over some customers has found, with what it is done with.
pub(super) struct Found {
    pub(super) hits: Candidates<Hit>,
    pub(super) sums: Sums,
    trail: Trail,
    lines: Lines,
}

impl Found {
    fn new(limit: usize) -> Self {
        Self {
            hits: Candidates::new(limit),
            sums: Sums::default(),
            trail: Trail::default(),
            lines: Lines::default(),
        }
    }

    fn merged(self, other: Self) -> Self {
        Self { hits: self.hits.merged(other.hits), sums: self.sums.merged(other.sums), ..self }
    }
}

impl List<'_> {
    /// Everybody in the list, and of those that come after a cursor the first.
    pub(super) fn find(&self, last: Option<&Cursor>) -> Found {
        let new = || Found::new(self.asked.limit);
        let chunks = self.ledger.chunks().par_iter().enumerate();
        let parts = chunks.fold(new, |mut found, (index, chunk)| {
            self.find_in(&mut found, last, index, chunk);
            found
        });
        parts.reduce(new, Found::merged)
    }

    fn find_in(&self, found: &mut Found, last: Option<&Cursor>, index: usize, chunk: &Chunk) {
        let Found { hits, sums, trail, lines } = found;
        let is_by_day = matches!(self.asked.sort, CustomerSort::FirstPaid | CustomerSort::Churned);
        let needs_trail = is_by_day || self.asked.status.is_some();
        let is_by_name = self.asked.sort == CustomerSort::Name;
        let found_by_text = self.search.as_ref().map(|search| chunk.with_text(search));
        let is_found = |customer: usize| match &found_by_text {
            Some(found) => found[customer] || self.found_by_other_id.contains(chunk.id(customer)),
            None => true,
        };
        let is_anybody = found_by_text.as_ref().is_none_or(|found| found.contains(&true));
        if !is_anybody && self.found_by_other_id.is_empty() {
            return;
        }
        let in_order = is_by_name.then(|| chunk.by_name(self.asked.is_descending));
        let mut is_past_page = false;
        for place in 0..chunk.customer_count() {
            let customer = in_order.map_or(place, |order| order[place] as usize);
            if !is_found(customer) {
                continue;
            }
            let standing = if needs_trail { None } else { self.standing(chunk, customer) };
            let is_in = match &standing {
                Some(standing) => standing.has_row || !self.asked.filter.is_about_plans(),
                None => self.is_in(chunk, customer, trail),
            };
            if !is_in {
                continue;
            }
            let state = || standing.as_ref().map_or_else(|| state_of(trail), |standing| standing.state);
            if self.asked.state.is_some_and(|wanted| wanted != state()) {
                continue;
            }
            let status = self.asked.status;
            if status.is_some_and(|status| status != status_of(chunk, customer, trail, self.asked.now)) {
                continue;
            }
            hits.total += 1;
            let number = match (&standing, self.asked.sort) {
                (Some(standing), CustomerSort::Mrr) => self.mrr_of(standing, chunk, customer, lines),
                (Some(standing), CustomerSort::LostMrr) => self.lost_of(standing),
                (Some(standing), CustomerSort::Revenue) => self.revenue_of(standing, chunk, customer),
                _ => self.number(chunk, customer, trail, lines),
            };
            if self.asked.with_sums {
                self.add_up(sums, chunk, customer, standing.as_ref(), trail, lines);
            }
            // In order of names, everybody after one who comes too late for the page does so as well.
            if is_past_page {
                continue;
            }
            let hit = Hit { place: CustomerPosition::new(index, customer), number };
            if last.is_none_or(|last| self.compare(&self.key(&hit), &last.key()) == Ordering::Greater) {
                is_past_page = !hits.offer(hit, |a, b| self.compare_hits(a, b)) && is_by_name;
            }
        }
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
            CustomerSort::LostMrr => self.in_one(&lost(trail, &self.scope, churned_on(trail))),
            CustomerSort::Revenue => self.in_one(&Paid::of(chunk, customer, self.asked.now).revenue),
        }
    }

    /// Amounts as one number to sort by: in the reporting currency, or natively as they compare with others.
    fn in_one(&self, amounts: &Amounts) -> i64 {
        let convert = |money: Money| {
            let place = self.scope.currencies.iter().position(|currency| *currency == money.currency);
            let factor = place.and_then(|place| self.factors.get(place)?.as_ref());
            factor.and_then(|factor| factor.convert(money.amount_minor).ok()).unwrap_or(0)
        };
        match self.asked.currency {
            Reporting::Native => self.comparison.sum(amounts.each()),
            Reporting::In(target) => amounts
                .each()
                .map(|money| if money.currency == target { money.amount_minor } else { convert(money) })
                .sum(),
        }
    }

    /// Whether the filter leaves a customer in. Walks as much of it as the list needs to know.
    fn is_in(&self, chunk: &Chunk, customer: usize, trail: &mut Trail) -> bool {
        let Some(country) = self.scope.country(chunk.country(customer)) else { return false };
        let range = match self.depth {
            ReadDepth::Nothing => return true,
            // No change of a range that begins after its end is written down.
            ReadDepth::Level => WalkRange { first: Day(self.range.last.0.saturating_add(1)), ..self.range },
            ReadDepth::History => self.range,
        };
        trail.walk(chunk, customer, country, &self.scope, range);
        !trail.lanes.is_empty() || !self.asked.filter.is_about_plans()
    }

    /// Walks all of a customer that the list shows.
    pub(super) fn walk(&self, chunk: &Chunk, customer: usize, trail: &mut Trail) {
        if let Some(country) = self.scope.country(chunk.country(customer)) {
            trail.walk(chunk, customer, country, &self.scope, self.range);
        }
    }

    fn mrr_of(&self, standing: &Standing, chunk: &Chunk, customer: usize, lines: &mut Lines) -> i64 {
        match self.asked.currency {
            Reporting::Native => self.compared(standing.currency, standing.minor),
            Reporting::In(_) => self.converted_of(standing, chunk, customer, lines).unwrap_or(0),
        }
    }

    /// What a customer was worth just before it left, as one number to sort by.
    fn lost_of(&self, standing: &Standing) -> i64 {
        self.one(standing.currency, standing.lost_minor)
    }

    /// What a customer has paid, as one number to sort by.
    fn revenue_of(&self, standing: &Standing, chunk: &Chunk, customer: usize) -> i64 {
        let currency = self.scope.currencies.get(standing.currency as usize);
        match chunk.revenue(customer, self.asked.now) {
            // Nearly everybody pays in the currency of the plan.
            Some(paid) if currency == Some(&paid.currency) => self.one(standing.currency, paid.sum_minor),
            _ => self.in_one(&Paid::of(chunk, customer, self.asked.now).revenue),
        }
    }

    /// As [`List::in_one`], of one amount in a currency of the scope.
    fn one(&self, currency: u32, minor: i64) -> i64 {
        let place = currency as usize;
        let is_target = |currency: &Currency| Reporting::In(*currency) == self.asked.currency;
        match self.asked.currency {
            _ if minor == 0 => 0,
            Reporting::Native => self.compared(currency, minor),
            Reporting::In(_) if self.scope.currencies.get(place).is_some_and(is_target) => minor,
            Reporting::In(_) => {
                let factor = self.factors.get(place).and_then(Option::as_ref);
                factor.and_then(|factor| factor.convert(minor).ok()).unwrap_or(0)
            }
        }
    }

    /// As [`List::converted`].
    pub(super) fn converted_of(
        &self,
        standing: &Standing,
        chunk: &Chunk,
        customer: usize,
        lines: &mut Lines,
    ) -> Option<i64> {
        // One line alone is worth what the customer is, and is converted as a whole.
        match standing.minor {
            _ if !standing.is_one_line => self.converted(chunk, customer, lines),
            _ if self.factors.is_empty() => None,
            0 => Some(0),
            minor => self.factors[standing.currency as usize].as_ref()?.convert(minor).ok(),
        }
    }

    fn mrr(&self, chunk: &Chunk, customer: usize, trail: &Trail, lines: &mut Lines) -> i64 {
        match self.asked.currency {
            Reporting::Native => {
                let money = |lane: &Lane| Money {
                    amount_minor: lane.value,
                    currency: self.scope.currency_of(lane.series),
                };
                self.comparison.sum(trail.lanes.iter().map(money))
            }
            Reporting::In(_) => self.converted(chunk, customer, lines).unwrap_or(0),
        }
    }

    /// What has a rate on the list's day: every subscription and price converted by itself, as in a total. `None`
    /// where nothing has one.
    pub(super) fn converted(&self, chunk: &Chunk, customer: usize, lines: &mut Lines) -> Option<i64> {
        if self.factors.is_empty() {
            return None;
        }
        let country = self.scope.country(chunk.country(customer))?;
        lines.read_customer(chunk, customer, country, &self.scope, self.range);
        let mut sum = None;
        for line in lines.lines.iter().filter(|line| line.value != 0) {
            let currency = self.scope.series[line.series as usize].currency;
            if let Some(factor) = &self.factors[currency as usize] {
                sum = Some(sum.unwrap_or(0) + factor.convert(line.value).ok()?);
            }
        }
        let is_nothing = lines.lines.iter().all(|line| line.value == 0);
        if is_nothing { Some(0) } else { sum }
    }
}

/// The customers that have a text, which is in lower case, in an id of another of their accounts.
pub(super) fn by_other_id<'a>(ledger: &'a Ledger, search: &str) -> HashSet<&'a str> {
    let found = ledger.other_ids().filter(|(other, _)| contains(other.as_str(), search));
    found.map(|(_, known_by)| known_by.as_str()).collect()
}

/// Whether a text has another in it, which is in lower case, in any case.
fn contains(text: &str, search: &str) -> bool {
    // The short way gives the same, and most texts are of plain letters.
    if text.is_ascii() {
        let Some((first, rest)) = search.as_bytes().split_first() else { return true };
        // Nearly always the first letter decides.
        return text
            .as_bytes()
            .windows(search.len())
            .any(|part| part[0].to_ascii_lowercase() == *first && part[1..].eq_ignore_ascii_case(rest));
    }
    text.to_lowercase().contains(search)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_any_case() {
        for text in ["Zoë Fischer", "ZOË", "zoe@Example.com", "", "\u{212a}elvin", "kelvin"] {
            for search in ["zo", "zoë", "example.com", "k", "\u{e9}", "fischer", "zoe@example.com."] {
                assert_eq!(contains(text, search), text.to_lowercase().contains(search), "{text} {search}");
            }
        }
    }
}
