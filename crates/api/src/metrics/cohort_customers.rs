//! `GET /connections/{id}/cohorts/customers`: the customers behind a cell of the cohorts.

use ::metrics::query::{self, CohortCustomerPage, CohortCustomersQuery, CohortValue};
use ::metrics::question::{ParameterError, Question, parse};
use axum::Json;
use axum::extract::State;
use model::{Currency, Day};
use utoipa::IntoParams;

use super::parameters::QuestionParams;
use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::audit::Given;
use crate::audit::record_export::ExportedList;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::{Page, whole_number};
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CohortCustomerParams {
    /// `customers` (default), `mrr` or `revenue`.
    pub what: Option<String>,
    /// The first day of a cohort. Default: all cohorts that are past the period.
    pub start_on: Option<String>,
    /// How many periods after the first. Default: 0.
    pub at: Option<u32>,
    /// With `by`: the key of one group.
    pub group: Option<String>,
    /// Only of the cohorts in this currency. Unlike `filter_currency`, it leaves the groups as they are.
    pub in_currency: Option<String>,
    /// `true`: only those with a value in the period. `false`: only those without.
    pub kept: Option<bool>,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

struct Wanted {
    what: CohortValue,
    start_on: Option<Day>,
    at: usize,
    group: Option<String>,
    in_currency: Option<Currency>,
    is_kept: Option<bool>,
}

/// List the customers of cohorts, with what each adds to a cell
///
/// The other parameters are those of the cohorts. The values of all customers in a currency add up to the cell.
#[utoipa::path(get, path = "/api/v1/connections/{id}/cohorts/customers", operation_id = "list_cohort_customers",
    tag = "metrics", params(QuestionParams, CohortCustomerParams), responses((status = 200, body = CohortCustomerPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<CohortCustomerPage>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (Page { cursor, limit }, rows) = page.within(&context, figures.of.workspace())?;
    let Wanted { what, start_on, at, group, in_currency, is_kept } = Wanted::from_pairs(others)?;
    let view = context.view(&figures.of).await?;
    let answer = blocking(move || {
        let query = question.query_of_cohorts(&view)?;
        let asked =
            CohortCustomersQuery { query, what, start_on, at, group, in_currency, is_kept, cursor, limit };
        query::cohort_customers(&view.ledger, &view.rates, &asked)
    });
    let answer = answer.await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::CohortCustomers, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

impl Wanted {
    fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, ParameterError> {
        let mut wanted = Self {
            what: CohortValue::Customers,
            start_on: None,
            at: 0,
            group: None,
            in_currency: None,
            is_kept: None,
        };
        for (name, value) in pairs {
            match name.as_str() {
                "what" => wanted.what = parse(&name, &value)?,
                "start_on" => wanted.start_on = Some(parse(&name, &value)?),
                "at" => wanted.at = usize::try_from(whole_number(&name, &value, 0)?).unwrap_or(usize::MAX),
                "group" => wanted.group = Some(value),
                "in_currency" => wanted.in_currency = Some(parse(&name, &value)?),
                "kept" => wanted.is_kept = Some(parse(&name, &value)?),
                _ => return Err(ParameterError { name, problem: "unknown parameter".to_owned() }),
            }
        }
        Ok(wanted)
    }
}
