//! A client for providers whose API is plain: JSON records that are found by path and id, in lists that say whether more
//! of them follow. How one provider's API differs from the next is in a table, [`Api`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use http::{Request, Response};
use model::{ObjectKind, RawObject};
use serde_json::value::RawValue;
use tokio::sync::Semaphore;
use tokio::time::sleep;
use url::Url;

use crate::fields::{Fields, Filing};
use crate::http::host_of;
use crate::network::Carrier;
use crate::{
    Account, Children, ClientConfig, ConnectError, EventPage, List, ListRequest, NoAnswer, Page, Probe,
    ReadError, Retrieved, Source, Webhook, WebhookEndpoint, probe,
};

const TIMEOUT: Duration = Duration::from_secs(60);
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
const ATTEMPTS: u32 = 4;
/// A longer wait than this is handed to the caller, who can say so on a page.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// What there is to say of one provider's API.
pub(crate) struct Api {
    /// Whose lists are requested, below their own paths.
    pub source: Source,
    pub key_header: &'static str,
    /// What stands before the key in its header.
    pub key_scheme: &'static str,
    /// Where the account's own record is.
    pub account_path: &'static str,
    pub account: fn(&Fields) -> Result<Account, ReadError>,
    /// What a request for a page adds to its list's path.
    pub query: fn(&ListRequest) -> Vec<(&'static str, String)>,
    /// The field of a page that holds its records; a path of names, where it is deeper.
    pub records: &'static [&'static str],
    pub has_more: &'static [&'static str],
    /// The same for a single record; empty where that is the whole answer.
    pub record: &'static [&'static str],
    pub filing: Filing,
}

/// Reads from one account on one server. Clones share its limit on requests at once.
#[derive(Clone)]
pub(crate) struct Client(Arc<Inner>);

struct Inner {
    api: &'static Api,
    config: ClientConfig,
    headers: HeaderMap,
    carrier: Arc<dyn Carrier>,
    places: Semaphore,
}

