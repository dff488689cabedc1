-- Where people sign in instead of here. Only the operator adds one, because it says who people are.
CREATE TABLE identity_providers (
    -- In addresses: the operator chooses it.
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    -- Whether the client has a secret. If it does and there is none, the master key was lost.
    has_secret INTEGER NOT NULL,
    sealed_secret BLOB,
    -- Whether the sign-in page shows it.
    is_listed INTEGER NOT NULL,
    -- Whether the operator vouches for the addresses that it names, where it doesn't say that it has verified them.
    trusts_emails INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- The domains whose addresses a provider may name, and what follows from that in a workspace.
CREATE TABLE sign_on_rules (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    provider TEXT NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
    domain TEXT NOT NULL COLLATE NOCASE,
    -- What people become at their first sign-in. Without one, nobody becomes a member.
    role TEXT,
    -- Whether signing in at the provider counts as two factors.
    is_two_factor INTEGER NOT NULL,
    -- Whether members with an address of the domain, other than owners, have to sign in there.
    is_required INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (workspace, domain)
) STRICT;

CREATE INDEX sign_on_rules_by_provider ON sign_on_rules (provider, domain);

-- Who left a workspace or was removed from it: an identity provider does not bring them back.
CREATE TABLE former_members (
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (workspace, user)
) STRICT;

-- Accounts at identity providers with which people sign in.
CREATE TABLE identities (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL REFERENCES identity_providers (id) ON DELETE CASCADE,
    -- Together, they name the account at the provider: it gives the subject to nobody else.
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- The address that the provider named last.
    email TEXT NOT NULL COLLATE NOCASE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    UNIQUE (provider, issuer, subject)
) STRICT;

CREATE INDEX identities_by_user ON identities (user);
