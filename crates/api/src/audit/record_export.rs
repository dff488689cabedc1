//! `POST /exports`: a page that is about to save a file says so first.

use axum::extract::State;
use axum::http::StatusCode;
use model::ConnectionId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::AuditEvent;
use crate::access::identity::Membership;
use crate::access::permission::ReadMetrics;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// A list that can be saved whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportedList {
    Customers,
    Movements,
    Payments,
    Upcoming,
    ExpiringCards,
    CohortCustomers,
    Contributions,
    CashTransactions,
    BalanceTransactions,
    MrrCustomers,
    ReconciledCustomers,
    DifferentRenewals,
    AuditLog,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    Csv,
    Json,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ExportRequest {
    /// Whose list it is: a connection, or the workspace for all of its connections together. Left out for a list that is of none.
    pub connection_id: Option<String>,
    pub list: ExportedList,
    pub format: ExportFormat,
    /// How many rows the file has. The entry says how many the server gave.
    pub rows: u64,
}

/// Record in the audit log that a list is saved as a file
///
/// The list has to have been requested in this session, in the last quarter of an hour.
#[utoipa::path(post, path = "/api/v1/exports", operation_id = "record_export", tag = "audit",
    request_body = ExportRequest, responses((status = 204, description = "Recorded")))]
pub async fn handle(
    State(context): State<Shared>,
    member: Membership<ReadMetrics>,
    Body(request): Body<ExportRequest>,
) -> Result<StatusCode, Problem> {
    let ExportRequest { connection_id, list, format, rows } = request;
    let of = match &connection_id {
        Some(id) => id.as_str(),
        None => member.workspace.id.as_str(),
    };
    let given = context.given.rows(&member.person.session.id, of, list, rows, context.clock.now());
    let event = AuditEvent::new(&member.by(), &member.workspace.id, "export.created");
    let event = match connection_id.map(ConnectionId::from) {
        Some(id) if id.as_str() == member.workspace.id.as_str() => event.on(id.as_str()),
        Some(id) => {
            let (catalog, workspace) = (context.catalog.clone(), member.workspace.id.clone());
            let found = blocking(move || catalog.connection(&workspace, &id)).await??;
            event.on(found.ok_or_else(|| Problem::not_found("connection"))?.id.as_str())
        }
        None => event,
    };
    let given = given.ok_or_else(not_given)?;
    let rows = if given == 1 { "1 row".to_owned() } else { format!("{given} rows") };
    context.record(event.detail(format!("{}, {rows}, {}", list.as_str(), format.as_str()))).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn not_given() -> Problem {
    Problem::new(StatusCode::CONFLICT, "not_given", "this list was not requested in this session recently")
        .action("request the list, then record that it is saved")
}

impl ExportedList {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Movements => "movements",
            Self::Payments => "payments",
            Self::Upcoming => "upcoming",
            Self::ExpiringCards => "expiring cards",
            Self::CohortCustomers => "customers of a cohort",
            Self::Contributions => "contributions of customers",
            Self::CashTransactions => "transactions",
            Self::BalanceTransactions => "balance transactions",
            Self::MrrCustomers => "MRR of customers",
            Self::ReconciledCustomers => "paid invoices of customers",
            Self::DifferentRenewals => "renewals that differ",
            Self::AuditLog => "audit log",
        }
    }
}

impl ExportFormat {
    fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }
}
