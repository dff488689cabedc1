//! Several connections' ledgers as one: all customers of each, under ids that say which connection they are of.
//!
//! Two providers may give the same id to different customers, prices or products. A customer's id always has the
//! connection's before it, as in `conn_1:cus_1`; that of a price or product only where an earlier connection has the same.
//! What did not change since the last time is shared with the ledger of then.

use std::ops::Range;
use std::sync::Arc;

use jiff::tz::TimeZone;
use model::{ConnectionId, CustomerId, PriceId, ProductId};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Ledger;
use super::balance::{Balance, BalanceMonth};
use super::catalog::Catalog;
use super::chunk::{Chunk, NO_PLAN};
use super::days::CalendarDays;

/// Between the connection's id and the customer's.
const SEPARATOR: char = ':';

/// A connection's ledger.
#[derive(Debug, Clone)]
pub struct LedgerPart {
    pub connection: ConnectionId,
    /// As people call it.
    pub name: String,
    pub ledger: Arc<Ledger>,
}

/// The ledger of several connections, and what it was made of.
#[derive(Debug)]
pub struct LedgersTogether {
    pub ledger: Arc<Ledger>,
    parts: Vec<LedgerPart>,
    /// For each part, the numbers that its plans have among all.
    codes: Vec<Vec<u32>>,
}

/// Where a connection's customers are in a ledger of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartChunks {
    pub(super) connection: ConnectionId,
    pub(super) chunks: Range<usize>,
}

/// A customer's id among those of several connections, taken apart.
pub fn split_customer_id(id: &CustomerId) -> Option<(ConnectionId, CustomerId)> {
    let (connection, own) = id.as_str().split_once(SEPARATOR)?;
    Some((connection.into(), own.into()))
}

impl LedgersTogether {
    /// The ledgers as one, with its days in a zone. `before` is what there was before one of them moved.
    pub fn new(parts: Vec<LedgerPart>, zone: &TimeZone, before: Option<&Self>) -> Self {
        let (catalog, codes) = catalog_of(&parts);
        let calendar = CalendarDays::of(zone);
        let before = before.filter(|before| before.ledger.zone() == zone);
        let (mut chunks, mut places) = (Vec::new(), Vec::new());
        for (part, codes) in parts.iter().zip(&codes) {
            let known = before.and_then(|before| before.known_chunks(part, codes)).unwrap_or_default();
            let made =
                part.ledger.chunks.par_iter().enumerate().map(|(index, chunk)| match known.get(index) {
                    Some((of, known)) if Arc::ptr_eq(of, chunk) => Arc::clone(known),
                    _ => Arc::new(chunk.among(&part.connection, codes, &calendar)),
                });
            let made: Vec<Arc<Chunk>> = made.collect();
            places.push(PartChunks {
                connection: part.connection.clone(),
                chunks: chunks.len()..chunks.len() + made.len(),
            });
            chunks.extend(made);
        }
        let balance = balance_of(&parts, before);
        let ledger = Ledger { catalog: Arc::new(catalog), chunks, balance, calendar, parts: places.into() };
        Self { ledger: Arc::new(ledger), parts, codes }
    }

    /// Whether it is of these very ledgers, in that zone.
    pub fn is_of(&self, parts: &[LedgerPart], zone: &TimeZone) -> bool {
        let is_same = |(own, other): (&LedgerPart, &LedgerPart)| {
            (&own.connection, &own.name) == (&other.connection, &other.name)
                && Arc::ptr_eq(&own.ledger, &other.ledger)
        };
        self.ledger.zone() == zone
            && self.parts.len() == parts.len()
            && self.parts.iter().zip(parts).all(is_same)
    }

    /// A part's chunks as they were, each with the one that was made of it; `None` where its plans had other numbers.
    fn known_chunks(&self, part: &LedgerPart, codes: &[u32]) -> Option<Vec<(&Arc<Chunk>, &Arc<Chunk>)>> {
        let index = self.parts.iter().position(|own| own.connection == part.connection)?;
        codes.starts_with(&self.codes[index]).then(|| {
            let made = &self.ledger.chunks[self.ledger.parts[index].chunks.clone()];
            self.parts[index].ledger.chunks.iter().zip(made).collect()
        })
    }
}

