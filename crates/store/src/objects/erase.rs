//! Deletes personal data from bodies so that no byte of it stays in the file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use model::{CustomerId, ObjectKind};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use zstd::zstd_safe::DCtx;

use super::codec::Codec;
use super::index::{ALL_KINDS, Index};
use super::trainer::Outline;
use super::{FILE_NAME, LOCK_NAME, Objects, file, rewrite, sweep};
use crate::StoreError;
use crate::data_dir::lock_file;
use crate::error::{Fault, InFile};
use crate::ledger_file::LedgerFile;
use crate::scrub::empty_log;

/// Says of a file that whatever was ever deleted from it was overwritten, and that its dictionaries quote nobody. So
/// somebody can be erased from it where they are, without looking at the rest.
const IN_PLACE: (&str, &str) = ("erasure", "in place");

pub(super) const COLUMNS: &str = "row, kind, id, customer, dictionary, body";
/// Rows that are looked at and rewritten in one transaction.
pub(super) const ROWS: usize = 2_000;

/// Whose personal data is deleted.
#[derive(Clone, Copy)]
pub enum Whose<'a> {
    Customers(&'a [CustomerId]),
    Everybody,
}

/// An erasure, apart from what of an object is personal.
pub struct Erasure<'a> {
    pub whose: Whose<'a>,
    /// Set in `meta` once nothing is left.
    pub note: (&'a str, &'a str),
    /// For new dictionaries, should there be any.
    pub outline: Outline,
}

/// An object that may be rewritten.
pub struct Rewritable<'a> {
    pub kind: ObjectKind,
    pub id: &'a str,
    /// Whose it is, also where that follows only from its invoice, subscription or charge.
    pub customer: Option<&'a str>,
    pub body: &'a str,
}

/// Objects whose bodies were rewritten, by kind.
pub type Rewritten = BTreeMap<ObjectKind, u64>;

/// Gives the body in place of an object's; `None` leaves it.
pub(super) type Redact<'a> = &'a dyn Fn(&Rewritable<'_>) -> Option<Box<str>>;

impl Objects {
    /// See [`ConnectionFiles::erase`](crate::ConnectionFiles::erase).
    pub(crate) fn erase(
        connection_dir: &Path,
        erasure: &Erasure<'_>,
        redact: Redact<'_>,
        mut on_progress: impl FnMut(u64),
    ) -> Result<Rewritten, StoreError> {
        let what = || format!("the data in {}", connection_dir.display());
        let _lock = lock_file(&connection_dir.join(LOCK_NAME), what)?;
        let path = connection_dir.join(FILE_NAME);
        let mut conn = file::open_for_writing(&path)?;
        // Nobody makes another one while this writes.
        LedgerFile::clear(connection_dir)?;
        let mut erasing = || -> Result<Rewritten, Fault> {
            let rewritten = if is_in_place(&conn)? {
                in_place(&mut conn, erasure.whose, redact, &mut on_progress)?
            } else {
                rewrite::everything(&mut conn, &erasure.outline, redact, &mut on_progress)?
            };
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            note_in_place(&tx)?;
            set(&tx, erasure.note)?;
            tx.commit()?;
            Ok(rewritten)
        };
        erasing().in_file(&path)
    }
}

/// Whether somebody can be erased without rewriting everybody.
fn is_in_place(conn: &Connection) -> Result<bool, Fault> {
    let (key, said) = IN_PLACE;
    let mut statement = conn.prepare("SELECT value FROM meta WHERE key = ?1")?;
    let noted: Option<String> = statement.query_row([key], |row| row.get(0)).optional()?;
    Ok(noted.as_deref() == Some(said) && sweep::is_possible(conn)?)
}

/// Said of a new file, and of one that was rewritten as a whole.
pub(super) fn note_in_place(conn: &Connection) -> Result<(), Fault> {
    set(conn, IN_PLACE)
}

fn set(conn: &Connection, (key, value): (&str, &str)) -> Result<(), Fault> {
    conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [key, value])?;
    Ok(())
}

