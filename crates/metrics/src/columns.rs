//! The ledger of a connection in memory: one array a column, cut into chunks of customers and months of the balance.
//!
//! A [`Ledger`] is a snapshot that never changes. An update shares all untouched chunks with the one before it, so
//! queries that run meanwhile keep what they started with. On disk every chunk is one blob that stands for itself;
//! like every projection it can be thrown away and built again.

mod balance;
mod build;
mod bytes;
mod catalog;
mod chunk;
mod country;
mod daily;
mod days;
mod derived;
mod draft;
mod ends;
mod joins;
mod ledger_part;
mod name_order;
mod origin;
mod revenue;
mod rows;
mod search_text;
mod texts;
mod together;
mod views;

use std::sync::Arc;

use jiff::tz::TimeZone;
use model::billing::ImportedFrom;
use model::{BalanceTransaction, Currency, CustomerId, EmailKey, UnixSeconds};
use rayon::prelude::*;

use crate::ledger::{Difference, ListStep, PaidRow, Unexplained};
use origin::imported_from;
use together::Parts;

pub use balance::BalanceChanges;
pub(crate) use balance::{Balance, BalanceMonth, BalanceRow, PaymentFacts};
pub use build::{LedgerBuilder, Updated};
pub use bytes::{Damaged, FORMAT_VERSION};
pub use catalog::{Plan, PlanCatalog, PlanInterval};
pub use chunk::Chunk;
pub use country::Country;
pub(crate) use daily::{Daily, NEVER, Outline};
pub(crate) use days::CalendarDays;
pub(crate) use derived::PlanUse;
pub use joins::{JoinedCustomer, Joining, Joins, LeftOutMrr, Member};
pub use ledger_part::LedgerPart;
pub(crate) use name_order::by_letters;
pub use together::{LedgersTogether, MovedSubscription, split_customer_id};
pub use views::SubscriptionView;
pub(crate) use views::{FailedInvoiceView, RowSlices};

/// The blob that holds the catalog; the chunks follow it.
pub const CATALOG_BLOB: u32 = 0;
/// The months of the balance have their blobs from here on, by number. There are never that many chunks.
const BALANCE_BLOBS: u32 = 1 << 30;

/// All customers' recurring value and revenue, and the balance.
#[derive(Debug, Clone)]
pub struct Ledger {
    catalog: Arc<PlanCatalog>,
    /// A power of two of them; a customer's id says which one it is in. Where there are parts, that holds for each part.
    chunks: Vec<Arc<Chunk>>,
    balance: Balance,
    calendar: Arc<CalendarDays>,
    /// The connections that it combines. Empty where there is only one.
    parts: Arc<Parts>,
}

/// What is known of a customer beside its money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerEntry {
    pub id: CustomerId,
    pub name: Option<String>,
    pub email: Option<String>,
    /// ISO 3166, two letters.
    pub country: Option<String>,
    pub created_at: Option<UnixSeconds>,
    pub is_deleted: bool,
    pub imported_from: Option<ImportedFrom>,
    /// What the email address is compared by where the address itself is not stored.
    pub email_hash: Option<String>,
}

/// A customer's part of what Reconcile, statements and previews of other rules add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSums {
    pub paid: Vec<PaidRow>,
    pub unexplained: Vec<Unexplained>,
    pub differences: Vec<Difference>,
    pub list_steps: Vec<ListStep>,
}

/// Where a customer is in one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct CustomerPosition {
    pub(crate) chunk: u32,
    pub(crate) customer: u32,
}

/// Each currency once, in order.
fn distinct(currencies: &[Currency]) -> Vec<Currency> {
    let mut distinct = Vec::new();
    currencies.iter().for_each(|currency| insert(&mut distinct, *currency));
    distinct
}

/// Adds a currency to some that are distinct and in order.
fn insert(distinct: &mut Vec<Currency>, currency: Currency) {
    if let Err(place) = distinct.binary_search(&currency) {
        distinct.insert(place, currency);
    }
}

impl Ledger {
    /// Without customers; days will be those of `zone`.
    pub fn empty(zone: TimeZone) -> Self {
        LedgerBuilder::new().finish(&crate::ledger::PriceBook::default(), zone)
    }

    pub fn zone(&self) -> &TimeZone {
        self.calendar.zone()
    }

    /// The same ledger with its days in another zone. Everything else is shared.
    pub fn with_zone(&self, zone: TimeZone) -> Self {
        use rayon::prelude::*;
        let calendar = CalendarDays::of(&zone);
        let chunks = self.chunks.par_iter().map(|chunk| Arc::new(chunk.with_calendar(&calendar))).collect();
        Self { chunks, calendar, ..self.clone() }
    }

    /// The same ledger without the names and email addresses of those of whom `is_one` says so. With a key, the hashes of the
    /// addresses take their place. The rest is shared.
    pub fn without_names(&self, is_one: impl Fn(&str) -> bool, key: Option<&EmailKey>) -> Self {
        let chunks = self.chunks.iter().map(|chunk| match chunk.without_names(&is_one, key) {
            Some(nameless) => Arc::new(nameless),
            None => Arc::clone(chunk),
        });
        let chunks = chunks.collect();
        Self { chunks, ..self.clone() }
    }

