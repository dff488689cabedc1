//! `GET /shared/cohorts`: cohorts, as the page of an open link asks for them.

use ::metrics::envelope::Envelope;
use ::metrics::query::{CohortValue, Cohorts};
use axum::Json;
use axum::extract::State;

use super::shown::Shown;
use crate::access::visit::Visit;
use crate::context::Shared;
use crate::http::json::Query;
use crate::metrics::parameters::QuestionParams;
use crate::problem::Problem;

/// Cohorts on the page of an open link
///
/// Only with the parameters with which the page itself asks; anything else answers 403 `not_shared`.
#[utoipa::path(get, path = "/api/v1/shared/cohorts", operation_id = "read_shared_cohorts", tag = "shared",
    params(QuestionParams, ("what" = CohortValue, Query, description = "What of a cohort the page follows.")),
    responses((status = 200, body = Envelope<Cohorts>)))]
pub async fn handle(
    State(context): State<Shared>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<Cohorts>>, Problem> {
    Ok(Json(Shown::to(&context, visit).await?.cohorts(pairs).await?))
}
