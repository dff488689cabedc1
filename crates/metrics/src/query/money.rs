//! Money by the day it moved, or by the day it should have: each amount converted by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Currency;
use rayon::prelude::*;

use super::exchange::{Exchange, TooLarge};
use super::labels;
use super::scope::{GROUPS_MAX, OTHER, UNKNOWN, country_group};
use super::span::Span;
use super::{
    Answer, Dimension, Group, Query, QueryError, Reporting, Series, Unconverted, Value, ValuePoint,
    check_currency, check_dimensions,
};
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

/// How the sums are numbered: by group, what is shown by itself within it, and bucket.
struct Shape<'a> {
    ledger: &'a Ledger,
    query: &'a Query,
    span: &'a Span,
    exchange: Exchange,
    currencies: Vec<Currency>,
    groups: Groups,
    /// Whether each currency is a series of its own; they are one otherwise.
    is_by_currency: bool,
}

/// What a breakdown makes of money.
struct Groups {
    named: Vec<Option<Group>>,
    /// In the order of the groups, where they are of customers' countries.
    countries: Option<Vec<Country>>,
    /// In the order of the groups, where they are of single payments' decline codes.
    codes: Option<Vec<String>>,
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
    /// The currencies in which it has amounts without a rate.
    lacking: Vec<usize>,
}

/// In the currency that is reported in.
#[derive(Default)]
struct Sums {
    figures: Vec<MoneyFigures>,
    /// By currency: what has no rate on its day, in its own currency, and how many customers have some.
    unconverted: Vec<(MoneyFigures, i64)>,
    is_too_large: bool,
}

/// A metric of money that moved, one value per point.
///
/// # Errors
/// When the query names what money does not have, is empty, or has too many points.
pub(super) fn money(
    ledger: &Ledger,
    rates: &Rates,
    metric: &'static Metric,
    compute: fn(&MoneyFigures) -> Option<Value>,
    query: &Query,
    span: &Span,
) -> Result<Answer<ValuePoint>, QueryError> {
    let shape = Shape::new(ledger, rates, query, span)?;
    let sums = shape.add_up()?;
    let left_out = shape.currencies.iter().zip(&sums.unconverted);
    let unconverted = left_out.filter(|(_, (left, _))| is_something(compute, left));
    let unconverted = unconverted.map(|(currency, (left, customers))| Unconverted {
        currency: *currency,
        mrr_minor: match compute(left) {
            Some(Value::Minor(minor)) => minor,
            _ => 0,
        },
        customers: *customers,
        on: span.last,
    });
    Ok(Answer {
        rates_on: shape.exchange.rates_on,
        unconverted: unconverted.collect(),
        ..Answer::native(metric.id, ledger, query, shape.series(&sums, compute))
    })
}

/// All that moved in the range of a query, in the currency that it asks for.
///
/// # Errors
/// As of any metric of money.
pub(super) fn total(ledger: &Ledger, rates: &Rates, query: &Query) -> Result<MoneyFigures, QueryError> {
    check_dimensions(NET_REVENUE.id, NET_REVENUE.dimensions, query)?;
    let span = Span::of(query, ledger)?;
    let sums = Shape::new(ledger, rates, query, &span)?.add_up()?;
    Ok(sums.figures.iter().fold(MoneyFigures::default(), |mut total, figures| {
        total.add(figures);
        total
    }))
}

/// What moved in the only period of a span, by the currency that it is shown in.
///
/// # Errors
/// As of any metric of money.
pub(super) fn whole(
    ledger: &Ledger,
    rates: &Rates,
    query: &Query,
    span: &Span,
) -> Result<Vec<(Currency, MoneyFigures)>, QueryError> {
    let shape = Shape::new(ledger, rates, query, span)?;
    let sums = shape.add_up()?;
    Ok(shape.series_currencies().into_iter().zip(sums.figures).collect())
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
    let shape = Shape::new(ledger, rates, query, span)?;
    let series = shape.series_currencies();
    let of_chunk = |(index, chunk): (usize, &Arc<Chunk>)| -> Result<Vec<T>, TooLarge> {
        let mut found = Vec::new();
        let mut seen = Seen::default();
        for customer in 0..chunk.customer_count() {
            let mut sums = shape.empty();
            if query.filter.has_country(chunk.country(customer)) {
                shape.add_customer(&mut sums, &mut seen, chunk, customer, GroupOf::Customer(0));
            }
            if sums.is_too_large {
                return Err(TooLarge);
            }
            let own = series.iter().zip(&sums.figures);
            let place = CustomerPosition::new(index, customer);
            found.extend(own.filter_map(|(currency, figures)| of(place, *currency, figures)));
        }
        Ok(found)
    };
    let all: Result<Vec<Vec<T>>, TooLarge> = ledger.chunks().par_iter().enumerate().map(of_chunk).collect();
    let all = all.map_err(|too_large| shape.exchange.refused(too_large))?;
    Ok(all.into_iter().flatten().collect())
}

