//! `GET /connections/{id}/movements`.

use ::metrics::query::{self, MovementKind, MovementPage, MovementsQuery};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::Page;
use crate::metrics::asked::{Asked, AskedError, nothing_else, parse};
use crate::metrics::schema::FilterParams;
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MovementParams {
    pub from: Option<String>,
    pub to: Option<String>,
    /// `new`, `expansion`, `contraction`, `churn`, `reactivation`; several with commas. Without it all.
    pub r#type: Option<String>,
    pub cursor: Option<String>,
    /// At most 500; without it 50.
    pub limit: Option<u32>,
}

/// A page of movements, newest day first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Movements {
    pub data: Vec<Movement>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Movement {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(format = Date)]
    pub on: String,
    pub r#type: MovementType,
    pub currency: String,
    pub delta_minor: i64,
    pub mrr_after_minor: i64,
    /// In the reporting currency, at the rate of the day.
    #[schema(required = false)]
    pub converted_minor: Option<i64>,
    /// Of churn: the payment failed.
    #[schema(required = false)]
    pub is_involuntary: Option<bool>,
}

#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MovementType {
    New,
    Expansion,
    Contraction,
    Churn,
    Reactivation,
}

/// The movements of a range of days
#[utoipa::path(get, path = "/api/v1/connections/{id}/movements", operation_id = "list_movements", tag = "metrics",
    params(MovementParams, FilterParams), responses((status = 200, body = Movements)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<MovementPage>, Problem> {
    let (asked, others) = Asked::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (types, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|(name, _)| name == "type");
    nothing_else(&others)?;
    let names = types.iter().flat_map(|(_, value)| value.split(','));
    let kinds = names.map(|name| parse("type", name)).collect::<Result<Vec<MovementKind>, AskedError>>()?;
    let view = context.view(record).await?;
    let answer = blocking(move || {
        let asked =
            MovementsQuery { query: asked.query(&view), kinds, cursor: page.cursor, limit: page.limit };
        query::movements(&view.ledger, &view.rates, &asked)
    });
    Ok(Json(answer.await??))
}
