//! `GET /shared/metrics/{metric}`: a metric, as the page of an open link asks for it.

use ::metrics::envelope::Envelope;
use ::metrics::query::{Answer, ValuePoint};
use axum::Json;
use axum::extract::{Path, State};

use super::shown::Shown;
use crate::access::visit::Visit;
use crate::context::Shared;
use crate::http::json::Query;
use crate::metrics::parameters::QuestionParams;
use crate::metrics::value::{MetricPath, metric_of};
use crate::problem::Problem;

/// A metric on the page of an open link
///
/// Only with the parameters with which the page itself asks; anything else answers 403 `not_shared`.
#[utoipa::path(get, path = "/api/v1/shared/metrics/{metric}", operation_id = "read_shared_metric", tag = "shared",
    params(QuestionParams),
    responses((status = 200, body = Envelope<Answer<ValuePoint>>)))]
pub async fn handle(
    State(context): State<Shared>,
    visit: Visit,
    Path(path): Path<MetricPath>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<Answer<ValuePoint>>>, Problem> {
    let metric = metric_of(&path)?;
    Ok(Json(Shown::to(&context, visit).await?.values(metric, pairs).await?))
}
