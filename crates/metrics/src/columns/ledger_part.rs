//! One of several ledgers that are looked at together.

use std::sync::Arc;

use model::ConnectionId;

use super::Ledger;

/// A connection's ledger.
#[derive(Debug, Clone)]
pub struct LedgerPart {
    pub connection: ConnectionId,
    /// As people call it.
    pub name: String,
    /// The billing system that it is with.
    pub source: String,
    /// Customers' email addresses are not stored.
    pub hides_emails: bool,
    pub ledger: Arc<Ledger>,
}
