//! Money one by one: what is behind a figure of revenue or payments.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use model::{Currency, CustomerId, Day, UnixSeconds};
use rayon::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::comparison::Comparison;
use super::exchange::Factor;
use super::paging::Candidates;
use super::type_sums::{TypeSum, TypeSums};
use super::{Query, QueryError, Reporting, check_currency, check_dimensions};
use crate::columns::{Chunk, CustomerPosition, Ledger};
use crate::fx::Rates;
use crate::ledger::{MoneyFact, MoneyKind};
use crate::registry::NET_REVENUE;

#[derive(Debug, Clone)]
pub struct PaymentsQuery {
    /// Its interval and breakdown do not matter here, and `from` and `to` are taken to the day.
    pub query: Query,
    /// Empty: all.
    pub kinds: Vec<MoneyKind>,
    /// Why a payment failed: any of these. Empty: all, also what did not fail.
    pub decline_codes: Vec<String>,
    pub sort: PaymentSort,
    pub is_descending: bool,
    pub cursor: Option<String>,
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentSort {
    Date,
    /// In the reporting currency; natively by what the amounts are worth compared with each other ([`Comparison`]).
    Amount,
}

#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Payments)]
pub struct PaymentPage {
    pub data: Vec<Payment>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: usize,
    /// What the payments of all pages come to, by type and currency.
    pub sums: Vec<PaymentSum>,
}

/// Money that moved, or that should have.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Payment {
    /// `paid_invoice`, `charge_without_invoice`, `refund`, `credit_note`, `payment`, `failed_payment`, `failed_invoice`,
    /// `recovered_invoice`, `dispute_opened`, `dispute_lost`, `open_invoice`, `voided_invoice`, `uncollectible_invoice` or
    /// `unbooked_payment`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[schema(value_type = i64)]
    pub at: UnixSeconds,
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// Not below 0, but for an invoice whose total is negative: the type says whether it adds or takes away.
    pub amount_minor: i64,
    /// In the reporting currency at the rate of its day; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub converted_minor: Option<i64>,
    /// Of what failed: why, in the provider's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub decline_code: Option<String>,
    /// The provider's id of the invoice, charge, refund, credit note or dispute; left out where it is gone by now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub source: Option<String>,
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    /// How many of the customer's like it come before it.
    #[serde(skip)]
    nth: usize,
    #[serde(skip)]
    likeness: Likeness,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentSum {
    #[serde(rename = "type")]
    pub kind: &'static str,
    #[schema(value_type = String)]
    pub currency: Currency,
    pub amount_minor: i64,
    /// In the reporting currency, each at the rate of its day, without what has none; left out where nothing has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub converted_minor: Option<i64>,
    pub count: i64,
}

/// A payment before it is looked up.
#[derive(Debug, Clone, Copy)]
struct Found {
    place: CustomerPosition,
    /// Into the customer's money.
    row: usize,
    likeness: Likeness,
    /// How many of the customer's like it come before it.
    nth: usize,
    /// What is sorted by.
    number: i64,
}

/// The instant, the type, the currency and the amount: what is the same of payments that are alike.
type Likeness = (i64, MoneyKind, Currency, i64);

/// All that was found, of some customers.
struct All {
    found: Candidates<Found>,
    sums: TypeSums<MoneyKind>,
}

struct List<'a> {
    ledger: &'a Ledger,
    rates: &'a Rates,
    asked: &'a PaymentsQuery,
    /// What natively decides between amounts of several currencies.
    comparison: Comparison,
}

/// A page of what moved in a range of days.
///
/// # Errors
/// When the range is empty, the query names what money does not have, or the cursor is not one of this list.
pub fn payments(ledger: &Ledger, rates: &Rates, asked: &PaymentsQuery) -> Result<PaymentPage, QueryError> {
    let Query { from, to, currency, .. } = asked.query;
    check_dimensions("payments", NET_REVENUE.dimensions, &asked.query)?;
    check_currency(ledger, rates, currency)?;
    if from > to {
        return Err(QueryError::EmptyRange { from, to });
    }
    let today = ledger.calendar().day(asked.query.now);
    let list = List { ledger, rates, asked, comparison: Comparison::new(ledger, rates, to.min(today)) };
    let last = asked.cursor.as_deref().map(Cursor::read).transpose()?;
    let chunks = ledger.chunks().par_iter().enumerate();
    let new = || All { found: Candidates::new(asked.limit), sums: TypeSums::default() };
    let parts = chunks.fold(new, |mut all, (index, chunk)| {
        list.of_chunk(&mut all, last.as_ref(), index, chunk);
        all
    });
    let All { found, sums } = parts.reduce(new, All::merged);
    let total = found.total;
    let (found, has_more) = found.page(|a, b| list.compare(a, b));
    let next_cursor = found.last().filter(|_| has_more).map(|one| list.key(one).write());
    let data = found.iter().map(|one| list.look_up(one)).collect();
    Ok(PaymentPage { data, next_cursor, total, sums: sums.list(PaymentSum::new) })
}

