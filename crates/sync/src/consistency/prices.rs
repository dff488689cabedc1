//! Prices and products that only a line or a price names: inline ones, archived ones, and those that are gone.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use connect::{Listing, Source};
use metrics::ledger::{LeftOut, LineVerdict, line_verdicts};
use model::{CustomerId, LedgerRules, Money, ObjectKind};
use rayon::prelude::*;
use store::{Objects, StoreError, Stored, Stretch};

use crate::SyncError;
use crate::blocking::blocking;
use crate::context::Context;
use crate::history;
use crate::namings::Suspects;
use crate::problems::{EXAMPLES_MAX, Example, Problem};

/// Objects that are read at once.
const BATCH: usize = 1000;

/// Prices that lines name and nothing describes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unknown {
    /// Never requested.
    missing: BTreeSet<String>,
    /// The customers of the lines, also of prices that are known to be gone.
    customers_by_price: BTreeMap<String, BTreeSet<CustomerId>>,
}

impl Unknown {
    fn note(&mut self, on_file: OnFile, price: String, customer: &str) {
        if on_file == OnFile::Described {
            return;
        }
        if on_file == OnFile::Missing {
            self.missing.insert(price.clone());
        }
        self.customers_by_price.entry(price).or_default().insert(CustomerId::from(customer));
    }

    fn with(mut self, more: Self) -> Self {
        self.missing.extend(more.missing);
        for (price, customers) in more.customers_by_price {
            self.customers_by_price.entry(price).or_default().extend(customers);
        }
        self
    }

    pub(super) fn missing(&self, source: Source, most: usize) -> Vec<(ObjectKind, String)> {
        self.missing.iter().take(most).map(|id| (source.prices(), id.clone())).collect()
    }
}

/// What is stored of a price.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OnFile {
    Described,
    /// Only that it is gone.
    Gone,
    Missing,
}

fn on_file(source: Source, objects: &Objects, id: &str) -> Result<OnFile, StoreError> {
    Ok(match objects.get(source.prices(), id)? {
        None => OnFile::Missing,
        Some(stored) if stored.object.is_deleted && source.listing(&stored.object).is_err() => OnFile::Gone,
        Some(stored) if matches!(source.listing(&stored.object), Ok(Listing::Nothing)) => OnFile::Gone,
        Some(_) => OnFile::Described,
    })
}

/// Reads many objects that name prices, so never on a thread that answers requests.
pub(super) async fn unknown(context: &Context) -> Result<Unknown, SyncError> {
    let (objects, source) = (context.objects.clone(), context.source());
    let suspects = context.namings.suspects();
    blocking(move || Ok(find_unknown(source, &objects, suspects)?)).await
}

fn find_unknown(source: Source, objects: &Objects, suspects: Suspects) -> Result<Unknown, StoreError> {
    let search = Search { source, objects, known: Mutex::default() };
    match suspects {
        Suspects::All => search.all(),
        Suspects::These(suspects) => search.among(suspects),
    }
}

/// One search by several threads, which share what they found out about prices.
struct Search<'a> {
    source: Source,
    objects: &'a Objects,
    known: Mutex<HashMap<String, OnFile>>,
}

impl Search<'_> {
    fn all(&self) -> Result<Unknown, StoreError> {
        let stretches = self.objects.stretches()?;
        let read = |stretch: &Stretch| self.objects.read_stretch(*stretch, self.source.priced());
        let found = stretches.par_iter().map(|stretch| self.unknown_in(&read(stretch)?));
        found.try_reduce(Unknown::default, |all, more| Ok(all.with(more)))
    }

    fn among(&self, suspects: BTreeSet<(ObjectKind, String)>) -> Result<Unknown, StoreError> {
        let mut ids_by_kind: BTreeMap<ObjectKind, Vec<String>> = BTreeMap::new();
        for (kind, id) in suspects {
            ids_by_kind.entry(kind).or_default().push(id);
        }
        let parts = ids_by_kind.iter().flat_map(|(kind, ids)| ids.chunks(BATCH).map(|ids| (*kind, ids)));
        let parts: Vec<_> = parts.collect();
        let read = |(kind, ids): &(ObjectKind, &[String])| self.objects.get_many(*kind, ids);
        let found = parts.par_iter().map(|part| self.unknown_in(&read(part)?));
        found.try_reduce(Unknown::default, |all, more| Ok(all.with(more)))
    }

    fn unknown_in(&self, objects: &[Stored]) -> Result<Unknown, StoreError> {
        let mut unknown = Unknown::default();
        for stored in objects.iter().filter(|stored| !stored.object.is_deleted) {
            let customer = stored.object.counterparts.customer.as_deref().unwrap_or(history::NOBODY);
            for price in self.source.named_prices(&stored.object) {
                unknown.note(self.on_file(&price)?, price, customer);
            }
        }
        Ok(unknown)
    }

    fn on_file(&self, price: &str) -> Result<OnFile, StoreError> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known().get(price).copied();
        if let Some(found) = found {
            return Ok(found);
        }
        let found = on_file(self.source, self.objects, price)?;
        known().insert(price.to_owned(), found);
        Ok(found)
    }
}

/// Products that prices name and that are missing.
pub(super) async fn unknown_products(
    context: &Context,
    most: usize,
) -> Result<Vec<(ObjectKind, String)>, SyncError> {
    let (objects, source) = (context.objects.clone(), context.source());
    blocking(move || Ok(find_unknown_products(source, &objects, most)?)).await
}