/// Whether a metric is anything else of what moved than of nothing.
fn is_something(compute: fn(&MoneyFigures) -> Option<Value>, figures: &MoneyFigures) -> bool {
    compute(figures) != compute(&MoneyFigures::default())
}

pub(super) fn currencies(ledger: &Ledger, query: &Query) -> Vec<Currency> {
    let all = ledger.chunks().iter().flat_map(|chunk| chunk.money_currencies());
    let distinct: BTreeSet<Currency> = all.copied().collect();
    distinct.into_iter().filter(|currency| query.filter.has_currency(*currency)).collect()
}

impl Groups {
    fn of(ledger: &Ledger, query: &Query) -> Self {
        match query.by {
            Some(Dimension::Country) => Self::of_countries(ledger, query),
            Some(Dimension::DeclineCode) => Self::of_codes(ledger),
            _ => Self { named: vec![None], countries: None, codes: None },
        }
    }

    fn of_countries(ledger: &Ledger, query: &Query) -> Self {
        let countries = ledger.chunks().iter().flat_map(|chunk| chunk.countries());
        let mut countries: Vec<Country> =
            countries.copied().filter(|country| query.filter.has_country(*country)).collect();
        countries.sort_unstable();
        countries.dedup();
        let named = countries.iter().map(|country| Some(country_group(*country))).collect();
        Self { named, countries: Some(countries), codes: None }
    }

    /// Of too many codes the first, and the rest as one, at the end with what has none.
    fn of_codes(ledger: &Ledger) -> Self {
        let codes = ledger.chunks().iter().flat_map(|chunk| chunk.decline_codes());
        let codes: BTreeSet<&str> = codes.filter(|code| ![OTHER, UNKNOWN].contains(code)).collect();
        let kept = codes.into_iter().take(GROUPS_MAX).chain([OTHER, UNKNOWN]);
        let codes: Vec<String> = kept.map(str::to_owned).collect();
        let group = |code: &String| Some(Group::named(code, &labels::label(Dimension::DeclineCode, code)));
        Self { named: codes.iter().map(group).collect(), countries: None, codes: Some(codes) }
    }

