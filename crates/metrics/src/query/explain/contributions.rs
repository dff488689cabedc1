//! What each customer adds to one of the sums that a value is made of.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use model::{Currency, CustomerId};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::currency_of;
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::query::comparison::Comparison;
use crate::query::exchange::TooLarge;
use crate::query::figures::Figures;
use crate::query::paging::Candidates;
use crate::query::scope::Selection;
use crate::query::span::Span;
use crate::query::tally::Shape;
use crate::query::{
    Query, QueryError, Reporting, apart, check_currency, check_dimensions, money, scheduled, trials,
};
use crate::registry::{Compute, Metric, Sums, Term, Unit};

/// What to open.
#[derive(Debug, Clone)]
pub struct ContributionsQuery {
    /// Its interval and breakdown do not matter: its range is the period.
    pub query: Query,
    /// The id of one of the value's parts.
    pub part: String,
    pub cursor: Option<String>,
    pub limit: usize,
}

/// The largest first, then by id.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Contributions)]
pub struct ContributionPage {
    /// Of the amounts.
    pub unit: Unit,
    pub data: Vec<Contribution>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
}

/// What one customer adds to a sum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contribution {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// In smallest units where the part is money, a number otherwise.
    pub amount: i64,
}

/// What the customers behind one part of a value add to it.
///
/// # Errors
/// As [`explain`](super::explain); and when the value has no such part, or one that is not of customers.
pub fn contributions(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    asked: &ContributionsQuery,
) -> Result<ContributionPage, QueryError> {
    let query = &Query { by: None, ..asked.query.clone() };
    check_dimensions(metric.id, metric.dimensions, query)?;
    check_currency(ledger, rates, query.currency)?;
    let span = Span::whole(query, ledger, metric.looks_ahead)?;
    let term = term_named(metric, &asked.part)?;
    let last = asked.cursor.as_deref().map(Cursor::read).transpose()?;
    let is_native = query.currency == Reporting::Native && term.unit(metric) == Unit::Money;
    let comparison = is_native.then(|| Comparison::new(ledger, rates, span.last));
    let wanted = Wanted { ledger, last, limit: asked.limit, comparison };
    let shares = shares(rates, metric, query, &span, term, &wanted)?;
    let total = shares.total;
    let (shares, has_more) = shares.page(|a, b| a.compare(b, ledger));
    let next_cursor = shares.last().filter(|_| has_more).map(|share| Cursor::of(share, ledger).write());
    let data = shares.iter().map(|share| share.look_up(ledger)).collect();
    Ok(ContributionPage { unit: term.unit(metric), data, next_cursor, total })
}

fn term_named(metric: &'static Metric, part: &str) -> Result<Term, QueryError> {
    let term = metric.terms.iter().copied().find(|term| term.named(metric).0 == part);
    term.ok_or_else(|| QueryError::UnknownPart { metric: metric.id, part: part.to_owned() })
}

/// What one customer adds to a sum.
#[derive(Debug, Clone, Copy)]
struct Share {
    place: CustomerPosition,
    currency: Currency,
    amount: i64,
    /// What is sorted by; 0 until it is offered for the page.
    size: u64,
}

/// Which page of the shares is asked for.
struct Wanted<'a> {
    ledger: &'a Ledger,
    last: Option<Cursor>,
    limit: usize,
    /// `None`: amounts compare as they are.
    comparison: Option<Comparison>,
}

impl Wanted<'_> {
    /// Adds those that can be on the page.
    fn with(&self, mut known: Candidates<Share>, shares: impl Iterator<Item = Share>) -> Candidates<Share> {
        for mut share in shares {
            let compared = |by: &Comparison| by.number(share.currency, share.amount);
            share.size = self.comparison.as_ref().map_or(share.amount, compared).unsigned_abs();
            known.total += 1;
            if self.last.as_ref().is_none_or(|last| share.order(self.ledger) > last.order()) {
                known.offer(share, |a, b| a.compare(b, self.ledger));
            }
        }
        known
    }

    fn none(&self) -> Candidates<Share> {
        Candidates::new(self.limit)
    }
}

