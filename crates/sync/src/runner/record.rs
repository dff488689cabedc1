//! What the catalog records about a connection's work, and how its key is read from it.

use std::sync::Arc;

use connect::{Client, ClientConfig, Limits, Network, Privacy, Source};
use model::{ConnectionId, CustomerId, UnixSeconds};
use store::{ConnectionRecord, ConnectionState, key_context};
use url::Url;

use super::{Shared, blocking};
use crate::SyncError;
use crate::audit::Audit;
use crate::update::Absent;

/// The provider that a connection is with.
///
/// # Errors
/// `UnknownSource`: a later version connected it.
pub fn source_of(record: &ConnectionRecord) -> Result<Source, SyncError> {
    Source::of(&record.source).ok_or_else(|| SyncError::UnknownSource(record.source.clone()))
}

/// The outcome of a piece of work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Done {
    pub data_through: Option<UnixSeconds>,
    /// `None`: nobody looked.
    pub absent: Option<Absent>,
    /// Of the day's audit: what was read again, and whose figures are to be compared.
    pub audited: Option<(Audit, Vec<CustomerId>)>,
}

/// What a client was made of: with anything else another one is needed.
#[derive(PartialEq)]
pub(super) struct MadeOf {
    /// The fingerprint of its key. Not what is sealed: that changes with the master key.
    key: String,
    api_base: String,
    limits: Limits,
    privacy: Privacy,
    share_percent: u8,
}

impl Shared {
    /// A client with the connection's own key, at its own address. It is the same one while these are, since it knows how
    /// much of the provider's limits is used up.
    pub(super) async fn client(self: &Arc<Self>, record: &ConnectionRecord) -> Result<Client, SyncError> {
        let (shared, of) = (Arc::clone(self), record.clone());
        blocking(move || shared.client_blocking(&of)).await
    }

    pub(super) fn client_blocking(&self, record: &ConnectionRecord) -> Result<Client, SyncError> {
        let config = &self.config;
        let sealed = || config.catalog.sealed_key(&record.workspace, &record.id);
        let key = config.data.unsealed(&config.catalog, &key_context(&record.id), sealed)?;
        let key = key.ok_or_else(|| SyncError::NoKey(record.id.clone()))?;
        let key = source_of(record)?.parse_key(key.expose())?;
        let base = Url::parse(&record.api_base).map_err(|_| SyncError::BadBase(record.api_base.clone()))?;
        let limits = match config.limits {
            _ if record.is_sample => Limits::None,
            Limits::Published if connect::is_on_this_machine(&base) => Limits::OnceRefused,
            limits => limits,
        };
        let privacy = self.privacy_of(record)?;
        let network = match (&config.network, record.is_sample) {
            // A sample merchant is in this process.
            (Network::Public, true) => Network::Real,
            (network, _) => network.clone(),
        };
        let share_percent = config.share_percent;
        let made_of = MadeOf {
            key: key.fingerprint(),
            api_base: record.api_base.clone(),
            limits,
            privacy: privacy.clone(),
            share_percent,
        };
        self.connection(&record.id).client(made_of, || {
            let defaults = ClientConfig::new(key, config.clock.clone());
            Ok(Client::new(ClientConfig { base, limits, share_percent, network, privacy, ..defaults })?)
        })
    }

    /// Records the end of a piece of work in the catalog.
    pub(super) async fn record_outcome(
        self: &Arc<Self>,
        record: &ConnectionRecord,
        outcome: &Result<Done, SyncError>,
    ) -> Result<(), SyncError> {
        let now = self.config.clock.now();
        let change: Box<dyn FnOnce(&mut ConnectionRecord) + Send> = match outcome {
            Ok(done) => {
                let done = done.clone();
                Box::new(move |record| succeeded(record, done, now))
            }
            // Nothing is wrong with the connection.
            Err(error) if is_passing(error) => return Ok(()),
            Err(error) => {
                let (last_error, is_final) = (error.last_error(now), !error.is_retryable());
                Box::new(move |record| {
                    record.last_error = Some(last_error);
                    if is_final {
                        record.state = ConnectionState::Failed;
                    }
                })
            }
        };
        self.update_record(record, change).await
    }

    /// What the connection's objects note about themselves; `None` also while nothing was ever written.
    pub(super) async fn noted(
        &self,
        id: &ConnectionId,
        key: &'static str,
    ) -> Result<Option<String>, SyncError> {
        let files = self.config.data.connection_files(id);
        blocking(move || match files.objects_if_any()? {
            Some(objects) => Ok(objects.meta(key)?),
            None => Ok(None),
        })
        .await
    }

    pub(super) async fn update_record(
        &self,
        record: &ConnectionRecord,
        change: impl FnOnce(&mut ConnectionRecord) + Send + 'static,
    ) -> Result<(), SyncError> {
        let catalog = self.config.catalog.clone();
        let (workspace, id) = (record.workspace.clone(), record.id.clone());
        blocking(move || {
            catalog.update_connection(&workspace, &id, change)?;
            Ok(())
        })
        .await
    }
}

fn succeeded(record: &mut ConnectionRecord, done: Done, now: UnixSeconds) {
    record.state = ConnectionState::Live;
    record.loaded_at = record.loaded_at.or(Some(now));
    record.data_through = done.data_through.or(record.data_through);
    record.last_error = None;
    if let Some(absent) = done.absent {
        record.absent = absent;
    }
}

/// Another process is working on it, or this one is stopping.
pub(super) fn is_passing(error: &SyncError) -> bool {
    matches!(error, SyncError::Cancelled | SyncError::Store(store::StoreError::AlreadyOpen { .. }))
}
