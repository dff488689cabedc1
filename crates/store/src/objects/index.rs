//! Where each object is and whose it is: two keys for each row, in sorted runs.
//!
//! Ids and customers come in no order. In one sorted tree each, every object of a load would change two pages for a few
//! bytes, and nearly all that is written would be those pages. So new rows are found by reading them at first (the tail, some
//! thousand rows). Then their keys are sorted and appended as a run, and some runs of a size are merged into one
//! of the next: each key is written a few times, in long sweeps. Every row up to [`Index::through`] has its keys in exactly
//! one run. Kinds are the numbers that the file has for them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::CustomerId;
use rusqlite::{Connection, OptionalExtension, params};

use super::filter::Filter;
use crate::error::Fault;

/// Rows that are found by reading them, before their keys become a run.
const TAIL_ROWS: usize = 2_048;
/// The same while many objects come: a longer first run saves each key one of the merges.
const TAIL_ROWS_OF_A_LOAD: usize = TAIL_ROWS * FIRST_RUNS;
/// So many of the shortest runs become one that is as long as a load's first.
const FIRST_RUNS: usize = 8;
/// So many runs of any other level become one of the next.
const RUNS_PER_LEVEL: usize = 16;
/// Keys of rows whose customer is another than when their run was written; merged with the next run.
const MOVED: i64 = 0;
/// So many objects in one transaction are a load: it pays to know which ids are in no run without looking.
const BULK_OBJECTS: usize = 64;
/// Every kind, as a mask.
pub(super) const ALL_KINDS: i64 = i64::MAX;
/// Looking into so few runs costs nothing.
const FEW_RUNS: usize = 3;

/// Deletes keys without writing the pages that become free once more, as zeros. Runs hold ids alone, which an erasure keeps: it
/// was a tenth of all that a load wrote.
fn freeing<T>(conn: &Connection, delete: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    conn.pragma_update(None, "secure_delete", "fast")?;
    let deleted = delete();
    conn.pragma_update(None, "secure_delete", true)?;
    deleted
}

#[derive(Debug, Clone, Copy)]
struct Run {
    number: i64,
    level: i64,
}

/// The runs, as one transaction sees them.
pub(super) struct Index {
    /// The newest first.
    runs: Vec<Run>,
    /// The last row that is in a run.
    pub through: i64,
}

/// Kinds and rows of objects, in the order in which a customer's are handed out.
pub(super) type Rows = BTreeSet<(u8, i64)>;

/// Rows that are in no run yet, by customer.
pub(super) type Tail = HashMap<String, Rows>;

impl Index {
    pub fn load(conn: &Connection) -> Result<Self, Fault> {
        let mut statement = conn.prepare_cached("SELECT run, level, through FROM runs ORDER BY run DESC")?;
        let mut rows = statement.query([])?;
        let mut index = Self { runs: Vec::new(), through: 0 };
        while let Some(row) = rows.next()? {
            index.runs.push(Run { number: row.get(0)?, level: row.get(1)? });
            index.through = index.through.max(row.get(2)?);
        }
        Ok(index)
    }

