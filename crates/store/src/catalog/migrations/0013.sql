-- Links that show one page of figures to people without an account. Of the code in a link only a hash is kept.
CREATE TABLE share_links (
    id TEXT PRIMARY KEY,
    connection TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    code_hash BLOB NOT NULL UNIQUE,
    page TEXT NOT NULL,
    -- What the page shows: the query of its address.
    view TEXT NOT NULL,
    password_hash TEXT,
    hides_amounts INTEGER NOT NULL,
    hides_counts INTEGER NOT NULL,
    -- By what amounts are divided where they are hidden: JSON.
    scale TEXT,
    -- Who may show it in a frame: JSON.
    origins TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_opened_at INTEGER,
    opened INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX share_links_by_connection ON share_links (connection);
