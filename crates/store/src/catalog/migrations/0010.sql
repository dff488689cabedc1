-- Messages that wait to be e-mailed. One that was sent is deleted. The contents carry names and links that open accounts, so they
-- are sealed under the master key for this row; one that is given up keeps none.
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    -- Whose message it is, where it belongs to one workspace.
    workspace TEXT REFERENCES workspaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    -- From then on it is of no use to anybody, and not sent.
    expires_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at INTEGER NOT NULL,
    -- Without any address.
    last_error TEXT,
    given_up_at INTEGER
) STRICT;

CREATE INDEX outbox_waiting ON outbox (next_attempt_at) WHERE given_up_at IS NULL;
