//! `GET /connections/{id}/webhook/dead`: deliveries that were given up, with the reason.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use store::Delivery;
use utoipa::ToSchema;

use crate::access::identity::Connection;
use crate::access::permission::Manage;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

const MOST: usize = 100;

#[derive(Debug, Serialize, ToSchema)]
pub struct DeadDeliveries {
    /// Newest first, 100 at most.
    pub data: Vec<DeadDelivery>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DeadDelivery {
    pub event_id: String,
    pub event_type: String,
    pub object_id: Option<String>,
    /// By the provider's clock.
    pub created_at: i64,
    pub attempts: u32,
    pub error: String,
}

/// List deliveries that were given up
#[utoipa::path(get, path = "/api/v1/connections/{id}/webhook/dead", operation_id = "list_dead_deliveries", tag = "sync",
    responses((status = 200, body = DeadDeliveries)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<Manage>,
) -> Result<Json<DeadDeliveries>, Problem> {
    let inbox = context.runner.inbox(&record.workspace, &record.id).await?;
    let dead = blocking(move || inbox.dead(MOST)).await??;
    Ok(Json(DeadDeliveries { data: dead.into_iter().map(DeadDelivery::from).collect() }))
}

impl From<Delivery> for DeadDelivery {
    fn from(delivery: Delivery) -> Self {
        Self {
            event_id: delivery.event.event_id,
            event_type: delivery.event.event_type,
            object_id: delivery.event.object_id,
            created_at: delivery.event.created_at.0,
            attempts: delivery.attempts,
            error: delivery.last_error.unwrap_or_default(),
        }
    }
}