impl PaymentSum {
    fn new(kind: MoneyKind, currency: Currency, sum: TypeSum) -> Self {
        let TypeSum { minor, converted, count } = sum;
        Self { kind: kind.as_str(), currency, amount_minor: minor, converted_minor: converted, count }
    }
}

impl PaymentPage {
    /// Names what each payment is of, which the ledger does not keep, by the facts of all customers of the page, in
    /// their order.
    ///
    /// # Errors
    /// Those of looking up the facts.
    pub fn name_sources<E>(
        &mut self,
        facts_of: impl FnOnce(&[CustomerId]) -> Result<Vec<Vec<MoneyFact>>, E>,
    ) -> Result<(), E> {
        let customers: BTreeSet<&str> =
            self.data.iter().map(|payment| payment.customer_id.as_str()).collect();
        let customers: Vec<CustomerId> = customers.into_iter().map(CustomerId::from).collect();
        let facts = facts_of(&customers)?;
        let known: HashMap<&str, Vec<MoneyFact>> =
            customers.iter().map(CustomerId::as_str).zip(facts).collect();
        for payment in &mut self.data {
            let facts = known.get(payment.customer_id.as_str()).map_or(&[][..], Vec::as_slice);
            let likeness = payment.likeness;
            let is_alike =
                |fact: &&MoneyFact| (fact.at.0, fact.kind, fact.currency, fact.amount_minor) == likeness;
            let mut alike: Vec<&MoneyFact> = facts.iter().filter(is_alike).collect();
            alike.sort_by_key(|fact| (&fact.decline_code, &fact.source));
            payment.source = alike.get(payment.nth).map(|fact| fact.source.clone());
        }
        Ok(())
    }
}

impl All {
    fn merged(self, other: Self) -> Self {
        Self { found: self.found.merged(other.found), sums: self.sums.merged(other.sums) }
    }
}

