//! Asks a club. Every failure is left to the caller to retry.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use model::{AccountId, ObjectKind, RawObject};
use serde::Deserialize;
use serde_json::Value;

use super::{DEFINITION, read};
use crate::http::host_of;
use crate::network::Carrier;
use crate::{
    Account, Children, ClientConfig, ConnectError, EventPage, ListRequest, Page, Probe, Retrieved, Source,
    Webhook, WebhookEndpoint, probe,
};

const TIMEOUT: Duration = Duration::from_secs(20);
const LARGEST_ANSWER: usize = 1024 * 1024;

#[derive(Clone)]
pub struct Client {
    config: Arc<ClientConfig>,
    carrier: Arc<dyn Carrier>,
}

#[derive(Deserialize)]
struct Club {
    #[serde(rename = "ref")]
    id: String,
    title: Option<String>,
    money: Option<String>,
}

impl Client {
    pub fn new(config: ClientConfig) -> Result<Self, ConnectError> {
        let unusable = |reason| ConnectError::Unreachable { host: host_of(&config.base), reason };
        let carrier = config.network.carrier(&config.base, TIMEOUT, LARGEST_ANSWER).map_err(unusable)?;
        Ok(Self { config: Arc::new(config), carrier })
    }

    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    pub async fn account(&self) -> Result<Account, ConnectError> {
        let body = self.get("/club").await?;
        let club: Club = body.and_then(|body| serde_json::from_str(&body).ok()).ok_or_else(unlike)?;
        Ok(Account {
            id: AccountId::from(club.id),
            name: club.title,
            country: None,
            default_currency: club.money.and_then(|code| code.parse().ok()),
            time_zone: None,
            created_at: None,
            raw: None,
        })
    }

    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        probe::each(DEFINITION.lists, |request| async move { self.list(&request).await }).await
    }

    /// A club has no windows; its lists come whole, the newest first, in pages of its own size.
    pub async fn list(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        let kind = request.kind;
        let path = path(kind).ok_or(ConnectError::EndpointAbsent { kind })?;
        let behind = request.starting_after.as_ref().map_or_else(String::new, |id| format!("?behind={id}"));
        let body =
            self.get(&format!("{path}{behind}")).await?.ok_or(ConnectError::EndpointAbsent { kind })?;
        let answer: Value = serde_json::from_str(&body).map_err(|_| unlike())?;
        let records = answer["records"].as_array().ok_or_else(unlike)?;
        let mut page = Page {
            has_more: answer["more"] == true,
            bytes: body.len(),
            honours_window: request.created_gte.is_none() && request.created_lte.is_none(),
            ..Page::default()
        };
        for record in records {
            match read::file(kind, &record.to_string()) {
                Ok(object) => page.objects.push(self.private(object)),
                Err(error) => page.unreadable.push(error.to_string()),
            }
        }
        Ok(page)
    }

    /// Nothing is ever cut.
    pub async fn list_children(&self, _: &Children) -> Result<Page, ConnectError> {
        Ok(Page { honours_window: true, ..Page::default() })
    }

    pub async fn retrieve(&self, kind: ObjectKind, id: &str) -> Result<Retrieved, ConnectError> {
        let path = path(kind).ok_or(ConnectError::EndpointAbsent { kind })?;
        let Some(body) = self.get(&format!("{path}/{id}")).await? else { return Ok(Retrieved::Missing) };
        let object = self.private(read::file(kind, &body).map_err(|_| unlike())?);
        Ok(Retrieved::Found { object, incomplete: None })
    }

    pub async fn events(&self, _: model::UnixSeconds, _: Option<&str>) -> Result<EventPage, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("event") })
    }

    pub async fn create_webhook(&self, _: &str) -> Result<Webhook, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("webhook") })
    }

    pub async fn webhooks(&self) -> Result<Vec<WebhookEndpoint>, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: ObjectKind::new("webhook") })
    }

    pub async fn delete_webhook(&self, _: &str) -> Result<(), ConnectError> {
        Ok(())
    }

    fn private(&self, object: RawObject) -> RawObject {
        self.config.privacy.applied_to(Source::MadeUp, object)
    }

    /// The body of an answer; `None`: there is nothing at this path.
    async fn get(&self, path: &str) -> Result<Option<String>, ConnectError> {
        let base = self.config.base.as_str().trim_end_matches('/');
        let request = Request::get(format!("{base}{}{path}", DEFINITION.version_path));
        let request = request.header("x-club-phrase", self.config.key.secret().expose()).body(Vec::new());
        let unreachable = |reason| ConnectError::Unreachable { host: host_of(&self.config.base), reason };
        let request = request.map_err(|error| unreachable(error.to_string()))?;
        let answer = self.carrier.carry(request).await.map_err(|error| unreachable(error.to_string()))?;
        opened(answer)
    }
}

fn opened(answer: Response<Vec<u8>>) -> Result<Option<String>, ConnectError> {
    let request_id = None;
    match answer.status().as_u16() {
        200 => Ok(Some(String::from_utf8_lossy(answer.body()).into_owned())),
        404 => Ok(None),
        401 => Err(ConnectError::KeyRefused { request_id }),
        403 => Err(ConnectError::PermissionMissing { permission: None, request_id }),
        429 => Err(ConnectError::RateLimited { retry_after: None, request_id }),
        status => Err(ConnectError::ProviderFailed { status, request_id }),
    }
}

fn path(kind: ObjectKind) -> Option<&'static str> {
    DEFINITION.lists.iter().find(|list| list.kind == kind).map(|list| list.path)
}

fn unlike() -> ConnectError {
    ConnectError::Unreadable {
        path: "the club".to_owned(),
        reason: "it is no club's".to_owned(),
        request_id: None,
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({}, {:?})", host_of(&self.config.base), self.config.key)
    }
}
