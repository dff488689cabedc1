//! `GET /shared/metrics/mrr`: MRR and its movements, as the page of an open link asks for them.

use ::metrics::envelope::Envelope;
use ::metrics::query::{Answer, MrrPoint};
use axum::Json;
use axum::extract::State;

use super::shown::Shown;
use crate::access::visit::Visit;
use crate::context::Shared;
use crate::http::json::Query;
use crate::metrics::parameters::QuestionParams;
use crate::problem::Problem;

/// MRR and its movements on the page of an open link
///
/// Only with the parameters with which the page itself asks; anything else answers 403 `not_shared`.
#[utoipa::path(get, path = "/api/v1/shared/metrics/mrr", operation_id = "read_shared_mrr", tag = "shared",
    params(QuestionParams),
    responses((status = 200, body = Envelope<Answer<MrrPoint>>)))]
pub async fn handle(
    State(context): State<Shared>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<Answer<MrrPoint>>>, Problem> {
    Ok(Json(Shown::to(&context, visit).await?.mrr(pairs).await?))
}
