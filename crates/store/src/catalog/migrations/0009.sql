-- A second factor: codes of an authenticator app.
CREATE TABLE two_factor (
    user TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- What the app shares with us, sealed under the master key for this user.
    sealed_secret BLOB NOT NULL,
    -- Until then it is being set up, and asked for by nobody.
    confirmed_at INTEGER,
    -- The time step of the last code that was taken: each code works once.
    last_step INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Each works once, in the place of a code. Only hashes.
CREATE TABLE recovery_codes (
    user TEXT NOT NULL REFERENCES two_factor (user) ON DELETE CASCADE,
    code_hash BLOB NOT NULL,
    PRIMARY KEY (user, code_hash)
) STRICT, WITHOUT ROWID;

-- Whether its members have to have one.
ALTER TABLE workspaces ADD COLUMN requires_two_factor INTEGER NOT NULL DEFAULT 0;