    pub fn catalog(&self) -> &PlanCatalog {
        &self.catalog
    }

    pub fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
    }

    /// Every instant from this one on at which anything happens or ends, in order.
    pub(crate) fn instants_from(&self, from: UnixSeconds) -> Vec<UnixSeconds> {
        let of_chunks = self.chunks.par_iter().fold(Vec::new, |mut found, chunk| {
            chunk.instants_from(from.0, &mut found);
            found
        });
        let mut found: Vec<i64> = of_chunks.flatten_iter().collect();
        for month in self.balance.months() {
            let own = month.rows().rev().map(|row| row.at.0);
            found.extend(own.take_while(|at| *at >= from.0));
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(UnixSeconds).collect()
    }

    pub(crate) fn balance(&self) -> &Balance {
        &self.balance
    }

    /// Everything that moved the balance, in order of months and instants.
    pub fn balance_transactions(&self) -> impl Iterator<Item = BalanceTransaction> + '_ {
        let months = self.balance.months().iter();
        months.flat_map(|month| (0..month.len()).map(|index| month.row(index).to_transaction()))
    }

    /// Whether there is anything that a figure could be of, be it a trial or a single payment.
    pub(crate) fn has_figures(&self) -> bool {
        !self.balance.months().is_empty() || self.chunks.iter().any(|chunk| chunk.has_figures())
    }

    pub fn customer_count(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.customer_count()).sum()
    }

    pub fn row_count(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.row_count()).sum()
    }

    /// What is known of a customer; `None` where there is none of this id.
    pub fn customer(&self, id: &CustomerId) -> Option<CustomerEntry> {
        let place = self.find(id)?;
        Some(self.chunk(place).entry(place.customer as usize))
    }

    /// What is kept of a customer so that its objects need not be read again.
    pub fn kept(&self, id: &CustomerId) -> Option<KeptSums> {
        let place = self.find(id)?;
        let (chunk, customer) = (self.chunk(place), place.customer as usize);
        Some(KeptSums {
            paid: chunk.paid(customer).collect(),
            unexplained: chunk.unexplained(customer).collect(),
            differences: chunk.differences(customer).collect(),
            list_steps: chunk.list_steps(customer).collect(),
        })
    }

    /// Every customer, in order of ids.
    pub fn customer_ids(&self) -> Vec<CustomerId> {
        self.places_by_id().into_iter().map(|place| CustomerId::from(self.id(place))).collect()
    }

    pub(crate) fn calendar(&self) -> &CalendarDays {
        &self.calendar
    }

    pub(crate) fn chunk(&self, place: CustomerPosition) -> &Chunk {
        &self.chunks[place.chunk as usize]
    }

    pub(crate) fn id(&self, place: CustomerPosition) -> &str {
        self.chunk(place).id(place.customer as usize)
    }

    pub(crate) fn find(&self, id: &CustomerId) -> Option<CustomerPosition> {
        let id = self.parts.known_by(id);
        let chunk = self.chunk_with(id)?;
        let customer = self.chunks[chunk].find(id.as_str())?;
        Some(CustomerPosition::new(chunk, customer))
    }

    pub(crate) fn places_by_id(&self) -> Vec<CustomerPosition> {
        let chunks = self.chunks.iter().enumerate();
        let mut places: Vec<CustomerPosition> = chunks
            .flat_map(|(index, chunk)| {
                (0..chunk.customer_count()).map(move |customer| CustomerPosition::new(index, customer))
            })
            .collect();
        places.sort_unstable_by(|a, b| self.id(*a).cmp(self.id(*b)));
        places
    }
}

impl CustomerPosition {
    /// A ledger has fewer than four billion chunks, and a chunk some hundred customers.
    pub(crate) fn new(chunk: usize, customer: usize) -> Self {
        let narrow = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        Self { chunk: narrow(chunk), customer: narrow(customer) }
    }
}

impl CustomerEntry {
    /// A customer of whom only the id is known: the provider no longer has it, or it has not arrived.
    pub fn unknown(id: CustomerId) -> Self {
        Self {
            id,
            name: None,
            email: None,
            country: None,
            created_at: None,
            is_deleted: false,
            imported_from: None,
            email_hash: None,
        }
    }
}

impl From<&model::billing::Customer> for CustomerEntry {
    fn from(customer: &model::billing::Customer) -> Self {
        Self {
            id: customer.id.clone(),
            name: customer.name.clone(),
            email: customer.email.clone(),
            country: customer.country.clone(),
            created_at: customer.created_at,
            is_deleted: customer.is_deleted,
            imported_from: customer.imported_from.clone(),
            email_hash: customer.email_hash.clone(),
        }
    }
}

impl Chunk {
    pub(crate) fn entry(&self, customer: usize) -> CustomerEntry {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        CustomerEntry {
            id: CustomerId::from(self.id(customer)),
            name: text(self.name(customer)),
            email: text(self.email(customer)),
            country: self.country(customer).code(),
            created_at: self.created_at(customer),
            is_deleted: self.is_deleted(customer),
            imported_from: imported_from(self.origin(customer)),
            email_hash: text(self.email_hash(customer)),
        }
    }
}

/// The blob of a chunk.
fn chunk_blob(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
