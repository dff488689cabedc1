//! `POST /connections/{id}/reload`: for data that is damaged, or trusted no more.

use axum::extract::State;
use axum::http::StatusCode;

use crate::access::identity::Connection;
use crate::context::Shared;
use crate::problem::Problem;

/// Let go of what was loaded and load everything again
///
/// Key, settings and webhook stay, and erasures and the list of restatements as far as they can be read. Numbers fill in
/// as on the first day.
#[utoipa::path(post, path = "/api/v1/connections/{id}/reload", operation_id = "reload_connection", tag = "sync",
    responses((status = 202, description = "Under way, or about to be")))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
) -> Result<StatusCode, Problem> {
    context.runner.reload(&record.workspace, &record.id).await?;
    Ok(StatusCode::ACCEPTED)
}
