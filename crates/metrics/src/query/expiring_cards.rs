//! Customers whose cards expire, with the MRR that is paid with them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::billing::{Card, CardExpiry, PaymentMeans};
use model::{Currency, Day, Money, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::comparison::Comparison;
use super::customers::Amounts;
use super::exchange::{Exchange, TooLarge};
use super::scope::{Scope, Selection};
use super::tally::Lines;
use super::walk::WalkRange;
use super::{Filter, QueryError, Reporting, check_currency};
use crate::columns::{CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::schema::MoneyAmount;

#[derive(Debug, Clone)]
pub struct ExpiringCardsQuery {
    /// Cards that expire at most this many days from today are listed, and those that have expired.
    pub within_days: u32,
    pub filter: Filter,
    pub currency: Reporting,
    pub now: UnixSeconds,
    pub cursor: Option<String>,
    pub limit: usize,
}

/// The most MRR first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExpiringCards {
    pub data: Vec<ExpiringCard>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
    /// MRR on all pages, one per currency.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr: Vec<Money>,
    /// The same of what has a rate, in the reporting currency; `None` natively.
    pub mrr_converted_minor: Option<i64>,
    /// Customers who have MRR of which it is not known what it is paid with.
    pub unknown_customers: usize,
    /// That MRR, one per currency.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub unknown_mrr: Vec<Money>,
}

/// A card and the customer who pays with it by default.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExpiringCard {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub brand: Option<String>,
    pub last4: Option<String>,
    /// The last day on which it is good: the end of its month.
    #[schema(value_type = String, format = Date)]
    pub expires_on: Day,
    pub is_expired: bool,
    /// What is paid with it, one per currency.
    #[schema(value_type = Vec<MoneyAmount>)]
    pub mrr: Vec<Money>,
    /// Of what has a rate; `None` natively, and where nothing has one.
    pub mrr_converted_minor: Option<i64>,
}

/// What is paid with one card.
#[derive(Debug, Clone, Default)]
struct Paid {
    native: Amounts,
    converted: Option<i64>,
}

struct Found {
    place: CustomerPosition,
    card: Card,
    paid: Paid,
}

/// What one customer pays with.
#[derive(Default)]
struct Own {
    cards: BTreeMap<Card, Paid>,
    unknown: Paid,
}

/// A page of cards that expire.
///
/// # Errors
/// When the cursor is not one of this list, or an amount is too large for the reporting currency.
pub fn expiring_cards(
    ledger: &Ledger,
    rates: &Rates,
    asked: &ExpiringCardsQuery,
) -> Result<ExpiringCards, QueryError> {
    check_currency(ledger, rates, asked.currency)?;
    let today = ledger.calendar().day(asked.now);
    let selection = Selection { filter: &asked.filter, by: None, is_converted: false };
    let scope = Scope::new(ledger, selection);
    let exchange = Exchange::new(rates, asked.currency, &scope.currencies, (today, today));
    let comparison = Comparison::new(ledger, rates, today);
    let list = List { ledger, asked, scope, exchange, comparison, today };
    let chunks = 0..ledger.chunks().len();
    let parts: Result<Vec<_>, TooLarge> = chunks.into_par_iter().map(|index| list.of_chunk(index)).collect();
    let (mut found, mut unknown, mut unknown_customers) = (Vec::new(), Paid::default(), 0);
    for (cards, own, customers) in parts.map_err(|error| list.exchange.refused(error))? {
        found.extend(cards);
        unknown.add(&own);
        unknown_customers += customers;
    }
    found.sort_by(|a: &Found, b: &Found| list.key(a).cmp(&list.key(b)));
    let mut whole = Paid::default();
    found.iter().for_each(|one| whole.add(&one.paid));
    let total = found.len();
    let first = match &asked.cursor {
        Some(cursor) => list.after(&found, cursor)?,
        None => 0,
    };
    let page = &found[first..found.len().min(first.saturating_add(asked.limit.max(1)))];
    let has_more = first + page.len() < total;
    Ok(ExpiringCards {
        data: page.iter().map(|one| list.row(one)).collect(),
        next_cursor: page.last().filter(|_| has_more).map(|one| list.cursor(one)),
        total,
        mrr: whole.native.list(),
        mrr_converted_minor: (asked.currency != Reporting::Native).then(|| whole.converted.unwrap_or(0)),
        unknown_customers,
        unknown_mrr: unknown.native.list(),
    })
}

struct List<'a> {
    ledger: &'a Ledger,
    asked: &'a ExpiringCardsQuery,
    scope: Scope,
    /// The rates of today.
    exchange: Exchange,
    /// What natively decides between amounts of several currencies.
    comparison: Comparison,
    today: Day,
}

