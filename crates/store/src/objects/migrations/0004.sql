-- Where each object is and whose it is, in sorted runs (index.rs says why) instead of two indexes. The rows of `objects`
-- behind the last `through` are in no run yet.
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    level INTEGER NOT NULL,
    -- The last row of `objects` that this run or one before it has; 0 in those that hold no new rows.
    through INTEGER NOT NULL
) STRICT;

CREATE TABLE by_id (
    run INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    id TEXT NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (run, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE by_customer (
    run INTEGER NOT NULL,
    customer TEXT NOT NULL,
    kind INTEGER NOT NULL,
    row INTEGER NOT NULL,
    PRIMARY KEY (run, customer, kind, row)
) STRICT, WITHOUT ROWID;

-- Run 0 takes rows whose customer is another than when their run was written.
INSERT INTO runs (run, level, through) VALUES (0, -1, 0);

INSERT INTO runs (run, level, through) SELECT 1, 3, max(row) FROM objects HAVING max(row) IS NOT NULL;
INSERT INTO by_id (run, kind, id, row) SELECT 1, kind, id, row FROM objects ORDER BY kind, id;
INSERT INTO by_customer (run, customer, kind, row)
    SELECT 1, customer, kind, row FROM objects WHERE customer IS NOT NULL ORDER BY customer, kind, row;
DROP INDEX objects_by_id;
DROP INDEX objects_by_customer;

-- Whether `customer` follows from the invoice, subscription or charge: it changes with theirs. Not known of what came
-- before there was this column.
ALTER TABLE objects ADD COLUMN is_owner_derived INTEGER NOT NULL DEFAULT 0;
