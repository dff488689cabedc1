//! A client for providers whose API is plain: JSON records that are found by path and id, in lists that say whether more
//! of them follow. How one provider's API differs from the next is in a table, [`Api`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::{ObjectKind, RawObject};
use serde_json::value::RawValue;
use tokio::sync::Semaphore;

use crate::attempts::{self, Entering, Failed, InFlight, Request, Said, Turns, Unreadable};
use crate::fields::{Fields, Filing};
use crate::transport::{Answer, Dialect, Transport, Verb};
use crate::{
    Account, Children, ClientConfig, ConnectError, EventPage, List, ListRequest, Page, Probe, ReadError,
    Retrieved, Source, Webhook, WebhookEndpoint, probe, retry,
};

/// What there is to say of one provider's API.
pub(crate) struct Api {
    /// Whose lists are requested, below their own paths.
    pub source: Source,
    pub dialect: Dialect,
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
    transport: Transport,
    slots: RequestSlots,
}

impl Client {
    pub fn new(api: &'static Api, config: ClientConfig) -> Result<Self, ConnectError> {
        let transport = Transport::new(&api.dialect, &config, &config.base)?;
        let slots = RequestSlots(Semaphore::new(api.source.requests_at_once(&config)));
        Ok(Self(Arc::new(Inner { api, config, transport, slots })))
    }

    pub fn config(&self) -> &ClientConfig {
        &self.0.config
    }

    pub async fn account(&self) -> Result<Account, ConnectError> {
        let (api, path) = (self.0.api, self.0.api.account_path);
        let body = self.get(ObjectKind::new("account"), path, None, &[]).await?;
        let body = body.ok_or_else(|| unreadable(self.0.api.source, path, "there is no account"))?;
        let account =
            Fields::read(ObjectKind::new("account"), &body).and_then(|fields| (api.account)(&fields));
        account.map_err(|error| unreadable(self.0.api.source, path, &error.to_string()))
    }

    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        probe::each(self.0.api.source.lists(), |request| async move { self.list(&request).await }).await
    }

    pub async fn list(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        let (api, List { kind, path, .. }) = (self.0.api, self.list_of(request.kind)?);
        let body = self.get(*kind, path, None, &(api.query)(request)).await?;
        let body = body.ok_or(ConnectError::EndpointAbsent { kind: *kind })?;
        let records = part(&body, api.records).and_then(|part| serde_json::from_str(part).ok());
        let records: Vec<&RawValue> =
            records.ok_or_else(|| unreadable(self.0.api.source, path, "it is no list"))?;
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
        let Some(body) = self.get(kind, path, Some(id), &[]).await? else { return Ok(Retrieved::Missing) };
        let record = part(&body, self.0.api.record)
            .ok_or_else(|| unreadable(self.0.api.source, path, "it is no record"))?;
        let object = self
            .filed(kind, record)
            .map_err(|error| unreadable(self.0.api.source, path, &error.to_string()))?;
        Ok(match object.is_deleted {
            true => Retrieved::Deleted(object),
            false => Retrieved::Found { object, incomplete: None, embedded: Vec::new() },
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

    /// The body of an answer; `None`: there is nothing at this path.
    async fn get(
        &self,
        kind: ObjectKind,
        path: &str,
        id: Option<&str>,
        query: &[(&str, String)],
    ) -> Result<Option<String>, ConnectError> {
        let Inner { config, transport, slots, .. } = &*self.0;
        let version = self.0.api.dialect.version_path;
        let segments = version.split('/').chain(path.split('/')).filter(|segment| !segment.is_empty());
        let segments: Vec<&str> = segments.chain(id).collect();
        let url = transport.url(&segments, query.iter().map(|(name, value)| (*name, value.as_str())));
        let request = Request { url, verb: &Verb::Get, path: path.to_owned(), attempts: retry::BACKGROUND };
        let read = |answer: &Answer| {
            let not_text = |_| Unreadable { reason: "it is not text".to_owned(), is_cut: false };
            String::from_utf8(answer.body.clone()).map_err(not_text)
        };
        match attempts::answered((config, transport), &request, slots, read).await {
            Ok(body) => Ok(Some(body)),
            Err(Failed::Answer(answer)) if matches!(answer.status, 404 | 410) => Ok(None),
            Err(Failed::Answer(answer)) => {
                let said = Said { permission: None, message: "no reason given".to_owned() };
                Err(attempts::meaning(self.0.api.source, &answer, kind, request.path, said))
            }
            Err(Failed::Other(error)) => Err(error),
        }
    }
}

/// A bound on requests at once; the provider has no other limits.
struct RequestSlots(Semaphore);

impl Turns for RequestSlots {
    fn enter(&self) -> Entering<'_> {
        Box::pin(async { Box::new(self.0.acquire().await.ok()) as Box<dyn InFlight> })
    }

    fn refused(&self, _: &Answer, _: Duration) {}
}

/// The text of a field, letter for letter; of the whole where no names are given.
fn part<'t>(text: &'t str, names: &[&str]) -> Option<&'t str> {
    names.iter().try_fold(text.trim(), |text, name| {
        let fields: BTreeMap<String, &'t RawValue> = serde_json::from_str(text).ok()?;
        fields.get(*name).map(|value| value.get())
    })
}

fn unreadable(of: Source, path: &str, reason: &str) -> ConnectError {
    ConnectError::Unreadable { of, path: path.to_owned(), reason: reason.to_owned(), request_id: None }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({}, {:?})", self.0.transport.host(), self.0.config.key)
    }
}

#[cfg(test)]
mod tests;
