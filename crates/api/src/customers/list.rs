//! `GET /connections/{id}/customers`.

use ::metrics::query::{
    self, CustomerPage, CustomerSort, CustomerState, CustomerStatus, CustomersQuery, Reporting,
};
use ::metrics::question::{ParameterError, Question, parse};
use axum::Json;
use axum::extract::State;
use model::Day;
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
pub struct CustomersParams {
    /// Part of a name, an email or an id.
    pub q: Option<String>,
    /// `active`, `churned` or `never`.
    pub state: Option<String>,
    /// `active`, `past_due`, `canceling`, `trialing`, `churned` or `never`: how a customer stands now.
    pub status: Option<String>,
    /// `mrr`, `name`, `created`, `first_paid`, `last_payment`, `churned`, `renewal`, `lost_mrr` or `revenue`, with a
    /// leading `-` for descending order. Customers without a value come last. Default: `-mrr`.
    pub sort: Option<String>,
    /// `true`: with what all customers of the list are worth together.
    pub sums: Option<bool>,
    /// MRR at the end of this day. Default: now.
    pub on: Option<String>,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

#[derive(Debug)]
struct Wanted {
    search: Option<String>,
    state: Option<CustomerState>,
    status: Option<CustomerStatus>,
    sort: CustomerSort,
    is_descending: bool,
    with_sums: bool,
    on: Option<Day>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            search: None,
            state: None,
            status: None,
            sort: CustomerSort::Mrr,
            is_descending: true,
            with_sums: false,
            on: None,
        }
    }
}

/// Search, filter and sort customers
#[utoipa::path(get, path = "/api/v1/connections/{id}/customers", operation_id = "list_customers", tag = "customers",
    params(CustomersParams, FilterParams), responses((status = 200, body = CustomerPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<CustomerPage>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (page, rows) = page.within(&context, figures.of.workspace())?;
    let wanted = Wanted::from_pairs(others)?;
    let view = context.view(&figures.of).await?;
    let answer = blocking(move || {
        let asked = CustomersQuery {
            search: wanted.search,
            state: wanted.state,
            status: wanted.status,
            filter: question.filter,
            sort: wanted.sort,
            is_descending: wanted.is_descending,
            on: wanted.on,
            currency: question.currency.unwrap_or_else(|| Reporting::In(view.reporting_currency())),
            now: view.now,
            cursor: page.cursor,
            limit: page.limit,
            with_sums: wanted.with_sums,
        };
        query::customers(&view.ledger, &view.rates, &asked)
    });
    let answer = answer.await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::Customers, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

impl Wanted {
    fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, ParameterError> {
        let mut wanted = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "q" => {
                    wanted.search =
                        Some(value.trim().chars().take(200).collect()).filter(|q: &String| !q.is_empty())
                }
                "state" => wanted.state = Some(parse(&name, &value)?),
                "status" => wanted.status = Some(parse(&name, &value)?),
                "sums" => wanted.with_sums = parse(&name, &value)?,
                "sort" => {
                    (wanted.sort, wanted.is_descending) =
                        CustomerSort::with_direction(&value).map_err(|problem| refused(&name, problem))?
                }
                "on" => wanted.on = Some(parse(&name, &value)?),
                _ => return Err(refused(&name, "unknown parameter")),
            }
        }
        Ok(wanted)
    }
}

fn refused(name: &str, problem: impl Into<String>) -> ParameterError {
    ParameterError { name: name.to_owned(), problem: problem.into() }
}