impl Ledger {
    /// The chunk that a customer is in if it is anywhere, with its id there.
    pub(super) fn chunk_with(&self, id: &CustomerId) -> Option<usize> {
        if self.parts.is_empty() {
            return Some(self.chunk_of(id));
        }
        let (connection, own) = split_customer_id(id)?;
        let part = self.parts.iter().find(|part| part.connection == connection)?;
        Some(part.chunks.start + super::build::place(own.as_str(), part.chunks.len()))
    }
}

impl Chunk {
    /// The same customers among those of other connections.
    fn among(&self, connection: &ConnectionId, codes: &[u32], calendar: &CalendarDays) -> Self {
        let mut columns = self.columns().clone();
        columns.ids = columns.ids.each_after(&format!("{connection}{SEPARATOR}"));
        let rows = columns.apart.iter_mut().chain([&mut columns.rows]).flat_map(|rows| &mut rows.plan);
        for plan in rows.chain(&mut columns.subscriptions.trial_plan).filter(|plan| **plan != NO_PLAN) {
            *plan = codes[*plan as usize];
        }
        Self::new(columns, calendar)
    }
}

/// All plans, and for each part the numbers that its own have.
fn catalog_of(parts: &[LedgerPart]) -> (Catalog, Vec<Vec<u32>>) {
    let mut all = Catalog::default();
    let mut prices: FxHashMap<PriceId, usize> = FxHashMap::default();
    let mut products: FxHashMap<ProductId, usize> = FxHashMap::default();
    let shared = shared_labels(parts);
    let mut codes = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let qualified = |id: &str| format!("{}{SEPARATOR}{id}", part.connection);
        let plans = part.ledger.catalog.plans().iter().cloned();
        let own = plans.map(|mut plan| {
            if *prices.entry(plan.price.clone()).or_insert(index) != index {
                plan.price = qualified(plan.price.as_str()).into();
            }
            if let Some(product) = &mut plan.product
                && *products.entry(product.clone()).or_insert(index) != index
            {
                *product = qualified(product.as_str()).into();
            }
            for label in [Some(&mut plan.label), plan.product_label.as_mut()].into_iter().flatten() {
                if shared.contains(label.as_str()) {
                    *label = format!("{label} ({})", part.name);
                }
            }
            all.push(plan)
        });
        codes.push(own.collect());
    }
    (all, codes)
}

/// The labels of plans and products that several connections have: there they say whose they are.
fn shared_labels(parts: &[LedgerPart]) -> FxHashSet<&str> {
    let mut owners: FxHashMap<&str, usize> = FxHashMap::default();
    let mut shared = FxHashSet::default();
    for (index, part) in parts.iter().enumerate() {
        for plan in part.ledger.catalog.plans() {
            for label in [Some(&plan.label), plan.product_label.as_ref()].into_iter().flatten() {
                if *owners.entry(label).or_insert(index) != index {
                    shared.insert(label.as_str());
                }
            }
        }
    }
    shared
}

/// What moved the balances, month by month.
fn balance_of(parts: &[LedgerPart], before: Option<&LedgersTogether>) -> Balance {
    let mut numbers: Vec<u32> = parts.iter().flat_map(|part| part.ledger.balance.numbers()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let of = |parts: &[LedgerPart], number| -> Vec<Arc<BalanceMonth>> {
        parts.iter().filter_map(|part| part.ledger.balance.shared_month(number).cloned()).collect()
    };
    let months = numbers.into_par_iter().map(|number| {
        let own = of(parts, number);
        let known = before.and_then(|before| {
            let earlier = of(&before.parts, number);
            let is_same =
                own.len() == earlier.len() && own.iter().zip(&earlier).all(|(a, b)| Arc::ptr_eq(a, b));
            before.ledger.balance.shared_month(number).filter(|_| is_same).cloned()
        });
        known.unwrap_or_else(|| BalanceMonth::of_several(own))
    });
    Balance::of_shared_months(months.collect())
}
