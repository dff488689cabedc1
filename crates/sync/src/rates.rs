//! The exchange rates of a process: those inside the binary, newer ones as they are published, and, with precedence
//! over all of them, the rates that users of a workspace entered.

mod entered;
mod state;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use connect::Network;
use metrics::fx::Rates;
use model::{Clock, Day, UnixSeconds, WorkspaceId};
use store::{Catalog, DataDir, StoreError};
use tokio_util::sync::CancellationToken;

use crate::SyncError;
use crate::blocking::blocking;

pub use entered::EnterError;
pub use state::{RatesAttempt, RatesState};

/// Rates are published once on banking days, in the afternoon.
const LOOK_EVERY: Duration = Duration::from_secs(6 * 3600);
const AFTER_FAILURE: Duration = Duration::from_secs(3600);
/// Looked at again before the newest known day: a rate may be corrected.
const OVERLAP_DAYS: i32 = 7;
/// An address whose newest rate is older has stopped publishing: no weekend with its holidays is longer.
const STALE_AFTER_DAYS: i32 = 5;

/// One for each process.
pub struct ReferenceRates {
    data: DataDir,
    catalog: Catalog,
    network: Network,
    current: RwLock<Arc<Rates>>,
    of_workspaces: Mutex<HashMap<WorkspaceId, WorkspaceRates>>,
}

/// A workspace's rates, and what they were made of.
struct WorkspaceRates {
    revision: i64,
    published: Arc<Rates>,
    rates: Arc<Rates>,
}

impl ReferenceRates {
    /// What is known without a network request. An unreadable stored file is ignored and reported.
    pub fn open(data: DataDir, catalog: Catalog) -> Self {
        let built_in = Rates::embedded();
        let kept = data.rates().map_err(|error| error.to_string());
        let kept = kept.and_then(|text| {
            text.map(|text| Rates::from_csv(&text)).transpose().map_err(|error| error.to_string())
        });
        let current = match kept {
            Ok(Some(kept)) => Arc::new(built_in.merged(&kept)),
            Ok(None) => built_in,
            Err(error) => {
                tracing::warn!(%error, "the stored reference rates could not be read");
                built_in
            }
        };
        Self {
            data,
            catalog,
            network: Network::Real,
            current: RwLock::new(current),
            of_workspaces: Mutex::default(),
        }
    }

    /// Requests new rates over this network.
    pub fn over(self, network: Network) -> Self {
        Self { network, ..self }
    }

    /// What is published, without what anybody entered.
    pub fn published(&self) -> Arc<Rates> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rates of a workspace, as they are now: also after another process changed them. Reads the disk.
    ///
    /// # Errors
    /// Those of the catalog.
    pub fn of(&self, workspace: &WorkspaceId) -> Result<Arc<Rates>, StoreError> {
        // Read before the rates: a change in between leads to reading them once more, never to old ones that stay.
        let revision = self.catalog.rates_revision(workspace)?;
        let published = self.published();
        let known = || self.of_workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = known().get(workspace)
            && made.revision == revision
            && Arc::ptr_eq(&made.published, &published)
        {
            return Ok(Arc::clone(&made.rates));
        }
        let entered = entered::read(&self.catalog.rates(workspace)?);
        let rates = Arc::new(published.with_entered(entered.into_iter().collect()));
        let made = WorkspaceRates { revision, published, rates: Arc::clone(&rates) };
        known().insert(workspace.clone(), made);
        Ok(rates)
    }

    /// Fetches what was published since the newest known day and keeps it. The second address is requested where the first
    /// one fails or publishes nothing new any more; where both have a rate, the first one's counts. The newest day that
    /// is known then.
    ///
    /// # Errors
    /// What the first address failed with, when none has rates, and what the disk says. Nothing changes then.
    pub async fn update(&self, addresses: &[String], now: UnixSeconds) -> Result<Option<Day>, SyncError> {
        let known = self.published();
        let built_in_on = Rates::embedded().latest_on().unwrap_or(Day(0));
        let from = Day(known.latest_on().unwrap_or(built_in_on).0 - OVERLAP_DAYS);
        let stale_before = Day(now.day(&jiff::tz::TimeZone::UTC).0 - STALE_AFTER_DAYS);
        let (mut found, mut failure, mut attempts) = (Vec::new(), None, Vec::new());
        for address in addresses {
            let fetched = fetch(&self.network, address, from).await;
            attempts.push(RatesAttempt::of(address, &fetched, now));
            match fetched {
                Ok(published) => {
                    let is_stale = published.latest_on().is_none_or(|on| on < stale_before);
                    found.push(published);
                    if !is_stale {
                        break;
                    }
                }
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        self.note(attempts).await?;
        if let (true, Some(failure)) = (found.is_empty(), failure) {
            return Err(failure);
        }
        let merged = found.iter().rev().fold(Rates::clone(&known), |rates, newer| rates.merged(newer));
        let kept = merged.to_csv_after(Day(built_in_on.0 - OVERLAP_DAYS));
        let data = self.data.clone();
        blocking(move || Ok(data.keep_rates(&kept)?)).await?;
        let latest_on = merged.latest_on();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(merged);
        Ok(latest_on)
    }

    /// Looks for new rates now and then until it is cancelled. An address that cannot be reached changes nothing.
    pub async fn keep_up(self: Arc<Self>, addresses: Vec<String>, clock: Clock, cancel: CancellationToken) {
        loop {
            let pause = match self.update(&addresses, clock.now()).await {
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

async fn fetch(network: &Network, address: &str, from: Day) -> Result<Rates, SyncError> {
    let text = connect::rates::fetch(network, address, from).await?;
    Rates::from_csv(&text).map_err(|error| SyncError::NoRates(error.to_string()))
}
