//! One request: the limit, the key, injected faults, and only then the answer.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, DATE, HOST, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::account::{Account, Kind};
use super::include::{Including, with_includes};
use super::lists::{Listing, page};
use super::refusal::Refusal;
use super::route::Route;
use super::{App, ids, metrics, notifications};
use crate::query::Query;
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
    let request_id = ids::uuid(app.seed, app.requests.fetch_add(1, Ordering::Relaxed));
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_BYTES_MAX).await.unwrap_or_default();
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
        let request = ApiRequest {
            app: &app,
            url: format!("http://{host}{}", parts.uri.path()),
            query: Query::parse(parts.uri.query().unwrap_or_default()),
            skips_count: parts.headers.get("skip-count").is_some_and(|value| value == "true"),
            body: &body,
            request_id: &request_id,
        };
        let world = app.world();
        Ok((route.status(), request.serve(&route, world.account())?))
    });
    let now = http_date(app.now());
    let mut response = match answer {
        Ok((StatusCode::NO_CONTENT, _)) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            response
        }
        Ok((status, json)) => {
            let body = Bytes::from(json.to_string());
            let response = json_response(status, body.clone());
            match fault {
                Some(fault) => spoil(fault, response, body, &fuse, None),
                None => response,
            }
        }
        Err(refusal) => {
            let body = refusal.to_value(&request_id).to_string();
            let mut response = json_response(refusal.status, Bytes::from(body));
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

struct ApiRequest<'a> {
    app: &'a App,
    url: String,
    query: Query,
    skips_count: bool,
    body: &'a [u8],
    request_id: &'a str,
}

impl ApiRequest<'_> {
    fn serve(&self, route: &Route<'_>, account: &Account) -> Result<Value, Refusal> {
        match route {
            Route::List(listing) => self.list(listing, account, account.of(listing.kind), None),
            Route::ListOfCustomer(listing, customer) => {
                existing(account, Kind::Customer, customer)?;
                self.list(listing, account, account.of(listing.kind), Some(customer))
            }
            Route::History(listing, subscription) => {
                existing(account, Kind::Subscription, subscription)?;
                let entries = account.history.get(*subscription).into_iter().flatten();
                let by_id = by_id(entries.cloned());
                self.list(listing, account, Some(&by_id), None)
            }
            Route::Metrics(name) => Ok(self.whole(metrics::answer(name, account, &self.query)?)),
            Route::EventTypes => Ok(self.whole(Value::Array(notifications::event_types()))),
            Route::ListSettings(listing) => self.list(listing, account, Some(&self.app.settings.all()), None),
            Route::ListNotifications(listing) => {
                self.list(listing, account, Some(&self.app.settings.notifications()), None)
            }
            Route::RetrieveSetting(id) => self.one_of(self.app.settings.all(), id),
            Route::RetrieveNotification(id) => self.one_of(self.app.settings.notifications(), id),
            Route::CreateSetting => Ok(self.whole(self.app.settings.create(self.body, account.now)?)),
            Route::UpdateSetting(id) => Ok(self.whole(self.app.settings.update(id, self.body)?)),
            Route::DeleteSetting(id) => self.app.settings.delete(id).map(|()| Value::Null),
            Route::Retrieve(listing, id) => {
                let entity = existing(account, listing.kind, id)?;
                let includes = match listing.kind {
                    Kind::Subscription => &["next_transaction", "recurring_transaction_details"],
                    _ => listing.includes,
                };
                Ok(self.whole(with_includes(entity, &self.including(includes, account)?)))
            }
            Route::CreditBalances(customer) => {
                existing(account, Kind::Customer, customer)?;
                let wanted = self.query.values("currency_code");
                let is_wanted = |code: &str| wanted.as_ref().is_none_or(|wanted| wanted.contains(&code));
                let of_customer = account.credit.iter().filter(|((owner, _), _)| owner == *customer);
                let data: Vec<Value> = of_customer
                    .filter(|((_, code), credit)| {
                        is_wanted(code) && (credit.available_minor != 0 || credit.used_minor != 0)
                    })
                    .map(|((_, code), credit)| {
                        json!({
                            "customer_id": customer,
                            "currency_code": code,
                            "balance": {
                                "available": credit.available_minor.to_string(),
                                "reserved": "0",
                                "used": credit.used_minor.to_string(),
                            },
                        })
                    })
                    .collect();
                Ok(self.whole(Value::Array(data)))
            }
        }
    }

    fn whole(&self, data: Value) -> Value {
        json!({ "data": data, "meta": { "request_id": self.request_id } })
    }

    fn one_of(&self, mut all: BTreeMap<String, Value>, id: &str) -> Result<Value, Refusal> {
        all.remove(id).map(|one| self.whole(one)).ok_or_else(|| Refusal::no_such_entity(id))
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

    fn list(
        &self,
        listing: &Listing,
        account: &Account,
        entities: Option<&BTreeMap<String, Value>>,
        customer: Option<&str>,
    ) -> Result<Value, Refusal> {
        let including = self.including(listing.includes, account)?;
        let page = page(listing, entities, customer, &self.query)?;
        let data: Vec<Value> = page.entities.iter().map(|entity| with_includes(entity, &including)).collect();
        let next = format!("{}?{}", self.url, self.query.with("after", &page.next));
        let mut pagination = json!({ "per_page": page.per_page, "next": next, "has_more": page.has_more });
        if !self.skips_count {
            pagination["estimated_total"] = json!(page.total);
        }
        Ok(json!({ "data": data, "meta": { "request_id": self.request_id, "pagination": pagination } }))
    }
}

fn by_id(entries: impl Iterator<Item = Value>) -> BTreeMap<String, Value> {
    let id_of = |entry: &Value| entry["id"].as_str().unwrap_or_default().to_owned();
    entries.map(|entry| (id_of(&entry), entry)).collect()
}

fn existing<'a>(account: &'a Account, kind: Kind, id: &str) -> Result<&'a Value, Refusal> {
    account.get(kind, id).ok_or_else(|| Refusal::no_such_entity(id))
}