    /// The row of an object, if a run has it.
    fn row_in_runs(&self, conn: &Connection, kind: u8, id: &str) -> Result<Option<i64>, Fault> {
        let sql = "SELECT row FROM by_id WHERE run = ?1 AND kind = ?2 AND id = ?3";
        let mut statement = conn.prepare_cached(sql)?;
        for run in &self.runs {
            let found = statement.query_row(params![run.number, kind, id], |row| row.get(0)).optional()?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The row of an object.
    pub fn row(&self, conn: &Connection, kind: u8, id: &str) -> Result<Option<i64>, Fault> {
        if let Some(row) = self.row_in_runs(conn, kind, id)? {
            return Ok(Some(row));
        }
        let sql = "SELECT row FROM objects WHERE row > ?1 AND kind = ?2 AND id = ?3";
        let mut statement = conn.prepare_cached(sql)?;
        Ok(statement.query_row(params![self.through, kind, id], |row| row.get(0)).optional()?)
    }

    /// Ids and rows of a kind, in the order of the ids: at most `limit` of those after the id `after`.
    pub fn ids(
        &self,
        conn: &Connection,
        kind: u8,
        after: &str,
        limit: usize,
    ) -> Result<BTreeMap<String, i64>, Fault> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let tail =
            "SELECT id, row FROM objects WHERE row > ?1 AND kind = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
        let run = "SELECT id, row FROM by_id WHERE run = ?1 AND kind = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
        let of_runs = self.runs.iter().map(|of| (run, of.number));
        let mut found = BTreeMap::new();
        for (sql, from) in of_runs.chain([(tail, self.through)]) {
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query(params![from, kind, after, most])?;
            while let Some(row) = rows.next()? {
                found.insert(row.get(0)?, row.get(1)?);
            }
            while found.len() > limit {
                found.pop_last();
            }
        }
        Ok(found)
    }

    /// A customer's rows of the kinds in `mask`, as far as runs have them.
    fn rows_in_runs(&self, conn: &Connection, customer: &str, mask: i64) -> Result<Rows, Fault> {
        let sql = "SELECT kind, row FROM by_customer WHERE run = ?1 AND customer = ?2 AND (?3 >> kind) & 1";
        let mut statement = conn.prepare_cached(sql)?;
        let mut found = Rows::new();
        for run in &self.runs {
            let mut rows = statement.query(params![run.number, customer, mask])?;
            while let Some(row) = rows.next()? {
                found.insert((row.get(0)?, row.get(1)?));
            }
        }
        Ok(found)
    }

    /// Customers' rows that no run has yet.
    pub fn tail(&self, conn: &Connection) -> Result<Tail, Fault> {
        let sql = "SELECT customer, kind, row FROM objects WHERE row > ?1 AND customer IS NOT NULL";
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([self.through])?;
        let mut found = Tail::new();
        while let Some(row) = rows.next()? {
            found.entry(row.get(0)?).or_default().insert((row.get(1)?, row.get(2)?));
        }
        Ok(found)
    }

    /// Customers' rows of the kinds in `mask`, one answer for each. `tail` is what [`Index::tail`] gives in this transaction.
    pub fn rows_of(
        &self,
        conn: &Connection,
        tail: &Tail,
        customers: &[CustomerId],
        mask: i64,
    ) -> Result<Vec<Rows>, Fault> {
        let is_wanted =
            |(kind, _): &&(u8, i64)| mask.checked_shr((*kind).into()).is_some_and(|mask| mask & 1 == 1);
        let mut all = Vec::with_capacity(customers.len());
        for customer in customers {
            let mut rows = self.rows_in_runs(conn, customer.as_str(), mask)?;
            rows.extend(tail.get(customer.as_str()).into_iter().flatten().filter(is_wanted));
            all.push(rows);
        }
        Ok(all)
    }

    /// Customers who own anything, in order: at most `limit` of those after `after`.
    pub fn customers(
        &self,
        conn: &Connection,
        after: &str,
        limit: usize,
    ) -> Result<BTreeSet<CustomerId>, Fault> {
        let most = i64::try_from(limit).unwrap_or(i64::MAX);
        let run = "SELECT DISTINCT customer FROM by_customer WHERE run = ?1 AND customer > ?2
            ORDER BY customer LIMIT ?3";
        let tail = "SELECT DISTINCT customer FROM objects WHERE row > ?1 AND customer > ?2
            ORDER BY customer LIMIT ?3";
        let of_runs = self.runs.iter().map(|of| (run, of.number));
        let mut found = BTreeSet::new();
        for (sql, from) in of_runs.chain([(tail, self.through)]) {
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query(params![from, after, most])?;
            while let Some(row) = rows.next()? {
                found.insert(CustomerId::from(row.get::<_, String>(0)?));
            }
            while found.len() > limit {
                found.pop_last();
            }
        }
        Ok(found)
    }
}

/// The runs and what is not in them yet, as the one who writes keeps them in memory.
pub(super) struct WriterIndex {
    index: Index,
    /// Rows behind the runs, by kind and id.
    tail: HashMap<u8, HashMap<String, i64>>,
    tail_rows: usize,
    /// What the runs have, where many ids are asked for.
    filter: Option<Filter>,
}

impl WriterIndex {
    pub fn load(conn: &Connection) -> Result<Self, Fault> {
        let index = Index::load(conn)?;
        let mut all = Self { index, tail: HashMap::new(), tail_rows: 0, filter: None };
        let mut statement = conn.prepare_cached("SELECT kind, id, row FROM objects WHERE row > ?1")?;
        let mut rows = statement.query([all.index.through])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(1)?;
            all.add(row.get(0)?, &id, row.get(2)?);
        }
        drop(rows);
        Ok(all)
    }

