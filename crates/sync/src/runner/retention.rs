//! Personal data of customers who left long ago: dropped once a day, as the owner chose.
//!
//! Numbers need ids, amounts and times for ever; names they do not. So what ends is what the erasure of a customer would
//! drop, and it comes back where a customer does.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use connect::stripe::translate;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use model::{CustomerId, ObjectKind, Settings, UnixSeconds};
use store::{Batch, ConnectionRecord, Objects, Rewritable, StoreError};

use super::privacy::drop_personal;
use super::slot::Slot;
use super::{Shared, blocking, ledger};
use crate::SyncError;
use crate::progress::Phase;

/// Customers whose personal data is dropped because they left long ago, one a line.
pub(super) const LAPSED: &str = "lapsed";
/// The day that was looked at last, and for how many months.
const LOOKED: &str = "retention";

/// Customers whose personal data is dropped as it comes, for now.
pub(super) fn lapsed(objects: &Objects) -> Result<BTreeSet<String>, StoreError> {
    let noted = objects.meta(LAPSED)?.unwrap_or_default();
    Ok(noted.lines().map(str::to_owned).collect())
}

impl Shared {
    /// Drops personal data that was kept for long enough. Those who came back, to be fetched whole again.
    pub(super) async fn drop_lapsed(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        record: &ConnectionRecord,
    ) -> Result<Vec<CustomerId>, SyncError> {
        let (dir, settings) = (self.config.data.connection_dir(&slot.id), record.settings.clone());
        let (now, reporter) = (self.config.clock.now(), slot.reporter.clone());
        let recording = self.recording(record);
        let turn = blocking(move || {
            let Some(turn) = Turn::due(&dir, &settings, now)? else { return Ok(None) };
            let new: BTreeSet<&str> = turn.lapsed.difference(&turn.noted).map(String::as_str).collect();
            let list = turn.lapsed.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
            if !new.is_empty() {
                reporter.begin(Phase::Erasing);
                ledger::settle(&dir, &settings, recording)?;
                let is_theirs = |seen: &Rewritable<'_>| seen.customer.is_some_and(|id| new.contains(id));
                drop_personal(&dir, (LAPSED, &list), is_theirs, |_| {})?;
            }
            // Last, so that what was cut off is done again.
            let meta = vec![(LAPSED.to_owned(), list), (LOOKED.to_owned(), turn.looked.clone())];
            Objects::open(&dir)?.commit_blocking(Batch { meta, ..Batch::default() })?;
            Ok(Some(turn))
        });
        let Some(turn) = turn.await? else { return Ok(Vec::new()) };
        slot.close_files();
        let customers = turn.lapsed.difference(&turn.noted).count();
        if customers > 0 {
            tracing::info!(connection = %slot.id, customers, "personal data was kept for long enough");
        }
        let returned = turn.noted.difference(&turn.lapsed).map(|id| CustomerId::from(id.as_str()));
        Ok(returned.collect())
    }
}

/// What is to be done today.
struct Turn {
    looked: String,
    noted: BTreeSet<String>,
    lapsed: BTreeSet<String>,
}

impl Turn {
    /// `None` where today was looked at already, or nobody was ever to be forgotten.
    fn due(dir: &Path, settings: &Settings, now: UnixSeconds) -> Result<Option<Self>, SyncError> {
        let Some(objects) = Objects::open_if_any(dir)? else { return Ok(None) };
        // Where nothing is kept of anybody, nothing is kept too long.
        let months = settings.retention_months.filter(|_| !settings.gdpr);
        let today = now.timestamp().to_zoned_datetime(TimeZone::UTC).date();
        let looked = months.map(|months| format!("{today} {months}")).unwrap_or_default();
        if objects.meta(LOOKED)?.unwrap_or_default() == looked {
            return Ok(None);
        }
        let noted = lapsed(&objects)?;
        let lapsed = match months {
            Some(months) => left_before(&objects, months_before(now, months))?,
            None => BTreeSet::new(),
        };
        Ok(Some(Self { looked, noted, lapsed }))
    }
}

fn months_before(now: UnixSeconds, months: u16) -> UnixSeconds {
    let zoned = now.timestamp().to_zoned_datetime(TimeZone::UTC);
    let then = zoned.checked_sub(i64::from(months).months());
    UnixSeconds(then.map_or(i64::MIN, |then| then.timestamp().as_second()))
}

/// Customers of whom nothing was created since, and whose subscriptions all ended before.
fn left_before(objects: &Objects, before: UnixSeconds) -> Result<BTreeSet<String>, StoreError> {
    let mut left = BTreeSet::new();
    for customer in objects.idle_customers(before)? {
        let subscriptions = objects.by_customer(&customer, &[ObjectKind::Subscription])?;
        let is_over = subscriptions.iter().all(|stored| {
            let read = translate::subscription(&stored.object.body);
            read.is_ok_and(|parts| parts.subscription.ended_at.is_some_and(|at| at < before))
        });
        if is_over {
            left.insert(customer.to_string());
        }
    }
    Ok(left)
}
