//! The daily audit. A sample of customers is recomputed and a sample of objects is fetched again, to find figures
//! that do not match the objects and objects that do not match the provider's. Both are repaired and reported.

use connect::Source;
use metrics::columns::{Ledger, LedgerBuilder};
use metrics::ledger::PriceBook;
use metrics::query::customer_timeline;
use model::{CustomerId, LedgerRules, ObjectKind, RawObject, UnixSeconds};
use serde::{Deserialize, Serialize};
use store::{Batch, Objects, StoreError};

use crate::SyncError;
use crate::blocking::blocking;
use crate::context::Context;
use crate::problems::{Example, Problem};
use crate::{projection, update};

/// The last audit's report, as JSON.
const AUDIT: &str = "audit";
/// In billing words, whatever a source calls them.
const CUSTOMER: ObjectKind = ObjectKind::new("customer");
const EVERY_SECONDS: i64 = 86_400;
const CUSTOMERS: usize = 50;
/// Of each customer of the sample, objects of a kind that are read again.
const OBJECTS_OF_KIND: usize = 1;

/// What an audit looked at and what it found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    pub at: UnixSeconds,
    pub customers: u64,
    pub objects: u64,
    /// Customers whose figures did not match their objects.
    pub differing: Vec<CustomerId>,
    /// Objects of which a change had been missed.
    pub missed: Vec<Example>,
}

impl Audit {
    /// The last one, if there was any.
    ///
    /// # Errors
    /// What the store says.
    pub fn last(objects: &Objects) -> Result<Option<Self>, StoreError> {
        Ok(objects.meta(AUDIT)?.and_then(read))
    }

    /// What it found, as what is wrong with the data; it was put right by then.
    pub fn problems(&self) -> Vec<Problem> {
        let differing =
            self.differing.iter().map(|id| Example { kind: CUSTOMER, id: id.to_string(), points_to: None });
        let found = [
            ("audit_figures", "customers whose figures did not match their objects", differing.collect()),
            ("audit_missed", "objects with a missed change", self.missed.clone()),
        ];
        let found = found.into_iter().filter(|(.., examples): &(_, _, Vec<Example>)| !examples.is_empty());
        let problem = |(code, title, examples): (&str, &str, Vec<Example>)| Problem {
            code: code.to_owned(),
            title: title.to_owned(),
            detail: format!("The daily audit on {} found and repaired them.", self.at),
            count: examples.len() as u64,
            examples,
        };
        found.map(problem).collect()
    }

    /// # Errors
    /// What the store says.
    pub(crate) fn keep(&self, objects: &Objects) -> Result<(), StoreError> {
        let json = serde_json::to_string(self).unwrap_or_default();
        objects.commit_blocking(Batch { meta: vec![(AUDIT.to_owned(), json)], ..Batch::default() })?;
        Ok(())
    }
}

fn read(json: String) -> Option<Audit> {
    serde_json::from_str(&json).ok()
}

/// Reads a sample again, if the last time was a day ago. `None`: it is too early.
///
/// # Errors
/// `Cancelled`, a key that is refused, what the store says. An object that cannot be had is passed over.
pub(crate) async fn reread(context: &Context) -> Result<Option<(Audit, Vec<CustomerId>)>, SyncError> {
    let now = context.clock.now();
    let last = context.meta(AUDIT).await?.and_then(read);
    // One from the future was made by a clock that was ahead.
    if last.is_some_and(|last| (0..EVERY_SECONDS).contains(&(now.0 - last.at.0))) {
        return Ok(None);
    }
    let objects = context.objects.clone();
    let source = context.source();
    let (customers, wanted) = blocking(move || Ok(sample(source, &objects, now)?)).await?;
    let mut audit = Audit { at: now, customers: customers.len() as u64, ..Audit::default() };
    for stored in wanted {
        let requested_at = context.requested_at();
        let (kind, id) = (stored.kind, stored.id.as_str());
        let mut fetched = match update::retrieve(context, kind, id).await {
            Ok(fetched) => fetched,
            Err(SyncError::Provider(error)) if update::is_unavailable(&error) => {
                tracing::info!(%kind, %error, "an object could not be fetched for the audit");
                continue;
            }
            Err(error) => return Err(error),
        };
        audit.objects += 1;
        // As what is kept of them.
        context.leave_out_the_erased(&mut fetched.objects);
        if fetched.objects.first().is_some_and(|object| source.says_the_same(&stored, object)) {
            continue;
        }
        audit.missed.push(Example { kind, id: id.to_owned(), points_to: None });
        fetched.commit(context, requested_at).await?;
    }
    Ok(Some((audit, customers)))
}

/// Customers from somewhere in the middle, another place each time, and the newest of what was billed to them.
fn sample(
    source: Source,
    objects: &Objects,
    now: UnixSeconds,
) -> Result<(Vec<CustomerId>, Vec<RawObject>), StoreError> {
    let place = (now.0 / EVERY_SECONDS).unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let after = source.somewhere_among_customers(place, now);
    let mut customers = objects.customer_ids(Some(&after), CUSTOMERS)?;
    if customers.len() < CUSTOMERS {
        let first = objects.customer_ids(None, CUSTOMERS - customers.len())?;
        customers.extend(first.into_iter().filter(|id| *id <= after));
    }
    let mut wanted = Vec::new();
    for customer in &customers {
        for kind in source.sampled() {
            let mut stored = objects.by_customer(customer, &[kind])?;
            stored.retain(|one| !one.object.is_deleted);
            stored.sort_by_key(|one| std::cmp::Reverse(one.object.created_at));
            wanted.extend(stored.into_iter().take(OBJECTS_OF_KIND).map(|one| one.object));
        }
    }
    Ok((customers, wanted))
}

/// Which of these customers are shown with other figures than their objects give.
///
/// # Errors
/// What the store says.
pub(crate) fn differing(
    source: Source,
    objects: &Objects,
    customers: &[CustomerId],
    shown: &Ledger,
    book: &PriceBook,
    rules: LedgerRules,
    now: UnixSeconds,
) -> Result<Vec<CustomerId>, StoreError> {
    let built = projection::build_some(source, objects, customers, book, rules, None)?;
    let builder = LedgerBuilder::new();
    for (entry, ledger) in built.changes {
        builder.add(entry, &ledger);
    }
    let made = builder.finish(book, shown.zone().clone());
    let differs = |id: &&CustomerId| {
        customer_timeline(&made, id, now) != customer_timeline(shown, id, now)
            || made.kept(id) != shown.kept(id)
    };
    Ok(customers.iter().filter(differs).cloned().collect())
}
