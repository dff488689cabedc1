//! The client, which can't request anything yet.

use model::{ObjectKind, UnixSeconds};

use super::kind;
use crate::{
    Account, Children, ClientConfig, ConnectError, EventPage, ListRequest, Page, Probe, Retrieved, Webhook,
    WebhookEndpoint,
};

#[derive(Debug, Clone)]
pub struct Client(ClientConfig);

const ABSENT: ConnectError = ConnectError::EndpointAbsent { kind: kind::EVENT };

#[expect(clippy::unused_async, reason = "as the clients that send something")]
impl Client {
    pub fn new(config: ClientConfig) -> Result<Self, ConnectError> {
        Ok(Self(config))
    }

    pub fn config(&self) -> &ClientConfig {
        &self.0
    }

    pub async fn account(&self) -> Result<Account, ConnectError> {
        Ok(Account::new(super::key::account_id(&self.0.key)))
    }

    pub async fn probe(&self) -> Result<Vec<Probe>, ConnectError> {
        Err(ABSENT)
    }

    pub async fn list(&self, request: &ListRequest) -> Result<Page, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind: request.kind })
    }

    pub async fn list_children(&self, _: &Children) -> Result<Page, ConnectError> {
        Ok(Page { honours_window: true, ..Page::default() })
    }

    pub async fn retrieve(&self, kind: ObjectKind, _: &str) -> Result<Retrieved, ConnectError> {
        Err(ConnectError::EndpointAbsent { kind })
    }

    pub async fn events(&self, _: UnixSeconds, _: Option<&str>) -> Result<EventPage, ConnectError> {
        Err(ABSENT)
    }

    pub async fn create_webhook(&self, _: &str) -> Result<Webhook, ConnectError> {
        Err(ABSENT)
    }

    pub async fn webhooks(&self) -> Result<Vec<WebhookEndpoint>, ConnectError> {
        Err(ABSENT)
    }

    pub async fn delete_webhook(&self, _: &str) -> Result<(), ConnectError> {
        Ok(())
    }
}
