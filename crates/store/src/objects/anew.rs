//! A file made anew: for one that is damaged, or that its owner trusts no more.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::{FILE_NAME, LOCK_NAME, Objects, file};
use crate::StoreError;
use crate::data_dir::{create_private_dir, lock_file, remove_if_any};
use crate::error::{Fault, InFile};

const DRAFT_NAME: &str = "objects.new.db";

impl Objects {
    /// Puts an empty file in place of whatever there is, sound or not. The list of restatements, which is nowhere else,
    /// goes over into it as far as it can be read; whether all of it did. Stopped before the end, it can be done again.
    ///
    /// # Errors
    /// `AlreadyOpen` while another handle writes; `DiskFull` and the like.
    pub fn start_over(connection_dir: &Path) -> Result<bool, StoreError> {
        create_private_dir(connection_dir)?;
        let what = || format!("the data in {}", connection_dir.display());
        let _lock = lock_file(&connection_dir.join(LOCK_NAME), what)?;
        let (path, draft) = (connection_dir.join(FILE_NAME), connection_dir.join(DRAFT_NAME));
        delete(&draft)?;
        let conn = file::open_for_writing(&draft)?;
        let is_whole = match carry_over(connection_dir, &conn) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "the list of restatements is lost, or the older part of it");
                false
            }
        };
        // Without a log beside it that a new name would part it from.
        conn.pragma_update(None, "journal_mode", "delete").in_file(&draft)?;
        drop(conn);
        // The old log first: it would be taken for the new file's.
        for beside in beside(&path) {
            remove_if_any(&beside)?;
        }
        std::fs::rename(&draft, &path).in_file(&path)?;
        Ok(is_whole)
    }
}

fn delete(path: &Path) -> Result<(), StoreError> {
    remove_if_any(path)?;
    beside(path).iter().try_for_each(|beside| remove_if_any(beside))
}

fn beside(path: &Path) -> [PathBuf; 2] {
    ["-wal", "-shm"].map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    })
}

fn carry_over(connection_dir: &Path, to: &Connection) -> Result<(), StoreError> {
    let Some(from) = Objects::open_if_any(connection_dir)? else { return Ok(()) };
    let mut before = None;
    loop {
        let page = from.restatements(before, usize::MAX)?;
        let Some(last) = page.last() else { return Ok(()) };
        before = Some(last.number);
        let insert = || -> Result<(), Fault> {
            let sql =
                "INSERT INTO restatements (number, recorded_at, month_on, customer, currency, old_minor,
                new_minor, reason, invoice) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            let mut statement = to.prepare_cached(sql)?;
            for recorded in &page {
                let one = &recorded.restatement;
                statement.execute(params![
                    recorded.number,
                    recorded.recorded_at.0,
                    one.month_on.0,
                    one.customer.as_str(),
                    one.currency.as_str(),
                    one.old_minor,
                    one.new_minor,
                    one.reason.as_str(),
                    one.invoice.as_ref().map(model::InvoiceId::as_str),
                ])?;
            }
            Ok(())
        };
        insert().in_file(&connection_dir.join(DRAFT_NAME))?;
    }
}

#[cfg(test)]
mod tests {
    use model::{CustomerId, Day, ObjectKind, Restatement, RestatementReason, UnixSeconds};

    use super::*;
    use crate::{Batch, Objects};

    fn with_a_restatement(dir: &Path) -> Objects {
        let objects = Objects::open(dir).unwrap();
        let restated = Restatement {
            month_on: Day(20_000),
            customer: CustomerId::from("cus_1"),
            currency: "usd".parse().unwrap(),
            old_minor: 100,
            new_minor: 0,
            reason: RestatementReason::SettingsChanged,
            invoice: None,
        };
        let meta = vec![("loaded".to_owned(), "1".to_owned())];
        let batch = Batch { meta, restatements: vec![restated], seen_at: UnixSeconds(7), ..Batch::default() };
        objects.commit_blocking(batch).unwrap();
        objects
    }

    #[test]
    fn nothing_stays_but_the_list_of_restatements() {
        let dir = tempfile::tempdir().unwrap();
        let objects = with_a_restatement(dir.path());
        let (list, reader) =
            (objects.restatements(None, 10).unwrap(), Objects::open_read_only(dir.path()).unwrap());
        assert!(matches!(Objects::start_over(dir.path()), Err(StoreError::AlreadyOpen { .. })));
        drop(objects);
        assert!(!reader.is_replaced());
        assert!(Objects::start_over(dir.path()).unwrap());
        assert!(reader.is_replaced(), "who holds the old file can tell");
        let objects = Objects::open(dir.path()).unwrap();
        assert_eq!(objects.meta("loaded").unwrap(), None);
        assert_eq!((objects.restatements(None, 10).unwrap(), list.len()), (list, 1));
        assert!(objects.scan(ObjectKind::Customer, None, 1).unwrap().is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_replaced_and_so_is_one_that_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Objects::start_over(dir.path()).unwrap());
        drop(with_a_restatement(dir.path()));
        std::fs::write(dir.path().join(FILE_NAME), [0x41; 20_000]).unwrap();
        assert!(!Objects::start_over(dir.path()).unwrap());
        assert!(Objects::open(dir.path()).unwrap().integrity_check().unwrap().is_empty());
    }
}
