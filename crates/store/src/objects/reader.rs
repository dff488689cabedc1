//! Connections that read, handed out to any thread, and how a row becomes an object.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Column, Counterparts, CustomerId, ObjectKind, RawObject, UnixSeconds};
use rusqlite::{Connection, Row};
use zstd::zstd_safe::DCtx;

use super::codec::Codec;
use super::index::{ALL_KINDS, Index, Rows, Tail, WriterIndex};
use super::{Stored, file};
use crate::StoreError;
use crate::error::{Fault, InFile};

/// How many connections are kept open while nobody reads.
const IDLE_READERS_MAX: usize = 8;

/// Hands out one connection per thread that reads at the moment.
pub(super) struct Readers {
    path: PathBuf,
    codec: Arc<Codec>,
    idle: Mutex<Vec<Reader>>,
    bodies_read: Arc<AtomicU64>,
}

impl Readers {
    pub fn new(path: &Path, codec: Arc<Codec>) -> Self {
        Self { path: path.to_owned(), codec, idle: Mutex::default(), bodies_read: Arc::default() }
    }

    /// How many bodies were read so far.
    pub fn bodies_read(&self) -> u64 {
        self.bodies_read.load(Ordering::Relaxed)
    }

    /// Reads in one transaction: all statements of `read` see the same state. A connection that failed is dropped.
    pub fn read<T>(&self, read: impl FnOnce(&mut Reader) -> Result<T, Fault>) -> Result<T, StoreError> {
        let idle = self.idle().pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => Reader::open(&self.path, Arc::clone(&self.codec), Arc::clone(&self.bodies_read))?,
        };
        let answer = reader.in_transaction(read).in_file(&self.path)?;
        let mut idle = self.idle();
        if idle.len() < IDLE_READERS_MAX {
            idle.push(reader);
        }
        Ok(answer)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const COLUMNS: &str =
    "kind, id, created_at, customer, subscription, invoice, charge, is_deleted, seen_at, dictionary,
    body";

pub(super) struct Reader {
    pub conn: Connection,
    context: DCtx<'static>,
    codec: Arc<Codec>,
    bodies_read: Arc<AtomicU64>,
    /// Of the state of the file that has this number.
    tail: Option<(i64, Tail)>,
}

impl Reader {
    fn open(path: &Path, codec: Arc<Codec>, bodies_read: Arc<AtomicU64>) -> Result<Self, StoreError> {
        let conn = file::open_for_reading(path)?;
        Ok(Self { conn, context: DCtx::create(), codec, bodies_read, tail: None })
    }

    fn in_transaction<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.conn.prepare_cached("BEGIN")?.execute([])?;
        let answer = read(self);
        self.conn.prepare_cached("COMMIT")?.execute([])?;
        answer
    }

    /// The objects that a query over `COLUMNS` finds.
    fn stored(&mut self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Stored>, Fault> {
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(stored(row, &self.conn, &self.codec, &mut self.context)?);
        }
        self.bodies_read.fetch_add(found.len() as u64, Ordering::Relaxed);
        Ok(found)
    }

