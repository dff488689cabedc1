//! `GET /connections/{id}/customers`.

use ::metrics::query::{self, CustomerPage, CustomerSort, CustomerState, CustomersQuery, Reporting};
use axum::Json;
use axum::extract::State;
use model::Day;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::Page;
use crate::metrics::asked::{Asked, AskedError, parse};
use crate::metrics::schema::{FilterParams, Money};
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CustomersParams {
    /// Part of a name, an e-mail or an id.
    pub q: Option<String>,
    /// `active`, `churned` or `never`.
    pub state: Option<String>,
    /// `mrr`, `name` or `created`, with `-` in front for descending. Without it `-mrr`.
    pub sort: Option<String>,
    /// MRR at the end of this day; without it now.
    pub on: Option<String>,
    pub cursor: Option<String>,
    /// At most 500; without it 50.
    pub limit: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Customers {
    pub data: Vec<CustomerRow>,
    pub next_cursor: Option<String>,
    /// On all pages.
    pub total: u64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerRow {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub country: Option<String>,
    pub created_at: Option<i64>,
    /// `active`, `churned` or `never`.
    pub state: String,
    /// One a currency that is not 0.
    pub mrr: Vec<Money>,
    /// Absent natively, and where a currency has no rate.
    pub mrr_converted_minor: Option<i64>,
    pub plans: Vec<String>,
    #[schema(format = Date)]
    pub first_paid_on: Option<String>,
    #[schema(format = Date)]
    pub churned_on: Option<String>,
    pub is_deleted: bool,
}

#[derive(Debug)]
struct Wanted {
    search: Option<String>,
    state: Option<CustomerState>,
    sort: CustomerSort,
    is_descending: bool,
    on: Option<Day>,
}

/// Search, filter and sort customers
#[utoipa::path(get, path = "/api/v1/connections/{id}/customers", operation_id = "list_customers", tag = "customers",
    params(CustomersParams, FilterParams), responses((status = 200, body = Customers)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<CustomerPage>, Problem> {
    let (asked, others) = Asked::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let wanted = Wanted::from_pairs(others)?;
    let view = context.view(record).await?;
    let answer = blocking(move || {
        let asked = CustomersQuery {
            search: wanted.search,
            state: wanted.state,
            filter: asked.filter,
            sort: wanted.sort,
            is_descending: wanted.is_descending,
            on: wanted.on,
            currency: asked.currency.unwrap_or_else(|| Reporting::In(view.reporting_currency())),
            now: view.now,
            cursor: page.cursor,
            limit: page.limit,
        };
        query::customers(&view.ledger, &view.rates, &asked)
    });
    Ok(Json(answer.await??))
}

impl Wanted {
    fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, AskedError> {
        let mut wanted =
            Self { search: None, state: None, sort: CustomerSort::Mrr, is_descending: true, on: None };
        for (name, value) in pairs {
            match name.as_str() {
                "q" => {
                    wanted.search =
                        Some(value.trim().chars().take(200).collect()).filter(|q: &String| !q.is_empty())
                }
                "state" => wanted.state = Some(state(&value)?),
                "sort" => (wanted.sort, wanted.is_descending) = sort(&value)?,
                "on" => wanted.on = Some(parse(&name, &value)?),
                _ => return Err(refused(&name, "there is no such parameter")),
            }
        }
        Ok(wanted)
    }
}

fn state(text: &str) -> Result<CustomerState, AskedError> {
    match text {
        "active" => Ok(CustomerState::Active),
        "churned" => Ok(CustomerState::Churned),
        "never" => Ok(CustomerState::Never),
        _ => Err(refused("state", "use active, churned or never")),
    }
}

fn sort(text: &str) -> Result<(CustomerSort, bool), AskedError> {
    let (name, is_descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let sort = match name {
        "mrr" => CustomerSort::Mrr,
        "name" => CustomerSort::Name,
        "created" => CustomerSort::Created,
        _ => return Err(refused("sort", "use mrr, name or created, with - in front for descending")),
    };
    Ok((sort, is_descending))
}

fn refused(name: &str, problem: &str) -> AskedError {
    AskedError { name: name.to_owned(), problem: problem.to_owned() }
}
