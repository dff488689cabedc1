//! One request: the token, the quota, injected faults, the scope, and only then the answer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, DATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::App;
use super::access::Grant;
use super::lists::{self, Listed};
use super::params::Params;
use super::quota::Allowance;
use super::refusal::Refusal;
use super::render::{self, Renderer};
use super::route::{Part, Route, Version};
use crate::query::Query;
use crate::server::error::json_response;
use crate::server::extras::http_date;
use crate::server::faults::{Fault, spoil};
use crate::server::wire::Fuse;

/// More than any body that is sent here.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What is answered where nothing is refused.
enum Answer {
    Json(Value),
    /// A plain array; nothing at all where it is empty.
    Array(Vec<Value>),
    Nothing,
}

/// Answers everything but the sandbox's own endpoints and the exchange of codes.
pub async fn answer(
    State(app): State<Arc<App>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    request: Request,
) -> Response<Body> {
    app.requests.fetch_add(1, Ordering::Relaxed);
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.unwrap_or_default();
    let target = format!("{} {}", parts.method, parts.uri);
    let segments: Vec<&str> = parts.uri.path().trim_matches('/').split('/').collect();
    let (version, rest) = versioned(&segments, &app.hash);
    let shown = version.unwrap_or(Version::V3);
    let mut allowance = None;
    let mut fault = None;
    let answer = version.ok_or_else(Refusal::not_found).and_then(|version| {
        let grant = app.access.open(&parts.headers)?;
        let taken = app.quota.take();
        allowance = Some(taken.unwrap_or_else(|left| left));
        taken.map_err(|_| Refusal::too_many_requests())?;
        fault = app.faults.next(&target);
        match fault {
            Some(Fault::InternalError { .. }) => return Err(Refusal::internal()),
            Some(Fault::RateLimited) => {
                // The shop is under load, which has nothing to do with the quota.
                allowance = None;
                return Err(Refusal::too_many_requests());
            }
            _ => {}
        }
        let route = Route::find(version, &parts.method, rest).ok_or_else(Refusal::not_found)?;
        let needed = route.scopes();
        if !needed.is_empty() && !needed.iter().any(|scope| grant.scopes.has(*scope)) {
            return Err(Refusal::forbidden());
        }
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let params = Params { query: &query, version };
        let asked = ApiRequest { app: &app, params, body: &body, grant: &grant };
        asked.serve(route)
    });
    let is_json = shown == Version::V3 || parts.method != Method::GET || accepts_json(&parts.headers);
    let mut response = match answer {
        Ok(_) if !is_json => xml(),
        Ok(Answer::Nothing) => empty(),
        Ok(Answer::Array(rows)) if rows.is_empty() => empty(),
        Ok(Answer::Array(rows)) => whole(&Value::Array(rows), fault, &fuse),
        Ok(Answer::Json(value)) => whole(&value, fault, &fuse),
        Err(refusal) => json_response(refusal.status, refusal.to_value(shown).to_string()),
    };
    set_headers(&mut response, allowance, &http_date(app.now()));
    response
}

/// `/stores/{hash}/v2/…` or `/v3/…`.
fn versioned<'s, 'a>(segments: &'s [&'a str], hash: &str) -> (Option<Version>, &'s [&'a str]) {
    match segments {
        ["stores", of, "v2", rest @ ..] if *of == hash => (Some(Version::V2), rest),
        ["stores", of, "v3", rest @ ..] if *of == hash => (Some(Version::V3), rest),
        _ => (None, &[]),
    }
}

/// Version 2 answers in XML where nobody asks for JSON.
fn accepts_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains("application/json"))
}

