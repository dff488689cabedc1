-- Customers whose personal data was erased for good. Here and not with the objects, so that it outlives them: it is dropped
-- also when everything is loaded again.
CREATE TABLE erasures (
    connection TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    customer TEXT NOT NULL,
    erased_at INTEGER NOT NULL,
    PRIMARY KEY (connection, customer)
) STRICT, WITHOUT ROWID;
