//! Handling of one request: authentication, rate limits, injected faults, and only then the answer.

use std::sync::{Arc, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use serde_json::json;

use super::App;
use super::error::{Refusal, json_response};
use super::expand::Expand;
use super::faults::{Fault, spoil};
use super::file::{Asking, FileRoute};
use super::limits::Admission;
use super::lists::envelope;
use super::params::Params;
use super::resources::{Resource, by_name};
use super::shape::{EMBEDDED_MAX, Shaper};
use super::version::ApiVersion;
use super::wire::Fuse;
use crate::ObjectKind;
use crate::Permission;

/// More than any form that is sent here.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// What a method and a path ask for.
enum Route<'a> {
    /// Whatever it is, of an account that is served from a file.
    OfFile(FileRoute<'a>),
    Account,
    List(&'static Resource),
    /// Those of one other object: the list, the parameter it is named by, and its id.
    ListOf(&'static Resource, &'static str, &'a str),
    Retrieve(&'static Resource, &'a str),
    InvoiceLines(&'a str),
    ListEndpoints,
    CreateEndpoint,
    PaymentMethods,
    PaymentMethod(&'a str),
    RetrieveEndpoint(&'a str),
    DeleteEndpoint(&'a str),
}

impl<'a> Route<'a> {
    fn find(method: &Method, segments: &[&'a str]) -> Option<Self> {
        let is_get = method == Method::GET;
        Some(match segments {
            ["v1", "webhook_endpoints"] if is_get => Self::ListEndpoints,
            ["v1", "webhook_endpoints"] if method == Method::POST => Self::CreateEndpoint,
            ["v1", "webhook_endpoints", id] if is_get => Self::RetrieveEndpoint(id),
            ["v1", "webhook_endpoints", id] if method == Method::DELETE => Self::DeleteEndpoint(id),
            ["v1", "account"] if is_get => Self::Account,
            ["v1", "invoices", id, "lines"] if is_get => Self::InvoiceLines(id),
            ["v1", "customers", id, "subscriptions"] if is_get => {
                Self::ListOf(by_name("subscriptions")?, "customer", id)
            }
            ["v1", "charges", id, "refunds"] if is_get => Self::ListOf(by_name("refunds")?, "charge", id),
            [.., ""] => return None,
            ["v1", "payment_methods"] if is_get => Self::PaymentMethods,
            ["v1", "payment_methods", id] if is_get => Self::PaymentMethod(id),
            ["v1", name] if is_get => Self::List(by_name(name)?),
            ["v1", name, id] if is_get => Self::Retrieve(by_name(name)?, id),
            _ => return None,
        })
    }

    /// What its requests are counted under.
    fn endpoint(&self) -> &'static str {
        match self {
            Self::OfFile(route) => route.endpoint(),
            Self::Account => "account",
            Self::List(resource) | Self::ListOf(resource, ..) | Self::Retrieve(resource, _) => resource.name,
            Self::InvoiceLines(_) => "invoices/lines",
            Self::PaymentMethods | Self::PaymentMethod(_) => "payment_methods",
            _ => "webhook_endpoints",
        }
    }

    /// `None`: any key may.
    fn permission(&self) -> Option<Permission> {
        Some(match self {
            Self::OfFile(route) => return route.permission(),
            Self::Account => Permission::Account,
            Self::List(resource) | Self::ListOf(resource, ..) | Self::Retrieve(resource, _) => {
                resource.permission
            }
            Self::InvoiceLines(_) => Permission::Invoices,
            Self::PaymentMethods | Self::PaymentMethod(_) => Permission::PaymentMethods,
            _ => Permission::WebhookEndpoints,
        })
    }
}

/// Answers every request under `/v1`, and everything that is nowhere.
pub async fn answer(
    State(app): State<Arc<App>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    request: Request,
) -> Response<Body> {
    let (request_id, log_url) = app.next_request();
    let (parts, body) = request.into_parts();
    let form = axum::body::to_bytes(body, FORM_BYTES_MAX).await.unwrap_or_default();
    let target = format!("{} {}", parts.method, parts.uri);
    let mut fault = None;
    let mut admission = None;

    let fixed = app.api_version.read().unwrap_or_else(PoisonError::into_inner).clone();
    let version = fixed.map_or_else(|| requested_version(&parts.headers), Ok);
    let answer = version.as_ref().map_err(Clone::clone).and_then(|version| {
        app.lock.open(&parts.headers)?;
        let path = parts.uri.path();
        let decoded: Vec<String> = path.trim_start_matches('/').split('/').map(decode).collect();
        let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
        let route = match &app.account_file {
            Some(_) => FileRoute::find(&parts.method, path, &segments).map(Route::OfFile),
            None => Route::find(&parts.method, &segments),
        };
        let route = route.ok_or_else(|| Refusal::no_such_url(parts.method.as_str(), path))?;
        admission = admit(&app, &route)?;
        fault = app.faults.next(&target);
        match fault {
            Some(Fault::InternalError { says_retry }) => {
                return Err(Refusal::internal(says_retry.then_some(true)));
            }
            Some(Fault::RateLimited) => return Err(Refusal::rate_limited("global-rate")),
            _ => {}
        }
        if let Some(permission) = route.permission() {
            app.lock.require(permission)?;
        }
        let query = Params::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let json = serve(&app, &route, version, &query, &form)?;
        if let Some(recorder) = &app.recorder {
            let merchant = app.merchant();
            recorder.note(&segments, &json, app.origin(&**merchant));
        }
        Ok(json)
    });

    let (status, body, mut response) = match answer {
        Ok(json) => (StatusCode::OK, Bytes::from(json), None),
        Err(refusal) => (refusal.status, Bytes::new(), Some(refusal.into_response(&log_url))),
    };
    let mut response = response.take().unwrap_or_else(|| json_response(status, body.clone()));
    let version = version.unwrap_or_else(|_| ApiVersion::current());
    set_headers(&mut response, &request_id, &version, &app.http_date());
    match fault {
        Some(fault) if status == StatusCode::OK => spoil(fault, response, body, &fuse, admission),
        _ => response,
    }
}

fn admit(app: &App, route: &Route<'_>) -> Result<Option<Admission>, Refusal> {
    match &app.limiter {
        None => Ok(None),
        Some(limiter) => limiter.admit(route.endpoint()).map(Some).map_err(Refusal::rate_limited),
    }
}

fn serve(
    app: &App,
    route: &Route<'_>,
    version: &ApiVersion,
    query: &Params,
    form: &[u8],
) -> Result<String, Refusal> {
    let merchant = app.merchant();
    let shaper = Shaper {
        merchant: &**merchant,
        lock: &app.lock,
        version,
        embedded_max: app.embedded_max.unwrap_or(EMBEDDED_MAX),
    };
    let endpoints = &app.endpoints;
    let no_endpoint = |id: &str| Refusal::no_such_object("webhook endpoint", id);
    match route {
        Route::OfFile(route) => {
            let Some(account) = &app.account_file else { return Err(Refusal::read_only()) };
            let (embedded_max, query) = (app.embedded_max, &query.clone().without_empty());
            route.answer(&Asking { account, merchant: &**merchant, version, embedded_max, query })
        }
        Route::Account => Ok(merchant.account().to_string()),
        Route::List(resource) => shaper.list(resource, query),
        Route::ListOf(resource, param, id) => shaper.list(resource, &query.clone().with(param, id)),
        Route::Retrieve(resource, id) => shaper.retrieve(resource, id, query),
        Route::InvoiceLines(id) => {
            let invoice = merchant.get(ObjectKind::Invoice, id);
            let invoice = invoice.ok_or_else(|| Refusal::no_such_object("invoice", id))?;
            shaper.list_embedded(invoice, "lines", &format!("/v1/invoices/{id}/lines"), query)
        }
        // Those of customers are listed for each customer alone.
        Route::PaymentMethods => Ok(envelope(&[], false, "/v1/payment_methods")),
        Route::PaymentMethod(id) => {
            let method = merchant.payment_method(id);
            let method = method.ok_or_else(|| Refusal::no_such_object("PaymentMethod", id))?;
            Ok(method.to_string())
        }
        Route::ListEndpoints => {
            Expand::of_list(&query.list("expand"))?;
            let all: Vec<String> =
                endpoints.all().iter().map(|endpoint| endpoint.to_value().to_string()).collect();
            let limit = query.limit()?;
            Ok(envelope(all.get(..limit).unwrap_or(&all), all.len() > limit, "/v1/webhook_endpoints"))
        }
        Route::CreateEndpoint => {
            let endpoint = endpoints.create(&Params::parse(form), merchant.now())?;
            Ok(endpoint.to_string())
        }
        Route::RetrieveEndpoint(id) => {
            let endpoint = endpoints.get(id).ok_or_else(|| no_endpoint(id))?;
            Ok(endpoint.to_value().to_string())
        }
        Route::DeleteEndpoint(id) if endpoints.delete(id) => {
            Ok(json!({ "id": id, "object": "webhook_endpoint", "deleted": true }).to_string())
        }
        Route::DeleteEndpoint(id) => Err(no_endpoint(id)),
    }
}

fn requested_version(headers: &HeaderMap) -> Result<ApiVersion, Refusal> {
    match headers.get("stripe-version") {
        None => Ok(ApiVersion::current()),
        Some(value) => ApiVersion::parse(value.to_str().unwrap_or_default()),
    }
}

fn set_headers(response: &mut Response<Body>, request_id: &str, version: &ApiVersion, date: &str) {
    let headers = response.headers_mut();
    for (name, value) in [("request-id", request_id), ("stripe-version", version.as_str()), ("date", date)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
}

/// A segment of a path with its percent signs undone; what separates fields in a form is a plain character there.
fn decode(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(escaped.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}
