//! Deletes a connection and all of its imported data.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{ConnectionId, ObjectKind, UnixSeconds, WorkspaceId};
use serde::Serialize;
use store::{Author, StoreError};

use super::{Runner, Shared, blocking, lock};
use crate::SyncError;

/// Of the provider, in removing its endpoint.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Proof that a connection was deleted, and what was deleted with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemovalReceipt {
    pub connection: ConnectionId,
    pub name: String,
    pub removed_at: UnixSeconds,
    /// By kind.
    pub objects: BTreeMap<ObjectKind, u64>,
    pub webhook: WebhookRemoval,
}

/// What happened to our endpoint at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookRemoval {
    /// There was none.
    None,
    Removed,
    /// The provider did not remove it, or it is for another address than ours. What it delivers is refused.
    Left,
}

impl Runner {
    /// Deletes a workspace with its connections and all of their data, for its author; what was deleted with each.
    ///
    /// # Errors
    /// `OnlyWorkspace`: then nothing was deleted. What the store says. It can be asked for again then.
    pub async fn remove_workspace(
        &self,
        workspace: &WorkspaceId,
        author: &Author,
    ) -> Result<Vec<RemovalReceipt>, SyncError> {
        let (catalog, id) = (self.shared.config.catalog.clone(), workspace.clone());
        let connections = blocking(move || {
            if catalog.all_workspaces()?.len() < 2 {
                return Err(StoreError::OnlyWorkspace.into());
            }
            Ok(catalog.connections(&id)?)
        });
        let mut receipts = Vec::new();
        for connection in connections.await? {
            receipts.push(self.remove(workspace, &connection.id).await?);
        }
        let (catalog, id, author) = (self.shared.config.catalog.clone(), workspace.clone(), author.clone());
        blocking(move || Ok(catalog.delete_workspace(&id, &author)?)).await?;
        Ok(receipts)
    }

    /// Deletes the connection: its work, its endpoint at the provider, its files, its key and its record. The data is
    /// deleted even if the provider does not respond.
    ///
    /// # Errors
    /// `NoConnection`; what the store says. It can be asked for again then.
    pub async fn remove(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
    ) -> Result<RemovalReceipt, SyncError> {
        let record = self.shared.record(workspace, id).await?;
        // First, so that it is not registered again meanwhile.
        self.forget(id).await;
        let webhook = match tokio::time::timeout(LONGEST_WAIT, self.shared.remove_webhook(&record)).await {
            Ok(Ok(removal)) => removal,
            Ok(Err(error)) => {
                tracing::warn!(connection = %id, %error, "the webhook endpoint could not be removed from the provider");
                WebhookRemoval::Left
            }
            Err(_) => {
                tracing::warn!(connection = %id, "the webhook endpoint was not removed: the provider does not respond");
                WebhookRemoval::Left
            }
        };
        let (shared, removed_at) = (Arc::clone(&self.shared), self.shared.config.clock.now());
        let removed = blocking(move || {
            let files = shared.config.data.connection_files(&record.id);
            // Unreadable data is deleted as well.
            let objects = files
                .objects_if_any()
                .and_then(|objects| objects.map_or(Ok(Vec::new()), |objects| objects.kinds()));
            let objects = objects.unwrap_or_default().into_iter().map(|facts| (facts.kind, facts.count));
            let receipt = RemovalReceipt {
                connection: record.id.clone(),
                name: record.name,
                removed_at,
                objects: objects.collect(),
                webhook,
            };
            // The files first: without the record, deleting the rest could not be requested again.
            files.delete()?;
            shared.config.catalog.delete_connection(&record.workspace, &record.id)?;
            // Deliveries that arrived meanwhile; nothing is accepted any more.
            files.delete()?;
            Ok(receipt)
        });
        let removed = removed.await;
        if removed.is_err() {
            // It is still there, and is worked on.
            lock(&self.shared.forgotten).remove(id);
        } else {
            lock(&self.shared.connections).remove(id);
            self.shared.together.forget(workspace);
        }
        removed
    }
}

impl Shared {
    /// The workspaces that the command line wants deleted.
    pub(super) async fn workspaces_to_delete(self: &Arc<Self>) -> Vec<WorkspaceId> {
        let catalog = self.config.catalog.clone();
        match blocking(move || Ok(catalog.workspaces_to_delete()?)).await {
            Ok(wanted) => wanted,
            Err(error) => {
                tracing::error!(%error, "it can't be read which workspaces are to be deleted");
                Vec::new()
            }
        }
    }

    /// Deletes them. One that can't be deleted is reported to the command that waits for it; one that is interrupted is continued by the
    /// next start.
    pub(super) async fn delete_workspaces(self: Arc<Self>, wanted: Vec<WorkspaceId>) {
        let runner = Runner { shared: Arc::clone(&self) };
        for workspace in wanted {
            if self.cancel.is_cancelled() {
                return;
            }
            let author = Author::operator(self.config.clock.now());
            let error = match runner.remove_workspace(&workspace, &author).await {
                Ok(removed) => {
                    let connections = removed.len();
                    tracing::info!(%workspace, connections, "the workspace was deleted, as the command line asked");
                    continue;
                }
                Err(error) => error,
            };
            tracing::error!(%workspace, %error, "the workspace was not deleted, as the command line asked");
            let (catalog, why) = (self.config.catalog.clone(), error.to_string());
            let noted = blocking(move || Ok(catalog.refuse_to_delete_workspace(&workspace, &why)?)).await;
            if let Err(error) = noted {
                tracing::error!(%error, "the command line does not learn why the workspace was not deleted");
            }
        }
    }
}
