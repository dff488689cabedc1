//! Endpoints that BigCommerce does not have: what orders, refunds and days are meant to be, counts, control of the clock, and
//! what its control panel does: installing the app, opening it, and taking it away.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::App;
use super::app_profile::{Flaw, User, Visit};
use super::scopes::ScopeSet;
use crate::query::Query;
use crate::server::error::json_response;
use crate::server::extras::{Advance, lines};

fn answered(value: &Value) -> Response<Body> {
    json_response(StatusCode::OK, value.to_string())
}

fn refused(problem: &str) -> Response<Body> {
    json_response(StatusCode::BAD_REQUEST, json!({ "error": { "message": problem } }).to_string())
}

/// `GET /sandbox/expected_orders`: a line for each order.
pub async fn expected_orders(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.expected_orders())
}

/// `GET /sandbox/expected_refunds`: a line for each refund.
pub async fn expected_refunds(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.expected_refunds())
}

/// `GET /sandbox/expected_days`: a line for each day and currency.
pub async fn expected_days(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.expected_days())
}

/// `GET /sandbox/facts`: the shop's present, how it is reached, and how much it has.
pub async fn facts(State(app): State<Arc<App>>) -> Response<Body> {
    let world = app.world();
    let facts = json!({
        "merchant": app.merchant.as_str(),
        "now": world.now,
        "store_hash": app.hash,
        "counts": {
            "order": world.orders().len(),
            "refund": world.refunds().len(),
            "customer": world.customers().count(),
            "product": world.catalog.products().count(),
        },
    });
    answered(&facts)
}

/// `POST /sandbox/advance`: the shop lives on.
pub async fn advance(State(app): State<Arc<App>>, body: Bytes) -> Response<Body> {
    let Some(to) = Advance::parse(&body, app.now()) else {
        return json_response(StatusCode::BAD_REQUEST, Advance::problem().to_string());
    };
    let events = app.advance(to).await;
    answered(&json!({ "now": app.now(), "events": events }))
}

/// `GET /sandbox/install?scopes=…`: where the browser of somebody who installs the app goes.
pub async fn install(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response<Body> {
    let query = Query::parse(&query.unwrap_or_default());
    let scopes = query.get("scopes").map_or_else(|| Ok(ScopeSet::all()), str::parse);
    match scopes {
        Ok(scopes) => answered(&json!({ "url": app.install_url(scopes, &User::owner()) })),
        Err(problem) => refused(&problem.to_string()),
    }
}

/// `GET /sandbox/signed_payload?flaw=…&colleague=…`: what a callback of the app carries.
pub async fn signed_payload(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response<Body> {
    let query = Query::parse(&query.unwrap_or_default());
    let flaw = query.get("flaw").unwrap_or("none");
    let Some((_, flaw)) = Flaw::ALL.into_iter().find(|(name, _)| *name == flaw) else {
        let names: Vec<&str> = Flaw::ALL.into_iter().map(|(name, _)| name).collect();
        return refused(&format!("there are the flaws {}", names.join(", ")));
    };
    let colleague = query.get("colleague").and_then(|number| number.parse().ok());
    let user = colleague.map_or_else(User::owner, User::colleague);
    let url = query.get("url").unwrap_or("/").to_owned();
    let visit = Visit { user, url, flaw, ..Visit::default() };
    answered(&json!({ "signed_payload_jwt": app.signed_payload(&visit) }))
}

/// `POST /sandbox/uninstall`: the app's tokens are worth nothing any more, and its webhooks are gone.
pub async fn uninstall(State(app): State<Arc<App>>) -> Response<Body> {
    app.uninstall();
    answered(&json!({}))
}

/// `POST /sandbox/switch_off_hooks`: as BigCommerce does after 90 days without an event.
pub async fn switch_off_hooks(State(app): State<Arc<App>>) -> Response<Body> {
    app.switch_off_hooks();
    answered(&json!({}))
}

/// `POST /oauth2/token`.
pub async fn exchange(State(app): State<Arc<App>>, body: Bytes) -> Response<Body> {
    match app.exchange(&body) {
        Ok(answer) => answered(&answer),
        Err(error) => json_response(StatusCode::BAD_REQUEST, json!({ "error": error }).to_string()),
    }
}
