//! The list of figures of past months that have changed since they were shown.

use model::{CustomerId, Day, InvoiceId, Restatement, UnixSeconds};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::Objects;
use crate::StoreError;
use crate::error::Fault;

/// The first format of the file that has the list.
const SINCE_FORMAT: i64 = 2;
/// One page has no more.
const PAGE_MAX: usize = 1_000;

const LAST: &str =
    "SELECT new_minor FROM restatements WHERE customer = ?1 AND currency = ?2 AND month_on = ?3
    ORDER BY number DESC LIMIT 1";
const ADD: &str =
    "INSERT INTO restatements (recorded_at, month_on, customer, currency, old_minor, new_minor, reason, invoice)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
/// The newest of each figure: SQLite takes the other columns from the row with the maximum.
const NEWEST: &str =
    "SELECT max(number), recorded_at, month_on, customer, currency, old_minor, new_minor, reason, invoice
    FROM restatements WHERE (customer, currency, month_on) > (?1, ?2, ?3)
    GROUP BY customer, currency, month_on ORDER BY customer, currency, month_on LIMIT ?4";
const PAGE: &str =
    "SELECT number, recorded_at, month_on, customer, currency, old_minor, new_minor, reason, invoice
    FROM restatements WHERE number < ?1 ORDER BY number DESC LIMIT ?2";

/// A restatement on the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRestatement {
    /// Later ones have higher numbers.
    pub number: i64,
    pub recorded_at: UnixSeconds,
    pub restatement: Restatement,
}

impl Objects {
    /// The list, newest first: at most `limit` (and 1,000) of those before the number `before`.
    ///
    /// # Errors
    /// Those of the file.
    pub fn restatements(
        &self,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<RecordedRestatement>, StoreError> {
        let limit = i64::try_from(limit.min(PAGE_MAX)).unwrap_or(0);
        self.recorded(PAGE, params![before.unwrap_or(i64::MAX), limit])
    }

    /// What the list says last of each figure that is on it, in the order of figures: at most `limit` of those after one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn newest_restatements(
        &self,
        after: Option<&Restatement>,
        limit: usize,
    ) -> Result<Vec<RecordedRestatement>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (customer, currency, month_on) = match after {
            Some(after) => (after.customer.as_str(), after.currency.as_str(), after.month_on.0),
            None => ("", "", i32::MIN),
        };
        self.recorded(NEWEST, params![customer, currency, month_on, limit])
    }

    fn recorded(&self, sql: &str, params: impl Params) -> Result<Vec<RecordedRestatement>, StoreError> {
        self.shared.readers.read(|reader| {
            let format: i64 = reader.conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
            if format < SINCE_FORMAT {
                return Ok(Vec::new());
            }
            let mut statement = reader.conn.prepare_cached(sql)?;
            let mut rows = statement.query(params)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(recorded(row)?);
            }
            Ok(found)
        })
    }
}

/// Adds to the list; returns how many. A figure is taken to be what the list last said it is: so what is recorded
/// a second time, since nobody knew whether the first time succeeded, adds nothing.
pub(super) fn record(
    conn: &Connection,
    restatements: &[Restatement],
    at: UnixSeconds,
) -> Result<usize, Fault> {
    let (mut last, mut add) = (conn.prepare_cached(LAST)?, conn.prepare_cached(ADD)?);
    let mut added = 0;
    for one in restatements {
        let currency = one.currency.as_str();
        let figure = params![one.customer.as_str(), currency, one.month_on.0];
        let old_minor: i64 = last.query_row(figure, |row| row.get(0)).optional()?.unwrap_or(one.old_minor);
        if old_minor == one.new_minor {
            continue;
        }
        add.execute(params![
            at.0,
            one.month_on.0,
            one.customer.as_str(),
            currency,
            old_minor,
            one.new_minor,
            one.reason.as_str(),
            one.invoice.as_ref().map(InvoiceId::as_str),
        ])?;
        added += 1;
    }
    Ok(added)
}

fn recorded(row: &Row<'_>) -> Result<RecordedRestatement, Fault> {
    let (currency, reason): (String, String) = (row.get(4)?, row.get(7)?);
    let restatement = Restatement {
        month_on: Day(row.get(2)?),
        customer: CustomerId::from(row.get::<_, String>(3)?),
        currency: currency.parse().map_err(|_| Fault::Damaged(format!("currency '{currency}'")))?,
        old_minor: row.get(5)?,
        new_minor: row.get(6)?,
        reason: reason.parse().map_err(Fault::Damaged)?,
        invoice: row.get::<_, Option<String>>(8)?.map(InvoiceId::from),
    };
    Ok(RecordedRestatement { number: row.get(0)?, recorded_at: UnixSeconds(row.get(1)?), restatement })
}

#[cfg(test)]
mod tests;
