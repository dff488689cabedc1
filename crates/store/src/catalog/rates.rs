//! Exchange rates that the users of a workspace entered.

use model::{Currency, Day, UnixSeconds, WorkspaceId};
use rusqlite::{Row, Transaction, params};

use super::Catalog;
use crate::StoreError;
use crate::error::Fault;
use crate::ids::new_id;

/// A rate as it was entered: on these days one `base` is `rate` units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRate {
    pub currency: Currency,
    pub base: Currency,
    pub first_on: Day,
    /// Included.
    pub last_on: Day,
    /// Exact decimal text.
    pub rate: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateRecord {
    pub id: String,
    pub rate: NewRate,
    /// A person's username, a token's name, or the command line.
    pub entered_by: String,
    pub entered_at: UnixSeconds,
}

impl Catalog {
    /// Rates in the order in which they were entered.
    ///
    /// # Errors
    /// Those of the file.
    pub fn rates(&self, workspace: &WorkspaceId) -> Result<Vec<RateRecord>, StoreError> {
        self.read(|conn| {
            let sql = "SELECT id, currency, base, first_on, last_on, rate, entered_by, entered_at
                FROM rates WHERE workspace = ?1 ORDER BY number";
            let mut statement = conn.prepare_cached(sql)?;
            let mut rows = statement.query([workspace.as_str()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(record(row)?);
            }
            Ok(found)
        })
    }

    /// A number that changes with each change of the workspace's rates.
    ///
    /// # Errors
    /// Those of the file.
    pub fn rates_revision(&self, workspace: &WorkspaceId) -> Result<i64, StoreError> {
        self.read(|conn| {
            let sql = "SELECT rates_revision FROM workspaces WHERE id = ?1";
            Ok(conn.prepare_cached(sql)?.query_row([workspace.as_str()], |row| row.get(0))?)
        })
    }

    /// Keeps rates, all or none of them. One of the same currency and days is replaced.
    ///
    /// # Errors
    /// Those of the file; also when the workspace is not there.
    pub fn add_rates(
        &self,
        workspace: &WorkspaceId,
        rates: &[NewRate],
        entered_by: &str,
        now: UnixSeconds,
    ) -> Result<(), StoreError> {
        self.write(|tx| {
            let replaced = "DELETE FROM rates
                WHERE workspace = ?1 AND currency = ?2 AND first_on = ?3 AND last_on = ?4";
            let mut replaced = tx.prepare_cached(replaced)?;
            let added = "INSERT INTO rates
                (id, workspace, currency, base, first_on, last_on, rate, entered_by, entered_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let mut added = tx.prepare_cached(added)?;
            for rate in rates {
                let (first_on, last_on) = (rate.first_on.to_string(), rate.last_on.to_string());
                replaced.execute(params![workspace.as_str(), rate.currency.as_str(), first_on, last_on])?;
                added.execute(params![
                    new_id("rate")?,
                    workspace.as_str(),
                    rate.currency.as_str(),
                    rate.base.as_str(),
                    first_on,
                    last_on,
                    rate.rate,
                    entered_by,
                    now.0
                ])?;
            }
            changed(tx, workspace)
        })
    }

    /// Deletes a rate; returns whether there was one.
    ///
    /// # Errors
    /// Those of the file.
    pub fn delete_rate(&self, workspace: &WorkspaceId, id: &str) -> Result<bool, StoreError> {
        self.write(|tx| {
            let sql = "DELETE FROM rates WHERE workspace = ?1 AND id = ?2";
            let is_there = tx.prepare_cached(sql)?.execute([workspace.as_str(), id])? > 0;
            if is_there {
                changed(tx, workspace)?;
            }
            Ok(is_there)
        })
    }
}

fn changed(tx: &Transaction<'_>, workspace: &WorkspaceId) -> Result<(), Fault> {
    let sql = "UPDATE workspaces SET rates_revision = rates_revision + 1 WHERE id = ?1";
    tx.prepare_cached(sql)?.execute([workspace.as_str()])?;
    Ok(())
}

fn record(row: &Row<'_>) -> Result<RateRecord, Fault> {
    let text = |column: usize| -> rusqlite::Result<String> { row.get(column) };
    let currency = |column: usize| -> Result<Currency, Fault> {
        text(column)?.parse().map_err(|error: model::CurrencyError| Fault::Damaged(error.to_string()))
    };
    let day = |column: usize| -> Result<Day, Fault> {
        text(column)?.parse().map_err(|error: model::DayError| Fault::Damaged(error.to_string()))
    };
    Ok(RateRecord {
        id: text(0)?,
        rate: NewRate {
            currency: currency(1)?,
            base: currency(2)?,
            first_on: day(3)?,
            last_on: day(4)?,
            rate: text(5)?,
        },
        entered_by: text(6)?,
        entered_at: UnixSeconds(row.get(7)?),
    })
}
