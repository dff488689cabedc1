//! Answers as the provider does, or as badly as a test wants.

use super::kind;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use model::ObjectKind;
use serde_json::{Value, json};

use super::{Merchant, NOW};

/// How it behaves today.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manners {
    /// Statuses instead of answers, by list.
    pub refused: BTreeMap<ObjectKind, u16>,
    /// Statuses instead of single objects, by kind.
    pub refused_objects: BTreeMap<ObjectKind, u16>,
    /// Objects that it fails on, by id, and `account`.
    pub stuck: BTreeSet<String>,
    /// Objects that it returns by their ids alone.
    pub unlisted: BTreeSet<String>,
    /// So many pages after a cursor are refused, as when its object is deleted.
    pub lost_cursors: usize,
    pub ignores_windows: bool,
    /// Whether the key may read payment methods. `None`: there are none.
    pub shows_methods: Option<bool>,
    /// Lines that come with an invoice. 0: all.
    pub embedded_lines: usize,
    /// Objects a page. 0: as asked for.
    pub page: usize,
    /// The number of answers for which the key is good. 0: forever.
    pub key_lasts: usize,
    /// The account is never answered for.
    pub is_silent: bool,
    /// Calls off this work after a number of answers.
    pub cancel_after: Option<(usize, tokio_util::sync::CancellationToken)>,
}

#[derive(Clone)]
pub(crate) struct Provider {
    pub base: String,
    pub merchant: Arc<Mutex<Merchant>>,
    pub manners: Arc<Mutex<Manners>>,
    /// Every path with its query that was asked for.
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    pub async fn start(merchant: Merchant) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            merchant: Arc::new(Mutex::new(merchant)),
            manners: Arc::default(),
            asked: Arc::default(),
        };
        let router = Router::new()
            .route("/v1/account", get(account))
            .route("/v1/invoices/{id}/lines", get(lines))
            .route("/v1/{list}", get(list))
            .route("/v1/{list}/{id}", get(retrieve))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub fn manners(&self, change: impl FnOnce(&mut Manners)) {
        change(&mut self.manners.lock().unwrap());
    }

    pub fn merchant(&self, change: impl FnOnce(&mut Merchant)) {
        change(&mut self.merchant.lock().unwrap());
    }

    pub fn times_asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.starts_with(path)).count()
    }

    fn note(&self, path: String) {
        let mut asked = self.asked.lock().unwrap();
        asked.push(path);
        if let Some((after, cancel)) = &self.manners.lock().unwrap().cancel_after
            && asked.len() >= *after
        {
            cancel.cancel();
        }
    }

    fn refusal(&self, kind: ObjectKind) -> Option<Response> {
        let asked = self.asked.lock().unwrap().len();
        let manners = self.manners.lock().unwrap();
        if manners.key_lasts > 0 && asked > manners.key_lasts {
            return Some(refuse(401));
        }
        manners.refused.get(&kind).map(|status| refuse(*status))
    }

    fn loses_a_cursor(&self) -> bool {
        let mut manners = self.manners.lock().unwrap();
        let is_lost = manners.lost_cursors > 0;
        manners.lost_cursors = manners.lost_cursors.saturating_sub(1);
        is_lost
    }

    /// Payment methods are asked for, and the key may not read them.
    fn withholds_methods(&self, list: &str, query: Option<&str>) -> bool {
        let wants = list == METHODS || asks_for_methods(query);
        wants && self.manners.lock().unwrap().shows_methods == Some(false)
    }

    /// An object as it goes out, its lines cut where they are to be.
    fn rendered(&self, mut object: Value, query: Option<&str>) -> Value {
        for place in ["/default_payment_method", "/invoice_settings/default_payment_method"] {
            if let Some(method) = object.pointer_mut(place).filter(|_| !asks_for_methods(query)) {
                *method = method["id"].take();
            }
        }
        let embedded = self.manners.lock().unwrap().embedded_lines;
        if let Some(lines) = object.get_mut("lines").filter(|_| embedded > 0) {
            let data = lines["data"].as_array_mut().unwrap();
            let is_cut = data.len() > embedded;
            data.truncate(embedded);
            lines["has_more"] = json!(is_cut);
        }
        object
    }
}

const METHODS: &str = "payment_methods";

fn asks_for_methods(query: Option<&str>) -> bool {
    query.is_some_and(|query| query.contains("default_payment_method"))
}

type Params = Query<HashMap<String, String>>;

async fn account(State(provider): State<Provider>) -> Response {
    provider.note("/v1/account".to_owned());
    let is_silent = provider.manners.lock().unwrap().is_silent;
    if is_silent {
        return std::future::pending().await;
    }
    if provider.manners.lock().unwrap().stuck.contains("account") {
        return refuse(500);
    }
    Json(json!({ "id": "acct_1", "object": "account", "created": NOW - 900 * 86_400 })).into_response()
}