    /// The objects in these rows, in this order.
    fn at(&mut self, rows: impl IntoIterator<Item = i64>) -> Result<Vec<Stored>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM objects WHERE row = ?1");
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut found = Vec::new();
        for number in rows {
            let mut rows = statement.query([number])?;
            let row = rows.next()?.ok_or_else(|| Fault::Damaged(format!("row {number} is missing")))?;
            found.push(stored(row, &self.conn, &self.codec, &mut self.context)?);
        }
        self.bodies_read.fetch_add(found.len() as u64, Ordering::Relaxed);
        Ok(found)
    }

    pub fn code(&self, kind: ObjectKind) -> Result<u8, Fault> {
        self.codec.kinds.code(&self.conn, kind)
    }

    pub fn kind(&self, code: u8) -> Result<ObjectKind, Fault> {
        self.codec.kinds.kind(&self.conn, code)
    }

    pub fn mask(&self, kinds: &[ObjectKind]) -> Result<i64, Fault> {
        self.codec.kinds.mask(&self.conn, kinds)
    }

    pub fn get(&mut self, kind: ObjectKind, id: &str) -> Result<Option<Stored>, Fault> {
        let row = Index::load(&self.conn)?.row(&self.conn, self.code(kind)?, id)?;
        Ok(self.at(row)?.pop())
    }

    pub fn get_many(&mut self, kind: ObjectKind, ids: &[String]) -> Result<Vec<Stored>, Fault> {
        let index = WriterIndex::load(&self.conn)?;
        let code = self.code(kind)?;
        let rows = ids.iter().filter_map(|id| index.row(&self.conn, code, id).transpose());
        let rows = rows.collect::<Result<Vec<i64>, Fault>>()?;
        self.at(rows)
    }

    /// What is in no run yet is read once for each state of the file: it may be long while history is imported, and customers
    /// are read some at a time.
    fn rows_of(&mut self, customers: &[CustomerId], kinds: i64) -> Result<Vec<Rows>, Fault> {
        let index = Index::load(&self.conn)?;
        let state: i64 = self.conn.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        let tail = match self.tail.take() {
            Some((of, tail)) if of == state => tail,
            _ => index.tail(&self.conn)?,
        };
        let rows = index.rows_of(&self.conn, &tail, customers, kinds);
        self.tail = Some((state, tail));
        rows
    }

    /// One answer for each customer; `kinds` as [`Reader::mask`] makes it.
    pub fn by_customers(&mut self, customers: &[CustomerId], kinds: i64) -> Result<Vec<Vec<Stored>>, Fault> {
        let all = self.rows_of(customers, kinds)?;
        all.into_iter().map(|rows| self.at(rows.into_iter().map(|(_, row)| row))).collect()
    }

    pub fn ownerless(&mut self) -> Result<Vec<Stored>, Fault> {
        // Word for word the index's condition, so that it is used.
        let sql = format!(
            "SELECT {COLUMNS} FROM objects WHERE customer IS NULL AND kind IN (9, 12, 13, 14, 17)
            ORDER BY kind, row"
        );
        let mut found = self.stored(&sql, [])?;
        for code in self.codec.kinds.declared_ownerless() {
            // The number itself in the text, for the same reason.
            let sql = format!(
                "SELECT {COLUMNS} FROM objects WHERE customer IS NULL AND kind = {code} ORDER BY row"
            );
            found.extend(self.stored(&sql, [])?);
        }
        Ok(found)
    }

    /// Whether there is any of them.
    pub fn has_ownerless(&mut self) -> Result<bool, Fault> {
        let first = "customer IS NULL AND kind IN (9, 12, 13, 14, 17)".to_owned();
        let declared = self.codec.kinds.declared_ownerless();
        let declared = declared.iter().map(|code| format!("customer IS NULL AND kind = {code}"));
        for condition in std::iter::once(first).chain(declared) {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM objects WHERE {condition})");
            if self.conn.prepare_cached(&sql)?.query_row([], |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub fn scan(&mut self, kind: ObjectKind, after: &str, limit: usize) -> Result<Vec<Stored>, Fault> {
        let rows = Index::load(&self.conn)?.ids(&self.conn, self.code(kind)?, after, limit)?;
        self.at(rows.into_values())
    }

    /// The last row; 0 where there is none.
    pub fn last_row(&self) -> Result<i64, Fault> {
        let sql = "SELECT coalesce(max(row), 0) FROM objects";
        Ok(self.conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The objects from a row to another, in their order; `kinds` as [`Reader::mask`] makes it.
    pub fn stretch(&mut self, first: i64, last: i64, kinds: i64) -> Result<Vec<Stored>, Fault> {
        let sql = format!(
            "SELECT {COLUMNS} FROM objects WHERE row BETWEEN ?1 AND ?2 AND (?3 >> kind) & 1 ORDER BY row"
        );
        self.stored(&sql, [first, last, kinds])
    }

    /// How many bodies of which kind are not what was written, in words.
    pub fn unreadable(&mut self) -> Result<Vec<String>, Fault> {
        let mut unreadable: BTreeMap<ObjectKind, u64> = BTreeMap::new();
        let mut statement = self.conn.prepare(&format!("SELECT {COLUMNS} FROM objects"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            match stored(row, &self.conn, &self.codec, &mut self.context) {
                Err(Fault::Damaged(_)) => *unreadable.entry(self.kind(row.get(0)?)?).or_default() += 1,
                read => drop(read?),
            }
        }
        let lines = unreadable.iter().map(|(kind, count)| format!("{kind}: {count} can't be read"));
        Ok(lines.collect())
    }

    pub fn ids_by_customers(&mut self, customers: &[CustomerId]) -> Result<Vec<(ObjectKind, String)>, Fault> {
        let rows = self.rows_of(customers, ALL_KINDS)?;
        let mut statement = self.conn.prepare_cached("SELECT id FROM objects WHERE row = ?1")?;
        let mut ids = Vec::new();
        for (code, row) in rows.into_iter().flatten() {
            ids.push((self.kind(code)?, statement.query_row([row], |row| row.get(0))?));
        }
        Ok(ids)
    }

    /// Whose newest object was created before that.
    pub fn idle_customers(&mut self, before: UnixSeconds) -> Result<Vec<CustomerId>, Fault> {
        let sql = "SELECT customer FROM objects WHERE customer IS NOT NULL
            GROUP BY customer HAVING MAX(created_at) < ?1";
        let mut statement = self.conn.prepare_cached(sql)?;
        let ids = statement.query_map([before.0], |row| Ok(CustomerId::from(row.get::<_, String>(0)?)))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    pub fn customer_ids(&mut self, after: &str, limit: usize) -> Result<Vec<CustomerId>, Fault> {
        let ids = Index::load(&self.conn)?.customers(&self.conn, after, limit)?;
        Ok(ids.into_iter().collect())
    }
}

fn stored(
    row: &Row<'_>,
    conn: &Connection,
    codec: &Codec,
    context: &mut DCtx<'static>,
) -> Result<Stored, Fault> {
    let kind = codec.kinds.kind(conn, row.get(0)?)?;
    let id: String = row.get(1)?;
    let bytes = row.get_ref(10)?.as_blob().map_err(rusqlite::Error::from)?;
    let body = codec.decompress(context, conn, row.get(9)?, bytes)?;
    let customer: Option<String> = row.get(3)?;
    let counterparts = Counterparts {
        customer: customer.filter(|_| codec.kinds.named_in(kind) != Some(Column::Customer)),
        subscription: row.get(4)?,
        invoice: row.get(5)?,
        charge: row.get(6)?,
    };
    let created_at = row.get::<_, Option<i64>>(2)?.map(UnixSeconds);
    let object = RawObject { kind, id, created_at, counterparts, is_deleted: row.get(7)?, body };
    Ok(Stored { object, seen_at: UnixSeconds(row.get(8)?) })
}
