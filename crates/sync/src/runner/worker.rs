//! One connection's task: works when there is something to do, rests otherwise, and knows what a failure asks for.

use std::sync::Arc;
use std::time::Duration;

use store::{ConnectionRecord, StoreError};

use super::slot::Slot;
use super::{Shared, blocking};
use crate::SyncError;
use crate::progress::Phase;
use crate::update::Thoroughness;

/// How often another process' work is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// After a failure that may pass by itself.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// What to do once a piece of work has ended.
enum Next {
    /// After this long, or when asked. `None`: only when asked.
    Rest(Option<Duration>),
    /// With what the catalog says now.
    AtOnce,
    Never,
}

pub(super) async fn run(shared: Arc<Shared>, slot: Arc<Slot>) {
    loop {
        let record = match find(&shared, &slot).await {
            Ok(Some(record)) => record,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(connection = %slot.id, %error, "the catalog cannot be read");
                slot.rest(Some(AFTER_FAILURE)).await;
                if slot.is_forgotten() {
                    return;
                }
                continue;
            }
        };
        let next = turn(&shared, &slot, record).await;
        match next {
            Next::Rest(longest) => slot.rest(longest).await,
            Next::AtOnce => {}
            Next::Never => return,
        }
        if slot.is_forgotten() {
            return;
        }
    }
}

async fn turn(shared: &Arc<Shared>, slot: &Arc<Slot>, record: ConnectionRecord) -> Next {
    let thoroughness = if slot.take_ask() { Thoroughness::Asked } else { Thoroughness::Regular };
    match shared.work_once(slot, record.clone(), thoroughness).await {
        Ok(()) => Next::Rest(shared.config.update_every_seconds.map(Duration::from_secs)),
        Err(SyncError::Cancelled) if slot.is_forgotten() => Next::Never,
        Err(SyncError::Cancelled) => Next::AtOnce,
        Err(SyncError::Store(StoreError::AlreadyOpen { .. })) => {
            if let Err(error) = shared.follow(slot, &record).await {
                tracing::warn!(connection = %slot.id, %error, "another process' work cannot be followed");
            }
            if thoroughness == Thoroughness::Asked {
                slot.ask();
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Next::Rest(Some(LOOK_EVERY))
        }
        Err(error) if error.is_retryable() => Next::Rest(Some(AFTER_FAILURE)),
        // Somebody has to do something first, and asks then.
        Err(_) => Next::Rest(None),
    }
}

async fn find(shared: &Arc<Shared>, slot: &Slot) -> Result<Option<ConnectionRecord>, SyncError> {
    let (catalog, id) = (shared.config.catalog.clone(), slot.id.clone());
    let all = blocking(move || Ok(catalog.all_connections()?)).await?;
    Ok(all.into_iter().find(|record| record.id == id))
}

impl Shared {
    /// Shows how far another process is.
    async fn follow(&self, slot: &Arc<Slot>, record: &ConnectionRecord) -> Result<(), SyncError> {
        self.reload_if_moved(slot, record).await?;
        let (reading, dir) = (Arc::clone(slot), self.config.data.connection_dir(&slot.id));
        let now = self.config.clock.now();
        let state = blocking(move || Ok(crate::backfill::state_of(&reading.reading(&dir)?, now)?)).await?;
        let phase = if record.loaded_at.is_some() { Phase::Updating } else { Phase::Loading };
        slot.reporter.change(|progress| {
            progress.phase = phase;
            progress.objects_done = state.kinds.iter().map(|kind| kind.done).sum();
            progress.kinds = state.kinds;
            progress.reaches_back_on = state.reaches_back_on;
            progress.data_through = record.data_through;
            progress.message = Some("another chartsy process works on it".to_owned());
        });
        Ok(())
    }
}
