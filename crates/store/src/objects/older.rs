//! Rewrites what was compressed before its kind had a dictionary, a few rows at a time while no batch waits.
//!
//! An index lists these rows and a rewritten one leaves it, so what is left to do is always in the file: whoever opens it
//! next goes on, wherever the last one was stopped.

use std::collections::BTreeMap;

use model::ObjectKind;
use rusqlite::Connection;
use zstd::zstd_safe::DCtx;

use super::bodies::{self, Change, Plain};
use super::codec::{Codec, Outline, Trainer, is_worth_its_bytes};
use crate::error::Fault;

/// Rows that are rewritten in one transaction. A batch that comes meanwhile waits for it.
const ROWS: usize = 250;
/// Fewer bodies than this say too little about those to come, which would be compressed against the same dictionary.
const SAMPLES_MIN: usize = 100;
/// A file is only rebuilt without its unused pages while that takes less than a second.
const REBUILT_BYTES_MAX: i64 = 32 << 20;

#[derive(Default)]
pub(super) struct Older {
    /// Kinds with such rows, and the last row that was looked at.
    after: BTreeMap<ObjectKind, i64>,
    saved_bytes: i64,
}

impl Older {
    /// Whatever may have been left in a file when it was closed.
    pub fn in_file(codec: &Codec) -> Self {
        let trained = codec.kinds.all().into_iter().map(|known| known.shape.kind);
        let after = trained.filter(|kind| codec.is_trained(*kind)).map(|kind| (kind, 0)).collect();
        Self { after, saved_bytes: 0 }
    }

    /// There may be rows of a kind that has a dictionary now.
    pub fn expect(&mut self, kind: ObjectKind) {
        self.after.insert(kind, 0);
    }

    pub fn is_empty(&self) -> bool {
        self.after.is_empty()
    }

    /// Rewrites the next few rows. After the last of them the space that became free is given back.
    pub fn rewrite_some(&mut self, conn: &mut Connection, codec: &Codec) -> Result<(), Fault> {
        let Some(mut entry) = self.after.first_entry() else { return Ok(()) };
        let kind = *entry.key();
        let rows = rows_without_dictionary(conn, codec, kind, *entry.get(), ROWS)?;
        if let Some(last) = rows.last() {
            *entry.get_mut() = *last;
            let (changes, old_bytes) = readable(conn, codec, &rows)?;
            let new_bytes = bodies::put(conn, codec, &changes)?;
            self.saved_bytes += old_bytes as i64 - new_bytes as i64;
            return Ok(());
        }
        entry.remove();
        if self.is_empty() { give_back(conn, std::mem::take(&mut self.saved_bytes)) } else { Ok(()) }
    }

    /// Leaves the rest to whoever opens the file next.
    pub fn give_up(&mut self) {
        self.after.clear();
    }
}

/// Trains dictionaries of kinds that have too few objects to have got one while they were written, and returns these kinds.
pub(super) fn train_on_few(
    conn: &Connection,
    codec: &Codec,
    outline: &Outline,
) -> Result<Vec<ObjectKind>, Fault> {
    let mut trained = Vec::new();
    for kind in codec.kinds.all().into_iter().map(|known| known.shape.kind) {
        if !codec.is_trained(kind)
            && let Some(dictionary) = trained_on_kept(conn, codec, outline, kind)?
        {
            codec.keep(conn, kind, &dictionary)?;
            trained.push(kind);
        }
    }
    Ok(trained)
}

fn trained_on_kept(
    conn: &Connection,
    codec: &Codec,
    outline: &Outline,
    kind: ObjectKind,
) -> Result<Option<Vec<u8>>, Fault> {
    let rows = rows_without_dictionary(conn, codec, kind, 0, Trainer::SAMPLES)?;
    if rows.len() < SAMPLES_MIN {
        return Ok(None);
    }
    let (kept, _) = readable(conn, codec, &rows)?;
    let mut trainer = Trainer::new(Some(outline.clone()));
    for one in &kept {
        trainer.collect(kind, &one.body);
    }
    let Some(dictionary) = trainer.train(kind) else { return Ok(None) };
    let is_worth_it = is_worth_its_bytes(&dictionary, kept.iter().map(|one| &*one.body))?;
    Ok(is_worth_it.then_some(dictionary))
}

fn rows_without_dictionary(
    conn: &Connection,
    codec: &Codec,
    kind: ObjectKind,
    after: i64,
    limit: usize,
) -> Result<Vec<i64>, Fault> {
    let sql = "SELECT row FROM objects WHERE kind = ?1 AND dictionary = 0 AND row > ?2 ORDER BY row LIMIT ?3";
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map((codec.kinds.code(conn, kind)?, after, limit as i64), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The bodies in some rows, and how many bytes they take. One that the disk has changed is left as it is: the integrity check
/// reports it.
fn readable(conn: &Connection, codec: &Codec, rows: &[i64]) -> Result<(Vec<Change>, usize), Fault> {
    let mut context = DCtx::create();
    let (mut found, mut bytes) = (Vec::new(), 0);
    for row in rows {
        match Plain::at(*row, conn, codec, &mut context) {
            Ok(Plain { row, kind, body, stored_bytes, .. }) => {
                bytes += stored_bytes;
                found.push(Change { row, kind, body });
            }
            Err(Fault::Damaged(what)) => tracing::debug!(row, what, "a body stays as it is"),
            Err(error) => return Err(error),
        }
    }
    Ok((found, bytes))
}

/// Rebuilds a small file whose pages got much emptier: SQLite joins them only once most of each is unused. In a large file
/// new objects fill some of that.
fn give_back(conn: &Connection, saved_bytes: i64) -> Result<(), Fault> {
    let asked = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let bytes = asked("page_count")? * asked("page_size")?;
    if bytes <= REBUILT_BYTES_MAX && saved_bytes * 8 > bytes {
        conn.execute_batch("VACUUM")?;
        // It waits for nobody: what a reader still needs is given back by a later one.
        conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
