//! One request: the limit, the key, injected faults, and only then the answer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HOST, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::account::{Account, Kind};
use super::include::{Including, with_includes};
use super::lists::{Listing, by_name, page};
use super::permissions::Permission;
use super::query::Query;
use super::refusal::Refusal;
use super::{App, ids};
use crate::server::faults::{Fault, spoil};
use crate::server::wire::Fuse;

/// What a path asks for.
enum Route<'a> {
    List(&'static Listing),
    /// Addresses and businesses are lists of one customer.
    ListOfCustomer(&'static Listing, &'a str),
    Retrieve(&'static Listing, &'a str),
    CreditBalances(&'a str),
}

impl<'a> Route<'a> {
    fn find(method: &Method, segments: &[&'a str]) -> Option<Self> {
        let is_of_customer = |name: &str| matches!(name, "addresses" | "businesses");
        if method != Method::GET {
            return None;
        }
        Some(match segments {
            ["customers", id, "credit-balances"] => Self::CreditBalances(id),
            ["customers", id, name] if is_of_customer(name) => Self::ListOfCustomer(by_name(name)?, id),
            ["customers", _, name, id] if is_of_customer(name) => Self::Retrieve(by_name(name)?, id),
            [name] if !is_of_customer(name) => Self::List(by_name(name)?),
            [name, id] if !is_of_customer(name) && *name != "events" => Self::Retrieve(by_name(name)?, id),
            _ => return None,
        })
    }

    fn permission(&self) -> Permission {
        match self {
            Self::List(listing) | Self::ListOfCustomer(listing, _) | Self::Retrieve(listing, _) => {
                listing.permission
            }
            Self::CreditBalances(_) => Permission::Customer,
        }
    }
}

/// Answers everything but the sandbox's own endpoints.
pub async fn answer(
    State(app): State<Arc<App>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    request: Request,
) -> Response<Body> {
    let request_id = ids::uuid(app.seed, app.requests.fetch_add(1, Ordering::Relaxed));
    let (parts, _) = request.into_parts();
    let target = format!("{} {}", parts.method, parts.uri);
    let mut fault = None;
    let answer = admit(&app, &fuse).and_then(|()| {
        open(&app, &parts.headers)?;
        let segments: Vec<&str> = parts.uri.path().trim_start_matches('/').split('/').collect();
        let route = Route::find(&parts.method, &segments).ok_or_else(Refusal::no_such_url)?;
        fault = app.faults.next(&target);
        match fault {
            Some(Fault::InternalError { .. }) => return Err(Refusal::internal()),
            Some(Fault::RateLimited) => return Err(Refusal::too_many_requests(1)),
            _ => {}
        }
        app.require(route.permission())?;
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let asked = Asked {
            app: &app,
            url: format!("http://{host}{}", parts.uri.path()),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            skips_count: parts.headers.get("skip-count").is_some_and(|value| value == "true"),
            request_id: &request_id,
        };
        let world = app.world();
        asked.serve(&route, world.account())
    });
    let now = app.now().timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut response = match answer {
        Ok(json) => {
            let body = Bytes::from(json.to_string());
            let response = respond(StatusCode::OK, body.clone());
            match fault {
                Some(fault) => spoil(fault, response, body, &fuse, None),
                None => response,
            }
        }
        Err(refusal) => {
            let body = refusal.to_value(&request_id).to_string();
            let mut response = respond(refusal.status, Bytes::from(body));
            if let Some(seconds) = refusal.retry_after_s {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    };
    if let Ok(now) = HeaderValue::from_str(&now) {
        response.headers_mut().insert(DATE, now);
    }
    response
}

fn admit(app: &App, fuse: &Fuse) -> Result<(), Refusal> {
    let address = fuse.peer().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    match &app.limiter {
        None => Ok(()),
        Some(limiter) => limiter.admit(address).map_err(Refusal::too_many_requests),
    }
}

fn open(app: &App, headers: &HeaderMap) -> Result<(), Refusal> {
    let header = headers.get(AUTHORIZATION).ok_or_else(Refusal::no_key)?;
    let given = header.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
    match given.map(str::trim).filter(|key| !key.is_empty()) {
        None => Err(Refusal::malformed_key()),
        Some(key) if key == app.key => Ok(()),
        Some(_) => Err(Refusal::wrong_key()),
    }
}

/// A JSON answer.
pub fn respond(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

struct Asked<'a> {
    app: &'a App,
    url: String,
    query: Query,
    skips_count: bool,
    request_id: &'a str,
}

impl Asked<'_> {
    fn serve(&self, route: &Route<'_>, account: &Account) -> Result<Value, Refusal> {
        match route {
            Route::List(listing) => self.list(listing, account, None),
            Route::ListOfCustomer(listing, customer) => {
                existing(account, Kind::Customer, customer)?;
                self.list(listing, account, Some(customer))
            }
            Route::Retrieve(listing, id) => {
                let entity = existing(account, listing.kind, id)?;
                let includes = match listing.kind {
                    Kind::Subscription => &["recurring_transaction_details"],
                    _ => listing.includes,
                };
                let data = with_includes(entity, &self.including(includes, account)?);
                Ok(json!({ "data": data, "meta": { "request_id": self.request_id } }))
            }
            Route::CreditBalances(customer) => {
                existing(account, Kind::Customer, customer)?;
                let wanted = self.query.values("currency_code");
                let is_wanted = |code: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(&code));
                let balance = account.credit_minor.get(*customer).filter(|(code, _)| is_wanted(code));
                let data: Vec<Value> = balance
                    .map(|(code, minor)| {
                        json!({
                            "customer_id": customer,
                            "currency_code": code,
                            "balance": { "available": minor.to_string(), "reserved": "0", "used": "0" },
                        })
                    })
                    .into_iter()
                    .collect();
                Ok(json!({ "data": data, "meta": { "request_id": self.request_id } }))
            }
        }
    }

    fn including<'a>(&'a self, known: &[&str], account: &'a Account) -> Result<Including<'a>, Refusal> {
        let names = self.query.values("include").unwrap_or_default();
        for name in &names {
            if !known.contains(name) {
                return Err(Refusal::field("include", format!("'{name}' can't be included here")));
            }
            self.app.require(Including::permission(name))?;
        }
        Ok(Including { names, account })
    }

    fn list(&self, listing: &Listing, account: &Account, customer: Option<&str>) -> Result<Value, Refusal> {
        let including = self.including(listing.includes, account)?;
        let page = page(listing, account, customer, &self.query)?;
        let data: Vec<Value> = page.entities.iter().map(|entity| with_includes(entity, &including)).collect();
        let next = format!("{}?{}", self.url, self.query.with_after(&page.next));
        let mut pagination = json!({ "per_page": page.per_page, "next": next, "has_more": page.has_more });
        if !self.skips_count {
            pagination["estimated_total"] = json!(page.total);
        }
        Ok(json!({ "data": data, "meta": { "request_id": self.request_id, "pagination": pagination } }))
    }
}

fn existing<'a>(account: &'a Account, kind: Kind, id: &str) -> Result<&'a Value, Refusal> {
    account.get(kind, id).ok_or_else(|| Refusal::no_such_entity(id))
}
