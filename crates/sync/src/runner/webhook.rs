//! Webhooks: where a connection's provider delivers events, and how deliveries are handled.

use std::collections::BTreeSet;
use std::sync::Arc;

use connect::{ConnectError, ReadError, SignatureError, Source};
use http::HeaderMap;
use model::{ConnectionId, Secret, UnixSeconds, WorkspaceId};
use store::{ConnectionRecord, Inbox, InboxFacts, NewDelivery, StoreError, WebhookRecord, webhook_context};
use url::Url;

use super::connection::Connection;
use super::record::source_of;
use super::removal::WebhookRemoval;
use super::{Runner, Shared, blocking};
use crate::SyncError;

/// The addresses at which providers reach this server.
#[derive(Debug, Clone, Default)]
pub struct Callbacks {
    /// From anywhere.
    pub public: Option<Url>,
    /// From this machine: for a provider that is on it, too.
    pub local: Option<Url>,
}

/// The state of a connection's webhook.
#[derive(Debug, Clone)]
pub struct WebhookState {
    pub record: WebhookRecord,
    /// Where to deliver to; `None`: providers can't reach this server.
    pub url: Option<Url>,
    /// Whether a delivery's signature could be verified.
    pub has_secret: bool,
    pub inbox: InboxFacts,
}

/// The outcome of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    Kept,
    /// It had been delivered before.
    Repeated,
}

