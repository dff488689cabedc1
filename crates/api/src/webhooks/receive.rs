//! `POST /webhooks/{source}/{path}`: a provider reports that something happened. Outside the API: a delivery is
//! accepted by its signature alone.

use ::sync::runner::{Receipt, WebhookRefusal};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use connect::Source;

use crate::context::Shared;
use crate::problem::Problem;
use crate::watch::Delivered;

pub const ROUTE: &str = "/webhooks/{source}/{path}";

/// Answers once the delivery is on disk; it is processed afterwards.
pub async fn handle(
    State(context): State<Shared>,
    Path((source, path)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Problem> {
    let count = |what| context.counters.delivered(what);
    let body = body.map_err(|rejection| {
        count(Delivered::Oversized);
        Problem::new(rejection.status(), "unreadable", "the request body is too large or incomplete")
    })?;
    let Some(source) = Source::of(&source) else {
        count(Delivered::Unknown);
        return Err(Problem::not_found("webhook"));
    };
    match context.runner.receive(source, &path, &headers, &body).await {
        Ok(Receipt::Kept) => count(Delivered::Kept),
        Ok(Receipt::Repeated) => count(Delivered::Repeated),
        Err(refusal) => return Err(refused(&context, refusal)),
    }
    Ok(StatusCode::OK)
}

fn refused(context: &Shared, refusal: WebhookRefusal) -> Problem {
    let (what, problem) = match refusal {
        WebhookRefusal::Unknown => (Delivered::Unknown, Problem::not_found("webhook")),
        WebhookRefusal::Signature(error) => {
            (Delivered::Unsigned, Problem::bad_request("bad_signature", error.to_string()))
        }
        WebhookRefusal::Malformed(error) => {
            (Delivered::Malformed, Problem::bad_request("malformed", error.to_string()))
        }
        // Delivered again later.
        WebhookRefusal::Failed(error) => (Delivered::Failed, Problem::from(error)),
    };
    context.counters.delivered(what);
    problem
}
