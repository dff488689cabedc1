//! An entry of the audit log.

use serde::Serialize;
use store::AuditEntry;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEntryView {
    pub number: i64,
    pub at: i64,
    /// `user`, `token`, `visitor` (not signed in), `operator` (the server's command line) or `server`.
    pub actor_kind: String,
    pub actor_id: Option<String>,
    /// A username, or the name of a token.
    pub actor_name: Option<String>,
    /// A stable name such as `member.removed`.
    pub action: String,
    /// What it was done to: an id or a name.
    pub subject: Option<String>,
    pub detail: Option<String>,
    /// The address that the request came from.
    pub address: Option<String>,
}

impl From<AuditEntry> for AuditEntryView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            number: entry.number,
            at: entry.at.0,
            actor_kind: entry.actor_kind,
            actor_id: entry.actor_id,
            actor_name: entry.actor_name,
            action: entry.action,
            subject: entry.subject,
            detail: entry.detail,
            address: entry.address,
        }
    }
}
