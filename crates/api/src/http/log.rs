//! One line per request: where it came from, method, route pattern, status, time. Never the URL itself, which contains customers' ids
//! and search terms.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::address::ClientAddress;
use crate::context::Shared;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Logs the request and returns its id as `X-Request-Id`, so that it can be found in the log.
pub async fn request(State(context): State<Shared>, request: Request, next: Next) -> Response {
    let started_ms = context.clock.now_ms();
    let method = request.method().clone();
    let client = request.extensions().get::<ClientAddress>().map(ToString::to_string);
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let request_id = crate::access::credential::new_request_id();
    let mut response = next.run(request).await;
    let ms = context.clock.now_ms() - started_ms;
    let status = response.status().as_u16();
    context.counters.answered(status);
    if route == "-" {
        tracing::debug!(client, %method, route, status, ms, request_id, "request");
    } else {
        tracing::info!(client, %method, route, status, ms, request_id, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}