/// The customers that add anything to a term.
fn shares(
    rates: &Rates,
    metric: &'static Metric,
    query: &Query,
    span: &Span,
    term: Term,
    wanted: &Wanted<'_>,
) -> Result<Candidates<Share>, QueryError> {
    let ledger = wanted.ledger;
    let share = |place, currency, sums: &Sums| {
        let amount = term.amount(sums);
        (amount != 0).then_some(Share { place, currency, amount, size: 0 })
    };
    if let Compute::Money(_) = metric.compute {
        let of =
            |place, currency, money: &_| share(place, currency, &Sums { money: *money, ..Sums::default() });
        let shares = money::each(ledger, rates, query, span, of)?;
        return Ok(wanted.with(wanted.none(), shares.into_iter()));
    }
    let shape = Shape::new(ledger, rates, query, span, Selection::of(query))?;
    if term == Term::Ending || matches!(metric.compute, Compute::Scheduled) {
        let endings = scheduled::endings(ledger, rates, query, &shape.scope)?.0.into_iter();
        // What is left of MRR lacks all that ends, whenever it does.
        let in_range =
            endings.filter(|ending| term == Term::Ending || (span.first..=span.last).contains(&ending.on));
        let shares = in_range.filter_map(|ending| {
            let currency = currency_of(&shape.scope, query, ending.counted);
            Some(Share { place: ending.place, currency, amount: ending.minor?, size: 0 })
        });
        let shares = added_up(shares);
        return Ok(wanted.with(wanted.none(), shares.into_iter()));
    }
    let with_chunk = |known, (index, chunk): (usize, &Arc<Chunk>)| -> Result<Candidates<Share>, TooLarge> {
        let mut found = Vec::new();
        each(&shape, ledger, metric, query, chunk, |customer, counted, sums| {
            let place = CustomerPosition::new(index, customer);
            found.extend(share(place, currency_of(&shape.scope, query, counted), sums));
        })?;
        Ok(wanted.with(known, added_up(found.into_iter()).into_iter()))
    };
    let parts = ledger.chunks().par_iter().enumerate().try_fold(|| wanted.none(), with_chunk);
    parts
        .try_reduce(|| wanted.none(), |one, other| Ok(one.merged(other)))
        .map_err(|too_large| shape.exchange.refused(too_large))
}

/// Tells the sums of each customer of a chunk, by its place in the chunk and what they are counted within.
fn each(
    shape: &Shape<'_>,
    ledger: &Ledger,
    metric: &Metric,
    query: &Query,
    chunk: &Chunk,
    mut take: impl FnMut(usize, u32, &Sums),
) -> Result<(), TooLarge> {
    match metric.compute {
        Compute::Apart(what) => apart::each(shape, ledger, what, chunk, |customer, counted, minor| {
            take(customer, counted, &Sums { minor, ..Sums::default() });
        }),
        Compute::Trials(_) => {
            let trials = trials::of_chunk(shape, ledger, chunk, query);
            for trial in trials.iter().filter(|trial| trial.lacks_rate_of.is_none()) {
                take(trial.customer, trial.counted, &Sums { trials: trial.figures(), ..Sums::default() });
            }
            Ok(())
        }
        _ => shape.each(chunk, |customer, counted, tally| {
            let figures = Figures::of(tally, shape, counted, 0);
            take(customer, counted, &Sums { figures, ..Sums::default() });
        }),
    }
}

/// One share for each customer and currency, in which several of it are added up.
fn added_up(shares: impl Iterator<Item = Share>) -> Vec<Share> {
    let mut all: Vec<Share> = Vec::new();
    for share in shares {
        match all.last_mut() {
            Some(last) if last.place == share.place && last.currency == share.currency => {
                last.amount += share.amount;
            }
            _ => all.push(share),
        }
    }
    all
}

impl Share {
    fn compare(&self, other: &Self, ledger: &Ledger) -> Ordering {
        // Nearly always the size decides.
        other.size.cmp(&self.size).then_with(|| self.order(ledger).cmp(&other.order(ledger)))
    }

    fn order<'a>(&self, ledger: &'a Ledger) -> (Reverse<u64>, &'a str, Currency) {
        (Reverse(self.size), ledger.id(self.place), self.currency)
    }

    fn look_up(&self, ledger: &Ledger) -> Contribution {
        let entry = ledger.chunk(self.place).entry(self.place.customer as usize);
        Contribution {
            customer_id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            currency: self.currency,
            amount: self.amount,
        }
    }
}

/// The last row of a page, by what it is sorted by.
struct Cursor {
    size: u64,
    currency: Currency,
    customer: CustomerId,
}

impl Cursor {
    fn of(share: &Share, ledger: &Ledger) -> Self {
        let customer = CustomerId::from(ledger.id(share.place));
        Self { size: share.size, currency: share.currency, customer }
    }

    fn write(&self) -> String {
        format!("{},{},{}", self.size, self.currency, self.customer)
    }

    fn read(text: &str) -> Result<Self, QueryError> {
        let bad = || QueryError::BadCursor(text.to_owned());
        let mut parts = text.splitn(3, ',');
        let mut part = || parts.next().ok_or_else(bad);
        let (size, currency, customer) = (part()?, part()?, part()?);
        Ok(Self {
            size: size.parse().map_err(|_| bad())?,
            currency: currency.parse().map_err(|_| bad())?,
            customer: CustomerId::from(customer),
        })
    }

    fn order(&self) -> (Reverse<u64>, &str, Currency) {
        (Reverse(self.size), self.customer.as_str(), self.currency)
    }
}