/// Rewrites the rows that are concerned, in short transactions, then overwrites what is left of the old ones.
fn in_place(
    conn: &mut Connection,
    whose: Whose<'_>,
    redact: Redact<'_>,
    on_progress: &mut impl FnMut(u64),
) -> Result<Rewritten, Fault> {
    let codec = Codec::default();
    codec.load(conn)?;
    let concerned = match whose {
        Whose::Customers(customers) => Some(rows_of(conn, customers)?),
        Whose::Everybody => None,
    };
    let mut rewritten = Rewritten::new();
    let (mut context, mut after, mut done) = (DCtx::create(), 0, 0);
    loop {
        let rows = match &concerned {
            Some(rows) => rows.range(after + 1..).take(ROWS).copied().collect(),
            None => rows_after(conn, after)?,
        };
        let Some(last) = rows.last() else { break };
        after = *last;
        let changes = changes(conn, &codec, &mut context, &rows, redact, &mut rewritten)?;
        put(conn, &codec, &changes)?;
        done += rows.len() as u64;
        on_progress(done);
    }
    sweep::sweep(conn)?;
    empty_log(conn)?;
    Ok(rewritten)
}

/// The rows of some customers, and of nobody: what is booked for a customer does not say so by itself.
fn rows_of(conn: &Connection, customers: &[CustomerId]) -> Result<BTreeSet<i64>, Fault> {
    let index = Index::load(conn)?;
    let rows = index.rows_of(conn, &index.tail(conn)?, customers, ALL_KINDS)?;
    let mut found: BTreeSet<i64> = rows.into_iter().flatten().map(|(_, row)| row).collect();
    let mut statement = conn.prepare("SELECT row FROM objects WHERE customer IS NULL")?;
    for row in statement.query_map([], |row| row.get(0))? {
        found.insert(row?);
    }
    Ok(found)
}

fn rows_after(conn: &Connection, after: i64) -> Result<Vec<i64>, Fault> {
    let mut statement =
        conn.prepare_cached("SELECT row FROM objects WHERE row > ?1 ORDER BY row LIMIT ?2")?;
    let rows = statement.query_map([after, ROWS as i64], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A new body for a row.
struct Change {
    row: i64,
    kind: ObjectKind,
    body: Box<str>,
}

/// What is to be written in these rows. Counts also what an interrupted erasure has rewritten already.
fn changes(
    conn: &Connection,
    codec: &Codec,
    context: &mut DCtx<'static>,
    rows: &[i64],
    redact: Redact<'_>,
    rewritten: &mut Rewritten,
) -> Result<Vec<Change>, Fault> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM objects WHERE row = ?1"))?;
    let mut changes = Vec::new();
    for row in rows {
        let mut found = statement.query([row])?;
        let row = found.next()?.ok_or_else(|| Fault::Damaged(format!("row {row} is missing")))?;
        let plain = Plain::read(row, conn, codec, context)?;
        let Some(body) = plain.rewritten(redact) else { continue };
        *rewritten.entry(plain.kind).or_default() += 1;
        if body != plain.body {
            changes.push(Change { row: plain.row, kind: plain.kind, body });
        }
    }
    Ok(changes)
}

fn put(conn: &mut Connection, codec: &Codec, changes: &[Change]) -> Result<(), Fault> {
    if changes.is_empty() {
        return Ok(());
    }
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for change in changes {
        let body = codec.compress(change.kind, &change.body)?;
        let sql = "UPDATE objects SET dictionary = ?2, body = ?3 WHERE row = ?1";
        tx.prepare_cached(sql)?.execute(params![change.row, body.dictionary, body.bytes])?;
    }
    Ok(tx.commit()?)
}

/// A stored object, its body in plain text.
pub(super) struct Plain {
    pub row: i64,
    pub kind: ObjectKind,
    id: String,
    customer: Option<String>,
    pub body: Box<str>,
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
        })
    }

    pub fn rewritten(&self, redact: Redact<'_>) -> Option<Box<str>> {
        let customer = self.customer.as_deref();
        redact(&Rewritable { kind: self.kind, id: &self.id, customer, body: &self.body })
    }
}

#[cfg(test)]
mod tests;