impl List<'_> {
    fn of_chunk(&self, all: &mut All, last: Option<&Cursor>, index: usize, chunk: &Chunk) {
        let filter = &self.asked.query.filter;
        let is_everywhere = filter.countries.is_empty();
        for customer in 0..chunk.customer_count() {
            if is_everywhere || filter.has_country(chunk.country(customer)) {
                self.of_customer(all, last, CustomerPosition::new(index, customer), chunk);
            }
        }
    }

    fn of_customer(&self, all: &mut All, last: Option<&Cursor>, place: CustomerPosition, chunk: &Chunk) {
        let Query { from, to, now, ref filter, .. } = self.asked.query;
        let money = chunk.money(place.customer as usize);
        let mut before: Option<(Likeness, usize)> = None;
        for row in money.days.partition_point(|day| *day < from)..money.so_far(to, now) {
            let (kind, currency, amount) = (money.kind[row], money.currency[row], money.amount_minor[row]);
            let likeness = (money.at[row], kind, currency, amount);
            // The rows are sorted by it first, and by their decline codes then.
            let nth = before.filter(|(other, _)| *other == likeness).map_or(0, |(_, nth)| nth + 1);
            before = Some((likeness, nth));
            if self.has(kind, || chunk.decline_code(money.code[row])) && filter.has_currency(currency) {
                let number = match self.asked.sort {
                    PaymentSort::Date => money.at[row],
                    PaymentSort::Amount => self.size(money.days[row], currency, amount),
                };
                all.found.total += 1;
                let is_converted = self.asked.query.currency != Reporting::Native;
                let converted = self.converted(money.days[row], currency, amount).filter(|_| is_converted);
                all.sums.add(kind, currency, amount, converted);
                let found = Found { place, row, likeness, nth, number };
                if last.is_none_or(|last| self.compare_keys(&self.key(&found), &last.key()).is_gt()) {
                    all.found.offer(found, |a, b| self.compare(a, b));
                }
            }
        }
    }

    fn has<'c>(&self, kind: MoneyKind, code: impl FnOnce() -> Option<&'c str>) -> bool {
        let PaymentsQuery { kinds, decline_codes, .. } = self.asked;
        let is_of_kind =
            if kinds.is_empty() { MoneyKind::LISTED.contains(&kind) } else { kinds.contains(&kind) };
        let is_of_code = || code().is_some_and(|code| decline_codes.iter().any(|wanted| wanted == code));
        is_of_kind && (decline_codes.is_empty() || is_of_code())
    }

    /// To sort by.
    fn size(&self, on: Day, currency: Currency, amount_minor: i64) -> i64 {
        match self.asked.query.currency {
            Reporting::Native => self.comparison.number(currency, amount_minor),
            Reporting::In(_) => self.converted(on, currency, amount_minor).unwrap_or(0),
        }
    }

    /// Natively as it is.
    fn converted(&self, on: Day, currency: Currency, amount_minor: i64) -> Option<i64> {
        match self.asked.query.currency {
            Reporting::Native => Some(amount_minor),
            Reporting::In(target) => Factor::of(self.rates, on, currency, target)?.convert(amount_minor).ok(),
        }
    }

    fn key(&self, one: &Found) -> Key<'_> {
        let Found { number, likeness: (at, kind, currency, amount_minor), nth, .. } = *one;
        let alike = (at, kind as u8, currency, amount_minor, nth);
        Key { number, customer: self.ledger.id(one.place), alike }
    }

    fn compare(&self, a: &Found, b: &Found) -> Ordering {
        // Nearly always the number decides.
        self.by_number(a.number, b.number).then_with(|| self.compare_keys(&self.key(a), &self.key(b)))
    }

    fn compare_keys(&self, a: &Key<'_>, b: &Key<'_>) -> Ordering {
        self.by_number(a.number, b.number).then_with(|| (a.customer, a.alike).cmp(&(b.customer, b.alike)))
    }

    fn by_number(&self, a: i64, b: i64) -> Ordering {
        if self.asked.is_descending { b.cmp(&a) } else { a.cmp(&b) }
    }

    fn look_up(&self, one: &Found) -> Payment {
        let chunk = self.ledger.chunk(one.place);
        let customer = one.place.customer as usize;
        let (money, entry) = (chunk.money(customer), chunk.entry(customer));
        let on = money.days[one.row];
        let (at, kind, currency, amount_minor) = one.likeness;
        let is_converted = self.asked.query.currency != Reporting::Native;
        Payment {
            kind: kind.as_str(),
            at: UnixSeconds(at),
            on,
            currency,
            amount_minor,
            converted_minor: self.converted(on, currency, amount_minor).filter(|_| is_converted),
            decline_code: chunk.decline_code(money.code[one.row]).map(str::to_owned),
            source: None,
            customer_id: entry.id.to_string(),
            name: entry.name,
            email: entry.email,
            nth: one.nth,
            likeness: one.likeness,
        }
    }
}

/// By what it is sorted, then by what it is: unlike places, these outlive the snapshot.
struct Key<'a> {
    number: i64,
    customer: &'a str,
    /// Its likeness, and how many like it come before it.
    alike: (i64, u8, Currency, i64, usize),
}

struct Cursor {
    number: i64,
    alike: (i64, u8, Currency, i64, usize),
    customer: String,
}

impl Key<'_> {
    fn write(&self) -> String {
        let (at, kind, currency, amount_minor, nth) = self.alike;
        format!("{},{at},{kind},{currency},{amount_minor},{nth},{}", self.number, self.customer)
    }
}

impl Cursor {
    fn read(text: &str) -> Result<Self, QueryError> {
        Self::of_parts(text).ok_or_else(|| QueryError::BadCursor(text.to_owned()))
    }

    fn of_parts(text: &str) -> Option<Self> {
        let mut parts = text.splitn(7, ',');
        let number = parts.next()?.parse().ok()?;
        let (at, kind) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let (currency, amount_minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let nth = parts.next()?.parse().ok()?;
        let customer = parts.next()?.to_owned();
        Some(Self { number, alike: (at, kind, currency, amount_minor, nth), customer })
    }

    fn key(&self) -> Key<'_> {
        Key { number: self.number, alike: self.alike, customer: &self.customer }
    }
}

impl PaymentSort {
    /// As it is written with its direction, and whether that is descending: `-date`, `amount`.
    ///
    /// # Errors
    /// Says what to use.
    pub fn with_direction(text: &str) -> Result<(Self, bool), &'static str> {
        let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        match name {
            "date" => Ok((Self::Date, is_descending)),
            "amount" => Ok((Self::Amount, is_descending)),
            _ => Err("use date or amount, with a leading - for descending order"),
        }
    }
}
