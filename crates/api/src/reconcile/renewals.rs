//! `GET /connections/{id}/reconcile/renewals`: renewals whose bill is not what the bills before it had led to.

use ::metrics::ledger::{ChangeCause, DifferentRenewal, different_renewals};
use ::metrics::query::{self, MovementFilter, MovementKind, MovementOrder, MovementsQuery, QueryError};
use ::metrics::question::{Question, nothing_else};
use ::metrics::view::View;
use ::sync::SyncError;
use ::sync::runner::source_of;
use axum::Json;
use axum::extract::State;
use connect::Source;
use model::{Currency, CustomerId, Day};
use serde::Serialize;
use store::{Objects, StoreError};
use utoipa::{IntoParams, ToSchema};

use crate::access::identity::Connection;
use crate::access::permission::ReadCustomers;
use crate::audit::Given;
use crate::audit::record_export::ExportedList;
use crate::blocking;
use crate::context::Shared;
use crate::customers::billing;
use crate::http::json::Query;
use crate::http::paging::Page;
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RenewalParams {
    /// The first day. Default: a year before `to`.
    pub from: Option<String>,
    /// The last day. Default: today.
    pub to: Option<String>,
    pub cursor: Option<String>,
    /// Expansions and contractions that are looked through for a page, at most 500. Default: 50.
    pub limit: Option<u32>,
}

/// Newest day first. A page can have fewer renewals than its limit, even none, and another page after it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct DifferentRenewals {
    /// Whether the provider bills changes as differences. For others there are none.
    pub is_offered: bool,
    pub data: Vec<DifferentRenewalView>,
    pub next_cursor: Option<String>,
}

/// A subscription whose renewal was billed at another MRR than the bills before it had led to.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferentRenewalView {
    pub customer_id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub on: Day,
    pub subscription_id: String,
    #[schema(value_type = String)]
    pub currency: Currency,
    /// MRR that the bills before had led to.
    pub before_minor: i64,
    /// MRR by the renewal's bill, which counts.
    pub billed_minor: i64,
    pub difference_minor: i64,
    /// What most of the difference is due to.
    pub cause: ChangeCause,
    pub invoice_id: Option<String>,
}

/// List renewals that differ from what the bills before them had led to
#[utoipa::path(get, path = "/api/v1/connections/{id}/reconcile/renewals", operation_id = "list_different_renewals",
    tag = "metrics", params(RenewalParams), responses((status = 200, body = DifferentRenewals)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, by, session, .. }: Connection<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<DifferentRenewals>, Problem> {
    let (question, others) = Question::from_pairs(pairs)?;
    let (page, others) = Page::from_pairs(others)?;
    nothing_else(&others)?;
    let (page, rows) = page.within(&context, &record.workspace)?;
    let source = source_of(&record)?;
    let objects = match context.runner.objects(&record.workspace, &record.id).await {
        // Nothing was fetched yet.
        Err(SyncError::Store(StoreError::Missing { .. })) => None,
        objects => Some(objects?),
    };
    let (id, workspace) = (record.id.clone(), record.workspace.clone());
    let view = context.view_of(record).await?;
    let answer = blocking(move || -> Result<_, FindError> {
        let query = question.query(&view)?;
        let asked = MovementsQuery {
            query,
            kinds: Vec::new(),
            only: MovementFilter::default(),
            order: MovementOrder::default(),
            cursor: page.cursor,
            limit: page.limit,
        };
        match objects {
            Some(objects) => find(source, &objects, &view, asked),
            None => Ok(DifferentRenewals { is_offered: source.bills_differences(), ..Default::default() }),
        }
    });
    let answer = answer.await??;
    let given = Given {
        by: &by,
        session: session.as_deref(),
        of: id.as_str(),
        workspace: &workspace,
        list: ExportedList::DifferentRenewals,
        rows: answer.data.len(),
        is_last: answer.next_cursor.is_none(),
    };
    context.give(rows, &given).await?;
    Ok(Json(answer))
}

/// Looks through a page of the expansions and contractions that are asked for: a renewal that differs is one of them, or
/// part of one. Of these customers the bills are read, as to explain a figure.
///
/// # Errors
/// A range or a cursor that makes no sense, and what the store says.
pub fn find(
    source: Source,
    objects: &Objects,
    view: &View,
    asked: MovementsQuery,
) -> Result<DifferentRenewals, FindError> {
    if !source.bills_differences() {
        return Ok(DifferentRenewals::default());
    }
    let zone = view.ledger.zone().clone();
    let asked = MovementsQuery { kinds: vec![MovementKind::Expansion, MovementKind::Contraction], ..asked };
    let movements = query::movements(&view.ledger, &view.rates, &asked)?;
    let mut data = Vec::new();
    for movement in movements.data {
        let (history, prices) =
            billing::read(source, objects, &CustomerId::from(movement.customer_id.as_str()))?;
        let different = different_renewals(&history, &prices, view.settings.rules);
        let of_day = |one: &DifferentRenewal| {
            one.at.day(&zone) == movement.on && one.currency == movement.currency && one.at <= view.now
        };
        data.extend(different.into_iter().filter(of_day).map(|one| DifferentRenewalView {
            customer_id: movement.customer_id.clone(),
            name: movement.name.clone(),
            email: movement.email.clone(),
            on: movement.on,
            subscription_id: one.subscription.to_string(),
            currency: one.currency,
            before_minor: one.before_minor,
            billed_minor: one.billed_minor,
            difference_minor: one.billed_minor - one.before_minor,
            cause: one.cause,
            invoice_id: one.invoice.map(|invoice| invoice.to_string()),
        }));
    }
    Ok(DifferentRenewals { is_offered: true, data, next_cursor: movements.next_cursor })
}

/// Why no renewals can be found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FindError> for Problem {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Query(error) => error.into(),
            FindError::Store(error) => error.into(),
        }
    }
}
