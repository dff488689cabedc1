//! The rest of truncated lists: stored separately, and deleted once the list is read again without it.

use model::CustomerId;
use rusqlite::{Connection, params};

use super::Batch;
use super::apply::Changes;
use crate::error::Fault;
use crate::kinds::Kinds;

/// Stands for "not met since the list was begun". Not a time: a clock may be put back.
const NOT_MET: i64 = 0;

/// Before the objects of the batch, which may be the first parts.
pub(super) fn begin(conn: &Connection, kinds: &Kinds, batch: &Batch) -> Result<(), Fault> {
    for (parent, id) in &batch.lists_begun {
        for (column, part) in kinds.parts_of(*parent) {
            // The kind is written out, so that the small index on just this kind is used.
            let (column, code) = (column.as_str(), part.code);
            let sql = format!("UPDATE objects SET seen_at = ?2 WHERE {column} = ?1 AND kind = {code}");
            conn.prepare_cached(&sql)?.execute(params![id, NOT_MET])?;
        }
    }
    Ok(())
}

/// After the objects of the batch, which may be the last parts.
pub(super) fn end(
    conn: &Connection,
    kinds: &Kinds,
    batch: &Batch,
    changes: &mut Changes,
) -> Result<(), Fault> {
    for followup in &batch.followups_done {
        for (column, part) in kinds.parts_of(followup.kind) {
            let (column, code) = (column.as_str(), part.code);
            let sql = format!(
                "UPDATE objects SET is_deleted = 1 WHERE {column} = ?1 AND kind = {code} AND seen_at = ?2
                    AND is_deleted = 0 RETURNING customer"
            );
            let mut statement = conn.prepare_cached(&sql)?;
            let mut rows = statement.query(params![followup.id, NOT_MET])?;
            while let Some(row) = rows.next()? {
                changes.note_gone(part.shape.kind, row.get::<_, Option<String>>(0)?.map(CustomerId::from));
            }
        }
    }
    Ok(())
}