    /// Before a transaction over so many objects.
    pub fn prepare(&mut self, conn: &Connection, objects: usize) -> Result<(), Fault> {
        if self.filter.is_some() || objects < BULK_OBJECTS || self.index.runs.len() <= FEW_RUNS {
            return Ok(());
        }
        let mut filter = Filter::default();
        let mut statement = conn.prepare("SELECT kind, id FROM by_id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            filter.add(row.get(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
        }
        self.filter = Some(filter);
        Ok(())
    }

    pub fn row(&self, conn: &Connection, kind: u8, id: &str) -> Result<Option<i64>, Fault> {
        if let Some(row) = self.tail.get(&kind).and_then(|ids| ids.get(id)) {
            return Ok(Some(*row));
        }
        if self.filter.as_ref().is_some_and(|filter| !filter.may_have(kind, id)) {
            return Ok(None);
        }
        self.index.row_in_runs(conn, kind, id)
    }

    /// Takes in a row that was just added to the table.
    pub fn add(&mut self, kind: u8, id: &str, row: i64) {
        self.tail.entry(kind).or_default().insert(id.to_owned(), row);
        self.tail_rows += 1;
    }

    /// Notes that a row has another owner now.
    pub fn move_row(
        &mut self,
        conn: &Connection,
        (kind, row): (u8, i64),
        old: Option<&str>,
        new: Option<&str>,
    ) -> Result<(), Fault> {
        if row > self.index.through || old == new {
            return Ok(());
        }
        if let Some(old) = old {
            let sql = "DELETE FROM by_customer WHERE run = ?1 AND customer = ?2 AND kind = ?3 AND row = ?4";
            let mut statement = conn.prepare_cached(sql)?;
            for run in &self.index.runs {
                statement.execute(params![run.number, old, kind, row])?;
            }
        }
        if let Some(new) = new {
            let sql = "INSERT OR IGNORE INTO by_customer (run, customer, kind, row) VALUES (?1, ?2, ?3, ?4)";
            conn.prepare_cached(sql)?.execute(params![MOVED, new, kind, row])?;
        }
        Ok(())
    }

    /// A customer's rows.
    pub fn rows_of(&self, conn: &Connection, customer: &str) -> Result<Rows, Fault> {
        let mut rows = self.index.rows_in_runs(conn, customer, ALL_KINDS)?;
        let sql = "SELECT kind, row FROM objects WHERE row > ?1 AND customer = ?2";
        let mut statement = conn.prepare_cached(sql)?;
        let mut tail = statement.query(params![self.index.through, customer])?;
        while let Some(row) = tail.next()? {
            rows.insert((row.get(0)?, row.get(1)?));
        }
        Ok(rows)
    }

