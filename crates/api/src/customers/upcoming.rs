//! `GET /connections/{id}/upcoming`.

use ::metrics::query::{self, Reporting, UpcomingKind, UpcomingPage, UpcomingQuery, days_ahead};
use ::metrics::question::{ParameterError, Question, parse};
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
pub struct UpcomingParams {
    /// `trial_end`: trials that end. `end`: subscriptions that are set to end. `renewal`: subscriptions that are billed again.
    pub what: String,
    /// First day, `YYYY-MM-DD`. Default: today.
    pub from: Option<String>,
    /// Last day. Default: that of `days`.
    pub to: Option<String>,
    /// How many days, the first included. Default: 7.
    pub days: Option<u32>,
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// List the trials that end in the days ahead, the subscriptions that renew, or those that are set to end
///
/// With what each is worth per month: what it counts for in trial MRR, in MRR or in scheduled churn.
#[utoipa::path(get, path = "/api/v1/connections/{id}/upcoming", operation_id = "list_upcoming", tag = "customers",
    params(UpcomingParams, FilterParams), responses((status = 200, body = UpcomingPage)))]
pub async fn handle(
    State(context): State<Shared>,
    figures: Figures<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<UpcomingPage>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    let (page, rows) = page.within(&context, figures.of.workspace())?;
    let (what, days) = own(others)?;
    let view = context.view(&figures.of).await?;
    let (from, to) = days_ahead(question.from, question.to, days, view.today())
        .map_err(|problem| refused("days", problem))?;
    let answer = blocking(move || {
        let asked = UpcomingQuery {
            what,
            from,
            to,
            filter: question.filter,
            currency: question.currency.unwrap_or_else(|| Reporting::In(view.reporting_currency())),
            now: view.now,
            cursor: page.cursor,
            limit: page.limit,
        };
        query::upcoming(&view.ledger, &view.rates, &asked)
    });
    let answer = answer.await??;
    let is_last = answer.next_cursor.is_none();
    let given = Given::of(&figures, ExportedList::Upcoming, answer.data.len(), is_last);
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

/// The parameters that no other list has.
fn own(pairs: Vec<(String, String)>) -> Result<(UpcomingKind, Option<u32>), ParameterError> {
    let (mut what, mut days) = (None, None);
    for (name, value) in pairs {
        match name.as_str() {
            "what" => what = Some(parse(&name, &value)?),
            "days" => days = Some(parse(&name, &value)?),
            _ => return Err(refused(&name, "unknown parameter")),
        }
    }
    Ok((what.ok_or_else(|| refused("what", "use trial_end, end or renewal"))?, days))
}

fn refused(name: &str, problem: &str) -> ParameterError {
    ParameterError { name: name.to_owned(), problem: problem.to_owned() }
}
