//! `GET /connections/{id}/sync/stream`: progress and new figures as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use ::sync::{Business, Progress};
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use futures_util::Stream;
use futures_util::future::select_all;
use serde::Serialize;
use store::Actor;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::dto::ProgressView;
use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;

/// No more often than a page can show it.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// Where nothing happens, a stream that may be no longer listened to ends after this long.
const LONGEST_UNASKED: Duration = Duration::from_secs(30);

#[derive(Debug, Serialize)]
struct LedgerMoved {
    ledger_version: u64,
    data_through: Option<i64>,
}

/// Who listens, to what.
struct Allowed {
    context: Shared,
    business: Business,
    actor: Actor,
    /// Of a user.
    session: Option<String>,
}

/// What one listener has been sent.
struct Listener {
    /// Of each connection.
    progress: Vec<watch::Receiver<Progress>>,
    stopping: CancellationToken,
    allowed: Allowed,
    told_version: Option<u64>,
    is_first: bool,
    /// The second event of a change, when it has two.
    waiting: Option<Event>,
}

/// Stream progress and new figures
#[utoipa::path(get, path = "/api/v1/connections/{id}/sync/stream", operation_id = "stream_sync", tag = "sync",
    responses((status = 200, content_type = "text/event-stream", body = String,
        description = "Events `progress` (a Progress) and `ledger` ({ledger_version, data_through})")))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, by, session, .. }: Figures<ReadMetrics>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let listener = Listener {
        progress: of.connections().iter().map(|record| context.runner.progress(&record.id)).collect(),
        stopping: context.stopping.clone(),
        allowed: Allowed { context: context.clone(), business: of, actor: by.actor, session },
        told_version: None,
        is_first: true,
        waiting: None,
    };
    let events = futures_util::stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

impl Allowed {
    /// Whether no connection came or went since, and all are shown as they were. The page then subscribes again, to those that there are.
    async fn is_of_all(&self) -> bool {
        let Business::Together { workspace, settings, connections } = &self.business else { return true };
        let (catalog, workspace) = (self.context.catalog.clone(), workspace.clone());
        let found = blocking(move || Business::of_workspace(&catalog, &workspace));
        let Ok(Ok(Some(now))) = found.await else { return false };
        let ids = |records: &[store::ConnectionRecord]| -> Vec<_> {
            records.iter().map(|record| record.id.clone()).collect()
        };
        matches!(&now, Business::Together { settings: new, .. } if new == settings)
            && ids(now.connections()) == ids(connections)
    }

    /// Whether a request for this would be answered now. A stream is one long request: it must not outlive a membership,
    /// a session or a token.
    async fn is_still(&self) -> bool {
        // Several connections belong to one workspace.
        let Some(connection) = self.business.connections().first().map(|record| record.id.clone()) else {
            return false;
        };
        if !self.is_of_all().await {
            return false;
        }
        let (catalog, actor, session) =
            (self.context.catalog.clone(), self.actor.clone(), self.session.clone());
        let now = self.context.clock.now();
        let found = blocking(move || match &actor {
            Actor::User { id, .. } => {
                let own =
                    catalog.sessions(id, now)?.into_iter().find(|one| Some(&one.id) == session.as_ref());
                let Some(own) = own.filter(|one| one.user.locked_at.is_none()) else { return Ok(false) };
                let found = catalog.connection_for(id, &own.method, &connection)?;
                Ok(found.is_some_and(|(_, membership)| membership.is_open()))
            }
            Actor::Token { id, .. } => catalog.has_token(id, &connection, now),
            Actor::Visitor | Actor::Operator | Actor::Server => Ok(false),
        });
        matches!(found.await, Ok(Ok(true)))
    }
}

impl Listener {
    /// Waits for progress: whether there was any. `None` once nothing more can come.
    async fn moved(&mut self) -> Option<bool> {
        let moved = async {
            tokio::time::sleep(SHORTEST_PAUSE).await;
            select_all(self.progress.iter_mut().map(|one| Box::pin(one.changed()))).await.0
        };
        tokio::select! {
            () = self.stopping.cancelled() => None,
            () = tokio::time::sleep(LONGEST_UNASKED) => Some(false),
            moved = moved => moved.ok().map(|()| true),
        }
    }

    /// `None` once nothing more can come: the server stops, the connection is gone, or whoever listens may not any more.
    async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.waiting.take() {
            return Some(event);
        }
        if !self.is_first {
            loop {
                let has_moved = self.moved().await?;
                if !self.allowed.is_still().await {
                    return None;
                }
                if has_moved {
                    break;
                }
            }
        }
        self.progress.iter_mut().for_each(|one| drop(one.borrow_and_update()));
        let progress = ProgressView::of(&self.allowed.context, &self.allowed.business);
        let version = progress.ledger_version;
        let has_moved = self.told_version.is_some_and(|told| told != version);
        (self.is_first, self.told_version) = (false, Some(version));
        if has_moved {
            let moved = LedgerMoved { ledger_version: version, data_through: progress.data_through };
            self.waiting = Event::default().event("ledger").json_data(moved).ok();
        }
        Event::default().event("progress").json_data(progress).ok()
    }
}