fn find_unknown_products(
    source: Source,
    objects: &Objects,
    most: usize,
) -> Result<Vec<(ObjectKind, String)>, StoreError> {
    let kind = source.products();
    let mut named = BTreeSet::new();
    let mut after: Option<String> = None;
    loop {
        let stored = objects.scan(source.prices(), after.as_deref(), BATCH)?;
        let Some(last) = stored.last() else { break };
        after = Some(last.object.id.clone());
        for stored in &stored {
            // A price that cannot be read is listed elsewhere.
            if let Ok(Listing::Price(price)) = source.listing(&stored.object) {
                named.extend(price.product.map(|product| product.to_string()));
            }
        }
    }
    let mut missing = Vec::new();
    for id in named {
        if missing.len() < most && objects.get(kind, &id)?.is_none() {
            missing.push((kind, id));
        }
    }
    Ok(missing)
}

/// What the prices cost that cannot be had: the lines whose recurring value is unknown.
pub(super) async fn problem(context: &Context, unknown: Unknown) -> Result<Option<Problem>, SyncError> {
    if unknown.customers_by_price.is_empty() {
        return Ok(None);
    }
    let (objects, source) = (context.objects.clone(), context.source());
    blocking(move || Ok(costs(source, &objects, unknown)?)).await
}

fn costs(source: Source, objects: &Objects, unknown: Unknown) -> Result<Option<Problem>, StoreError> {
    let book = history::price_book(source, objects)?.book;
    let gone =
        unknown.customers_by_price.into_iter().filter(|(id, _)| book.get(&id.as_str().into()).is_none());
    let customers: BTreeSet<CustomerId> = gone.flat_map(|(_, customers)| customers).collect();
    let mut count = 0;
    let mut examples = Vec::new();
    let mut amounts: BTreeMap<model::Currency, i64> = BTreeMap::new();
    for customer in customers {
        let billed = history::read_customer(source, objects, &customer)?;
        let own = history::with_inline(&book, &billed.history, billed.inline_prices);
        let prices = own.as_ref().map_or(&book, |(own, _)| own);
        for (reference, line, verdict) in line_verdicts(&billed.history, prices, LedgerRules::default()) {
            if verdict != LineVerdict::LeftOut(LeftOut::UnknownPrice) {
                continue;
            }
            count += 1;
            let sum = amounts.entry(line.currency).or_default();
            *sum = sum.saturating_add(line.amount_minor.saturating_sub(line.discount_minor));
            if examples.len() < EXAMPLES_MAX {
                let (kind, id) = match reference.invoice {
                    Some(invoice) => (source.bills(), invoice.to_string()),
                    None => (source.pending_items().unwrap_or(source.bills()), reference.line.to_string()),
                };
                let points_to = line.price.as_ref().map(ToString::to_string);
                examples.push(Example { kind, id, points_to });
            }
        }
    }
    if count == 0 {
        return Ok(None);
    }
    let amounts: Vec<String> = amounts
        .into_iter()
        .map(|(currency, amount_minor)| Money { amount_minor, currency }.to_string())
        .collect();
    Ok(Some(Problem {
        code: "unknown_price".to_owned(),
        title: "Invoice lines whose price is missing".to_owned(),
        detail: format!(
            "The provider no longer has these prices, so it is not known for which interval the lines were billed. \
             {} of {count} lines are missing from MRR. Revenue is complete.",
            amounts.join(" and ")
        ),
        count,
        examples,
    }))
}

#[cfg(test)]
mod tests {
    use model::{Counterparts, RawObject, UnixSeconds};
    use serde_json::json;
    use store::{Batch, ConnectionFiles};

    use super::*;
    use crate::namings::Namings;
    use crate::testing::{Merchant, SOURCE, kind};

    fn batch(merchant: &Merchant, kind: ObjectKind, is_concerned: impl Fn(usize) -> bool) -> Batch {
        let bodies = merchant.objects[&kind].values().enumerate().filter(|(number, _)| is_concerned(*number));
        let object = |body: &serde_json::Value| RawObject {
            kind,
            id: body["id"].as_str().unwrap().to_owned(),
            created_at: None,
            counterparts: Counterparts {
                customer: body["customer"].as_str().map(ToOwned::to_owned),
                ..Counterparts::default()
            },
            is_deleted: false,
            body: body.to_string().into(),
        };
        let objects = bodies.map(|(_, body)| object(body)).collect();
        Batch { objects, seen_at: UnixSeconds(1), ..Batch::default() }
    }

    #[test]
    fn among_the_suspects_of_a_load_is_all_that_reading_everything_finds() {
        let mut merchant = Merchant::monthly(9, 4);
        let ids: Vec<String> = merchant.objects[&kind::INVOICE].keys().cloned().collect();
        for (number, id) in ids.iter().enumerate().filter(|(number, _)| number % 5 == 0) {
            let line = &mut merchant.get_mut(kind::INVOICE, id)["lines"]["data"][0];
            line["pricing"]["price_details"]["price"] = json!(format!("price_gone_{}", number % 3));
        }
        let dir = tempfile::tempdir().unwrap();
        let objects = ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
        let namings = Namings::begin(SOURCE, &objects).unwrap();
        let prices = batch(&merchant, kind::PRICE, |_| true);
        let early = batch(&merchant, kind::INVOICE, |number| number % 4 == 0);
        let late = batch(&merchant, kind::INVOICE, |number| number % 4 != 0);
        for batch in [early, prices, late] {
            namings.note(SOURCE, &batch.objects);
            objects.commit_blocking(batch).unwrap();
        }
        let all = find_unknown(SOURCE, &objects, Suspects::All).unwrap();
        assert_eq!(all.missing.len(), 3);
        let suspects = namings.suspects();
        assert!(matches!(&suspects, Suspects::These(these) if these.len() < ids.len() / 2), "{suspects:?}");
        assert_eq!(find_unknown(SOURCE, &objects, suspects).unwrap(), all);
    }
}
