//! `GET /connections/{id}/metrics/mrr`.

use ::metrics::query::MrrPoint;
use axum::Json;
use axum::extract::State;

use super::asked::{Asked, nothing_else};
use super::envelope::{self, Envelope};
use super::schema::{AskedParams, MrrAnswer};
use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

/// MRR and its movements over time
#[utoipa::path(get, path = "/api/v1/connections/{id}/metrics/mrr", operation_id = "read_mrr", tag = "metrics",
    params(AskedParams), responses((status = 200, body = MrrAnswer)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Envelope<MrrPoint>>, Problem> {
    let (asked, others) = Asked::from_pairs(pairs)?;
    nothing_else(&others)?;
    let view = context.view(record).await?;
    let answer = blocking(move || envelope::mrr(&view, asked)).await??;
    Ok(Json(answer))
}
