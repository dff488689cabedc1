//! Bodies that are read and rewritten where they are, a page of rows at a time.

use model::ObjectKind;
use rusqlite::{Connection, Row, TransactionBehavior, params};
use zstd::zstd_safe::DCtx;

use super::codec::{Codec, Compressed};
use crate::error::Fault;

pub(super) const COLUMNS: &str = "row, kind, id, customer, dictionary, body";

/// A stored object, its body in plain text.
pub(super) struct Plain {
    pub row: i64,
    pub kind: ObjectKind,
    pub id: String,
    pub customer: Option<String>,
    pub body: Box<str>,
    /// As it is stored.
    pub stored_bytes: usize,
}

impl Plain {
    /// From the columns of [`COLUMNS`].
    pub fn read(
        row: &Row<'_>,
        conn: &Connection,
        codec: &Codec,
        context: &mut DCtx<'static>,
    ) -> Result<Self, Fault> {
        let bytes = row.get_ref(5)?.as_blob().map_err(rusqlite::Error::from)?;
        Ok(Self {
            row: row.get(0)?,
            kind: codec.kinds.kind(conn, row.get(1)?)?,
            id: row.get(2)?,
            customer: row.get(3)?,
            body: codec.decompress(context, conn, row.get(4)?, bytes)?,
            stored_bytes: bytes.len(),
        })
    }

    /// The one in a row that is known to be there.
    pub fn at(
        row: i64,
        conn: &Connection,
        codec: &Codec,
        context: &mut DCtx<'static>,
    ) -> Result<Self, Fault> {
        let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM objects WHERE row = ?1"))?;
        let mut found = statement.query([row])?;
        let found = found.next()?.ok_or_else(|| Fault::Damaged(format!("row {row} is missing")))?;
        Self::read(found, conn, codec, context)
    }
}

/// A new body for a row.
pub(super) struct Change {
    pub row: i64,
    pub kind: ObjectKind,
    pub body: Box<str>,
}

/// Writes a page of new bodies, all or none; how many bytes they take.
pub(super) fn put(conn: &mut Connection, codec: &Codec, changes: &[Change]) -> Result<usize, Fault> {
    if changes.is_empty() {
        return Ok(0);
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut bytes = 0;
    for change in changes {
        let body = codec.compress(change.kind, &change.body)?;
        write(&tx, change.row, &body)?;
        bytes += body.bytes.len();
    }
    tx.commit()?;
    Ok(bytes)
}

/// Puts a body in place of a row's.
pub(super) fn write(conn: &Connection, row: i64, body: &Compressed) -> Result<(), Fault> {
    let sql = "UPDATE objects SET dictionary = ?2, body = ?3 WHERE row = ?1";
    conn.prepare_cached(sql)?.execute(params![row, body.dictionary, body.bytes])?;
    Ok(())
}
