-- `customer` is the one that the object belongs to, also where that follows only from its invoice, subscription or
-- charge; a customer belongs to itself. So one index leads to all of a customer.
-- With a rowid, since the same table without one was twice as slow to write.
CREATE TABLE objects (
    row INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER,
    customer TEXT,
    subscription TEXT,
    invoice TEXT,
    charge TEXT,
    is_deleted INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    dictionary INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX objects_by_id ON objects (kind, id);
CREATE INDEX objects_by_customer ON objects (customer, kind) WHERE customer IS NOT NULL;

-- Money that nobody is named for: invoices (9), charges (12), refunds (13), credit notes (14), their payments (17).
CREATE INDEX ownerless ON objects (kind) WHERE customer IS NULL AND kind IN (9, 12, 13, 14, 17);

-- Lines (10) and items (8) that the embedded lists left out.
CREATE INDEX lines_by_invoice ON objects (invoice) WHERE kind = 10;
CREATE INDEX items_by_subscription ON objects (subscription) WHERE kind = 8;

-- Objects that came before what says whose they are: few at any time, and found when that comes.
CREATE INDEX orphans_by_invoice ON objects (invoice) WHERE customer IS NULL AND invoice IS NOT NULL;
CREATE INDEX orphans_by_subscription ON objects (subscription) WHERE customer IS NULL AND subscription IS NOT NULL;
CREATE INDEX orphans_by_charge ON objects (charge) WHERE customer IS NULL AND charge IS NOT NULL;

-- Kept with every write, so that counting reads a few rows; the integrity check recounts.
CREATE TABLE kinds (
    kind INTEGER PRIMARY KEY,
    live INTEGER NOT NULL,
    deleted INTEGER NOT NULL,
    oldest_created_at INTEGER,
    newest_created_at INTEGER
) STRICT;

-- Never deleted: bodies need theirs for ever.
CREATE TABLE dictionaries (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE windows (
    kind INTEGER NOT NULL,
    number INTEGER NOT NULL,
    created_gte INTEGER,
    created_lte INTEGER,
    starting_after TEXT,
    is_done INTEGER NOT NULL,
    objects INTEGER NOT NULL,
    PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE followups (
    kind INTEGER NOT NULL,
    id TEXT NOT NULL,
    starting_after TEXT,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
