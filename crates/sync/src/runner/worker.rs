//! One connection's task: works when there is something to do, rests otherwise, and knows how to react to a failure.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use store::{ConnectionRecord, ConnectionState, StoreError};
use tokio::sync::SemaphorePermit;
use tokio::time::Instant;

use super::connection::Connection;
use super::record::source_of;
use super::work::Task;
use super::{Shared, blocking, lock};
use crate::SyncError;
use crate::progress::{KindState, Phase};
use crate::update::Thoroughness;

/// How often another process's work is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// After a failure that may resolve itself.
const AFTER_FAILURE: Duration = Duration::from_secs(30);
/// After a failure that does not.
const AFTER_REFUSAL: Duration = Duration::from_secs(900);

/// So long a look may keep others from theirs.
const LONGEST_TURN: Duration = Duration::from_secs(300);

/// How many connections may keep their files open between two pieces of work.
const MOST_WITH_OPEN_FILES: usize = 50;

/// What to do after a unit of work.
enum Next {
    /// After this long, or on request. `None`: only on request.
    Rest(Option<Duration>),
    /// With what the catalog says now.
    AtOnce,
    Never,
}

pub(super) async fn run(shared: Arc<Shared>, connection: Arc<Connection>) {
    // When to look for changes again, whether or not anything was delivered meanwhile.
    let mut look_at = Some(Instant::now());
    loop {
        let record = match find(&shared, &connection).await {
            Ok(Some(record)) => record,
            Ok(None) => return,
            Err(error) => {
                tracing::error!(connection = %connection.id, %error, "the catalog can't be read");
                connection.rest(Some(AFTER_FAILURE)).await;
                if connection.is_forgotten() {
                    return;
                }
                continue;
            }
        };
        match turn(&shared, &connection, record, &mut look_at).await {
            Next::Rest(pause) => {
                shared.close_where_crowded(&connection).await;
                connection.rest(pause).await;
            }
            Next::AtOnce => {}
            Next::Never => return,
        }
        if connection.is_forgotten() {
            return;
        }
    }
}

async fn turn(
    shared: &Arc<Shared>,
    connection: &Arc<Connection>,
    record: ConnectionRecord,
    look_at: &mut Option<Instant>,
) -> Next {
    let is_requested = connection.take_request();
    let is_due = look_at.is_some_and(|at| at <= Instant::now());
    // Nothing can be fetched with a rejected key: deliveries wait until there is another key.
    let can_fetch = record.loaded_at.is_some() && record.state != ConnectionState::Failed;
    let has_deliveries = connection.take_deliveries() && can_fetch;
    let task = match (is_requested, is_due) {
        (true, _) => Task::Update(Thoroughness::Requested),
        // What was delivered does not wait for the turn of a look.
        (false, true) if has_deliveries && shared.is_crowded() => Task::Deliveries,
        (false, true) => Task::Update(Thoroughness::Regular),
        (false, false) if has_deliveries => Task::Deliveries,
        (false, false) if !can_fetch => return Next::Rest(until(*look_at)),
        (false, false) => return Next::Rest(shared.pause(connection, *look_at).await),
    };
    let (record, turn) = match task {
        Task::Update(Thoroughness::Regular) if record.loaded_at.is_some() => {
            let Some(turn) = shared.turn_to_update(connection).await else { return Next::AtOnce };
            // It may have changed meanwhile.
            let Ok(Some(record)) = find(shared, connection).await else { return Next::AtOnce };
            (record, Some(turn))
        }
        _ => (record, None),
    };
    // Beside the first load, which may wait for objects that can't be reached. Nothing is registered with a rejected key. Later
    // an update has to say first whether the endpoint has gone silent.
    let registers_beside = record.loaded_at.is_none() && record.state != ConnectionState::Failed;
    let registering = async {
        if registers_beside {
            shared.look_every(&record, is_requested).await;
        }
    };
    let work = async { tokio::join!(shared.work_once(connection, record.clone(), task), registering) };
    let (outcome, ()) = tokio::select! {
        done = work => done,
        never = give_back(turn) => match never {},
    };
    if outcome.is_ok() && task != Task::Deliveries {
        let every =
            shared.look_every(&record, is_requested && !registers_beside).await.map(Duration::from_secs);
        *look_at = every.map(|every| Instant::now() + every);
    }
    match outcome {
        Ok(()) => Next::Rest(shared.pause(connection, *look_at).await),
        Err(SyncError::Cancelled) if connection.is_forgotten() => Next::Never,
        Err(SyncError::Cancelled) => Next::AtOnce,
        Err(SyncError::Store(StoreError::AlreadyOpen { .. })) => {
            if let Err(error) = shared.follow(connection, &record).await {
                tracing::warn!(connection = %connection.id, %error, "another process's changes can't be followed");
            }
            if is_requested {
                connection.request();
                tokio::time::sleep(LOOK_EVERY).await;
            }
            Next::Rest(Some(LOOK_EVERY))
        }
        Err(error) if error.is_retryable() => {
            *look_at = Some(Instant::now() + AFTER_FAILURE);
            Next::Rest(Some(AFTER_FAILURE))
        }
        // Somebody has to act first and then starts a sync; changes at the provider are noticed automatically.
        Err(_) => {
            *look_at = Some(Instant::now() + AFTER_REFUSAL);
            Next::Rest(Some(AFTER_REFUSAL))
        }
    }
}

