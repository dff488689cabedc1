//! What readers are shown of a connection: what its figures are computed from, and what is wrong with its data.

use std::sync::Arc;

use connect::{Lately, Part, Source};
use jiff::tz::TimeZone;
use metrics::columns::Ledger;
use metrics::fx::Rates;
use metrics::registry::Feed;
use metrics::view::{Reach, View};
use model::{Day, ObjectKind, UnixSeconds};
use store::{ConnectionFiles, ConnectionRecord, Objects, StoreError};

use crate::audit::Audit;
use crate::problems::{PROBLEMS, Problem};

/// What a source reports only of what happened lately, and since which day it has. `None`: it never did.
#[derive(Debug, Clone, Copy)]
pub struct Reported {
    pub by: Lately,
    pub since: Option<Day>,
}

impl Reported {
    /// By what was stored.
    ///
    /// # Errors
    /// What the store says.
    pub fn of(source: Source, objects: &Objects, zone: &TimeZone) -> Result<Option<Self>, StoreError> {
        let Some(by) = source.lately() else { return Ok(None) };
        let oldest = objects.kinds()?.into_iter().find(|facts| facts.kind == by.kind);
        let oldest = oldest.and_then(|facts| facts.oldest_created_at);
        Ok(Some(Self::since(by, oldest, zone)))
    }

    /// Since the oldest object by which it reports.
    pub fn since(by: Lately, oldest: Option<UnixSeconds>, zone: &TimeZone) -> Self {
        // Of the first day only a part is there.
        Self { by, since: oldest.map(|at| at.day(zone).next()) }
    }
}

/// The numbers of a connection at this moment.
pub fn of(
    record: &ConnectionRecord,
    ledger: Arc<Ledger>,
    rates: Arc<Rates>,
    clock_now: UnixSeconds,
    (reaches_back_on, lately): (Option<Day>, Option<Reported>),
) -> View {
    let source = Source::of(&record.source);
    let fed = |kind: ObjectKind| feeds(source, kind).map(move |feed| (feed, kind.as_str().to_owned()));
    let absent = record.absent.iter().flat_map(|(kind, _)| fed(*kind));
    let mut absent: Vec<(Feed, String)> = absent.collect();
    let mut late: Vec<Feed> = Vec::new();
    match lately {
        Some(Reported { since: Some(_), by }) => late.extend(by.parts.iter().copied().map(feed)),
        // Nothing was ever reported.
        Some(Reported { since: None, by }) => {
            let feeds = by.parts.iter().map(|part| (feed(*part), by.kind.as_str().to_owned()));
            let new: Vec<_> = feeds.filter(|lacking| !absent.contains(lacking)).collect();
            absent.extend(new);
        }
        None => {}
    }
    View {
        absent,
        late,
        ledger,
        rates,
        settings: record.settings.clone(),
        default_currency: record.default_currency,
        mrr_method: source.and_then(Source::mrr_method),
        now: View::now(clock_now, record.data_through),
        reach: Reach {
            data_through: record.data_through,
            is_history_complete: record.loaded_at.is_some(),
            reaches_back_on,
            exact_from_on: lately.and_then(|lately| lately.since),
        },
        answers: None,
    }
}

/// The numbers of one connection and another, of a ledger that both are in. What is not the same of both is as for the first,
/// and they reach only as far as both do.
pub(crate) fn together(one: View, other: View) -> View {
    let mut absent = one.absent;
    let new = other.absent.into_iter().filter(|lacking| !absent.contains(lacking));
    let new: Vec<_> = new.collect();
    absent.extend(new);
    // A part whose history is complete reaches back as far as there is anything.
    let mut late = one.late;
    late.extend(other.late);
    let unfinished = [one.reach, other.reach].into_iter().filter(|reach| !reach.is_history_complete);
    let reaches_back_on: Option<Vec<Day>> = unfinished.map(|reach| reach.reaches_back_on).collect();
    View {
        absent,
        mrr_method: one.mrr_method.filter(|method| Some(*method) == other.mrr_method),
        now: one.now.max(other.now),
        reach: Reach {
            data_through: one.reach.data_through.zip(other.reach.data_through).map(|(a, b)| a.min(b)),
            is_history_complete: one.reach.is_history_complete && other.reach.is_history_complete,
            reaches_back_on: reaches_back_on.and_then(|days| days.into_iter().max()),
            exact_from_on: one.reach.exact_from_on.max(other.reach.exact_from_on),
        },
        late,
        ..one
    }
}

/// What a kind of object feeds; nothing if nothing can be computed without it.
fn feeds(source: Option<Source>, kind: ObjectKind) -> impl Iterator<Item = Feed> {
    let parts = source.and_then(|source| source.list(kind)).map_or([].as_slice(), |list| list.parts);
    parts.iter().copied().map(feed)
}

fn feed(part: Part) -> Feed {
    match part {
        Part::PendingItems => Feed::PendingItems,
        Part::Charges => Feed::Charges,
        Part::Refunds => Feed::Refunds,
        Part::CreditNotes => Feed::CreditNotes,
        Part::InvoicePayments => Feed::InvoicePayments,
        Part::Disputes => Feed::Disputes,
        Part::BalanceTransactions => Feed::BalanceTransactions,
        Part::FailedPayments => Feed::FailedPayments,
    }
}

/// What is wrong with a connection's data, by its last check and its last build.
///
/// # Errors
/// What the store says.
pub fn problems(objects: &Objects, files: &ConnectionFiles) -> Result<Vec<Problem>, StoreError> {
    let read = |json: Option<String>| -> Vec<Problem> {
        json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default()
    };
    let mut problems = read(objects.meta(PROBLEMS)?);
    // A damaged ledger lists no problems, and is rebuilt by the next work.
    match files.ledger().and_then(|ledger| ledger.meta(PROBLEMS)) {
        Err(StoreError::Damaged { .. }) => {}
        found => problems.extend(read(found?)),
    }
    problems.extend(Audit::last(objects)?.iter().flat_map(Audit::problems));
    Ok(problems)
}
