//! Rewrites every body and dictionary of a file that may keep more than it shows: one from before deleted data was
//! overwritten, when dictionaries quoted the bodies they were trained on.

use rusqlite::{Connection, TransactionBehavior, params};
use zstd::zstd_safe::DCtx;

use super::codec::Codec;
use super::erase::{COLUMNS, Plain, ROWS, Redact, Rewritten};
use super::trainer::{Outline, Trainer};
use crate::error::Fault;
use crate::scrub::{overwrite_from_now_on, scrub};

/// Lets `redact` see every object and write a body in place of its own. Afterwards no byte of the old bodies is in the file,
/// its log or its dictionaries, which are retrained. Nobody else may write meanwhile.
pub(super) fn everything(
    conn: &mut Connection,
    outline: &Outline,
    redact: Redact<'_>,
    on_progress: &mut impl FnMut(u64),
) -> Result<Rewritten, Fault> {
    overwrite_from_now_on(conn)?;
    let old = Codec::default();
    old.load(conn)?;
    let new = trained(conn, &old, outline, redact)?;
    let rewritten = all(conn, &old, &new.codec, redact, on_progress)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for id in &new.superseded {
        tx.execute("DELETE FROM dictionaries WHERE id = ?1", [id])?;
    }
    tx.commit()?;
    scrub(conn)?;
    Ok(rewritten)
}

struct Trained {
    codec: Codec,
    /// Dictionaries made of old bodies.
    superseded: Vec<u32>,
}

/// Dictionaries of the bodies as they will be.
fn trained(conn: &Connection, old: &Codec, outline: &Outline, redact: Redact<'_>) -> Result<Trained, Fault> {
    let mut trainer = Trainer::new(Some(outline.clone()));
    let mut trainable = Vec::new();
    let mut context = DCtx::create();
    // One sweep for all kinds: rows are in no order of their kinds.
    let mut statement = conn.prepare(&format!("SELECT {COLUMNS} FROM objects ORDER BY row"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if trainable.contains(&old.kinds.kind(conn, row.get(1)?)?) {
            continue;
        }
        let plain = Plain::read(row, conn, old, &mut context)?;
        let body = plain.rewritten(redact);
        if trainer.collect(plain.kind, body.as_ref().unwrap_or(&plain.body)) {
            trainable.push(plain.kind);
        }
    }
    drop(rows);
    drop(statement);
    let superseded = {
        let mut statement = conn.prepare("SELECT id FROM dictionaries")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        ids.collect::<Result<_, _>>()?
    };
    let codec = Codec::default();
    codec.kinds.load(conn)?;
    let mut dictionaries = trainer.collected_starters();
    dictionaries.extend(trainable.into_iter().filter_map(|kind| Some((kind, trainer.train(kind)?))));
    for (kind, bytes) in dictionaries {
        codec.put_to_use(kind, codec.insert(conn, kind, &bytes)?);
    }
    Ok(Trained { codec, superseded })
}

/// Every body, compressed by the new dictionaries.
fn all(
    conn: &mut Connection,
    old: &Codec,
    new: &Codec,
    redact: Redact<'_>,
    on_progress: &mut impl FnMut(u64),
) -> Result<Rewritten, Fault> {
    let mut context = DCtx::create();
    let mut rewritten = Rewritten::new();
    let (mut after, mut done) = (0_i64, 0);
    loop {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut changes = Vec::new();
        {
            let sql = format!("SELECT {COLUMNS} FROM objects WHERE row > ?1 ORDER BY row LIMIT ?2");
            let mut statement = tx.prepare_cached(&sql)?;
            let mut rows = statement.query([after, ROWS as i64])?;
            while let Some(row) = rows.next()? {
                let plain = Plain::read(row, &tx, old, &mut context)?;
                let changed = plain.rewritten(redact);
                if changed.is_some() {
                    *rewritten.entry(plain.kind).or_default() += 1;
                }
                after = plain.row;
                changes.push((after, new.compress(plain.kind, &changed.unwrap_or(plain.body))?));
            }
            let mut update =
                tx.prepare_cached("UPDATE objects SET dictionary = ?2, body = ?3 WHERE row = ?1")?;
            for (row, body) in &changes {
                update.execute(params![row, body.dictionary, body.bytes])?;
            }
        }
        tx.commit()?;
        if changes.is_empty() {
            return Ok(rewritten);
        }
        done += changes.len() as u64;
        on_progress(done);
    }
}
