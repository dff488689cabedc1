-- How a workspace's connections are shown together, as JSON.
ALTER TABLE workspaces ADD COLUMN together TEXT NOT NULL DEFAULT '{}';

-- A link can be to a page of all connections of a workspace together: then it has no connection.
CREATE TABLE new_share_links (
    id TEXT PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    connection TEXT REFERENCES connections (id) ON DELETE CASCADE,
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

INSERT INTO new_share_links
SELECT share_links.id, connections.workspace, share_links.connection, share_links.name, code_hash, page, view, password_hash,
    hides_amounts, hides_counts, scale, origins, created_by, share_links.created_at, expires_at, last_opened_at, opened
FROM share_links JOIN connections ON connections.id = share_links.connection
ORDER BY share_links.rowid;

DROP TABLE share_links;
ALTER TABLE new_share_links RENAME TO share_links;

CREATE INDEX share_links_by_workspace ON share_links (workspace);
CREATE INDEX share_links_by_connection ON share_links (connection);
