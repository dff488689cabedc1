//! Money by the day it moved, or by the day it should have: each amount converted by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Currency;
use rayon::prelude::*;

use super::labels;
use super::moved::{Amount, Cells, Kinds, Placed, Sums, Total, asked};
use super::scope::{GROUPS_MAX, OTHER, UNKNOWN, country_group};
use super::span::Span;
use super::{Answer, Dimension, Group, Query, QueryError, QueryInputs, Value, ValuePoint, check_dimensions};
use crate::columns::{Chunk, Country, CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::ledger::MoneyKind;
use crate::registry::{Metric, NET_REVENUE};

const KINDS: usize = MoneyKind::ALL.len();

/// What moved in one period, by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MoneyFigures {
    minor: [i64; KINDS],
    count: [i64; KINDS],
    /// Customers who paid something: an invoice, or a charge without one.
    pub(crate) payers: i64,
}

/// How the money of a query is added up.
pub(super) struct MoneyShape<'a> {
    ledger: &'a Ledger,
    query: &'a Query,
    span: &'a Span,
    groups: Groups,
    cells: Cells<'a>,
}

/// What a breakdown makes of money, in the order of its groups.
enum Groups {
    None,
    /// Of customers.
    Countries(Vec<Country>),
    /// Of single payments, by their decline codes.
    Codes(Vec<String>),
}

/// The group that a customer's money is in.
#[derive(Clone, Copy)]
enum GroupOf<'a> {
    Customer(usize),
    /// By the number of each payment's decline code.
    Codes(&'a [usize]),
}

/// What is remembered of the customer that is being added. Kept and refilled from customer to customer.
#[derive(Default)]
struct Seen {
    /// The cell in which it was last seen to pay, by series.
    paid_in: Vec<Option<usize>>,
    /// The currencies in which it has amounts without a rate, and of which kinds.
    lacking: Vec<(usize, Kinds)>,
}

/// A metric of money that moved, one value per point.
///
/// # Errors
/// When the query names what money does not have, is empty, or has too many points.
pub(super) fn money(
    inputs: QueryInputs<'_>,
    metric: &'static Metric,
    compute: fn(&MoneyFigures) -> Option<Value>,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    let shape = MoneyShape::new(inputs.ledger, inputs.rates, query, span)?;
    let sums = inputs.money(query, span, &shape)?;
    Ok(shape.cells.answer((metric, kinds_of(metric)), inputs.ledger, &sums, compute))
}

/// All that moved in the range of a query, in the currency that it asks for.
///
/// # Errors
/// As of any metric of money.
pub(super) fn total(ledger: &Ledger, rates: &Rates, query: &Query) -> Result<MoneyFigures, QueryError> {
    check_dimensions(NET_REVENUE.id, NET_REVENUE.dimensions, query)?;
    let span = Span::of(query, ledger)?;
    let sums = MoneyShape::new(ledger, rates, query, &span)?.add_up()?;
    Ok(sums.cells.iter().fold(MoneyFigures::default(), |mut total, figures| {
        total.add(figures);
        total
    }))
}

/// A metric's answer, with what moved by the currency that it is shown in.
pub(super) type Explained = (Answer<ValuePoint>, Vec<(Currency, MoneyFigures)>);

/// A metric of the only period of a span, with what moved in it.
///
/// # Errors
/// As of any metric of money.
pub(super) fn explained(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    compute: fn(&MoneyFigures) -> Option<Value>,
    query: &Query,
    span: &Span,
) -> Result<Explained, QueryError> {
    let shape = MoneyShape::new(ledger, rates, query, span)?;
    let sums = shape.add_up()?;
    let answer = shape.cells.answer((metric, kinds_of(metric)), ledger, &sums, compute);
    Ok((answer, shape.cells.series_currencies().into_iter().zip(sums.cells).collect()))
}

