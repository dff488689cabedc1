//! Endpoints that Paddle does not have: what each customer is meant to be worth, counts, and control of the clock.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::App;
use super::account::Kind;
use super::answer::respond;
use crate::server::extras::Advance;

/// `GET /sandbox/expected_mrr`: `{"customer","currency","at","mrr_minor"}`, a line per change.
pub async fn expected_mrr(State(app): State<Arc<App>>) -> Response<Body> {
    let lines: Vec<String> =
        app.expected_mrr().iter().filter_map(|step| serde_json::to_string(step).ok()).collect();
    respond(StatusCode::OK, Bytes::from(lines.join("\n") + "\n"))
}

/// `GET /sandbox/expected_money`: `{"customer","currency","at","measure","amount_minor"}`, a line for what moved.
pub async fn expected_money(State(app): State<Arc<App>>) -> Response<Body> {
    let world = app.world();
    let money = &world.account().expected_money;
    let lines: Vec<String> = money.iter().filter_map(|line| serde_json::to_string(line).ok()).collect();
    respond(StatusCode::OK, Bytes::from(lines.join("\n") + "\n"))
}

/// `GET /sandbox/facts`: the merchant's present, and how many entities there are of each kind.
pub async fn facts(State(app): State<Arc<App>>) -> Response<Body> {
    let world = app.world();
    let account = world.account();
    let counts: Map<String, Value> =
        Kind::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), json!(account.count(kind)))).collect();
    let facts = json!({ "merchant": app.merchant.as_str(), "now": account.now, "counts": counts });
    respond(StatusCode::OK, Bytes::from(facts.to_string()))
}

/// `POST /sandbox/advance`: the merchant lives on.
pub async fn advance(State(app): State<Arc<App>>, body: Bytes) -> Response<Body> {
    let Some(to) = Advance::parse(&body, app.now()) else {
        return respond(StatusCode::BAD_REQUEST, Bytes::from(Advance::problem().to_string()));
    };
    let events = app.advance(to).await;
    respond(StatusCode::OK, Bytes::from(json!({ "now": app.now(), "events": events }).to_string()))
}
