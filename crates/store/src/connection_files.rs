//! The one place that knows where a connection's files are, and who may write to them.

use std::path::PathBuf;

use model::KindShape;

use crate::data_dir::lock_file;
use crate::error::InFile;
use crate::{
    Erasure, Inbox, InboxFacts, LedgerFile, LedgerStamp, Objects, Outline, Rewritable, Rewritten, StoreError,
    objects,
};

/// What is kept of one connection: its objects, its inbox and its ledger. Cheap to clone; opens nothing by itself.
///
/// Only one handle may write to the objects, in all processes together: it holds the connection's lease for as long as
/// it lives. Reading never needs the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionFiles {
    folder: PathBuf,
}

impl ConnectionFiles {
    /// The files in a folder of their own, which need not be there yet. A server gets them from
    /// [`DataDir::connection_files`](crate::DataDir::connection_files).
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    #[cfg(test)]
    pub(crate) fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Takes the lease and opens the objects for reading and writing. New files are created where there are none.
    ///
    /// # Errors
    /// `AlreadyOpen` while another handle has the lease.
    pub fn objects_to_write(&self) -> Result<Objects, StoreError> {
        Objects::open(&self.folder, &[], None)
    }

    /// As [`ConnectionFiles::objects_to_write`], for a source whose kinds hang together like this and whose bodies have
    /// these outlines: they are compressed against dictionaries.
    ///
    /// # Errors
    /// As [`ConnectionFiles::objects_to_write`].
    pub fn objects_to_write_of(&self, shapes: &[KindShape], outline: Outline) -> Result<Objects, StoreError> {
        Objects::open(&self.folder, shapes, Some(outline))
    }

    /// Opens the objects for reading only, also while another process writes.
    ///
    /// # Errors
    /// `Missing` when nothing was ever written.
    pub fn objects_to_read(&self) -> Result<Objects, StoreError> {
        Objects::open_read_only(&self.folder)
    }

    /// As [`ConnectionFiles::objects_to_read`], but `None` when nothing was ever written.
    ///
    /// # Errors
    /// Those of the file.
    pub fn objects_if_any(&self) -> Result<Option<Objects>, StoreError> {
        Objects::open_if_any(&self.folder)
    }

    /// Opens the inbox, which is created where there is none. A damaged one is replaced by an empty one: the provider's
    /// list of events has what was in it.
    ///
    /// # Errors
    /// `NewerFormat` when it cannot be used; what the file system says.
    pub fn inbox(&self) -> Result<Inbox, StoreError> {
        Inbox::open(&self.folder)
    }

    /// What is in the inbox, for a process that only looks. An inbox that was never created is empty.
    ///
    /// # Errors
    /// Those of the file.
    pub fn inbox_facts(&self) -> Result<InboxFacts, StoreError> {
        Inbox::look(&self.folder)
    }

    /// Opens the ledger, which is created where there is none.
    ///
    /// # Errors
    /// `Damaged` or `NewerFormat` when it cannot be used; what the file system says.
    pub fn ledger(&self) -> Result<LedgerFile, StoreError> {
        LedgerFile::open(&self.folder)
    }

    /// Says whether somebody wrote to the ledger, without opening it.
    pub fn ledger_stamp(&self) -> LedgerStamp {
        LedgerStamp::of(&self.folder)
    }

    /// Deletes the ledger, damaged or not. No handle may be open on it.
    ///
    /// # Errors
    /// What the file system says.
    pub fn delete_ledger(&self) -> Result<(), StoreError> {
        LedgerFile::delete(&self.folder)
    }

    /// Lets `redact` see the objects of whom the erasure is about, and those of nobody, and replace their bodies; `None`
    /// leaves one. Afterwards no byte of the old bodies is in the file or its log, nor is anything left of the ledger that
    /// was made of them. The erasure is noted once that is so: stopped before, it can be done again. Takes the lease; reading goes on.
    ///
    /// # Errors
    /// `AlreadyOpen` while another handle has the lease; `Busy` when a reader holds on to the old pages; those of the file.
    pub fn erase(
        &self,
        erasure: &Erasure<'_>,
        redact: impl Fn(&Rewritable<'_>) -> Option<Box<str>>,
        on_progress: impl FnMut(u64),
    ) -> Result<Rewritten, StoreError> {
        Objects::erase(&self.folder, erasure, &redact, on_progress)
    }

    /// Replaces whatever objects there are, sound or damaged, by an empty file, and clears the ledger that was made of
    /// them. The new file has the list of restatements and the facts under keys that begin with one of `kept`, as far as
    /// they can be read, and `meta`. Returns whether all of them could. Stopped before the end, it can be done again.
    ///
    /// # Errors
    /// `AlreadyOpen` while another handle has the lease; `NewerFormat`; `DiskFull` and the like. Then nothing has changed.
    pub fn start_over(&self, kept: &[&str], meta: &[(&str, String)]) -> Result<bool, StoreError> {
        Objects::start_over(&self.folder, kept, meta)
    }

    /// Deletes everything that is kept of the connection. Close its `Objects` first.
    ///
    /// # Errors
    /// `AlreadyOpen` while another handle has the lease.
    pub fn delete(&self) -> Result<(), StoreError> {
        let folder = &self.folder;
        if !folder.try_exists().in_file(folder)? {
            return Ok(());
        }
        let lock =
            lock_file(&folder.join(objects::LOCK_NAME), || format!("the data in {}", folder.display()))?;
        let deleted = std::fs::remove_dir_all(folder).in_file(folder);
        drop(lock);
        deleted
    }
}
