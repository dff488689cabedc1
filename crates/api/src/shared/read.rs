//! `GET /shared`: what the page of an open link shows, and how current that is.

use axum::Json;
use axum::extract::State;
use model::Day;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::visit::Visit;
use crate::connections::dto::ConnectionView;
use crate::context::{Context, Shared};
use crate::problem::Problem;

/// A page as it was shared. Nothing of it says who the customers are, or how the account is connected.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SharedPage)]
pub struct SharedPageView {
    /// What the page's address has behind the connection, such as `mrr` or `metrics/arr`.
    pub page: String,
    /// The query of its address.
    pub view: String,
    /// The connection's name.
    pub name: String,
    /// Amounts are index numbers, in the currency `xxx`.
    pub hides_amounts: bool,
    /// Counts are left out.
    pub hides_counts: bool,
    /// The figures are of test data or of a sample merchant: no real payments.
    pub is_test_data: bool,
    pub time_zone: String,
    #[schema(value_type = String)]
    pub week_start: model::WeekStart,
    #[schema(value_type = Option<String>)]
    pub reporting_currency: Option<model::Currency>,
    /// In the time zone of the figures.
    #[schema(value_type = String, format = Date)]
    pub today: Day,
    pub data_through: Option<i64>,
    #[schema(value_type = Option<String>, format = Date)]
    pub reaches_back_on: Option<Day>,
    pub is_history_complete: bool,
    #[schema(value_type = Option<String>, format = Date)]
    pub exact_from_on: Option<Day>,
}

/// Show what an open link shares
#[utoipa::path(get, path = "/api/v1/shared", operation_id = "read_shared_page", tag = "shared",
    responses((status = 200, body = SharedPageView)))]
pub async fn handle(State(context): State<Shared>, visit: Visit) -> Result<Json<SharedPageView>, Problem> {
    Ok(Json(SharedPageView::of(&context, &visit).await?))
}

impl SharedPageView {
    /// # Errors
    /// When the ledger can't be read.
    pub async fn of(context: &Context, visit: &Visit) -> Result<Self, Problem> {
        let Visit { link, of } = visit.clone();
        let today = context.view(&of).await?.today();
        let connection = ConnectionView::of(&of, context)?;
        Ok(Self {
            page: link.page,
            view: link.view,
            name: connection.name,
            hides_amounts: link.hides_amounts,
            hides_counts: link.hides_counts,
            is_test_data: connection.is_test_mode || connection.is_sample,
            time_zone: connection.time_zone,
            week_start: connection.week_start,
            reporting_currency: connection.reporting_currency.filter(|_| !link.hides_amounts),
            today,
            data_through: connection.data_through,
            reaches_back_on: connection.reaches_back_on,
            is_history_complete: connection.is_history_complete,
            exact_from_on: connection.exact_from_on,
        })
    }
}
