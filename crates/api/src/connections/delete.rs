//! `DELETE /connections/{id}`: the connection, its key and all that was fetched.

use axum::extract::State;
use axum::http::StatusCode;
use store::StoreError;

use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

/// Delete a connection and all that was fetched
#[utoipa::path(delete, path = "/api/v1/connections/{id}", operation_id = "delete_connection", tag = "connections",
    responses((status = 204, description = "Deleted, with its files")))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
) -> Result<StatusCode, Problem> {
    context.runner.forget(&record.id).await;
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
