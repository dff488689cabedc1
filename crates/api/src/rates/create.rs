//! `POST /rates`.

use std::sync::Arc;

use ::metrics::fx::EnteredRate;
use axum::extract::State;
use axum::http::StatusCode;

use super::dto::{RateRequest, refused};
use crate::access::identity::Access;
use crate::access::permission::Manage;
use crate::audit::AuditEvent;
use crate::blocking;
use crate::context::Shared;
use crate::http::json::Body;
use crate::problem::Problem;

/// Enter an exchange rate
///
/// It takes precedence over official pegs and published rates from the next request on. A rate for the same currency
/// and days is replaced.
#[utoipa::path(post, path = "/api/v1/rates", operation_id = "create_rate", tag = "rates",
    request_body = RateRequest, responses((status = 201, description = "The rate applies from now on")))]
pub async fn handle(
    State(context): State<Shared>,
    access: Access<Manage>,
    Body(request): Body<RateRequest>,
) -> Result<StatusCode, Problem> {
    let RateRequest { currency, base, from, to, rate } = request;
    let entry = EnteredRate::parse(&currency, &base, &from, to.as_deref(), &rate);
    let entry = entry.map_err(|error| refused(&error))?;
    let (rates, catalog, now) = (Arc::clone(&context.rates), access.catalog(&context), context.clock.now());
    let by = access.by.clone();
    let event = AuditEvent::new(&by, &access.workspace, "rates.entered").on(currency.to_uppercase());
    blocking(move || rates.enter(&catalog, &access.workspace, &[entry], by.name(), now)).await??;
    context.record(event).await?;
    Ok(StatusCode::CREATED)
}
