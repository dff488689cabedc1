CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workspaces (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

-- Names and addresses are the same in any case of letters.
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    username TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Only hashes: who reads this file can sign in as nobody.
CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;

CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    account_id TEXT NOT NULL,
    account_name TEXT,
    api_base TEXT NOT NULL,
    is_test_mode INTEGER NOT NULL,
    is_sample INTEGER NOT NULL,
    key_hint TEXT,
    -- The provider's key, sealed under the master key for this connection.
    sealed_key BLOB,
    created_at INTEGER NOT NULL,
    settings TEXT NOT NULL,
    default_currency TEXT,
    state TEXT NOT NULL,
    data_through INTEGER,
    loaded_at INTEGER,
    last_error TEXT,
    absent TEXT NOT NULL,
    UNIQUE (workspace, source, account_id, api_base)
) STRICT;
