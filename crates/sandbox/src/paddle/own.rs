//! Endpoints that Paddle does not have: what each customer is meant to be worth, counts, and control of the clock.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::App;
use super::account::Kind;
use crate::server::error::json_response;
use crate::server::extras::{Advance, lines};

/// `GET /sandbox/expected_mrr`: `{"customer","currency","at","mrr_minor"}`, a line per change.
pub async fn expected_mrr(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.world().account().expected)
}

/// `GET /sandbox/expected_money`: `{"customer","currency","at","measure","amount_minor"}`, a line for what moved.
pub async fn expected_money(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.world().account().expected_money)
}

/// `GET /sandbox/facts`: the merchant's present, and how many entities there are of each kind.
pub async fn facts(State(app): State<Arc<App>>) -> Response<Body> {
    let world = app.world();
    let account = world.account();
    let counts: Map<String, Value> =
        Kind::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), json!(account.count(kind)))).collect();
    let facts = json!({ "merchant": app.merchant.as_str(), "now": account.now, "counts": counts });
    json_response(StatusCode::OK, facts.to_string())
}

/// `POST /sandbox/advance`: the merchant lives on.
pub async fn advance(State(app): State<Arc<App>>, body: Bytes) -> Response<Body> {
    let Some(to) = Advance::parse(&body, app.now()) else {
        return json_response(StatusCode::BAD_REQUEST, Advance::problem().to_string());
    };
    let events = app.advance(to).await;
    json_response(StatusCode::OK, json!({ "now": app.now(), "events": events }).to_string())
}