/// What is made of what moved of each customer in the only period of a span.
///
/// # Errors
/// As of any metric of money.
pub(super) fn each<T: Send>(
    ledger: &Ledger,
    rates: &Rates,
    query: &Query,
    span: &Span,
    of: impl Fn(CustomerPosition, Currency, &MoneyFigures) -> Option<T> + Sync,
) -> Result<Vec<T>, QueryError> {
    let shape = MoneyShape::new(ledger, rates, query, span)?;
    let series = shape.cells.series_currencies();
    let of_chunk = |(index, chunk): (usize, &Arc<Chunk>)| -> Result<Vec<T>, QueryError> {
        let mut found = Vec::new();
        let (mut seen, mut sums) = (Seen::default(), shape.cells.empty());
        for customer in 0..chunk.customer_count() {
            let money = chunk.money(customer).days;
            let is_moved = money.last().is_some_and(|last| *last >= span.first);
            if !is_moved || !query.filter.has_country(chunk.country(customer)) {
                continue;
            }
            shape.add_customer(&mut sums, &mut seen, chunk, customer, GroupOf::Customer(0));
            shape.cells.check(&sums)?;
            let place = CustomerPosition::new(index, customer);
            for (currency, figures) in series.iter().zip(&mut sums.cells) {
                if !figures.is_nothing() {
                    found.extend(of(place, *currency, figures));
                    *figures = MoneyFigures::default();
                }
            }
        }
        Ok(found)
    };
    let all: Result<Vec<Vec<T>>, QueryError> = ledger.chunks().par_iter().enumerate().map(of_chunk).collect();
    Ok(all?.into_iter().flatten().collect())
}

/// What a metric's value is made of.
fn kinds_of(metric: &Metric) -> Kinds {
    let kinds = metric.terms.iter().flat_map(|term| term.money_kinds());
    kinds.fold(Kinds::default(), |kinds, kind| kinds.with(Kinds::of(kind as usize)))
}

pub(super) fn currencies(ledger: &Ledger, query: &Query) -> Vec<Currency> {
    asked(ledger.chunks().iter().flat_map(|chunk| chunk.money_currencies()).copied(), query)
}

impl Groups {
    fn of(ledger: &Ledger, query: &Query) -> Self {
        match query.by {
            Some(Dimension::Country) => Self::of_countries(ledger, query),
            Some(Dimension::DeclineCode) => Self::of_codes(ledger),
            _ => Self::None,
        }
    }

    fn of_countries(ledger: &Ledger, query: &Query) -> Self {
        let countries = ledger.chunks().iter().flat_map(|chunk| chunk.countries());
        let mut countries: Vec<Country> =
            countries.map(|(country, _)| *country).filter(|own| query.filter.has_country(*own)).collect();
        countries.sort_unstable();
        countries.dedup();
        Self::Countries(countries)
    }

    /// Of too many codes the first, and the rest as one, at the end with what has none.
    fn of_codes(ledger: &Ledger) -> Self {
        let codes = ledger.chunks().iter().flat_map(|chunk| chunk.decline_codes());
        let codes: BTreeSet<&str> = codes.filter(|code| ![OTHER, UNKNOWN].contains(code)).collect();
        let kept = codes.into_iter().take(GROUPS_MAX).chain([OTHER, UNKNOWN]);
        Self::Codes(kept.map(str::to_owned).collect())
    }

    fn named(&self) -> Vec<Option<Group>> {
        let of_code = |code: &String| Some(Group::named(code, &labels::label(Dimension::DeclineCode, code)));
        match self {
            Self::None => vec![None],
            Self::Countries(countries) => countries.iter().map(|own| Some(country_group(*own))).collect(),
            Self::Codes(codes) => codes.iter().map(of_code).collect(),
        }
    }

    /// What a customer's money is in; `None` where the query leaves it out.
    fn of_customer<'a>(&self, country: Country, of_codes: &'a [usize]) -> Option<GroupOf<'a>> {
        match self {
            Self::None => Some(GroupOf::Customer(0)),
            Self::Countries(countries) => countries.binary_search(&country).ok().map(GroupOf::Customer),
            Self::Codes(_) => Some(GroupOf::Codes(of_codes)),
        }
    }

    /// The group of each decline code of a chunk, and at the end that of what has none.
    fn of_chunk(&self, chunk: &Chunk) -> Vec<usize> {
        let Self::Codes(codes) = self else { return Vec::new() };
        let place = |code: &str| codes.iter().position(|known| known == code);
        let unknown = codes.len() - 1;
        let known = chunk.decline_codes().map(|code| place(code).or_else(|| place(OTHER)).unwrap_or(unknown));
        known.chain([unknown]).collect()
    }
}

impl GroupOf<'_> {
    fn of_row(self, code: u16) -> usize {
        match self {
            Self::Customer(group) => group,
            Self::Codes(groups) => groups[usize::from(code).min(groups.len() - 1)],
        }
    }
}

