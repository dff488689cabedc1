//! `GET /connections/{id}/sync/stream`: progress and new figures as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use ::sync::Progress;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use connect::Source;
use futures_util::Stream;
use model::UnixSeconds;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::dto::ProgressView;
use crate::access::identity::Connection;
use crate::access::permission::ReadMetrics;
use crate::context::Shared;

/// No more often than a page can show it.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

#[derive(Debug, Serialize)]
struct LedgerMoved {
    ledger_version: u64,
    data_through: Option<UnixSeconds>,
}

/// What one listener has been told.
struct Listener {
    source: Option<Source>,
    progress: watch::Receiver<Progress>,
    stopping: CancellationToken,
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
    Connection { record, .. }: Connection<ReadMetrics>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let listener = Listener {
        source: Source::of(&record.source),
        progress: context.runner.progress(&record.id),
        stopping: context.stopping.clone(),
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

impl Listener {
    /// `None` once nothing more can come: the server stops, or the connection is gone.
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
