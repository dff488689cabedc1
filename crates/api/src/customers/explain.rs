//! `GET /connections/{id}/customers/{customer_id}/explain`: down to the invoice line and the rule.

use ::metrics::ledger::explain::{self, Explanation};
use ::sync::Business;
use axum::Json;
use axum::extract::{Path, State};
use model::{CustomerId, Day, UnixSeconds};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::read::CustomerPath;
use crate::access::identity::Figures;
use crate::access::permission::ReadCustomers;
use crate::blocking;
use crate::context::{CustomerAccount, Shared};
use crate::http::json::Query;
use crate::problem::Problem;
use ::metrics::schema::MoneyAmount;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExplainParams {
    /// The end of this day.
    #[param(value_type = Option<String>)]
    pub on: Option<Day>,
    /// This instant, in seconds since 1970. Without either parameter, the complete history.
    pub at: Option<i64>,
}

/// What a customer's MRR is made of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationView {
    pub at: Option<i64>,
    pub mrr: Vec<MoneyAmount>,
    pub parts: Vec<ExplainedPart>,
    /// Lines that do not count, and why.
    pub left_out: Vec<LeftOutLine>,
}

/// One price of one subscription.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedPart {
    /// The name of the connection that it is of, where there are several together.
    pub account: Option<String>,
    pub subscription: String,
    pub price: String,
    pub label: String,
    pub currency: String,
    pub value_minor: i64,
    pub steps: Vec<ExplainedStep>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedStep {
    pub at: i64,
    pub value_minor: i64,
    pub delta_minor: i64,
    /// The rule that applied, by name.
    pub rule: String,
    pub reason: String,
    pub arithmetic: Option<String>,
    pub lines: Vec<ExplainedLine>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedLine {
    pub id: String,
    pub invoice: Option<String>,
    pub invoice_number: Option<String>,
    pub invoice_status: Option<String>,
    pub description: Option<String>,
    pub amount_minor: i64,
    pub discount_minor: i64,
    pub inclusive_tax_minor: i64,
    pub quantity: String,
    pub period_start: i64,
    pub period_end: i64,
    pub is_proration: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutLine {
    pub reason: String,
    pub currency: String,
    #[serde(flatten)]
    pub line: ExplainedLine,
}

/// Why a customer's MRR is what it is
#[utoipa::path(get, path = "/api/v1/connections/{id}/customers/{customer_id}/explain",
    operation_id = "explain_customer", tag = "customers", params(ExplainParams),
    responses((status = 200, body = ExplanationView)))]
pub async fn handle(
    State(context): State<Shared>,
    Figures { of, .. }: Figures<ReadCustomers>,
    Path(path): Path<CustomerPath>,
    Query(params): Query<ExplainParams>,
) -> Result<Json<Explanation>, Problem> {
    let zone = of.settings().zone().map_err(|error| Problem::internal(&error))?;
    let end_of_day = params.on.map(|day| UnixSeconds(day.next().starts_at(&zone).0 - 1));
    let at = params.at.map(UnixSeconds).or(end_of_day);
    let id = CustomerId::from(path.customer_id);
    // One account is explained by its objects alone.
    let ledger = match of {
        Business::Together { .. } => Some(context.runner.ledger_of(&of).await?),
        Business::One(_) => None,
    };
    let mut accounts = context.accounts(&of, ledger.as_deref(), &id).await?;
    accounts.retain(|CustomerAccount { history, .. }| {
        history.customer.is_some() || !history.invoices.is_empty() || !history.subscriptions.is_empty()
    });
    if accounts.is_empty() {
        return Err(Problem::not_found("customer"));
    }
    let explained = move || {
        let moved = ledger.as_deref().map_or(&[][..], |ledger| ledger.moved_of(&id));
        let explained = accounts.iter().map(|CustomerAccount { record, history, prices, .. }| {
            let mut own = explain::explain(history, prices, record.settings.rules, at);
            for moved in moved.iter().filter(|moved| moved.connection == record.id) {
                own.end_moved(&moved.id, moved.at);
            }
            (record.name.clone(), own)
        });
        let mut explained: Vec<(String, Explanation)> = explained.collect();
        match explained.pop() {
            Some((_, only)) if ledger.is_none() => only,
            last => Explanation::together(explained.into_iter().chain(last), at),
        }
    };
    Ok(Json(blocking(explained).await?))
}
