-- Test mode and live mode of an account are two connections: what is in them has nothing in common. A table's constraint
-- changes only with the table.
CREATE TABLE connections_new (
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
    sealed_key BLOB,
    created_at INTEGER NOT NULL,
    settings TEXT NOT NULL,
    default_currency TEXT,
    state TEXT NOT NULL,
    data_through INTEGER,
    loaded_at INTEGER,
    last_error TEXT,
    absent TEXT NOT NULL,
    UNIQUE (workspace, source, account_id, api_base, is_test_mode)
) STRICT;

INSERT INTO connections_new (rowid, id, workspace, source, name, account_id, account_name, api_base, is_test_mode,
    is_sample, key_hint, sealed_key, created_at, settings, default_currency, state, data_through, loaded_at, last_error,
    absent)
SELECT rowid, id, workspace, source, name, account_id, account_name, api_base, is_test_mode, is_sample, key_hint,
    sealed_key, created_at, settings, default_currency, state, data_through, loaded_at, last_error, absent
FROM connections;

DROP TABLE connections;
ALTER TABLE connections_new RENAME TO connections;
