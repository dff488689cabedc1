//! Deletes a connection and all of its imported data.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use model::{ConnectionId, ObjectKind, UnixSeconds, WorkspaceId};
use serde::Serialize;
use store::{Author, Catalog, Deletion, StoreError};

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
            receipts.push(self.remove(workspace, &connection.id, None).await?);
        }
        let (catalog, id, author) = (self.shared.config.catalog.clone(), workspace.clone(), author.clone());
        blocking(move || Ok(catalog.delete_workspace(&id, &author)?)).await?;
        Ok(receipts)
    }

    /// Deletes the connection: its work, its endpoint at the provider, its files, its key and its record. The data is
    /// deleted even if the provider does not respond. Recorded in the audit log where there is an author.
    ///
    /// # Errors
    /// `NoConnection`; what the store says. It can be asked for again then.
    pub async fn remove(
        &self,
        workspace: &WorkspaceId,
        id: &ConnectionId,
        author: Option<&Author>,
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
        let author = author.cloned();
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
            delete_record(&shared.config.catalog, &record.workspace, &receipt, author.as_ref())?;
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

/// The last step: from then on nobody can ask for it again.
fn delete_record(
    catalog: &Catalog,
    workspace: &WorkspaceId,
    receipt: &RemovalReceipt,
    author: Option<&Author>,
) -> Result<(), SyncError> {
    let id = &receipt.connection;
    match author {
        Some(author) => {
            // What it consists of can always be written.
            let text = serde_json::to_string(receipt).unwrap_or_default();
            catalog.delete_connection_for(author, workspace, (id, &receipt.name), &text)?
        }
        None => catalog.delete_connection(workspace, id)?,
    };
    Ok(())
}

impl Shared {
    /// What the command line wants deleted.
    pub(super) async fn wanted_deletions(self: &Arc<Self>) -> Vec<Deletion> {
        let catalog = self.config.catalog.clone();
        match blocking(move || Ok(catalog.wanted_deletions()?)).await {
            Ok(wanted) => wanted,
            Err(error) => {
                tracing::error!(%error, "it can't be read what is to be deleted");
                Vec::new()
            }
        }
    }

    /// Deletes it. What can't be deleted is reported to the command that waits for it; what is interrupted is continued by the next start.
    pub(super) async fn delete_wanted(self: Arc<Self>, wanted: Vec<Deletion>) {
        for deletion in wanted {
            if self.cancel.is_cancelled() {
                return;
            }
            let Err(error) = self.delete(&deletion).await else {
                tracing::info!(?deletion, "something was deleted, as the command line asked");
                continue;
            };
            tracing::error!(?deletion, %error, "something was not deleted, as the command line asked");
            let (catalog, why) = (self.config.catalog.clone(), error.to_string());
            let noted = blocking(move || Ok(catalog.refuse_to_delete(&deletion, &why)?)).await;
            if let Err(error) = noted {
                tracing::error!(%error, "the command line does not learn why something was not deleted");
            }
        }
    }

    async fn delete(self: &Arc<Self>, deletion: &Deletion) -> Result<(), SyncError> {
        let runner = Runner { shared: Arc::clone(self) };
        let author = Author::operator(self.config.clock.now());
        match deletion {
            Deletion::Workspace(workspace) => {
                runner.remove_workspace(workspace, &author).await?;
            }
            Deletion::Connection(id) => {
                let all = self.all_connections().await?;
                let found = all.iter().find(|one| one.id == *id);
                let workspace = found.ok_or_else(|| SyncError::NoConnection(id.clone()))?.workspace.clone();
                runner.remove(&workspace, id, Some(&author)).await?;
            }
        }
        Ok(())
    }
}
