//! What a cut list left out: kept apart, and gone once the list is read again without it.

use model::{CustomerId, ObjectKind};
use rusqlite::{Connection, params};

use super::Batch;
use super::apply::Changes;
use crate::error::Fault;

/// Stands for "not met since the list was begun". Not a time: a clock may be put back.
const NOT_MET: i64 = 0;

/// Where a list's parts say what they are parts of, and their kind. Written out in the SQL, so that the small indexes on
/// just these kinds are used.
fn parts_of(parent: ObjectKind) -> Option<(&'static str, ObjectKind)> {
    match parent {
        ObjectKind::Invoice => Some(("invoice", ObjectKind::InvoiceLine)),
        ObjectKind::Subscription => Some(("subscription", ObjectKind::SubscriptionItem)),
        _ => None,
    }
}

/// Before the objects of the batch, which may be the first parts.
pub(super) fn begin(conn: &Connection, batch: &Batch) -> Result<(), Fault> {
    for (parent, id) in &batch.lists_begun {
        let Some((column, part)) = parts_of(*parent) else { continue };
        let sql = format!("UPDATE objects SET seen_at = ?2 WHERE {column} = ?1 AND kind = {}", part.code());
        conn.prepare_cached(&sql)?.execute(params![id, NOT_MET])?;
    }
    Ok(())
}

/// After the objects of the batch, which may be the last parts.
pub(super) fn end(conn: &Connection, batch: &Batch, changes: &mut Changes) -> Result<(), Fault> {
    for followup in &batch.followups_done {
        let Some((column, part)) = parts_of(followup.kind) else { continue };
        let sql = format!(
            "UPDATE objects SET is_deleted = 1 WHERE {column} = ?1 AND kind = {} AND seen_at = ?2
                AND is_deleted = 0 RETURNING customer",
            part.code()
        );
        let mut statement = conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![followup.id, NOT_MET])?;
        while let Some(row) = rows.next()? {
            changes.note_gone(part, row.get::<_, Option<String>>(0)?.map(CustomerId::from));
        }
    }
    Ok(())
}
