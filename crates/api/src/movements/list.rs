//! `GET /connections/{id}/movements`.

use ::metrics::query::{self, MovementKind, MovementPage, MovementsQuery};
use ::metrics::question::{ParameterError, Question, nothing_else, parse};
use axum::Json;
use axum::extract::State;
use utoipa::IntoParams;

use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::Page;
use crate::metrics::parameters::FilterParams;
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MovementParams {
    pub from: Option<String>,
    pub to: Option<String>,
    /// `new`, `expansion`, `contraction`, `churn`, `reactivation`; several separated by commas. Default: all.
    pub r#type: Option<String>,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// List the movements in a range of days
#[utoipa::path(get, path = "/api/v1/connections/{id}/movements", operation_id = "list_movements", tag = "metrics",
    params(MovementParams, FilterParams), responses((status = 200, body = MovementPage)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<MovementPage>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (types, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|(name, _)| name == "type");
    nothing_else(&others)?;
    let names = types.iter().flat_map(|(_, value)| value.split(','));
    let kinds =
        names.map(|name| parse("type", name)).collect::<Result<Vec<MovementKind>, ParameterError>>()?;
    let view = context.view(record).await?;
    let answer = blocking(move || {
        let asked =
            MovementsQuery { query: question.query(&view)?, kinds, cursor: page.cursor, limit: page.limit };
        query::movements(&view.ledger, &view.rates, &asked)
    });
    Ok(Json(answer.await??))
}