    /// What a customer's money is in; `None` where the query leaves it out.
    fn of_customer<'a>(&self, country: Country, of_codes: &'a [usize]) -> Option<GroupOf<'a>> {
        match &self.countries {
            Some(countries) => countries.binary_search(&country).ok().map(GroupOf::Customer),
            None if self.codes.is_some() => Some(GroupOf::Codes(of_codes)),
            None => Some(GroupOf::Customer(0)),
        }
    }

    /// The group of each decline code of a chunk, and at the end that of what has none.
    fn of_chunk(&self, chunk: &Chunk) -> Vec<usize> {
        let Some(codes) = &self.codes else { return Vec::new() };
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

impl<'a> Shape<'a> {
    fn new(ledger: &'a Ledger, rates: &Rates, query: &'a Query, span: &'a Span) -> Result<Self, QueryError> {
        check_currency(ledger, rates, query.currency)?;
        let currencies = currencies(ledger, query);
        let days = (span.first, span.last.max(span.first));
        Ok(Self {
            ledger,
            query,
            span,
            exchange: Exchange::new(rates, query.currency, &currencies, days),
            currencies,
            groups: Groups::of(ledger, query),
            is_by_currency: query.currency == Reporting::Native || query.by == Some(Dimension::Currency),
        })
    }

    fn add_up(&self) -> Result<Sums, QueryError> {
        let part = self.ledger.chunks().len().div_ceil(rayon::current_num_threads()).max(1);
        let chunks = self.ledger.chunks().par_chunks(part);
        let parts: Vec<Sums> = chunks.map(|chunks| self.add_up_chunks(chunks)).collect();
        let mut total = self.empty();
        for sums in parts {
            total.figures.iter_mut().zip(&sums.figures).for_each(|(a, b)| a.add(b));
            for (a, b) in total.unconverted.iter_mut().zip(&sums.unconverted) {
                a.0.add(&b.0);
                a.1 += b.1;
            }
            total.is_too_large |= sums.is_too_large;
        }
        if total.is_too_large { Err(self.exchange.refused(TooLarge)) } else { Ok(total) }
    }

    /// How many series a group has.
    fn parts(&self) -> usize {
        if self.is_by_currency { self.currencies.len() } else { 1 }
    }

    /// The currency of each part of a group.
    fn series_currencies(&self) -> Vec<Currency> {
        match self.query.currency {
            Reporting::In(currency) if !self.is_by_currency => vec![currency],
            _ => self.currencies.clone(),
        }
    }

    fn empty(&self) -> Sums {
        let cells = self.groups.named.len() * self.parts() * self.span.buckets.len();
        Sums {
            figures: vec![MoneyFigures::default(); cells],
            unconverted: vec![(MoneyFigures::default(), 0); self.currencies.len()],
            is_too_large: false,
        }
    }

    fn add_up_chunks(&self, chunks: &[Arc<Chunk>]) -> Sums {
        let mut sums = self.empty();
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
        sums: &mut Sums,
        seen: &mut Seen,
        chunk: &Chunk,
        customer: usize,
        group: GroupOf<'_>,
    ) {
        let money = chunk.money(customer);
        let Seen { paid_in, lacking } = seen;
        lacking.clear();
        paid_in.clear();
        paid_in.resize(self.parts(), None);
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
                _ => self.currencies.binary_search(&code).ok(),
            };
            last_currency = Some((code, currency));
            let Some(currency) = currency else { continue };
            let (kind, amount) = (money.kind[row], money.amount_minor[row]);
            match self.exchange.factor(number(currency), day).map(|factor| factor.convert(amount)) {
                Some(Ok(converted)) => {
                    let part = if self.is_by_currency { currency } else { 0 };
                    let cell = self.cell(group.of_row(money.code[row]), part) + self.span.bucket(day);
                    sums.figures[cell].put(kind, converted);
                    let pays = matches!(kind, MoneyKind::InvoiceRevenue | MoneyKind::ChargeRevenue);
                    if pays && amount > 0 && paid_in[part].replace(cell) != Some(cell) {
                        sums.figures[cell].payers += 1;
                    }
                }
                Some(Err(TooLarge)) => sums.is_too_large = true,
                None => {
                    let left_out = &mut sums.unconverted[currency];
                    left_out.0.put(kind, amount);
                    if !lacking.contains(&currency) {
                        left_out.1 += 1;
                        lacking.push(currency);
                    }
                }
            }
        }
    }

    fn series(&self, sums: &Sums, compute: fn(&MoneyFigures) -> Option<Value>) -> Vec<Series<ValuePoint>> {
        let mut series = Vec::new();
        for (group, named) in self.groups.named.iter().enumerate() {
            for part in 0..self.parts() {
                let native = self.is_by_currency.then(|| self.currencies[part]);
                let currency = match (self.query.currency, native) {
                    (Reporting::In(currency), _) | (Reporting::Native, Some(currency)) => currency,
                    (Reporting::Native, None) => continue,
                };
                let group_of_currency =
                    |c: Currency| Group::named(c.as_str(), &c.as_str().to_ascii_uppercase());
                let is_asked = self.query.by == Some(Dimension::Currency);
                let named = if is_asked { native.map(group_of_currency) } else { named.clone() };
                let figures = &sums.figures[self.cell(group, part)..][..self.span.buckets.len()];
                let is_something = figures.iter().any(|figures| is_something(compute, figures));
                if is_something || (named.is_none() && self.query.currency != Reporting::Native) {
                    let buckets = self.span.buckets.iter().zip(figures);
                    let points = buckets.map(|(bucket, figures)| ValuePoint::new(*bucket, compute(figures)));
                    series.push(Series { currency, group: named, points: points.collect() });
                }
            }
        }
        series
    }

    /// The first of a series' cells.
    fn cell(&self, group: usize, part: usize) -> usize {
        (group * self.parts() + part) * self.span.buckets.len()
    }
}

impl MoneyFigures {
    pub(crate) fn minor(&self, kind: MoneyKind) -> i64 {
        self.minor[kind as usize]
    }

    pub(crate) fn count(&self, kind: MoneyKind) -> i64 {
        self.count[kind as usize]
    }

    fn put(&mut self, kind: MoneyKind, minor: i64) {
        self.minor[kind as usize] += minor;
        self.count[kind as usize] += 1;
    }

    fn add(&mut self, other: &Self) {
        self.minor.iter_mut().zip(other.minor).for_each(|(a, b)| *a += b);
        self.count.iter_mut().zip(other.count).for_each(|(a, b)| *a += b);
        self.payers += other.payers;
    }
}

/// There are some two hundred currencies.
pub(super) fn number(currency: usize) -> u32 {
    u32::try_from(currency).unwrap_or(u32::MAX)
}
