//! `GET /connections/{id}/reconcile`: month by month, down to nothing unexplained.

use ::metrics::query::QueryError;
use ::metrics::question::{Question, nothing_else};
use ::metrics::reconcile::{ReconciledMonth, Reconciliation};
use ::sync::history;
use ::sync::runner::source_of;
use axum::Json;
use axum::extract::State;
use connect::Source;
use jiff::tz::TimeZone;
use model::{Day, LedgerRules};
use serde::Serialize;
use store::{Objects, StoreError, Stored};
use utoipa::{IntoParams, ToSchema};

use crate::access::identity::Connection;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::problem::Problem;

/// Customers that are read in one go.
const AT_ONCE: usize = 200;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReconcileParams {
    /// A day of the first month. Default: a year before `to`.
    pub from: Option<String>,
    /// A day of the last month. Default: today.
    pub to: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reconciliation)]
pub struct Months {
    pub months: Vec<ReconciledMonth>,
}

/// Reconcile paid invoices with MRR
#[utoipa::path(get, path = "/api/v1/connections/{id}/reconcile", operation_id = "read_reconciliation",
    tag = "metrics", params(ReconcileParams), responses((status = 200, body = Months)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection(record): Connection,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Months>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    nothing_else(&others)?;
    let (source, rules) = (source_of(&record)?, record.settings.rules);
    let objects = context.runner.objects(&record.workspace, &record.id).await?;
    let view = context.view(record).await?;
    let zone = view.ledger.zone().clone();
    let query = question.query(&view)?;
    if query.from > query.to {
        return Err(QueryError::EmptyRange { from: query.from, to: query.to }.into());
    }
    let months = blocking(move || reconcile(source, &objects, zone, rules, query.from, query.to));
    Ok(Json(Months { months: months.await?? }))
}

/// Reads every customer, because the result must be complete.
fn reconcile(
    source: Source,
    objects: &Objects,
    zone: TimeZone,
    rules: LedgerRules,
    from: Day,
    to: Day,
) -> Result<Vec<ReconciledMonth>, StoreError> {
    let prices = history::price_book(source, objects)?.book;
    let mut reconciliation = Reconciliation::new(zone);
    let mut add = |stored: Vec<Stored>| {
        let billed = history::from_objects(source, &stored);
        match history::with_inline(&prices, &billed.history, billed.inline_prices) {
            None => reconciliation.add(&billed.history, &prices, rules),
            Some((own, _)) => reconciliation.add(&billed.history, &own, rules),
        }
    };
    for ids in objects.all_customer_ids()?.chunks(AT_ONCE) {
        objects.read_customers(ids, source.history_kinds())?.into_iter().for_each(&mut add);
    }
    add(objects.ownerless()?);
    Ok(reconciliation.months(from, to))
}
