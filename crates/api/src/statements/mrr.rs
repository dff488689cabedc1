//! `GET /connections/{id}/statements/mrr`: from our MRR to the provider's.

use ::metrics::envelope::{self, Envelope};
use ::metrics::question::nothing_else;
use ::metrics::statement::mrr::MrrStatement;
use axum::Json;
use axum::extract::State;

use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

/// Explain how MRR differs from the provider's own
#[utoipa::path(get, path = "/api/v1/connections/{id}/statements/mrr", operation_id = "read_mrr_statement",
    tag = "metrics", responses((status = 200, body = Envelope<MrrStatement>)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<MrrStatement>>, Problem> {
    nothing_else(&pairs)?;
    let view = context.view(&of).await?;
    Ok(Json(blocking(move || envelope::mrr_statement(&view)).await?))
}
