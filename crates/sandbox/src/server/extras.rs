//! Endpoints that Stripe does not have: what each customer is meant to be worth, object counts, and control of the
//! clock.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Response, StatusCode};
use futures_util::stream;
use model::UnixSeconds;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::App;
use super::error::json_response;

/// Expected values are sent in pieces of about this many bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// `{"to": 1767225600}` or `{"seconds": 86400}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    to: Option<i64>,
    seconds: Option<i64>,
}

impl Advance {
    /// The instant that a body names; whatever content type it is sent with: curl calls everything a form.
    pub fn parse(body: &[u8], now: UnixSeconds) -> Option<UnixSeconds> {
        match serde_json::from_slice::<Self>(body).ok()? {
            Self { to: Some(to), seconds: None } => Some(UnixSeconds(to)),
            Self { to: None, seconds: Some(seconds) } => Some(UnixSeconds(now.0.saturating_add(seconds))),
            _ => None,
        }
    }

    /// What is answered where it names none.
    pub fn problem() -> Value {
        json!({ "error": { "message": "send {\"to\": unix seconds} or {\"seconds\": number}" } })
    }
}

/// An instant as a `Date` header.
pub fn http_date(at: UnixSeconds) -> String {
    at.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// An answer with a line for each item.
pub fn lines<T: Serialize>(items: &[T]) -> Response<Body> {
    let lines: Vec<String> = items.iter().filter_map(|item| serde_json::to_string(item).ok()).collect();
    json_response(StatusCode::OK, lines.join("\n") + "\n")
}

/// `GET /sandbox/expected_mrr`: `{"customer","currency","at","mrr_minor"}`, a line per change.
pub(super) async fn expected_mrr(State(app): State<Arc<App>>) -> Response<Body> {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Bytes>(4);
    tokio::task::spawn_blocking(move || {
        let merchant = app.merchant();
        let mut piece = Vec::with_capacity(PIECE_BYTES + 256);
        for step in merchant.expected_mrr() {
            if serde_json::to_writer(&mut piece, &step).is_err() {
                return;
            }
            piece.push(b'\n');
            if piece.len() >= PIECE_BYTES
                && sender.blocking_send(Bytes::from(std::mem::take(&mut piece))).is_err()
            {
                return; // nobody reads on
            }
        }
        let _ = sender.blocking_send(Bytes::from(piece));
    });
    let pieces = stream::unfold(receiver, |mut receiver| async {
        let piece = receiver.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(piece), receiver))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/x-ndjson"));
    response
}

/// `GET /sandbox/facts`: the merchant's present, and how many objects there are of each kind.
pub(super) async fn facts(State(app): State<Arc<App>>) -> Response<Body> {
    let merchant = app.merchant();
    let counts: Map<String, Value> =
        merchant.counts().into_iter().map(|(kind, count)| (kind.as_str().to_owned(), json!(count))).collect();
    let facts = json!({ "merchant": app.merchant_name, "now": merchant.now(), "counts": counts });
    json_response(StatusCode::OK, facts.to_string())
}

/// `GET /sandbox/requests`: how many requests were answered, refusals included.
pub(super) async fn requests(State(app): State<Arc<App>>) -> Response<Body> {
    let answered = app.requests.load(Ordering::Relaxed);
    json_response(StatusCode::OK, json!({ "requests": answered }).to_string())
}

/// `POST /sandbox/advance`: the merchant lives on.
pub(super) async fn advance(State(app): State<Arc<App>>, body: Bytes) -> Response<Body> {
    let now = app.merchant().now();
    let Some(to) = Advance::parse(&body, now) else {
        return json_response(StatusCode::BAD_REQUEST, Advance::problem().to_string());
    };
    let events = app.advance(to).await;
    json_response(StatusCode::OK, json!({ "now": app.merchant().now(), "events": events }).to_string())
}
