//! `POST /rates/import`.

use std::sync::Arc;

use ::metrics::fx::{EnteredRate, read_csv};
use ::sync::EnterError;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

#[derive(Debug, Deserialize, ToSchema)]
pub struct RateImport {
    /// A file with the columns `currency`, `base`, `from`, `rate` and perhaps `to`.
    pub csv: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedRates {
    /// How many rates were in the file.
    pub rates: usize,
}

/// Import the exchange rates of a CSV file, all or none of them
#[utoipa::path(post, path = "/api/v1/rates/import", operation_id = "import_rates", tag = "rates",
    request_body = RateImport, responses((status = 200, body = ImportedRates)))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Body(request): Body<RateImport>,
) -> Result<Json<ImportedRates>, Problem> {
    let event = AuditEvent::new(&access.by, &access.workspace, "rates.entered");
    let (rates, catalog, now) = (Arc::clone(&context.rates), access.catalog(&context), context.clock.now());
    let imported = blocking(move || {
        let lines = read_csv(&request.csv).map_err(|error| Problem::field("csv", error.to_string()))?;
        let entries: Vec<EnteredRate> = lines.iter().map(|(_, entry)| *entry).collect();
        rates.enter(&catalog, &access.workspace, &entries, access.by.name(), now).map_err(
            |error| match error {
                EnterError::Entry { index, error } => {
                    let line = lines.get(index).map_or(0, |(line, _)| *line);
                    Problem::field("csv", format!("line {line}: {error}"))
                }
                other => other.into(),
            },
        )?;
        Ok::<_, Problem>(ImportedRates { rates: entries.len() })
    });
    let imported = imported.await??;
    context.record(event.detail(format!("{} rates", imported.rates))).await?;
    Ok(Json(imported))
}
