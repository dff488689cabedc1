//! `GET /connections/{id}/metrics/{metric}/explain/{part}`: the customers behind a part of a value.

use ::metrics::query::{self, ContributionPage, ContributionsQuery};
use ::metrics::question::{Question, nothing_else};
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::IntoParams;

use super::explain::PeriodParams;
use super::parameters::FilterParams;
use super::value::{MetricPath, metric_of};
use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::audit::Given;
use crate::audit::record_export::ExportedList;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::Page;
use crate::problem::Problem;

#[derive(Debug, Deserialize)]
pub struct PartPath {
    #[serde(flatten)]
    metric: MetricPath,
    part: String,
}

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContributionParams {
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// List what each customer adds to a part of a metric's value
///
/// The part is one that `explain` names. All amounts in a currency add up to it.
#[utoipa::path(get, path = "/api/v1/connections/{id}/metrics/{metric}/explain/{part}",
    operation_id = "list_contributions", tag = "metrics", params(PeriodParams, FilterParams, ContributionParams),
    responses((status = 200, body = ContributionPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Path(path): Path<PartPath>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<ContributionPage>, Problem> {
    let metric = metric_of(&path.metric)?;
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (Page { cursor, limit }, rows) = page.within(&context, figures.of.workspace())?;
    nothing_else(&others)?;
    let view = context.view(&figures.of).await?;
    let answer = blocking(move || {
        let query = question.query_of(&view, metric)?;
        let asked = ContributionsQuery { query, part: path.part, cursor, limit };
        query::contributions(&view.ledger, &view.rates, metric, &asked)
    });
    let answer = answer.await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::Contributions, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}
