-- Passkeys: what a person signs in with, without a password. A private key never leaves their device; a public one is no secret.
CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id BLOB NOT NULL UNIQUE,
    -- As the crate `webauthn_rp` encodes it, like the two that follow.
    public_key BLOB NOT NULL,
    -- How often the authenticator has signed (one that goes back is a copy), and whether the passkey is backed up.
    state BLOB NOT NULL,
    -- How browsers reach the authenticator.
    transports INTEGER NOT NULL,
    -- The host that it was created for: browsers offer it nowhere else.
    host TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;

CREATE INDEX passkeys_by_user ON passkeys (user);

-- How a session was begun: not each way proves two factors.
ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT 'password';
