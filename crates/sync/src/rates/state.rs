//! The outcome of the last check for rates, shown to people who want to know how old theirs are.

use metrics::fx::Rates;
use model::{Day, UnixSeconds};
use serde::{Deserialize, Serialize};
use store::{Catalog, StoreError};

use super::ReferenceRates;
use crate::SyncError;
use crate::blocking::blocking;

const KEY: &str = "rates_state";

/// The last look, address by address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RatesState {
    pub attempts: Vec<RatesAttempt>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatesAttempt {
    /// Without what may be secret in it.
    pub address: String,
    pub at: UnixSeconds,
    /// The newest day in its answer.
    pub latest_on: Option<Day>,
    pub error: Option<String>,
}

impl RatesState {
    /// # Errors
    /// Those of the catalog. `None` when no server has looked yet.
    pub fn read(catalog: &Catalog) -> Result<Option<Self>, StoreError> {
        let text = catalog.meta(KEY)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

impl RatesAttempt {
    pub(super) fn of(address: &str, fetched: &Result<Rates, SyncError>, at: UnixSeconds) -> Self {
        Self {
            address: connect::rates::shown(address),
            at,
            latest_on: fetched.as_ref().ok().and_then(Rates::latest_on),
            error: fetched.as_ref().err().map(ToString::to_string),
        }
    }
}

impl ReferenceRates {
    pub(super) async fn note(&self, attempts: Vec<RatesAttempt>) -> Result<(), SyncError> {
        let state = RatesState { attempts };
        let text = serde_json::to_string(&state).map_err(|error| SyncError::Worker(error.to_string()))?;
        let catalog = self.catalog.clone();
        blocking(move || Ok(catalog.set_meta(KEY, &text)?)).await
    }
}
