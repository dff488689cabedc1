//! `DELETE /connections/{id}`: the connection, its key and all that was fetched.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use store::StoreError;

use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Of the provider, in removing its endpoint.
const PATIENCE: Duration = Duration::from_secs(10);

/// Delete a connection and all that was fetched
#[utoipa::path(delete, path = "/api/v1/connections/{id}", operation_id = "delete_connection", tag = "connections",
    responses((status = 204, description = "Deleted, with its files")))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
) -> Result<StatusCode, Problem> {
    // First, so that nobody registers it anew meanwhile.
    context.runner.forget(&record.id).await;
    // Deliveries to nobody would only worry the provider. Its silence is no reason to keep the data.
    let removing = context.runner.remove_webhook(&record.workspace, &record.id);
    match tokio::time::timeout(PATIENCE, removing).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(connection = %record.id, %error, "the webhook endpoint stays with the provider")
        }
        Err(_) => {
            tracing::warn!(connection = %record.id, "the webhook endpoint stays: the provider does not answer")
        }
    }
    let shared = context.clone();
    let deleted = blocking(move || -> Result<(), StoreError> {
        // The files first: with the record gone nobody could ask for the rest again.
        shared.data.delete_connection_files(&record.id)?;
        shared.catalog.delete_connection(&record.workspace, &record.id)?;
        Ok(())
    });
    deleted.await??;
    Ok(StatusCode::NO_CONTENT)
}