/// Why a delivery is rejected.
#[derive(Debug, thiserror::Error)]
pub enum WebhookRefusal {
    #[error("webhook not found at this address")]
    Unknown,
    #[error(transparent)]
    Signature(#[from] SignatureError),
    #[error(transparent)]
    Malformed(#[from] ReadError),
    #[error(transparent)]
    Failed(#[from] SyncError),
}

impl From<StoreError> for WebhookRefusal {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// After a refusal, whose reason may have been resolved without notice.
const REGISTER_AGAIN_SECONDS: i64 = 3_600;

impl Runner {
    /// Accepts a delivery by its signature and stores it durably; it is processed afterwards.
    ///
    /// # Errors
    /// When the signature is invalid, or it could not be stored; then it is delivered again.
    pub async fn receive(
        &self,
        source: Source,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Receipt, WebhookRefusal> {
        let shared = &self.shared;
        let (known, wanted) = (Arc::clone(shared), path.to_owned());
        let found = blocking(move || {
            let Some(webhook) = known.config.catalog.webhook_by_path(&wanted)? else { return Ok(None) };
            let record = known.config.catalog.connection(&webhook.workspace, &webhook.connection)?;
            if record.is_none_or(|record| record.source != source.id()) {
                return Ok(None);
            }
            let secrets = known.webhook_secrets(&webhook)?;
            Ok(Some((webhook, secrets)))
        });
        let (webhook, secrets) = found.await?.ok_or(WebhookRefusal::Unknown)?;
        let now = shared.config.clock.now();
        source.verify(&secrets, headers, body, now)?;
        let event = source.delivered(body)?;
        let connection = shared.connection(&webhook.connection);
        let inbox = shared.inbox(&connection).await?;
        let delivery = NewDelivery {
            event_id: event.id,
            event_type: event.event_type,
            kind: event.kind,
            object_id: event.object_id,
            created_at: event.created_at,
            received_at_ms: shared.config.clock.now_ms(),
        };
        if let Some(object) = source.created_object(body) {
            connection.created.put(object);
        }
        let is_new = inbox.put(delivery).await?;
        connection.was_delivered();
        shared.ensure_worker(&connection);
        Ok(if is_new { Receipt::Kept } else { Receipt::Repeated })
    }

    /// How the connection's webhook stands.
    ///
    /// # Errors
    /// `NoConnection`; what the store says.
    pub async fn webhook(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<WebhookState, SyncError> {
        let record = self.shared.record(workspace, id).await?;
        let shared = Arc::clone(&self.shared);
        let inbox = self.shared.inbox(&self.shared.connection(id)).await?;
        blocking(move || {
            let catalog = &shared.config.catalog;
            let webhook = catalog.webhook(&record.workspace, &record.id)?;
            let url = shared.webhook_url(&record, &webhook);
            let has_secret = !catalog.webhook_secrets(&record.workspace, &record.id)?.is_empty();
            Ok(WebhookState { record: webhook, url, has_secret, inbox: inbox.facts()? })
        })
        .await
    }

    /// Adds a signing secret that somebody copied from the provider.
    ///
    /// # Errors
    /// `NoConnection`; what the store says.
    pub async fn add_webhook_secret(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        secret: Secret,
    ) -> Result<(), SyncError> {
        let record = self.shared.record(workspace, id).await?;
        let shared = Arc::clone(&self.shared);
        blocking(move || {
            shared.config.catalog.webhook(&record.workspace, &record.id)?;
            shared.keep_webhook_secret(&record, &secret)
        })
        .await
    }

    /// The connection's inbox.
    ///
    /// # Errors
    /// `NoConnection`; what the store says.
    pub async fn inbox(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<Inbox, SyncError> {
        self.shared.record(workspace, id).await?;
        self.shared.inbox(&self.shared.connection(id)).await
    }

    /// Processes what was given up before, too.
    ///
    /// # Errors
    /// `NoConnection`; what the store says.
    pub async fn retry_given_up(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<usize, SyncError> {
        let inbox = self.inbox(workspace, id).await?;
        let revived = blocking(move || Ok(inbox.revive()?)).await?;
        self.shared.connection(id).was_delivered();
        Ok(revived)
    }

    /// Removes the connection's endpoint from the provider, if we made it, and forgets its secrets.
    ///
    /// # Errors
    /// When the provider does not remove it; nothing is forgotten then.
    pub async fn remove_webhook(&self, workspace: &WorkspaceId, id: &ConnectionId) -> Result<(), SyncError> {
        let record = self.shared.record(workspace, id).await?;
        self.shared.remove_webhook(&record).await.map(|_| ())
    }
}

impl Shared {
    /// Opened once for each process that needs it.
    pub(super) async fn inbox(self: &Arc<Self>, connection: &Arc<Connection>) -> Result<Inbox, SyncError> {
        let (connection, files) = (Arc::clone(connection), self.config.data.connection_files(&connection.id));
        blocking(move || Ok(connection.inbox(&files)?)).await
    }

    fn webhook_secrets(&self, webhook: &WebhookRecord) -> Result<Vec<Secret>, SyncError> {
        let catalog = &self.config.catalog;
        let sealed = || catalog.webhook_secrets(&webhook.workspace, &webhook.connection);
        Ok(self.config.data.unsealed(catalog, &webhook_context(&webhook.connection), sealed)?)
    }

    fn keep_webhook_secret(&self, record: &ConnectionRecord, secret: &Secret) -> Result<(), SyncError> {
        let (catalog, now) = (&self.config.catalog, self.config.clock.now());
        let keep = |sealed: &[u8]| catalog.add_webhook_secret(&record.workspace, &record.id, sealed, now);
        Ok(self.config.data.seal(catalog, &webhook_context(&record.id), secret, keep)?)
    }

    fn webhook_url(&self, record: &ConnectionRecord, webhook: &WebhookRecord) -> Option<Url> {
        let Callbacks { public, local } = &self.config.callbacks;
        let is_near = Url::parse(&record.api_base).is_ok_and(|base| connect::is_on_this_machine(&base));
        let near = local.as_ref().filter(|_| is_near);
        // The public address may lead through a proxy that a machine cannot reach from behind it. Our own samples need
        // not go there; whoever runs another server here chose the address for it, too.
        let base = if record.is_sample { near.or(public.as_ref()) } else { public.as_ref().or(near) };
        let mut url = base?.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(["webhooks", &record.source, &webhook.path]);
        Some(url)
    }

    /// Registers the connection's endpoint unless it is already registered for its address. If that is impossible,
    /// the reason and advice are recorded, but it is not a failure: without webhooks changes appear a minute later.
    pub(super) async fn ensure_webhook(
        self: &Arc<Self>,
        record: &ConnectionRecord,
        is_requested: bool,
    ) -> Result<WebhookRecord, SyncError> {
        let webhook = self.webhook_of(record).await?;
        let Some(url) = self.webhook_url(record, &webhook) else { return Ok(webhook) };
        let is_registered = webhook.endpoint_url.as_deref() == Some(url.as_str())
            && !(webhook.silent_since.is_some() && self.is_endpoint_gone(record, &webhook).await?);
        let now = self.config.clock.now();
        let was_just_refused =
            webhook.refused.as_ref().is_some_and(|refused| now.0 - refused.at.0 < REGISTER_AGAIN_SECONDS);
        if is_registered || (was_just_refused && !is_requested) {
            return Ok(webhook);
        }
        match self.register(record, &webhook, &url).await {
            Ok(webhook) => Ok(webhook),
            Err(SyncError::Provider(error)) if error.is_retryable() => {
                tracing::info!(connection = %record.id, %error, "the webhook could not be registered yet");
                Ok(webhook)
            }
            Err(SyncError::Provider(error)) => self.note_refusal(record, &error).await,
            Err(error) => Err(error),
        }
    }

    /// Whether our endpoint was removed or switched off at the provider. Where it does not say, it was not.
    async fn is_endpoint_gone(
        self: &Arc<Self>,
        record: &ConnectionRecord,
        webhook: &WebhookRecord,
    ) -> Result<bool, SyncError> {
        let Some(ours) = &webhook.endpoint_id else { return Ok(false) };
        let Ok(endpoints) = self.client(record).await?.webhooks().await else { return Ok(false) };
        Ok(!endpoints.iter().any(|endpoint| endpoint.id == *ours && endpoint.is_enabled))
    }

    async fn register(
        self: &Arc<Self>,
        record: &ConnectionRecord,
        webhook: &WebhookRecord,
        url: &Url,
    ) -> Result<WebhookRecord, SyncError> {
        let client = self.client(record).await?;
        // One for another address stays: this folder may be a copy, and its original still listens there. One whose secret
        // was lost between the provider's answer and our disk goes.
        let left_url = webhook.endpoint_url.clone().filter(|registered| is_anothers(registered, url));
        let ours = webhook.endpoint_id.clone().filter(|_| left_url.is_none());
        let mut superseded: BTreeSet<String> = ours.into_iter().collect();
        match client.webhooks().await {
            Ok(endpoints) => {
                let same = endpoints.into_iter().filter(|one| one.url == url.as_str());
                superseded.extend(same.map(|one| one.id));
            }
            // One whose registration was not answered may be there: it is looked for again before another is made.
            Err(error) if error.is_retryable() => return Err(error.into()),
            Err(_) => {}
        }
        for id in superseded {
            client.delete_webhook(&id).await?;
        }
        let made = client.create_webhook(url.as_str()).await?;
        let (shared, of) = (Arc::clone(self), record.clone());
        blocking(move || shared.keep_webhook_secret(&of, &made.secret)).await?;
        let url = url.to_string();
        let now = self.config.clock.now();
        let registered = move |webhook: &mut WebhookRecord| {
            // What happened before cannot be delivered to it, and so is not missed.
            webhook.newest_event_at = webhook.newest_event_at.map(|newest| newest.max(now));
            webhook.endpoint_id = Some(made.id);
            webhook.endpoint_url = Some(url);
            webhook.left_url = left_url.or(webhook.left_url.take());
            webhook.refused = None;
            webhook.silent_since = None;
            // Deliveries to another endpoint say nothing of this one: until the first, changes are looked for as without it.
            webhook.last_received_at = None;
        };
        let kept = self.update_webhook(record, registered).await?;
        if kept.left_url.is_some() {
            tracing::warn!(connection = %record.id, "the webhook endpoint for another address is left at the provider");
        }
        tracing::info!(connection = %record.id, "the webhook is registered");
        Ok(kept)
    }

    async fn note_refusal(
        &self,
        record: &ConnectionRecord,
        error: &ConnectError,
    ) -> Result<WebhookRecord, SyncError> {
        tracing::info!(connection = %record.id, %error, "the webhook can't be registered");
        let mut refused = SyncError::Provider(error.clone()).last_error(self.config.clock.now());
        refused.action = source_of(record)?.texts().webhook_by_hand.to_owned();
        self.update_webhook(record, move |webhook| webhook.refused = Some(refused)).await
    }

    /// Records that deliveries arrive; the newest is about something at `newest_event_at`.
    pub(super) async fn note_received(
        &self,
        record: &ConnectionRecord,
        newest_event_at: UnixSeconds,
    ) -> Result<(), SyncError> {
        let now = self.config.clock.now();
        let received = move |webhook: &mut WebhookRecord| {
            webhook.last_received_at = Some(now);
            webhook.newest_event_at = webhook.newest_event_at.max(Some(newest_event_at));
            webhook.silent_since = None;
        };
        self.update_webhook(record, received).await?;
        Ok(())
    }

    /// Records that something happened at `due_event_at`, which a working webhook must have delivered by now.
    pub(super) async fn note_due(
        &self,
        record: &ConnectionRecord,
        due_event_at: UnixSeconds,
    ) -> Result<(), SyncError> {
        let webhook = self.webhook_of(record).await?;
        // A webhook that has never delivered is not relied on in the first place.
        let is_missed = webhook.newest_event_at.is_some_and(|newest| newest < due_event_at);
        // Events from before this server started may still be on their way.
        let is_since_start = due_event_at > self.started_at;
        if is_missed && is_since_start && webhook.silent_since.is_none() {
            tracing::warn!(connection = %record.id, "the webhook is silent: polling every minute");
            let now = self.config.clock.now();
            self.update_webhook(record, move |webhook| webhook.silent_since = Some(now)).await?;
        }
        Ok(())
    }

    async fn webhook_of(&self, record: &ConnectionRecord) -> Result<WebhookRecord, SyncError> {
        let (catalog, of) = (self.config.catalog.clone(), record.clone());
        blocking(move || Ok(catalog.webhook(&of.workspace, &of.id)?)).await
    }

    async fn update_webhook(
        &self,
        record: &ConnectionRecord,
        change: impl FnOnce(&mut WebhookRecord) + Send + 'static,
    ) -> Result<WebhookRecord, SyncError> {
        let catalog = self.config.catalog.clone();
        let (workspace, id) = (record.workspace.clone(), record.id.clone());
        blocking(move || Ok(catalog.update_webhook(&workspace, &id, change)?)).await
    }

    /// Removes our endpoint from the provider and forgets its secrets. One for another address than ours is left alone.
    pub(super) async fn remove_webhook(
        self: &Arc<Self>,
        record: &ConnectionRecord,
    ) -> Result<WebhookRemoval, SyncError> {
        let webhook = self.webhook_of(record).await?;
        let ours = self.webhook_url(record, &webhook);
        // A command knows no address.
        let registered = webhook.endpoint_url.as_deref();
        let is_ours =
            ours.is_none_or(|url| registered.is_some_and(|registered| !is_anothers(registered, &url)));
        let removal = match &webhook.endpoint_id {
            Some(endpoint) if is_ours => {
                self.client(record).await?.delete_webhook(endpoint).await?;
                WebhookRemoval::Removed
            }
            Some(_) => WebhookRemoval::Left,
            None => WebhookRemoval::None,
        };
        let (catalog, of) = (self.config.catalog.clone(), record.clone());
        blocking(move || Ok(catalog.forget_webhook(&of.workspace, &of.id)?)).await?;
        Ok(removal)
    }
}

/// Whether another folder may be listening at the registered address. Addresses of this machine change with the port that a
/// server listens on, and are reached from nowhere else.
fn is_anothers(registered: &str, url: &Url) -> bool {
    let is_local = Url::parse(registered).is_ok_and(|registered| connect::is_on_this_machine(&registered));
    registered != url.as_str() && !is_local
}
