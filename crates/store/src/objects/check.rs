//! Whether what is there fits together.

use model::{Column, ObjectKind, Reference};
use rusqlite::params;

use super::reader::Reader;
use super::{Dangling, DanglingExample};
use crate::error::Fault;

const EXAMPLES_MAX: i64 = 20;

/// Live objects `o` of a kind that name something that is neither there nor a tombstone.
fn lost(column: Column) -> String {
    let column = column.as_str();
    format!(
        "FROM objects o WHERE o.kind = ?1 AND o.is_deleted = 0 AND o.{column} IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM objects t WHERE t.kind = ?2 AND t.id = o.{column})"
    )
}

pub(super) fn dangling(reader: &Reader, references: &[Reference]) -> Result<Vec<Dangling>, Fault> {
    let conn = &reader.conn;
    let mut all = Vec::new();
    for &Reference { from, column, to } in references {
        let lost = lost(column);
        let column = column.as_str();
        let kinds = params![reader.code(from)?, reader.code(to)?];
        let count: i64 = conn.query_row(&format!("SELECT count(*) {lost}"), kinds, |row| row.get(0))?;
        if count == 0 {
            continue;
        }
        let sql = format!("SELECT o.id, o.{column} {lost} ORDER BY o.id LIMIT {EXAMPLES_MAX}");
        let examples = conn
            .prepare(&sql)?
            .query_map(kinds, |row| Ok(DanglingExample { id: row.get(0)?, points_to: row.get(1)? }))?
            .collect::<Result<_, _>>()?;
        all.push(Dangling { from, to, count: count.unsigned_abs(), examples });
    }
    Ok(all)
}

pub(super) fn missing(
    reader: &Reader,
    references: &[Reference],
    target: ObjectKind,
    limit: i64,
) -> Result<Vec<String>, Fault> {
    let conn = &reader.conn;
    let mut ids = std::collections::BTreeSet::new();
    for &Reference { from, column, to } in references.iter().filter(|reference| reference.to == target) {
        let sql = format!("SELECT DISTINCT o.{} {} ORDER BY 1 LIMIT ?3", column.as_str(), lost(column));
        let mut statement = conn.prepare(&sql)?;
        let found =
            statement.query_map(params![reader.code(from)?, reader.code(to)?, limit], |row| row.get(0))?;
        ids.extend(found.collect::<Result<Vec<String>, _>>()?);
    }
    Ok(ids.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}

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
        wrong.push(format!("{kind}: miscounted by {live} and {deleted} deleted"));
    }
    let orphans = "SELECT count(*) FROM objects o WHERE NOT EXISTS
        (SELECT 1 FROM dictionaries d WHERE d.id = o.dictionary) AND o.dictionary <> 0";
    let unreadable: i64 = conn.query_row(orphans, [], |row| row.get(0))?;
    if unreadable > 0 {
        wrong.push(format!("{unreadable} bodies have lost their dictionary"));
    }
    Ok(wrong)
}
