-- By what whoever was removed from a workspace is known again when their account is gone: keyed hashes of an address, of an account
-- at an identity provider, or of the account here. None of them says who it was.
CREATE TABLE former_marks (
    workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- The hash of the account here. All marks of one person have the same.
    person TEXT NOT NULL,
    mark TEXT NOT NULL,
    PRIMARY KEY (workspace, person, mark)
) STRICT, WITHOUT ROWID;

CREATE INDEX former_marks_by_mark ON former_marks (workspace, mark);

-- The random key of these hashes, for each workspace that has any.
CREATE TABLE former_keys (
    workspace TEXT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    key TEXT NOT NULL
) STRICT, WITHOUT ROWID;
