//! The audit log: who did what, when and from where.

pub mod dto;
pub mod list;
pub mod record_export;
pub mod retention;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ::sync::Business;
use model::{UnixSeconds, WorkspaceId};
use store::{Actor, ConnectionRecord, NewAuditEntry};

use crate::access::identity::By;
use crate::blocking;
use crate::context::Context;
use crate::problem::Problem;

/// A program that reads the same list over and over is recorded once in so long.
const READ_AGAIN_AFTER_SECONDS: i64 = 86_400;
/// Of what is remembered for that.
const MAX_REMEMBERED: usize = 10_000;

/// The lists that programs have read to their ends, and when that was recorded.
#[derive(Debug, Default)]
pub struct WholeLists(Mutex<HashMap<(String, String, &'static str), UnixSeconds>>);

impl WholeLists {
    /// Whether this has not been recorded lately. From now on it has.
    fn is_news(&self, token: &str, business: &str, list: &'static str, now: UnixSeconds) -> bool {
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recorded.len() >= MAX_REMEMBERED {
            recorded.retain(|_, at| now.0 - at.0 < READ_AGAIN_AFTER_SECONDS);
        }
        let key = (token.to_owned(), business.to_owned(), list);
        let is_recent = recorded.get(&key).is_some_and(|at| now.0 - at.0 < READ_AGAIN_AFTER_SECONDS);
        if !is_recent {
            recorded.insert(key, now);
        }
        !is_recent
    }
}

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

    /// Records that a program has read a list of people to its end, once a day. What people save is recorded when they save it.
    ///
    /// # Errors
    /// Those of the store: then the last page is not answered.
    pub async fn record_whole_list(&self, by: &By, of: &Business, list: &'static str) -> Result<(), Problem> {
        let Actor::Token { id, .. } = &by.actor else { return Ok(()) };
        if !self.whole_lists.is_news(id, of.id(), list, self.clock.now()) {
            return Ok(());
        }
        self.record(Event::new(by, of.workspace(), "export.read").on(of.id()).detail(list)).await
    }
}
