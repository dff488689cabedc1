//! Personal data of former customers: deleted once a day, according to the retention setting.
//!
//! Figures need ids, amounts and times forever, but not names. So retention deletes what the erasure of a customer
//! would delete, and it comes back if the customer returns.

use std::collections::BTreeSet;
use std::sync::Arc;

use connect::Source;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use model::{CustomerId, Settings, UnixSeconds};
use store::{Batch, ConnectionFiles, ConnectionRecord, Objects, Rewritable, StoreError};

use super::connection::Connection;
use super::privacy::{Theirs, drop_personal};
use super::record::source_of;
use super::{Shared, blocking, ledger};
use crate::SyncError;
use crate::context::Context;
use crate::progress::Phase;
use crate::update;

/// Customers whose personal data is deleted because they left long ago, one per line. The key keeps its first name, since
/// files have it.
pub(super) const PAST_RETENTION: &str = "lapsed";
/// Customers who returned and are to be fetched again, one per line.
const RETURNED: &str = "returned";
/// The day of the last check, and its retention period in months.
const LOOKED: &str = "retention";

/// Customers whose personal data is dropped as it comes, for now.
fn past_retention(objects: &Objects) -> Result<BTreeSet<String>, StoreError> {
    listed(objects, PAST_RETENTION)
}

fn listed(objects: &Objects, key: &str) -> Result<BTreeSet<String>, StoreError> {
    Ok(objects.meta(key)?.unwrap_or_default().lines().map(str::to_owned).collect())
}

fn list<'a>(ids: impl IntoIterator<Item = &'a String>) -> String {
    ids.into_iter().map(String::as_str).collect::<Vec<_>>().join("\n")
}

/// Fetches the objects of customers who returned and whose personal data was deleted.
pub(super) async fn fetch_returned(context: &Context) -> Result<(), SyncError> {
    let (source, objects) = (context.source(), context.objects.clone());
    let wanted = blocking(move || {
        let mut wanted = Vec::new();
        for customer in listed(&objects, RETURNED)? {
            let theirs = objects.ids_by_customer(&CustomerId::from(customer))?;
            wanted.extend(theirs.into_iter().filter(|(kind, _)| source.list(*kind).is_some()));
        }
        Ok(wanted)
    });
    let wanted = wanted.await?;
    if wanted.is_empty() {
        return Ok(());
    }
    update::retrieve_all(context, wanted).await?;
    let done = Batch { meta: vec![(RETURNED.to_owned(), String::new())], ..Batch::default() };
    context.commit(done).await?;
    Ok(())
}

impl Shared {
    /// Deletes personal data whose retention period has ended, and records customers who returned.
    pub(super) async fn drop_past_retention(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
    ) -> Result<(), SyncError> {
        let (files, settings) = (self.config.data.connection_files(&connection.id), record.settings.clone());
        let (now, reporter) = (self.config.clock.now(), connection.reporter.clone());
        let (source, recording) = (source_of(record)?, self.recording(record));
        // Nothing that was computed before is shown meanwhile.
        let _loading = connection.loading.lock().await;
        let own = Arc::clone(connection);
        let check = blocking(move || {
            let Some(check) = Check::due(source, &files, &settings, now)? else { return Ok(None) };
            let new: BTreeSet<&str> =
                check.past_retention.difference(&check.noted).map(String::as_str).collect();
            let past_retention = list(&check.past_retention);
            if !new.is_empty() {
                reporter.begin(Phase::Erasing);
                own.drop_snapshot();
                ledger::record_restated(source, &files, &settings, recording)?;
                let new: Vec<CustomerId> = new.into_iter().map(CustomerId::from).collect();
                let theirs = Theirs::of(source, &files, &new)?;
                let is_theirs = |seen: &Rewritable<'_>| theirs.has(seen);
                drop_personal(source, &files, (PAST_RETENTION, &past_retention), is_theirs, |_| {})?;
            }
            // Last, so that an interrupted run is repeated.
            let objects = files.objects_to_write()?;
            let mut returned = listed(&objects, RETURNED)?;
            returned.extend(check.noted.difference(&check.past_retention).cloned());
            let meta = vec![
                (PAST_RETENTION.to_owned(), past_retention),
                (RETURNED.to_owned(), list(&returned)),
                (LOOKED.to_owned(), check.looked.clone()),
            ];
            objects.commit_blocking(Batch { meta, ..Batch::default() })?;
            Ok(Some(check))
        });
        let Some(check) = check.await? else { return Ok(()) };
        connection.close_files();
        let customers = check.past_retention.difference(&check.noted).count();
        if customers > 0 {
            tracing::info!(customers, "personal data was deleted at the end of its retention period");
        }
        Ok(())
    }
}

/// Today's work.
struct Check {
    looked: String,
    noted: BTreeSet<String>,
    past_retention: BTreeSet<String>,
}

impl Check {
    /// `None` where today was looked at already, or nobody was ever to be forgotten.
    fn due(
        source: Source,
        files: &ConnectionFiles,
        settings: &Settings,
        now: UnixSeconds,
    ) -> Result<Option<Self>, SyncError> {
        let Some(objects) = files.objects_if_any()? else { return Ok(None) };
        // In GDPR mode there is no personal data to delete.
        let months = settings.retention_months.filter(|_| !settings.gdpr);
        let today = now.timestamp().to_zoned_datetime(TimeZone::UTC).date();
        let looked = months.map(|months| format!("{today} {months}")).unwrap_or_default();
        if objects.meta(LOOKED)?.unwrap_or_default() == looked {
            return Ok(None);
        }
        let noted = past_retention(&objects)?;
        let past_retention = match months {
            Some(months) => left_before(source, &objects, months_before(now, months))?,
            None => BTreeSet::new(),
        };
        Ok(Some(Self { looked, noted, past_retention }))
    }
}

fn months_before(now: UnixSeconds, months: u16) -> UnixSeconds {
    let zoned = now.timestamp().to_zoned_datetime(TimeZone::UTC);
    let then = zoned.checked_sub(i64::from(months).months());
    UnixSeconds(then.map_or(i64::MIN, |then| then.timestamp().as_second()))
}

/// Customers of whom nothing was created since, and whose agreements all ended before.
fn left_before(
    source: Source,
    objects: &Objects,
    before: UnixSeconds,
) -> Result<BTreeSet<String>, StoreError> {
    let mut left = BTreeSet::new();
    for customer in objects.idle_customers(before)? {
        let agreements = objects.by_customer(&customer, source.agreements())?;
        let mut ends = agreements.iter().map(|stored| source.ended_at(&stored.object));
        let is_over = ends.all(|ended_at| ended_at.is_some_and(|at| at < before));
        if is_over {
            left.insert(customer.to_string());
        }
    }
    Ok(left)
}
