-- Figures of finished months that no longer hold. Not made of the objects, and so nowhere else: rows are only added.
-- A figure is a customer's MRR in a currency at the end of a month; each of its rows begins where its last one ended.
CREATE TABLE restatements (
    number INTEGER PRIMARY KEY,
    recorded_at INTEGER NOT NULL,
    -- The first day, as days since 1970.
    month_on INTEGER NOT NULL,
    customer TEXT NOT NULL,
    currency TEXT NOT NULL,
    old_minor INTEGER NOT NULL,
    new_minor INTEGER NOT NULL,
    reason TEXT NOT NULL,
    invoice TEXT
) STRICT;

CREATE INDEX restatements_by_figure ON restatements (customer, currency, month_on);
