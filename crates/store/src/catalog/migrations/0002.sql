-- Where a provider delivers what happens on an account. The path is hard to guess; what is delivered is signed.
CREATE TABLE webhooks (
    connection TEXT PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    path TEXT NOT NULL UNIQUE,
    -- By the provider's id, where it was registered by us, and for which address.
    endpoint_id TEXT,
    endpoint_url TEXT,
    -- Why it could not be registered.
    refused TEXT,
    last_received_at INTEGER
) STRICT, WITHOUT ROWID;

-- Several while one is rolled; each sealed under the master key for this connection.
CREATE TABLE webhook_secrets (
    number INTEGER PRIMARY KEY,
    connection TEXT NOT NULL REFERENCES webhooks (connection) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

CREATE INDEX webhook_secrets_by_connection ON webhook_secrets (connection);
