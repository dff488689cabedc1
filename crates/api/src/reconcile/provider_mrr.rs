//! `GET /connections/{id}/reconcile/provider-mrr`: our MRR beside what the provider itself says it was.

use ::metrics::question::nothing_else;
use ::metrics::statement::provider_mrr::ProviderMrrReport;
use ::sync::{SyncError, provider_mrr, runner::source_of};
use axum::Json;
use axum::extract::State;
use store::StoreError;

use crate::access::identity::Connection;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

/// Compare MRR with the provider's own figures, day by day
#[utoipa::path(get, path = "/api/v1/connections/{id}/reconcile/provider-mrr", operation_id = "read_provider_mrr",
    tag = "metrics", responses((status = 200, body = ProviderMrrReport)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<ReadMetrics>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<ProviderMrrReport>, Problem> {
    nothing_else(&pairs)?;
    let is_offered = source_of(&record)?.provider_mrr().is_some();
    let objects = match context.runner.objects(&record.workspace, &record.id).await {
        // Nothing was fetched yet.
        Err(SyncError::Store(StoreError::Missing { .. })) => None,
        objects => Some(objects?),
    };
    let view = context.view_of(record).await?;
    let report = blocking(move || {
        let last = objects.as_ref().map(provider_mrr::last).transpose()?.flatten();
        Ok::<_, StoreError>(ProviderMrrReport::of(&view, is_offered, last))
    });
    Ok(Json(report.await??))
}
