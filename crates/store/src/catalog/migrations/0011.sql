-- Links that were sent to an address, each to be used once: to confirm it, or to choose a new password. Only hashes.
CREATE TABLE email_links (
    token_hash BLOB PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    email TEXT NOT NULL COLLATE NOCASE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX email_links_by_user ON email_links (user, purpose);

-- Somebody who signed up by themselves: nothing of the account can be used until the address is confirmed. Whoever was invited is known
-- to those who invited them.
ALTER TABLE users ADD COLUMN awaits_confirmation INTEGER NOT NULL DEFAULT 0;