fn until(look_at: Option<Instant>) -> Option<Duration> {
    look_at.map(|at| at.saturating_duration_since(Instant::now()))
}

async fn find(shared: &Arc<Shared>, connection: &Connection) -> Result<Option<ConnectionRecord>, SyncError> {
    let (catalog, id) = (shared.config.catalog.clone(), connection.id.clone());
    blocking(move || Ok(catalog.connection_of_any_workspace(&id)?)).await
}

impl Shared {
    /// Waits until few enough others are brought up to date: each has files open meanwhile, of which a process may have only so
    /// many. `None`: somebody waits for this one, or it is to end.
    pub(super) async fn turn_to_update(&self, connection: &Connection) -> Option<SemaphorePermit<'_>> {
        let turn = self.updates.acquire();
        tokio::pin!(turn);
        loop {
            tokio::select! {
                turn = &mut turn => return turn.ok(),
                () = connection.rest(None) => {
                    if connection.is_requested() || connection.has_deliveries() || connection.is_forgotten() {
                        return None;
                    }
                }
            }
        }
    }

    /// Whether looks have to wait for their turn.
    fn is_crowded(&self) -> bool {
        self.updates.available_permits() == 0
    }

    /// With many connections, each closes its files after its work.
    async fn close_where_crowded(&self, connection: &Arc<Connection>) {
        if lock(&self.connections).len() <= MOST_WITH_OPEN_FILES {
            return;
        }
        let closing = Arc::clone(connection);
        let closed = blocking(move || {
            closing.close_files_when_idle(i64::MAX);
            Ok(())
        });
        if let Err(error) = closed.await {
            tracing::error!(connection = %connection.id, %error, "its files were not closed");
        }
    }

    /// How long until there is something to do, if nothing is delivered. `None`: until somebody asks.
    async fn pause(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        look_at: Option<Instant>,
    ) -> Option<Duration> {
        let until_look = until(look_at);
        let (looking, files) = (Arc::clone(connection), self.config.data.connection_files(&connection.id));
        let facts = blocking(move || Ok(looking.inbox_facts(&files)?)).await.unwrap_or_default();
        let Some(next_attempt_at) = facts.next_attempt_at else { return until_look };
        connection.was_delivered_before();
        let seconds = u64::try_from(next_attempt_at.0 - self.config.clock.now().0).unwrap_or(0).max(1);
        let until_attempt = Duration::from_secs(seconds);
        Some(until_look.map_or(until_attempt, |until_look| until_look.min(until_attempt)))
    }

    /// Maintains the webhook, and returns how often to poll for what it misses.
    async fn look_every(self: &Arc<Self>, record: &ConnectionRecord, is_requested: bool) -> Option<u64> {
        let every = self.config.update_every_seconds?;
        match self.ensure_webhook(record, is_requested).await {
            Ok(webhook) if webhook.delivers() => {
                Some(self.config.update_every_seconds_with_webhooks.max(every))
            }
            Ok(_) => Some(every),
            Err(error) => {
                tracing::warn!(connection = %record.id, %error, "the webhook could not be checked");
                Some(every)
            }
        }
    }

    /// Shows what the file has of each kind, and how far back it reaches.
    pub(super) async fn show_kept(
        &self,
        connection: &Arc<Connection>,
        record: &ConnectionRecord,
    ) -> Result<(), SyncError> {
        let (reading, files) = (Arc::clone(connection), self.config.data.connection_files(&connection.id));
        let (source, now) = (source_of(record)?, self.config.clock.now());
        let state = blocking(move || match reading.reading(&files) {
            Err(StoreError::Missing { .. }) => Ok(None),
            objects => Ok(Some(crate::backfill::state_of(source, &objects?, now)?)),
        });
        let Some(mut state) = state.await? else { return Ok(()) };
        for kind in &mut state.kinds {
            let absent = record.absent.iter().find(|(absent, _)| *absent == kind.kind);
            kind.state = absent.map_or(kind.state, |(_, reason)| KindState::of_absent(*reason));
        }
        connection.reporter.kept(&state.kept);
        connection.reporter.change(|progress| {
            connection.reporter.show_kinds(progress, state.kinds);
            progress.reaches_back_on = state.reaches_back_on;
        });
        Ok(())
    }

    /// Shows how far another process is.
    async fn follow(&self, connection: &Arc<Connection>, record: &ConnectionRecord) -> Result<(), SyncError> {
        self.reload_if_moved(connection, record).await?;
        self.show_kept(connection, record).await?;
        let phase = if record.loaded_at.is_some() { Phase::Updating } else { Phase::Loading };
        connection.reporter.change(|progress| {
            progress.phase = phase;
            progress.data_through = record.data_through;
            progress.message = Some("another chartsy process is working on it".to_owned());
        });
        Ok(())
    }
}

/// Holds a turn while it is fair: a provider that answers slowly, or without end, must not keep all others from theirs.
async fn give_back(turn: Option<SemaphorePermit<'_>>) -> Infallible {
    if let Some(turn) = turn {
        tokio::time::sleep(LONGEST_TURN).await;
        drop(turn);
    }
    std::future::pending().await
}