async fn list(
    State(provider): State<Provider>,
    Path(list): Path<String>,
    Query(query): Params,
    RawQuery(raw): RawQuery,
) -> Response {
    provider.note(format!("/v1/{list}?{query:?}"));
    if provider.withholds_methods(&list, raw.as_deref()) {
        return refuse_for("rak_payment_method_read");
    }
    if list == METHODS && provider.manners.lock().unwrap().shows_methods.is_some() {
        return page(Vec::new(), false);
    }
    let Some(kind) = kind_of(&list) else { return refuse(404) };
    if let Some(refusal) = provider.refusal(kind) {
        return refusal;
    }
    if query.contains_key("starting_after") && provider.loses_a_cursor() {
        return refuse(404);
    }
    let manners = provider.manners.lock().unwrap().clone();
    let number = |name: &str| query.get(name).and_then(|value| value.parse::<i64>().ok());
    let (gte, lte) = (number("created[gte]"), number("created[lte]"));
    let objects = provider.merchant.lock().unwrap().objects.get(&kind).cloned().unwrap_or_default();
    let listed = objects.into_iter().filter(|(id, _)| !manners.unlisted.contains(id));
    let mut found: Vec<Value> = listed.map(|(_, object)| object).collect();
    let created = |object: &Value| object["created"].as_i64();
    found.sort_by_key(|object| (-created(object).unwrap_or(0), object["id"].to_string()));
    if let Some(after) = query.get("starting_after") {
        let Some(at) = found.iter().position(|object| object["id"] == json!(after)) else {
            return refuse(404);
        };
        found.drain(..=at);
    }
    found.retain(|object| {
        // What has no time of creation is in every window.
        let Some(created) = created(object) else { return true };
        manners.ignores_windows
            || (gte.is_none_or(|gte| created >= gte) && lte.is_none_or(|lte| created <= lte))
    });
    let asked_for = number("limit").map_or(10, |limit| limit.unsigned_abs() as usize);
    let limit = if manners.page > 0 { manners.page.min(asked_for) } else { asked_for };
    let has_more = found.len() > limit;
    found.truncate(limit);
    let data: Vec<Value> =
        found.into_iter().map(|object| provider.rendered(object, raw.as_deref())).collect();
    page(data, has_more)
}

async fn retrieve(
    State(provider): State<Provider>,
    Path((list, id)): Path<(String, String)>,
    RawQuery(raw): RawQuery,
) -> Response {
    provider.note(format!("/v1/{list}/{id}"));
    if provider.withholds_methods(&list, raw.as_deref()) {
        return refuse_for("rak_payment_method_read");
    }
    let Some(kind) = kind_of(&list) else { return refuse(404) };
    if provider.manners.lock().unwrap().stuck.contains(&id) {
        return refuse(500);
    }
    if let Some(status) = provider.manners.lock().unwrap().refused_objects.get(&kind) {
        return refuse(*status);
    }
    let found =
        provider.merchant.lock().unwrap().objects.get(&kind).and_then(|objects| objects.get(&id)).cloned();
    match found {
        Some(object) => Json(provider.rendered(object, raw.as_deref())).into_response(),
        None => refuse(404),
    }
}

async fn lines(State(provider): State<Provider>, Path(id): Path<String>, Query(query): Params) -> Response {
    provider.note(format!("/v1/invoices/{id}/lines"));
    if let Some(refusal) = provider.refusal(kind::INVOICE_LINE) {
        return refusal;
    }
    let merchant = provider.merchant.lock().unwrap().clone();
    let Some(invoice) = merchant.objects.get(&kind::INVOICE).and_then(|all| all.get(&id)) else {
        return refuse(404);
    };
    let mut data = invoice["lines"]["data"].as_array().unwrap().clone();
    if let Some(after) = query.get("starting_after") {
        let at = data.iter().position(|line| line["id"] == json!(after)).unwrap();
        data.drain(..=at);
    }
    let limit = 10;
    let has_more = data.len() > limit;
    data.truncate(limit);
    page(data, has_more)
}

fn page(data: Vec<Value>, has_more: bool) -> Response {
    Json(json!({ "object": "list", "data": data, "has_more": has_more })).into_response()
}

fn kind_of(list: &str) -> Option<ObjectKind> {
    let kinds = super::SOURCE.lists().iter().map(|list| list.kind);
    let path = |kind| if kind == kind::INVOICE_ITEM { "invoiceitems".to_owned() } else { format!("{kind}s") };
    kinds.into_iter().find(|kind| path(*kind) == list)
}

fn refuse(status: u16) -> Response {
    let (code, message) = match status {
        401 => ("", "Invalid API Key provided"),
        403 => return refuse_for("rak_something_read"),
        404 => ("resource_missing", "No such object"),
        _ => ("", "it failed"),
    };
    refuse_with(status, code, message)
}

fn refuse_for(permission: &str) -> Response {
    refuse_with(403, "", &format!("The provided key does not have the required permissions: {permission}"))
}

fn refuse_with(status: u16, code: &str, message: &str) -> Response {
    let error = json!({ "error": { "type": "invalid_request_error", "code": code, "message": message } });
    (StatusCode::from_u16(status).unwrap(), Json(error)).into_response()
}
