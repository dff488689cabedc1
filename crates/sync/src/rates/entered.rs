//! Rates that users enter: checked against all the others, then stored.

use metrics::fx::{Entered, EnteredRate, EntryError};
use model::{UnixSeconds, WorkspaceId};
use store::{Catalog, NewRate, RateRecord, StoreError};

use super::ReferenceRates;

/// A currency's every day for 27 years.
const MOST_RATES: usize = 10_000;

#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    #[error("{error}")]
    Entry { index: usize, error: EntryError },
    #[error("a workspace can have at most {MOST_RATES} rates: enter one rate for a range of days instead")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ReferenceRates {
    /// Keeps what was entered in the catalog of whoever entered it, all or none of it. It counts from the next question on, before
    /// every other rate.
    ///
    /// # Errors
    /// The first entry that does not fit with the others.
    pub fn enter(
        &self,
        catalog: &Catalog,
        workspace: &WorkspaceId,
        entries: &[EnteredRate],
        entered_by: &str,
        now: UnixSeconds,
    ) -> Result<(), EnterError> {
        let kept = read(&catalog.rates(workspace)?);
        if kept.len() + entries.len() > MOST_RATES {
            return Err(EnterError::TooMany);
        }
        let all: Entered = kept.into_iter().chain(entries.iter().copied()).collect();
        let rates = self.published().with_entered(all);
        rates.check_entries(entries).map_err(|(index, error)| EnterError::Entry { index, error })?;
        let new: Vec<NewRate> = entries.iter().map(new_rate).collect();
        Ok(catalog.add_rates(workspace, &new, entered_by, now)?)
    }
}

fn new_rate(entry: &EnteredRate) -> NewRate {
    NewRate {
        currency: entry.currency,
        base: entry.base,
        first_on: entry.first,
        last_on: entry.last,
        rate: entry.rate.to_string(),
    }
}

/// What was kept as rates. Each was checked when it was entered.
pub(super) fn read(records: &[RateRecord]) -> Vec<EnteredRate> {
    let entry = |record: &RateRecord| {
        let NewRate { currency, base, first_on, last_on, rate } = &record.rate;
        let (first, last) = (first_on.to_string(), last_on.to_string());
        EnteredRate::parse(currency.as_str(), base.as_str(), &first, Some(&last), rate)
            .map_err(|error| tracing::warn!(%error, id = record.id, "an entered rate is ignored"))
            .ok()
    };
    records.iter().filter_map(entry).collect()
}
