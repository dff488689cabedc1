//! Rewrites bodies so that nothing of the old ones stays in the file: for data that must not be kept.

use std::collections::BTreeMap;
use std::path::Path;

use model::ObjectKind;
use rusqlite::{Connection, Row, TransactionBehavior, params};
use zstd::zstd_safe::DCtx;

use super::codec::{Codec, Trainer};
use super::{FILE_NAME, LOCK_NAME, Objects, file};
use crate::StoreError;
use crate::data_dir::lock_file;
use crate::error::{Fault, InFile};
use crate::ledger_file::LedgerFile;
use crate::scrub::{overwrite_from_now_on, scrub};

const COLUMNS: &str = "row, kind, id, customer, dictionary, body";
/// Rows of one transaction.
const ROWS: i64 = 2_000;

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

impl Objects {
    /// Lets `rewrite` see every object and write a body in place of its own; `None` leaves it. Afterwards no byte of
    /// the old bodies is in the file, its log or its dictionaries, which are retrained, nor is anything left of the
    /// ledger that was made of them. `meta` is set once that is so: stopped before, it can be done again. Nobody else
    /// may write meanwhile; reading goes on.
    ///
    /// # Errors
    /// `AlreadyOpen` while another handle writes; `Busy` when a reader holds on to the old pages; those of the file.
    pub(crate) fn rewrite(
        connection_dir: &Path,
        meta: (&str, &str),
        mut rewrite: impl FnMut(&Rewritable<'_>) -> Option<Box<str>>,
        mut on_progress: impl FnMut(u64),
    ) -> Result<Rewritten, StoreError> {
        let what = || format!("the data in {}", connection_dir.display());
        let _lock = lock_file(&connection_dir.join(LOCK_NAME), what)?;
        let path = connection_dir.join(FILE_NAME);
        let mut conn = file::open_for_writing(&path)?;
        // Nobody makes another one while this writes.
        LedgerFile::clear(connection_dir)?;
        let mut rewriting = || -> Result<Rewritten, Fault> {
            overwrite_from_now_on(&conn)?;
            let old = Codec::default();
            old.load(&conn)?;
            let new = trained(&conn, &old, &mut rewrite)?;
            let rewritten = all(&mut conn, &old, &new.codec, &mut rewrite, &mut on_progress)?;
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for id in &new.superseded {
                tx.execute("DELETE FROM dictionaries WHERE id = ?1", [id])?;
            }
            tx.commit()?;
            scrub(&conn)?;
            conn.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [meta.0, meta.1])?;
            Ok(rewritten)
        };
        rewriting().in_file(&path)
    }
}

/// A stored object, its body in plain text.
struct Plain {
    row: i64,
    kind: ObjectKind,
    id: String,
    customer: Option<String>,
    body: Box<str>,
}