impl List<'_> {
    fn of_chunk(&self, index: usize) -> Result<(Vec<Found>, Paid, usize), TooLarge> {
        let chunk = &self.ledger.chunks()[index];
        let until =
            Day(self.today.0.saturating_add(i32::try_from(self.asked.within_days).unwrap_or(i32::MAX)));
        let (mut found, mut unknown, mut customers) = (Vec::new(), Paid::default(), 0);
        let mut lines = Lines::default();
        for customer in 0..chunk.customer_count() {
            let place = CustomerPosition::new(index, customer);
            let own = self.of_customer(place, &mut lines)?;
            customers += usize::from(!own.unknown.is_nothing());
            unknown.add(&own.unknown);
            let cards = own.cards.into_iter();
            let cards = cards.filter(|(card, paid)| card.expiry.last_day() <= until && !paid.is_nothing());
            found.extend(cards.map(|(card, paid)| Found { place, card, paid }));
        }
        Ok((found, unknown, customers))
    }

    fn of_customer(&self, place: CustomerPosition, lines: &mut Lines) -> Result<Own, TooLarge> {
        let (chunk, customer) = (self.ledger.chunk(place), place.customer as usize);
        let mut own = Own::default();
        let Some(country) = self.scope.country(chunk.country(customer)) else { return Ok(own) };
        let range = WalkRange { first: Day(i32::MIN), last: self.today, now: self.asked.now };
        lines.read_customer(chunk, customer, country, &self.scope, range);
        for line in lines.lines.iter().filter(|line| line.value != 0) {
            let code = self.scope.series[line.series as usize].currency;
            let factor = self.exchange.factor(code, self.today).filter(|_| !self.exchange.is_native());
            let converted = factor.map(|factor| factor.convert(line.value)).transpose()?;
            match chunk.means(line.subscription as usize) {
                PaymentMeans::Card(card) => own.cards.entry(card).or_default(),
                PaymentMeans::Unknown => &mut own.unknown,
                PaymentMeans::NoCard => continue,
            }
            .put(self.scope.currency_of(line.series), line.value, converted);
        }
        Ok(own)
    }

    /// To sort by, as the list of customers is.
    fn amount(&self, paid: &Paid) -> i64 {
        match self.asked.currency {
            Reporting::Native => self.comparison.sum(paid.native.each()),
            Reporting::In(_) => paid.converted.unwrap_or(0),
        }
    }

    fn key<'k>(&'k self, one: &'k Found) -> (Reverse<i64>, &'k str, &'k Card) {
        (Reverse(self.amount(&one.paid)), self.ledger.id(one.place), &one.card)
    }

    /// Without the card's digits: addresses are written down in many places.
    fn cursor(&self, one: &Found) -> String {
        format!("{},{},{}", self.amount(&one.paid), one.card.expiry.number(), self.ledger.id(one.place))
    }

    /// Where the list goes on behind a cursor.
    fn after(&self, found: &[Found], text: &str) -> Result<usize, QueryError> {
        let bad = || QueryError::BadCursor(text.to_owned());
        let mut parts = text.splitn(3, ',');
        let mut part = || parts.next().ok_or_else(bad);
        let (amount, expiry, id) = (part()?, part()?, part()?);
        let amount: i64 = amount.parse().map_err(|_| bad())?;
        let expiry = expiry.parse().ok().and_then(CardExpiry::from_number).ok_or_else(bad)?;
        let last = found.iter().rposition(|one| {
            self.ledger.id(one.place) == id && one.card.expiry == expiry && self.amount(&one.paid) == amount
        });
        // What changed in between is not found by itself: the list goes on behind where it would be.
        Ok(last.map_or_else(
            || {
                found.partition_point(|one| {
                    (Reverse(self.amount(&one.paid)), self.ledger.id(one.place)) <= (Reverse(amount), id)
                })
            },
            |last| last + 1,
        ))
    }

    fn row(&self, one: &Found) -> ExpiringCard {
        let entry = self.ledger.chunk(one.place).entry(one.place.customer as usize);
        let expires_on = one.card.expiry.last_day();
        ExpiringCard {
            customer_id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            brand: one.card.brand.clone(),
            last4: one.card.last4.clone(),
            expires_on,
            is_expired: expires_on < self.today,
            mrr: one.paid.native.list(),
            mrr_converted_minor: one.paid.converted,
        }
    }
}

impl Paid {
    fn put(&mut self, currency: Currency, native: i64, converted: Option<i64>) {
        self.native.add(currency, native);
        self.convert(converted);
    }

    fn add(&mut self, other: &Self) {
        self.native.add_all(&other.native);
        self.convert(other.converted);
    }

    fn convert(&mut self, more: Option<i64>) {
        if let Some(more) = more {
            self.converted = Some(self.converted.unwrap_or(0) + more);
        }
    }

    fn is_nothing(&self) -> bool {
        self.native.list().is_empty()
    }
}
