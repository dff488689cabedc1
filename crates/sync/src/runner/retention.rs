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
use store::{Batch, ConnectionFiles, ConnectionRecord, Objects, StoreError, Whose};

use super::connection::Connection;
use super::nameless::Forgetting;
use super::{Shared, blocking};
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

/// Customers whose personal data is removed as it arrives, for now.
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
        epoch: u64,
    ) -> Result<(), SyncError> {
        let forgetting = self.forgetting(connection, record, epoch)?;
        let now = self.config.clock.now();
        let _loading = connection.loading.lock().await;
        let checked = blocking(move || {
            let Some(check) = Check::due(forgetting.source, &forgetting.files, &forgetting.settings, now)?
            else {
                return Ok(None);
            };
            check.carry_out(&forgetting)?;
            Ok(Some(check.customers()))
        });
        let Some(customers) = checked.await? else { return Ok(()) };
        connection.close_reader();
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

impl Check {
    fn new_customers(&self) -> impl Iterator<Item = &String> {
        self.past_retention.difference(&self.noted)
    }

    /// Whose period has ended since the last check.
    fn customers(&self) -> usize {
        self.new_customers().count()
    }

    fn carry_out(&self, forgetting: &Forgetting) -> Result<(), SyncError> {
        let past_retention = list(&self.past_retention);
        let new: Vec<CustomerId> = self.new_customers().map(|id| CustomerId::from(id.as_str())).collect();
        if !new.is_empty() {
            forgetting.connection.reporter.begin(Phase::Erasing);
            let shown = forgetting.connection.peek();
            let (whose, note) = (Whose::Customers(&new), (PAST_RETENTION, past_retention.as_str()));
            forgetting.delete(forgetting.record_restated()?, shown, whose, note, |_| {})?;
        }
        // Last, so that an interrupted run is repeated.
        let objects = forgetting.files.objects_to_write()?;
        let mut returned = listed(&objects, RETURNED)?;
        returned.extend(self.noted.difference(&self.past_retention).cloned());
        let meta = vec![
            (PAST_RETENTION.to_owned(), past_retention),
            (RETURNED.to_owned(), list(&returned)),
            (LOOKED.to_owned(), self.looked.clone()),
        ];
        objects.commit_blocking(Batch { meta, ..Batch::default() })?;
        Ok(())
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
