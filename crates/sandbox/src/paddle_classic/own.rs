//! Endpoints that Paddle Classic does not have: what each customer is meant to be worth, where alerts go, what was refused, and
//! control of the clock.

use std::sync::{Arc, PoisonError};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Response, StatusCode};
use model::UnixSeconds;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::App;
use super::account::Kind;
use crate::server::error::json_response;
use crate::server::extras::{Advance, lines};

/// A call of something that this sandbox does not answer, because nobody who only reads should call it.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedCall {
    pub at: UnixSeconds,
    pub method: String,
    pub path: String,
}

/// `GET /sandbox/expected_mrr`: `{"customer","currency","at","mrr_minor"}`, a line per change, as the seller knows it.
pub async fn expected_mrr(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.world().account().expected)
}

/// `GET /sandbox/expected_mrr_coarse`: the same, as far as the lists can tell.
pub async fn expected_mrr_coarse(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.world().account().expected_coarse)
}

/// `GET /sandbox/expected_money`: `{"customer","currency","at","measure","amount_minor","alert_id"}`, a line for what moved.
pub async fn expected_money(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.world().account().expected_money)
}

/// `GET /sandbox/facts`: the merchant's present, and how many rows there are of each kind.
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
    let alerts = app.advance(to).await;
    json_response(StatusCode::OK, json!({ "now": app.now(), "alerts": alerts }).to_string())
}

/// `GET /sandbox/public_key`: PEM.
pub async fn public_key(State(app): State<Arc<App>>) -> Response<Body> {
    let mut response = json_response(StatusCode::OK, app.public_key());
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/x-pem-file"));
    response
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AlertsUrl {
    url: Option<Url>,
}

/// `GET /sandbox/alerts_url`: where alerts go.
pub async fn alerts_url(State(app): State<Arc<App>>) -> Response<Body> {
    let url = AlertsUrl { url: app.outlet.url() };
    json_response(StatusCode::OK, serde_json::to_string(&url).unwrap_or_default())
}

/// `POST /sandbox/alerts_url`: `{"url": "http://127.0.0.1:8080/hook"}`, or `{"url": null}` for nowhere.
pub async fn set_alerts_url(State(app): State<Arc<App>>, body: Bytes) -> Response<Body> {
    match serde_json::from_slice::<AlertsUrl>(&body) {
        Ok(asked) => {
            app.outlet.send_to(asked.url);
            json_response(StatusCode::OK, "{}")
        }
        Err(error) => {
            let problem =
                json!({ "error": { "message": format!("send {{\"url\": address or null}}: {error}") } });
            json_response(StatusCode::BAD_REQUEST, problem.to_string())
        }
    }
}

/// `GET /sandbox/refused_calls`: a line for each call of something that changes an account or writes to a buyer.
pub async fn refused_calls(State(app): State<Arc<App>>) -> Response<Body> {
    lines(&app.refused_calls.lock().unwrap_or_else(PoisonError::into_inner))
}
