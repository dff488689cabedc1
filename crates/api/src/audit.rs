//! The audit log: who did what, when and from where.

pub mod dto;
pub mod file;
mod given;
pub mod list;
pub mod list_csv;
pub mod record_export;
pub mod retention;

use model::WorkspaceId;
use store::{Actor, Author, ConnectionRecord, NewAuditEntry};

pub(crate) use self::given::GivenLists;
use self::given::{GivenPage, MANY_ROWS, Much};
use self::record_export::ExportedList;
use crate::access::identity::{By, Figures};
use crate::access::permission::Needed;
use crate::blocking;
use crate::context::Context;
use crate::http::paging::{self, Answering};
use crate::problem::Problem;

/// What a page of a list is answered with, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    pub by: &'a By,
    /// The id of a user's session; a token has none.
    pub session: Option<&'a str>,
    /// Whose list it is: a connection, or a workspace.
    pub of: &'a str,
    pub workspace: &'a WorkspaceId,
    pub list: ExportedList,
    pub rows: usize,
    /// There are no more.
    pub is_last: bool,
}

impl<'a> Given<'a> {
    /// A page of a list of what figures are made of.
    pub fn of<P: Needed>(figures: &'a Figures<P>, list: ExportedList, rows: usize, is_last: bool) -> Self {
        let Figures { of, by, session, .. } = figures;
        Self { by, session: session.as_deref(), of: of.id(), workspace: of.workspace(), list, rows, is_last }
    }
}

/// Something that somebody did, before it is written down.
#[derive(Debug, Clone)]
pub struct AuditEvent(NewAuditEntry);

impl AuditEvent {
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
    /// Who changes something now, for an entry that is written together with the change.
    pub fn author(&self, by: &By) -> Author {
        Author { actor: by.actor.clone(), address: by.client.address_text(), at: self.clock.now() }
    }

    /// Writes an event to the audit log.
    ///
    /// # Errors
    /// Those of the store. What the event is about has happened, but whoever did it learns that it was not recorded.
    pub async fn record(&self, event: AuditEvent) -> Result<(), Problem> {
        let (catalog, now) = (self.catalog.clone(), self.clock.now());
        Ok(blocking(move || catalog.add_audit_entry(&event.0, now)).await??)
    }

    /// Notes what a list is answered with, and records who was given much of it: a program that reads on or to the end, once a day for
    /// each list, and a person who looks at more than the beginning, once an hour.
    ///
    /// # Errors
    /// Those of the store: then the page is not answered.
    pub async fn give(&self, answering: Answering, answer: &Given<'_>) -> Result<(), Problem> {
        let Given { by, session, of, workspace, list, rows, is_last } = *answer;
        let is_first = answering.is_first;
        paging::answered(answering.reserved, rows);
        let (reader, is_program) = match (&by.actor, session) {
            (Actor::Token { id, .. }, _) => (id.as_str(), true),
            (_, Some(session)) => (session, false),
            (_, None) => return Ok(()),
        };
        let page = GivenPage { rows, is_first, is_last, is_program };
        let Some(much) = self.given.note(reader, of, list, page, self.clock.now()) else { return Ok(()) };
        // Of its own log, whoever manages the workspace may read as much as they like.
        if list == ExportedList::AuditLog {
            return Ok(());
        }
        let detail = match much {
            Much::Whole => list.as_str().to_owned(),
            Much::Part => format!("{}, more than {MANY_ROWS} rows", list.as_str()),
        };
        self.record(AuditEvent::new(by, workspace, "export.read").on(of).detail(detail)).await
    }
}
