//! The server of the made-up provider: a club whose records a test changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use model::UnixSeconds;
use serde_json::{Value, json};
use sha2::Sha256;

pub const PHRASE: &str = "club-demo-open-sesame";
pub const SEAL: &str = "seal-of-the-front-desk";
/// Records a page.
const PAGE: usize = 2;

#[derive(Clone, Default)]
pub struct Club {
    /// By list and ref.
    records: Arc<Mutex<BTreeMap<(String, String), Value>>>,
}

impl Club {
    /// The club's address.
    pub async fn open(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/api/2026/club", get(club))
            .route("/api/2026/{list}", get(list))
            .route("/api/2026/{list}/{id}", get(record))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    pub fn put(&self, list: &str, record: Value) {
        let id = record["ref"].as_str().unwrap().to_owned();
        self.records.lock().unwrap().insert((list.to_owned(), id), record);
    }

    pub fn change(&self, list: &str, id: &str, field: &str, value: Value) {
        self.records.lock().unwrap().get_mut(&(list.to_owned(), id.to_owned())).unwrap()[field] = value;
    }

    pub fn remove(&self, list: &str, id: &str) {
        self.records.lock().unwrap().remove(&(list.to_owned(), id.to_owned())).unwrap();
    }

    /// Somebody joins on a day, and pays `cents` for the time until another.
    pub fn join(&self, number: u32, name: &str, tariff: &str, cents: i64, days: (&str, &str)) {
        let (member, pass) = (format!("M-{number}"), format!("P-{number}"));
        let opened = format!("{}T08:00:00Z", days.0);
        let mail = format!("{}@club.example", name.to_lowercase().replace(' ', "."));
        self.put(
            "members",
            json!({"ref": member, "opened": opened, "name": name, "mail": mail, "land": "GB"}),
        );
        self.put("passes", json!({"ref": pass, "opened": opened, "member": member, "tariff": tariff}));
        self.bill(&format!("R-{number}-1"), number, tariff, cents, days);
    }

    pub fn bill(&self, id: &str, number: u32, tariff: &str, cents: i64, (from, to): (&str, &str)) {
        let (first_day, last_day) = (format!("{from}T08:00:00Z"), format!("{to}T08:00:00Z"));
        self.put(
            "receipts",
            json!({"ref": id, "opened": first_day, "member": format!("M-{number}"), "pass": format!("P-{number}"),
                "tariff": tariff, "cents": cents, "money": "EUR", "first_day": first_day, "last_day": last_day,
                "paid": true}),
        );
    }
}

/// A notice as the club sends it, and its seal.
pub fn notice(about: &str, what: &str, id: &str, sent: UnixSeconds) -> (String, String) {
    let sent = jiff::Timestamp::from_second(sent.0).unwrap().to_string();
    let body =
        json!({"notice": format!("N-{id}-{what}"), "sent": sent, "about": about, "what": what, "ref": id});
    let body = body.to_string();
    let seal = Hmac::<Sha256>::new_from_slice(SEAL.as_bytes()).unwrap().chain_update(&body).finalize();
    (body, hex::encode(seal.into_bytes()))
}

fn admit(headers: &HeaderMap) -> Result<(), StatusCode> {
    let phrase = headers.get("x-club-phrase").and_then(|phrase| phrase.to_str().ok());
    if phrase == Some(PHRASE) { Ok(()) } else { Err(StatusCode::UNAUTHORIZED) }
}

async fn club(headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    admit(&headers)?;
    Ok(Json(json!({"ref": "C-1", "title": "The Chess Club", "money": "eur"})))
}

async fn list(
    State(club): State<Club>,
    Path(list): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    admit(&headers)?;
    let records = club.records.lock().unwrap();
    let mut own: Vec<&Value> =
        records.iter().filter(|((of, _), _)| *of == list).map(|(_, record)| record).collect();
    if own.is_empty() {
        return Err(StatusCode::NOT_FOUND);
    }
    own.sort_by_key(|record| std::cmp::Reverse((record["opened"].to_string(), record["ref"].to_string())));
    let start = match query.get("behind") {
        None => 0,
        Some(last) => {
            1 + own.iter().position(|record| record["ref"] == **last).ok_or(StatusCode::NOT_FOUND)?
        }
    };
    let rest = &own[start..];
    Ok(Json(json!({"records": rest.iter().take(PAGE).collect::<Vec<_>>(), "more": rest.len() > PAGE})))
}

async fn record(
    State(club): State<Club>,
    Path(of): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, StatusCode> {
    admit(&headers)?;
    club.records.lock().unwrap().get(&of).cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}
