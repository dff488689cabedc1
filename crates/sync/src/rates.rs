//! The reference rates of a process: those inside the binary, with newer ones laid over them as they are published.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use metrics::fx::Rates;
use model::Day;
use store::DataDir;
use tokio_util::sync::CancellationToken;

use crate::SyncError;
use crate::blocking::blocking;

/// Rates are published once on banking days, in the afternoon.
const LOOK_EVERY: Duration = Duration::from_secs(6 * 3600);
const AFTER_FAILURE: Duration = Duration::from_secs(3600);
/// Looked at again before the newest known day: a rate may be corrected.
const OVERLAP_DAYS: i32 = 7;

/// One for each process.
#[derive(Debug)]
pub struct ReferenceRates {
    data: DataDir,
    current: RwLock<Arc<Rates>>,
}

impl ReferenceRates {
    /// What is known without asking anybody. A kept file that cannot be read is left out and said so.
    pub fn open(data: DataDir) -> Self {
        let built_in = Rates::embedded();
        let kept = data.rates().map_err(|error| error.to_string());
        let kept = kept.and_then(|text| {
            text.map(|text| Rates::from_csv(&text)).transpose().map_err(|error| error.to_string())
        });
        let current = match kept {
            Ok(Some(kept)) => Arc::new(built_in.merged(&kept)),
            Ok(None) => built_in,
            Err(error) => {
                tracing::warn!(%error, "kept reference rates are left out");
                built_in
            }
        };
        Self { data, current: RwLock::new(current) }
    }

    pub fn current(&self) -> Arc<Rates> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fetches what was published since the newest known day and keeps it. The newest day that is known then.
    ///
    /// # Errors
    /// When the address does not answer or answers with something else, and what the disk says. Nothing changes then.
    pub async fn update(&self, address: &str) -> Result<Option<Day>, SyncError> {
        let known = self.current();
        let built_in_on = Rates::embedded().latest_on().unwrap_or(Day(0));
        let from = Day(known.latest_on().unwrap_or(built_in_on).0 - OVERLAP_DAYS);
        let text = connect::rates::fetch(address, from).await?;
        let published = Rates::from_csv(&text).map_err(|error| SyncError::NoRates(error.to_string()))?;
        let merged = Arc::new(known.merged(&published));
        let kept = merged.to_csv_after(Day(built_in_on.0 - OVERLAP_DAYS));
        let data = self.data.clone();
        blocking(move || Ok(data.keep_rates(&kept)?)).await?;
        let latest_on = merged.latest_on();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = merged;
        Ok(latest_on)
    }

    /// Looks for new rates now and then until it is cancelled. An address that cannot be reached changes nothing.
    pub async fn keep_up(self: Arc<Self>, address: String, cancel: CancellationToken) {
        loop {
            let pause = match self.update(&address).await {
                Ok(latest_on) => {
                    tracing::info!(
                        latest_on = latest_on.map(|day| day.to_string()),
                        "reference rates are up to date"
                    );
                    LOOK_EVERY
                }
                Err(error) => {
                    tracing::info!(%error, "no newer reference rates");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
