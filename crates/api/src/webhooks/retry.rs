//! `POST /connections/{id}/webhook/retry`: retries deliveries that were given up.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct Retried {
    pub deliveries: usize,
}

/// Retry deliveries that were given up
#[utoipa::path(post, path = "/api/v1/connections/{id}/webhook/retry", operation_id = "retry_dead_deliveries", tag = "sync",
    responses((status = 200, body = Retried)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<Manage>,
) -> Result<Json<Retried>, Problem> {
    let deliveries = context.runner.retry_given_up(&record.workspace, &record.id).await?;
    Ok(Json(Retried { deliveries }))
}
