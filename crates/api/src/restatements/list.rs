//! `GET /connections/{id}/restatements`: no figure of a past month changes silently.

use ::metrics::columns::Ledger;
use ::metrics::question::{ParameterError, nothing_else};
use ::sync::SyncError;
use axum::Json;
use axum::extract::State;
use model::RestatementReason;
use serde::Serialize;
use store::{Objects, RecordedRestatement, StoreError};
use utoipa::{IntoParams, ToSchema};

use crate::access::identity::Connection;
use crate::access::permission::ReadCustomers;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Query;
use crate::http::paging::{Page, answered};
use crate::problem::Problem;

#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RestatementParams {
    pub cursor: Option<String>,
    /// At most 500. Default: 50.
    pub limit: Option<u32>,
}

/// A page of restatements, the last recorded first.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Restatements {
    pub data: Vec<RestatementView>,
    pub next_cursor: Option<String>,
}

/// A customer's MRR at the end of a closed month, compared with what was shown before.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Restatement)]
pub struct RestatementView {
    pub recorded_at: i64,
    /// The first day of the month.
    #[schema(format = Date)]
    pub month_on: String,
    pub currency: String,
    pub customer_id: String,
    pub name: Option<String>,
    pub old_minor: i64,
    pub new_minor: i64,
    pub reason: RestatementReason,
    /// The reason in a sentence.
    pub detail: &'static str,
    /// The invoice that it is about, where it is about one.
    pub invoice_id: Option<String>,
}

/// List changed figures of past months
#[utoipa::path(get, path = "/api/v1/connections/{id}/restatements", operation_id = "list_restatements",
    tag = "metrics", params(RestatementParams), responses((status = 200, body = Restatements)))]
pub async fn handle(
    State(context): State<Shared>,
    Connection { record, .. }: Connection<ReadCustomers>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Json<Restatements>, Problem> {
    let (page, others) = Page::from_pairs(pairs)?;
    nothing_else(&others)?;
    let (page, rows) = page.within(&context, &record.workspace)?;
    let before = page.cursor.map(|cursor| number_of(&cursor)).transpose()?;
    let objects = match context.runner.objects(&record.workspace, &record.id).await {
        // Nothing was fetched yet, so nothing was shown.
        Err(SyncError::Store(StoreError::Missing { .. })) => return Ok(Json(Restatements::default())),
        objects => objects?,
    };
    let ledger = context.runner.ledger(&record.workspace, &record.id).await?.ledger;
    let answer = blocking(move || read(&objects, &ledger, before, page.limit)).await??;
    answered(rows.reserved, answer.data.len());
    Ok(Json(answer))
}

fn number_of(cursor: &str) -> Result<i64, ParameterError> {
    let problem = || "use the next_cursor of the page before".to_owned();
    cursor.parse().map_err(|_| ParameterError { name: "cursor".to_owned(), problem: problem() })
}

fn read(
    objects: &Objects,
    ledger: &Ledger,
    before: Option<i64>,
    limit: usize,
) -> Result<Restatements, StoreError> {
    // One more than is shown tells whether there is a next page.
    let mut found = objects.restatements(before, limit.saturating_add(1))?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().map(|last| last.number.to_string());
    let data = found.into_iter().map(|recorded| RestatementView::new(recorded, ledger)).collect();
    Ok(Restatements { data, next_cursor: last.filter(|_| has_more) })
}

impl RestatementView {
    fn new(recorded: RecordedRestatement, ledger: &Ledger) -> Self {
        let one = recorded.restatement;
        Self {
            recorded_at: recorded.recorded_at.0,
            month_on: one.month_on.to_string(),
            currency: one.currency.to_string(),
            name: ledger.customer(&one.customer).and_then(|customer| customer.name),
            customer_id: one.customer.to_string(),
            old_minor: one.old_minor,
            new_minor: one.new_minor,
            reason: one.reason,
            detail: one.reason.sentence(),
            invoice_id: one.invoice.map(|invoice| invoice.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ::metrics::columns::{CustomerEntry, LedgerBuilder};
    use ::metrics::ledger::{CustomerLedger, PriceBook};
    use jiff::tz::TimeZone;
    use model::{Currency, Restatement, UnixSeconds};
    use store::{Batch, ConnectionFiles};

    use super::*;

    fn recorded(months: std::ops::RangeInclusive<i64>) -> (tempfile::TempDir, Objects) {
        let dir = tempfile::tempdir().unwrap();
        let objects = ConnectionFiles::in_folder(dir.path()).objects_to_write().unwrap();
        let restatements = months.map(|month| Restatement {
            month_on: format!("2026-0{month}-01").parse().unwrap(),
            customer: "cus_1".into(),
            currency: Currency::USD,
            old_minor: 0,
            new_minor: month,
            reason: RestatementReason::LateInvoice,
            invoice: Some("in_1".into()),
        });
        let restatements = restatements.collect();
        let batch = Batch { restatements, seen_at: UnixSeconds(7), ..Batch::default() };
        objects.commit_blocking(batch).unwrap();
        (dir, objects)
    }

    fn ledger() -> Ledger {
        let builder = LedgerBuilder::new();
        let entry = CustomerEntry { name: Some("Ada".to_owned()), ..CustomerEntry::unknown("cus_1".into()) };
        builder.add(entry, &CustomerLedger::default());
        builder.finish(&PriceBook::default(), TimeZone::UTC)
    }

    #[test]
    fn a_restatement_names_its_customer_and_says_why() {
        let (_dir, objects) = recorded(4..=4);
        let page = read(&objects, &ledger(), None, 50).unwrap();
        let expected = serde_json::json!({
            "data": [{
                "recorded_at": 7, "month_on": "2026-04-01", "currency": "usd", "customer_id": "cus_1",
                "name": "Ada", "old_minor": 0, "new_minor": 4, "reason": "late_invoice",
                "detail": "A period was billed after the month was over.", "invoice_id": "in_1",
            }],
            "next_cursor": null,
        });
        assert_eq!(serde_json::to_value(page).unwrap(), expected);
    }

    #[test]
    fn a_cursor_leads_to_the_next_page_and_the_last_has_none() {
        let (_dir, objects) = recorded(1..=4);
        let ledger = ledger();
        let first = read(&objects, &ledger, None, 2).unwrap();
        let cursor = first.next_cursor.unwrap().parse().unwrap();
        let second = read(&objects, &ledger, Some(cursor), 2).unwrap();
        let values = |page: &[RestatementView]| page.iter().map(|one| one.new_minor).collect::<Vec<_>>();
        assert_eq!((values(&first.data), values(&second.data)), (vec![4, 3], vec![2, 1]));
        assert_eq!(second.next_cursor, None);
    }
}
