//! `GET /rates`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use model::{Currency, Day};
use serde::Serialize;
use utoipa::ToSchema;

use super::dto::RateView;
use crate::access::identity::Access;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::problem::Problem;

#[derive(Debug, Serialize, ToSchema)]
pub struct RateList {
    /// In the order in which they were entered: of several for a day, the last one counts.
    pub data: Vec<RateView>,
    /// The newest day that rates were published for.
    #[schema(value_type = Option<String>, format = Date)]
    pub published_on: Option<Day>,
    /// The currencies that today's amounts can be converted to.
    #[schema(value_type = Vec<String>)]
    pub targets: Vec<Currency>,
}

/// List the exchange rates that the workspace entered
#[utoipa::path(get, path = "/api/v1/rates", operation_id = "list_rates", tag = "rates",
    responses((status = 200, body = RateList)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<ReadMetrics>,
) -> Result<Json<RateList>, Problem> {
    let today = context.clock.now().day(&jiff::tz::TimeZone::UTC);
    let (catalog, rates) = (context.catalog.clone(), Arc::clone(&context.rates));
    let list = blocking(move || {
        let records = catalog.rates(&access.workspace)?;
        let rates = rates.of(&access.workspace)?;
        Ok::<_, store::StoreError>(RateList {
            data: records.into_iter().map(RateView::from).collect(),
            published_on: rates.latest_on(),
            targets: rates.targets(today, &[]),
        })
    });
    Ok(Json(list.await??))
}
