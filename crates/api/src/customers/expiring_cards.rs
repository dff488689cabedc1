//! `GET /connections/{id}/expiring-cards`.

use ::metrics::query::{self, ExpiringCards, ExpiringCardsQuery, Reporting};
use ::metrics::question::{Question, nothing_else};
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

/// Two more bills of most subscriptions.
const DEFAULT_WITHIN_DAYS: u32 = 60;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExpiringCardsParams {
    /// Days from today up to which the cards expire. Default: 60.
    pub within: Option<u32>,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// List customers whose default card expires, with the MRR that is paid with it
///
/// Cards that have expired and still have MRR are listed too.
#[utoipa::path(get, path = "/api/v1/connections/{id}/expiring-cards", operation_id = "list_expiring_cards",
    tag = "customers", params(ExpiringCardsParams, FilterParams), responses((status = 200, body = ExpiringCards)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<ExpiringCards>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (page, rows) = page.within(&context, figures.of.workspace())?;
    nothing_else(&others)?;
    let view = context.view(&figures.of).await?;
    let answer = blocking(move || {
        let asked = ExpiringCardsQuery {
            within_days: question.within_days.unwrap_or(DEFAULT_WITHIN_DAYS),
            filter: question.filter,
            currency: question.currency.unwrap_or_else(|| Reporting::In(view.reporting_currency())),
            now: view.now,
            cursor: page.cursor,
            limit: page.limit,
        };
        query::expiring_cards(&view.ledger, &view.rates, &asked)
    });
    let answer = answer.await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::ExpiringCards, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}
