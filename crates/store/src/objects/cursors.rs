//! Reading what is kept beside the objects: counts, windows, follow-ups, facts.

use model::UnixSeconds;
use rusqlite::OptionalExtension;

use super::{Followup, KindFacts, Objects, Window};
use crate::StoreError;

impl Objects {
    /// How many there are of each kind and how far they reach, without reading them.
    ///
    /// # Errors
    /// Those of the file.
    pub fn kinds(&self) -> Result<Vec<KindFacts>, StoreError> {
        let sql = "SELECT kind, live, deleted, oldest_created_at, newest_created_at FROM kinds ORDER BY kind";
        self.shared.readers.read(|reader| {
            let mut statement = reader.conn.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(KindFacts {
                    kind: reader.kind(row.get(0)?)?,
                    count: row.get::<_, i64>(1)?.unsigned_abs(),
                    deleted: row.get::<_, i64>(2)?.unsigned_abs(),
                    oldest_created_at: row.get::<_, Option<i64>>(3)?.map(UnixSeconds),
                    newest_created_at: row.get::<_, Option<i64>>(4)?.map(UnixSeconds),
                });
            }
            Ok(found)
        })
    }

    /// When the object that was asked for last was; `None` where there are none. Reads all rows.
    ///
    /// # Errors
    /// Those of the file.
    pub fn latest_seen_at(&self) -> Result<Option<UnixSeconds>, StoreError> {
        self.shared.readers.read(|reader| {
            let mut statement = reader.conn.prepare_cached("SELECT max(seen_at) FROM objects")?;
            let latest: Option<i64> = statement.query_row([], |row| row.get(0))?;
            Ok(latest.map(UnixSeconds))
        })
    }

    /// Every window, by kind and number.
    ///
    /// # Errors
    /// Those of the file.
    pub fn windows(&self) -> Result<Vec<Window>, StoreError> {
        let sql = "SELECT kind, number, created_gte, created_lte, starting_after, is_done, objects
            FROM windows ORDER BY kind, number";
        self.shared.readers.read(|reader| {
            let mut statement = reader.conn.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(Window {
                    kind: reader.kind(row.get(0)?)?,
                    number: row.get(1)?,
                    created_gte: row.get(2)?,
                    created_lte: row.get(3)?,
                    starting_after: row.get(4)?,
                    is_done: row.get(5)?,
                    objects: row.get::<_, i64>(6)?.unsigned_abs(),
                });
            }
            Ok(found)
        })
    }

    /// What is still to be fetched for single objects, by kind and id.
    ///
    /// # Errors
    /// Those of the file.
    pub fn followups(&self) -> Result<Vec<Followup>, StoreError> {
        let sql = "SELECT kind, id, starting_after FROM followups ORDER BY kind, id";
        self.shared.readers.read(|reader| {
            let mut statement = reader.conn.prepare_cached(sql)?;
            let mut rows = statement.query([])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let kind = reader.kind(row.get(0)?)?;
                found.push(Followup { kind, id: row.get(1)?, starting_after: row.get(2)? });
            }
            Ok(found)
        })
    }

    /// The facts whose names begin so, in order.
    ///
    /// # Errors
    /// Those of the file.
    pub fn meta_keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        self.shared.readers.read(|reader| {
            let sql = "SELECT key FROM meta WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key";
            let mut statement = reader.conn.prepare_cached(sql)?;
            let keys = statement.query_map([prefix], |row| row.get(0))?;
            Ok(keys.collect::<Result<_, _>>()?)
        })
    }

    /// One fact about these objects, as some batch left it.
    ///
    /// # Errors
    /// Those of the file.
    pub fn meta(&self, key: &str) -> Result<Option<String>, StoreError> {
        self.shared.readers.read(|reader| {
            let mut statement = reader.conn.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
            Ok(statement.query_row([key], |row| row.get(0)).optional()?)
        })
    }
}