impl Client {
    pub fn new(api: &'static Api, config: ClientConfig) -> Result<Self, ConnectError> {
        let unusable = |reason| ConnectError::Unreachable { host: host_of(&config.base), reason };
        let headers = headers(api, &config).map_err(unusable)?;
        let carrier = config.network.carrier(&config.base, TIMEOUT, LARGEST_ANSWER).map_err(unusable)?;
        let places = Semaphore::new(api.source.requests_at_once(&config));
        Ok(Self(Arc::new(Inner { api, config, headers, carrier, places })))
    }

    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    pub async fn account(&self) -> Result<Account, ConnectError> {
        let (api, path) = (self.0.api, self.0.api.account_path);
        let body = self.get(path, None, &[]).await?;
        let body = body.ok_or_else(|| unreadable(path, "there is no account"))?;
        let account =
            Fields::read(ObjectKind::new("account"), &body).and_then(|fields| (api.account)(&fields));
        account.map_err(|error| unreadable(path, &error.to_string()))
    }

    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        probe::each(self.0.api.source.lists(), |request| async move { self.list(&request).await }).await
    }

    pub async fn list(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        let (api, List { kind, path, .. }) = (self.0.api, self.list_of(request.kind)?);
        let body = self.get(path, None, &(api.query)(request)).await?;
        let body = body.ok_or(ConnectError::EndpointAbsent { kind: *kind })?;
        let records = part(&body, api.records).and_then(|part| serde_json::from_str(part).ok());
        let records: Vec<&RawValue> = records.ok_or_else(|| unreadable(path, "it is no list"))?;
        let has_more = part(&body, api.has_more) == Some("true");
        let mut page = Page { has_more, bytes: body.len(), honours_window: true, ..Page::default() };
        for record in records {
            match self.filed(*kind, record.get()) {
                Ok(object) => page.objects.push(object),
                Err(error) => page.unreadable.push(error.to_string()),
            }
        }
        page.honours_window = page.objects.iter().all(|object| request.has(object.created_at));
        Ok(page)
    }

    /// Lists inside records come whole.
    pub async fn list_children(&self, _: &Children) -> Result<Page, ConnectError> {
        Ok(Page { honours_window: true, ..Page::default() })
    }

    pub async fn retrieve(&self, kind: ObjectKind, id: &str) -> Result<Retrieved, ConnectError> {
        let path = self.list_of(kind)?.path;
        let Some(body) = self.get(path, Some(id), &[]).await? else { return Ok(Retrieved::Missing) };
        let record = part(&body, self.0.api.record).ok_or_else(|| unreadable(path, "it is no record"))?;
        let object = self.filed(kind, record).map_err(|error| unreadable(path, &error.to_string()))?;
        Ok(match object.is_deleted {
            true => Retrieved::Deleted(object),
            false => Retrieved::Found { object, incomplete: None },
        })
    }

    pub async fn events(&self, _: model::UnixSeconds, _: Option<&str>) -> Result<EventPage, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("event") })
    }

    /// Endpoints are made by hand.
    pub async fn create_webhook(&self, _: &str) -> Result<Webhook, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("webhook") })
    }

    pub async fn webhooks(&self) -> Result<Vec<WebhookEndpoint>, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("webhook") })
    }

    pub async fn delete_webhook(&self, _: &str) -> Result<(), ConnectError> {
        Ok(())
    }

    fn list_of(&self, kind: ObjectKind) -> Result<&'static List, ConnectError> {
        self.0.api.source.list(kind).ok_or(ConnectError::EndpointAbsent { kind })
    }

    fn filed(&self, kind: ObjectKind, record: &str) -> Result<RawObject, ReadError> {
        let source = self.0.api.source;
        let object = self.0.api.filing.file(kind, source.customers(), record)?;
        Ok(self.0.config.privacy.applied_to(source, object))
    }

    /// The body of an answer, requested until asking again would not change it; `None`: there is nothing at this path.
    async fn get(
        &self,
        path: &str,
        id: Option<&str>,
        query: &[(&str, String)],
    ) -> Result<Option<String>, ConnectError> {
        let config = &self.0.config;
        let url = self.url(path, id, query);
        let mut attempt = 1;
        loop {
            let outcome = self.ask(&url, path).await;
            let Err(failure) = &outcome else { return outcome };
            let wait = match failure {
                ConnectError::RateLimited { retry_after: Some(seconds), .. } => {
                    Duration::from_secs(*seconds).max(config.backoff.first)
                }
                _ => config.backoff.after(attempt, config.network.jitter()),
            };
            if attempt == ATTEMPTS || wait > LONGEST_WAIT || !failure.is_retryable() {
                return outcome;
            }
            tracing::debug!(path, attempt, wait_ms = wait.as_millis(), "retrying a request");
            sleep(wait).await;
            attempt += 1;
        }
    }

    fn url(&self, path: &str, id: Option<&str>, query: &[(&str, String)]) -> Url {
        let mut url = self.0.config.base.clone();
        let source = self.0.api.source;
        url.set_path(&format!("{}{}{path}", source.tidy_path(url.path()), source.definition().version_path));
        if let (Some(id), Ok(mut segments)) = (id, url.path_segments_mut()) {
            segments.push(id);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    async fn ask(&self, url: &Url, path: &str) -> Result<Option<String>, ConnectError> {
        let unreachable = |reason| ConnectError::Unreachable { host: host_of(url), reason };
        let request = Request::get(url.as_str()).body(Vec::new());
        let mut request = request.map_err(|error| unreachable(error.to_string()))?;
        request.headers_mut().extend(self.0.headers.clone());
        let answer = {
            let _place = self.0.places.acquire().await;
            self.0.carrier.carry(request).await
        };
        match answer {
            Ok(answer) => opened(answer, path),
            Err(NoAnswer::TooLarge) => Err(unreadable(path, "it is too large")),
            Err(no_answer) => Err(unreachable(no_answer.to_string())),
        }
    }
}

fn opened(answer: Response<Vec<u8>>, path: &str) -> Result<Option<String>, ConnectError> {
    let text = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after = text(RETRY_AFTER.as_str()).and_then(|value| value.trim().parse().ok());
    let request_id = None;
    match answer.status().as_u16() {
        200 => match String::from_utf8(answer.into_body()) {
            Ok(body) => Ok(Some(body)),
            Err(_) => Err(unreadable(path, "it is not text")),
        },
        404 | 410 => Ok(None),
        401 => Err(ConnectError::KeyRefused { request_id }),
        403 => Err(ConnectError::PermissionMissing { permission: None, request_id }),
        429 => Err(ConnectError::RateLimited { retry_after, request_id }),
        status @ 500.. => Err(ConnectError::ProviderFailed { status, request_id }),
        status => {
            let message = "no reason given".to_owned();
            Err(ConnectError::Refused { path: path.to_owned(), status, message, request_id })
        }
    }
}

/// The text of a field, letter for letter; of the whole where no names are given.
fn part<'t>(text: &'t str, names: &[&str]) -> Option<&'t str> {
    names.iter().try_fold(text.trim(), |text, name| {
        let fields: BTreeMap<String, &'t RawValue> = serde_json::from_str(text).ok()?;
        fields.get(*name).map(|value| value.get())
    })
}

fn headers(api: &Api, config: &ClientConfig) -> Result<HeaderMap, String> {
    let key = format!("{}{}", api.key_scheme, config.key.secret().expose());
    let mut key = HeaderValue::from_str(&key).map_err(|_| "the key can't be sent".to_owned())?;
    key.set_sensitive(true);
    let mut headers = HeaderMap::new();
    headers.insert(api.key_header, key);
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("chartsy/", env!("CARGO_PKG_VERSION"))));
    Ok(headers)
}

fn unreadable(path: &str, reason: &str) -> ConnectError {
    ConnectError::Unreadable { path: path.to_owned(), reason: reason.to_owned(), request_id: None }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({}, {:?})", host_of(&self.0.config.base), self.0.config.key)
    }
}

#[cfg(test)]
mod tests;
