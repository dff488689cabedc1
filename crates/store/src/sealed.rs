//! Everything that is sealed under the master key, in one list: a rotation re-encrypts what is in it, and nothing else. A new
//! column with sealed secrets gets its line here; a test fails as long as it has none.

use model::ConnectionId;

/// A column of the catalog with sealed secrets.
pub(crate) struct SealedColumn {
    /// What is in it, for people.
    pub what: &'static str,
    pub table: &'static str,
    pub column: &'static str,
    /// The column that tells its rows apart.
    pub key: &'static str,
    /// The column that the context is made of.
    pub of: &'static str,
    /// What a value is sealed for.
    pub context: fn(&str) -> String,
    pub when_lost: WhenLost,
}

/// What becomes of a secret that nobody can decrypt any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenLost {
    /// The row stays, without it.
    Emptied,
    /// There is no use in the row.
    RowDeleted,
}

pub(crate) const SEALED: &[SealedColumn] = &[
    SealedColumn {
        what: "keys of connections",
        table: "connections",
        column: "sealed_key",
        key: "id",
        of: "id",
        context: key_of,
        when_lost: WhenLost::Emptied,
    },
    SealedColumn {
        what: "signing secrets of webhooks",
        table: "webhook_secrets",
        column: "sealed",
        key: "number",
        of: "connection",
        context: webhook_of,
        when_lost: WhenLost::RowDeleted,
    },
    SealedColumn {
        what: "authenticator apps of users",
        table: "two_factor",
        column: "sealed_secret",
        key: "user",
        of: "user",
        context: two_factor_of,
        when_lost: WhenLost::RowDeleted,
    },
    SealedColumn {
        what: "client secrets of identity providers",
        table: "identity_providers",
        column: "sealed_secret",
        key: "id",
        of: "id",
        context: provider_of,
        when_lost: WhenLost::Emptied,
    },
    SealedColumn {
        what: "keys of the server",
        table: "server_keys",
        column: "sealed",
        key: "id",
        of: "id",
        context: server_key_of,
        when_lost: WhenLost::RowDeleted,
    },
    SealedColumn {
        what: "emails in the outbox",
        table: "outbox",
        column: "sealed",
        key: "id",
        of: "id",
        context: outbox_of,
        when_lost: WhenLost::RowDeleted,
    },
];

/// What a connection's key is sealed for: it can't be decrypted for any other.
pub fn key_context(connection: &ConnectionId) -> String {
    key_of(connection.as_str())
}

/// What the signing secrets of a connection's webhook are sealed for.
pub fn webhook_context(connection: &ConnectionId) -> String {
    webhook_of(connection.as_str())
}

fn key_of(connection: &str) -> String {
    format!("connection/{connection}/key")
}

fn webhook_of(connection: &str) -> String {
    format!("connection/{connection}/webhook")
}

/// What an email that waits is sealed for.
pub(crate) fn outbox_of(message: &str) -> String {
    format!("outbox/{message}")
}

/// What a key of the server itself is sealed for.
pub(crate) fn server_key_of(id: &str) -> String {
    format!("server_key/{id}")
}

/// What the client secret of an identity provider is sealed for.
pub(crate) fn provider_of(provider: &str) -> String {
    format!("identity_provider/{provider}")
}

/// What the secret of a user's authenticator app is sealed for.
pub(crate) fn two_factor_of(user: &str) -> String {
    format!("two_factor/{user}")
}
