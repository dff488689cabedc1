-- A person can belong to several workspaces, in each with a role of its own.
CREATE TABLE members (
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX members_by_user ON members (user);

-- Whoever had an account until now owned all that was there.
INSERT INTO members (workspace, user, role, joined_at) SELECT workspace, id, 'owner', created_at FROM users;

-- Names and addresses are the same in any case of letters. The column of the only workspace goes.
CREATE TABLE users_new (
    id TEXT PRIMARY KEY,
    full_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    username TEXT NOT NULL UNIQUE COLLATE NOCASE,
    -- Without one, the person signs in by other means only.
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    -- When the address was proved to be the person's.
    email_confirmed_at INTEGER,
    -- By the operator: nobody signs in.
    locked_at INTEGER
) STRICT;

-- An address that was never checked is taken for its owner's: locking people out of what is theirs helps nobody.
INSERT INTO users_new (rowid, id, full_name, email, username, password_hash, created_at, email_confirmed_at)
SELECT rowid, id, full_name, email, username, password_hash, created_at, created_at FROM users;

DROP TABLE users;
ALTER TABLE users_new RENAME TO users;

-- Only hashes: who reads this file can sign in as nobody.
CREATE TABLE sessions_new (
    id TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    -- The credential that a renewal replaced. Requests that were on their way may still carry it for a moment.
    old_token_hash BLOB UNIQUE,
    renewed_at INTEGER NOT NULL,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    -- Where it was started: for people to recognize it in a list.
    address TEXT,
    agent TEXT
) STRICT;

INSERT INTO sessions_new (id, token_hash, renewed_at, user, created_at, expires_at, last_seen_at)
SELECT 'ses_' || lower(hex(randomblob(16))), token_hash, created_at, user, created_at, expires_at, created_at
FROM sessions;

DROP TABLE sessions;
ALTER TABLE sessions_new RENAME TO sessions;
CREATE INDEX sessions_by_user ON sessions (user);

-- Tokens of before could do everything that a token can.
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'manage';
ALTER TABLE tokens ADD COLUMN expires_at INTEGER;
ALTER TABLE tokens ADD COLUMN created_by TEXT;

ALTER TABLE workspaces ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- Whom it is for. Without one, whoever has the link.
    email TEXT COLLATE NOCASE,
    role TEXT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    invited_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX invitations_by_workspace ON invitations (workspace);

-- Who did what, when and from where. Entries stay when their workspace or person goes. They are never changed, and deleted by
-- their age alone.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    workspace TEXT,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    actor_name TEXT,
    action TEXT NOT NULL,
    subject TEXT,
    detail TEXT,
    address TEXT
) STRICT;

CREATE INDEX audit_by_workspace ON audit (workspace, number);
CREATE INDEX audit_by_actor ON audit (actor_id, number);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'entries of the audit log are not changed');
END;
