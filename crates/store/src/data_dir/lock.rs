//! Locks that the operating system takes back when their process ends, however it ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::StoreError;
use crate::error::InFile;

/// That this process is the one server on a data folder.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

impl ServerLock {
    pub(crate) fn take(data: &Path) -> Result<Self, StoreError> {
        let what = || format!("the data folder {}", data.display());
        lock_file(&data.join("server.lock"), what).map(|file| Self { _file: file })
    }
}

/// Locks a file until it is dropped; makes it when there is none.
///
/// # Errors
/// `AlreadyOpen` when it is locked.
pub(crate) fn lock_file(path: &Path, what: impl FnOnce() -> String) -> Result<File, StoreError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).in_file(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::AlreadyOpen { what: what() }),
        Err(TryLockError::Error(error)) => Err(error).in_file(path),
    }
}
