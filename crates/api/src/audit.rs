//! The audit log: who did what, when and from where.

pub mod dto;
pub mod list;

use model::WorkspaceId;
use store::{ConnectionRecord, NewAuditEntry};

use crate::access::identity::By;
use crate::blocking;
use crate::context::Context;
use crate::problem::Problem;

/// Something that somebody did, before it is written down.
#[derive(Debug, Clone)]
pub struct Event(NewAuditEntry);

impl Event {
    /// Something done in a workspace. `action` is a stable name such as `member.removed`.
    pub fn new(by: &By, workspace: &WorkspaceId, action: &'static str) -> Self {
        let mut event = Self::of_account(by, action);
        event.0.workspace = Some(workspace.clone());
        event
    }

    /// Something that concerns an account and no workspace.
    pub fn of_account(by: &By, action: &'static str) -> Self {
        Self(NewAuditEntry {
            workspace: None,
            actor: by.actor.clone(),
            action,
            subject: None,
            detail: None,
            address: by.client.address_text(),
        })
    }

    /// Something done to a connection.
    pub fn of_connection(by: &By, record: &ConnectionRecord, action: &'static str) -> Self {
        Self::new(by, &record.workspace, action).on(record.id.as_str())
    }

    /// What it was done to: an id or a name.
    #[must_use]
    pub fn on(mut self, subject: impl Into<String>) -> Self {
        self.0.subject = Some(subject.into());
        self
    }

    /// What else has to be known: no secret, and no personal data of customers.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }
}

impl Context {
    /// Writes an event to the audit log.
    ///
    /// # Errors
    /// Those of the store. What the event is about has happened, but whoever did it learns that it was not recorded.
    pub async fn record(&self, event: Event) -> Result<(), Problem> {
        let (catalog, now) = (self.catalog.clone(), self.clock.now());
        Ok(blocking(move || catalog.add_audit_entry(&event.0, now)).await??)
    }
}
