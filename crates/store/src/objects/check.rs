//! Whether what is there fits together.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::ObjectKind;
use rusqlite::{Connection, Row};

use super::filter::hash;
use super::reader::kind;
use super::{Dangling, DanglingExample, References};
use crate::error::Fault;

const EXAMPLES_MAX: usize = 20;

/// In the order of the file.
const ROWS: &str =
    "SELECT kind, id, customer, subscription, invoice, charge FROM objects WHERE is_deleted = 0";
const CUSTOMER: usize = 2;
const SUBSCRIPTION: usize = 3;
const INVOICE: usize = 4;
const CHARGE: usize = 5;

/// Which kinds name which others, and the column of [`ROWS`] that the name is in.
const REFERENCES: &[(ObjectKind, usize, ObjectKind)] = &[
    (ObjectKind::Subscription, CUSTOMER, ObjectKind::Customer),
    (ObjectKind::SubscriptionItem, SUBSCRIPTION, ObjectKind::Subscription),
    (ObjectKind::Invoice, CUSTOMER, ObjectKind::Customer),
    (ObjectKind::Invoice, SUBSCRIPTION, ObjectKind::Subscription),
    (ObjectKind::InvoiceLine, INVOICE, ObjectKind::Invoice),
    (ObjectKind::InvoiceItem, CUSTOMER, ObjectKind::Customer),
    (ObjectKind::InvoiceItem, INVOICE, ObjectKind::Invoice),
    (ObjectKind::InvoicePayment, INVOICE, ObjectKind::Invoice),
    (ObjectKind::Charge, CUSTOMER, ObjectKind::Customer),
    (ObjectKind::Charge, INVOICE, ObjectKind::Invoice),
    (ObjectKind::PaymentIntent, CUSTOMER, ObjectKind::Customer),
    (ObjectKind::PaymentIntent, INVOICE, ObjectKind::Invoice),
    (ObjectKind::Refund, CHARGE, ObjectKind::Charge),
    (ObjectKind::Dispute, CHARGE, ObjectKind::Charge),
    (ObjectKind::CreditNote, CUSTOMER, ObjectKind::Customer),
    (ObjectKind::CreditNote, INVOICE, ObjectKind::Invoice),
];

/// The objects of the kinds that others name. By a hash of 64 bits: of ten million objects the chance that one that is
/// missing looks like one that is there is 1 to 10^11.
struct Known {
    ids: HashMap<ObjectKind, HashSet<u64>>,
}

impl Known {
    fn load(conn: &Connection) -> Result<Self, Fault> {
        let mut ids: HashMap<ObjectKind, HashSet<u64>> =
            REFERENCES.iter().map(|(.., to)| (*to, HashSet::new())).collect();
        let through: i64 = conn.query_row("SELECT max(through) FROM runs", [], |row| row.get(0))?;
        for (sql, after) in [
            ("SELECT kind, id FROM by_id WHERE run > ?1", 0),
            ("SELECT kind, id FROM objects WHERE row > ?1", through),
        ] {
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query([after])?;
            while let Some(row) = rows.next()? {
                let kind = kind(row.get(0)?)?;
                if let Some(ids) = ids.get_mut(&kind) {
                    ids.insert(hash(kind.code(), text(row, 1)?.unwrap_or_default()));
                }
            }
        }
        Ok(Self { ids })
    }

    fn has(&self, kind: ObjectKind, id: &str) -> bool {
        self.ids.get(&kind).is_some_and(|ids| ids.contains(&hash(kind.code(), id)))
    }
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> Result<Option<&'r str>, Fault> {
    Ok(row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)?)
}

/// Two sweeps, over the ids and over the rows, each in the order of the file: looking each reference up would read the
/// whole index in no order.
pub(super) fn references(conn: &Connection, wanted: ObjectKind, limit: usize) -> Result<References, Fault> {
    let known = Known::load(conn)?;
    let mut missing = BTreeSet::new();
    let mut lost: Vec<(u64, BTreeMap<String, String>)> = vec![Default::default(); REFERENCES.len()];
    let mut statement = conn.prepare(ROWS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let code: u8 = row.get(0)?;
        let of_kind = REFERENCES.iter().zip(&mut lost).filter(|((from, ..), _)| from.code() == code);
        for ((_, column, to), (count, examples)) in of_kind {
            let Some(named) = text(row, *column)?.filter(|id| !known.has(*to, id)) else { continue };
            *count += 1;
            examples.insert(row.get(1)?, named.to_owned());
            if examples.len() > EXAMPLES_MAX {
                examples.pop_last();
            }
            if *to == wanted && !missing.contains(named) {
                missing.insert(named.to_owned());
                if missing.len() > limit {
                    missing.pop_last();
                }
            }
        }
    }
    let dangling = REFERENCES.iter().zip(lost).filter(|(_, (count, _))| *count > 0);
    let dangling = dangling.map(|((from, _, to), (count, examples))| {
        let example = |(id, points_to)| DanglingExample { id, points_to };
        Dangling { from: *from, to: *to, count, examples: examples.into_iter().map(example).collect() }
    });
    Ok(References { dangling: dangling.collect(), missing: missing.into_iter().collect() })
}

/// Keys without their row, rows without their keys, or with those of another.
const INDEX: [(&str, &str); 4] = [
    (
        "ids of rows that are not there",
        "SELECT count(*) FROM by_id k LEFT JOIN objects o ON o.row = k.row AND o.kind = k.kind AND o.id = k.id
         WHERE o.row IS NULL",
    ),
    (
        "customers of rows that are not theirs",
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
pub(super) fn integrity(conn: &Connection) -> Result<Vec<String>, Fault> {
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
        let (kind, live, deleted) = (kind(row.get(0)?)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?);
        wrong.push(format!("{kind}: miscounted by {live} and {deleted} deleted"));
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