    /// Writes a run where the tail is long enough, and merges runs where there are enough of a level: the last step of
    /// a transaction over so many objects. The first small one after a load leaves no long tail.
    pub fn compact(&mut self, conn: &Connection, objects: usize) -> Result<(), Fault> {
        let longest = if objects < BULK_OBJECTS { TAIL_ROWS } else { TAIL_ROWS_OF_A_LOAD };
        if self.tail_rows < longest {
            return Ok(());
        }
        let mut level = i64::from(self.tail_rows >= TAIL_ROWS_OF_A_LOAD);
        self.write_run(conn, level)?;
        while let Some(runs) = self.full(level) {
            self.merge(conn, &runs, level + 1)?;
            level += 1;
        }
        Ok(())
    }

    /// The keys of the tail, and those that moved since the last run.
    fn write_run(&mut self, conn: &Connection, level: i64) -> Result<(), Fault> {
        let number = self.next_number();
        let through: i64 = conn.query_row("SELECT max(row) FROM objects", [], |row| row.get(0))?;
        let of_tail = params![number, self.index.through];
        conn.prepare_cached(
            "INSERT INTO by_id (run, kind, id, row)
            SELECT ?1, kind, id, row FROM objects WHERE row > ?2 ORDER BY kind, id",
        )?
        .execute(of_tail)?;
        conn.prepare_cached(
            "INSERT INTO by_customer (run, customer, kind, row)
            SELECT ?1, customer, kind, row FROM
                (SELECT customer, kind, row FROM objects WHERE row > ?2 AND customer IS NOT NULL
                UNION ALL SELECT customer, kind, row FROM by_customer WHERE run = ?3)
            ORDER BY customer, kind, row",
        )?
        .execute(params![number, self.index.through, MOVED])?;
        freeing(conn, || {
            Ok(conn.prepare_cached("DELETE FROM by_customer WHERE run = ?1")?.execute([MOVED])?)
        })?;
        self.begin_run(conn, number, level, through)?;
        self.index.through = through;
        for (kind, ids) in &mut self.tail {
            for (id, _) in ids.drain() {
                if let Some(filter) = &mut self.filter {
                    filter.add(*kind, &id);
                }
            }
        }
        self.tail_rows = 0;
        Ok(())
    }

    fn full(&self, level: i64) -> Option<Vec<Run>> {
        let runs: Vec<Run> = self.index.runs.iter().filter(|run| run.level == level).copied().collect();
        let enough = if level == 0 { FIRST_RUNS } else { RUNS_PER_LEVEL };
        (runs.len() >= enough).then_some(runs)
    }

    fn merge(&mut self, conn: &Connection, runs: &[Run], level: i64) -> Result<(), Fault> {
        let numbers: Vec<String> = runs.iter().map(|run| run.number.to_string()).collect();
        let (numbers, into) = (numbers.join(", "), self.next_number());
        conn.execute_batch(&format!(
            "INSERT INTO by_id (run, kind, id, row)
                SELECT {into}, kind, id, row FROM by_id WHERE run IN ({numbers}) ORDER BY kind, id;
            INSERT INTO by_customer (run, customer, kind, row)
                SELECT {into}, customer, kind, row FROM by_customer WHERE run IN ({numbers})
                ORDER BY customer, kind, row;"
        ))?;
        freeing(conn, || {
            Ok(conn.execute_batch(&format!(
                "DELETE FROM by_id WHERE run IN ({numbers});
                DELETE FROM by_customer WHERE run IN ({numbers});
                DELETE FROM runs WHERE run IN ({numbers});"
            ))?)
        })?;
        self.index.runs.retain(|run| runs.iter().all(|merged| merged.number != run.number));
        self.begin_run(conn, into, level, self.index.through)
    }

    fn begin_run(&mut self, conn: &Connection, number: i64, level: i64, through: i64) -> Result<(), Fault> {
        let sql = "INSERT INTO runs (run, level, through) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(sql)?.execute([number, level, through])?;
        self.index.runs.insert(0, Run { number, level });
        Ok(())
    }

    fn next_number(&self) -> i64 {
        self.index.runs.first().map_or(MOVED, |run| run.number) + 1
    }
}
