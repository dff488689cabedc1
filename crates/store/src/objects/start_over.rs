//! Replaces a file that is corrupted or that its owner no longer trusts.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior, params};

use super::{FILE_NAME, LOCK_NAME, Objects, RecordedRestatement, file};
use crate::data_dir::{create_private_dir, lock_file, remove_database, remove_log};
use crate::error::{Fault, InFile};
use crate::folder_sync::sync_folder;
use crate::{LedgerFile, StoreError};

const DRAFT_NAME: &str = "objects.new.db";

/// What is nowhere else, and goes over into the new file.
#[derive(Default)]
struct Irreplaceable {
    meta: Vec<(String, String)>,
    restatements: Vec<RecordedRestatement>,
}

impl Objects {
    /// Puts a new file in place of whatever there is, sound or damaged, and clears the ledger that was made of it. The new
    /// one has the list of restatements and the facts under keys that begin with one of `kept`, as far as they can be
    /// read, and `meta`. Whether all of them could. Stopped before the end, it can be done again.
    ///
    /// # Errors
    /// `AlreadyOpen` while another handle writes; `NewerFormat`; `DiskFull` and the like. Then nothing has changed.
    pub(crate) fn start_over(
        connection_dir: &Path,
        kept: &[&str],
        meta: &[(&str, String)],
    ) -> Result<bool, StoreError> {
        create_private_dir(connection_dir)?;
        let what = || format!("the data in {}", connection_dir.display());
        let _lock = lock_file(&connection_dir.join(LOCK_NAME), what)?;
        let (path, draft) = (connection_dir.join(FILE_NAME), connection_dir.join(DRAFT_NAME));
        let (old, is_whole) = read(connection_dir, kept)?;
        remove_database(&draft)?;
        let mut conn = file::open_for_writing(&draft)?;
        write(&mut conn, &old, meta).in_file(&draft)?;
        // Without a log beside it that a new name would part it from.
        conn.pragma_update(None, "journal_mode", "delete").in_file(&draft)?;
        drop(conn);
        LedgerFile::clear(connection_dir)?;
        checkpoint(&path);
        // It would be taken for the new file's.
        remove_log(&path)?;
        std::fs::rename(&draft, &path).in_file(&path)?;
        sync_folder(connection_dir)?;
        Ok(is_whole)
    }
}

/// What is damaged is kept as far as it can be read; whether that is all of it.
fn read(connection_dir: &Path, kept: &[&str]) -> Result<(Irreplaceable, bool), StoreError> {
    let mut found = Irreplaceable::default();
    match read_into(&mut found, connection_dir, kept) {
        Ok(()) => Ok((found, true)),
        Err(error @ StoreError::Damaged { .. }) => {
            tracing::warn!(%error, "some data that exists nowhere else could not be kept");
            Ok((found, false))
        }
        Err(error) => Err(error),
    }
}

fn read_into(found: &mut Irreplaceable, connection_dir: &Path, kept: &[&str]) -> Result<(), StoreError> {
    let Some(from) = Objects::open_if_any(connection_dir)? else { return Ok(()) };
    for prefix in kept {
        for key in from.meta_keys(prefix)? {
            let value = from.meta(&key)?.unwrap_or_default();
            found.meta.push((key, value));
        }
    }
    loop {
        let before = found.restatements.last().map(|last| last.number);
        let page = from.restatements(before, usize::MAX)?;
        if page.is_empty() {
            return Ok(());
        }
        found.restatements.extend(page);
    }
}

fn write(conn: &mut Connection, old: &Irreplaceable, meta: &[(&str, String)]) -> Result<(), Fault> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let old_meta = old.meta.iter().map(|(key, value)| (key.as_str(), value));
    for (key, value) in old_meta.chain(meta.iter().map(|(key, value)| (*key, value))) {
        tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [key, value])?;
    }
    for recorded in &old.restatements {
        let one = &recorded.restatement;
        let sql = "INSERT INTO restatements (number, recorded_at, month_on, customer, currency, old_minor,
            new_minor, reason, invoice) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        tx.prepare_cached(sql)?.execute(params![
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
    Ok(tx.commit()?)
}

/// Takes what is in the log into the file, if that can be done: whoever ends before the new file is there has the old one
/// whole.
fn checkpoint(path: &Path) {
    let checkpointed = Connection::open(path)
        .and_then(|conn| conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    if let Err(error) = checkpointed {
        tracing::debug!(%error, "the old file is incomplete");
    }
}

#[cfg(test)]
mod tests {
    use crate::kind;
    use model::{CustomerId, Day, Restatement, RestatementReason, UnixSeconds};

    use super::*;
    use crate::{Batch, Objects};

    fn with_a_restatement(dir: &Path) -> Objects {
        let objects = Objects::open(dir, &[], None).unwrap();
        let restated = Restatement {
            month_on: Day(20_000),
            customer: CustomerId::from("cus_1"),
            currency: "usd".parse().unwrap(),
            old_minor: 100,
            new_minor: 0,
            reason: RestatementReason::SettingsChanged,
            invoice: None,
        };
        let meta = ["loaded", "kept/a", "kept/b"].map(|key| (key.to_owned(), key.to_owned())).to_vec();
        let batch = Batch { meta, restatements: vec![restated], seen_at: UnixSeconds(7), ..Batch::default() };
        objects.commit_blocking(batch).unwrap();
        objects
    }

    #[test]
    fn nothing_stays_but_what_is_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let objects = with_a_restatement(dir.path());
        let (list, reader) =
            (objects.restatements(None, 10).unwrap(), Objects::open_read_only(dir.path()).unwrap());
        assert!(matches!(Objects::start_over(dir.path(), &[], &[]), Err(StoreError::AlreadyOpen { .. })));
        drop(objects);
        assert!(!reader.is_replaced());
        assert!(Objects::start_over(dir.path(), &["kept/"], &[("new", "1".to_owned())]).unwrap());
        assert!(reader.is_replaced(), "who holds the old file can tell");
        let objects = Objects::open(dir.path(), &[], None).unwrap();
        assert_eq!(objects.meta_keys("").unwrap(), ["erasure", "kept/a", "kept/b", "new"]);
        assert_eq!((objects.restatements(None, 10).unwrap(), list.len()), (list, 1));
        assert!(objects.scan(kind::CUSTOMER, None, 1).unwrap().is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_read_is_replaced_and_so_is_one_that_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Objects::start_over(dir.path(), &[], &[]).unwrap());
        drop(with_a_restatement(dir.path()));
        std::fs::write(dir.path().join(FILE_NAME), [0x41; 20_000]).unwrap();
        assert!(!Objects::start_over(dir.path(), &[], &[]).unwrap());
        assert!(Objects::open(dir.path(), &[], None).unwrap().integrity_check().unwrap().is_empty());
    }

    #[test]
    fn a_file_of_a_newer_version_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        drop(with_a_restatement(dir.path()));
        let conn = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        conn.pragma_update(None, "user_version", 99).unwrap();
        drop(conn);
        let refused = Objects::start_over(dir.path(), &[], &[]);
        assert!(matches!(refused, Err(StoreError::NewerFormat { found: 99, .. })));
        let conn = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        let left: i64 = conn.query_row("SELECT count(*) FROM restatements", [], |row| row.get(0)).unwrap();
        assert_eq!(left, 1);
    }
}
