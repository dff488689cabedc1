//! From customers' ledgers to chunks: all of them at once, or those that were touched.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::tz::TimeZone;
use model::{BalanceTransaction, Currency, CustomerId, PriceId};
use rayon::prelude::*;

use super::balance::{BalanceChanges, BalanceDraft, ChangedBalance, Payments};
use super::catalog::PlanCatalog;
use super::chunk::Chunk;
use super::days::CalendarDays;
use super::draft::{Draft, assemble};
use super::{BALANCE_BLOBS, CATALOG_BLOB, CustomerEntry, Ledger};
use crate::ledger::{CustomerLedger, PriceBook};

/// On average at most this many customers share a chunk: few enough to rewrite for one change, enough to compress.
const CUSTOMERS_PER_CHUNK: usize = 512;

/// Takes customers from any number of threads and in any order; the same customers give the same ledger.
#[derive(Debug, Default)]
pub struct LedgerBuilder {
    catalog: RwLock<PlanCatalog>,
    drafts: Mutex<Vec<Draft>>,
    balance: Mutex<BalanceDraft>,
    payments: Mutex<Payments>,
}

/// What an update made, and which blobs have to be written for it.
#[derive(Debug, Clone)]
pub struct Updated {
    pub ledger: Ledger,
    pub dirty: Vec<u32>,
}

impl LedgerBuilder {
    pub fn new() -> Self {
        Self::default()
    }

    /// A customer that was added before is replaced.
    pub fn add(&self, entry: CustomerEntry, ledger: &CustomerLedger) {
        let draft = Draft::new(entry, ledger, |price, currency| self.code(price, currency));
        self.payments.lock().unwrap_or_else(PoisonError::into_inner).add(&ledger.money);
        self.drafts.lock().unwrap_or_else(PoisonError::into_inner).push(draft);
    }

    /// What moved the balance, each transaction once.
    pub fn add_balance<'a>(&self, transactions: impl IntoIterator<Item = &'a BalanceTransaction>) {
        let mut balance = self.balance.lock().unwrap_or_else(PoisonError::into_inner);
        transactions.into_iter().for_each(|transaction| balance.push(transaction));
    }

    fn code(&self, price: &PriceId, currency: Currency) -> u32 {
        let known = self.catalog.read().unwrap_or_else(PoisonError::into_inner).code(price, currency);
        known.unwrap_or_else(|| {
            self.catalog.write().unwrap_or_else(PoisonError::into_inner).intern(price, currency)
        })
    }

    pub fn finish(self, prices: &PriceBook, zone: TimeZone) -> Ledger {
        let catalog = self.catalog.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut drafts = self.drafts.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (mut catalog, codes) = catalog.in_order();
        catalog.describe(prices);
        drafts.par_iter_mut().for_each(|draft| draft.renumber(&codes));
        let calendar = CalendarDays::of(&zone);
        // The last one added stays.
        drafts.reverse();
        drafts.par_sort_by(|a, b| a.entry.id.cmp(&b.entry.id));
        drafts.dedup_by(|a, b| a.entry.id == b.entry.id);
        let chunks = partition(drafts, &calendar);
        let payments = self.payments.into_inner().unwrap_or_else(PoisonError::into_inner);
        let balance = self.balance.into_inner().unwrap_or_else(PoisonError::into_inner).finish(&payments);
        Ledger { catalog: Arc::new(catalog), chunks, balance, calendar, parts: Arc::default() }
    }
}

impl Ledger {
    /// A ledger with these customers in place of what it had of them. Untouched chunks are shared with this one.
    pub fn update(&self, changes: Vec<(CustomerEntry, CustomerLedger)>, prices: &PriceBook) -> Updated {
        let mut catalog = PlanCatalog::clone(&self.catalog);
        let mut touched: BTreeMap<CustomerId, Draft> = BTreeMap::new();
        let payments = Payments::of(changes.iter().flat_map(|(_, ledger)| &ledger.money));
        let (balance, other_months) = self.balance.with_payments(&payments);
        for (entry, ledger) in changes {
            let draft = Draft::new(entry, &ledger, |price, currency| catalog.intern(price, currency));
            touched.insert(draft.entry.id.clone(), draft);
        }
        let described = catalog.describe(prices);
        let catalog_is_new = described || catalog.plans().len() != self.catalog.plans().len();
        let added = touched.keys().filter(|id| self.find(id).is_none()).count();
        let (chunks, mut dirty) = if chunk_count(self.customer_count() + added) > self.chunks.len() {
            let mut drafts = self.drafts();
            drafts.retain(|draft| !touched.contains_key(&draft.entry.id));
            drafts.extend(touched.into_values());
            drafts.par_sort_by(|a, b| a.entry.id.cmp(&b.entry.id));
            let chunks = partition(drafts, &self.calendar);
            let all = (0..chunks.len()).collect();
            (chunks, all)
        } else {
            self.replace(touched)
        };
        dirty.sort_unstable();
        let mut dirty: Vec<u32> = dirty.into_iter().map(super::chunk_blob).collect();
        if catalog_is_new || self.customer_count() == 0 {
            dirty.insert(0, CATALOG_BLOB);
        }
        dirty.extend(other_months.into_iter().map(|number| BALANCE_BLOBS + number));
        let catalog = if catalog_is_new { Arc::new(catalog) } else { Arc::clone(&self.catalog) };
        Updated { ledger: Self { catalog, chunks, balance, ..self.clone() }, dirty }
    }

