//! Reading all of a request before anything is decided about it.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use crate::problem::Problem;

/// Far longer than the largest body takes on a slow line.
const LONGEST: Duration = Duration::from_secs(60);

/// Handlers check who asks when they have the headers. Whoever held the rest back until their access had ended would still
/// get what they asked for.
///
/// # Errors
/// When the body is too large, breaks off or takes too long.
pub async fn read(request: Request, next: Next) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let reading = Bytes::from_request(Request::from_parts(parts.clone(), body), &());
    let whole = tokio::time::timeout(LONGEST, reading).await.map_err(|_| too_slow())?;
    let whole = whole.map_err(|rejection| Problem::from(JsonRejection::from(rejection)))?;
    Ok(next.run(Request::from_parts(parts, Body::from(whole))).await)
}

fn too_slow() -> Problem {
    let title = format!("the request body did not arrive within {} seconds", LONGEST.as_secs());
    Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", title).action("send the request again")
}
