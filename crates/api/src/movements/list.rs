//! `GET /connections/{id}/movements`.

use ::metrics::query::{self, MovementFilter, MovementKind, MovementOrder, MovementPage, MovementsQuery};
use ::metrics::question::{ParameterError, Question, nothing_else, parse};
use axum::Json;
use axum::extract::State;
use utoipa::IntoParams;

use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::audit::Given;
use crate::audit::record_export::ExportedList;
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
    /// `plan`, `price`, `quantity`, `interval`, `discount`, `item`, `second_subscription`; several separated by commas:
    /// expansion and contraction of which at least a part has this cause.
    pub cause: Option<String>,
    /// `cancellation_requested`, `payment_failed`, `payment_disputed`, `unpaid`, `other`, `unknown`; several separated
    /// by commas: churn for one of these reasons.
    pub churn_reason: Option<String>,
    /// What customers chose as the reason, or `unknown`; several separated by commas.
    pub feedback: Option<String>,
    /// Ids of prices, separated by commas: expansion and contraction in which one of them was left for another price.
    /// Each movement then says which part of it that is.
    pub plan_from: Option<String>,
    /// Ids of prices, separated by commas: in which one of them took the place of another price.
    pub plan_to: Option<String>,
    /// `true`: only expansions and contractions that switch several prices at once, instead of one for one.
    pub several_plans: Option<bool>,
    /// `date`, `change` or `mrr_after`, with a leading `-` for descending order. Default: `-date`.
    pub sort: Option<String>,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// List the movements in a range of days
#[utoipa::path(get, path = "/api/v1/connections/{id}/movements", operation_id = "list_movements", tag = "metrics",
    params(MovementParams, FilterParams), responses((status = 200, body = MovementPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<MovementPage>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (page, rows) = page.within(&context, figures.of.workspace())?;
    let (types, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|(name, _)| name == "type");
    let (only, mut others) = only(others)?;
    let order = match others.iter().position(|(name, _)| name == "sort") {
        Some(place) => parse("sort", &others.remove(place).1)?,
        None => MovementOrder::default(),
    };
    nothing_else(&others)?;
    let names = types.iter().flat_map(|(_, value)| value.split(','));
    let kinds =
        names.map(|name| parse("type", name)).collect::<Result<Vec<MovementKind>, ParameterError>>()?;
    let view = context.view(&figures.of).await?;
    let answer = blocking(move || {
        let query = question.query(&view)?;
        let asked = MovementsQuery { query, kinds, only, order, cursor: page.cursor, limit: page.limit };
        query::movements(&view.ledger, &view.rates, &asked)
    });
    let answer = answer.await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::Movements, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

/// Takes the parameters that are about single movements and gives back the others.
fn only(pairs: Vec<(String, String)>) -> Result<(MovementFilter, Vec<(String, String)>), ParameterError> {
    let mut only = MovementFilter::default();
    let mut others = Vec::new();
    for (name, value) in pairs {
        if name == "several_plans" {
            only.several_plans = parse(&name, &value)?;
            continue;
        }
        let plans = match name.as_str() {
            "plan_from" => Some(&mut only.plans_from),
            "plan_to" => Some(&mut only.plans_to),
            _ => None,
        };
        if let Some(plans) = plans {
            plans.extend(value.split(',').map(str::to_owned));
            // An empty id would be that of no price, and an empty list of all.
            if plans.iter().any(String::is_empty) {
                return Err(ParameterError { name, problem: "use ids of prices".to_owned() });
            }
            continue;
        }
        let by = MovementFilter::DIMENSIONS.into_iter().find(|dimension| dimension.as_str() == name);
        let Some(by) = by else {
            others.push((name, value));
            continue;
        };
        for one in value.split(',') {
            only.add(by, one).map_err(|problem| ParameterError { name: name.clone(), problem })?;
        }
    }
    if only.several_plans && !(only.plans_from.is_empty() && only.plans_to.is_empty()) {
        let problem = "use either `several_plans` or `plan_from` and `plan_to`".to_owned();
        return Err(ParameterError { name: "several_plans".to_owned(), problem });
    }
    Ok((only, others))
}
