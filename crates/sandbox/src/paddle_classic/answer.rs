//! One request: what it asks for, the limit, injected faults, the vendor's number and code, and only then the answer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{DATE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, Response, StatusCode};

use super::App;
use super::lists::{Route, answer_list};
use super::own::RefusedCall;
use super::params::Params;
use super::refusal::Refusal;
use crate::server::error::json_response;
use crate::server::extras::http_date;
use crate::server::faults::{Fault, spoil};
use crate::server::wire::Fuse;

/// More than any body that is sent here.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Answers everything but the sandbox's own endpoints.
pub async fn answer(
    State(app): State<Arc<App>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.unwrap_or_default();
    let path = parts.uri.path();
    let params = Params::parse(parts.uri.query().unwrap_or_default(), &body);
    let mut fault = None;
    let answer = Route::find(path).ok_or_else(|| {
        app.note_refused(RefusedCall {
            at: app.now(),
            method: parts.method.to_string(),
            path: path.to_owned(),
        });
        Refusal::bad_method_call()
    });
    let answer = answer.and_then(|route| {
        if parts.method != Method::POST {
            return Err(Refusal::bad_method_call());
        }
        admit(&app, &route, &fuse)?;
        fault = app.faults.next(&format!("{path} {}", String::from_utf8_lossy(&body)));
        match fault {
            Some(Fault::InternalError { .. }) => return Err(Refusal::internal()),
            Some(Fault::RateLimited) => return Err(Refusal::too_many_requests(1)),
            _ => {}
        }
        open(&app, &params)?;
        answer_list(&route, &params, app.world().account(), &app.outlet)
    });
    let mut response = match answer {
        Ok(json) => {
            let body = Bytes::from(json.to_string());
            let response = json_response(StatusCode::OK, body.clone());
            match fault {
                Some(fault) => spoil(fault, response, body, &fuse, None),
                None => response,
            }
        }
        Err(refusal) => {
            let mut response = json_response(refusal.status, Bytes::from(refusal.to_value().to_string()));
            if let Some(seconds) = refusal.retry_after_s {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    };
    let now = http_date(app.now());
    if let Ok(now) = HeaderValue::from_str(&now) {
        response.headers_mut().insert(DATE, now);
    }
    response
}

/// Only transactions have a limit that is known.
fn admit(app: &App, route: &Route<'_>, fuse: &Fuse) -> Result<(), Refusal> {
    let address = fuse.peer().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    match (&app.limiter, route) {
        (Some(limiter), Route::Transactions { .. }) => {
            limiter.admit(address).map_err(Refusal::too_many_requests)
        }
        _ => Ok(()),
    }
}

fn open(app: &App, params: &Params) -> Result<(), Refusal> {
    let is_theirs = params.get("vendor_id") == Some(app.vendor_id.as_str())
        && params.get("vendor_auth_code") == Some(app.auth_code.as_str());
    if is_theirs { Ok(()) } else { Err(Refusal::no_access()) }
}