impl<'a> MoneyShape<'a> {
    fn new(ledger: &'a Ledger, rates: &Rates, query: &'a Query, span: &'a Span) -> Result<Self, QueryError> {
        let groups = Groups::of(ledger, query);
        let cells = Cells::new(ledger, rates, query, span, currencies(ledger, query), groups.named())?;
        Ok(Self { ledger, query, span, groups, cells })
    }

    pub(super) fn add_up(&self) -> Result<Sums<MoneyFigures>, QueryError> {
        let part = self.ledger.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
        let chunks = self.ledger.chunks().par_chunks(part);
        let parts: Vec<Sums<MoneyFigures>> = chunks.map(|chunks| self.add_up_chunks(chunks)).collect();
        let sums = parts.into_iter().fold(self.cells.empty(), Sums::merged);
        self.cells.check(&sums)?;
        Ok(sums)
    }

    fn add_up_chunks(&self, chunks: &[Arc<Chunk>]) -> Sums<MoneyFigures> {
        let mut sums = self.cells.empty();
        let mut seen = Seen::default();
        for chunk in chunks {
            let codes = self.groups.of_chunk(chunk);
            for customer in 0..chunk.customer_count() {
                let country = chunk.country(customer);
                let group = self.groups.of_customer(country, &codes);
                let group = group.filter(|_| self.query.filter.has_country(country));
                if let Some(group) = group {
                    self.add_customer(&mut sums, &mut seen, chunk, customer, group);
                }
            }
        }
        sums
    }

    fn add_customer(
        &self,
        sums: &mut Sums<MoneyFigures>,
        seen: &mut Seen,
        chunk: &Chunk,
        customer: usize,
        group: GroupOf<'_>,
    ) {
        let money = chunk.money(customer);
        if money.days.last().is_none_or(|last| *last < self.span.first) {
            return;
        }
        let Seen { paid_in, lacking } = seen;
        lacking.clear();
        paid_in.clear();
        paid_in.resize(self.cells.parts(), None);
        // Nearly always all of it is in one currency.
        let mut last_currency = None;
        for row in money.days.partition_point(|day| *day < self.span.first)..money.days.len() {
            let day = money.days[row];
            if day > self.span.last || money.at[row] > self.span.now.0 {
                break;
            }
            let code = money.currency[row];
            let currency = match last_currency {
                Some((last, place)) if last == code => place,
                _ => self.cells.place(code),
            };
            last_currency = Some((code, currency));
            let Some(currency) = currency else { continue };
            let (kind, minor) = (money.kind[row], money.amount_minor[row]);
            let kind_alone = Kinds::of(kind as usize);
            let amount =
                Amount { group: group.of_row(money.code[row]), currency, day, kind: kind_alone, minor };
            match self.cells.add(sums, amount, |figures, minor| figures.put(kind, minor)) {
                Placed::In { part, cell } => {
                    let pays = matches!(kind, MoneyKind::InvoiceRevenue | MoneyKind::ChargeRevenue);
                    if pays && minor > 0 && paid_in[part].replace(cell) != Some(cell) {
                        sums.cells[cell].payers += 1;
                    }
                }
                Placed::Apart => match lacking.iter_mut().find(|(known, _)| *known == currency) {
                    Some((_, kinds)) => *kinds = kinds.with(kind_alone),
                    None => lacking.push((currency, kind_alone)),
                },
                Placed::TooLarge => {}
            }
        }
        for (currency, kinds) in lacking.drain(..) {
            sums.count_apart(currency, kinds);
        }
    }
}

impl MoneyFigures {
    pub(crate) fn minor(&self, kind: MoneyKind) -> i64 {
        self.minor[kind as usize]
    }

    pub(crate) fn count(&self, kind: MoneyKind) -> i64 {
        self.count[kind as usize]
    }

    fn is_nothing(&self) -> bool {
        self.count.iter().all(|count| *count == 0)
    }

    fn put(&mut self, kind: MoneyKind, minor: i64) {
        self.minor[kind as usize] += minor;
        self.count[kind as usize] += 1;
    }
}

impl Total for MoneyFigures {
    fn add(&mut self, other: &Self) {
        self.minor.iter_mut().zip(other.minor).for_each(|(a, b)| *a += b);
        self.count.iter_mut().zip(other.count).for_each(|(a, b)| *a += b);
        self.payers += other.payers;
    }
}
