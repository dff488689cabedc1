-- The invitation by whose link somebody signed up: they join its workspace once they have confirmed their address.
ALTER TABLE users ADD COLUMN invitation TEXT;

-- Until when the credential that another replaced is still taken, and whether only for what changes nothing.
ALTER TABLE sessions ADD COLUMN old_until INTEGER;
ALTER TABLE sessions ADD COLUMN old_only_reads INTEGER NOT NULL DEFAULT 0;

-- Keys of the server itself, sealed under the master key: what they seal in turn outlives a replaced master key.
CREATE TABLE server_keys (
    id TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
