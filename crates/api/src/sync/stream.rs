//! `GET /connections/{id}/sync/stream`: progress and new figures as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use ::sync::Progress;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use connect::Source;
use futures_util::Stream;
use model::{ConnectionId, UnixSeconds};
use serde::Serialize;
use store::{Actor, SignInMethod};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::dto::ProgressView;
use crate::access::identity::Connection;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;

/// No more often than a page can show it.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug, Serialize)]
struct LedgerMoved {
    ledger_version: u64,
    data_through: Option<UnixSeconds>,
}

/// Who listens, to which connection.
struct Allowed {
    context: Shared,
    connection: ConnectionId,
    actor: Actor,
    /// How a user signed in.
    method: SignInMethod,
}

/// What one listener has been told.
struct Listener {
    source: Option<Source>,
    progress: watch::Receiver<Progress>,
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
    Connection { record, by, method, .. }: Connection<ReadMetrics>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let listener = Listener {
        source: Source::of(&record.source),
        progress: context.runner.progress(&record.id),
        stopping: context.stopping.clone(),
        allowed: Allowed { context: context.clone(), connection: record.id.clone(), actor: by.actor, method },
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
    /// Whether a request for this would be answered now. A stream is one long request: it must not outlive a membership or a token.
    async fn is_still(&self) -> bool {
        let (catalog, connection) = (self.context.catalog.clone(), self.connection.clone());
        let (actor, method) = (self.actor.clone(), self.method.clone());
        let now = self.context.clock.now();
        let found = blocking(move || match &actor {
            Actor::User { id, .. } => {
                let is_locked = catalog.user(id)?.is_none_or(|user| user.locked_at.is_some());
                let found = catalog.connection_for(id, &method, &connection)?;
                Ok(!is_locked && found.is_some_and(|(_, membership)| !membership.lacks_two_factor))
            }
            Actor::Token { id, .. } => catalog.has_token(id, &connection, now),
            Actor::Visitor | Actor::Operator | Actor::Server => Ok(false),
        });
        matches!(found.await, Ok(Ok(true)))
    }
}

impl Listener {
    /// `None` once nothing more can come: the server stops, the connection is gone, or whoever listens may not any more.
    async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.waiting.take() {
            return Some(event);
        }
        if !self.is_first {
            let moved = async {
                tokio::time::sleep(SHORTEST_PAUSE).await;
                self.progress.changed().await
            };
            tokio::select! {
                () = self.stopping.cancelled() => return None,
                moved = moved => moved.ok()?,
            }
            if !self.allowed.is_still().await {
                return None;
            }
        }
        let progress = self.progress.borrow_and_update().clone();
        let version = progress.ledger_version;
        let has_moved = self.told_version.is_some_and(|told| told != version);
        (self.is_first, self.told_version) = (false, Some(version));
        if has_moved {
            let moved = LedgerMoved { ledger_version: version, data_through: progress.data_through };
            self.waiting = Event::default().event("ledger").json_data(moved).ok();
        }
        Event::default().event("progress").json_data(ProgressView::new(self.source, &progress)).ok()
    }
}
