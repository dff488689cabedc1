//! Whether the stored data is consistent.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::{Column, ObjectKind, Reference};
use rusqlite::{Connection, Row};

use super::filter::hash;
use super::reader::Reader;
use super::{Dangling, DanglingExample, References};
use crate::error::Fault;

const EXAMPLES_MAX: usize = 20;

/// In the order of the file.
const ROWS: &str =
    "SELECT kind, id, customer, subscription, invoice, charge FROM objects WHERE is_deleted = 0";
/// Where a column is in [`ROWS`].
fn place(column: Column) -> usize {
    match column {
        Column::Customer => 2,
        Column::Subscription => 3,
        Column::Invoice => 4,
        Column::Charge => 5,
    }
}

/// The objects of the kinds that others name. By a hash of 64 bits: of ten million objects the chance that one that is
/// missing looks like one that is there is 1 to 10^11.
struct Known {
    /// By the number of the kind.
    ids: HashMap<u8, HashSet<u64>>,
}

impl Known {
    fn load(conn: &Connection, looked_for: &[LookedFor]) -> Result<Self, Fault> {
        let mut ids: HashMap<u8, HashSet<u64>> =
            looked_for.iter().map(|one| (one.to, HashSet::new())).collect();
        let through: i64 = conn.query_row("SELECT max(through) FROM runs", [], |row| row.get(0))?;
        for (sql, after) in [
            ("SELECT kind, id FROM by_id WHERE run > ?1", 0),
            ("SELECT kind, id FROM objects WHERE row > ?1", through),
        ] {
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query([after])?;
            while let Some(row) = rows.next()? {
                let kind: u8 = row.get(0)?;
                if let Some(ids) = ids.get_mut(&kind) {
                    ids.insert(hash(kind, text(row, 1)?.unwrap_or_default()));
                }
            }
        }
        Ok(Self { ids })
    }

    fn has(&self, kind: u8, id: &str) -> bool {
        self.ids.get(&kind).is_some_and(|ids| ids.contains(&hash(kind, id)))
    }
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<Option<&'r str>, Fault> {
    Ok(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?)
}

/// Two sweeps, over the ids and over the rows, each in the order of the file: looking each reference up would read the
/// whole index in no order.
pub(super) fn references(
    reader: &Reader,
    all: &[Reference],
    wanted: &[ObjectKind],
    limit: usize,
) -> Result<References, Fault> {
    let conn = &reader.conn;
    let mut looked_for = all.iter().map(|one| LookedFor::of(reader, one)).collect::<Result<Vec<_>, _>>()?;
    let known = Known::load(conn, &looked_for)?;
    let mut missing = BTreeSet::new();
    let mut statement = conn.prepare(ROWS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let code: u8 = row.get(0)?;
        for one in looked_for.iter_mut().filter(|one| one.from == code) {
            let named = text(row, place(one.reference.column))?;
            let Some(named) = named.filter(|id| !known.has(one.to, id)) else { continue };
            one.lost += 1;
            one.examples.insert(row.get(1)?, named.to_owned());
            if one.examples.len() > EXAMPLES_MAX {
                one.examples.pop_last();
            }
            if wanted.contains(&one.reference.to) {
                missing.insert((one.reference.to, named.to_owned()));
                if missing.len() > limit {
                    missing.pop_last();
                }
            }
        }
    }
    let dangling = looked_for.into_iter().filter(|one| one.lost > 0).map(|one| {
        let example = |(id, points_to)| DanglingExample { id, points_to };
        let Reference { from, to, .. } = one.reference;
        Dangling { from, to, count: one.lost, examples: one.examples.into_iter().map(example).collect() }
    });
    Ok(References { dangling: dangling.collect(), missing: missing.into_iter().collect() })
}

/// A reference with the numbers of its kinds, and what of it points nowhere.
struct LookedFor {
    reference: Reference,
    from: u8,
    to: u8,
    lost: u64,
    examples: BTreeMap<String, String>,
}

impl LookedFor {
    fn of(reader: &Reader, reference: &Reference) -> Result<Self, Fault> {
        let (from, to) = (reader.code(reference.from)?, reader.code(reference.to)?);
        Ok(Self { reference: *reference, from, to, lost: 0, examples: BTreeMap::new() })
    }
}

/// Keys without their row, rows without their keys, or with those of another.
const INDEX: [(&str, &str); 4] = [
    (
        "ids of missing rows",
        "SELECT count(*) FROM by_id k LEFT JOIN objects o ON o.row = k.row AND o.kind = k.kind AND o.id = k.id
         WHERE o.row IS NULL",
    ),
    (
        "customers with rows of other customers",
        "SELECT count(*) FROM by_customer k LEFT JOIN objects o
             ON o.row = k.row AND o.kind = k.kind AND o.customer = k.customer
         WHERE o.row IS NULL",
    ),
    (
        "rows more or fewer than ids",
        "SELECT abs((SELECT count(*) FROM by_id) -
             (SELECT count(*) FROM objects WHERE row <= (SELECT max(through) FROM runs)))",
    ),
    (
        "rows with a customer more or fewer than customers' rows",
        "SELECT abs((SELECT count(*) FROM by_customer) - (SELECT count(*) FROM objects
             WHERE row <= (SELECT max(through) FROM runs) AND customer IS NOT NULL))",
    ),
];

/// SQLite's own check, and a recount of what is counted along the way.
pub(super) fn integrity(reader: &Reader) -> Result<Vec<String>, Fault> {
    let conn = &reader.conn;
    let mut wrong: Vec<String> = conn
        .prepare("PRAGMA integrity_check(20)")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    wrong.retain(|line| line != "ok");

    let recount = "SELECT kind, sum(live), sum(deleted) FROM (
            SELECT kind, is_deleted = 0 AS live, is_deleted AS deleted FROM objects
            UNION ALL SELECT kind, -live, -deleted FROM kinds)
        GROUP BY kind HAVING sum(live) <> 0 OR sum(deleted) <> 0";
    let mut statement = conn.prepare(recount)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, live, deleted) = (reader.kind(row.get(0)?)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?);
        wrong.push(format!("{kind}: the count is off by {live} existing and {deleted} deleted objects"));
    }
    for (what, sql) in INDEX {
        let count: i64 = conn.query_row(sql, [], |row| row.get(0))?;
        if count > 0 {
            wrong.push(format!("the index has {count} {what}"));
        }
    }
    let orphans = "SELECT count(*) FROM objects o WHERE NOT EXISTS
        (SELECT 1 FROM dictionaries d WHERE d.id = o.dictionary) AND o.dictionary <> 0";
    let unreadable: i64 = conn.query_row(orphans, [], |row| row.get(0))?;
    if unreadable > 0 {
        wrong.push(format!("{unreadable} bodies have lost their dictionary"));
    }
    Ok(wrong)
}
