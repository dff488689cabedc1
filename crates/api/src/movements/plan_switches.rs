//! `GET /connections/{id}/plan-switches`.

use ::metrics::envelope::{self, Envelope};
use ::metrics::query::PlanSwitches;
use ::metrics::question::{Question, nothing_else};
use axum::Json;
use axum::extract::State;
use utoipa::IntoParams;

use crate::access::identity::Figures;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::metrics::parameters::FilterParams;
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlanSwitchParams {
    pub from: Option<String>,
    pub to: Option<String>,
    /// `last_12_months` (default) or `last_12_full_months`.
    pub range: Option<String>,
}

/// List from which plan to which customers moved
///
/// What the rows gain or lose in total is the part of expansion and contraction with the cause `plan`.
#[utoipa::path(get, path = "/api/v1/connections/{id}/plan-switches", operation_id = "list_plan_switches",
    tag = "metrics", params(PlanSwitchParams, FilterParams),
    responses((status = 200, body = Envelope<PlanSwitches>)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadMetrics>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<PlanSwitches>>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(&of).await?;
    let answer = blocking(move || envelope::plan_switches(&view, question)).await??;
    Ok(Json(answer))
}
