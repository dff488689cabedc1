//! Makes changes to a folder durable.

use std::path::Path;

use crate::StoreError;
#[cfg(unix)]
use crate::error::InFile;

/// Waits until what was renamed or deleted in a folder is so on the disk.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    std::fs::File::open(path).and_then(|folder| folder.sync_all()).in_file(path)
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> Result<(), StoreError> {
    Ok(())
}
