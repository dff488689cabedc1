-- Exchange rates that people of a workspace entered: on these days one `base` is `rate` units of `currency`, as exact
-- decimal text. Of several for a day the one with the highest number counts.
CREATE TABLE rates (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    currency TEXT NOT NULL,
    base TEXT NOT NULL,
    first_on TEXT NOT NULL,
    last_on TEXT NOT NULL,
    rate TEXT NOT NULL,
    entered_by TEXT NOT NULL,
    entered_at INTEGER NOT NULL,
    UNIQUE (workspace, currency, first_on, last_on)
) STRICT;

-- Moves with each change of them, so that other processes see it.
ALTER TABLE workspaces ADD COLUMN rates_revision INTEGER NOT NULL DEFAULT 0;