impl Plain {
    /// From the columns of [`COLUMNS`].
    fn read(
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

    fn rewritten(&self, rewrite: &mut impl FnMut(&Rewritable<'_>) -> Option<Box<str>>) -> Option<Box<str>> {
        let customer = self.customer.as_deref();
        rewrite(&Rewritable { kind: self.kind, id: &self.id, customer, body: &self.body })
    }
}

struct Trained {
    codec: Codec,
    /// Dictionaries made of old bodies.
    superseded: Vec<u32>,
}

/// Dictionaries of the bodies as they will be.
fn trained(
    conn: &Connection,
    old: &Codec,
    rewrite: &mut impl FnMut(&Rewritable<'_>) -> Option<Box<str>>,
) -> Result<Trained, Fault> {
    let mut trainer = Trainer::default();
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
        let body = plain.rewritten(rewrite);
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
    for kind in trainable {
        if let Some(bytes) = trainer.train(kind) {
            codec.keep(conn, kind, &bytes)?;
        }
    }
    Ok(Trained { codec, superseded })
}

/// Every body, compressed by the new dictionaries.
fn all(
    conn: &mut Connection,
    old: &Codec,
    new: &Codec,
    rewrite: &mut impl FnMut(&Rewritable<'_>) -> Option<Box<str>>,
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
            let mut rows = statement.query([after, ROWS])?;
            while let Some(row) = rows.next()? {
                let plain = Plain::read(row, &tx, old, &mut context)?;
                let changed = plain.rewritten(rewrite);
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

#[cfg(test)]
mod tests {
    use crate::kind;
    use model::{Counterparts, RawObject, UnixSeconds};

    use super::*;
    use crate::Batch;

    const CUSTOMERS: usize = 3_000;

    fn customer(number: usize) -> RawObject {
        let body = format!(r#"{{"id":"cus_{number}","name":"Ada Nr {number} Lovelace","balance":{number}}}"#);
        RawObject {
            kind: kind::CUSTOMER,
            id: format!("cus_{number}"),
            created_at: Some(UnixSeconds(number as i64)),
            counterparts: Counterparts { customer: Some(format!("cus_{number}")), ..Counterparts::default() },
            is_deleted: false,
            body: body.into(),
        }
    }

    fn holds(dir: &Path, words: &[u8]) -> bool {
        let mut found = false;
        for entry in std::fs::read_dir(dir).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            found |= bytes.windows(words.len()).any(|window| window == words);
        }
        found
    }

    #[test]
    fn nothing_of_the_old_bodies_is_left_and_all_else_is() {
        let dir = tempfile::tempdir().unwrap();
        let objects = Objects::open(dir.path(), &[]).unwrap();
        // In pieces: those after the first are compressed against a dictionary.
        for first in (0..CUSTOMERS).step_by(500) {
            let batch = (first..first + 500).map(customer).collect();
            let batch = Batch { objects: batch, seen_at: UnixSeconds(7), ..Batch::default() };
            objects.commit_blocking(batch).unwrap();
        }
        assert!(holds(dir.path(), b"Lovelace"), "the dictionary quotes what it was trained on");
        let reader = Objects::open_read_only(dir.path()).unwrap();
        let refused = Objects::rewrite(dir.path(), ("privacy", "on"), |_| None, |_| {});
        assert!(matches!(refused, Err(StoreError::AlreadyOpen { .. })));
        drop(objects);

        let nameless = |seen: &Rewritable<'_>| {
            assert_eq!(seen.customer, Some(seen.id));
            let number = seen.id.strip_prefix("cus_").unwrap();
            Some(format!(r#"{{"id":"cus_{number}","balance":{number}}}"#).into_boxed_str())
        };
        let mut last = 0;
        let rewritten =
            Objects::rewrite(dir.path(), ("privacy", "on"), nameless, |done| last = done).unwrap();
        assert_eq!(rewritten, BTreeMap::from([(kind::CUSTOMER, CUSTOMERS as u64)]));
        assert_eq!(last, CUSTOMERS as u64);
        assert!(!holds(dir.path(), b"Lovelace"));
        assert_eq!(reader.meta("privacy").unwrap().as_deref(), Some("on"));
        for number in [0, 1_234, CUSTOMERS - 1] {
            let stored = reader.get(kind::CUSTOMER, &format!("cus_{number}")).unwrap().unwrap();
            assert_eq!(&*stored.object.body, format!(r#"{{"id":"cus_{number}","balance":{number}}}"#));
            assert_eq!(stored.seen_at, UnixSeconds(7));
        }
        // And writing goes on, by the new dictionary.
        let objects = Objects::open(dir.path(), &[]).unwrap();
        let batch = Batch { objects: vec![customer(9_999)], seen_at: UnixSeconds(8), ..Batch::default() };
        assert_eq!(objects.commit_blocking(batch).unwrap().inserted, 1);
        assert_eq!(objects.integrity_check().unwrap(), Vec::<String>::new());
    }
}