    /// The same ledger with these transactions in place of what it had of them. `None`: nothing is left of a whole month,
    /// which no update can take out of what is stored, so the ledger has to be built again.
    pub fn with_balance_changes(&self, changes: &BalanceChanges) -> Option<Updated> {
        let ChangedBalance { balance, changed, has_other_months } = self.balance.with(changes);
        if changed.iter().any(|number| balance.month(*number).is_none()) {
            return None;
        }
        let catalog = has_other_months.then_some(CATALOG_BLOB);
        let dirty = catalog.into_iter().chain(changed.into_iter().map(|number| BALANCE_BLOBS + number));
        let dirty = dirty.collect();
        Some(Updated { ledger: Self { balance, ..self.clone() }, dirty })
    }

    /// The same ledger with labels, products and intervals as the price book has them now.
    pub fn with_prices(&self, prices: &PriceBook) -> Updated {
        self.update(Vec::new(), prices)
    }

    fn replace(&self, touched: BTreeMap<CustomerId, Draft>) -> (Vec<Arc<Chunk>>, Vec<usize>) {
        let mut by_chunk: BTreeMap<usize, BTreeMap<CustomerId, Draft>> = BTreeMap::new();
        for (id, draft) in touched {
            by_chunk.entry(self.chunk_of(&id)).or_default().insert(id, draft);
        }
        let made: Vec<(usize, Chunk)> = by_chunk
            .into_par_iter()
            .map(|(index, mut drafts)| {
                let chunk = &self.chunks[index];
                for customer in 0..chunk.customer_count() {
                    let id = CustomerId::from(chunk.id(customer));
                    drafts.entry(id).or_insert_with(|| Draft::of(chunk, customer));
                }
                let drafts: Vec<Draft> = drafts.into_values().collect();
                (index, assemble(&drafts, &self.calendar))
            })
            .collect();
        let mut chunks = self.chunks.clone();
        let mut dirty = Vec::with_capacity(made.len());
        for (index, chunk) in made {
            chunks[index] = Arc::new(chunk);
            dirty.push(index);
        }
        (chunks, dirty)
    }

    fn drafts(&self) -> Vec<Draft> {
        let all = self.chunks.par_iter().flat_map_iter(|chunk| {
            (0..chunk.customer_count()).map(move |customer| Draft::of(chunk, customer))
        });
        all.collect()
    }

    pub(super) fn chunk_of(&self, id: &CustomerId) -> usize {
        place(id.as_str(), self.chunks.len())
    }
}

impl PlanCatalog {
    /// The plans in order of price and currency, and where each old number went.
    fn in_order(self) -> (Self, Vec<u32>) {
        let mut order: Vec<usize> = (0..self.plans().len()).collect();
        order.sort_by_key(|index| (&self.plans()[*index].price, self.plans()[*index].currency));
        let mut codes = vec![0; order.len()];
        let mut sorted = Self::default();
        for index in order {
            codes[index] = sorted.push(self.plans()[index].clone());
        }
        (sorted, codes)
    }
}

/// Customers in order of their ids into chunks.
fn partition(drafts: Vec<Draft>, calendar: &CalendarDays) -> Vec<Arc<Chunk>> {
    let mut parts: Vec<Vec<Draft>> = Vec::new();
    parts.resize_with(chunk_count(drafts.len()), Vec::new);
    let count = parts.len();
    for draft in drafts {
        parts[place(draft.entry.id.as_str(), count)].push(draft);
    }
    parts.into_par_iter().map(|drafts| Arc::new(assemble(&drafts, calendar))).collect()
}

/// Whether every customer is in the chunk that its id says.
pub(super) fn is_in_place(ledger: &Ledger) -> bool {
    let mut places = ledger.chunks.iter().enumerate();
    ledger.chunks.len().is_power_of_two()
        && places.all(|(index, chunk)| {
            (0..chunk.customer_count())
                .all(|customer| place(chunk.id(customer), ledger.chunks.len()) == index)
        })
}

/// A power of two that depends on nothing but how many customers there are.
fn chunk_count(customers: usize) -> usize {
    customers.div_ceil(CUSTOMERS_PER_CHUNK).next_power_of_two()
}

/// The chunk that a customer belongs to. It is on disk: a change is a new format version.
pub(super) fn place(id: &str, chunks: usize) -> usize {
    // FNV-1a, folded so that the low bits have seen all of it.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in id.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let folded = hash ^ (hash >> 32) ^ (hash >> 16);
    usize::try_from(folded & 0xffff_ffff).unwrap_or(0) & (chunks - 1)
}