fn xml() -> Response<Body> {
    let mut response = Response::new(Body::from("<?xml version=\"1.0\"?>\n<response/>\n"));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

fn empty() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn whole(value: &Value, fault: Option<Fault>, fuse: &Fuse) -> Response<Body> {
    let body = Bytes::from(value.to_string());
    let response = json_response(StatusCode::OK, body.clone());
    match fault {
        Some(fault) => spoil(fault, response, body, fuse, None),
        None => response,
    }
}

fn set_headers(response: &mut Response<Body>, allowance: Option<Allowance>, date: &str) {
    let headers = response.headers_mut();
    if let Ok(date) = HeaderValue::from_str(date) {
        headers.insert(DATE, date);
    }
    for (name, value) in allowance.iter().flat_map(|allowance| allowance.headers()) {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

struct ApiRequest<'a> {
    app: &'a App,
    params: Params<'a>,
    body: &'a [u8],
    grant: &'a Grant,
}

impl ApiRequest<'_> {
    fn serve(&self, route: Route) -> Result<Answer, Refusal> {
        let (app, client, params) = (self.app, &self.grant.client, &self.params);
        let world = app.world();
        let json = |value: Value| Ok(Answer::Json(value));
        match route {
            Route::Store => {
                let renderer = self.renderer(&world);
                json(render::store(&renderer, &app.store_id, app.plan))
            }
            Route::Time => json(json!({ "time": app.now() })),
            Route::Currencies => self.plain(&render::currencies(&world)),
            Route::OrderStatuses => Ok(Answer::Array(render::order_statuses(&world))),
            Route::Orders => Ok(Answer::Array(lists::orders(&self.renderer(&world), params)?.rows)),
            Route::OrderCount => json(lists::count(&world, params)?),
            Route::Order(id) => {
                let order = world.order(id).ok_or_else(Refusal::not_found)?;
                json(self.renderer(&world).order(order, lists::parts(params)?))
            }
            Route::PartOf(id, part) => self.part(&world, id, part),
            Route::Refunds => self.paged(lists::refunds(&world, params, None)?),
            Route::RefundsOf(id) => {
                world.order(id).ok_or_else(Refusal::not_found)?;
                self.paged(lists::refunds(&world, params, Some(id))?)
            }
            Route::Refund(id) => {
                let refund = world.refunds().iter().find(|refund| refund.id == id);
                let refund = refund.ok_or_else(Refusal::not_found)?;
                json(json!({ "data": render::refund(refund), "meta": {} }))
            }
            Route::Transactions(id) => {
                let order = world.order(id).ok_or_else(Refusal::not_found)?;
                let rows = order.transactions.iter().map(|known| render::transaction(order, known));
                let rows: Vec<Value> = rows.collect();
                if rows.is_empty() { Ok(Answer::Nothing) } else { self.paged(lists::plain(params, &rows)?) }
            }
            Route::Customers => json(lists::customers(&world, params)?),
            Route::Products => self.paged(lists::products(&world, params)?),
            Route::Product(id) => {
                let product = world.catalog.products().find(|product| product.id == id);
                let product = product.ok_or_else(Refusal::not_found)?;
                let has_variants = params.text("include") == Some("variants");
                json(json!({ "data": render::product(&world, product, has_variants), "meta": {} }))
            }
            Route::VariantsOf(id) => self.paged(lists::variants(&world, params, Some(id))?),
            Route::Variants => self.paged(lists::variants(&world, params, None)?),
            Route::Trees => {
                let tree = json!({ "id": 1, "name": "Default", "channels": [1] });
                self.paged(lists::plain(params, &[tree])?)
            }
            Route::Categories => self.paged(lists::categories(params)?),
            Route::Brands => self.paged(lists::brands(params)?),
            Route::Channels => self.paged(lists::plain(params, &render::channels(&world))?),
            Route::Hooks => json(app.hooks.list(params, client)?),
            Route::Hook(id) => json(app.hooks.get(id, client)?),
            Route::CreateHook => json(app.hooks.create(self.body, client, app.clock.now())?),
            Route::UpdateHook(id) => json(app.hooks.update(id, self.body, client, app.clock.now())?),
            Route::DeleteHook(id) => json(app.hooks.delete(id, client)?),
            Route::HooksAdmin => json(app.hooks.admin(client)),
            Route::UpdateHooksAdmin => app.hooks.notify(self.body, client).map(|()| Answer::Nothing),
        }
    }

    fn renderer<'w>(&'w self, world: &'w super::world::World) -> Renderer<'w> {
        Renderer::new(world, &self.app.hash, self.app.has_plain_discounts)
    }

    fn paged(&self, listed: Listed) -> Result<Answer, Refusal> {
        Ok(Answer::Json(listed.envelope(&self.params)))
    }

    /// A list of version 2 that has pages and no filters.
    fn plain(&self, rows: &[Value]) -> Result<Answer, Refusal> {
        Ok(Answer::Array(lists::plain(&self.params, rows)?.rows))
    }

    fn part(&self, world: &super::world::World, id: i64, part: Part) -> Result<Answer, Refusal> {
        let order = world.order(id).ok_or_else(Refusal::not_found)?;
        let renderer = self.renderer(world);
        let rows = match part {
            Part::Lines => render::lines(order),
            Part::Coupons => render::coupons(order),
            Part::Taxes => render::taxes(order),
            Part::Fees => render::fees(order),
            Part::ShippingAddresses => {
                let addresses = order.addresses.iter().filter(|address| !address.is_pickup);
                addresses.map(|address| renderer.shipping_address(order, address)).collect()
            }
            Part::Consignments => return Ok(Answer::Json(renderer.consignments(order, true))),
        };
        self.plain(&rows)
    }
}
